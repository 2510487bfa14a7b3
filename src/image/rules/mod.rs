//! The rules: each looks at the parsed file and notes what it finds.

pub(super) mod base;

pub(super) mod credentials;

mod advice;

mod context;

mod form;

mod packages;

mod runtime;

mod script;

use std::ops::Range;

use crate::{
    diagnostic::{Edit, Finding, Fix},
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

/// All findings of a file, in the order of the rules.
pub(super) fn run(text: &str, file: &Dockerfile, scope: Scope) -> Vec<Finding> {
    let stages = Stages::of(file);
    let mut lint = Lint {
        text,
        file,
        stages: &stages,
        findings: Vec::new(),
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
    lint.findings
}

/// What the rules look at, and where they put what they find.
struct Lint<'a> {
    text: &'a str,
    file: &'a Dockerfile,
    stages: &'a Stages,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn add(&mut self, code: &Code, span: Range<usize>, message: String, help: &str) -> Added<'_> {
        let mut finding = finding(code, span, message);
        finding.help = (!help.is_empty()).then(|| help.to_owned());
        self.findings.push(finding);
        Added {
            finding: self.findings.last_mut(),
        }
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
