//! Reports for people: each finding with its place, its lines with carets, and what to do.

use std::fmt::Write as _;

use super::{Place, Tally, excerpt::Excerpt, in_words};
use crate::{
    diagnostic::{Finding, LineIndex, Report, Severity},
    text::{count, sanitize, sanitize_line},
};

/// How text for people looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Columns that lines of source are cut to.
    pub columns: usize,
    /// The colors.
    pub palette: Palette,
    /// Whether the last line says what `--fix` would do.
    pub offers_fix: bool,
}

/// The sequences that begin each color; empty for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Palette {
    /// Errors and their carets.
    pub error: String,
    /// Warnings and their carets.
    pub warning: String,
    /// Hints and their carets.
    pub hint: String,
    /// Messages, and what is to be read first.
    pub strong: String,
    /// Line numbers and the lines around the source.
    pub frame: String,
    /// The words `help` and `fix`.
    pub advice: String,
    /// Lines that a fix brings.
    pub added: String,
    /// Lines that a fix takes away.
    pub removed: String,
}

impl Look {
    /// Without colors.
    pub fn plain(columns: usize) -> Self {
        Self {
            columns,
            palette: Palette::default(),
            offers_fix: true,
        }
    }
}

impl Palette {
    pub(super) fn of(&self, severity: Severity) -> &str {
        match severity {
            Severity::Error => &self.error,
            Severity::Warning => &self.warning,
            Severity::Hint => &self.hint,
        }
    }
}

/// Appends text in a color, which ends before a line feed.
pub fn paint(out: &mut String, color: &str, text: &str) {
    let words = text.trim_end_matches('\n');
    let feed = text.get(words.len()..).unwrap_or_default();
    let end = if color.is_empty() { "" } else { "\x1b[m" };
    let _ = write!(out, "{color}{words}{end}{feed}");
}

/// All findings in the order of the files and places, each with a blank line behind it.
pub fn text(reports: &[Report], look: &Look) -> String {
    let mut out = String::new();
    for report in reports {
        let lines = LineIndex::new(&report.text);
        for finding in &report.findings {
            one(report, &lines, finding, look, &mut out);
        }
    }
    out
}

/// The line that ends a run: how much was found.
pub fn summary(reports: &[Report], look: &Look) -> String {
    let tally = Tally::of(reports);
    let files = count(tally.files, "file", "files");
    let mut out = format!("{files}: {}", tally.words());
    if tally.safe_fixes > 0 && look.offers_fix {
        let _ = write!(out, "; --fix mends {}", tally.safe_fixes);
    }
    out.push('\n');
    out
}

fn one(report: &Report, lines: &LineIndex, finding: &Finding, look: &Look, out: &mut String) {
    let palette = &look.palette;
    let place = Place::of(report, lines, &finding.span);
    let excerpt = Excerpt::of(report, lines, &finding.span, look.columns);
    let head = format!("{}[{}]", finding.severity.name(), finding.code);
    paint(out, palette.of(finding.severity), &head);
    let message = format!(": {}", sanitize_line(&finding.message));
    paint(out, &palette.strong, &message);
    let gutter = excerpt.gutter();
    let _ = write!(out, "\n{:gutter$}", "");
    paint(out, &palette.frame, "-->");
    let path = sanitize_line(&report.path);
    let _ = write!(out, " {path}:{}:{}", place.start.line, place.start.column);
    if !finding.path.is_empty() {
        let _ = write!(out, " ({})", sanitize_line(&finding.path));
    }
    out.push('\n');
    excerpt.draw(palette, palette.of(finding.severity), out);
    if let Some(help) = &finding.help {
        advice("help", help, gutter, palette, out);
    }
    if let Some(fix) = &finding.fix {
        advice("fix", &in_words(fix), gutter, palette, out);
    }
    out.push('\n');
}

/// A line below the source, such as `= help: …`; further lines stand under its first word.
fn advice(word: &str, what: &str, gutter: usize, palette: &Palette, out: &mut String) {
    let _ = write!(out, "{:gutter$} ", "");
    paint(out, &palette.frame, "=");
    out.push(' ');
    paint(out, &palette.advice, word);
    out.push_str(": ");
    let indent = gutter + word.len() + 5;
    for (at, line) in sanitize(what).trim_end().split('\n').enumerate() {
        if at > 0 {
            let _ = write!(out, "{:indent$}", "");
        }
        out.push_str(line);
        out.push('\n');
    }
}
