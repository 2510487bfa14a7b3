//! Reports as commands that GitHub's workflows turn into annotations beside the lines.

use std::fmt::Write as _;

use super::{Place, in_words};
use crate::{
    diagnostic::{Finding, LineIndex, Report, Severity},
    text::{sanitize, sanitize_line},
};

/// One line for each finding, in the order of the files and places.
pub fn github(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        let lines = LineIndex::new(&report.text);
        for finding in &report.findings {
            let place = Place::of(report, &lines, &finding.span);
            annotation(report, place, finding, &mut out);
        }
    }
    out
}

fn annotation(report: &Report, place: Place, finding: &Finding, out: &mut String) {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "notice",
    };
    let (start, end) = (place.start, place.end);
    let _ = write!(
        out,
        "::{level} file={},line={},endLine={}",
        property(&report.path),
        start.line,
        end.line
    );
    // Columns are understood only where an annotation stays on one line.
    if start.line == end.line {
        let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
    }
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    if let Some(fix) = &finding.fix {
        let _ = write!(message, "\nfix: {}", in_words(fix));
    }
    let title = property(finding.code);
    let _ = writeln!(out, ",title={title}::{}", data(&sanitize(&message)));
}

/// The text behind the command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    let escaped = data(text).replace(':', "%3A").replace(',', "%2C");
    sanitize_line(&escaped).into_owned()
}
