//! Searching in a difference: typed at the foot, shown while it is typed where that is quick.

use crate::{
    app::{
        State,
        event::Level,
        review::{
            ReviewPane, Sheet, geometry,
            reading::{self, Landing, Way},
        },
        session::field::Field,
    },
    diff::{
        patch::{HunkId, LineId, Patch},
        rows::Row,
        search::{self, MOST, Match},
    },
    model::id::ChangeKey,
};

/// Bytes of a patch that are searched with every letter; larger ones are searched on `enter`.
const QUICK: usize = 1024 * 1024;

/// What was searched for last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The text; empty when nothing is searched for.
    pub needle: String,
    /// Where it stands, in order.
    pub matches: Vec<Match>,
    /// The match that was last gone to.
    pub current: usize,
}

impl Found {
    /// Which match of how many, for people: `3 of 17`; `None` when nothing is searched for.
    pub fn count(&self) -> Option<String> {
        if self.needle.is_empty() {
            return None;
        }
        let more = if self.matches.len() < MOST { "" } else { "+" };
        Some(match self.matches.len() {
            0 => "no match".to_owned(),
            all => format!("{} of {all}{more}", self.current + 1),
        })
    }

    /// The matches in one line.
    pub fn in_line(&self, line: LineId) -> &[Match] {
        let start = self.matches.partition_point(|found| found.line < line);
        let end = self.matches.partition_point(|found| found.line <= line);
        self.matches.get(start..end).unwrap_or_default()
    }
}

/// Opens the line in which the text is typed.
pub(super) fn open(pane: &mut ReviewPane) {
    pane.searched_from = Some(pane.sheet.reading.clone());
    pane.search = Some(Field::default());
}

/// Takes a change of what is typed.
pub(super) fn typed(state: &mut State, key: &ChangeKey) {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let is_quick = patch(&pane.sheet).is_some_and(|patch| patch.text().len() <= QUICK);
    if is_quick {
        look(pane, size);
    }
}

/// Takes what is typed; an empty text ends the search.
pub(super) fn accept(state: &mut State, key: &ChangeKey) {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    look(pane, size);
    pane.search = None;
    pane.searched_from = None;
    let found = &pane.sheet.found;
    if !found.needle.is_empty() && found.matches.is_empty() {
        let text = format!("nothing here says `{}`", found.needle);
        state.say(Level::Info, text);
    }
}

/// Gives the search up and goes back to where it began.
pub(super) fn cancel(pane: &mut ReviewPane, size: (u16, u16)) {
    pane.search = None;
    pane.sheet.found = Found::default();
    if let Some(reading) = pane.searched_from.take() {
        pane.sheet.reading = reading;
        let geometry = geometry::divided(size, pane);
        reading::reveal(pane, geometry);
    }
}

/// Searches anew in a sheet that was replaced.
pub(super) fn renew(sheet: &mut Sheet, needle: String) {
    let Some(patch) = patch(sheet).filter(|patch| patch.text().len() <= QUICK) else {
        return;
    };
    let matches = search::find(patch, &needle);
    sheet.found = Found {
        needle,
        matches,
        current: 0,
    };
}

/// Searches for what is typed and goes to the first match from where the search began.
fn look(pane: &mut ReviewPane, size: (u16, u16)) {
    let needle = pane.search.as_ref().map(Field::text).unwrap_or_default();
    if let Some(reading) = &pane.searched_from {
        pane.sheet.reading = reading.clone();
    }
    if pane.sheet.found.needle != needle {
        let patch = patch(&pane.sheet);
        let matches = patch.map(|patch| search::find(patch, &needle));
        pane.sheet.found = Found {
            needle,
            matches: matches.unwrap_or_default(),
            current: 0,
        };
    }
    let from = line_at(&pane.sheet, pane.sheet.reading.cursor);
    let found = &pane.sheet.found.matches;
    let place = found.partition_point(|found| found.line < from);
    let place = if place < found.len() { place } else { 0 };
    go(pane, size, place);
}

