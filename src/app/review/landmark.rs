//! Where one reads, in words that another difference understands: path, line, numbers.
//!
//! In: a sheet and its cursor. Out: the row of another sheet that is most like it: the same line of
//! the same file, else the nearest one by number, else the file, else the file that took its place.

use crate::{
    app::review::Sheet,
    diff::{
        changeset::{Changeset, FileId},
        patch::{LineId, LineKind, PatchLine},
        review::comment::CommentId,
        rows::Row,
    },
};

/// Where one reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Landmark {
    path: String,
    spot: Spot,
}

/// Where in a file one reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Spot {
    /// On its head.
    #[default]
    Head,
    /// On a comment, which stood at the line of this number.
    Comment(CommentId, u32),
    /// On a line.
    Line {
        text: String,
        kind: LineKind,
        /// Its number after, or before for a removed line.
        number: u32,
    },
    /// Near the line of this number after.
    Near(u32),
}

impl Landmark {
    /// Where one reads in a sheet; `None` while it is empty.
    pub fn of(sheet: &Sheet) -> Option<Self> {
        let changeset = sheet.changeset.as_deref()?;
        let cursor = sheet.reading.cursor;
        let row = sheet.row(cursor)?;
        let file = sheet.rows.file_at(cursor);
        let path = file.map_or("", |file| sheet.path(file)).to_owned();
        let spot = match row {
            Row::File(_) | Row::Note(_) => Spot::Head,
            Row::Hunk(_, hunk) => {
                let hunk = changeset.patch.hunk(hunk)?;
                Spot::Near(hunk.new_start)
            }
            Row::Gap(gap, _) => sheet
                .hunks(gap.file)
                .nth(gap.before as usize)
                .and_then(|hunk| changeset.patch.hunk(hunk))
                .map_or(Spot::Near(u32::MAX), |hunk| Spot::Near(hunk.new_start)),
            Row::Line(_, line) | Row::Same(_, _, line) => Spot::of_line(changeset, line)?,
            Row::Pair(_, old, new) => Spot::of_line(changeset, new.or(old)?)?,
            Row::Context { new, .. } => Spot::Near(new),
            Row::Comment(id) => Spot::Comment(id, number_above(sheet, cursor)),
        };
        Some(Self { path, spot })
    }

    /// The row of a sheet that is most like it.
    pub fn find(&self, sheet: &Sheet) -> usize {
        self.row(sheet).unwrap_or_default()
    }

    fn row(&self, sheet: &Sheet) -> Option<usize> {
        let changeset = sheet.changeset.as_deref()?;
        let of_line = |line| sheet.rows.of_line(changeset, &sheet.shape, line);
        if let Spot::Comment(id, _) = &self.spot
            && let Some(row) = sheet.rows.of_comment(changeset, &sheet.shape, *id)
        {
            return Some(row);
        }
        let Some(file) = file_of(changeset, &self.path) else {
            return sheet.rows.of_file(successor(changeset, &self.path)?);
        };
        let line = match &self.spot {
            Spot::Head => None,
            Spot::Comment(_, number) | Spot::Near(number) => nearest(sheet, file, *number),
            Spot::Line { text, kind, number } => {
                let twin = twin(sheet, file, text, *kind, *number);
                twin.or_else(|| nearest(sheet, file, *number))
            }
        };
        line.and_then(of_line).or_else(|| sheet.rows.of_file(file))
    }
}

impl Spot {
    fn of_line(changeset: &Changeset, id: LineId) -> Option<Self> {
        let line = changeset.patch.line(id)?;
        Some(Self::Line {
            text: changeset.patch.line_text(id).to_owned(),
            kind: line.kind,
            number: number(line),
        })
    }
}

fn number(line: &PatchLine) -> u32 {
    match line.kind {
        LineKind::Context | LineKind::Added => line.new,
        LineKind::Removed => line.old,
    }
}

/// The number of the nearest line of the patch above a row; 0 where there is none.
fn number_above(sheet: &Sheet, row: usize) -> u32 {
    let rows = (0..row).rev().map_while(|above| sheet.row(above)).take(64);
    let lines = rows.map_while(|row| match row {
        Row::File(_) => None,
        Row::Note(_) | Row::Hunk(..) | Row::Gap(..) | Row::Comment(_) => Some(None),
        Row::Context { new, .. } => Some(Some(new)),
        Row::Line(_, line) | Row::Same(_, _, line) => Some(after(sheet, line)),
        Row::Pair(_, _, new) => Some(new.and_then(|line| after(sheet, line))),
    });
    lines.flatten().next().unwrap_or_default()
}

fn after(sheet: &Sheet, line: LineId) -> Option<u32> {
    let line = sheet.changeset.as_deref()?.patch.line(line)?;
    Some(line.new).filter(|number| *number > 0)
}

/// The file of a path, also when it was renamed from it since.
fn file_of(changeset: &Changeset, path: &str) -> Option<FileId> {
    let renamed = || {
        let place = changeset
            .files
            .iter()
            .position(|file| file.old_path.as_deref() == Some(path))?;
        u32::try_from(place).ok().map(FileId)
    };
    changeset.by_path(path).or_else(renamed)
}

/// The file that stands where one of this path would.
fn successor(changeset: &Changeset, path: &str) -> Option<FileId> {
    let behind = changeset
        .files
        .iter()
        .position(|file| file.path.as_str() >= path);
    let place = behind.or_else(|| changeset.files.len().checked_sub(1))?;
    u32::try_from(place).ok().map(FileId)
}

fn lines(sheet: &Sheet, file: FileId) -> impl Iterator<Item = (LineId, &PatchLine)> {
    let patch = sheet.changeset.as_deref().map(|changeset| &changeset.patch);
    let ids = sheet.hunks(file).filter_map(move |hunk| {
        let lines = patch?.hunk(hunk)?.lines.clone();
        Some(lines.map(LineId))
    });
    ids.flatten()
        .filter_map(move |id| Some((id, patch?.line(id)?)))
}

/// The line that says the same on the same side, the nearest to its number.
fn twin(sheet: &Sheet, file: FileId, text: &str, kind: LineKind, at: u32) -> Option<LineId> {
    let patch = &sheet.changeset.as_deref()?.patch;
    let is_removed = kind == LineKind::Removed;
    lines(sheet, file)
        .filter(|(_, line)| (line.kind == LineKind::Removed) == is_removed)
        .filter(|(id, _)| patch.line_text(*id) == text)
        .min_by_key(|(_, line)| number(line).abs_diff(at))
        .map(|(id, _)| id)
}

/// The line whose number after is nearest.
fn nearest(sheet: &Sheet, file: FileId, at: u32) -> Option<LineId> {
    lines(sheet, file)
        .filter(|(_, line)| line.new > 0)
        .min_by_key(|(_, line)| line.new.abs_diff(at))
        .map(|(id, _)| id)
}
