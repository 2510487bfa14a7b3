//! Tries fixes before they are offered.
//!
//! To rename a key, or to put in a word that is understood, gives other values a meaning, and with
//! it perhaps errors that were not there.

use super::sink::Sink;
use super::{codes, rules, syntax};
use crate::diagnostic::{Finding, apply};

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

/// How many errors the control plane finds in a text; `None` when it does not parse.
fn count_errors(text: &str) -> Option<usize> {
    let parsed = syntax::read(text);
    let mut verdict = Sink::default();
    rules::check(parsed.document.root(), &mut verdict);
    parsed.faults.is_empty().then(|| verdict.errors())
}
