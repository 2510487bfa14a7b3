//! One way to say what is wrong in a file: code, severity, place, message, help, fix.
//!
//! In: findings of whoever reads a file (`manifest`, `image`). Out: [`Report`]s that a screen draws
//! and that [`render`] prints as text, JSON, SARIF, GitHub annotations, or for an agent. Places are
//! byte ranges; [`LineIndex`] turns them into lines and columns.
//!
//! Not for: deciding what is wrong.

mod fix;
mod lines;
pub mod render;

use std::ops::Range;

pub use fix::{Mended, apply, mend};
pub use lines::{LineIndex, Position};

/// Who makes a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// The control plane's own verdict on the manifest.
    Manifest,
    /// What only we look at, such as other files; never part of the verdict.
    Local,
    /// The Dockerfile lint.
    Dockerfile,
    /// Image references.
    Image,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// It does not work.
    Error,
    /// It works otherwise than it seems, or is likely to break.
    Warning,
    /// Worth knowing.
    Hint,
}

/// Something that is wrong at a place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable name, such as `manifest/slug-invalid`; the part before the slash is the family.
    pub code: &'static str,
    /// Who makes it.
    pub family: Family,
    /// How bad it is.
    pub severity: Severity,
    /// Where in the document, dotted, such as `triggers[0].slug`; empty where the file has no paths.
    pub path: String,
    /// Where in the text, bytes on character borders; empty at the place where something is missing.
    pub span: Range<usize>,
    /// What is wrong, one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// A change that mends it.
    pub fix: Option<Fix>,
}

/// A change that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: ``rename `slgu` to `slug` ``.
    pub title: String,
    /// The changes of the text, apart from each other.
    pub edits: Vec<Edit>,
    /// Whether it keeps the meaning that was surely intended, so that it may be made unasked.
    pub is_safe: bool,
}

/// A piece of text in place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub span: Range<usize>,
    /// The text that comes.
    pub text: String,
}

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The file's name for people, relative where it can be; `<stdin>` for standard input.
    pub path: String,
    /// The text that was looked at.
    pub text: String,
    /// What was found, by place.
    pub findings: Vec<Finding>,
    /// The verdict: for a manifest the control plane's, for other files whether there is no error.
    pub is_valid: bool,
}

impl Family {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Local => "local",
            Self::Dockerfile => "dockerfile",
            Self::Image => "image",
        }
    }
}

impl Severity {
    /// The word in JSON and in the text.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

impl Report {
    /// How many findings of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|finding| finding.severity == severity)
            .count()
    }
}
