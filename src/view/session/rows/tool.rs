//! Tool cards: what an agent does with its hands.

use std::time::Duration;

use ratatui::text::{Line, Span};
use serde_json::Value;

use super::{diff, fold_mark};
use crate::{
    app::session::reading::Fold,
    model::agent::message::{Tool, ToolState},
    text,
    theme::Role,
    view::session::brush::{Brush, whole_seconds},
};

/// How many rows of its output a running tool shows.
const TAIL_ROWS: usize = 6;
/// The most rows of output of an unfolded tool.
const MAX_ROWS: usize = 2_000;
/// How many bytes of output are looked at for the tail.
const TAIL_BYTES: usize = 8_192;
/// How many entries of a todo list a folded card shows.
const LIST_ROWS: usize = 12;

/// The rows of a tool card.
pub(super) fn rows(tool: &Tool, stopped: bool, brush: &Brush<'_>) -> Vec<Line<'static>> {
    let mut rows = vec![head(tool, stopped, brush)];
    if let ToolState::Error { message } = &tool.state {
        rows.extend(brush.wrapped(message, Role::Bad, 4));
    }
    if let Some(todos) = todos(tool) {
        let most = match brush.fold {
            Fold::Folded => LIST_ROWS,
            Fold::Unfolded => usize::MAX,
        };
        rows.extend(todos.iter().take(most).map(|todo| todo_row(todo, brush)));
        return rows;
    }
    match brush.fold {
        Fold::Unfolded => {
            rows.extend(input_rows(tool, brush));
            rows.extend(output_rows(tool, brush));
        }
        Fold::Folded if tool.state == ToolState::Running && !stopped => {
            rows.extend(tail_rows(&tool.output, brush));
        }
        Fold::Folded => rows.extend(result_row(tool, brush)),
    }
    rows
}

fn head(tool: &Tool, stopped: bool, brush: &Brush<'_>) -> Line<'static> {
    let symbols = brush.symbols;
    let (glyph, role, word) = match &tool.state {
        _ if stopped => (symbols.warning, Role::Warning, Some("stopped")),
        ToolState::Pending => (symbols.starting, Role::Working, Some("is being written")),
        ToolState::Running => (symbols.working, Role::Working, Some("runs")),
        ToolState::Completed => (symbols.good, Role::Good, None),
        ToolState::Error { .. } => (symbols.bad, Role::Bad, Some("failed")),
        ToolState::Unknown { word } => (symbols.warning, Role::Warning, Some(word.as_str())),
    };
    let took = took(tool, stopped, brush);
    let separator = format!(" {} ", symbols.separator);
    let facts: Vec<String> = word.map(str::to_owned).into_iter().chain(took).collect();
    let facts = text::sanitize_line(&facts.join(" ")).into_owned();
    let name = text::sanitize_line(&tool.name).into_owned();
    let left = format!("{} ", fold_mark(brush));
    let used = text::width(&left) + 2 + text::width(&name) + 2;
    let room = brush
        .columns
        .saturating_sub(used + text::width(&facts) + separator.chars().count());
    let about = text::sanitize_line(&about(tool, brush.folder)).into_owned();
    let mut spans = vec![
        brush.span(left, Role::Dim),
        brush.span(format!("{glyph} "), role),
        brush.span(name, Role::Tool),
    ];
    if !about.is_empty() && room > 4 {
        let about = text::truncate(&about, room).into_owned();
        spans.push(brush.span(format!("  {about}"), Role::Text));
    }
    if !facts.is_empty() {
        spans.push(brush.span(format!("{separator}{facts}"), Role::Dim));
    }
    brush.fit(spans)
}

/// How long a call took or has been running; `None` when that is not worth telling.
fn took(tool: &Tool, stopped: bool, brush: &Brush<'_>) -> Option<String> {
    let start = tool.start?;
    let runs = tool.state == ToolState::Running && !stopped;
    match tool.end.map(|end| start.age(end)) {
        Some(took) if took < Duration::from_millis(500) => None,
        Some(took) => Some(text::duration(took)),
        None if runs => Some(whole_seconds(start.age(brush.now))),
        None => None,
    }
}

/// What a call is about, in a line.
pub(in crate::view::session) fn about(tool: &Tool, folder: &str) -> String {
    let mut lines = tool.about(folder).lines();
    let first = lines.next().unwrap_or_default();
    match lines.count() {
        0 => first.to_owned(),
        more => format!("{first} … {}", text::count(more, "more line", "more lines")),
    }
}

/// The last rows of what a running tool printed.
fn tail_rows(output: &str, brush: &Brush<'_>) -> Vec<Line<'static>> {
    let mut start = output.len().saturating_sub(TAIL_BYTES);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    let tail = output.get(start..).unwrap_or_default();
    let lines = text::ansi(tail.trim_end());
    let first = lines.len().saturating_sub(TAIL_ROWS);
    let filled = lines.iter().skip(first).filter(|_| !tail.trim().is_empty());
    filled.map(|line| quoted(line, brush)).collect()
}

/// One line of output behind a vertical mark, cut to the row.
fn quoted(line: &text::Line, brush: &Brush<'_>) -> Line<'static> {
    let mark = brush.span(format!("    {} ", brush.symbols.vertical), Role::Border);
    let mut spans = vec![mark];
    spans.extend(brush.toned(line, Role::ToolOutput).spans);
    brush.fit(spans)
}

/// What came out, in one row.
fn result_row(tool: &Tool, brush: &Brush<'_>) -> Option<Line<'static>> {
    if tool.state != ToolState::Completed {
        return None;
    }
    let text = match (diff_of(tool), exit_code(tool)) {
        (Some(diff), _) => {
            let (added, removed) = diff::counts(diff);
            return Some(brush.fit(vec![
                Span::raw("    "),
                brush.span(format!("+{added}"), Role::Additions),
                Span::raw(" "),
                brush.span(format!("-{removed}"), Role::Deletions),
            ]));
        }
        (None, code) => {
            let code = code
                .filter(|code| *code != 0)
                .map(|code| format!("exit {code} "));
            let line = last_line(tool);
            format!("{}{line}", code.unwrap_or_default())
        }
    };
    if text.is_empty() {
        return None;
    }
    let role = match exit_code(tool) {
        Some(code) if code != 0 => Role::Bad,
        Some(_) | None => Role::ToolOutput,
    };
    Some(brush.fit(vec![Span::raw("    "), brush.span(text, role)]))
}

/// The line of the output that says most: the last of a command, a count for a file that was read.
fn last_line(tool: &Tool) -> String {
    let mut lines = tool.output.lines().filter(|line| !line.trim().is_empty());
    match tool.name.as_str() {
        "read" | "grep" | "glob" | "list" => {
            let count = lines.count();
            text::count(count, "line", "lines")
        }
        _ => {
            let last = lines.next_back().unwrap_or_default();
            let plain = text::ansi(last);
            plain.first().map(text::Line::text).unwrap_or_default()
        }
    }
}

fn exit_code(tool: &Tool) -> Option<i64> {
    tool.metadata.get("exit").and_then(Value::as_i64)
}

fn diff_of(tool: &Tool) -> Option<&str> {
    let diff = tool.metadata.get("diff").and_then(Value::as_str);
    diff.filter(|diff| !diff.is_empty())
}

/// The arguments of a call.
fn input_rows(tool: &Tool, brush: &Brush<'_>) -> Vec<Line<'static>> {
    let Some(map) = tool.input.as_object() else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (name, value) in map {
        // The diff shows what an edit does better than its arguments.
        let is_in_diff = matches!(name.as_str(), "oldString" | "newString" | "content");
        if is_in_diff && diff_of(tool).is_some() {
            continue;
        }
        let text = match (name.as_str(), value) {
            ("command", Value::String(command)) => format!("$ {command}"),
            (_, Value::String(text)) => format!("{name}: {text}"),
            (_, other) => format!("{name}: {other}"),
        };
        rows.extend(brush.wrapped(&text, Role::Text, 4));
    }
    rows.truncate(MAX_ROWS);
    rows
}

/// What a call printed or changed.
fn output_rows(tool: &Tool, brush: &Brush<'_>) -> Vec<Line<'static>> {
    if let Some(diff) = diff_of(tool) {
        return diff::diff_rows(diff, brush, 4);
    }
    let lines = text::ansi(tool.output.trim_end());
    let columns = brush.columns.saturating_sub(6).max(1);
    let shown = lines.iter().filter(|_| !tool.output.trim().is_empty());
    let wrapped = shown.flat_map(|line| text::wrap(line, columns, 0));
    let mut rows: Vec<Line<'static>> = wrapped
        .take(MAX_ROWS)
        .map(|line| quoted(&line, brush))
        .collect();
    if rows.len() == MAX_ROWS {
        rows.push(brush.row("    … the output goes on", Role::Dim));
    }
    rows
}

/// The list that a call of the todo tool writes.
fn todos(tool: &Tool) -> Option<&Vec<Value>> {
    if tool.name != "todowrite" {
        return None;
    }
    tool.input.get("todos")?.as_array()
}

fn todo_row(todo: &Value, brush: &Brush<'_>) -> Line<'static> {
    let text = |key| todo.get(key).and_then(Value::as_str).unwrap_or_default();
    let (mark, role) = todo_mark(text("status"), brush);
    brush.fit(vec![
        brush.span(format!("    {mark} "), role),
        brush.foreign(text("content"), role),
    ])
}

/// The mark and the role of a todo's status.
pub(in crate::view::session) fn todo_mark(status: &str, brush: &Brush<'_>) -> (&'static str, Role) {
    match status {
        "completed" => (brush.symbols.good, Role::Dim),
        "in_progress" => (brush.symbols.working, Role::Working),
        "cancelled" => (brush.symbols.bad, Role::Dim),
        _ => (brush.symbols.unchecked, Role::Text),
    }
}
