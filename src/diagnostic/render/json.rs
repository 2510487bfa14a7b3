//! Reports as one JSON object; its fields stay as they are.

use serde::Serialize;

use super::{Place, to_json, verdict};
use crate::diagnostic::{Edit, Finding, LineIndex, Report};

#[derive(Serialize)]
struct Whole<'a> {
    /// The control plane's verdict over all manifests.
    valid: bool,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    valid: bool,
    issues: Vec<Issue<'a>>,
}

#[derive(Serialize)]
struct Issue<'a> {
    code: &'static str,
    family: &'static str,
    severity: &'static str,
    path: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    #[serde(flatten)]
    region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    region: Region,
    text: &'a str,
}

#[derive(Serialize)]
struct Region {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// All reports as one JSON object with a line feed after it.
pub fn json(reports: &[Report]) -> String {
    to_json(&Whole {
        valid: verdict(reports),
        files: reports.iter().map(File::of).collect(),
    })
}

impl<'a> File<'a> {
    fn of(report: &'a Report) -> Self {
        let lines = LineIndex::new(&report.text);
        let findings = report.findings.iter();
        Self {
            path: &report.path,
            valid: report.is_valid,
            issues: findings
                .map(|finding| Issue::of(report, &lines, finding))
                .collect(),
        }
    }
}

impl<'a> Issue<'a> {
    fn of(report: &Report, lines: &LineIndex, finding: &'a Finding) -> Self {
        let region = |span| Region::from(Place::of(report, lines, span));
        let replacement = |edit: &'a Edit| Replacement {
            region: region(&edit.span),
            text: &edit.text,
        };
        Self {
            code: finding.code,
            family: finding.family.name(),
            severity: finding.severity.name(),
            path: &finding.path,
            message: &finding.message,
            help: finding.help.as_deref(),
            region: region(&finding.span),
            fix: finding.fix.as_ref().map(|fix| Change {
                title: &fix.title,
                safe: fix.is_safe,
                edits: fix.edits.iter().map(replacement).collect(),
            }),
        }
    }
}

impl From<Place> for Region {
    fn from(place: Place) -> Self {
        Self {
            line: place.start.line,
            column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
        }
    }
}
