//! Draws the form for a new session.

use ratatui::{Frame, layout::Rect, style::Style, widgets::Widget};

use crate::{
    app::{
        State,
        overlay::{
            Form,
            form::{Field, suggestions},
            typed::Typed,
        },
    },
    text,
    theme::{Role, Symbols, Theme},
    view::{
        overlay::boxed,
        pen::{Pen, write},
    },
};

/// Columns for the words before the fields.
const LABELS: usize = 10;
/// Rows for suggestions.
const SUGGESTED: usize = 5;

/// Draws the form.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, form: &Form, theme: &Theme) {
    let width = usize::from(area.width).saturating_sub(6).clamp(1, 84);
    let height = usize::from(area.height).saturating_sub(2);
    // All that is not the prompt: four fields, suggestions, a line for the refusal.
    let prompt_rows = height.saturating_sub(5 + SUGGESTED).clamp(1, 10);
    let size = (width, 4 + prompt_rows + 1 + SUGGESTED);
    let inside = boxed(frame, area, size, "New session", state, theme);
    let mut row = 0;
    for field in Field::ALL {
        label(frame, inside, row, field, form, theme);
        let value = Rect {
            x: inside.x + u16::try_from(LABELS).unwrap_or(0).min(inside.width),
            y: inside.y + u16::try_from(row).unwrap_or(0).min(inside.height),
            width: inside.width.saturating_sub(10),
            height: inside
                .height
                .saturating_sub(u16::try_from(row).unwrap_or(inside.height)),
        };
        match field {
            Field::Prompt => {
                prompt(frame, value, prompt_rows, form, theme);
                row += prompt_rows;
            }
            Field::Project | Field::Base | Field::Agent | Field::Name => {
                line(frame, value, field, state, form, theme);
                row += 1;
            }
        }
    }
    below(frame, inside, row, state, form, theme);
}

fn label(frame: &mut Frame<'_>, area: Rect, row: usize, field: Field, form: &Form, theme: &Theme) {
    let role = if form.focus == field {
        Role::Title
    } else {
        Role::Dim
    };
    write(
        frame.buffer_mut(),
        area,
        row,
        field.label(),
        theme.style(role),
    );
}

fn prompt(frame: &mut Frame<'_>, area: Rect, rows: usize, form: &Form, theme: &Theme) {
    let area = Rect {
        height: area.height.min(u16::try_from(rows).unwrap_or(1)),
        ..area
    };
    let mut prompt = form.prompt.clone();
    prompt.set_style(theme.style(Role::Text));
    prompt.set_cursor_line_style(Style::new());
    prompt.set_placeholder_text("what the agent is to do; may be left empty");
    prompt.set_placeholder_style(theme.style(Role::Dim));
    if form.focus != Field::Prompt {
        prompt.set_cursor_style(Style::new());
    }
    prompt.render(area, frame.buffer_mut());
}

fn line(
    frame: &mut Frame<'_>,
    area: Rect,
    field: Field,
    state: &State,
    form: &Form,
    theme: &Theme,
) {
    let is_focused = form.focus == field;
    let (typed, empty) = content(field, state, form);
    let Some(mut pen) = Pen::at(frame.buffer_mut(), area, 0) else {
        return;
    };
    let (before, after) = typed.halves();
    pen.put(before, theme.style(Role::Text));
    let column = pen.column();
    pen.put(after, theme.style(Role::Text));
    if typed.text().is_empty() {
        let role = match field {
            Field::Project => Role::Text,
            Field::Prompt | Field::Base | Field::Agent | Field::Name => Role::Dim,
        };
        pen.put(&empty, theme.style(role));
    }
    if is_focused && area.height > 0 && column < area.right() {
        frame.set_cursor_position((column, area.y));
    }
}

/// What is typed in a field, and what stands there while nothing is.
fn content<'a>(field: Field, state: &State, form: &'a Form) -> (&'a Typed, String) {
    match field {
        Field::Project | Field::Prompt => {
            let project = form.project.as_ref();
            let name = project.and_then(|key| state.fleet.projects.get(key));
            let name = name.map(|project| project.row.name.clone());
            (&form.project_typed, name.unwrap_or_default())
        }
        Field::Base => {
            let project = form.project.as_ref();
            let project = project.and_then(|key| state.fleet.projects.get(key));
            let default = project.map(|project| project.row.default_branch.clone());
            (&form.base, default.unwrap_or_default())
        }
        Field::Agent => (&form.agent, "the project's own".to_owned()),
        Field::Name => (&form.name, "made from what happens".to_owned()),
    }
}

/// Draws the suggestions of the field with the focus, or why the form was not taken.
fn below(frame: &mut Frame<'_>, area: Rect, row: usize, state: &State, form: &Form, theme: &Theme) {
    let symbols = Symbols::choose(state.setup.ascii);
    if let Some(refusal) = &form.refusal {
        let text = format!("{} {refusal}", symbols.bad);
        return write(frame.buffer_mut(), area, row, &text, theme.style(Role::Bad));
    }
    let suggestions = suggestions(state, form);
    if suggestions.is_empty() {
        return;
    }
    let at = form.choice.unwrap_or(0);
    let first = (at + 1).saturating_sub(SUGGESTED);
    let head = text::count(suggestions.len(), "choice", "choices");
    write(
        frame.buffer_mut(),
        area,
        row,
        &format!("{head}, up and down"),
        theme.style(Role::Dim),
    );
    let shown = suggestions.iter().enumerate().skip(first).take(SUGGESTED);
    for (line, (place, name)) in shown.enumerate() {
        let Some(mut pen) = Pen::at(frame.buffer_mut(), area, row + 1 + line) else {
            return;
        };
        let is_chosen = form.choice == Some(place);
        let role = if is_chosen {
            Role::Selection
        } else {
            Role::Text
        };
        pen.skip(LABELS).put(name, theme.style(role));
    }
}
