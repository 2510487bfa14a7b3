//! `validate --fix`: makes the fixes that surely are what was meant.
//!
//! In: a check. Out: changed files, or a changed manifest on standard output, and what was done. All
//! changes are tried in memory first, with every file that they let the manifest name; what would
//! leave more errors than there were is not made.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write as _},
    time::Duration,
};

use similar::{ChangeTag, TextDiff};

use super::{
    Check,
    gather::{Means, Project, STDIN},
};
use crate::{
    cli::{
        Failure,
        args::Format,
        console::{Code, print, print_bytes},
        line,
    },
    diagnostic::{
        Family, Finding, LineIndex, Report, Severity, mend,
        render::{Look, Tally, paint},
    },
    image,
    runtime::{checkout, mending},
    text::{sanitize_line, truncate},
    validation::MANIFEST,
};

/// How often is mended and checked again; some fixes only make room for others.
const MOST_ROUNDS: usize = 16;
/// How many fixes are tried one by one where all together would leave more errors.
const MOST_TRIALS: usize = 64;
/// The most bytes in which they are.
const MOST_BYTES: usize = 1 << 18;
/// How long the difference that is shown may be looked for.
const PATIENCE: Duration = Duration::from_millis(200);

/// Mends all paths. What could not be written is in the answer; the rest is done.
pub(super) fn run(check: &mut Check<'_>) -> Result<Vec<Failure>, Failure> {
    let has_stdin = check.means.stdin.is_some();
    let mut failures = Vec::new();
    for path in check.paths.clone() {
        // One that cannot be read is told of by the check.
        let Ok(project) = check.means.load(&path) else {
            continue;
        };
        let mended = State::of(project, &check.means).mended()?;
        failures.extend(mended.untouchable());
        let mut told = String::new();
        for (key, before) in &mended.originals {
            match mended.save(key, before) {
                Ok(()) => mended.tell(key, before, &check.look, &mut told),
                Err(failure) => failures.push(failure),
            }
        }
        if path.as_os_str() == STDIN {
            let text = mended.project.bytes(MANIFEST).unwrap_or_default().to_vec();
            print_bytes(&text)?;
            check.means.stdin = Some(text);
        }
        if check.options.format == Format::Text && !has_stdin {
            print(&told)?;
        } else {
            let _ = io::stderr().write_all(told.as_bytes());
        }
    }
    Ok(failures)
}

/// A project on its way to having no safe fix left.
#[derive(Clone)]
struct State<'a> {
    means: &'a Means<'a>,
    project: Project,
    /// What was found; the paths of the reports are the project's keys.
    reports: Vec<Report>,
    made: Vec<Made>,
    /// What the changed files held.
    originals: BTreeMap<String, Vec<u8>>,
}

/// A fix that was made.
#[derive(Clone)]
struct Made {
    key: String,
    /// Where it was, from 1.
    line: usize,
    title: String,
}

/// Errors of the control plane, and all.
#[derive(Clone, Copy)]
struct Errors {
    of_verdict: usize,
    all: usize,
}

impl<'a> State<'a> {
    fn of(project: Project, means: &'a Means<'a>) -> Self {
        Self {
            means,
            reports: project.check(means.options).reports,
            project,
            made: Vec::new(),
            originals: BTreeMap::new(),
        }
    }

    /// The same project with its safe fixes made, as far as they leave no more errors.
    fn mended(self) -> Result<Self, Failure> {
        let first = self.errors();
        let (mut best, mut state) = (self.clone(), self);
        for _ in 0..MOST_ROUNDS {
            let Some(next) = state.after(|_| true)? else {
                break;
            };
            if next.is_no_worse_than(first) {
                best = next.clone();
            }
            state = next;
        }
        if best.made.is_empty() && !state.made.is_empty() {
            return best.mended_one_by_one(first);
        }
        Ok(best)
    }

    fn mended_one_by_one(mut self, first: Errors) -> Result<Self, Failure> {
        let sizes = self.reports.iter().map(|report| report.text.len());
        if sizes.sum::<usize>() > MOST_BYTES {
            return Ok(self);
        }
        let mut skipped = 0;
        for _ in 0..MOST_TRIALS {
            if skipped >= Tally::of(&self.reports).safe_fixes {
                break;
            }
            match self.after(|at| at == skipped)? {
                Some(next) if next.is_no_worse_than(first) => self = next,
                Some(_) | None => skipped += 1,
            }
        }
        Ok(self)
    }

