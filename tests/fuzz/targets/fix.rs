//! Any text as a manifest and as a Dockerfile, with all safe changes made, one by one and together.

#![no_main]

use kortix_tui_fuzz::{hold, laws};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    hold(laws::manifest::fixes(text));
    hold(laws::dockerfile::fixes(text));
});
