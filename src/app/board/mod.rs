//! The board: all sessions of all projects, one row each.
//!
//! The cursor is on a session, never on a row number. Rows stand still while they are read (see
//! `roster`); where a row leaves under the cursor, keys that do something wait for the eye.

mod filter;
mod keys;
mod roster;

use std::time::Duration;

pub(super) use keys::act;
pub use keys::next_waiting;
pub use roster::{Counts, Order, Row, last_active};

use crate::{
    app::{board::roster::Roster, cursor::Cursor, fleet::Fleet},
    model::{id::SessionKey, time::Millis},
};

/// For so long after the first rows came the order follows what becomes known about them.
const SETTLING: Duration = Duration::from_secs(5);
/// For so long after a row left under the cursor, keys do nothing to the row that took its place.
const SHIFTED: Duration = Duration::from_millis(250);

/// The board's position and choices.
#[derive(Debug)]
pub struct Board {
    roster: Roster,
    /// Indices into the roster's rows, in the order of the screen.
    shown: Vec<usize>,
    selected: Option<SessionKey>,
    /// Where the cursor is in `shown`.
    cursor: Cursor,
    order: Order,
    only_waiting: bool,
    filter: String,
    preview: bool,
    previewed: Option<SessionKey>,
    /// The revision of the fleet that the roster shows; `None` when it has to be looked at anew.
    taken: Option<u64>,
    /// Whether another filter than the one of `shown` was typed.
    is_refiltered: bool,
    lines: filter::Lines,
    settles_at: Option<Millis>,
    /// Whether a person has used the board; from then on rows stand still.
    touched: bool,
    shifted_at: Option<Millis>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            roster: Roster::default(),
            shown: Vec::new(),
            selected: None,
            cursor: Cursor::default(),
            order: Order::default(),
            only_waiting: false,
            filter: String::new(),
            preview: true,
            previewed: None,
            taken: None,
            is_refiltered: false,
            lines: filter::Lines::default(),
            settles_at: None,
            touched: false,
            shifted_at: None,
        }
    }
}

impl Board {
    /// The session under the cursor.
    pub fn selected(&self) -> Option<&SessionKey> {
        self.selected.as_ref()
    }

    /// Puts the cursor on a session.
    pub fn select(&mut self, key: &SessionKey) {
        self.selected = Some(key.clone());
        self.touched = true;
        self.shifted_at = None;
        self.taken = None;
    }

    /// How many sessions stand where.
    pub fn counts(&self) -> Counts {
        self.roster.counts
    }

    /// How many rows there are under the filter.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether there is no row under the filter.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The rows of a screen of `height` rows that begins with the row `first`.
    pub fn rows(&self, first: usize, height: usize) -> impl Iterator<Item = &Row> {
        let shown = self.shown.iter().skip(first).take(height);
        shown.filter_map(|index| self.roster.rows.get(*index))
    }

    /// The row of a session.
    pub fn row(&self, key: &SessionKey) -> Option<&Row> {
        self.roster.rows.get(self.roster.find(key)?)
    }

    /// The first row on a screen of `height` rows, such that the cursor is on it.
    pub fn first_row(&self, height: usize) -> usize {
        self.cursor.first_row(self.shown.len(), height)
    }

    /// What comes first.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Whether rows changed so that another order would suit them.
    pub fn is_out_of_order(&self) -> bool {
        self.roster.rows.iter().any(Row::has_changed)
    }

    /// Whether only sessions that need a person are shown.
    pub fn only_waiting(&self) -> bool {
        self.only_waiting
    }

    /// The filter; empty when there is none.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Shows only sessions that match.
    pub(super) fn set_filter(&mut self, filter: String) {
        if self.filter != filter {
            self.filter = filter;
            self.is_refiltered = true;
        }
    }

    /// Whether a preview is shown where there is room.
    pub fn has_preview(&self) -> bool {
        self.preview
    }

    /// The session of the preview: the one on which the cursor last rested.
    pub fn previewed(&self) -> Option<&SessionKey> {
        self.previewed.as_ref()
    }

    /// Shows the session under the cursor in the preview, and says whether that is another one.
    pub(super) fn rest(&mut self) -> bool {
        let changed = self.previewed != self.selected;
        if changed {
            self.previewed.clone_from(&self.selected);
        }
        changed
    }

    /// Has the order computed anew.
    pub(super) fn resort(&mut self, fleet: &Fleet) {
        self.roster.sort(fleet, self.order);
        self.taken = None;
    }

    /// Takes the fleet as it is now, when it changed.
    pub(super) fn keep(&mut self, fleet: &Fleet, now: Millis) {
        let is_refiltered = std::mem::take(&mut self.is_refiltered);
        if self.taken == Some(fleet.revision) {
            if is_refiltered {
                self.show(fleet);
                self.find_cursor(now);
            }
            return;
        }
        let is_first = self.roster.rows.is_empty();
        self.roster.take(fleet, self.order, now);
        if is_first && !self.roster.rows.is_empty() {
            self.settles_at = Some(now.plus(SETTLING));
        }
        let settles = !self.touched && self.settles_at.is_some_and(|at| now < at);
        if settles {
            self.roster.sort(fleet, self.order);
        }
        self.show(fleet);
        if settles {
            self.cursor = Cursor::default();
            self.stay(now);
        } else {
            self.find_cursor(now);
        }
        self.taken = Some(fleet.revision);
        if self.previewed.is_none() {
            self.rest();
        }
    }

    fn show(&mut self, fleet: &Fleet) {
        if self.filter.is_empty() && !self.only_waiting {
            self.shown.clone_from(&self.roster.order);
            return;
        }
        let mut matches = self.lines.matches(fleet, &self.roster.rows, &self.filter);
        if self.only_waiting {
            for (row, is_match) in self.roster.rows.iter().zip(&mut matches) {
                // The row under the cursor stays although it was answered: nothing moves there.
                let stays =
                    row.standing.needs_a_person() || self.selected.as_ref() == Some(&row.key);
                *is_match &= stays;
            }
        }
        self.shown.clear();
        let order = self.roster.order.iter().copied();
        self.shown
            .extend(order.filter(|index| matches.get(*index) == Some(&true)));
    }

    /// Finds the row of the selected session again, on the same line of the screen.
    fn find_cursor(&mut self, now: Millis) {
        let selected = self.selected.as_ref();
        let index = selected.and_then(|key| self.roster.find(key));
        let place = index.and_then(|index| self.shown.iter().position(|shown| *shown == index));
        if let Some(place) = place {
            self.cursor.follow(place);
            return;
        }
        self.stay(now);
    }

    /// Selects what is at the cursor's place now.
    fn stay(&mut self, now: Millis) {
        self.cursor.stay(self.shown.len());
        let row = self.shown.get(self.cursor.place);
        let row = row.and_then(|index| self.roster.rows.get(*index));
        let next = row.map(|row| row.key.clone());
        if self.selected != next {
            self.shifted_at = Some(now);
        }
        self.selected = next;
    }

    /// Puts the cursor on a row, on a screen of `height` rows.
    fn go(&mut self, place: usize, height: usize) {
        self.cursor.go(place, self.shown.len(), height);
        let row = self.shown.get(self.cursor.place);
        let row = row.and_then(|index| self.roster.rows.get(*index));
        self.selected = row.map(|row| row.key.clone());
        self.touched = true;
        self.shifted_at = None;
    }
}
