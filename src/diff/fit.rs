//! A line of code as cells: tabs, wide characters, control characters, breaking and cutting.
//!
//! In: a raw line of the patch. Out: byte ranges of the line that fit some columns each, and how many
//! columns a prefix takes. Nothing is cut inside a grapheme cluster, and whether something may be
//! shown is `text`'s decision, made cluster by cluster. Everything past [`LONGEST`] bytes is left out
//! ([`is_cut`] tells), so that a line of a megabyte costs no more than one of some kilobytes.
//!
//! Columns count from the line's begin: a tab reaches the same stop on whichever row it is shown, and
//! in `window` a wide character that is half scrolled away leaves a blank. Not for: styles.

use std::{borrow::Cow, ops::Range};

use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// Bytes of one line that are shown at most.
pub const LONGEST: usize = 16 * 1024;
/// Columns between two tab stops.
pub const TAB: usize = 4;

/// The pieces of a line that fit `columns` each, at least one; the last may be cut at [`LONGEST`].
/// Something wider than `columns` has a piece to itself.
pub fn breaks(line: &str, columns: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    each_piece(line, columns, |piece| pieces.push(piece));
    pieces
}

/// How many pieces [`breaks`] gives, without keeping them.
pub fn height(line: &str, columns: usize) -> usize {
    let line = shown(line);
    if is_plain(line) {
        return line.len().div_ceil(columns.max(1)).max(1);
    }
    let mut count = 0;
    each_piece(line, columns, |_| count += 1);
    count
}

/// The piece of a line that is visible in `columns` when `skipped` columns are scrolled away to the
/// left. What is only half visible is left out; on the left it leaves [`column`] of the piece's
/// begin, less `skipped`, blanks.
pub fn window(line: &str, skipped: usize, columns: usize) -> Range<usize> {
    let line = shown(line);
    let end = skipped.saturating_add(columns);
    if is_plain(line) {
        return skipped.min(line.len())..end.min(line.len());
    }
    let mut units = Units::new(line, 0).skip_while(|unit| unit.column < skipped);
    let Some(first) = units.next() else {
        return line.len()..line.len();
    };
    let start = first.bytes.start;
    let seen = std::iter::once(first).chain(units);
    let seen = seen.take_while(|unit| unit.column + unit.width <= end);
    start..seen.last().map_or(start, |unit| unit.bytes.end)
}

/// The column at which a byte of a line is shown, from 0; beyond the end, the line's width.
pub fn column(line: &str, offset: usize) -> usize {
    let line = shown(line);
    let before = Units::new(line, 0).take_while(|unit| unit.bytes.end <= offset);
    before.last().map_or(0, |unit| unit.column + unit.width)
}

/// Whether the line is longer than [`LONGEST`], so that its end is never shown.
pub fn is_cut(line: &str) -> bool {
    line.len() > LONGEST
}

/// A piece of a line as safe text for the screen: tabs as blanks up to their stops (`column` is where
/// the piece begins in its line), control and invisible characters made visible.
pub fn cells(piece: &str, column: usize) -> Cow<'_, str> {
    let piece = shown(piece);
    if is_plain(piece) {
        return Cow::Borrowed(piece);
    }
    let mut cells = String::with_capacity(piece.len() + TAB);
    for unit in Units::new(piece, column) {
        match piece.get(unit.bytes).unwrap_or_default() {
            "\t" => cells.extend(std::iter::repeat_n(' ', unit.width)),
            cluster => cells.push_str(&visible(cluster)),
        }
    }
    Cow::Owned(cells)
}

/// The part of a line that is ever shown.
fn shown(line: &str) -> &str {
    line.get(..line.floor_char_boundary(LONGEST))
        .unwrap_or(line)
}

/// Calls `put` with each piece.
fn each_piece(line: &str, columns: usize, mut put: impl FnMut(Range<usize>)) {
    let line = shown(line);
    let (mut start, mut first) = (0, 0);
    for unit in Units::new(line, 0) {
        let fits = unit.column + unit.width - first <= columns;
        if !fits && unit.bytes.start > start {
            put(start..unit.bytes.start);
            (start, first) = (unit.bytes.start, unit.column);
        }
    }
    put(start..line.len());
}

/// Whether every byte is one printable column.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A cluster as it is shown, tabs apart.
fn visible(cluster: &str) -> Cow<'_, str> {
    match cluster {
        "\n" | "\r\n" => Cow::Borrowed("⏎"),
        _ => text::sanitize_line(cluster),
    }
}

/// What is shown as a whole or not at all.
struct Unit {
    bytes: Range<usize>,
    /// Where it begins, from the line's begin.
    column: usize,
    /// How many columns it takes.
    width: usize,
}

/// Walks over the clusters of a line.
struct Units<'a> {
    line: &'a str,
    at: usize,
    column: usize,
}

impl<'a> Units<'a> {
    fn new(line: &'a str, column: usize) -> Self {
        Self {
            line,
            at: 0,
            column,
        }
    }

    /// The length of the next cluster; what stands between two ASCII characters needs no table.
    fn length(&self, rest: &str) -> usize {
        match rest.as_bytes() {
            [b'\t' | b' '..=b'~'] => 1,
            [b'\t' | b' '..=b'~', next, ..] if next.is_ascii() => 1,
            _ => rest.graphemes(true).next().map_or(0, str::len),
        }
    }

    fn width(&self, cluster: &str) -> usize {
        match cluster.as_bytes() {
            [b'\t'] => TAB - self.column % TAB,
            [b' '..=b'~'] => 1,
            _ => text::width(&visible(cluster)),
        }
    }
}

impl Iterator for Units<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        let rest = self.line.get(self.at..).filter(|rest| !rest.is_empty())?;
        let cluster = rest.get(..self.length(rest))?;
        let unit = Unit {
            bytes: self.at..self.at + cluster.len(),
            column: self.column,
            width: self.width(cluster),
        };
        self.at = unit.bytes.end;
        self.column += unit.width;
        Some(unit)
    }
}
