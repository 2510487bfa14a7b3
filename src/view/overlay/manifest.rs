//! Dialogs of the manifest screen: the choice of what is looked at, and the question before a fix.

use ratatui::{Frame, layout::Rect};

use crate::{
    action::Action,
    app::{
        State,
        manifest::sources,
        overlay::{Mend, Picker, room},
    },
    text,
    theme::{Role, Symbols, Theme},
    view::{
        overlay::{
            boxed,
            dialog::{Rows, keys, write_rows},
            list,
        },
        pen::{Pen, wrapped, write},
    },
};

/// Columns for the kind of a source.
const KIND: usize = 8;
/// Lines that go, and lines that come, that the question shows at most.
const SHOWN: usize = 6;

/// Draws the choice.
pub(super) fn picker(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    picker: &Picker,
    theme: &Theme,
) {
    let (width, height) = room(state.size);
    let rows = picker.rows(state);
    // As high as all of them, so that it does not jump while one types.
    let all = sources::all(state).len() + 1;
    let size = (width.min(90), height.min(20).min(all.max(4)));
    let inside = boxed(frame, area, size, "Which manifest", state, theme);
    let symbols = Symbols::choose(state.setup.ascii);
    list::typed(frame, inside, picker.typed.halves(), symbols, theme);
    if rows.is_empty() {
        let style = theme.style(Role::Dim);
        write(frame.buffer_mut(), inside, 1, "Nothing matches.", style);
    }
    let room = usize::from(inside.height).saturating_sub(1);
    let at = picker.at.min(rows.len().saturating_sub(1));
    let first = (at + 1).saturating_sub(room);
    for (place, (_, named)) in rows.iter().enumerate().skip(first).take(room) {
        let Some(mut pen) = Pen::at(frame.buffer_mut(), inside, 1 + place - first) else {
            break;
        };
        let start = pen.column();
        pen.put_padded(named.kind, KIND, theme.style(Role::Dim));
        let name = text::sanitize_line(&named.name);
        let name = text::truncate_middle(
            &name,
            pen.room() / if named.detail.is_empty() { 1 } else { 2 },
        );
        pen.put(&name, theme.style(Role::Text));
        if place == at {
            pen.restyle(start, theme.style(Role::Selection));
        }
        pen.skip(2).put(&named.detail, theme.style(Role::Dim));
    }
}

/// Draws the question before a fix.
pub(super) fn mend(frame: &mut Frame<'_>, area: Rect, state: &State, mend: &Mend, theme: &Theme) {
    let width = usize::from(area.width).saturating_sub(6).clamp(1, 92);
    let mut rows = Rows::new();
    let title = text::sanitize_line(&mend.title).into_owned();
    rows.extend(
        wrapped(&title, width)
            .into_iter()
            .map(|line| (line, Role::Text)),
    );
    let name = text::sanitize_line(&mend.name);
    let place = format!("in {name}, line {}", mend.line);
    rows.push((text::truncate(&place, width).into_owned(), Role::Dim));
    rows.push((String::new(), Role::Text));
    lines(&mut rows, "-", &mend.goes, Role::DiffRemoved, width);
    lines(&mut rows, "+", &mend.comes, Role::DiffAdded, width);
    // The lines may be many on a small terminal; the keys stay in view.
    let room = usize::from(area.height).saturating_sub(4).max(1);
    rows.truncate(room);
    rows.push((String::new(), Role::Text));
    let choices = [(Action::Yes, "make it"), (Action::No, "leave it")];
    rows.push((keys(state, &choices), Role::Key));
    let title = "Make this change?";
    let inside = boxed(frame, area, (width, rows.len()), title, state, theme);
    write_rows(frame, inside, &rows, theme);
}

fn lines(rows: &mut Rows, sign: &str, lines: &[String], role: Role, width: usize) {
    for line in lines.iter().take(SHOWN) {
        let line = text::sanitize_line(line);
        let line = format!("{sign} {line}");
        rows.push((text::truncate(&line, width).into_owned(), role));
    }
    if lines.len() > SHOWN {
        let more = lines.len() - SHOWN;
        rows.push((format!("{sign} and {more} more"), role));
    }
}
