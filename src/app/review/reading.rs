//! Where one reads in the rows of a difference: cursor, first row, range, horizontal scroll.
//!
//! Moves are by rows of the screen where a long line takes several of them; the cursor always stands
//! on a whole logical row, with [`MARGIN`] rows of the screen above and below it where there are any.
//! Not for: what a row shows (`diff::rows`), how many rows of the screen it takes (`geometry`).

use std::ops::RangeInclusive;

use crate::{
    action::Action,
    app::review::{ReviewPane, Sheet, geometry::Geometry, ruler::Place, ruler::Ruler},
    diff::{
        changeset::FileId,
        patch::{HunkId, LineId},
        rows::Row,
    },
};

/// Rows of the screen that stay visible above and below the cursor.
pub const MARGIN: usize = 3;
/// Columns that a key scrolls to the side.
const SIDEWAYS: usize = 8;

/// Where one reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// Which of its screen rows is the first, where it wraps.
    pub top_part: usize,
    /// Where a range of lines began; the cursor is its other end.
    pub range_from: Option<usize>,
    /// Columns that are scrolled away to the left.
    pub skipped: usize,
}

/// Where a row that is jumped to comes to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Landing {
    /// As far up as the margin lets it.
    Top,
    /// Where it is when it is on the screen already, else in the upper third.
    Seen,
}

impl Reading {
    pub(super) fn top(&self) -> Place {
        Place {
            row: self.top,
            part: self.top_part,
        }
    }

    pub(super) fn set_top(&mut self, top: Place) {
        self.top = top.row;
        self.top_part = top.part;
    }

    /// The rows of the range, or the row under the cursor.
    pub fn rows(&self) -> RangeInclusive<usize> {
        let from = self.range_from.unwrap_or(self.cursor);
        from.min(self.cursor)..=from.max(self.cursor)
    }
}

impl Sheet {
    /// What a row shows; `None` behind the last.
    pub fn row(&self, row: usize) -> Option<Row> {
        self.rows.at(self.changeset.as_deref()?, &self.shape, row)
    }

    /// What is under the cursor.
    pub fn current(&self) -> Option<Row> {
        self.row(self.reading.cursor)
    }

    /// The file under the cursor.
    pub fn current_file(&self) -> Option<FileId> {
        self.rows.file_at(self.reading.cursor)
    }

    /// The hunk under the cursor; `None` outside of hunks.
    pub fn current_hunk(&self) -> Option<HunkId> {
        self.rows.hunk_at(self.reading.cursor)
    }
}

/// The line of the patch that a row is about: where both sides are beside each other, the one after.
pub fn line_of(row: Row) -> Option<(FileId, LineId)> {
    match row {
        Row::Line(file, line) | Row::Same(file, _, line) => Some((file, line)),
        Row::Pair(file, old, new) => new.or(old).map(|line| (file, line)),
        Row::File(_) | Row::Note(_) | Row::Hunk(..) | Row::Gap(..) => None,
        Row::Context { .. } | Row::Comment(_) => None,
    }
}

/// Moves the cursor or the screen; false when the action is no movement.
pub(super) fn travel(pane: &mut ReviewPane, geometry: Geometry, action: Action) -> bool {
    let height = usize::from(geometry.height).max(1);
    let half = (height / 2).max(1);
    let page = height.saturating_sub(2).max(1);
    match action {
        Action::Up => step(pane, geometry, Way::Up),
        Action::Down => step(pane, geometry, Way::Down),
        Action::HalfPageUp => leap(pane, geometry, Way::Up, half),
        Action::HalfPageDown => leap(pane, geometry, Way::Down, half),
        Action::PageUp => leap(pane, geometry, Way::Up, page),
        Action::PageDown => leap(pane, geometry, Way::Down, page),
        Action::Top => jump(pane, geometry, 0, Landing::Top),
        Action::Bottom => {
            let last = pane.sheet.rows.len().saturating_sub(1);
            jump(pane, geometry, last, Landing::Top);
        }
        Action::ScrollLeft => sideways(pane, geometry, Way::Up),
        Action::ScrollRight => sideways(pane, geometry, Way::Down),
        _ => return false,
    }
    true
}

/// Which way a move goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To the first row, or to the left.
    Up,
    /// To the last row, or to the right.
    Down,
}

/// To the next row; through a row that does not fit the screen, a row of the screen at a time.
fn step(pane: &mut ReviewPane, geometry: Geometry, way: Way) {
    let ruler = Ruler::new(pane, geometry);
    let mut reading = pane.sheet.reading.clone();
    if let Some(top) = ruler.inside(&reading, way) {
        reading.set_top(top);
    } else {
        let last = pane.sheet.rows.len().saturating_sub(1);
        reading.cursor = match way {
            Way::Up => reading.cursor.saturating_sub(1),
            Way::Down => (reading.cursor + 1).min(last),
        };
        reading = bounded(&pane.sheet, reading, way);
        ruler.reveal(&mut reading);
    }
    pane.sheet.reading = reading;
}

