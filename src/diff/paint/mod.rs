//! What makes a hunk easy to read: changed words, moved blocks, syntax. Costs time, so it is made off
//! the drawing path and shown when it is there.
//!
//! In: a patch and a hunk. Out: [`Painted`]. Sizes are limited first, so that ordinary input always
//! gives the same answer, and time on top of that ([`Limits`]). A pair of lines whose words miss their
//! limit is marked as plain; lines behind the limit of syntax have none.

mod moved;
mod syntax;
mod words;

use std::{collections::BTreeMap, ops::Range, time::Duration};

use crate::diff::patch::{HunkId, LineId, Patch};

/// What a piece of source text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A comment.
    Comment,
    /// A keyword or operator word.
    Keyword,
    /// A string or character.
    String,
    /// A number or other literal.
    Number,
    /// A type, class, module.
    Type,
    /// A function or method, where it is defined or called.
    Function,
    /// A constant, macro, attribute, tag.
    Constant,
    /// A key of a mapping, a property.
    Property,
    /// A punctuation mark or operator.
    Punctuation,
}

/// What is known about the lines of one hunk, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Painted {
    /// One entry a line.
    pub lines: Vec<PaintedLine>,
}

/// What is known about one line; ranges are bytes of its text, ascending, apart from each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaintedLine {
    /// Syntax.
    pub syntax: Vec<(Range<u32>, Class)>,
    /// Words that differ from the line on the other side.
    pub words: Vec<Range<u32>>,
    /// Whether words were not compared because it would have taken too long.
    pub is_plain: bool,
}

/// How much painting may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time for the words of one pair of lines.
    pub pair: Duration,
    /// Time for the words of one hunk.
    pub hunk: Duration,
    /// Time for the syntax of one hunk; the first hunk of a language spends some of it on the grammar.
    /// The line that is being read when it ends is finished.
    pub syntax: Duration,
}

/// Lines that were taken from elsewhere: each moved line with its counterpart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Removed lines with where they went, added lines with where they came from.
    pub lines: BTreeMap<LineId, LineId>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pair: Duration::from_millis(20),
            hunk: Duration::from_millis(100),
            syntax: Duration::from_secs(1),
        }
    }
}

/// Paints a hunk; `path` tells the language. The grammars are loaded when the first hunk is painted.
pub fn hunk(patch: &Patch, hunk: HunkId, path: &str, limits: Limits) -> Painted {
    let Some(found) = patch.hunk(hunk) else {
        return Painted::default();
    };
    let mut lines = vec![PaintedLine::default(); found.lines.len()];
    words::paint(patch, found, limits, &mut lines);
    syntax::paint(patch, found, path, limits.syntax, &mut lines);
    Painted { lines }
}

/// Finds the syntax of a whole text, one entry for each line from the first; `path` tells the language.
/// There are fewer entries than lines where the limits of size or time were reached.
pub fn text<'a>(
    lines: impl Iterator<Item = &'a str>,
    path: &str,
    time: Duration,
) -> Vec<PaintedLine> {
    syntax::paint_text(lines, path, time)
}

/// Finds blocks that were moved within the whole patch.
pub fn moved(patch: &Patch) -> Moved {
    moved::find(patch)
}
