//! A piece of a line of code in the pen's row: syntax, changed words, matches and marks over the line's
//! style.
//!
//! In: a raw line of a patch or file, what is known about it, and which bytes of it to show. Each byte costs
//! once, whatever stands before and behind the piece. Not for: which piece that is (`diff::fit`).

use std::ops::Range;

use ratatui::style::{Modifier, Style};

use crate::{
    diff::{
        fit,
        paint::{Class, PaintedLine},
        search::Match,
    },
    text,
    theme::{Role, Theme},
    view::pen::Pen,
};

/// A line of code to be shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code<'a> {
    /// Its text.
    pub text: &'a str,
    /// What the line means, which syntax colors give way to.
    pub role: Role,
    /// How changed words are shown; `None` on lines whose words were not compared.
    pub word: Option<Role>,
    /// Its syntax and words; absent until the hunk was painted.
    pub paint: Option<&'a PaintedLine>,
    /// Where it says what is searched for.
    pub matches: &'a [Match],
    /// The match that was last gone to.
    pub current: Option<&'a Match>,
    /// Pieces that stand out, ascending and apart from each other, with how.
    pub marks: &'a [(Range<u32>, Style)],
}

impl Code<'_> {
    /// Writes a piece of the line on top of a style; `column` is where it begins in the line.
    pub fn put(
        &self,
        pen: &mut Pen<'_>,
        piece: Range<usize>,
        column: usize,
        base: Style,
        theme: &Theme,
    ) {
        let (syntax, words) = match self.paint {
            Some(paint) => (&*paint.syntax, &*paint.words),
            None => (&[][..], &[][..]),
        };
        let mut syntax = Layer::new(syntax, syntax_range, piece.start);
        let mut words = Layer::new(words, |range| range, piece.start);
        let mut matches = Layer::new(self.matches, |found| &found.range, piece.start);
        let mut marks = Layer::new(self.marks, |mark| &mark.0, piece.start);
        let (mut at, mut column) = (piece.start, column);
        while at < piece.end {
            let (class, class_end) = syntax.at(at);
            let (word, word_end) = words.at(at);
            let (found, found_end) = matches.at(at);
            let (mark, mark_end) = marks.at(at);
            let end = class_end.min(word_end).min(found_end).min(mark_end);
            let end = self.whole(end, at).min(piece.end);
            let mut style = base;
            if let Some((_, class)) = class {
                style = over(style, theme.syntax(*class, self.role));
            }
            if let Some(role) = self.word.filter(|_| word.is_some()) {
                style = over(style, theme.style(role));
            }
            if let Some(found) = found {
                style = over(style, theme.style(Role::Match));
                if self.current == Some(found) {
                    style = over(style, Style::new().add_modifier(Modifier::REVERSED));
                }
            }
            if let Some((_, mark)) = mark {
                style = over(style, *mark);
            }
            let part = self.text.get(at..end).unwrap_or_default();
            let cells = fit::cells(part, column);
            column += text::width(&cells);
            pen.put(&cells, style);
            at = end;
        }
    }

    /// The next place behind `at` and not before `end` where no character is torn apart.
    fn whole(&self, end: usize, at: usize) -> usize {
        let mut end = self.text.ceil_char_boundary(end.max(at + 1));
        let stands_on_another =
            |letter: &char| !letter.is_ascii() && text::width(letter.encode_utf8(&mut [0; 4])) == 0;
        while let Some(letter) = self.text.get(end..).and_then(|rest| rest.chars().next())
            && stands_on_another(&letter)
        {
            end += letter.len_utf8();
        }
        end
    }
}

fn syntax_range(syntax: &(Range<u32>, Class)) -> &Range<u32> {
    &syntax.0
}

/// A style on top of another; what is reversed on reversed ground stands out by not being so.
pub(super) fn over(ground: Style, top: Style) -> Style {
    let style = ground.patch(top);
    let both = ground.add_modifier.intersection(top.add_modifier);
    if both.contains(Modifier::REVERSED) {
        style.remove_modifier(Modifier::REVERSED)
    } else {
        style
    }
}

/// Ascending ranges that are walked through from left to right.
struct Layer<'a, T> {
    rest: &'a [T],
    range: fn(&T) -> &Range<u32>,
}

impl<'a, T> Layer<'a, T> {
    fn new(all: &'a [T], range: fn(&T) -> &Range<u32>, start: usize) -> Self {
        let skipped = all.partition_point(|entry| range(entry).end as usize <= start);
        let rest = all.get(skipped..).unwrap_or_default();
        Self { rest, range }
    }

    /// The entry that covers a byte, and up to where that stays so.
    fn at(&mut self, at: usize) -> (Option<&'a T>, usize) {
        while let Some((first, others)) = self.rest.split_first() {
            let range = (self.range)(first);
            let (start, end) = (range.start as usize, range.end as usize);
            if end <= at {
                self.rest = others;
            } else if start <= at {
                return (Some(first), end);
            } else {
                return (None, start);
            }
        }
        (None, usize::MAX)
    }
}
