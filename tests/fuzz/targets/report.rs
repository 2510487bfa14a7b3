//! Any bytes as a manifest, up to the first NUL, and as every file that it names, behind it; checked
//! and printed in all formats.

#![no_main]

use kortix_tui_fuzz::{cut, hold, laws};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (manifest, other) = cut(bytes);
    hold(laws::report::printed(manifest, other));
});
