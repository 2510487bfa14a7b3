//! Tries fixes before they are offered.
//!
//! To rename a key, or to put in a word that is understood, gives other values a meaning, and with
//! it perhaps errors that were not there. So does to mend the syntax: of a text that does not parse
//! the control plane reports one error, whatever else is wrong in it.

use super::sink::Sink;
use super::{codes, rules, syntax};
use crate::diagnostic::{Finding, apply, mend};

/// How many such fixes are tried for a file; the rest is not offered.
const MOST_TRIALS: usize = 32;

/// The longest file in which such fixes are tried, in bytes.
const LONGEST: usize = 1 << 18;

/// Takes the fix off each finding that would add an error to the `errors` that there are.
pub fn keep_good_fixes(mut findings: Vec<Finding>, errors: usize, text: &str) -> Vec<Finding> {
    let risky = [
        codes::MISSPELLED_KEY.name,
        codes::OLD_KEY.name,
        codes::ENV_KEY.name,
        codes::UNKNOWN_WORD.name,
        codes::EXPECTED_ARRAY.name,
    ];
    let offered = findings
        .iter_mut()
        .filter(|finding| risky.contains(&finding.code) && finding.fix.is_some());
    for (at, finding) in offered.enumerate() {
        let fixed = finding.fix.as_ref().and_then(|fix| apply(text, fix));
        let fixed = fixed.filter(|_| at < MOST_TRIALS && text.len() <= LONGEST);
        let is_good =
            fixed.is_some_and(|fixed| count_errors(&fixed).is_some_and(|count| count <= errors));
        if !is_good {
            finding.fix = None;
        }
    }
    findings
}

/// Leaves it to people to mend the syntax where that would bring more errors to light than it takes away.
pub fn keep_safe_fixes(mut findings: Vec<Finding>, text: &str) -> Vec<Finding> {
    let is_good = |fixed: &str| {
        fixed.starts_with('\u{feff}') || count_errors(fixed).is_none_or(|count| count <= 1)
    };
    let mended = mend(text, &findings);
    if mended.mended.is_empty() {
        return findings;
    }
    let is_good_together = text.len() <= LONGEST && is_good(&mended.text);
    let fixes = findings
        .iter_mut()
        .filter_map(|finding| finding.fix.as_mut());
    for (at, fix) in fixes.filter(|fix| fix.is_safe).enumerate() {
        let fixed = (is_good_together && at < MOST_TRIALS).then(|| apply(text, fix));
        fix.is_safe = fixed.flatten().is_some_and(|fixed| is_good(&fixed));
    }
    findings
}

/// How many errors the control plane finds in a text; `None` when it does not parse.
fn count_errors(text: &str) -> Option<usize> {
    let parsed = syntax::read(text);
    let mut verdict = Sink::default();
    rules::check(parsed.document.root(), &mut verdict);
    parsed.faults.is_empty().then(|| verdict.errors())
}
