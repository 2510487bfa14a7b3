//! The validation of `kortix.toml`.

mod cron;
mod facts;
mod found;
mod hostile;
mod local;
mod properties;
mod properties_typed;
mod recorded;
mod rules;
mod syntax;

use kortix_tui::manifest::{Checked, Options, check};

/// Checks a text with everything that is looked at.
fn checked(text: &str) -> Checked {
    check(text.as_bytes(), Options::default())
}

/// All findings of a text, each as its code, its path, and the text that it points at.
fn findings(text: &str) -> Vec<String> {
    let checked = checked(text);
    let lines = checked.findings.iter().map(|finding| {
        let at = checked.text.get(finding.span.clone()).unwrap_or("outside");
        format!("{} {} `{at}`", finding.code, finding.path)
    });
    lines.collect()
}

/// The findings of a manifest of version 1 with these lines.
fn findings_of(lines: &str) -> Vec<String> {
    findings(&format!("kortix_version = 1\n{lines}"))
}
