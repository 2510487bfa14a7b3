//! Rows of code: numbers, marks, sign and code, in one column or side by side.
//!
//! In: what a row shows and which part of it, where it wraps. A row in one column is a mark, two
//! numbers with a blank behind each, a sign, a blank and the code; side by side each half is a number,
//! a blank, a sign, a blank and the code. The last blank before a sign holds a mark when there is one.

use std::ops::Range;

use ratatui::style::Style;

use crate::{
    diff::{
        fit,
        patch::{LineId, LineKind},
        rows::Row,
    },
    model::change::FileStatus,
    theme::Role,
    view::{
        code::{Code, over},
        pen::Pen,
        review::Drawing,
    },
};

/// What stands at the end of a line that has no line feed; the shorter words where they cover code.
const NO_NEWLINE: [&str; 2] = [" no newline at the end", " no newline"];

/// What stands at the end of a line that is never shown to its end.
const TOO_LONG: [&str; 2] = [" too long: cut here", " cut"];

/// A line that is drawn: of one side, or the same on both.
pub(super) struct Half<'a> {
    code: Code<'a>,
    sign: &'static str,
    sign_role: Role,
    mark: &'static str,
    lacks_newline: bool,
    /// Numbers before and after; absent where the side has no such line.
    numbers: [Option<u32>; 2],
    /// What is shown of it, one entry a part.
    parts: Vec<Part>,
}

/// What one row of the screen shows of a line.
#[derive(Debug, Clone)]
struct Part {
    bytes: Range<usize>,
    /// Where that begins in the line.
    column: usize,
    /// Blanks before it, for a wide character that is half scrolled away.
    blanks: usize,
}

/// A row of code.
pub(super) enum CodeRow<'a> {
    /// In one column.
    One(Half<'a>),
    /// Side by side.
    Two {
        /// Before.
        left: Option<Half<'a>>,
        /// After.
        right: Option<Half<'a>>,
        /// Whether the empty side is hatched; not so where the file has no such side at all.
        is_hatched: bool,
    },
}

impl<'a> CodeRow<'a> {
    /// What a row shows; `None` when it shows no code.
    pub fn of(drawing: &Drawing<'a>, place: usize, row: Row) -> Option<Self> {
        let half = |line, other| Half::of_line(drawing, place, line, other);
        let plain = |half: Half<'a>| half.unchanged();
        let is_split = drawing.is_split();
        Some(match row {
            Row::Line(_, line) => Self::One(half(line, None)),
            Row::Same(_, old, new) if is_split => Self::Two {
                left: Some(plain(half(old, None))),
                right: Some(plain(half(new, None))),
                is_hatched: false,
            },
            Row::Same(_, old, new) => Self::One(plain(half(new, Some(old)))),
            Row::Pair(file, old, new) => Self::Two {
                left: old.map(|line| half(line, None)),
                right: new.map(|line| half(line, None)),
                is_hatched: !matches!(
                    drawing.all.file(file).map(|file| &file.status),
                    Some(FileStatus::Added | FileStatus::Deleted)
                ),
            },
            Row::Context { file, old, new } => {
                let contents = drawing.sheet().shape.contents.get(&file);
                let text = contents.map_or("", |contents| contents.line(new));
                let half = || Half::of_text(drawing, text, [Some(old), Some(new)]);
                if is_split {
                    Self::Two {
                        left: Some(half()),
                        right: Some(half()),
                        is_hatched: false,
                    }
                } else {
                    Self::One(half())
                }
            }
            Row::File(_) | Row::Note(_) | Row::Hunk(..) | Row::Gap(..) | Row::Comment(_) => {
                return None;
            }
        })
    }

