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
    /// A change that gives the text the meaning that it has to the control plane, where a bug lets it
    /// pass; not for people.
    pub repair: Option<Edit>,
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
    /// Whether one more fault is kept; otherwise none needs to be made.
    pub fn has_room(&self) -> bool {
        self.list.len() < MOST_FAULTS
    }

    /// Adds a fault, or only its grade when there are very many.
    pub fn push(&mut self, fault: Fault) {
        if self.has_room() {
            self.list.push(fault);
        } else if fault.grade != Grade::LetPass {
            self.is_refused = true;
        }
    }

    /// Adds what the parser reported; of very many errors only that they are there.
    pub fn push_error(&mut self, error: &ParseError) {
        if self.has_room() {
            self.list.push(Fault::of(error));
        } else {
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
            repair: None,
        }
    }

    /// Notes that a bug of the control plane lets it pass, as if the text were changed like that.
    pub fn let_through(&mut self, repair: Edit) {
        self.grade = Grade::LetPass;
        self.repair = Some(repair);
    }

    /// A fault that only the control plane has.
    pub fn dialect(span: Range<usize>, what: impl Into<String>, help: &str) -> Self {
        Self {
            help: Some(help.to_owned()),
            grade: Grade::Dialect,
            ..Self::new(span, what)
        }
    }

    /// What the parser reported, as something refused.
    pub fn of(error: &ParseError) -> Self {
        Self {
            help: error.expected().and_then(expected),
            ..Self::new(place(error), error.description())
        }
    }
}

fn place(error: &ParseError) -> Range<usize> {
    let place = match error.context() {
        Some(context) if error.description().starts_with("unclosed") => Some(context),
        context => error.unexpected().or(context),
    };
    place.map_or(0..0, |span| span.start()..span.end())
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
    /// Whether the end of the file was met with something open.
    is_end_seen: bool,
    /// Whether the parser of the control plane never ends there.
    is_endless: bool,
}

impl<'t> Grader<'t> {
    /// Begins with no faults.
    pub fn new(text: &'t str, shared: &'t Shared) -> Self {
        Self {
            text,
            shared,
            faults: Faults::default(),
            is_end_seen: false,
            is_endless: false,
        }
    }

    /// All faults that were reported.
    pub fn finish(self) -> Faults {
        self.faults
    }

    fn grade(&mut self, fault: &mut Fault, error: &ParseError, at: usize) {
        match &*fault.what {
            "unclosed array table" if lacks_one_bracket(error) => self.half_closed(fault, at),
            "missing comma between array elements" | "missing comma between key-value pairs" => {
                self.missing_comma(fault, at);
            }
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

    /// `[[triggers]` at the end of the file, or with one character more on its line.
    fn half_closed(&self, fault: &mut Fault, at: usize) {
        if self.text.as_bytes().get(at.wrapping_sub(1)) != Some(&b']') {
            return;
        }
        let rest = self.rest(at);
        let mut characters = rest.chars();
        // The control plane drops one unit of UTF-16.
        let dropped = characters
            .next()
            .filter(|dropped| !matches!(dropped, ' ' | '\t') && dropped.len_utf16() == 1);
        let length = dropped.map_or(0, char::len_utf8);
        if rest.is_empty() || dropped.is_some() && ends_line(characters.as_str()) {
            fault.let_through(edit(at..at + length, "]"));
        }
        if matches!(dropped, None | Some('\n' | '\r')) && (rest.is_empty() || dropped.is_some()) {
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
            fault.let_through(edit(last.end..last.end, ","));
        }
        if between.contains(['#', '\n', ' ']) {
            fault.fix = Some(Fix {
                title: "insert a comma".to_owned(),
                edits: vec![edit(last.end..last.end, ",")],
                is_safe: false,
            });
        }
    }

    /// `a = [1 # c` at the end of a file without a comma or closing bracket before it.
    fn endless(&mut self, fault: &mut Fault, closing: u8) {
        if std::mem::replace(&mut self.is_end_seen, true) {
            // What holds the innermost one is told behind it.
            if self.is_endless {
                fault.grade = Grade::Endless;
            }
            return;
        }
        let last = self.shared.last.get();
        let Some(from) = self.last_bare_end(last) else {
            return;
        };
        let before = self.between(0, from).split('\n');
        let mut code = before.filter_map(|line| line.split('#').next());
        if code.all(|line| !line.bytes().any(|byte| byte == b',' || byte == closing)) {
            fault.grade = Grade::Endless;
            self.is_endless = true;
        }
    }

    /// The end of the last bare element if only comments follow, the last of them up to the end of
    /// the file; an inline table's `=` without a value counts as one.
    fn last_bare_end(&self, last: super::Last) -> Option<usize> {
        let key_end = self.shared.key_end.get();
        let (from, rest) = if key_end > last.end {
            let rest = self.rest(key_end);
            (
                key_end,
                rest.trim_start_matches([' ', '\t']).strip_prefix('=')?,
            )
        } else {
            let is_element = last.is_bare && !last.is_top;
            (
                last.end,
                self.rest(last.end).get(..).filter(|_| is_element)?,
            )
        };
        let mut lines = rest.split('\n');
        let is_trivia = |line: &str| {
            let line = js::trim(line);
            line.is_empty() || line.starts_with('#')
        };
        let ends_in_comment = lines
            .clone()
            .next_back()
            .is_some_and(|line| js::trim(line).starts_with('#'));
        (ends_in_comment && lines.all(is_trivia)).then_some(from)
    }
}

impl ErrorSink for Grader<'_> {
    fn report_error(&mut self, error: ParseError) {
        let at = error.unexpected().map(|span| span.start());
        let at = at.unwrap_or_else(|| place(&error).start);
        let muted_to = self.shared.muted_to.get();
        if at < muted_to || at == muted_to && at == self.text.len() && at > 0 {
            return;
        }
        // Beyond what is kept nobody asks for the grade, and to find it may take long.
        if !self.faults.has_room() {
            self.faults.push_error(&error);
            return;
        }
        let mut fault = Fault::of(&error);
        self.grade(&mut fault, &error, at);
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

/// Whether a header of an array is closed by one bracket; brackets may also end in a broken string.
fn lacks_one_bracket(error: &ParseError) -> bool {
    matches!(error.expected(), Some([Expected::Literal("]")]))
}

fn close_header(at: usize) -> Fix {
    Fix {
        title: "close the header with `]]`".to_owned(),
        edits: vec![edit(at..at, "]")],
        is_safe: true,
    }
}

/// Whether nothing but a comment follows on the line; looks no further than needed.
fn ends_line(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with(['\n', '#']) || rest.starts_with("\r\n")
}
