//! The findings by file: a heading with the verdict, then one row each.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::manifest::{
        Focus,
        checkup::{CheckedFile, Checkup},
        rows::Row,
    },
    diagnostic::Severity,
    text,
    theme::Role,
    validation::MANIFEST,
    view::{
        manifest::{Drawing, counts},
        pen::{Pen, write},
    },
};

/// Columns of a line and a column, such as `120:15`.
const PLACE: usize = 7;
/// From this many columns on a row has room for the family of its code.
const WITH_FAMILY: usize = 90;
/// From this many columns on a heading has room for words.
const WITH_WORDS: usize = 72;

/// Draws the list.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, drawing: &Drawing<'_>, checkup: &Checkup) {
    let height = usize::from(area.height);
    let rows = drawing.pane.rows();
    if rows.is_empty() {
        let text = "   No finding matches.";
        write(buffer, area, 0, text, drawing.style(Role::Dim));
        return;
    }
    let first = drawing.pane.first_row(height);
    for (line, (place, row)) in rows.iter().enumerate().skip(first).take(height).enumerate() {
        let Some(mut pen) = Pen::at(buffer, area, line) else {
            return;
        };
        let is_selected = place == drawing.pane.place();
        let cursor = if is_selected {
            drawing.symbols.cursor
        } else {
            " "
        };
        pen.put(cursor, drawing.style(Role::Accent));
        match *row {
            Row::File(file) => drawing.heading(&mut pen, checkup, file, is_selected),
            Row::Finding { file, finding } => {
                drawing.finding(&mut pen, checkup, (file, finding), is_selected);
            }
            Row::Facts => drawing.facts_heading(&mut pen, is_selected),
            Row::Fact(fact) => drawing.fact(&mut pen, checkup, fact, is_selected),
        }
    }
}

impl Drawing<'_> {
    /// The role of the row under the cursor.
    fn selection(&self) -> Role {
        match self.pane.focus {
            Focus::Findings => Role::Selection,
            Focus::Source => Role::SelectionInactive,
        }
    }

    /// A file with its verdict and counts.
    fn heading(&self, pen: &mut Pen<'_>, checkup: &Checkup, place: usize, is_selected: bool) {
        let Some(file) = checkup.files.get(place) else {
            return;
        };
        let (verdict, role) = self.verdict(file);
        let words = self.heading_counts(file);
        let rest: usize = words.iter().map(|(words, _)| text::width(words) + 2).sum();
        let room = pen.room().saturating_sub(5 + rest + text::width(verdict));
        let path = text::sanitize_line(&file.report.path);
        let path = text::truncate_middle(&path, room.max(12));
        self.head(pen, Row::File(place), &path, is_selected);
        if !verdict.is_empty() {
            pen.skip(2).put(verdict, self.style(role));
        }
        for (words, role) in words {
            pen.skip(2).put(&words, self.style(role));
        }
    }

    /// The fold and the name of a head.
    fn head(&self, pen: &mut Pen<'_>, head: Row, name: &str, is_selected: bool) {
        let fold = if self.pane.is_folded(head) {
            self.symbols.folded
        } else {
            self.symbols.unfolded
        };
        pen.put(fold, self.style(Role::Dim)).skip(1);
        let start = pen.column();
        pen.put(name, self.style(Role::Title));
        if is_selected {
            pen.restyle(start, self.style(self.selection()));
        }
    }

    /// The head of what the manifest comes to.
    fn facts_heading(&self, pen: &mut Pen<'_>, is_selected: bool) {
        self.head(pen, Row::Facts, "Facts", is_selected);
        pen.skip(2)
            .put("sizes and next runs", self.style(Role::Dim));
    }

    /// What a template or a trigger comes to.
    fn fact(&self, pen: &mut Pen<'_>, checkup: &Checkup, place: usize, is_selected: bool) {
        let Some(fact) = checkup.facts.get(place) else {
            return;
        };
        pen.skip(1);
        let start = pen.column();
        // The name stands before the colon; the rest is left out of the selection.
        let (name, rest) = fact.words.split_once(": ").unwrap_or((&fact.words, ""));
        pen.put(name, self.style(Role::Text));
        if is_selected {
            pen.restyle(start, self.style(self.selection()));
        }
        pen.skip(2).put(rest, self.style(Role::Dim));
    }

    /// How many findings a file has: in words, where the list is narrow with glyphs.
    fn heading_counts(&self, file: &CheckedFile) -> Vec<(String, Role)> {
        let is_wide = usize::from(self.geometry.list.width) >= WITH_WORDS;
        if is_wide || file.report.findings.is_empty() {
            let words = counts(|severity| file.report.count(severity));
            return vec![(words, Role::Dim)];
        }
        let severities = [Severity::Error, Severity::Warning, Severity::Hint];
        let words = severities.map(|severity| {
            let (glyph, role) = self.glyph(severity);
            let count = file.report.count(severity);
            (count > 0).then(|| (format!("{count} {glyph}"), role))
        });
        words.into_iter().flatten().collect()
    }

    /// The verdict of the control plane on a manifest, in one word where there is little room.
    fn verdict(&self, file: &CheckedFile) -> (&'static str, Role) {
        let (verdict, role) = verdict(file);
        if usize::from(self.geometry.list.width) >= WITH_WORDS {
            return (verdict, role);
        }
        (verdict.split(' ').next().unwrap_or_default(), role)
    }

    /// A finding: glyph, place, code, message.
    fn finding(
        &self,
        pen: &mut Pen<'_>,
        checkup: &Checkup,
        (file, place): (usize, usize),
        is_selected: bool,
    ) {
        let Some(finding) = checkup.finding(file, place) else {
            return;
        };
        let file = checkup.files.get(file);
        let Some(place) = file.and_then(|file| file.places.get(place)) else {
            return;
        };
        let (glyph, role) = self.glyph(finding.severity);
        let width = usize::from(self.geometry.list.width);
        let code = if width >= WITH_FAMILY {
            finding.code
        } else {
            finding.code.rsplit('/').next().unwrap_or(finding.code)
        };
        let codes = (width / 3).clamp(14, 28);
        let message = match finding.severity {
            Severity::Error | Severity::Warning => Role::Text,
            Severity::Hint => Role::Dim,
        };
        pen.skip(1).put(glyph, self.style(role)).skip(1);
        let start = pen.column();
        let at = format!("{}:{}", place.line, place.column);
        pen.put_padded(&at, PLACE, self.style(Role::Dim)).skip(1);
        pen.put_padded(code, codes, self.style(role));
        if is_selected {
            // Only the names, so that a step of the cursor costs few cells on a slow line.
            pen.restyle(start, self.style(self.selection()));
        }
        pen.skip(1).put(&finding.message, self.style(message));
    }
}

/// The verdict of the control plane on a manifest; nothing for other files, which it does not read.
pub(super) fn verdict(file: &CheckedFile) -> (&'static str, Role) {
    match (file.report.path == MANIFEST, file.report.is_valid) {
        (false, _) => ("", Role::Text),
        (true, true) => ("valid for the control plane", Role::Good),
        (true, false) => ("refused by the control plane", Role::Bad),
    }
}
