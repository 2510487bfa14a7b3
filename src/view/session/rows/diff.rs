//! A unified diff in color, as an agent's edit tool reports it.

use ratatui::text::Line;

use crate::{text, theme::Role, view::session::brush::Brush};

/// The most rows of one diff.
const MAX_ROWS: usize = 2_000;

/// The rows of a unified diff without its file headers.
pub(in crate::view::session) fn diff_rows(
    diff: &str,
    brush: &Brush<'_>,
    indent: usize,
) -> Vec<Line<'static>> {
    let columns = brush.columns.saturating_sub(indent).max(1);
    let mut rows = Vec::new();
    for line in diff.lines().filter(|line| !is_header(line)) {
        let role = match line.as_bytes().first() {
            Some(b'+') => Role::DiffAdded,
            Some(b'-') => Role::DiffRemoved,
            Some(b'@') => Role::DiffHead,
            _ => Role::ToolOutput,
        };
        let clean = text::sanitize_line(line);
        let toned = text::Line::plain(clean.into_owned());
        for row in text::wrap(&toned, columns, 1) {
            rows.push(brush.indented(brush.toned(&row, role), indent));
        }
        if rows.len() >= MAX_ROWS {
            rows.push(brush.row("… the diff goes on", Role::Dim));
            break;
        }
    }
    rows
}

/// How many lines a diff adds and removes.
pub(super) fn counts(diff: &str) -> (usize, usize) {
    let lines = || diff.lines().filter(|line| !is_header(line));
    let count = |sign: char| lines().filter(|line| line.starts_with(sign)).count();
    (count('+'), count('-'))
}

fn is_header(line: &str) -> bool {
    ["Index: ", "=====", "--- ", "+++ "]
        .iter()
        .any(|start| line.starts_with(start))
}
