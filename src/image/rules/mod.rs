//! The rules: each looks at the parsed file and notes what it finds.

pub(super) mod base;

pub(super) mod context;

pub(super) mod credentials;

mod advice;

mod form;

mod packages;

mod runtime;

mod script;

use std::ops::Range;

use crate::{
    diagnostic::{Edit, Finding, Fix, Severity},
    image::{
        Scope,
        codes::Code,
        dockerfile::{
            Dockerfile, Instruction, Keyword,
            stages::{Effective, Stages},
            substitute::Variables,
        },
        finding,
    },
};

/// How many findings of a file are kept: so many errors, and so many of the others.
const MOST_FINDINGS: usize = 5_000;

/// The findings of a file in the order of the rules, and how many were left out.
pub(super) fn run(text: &str, file: &Dockerfile, scope: Scope) -> (Vec<Finding>, usize) {
    let stages = Stages::of(file);
    let mut lint = Lint {
        text,
        file,
        stages: &stages,
        findings: Vec::new(),
        errors: 0,
        left_out: 0,
    };
    form::check(&mut lint);
    base::check(&mut lint);
    runtime::check(&mut lint);
    packages::check(&mut lint);
    context::check(&mut lint);
    credentials::check(&mut lint);
    match scope {
        Scope::Rules => {}
        Scope::RulesAndAdvice => advice::check(&mut lint),
    }
    (lint.findings, lint.left_out)
}

/// What the rules look at, and where they put what they find.
struct Lint<'a> {
    text: &'a str,
    file: &'a Dockerfile,
    stages: &'a Stages,
    findings: Vec<Finding>,
    /// How many of them are errors.
    errors: usize,
    left_out: usize,
}

impl Lint<'_> {
    fn add(&mut self, code: &Code, span: Range<usize>, message: String, help: &str) -> Added<'_> {
        if self.has_no_room(code) {
            return Added { finding: None };
        }
        self.errors += usize::from(code.severity == Severity::Error);
        let mut finding = finding(code, span, message);
        finding.help = (!help.is_empty()).then(|| help.to_owned());
        self.findings.push(finding);
        Added {
            finding: self.findings.last_mut(),
        }
    }

    /// Whether a finding would be left out, which is then counted as done.
    fn has_no_room(&mut self, code: &Code) -> bool {
        let kept = match code.severity {
            Severity::Error => self.errors,
            Severity::Warning | Severity::Hint => self.findings.len() - self.errors,
        };
        let is_full = kept >= MOST_FINDINGS;
        self.left_out += usize::from(is_full);
        is_full
    }

    /// The edit that takes an instruction out with its line's end.
    fn without(&self, instruction: &Instruction) -> Edit {
        let span = instruction.span.clone();
        let rest = self.text.get(span.end..).unwrap_or_default();
        let ending = ["\r\n", "\n"]
            .into_iter()
            .find(|ending| rest.starts_with(ending))
            .map_or(0, str::len);
        Edit {
            span: span.start..span.end + ending,
            text: String::new(),
        }
    }
}

/// Walks the commands that make the image with the variables that they see.
fn walk<'a>(
    file: &'a Dockerfile,
    stages: &'a Stages,
    mut visit: impl FnMut(Step<'a>, &mut Variables),
) {
    let mut scope = Variables::default();
    for step in stages.final_commands(file) {
        visit(step, &mut scope);
        if matches!(step.command.keyword, Keyword::Arg | Keyword::Env) {
            scope.apply(step.instruction, step.command, &stages.globals, file.escape);
        }
    }
}

/// A command at its place.
type Step<'a> = Effective<'a>;

/// A finding that was just noted.
struct Added<'a> {
    finding: Option<&'a mut Finding>,
}

impl Added<'_> {
    /// Adds a change that mends it, but may not be what was meant.
    fn fix(self, title: &str, edit: Edit) {
        self.mend(title, edit, false);
    }

    /// Adds a change that surely is what was meant.
    fn safe_fix(self, title: &str, edit: Edit) {
        self.mend(title, edit, true);
    }

    fn mend(self, title: &str, edit: Edit, is_safe: bool) {
        if let Some(finding) = self.finding {
            finding.fix = Some(Fix {
                title: title.to_owned(),
                edits: vec![edit],
                is_safe,
            });
        }
    }
}
