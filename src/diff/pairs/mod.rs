//! Which removed line became which added one: the same answer for both layouts and for word differences.
//!
//! In: a patch and a run (removed lines and the added ones right behind them), or a hunk. Out: pairs,
//! ascending on both sides, each line once. Lines that differ only in whitespace are found first
//! ([`segments`]). What lies between them is paired place by place when both sides have as many lines,
//! by likeness when they are few ([`FEW`]), else place by place from the top. Nothing depends on time
//! or chance.
//!
//! A pair says that two lines stand side by side, not that they are alike: whoever marks words
//! decides whether it is worth it.

mod equals;
mod likeness;

use std::ops::Range;

use crate::diff::patch::{Hunk, LineId, LineKind, Patch};

use likeness::{Print, best_partners};

/// Lines of a side that are paired by likeness at most.
pub const FEW: usize = 32;

/// Lines of the two sides, multiplied, of which each is compared with each at most.
const CHECKED: usize = 4096;

/// Two lines side by side; one of them may be absent, never both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The line before.
    pub old: Option<LineId>,
    /// The line after; the same as before for a context line.
    pub new: Option<LineId>,
}

/// A stretch of a hunk; ranges are places in [`Patch::lines`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Lines on both sides.
    Context(Range<u32>),
    /// Removed lines, then the added ones that took their place; one of them may be empty.
    Change {
        /// The removed lines.
        removed: Range<u32>,
        /// The added lines.
        added: Range<u32>,
    },
}

/// A part of a run that is paired by itself; ranges are places in [`Patch::lines`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The removed lines.
    pub removed: Range<u32>,
    /// The added lines.
    pub added: Range<u32>,
}

/// The parts of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    /// The parts, from the top.
    pub list: Vec<Segment>,
    /// Whether a removed line may equal an added one but for whitespace; `false` is certain.
    pub may_have_equals: bool,
}

/// The pairs of one run, in the order to be shown.
pub fn of_run(patch: &Patch, removed: Range<u32>, added: Range<u32>) -> Vec<Pair> {
    let segments = segments(patch, removed, added);
    let pairs = segments.list.iter();
    pairs.flat_map(|part| of_segment(patch, part)).collect()
}

/// The pairs of a whole hunk, in the order to be shown; a context line is on both sides.
pub fn of_hunk(patch: &Patch, hunk: &Hunk) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for run in runs(patch, hunk) {
        match run {
            Run::Context(lines) => pairs.extend(lines.map(|line| Pair {
                old: Some(LineId(line)),
                new: Some(LineId(line)),
            })),
            Run::Change { removed, added } => pairs.extend(of_run(patch, removed, added)),
        }
    }
    pairs
}

/// Cuts a run where lines are equal but for whitespace, so that each part can be paired without
/// looking at the others.
pub fn segments(patch: &Patch, removed: Range<u32>, added: Range<u32>) -> Segments {
    let is_mixed = !removed.is_empty() && !added.is_empty();
    let may_have_equals = is_mixed && may_have_equals(patch, &removed, &added);
    let mut list = Vec::with_capacity(1);
    let mut rest = Segment { removed, added };
    if may_have_equals && rest.removed.len() + rest.added.len() > 2 {
        let sums = |lines: &Range<u32>| -> Vec<u64> {
            let texts = lines.clone().map(|line| patch.line_text(LineId(line)));
            texts.map(sum).collect()
        };
        let start = (rest.removed.start, rest.added.start);
        let (old, new) = (sums(&rest.removed), sums(&rest.added));
        for (first, second) in equals::places(&old, &new) {
            let (first, second) = (start.0 + place(first), start.1 + place(second));
            push(
                &mut list,
                rest.removed.start..first,
                rest.added.start..second,
            );
            push(&mut list, first..first + 1, second..second + 1);
            rest.removed.start = first + 1;
            rest.added.start = second + 1;
        }
    }
    push(&mut list, rest.removed, rest.added);
    Segments {
        list,
        may_have_equals,
    }
}

/// The pairs of one part of a run, in the order to be shown; as many as the longer side has lines.
pub fn of_segment(patch: &Patch, segment: &Segment) -> Vec<Pair> {
    let (old, new) = (segment.removed.clone(), segment.added.clone());
    if segment.is_by_likeness() {
        return by_likeness(patch, segment);
    }
    let most = old.len().max(new.len());
    let mut sides = (old.map(LineId), new.map(LineId));
    let pairs = (0..most).map(|_| Pair {
        old: sides.0.next(),
        new: sides.1.next(),
    });
    pairs.collect()
}

