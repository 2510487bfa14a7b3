//! Reports as text for a terminal, for other programs, and for an agent.
//!
//! In: [`Report`]s, whose paths, texts and messages may hold anything. Out: a string in which nothing
//! controls a terminal: text that people read is sanitized, JSON is escaped. Lines and columns count
//! from 1, columns in characters, ends are behind the last character.
//!
//! Not for: writing it anywhere, and for colors: a [`Palette`] says what stands for each.

mod agent;
mod excerpt;
mod github;
mod json;
mod sarif;
mod text;

use serde::Serialize;

use super::{Fix, LineIndex, Position, Report, Severity};
use crate::text::{count, sanitize_line};

pub use agent::agent;
pub use github::github;
pub use json::json;
pub use sarif::{Rule, sarif};
pub use text::{Look, Palette, paint, summary, text};

/// How much was found in some files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files that were looked at.
    pub files: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are hints.
    pub hints: usize,
    /// Findings with a safe fix.
    pub safe_fixes: usize,
}

impl Tally {
    /// Counts what reports hold.
    pub fn of(reports: &[Report]) -> Self {
        let mut tally = Self {
            files: reports.len(),
            ..Self::default()
        };
        for finding in reports.iter().flat_map(|report| &report.findings) {
            match finding.severity {
                Severity::Error => tally.errors += 1,
                Severity::Warning => tally.warnings += 1,
                Severity::Hint => tally.hints += 1,
            }
            let is_safe = finding.fix.as_ref().is_some_and(|fix| fix.is_safe);
            tally.safe_fixes += usize::from(is_safe);
        }
        tally
    }

    /// The counts in words, such as `2 errors, 1 hint`; `nothing to say` when there is none.
    pub fn words(&self) -> String {
        let counts = [
            (self.errors, Severity::Error),
            (self.warnings, Severity::Warning),
            (self.hints, Severity::Hint),
        ];
        let words: Vec<String> = counts
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, severity)| {
                let name = severity.name();
                count(number, name, &format!("{name}s"))
            })
            .collect();
        match words.as_slice() {
            [] => "nothing to say".to_owned(),
            words => words.join(", "),
        }
    }
}

/// The control plane's verdict over all manifests among the reports; true when there is none.
pub fn verdict(reports: &[Report]) -> bool {
    // Only a manifest has findings of that family, and one that is invalid has at least one.
    let is_manifest = |report: &&Report| {
        let mut findings = report.findings.iter();
        findings.any(|finding| finding.family == super::Family::Manifest)
    };
    let mut manifests = reports.iter().filter(is_manifest);
    manifests.all(|report| report.is_valid)
}

/// A finding's place in lines and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    start: Position,
    /// Behind the last character.
    end: Position,
}

impl Place {
    fn of(report: &Report, lines: &LineIndex, span: &std::ops::Range<usize>) -> Self {
        Self {
            start: lines.position(&report.text, span.start),
            end: lines.position(&report.text, span.end),
        }
    }
}

/// A value as JSON with a line feed after it, in which every character that a terminal could take
/// amiss is escaped.
fn to_json(value: &impl Serialize) -> String {
    // Plain structures of strings and numbers cannot fail.
    let plain = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut escaped = String::with_capacity(plain.len() + 1);
    for letter in plain.chars() {
        if is_harmless(letter) {
            escaped.push(letter);
        } else {
            // Only strings hold such characters.
            for unit in letter.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped.push('\n');
    escaped
}

fn is_harmless(letter: char) -> bool {
    match letter {
        '\n' | ' '..='~' => true,
        _ => {
            let mut buffer = [0; 4];
            let alone = &*letter.encode_utf8(&mut buffer);
            sanitize_line(alone) == alone
        }
    }
}

/// A fix in a few words.
fn in_words(fix: &Fix) -> String {
    let title = &fix.title;
    if fix.is_safe {
        title.clone()
    } else {
        format!("{title} (a guess)")
    }
}
