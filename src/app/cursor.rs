//! A cursor in a list, and the part of the list that is on the screen.
//!
//! Moving and drawing ask here alike, so that they agree. Not for: which thing is under the cursor; a
//! list keeps that by its key and finds the place again.

use crate::action::Action;

/// Where the cursor is and where the screen begins, both in rows of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The row under the cursor.
    pub place: usize,
    /// The first row on the screen.
    first: usize,
}

impl Cursor {
    /// The first row on a screen of `height` rows, such that the cursor is on it.
    pub fn first_row(self, count: usize, height: usize) -> usize {
        let last_start = count.saturating_sub(height);
        let first = self.first.min(last_start).min(self.place);
        if height > 0 && self.place >= first + height {
            return self.place + 1 - height;
        }
        first
    }

    /// Moves to a row of a list of `count` rows, on a screen of `height` rows.
    pub fn go(&mut self, place: usize, count: usize, height: usize) {
        let height = height.max(1);
        let first = self.first_row(count, height);
        self.place = place.min(count.saturating_sub(1));
        // Half a screen at once: one step then costs few cells on a slow line, most of the time.
        let half = height / 2;
        self.first = if self.place < first {
            self.place.saturating_sub(half)
        } else if self.place >= first + height {
            (self.place + 1 + half)
                .saturating_sub(height)
                .min(count.saturating_sub(height))
        } else {
            first
        };
    }

    /// Follows its row to another place; it stays on the same line of the screen.
    pub fn follow(&mut self, place: usize) {
        let line = self.place.saturating_sub(self.first);
        self.place = place;
        self.first = place.saturating_sub(line);
    }

    /// Stays where it is, in a list of `count` rows.
    pub fn stay(&mut self, count: usize) {
        self.place = self.place.min(count.saturating_sub(1));
    }
}

/// The row that a movement leads to from `place`, on a screen of `height` rows; it may lie behind the
/// end. `None` when the action is no movement.
pub(super) fn target(action: Action, place: usize, height: usize) -> Option<usize> {
    let page = height.max(1);
    let half = (page / 2).max(1);
    Some(match action {
        Action::Up => place.saturating_sub(1),
        Action::Down => place.saturating_add(1),
        Action::Top => 0,
        Action::Bottom => usize::MAX,
        Action::HalfPageUp => place.saturating_sub(half),
        Action::HalfPageDown => place.saturating_add(half),
        Action::PageUp => place.saturating_sub(page),
        Action::PageDown => place.saturating_add(page),
        _ => return None,
    })
}
