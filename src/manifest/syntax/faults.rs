//! Errors of syntax, and what the control plane's parser makes of each.
//!
//! In: errors of `toml_parser` and of the builder. Out: [`Fault`]s with a [`Grade`]. The classes
//! are bugs of the parser that the control plane used in 2026; a class that is not known here is
//! taken to be refused.
//!
//! Not for: the verdict on the whole file, which `manifest` makes of the faults.

use std::ops::Range;

use toml_parser::{ErrorSink, Expected, ParseError};

use super::Shared;
use crate::diagnostic::{Edit, Fix};
use crate::manifest::js;

/// How many faults of a file are kept.
const MOST_FAULTS: usize = 100;

/// An error of syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the text.
    pub span: Range<usize>,
    /// What is wrong, a fragment.
    pub what: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What the control plane makes of it.
    pub grade: Grade,
    /// A change that mends it.
    pub fix: Option<Fix>,
}

/// What the control plane's parser makes of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// It refuses it.
    Refused,
    /// It refuses what TOML allows.
    Dialect,
    /// It lets it pass through a bug.
    LetPass,
    /// It never ends.
    Endless,
}

/// The first faults of a file.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Fault>,
    /// Whether one that the control plane refuses was left out.
    is_refused: bool,
}

impl Faults {
    /// Adds a fault, or only its grade when there are very many.
    pub fn push(&mut self, fault: Fault) {
        if self.list.len() < MOST_FAULTS {
            self.list.push(fault);
        } else if fault.grade != Grade::LetPass {
            self.is_refused = true;
        }
    }

    /// Adds those of another list.
    pub fn append(&mut self, other: Self) {
        self.list.extend(other.list);
        self.is_refused |= other.is_refused;
    }

    /// All by place, the innermost first where places are equal.
    pub fn into_sorted(mut self, text: &str) -> Vec<Fault> {
        if self.is_refused {
            self.list.push(Fault::new(
                text.len()..text.len(),
                "there are more errors than are listed",
            ));
        }
        for fault in &mut self.list {
            let end = text.floor_char_boundary(fault.span.end);
            let start = text.floor_char_boundary(fault.span.start).min(end);
            fault.span = start..end;
        }
        self.list.sort_by_key(|fault| fault.span.start);
        self.list
    }
}

impl Fault {
    /// A fault that the control plane refuses.
    pub fn new(span: Range<usize>, what: impl Into<String>) -> Self {
        Self {
            span,
            what: what.into(),
            help: None,
            grade: Grade::Refused,
            fix: None,
        }
    }

    /// A fault that only the control plane has.
    pub fn dialect(span: Range<usize>, what: impl Into<String>, help: &str) -> Self {
        Self {
            help: Some(help.to_owned()),
            grade: Grade::Dialect,
            ..Self::new(span, what)
        }
    }

    /// A fault that the control plane lets pass.
    pub fn let_pass(span: Range<usize>, what: impl Into<String>) -> Self {
        Self {
            grade: Grade::LetPass,
            ..Self::new(span, what)
        }
    }

    /// What the parser reported, as something refused.
    pub fn of(error: &ParseError) -> Self {
        let place = match error.context() {
            Some(context) if error.description().starts_with("unclosed") => Some(context),
            context => error.unexpected().or(context),
        };
        let span = place.map_or(0..0, |span| span.start()..span.end());
        Self {
            help: error.expected().and_then(expected),
            ..Self::new(span, error.description())
        }
    }
}

fn expected(list: &'static [Expected]) -> Option<String> {
    let words = list.iter().filter_map(|word| match word {
        Expected::Literal("\n") => Some("the end of the line".to_owned()),
        Expected::Literal(word) => Some(format!("`{word}`")),
        Expected::Description(word) => Some((*word).to_owned()),
        _ => None,
    });
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| format!("{} belongs here", words.join(" or ")))
}

/// Listens to the parser's errors and grades them.
pub struct Grader<'t> {
    text: &'t str,
    shared: &'t Shared,
    faults: Faults,
    is_end_seen: bool,
}

impl<'t> Grader<'t> {
    /// Begins with no faults.
    pub fn new(text: &'t str, shared: &'t Shared) -> Self {
        Self {
            text,
            shared,
            faults: Faults::default(),
            is_end_seen: false,
        }
    }

    /// All faults that were reported.
    pub fn finish(self) -> Faults {
        self.faults
    }

    fn grade(&mut self, fault: &mut Fault, at: usize) {
        match &*fault.what {
            "unexpected key or value" => self.stray_comma(fault, at),
            "unclosed array table" => self.half_closed(fault, at),
            "missing comma between array elements" | "missing comma between key-value pairs" => {
                self.missing_comma(fault, at);
            }
            "key with no value" => self.key_with_equals(fault, at),
            "unclosed array" => self.endless(fault, b']'),
            "unclosed inline table" => self.endless(fault, b'}'),
            _ => {}
        }
    }

