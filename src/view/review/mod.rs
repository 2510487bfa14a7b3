//! Draws the review of a change request: head, files, lines, comments.
//!
//! In: the state, of which only what is seen is looked at. Out: cells, the place of the cursor while
//! something is typed, and how many rows of lines there are. How the screen is divided is asked of
//! `app::review::geometry`, as moving does. Not for: what keys do.

mod bars;
mod comment;
mod empty;
mod head;
mod heads;
mod line;
mod lines;
pub mod printing;
mod tree;

use ratatui::{Frame, layout::Rect, style::Style};

use crate::{
    action::Action,
    app::{
        State,
        event::Measures,
        review::{
            ReviewPane, Sheet,
            geometry::{self, Geometry},
        },
    },
    diff::{changeset::Changeset, paint::PaintedLine, patch::LineId, rows::Layout, search::Match},
    model::id::ChangeKey,
    theme::{Role, Symbols, Theme},
    view::{Caches, pen::write},
};

/// What the lines and the files are drawn with.
pub(super) struct Drawing<'a> {
    state: &'a State,
    pane: &'a ReviewPane,
    /// The difference that is shown.
    all: &'a Changeset,
    geometry: Geometry,
    theme: &'a Theme,
    symbols: &'static Symbols,
}

/// Draws the review of a change request.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    key: &ChangeKey,
    theme: &Theme,
    _caches: &mut Caches,
) -> Measures {
    let Some(pane) = state.reviews.get(key) else {
        let text = " this review is not open any more";
        write(
            frame.buffer_mut(),
            area,
            0,
            text,
            theme.style(Role::Warning),
        );
        return Measures::default();
    };
    let geometry = geometry::divide(state, pane);
    let symbols = Symbols::choose(state.setup.ascii);
    head::draw(frame.buffer_mut(), area, (state, key, pane), theme);
    bars::draw(frame.buffer_mut(), below(area, 2), state, pane, theme);
    let body = below(area, geometry.head);
    let shown = pane.sheet.changeset.as_deref();
    match shown.filter(|_| !pane.sheet.rows.is_empty()) {
        Some(all) => {
            let drawing = Drawing {
                state,
                pane,
                all,
                geometry,
                theme,
                symbols,
            };
            drawing.draw(frame, body);
        }
        None => empty::draw(frame.buffer_mut(), body, state, pane, theme),
    }
    Measures {
        viewport_rows: usize::from(body.height),
        content_rows: pane.sheet.rows.len(),
        first_row: pane.sheet.reading.top,
        ..Measures::default()
    }
}

/// The part of an area from a row on.
fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// The first key of an action as it is written in hints; empty when it has none.
fn key_of(state: &State, action: Action) -> String {
    let keys = state.setup.keymap.keys_of(action);
    keys.first().map(ToString::to_string).unwrap_or_default()
}

impl<'a> Drawing<'a> {
    fn draw(&self, frame: &mut Frame<'_>, area: Rect) {
        let columns = self.geometry.tree.min(area.width);
        let files = Rect {
            width: columns,
            ..area
        };
        let mut rows = Rect {
            x: area.x + columns,
            width: area.width - columns,
            ..area
        };
        if columns > 0 {
            tree::draw(frame.buffer_mut(), files, self);
        }
        if let Some(field) = &self.pane.search
            && rows.height > 1
        {
            let last = below(rows, rows.height - 1);
            lines::search(frame, last, self, field);
            rows.height -= 1;
        }
        lines::draw(frame, rows, self);
    }

    fn sheet(&self) -> &'a Sheet {
        &self.pane.sheet
    }

    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    fn is_split(&self) -> bool {
        self.geometry.layout == Layout::Split
    }

    fn key(&self, action: Action) -> String {
        key_of(self.state, action)
    }

    /// What is known of a line of the patch that is shown in a row; `None` until it was painted.
    fn paint(&self, place: usize, line: LineId) -> Option<&'a PaintedLine> {
        let hunk = self.sheet().rows.hunk_at(place)?;
        let first = self.all.patch.hunk(hunk)?.lines.start;
        let painted = self.sheet().painted.get(&hunk)?;
        painted.lines.get(line.0.checked_sub(first)? as usize)
    }

    fn matches(&self, line: LineId) -> &'a [Match] {
        self.sheet().found.in_line(line)
    }

    fn current_match(&self) -> Option<&'a Match> {
        let found = &self.sheet().found;
        found.matches.get(found.current)
    }
}
