//! Walks over files, gaps and hunks once and puts their pieces.

use std::{iter::Peekable, vec};

use crate::{
    diff::{
        changeset::{Changeset, FileEntry, FileId},
        patch::{FileContent, Hunk, HunkId, LineKind, Patch, PatchFile, PatchLine},
        review::comment::CommentId,
        rows::{
            Gap, HunkRows, Row, Rows, Shape, lines,
            piece::{Kind, Piece},
        },
    },
    model::change::FileStatus,
};

/// Rows that are being indexed.
pub(super) struct Builder<'a> {
    pub changeset: &'a Changeset,
    pub shape: &'a Shape,
    rows: Rows,
    /// The most unchanged lines at an end of a hunk.
    margin: usize,
}

/// Comments on unchanged lines of a file, by the number after.
type Pending<'a> = Peekable<vec::IntoIter<(u32, &'a [CommentId])>>;

/// Line numbers on both sides, from 1.
#[derive(Clone, Copy)]
struct Numbers {
    old: u32,
    new: u32,
}

impl<'a> Builder<'a> {
    pub fn new(changeset: &'a Changeset, shape: &'a Shape) -> Self {
        let patch = &changeset.patch;
        let margins = patch.hunks().iter().map(|hunk| {
            let [above, below] = margins(patch, hunk);
            above.max(below)
        });
        let rows = Rows {
            layout: shape.layout,
            files: Vec::with_capacity(changeset.files.len()),
            patch_files: vec![None; patch.files().len()],
            places: vec![None; patch.hunks().len()],
            ..Rows::default()
        };
        Self {
            changeset,
            shape,
            rows,
            margin: margins.max().unwrap_or(0),
        }
    }

    /// Puts everything.
    pub fn build(mut self) -> Rows {
        let shape = self.shape;
        self.comments(&shape.comments.change, 0, 0);
        for (id, entry) in (0..).map(FileId).zip(&self.changeset.files) {
            self.file(id, entry);
        }
        self.rows
    }

    /// Puts a stretch of rows; nothing for none.
    pub fn push(&mut self, kind: Kind, old: u32, new: u32, count: usize) {
        if count > 0 {
            let row = self.rows.count;
            self.rows.pieces.push(Piece {
                row,
                old,
                new,
                kind,
            });
            self.rows.count += count;
        }
    }

    /// Puts comments; `old` and `new` are the next lines of the hunk, if there is one.
    pub fn comments(&mut self, comments: &[CommentId], old: u32, new: u32) {
        for comment in comments {
            self.rows.comments.push((self.rows.count, *comment));
            self.push(Kind::One(Row::Comment(*comment)), old, new, 1);
        }
    }

    fn one(&mut self, row: Row) {
        self.push(Kind::One(row), 0, 0, 1);
    }

    fn file(&mut self, id: FileId, entry: &FileEntry) {
        let shape = self.shape;
        let patch_file = entry
            .patch_file
            .and_then(|file| self.changeset.patch.file(file));
        let known = entry.patch_file.map(|file| file.0 as usize);
        if let Some(place) = known.and_then(|file| self.rows.patch_files.get_mut(file)) {
            *place = Some(id);
        }
        self.rows.files.push(self.rows.count);
        self.one(Row::File(id));
        let comments = shape.comments.files.get(&id);
        self.comments(comments.map_or(&[], Vec::as_slice), 0, 0);
        if shape.folded_files.contains(&id) {
            return;
        }
        if patch_file.is_none_or(has_note) {
            self.one(Row::Note(id));
        }
        let context = shape.comments.context.range((id, 0)..=(id, u32::MAX));
        let pending = context.map(|((_, number), comments)| (*number, comments.as_slice()));
        let mut pending: Pending<'_> = pending.collect::<Vec<_>>().into_iter().peekable();
        if let Some(file) = patch_file {
            self.hunks(id, file, &mut pending);
        }
        self.pending(&mut pending, u32::MAX);
    }

    fn hunks(&mut self, id: FileId, file: &PatchFile, pending: &mut Pending<'_>) {
        let patch = &self.changeset.patch;
        let is_deleted = file.new_path.is_none();
        let mut at = Numbers { old: 1, new: 1 };
        let mut last = None;
        for (before, place) in (0..).zip(file.hunks.clone()) {
            let Some(hunk) = patch.hunk(HunkId(place)) else {
                continue;
            };
            let start = Numbers {
                old: first(hunk.old_start, hunk.old_count),
                new: first(hunk.new_start, hunk.new_count),
            };
            let missing = if is_deleted {
                start.old.saturating_sub(at.old)
            } else {
                start.new.saturating_sub(at.new)
            };
            self.gap(Gap { file: id, before }, at, Some(missing), pending);
            self.hunk(id, HunkId(place), hunk);
            at = Numbers {
                old: start.old.saturating_add(hunk.old_count),
                new: start.new.saturating_add(hunk.new_count),
            };
            last = Some((before, hunk));
        }
        if let Some((before, hunk)) = last {
            let gap = Gap {
                file: id,
                before: before + 1,
            };
            let missing = self.behind(file, hunk, at, gap.file);
            self.gap(gap, at, missing, pending);
        }
    }