/// Moves the screen and the cursor with it.
fn leap(pane: &mut ReviewPane, geometry: Geometry, way: Way, rows: usize) {
    let ruler = Ruler::new(pane, geometry);
    let mut reading = pane.sheet.reading.clone();
    let from = Place::start(reading.cursor).max(reading.top());
    let (cursor, top) = match way {
        Way::Up => (ruler.up(from, rows), ruler.up(reading.top(), rows)),
        Way::Down => (ruler.down(from, rows), ruler.down(reading.top(), rows)),
    };
    reading.cursor = cursor.row;
    reading.set_top(top);
    reading = bounded(&pane.sheet, reading, way);
    ruler.reveal(&mut reading);
    pane.sheet.reading = reading;
}

/// Puts the cursor on a row, wherever it is; a range ends unless the row is in its hunk.
pub(super) fn jump(pane: &mut ReviewPane, geometry: Geometry, row: usize, landing: Landing) {
    let ruler = Ruler::new(pane, geometry);
    let mut reading = pane.sheet.reading.clone();
    let hunk = pane.sheet.rows.hunk_at(row);
    let begun = reading.range_from;
    if begun.is_some_and(|from| hunk.is_none() || pane.sheet.rows.hunk_at(from) != hunk) {
        reading.range_from = None;
    }
    reading.cursor = row.min(pane.sheet.rows.len().saturating_sub(1));
    let target = Place::start(reading.cursor);
    match landing {
        Landing::Top => reading.set_top(target),
        Landing::Seen if ruler.is_seen(&reading) => {}
        Landing::Seen => reading.set_top(ruler.up(target, usize::from(geometry.height) / 3)),
    }
    ruler.reveal(&mut reading);
    pane.sheet.reading = reading;
}

/// Moves the screen; the cursor stays where it is as long as it is seen.
pub(super) fn scroll(pane: &mut ReviewPane, geometry: Geometry, way: Way, rows: usize) {
    if pane.sheet.reading.range_from.is_some() {
        return (0..rows).for_each(|_| step(pane, geometry, way));
    }
    let ruler = Ruler::new(pane, geometry);
    let mut reading = pane.sheet.reading.clone();
    let top = match way {
        Way::Up => ruler.up(reading.top(), rows),
        Way::Down => ruler.down(reading.top(), rows),
    };
    ruler.show_from(&mut reading, top);
    pane.sheet.reading = reading;
}

/// Keeps the cursor in sight after the screen or the rows changed.
pub(super) fn reveal(pane: &mut ReviewPane, geometry: Geometry) {
    let ruler = Ruler::new(pane, geometry);
    let mut reading = pane.sheet.reading.clone();
    reading.cursor = reading.cursor.min(pane.sheet.rows.len().saturating_sub(1));
    ruler.reveal(&mut reading);
    pane.sheet.reading = reading;
}

/// Keeps the cursor in the hunk of a range that was begun, on one of its lines.
fn bounded(sheet: &Sheet, mut reading: Reading, way: Way) -> Reading {
    let Some(from) = reading.range_from else {
        return reading;
    };
    let before = sheet.reading.cursor;
    let hunk = sheet
        .rows
        .hunk_at(from)
        .and_then(|hunk| sheet.rows.hunk(hunk));
    let Some(rows) = hunk.map(|hunk| hunk.rows.clone()) else {
        reading.cursor = before;
        return reading;
    };
    let is_line = |row: &usize| sheet.row(*row).and_then(line_of).is_some();
    let wanted = reading.cursor.clamp(rows.start, rows.end.saturating_sub(1));
    // Comments between lines are stepped over.
    let above = || (rows.start..=wanted).rev().find(is_line);
    let below = || (wanted..rows.end).find(is_line);
    let found = match way {
        Way::Up => above().or_else(below),
        Way::Down => below().or_else(above),
    };
    reading.cursor = found.unwrap_or(before);
    reading
}

/// Scrolls long lines to the side, as far as what is seen goes.
fn sideways(pane: &mut ReviewPane, geometry: Geometry, way: Way) {
    let skipped = pane.sheet.reading.skipped;
    let longest = Ruler::new(pane, geometry).longest_seen();
    let most = longest.saturating_sub(usize::from(geometry.code) / 2);
    pane.sheet.reading.skipped = match way {
        Way::Up => skipped.saturating_sub(SIDEWAYS),
        Way::Down => (skipped + SIDEWAYS).min(most.max(skipped)),
    };
}

/// Begins a range of lines at the cursor, or ends it; false where there is no line.
pub(super) fn toggle_range(pane: &mut ReviewPane) -> bool {
    let sheet = &mut pane.sheet;
    if sheet.reading.range_from.take().is_some() {
        return true;
    }
    let is_line = sheet.current().and_then(line_of).is_some();
    if is_line {
        sheet.reading.range_from = Some(sheet.reading.cursor);
    }
    is_line
}
