//! From a block of a transcript to rows.
//!
//! Input is the block, its width and whether it is folded; output are styled rows in which nothing
//! from outside can do harm. Not for: where the rows go, or keeping them.

mod diff;
pub(super) mod tool;

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::{
    app::session::reading::Fold,
    model::{agent::AgentError, agent::message::ToolState, time::Millis},
    text::{self, MarkdownCache},
    theme::Role,
    transcript::{Block, BlockBody, Passage, Prompt, StepEnd},
    view::session::brush::{Brush, faint, whole_seconds},
};

pub(super) use diff::diff_rows;

/// How many rows of a long prompt are shown while it is folded.
const PROMPT_ROWS: usize = 12;

/// The rows of a block. `growing` keeps what was read of a text that still grows.
pub(super) fn rows_of(
    block: &Block,
    brush: &Brush<'_>,
    growing: Option<&mut MarkdownCache>,
) -> Vec<Line<'static>> {
    let mut rows = match &block.body {
        BlockBody::Prompt(prompt) => prompt_rows(prompt, brush),
        BlockBody::Text(passage) => passage_rows(passage, brush, growing),
        BlockBody::Reasoning {
            passage,
            start,
            end,
        } => reasoning_rows(passage, (*start, *end), brush, growing),
        BlockBody::Tool { tool, stopped } => tool::rows(tool, *stopped, brush),
        BlockBody::Patch { files } => patch_rows(files, brush),
        BlockBody::Attachment { mime, filename } => {
            let name = filename.as_deref().unwrap_or("without a name");
            vec![note(brush, Role::Dim, &format!("file: {name} ({mime})"))]
        }
        BlockBody::Subtask { agent, description } => {
            let text = format!("handed to {agent}: {description}");
            vec![note(brush, Role::Tool, &text)]
        }
        BlockBody::Compaction { auto } => {
            let by = if *auto { "by itself" } else { "as asked" };
            vec![rule(brush, &format!("history compacted {by}"), Role::Dim)]
        }
        BlockBody::Error(error) => error_rows(error, brush),
        BlockBody::Retry {
            attempt,
            message,
            next,
        } => retry_rows(*attempt, message, *next, brush),
        BlockBody::Gap {
            lasted,
            text_missing,
        } => gap_rows(*lasted, *text_missing, brush),
        BlockBody::StepEnd(end) => step_rows(end, brush),
        BlockBody::Reverted => vec![rule(
            brush,
            "reverted from here on; goes at the next prompt",
            Role::Warning,
        )],
        BlockBody::Unknown { kind } => {
            let text = format!("a part of a kind that is not known here: {kind}");
            vec![note(brush, Role::Dim, &text)]
        }
    };
    if block.reverted {
        faint(&mut rows);
    }
    rows
}

/// Whether the rows of a block change with every second.
pub(super) fn is_ticking(block: &Block) -> bool {
    match &block.body {
        BlockBody::Tool { tool, stopped } => {
            !stopped && matches!(tool.state, ToolState::Running | ToolState::Pending)
        }
        BlockBody::Reasoning { passage, end, .. } => end.is_none() && !passage.complete,
        BlockBody::Retry { .. } => true,
        _ => false,
    }
}

/// Whether a block stands close to its neighbors, without an empty row between.
pub(super) fn is_compact(block: &Block, fold: Fold) -> bool {
    match &block.body {
        BlockBody::Tool { .. } | BlockBody::Reasoning { .. } | BlockBody::Patch { .. } => {
            fold == Fold::Folded
        }
        BlockBody::Attachment { .. } | BlockBody::StepEnd(_) | BlockBody::Subtask { .. } => true,
        _ => false,
    }
}

