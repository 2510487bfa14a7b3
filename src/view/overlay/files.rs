//! The search for a file of a review: what is typed, and the paths that match.

use ratatui::{Frame, layout::Rect};

use crate::{
    app::{
        State,
        overlay::{Files, room},
    },
    text,
    theme::{Role, Symbols, Theme},
    view::{
        overlay::{boxed, list},
        pen::{Pen, write},
    },
};

/// Columns for the counts of a file.
const COUNTS: usize = 14;

/// Draws the search.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, files: &Files, theme: &Theme) {
    let (width, height) = room(state.size);
    let rows = files.rows(state);
    let size = (width, height.min(20));
    let inside = boxed(frame, area, size, "Go to a file", state, theme);
    let symbols = Symbols::choose(state.setup.ascii);
    list::typed(frame, inside, files.typed.halves(), symbols, theme);
    if rows.is_empty() {
        let style = theme.style(Role::Dim);
        write(frame.buffer_mut(), inside, 1, "No file matches.", style);
    }
    let room = usize::from(inside.height).saturating_sub(1);
    let at = files.at.min(rows.len().saturating_sub(1));
    let first = (at + 1).saturating_sub(room);
    let paths = usize::from(inside.width).saturating_sub(COUNTS);
    for (place, (_, file)) in rows.iter().enumerate().skip(first).take(room) {
        let Some(mut pen) = Pen::at(frame.buffer_mut(), inside, 1 + place - first) else {
            break;
        };
        let start = pen.column();
        let path = text::sanitize_line(&file.path);
        let path = text::truncate_middle(&path, paths.saturating_sub(1));
        pen.put_padded(&path, paths, theme.style(Role::Text));
        if place == at {
            pen.restyle(start, theme.style(Role::Selection));
        }
        pen.put(
            &format!("+{}", file.additions),
            theme.style(Role::DiffAdded),
        )
        .skip(1)
        .put(
            &format!("-{}", file.deletions),
            theme.style(Role::DiffRemoved),
        );
    }
}
