//! Reports for a model to act on: a line for each finding, the worst first, and the verdict.

use std::fmt::Write as _;

use super::{Place, Tally, in_words, verdict};
use crate::{
    diagnostic::{Finding, LineIndex, Report, Severity},
    text::{count, sanitize_line, truncate},
};

/// Findings that are listed at most; who has mended these asks again.
const MOST: usize = 200;

/// Columns of a message or advice at most.
const LONGEST: usize = 400;

/// The findings, `path:line:column severity code message | fix: …`, then the verdict.
pub fn agent(reports: &[Report]) -> String {
    let all = reports.iter().enumerate();
    let mut findings: Vec<(usize, &Finding)> = all
        .flat_map(|(at, report)| report.findings.iter().map(move |finding| (at, finding)))
        .collect();
    // Stable: files and places keep their order.
    findings.sort_by_key(|(_, finding)| finding.severity);
    let mut out = String::new();
    let mut last: Option<(usize, LineIndex)> = None;
    for (at, finding) in findings.iter().take(MOST) {
        let Some(report) = reports.get(*at) else {
            continue;
        };
        let lines = match last.take().filter(|(of, _)| of == at) {
            Some((_, lines)) => lines,
            None => LineIndex::new(&report.text),
        };
        line(report, &lines, finding, &mut out);
        last = Some((*at, lines));
    }
    if let Some(rest) = findings.get(MOST..).filter(|rest| !rest.is_empty()) {
        let of = |severity| {
            rest.iter()
                .filter(|(_, it)| it.severity == severity)
                .count()
        };
        let rest = Tally {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            hints: of(Severity::Hint),
            ..Tally::default()
        };
        let _ = writeln!(out, "not listed: {}", rest.words());
    }
    last_line(reports, &mut out);
    out
}

fn line(report: &Report, lines: &LineIndex, finding: &Finding, out: &mut String) {
    let start = Place::of(report, lines, &finding.span).start;
    let _ = write!(
        out,
        "{}:{}:{} {} {} {}",
        sanitize_line(&report.path),
        start.line,
        start.column,
        finding.severity.name(),
        finding.code,
        short(&finding.message)
    );
    let _ = match (&finding.fix, &finding.help) {
        (Some(fix), _) => write!(out, " | fix: {}", short(&in_words(fix))),
        (None, Some(help)) => write!(out, " | help: {}", short(help)),
        (None, None) => Ok(()),
    };
    out.push('\n');
}

fn short(text: &str) -> String {
    truncate(&sanitize_line(text), LONGEST).into_owned()
}

fn last_line(reports: &[Report], out: &mut String) {
    let tally = Tally::of(reports);
    let word = if verdict(reports) { "valid" } else { "invalid" };
    let files = count(tally.files, "file", "files");
    let _ = write!(out, "verdict: {word}; {} in {files}", tally.words());
    if tally.safe_fixes > 0 {
        let _ = write!(out, "; --fix makes {} of the fixes", tally.safe_fixes);
    }
    out.push('\n');
}
