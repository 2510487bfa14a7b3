//! The lines of a finding with carets under its place.
//!
//! In: a report and a place in it, in bytes. Out: the first and the last line of the place, cut
//! around it and sanitized. Takes the same time however long the lines are and however many there
//! are.

use std::{fmt::Write as _, ops::Range};

use super::text::{Palette, paint};
use crate::{
    diagnostic::{LineIndex, Report},
    text::{sanitize_line, truncate, truncate_start, width},
};

/// The least columns of source that are shown.
const NARROWEST: usize = 40;
/// What is shown for a tab, so that pieces of a line are as wide alone as together.
const TAB: &str = "    ";

/// The lines that are shown of a finding.
pub(super) struct Excerpt {
    first: Row,
    /// The last line; `None` where the first is the last.
    last: Option<Row>,
}

/// A line with a marked piece.
struct Row {
    number: usize,
    text: String,
    /// Columns before the carets.
    before: usize,
    /// How many carets there are.
    carets: usize,
}

impl Excerpt {
    pub(super) fn of(
        report: &Report,
        lines: &LineIndex,
        span: &Range<usize>,
        columns: usize,
    ) -> Self {
        let number = |offset: usize| lines.position(&report.text, offset).line;
        let begin = |number: usize| lines.start(number).unwrap_or(0);
        let (first, mut last) = (number(span.start), number(span.end));
        // A place that ends with a line does not reach into the next for the eye.
        if last > first && begin(last) == span.end {
            last -= 1;
        }
        let digits = last.to_string().len();
        let columns = columns.saturating_sub(digits + 3).max(NARROWEST);
        let row = |number: usize| {
            let range = lines.range(&report.text, number).unwrap_or(0..0);
            let line = report.text.get(range).unwrap_or_default();
            let indent = line.len() - line.trim_start().len();
            let start = begin(number);
            let from = match span.start.checked_sub(start) {
                Some(from) => from.min(line.len()),
                None => indent,
            };
            let to = (span.end - start).clamp(from, line.len());
            Row::new(number, line, from..to, columns)
        };
        Self {
            first: row(first),
            last: (last > first).then(|| row(last)),
        }
    }

    /// Columns of the line numbers.
    pub(super) fn gutter(&self) -> usize {
        let last = self.last.as_ref().unwrap_or(&self.first);
        last.number.to_string().len()
    }

    /// Appends the lines, with an empty one before and behind.
    pub(super) fn draw(&self, palette: &Palette, color: &str, out: &mut String) {
        let gutter = self.gutter();
        let empty = format!("{:gutter$} |\n", "");
        paint(out, &palette.frame, &empty);
        self.first.draw(gutter, palette, color, out);
        if let Some(last) = &self.last {
            if last.number > self.first.number + 1 {
                paint(out, &palette.frame, "...\n");
            }
            last.draw(gutter, palette, color, out);
        }
        paint(out, &palette.frame, &empty);
    }
}

impl Row {
    /// Cuts a line to the columns, around the marked bytes.
    fn new(number: usize, line: &str, marked: Range<usize>, columns: usize) -> Self {
        let before = line.get(..marked.start).unwrap_or_default();
        let under = line.get(marked.clone()).unwrap_or_default();
        let behind = line.get(marked.end..).unwrap_or_default();
        let under = truncate(&shown(head(under, columns)), columns).into_owned();
        let carets = width(&under).max(1);
        let room = columns - carets.min(columns);
        let before = shown(tail(before, room));
        let behind = shown(head(behind, room));
        // Each side gets what the other does not need, and half of what both want.
        let left = room - width(&behind).min(room / 2);
        let before = truncate_start(&before, left);
        let behind = truncate(&behind, room - width(&before));
        Self {
            number,
            before: width(&before),
            carets,
            text: format!("{before}{under}{behind}"),
        }
    }

    fn draw(&self, gutter: usize, palette: &Palette, color: &str, out: &mut String) {
        paint(out, &palette.frame, &format!("{:gutter$} |", self.number));
        out.push_str(format!(" {}", self.text).trim_end());
        out.push('\n');
        paint(out, &palette.frame, &format!("{:gutter$} |", ""));
        let _ = write!(out, " {:1$}", "", self.before);
        paint(out, color, &"^".repeat(self.carets));
        out.push('\n');
    }
}

/// A piece of a line as it is shown.
fn shown(piece: &str) -> String {
    sanitize_line(&piece.replace('\t', TAB)).into_owned()
}

/// The first characters, one more than there is room for.
fn head(text: &str, room: usize) -> &str {
    let end = text.char_indices().nth(room + 1).map(|(at, _)| at);
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// The last characters, one more than there is room for.
fn tail(text: &str, room: usize) -> &str {
    let start = text.char_indices().rev().nth(room).map(|(at, _)| at);
    text.get(start.unwrap_or(0)..).unwrap_or_default()
}
