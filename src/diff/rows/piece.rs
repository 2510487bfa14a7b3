//! A stretch of rows that follow from its first one by counting.

use crate::diff::{
    changeset::FileId,
    pairs::{self, Pair, Segment},
    patch::{LineId, Patch},
    rows::{Layout, Row},
};

/// Rows that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// The first row.
    pub row: usize,
    /// In a hunk: the next line of the patch that is there before, whether or not this piece shows it.
    /// Never descends within a hunk. In opened context: the number before.
    pub old: u32,
    /// The same for after.
    pub new: u32,
    /// What the rows show.
    pub kind: Kind,
}

/// What the rows of a piece show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A single row.
    One(Row),
    /// Opened context of a file.
    Context(FileId),
    /// Lines of the patch.
    Lines(FileId, Sides),
    /// A part of a run side by side, by likeness: how many lines before and after.
    Segment(FileId, u8, u8),
}

/// Which lines of the patch a piece shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sides {
    /// All, in the order of the patch; only in one column.
    Patch,
    /// Those before.
    Old,
    /// Those after.
    New,
    /// Those before and those after, beside each other; only in two columns.
    Both,
    /// Those before and those after, as unchanged.
    Same,
}

impl Piece {
    /// Its row at an offset from its first one.
    pub fn at(&self, patch: &Patch, offset: usize, layout: Layout) -> Row {
        let place = u32::try_from(offset).unwrap_or(u32::MAX);
        let old = self.old.saturating_add(place);
        let new = self.new.saturating_add(place);
        match self.kind {
            Kind::One(row) => row,
            Kind::Context(file) => Row::Context { file, old, new },
            Kind::Lines(file, sides) => lines(file, sides, LineId(old), LineId(new), layout),
            Kind::Segment(file, olds, news) => {
                let pairs = self.pairs(patch, olds, news);
                let pair = pairs.get(offset);
                Row::Pair(
                    file,
                    pair.and_then(|pair| pair.old),
                    pair.and_then(|pair| pair.new),
                )
            }
        }
    }

    /// How far below its first row a piece shows a line, if it does; `first` is the piece's next line of
    /// the line's side.
    pub fn offset_of(&self, patch: &Patch, line: LineId, first: u32) -> usize {
        match self.kind {
            Kind::One(_) | Kind::Context(_) => 0,
            Kind::Lines(..) => (line.0 - first) as usize,
            Kind::Segment(_, olds, news) => {
                let mut pairs = self.pairs(patch, olds, news).into_iter();
                let place = pairs.position(|pair| pair.old == Some(line) || pair.new == Some(line));
                place.unwrap_or(0)
            }
        }
    }

    fn pairs(&self, patch: &Patch, olds: u8, news: u8) -> Vec<Pair> {
        let segment = Segment {
            removed: self.old..self.old.saturating_add(u32::from(olds)),
            added: self.new..self.new.saturating_add(u32::from(news)),
        };
        pairs::of_segment(patch, &segment)
    }
}

impl Sides {
    /// Whether lines before are shown.
    pub fn has_old(self) -> bool {
        self != Self::New
    }

    /// Whether lines after are shown.
    pub fn has_new(self) -> bool {
        self != Self::Old
    }
}

fn lines(file: FileId, sides: Sides, old: LineId, new: LineId, layout: Layout) -> Row {
    match (sides, layout) {
        (Sides::Same, _) => Row::Same(file, old, new),
        (Sides::New, Layout::Unified) => Row::Line(file, new),
        (Sides::Patch | Sides::Old | Sides::Both, Layout::Unified) => Row::Line(file, old),
        (Sides::Old, Layout::Split) => Row::Pair(file, Some(old), None),
        (Sides::New, Layout::Split) => Row::Pair(file, None, Some(new)),
        (Sides::Patch | Sides::Both, Layout::Split) => Row::Pair(file, Some(old), Some(new)),
    }
}
