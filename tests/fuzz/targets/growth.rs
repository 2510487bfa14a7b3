//! A piece of text very often, between a beginning and an end: what takes more time than the size
//! allows runs into libFuzzer's `-timeout`.

#![no_main]

use std::hint::black_box;

use kortix_tui::{
    diagnostic::{Finding, LineIndex, mend},
    image::{self, Scope},
    manifest::{self, Options},
};
use kortix_tui_fuzz::cut;
use libfuzzer_sys::fuzz_target;

/// How long the text is made, in bytes: what grows with the square needs many seconds for it.
const SIZE: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    let (head, rest) = cut(bytes);
    let (piece, tail) = cut(rest);
    if piece.is_empty() {
        return;
    }
    let middle = piece.repeat((SIZE / piece.len()).max(1));
    let bytes = [head, &middle, tail].concat();
    let checked = manifest::check(&bytes, Options::default());
    spend(&checked.text, &checked.findings);
    let findings = image::lint(&bytes, Scope::RulesAndAdvice);
    spend(&String::from_utf8_lossy(&bytes), &findings);
});

/// Does with findings what those do who print and mend them.
fn spend(text: &str, findings: &[Finding]) {
    let lines = LineIndex::new(text);
    for finding in findings {
        black_box(lines.position(text, finding.span.start));
        black_box(lines.position(text, finding.span.end));
    }
    black_box(mend(text, findings));
    black_box(image::masked(text));
}
