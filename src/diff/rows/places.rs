//! Where something is among the rows, and what comes before and behind a row.

use crate::diff::{
    changeset::{Changeset, FileId},
    patch::{HunkId, LineId, LineKind, Patch},
    review::comment::CommentId,
    rows::{
        Gap, HunkRows, Row, Rows, Shape,
        piece::{Kind, Piece},
    },
};

impl Rows {
    /// The row of a file's head.
    pub fn of_file(&self, file: FileId) -> Option<usize> {
        self.files.get(file.0 as usize).copied()
    }

    /// The rows of a hunk; `None` in a folded file.
    pub fn hunk(&self, hunk: HunkId) -> Option<&HunkRows> {
        let place = self.places.get(hunk.0 as usize).copied().flatten()?;
        self.hunks.get(place)
    }

    /// The row of a hunk's head; `None` in a folded file.
    pub fn of_hunk(&self, hunk: HunkId) -> Option<usize> {
        self.hunk(hunk).map(|hunk| hunk.rows.start)
    }

    /// The row that shows a line; the head of the hunk or file where that is folded, the row above
    /// where the line is left out as whitespace.
    pub fn of_line(&self, changeset: &Changeset, _shape: &Shape, line: LineId) -> Option<usize> {
        let patch = &changeset.patch;
        let place = patch.line(line)?;
        let id = hunk_of(patch, line)?;
        let Some(hunk) = self.hunk(id) else {
            let file = patch.hunk(id)?.file;
            let file = self.patch_files.get(file.0 as usize).copied().flatten()?;
            return self.of_file(file);
        };
        let next = |piece: &Piece| match place.kind {
            LineKind::Context | LineKind::Removed => piece.old,
            LineKind::Added => piece.new,
        };
        let pieces = self.pieces.get(hunk.pieces.clone()).unwrap_or_default();
        let behind = pieces.partition_point(|piece| next(piece) <= line.0);
        let end = pieces.get(behind).map_or(hunk.rows.end, |piece| piece.row);
        let piece = pieces.get(behind.checked_sub(1)?)?;
        let offset = piece.offset_of(patch, line, next(piece));
        Some((piece.row + offset).min(end - 1))
    }

    /// The row of a comment; `None` when it goes with something folded.
    pub fn of_comment(
        &self,
        _changeset: &Changeset,
        _shape: &Shape,
        comment: CommentId,
    ) -> Option<usize> {
        let mut places = self.comments.iter();
        let place = places.find(|(_, id)| *id == comment);
        place.map(|(row, _)| *row)
    }

    /// The row that shows the same as a row of another shape, else what now stands for it: the head
    /// of its hunk or file, or the gap that swallowed it. Keeps a cursor in place.
    pub fn of_row(&self, changeset: &Changeset, shape: &Shape, row: Row) -> Option<usize> {
        match row {
            Row::File(file) => self.of_file(file),
            Row::Note(file) => {
                let mut pieces = self.pieces_of(file).iter();
                let note = pieces.find(|piece| piece.kind == Kind::One(row));
                note.map(|note| note.row).or_else(|| self.of_file(file))
            }
            Row::Hunk(file, hunk) => self.of_hunk(hunk).or_else(|| self.of_file(file)),
            Row::Gap(gap, _) => self.of_gap(gap),
            Row::Line(_, line) | Row::Same(_, _, line) => self.of_line(changeset, shape, line),
            Row::Pair(_, old, new) => self.of_line(changeset, shape, new.or(old)?),
            Row::Context { file, new, old: _ } => self.of_context(file, new),
            Row::Comment(comment) => self.of_comment(changeset, shape, comment),
        }
    }

    /// The row that shows an unchanged line outside of the hunks by its number after, from 1; the gap
    /// that it is in, else the file's head.
    pub fn of_context(&self, file: FileId, number: u32) -> Option<usize> {
        let pieces = self.pieces_of(file);
        let is_before = |piece: &Piece| match piece.kind {
            Kind::Context(_) | Kind::One(Row::Gap(..)) => piece.new <= number,
            Kind::One(_) | Kind::Lines(..) | Kind::Segment(..) => false,
        };
        let Some(place) = pieces.iter().rposition(is_before) else {
            return self.of_file(file);
        };
        let piece = pieces.get(place)?;
        match piece.kind {
            Kind::Context(_) => {
                let end = pieces.get(place + 1).map_or(self.count, |next| next.row);
                Some((piece.row + (number - piece.new) as usize).min(end - 1))
            }
            Kind::One(_) | Kind::Lines(..) | Kind::Segment(..) => Some(piece.row),
        }
    }