fn prompt_rows(prompt: &Prompt, brush: &Brush<'_>) -> Vec<Line<'static>> {
    let inner = Brush {
        columns: brush.columns.saturating_sub(2),
        ..*brush
    };
    let folds = brush.fold == Fold::Folded;
    let text = prompt.text.trim_end();
    let lines = text.split('\n').count();
    // A pasted file is not wrapped as a whole to show its start.
    let start = match folds {
        true => first_lines(text, PROMPT_ROWS, PROMPT_ROWS * brush.columns.max(1) * 4),
        false => text,
    };
    let mut rows = inner.wrapped(start, Role::Prompt, 0);
    if folds && (rows.len() > PROMPT_ROWS || start.len() < text.len()) {
        rows.truncate(PROMPT_ROWS);
        let all = text::count(lines, "line", "lines");
        rows.push(brush.row(format!("… {all} in all"), Role::Dim));
    }
    for (index, row) in rows.iter_mut().enumerate() {
        let mark = if index == 0 {
            brush.symbols.prompt
        } else {
            " "
        };
        row.spans
            .insert(0, brush.span(format!("{mark} "), Role::Prompt));
    }
    if prompt.queued {
        let text = format!(
            "  {} queued: the agent reads it when it is free",
            brush.symbols.starting
        );
        rows.push(brush.row(text, Role::Waiting));
    }
    rows
}

/// At most so many lines and bytes from the start of a text.
fn first_lines(text: &str, lines: usize, bytes: usize) -> &str {
    let end = text
        .match_indices('\n')
        .nth(lines)
        .map_or(text.len(), |(at, _)| at);
    let mut end = end.min(bytes.max(1));
    while !text.is_char_boundary(end) {
        end += 1;
    }
    text.get(..end).unwrap_or(text)
}

fn passage_rows(
    passage: &Passage,
    brush: &Brush<'_>,
    growing: Option<&mut MarkdownCache>,
) -> Vec<Line<'static>> {
    let mut rows = Vec::new();
    if passage.is_summary {
        rows.push(rule(brush, "summary of what was said before", Role::Dim));
    }
    rows.extend(markdown_rows(&passage.text, brush, 2, Role::Text, growing));
    if !passage.gaps.is_empty() {
        let text = "some of this text was missed; all of it comes when it is complete";
        rows.extend(warning_rows(brush, text));
    }
    rows
}

fn markdown_rows(
    source: &str,
    brush: &Brush<'_>,
    indent: usize,
    role: Role,
    growing: Option<&mut MarkdownCache>,
) -> Vec<Line<'static>> {
    let columns = brush.columns.saturating_sub(indent).max(1);
    let style = |line: &text::Line| brush.indented(brush.toned(line, role), indent);
    match growing {
        Some(cache) => cache.rows(source, columns).iter().map(style).collect(),
        None => text::markdown(source, columns).iter().map(style).collect(),
    }
}

fn reasoning_rows(
    passage: &Passage,
    (start, end): (Option<Millis>, Option<Millis>),
    brush: &Brush<'_>,
    growing: Option<&mut MarkdownCache>,
) -> Vec<Line<'static>> {
    let is_over = end.is_some() || passage.complete;
    let until = end.unwrap_or(brush.now);
    let took = start
        .filter(|_| end.is_some() || !passage.complete)
        .map(|start| format!(" {}", text::duration(start.age(until))));
    let verb = if is_over { "thought" } else { "thinking" };
    let mark = fold_mark(brush);
    let head = format!("{mark} {verb}{}", took.unwrap_or_default());
    let mut spans = vec![brush.span(head, Role::Reasoning)];
    if brush.fold == Fold::Folded {
        let first = passage.text.lines().find(|line| !line.trim().is_empty());
        if let Some(first) = first {
            let separator = format!(" {} ", brush.symbols.separator);
            spans.push(brush.span(separator, Role::Reasoning));
            spans.push(brush.foreign(first.trim(), Role::Reasoning));
        }
        return vec![brush.fit(spans)];
    }
    let mut rows = vec![brush.fit(spans)];
    rows.extend(markdown_rows(
        &passage.text,
        brush,
        2,
        Role::Reasoning,
        growing,
    ));
    rows
}