impl Segment {
    /// Whether its pairs depend on the text of its lines; else the first of one side are those of the
    /// first of the other.
    pub fn is_by_likeness(&self) -> bool {
        let (old, new) = (self.removed.len(), self.added.len());
        old != new && old.min(new) > 0 && old.max(new) <= FEW
    }
}

/// The runs of a hunk. git writes removed lines first; added ones in front of them are a run of
/// their own.
pub fn runs<'a>(patch: &'a Patch, hunk: &Hunk) -> impl Iterator<Item = Run> + use<'a> {
    let mut at = hunk.lines.start;
    let end = hunk.lines.end;
    std::iter::from_fn(move || {
        let lines = patch.lines();
        let stretch = |from: u32, kind: LineKind| {
            let rest = lines.get(from as usize..end as usize).unwrap_or_default();
            let count = rest.iter().take_while(|line| line.kind == kind).count();
            from..from + u32::try_from(count).unwrap_or(0)
        };
        let context = stretch(at, LineKind::Context);
        if !context.is_empty() {
            at = context.end;
            return Some(Run::Context(context));
        }
        let removed = stretch(at, LineKind::Removed);
        let added = stretch(removed.end, LineKind::Added);
        at = added.end;
        (removed.start < added.end).then_some(Run::Change { removed, added })
    })
}

/// Whether two lines differ in nothing but whitespace. As for git that is ASCII whitespace: a
/// no-break space in place of a space is a change.
pub fn is_same_but_whitespace(old: &str, new: &str) -> bool {
    solid(old).eq(solid(new))
}

/// Whether a line holds nothing but whitespace.
pub fn is_blank(line: &str) -> bool {
    solid(line).next().is_none()
}

/// The bytes of a line that are not whitespace.
fn solid(line: &str) -> impl DoubleEndedIterator<Item = u8> {
    line.bytes().filter(|byte| !is_whitespace(*byte))
}

fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// A number that is the same for lines that differ only in whitespace, 0 for blank ones, and hardly
/// ever for others.
pub fn sum(line: &str) -> u64 {
    let mix =
        |sum: u64, word: u64| (sum.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (mut sum, mut word, mut filled) = (0, 0, 0);
    for byte in solid(line) {
        word = word << 8 | u64::from(byte);
        filled += 1;
        if filled == 8 {
            sum = mix(sum, word);
            (word, filled) = (0, 0);
        }
    }
    mix(sum, word)
}

/// Appends a part, to the last one where both are paired place by place.
fn push(list: &mut Vec<Segment>, removed: Range<u32>, added: Range<u32>) {
    let is_even = removed.len() == added.len();
    match list.last_mut() {
        Some(last) if is_even && last.removed.len() == last.added.len() => {
            last.removed.end = removed.end;
            last.added.end = added.end;
        }
        _ if removed.is_empty() && added.is_empty() => {}
        _ => list.push(Segment { removed, added }),
    }
}

/// Compares how lines begin and end, where they are not too many.
fn may_have_equals(patch: &Patch, removed: &Range<u32>, added: &Range<u32>) -> bool {
    if removed.len() * added.len() > CHECKED {
        return true;
    }
    let new: Vec<u64> = added.clone().map(|line| ends(patch, line)).collect();
    let mut old = removed.clone().map(|line| ends(patch, line));
    old.any(|line| new.contains(&line))
}

/// The first and last bytes of a line that are not whitespace.
fn ends(patch: &Patch, line: u32) -> u64 {
    let line = patch.line_text(LineId(line));
    let pack = |word: u64, byte: u8| word << 8 | u64::from(byte);
    let first = solid(line).take(8).fold(0, pack);
    let last = solid(line).rev().take(8).fold(0, pack);
    first.rotate_left(32) ^ last.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Gives every line of the shorter side the partner that makes the most likeness in all.
fn by_likeness(patch: &Patch, segment: &Segment) -> Vec<Pair> {
    let prints = |lines: &Range<u32>| -> Vec<Print> {
        let texts = lines.clone().map(|line| patch.line_text(LineId(line)));
        texts.map(Print::of).collect()
    };
    let (old, new) = (prints(&segment.removed), prints(&segment.added));
    let is_old_short = old.len() < new.len();
    let chosen = if is_old_short {
        best_partners(&old, &new)
    } else {
        best_partners(&new, &old)
    };
    let mut olds = segment.removed.clone().map(LineId);
    let mut news = segment.added.clone().map(LineId);
    let pairs = chosen.into_iter().map(|is_chosen| Pair {
        old: (is_chosen || !is_old_short).then(|| olds.next()).flatten(),
        new: (is_chosen || is_old_short).then(|| news.next()).flatten(),
    });
    pairs.collect()
}

fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
