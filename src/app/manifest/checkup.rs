//! A project's manifest and the files that it names, checked and made ready to be read.
//!
//! In: a [`Tree`]. Out: a [`Checkup`]: reports with the places, lines and syntax of their texts, and
//! what of the files an edit must find unchanged. Takes time in proportion to the files, so it is made
//! off the loop. Not for: what is wrong (`validation`), and reading files.

use std::{ops::Range, time::Duration};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{
    diagnostic::{Finding, LineIndex, Position, Report, Severity},
    diff::paint::{self, PaintedLine},
    manifest::{Cause, Manifest, Options, Trigger},
    validation::{self, Entry, MANIFEST, Tree, facts},
};

/// Time for the syntax of one file.
const PAINT: Duration = Duration::from_millis(300);

/// The SHA-256 of a file's bytes.
pub type Digest = [u8; 32];

/// What was found in a project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checkup {
    /// The manifest first, then the files that it names, by path; empty without a manifest.
    pub files: Vec<CheckedFile>,
    /// Why there is no manifest to be looked at; `None` when there is one.
    pub lack: Option<Lack>,
    /// What the manifest comes to.
    pub facts: Vec<Fact>,
    /// The paths of all files that were looked for, there or not.
    pub paths: Vec<String>,
}

/// What a template or a trigger comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// In words, safe to be shown.
    pub words: String,
    /// The line of the manifest where it is made, from 1; `None` when nobody says.
    pub line: Option<usize>,
}

/// Why there is no manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// There is no such file.
    Absent,
    /// It cannot be read, and why.
    Unreadable(String),
}

/// A file that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedFile {
    /// What was found; credentials in its text are covered.
    pub report: Report,
    /// Where each finding begins.
    pub places: Vec<Position>,
    /// Where the lines of the text begin.
    pub lines: LineIndex,
    /// The syntax of the first lines; shorter than the text where that is long.
    pub syntax: Vec<PaintedLine>,
    /// What the file's bytes were; `None` when the text is not exactly what is in the file.
    pub digest: Option<Digest>,
}

impl Checkup {
    /// Checks a project as far as its tree is known; next runs come after `now`.
    pub fn of(tree: &Tree, now: Timestamp) -> Self {
        let lack = match tree.get(MANIFEST) {
            Some(Entry::File { .. }) => None,
            Some(Entry::Unreadable(why)) => Some(Lack::Unreadable(why.clone())),
            Some(Entry::Folder(_)) => Some(Lack::Unreadable("it is a folder".to_owned())),
            Some(Entry::Absent) | None => Some(Lack::Absent),
        };
        let validated = validation::check(tree, Options::default());
        let files = validated.reports.into_iter().map(|report| {
            let bytes = tree.get(&report.path).and_then(Entry::bytes);
            CheckedFile::new(report, bytes.unwrap_or_default())
        });
        let files: Vec<CheckedFile> = files.collect();
        let manifest = validated.manifest.as_ref();
        let paths = tree.paths().filter(|path| !path.ends_with('/'));
        Self {
            facts: manifest.map_or_else(Vec::new, |manifest| facts(manifest, files.first(), now)),
            paths: paths.map(str::to_owned).collect(),
            files,
            lack,
        }
    }

    /// How many findings of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        let files = self.files.iter();
        files.map(|file| file.report.count(severity)).sum()
    }

    /// A finding, by the place of its file and its own.
    pub fn finding(&self, file: usize, finding: usize) -> Option<&Finding> {
        self.files.get(file)?.report.findings.get(finding)
    }
}

impl CheckedFile {
    fn new(mut report: Report, bytes: &[u8]) -> Self {
        report.findings.sort_by_key(|finding| finding.span.start);
        let lines = LineIndex::new(&report.text);
        let texts = (1..=lines.len()).map(|line| line_text(&report.text, &lines, line));
        let syntax = paint::text(texts, &report.path, PAINT);
        let is_exact = std::str::from_utf8(bytes).is_ok() && report.text.len() == bytes.len();
        Self {
            places: places(&report, &lines),
            digest: is_exact.then(|| Sha256::digest(bytes).into()),
            lines,
            syntax,
            report,
        }
    }

    /// The text of a line, from 1, without its end; empty behind the last.
    pub fn line(&self, line: usize) -> &str {
        line_text(&self.report.text, &self.lines, line)
    }

    /// The bytes of a line that a finding is about, from the line's begin; empty at the place where
    /// something is missing, `None` when it is about other lines.
    pub fn spanned(&self, finding: &Finding, line: usize) -> Option<Range<usize>> {
        let range = self.lines.range(&self.report.text, line)?;
        let span = &finding.span;
        // The end of a line belongs to it, the begin of the next does not.
        let next = self.lines.start(line + 1).unwrap_or(usize::MAX);
        let begins = (range.start..next).contains(&span.start);
        let reaches = span.start < range.start && span.end > range.start;
        (begins || reaches).then(|| {
            let start = span.start.clamp(range.start, range.end);
            let end = span.end.clamp(start, range.end);
            start - range.start..end - range.start
        })
    }

    /// The findings that are about a line, from 1.
    pub fn on_line(&self, line: usize) -> impl Iterator<Item = (usize, &Finding, Range<usize>)> {
        // Those that begin on the line; of those above it only few reach down to it.
        let behind = self.places.partition_point(|place| place.line <= line);
        let findings = self.report.findings.iter().enumerate().take(behind);
        findings
            .rev()
            .take(REACH)
            .filter_map(move |(at, finding)| Some((at, finding, self.spanned(finding, line)?)))
    }
}

/// What a manifest comes to, with the lines of the templates and triggers.
fn facts(manifest: &Manifest, file: Option<&CheckedFile>, now: Timestamp) -> Vec<Fact> {
    let words = facts::of(manifest, now).lines();
    let line = |span: &Range<usize>| {
        let file = file?;
        Some(file.lines.position(&file.report.text, span.start).line)
    };
    let templates = manifest.templates.iter().take(facts::MOST);
    let templates = templates.map(|template| line(&template.span));
    let is_timed = |trigger: &&Trigger| {
        let cause = trigger.cause.as_ref();
        cause.is_some_and(|cause| !matches!(cause, Cause::Webhook { .. }))
    };
    let triggers = manifest.triggers.iter().filter(is_timed).take(facts::MOST);
    let lines = templates.chain(triggers.map(|trigger| line(&trigger.span)));
    let lines = lines.chain(std::iter::repeat(None));
    let facts = words.into_iter().zip(lines);
    facts.map(|(words, line)| Fact { words, line }).collect()
}

/// Findings above a line that may reach down to it.
const REACH: usize = 64;

fn line_text<'a>(text: &'a str, lines: &LineIndex, line: usize) -> &'a str {
    let range = lines.range(text, line);
    range.and_then(|range| text.get(range)).unwrap_or_default()
}

/// The places of the findings, which are in order; long lines are counted once.
fn places(report: &Report, lines: &LineIndex) -> Vec<Position> {
    let mut last: Option<(usize, Position)> = None;
    let places = report.findings.iter().map(|finding| {
        let at = finding.span.start.min(report.text.len());
        let counted = last.and_then(|(before, place)| {
            let between = report.text.get(before..at)?;
            let is_same_line = lines.start(place.line + 1).is_none_or(|next| at < next);
            is_same_line.then(|| Position {
                line: place.line,
                column: place.column + between.chars().count(),
            })
        });
        let place = counted.unwrap_or_else(|| lines.position(&report.text, at));
        last = Some((at, place));
        place
    });
    places.collect()
}
