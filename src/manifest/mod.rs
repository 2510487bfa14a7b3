//! What is wrong in a `kortix.toml`, with the control plane's verdict.
//!
//! In: the bytes of the file. Out: [`Checked`], with a finding for everything that is wrong and the
//! data that others need. Pure and offline; takes time in proportion to the file.
//!
//! Two families of findings, never mixed. `manifest` is the control plane's verdict: the paths and
//! severities are the ones that it reports. `local` is what only we look at; it never makes a file
//! invalid and can be switched off. A file that does not parse gets exactly one `manifest` finding,
//! as from the control plane; further errors of syntax, and what the rules say of the rest, are
//! `local` then.
//!
//! In one point we are stricter on purpose: what is not TOML but gets past a bug of the control
//! plane's parser is refused, with a finding that says so (`manifest/let-pass`).
//!
//! Not for: other files that the manifest names, and printing.

pub mod codes;
pub mod cron;
mod facts;
mod js;
mod local;
mod moment;
mod node;
mod rules;
mod sink;
mod syntax;
mod trial;
pub mod zone;

use std::borrow::Cow;

use crate::diagnostic::{Edit, Family, Finding, Fix, Severity};
use codes::Code;
pub use facts::{
    AgentUse, Cause, DEFAULTS, Manifest, Placed, Size, SizeReason, Source, Template, Trigger, Why,
};
pub use rules::shape::quoted;
use sink::Sink;
use syntax::{Fault, Grade, Verdict};

/// The path of findings about the syntax.
pub const SYNTAX: &str = "<toml>";

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether findings of the family `local` are wanted.
    pub is_local_wanted: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            is_local_wanted: true,
        }
    }
}

/// What was found in a manifest.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The text that was looked at; bytes that are not UTF-8 are replaced as the control plane does.
    pub text: String,
    /// What is wrong, by place.
    pub findings: Vec<Finding>,
    /// The control plane's verdict, but for what only a bug of its parser lets pass.
    pub is_valid: bool,
    /// What the manifest asks for; `None` when the text does not parse.
    pub manifest: Option<Manifest>,
}

/// What the bytes of a `kortix.toml` ask for, without a check; `None` when they do not parse.
pub fn read(bytes: &[u8]) -> Option<Manifest> {
    let text = String::from_utf8_lossy(bytes);
    let parsed = syntax::read(&text);
    let is_right = parsed.faults.is_empty() && !text.starts_with('\u{feff}');
    is_right.then(|| facts::read(parsed.document.root()))
}

/// Checks the bytes of a `kortix.toml`.
pub fn check(bytes: &[u8], options: Options) -> Checked {
    let text = String::from_utf8_lossy(bytes);
    let mut parsed = syntax::read(&text);
    if text.starts_with('\u{feff}') {
        parsed.faults.insert(0, byte_order_mark());
    }
    let mut verdict = Sink::default();
    rules::check(parsed.document.root(), &mut verdict);
    let mut local = Sink::default();
    if let Cow::Owned(_) = text {
        not_utf8(bytes, &mut local);
    }
    let root = parsed.document.root();
    let manifest = parsed.faults.is_empty().then(|| facts::read(root));
    if options.is_local_wanted {
        local::check(&text, root, &mut local);
    }
    if manifest.is_none() {
        local.forget_fixes();
        let rest = std::mem::take(&mut verdict);
        report_faults(&text, parsed.faults, &mut verdict, &mut local);
        beyond_syntax(rest, &mut local);
    }
    let errors = verdict.errors();
    let wanted = options.is_local_wanted.then_some(local);
    let findings = ordered(verdict, wanted, text.len());
    Checked {
        findings: match manifest {
            Some(_) => trial::keep_good_fixes(findings, errors, &text),
            None => trial::keep_safe_fixes(findings, &text),
        },
        is_valid: errors == 0,
        manifest,
        text: text.into_owned(),
    }
}

