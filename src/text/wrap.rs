//! Breaking lines into rows.
//!
//! Rows break after spaces and after wide characters; a word longer than a row is broken where the
//! row ends. Nothing is dropped: the rows, without their indents, concatenate to the line. Spaces at
//! a break stay at the end of their row and may hang over the edge.

use unicode_segmentation::UnicodeSegmentation;

use crate::text::{
    Line, Span, Tone,
    measure::{cluster_width, is_plain},
};

/// Breaks `line` into rows of at most `columns`; all rows but the first begin with `hanging` spaces
/// (at most half of `columns`). A single cluster that is wider than a row has a row to itself.
pub fn wrap(line: &Line, columns: usize, hanging: usize) -> Vec<Line> {
    let columns = columns.max(1);
    let hanging = hanging.min(columns / 2);
    let plain = line.spans.iter().all(|span| is_plain(&span.text));
    let bytes: usize = line.spans.iter().map(|span| span.text.len()).sum();
    if bytes == 0 || (plain && bytes <= columns) {
        return vec![line.clone()];
    }
    let text = line.text();
    let mut rows = Vec::new();
    let mut cutter = Cutter::new(line);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let indent = if rows.is_empty() { 0 } else { hanging };
        let length = if plain {
            plain_row(rest, columns - indent)
        } else {
            row(rest, columns - indent)
        };
        rows.push(cutter.take(length, indent));
        rest = rest.get(length..).unwrap_or_default();
    }
    rows
}

/// How many bytes of `text` go into a row, at least one cluster.
fn row(text: &str, columns: usize) -> usize {
    let mut used = 0;
    let mut last_break = 0;
    for (offset, cluster) in text.grapheme_indices(true) {
        let wide = cluster_width(cluster);
        let is_space = cluster == " ";
        used += wide;
        if !is_space && used > columns && offset > 0 {
            return if last_break > 0 { last_break } else { offset };
        }
        if is_space || wide > 1 {
            last_break = offset + cluster.len();
        }
    }
    text.len()
}

/// [`row`] for text of one-column bytes.
fn plain_row(text: &str, columns: usize) -> usize {
    let bytes = text.as_bytes();
    if bytes.len() <= columns {
        return bytes.len();
    }
    let spaces = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| **byte == b' ').count()
    };
    if bytes.get(columns) == Some(&b' ') {
        return columns + spaces(columns);
    }
    let first = bytes.get(..columns).unwrap_or(bytes);
    match first.iter().rposition(|byte| *byte == b' ') {
        Some(space) => space + 1,
        None => columns.max(1),
    }
}

/// Cuts the spans of a line at byte offsets.
struct Cutter<'a> {
    spans: std::slice::Iter<'a, Span>,
    /// What is left of the span that was cut last.
    left: Option<(&'a str, Tone)>,
}

impl<'a> Cutter<'a> {
    fn new(line: &'a Line) -> Self {
        Self {
            spans: line.spans.iter(),
            left: None,
        }
    }

    /// The next `length` bytes as a row.
    fn take(&mut self, mut length: usize, indent: usize) -> Line {
        let mut row = Line::default();
        row.push(&" ".repeat(indent), Tone::default());
        while length > 0 {
            let next = self.left.take();
            let next = next.or_else(|| {
                Some(self.spans.next())
                    .flatten()
                    .map(|s| (&*s.text, s.tone))
            });
            let Some((text, tone)) = next else { break };
            let cut = length.min(text.len());
            let (taken, left) = text.split_at_checked(cut).unwrap_or((text, ""));
            row.push(taken, tone);
            length = length.saturating_sub(taken.len());
            self.left = Some((left, tone)).filter(|(left, _)| !left.is_empty());
        }
        row
    }
}