    /// The row of a gap; where all of it is opened its first line, else the hunk below it.
    pub fn of_gap(&self, gap: Gap) -> Option<usize> {
        let is_left_out =
            |piece: &&Piece| matches!(piece.kind, Kind::One(Row::Gap(left, _)) if left == gap);
        if let Some(piece) = self.pieces_of(gap.file).iter().find(is_left_out) {
            return Some(piece.row);
        }
        let mut hunks = 0;
        let mut pieces = self.pieces_of(gap.file).iter();
        let place = pieces.find(|piece| match piece.kind {
            Kind::Context(_) | Kind::One(Row::Gap(..)) => hunks == gap.before,
            Kind::One(Row::Hunk(..)) => {
                hunks += 1;
                hunks > gap.before
            }
            Kind::One(_) | Kind::Lines(..) | Kind::Segment(..) => false,
        });
        place.map_or_else(|| self.of_file(gap.file), |piece| Some(piece.row))
    }

    /// The file that a row belongs to; `None` for the rows before the first file.
    pub fn file_at(&self, row: usize) -> Option<FileId> {
        if row >= self.count {
            return None;
        }
        let behind = self.files.partition_point(|head| *head <= row);
        u32::try_from(behind.checked_sub(1)?).ok().map(FileId)
    }

    /// The hunk that a row belongs to; `None` outside of hunks.
    pub fn hunk_at(&self, row: usize) -> Option<HunkId> {
        let behind = self.hunks.partition_point(|hunk| hunk.rows.start <= row);
        let hunk = self.hunks.get(behind.checked_sub(1)?)?;
        hunk.rows.contains(&row).then_some(hunk.id)
    }

    /// The head of the next file below a row.
    pub fn next_file(&self, row: usize) -> Option<usize> {
        below(&self.files, row, |head| *head)
    }

    /// The head of the nearest file above a row.
    pub fn previous_file(&self, row: usize) -> Option<usize> {
        above(&self.files, row, |head| *head)
    }

    /// The head of the next hunk below a row.
    pub fn next_hunk(&self, row: usize) -> Option<usize> {
        below(&self.hunks, row, |hunk| hunk.rows.start)
    }

    /// The head of the nearest hunk above a row.
    pub fn previous_hunk(&self, row: usize) -> Option<usize> {
        above(&self.hunks, row, |hunk| hunk.rows.start)
    }

    /// The next comment below a row.
    pub fn next_comment(&self, row: usize) -> Option<usize> {
        below(&self.comments, row, |(place, _)| *place)
    }

    /// The nearest comment above a row.
    pub fn previous_comment(&self, row: usize) -> Option<usize> {
        above(&self.comments, row, |(place, _)| *place)
    }

    fn pieces_of(&self, file: FileId) -> &[Piece] {
        let piece_at = |row: usize| self.pieces.partition_point(|piece| piece.row < row);
        let heads = self.files.get(file.0 as usize..).unwrap_or_default();
        let Some((first, others)) = heads.split_first() else {
            return &[];
        };
        let end = others
            .first()
            .map_or(self.pieces.len(), |row| piece_at(*row));
        self.pieces.get(piece_at(*first)..end).unwrap_or_default()
    }
}

/// The hunk that holds a line.
fn hunk_of(patch: &Patch, line: LineId) -> Option<HunkId> {
    let behind = patch
        .hunks()
        .partition_point(|hunk| hunk.lines.start <= line.0);
    let place = behind.checked_sub(1)?;
    let hunk = patch.hunks().get(place)?;
    let id = u32::try_from(place).ok().map(HunkId)?;
    hunk.lines.contains(&line.0).then_some(id)
}

/// The first row of an ascending list that is below `row`.
fn below<T>(list: &[T], row: usize, row_of: fn(&T) -> usize) -> Option<usize> {
    let next = list.partition_point(|entry| row_of(entry) <= row);
    list.get(next).map(row_of)
}

/// The last row of an ascending list that is above `row`.
fn above<T>(list: &[T], row: usize, row_of: fn(&T) -> usize) -> Option<usize> {
    let behind = list.partition_point(|entry| row_of(entry) < row);
    list.get(behind.checked_sub(1)?).map(row_of)
}
