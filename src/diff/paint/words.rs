//! Which words of a line its counterpart lacks.
//!
//! In: a hunk; which lines belong together comes from `pairs`. What both lines begin and end with is
//! taken off first, so that a small change in a line of a megabyte is cheap; what remains is cut into
//! words, marks and single blanks and compared by `similar`. Lines with little in common get no mark
//! at all: the whole line is new. Not for: lines without a counterpart.

use std::{ops::Range, time::Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use unicode_segmentation::UnicodeSegmentation;

use crate::diff::{
    paint::{Limits, PaintedLine},
    pairs,
    patch::{Hunk, LineId, Patch},
};

/// Bytes of one side of a pair that are compared at most, after what both begin and end with.
const LONGEST: usize = 2 * 1024;
/// Bytes of a hunk that are compared at most, both sides together.
const MOST: usize = 256 * 1024;
/// How much two lines must have in common to get marks, in percent of what is not blank.
const ALIKE: usize = 35;
/// Letters that a line needs to count as kept whole inside of a longer one.
const WHOLE: usize = 3;

/// Marks the words of all pairs of a hunk.
pub(super) fn paint(patch: &Patch, hunk: &Hunk, limits: Limits, lines: &mut [PaintedLine]) {
    let end = Instant::now() + limits.hunk;
    let mut left = MOST;
    for pair in pairs::of_hunk(patch, hunk) {
        let (Some(old), Some(new)) = (pair.old, pair.new) else {
            continue;
        };
        if old == new {
            continue;
        }
        let pair = Pair::of(patch.line_text(old), patch.line_text(new));
        let (removed, added) = pair.middles();
        let cost = removed.len() + added.len();
        let deadline = end.min(Instant::now() + limits.pair);
        let compared = (cost <= left).then(|| pair.compare(deadline)).flatten();
        left = left.saturating_sub(cost);
        let is_plain = compared.is_none();
        let words = compared.unwrap_or_default();
        for (line, words) in [(old, words.old), (new, words.new)] {
            if let Some(painted) = place(hunk, line).and_then(|place| lines.get_mut(place)) {
                painted.words = words;
                painted.is_plain = is_plain;
            }
        }
    }
}

fn place(hunk: &Hunk, line: LineId) -> Option<usize> {
    line.0.checked_sub(hunk.lines.start).map(|at| at as usize)
}

/// The marked words of two lines.
#[derive(Default)]
struct Words {
    old: Vec<Range<u32>>,
    new: Vec<Range<u32>>,
}

/// Two lines, and how many bytes at both ends they share.
struct Pair<'a> {
    old: &'a str,
    new: &'a str,
    head: usize,
    tail: usize,
}

impl<'a> Pair<'a> {
    fn of(old: &'a str, new: &'a str) -> Self {
        let head = common_head(old, new);
        let tail = common_tail(old, new, head);
        Self {
            old,
            new,
            head,
            tail,
        }
    }

    /// What remains of both lines.
    fn middles(&self) -> (&'a str, &'a str) {
        let middle = |line: &'a str| line.get(self.head..line.len() - self.tail);
        let middles = (middle(self.old), middle(self.new));
        (middles.0.unwrap_or_default(), middles.1.unwrap_or_default())
    }

    /// The words to mark; `None` when it would cost too much.
    fn compare(&self, deadline: Instant) -> Option<Words> {
        let (old, new) = self.middles();
        if old.len().max(new.len()) > LONGEST || Instant::now() >= deadline {
            return None;
        }
        let (old, new) = (Tokens::of(old), Tokens::of(new));
        let ops =
            capture_diff_slices_deadline(Algorithm::Myers, &old.texts, &new.texts, Some(deadline));
        if Instant::now() >= deadline {
            return None;
        }
        if !self.is_alike(&old, &ops) {
            return Some(Words::default());
        }
        let changes = changes(&ops);
        Some(Words {
            old: old.ranges(
                &joined(&changes, &old, &new, |change| &change.old),
                self.head,
            ),
            new: new.ranges(
                &joined(&changes, &old, &new, |change| &change.new),
                self.head,
            ),
        })
    }

    /// Whether the lines have enough in common for marks to help, or one is kept whole in the other.
    fn is_alike(&self, old: &Tokens<'_>, ops: &[DiffOp]) -> bool {
        let ends = weight(self.old) - weight(old.text);
        let kept = ops.iter().filter_map(|op| match op {
            DiffOp::Equal { old_index, len, .. } => Some(*old_index..*old_index + *len),
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => None,
        });
        let common = ends + kept.map(|range| weight(old.text(&range))).sum::<usize>();
        let (old, new) = (weight(self.old), weight(self.new));
        let is_whole = old.min(new) >= WHOLE && common == old.min(new);
        is_whole || 200 * common >= ALIKE * (old + new)
    }
}

/// How many bytes of a text are not blank.
fn weight(text: &str) -> usize {
    text.bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .count()
}

/// How many bytes two lines begin with in common, up to a place where both can be cut.
fn common_head(old: &str, new: &str) -> usize {
    let pairs = old.bytes().zip(new.bytes());
    let mut at = pairs.take_while(|(one, other)| one == other).count();
    while !(can_be_cut(old, at) && can_be_cut(new, at)) {
        at -= 1;
    }
    at
}

