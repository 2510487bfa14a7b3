//! Draws a difference row by row for a page or a pager, however long it is.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{State, review::geometry},
    model::id::ChangeKey,
    theme::{Symbols, Theme},
    view::review::{Drawing, lines},
};

/// Draws one row of a difference that is open in `state`, as high as it is; `None` behind the last.
pub fn row(state: &State, key: &ChangeKey, place: usize, theme: &Theme) -> Option<Buffer> {
    let pane = state.reviews.get(key)?;
    let all = pane.sheet.changeset.as_deref()?;
    let row = pane.sheet.row(place)?;
    let geometry = geometry::divide(state, pane);
    let height = geometry::height(state, pane, geometry, place);
    let rows = u16::try_from(height).unwrap_or(u16::MAX);
    let mut buffer = Buffer::empty(Rect::new(0, 0, state.size.0, rows));
    let drawing = Drawing {
        state,
        pane,
        all,
        geometry,
        theme,
        symbols: Symbols::choose(state.setup.ascii),
    };
    lines::row(&mut buffer, &drawing, place, row, height);
    Some(buffer)
}
