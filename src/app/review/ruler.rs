//! Measures rows in rows of the screen: how far a place is from another, and what must be the first
//! row of the screen so that the cursor is seen.
//!
//! Every question costs a walk over at most a screen of rows, however long the difference is.

use crate::app::review::{
    ReviewPane,
    geometry::{self, Geometry},
    reading::{MARGIN, Reading, Way},
};

/// A row of the screen: a logical row, and which of its screen rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub row: usize,
    pub part: usize,
}

/// Measures the rows of a pane on a screen.
pub(super) struct Ruler<'a> {
    pane: &'a ReviewPane,
    geometry: Geometry,
    /// Rows of the screen below the cursor that the comment being written takes.
    field: usize,
}

impl Place {
    /// The first screen row of a row.
    pub fn start(row: usize) -> Self {
        Self { row, part: 0 }
    }
}

impl<'a> Ruler<'a> {
    pub fn new(pane: &'a ReviewPane, geometry: Geometry) -> Self {
        let field = geometry::field_height(pane, geometry);
        Self {
            pane,
            geometry,
            field,
        }
    }

    /// Rows of the screen that a row takes, with the field that stands under it.
    fn height(&self, row: usize) -> usize {
        let height = geometry::row_height(self.pane, self.geometry, row);
        if row == self.pane.sheet.reading.cursor {
            height + self.field
        } else {
            height
        }
    }

    /// Rows of the screen.
    fn screen(&self) -> usize {
        usize::from(self.geometry.height).max(1)
    }

    /// The place so many screen rows further down, at most the last one.
    pub fn down(&self, from: Place, rows: usize) -> Place {
        let last = self.pane.sheet.rows.len().saturating_sub(1);
        let mut at = from;
        let mut left = rows;
        loop {
            let below = self.height(at.row).saturating_sub(at.part + 1);
            if left <= below {
                at.part += left;
                return at;
            }
            if at.row >= last {
                at.part += below;
                return at;
            }
            left -= below + 1;
            at = Place::start(at.row + 1);
        }
    }

    /// The place so many screen rows further up, at least the first one.
    pub fn up(&self, from: Place, rows: usize) -> Place {
        let mut at = from;
        let mut left = rows;
        loop {
            if left <= at.part {
                at.part -= left;
                return at;
            }
            if at.row == 0 {
                return Place::default();
            }
            left -= at.part + 1;
            at.row -= 1;
            at.part = self.height(at.row).saturating_sub(1);
        }
    }

    /// Screen rows from one place down to another, at most `most`.
    pub fn distance(&self, from: Place, to: Place, most: usize) -> usize {
        let mut at = from;
        let mut rows = 0;
        while at.row < to.row && rows < most {
            rows += self.height(at.row).saturating_sub(at.part);
            at = Place::start(at.row + 1);
        }
        (rows + to.part.saturating_sub(at.part)).min(most)
    }

    /// Whether the row under the cursor begins on the screen.
    pub fn is_seen(&self, reading: &Reading) -> bool {
        let cursor = Place::start(reading.cursor);
        let screen = self.screen();
        cursor >= reading.top() && self.distance(reading.top(), cursor, screen) < screen
    }

    /// Moves the first row of the screen as little as possible, so that the cursor and its margins
    /// are seen; of a row that does not fit, something.
    pub fn reveal(&self, reading: &mut Reading) {
        let (lowest, highest) = self.bounds(reading.cursor);
        let (lowest, highest) = (lowest.min(highest), lowest.max(highest));
        let top = reading.top().clamp(lowest, highest);
        let part = self.height(top.row).saturating_sub(1).min(top.part);
        let top = Place { part, ..top };
        reading.set_top(top.min(self.last_top()));
    }

    /// The first rows of the screen with which the cursor's row is seen whole with its margins: the
    /// smallest and the largest. The smallest is the larger one where the row does not fit.
    fn bounds(&self, cursor: usize) -> (Place, Place) {
        let screen = self.screen();
        let margin = MARGIN.min((screen - 1) / 2);
        let first = Place::start(cursor);
        let last = Place {
            row: cursor,
            part: self.height(cursor).saturating_sub(1),
        };
        let lowest = self.up(last, screen - 1 - margin);
        (lowest, self.up(first, margin))
    }

    /// The first row of the screen that shows the last row at the bottom.
    fn last_top(&self) -> Place {
        let row = self.pane.sheet.rows.len().saturating_sub(1);
        let part = self.height(row).saturating_sub(1);
        self.up(Place { row, part }, self.screen() - 1)
    }

    /// The first row of the screen after a step within a row that does not fit; `None` when the row
    /// fits or the step leads out of it.
    pub fn inside(&self, reading: &Reading, way: Way) -> Option<Place> {
        let (lowest, highest) = self.bounds(reading.cursor);
        if lowest <= highest {
            return None;
        }
        let top = reading.top();
        match way {
            Way::Up => (top > highest).then(|| self.up(top, 1)),
            Way::Down => (top < lowest.min(self.last_top())).then(|| self.down(top, 1)),
        }
    }

    /// Shows the rows from a place on, and takes the cursor along when it would leave the screen.
    pub fn show_from(&self, reading: &mut Reading, top: Place) {
        let top = top.min(self.last_top());
        reading.set_top(top);
        let screen = self.screen();
        let margin = MARGIN.min((screen - 1) / 2);
        let is_first = top == Place::default();
        let is_last = top == self.last_top();
        let high = self.down(top, if is_first { 0 } else { margin });
        let below = if is_last { 0 } else { margin };
        let low = self.down(top, screen - 1 - below);
        reading.cursor = reading.cursor.clamp(high.row, low.row);
    }

    /// Columns of the longest line on the screen.
    pub fn longest_seen(&self) -> usize {
        let top = self.pane.sheet.reading.top();
        let end = self.down(top, self.screen() - 1).row;
        let widths = (top.row..=end).map(|row| geometry::row_width(self.pane, row));
        widths.max().unwrap_or_default()
    }
}
