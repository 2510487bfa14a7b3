//! What a sandbox's image is made from: Dockerfiles, image references, snapshot identity.
//!
//! In: the bytes of a Dockerfile, or a reference from a manifest. Out: [`Finding`]s about what makes
//! a sandbox unreachable or its build fail, [`identity`] for "will it be built again?", and the
//! platform's [`layer`] as data.
//!
//! A finding begins on the first line of its instruction. Messages never quote a credential; who
//! shows lines of the file shows those of [`masked`].

pub mod codes;

pub mod dockerfile;

pub mod reference;

pub mod distribution;

pub mod identity;

pub mod layer;

mod rules;

use std::{borrow::Cow, ops::Range};

use crate::{
    diagnostic::Finding,
    image::{codes::Code, dockerfile::Dockerfile, reference::Parts},
    manifest::codes::MORE,
};

/// How much a lint looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Only what the platform documents, as the family `dockerfile`.
    Rules,
    /// Also what follows from how the platform builds, as the family `local`.
    RulesAndAdvice,
}

/// Finds what is wrong in a Dockerfile, by place in its [`text`].
pub fn lint(bytes: &[u8], scope: Scope) -> Vec<Finding> {
    let text = text(bytes);
    let built = without_starter(&text);
    let file = Dockerfile::parse(&built);
    let (mut findings, left_out) = rules::run(&built, &file, scope);
    if let (Cow::Owned(_), Scope::RulesAndAdvice) = (&text, scope) {
        let start = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        findings.push(finding(
            &codes::NOT_UTF8,
            start..(start + 1).min(bytes.len()),
            "the file is not UTF-8 here".to_owned(),
        ));
    }
    findings.sort_by_key(|finding| finding.span.start);
    if left_out > 0 && scope == Scope::RulesAndAdvice {
        findings.push(Finding {
            code: MORE.name,
            family: MORE.family,
            severity: MORE.severity,
            path: String::new(),
            span: text.len()..text.len(),
            message: format!("{left_out} more findings are not listed"),
            help: None,
            fix: None,
        });
    }
    findings
}

/// What a Dockerfile takes from its build context, as `COPY` and `ADD` name it; globs stay globs.
pub fn copied(text: &str) -> Vec<String> {
    rules::context::copied(&Dockerfile::parse(&without_starter(text)))
}

/// The text of a Dockerfile, as long as its bytes: what is not UTF-8 becomes question marks.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    let mut chunks = bytes.utf8_chunks();
    match (chunks.next(), chunks.next()) {
        (None, _) => Cow::Borrowed(""),
        (Some(chunk), None) if chunk.invalid().is_empty() => Cow::Borrowed(chunk.valid()),
        _ => {
            let mut text = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                text.extend(chunk.invalid().iter().map(|_| '?'));
            }
            Cow::Owned(text)
        }
    }
}

/// Finds what is wrong with an image reference, such as a template's `image`; `span` is its place.
pub fn lint_reference(reference: &str, span: Range<usize>) -> Vec<Finding> {
    rules::base::reference(reference.trim(), &span)
}

/// The text with every credential in it covered by as many `*` as it has bytes.
///
/// Places in the text stay what they are.
pub fn masked(text: &str) -> String {
    rules::credentials::masked(text)
}

/// A text of the same length, where the starter block, which is never built, became blank lines.
pub fn without_starter(text: &str) -> Cow<'_, str> {
    let Some(block) = identity::starter_block(text) else {
        return Cow::Borrowed(text);
    };
    let mut blank = text.to_owned();
    let lines = text.get(block.clone()).unwrap_or_default();
    let lines: String = lines
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    blank.replace_range(block, &lines);
    Cow::Owned(blank)
}

/// A finding whose message shows no credential.
fn finding(code: &Code, span: Range<usize>, message: String) -> Finding {
    Finding {
        code: code.name,
        family: code.family(),
        severity: code.severity,
        path: String::new(),
        span,
        message: rules::credentials::cover(&message),
        help: None,
        fix: None,
    }
}

/// How a reference is called in messages: name and tag, and the registry that it comes from.
fn shown(reference: &str) -> String {
    let Ok(known) = reference::Reference::parse(reference) else {
        return format!("`{}`", rules::base::clipped(reference));
    };
    let parts = Parts::of(reference);
    let name = match known.registry.as_str() {
        "docker.io" => parts.short_name(),
        registry => parts.name.strip_prefix(registry).unwrap_or(parts.name),
    };
    let name = name.trim_start_matches('/');
    let name = match parts.tag {
        Some(tag) => rules::base::clipped(&format!("{name}:{tag}")),
        None => rules::base::clipped(name),
    };
    format!("`{name}` of the registry `{}`", known.registry)
}