fn byte_order_mark() -> Fault {
    let mark = 0..'\u{feff}'.len_utf8();
    Fault {
        help: Some("save the file as UTF-8 without it".to_owned()),
        fix: Some(Fix {
            title: "delete the byte order mark".to_owned(),
            edits: vec![Edit {
                span: mark.clone(),
                text: String::new(),
            }],
            is_safe: true,
        }),
        ..Fault::new(mark, BYTE_ORDER_MARK)
    }
}

const BYTE_ORDER_MARK: &str = "the file begins with a byte order mark";

fn not_utf8(bytes: &[u8], local: &mut Sink) {
    let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
    local
        .report(
            &codes::NOT_UTF8,
            "",
            span,
            "bytes that are not UTF-8; the control plane replaces them",
        )
        .help("save the file as UTF-8");
}

/// One verdict of the control plane; the other errors, one for each line, are ours to tell.
fn report_faults(text: &str, mut faults: Vec<Fault>, verdict: &mut Sink, local: &mut Sink) {
    let judged = syntax::judge(text, &faults);
    let (Verdict::Refused(first) | Verdict::LetPass(first) | Verdict::Endless(first)) = judged;
    let mut lines = lines_of(text, &faults);
    let (fault, told) = (faults.remove(first), lines.remove(first));
    // Errors behind the first of a line are mostly its consequences.
    let mut lines = lines.into_iter();
    let mut last = None;
    faults.retain(|_| {
        let line = lines.next();
        line != Some(told) && std::mem::replace(&mut last, line) != line
    });
    let (code, message) = verdict_on(judged, &fault);
    verdict.fault(code, fault, message);
    for fault in faults {
        let message = format!("another error: {}", fault.what);
        local.fault(&codes::FURTHER_SYNTAX, fault, message);
    }
}

/// The line of each fault, from 0; a lone CR ends one too.
fn lines_of(text: &str, faults: &[Fault]) -> Vec<usize> {
    let (mut at, mut line) = (0, 0);
    let lines = faults.iter().map(|fault| {
        let start = fault.span.start.max(at);
        let between = text.as_bytes().get(at..start).unwrap_or_default();
        line += memchr::memchr2_iter(b'\n', b'\r', between).count();
        at = start;
        line
    });
    lines.collect()
}

fn verdict_on(judged: Verdict, fault: &Fault) -> (&'static Code, String) {
    let what = &fault.what;
    match judged {
        Verdict::Refused(_) if what == BYTE_ORDER_MARK => (&codes::BYTE_ORDER_MARK, what.clone()),
        Verdict::Refused(_) if fault.grade == Grade::Dialect => (&codes::DIALECT, what.clone()),
        Verdict::Refused(_) => (&codes::SYNTAX, format!("not valid TOML: {what}")),
        Verdict::LetPass(_) => (
            &codes::LET_PASS,
            format!("{what}: not valid TOML; the control plane of 2026 lets it pass"),
        ),
        Verdict::Endless(_) => (
            &codes::ENDLESS,
            format!("{what}: not valid TOML; the control plane of 2026 never ends on it"),
        ),
    }
}

fn beyond_syntax(rest: Sink, local: &mut Sink) {
    let (findings, _) = rest.finish();
    for finding in findings {
        let message = format!(
            "once the syntax is mended: {} ({})",
            finding.message, finding.code
        );
        let draft = local.report(&codes::BEYOND_SYNTAX, finding.path, finding.span, message);
        if let Some(help) = finding.help {
            draft.help(help);
        }
    }
}

/// All findings by place, the verdict's first where places are equal.
fn ordered(verdict: Sink, local: Option<Sink>, end: usize) -> Vec<Finding> {
    let (mut findings, mut left_out) = verdict.finish();
    let (more, more_left_out) = local.map(Sink::finish).unwrap_or_default();
    findings.extend(more);
    left_out += more_left_out;
    findings.sort_by_key(|finding| (finding.span.start, finding.family));
    if left_out > 0 {
        findings.push(Finding {
            code: codes::MORE.name,
            family: Family::Local,
            severity: Severity::Hint,
            path: String::new(),
            span: end..end,
            message: format!("{left_out} more findings are not listed"),
            help: None,
            fix: None,
        });
    }
    findings
}
