//! Which pieces of a hunk are keywords, strings, comments and so on.
//!
//! In: a hunk and its path. Out: classes, from the grammars of `syntect` and `two-face`. Both sides of
//! a hunk are read as texts of their own, so that a removed quote does not color what was added;
//! lines that both have take the classes of the new side. A hunk may begin inside of a comment that
//! the patch does not show: then it is read as code. Lines that are long or hostile have no syntax.

mod language;
mod scope;

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

use crate::diff::{
    paint::{Class, PaintedLine, syntax::scope::Classes},
    patch::{Hunk, LineId, LineKind, Patch},
};

/// Bytes of a line that is read at most. The time that grammars take grows with the square of it.
const LONGEST: usize = 1024;
/// Bytes of a hunk that are read at most.
const MOST: usize = 256 * 1024;
/// Bytes of one word with its dashes, or of one letter or mark repeated, in a line that is read.
/// Grammars try such stretches from each of their letters.
const STRETCH: usize = 160;

/// Finds the syntax of a hunk's lines.
pub(super) fn paint(
    patch: &Patch,
    hunk: &Hunk,
    path: &str,
    time: Duration,
    lines: &mut [PaintedLine],
) {
    let end = Instant::now() + time;
    let Some((grammars, syntax)) = language::of(patch, hunk, path) else {
        return;
    };
    let mut reader = Reader {
        grammars,
        new: Side::new(syntax),
        old: None,
        classes: Classes::default(),
    };
    let mut left = MOST;
    for (line, painted) in hunk.lines.clone().map(LineId).zip(lines) {
        let text = patch.line_text(line).trim_end_matches('\r');
        let Some(kind) = patch.line(line).map(|line| line.kind) else {
            return;
        };
        if !is_readable(text) {
            continue;
        }
        if text.len() > left || Instant::now() >= end {
            return;
        }
        left -= text.len();
        let Some(syntax) = reader.read(text, kind) else {
            return;
        };
        painted.syntax = syntax;
    }
}

/// Finds the syntax of a text's lines.
pub(super) fn paint_text<'a>(
    lines: impl Iterator<Item = &'a str>,
    path: &str,
    time: Duration,
) -> Vec<PaintedLine> {
    let end = Instant::now() + time;
    let mut lines = lines.peekable();
    let first = lines.peek().copied();
    let Some((grammars, syntax)) = language::of_text(path, first) else {
        return Vec::new();
    };
    let mut side = Side::new(syntax);
    let mut classes = Classes::default();
    let mut left = MOST;
    let mut painted = Vec::new();
    for text in lines {
        let mut line = PaintedLine::default();
        if is_readable(text) {
            if text.len() > left || Instant::now() >= end {
                break;
            }
            left -= text.len();
            let Some(syntax) = side.read(&format!("{text}\n"), grammars, &mut classes) else {
                break;
            };
            line.syntax = syntax;
        }
        painted.push(line);
    }
    painted
}

/// Whether a line is short and varied enough to be read in little time.
fn is_readable(text: &str) -> bool {
    let is_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte) || !byte.is_ascii();
    let is_alike = |one: &u8, other: &u8| one == other || (is_word(one) && is_word(other));
    let mut stretches = text.as_bytes().chunk_by(is_alike);
    text.len() <= LONGEST && stretches.all(|stretch| stretch.len() <= STRETCH)
}

/// The classes of a line's pieces, in bytes.
type Pieces = Vec<(Range<u32>, Class)>;

/// Reads a hunk from top to bottom.
struct Reader {
    grammars: &'static SyntaxSet,
    new: Side,
    /// The side before, where it is not in the same state as the one after.
    old: Option<Side>,
    classes: Classes,
}

impl Reader {
    /// The next line; `None` when the grammar cannot go on.
    fn read(&mut self, text: &str, kind: LineKind) -> Option<Pieces> {
        let line = format!("{text}\n");
        let (grammars, classes) = (self.grammars, &mut self.classes);
        if kind != LineKind::Context && self.old.is_none() {
            self.old = Some(self.new.clone());
        }
        if let (LineKind::Removed, Some(old)) = (kind, &mut self.old) {
            return old.read(&line, grammars, classes);
        }
        let pieces = self.new.read(&line, grammars, classes)?;
        if let (LineKind::Context, Some(old)) = (kind, &mut self.old) {
            old.read(&line, grammars, classes)?;
            if *old == self.new {
                self.old = None;
            }
        }
        Some(pieces)
    }
}

/// Where the grammar is on one side of a hunk.
#[derive(Clone, PartialEq)]
struct Side {
    state: ParseState,
    scopes: ScopeStack,
}

impl Side {
    /// The beginning of a text.
    fn new(syntax: &SyntaxReference) -> Self {
        Self {
            state: ParseState::new(syntax),
            scopes: ScopeStack::new(),
        }
    }

    /// The pieces of the next line, which ends with a line feed.
    fn read(&mut self, line: &str, grammars: &SyntaxSet, classes: &mut Classes) -> Option<Pieces> {
        let steps = self.state.parse_line(line, grammars).ok()?;
        let mut pieces = Pieces::new();
        let mut at = 0;
        let end = line.len() - 1;
        for (place, step) in &steps {
            let place = (*place).min(end);
            self.push(line, at..place, classes, &mut pieces);
            self.scopes.apply(step).ok()?;
            at = at.max(place);
        }
        self.push(line, at..end, classes, &mut pieces);
        Some(pieces)
    }

    /// Adds a piece in the present scopes, to the last one where it continues that.
    fn push(&self, line: &str, range: Range<usize>, classes: &mut Classes, pieces: &mut Pieces) {
        let text = line.get(range.clone()).unwrap_or_default();
        let Some(class) = classes.of(&self.scopes.scopes, text) else {
            return;
        };
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let range = number(range.start)..number(range.end);
        match pieces.last_mut() {
            Some((last, same)) if *same == class && last.end == range.start => last.end = range.end,
            _ if text.trim().is_empty() => {}
            _ => pieces.push((range, class)),
        }
    }
}
