//! What the control plane's parser makes of a text as a whole.
//!
//! In: a text and what is wrong with it. Out: whether the control plane refuses it, lets it pass, or
//! never ends. A fault that a bug lets pass decides nothing by itself: the text is read again as the
//! control plane takes it, until nothing is wrong with it or something is that is refused.
//!
//! Not for: reading (`builder`) and for what is told people (`manifest`).

use std::ops::Range;

use super::faults::{Fault, Grade};
use super::read;
use crate::diagnostic::{Fix, apply};

/// How often a text is read again.
const MOST_ROUNDS: usize = 8;

/// How many bytes are read again in all.
const MOST_BYTES: usize = 4 << 20;

/// What becomes of the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is refused for the fault at this place of the list.
    Refused(usize),
    /// It passes through bugs only, the first of them at this place of the list.
    LetPass(usize),
    /// The parser never ends, for the fault at this place of the list.
    Endless(usize),
}

/// Judges a text by its faults, of which there is at least one.
pub fn judge(text: &str, faults: &[Fault]) -> Verdict {
    // A comma that a repair takes away keeps the parser from going on forever.
    let endless = faults
        .iter()
        .position(|fault| fault.grade == Grade::Endless);
    let rounds = MOST_ROUNDS.min(MOST_BYTES / text.len().max(1));
    match (outcome(text, faults, rounds), endless) {
        (Grade::LetPass, _) => Verdict::LetPass(0),
        (Grade::Endless, Some(endless)) => Verdict::Endless(endless),
        (Grade::Refused | Grade::Dialect | Grade::Endless, _) => {
            let refused = faults.iter().position(is_refused);
            Verdict::Refused(refused.unwrap_or(0))
        }
    }
}

fn is_refused(fault: &Fault) -> bool {
    matches!(fault.grade, Grade::Refused | Grade::Dialect)
}

fn outcome(text: &str, faults: &[Fault], rounds: usize) -> Grade {
    let until = faults
        .iter()
        .position(|fault| fault.grade != Grade::LetPass)
        .unwrap_or(faults.len());
    if until == 0 {
        return faults.first().map_or(Grade::LetPass, |fault| fault.grade);
    }
    if rounds == 0 {
        let rest = faults.get(until);
        return rest.map_or(Grade::LetPass, |fault| fault.grade);
    }
    let Some(repaired) = repaired(text, faults.get(..until).unwrap_or_default()) else {
        return Grade::Refused;
    };
    outcome(&repaired, &read(&repaired).faults, rounds - 1)
}

/// The text with as many of the repairs as are apart from each other.
fn repaired(text: &str, faults: &[Fault]) -> Option<String> {
    let mut edits = Vec::new();
    let mut last: Range<usize> = 0..0;
    for edit in faults.iter().filter_map(|fault| fault.repair.as_ref()) {
        if edits.is_empty() || edit.span.start > last.end {
            last = edit.span.clone();
            edits.push(edit.clone());
        }
    }
    if edits.is_empty() {
        return None;
    }
    let fix = Fix {
        title: String::new(),
        edits,
        is_safe: false,
    };
    apply(text, &fix)
}