fn patch_rows(files: &[String], brush: &Brush<'_>) -> Vec<Line<'static>> {
    let count = text::count(files.len(), "file", "files");
    let head = format!("{} changed {count}", fold_mark(brush));
    let mut spans = vec![brush.span(head, Role::Dim)];
    if brush.fold == Fold::Folded {
        let names: Vec<&str> = files.iter().take(20).map(|file| file_name(file)).collect();
        spans.push(brush.foreign(&format!(": {}", names.join(", ")), Role::Dim));
        return vec![brush.fit(spans)];
    }
    let mut rows = vec![brush.fit(spans)];
    for file in files {
        rows.push(brush.fit(vec![Span::raw("  "), brush.foreign(file, Role::Dim)]));
    }
    rows
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn error_rows(error: &AgentError, brush: &Brush<'_>) -> Vec<Line<'static>> {
    if error.is_abort() {
        return warning_rows(brush, "the turn was stopped");
    }
    let status = error
        .status_code
        .map(|status| format!(" (HTTP {status})"))
        .unwrap_or_default();
    let name = if error.name.is_empty() {
        "error"
    } else {
        &error.name
    };
    let head = format!("{} ", brush.symbols.bad);
    let mut rows = vec![brush.fit(vec![
        brush.span(head, Role::Bad),
        brush.foreign(name, Role::Bad),
        brush.span(status, Role::Bad),
    ])];
    if !error.message.is_empty() {
        rows.extend(brush.wrapped(&error.message, Role::Text, 2));
    }
    rows
}

fn retry_rows(attempt: u64, message: &str, next: Millis, brush: &Brush<'_>) -> Vec<Line<'static>> {
    let wait = brush.now.age(next);
    let when = if wait.is_zero() {
        "now".to_owned()
    } else {
        let rounded_up = wait + Duration::from_millis(999);
        format!("in {}", whole_seconds(rounded_up))
    };
    let text = format!("the provider failed; try {attempt} starts {when}");
    let mut rows = warning_rows(brush, &text);
    rows.extend(brush.wrapped(message, Role::Text, 2));
    rows
}

fn gap_rows(lasted: Duration, text_missing: bool, brush: &Brush<'_>) -> Vec<Line<'static>> {
    let missing = if text_missing {
        "; what was written meanwhile comes when it is complete"
    } else {
        ""
    };
    let lasted = text::duration(lasted);
    let text = format!("the connection was lost for {lasted}{missing}");
    warning_rows(brush, &text)
}

fn step_rows(end: &StepEnd, brush: &Brush<'_>) -> Vec<Line<'static>> {
    if end.is_followed() {
        return Vec::new();
    }
    let tokens = &end.tokens;
    let read = tokens.input + tokens.cache.read + tokens.cache.write;
    let mut facts = Vec::new();
    match end.finish.as_deref() {
        Some("stop") => {}
        Some(word) => facts.push(format!("ended: {word}")),
        None => facts.push("cut off".to_owned()),
    }
    facts.extend(end.model.clone());
    if read + tokens.output > 0 {
        let (read, wrote) = (text::tokens(read), text::tokens(tokens.output));
        facts.push(format!("{read} read, {wrote} written"));
    }
    if end.cost > 0.0 {
        facts.push(text::money(end.cost));
    }
    facts.push(text::duration(end.took));
    let separator = format!(" {} ", brush.symbols.separator);
    vec![note(brush, Role::Dim, &facts.join(&separator))]
}

/// The mark of a block that can be folded.
fn fold_mark(brush: &Brush<'_>) -> &'static str {
    match brush.fold {
        Fold::Folded => brush.symbols.folded,
        Fold::Unfolded => brush.symbols.unfolded,
    }
}

/// One row of secondary text from outside.
fn note(brush: &Brush<'_>, role: Role, text: &str) -> Line<'static> {
    brush.fit(vec![Span::raw("  "), brush.foreign(text, role)])
}

fn warning_rows(brush: &Brush<'_>, text: &str) -> Vec<Line<'static>> {
    let mut rows = brush.wrapped(text, Role::Warning, 2);
    if let Some(mark) = rows.first_mut().and_then(|row| row.spans.first_mut()) {
        *mark = brush.span(format!("{} ", brush.symbols.warning), Role::Warning);
    }
    rows
}

fn rule(brush: &Brush<'_>, text: &str, role: Role) -> Line<'static> {
    let line = brush.symbols.horizontal;
    let used = text::width(text) + 4;
    let rest = line.repeat(brush.columns.saturating_sub(used).min(40));
    brush.fit(vec![
        brush.span(format!("{line}{line} {text} {rest}"), role),
    ])
}
