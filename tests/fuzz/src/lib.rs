//! What the fuzz targets share: the laws, and how a target takes its input apart.

#[path = "../../it/laws/mod.rs"]
pub mod laws;

/// Ends the program when a law is broken, so that the fuzzer keeps the input.
#[track_caller]
pub fn hold(law: laws::Law) {
    if let Err(broken) = law {
        panic!("{broken}");
    }
}

/// The bytes before the first NUL, and those behind it; everything and nothing without one.
pub fn cut(bytes: &[u8]) -> (&[u8], &[u8]) {
    let at = bytes.iter().position(|byte| *byte == 0);
    let at = at.unwrap_or(bytes.len());
    let (before, behind) = bytes.split_at(at);
    (before, behind.get(1..).unwrap_or_default())
}
