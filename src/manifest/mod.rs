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
pub use facts::{Cause, Manifest, Placed, Size, SizeReason, Source, Template, Trigger, Why};
use sink::Sink;
use syntax::{Fault, Grade};

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
        local::check(root, &mut local);
    }
    if manifest.is_none() {
        local.forget_fixes();
        let rest = std::mem::take(&mut verdict);
        report_faults(&text, parsed.faults, &mut verdict, &mut local);
        beyond_syntax(rest, &mut local);
    }
    let errors = verdict.errors();
    let wanted = options.is_local_wanted.then_some(local);
    Checked {
        findings: trial::keep_good_fixes(ordered(verdict, wanted, text.len()), errors, &text),
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
    let is = |grade| move |fault: &Fault| fault.grade == grade;
    let is_refused = |fault: &Fault| matches!(fault.grade, Grade::Refused | Grade::Dialect);
    let endless = faults.iter().position(is(Grade::Endless));
    let first = endless
        .or_else(|| faults.iter().position(is_refused))
        .unwrap_or(0);
    let fault = faults.remove(first);
    // Errors behind the first of a line are mostly its consequences.
    let is_same_line = |one: usize, other: usize| {
        let between = text.get(one.min(other)..one.max(other)).unwrap_or_default();
        !between.contains(['\n', '\r'])
    };
    let told = fault.span.start;
    let mut last = None;
    faults.retain(|fault| {
        let at = fault.span.start;
        let is_new = !is_same_line(told, at) && last.is_none_or(|last| !is_same_line(last, at));
        last = Some(at);
        is_new
    });
    let (code, message) = verdict_on(&fault);
    verdict.fault(code, fault, message);
    for fault in faults {
        let message = format!("another error: {}", fault.what);
        local.fault(&codes::FURTHER_SYNTAX, fault, message);
    }
}

fn verdict_on(fault: &Fault) -> (&'static Code, String) {
    let what = &fault.what;
    match fault.grade {
        Grade::Refused if what == BYTE_ORDER_MARK => (&codes::BYTE_ORDER_MARK, what.clone()),
        Grade::Refused => (&codes::SYNTAX, format!("not valid TOML: {what}")),
        Grade::Dialect => (&codes::DIALECT, what.clone()),
        Grade::LetPass => (
            &codes::LET_PASS,
            format!("{what}: not valid TOML; the control plane of 2026 lets it pass"),
        ),
        Grade::Endless => (
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
