//! Dockerfiles, image references and snapshot identity.

mod advice;
mod bytes;
pub mod identity;
mod parsing;
mod properties;
mod recorded;
mod references;
mod rules;
mod secrets;

use kortix_tui::{
    diagnostic::{Finding, LineIndex},
    image::{self, Scope},
};

/// What a file is told, as `line code` without the family.
fn told(text: &str, scope: Scope) -> Vec<String> {
    let index = LineIndex::new(text);
    let findings = image::lint(text.as_bytes(), scope);
    let line = |finding: &Finding| index.position(text, finding.span.start).line;
    findings
        .iter()
        .map(|finding| {
            let (_, code) = finding.code.split_once('/').unwrap();
            format!("{} {code}", line(finding))
        })
        .collect()
}

/// What the rules say about a file.
fn rules_of(text: &str) -> Vec<String> {
    told(text, Scope::Rules)
}

/// A file on a base that nothing is wrong with.
fn on_ubuntu(rest: &str) -> String {
    format!("FROM ubuntu:24.04\n{rest}\n")
}

/// What the rules say about lines behind such a base.
fn rules_behind(rest: &str) -> Vec<String> {
    rules_of(&on_ubuntu(rest))
}

/// The first finding of a code.
fn finding(text: &str, code: &str) -> Finding {
    let mut findings = image::lint(text.as_bytes(), Scope::RulesAndAdvice).into_iter();
    findings.find(|finding| finding.code == code).unwrap()
}

/// A text with the fix of its first finding of a code made.
fn fixed(text: &str, code: &str) -> String {
    let fix = finding(text, code).fix.unwrap();
    let mut text = text.to_owned();
    for edit in fix.edits.into_iter().rev() {
        text.replace_range(edit.span, &edit.text);
    }
    text
}
