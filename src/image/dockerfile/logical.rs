//! The lines of an instruction as one text that knows where each part comes from.

use std::ops::Range;

/// A text put together from pieces of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Logical {
    text: String,
    /// Where a piece begins: here, and in the file; ascending.
    pieces: Vec<(usize, usize)>,
}

impl Logical {
    /// Adds a piece that begins at a byte of the file.
    pub(super) fn push(&mut self, piece: &str, at: usize) {
        if !piece.is_empty() || self.pieces.is_empty() {
            self.pieces.push((self.text.len(), at));
            self.text.push_str(piece);
        }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A part of it; empty when the range is not one of this text.
    pub fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The bytes of the file from the beginning to the end of a part.
    pub fn source(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.offset(range.start, range.start);
        if range.is_empty() {
            return start..start;
        }
        // The end belongs to the piece before it, which may be on an earlier line.
        let end = self.offset(range.end, range.end.saturating_sub(1));
        start..end.max(start)
    }

    /// The byte of the file for `at`, counted from the piece that holds `inside`.
    fn offset(&self, at: usize, inside: usize) -> usize {
        let behind = self.pieces.partition_point(|(here, _)| *here <= inside);
        let piece = self.pieces.get(behind.saturating_sub(1));
        piece.map_or(0, |(here, there)| there + at.saturating_sub(*here))
    }
}
