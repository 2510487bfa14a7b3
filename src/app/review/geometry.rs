//! How the review's screen is divided; moving and drawing both ask here, so that they agree.
//!
//! In: the terminal's size and the pane. Out: columns and rows of each part. Row heights too: with
//! wrapping a logical row takes several screen rows. A row of code in one column is a mark, two
//! numbers with a blank behind each, a sign, a blank, and the code; in two columns each side is a
//! number, a blank, a sign, a blank, and the code, with the mark before the left side and a border
//! between both.

use crate::{
    app::{
        State,
        review::{ReviewPane, Sheet, bars::bars},
    },
    diff::{
        fit,
        patch::LineId,
        review::comment::{Comment, CommentId, Target},
        rows::{Layout, Row},
    },
    text::{self, Line, Meaning, Tone},
};

/// How the review's screen is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Columns of the files at the left with their border; 0 when they are not shown.
    pub tree: u16,
    /// Columns of the lines, right of the files.
    pub lines: u16,
    /// One column of code or two.
    pub layout: Layout,
    /// Columns of one line number.
    pub number: u16,
    /// Columns of the code of one side.
    pub code: u16,
    /// Rows of the head above: two, and one for each of [`bars`](crate::app::review::bars::bars).
    pub head: u16,
    /// Rows of the lines.
    pub height: u16,
}

/// From this many columns on a difference is side by side unless chosen otherwise.
pub const SPLIT_FROM: u16 = 140;
/// From this many columns of the terminal on the files are shown unless chosen otherwise.
pub const TREE_FROM: u16 = 100;
/// Columns of the mark before a row.
pub const MARK: u16 = 1;
/// Columns of the sign with the blank behind it.
pub const SIGN: u16 = 2;
/// Columns between the two sides.
pub const BORDER: u16 = 1;
/// Rows of a comment that are not its text: the line that says whose and when, and the lower border.
pub const FRAME: usize = 2;
/// Columns of a comment that are not its text: mark, two blanks, and the frame with a blank.
pub const INDENT: u16 = 5;
/// Lines that are quoted of what a comment was about, at most.
const QUOTED: usize = 6;
/// Rows of the terminal that are not the review's: the head line and the foot line.
const OUTSIDE: u16 = 2;
/// Rows of the head without bars: title and state.
const HEAD: u16 = 2;

/// Divides the screen.
pub fn divide(state: &State, pane: &ReviewPane) -> Geometry {
    divided(state.size, pane)
}

/// Divides a screen of `size`.
pub(super) fn divided((columns, rows): (u16, u16), pane: &ReviewPane) -> Geometry {
    let tree = tree_width(columns, pane);
    let lines = columns.saturating_sub(tree);
    let layout = match pane.layout {
        Some(chosen) => chosen,
        None if lines >= SPLIT_FROM => Layout::Split,
        None => Layout::Unified,
    };
    let number = pane.sheet.digits.max(3);
    let code = match layout {
        Layout::Unified => lines.saturating_sub(MARK + 2 * (number + 1) + SIGN),
        Layout::Split => {
            let sides = lines.saturating_sub(MARK + BORDER);
            (sides / 2).saturating_sub(number + 1 + SIGN)
        }
    };
    let bars = u16::try_from(bars(pane).len()).unwrap_or_default();
    let head = HEAD + bars;
    Geometry {
        tree,
        lines,
        layout,
        number,
        code: code.max(1),
        head,
        height: rows.saturating_sub(OUTSIDE + head).max(1),
    }
}

fn tree_width(columns: u16, pane: &ReviewPane) -> u16 {
    let is_shown = pane.shows_tree.unwrap_or(columns >= TREE_FROM);
    if !is_shown {
        return 0;
    }
    (columns / 4).clamp(24, 40).min(columns / 2)
}

/// How many screen rows a logical row takes, without the field of a comment that is being written.
pub fn height(_state: &State, pane: &ReviewPane, geometry: Geometry, row: usize) -> usize {
    row_height(pane, geometry, row)
}

