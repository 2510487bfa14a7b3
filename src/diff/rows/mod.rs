//! Which row of a screen shows what: an index over a changeset that builds no row it is not asked for.
//!
//! In: a changeset, the layout, what is folded, opened context, and where comments stand. Out:
//! [`Rows`], which knows how many rows there are, what each shows, and where a line, hunk, file or
//! comment is. Rows are logical: a long line that wraps is one row. Making it costs one pass over the
//! hunks, and for two columns or hidden whitespace one over the lines of mixed changes; a row costs a
//! binary search.
//!
//! What is folded leaves its head. Comments on a file stay under its folded head, comments on lines
//! go with them; [`CommentPlaces`] counts them. Comments on unchanged lines that are not shown stand
//! under their gap.

mod build;
mod contents;
mod lines;
mod piece;
mod places;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

pub use contents::Contents;

use crate::diff::{
    changeset::{Changeset, FileId},
    patch::{HunkId, LineId},
    review::comment::CommentId,
};

use build::Builder;
use piece::Piece;

/// Whether both sides share rows or stand side by side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layout {
    /// Removed lines above added ones.
    #[default]
    Unified,
    /// Before on the left, after on the right.
    Split,
}

/// Whether changes of nothing but whitespace are shown: ASCII whitespace within or around lines, the
/// line feed at the end of the file, and blank lines where nothing else changed beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Whitespace {
    /// As any other change.
    #[default]
    Shown,
    /// As unchanged lines, blank ones not at all; of a hunk without another change and without a
    /// comment only the head.
    Hidden,
}

/// What shapes the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// One column or two.
    pub layout: Layout,
    /// Whether changes of whitespace are shown.
    pub whitespace: Whitespace,
    /// Files of which only the head is shown.
    pub folded_files: BTreeSet<FileId>,
    /// Hunks of which only the head is shown.
    pub folded_hunks: BTreeSet<HunkId>,
    /// Context that was opened.
    pub opened: BTreeMap<Gap, Opened>,
    /// Whole files from which opened context is shown; ask [`Contents::matches`] before putting one.
    pub contents: BTreeMap<FileId, Contents>,
    /// Where comments stand.
    pub comments: CommentPlaces,
}

/// Unchanged lines that the patch leaves out: before the file's hunk of this place, or, at the number
/// of its hunks, behind the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gap {
    /// The file.
    pub file: FileId,
    /// The place of the hunk that follows, counted in the file from 0.
    pub before: u32,
}

/// How much of a gap is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opened {
    /// Lines from its top.
    pub top: u32,
    /// Lines from its bottom.
    pub bottom: u32,
}

/// Where comments stand, each list in the order to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommentPlaces {
    /// At the top: on the whole change, and outdated ones whose file is gone.
    pub change: Vec<CommentId>,
    /// Under a file's head: on the file, and outdated ones of the file.
    pub files: BTreeMap<FileId, Vec<CommentId>>,
    /// Under a line of the patch.
    pub lines: BTreeMap<LineId, Vec<CommentId>>,
    /// Under an unchanged line outside of the hunks, by file and number after, from 1.
    pub context: BTreeMap<(FileId, u32), Vec<CommentId>>,
}

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// The head of a file.
    File(FileId),
    /// Why a file has no lines, or a mode that changed.
    Note(FileId),
    /// The head of a hunk.
    Hunk(FileId, HunkId),
    /// Lines that are left out and can be opened; the number is unknown behind the last hunk until the
    /// file's contents are here.
    Gap(Gap, Option<u32>),
    /// A line of the patch, in one column; a context line is one too.
    Line(FileId, LineId),
    /// A change of nothing but whitespace, shown as unchanged in either layout: before and after.
    Same(FileId, LineId, LineId),
    /// Lines of the patch side by side; a context line is on both sides.
    Pair(FileId, Option<LineId>, Option<LineId>),
    /// An unchanged line from the file's contents: its numbers before and after, from 1.
    Context {
        /// The file.
        file: FileId,
        /// Its number before.
        old: u32,
        /// Its number after.
        new: u32,
    },
    /// A comment.
    Comment(CommentId),
}

/// The rows of a changeset in a shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    count: usize,
    layout: Layout,
    pieces: Vec<Piece>,
    /// The row of each file's head.
    files: Vec<usize>,
    /// The file of each file of the patch.
    patch_files: Vec<Option<FileId>>,
    /// The hunks whose heads are shown, from the top.
    hunks: Vec<HunkRows>,
    /// For each hunk of the patch its place in `hunks`.
    places: Vec<Option<usize>>,
    /// Rows that show comments, from the top.
    comments: Vec<(usize, CommentId)>,
}

/// The rows of one hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkRows {
    /// The hunk.
    pub id: HunkId,
    /// Its rows with its head; the head alone when it is folded or only whitespace changed.
    pub rows: Range<usize>,
    /// Changed lines that are shown as unchanged or not at all; 0 when it is folded.
    pub hidden: u32,
    pieces: Range<usize>,
}

impl CommentPlaces {
    /// How many comments stand on lines of a hunk, shown or not.
    pub fn in_hunk(&self, changeset: &Changeset, hunk: HunkId) -> usize {
        let lines = changeset.patch.hunk(hunk).map(|hunk| hunk.lines.clone());
        self.in_lines(lines.unwrap_or_default())
    }

    /// How many comments stand on lines of a file, shown or not; those on the file itself apart.
    pub fn in_file(&self, changeset: &Changeset, file: FileId) -> usize {
        let patch = &changeset.patch;
        let entry = changeset.file(file).and_then(|entry| entry.patch_file);
        let hunks = entry.and_then(|file| patch.file(file));
        let hunks = hunks.map_or(&[][..], |file| patch.hunks_of(file));
        let ends = hunks.first().zip(hunks.last());
        let lines = ends.map(|(first, last)| first.lines.start..last.lines.end);
        let context = self.context.range((file, 0)..=(file, u32::MAX));
        self.in_lines(lines.unwrap_or_default())
            + context.map(|(_, list)| list.len()).sum::<usize>()
    }

    fn in_lines(&self, lines: Range<u32>) -> usize {
        if lines.is_empty() {
            return 0;
        }
        let lines = self.lines.range(LineId(lines.start)..LineId(lines.end));
        lines.map(|(_, comments)| comments.len()).sum()
    }
}

impl Rows {
    /// Indexes the rows of a changeset.
    pub fn new(changeset: &Changeset, shape: &Shape) -> Self {
        Builder::new(changeset, shape).build()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What a row shows, from 0; `None` behind the last. Costs a binary search.
    pub fn at(&self, changeset: &Changeset, _shape: &Shape, row: usize) -> Option<Row> {
        let piece = self.piece(row)?;
        Some(piece.at(&changeset.patch, row - piece.row, self.layout))
    }

    /// The piece that holds a row.
    fn piece(&self, row: usize) -> Option<&Piece> {
        let behind = self.pieces.partition_point(|piece| piece.row <= row);
        let piece = self.pieces.get(behind.checked_sub(1)?);
        piece.filter(|_| row < self.count)
    }
}