/// How many bytes behind `head` two lines end with in common, up to a place where both can be cut.
fn common_tail(old: &str, new: &str, head: usize) -> usize {
    let most = old.len().min(new.len()) - head;
    let pairs = old.bytes().rev().zip(new.bytes().rev()).take(most);
    let mut count = pairs.take_while(|(one, other)| one == other).count();
    while !(can_be_cut(old, old.len() - count) && can_be_cut(new, new.len() - count)) {
        count -= 1;
    }
    count
}

/// Whether a token surely ends at this place; both ends of a text are such places.
fn can_be_cut(text: &str, at: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(at) else {
        return false;
    };
    let (Some(last), Some(next)) = (before.chars().next_back(), after.chars().next()) else {
        return true;
    };
    // Other letters may combine with their neighbors.
    let is_simple = |c: char| (c.is_ascii() && !c.is_ascii_control()) || is_ideograph(c);
    let is_word = |c: char| Kind::of(c) == Kind::Word;
    is_simple(last) && is_simple(next) && !(is_word(last) && is_word(next))
}

/// Whether letters join to a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// With their neighbors.
    Word,
    /// Not.
    Single,
}

impl Kind {
    fn of(letter: char) -> Self {
        let is_hiragana = ('\u{3041}'..='\u{3096}').contains(&letter);
        let joins = letter == '_' || letter.is_alphanumeric();
        if joins && !is_hiragana && !is_ideograph(letter) {
            Self::Word
        } else {
            Self::Single
        }
    }
}

/// Whether a letter is a word of its own, as in Chinese.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A text cut into words, and single blanks and marks.
struct Tokens<'a> {
    text: &'a str,
    texts: Vec<&'a str>,
    /// Where each token begins, and where the last one ends.
    starts: Vec<usize>,
}

impl<'a> Tokens<'a> {
    fn of(text: &'a str) -> Self {
        let mut starts = Vec::new();
        let mut last = Kind::Single;
        for (at, letter) in text.grapheme_indices(true) {
            let kind = letter.chars().next().map_or(Kind::Single, Kind::of);
            if kind == Kind::Single || last == Kind::Single {
                starts.push(at);
            }
            last = kind;
        }
        starts.push(text.len());
        let ends = starts.iter().skip(1);
        let texts = starts
            .iter()
            .zip(ends)
            .filter_map(|(s, e)| text.get(*s..*e));
        Self {
            text,
            texts: texts.collect(),
            starts,
        }
    }

    fn bytes(&self, tokens: &Range<usize>) -> Range<usize> {
        let start = |token: usize| self.starts.get(token).copied().unwrap_or(self.text.len());
        start(tokens.start)..start(tokens.end)
    }

    fn text(&self, tokens: &Range<usize>) -> &'a str {
        self.text.get(self.bytes(tokens)).unwrap_or_default()
    }

    /// Ranges of tokens as ranges of the line that this text begins at `offset` of.
    fn ranges(&self, tokens: &[Range<usize>], offset: usize) -> Vec<Range<u32>> {
        let number = |at: usize| u32::try_from(at + offset).unwrap_or(u32::MAX);
        let bytes = tokens.iter().map(|range| self.bytes(range));
        bytes
            .map(|range| number(range.start)..number(range.end))
            .collect()
    }
}

/// Tokens that took the place of others; one side may be empty.
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// What lies between the equal stretches.
fn changes(ops: &[DiffOp]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for op in ops {
        let (tag, old, new) = op.as_tag_tuple();
        if tag == similar::DiffTag::Equal {
            continue;
        }
        match changes.last_mut() {
            Some(last) if last.old.end == old.start && last.new.end == new.start => {
                last.old.end = old.end;
                last.new.end = new.end;
            }
            _ => changes.push(Change { old, new }),
        }
    }
    changes
}

/// The changed tokens of one side, together with what little is equal between two of them.
fn joined(
    changes: &[Change],
    old: &Tokens<'_>,
    new: &Tokens<'_>,
    side: impl Fn(&Change) -> &Range<usize>,
) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut before: Option<&Change> = None;
    for change in changes {
        let range = side(change);
        let joins = before.is_some_and(|before| {
            let is_here = !side(before).is_empty() && !range.is_empty();
            is_here && is_joined(before, change, old, new)
        });
        match ranges.last_mut() {
            Some(last) if joins => last.end = range.end,
            _ if range.is_empty() => {}
            _ => ranges.push(range.clone()),
        }
        before = Some(change);
    }
    ranges
}

/// Whether what is equal between two changes is so little that it reads better as a part of them: a
/// blank, or a comma, dot or the like where both sides changed on both ends of it.
fn is_joined(before: &Change, after: &Change, old: &Tokens<'_>, new: &Tokens<'_>) -> bool {
    let island = old.text(&(before.old.end..after.old.start));
    debug_assert_eq!(island, new.text(&(before.new.end..after.new.start)));
    let rest = island.trim();
    let sides = [&before.old, &before.new, &after.old, &after.new];
    let is_replaced = sides.iter().all(|side| !side.is_empty());
    let is_joint = rest.len() <= 2 && rest.chars().all(|mark| ",.:;-/+".contains(mark));
    rest.is_empty() || (is_replaced && is_joint)
}
