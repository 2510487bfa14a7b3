//! The rows of the list: files, their findings by place, and what the manifest comes to.
//!
//! In: a checkup, what was typed to narrow it, and what is folded. Out: rows. Not for: where the
//! cursor is.

use std::collections::BTreeSet;

use crate::app::manifest::checkup::{CheckedFile, Checkup};

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// The head of a file, by its place in the checkup.
    File(usize),
    /// A finding.
    Finding {
        /// The place of its file in the checkup.
        file: usize,
        /// Its own place in the file's report.
        finding: usize,
    },
    /// The head of what the manifest comes to.
    Facts,
    /// A fact, by its place in the checkup.
    Fact(usize),
}

/// What of the list is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Folds {
    /// The findings of files with these paths.
    pub files: BTreeSet<String>,
    /// The facts.
    pub facts: bool,
}

impl Row {
    /// The place of the file that the row is about; facts are about the manifest.
    pub fn file(self) -> usize {
        match self {
            Self::File(file) | Self::Finding { file, .. } => file,
            Self::Facts | Self::Fact(_) => 0,
        }
    }

    /// Whether it is the head of others.
    pub(super) fn is_head(self) -> bool {
        match self {
            Self::File(_) | Self::Facts => true,
            Self::Finding { .. } | Self::Fact(_) => false,
        }
    }
}

/// The rows of a checkup that match what was typed, less what is folded.
pub(super) fn rows(checkup: &Checkup, filter: &str, folds: &Folds) -> Vec<Row> {
    let filter = filter.to_lowercase();
    let sought: Vec<&str> = filter.split_whitespace().collect();
    // Messages are sentences, in which letters that are apart are found everywhere: words are whole.
    let is_match = |line: &str| {
        let line = line.to_lowercase();
        sought.iter().all(|word| line.contains(word))
    };
    let mut rows = Vec::new();
    for (place, file) in checkup.files.iter().enumerate() {
        let is_folded = folds.files.contains(&file.report.path);
        let mut findings = Vec::new();
        for at in 0..file.report.findings.len() {
            if sought.is_empty() || is_match(&words(file, at)) {
                findings.push(Row::Finding {
                    file: place,
                    finding: at,
                });
            }
        }
        if !sought.is_empty() && findings.is_empty() {
            continue;
        }
        rows.push(Row::File(place));
        if !is_folded {
            rows.append(&mut findings);
        }
    }
    let facts = checkup.facts.iter().enumerate();
    let facts = facts.filter(|(_, fact)| is_match(&fact.words));
    let facts: Vec<Row> = facts.map(|(place, _)| Row::Fact(place)).collect();
    if !facts.is_empty() {
        rows.push(Row::Facts);
        rows.extend(facts.into_iter().filter(|_| !folds.facts));
    }
    rows
}

/// What of a finding can be searched in.
fn words(file: &CheckedFile, finding: usize) -> String {
    let place = file.places.get(finding);
    let line = place.map(|place| place.line).unwrap_or_default();
    let Some(finding) = file.report.findings.get(finding) else {
        return String::new();
    };
    format!(
        "{} {}:{line} {} {} {}",
        finding.severity.name(),
        file.report.path,
        finding.code,
        finding.path,
        finding.message
    )
}
