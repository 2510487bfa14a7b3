//! Draws what is above the screen.

mod change;
mod dialog;
mod files;
mod form;
mod list;
mod manifest;

use ratatui::{
    Frame,
    layout::Rect,
    widgets::{Block, Clear, Widget},
};

use crate::{
    app::{State, overlay::Overlay},
    text,
    theme::{Role, Symbols, Theme},
};

/// Draws all overlays, the innermost last.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: &Theme) {
    for overlay in &state.overlays {
        match overlay {
            Overlay::Help(help) => list::help(frame, area, state, help, theme),
            Overlay::Palette(palette) => list::palette(frame, area, state, palette, theme),
            Overlay::Files(files) => files::draw(frame, area, state, files, theme),
            Overlay::Reader(reader) => list::reader(frame, area, state, reader, theme),
            Overlay::Confirm(confirm) => dialog::confirm(frame, area, state, confirm, theme),
            Overlay::Change(dialog) => change::draw(frame, area, state, dialog, theme),
            Overlay::Leave(leave) => dialog::leave(frame, area, state, leave, theme),
            Overlay::Permission(quick) => dialog::permission(frame, area, state, quick, theme),
            Overlay::Picker(picker) => manifest::picker(frame, area, state, picker, theme),
            Overlay::Mend(mend) => manifest::mend(frame, area, state, mend, theme),
            Overlay::Form(form) => form::draw(frame, area, state, form, theme),
            // The foot line shows it.
            Overlay::Line(_) => {}
        }
    }
}

/// Clears a box of `width` by `height` in the middle of `area`, draws its border and title, and
/// gives the room inside.
fn boxed(
    frame: &mut Frame<'_>,
    area: Rect,
    size: (usize, usize),
    title: &str,
    state: &State,
    theme: &Theme,
) -> Rect {
    let fit = |wanted: usize, most: u16| u16::try_from(wanted).unwrap_or(most).min(most);
    let width = fit(size.0 + 4, area.width);
    let height = fit(size.1 + 2, area.height);
    let outer = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    let symbols = Symbols::choose(state.setup.ascii);
    let title = text::sanitize_line(title);
    let title = text::truncate(&title, usize::from(width.saturating_sub(4)));
    let block = Block::bordered()
        .border_set(symbols.border)
        .border_style(theme.style(Role::BorderFocused))
        .title(format!(" {title} "))
        .title_style(theme.style(Role::Title));
    let inside = block.inner(outer);
    Clear.render(outer, frame.buffer_mut());
    block.render(outer, frame.buffer_mut());
    Rect {
        x: inside.x + 1.min(inside.width),
        width: inside.width.saturating_sub(2),
        ..inside
    }
}
