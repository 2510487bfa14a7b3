//! Any bytes as a Dockerfile.

#![no_main]

use kortix_tui_fuzz::{hold, laws};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| hold(laws::dockerfile::lint(bytes)));
