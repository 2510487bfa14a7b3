//! The session on which the cursor rests: what it asks, its todos, the end of its transcript.

mod tail;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{State, fleet::SessionEntry},
    attention::Standing,
    model::{
        agent::{
            Todo,
            ask::{Permission, Question},
            stream::LinkState,
        },
        id::SessionKey,
    },
    text,
    theme::{Role, Symbols, Theme},
    transcript::AskBody,
    view::{
        board::{doing, look},
        pen::{Pen, wrapped, write},
    },
};

/// A row of the preview: an indent, text, and what it means.
struct Row {
    text: String,
    role: Role,
}

impl Row {
    fn new(text: impl Into<String>, role: Role) -> Self {
        Self {
            text: text.into(),
            role,
        }
    }
}

/// Draws the preview.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, theme: &Theme) {
    let symbols = Symbols::choose(state.setup.ascii);
    for row in 0..usize::from(area.height) {
        write(
            buffer,
            area,
            row,
            symbols.vertical,
            theme.style(Role::Border),
        );
    }
    let inside = Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(3),
        ..area
    };
    let found = state
        .board
        .previewed()
        .and_then(|key| state.fleet.sessions.get_key_value(key));
    let Some((key, entry)) = found else { return };
    let used = head(buffer, inside, state, key, entry, theme);
    let rows = above(entry, state, usize::from(inside.width));
    let room = usize::from(inside.height).saturating_sub(used);
    // The end of the transcript gets at least a third.
    let kept = rows.len().min(room - room / 3);
    for (line, row) in rows.iter().take(kept).enumerate() {
        write(
            buffer,
            inside,
            used + line,
            &row.text,
            theme.style(row.role),
        );
    }
    let below = Rect {
        y: inside.y + u16::try_from(used + kept).unwrap_or(inside.height),
        height: inside
            .height
            .saturating_sub(u16::try_from(used + kept).unwrap_or(inside.height)),
        ..inside
    };
    tail::draw(buffer, below, state, entry, theme);
}

/// Draws the name and the facts, and says how many rows that took.
fn head(
    buffer: &mut Buffer,
    area: Rect,
    state: &State,
    key: &SessionKey,
    entry: &SessionEntry,
    theme: &Theme,
) -> usize {
    let symbols = Symbols::choose(state.setup.ascii);
    let standing = entry.standing();
    let (glyph, role) = look(standing, symbols);
    if let Some(mut pen) = Pen::at(buffer, area, 0) {
        pen.put(glyph, theme.style(role))
            .skip(1)
            .put(entry.row.title(), theme.style(Role::Title));
    }
    let mut facts = vec![
        state.fleet.project_name(key).to_owned(),
        standing.word().to_owned(),
        entry.row.status.to_string(),
    ];
    if !entry.row.base_ref.is_empty() {
        facts.push(format!("from {}", entry.row.base_ref));
    }
    let link = doing::link(entry, state.now);
    facts.push(link);
    facts.retain(|fact| !fact.is_empty());
    facts.dedup();
    let facts = facts.join(&format!(" {} ", symbols.separator));
    write(buffer, area, 1, &facts, theme.style(Role::Dim));
    3
}

/// What stands above the transcript: failures, asks, todos.
fn above(entry: &SessionEntry, state: &State, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(error) = &entry.row.error {
        let lines = wrapped(error, width);
        rows.extend(lines.into_iter().map(|line| Row::new(line, Role::Bad)));
        rows.push(Row::new("", Role::Text));
    }
    if let LinkState::Reconnecting { reason, .. } | LinkState::Closed { reason } = &entry.link {
        let lines = wrapped(&format!("not followed: {reason}"), width);
        rows.extend(lines.into_iter().map(|line| Row::new(line, Role::Warning)));
        rows.push(Row::new("", Role::Text));
    }
    let asks = entry.is_running().then(|| entry.transcript.asks());
    for ask in asks.into_iter().flatten() {
        match ask.body {
            AskBody::Permission(permission) => {
                rows.extend(permission_rows(permission, width));
            }
            AskBody::Question(question) => rows.extend(question_rows(question, width)),
        }
        rows.push(Row::new("", Role::Text));
    }
    if entry.standing() == Standing::Failed && entry.row.error.is_none() {
        let words = doing::words(entry, Standing::Failed, state.now);
        let lines = wrapped(&words, width);
        rows.extend(lines.into_iter().map(|line| Row::new(line, Role::Bad)));
    }
    if let Some(root) = entry.root() {
        rows.extend(todo_rows(entry.transcript.todos(&root), state));
    }
    rows
}

fn permission_rows(permission: &Permission, width: usize) -> Vec<Row> {
    let mut rows = vec![Row::new(
        format!("wants to be allowed: {}", permission.permission),
        Role::Waiting,
    )];
    for pattern in &permission.patterns {
        let lines = wrapped(pattern, width.saturating_sub(2));
        let indented = lines.into_iter().map(|line| format!("  {line}"));
        rows.extend(indented.map(|line| Row::new(line, Role::Text)));
    }
    rows
}

fn question_rows(question: &Question, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for item in &question.questions {
        let lines = wrapped(&item.question, width);
        rows.extend(lines.into_iter().map(|line| Row::new(line, Role::Waiting)));
        for option in &item.options {
            let text = if option.description.is_empty() {
                format!("  {}", option.label)
            } else {
                format!("  {}: {}", option.label, option.description)
            };
            rows.push(Row::new(text, Role::Text));
        }
    }
    rows
}

fn todo_rows(todos: &[Todo], state: &State) -> Vec<Row> {
    let symbols = Symbols::choose(state.setup.ascii);
    if todos.is_empty() {
        return Vec::new();
    }
    let done = todos
        .iter()
        .filter(|todo| todo.status == "completed")
        .count();
    let mut rows = vec![Row::new(
        format!(
            "{done} of {} done",
            text::count(todos.len(), "todo", "todos")
        ),
        Role::Dim,
    )];
    for todo in todos {
        let (glyph, role) = match todo.status.as_str() {
            "completed" | "cancelled" => (symbols.checked, Role::Dim),
            "in_progress" => (symbols.working, Role::Working),
            _ => (symbols.unchecked, Role::Text),
        };
        rows.push(Row::new(format!("{glyph} {}", todo.content), role));
    }
    rows.push(Row::new("", Role::Text));
    rows
}
