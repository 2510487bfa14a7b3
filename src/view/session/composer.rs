//! The composer at the foot of a session's screen.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    action::Action,
    app::{
        State,
        fleet::SessionEntry,
        session::{Focus, SessionPane, field::Field},
    },
    model::session::SessionStatus,
    text,
    theme::Role,
    view::session::brush::{Brush, fit, key_of},
};

/// The most rows of text.
const MAX_ROWS: usize = 8;
/// How many bytes around the cursor of a very long line are looked at.
const AROUND: usize = 4_096;

/// A text in rows with the place of the cursor.
pub(in crate::view) struct Typed {
    /// The rows, safe for the screen.
    pub(in crate::view) rows: Vec<String>,
    /// Row and column of the cursor.
    pub(in crate::view) cursor: (usize, usize),
}

/// How many rows the composer takes, its rule included.
pub(super) fn height(pane: &SessionPane, columns: u16, most: u16) -> u16 {
    let typed = lay_out(&pane.composer, text_columns(columns), MAX_ROWS);
    let rows = u16::try_from(typed.rows.len()).unwrap_or(1);
    (rows + 1).min(most.max(1))
}

fn text_columns(columns: u16) -> usize {
    usize::from(columns.saturating_sub(3)).max(1)
}

/// Draws the composer.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    entry: &SessionEntry,
    pane: &SessionPane,
    brush: &Brush<'_>,
) {
    if area.height == 0 {
        return;
    }
    let has_focus = pane.focus == Focus::Composer && pane.line().is_none();
    rule(
        frame,
        Rect { height: 1, ..area },
        state,
        pane,
        brush,
        has_focus,
    );
    let body = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    if body.height == 0 {
        return;
    }
    let role = if has_focus { Role::Accent } else { Role::Dim };
    let mark = brush.span(format!("{} ", brush.symbols.prompt), role);
    frame
        .buffer_mut()
        .set_line(body.x, body.y, &Line::from(mark), body.width);
    let text = Rect {
        x: body.x.saturating_add(2).min(body.right()),
        width: body.width.saturating_sub(2),
        ..body
    };
    if pane.composer.is_empty() && pane.composer.lines().len() < 2 {
        let hint = placeholder(entry, pane);
        let hint = fit(vec![brush.span(hint, Role::Dim)], usize::from(text.width));
        frame
            .buffer_mut()
            .set_line(text.x, text.y, &hint, text.width);
    }
    let typed = lay_out(
        &pane.composer,
        text_columns(area.width),
        usize::from(text.height),
    );
    put(frame, text, &typed, brush, has_focus);
}

/// Draws a text that is being typed, with the cursor where it has the focus.
fn put(frame: &mut Frame<'_>, area: Rect, typed: &Typed, brush: &Brush<'_>, has_focus: bool) {
    for (row, y) in typed.rows.iter().zip(area.top()..area.bottom()) {
        let line = Line::from(brush.span(row.clone(), Role::Text));
        frame.buffer_mut().set_line(area.x, y, &line, area.width);
    }
    let (row, column) = typed.cursor;
    let place = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    let position = Position::new(
        area.x.saturating_add(place(column)),
        area.y.saturating_add(place(row)),
    );
    if has_focus && area.contains(position) {
        frame.set_cursor_position(position);
    }
}

/// Draws a line that is being typed behind a label.
pub(super) fn draw_line(
    frame: &mut Frame<'_>,
    area: Rect,
    label: &str,
    field: &Field,
    brush: &Brush<'_>,
) {
    let label_columns = u16::try_from(text::width(label)).unwrap_or(area.width);
    let label = Line::from(brush.span(label, Role::Accent));
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &label, area.width);
    let rest = Rect {
        x: area.x.saturating_add(label_columns).min(area.right()),
        width: area.width.saturating_sub(label_columns),
        height: area.height.min(1),
        ..area
    };
    let columns = usize::from(rest.width.saturating_sub(1)).max(1);
    put(frame, rest, &lay_out(field, columns, 1), brush, true);
}

fn rule(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    pane: &SessionPane,
    brush: &Brush<'_>,
    has_focus: bool,
) {
    let role = if has_focus {
        Role::BorderFocused
    } else {
        Role::Border
    };
    let line = brush.symbols.horizontal;
    let write = key_of(state, Action::Compose);
    let hints = match (has_focus, pane.composer.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!(" {write} writes "),
        (false, false) => format!(" draft {} {write} goes on ", brush.symbols.separator),
    };
    let columns = usize::from(area.width);
    let dashes = columns.saturating_sub(text::width(&hints) + 2);
    let spans = vec![
        brush.span(line.repeat(dashes), role),
        brush.span(hints, Role::Dim),
        brush.span(line.repeat(2), role),
    ];
    let row: Line<'_> = fit(spans, columns);
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &row, area.width);
}

