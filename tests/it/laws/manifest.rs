//! What holds for every `kortix.toml`.

use kortix_tui::{
    diagnostic::{Family, Finding, Severity},
    manifest::{Checked, Options, check as check_bytes},
};

use super::{Law, findings_fit, fixes_help, must};

/// More findings than are ever listed: those of the verdict, ours, and one that counts the rest.
const MOST: usize = 10_001;

const BOTH: Options = Options {
    is_local_wanted: true,
};
const VERDICT: Options = Options {
    is_local_wanted: false,
};

/// A verdict comes out of any bytes, with findings that fit, whatever else is looked at.
pub fn check(bytes: &[u8]) -> Law {
    let checked = check_bytes(bytes, BOTH);
    must(checked.text == String::from_utf8_lossy(bytes), || {
        "another text was looked at".to_owned()
    })?;
    findings_fit(&checked.text, &checked.findings)?;
    let count = checked.findings.len();
    must(count <= MOST, || format!("{count} findings"))?;
    verdict_agrees(&checked)?;
    let alone = check_bytes(bytes, VERDICT);
    findings_fit(&alone.text, &alone.findings)?;
    must(verdict(&alone) == verdict(&checked), || {
        format!(
            "other verdicts with local findings and without: {:?}",
            checked.text
        )
    })?;
    must(alone.is_valid == checked.is_valid, || {
        "local findings change the verdict".to_owned()
    })?;
    must(
        alone
            .findings
            .iter()
            .all(|finding| is_of_verdict(finding) || finding.code == "local/more"),
        || "local findings that were not wanted".to_owned(),
    )
}

/// Valid means no error of the control plane, and no other family has errors.
fn verdict_agrees(checked: &Checked) -> Law {
    let errors = checked
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let (theirs, ours): (Vec<_>, Vec<_>) = errors.partition(|finding| is_of_verdict(finding));
    must(ours.is_empty(), || format!("an error of ours: {ours:?}"))?;
    must(checked.is_valid == theirs.is_empty(), || {
        format!("valid: {}, but {theirs:?}", checked.is_valid)
    })?;
    let is_read = checked.manifest.is_some();
    must(is_read || theirs.len() == 1, || {
        format!("{} errors for a text that does not parse", theirs.len())
    })
}

fn is_of_verdict(finding: &Finding) -> bool {
    finding.family == Family::Manifest
}

/// The control plane's findings, without changes that depend on what else is offered.
fn verdict(checked: &Checked) -> Vec<Finding> {
    let findings = checked
        .findings
        .iter()
        .filter(|finding| is_of_verdict(finding));
    findings
        .map(|finding| Finding {
            fix: None,
            ..finding.clone()
        })
        .collect()
}

/// Safe changes never yield more errors.
pub fn fixes(text: &str) -> Law {
    fixes_help(text, |text| check_bytes(text.as_bytes(), BOTH).findings)
}