/// How many screen rows a logical row takes.
pub(super) fn row_height(pane: &ReviewPane, geometry: Geometry, row: usize) -> usize {
    let sheet = &pane.sheet;
    let Some(shown) = sheet.row(row) else {
        return 1;
    };
    if let Row::Comment(id) = shown {
        let comment = pane.review.comments.iter().find(|known| known.id == id);
        return comment.map_or(1, |comment| comment_height(pane, comment, geometry));
    }
    if !pane.wraps {
        return 1;
    }
    let columns = usize::from(geometry.code);
    let heights = sides(sheet, shown).into_iter().flatten();
    let heights = heights.map(|line| fit::height(line, columns));
    heights.max().unwrap_or(1)
}

/// Columns of the longest line of code in a row; 0 where there is none.
pub(super) fn row_width(pane: &ReviewPane, row: usize) -> usize {
    let Some(shown) = pane.sheet.row(row) else {
        return 0;
    };
    let lines = sides(&pane.sheet, shown).into_iter().flatten();
    let widths = lines.map(|line| fit::column(line, line.len()));
    widths.max().unwrap_or_default()
}

/// The lines of code that a row shows: one, or both sides.
fn sides(sheet: &Sheet, row: Row) -> [Option<&str>; 2] {
    let Some(changeset) = sheet.changeset.as_deref() else {
        return [None, None];
    };
    let line = |line: LineId| changeset.patch.line_text(line);
    match row {
        Row::Line(_, shown) => [Some(line(shown)), None],
        Row::Same(_, old, new) if sheet.shape.layout == Layout::Split => {
            [Some(line(old)), Some(line(new))]
        }
        Row::Same(_, _, new) => [Some(line(new)), None],
        Row::Pair(_, old, new) if old == new => [old.map(line), None],
        Row::Pair(_, old, new) => [old.map(line), new.map(line)],
        Row::Context { file, new, old: _ } => {
            let contents = sheet.shape.contents.get(&file);
            [contents.map(|contents| contents.line(new)), None]
        }
        Row::File(_) | Row::Note(_) | Row::Hunk(..) | Row::Gap(..) | Row::Comment(_) => {
            [None, None]
        }
    }
}

/// The rows of a comment's text, as they are drawn; below the lines it was about where those are gone.
pub fn comment_lines(pane: &ReviewPane, comment: &Comment, geometry: Geometry) -> Vec<Line> {
    let columns = geometry.lines.saturating_sub(INDENT).clamp(10, 100);
    let columns = usize::from(columns);
    let mut lines = match &comment.target {
        Target::Lines { anchor, .. } if pane.sheet.outdated.contains(&comment.id) => {
            quoted(&anchor.lines, columns)
        }
        Target::Lines { .. } | Target::File { .. } | Target::Change => Vec::new(),
    };
    lines.extend(text::markdown(&comment.body, columns));
    lines
}

/// The first lines of what is gone.
fn quoted(lines: &[String], columns: usize) -> Vec<Line> {
    let quote = |text: &str| {
        let text = format!("> {text}");
        Line::new(text::truncate(&text, columns), Tone::of(Meaning::Quote))
    };
    let shown = lines.iter().take(QUOTED);
    let mut rows: Vec<Line> = shown.map(|line| quote(&fit::cells(line, 0))).collect();
    if let Some(more) = lines.len().checked_sub(QUOTED).filter(|more| *more > 0) {
        let more = text::count(more, "more line", "more lines");
        rows.push(quote(&format!("({more})")));
    }
    rows
}

fn comment_height(pane: &ReviewPane, comment: &Comment, geometry: Geometry) -> usize {
    comment_lines(pane, comment, geometry).len().max(1) + FRAME
}

/// Rows of the field for the comment that is being written, which stands under the row with the
/// cursor; 0 when none is.
pub fn field_height(pane: &ReviewPane, geometry: Geometry) -> usize {
    let Some(field) = &pane.writing else {
        return 0;
    };
    let columns = usize::from(geometry.lines.saturating_sub(INDENT)).max(10);
    let rows = field.lines().iter();
    // One more column for the cursor behind the last letter.
    let rows = rows.map(|line| (text::width(line) + 1).div_ceil(columns));
    let most = usize::from(geometry.height / 2).max(1);
    rows.sum::<usize>().clamp(1, most) + FRAME
}

/// A comment of the review.
pub fn comment(pane: &ReviewPane, id: CommentId) -> Option<&Comment> {
    pane.review.comments.iter().find(|comment| comment.id == id)
}
