//! Lines that follow each other on one side of a file, and where an anchor fits among them.

use std::cmp::Reverse;

use crate::diff::{
    patch::{Hunk, LineId, LineKind, Patch, Side},
    review::comment::Anchor,
    rows::Contents,
};

/// How many neighbors of the commented lines an anchor remembers on either end.
const NEIGHBORS: usize = 3;

/// Lines that follow each other without a gap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Strip<'a> {
    /// The number of the first one, from 1.
    pub first: u32,
    /// Their texts.
    pub texts: Vec<&'a str>,
    /// Their places in the patch; empty when they come from the file's contents.
    pub ids: Vec<LineId>,
}

/// How alike lines have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The same bytes.
    Same,
    /// The same but for whitespace, as after another indentation.
    Spaced,
}

/// A place at which an anchor's lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    /// The place of the first line in the strip.
    pub from: usize,
    /// The number of the first line.
    pub first: u32,
    /// How much speaks for it: two for each neighbor that is the same (one for a neighbor of nothing
    /// but punctuation), two for the same number.
    pub score: u32,
    /// How many lines it is away from where it was.
    pub distance: u32,
}

impl Fit {
    /// The better, the greater; earlier ones win among equals.
    pub fn rank(&self) -> (u32, Reverse<u32>, Reverse<u32>) {
        (self.score, Reverse(self.distance), Reverse(self.first))
    }
}

impl<'a> Strip<'a> {
    /// One side of a hunk.
    pub fn of_hunk(patch: &'a Patch, hunk: &Hunk, side: Side) -> Self {
        let absent = match side {
            Side::Old => LineKind::Added,
            Side::New => LineKind::Removed,
        };
        let mut strip = Self::default();
        let lines = (hunk.lines.start..).map(LineId).zip(patch.lines_of(hunk));
        for (id, line) in lines.filter(|(_, line)| line.kind != absent) {
            if strip.ids.is_empty() {
                strip.first = match side {
                    Side::Old => line.old,
                    Side::New => line.new,
                };
            }
            strip.texts.push(patch.line_text(id));
            strip.ids.push(id);
        }
        strip
    }

    /// A whole file.
    pub fn of_contents(contents: &'a Contents) -> Self {
        Self {
            first: 1,
            texts: (1..=contents.len()).map(|n| contents.line(n)).collect(),
            ids: Vec::new(),
        }
    }

    /// An anchor on the lines from one place to another, both in the strip.
    pub fn anchor(&self, from: usize, to: usize) -> Anchor {
        let copy = |from: usize, to: usize| -> Vec<String> {
            let texts = self.texts.get(from..to).unwrap_or_default();
            texts.iter().map(|text| (*text).to_owned()).collect()
        };
        let behind = to.saturating_add(1);
        let end = behind.saturating_add(NEIGHBORS).min(self.texts.len());
        Anchor {
            first: self.number(from),
            lines: copy(from, behind),
            before: copy(from.saturating_sub(NEIGHBORS), from),
            after: copy(behind, end),
        }
    }

    /// All places at which the anchor's lines stand.
    pub fn fits(&self, anchor: &Anchor, likeness: Likeness) -> impl Iterator<Item = Fit> {
        let window = anchor.lines.len().max(1);
        let is_alike = move |(text, line): (&&str, &String)| match likeness {
            Likeness::Same => text == line,
            Likeness::Spaced => text.split_whitespace().eq(line.split_whitespace()),
        };
        let places = self.texts.windows(window).enumerate();
        let places = places.filter(move |(_, texts)| {
            !anchor.lines.is_empty() && texts.iter().zip(&anchor.lines).all(is_alike)
        });
        places.map(|(from, _)| self.fit(anchor, from))
    }

    fn fit(&self, anchor: &Anchor, from: usize) -> Fit {
        let before = self.texts.get(..from).unwrap_or_default().iter().rev();
        let after = self.texts.get(from + anchor.lines.len()..);
        let after = after.unwrap_or_default().iter();
        let first = self.number(from);
        let distance = first.abs_diff(anchor.first);
        let neighbors = agreement(before, anchor.before.iter().rev())
            .saturating_add(agreement(after, anchor.after.iter()));
        Fit {
            from,
            first,
            score: neighbors + if distance == 0 { 2 } else { 0 },
            distance,
        }
    }

    fn number(&self, place: usize) -> u32 {
        self.first
            .saturating_add(u32::try_from(place).unwrap_or(u32::MAX))
    }
}

/// How much two rows of neighbors agree, from the nearest on.
fn agreement<'a>(
    here: impl Iterator<Item = &'a &'a str>,
    there: impl Iterator<Item = &'a String>,
) -> u32 {
    let pairs = here.zip(there).take(NEIGHBORS);
    let same = pairs.take_while(|(here, there)| here == there);
    same.map(|(here, _)| if says_something(here) { 2 } else { 1 })
        .sum()
}

/// Whether a line has words; braces and blanks are everywhere.
pub(super) fn says_something(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
