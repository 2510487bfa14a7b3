//! Takes findings one by one; keeps the first few thousand and counts the rest.

use std::ops::Range;

use super::SYNTAX;
use super::codes::Code;
use super::syntax::Fault;
use crate::diagnostic::{Edit, Family, Finding, Fix, Severity};

/// How many findings of a file are kept.
const MOST_FINDINGS: usize = 5_000;

/// How many words are compared for a file in search of what was meant.
const MOST_COMPARED: usize = 20_000;

/// Where rules report.
#[derive(Debug, Default)]
pub struct Sink {
    findings: Vec<Finding>,
    left_out: usize,
    errors: usize,
    compared: usize,
}

/// A finding that was just reported, to add help and a fix.
pub struct Draft<'a>(Option<&'a mut Finding>);

impl Sink {
    /// Reports something that is wrong.
    pub fn report(
        &mut self,
        code: &'static Code,
        path: impl Into<String>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Draft<'_> {
        let is_error = code.family == Family::Manifest && code.severity == Severity::Error;
        self.errors += usize::from(is_error);
        if self.findings.len() >= MOST_FINDINGS {
            self.left_out += 1;
            return Draft(None);
        }
        self.findings.push(Finding {
            code: code.name,
            family: code.family,
            severity: code.severity,
            path: path.into(),
            span,
            message: message.into(),
            help: None,
            fix: None,
        });
        Draft(self.findings.last_mut())
    }

    /// Reports an error of syntax.
    pub fn fault(&mut self, code: &'static Code, fault: Fault, message: String) {
        let draft = self.report(code, SYNTAX, fault.span, message);
        if let Some(finding) = draft.0 {
            finding.help = fault.help;
            finding.fix = fault.fix;
        }
    }

    /// How many of the findings are errors to the control plane, listed or not.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Takes the fixes off all findings; changes of a text that does not parse are guesses.
    pub fn forget_fixes(&mut self) {
        for finding in &mut self.findings {
            finding.fix = None;
        }
    }

    /// Whether a search among so many words, or of as much work, may be made; asking counts.
    ///
    /// Guesses at what was meant are for people, who do not read thousands of them.
    pub fn may_search(&mut self, words: usize) -> bool {
        self.compared = self.compared.saturating_add(words);
        self.compared <= MOST_COMPARED
    }

    /// The findings in the order of their reports, and how many were left out.
    pub fn finish(self) -> (Vec<Finding>, usize) {
        (self.findings, self.left_out)
    }
}

impl Draft<'_> {
    /// Says what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(finding) = &mut self.0 {
            finding.help = Some(help.into());
        }
        self
    }

    /// Adds a change of one place that mends it and surely is what was meant.
    pub fn fix(
        self,
        title: impl Into<String>,
        span: Range<usize>,
        text: impl Into<String>,
    ) -> Self {
        self.change(title.into(), span, text.into(), true)
    }

    /// Adds a change of one place that mends it if the guess is right.
    pub fn guess(
        self,
        title: impl Into<String>,
        span: Range<usize>,
        text: impl Into<String>,
    ) -> Self {
        self.change(title.into(), span, text.into(), false)
    }

    fn change(mut self, title: String, span: Range<usize>, text: String, is_safe: bool) -> Self {
        if let Some(finding) = &mut self.0 {
            finding.fix = Some(Fix {
                title,
                edits: vec![Edit { span, text }],
                is_safe,
            });
        }
        self
    }
}
