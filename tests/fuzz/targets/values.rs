//! Any text as what stands in one value: a schedule, a time zone, a reference, a Dockerfile to hash.

#![no_main]

use kortix_tui_fuzz::{hold, laws};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    hold(laws::values::schedule(text));
    hold(laws::values::zone(text));
    hold(laws::values::reference(text));
    hold(laws::values::identity(text));
});
