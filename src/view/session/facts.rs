//! The facts beside a transcript.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};
use serde_json::Value;

use crate::{
    app::{State, fleet::SessionEntry},
    model::{
        id::{AgentSessionId, SessionKey},
        time::Millis,
    },
    text,
    theme::Role,
    transcript::{BlockBody, Conversation},
    view::{
        changes::mark,
        session::{
            brush::Brush,
            head::{condition, short_branch},
            rows::{file_name, tool::todo_mark},
        },
    },
};

/// How many of the newest blocks are searched for changed files.
const SEARCHED: usize = 400;
/// The most entries of one list.
const MAX_ENTRIES: usize = 12;

/// Draws the facts behind a vertical line.
pub(super) fn draw(
    state: &State,
    key: &SessionKey,
    entry: &SessionEntry,
    shown: Option<&AgentSessionId>,
    area: Rect,
    buffer: &mut Buffer,
    brush: &Brush<'_>,
) {
    for y in area.top()..area.bottom() {
        let style = brush.style(Role::Border);
        buffer.set_stringn(area.x, y, brush.symbols.vertical, 1, style);
    }
    let x = area.x.saturating_add(2).min(area.right());
    let width = area.width.saturating_sub(2);
    let brush = Brush {
        columns: usize::from(width),
        ..*brush
    };
    let mut rows = session_rows(state, key, entry, &brush);
    if let Some(shown) = shown {
        rows.extend(agent_rows(entry, shown, &brush));
    }
    for (row, y) in rows.iter().zip(area.top()..area.bottom()) {
        buffer.set_line(x, y, row, width);
    }
}

fn session_rows(
    state: &State,
    key: &SessionKey,
    entry: &SessionEntry,
    brush: &Brush<'_>,
) -> Vec<Line<'static>> {
    let row = &entry.row;
    let condition = condition(entry, brush);
    let template = ["sandbox_slug", "sandboxSlug", "template"];
    let template = template
        .iter()
        .find_map(|name| row.metadata.get(name).and_then(Value::as_str));
    let created = Millis::from_rfc3339(&row.created_at);
    let age = created.map(|at| text::ago(at.age(state.now)));
    let change = mark::badge_words(state, key);
    let mut rows = vec![brush.row("Session", Role::Title)];
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            rows.push(fact(name, value, brush));
        }
    };
    add("state", &format!("{} {}", condition.glyph, condition.word));
    add("branch", short_branch(&row.branch_name));
    add("base", &row.base_ref);
    add("change", &change.unwrap_or_default());
    add("template", template.unwrap_or_default());
    add("sandbox", &row.sandbox_provider);
    add("status", row.status.as_str());
    add("id", key.session.short());
    add("made", &age.unwrap_or_default());
    if row.metadata.get("mirror").is_some() {
        add("fetch", "b copies the git command");
    }
    add("owner", row.owner_email.as_deref().unwrap_or_default());
    rows
}

fn agent_rows(
    entry: &SessionEntry,
    shown: &AgentSessionId,
    brush: &Brush<'_>,
) -> Vec<Line<'static>> {
    let transcript = &entry.transcript;
    let mut rows = vec![Line::default(), brush.row("Agent", Role::Title)];
    let conversation = transcript.conversation(shown);
    let answer = conversation.and_then(|conversation| conversation.last_answer());
    let chosen = transcript
        .session(shown)
        .and_then(|session| session.agent.as_deref());
    let agent = answer
        .and_then(|info| info.agent.as_deref())
        .or(chosen)
        .unwrap_or(&entry.row.agent_name);
    rows.push(fact("agent", agent, brush));
    if let Some(model) = answer.and_then(|info| info.model.as_deref()) {
        rows.push(fact("model", model, brush));
    }
    let usage = transcript.usage(shown);
    let tokens = usage.tokens;
    let read = tokens.input + tokens.cache.read + tokens.cache.write;
    if read + tokens.output > 0 {
        let (read, wrote) = (text::tokens(read), text::tokens(tokens.output));
        rows.push(fact(
            "tokens",
            &format!("{read} read, {wrote} written"),
            brush,
        ));
        rows.push(fact("context", &text::tokens(usage.context), brush));
    }
    rows.push(fact("cost", &text::money(usage.cost), brush));
    rows.extend(todo_rows(entry, shown, brush));
    rows.extend(subagent_rows(entry, shown, brush));
    rows.extend(conversation.into_iter().flat_map(|it| file_rows(it, brush)));
    rows
}