/// What to do, while nothing is written.
fn placeholder(entry: &SessionEntry, pane: &SessionPane) -> &'static str {
    if pane.shown.is_some() {
        return "write to this subagent";
    }
    match &entry.row.status {
        SessionStatus::Stopped | SessionStatus::Failed | SessionStatus::Completed => {
            "write a prompt; sending it starts the session again"
        }
        SessionStatus::Queued | SessionStatus::Branching | SessionStatus::Provisioning => {
            "write a prompt; it is sent when the agent answers"
        }
        SessionStatus::Running | SessionStatus::Other(_) if entry.transcript.is_working() => {
            "write a prompt; the agent reads it after this turn"
        }
        SessionStatus::Running | SessionStatus::Other(_) => "write a prompt",
    }
}

/// Breaks a text into rows and keeps those around the cursor.
pub(in crate::view) fn lay_out(field: &Field, columns: usize, most: usize) -> Typed {
    let most = most.max(1);
    let (cursor_line, character) = field.cursor();
    let lines = field.lines();
    // Rows before the cursor's line are enough when they fill the screen.
    let first = cursor_line.saturating_sub(most);
    let mut rows = Vec::new();
    let mut cursor = (0, 0);
    for (index, line) in lines.iter().enumerate().skip(first) {
        if index > cursor_line && rows.len() > cursor.0 + most {
            break;
        }
        let at = (index == cursor_line).then_some(character);
        let (broken, place) = break_line(line, columns, at);
        if let Some((row, column)) = place {
            cursor = (rows.len() + row, column);
        }
        rows.extend(broken);
    }
    let start = if rows.len() <= most {
        0
    } else {
        (cursor.0 + 1).saturating_sub(most).min(rows.len() - most)
    };
    let rows = rows.into_iter().skip(start).take(most).collect();
    Typed {
        rows,
        cursor: (cursor.0 - start, cursor.1),
    }
}

/// One line in rows, and the place of its `character`th character. Of a very long line only what is
/// around that is looked at.
fn break_line(
    line: &str,
    columns: usize,
    character: Option<usize>,
) -> (Vec<String>, Option<(usize, usize)>) {
    let byte = character.map(|count| {
        let found = line.char_indices().nth(count);
        found.map_or(line.len(), |(at, _)| at)
    });
    let middle = byte.unwrap_or(0);
    let (start, end) = (
        boundary(line, middle.saturating_sub(AROUND)),
        boundary(line, middle.saturating_add(AROUND).min(line.len())),
    );
    let part = line.get(start..end).unwrap_or_default();
    let mut rows = vec![String::new()];
    let mut used = 0;
    let mut place = None;
    for (offset, cluster) in part.grapheme_indices(true) {
        let shown = if cluster == "\t" {
            "    ".into()
        } else {
            text::sanitize_line(cluster)
        };
        let wide = text::width(&shown);
        if used + wide > columns && used > 0 {
            rows.push(String::new());
            used = 0;
        }
        let reached = byte.is_some_and(|byte| start + offset + cluster.len() > byte);
        if place.is_none() && reached {
            place = Some((rows.len() - 1, used));
        }
        if let Some(row) = rows.last_mut() {
            row.push_str(&shown);
        }
        used += wide;
    }
    if byte.is_some() && place.is_none() {
        if used >= columns {
            rows.push(String::new());
            used = 0;
        }
        place = Some((rows.len() - 1, used));
    }
    (rows, place)
}

fn boundary(line: &str, at: usize) -> usize {
    let mut at = at.min(line.len());
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The pieces of a hint: keys stand out.
pub(super) fn hints(pairs: &[(String, &str)], brush: &Brush<'_>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for (key, what) in pairs.iter().filter(|(key, _)| !key.is_empty()) {
        if !spans.is_empty() {
            spans.push(brush.span(format!(" {} ", brush.symbols.separator), Role::Dim));
        }
        spans.push(brush.span(key.clone(), Role::Key));
        spans.push(brush.span(format!(" {what}"), Role::Dim));
    }
    spans
}