    fn between(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn rest(&self, start: usize) -> &'t str {
        self.text.get(start..).unwrap_or_default()
    }

    /// `cpu = 4,`
    fn stray_comma(&self, fault: &mut Fault, at: usize) {
        let last = self.shared.last.get();
        let is_comma = self.text.as_bytes().get(at) == Some(&b',');
        let follows = last.is_bare && last.is_top && is_blank(self.between(last.end, at));
        if !is_comma || !follows || !ends_line(self.rest(at + 1)) {
            return;
        }
        fault.span = at..at + 1;
        fault.what = "a comma after the value".to_owned();
        fault.grade = Grade::LetPass;
        fault.help = Some("only elements of arrays and inline tables take commas".to_owned());
        fault.fix = Some(Fix {
            title: "delete the comma".to_owned(),
            edits: vec![edit(at..at + 1, "")],
            is_safe: true,
        });
    }

    /// `[[triggers]` at the end of the file, or with one character more on its line.
    fn half_closed(&self, fault: &mut Fault, at: usize) {
        let mut characters = self.rest(at).chars();
        let is_closed = self.text.as_bytes().get(at.wrapping_sub(1)) == Some(&b']');
        let Some(dropped) = characters.next().filter(|_| is_closed) else {
            if is_closed {
                fault.grade = Grade::LetPass;
                fault.fix = Some(close_header(at));
            }
            return;
        };
        if ends_line(characters.as_str()) {
            fault.grade = Grade::LetPass;
        }
        if matches!(dropped, '\n' | '\r') {
            fault.fix = Some(close_header(at));
        }
    }

    /// `[1 # one⏎ 2]`
    fn missing_comma(&self, fault: &mut Fault, at: usize) {
        let last = self.shared.last.get();
        if last.end == 0 || last.end > at {
            return;
        }
        let between = self.between(last.end, at);
        if last.is_bare && between.contains('#') {
            fault.grade = Grade::LetPass;
        }
        if between.contains(['#', '\n', ' ']) {
            fault.fix = Some(Fix {
                title: "insert a comma".to_owned(),
                edits: vec![edit(last.end..last.end, ",")],
                is_safe: false,
            });
        }
    }

    /// `"a=b" junk = 1`
    fn key_with_equals(&self, fault: &mut Fault, at: usize) {
        let key = self.shared.key.get();
        if !key.is_quoted || !self.between(key.start, key.end).contains('=') {
            return;
        }
        let is_next = |character: &char| matches!(character, '=' | '\n');
        if self.rest(at).chars().find(is_next) == Some('=') {
            fault.grade = Grade::LetPass;
            fault.what = "text between the key and its `=`".to_owned();
        }
    }

    /// `a = [1 # c` at the end of a file without a comma or closing bracket before it.
    fn endless(&mut self, fault: &mut Fault, closing: u8) {
        if std::mem::replace(&mut self.is_end_seen, true) {
            return;
        }
        let last = self.shared.last.get();
        let rest = self.rest(last.end);
        let is_comment = js::trim(rest).starts_with('#') && !rest.contains('\n');
        if !last.is_bare || last.is_top || !is_comment {
            return;
        }
        let before = self.between(0, last.end).split('\n');
        let mut code = before.filter_map(|line| line.split('#').next());
        if code.all(|line| !line.bytes().any(|byte| byte == b',' || byte == closing)) {
            fault.grade = Grade::Endless;
        }
    }
}

impl ErrorSink for Grader<'_> {
    fn report_error(&mut self, error: ParseError) {
        let mut fault = Fault::of(&error);
        let at = error
            .unexpected()
            .map_or(fault.span.start, |span| span.start());
        if at <= self.shared.muted_to.get() && self.shared.muted_to.get() > 0 {
            return;
        }
        self.grade(&mut fault, at);
        self.faults.push(fault);
    }
}

/// A change of a piece of text.
pub fn edit(span: Range<usize>, text: &str) -> Edit {
    Edit {
        span,
        text: text.to_owned(),
    }
}

fn close_header(at: usize) -> Fix {
    Fix {
        title: "close the header with `]]`".to_owned(),
        edits: vec![edit(at..at, "]")],
        is_safe: true,
    }
}

/// Whether there are only spaces and tabs.
pub fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// Whether nothing but a comment follows on the line; looks no further than needed.
fn ends_line(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t', '\r']);
    rest.is_empty() || rest.starts_with(['\n', '#'])
}
