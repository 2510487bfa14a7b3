//! Makes the safe changes that findings propose.
//!
//! In: a text and its findings. Out: the changed text, and which findings it mended. A fix whose
//! edits overlap with one made before is left for the next round.

use std::ops::Range;

use super::{Edit, Finding, Fix};

/// A text after safe changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The new text.
    pub text: String,
    /// The positions, in the list of findings, of those that were mended.
    pub mended: Vec<usize>,
    /// The positions of those whose safe fix overlaps with another; check again and mend again.
    pub left: Vec<usize>,
}

/// Makes every safe fix of the findings, in their order; each whole or not at all.
pub fn mend(text: &str, findings: &[Finding]) -> Mended {
    let mut edits: Vec<&Edit> = Vec::new();
    let (mut mended, mut left) = (Vec::new(), Vec::new());
    for (at, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.is_safe) else {
            continue;
        };
        if is_applicable(text, fix) && !overlaps_any(fix, &edits) {
            edits.extend(&fix.edits);
            mended.push(at);
        } else {
            left.push(at);
        }
    }
    Mended {
        text: edited(text, edits),
        mended,
        left,
    }
}

/// The text after one fix; `None` when its edits overlap or lie outside of the text.
pub fn apply(text: &str, fix: &Fix) -> Option<String> {
    is_applicable(text, fix).then(|| edited(text, fix.edits.iter().collect()))
}

fn is_applicable(text: &str, fix: &Fix) -> bool {
    let is_inside = |edit: &Edit| text.get(edit.span.clone()).is_some();
    let is_apart = |(at, edit): (usize, &Edit)| {
        let earlier = fix.edits.iter().take(at);
        earlier
            .into_iter()
            .all(|other| !overlap(&edit.span, &other.span))
    };
    fix.edits.iter().all(is_inside) && fix.edits.iter().enumerate().all(is_apart)
}

fn overlaps_any(fix: &Fix, edits: &[&Edit]) -> bool {
    let overlaps = |edit: &Edit| edits.iter().any(|other| overlap(&edit.span, &other.span));
    fix.edits.iter().any(overlaps)
}

/// Whether two changes cannot both be made; two insertions at one place cannot.
fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end || one.start == other.start
}

fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span.start);
    let mut result = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        result.push_str(text.get(from..edit.span.start).unwrap_or_default());
        result.push_str(&edit.text);
        from = edit.span.end;
    }
    result.push_str(text.get(from..).unwrap_or_default());
    result
}