/// Goes to the next match, or to the one before; behind the last comes the first.
pub(super) fn follow(state: &mut State, key: &ChangeKey, way: Way) {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let found = &pane.sheet.found;
    let count = found.matches.len();
    if count == 0 {
        let text = if found.needle.is_empty() {
            "nothing is searched for; `/` searches".to_owned()
        } else {
            format!("nothing here says `{}`", found.needle)
        };
        return state.say(Level::Info, text);
    }
    let (place, wrapped) = beside(&pane.sheet, way);
    go(pane, size, place);
    if wrapped {
        let text = match way {
            Way::Down => "the search goes on at the top",
            Way::Up => "the search goes on at the bottom",
        };
        state.say(Level::Info, text);
    }
}

/// Goes to another match while the text is still typed.
pub(super) fn step_while_typed(state: &mut State, key: &ChangeKey, way: Way) {
    let pane = state.reviews.get(key);
    let is_known = pane.is_some_and(|pane| {
        let typed = pane.search.as_ref().map(Field::text);
        typed.as_ref() == Some(&pane.sheet.found.needle)
    });
    if is_known {
        follow(state, key, way);
        if let Some(pane) = state.reviews.get_mut(key) {
            pane.searched_from = Some(pane.sheet.reading.clone());
        }
    }
}

/// The match beside the cursor, and whether the end was passed.
fn beside(sheet: &Sheet, way: Way) -> (usize, bool) {
    let found = &sheet.found;
    let count = found.matches.len();
    let (below, above) = if is_at_current(sheet) {
        (found.current + 1, found.current)
    } else {
        let cursor = sheet.reading.cursor;
        let is_line = sheet.current().and_then(reading::line_of).is_some();
        let place = |row: usize| {
            let line = line_at(sheet, row);
            found.matches.partition_point(|found| found.line < line)
        };
        (place(cursor + usize::from(is_line)), place(cursor))
    };
    match way {
        Way::Down => (below % count, below >= count),
        Way::Up => {
            let before = above.checked_sub(1);
            (before.unwrap_or(count - 1), before.is_none())
        }
    }
}

/// Whether the cursor is still on the match that was last gone to; a row may hold several.
fn is_at_current(sheet: &Sheet) -> bool {
    let current = sheet.found.matches.get(sheet.found.current);
    let row = current.zip(sheet.changeset.as_deref());
    let row = row.and_then(|(current, changeset)| {
        let rows = &sheet.rows;
        rows.of_line(changeset, &sheet.shape, current.line)
    });
    row == Some(sheet.reading.cursor)
}

/// Goes to a match, and unfolds what hides it.
fn go(pane: &mut ReviewPane, size: (u16, u16), place: usize) {
    let Some(line) = pane.sheet.found.matches.get(place).map(|found| found.line) else {
        return;
    };
    pane.sheet.found.current = place;
    pane.show_line(size, line);
}

impl ReviewPane {
    /// Puts the cursor on a line and unfolds what hides it.
    pub(in crate::app) fn show_line(&mut self, size: (u16, u16), line: LineId) {
        let Some(changeset) = self.sheet.changeset.clone() else {
            return;
        };
        self.unfold_line(size, line);
        let sheet = &self.sheet;
        let row = sheet.rows.of_line(&changeset, &sheet.shape, line);
        let geometry = geometry::divided(size, self);
        if let Some(row) = row {
            reading::jump(self, geometry, row, Landing::Seen);
        }
    }
}

fn patch(sheet: &Sheet) -> Option<&Patch> {
    sheet.changeset.as_deref().map(|changeset| &changeset.patch)
}

/// The first line of the patch that is not above a row; what is folded counts.
fn line_at(sheet: &Sheet, row: usize) -> LineId {
    let rows = (row..sheet.rows.len()).filter_map(|row| sheet.row(row));
    let first = { rows }.find_map(|row| match row {
        Row::File(file) => first_line(sheet, sheet.hunks(file).next()?),
        Row::Hunk(_, hunk) => first_line(sheet, hunk),
        Row::Line(_, line) | Row::Same(_, line, _) => Some(line),
        Row::Pair(_, old, new) => old.or(new),
        Row::Note(_) | Row::Gap(..) | Row::Context { .. } | Row::Comment(_) => None,
    });
    first.unwrap_or(LineId(u32::MAX))
}

fn first_line(sheet: &Sheet, hunk: HunkId) -> Option<LineId> {
    let lines = &patch(sheet)?.hunk(hunk)?.lines;
    Some(LineId(lines.start))
}
