//! Help, palette and readers: titles with long lists below.

use ratatui::{Frame, layout::Rect};

use crate::{
    app::{
        State,
        event::Level,
        overlay::{Help, Palette, Reader, help::HelpRow, room},
    },
    text,
    theme::{Role, Symbols, Theme},
    view::{
        overlay::boxed,
        pen::{Pen, write},
    },
};

/// Columns for keys.
const KEYS: usize = 22;

/// Draws the help.
pub(super) fn help(frame: &mut Frame<'_>, area: Rect, state: &State, help: &Help, theme: &Theme) {
    let title = if help.is_typing || !help.search.text().is_empty() {
        format!("Keys with `{}`", help.search.text())
    } else {
        "Keys; / searches".to_owned()
    };
    let (width, height) = room(state.size);
    let inside = boxed(frame, area, (width, height), &title, state, theme);
    let rows = help.rows(&state.setup.keymap);
    if rows.is_empty() {
        let buffer = frame.buffer_mut();
        write(buffer, inside, 0, "No key matches.", theme.style(Role::Dim));
    }
    for (place, row) in rows.iter().skip(help.first).enumerate() {
        let Some(mut pen) = Pen::at(frame.buffer_mut(), inside, place) else {
            break;
        };
        match row {
            HelpRow::Heading(context) => {
                pen.put(context.name(), theme.style(Role::Title));
            }
            HelpRow::Action { entry, keys } => {
                pen.put_padded(&format!("  {keys}"), KEYS, theme.style(Role::Key))
                    .skip(1)
                    .put(entry.doc, theme.style(Role::Text));
            }
        }
    }
}

/// Draws the palette.
pub(super) fn palette(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    palette: &Palette,
    theme: &Theme,
) {
    let (width, height) = room(state.size);
    let size = (width.min(84), height.min(20));
    let inside = boxed(frame, area, size, "What to do", state, theme);
    let symbols = Symbols::choose(state.setup.ascii);
    typed(frame, inside, palette.typed.halves(), symbols, theme);
    let rows = palette.rows(state);
    let room = usize::from(inside.height).saturating_sub(1);
    let at = palette.at.min(rows.len().saturating_sub(1));
    let first = (at + 1).saturating_sub(room);
    if rows.is_empty() {
        let buffer = frame.buffer_mut();
        write(
            buffer,
            inside,
            1,
            "Nothing matches.",
            theme.style(Role::Dim),
        );
    }
    for (place, row) in rows.iter().enumerate().skip(first).take(room) {
        let Some(mut pen) = Pen::at(frame.buffer_mut(), inside, 1 + place - first) else {
            break;
        };
        let start = pen.column();
        let name_role = match row.reason {
            Some(_) => Role::Dim,
            None => Role::Text,
        };
        let about = row.reason.unwrap_or(row.entry.doc);
        pen.put_padded(row.entry.name, 20, theme.style(name_role));
        if place == at {
            pen.restyle(start, theme.style(Role::Selection));
        }
        pen.skip(1)
            .put_padded(&row.keys, 12, theme.style(Role::Key))
            .skip(1)
            .put(about, theme.style(Role::Dim));
    }
}

/// Draws a line being typed on the first row, with the cursor.
pub(super) fn typed(
    frame: &mut Frame<'_>,
    area: Rect,
    (before, after): (&str, &str),
    symbols: &Symbols,
    theme: &Theme,
) {
    let Some(mut pen) = Pen::at(frame.buffer_mut(), area, 0) else {
        return;
    };
    pen.put(symbols.prompt, theme.style(Role::Key))
        .skip(1)
        .put(before, theme.style(Role::Text));
    let column = pen.column();
    pen.put(after, theme.style(Role::Text));
    if column < area.right() {
        frame.set_cursor_position((column, area.y));
    }
}

/// Draws a reader.
pub(super) fn reader(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    reader: &Reader,
    theme: &Theme,
) {
    let (width, height) = room(state.size);
    let rows = reader.rows(state, width);
    let mut title = reader.title.clone();
    if rows.len() > height {
        let last = (reader.first + height).min(rows.len());
        title = format!(
            "{title} ({last} of {})",
            text::count(rows.len(), "row", "rows")
        );
    }
    let size = (width, height.min(rows.len().max(1)));
    let inside = boxed(frame, area, size, &title, state, theme);
    if rows.is_empty() {
        let buffer = frame.buffer_mut();
        write(
            buffer,
            inside,
            0,
            "Nothing was said yet.",
            theme.style(Role::Dim),
        );
    }
    for (place, row) in rows.iter().skip(reader.first).take(height).enumerate() {
        let role = match row.level {
            None | Some(Level::Info) => Role::Text,
            Some(Level::Warning) => Role::Warning,
            Some(Level::Error) => Role::Bad,
        };
        write(
            frame.buffer_mut(),
            inside,
            place,
            &row.text,
            theme.style(role),
        );
    }
}