    /// How many lines follow a file's last hunk; `None` where only the file's contents can tell.
    fn behind(&self, file: &PatchFile, hunk: &Hunk, at: Numbers, id: FileId) -> Option<u32> {
        let is_whole = matches!(file.status, FileStatus::Added | FileStatus::Deleted)
            || file.content != FileContent::Text;
        let patch = &self.changeset.patch;
        let mut lines = patch.lines_of(hunk).iter().rev();
        let last = lines.find(|line| match line.kind {
            LineKind::Context => true,
            LineKind::Added => file.new_path.is_some(),
            LineKind::Removed => file.new_path.is_none(),
        });
        if is_whole || last.is_some_and(|line| line.lacks_newline) {
            return Some(0);
        }
        if let Some(contents) = self.shape.contents.get(&id) {
            return Some(contents.len().saturating_add(1).saturating_sub(at.new));
        }
        // git shows as much below a change as elsewhere, unless the file ends.
        let [_, below] = margins(patch, hunk);
        (below < self.margin).then_some(0)
    }

    fn gap(&mut self, gap: Gap, at: Numbers, missing: Option<u32>, pending: &mut Pending<'_>) {
        let Some(missing) = missing else {
            self.push(Kind::One(Row::Gap(gap, None)), at.old, at.new, 1);
            return self.pending(pending, u32::MAX);
        };
        let opened = self.shape.opened.get(&gap).copied();
        let has_contents = self.shape.contents.contains_key(&gap.file);
        let opened = opened.filter(|_| has_contents).unwrap_or_default();
        let top = opened.top.min(missing);
        let bottom = opened.bottom.min(missing - top);
        let closed = missing - top - bottom;
        let at = self.context(gap.file, at, top, pending);
        if closed > 0 {
            self.push(Kind::One(Row::Gap(gap, Some(closed))), at.old, at.new, 1);
        }
        let at = at.plus(closed);
        self.pending(pending, at.new);
        self.context(gap.file, at, bottom, pending);
    }

    /// Puts opened context with the comments on it and returns where it ends.
    fn context(
        &mut self,
        file: FileId,
        mut at: Numbers,
        count: u32,
        pending: &mut Pending<'_>,
    ) -> Numbers {
        let end = at.plus(count);
        while at.new < end.new {
            self.pending(pending, at.new);
            let next = pending.peek().map_or(u32::MAX, |(number, _)| *number);
            let until = next.saturating_add(1).min(end.new);
            let shown = until - at.new;
            self.push(Kind::Context(file), at.old, at.new, shown as usize);
            at = at.plus(shown);
        }
        self.pending(pending, end.new);
        end
    }

    /// Puts the comments on lines before this number.
    fn pending(&mut self, pending: &mut Pending<'_>, before: u32) {
        while let Some((_, comments)) = pending.next_if(|(number, _)| *number < before) {
            self.comments(comments, 0, 0);
        }
    }

    fn hunk(&mut self, file: FileId, id: HunkId, hunk: &Hunk) {
        let start = self.rows.count;
        let first = self.rows.pieces.len();
        let head = Kind::One(Row::Hunk(file, id));
        self.push(head, hunk.lines.start, hunk.lines.start, 1);
        let is_folded = self.shape.folded_hunks.contains(&id);
        let hidden = if is_folded {
            0
        } else {
            lines::put(self, file, hunk)
        };
        if let Some(place) = self.rows.places.get_mut(id.0 as usize) {
            *place = Some(self.rows.hunks.len());
        }
        self.rows.hunks.push(HunkRows {
            id,
            rows: start..self.rows.count,
            hidden,
            pieces: first..self.rows.pieces.len(),
        });
    }
}

impl Numbers {
    fn plus(self, lines: u32) -> Self {
        Self {
            old: self.old.saturating_add(lines),
            new: self.new.saturating_add(lines),
        }
    }
}

/// Whether something must be said about a file besides its lines.
fn has_note(file: &PatchFile) -> bool {
    let has_other_mode = file.old_mode.zip(file.new_mode);
    let has_other_mode = has_other_mode.is_some_and(|(old, new)| old != new);
    file.content != FileContent::Text || has_other_mode || file.hunks.is_empty()
}

/// Where a hunk's lines begin on one side; for an empty side git names the line before.
fn first(start: u32, count: u32) -> u32 {
    if count == 0 {
        start.saturating_add(1)
    } else {
        start
    }
}

/// How many unchanged lines a hunk begins and ends with.
fn margins(patch: &Patch, hunk: &Hunk) -> [usize; 2] {
    let lines = patch.lines_of(hunk);
    let is_context = |line: &&PatchLine| line.kind == LineKind::Context;
    [
        lines.iter().take_while(is_context).count(),
        lines.iter().rev().take_while(is_context).count(),
    ]
}