    /// The state after the safe fixes whose numbers, over all files from 0, are wanted; `None` when
    /// nothing changes.
    fn after(&self, is_wanted: impl Fn(usize) -> bool) -> Result<Option<Self>, Failure> {
        let mut next = self.clone();
        let mut number = 0;
        for report in &self.reports {
            let mut safe = report.findings.clone();
            safe.retain(has_safe_fix);
            let numbers = number..;
            number += safe.len();
            let wanted = safe.into_iter().zip(numbers);
            let wanted = wanted.filter(|(_, number)| is_wanted(*number));
            let wanted: Vec<Finding> = wanted.map(|(finding, _)| finding).collect();
            if let Ok(text) = self.text(&report.path) {
                next.make(&report.path, text, &wanted);
            }
        }
        if next.made.len() == self.made.len() {
            return Ok(None);
        }
        self.means.complete(&mut next.project);
        next.reports = next.project.check(self.means.options).reports;
        Ok(Some(next))
    }

    /// Makes the fixes of findings in one file.
    fn make(&mut self, key: &str, text: &str, findings: &[Finding]) {
        let mended = mend(text, findings);
        if mended.text == text {
            return;
        }
        let lines = LineIndex::new(text);
        let made = mended.mended.iter().filter_map(|at| findings.get(*at));
        self.made.extend(made.filter_map(|finding| {
            Some(Made {
                key: key.to_owned(),
                line: lines.position(text, finding.span.start).line,
                title: finding.fix.as_ref()?.title.clone(),
            })
        }));
        let original = || text.as_bytes().to_vec();
        self.originals
            .entry(key.to_owned())
            .or_insert_with(original);
        self.project.put(key, mended.text.into_bytes());
    }

    /// A file's text; the error says why it may not be written.
    fn text(&self, key: &str) -> Result<&str, &'static str> {
        let bytes = self.project.bytes(key).unwrap_or_default();
        if bytes.len() as u64 >= checkout::LARGEST {
            return Err("it is too large");
        }
        str::from_utf8(bytes).map_err(|_| "it is not UTF-8")
    }

    fn errors(&self) -> Errors {
        let findings = self.reports.iter().flat_map(|report| &report.findings);
        let errors = findings.filter(|finding| finding.severity == Severity::Error);
        let families: Vec<Family> = errors.map(|finding| finding.family).collect();
        let is_verdict = |family: &&Family| **family == Family::Manifest;
        Errors {
            of_verdict: families.iter().filter(is_verdict).count(),
            all: families.len(),
        }
    }

    fn is_no_worse_than(&self, first: Errors) -> bool {
        let errors = self.errors();
        errors.of_verdict <= first.of_verdict && errors.all <= first.all
    }

    /// A failure for each file that has safe fixes and may not be written.
    fn untouchable(&self) -> Vec<Failure> {
        let reports = self.reports.iter();
        let fixable = reports.filter(|report| report.findings.iter().any(has_safe_fix));
        let failure = |report: &Report| {
            let why = self.text(&report.path).err()?;
            let name = self.project.name(&report.path);
            let message = format!("`{}` stays as it is: {why}", line(&name));
            Some(Failure::new(Code::Failed, message))
        };
        fixable.filter_map(failure).collect()
    }

    /// Writes a changed file; standard input has none.
    fn save(&self, key: &str, before: &[u8]) -> Result<(), Failure> {
        let after = self.project.bytes(key).unwrap_or_default();
        let Some(file) = self.project.file(key).filter(|_| after != before) else {
            return Ok(());
        };
        mending::replace(&file, before, after).map_err(|error| {
            let name = line(&self.project.name(key));
            let message = format!("`{name}` stays as it is: {error}");
            Failure::new(Code::Failed, message).hint("mend it by hand, or run it again")
        })
    }

    /// Appends what was done to a file: its fixes, and the lines that they changed.
    fn tell(&self, key: &str, before: &[u8], look: &Look, out: &mut String) {
        let name = line(&self.project.name(key));
        let made = self.made.iter().filter(|made| made.key == key);
        for made in made {
            let _ = write!(out, "{name}:{}: ", made.line);
            paint(out, &look.palette.advice, "fixed");
            let _ = writeln!(out, ": {}", line(&made.title));
        }
        let shown = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            // Only a Dockerfile has credentials that are known to be such.
            if key == MANIFEST {
                text.into_owned()
            } else {
                image::masked(&text)
            }
        };
        let after = self.project.bytes(key).unwrap_or_default();
        difference(&shown(before), &shown(after), look, out);
        out.push('\n');
    }
}

fn has_safe_fix(finding: &Finding) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.is_safe)
}

/// Appends the lines that differ.
fn difference(before: &str, after: &str, look: &Look, out: &mut String) {
    let mut differ = TextDiff::configure();
    let differ = differ.timeout(PATIENCE).diff_lines(before, after);
    for change in differ.iter_all_changes() {
        let (sign, color) = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Delete => ("-", &look.palette.removed),
            ChangeTag::Insert => ("+", &look.palette.added),
        };
        let text = sanitize_line(change.value());
        let text = format!("  {sign} {text}");
        paint(out, color, &truncate(&text, look.columns));
        out.push('\n');
    }
}