    /// Draws a part of the row behind its mark.
    pub fn draw(&self, drawing: &Drawing<'_>, pen: &mut Pen<'_>, part: usize, ground: Style) {
        let columns = usize::from(drawing.geometry.number);
        let gutter = over(drawing.style(Role::DiffGutter), ground);
        match self {
            Self::One(half) => {
                let [old, new] = half.numbers;
                number(pen, old.filter(|_| part == 0), columns, gutter);
                pen.put(" ", gutter);
                number(pen, new.filter(|_| part == 0), columns, gutter);
                half.draw(drawing, pen, part, ground);
            }
            Self::Two {
                left,
                right,
                is_hatched,
            } => {
                let sides = [(left, 0), (right, 1)];
                for (half, side) in sides {
                    if side == 1 {
                        let border = over(drawing.style(Role::Border), ground);
                        pen.put(drawing.symbols.vertical, border);
                    }
                    let Some(half) = half else {
                        empty(drawing, pen, *is_hatched, ground);
                        continue;
                    };
                    let shown = half.numbers.get(side).copied().flatten();
                    number(pen, shown.filter(|_| part == 0), columns, gutter);
                    half.draw(drawing, pen, part, ground);
                }
            }
        }
    }
}

impl<'a> Half<'a> {
    /// A line of the patch; `other` is the same line before, where its text differs in whitespace.
    fn of_line(drawing: &Drawing<'a>, place: usize, line: LineId, other: Option<LineId>) -> Self {
        let sheet = drawing.sheet();
        let patch = &drawing.all.patch;
        let Some(found) = patch.line(line) else {
            return Self::of_text(drawing, "", [None, None]);
        };
        let paint = drawing.paint(place, line);
        let is_moved = sheet.moved.lines.contains_key(&line);
        let is_plain = paint.is_some_and(|paint| paint.is_plain);
        let (sign, sign_role, role, word) = match found.kind {
            LineKind::Context => (" ", Role::Text, Role::Text, None),
            LineKind::Added => (
                "+",
                Role::Additions,
                Role::DiffAdded,
                Some(Role::DiffAddedWord),
            ),
            LineKind::Removed => (
                "-",
                Role::Deletions,
                Role::DiffRemoved,
                Some(Role::DiffRemovedWord),
            ),
        };
        let before = other.and_then(|other| patch.line(other));
        let known = |number: u32| (number > 0).then_some(number);
        let code = Code {
            text: patch.line_text(line),
            role: if is_moved { Role::DiffMoved } else { role },
            word: word.filter(|_| !is_moved),
            paint,
            matches: drawing.matches(line),
            current: drawing.current_match(),
            marks: &[],
        };
        Self {
            parts: parts(drawing, code.text),
            code,
            sign,
            sign_role,
            mark: match (is_moved, is_plain) {
                (true, _) => drawing.symbols.moved,
                (false, true) => drawing.symbols.plain,
                (false, false) => " ",
            },
            lacks_newline: found.lacks_newline,
            numbers: [
                known(before.map_or(found.old, |before| before.old)),
                known(found.new),
            ],
        }
    }

    /// An unchanged line that the patch does not have.
    fn of_text(drawing: &Drawing<'a>, text: &'a str, numbers: [Option<u32>; 2]) -> Self {
        Self {
            parts: parts(drawing, text),
            code: Code {
                text,
                role: Role::Text,
                word: None,
                paint: None,
                matches: &[],
                current: None,
                marks: &[],
            },
            sign: " ",
            sign_role: Role::Text,
            mark: " ",
            lacks_newline: false,
            numbers,
        }
    }

    /// The same as an unchanged line.
    fn unchanged(mut self) -> Self {
        self.code.role = Role::Text;
        self.code.word = None;
        (self.sign, self.sign_role, self.mark) = (" ", Role::Text, " ");
        self
    }

