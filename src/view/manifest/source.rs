//! The source of a file: marks in the margin, line numbers, syntax, findings underlined.

use std::ops::Range;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use crate::{
    app::manifest::{Focus, checkup::CheckedFile, geometry},
    diagnostic::{Finding, Severity},
    diff::fit,
    text,
    theme::Role,
    view::{code::Code, manifest::Drawing, pen::Pen},
};

/// Draws the head of the source and its lines.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, drawing: &Drawing<'_>) {
    let Some(file) = drawing.pane.file() else {
        return;
    };
    if let Some(mut pen) = Pen::at(buffer, area, 0) {
        drawing.source_head(&mut pen, file);
    }
    let digits = geometry::digits(file.lines.len());
    for row in 0..drawing.geometry.code_rows() {
        let line = drawing.pane.reading.top + row;
        if line >= file.lines.len() {
            return;
        }
        if let Some(mut pen) = Pen::at(buffer, area, row + 1) {
            drawing.source_line(&mut pen, file, line, digits);
        }
    }
}

impl Drawing<'_> {
    /// The path, and how far through the file one is.
    fn source_head(&self, pen: &mut Pen<'_>, file: &CheckedFile) {
        let has_focus = self.pane.focus == Focus::Source;
        let role = if has_focus { Role::Title } else { Role::Dim };
        let border = if has_focus {
            Role::BorderFocused
        } else {
            Role::Border
        };
        let lines = file.lines.len();
        let at = format!(" {}/{lines} ", self.pane.reading.line + 1);
        let path = text::sanitize_line(&file.report.path);
        let room = pen.room().saturating_sub(text::width(&at) + 6);
        let path = text::truncate_middle(&path, room);
        let line = self.style(border);
        pen.put(self.symbols.horizontal, line)
            .put(" ", line)
            .put(&path, self.style(role))
            .put(" ", line);
        let rest = pen.room().saturating_sub(text::width(&at) + 1);
        pen.put(&self.symbols.horizontal.repeat(rest), line)
            .put(&at, self.style(Role::Dim))
            .put(self.symbols.horizontal, line);
    }

    /// A line, from 0.
    fn source_line(&self, pen: &mut Pen<'_>, file: &CheckedFile, line: usize, digits: usize) {
        let has_cursor = line == self.pane.reading.line;
        let findings: Vec<_> = file.on_line(line + 1).collect();
        let begins = |finding: &Finding| {
            let start = file.lines.start(line + 1);
            start.is_some_and(|start| finding.span.start >= start)
        };
        // Only where a finding begins is a mark, so that a long one makes no row of them.
        let worst = findings
            .iter()
            .filter(|(_, finding, _)| begins(finding))
            .map(|(_, finding, _)| finding.severity)
            .min();
        let (glyph, role) = worst.map_or((" ", Role::Dim), |severity| self.glyph(severity));
        let number = match has_cursor {
            true if self.pane.focus == Focus::Source => Role::Selection,
            true => Role::Title,
            false => Role::DiffGutter,
        };
        pen.put(glyph, self.style(role)).skip(1);
        let start = pen.column();
        pen.put_right(&(line + 1).to_string(), digits, self.style(number));
        if has_cursor {
            pen.restyle(start, self.style(number));
        }
        pen.skip(1);
        self.code(pen, file, line, &findings);
    }

    /// The part of a line that is seen.
    fn code(
        &self,
        pen: &mut Pen<'_>,
        file: &CheckedFile,
        line: usize,
        findings: &[(usize, &Finding, Range<usize>)],
    ) {
        let text = file.line(line + 1);
        let skipped = self.pane.reading.skipped;
        let columns = pen.room();
        let piece = fit::window(text, skipped, columns);
        let column = match skipped {
            0 => 0,
            _ => fit::column(text, piece.start),
        };
        let marks = self.marks(text, findings);
        let code = Code {
            text,
            role: Role::Text,
            word: None,
            paint: file.syntax.get(line),
            matches: &[],
            current: None,
            marks: &marks,
        };
        let base = self.style(Role::Text);
        let seen = piece.end;
        let mut row = pen.part(columns);
        row.skip(column.saturating_sub(skipped));
        code.put(&mut row, piece, column, base, self.theme);
        if seen >= text.len() {
            self.missing(&mut row, text, findings);
        }
        let dim = self.style(Role::Dim);
        if seen < text.len() {
            let mut last = pen.part(columns);
            last.skip(columns.saturating_sub(1))
                .cover(self.symbols.more_right, dim);
        }
        if skipped > 0 && !text.is_empty() {
            pen.part(1).put(self.symbols.more_left, dim);
        }
    }

    /// How the pieces of a line stand out that findings are about; the selected one before all others.
    fn marks(
        &self,
        text: &str,
        findings: &[(usize, &Finding, Range<usize>)],
    ) -> Vec<(Range<u32>, Style)> {
        let selected = self.pane.selected().map(|(_, finding, _)| finding);
        let mut marks: Vec<(Range<usize>, Style)> = Vec::new();
        let is_selected = |finding: &Finding| selected.is_some_and(|it| std::ptr::eq(it, finding));
        let mut ordered: Vec<_> = findings.iter().collect();
        ordered.sort_by_key(|(_, finding, span)| {
            (!is_selected(finding), finding.severity, span.len())
        });
        for (_, finding, span) in ordered {
            let mut style = self.mark_style(finding.severity);
            if is_selected(finding) {
                style = style.add_modifier(Modifier::REVERSED);
            }
            // A place without a length shows the letter before which something is missing.
            let mut span = span.clone();
            if span.is_empty() {
                let next = text.get(span.start..).and_then(|rest| rest.chars().next());
                span.end += next.map_or(0, char::len_utf8);
            }
            for piece in without(&span, &marks) {
                marks.push((piece, style));
            }
        }
        marks.sort_by_key(|(range, _)| range.start);
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let marks = marks.into_iter();
        marks
            .map(|(range, style)| (number(range.start)..number(range.end), style))
            .collect()
    }

    fn mark_style(&self, severity: Severity) -> Style {
        let (_, role) = self.glyph(severity);
        self.style(role).add_modifier(Modifier::UNDERLINED)
    }

    /// Shows a blank behind the end of a line where something is missing there.
    fn missing(&self, row: &mut Pen<'_>, text: &str, findings: &[(usize, &Finding, Range<usize>)]) {
        let selected = self.pane.selected().map(|(_, finding, _)| finding);
        let mut at_end = findings
            .iter()
            .filter(|(_, _, span)| span.is_empty() && span.start >= text.len());
        let Some((_, finding, _)) = at_end.next() else {
            return;
        };
        let mut style = self.mark_style(finding.severity);
        if selected.is_some_and(|it| std::ptr::eq(it, *finding)) {
            style = style.add_modifier(Modifier::REVERSED);
        }
        row.put(" ", style);
    }
}

/// What of a range is in none of the others.
fn without(range: &Range<usize>, others: &[(Range<usize>, Style)]) -> Vec<Range<usize>> {
    let mut pieces = vec![range.clone()];
    for (other, _) in others {
        pieces = pieces
            .into_iter()
            .flat_map(|piece| {
                let before = piece.start..piece.end.min(other.start);
                let behind = piece.start.max(other.end)..piece.end;
                [before, behind]
            })
            .filter(|piece| !piece.is_empty())
            .collect();
    }
    pieces.dedup();
    pieces
}
