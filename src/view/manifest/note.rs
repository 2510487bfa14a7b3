//! What is to be said of the finding under the cursor, below the source.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    action::Action,
    diagnostic::{Finding, Position},
    text,
    theme::Role,
    view::{
        manifest::{Drawing, counts, list},
        pen::{Pen, wrapped},
    },
};

/// Draws the note.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, drawing: &Drawing<'_>) {
    let rows = match drawing.pane.selected() {
        Some((_, finding, place)) => {
            if let Some(mut pen) = Pen::at(buffer, area, 0) {
                drawing.note_head(&mut pen, finding, place);
            }
            drawing.note_rows(finding, usize::from(area.width).saturating_sub(2))
        }
        None => {
            if let Some(mut pen) = Pen::at(buffer, area, 0) {
                let rest = pen.room();
                let line = drawing.symbols.horizontal.repeat(rest);
                pen.put(&line, drawing.style(Role::Border));
            }
            match drawing.pane.fact() {
                Some(fact) => {
                    let width = usize::from(area.width).saturating_sub(2).max(1);
                    let lines = wrapped(&fact.words, width).into_iter();
                    lines.map(|line| (line, Role::Text)).collect()
                }
                None => drawing.verdict_rows(),
            }
        }
    };
    let room = usize::from(area.height).saturating_sub(1);
    let is_cut = rows.len() > room;
    for (row, (words, role)) in rows.iter().take(room).enumerate() {
        let Some(mut pen) = Pen::at(buffer, area, row + 1) else {
            return;
        };
        pen.skip(1).put(words, drawing.style(*role));
        if is_cut && row + 1 == room {
            drawing.more(&mut pen);
        }
    }
}

impl Drawing<'_> {
    /// Severity, code and place.
    fn note_head(&self, pen: &mut Pen<'_>, finding: &Finding, place: Position) {
        let (glyph, role) = self.glyph(finding.severity);
        let line = self.style(Role::Border);
        let dim = self.style(Role::Dim);
        pen.put(self.symbols.horizontal, line)
            .put(" ", line)
            .put(glyph, self.style(role))
            .skip(1)
            .put(finding.severity.name(), self.style(role))
            .skip(1)
            .put(finding.code, dim)
            .skip(1)
            .put(&format!("{}:{}", place.line, place.column), dim);
        let path = text::sanitize_line(&finding.path);
        if !path.is_empty() && pen.room() > 12 {
            let room = pen.room().saturating_sub(6);
            let gap = format!(" {} ", self.symbols.separator);
            pen.put(&gap, dim)
                .put(&text::truncate_middle(&path, room), dim);
        }
        pen.put(" ", line);
        let rest = pen.room();
        pen.put(&self.symbols.horizontal.repeat(rest), line);
    }

    /// Message, help and fix.
    fn note_rows(&self, finding: &Finding, width: usize) -> Vec<(String, Role)> {
        let mut rows = Vec::new();
        let mut say = |text: &str, role: Role| {
            let lines = wrapped(&text::sanitize_line(text), width.max(1));
            rows.extend(lines.into_iter().map(|line| (line, role)));
        };
        say(&finding.message, Role::Text);
        if let Some(fix) = &finding.fix {
            let words = if fix.is_safe {
                format!(
                    "fix: {} ({} makes it)",
                    fix.title,
                    self.key(Action::ApplyFix)
                )
            } else {
                format!("fix, if that is what is meant: {}", fix.title)
            };
            say(&words, Role::Good);
        }
        if let Some(help) = &finding.help {
            say(&format!("help: {help}"), Role::Dim);
        }
        rows
    }

    /// What stands there while a file's head is under the cursor.
    fn verdict_rows(&self) -> Vec<(String, Role)> {
        let Some(file) = self.pane.file() else {
            return Vec::new();
        };
        let counted = counts(|severity| file.report.count(severity));
        let (verdict, role) = list::verdict(file);
        let mut rows = vec![(counted, Role::Dim)];
        if !verdict.is_empty() {
            rows.insert(0, (verdict.to_owned(), role));
        }
        rows
    }

    /// Says at the end of the last row that there is more, and which key shows it.
    fn more(&self, pen: &mut Pen<'_>) {
        let key = self.key(Action::Explain);
        let words = format!(" {} {key} shows all", self.symbols.separator);
        let missing = text::width(&words).saturating_sub(pen.room());
        pen.back(missing).cover(&words, self.style(Role::Key));
    }
}
