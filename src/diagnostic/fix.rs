//! Makes the safe changes that findings propose.
//!
//! In: a text and its findings. Out: the changed text, and which findings it mended. A fix whose
//! edits overlap with one made before is left for the next round.

use std::{collections::BTreeMap, ops::Range};

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
    let mut edits = Edits::default();
    let (mut mended, mut left) = (Vec::new(), Vec::new());
    for (at, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.is_safe) else {
            continue;
        };
        if is_applicable(text, fix) && edits.leave_room(fix) {
            edits.add(fix);
            mended.push(at);
        } else {
            left.push(at);
        }
    }
    Mended {
        text: edited(text, edits.by_start.into_values()),
        mended,
        left,
    }
}

/// The text after one fix; `None` when its edits overlap or lie outside of the text.
pub fn apply(text: &str, fix: &Fix) -> Option<String> {
    is_applicable(text, fix).then(|| {
        let mut edits = Edits::default();
        edits.add(fix);
        edited(text, edits.by_start.into_values())
    })
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

/// Changes that are apart from each other, by where they begin.
#[derive(Default)]
struct Edits<'a> {
    by_start: BTreeMap<usize, &'a Edit>,
}

impl<'a> Edits<'a> {
    fn add(&mut self, fix: &'a Fix) {
        let edits = fix.edits.iter().map(|edit| (edit.span.start, edit));
        self.by_start.extend(edits);
    }

    /// Whether no change of a fix overlaps with one of these.
    fn leave_room(&self, fix: &Fix) -> bool {
        fix.edits.iter().all(|edit| {
            // These are apart, so only the neighbors can reach into the change.
            let before = self.by_start.range(..=edit.span.start).next_back();
            let behind = self.by_start.range(edit.span.start..).next();
            let mut neighbors = before.into_iter().chain(behind);
            neighbors.all(|(_, other)| !overlap(&edit.span, &other.span))
        })
    }
}

/// Whether two changes cannot both be made; two insertions at one place cannot.
fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end || one.start == other.start
}

/// The text with changes that come by their places.
fn edited<'a>(text: &str, edits: impl Iterator<Item = &'a Edit>) -> String {
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
