//! What holds for every text that somebody may write: shared by property tests and fuzz targets.
//!
//! Each law takes a text and says what is broken, in words; nothing here knows where texts come from.

pub mod dockerfile;
pub mod manifest;
pub mod report;
pub mod values;

use kortix_tui::diagnostic::{Finding, Fix, LineIndex, Position, Severity, apply, mend};

/// Whether a law holds; otherwise what is wrong.
pub type Law = Result<(), String>;

/// The longest text whose lines are counted anew for every finding, in bytes.
const COUNTED: usize = 4096;

/// How often a text is mended before it must be at rest.
const ROUNDS: usize = 16;

/// Breaks a law unless something holds.
fn must(holds: bool, why: impl FnOnce() -> String) -> Law {
    if holds { Ok(()) } else { Err(why()) }
}

/// Findings are in order, inside of the text, on character borders, and can be made or left.
pub fn findings_fit(text: &str, findings: &[Finding]) -> Law {
    let mut last = 0;
    for finding in findings {
        let span = &finding.span;
        must(text.get(span.clone()).is_some(), || {
            format!("outside of the text: {finding:?}")
        })?;
        must(span.start >= last, || format!("out of order: {finding:?}"))?;
        last = span.start;
        must(
            finding.code.split('/').next() == Some(finding.family.name()),
            || format!("the code is not of the family: {finding:?}"),
        )?;
        must(!finding.message.is_empty(), || {
            format!("no message: {finding:?}")
        })?;
        if let Some(fix) = &finding.fix {
            must(apply(text, fix).is_some(), || {
                format!("a fix that cannot be made: {finding:?}")
            })?;
        }
    }
    lines_agree(text, findings)
}

/// The index says of every finding the line and column that counting from the start gives.
fn lines_agree(text: &str, findings: &[Finding]) -> Law {
    let index = LineIndex::new(text);
    let ends = findings
        .iter()
        .flat_map(|finding| [finding.span.start, finding.span.end]);
    let mut ends: Vec<usize> = ends.chain([0, text.len()]).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut last = None;
    for at in ends {
        let place = index.position(text, at);
        let start = index.start(place.line);
        must(start.is_some_and(|start| start <= at), || {
            format!("line {} begins behind {at}", place.line)
        })?;
        must(last < Some(place), || {
            format!("{place:?} is not behind {last:?}")
        })?;
        must(text.len() > COUNTED || place == counted(text, at), || {
            format!("{at} is at {:?}, not {place:?}", counted(text, at))
        })?;
        last = Some(place);
    }
    Ok(())
}

/// The line and column of a byte, by counting from the start of the text.
fn counted(text: &str, at: usize) -> Position {
    let mut place = Position { line: 1, column: 1 };
    let mut letters = text.char_indices().peekable();
    while let Some((_, letter)) = letters.next_if(|(here, _)| *here < at) {
        let goes_on = letter == '\r' && letters.peek().is_some_and(|(_, next)| *next == '\n');
        if matches!(letter, '\n' | '\r') && !goes_on {
            place = Position {
                line: place.line + 1,
                column: 1,
            };
        } else {
            place.column += 1;
        }
    }
    place
}

/// How many findings are errors.
fn errors(findings: &[Finding]) -> usize {
    let severities = findings.iter().map(|finding| finding.severity);
    severities
        .filter(|severity| *severity == Severity::Error)
        .count()
}

/// Safe changes, alone and together, never yield more errors, and end.
fn fixes_help(text: &str, check: impl Fn(&str) -> Vec<Finding>) -> Law {
    let findings = check(text);
    let before = errors(&findings);
    for (fix, finding) in safe_fixes(&findings) {
        let Some(fixed) = apply(text, fix) else {
            continue;
        };
        let after = errors(&check(&fixed));
        must(after <= before, || {
            format!("{before} to {after} errors by {finding:?} of {text:?}")
        })?;
    }
    let (mut text, mut findings) = (text.to_owned(), findings);
    for _ in 0..ROUNDS {
        let mended = mend(&text, &findings);
        if mended.mended.is_empty() {
            return must(mended.text == text, || {
                format!("changed without a fix: {text:?}")
            });
        }
        let next = check(&mended.text);
        let (before, after) = (errors(&findings), errors(&next));
        must(after <= before, || {
            format!("{before} to {after} errors by mending {text:?}")
        })?;
        (text, findings) = (mended.text, next);
    }
    Err(format!("still something to mend: {text:?}"))
}

fn safe_fixes(findings: &[Finding]) -> impl Iterator<Item = (&Fix, &Finding)> {
    let fixes = findings
        .iter()
        .filter_map(|finding| Some((finding.fix.as_ref()?, finding)));
    fixes.filter(|(fix, _)| fix.is_safe)
}