fn todo_rows(
    entry: &SessionEntry,
    shown: &AgentSessionId,
    brush: &Brush<'_>,
) -> Vec<Line<'static>> {
    let todos = entry.transcript.todos(shown);
    let done = todos
        .iter()
        .filter(|todo| todo.status == "completed")
        .count();
    let title = format!("Todos {done}/{}", todos.len());
    // What is done gives way to what is to be done.
    let skipped = done.min(todos.len().saturating_sub(MAX_ENTRIES));
    let rows = todos.iter().skip(skipped).map(|todo| {
        let (mark, role) = todo_mark(&todo.status, brush);
        brush.fit(vec![
            brush.span(format!("{mark} "), role),
            brush.foreign(&todo.content, role),
        ])
    });
    list(&title, rows, brush)
}

fn subagent_rows(
    entry: &SessionEntry,
    shown: &AgentSessionId,
    brush: &Brush<'_>,
) -> Vec<Line<'static>> {
    let transcript = &entry.transcript;
    let children = transcript.children(shown);
    let title = format!("Subagents {}", children.len());
    let rows = children.iter().rev().map(|child| {
        let works = transcript.activity(child).is_some();
        let (mark, role) = if works {
            (brush.symbols.working, Role::Working)
        } else {
            (brush.symbols.good, Role::Dim)
        };
        let title = transcript
            .session(child)
            .map(|session| session.title.as_str());
        brush.fit(vec![
            brush.span(format!("{mark} "), role),
            brush.foreign(title.unwrap_or("without a title"), role),
        ])
    });
    list(&title, rows, brush)
}

/// The files that edits touched, the newest first.
fn file_rows(conversation: &Conversation, brush: &Brush<'_>) -> Vec<Line<'static>> {
    let mut files: Vec<&str> = Vec::new();
    for block in conversation.blocks().iter().rev().take(SEARCHED) {
        match &block.body {
            BlockBody::Patch { files: changed } => {
                for file in changed {
                    if files.len() < 100 && !files.contains(&file.as_str()) {
                        files.push(file);
                    }
                }
            }
            BlockBody::Tool { tool, .. } if matches!(tool.name.as_str(), "edit" | "write") => {
                let path = tool.input.get("filePath").and_then(Value::as_str);
                files.extend(path.filter(|path| files.len() < 100 && !files.contains(path)));
            }
            _ => {}
        }
    }
    let title = format!("Files changed {}", files.len());
    let rows = files
        .iter()
        .map(|file| brush.fit(vec![brush.foreign(file_name(file), Role::Text)]));
    list(&title, rows, brush)
}

/// A list under a title; nothing when it is empty.
fn list(
    title: &str,
    rows: impl ExactSizeIterator<Item = Line<'static>>,
    brush: &Brush<'_>,
) -> Vec<Line<'static>> {
    if rows.len() == 0 {
        return Vec::new();
    }
    let hidden = rows.len().saturating_sub(MAX_ENTRIES);
    let mut all = vec![Line::default(), brush.row(title, Role::Title)];
    all.extend(rows.take(MAX_ENTRIES));
    if hidden > 0 {
        all.push(brush.row(format!("… {hidden} more"), Role::Dim));
    }
    all
}

fn fact(name: &str, value: &str, brush: &Brush<'_>) -> Line<'static> {
    const NAME: usize = 9;
    brush.fit(vec![
        brush.span(text::pad(name, NAME).into_owned(), Role::Dim),
        brush.foreign(value, Role::Text),
    ])
}