    /// Draws the mark, the sign and a part of the code.
    fn draw(&self, drawing: &Drawing<'_>, pen: &mut Pen<'_>, part: usize, ground: Style) {
        let theme = drawing.theme;
        let base = over(theme.style(self.code.role), ground);
        let mark = match part {
            0 => self.mark,
            _ => " ",
        };
        let shown = self.parts.get(part);
        let sign = match part {
            0 => self.sign,
            _ if shown.is_some() => drawing.symbols.wrapped,
            _ => " ",
        };
        let mark_role = match self.code.role {
            Role::DiffMoved => Role::DiffMoved,
            _ => Role::DiffGutter,
        };
        pen.put(mark, over(theme.style(mark_role), ground));
        let columns = usize::from(drawing.geometry.code);
        pen.fill(columns + 2, base);
        let style = base.patch(foreground(theme.style(self.sign_role)));
        pen.put(sign, style).skip(1);
        let mut code = pen.part(columns);
        if let Some(shown) = shown {
            code.skip(shown.blanks);
            self.code
                .put(&mut code, shown.bytes.clone(), shown.column, base, theme);
            let dim = base.patch(foreground(theme.style(Role::Dim)));
            if let Some(words) = self.end_words(shown) {
                end_with(&mut code, columns, words, dim);
            } else if !drawing.pane.wraps && shown.bytes.end < self.code.text.len() {
                let mut last = pen.part(columns);
                last.skip(columns.saturating_sub(1))
                    .cover(drawing.symbols.more_right, dim);
            }
            let is_scrolled = !drawing.pane.wraps && drawing.sheet().reading.skipped > 0;
            if is_scrolled && !self.code.text.is_empty() {
                pen.part(1).put(drawing.symbols.more_left, dim);
            }
        }
        pen.skip(columns);
    }

    /// What stands behind the end of the line, where a part shows that.
    fn end_words(&self, shown: &Part) -> Option<[&'static str; 2]> {
        let text = self.code.text;
        let end = shown.bytes.end;
        // The last character that is ever shown may end a little before the limit.
        if fit::is_cut(text) && end > fit::LONGEST - 4 {
            return Some(TOO_LONG);
        }
        (self.lacks_newline && end >= text.len()).then_some(NO_NEWLINE)
    }
}

/// Writes words behind what the pen wrote; shorter ones over the end of its row when there is no room.
fn end_with(pen: &mut Pen<'_>, columns: usize, [words, short]: [&str; 2], style: Style) {
    if words.len() <= pen.room() {
        pen.put(words, style);
        return;
    }
    let missing = short.len().saturating_sub(pen.room());
    if short.len() <= columns {
        pen.back(missing).cover(short, style);
    }
}

/// A style without its ground.
fn foreground(mut style: Style) -> Style {
    style.bg = None;
    style
}

fn number(pen: &mut Pen<'_>, number: Option<u32>, columns: usize, style: Style) {
    match number {
        Some(number) => {
            let from = pen.column();
            pen.put_right(&number.to_string(), columns, style);
            pen.restyle(from, style);
        }
        None => {
            pen.fill(columns, style).skip(columns);
        }
    }
}

/// The side that has no line.
fn empty(drawing: &Drawing<'_>, pen: &mut Pen<'_>, is_hatched: bool, ground: Style) {
    let columns = usize::from(drawing.geometry.number + drawing.geometry.code) + 3;
    let style = over(drawing.style(Role::Border), ground);
    pen.fill(columns, style);
    if is_hatched {
        let columns = columns.min(pen.room());
        pen.put(&drawing.symbols.hatch.repeat(columns), style);
    } else {
        pen.skip(columns);
    }
}

/// What is shown of a line: one part, or, where lines wrap, all of it in as many as it takes.
fn parts(drawing: &Drawing<'_>, line: &str) -> Vec<Part> {
    let columns = usize::from(drawing.geometry.code);
    if !drawing.pane.wraps {
        let skipped = drawing.sheet().reading.skipped;
        let bytes = fit::window(line, skipped, columns);
        let column = match skipped {
            0 => 0,
            _ => fit::column(line, bytes.start),
        };
        let blanks = column.saturating_sub(skipped);
        return vec![Part {
            bytes,
            column,
            blanks,
        }];
    }
    let has_tabs = line.contains('\t');
    let mut column = 0;
    let part = |bytes: Range<usize>| {
        let begin = column;
        if has_tabs {
            let piece = line.get(bytes.clone()).unwrap_or_default();
            column += crate::text::width(&fit::cells(piece, begin));
        }
        Part {
            bytes,
            column: begin,
            blanks: 0,
        }
    };
    fit::breaks(line, columns).into_iter().map(part).collect()
}
