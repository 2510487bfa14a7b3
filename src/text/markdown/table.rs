//! Tables: aligned when they fit, a list of cells for each row when they do not.

use pulldown_cmark::Alignment;

use crate::text::{Line, Meaning, Tone, wrap};

const SEPARATOR: &str = " │ ";

/// A table being read; its first row is the head.
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Line>>,
}

impl Table {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            rows: Vec::new(),
        }
    }

    pub(super) fn begin_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn begin_cell(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.push(Line::default());
        }
    }

    pub(super) fn push(&mut self, text: &str, tone: Tone) {
        let is_head = self.rows.len() == 1;
        let cell = self.rows.last_mut().and_then(|row| row.last_mut());
        if let Some(cell) = cell {
            let bold = tone.bold || is_head;
            cell.push(text, Tone { bold, ..tone });
        }
    }

    /// The rows of the table in `columns`.
    pub(super) fn rows(&self, columns: usize) -> Vec<Line> {
        let widths = self.widths();
        let borders = widths.len().saturating_sub(1) * 3;
        if widths.iter().sum::<usize>() + borders <= columns {
            self.aligned(&widths)
        } else {
            self.listed(columns)
        }
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = vec![0; self.alignments.len()];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.width().max(*width);
            }
        }
        widths
    }

    fn aligned(&self, widths: &[usize]) -> Vec<Line> {
        let mut rows: Vec<Line> = self
            .rows
            .iter()
            .map(|row| self.aligned_row(row, widths))
            .collect();
        let bars: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        let rule = Line::new(bars.join("─┼─"), Tone::of(Meaning::Border));
        rows.insert(rows.len().min(1), rule);
        rows
    }

    fn aligned_row(&self, row: &[Line], widths: &[usize]) -> Line {
        let mut line = Line::default();
        for (index, (width, alignment)) in widths.iter().zip(&self.alignments).enumerate() {
            if index > 0 {
                line.push(SEPARATOR, Tone::of(Meaning::Border));
            }
            let empty = Line::default();
            let cell = row.get(index).unwrap_or(&empty);
            let free = width.saturating_sub(cell.width());
            let before = match alignment {
                Alignment::None | Alignment::Left => 0,
                Alignment::Center => free / 2,
                Alignment::Right => free,
            };
            line.push(&" ".repeat(before), Tone::default());
            for span in &cell.spans {
                line.push(&span.text, span.tone);
            }
            if index + 1 < widths.len() {
                line.push(&" ".repeat(free - before), Tone::default());
            }
        }
        line
    }

    /// Each row as `head: cell` rows, with a blank row between.
    fn listed(&self, columns: usize) -> Vec<Line> {
        let Some((head, body)) = self.rows.split_first() else {
            return Vec::new();
        };
        if body.is_empty() {
            return head
                .iter()
                .flat_map(|cell| wrap(cell, columns, 2))
                .collect();
        }
        let mut rows = Vec::new();
        for row in body {
            if !rows.is_empty() {
                rows.push(Line::default());
            }
            for (title, cell) in head.iter().zip(row) {
                let mut line = title.clone();
                line.push(": ", Tone::of(Meaning::Border));
                for span in &cell.spans {
                    line.push(&span.text, span.tone);
                }
                rows.extend(wrap(&line, columns, 2));
            }
        }
        rows
    }
}
