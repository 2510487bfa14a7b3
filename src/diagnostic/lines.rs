//! Byte offsets to lines and columns.

use std::ops::Range;

/// A place for people: both from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// How far apart the places are at which characters were counted, in bytes.
const STRIDE: usize = 1024;

/// Where the lines of a text begin; lines end with LF, CRLF or a lone CR.
///
/// A place in a line of many megabytes is found as fast as one in a short line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<usize>,
    /// How many characters there are before every [`STRIDE`]th byte.
    counts: Vec<usize>,
}

impl LineIndex {
    /// Indexes a text in one pass.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let goes_on = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            if !goes_on {
                starts.push(at + 1);
            }
        }
        let sums = bytes.chunks(STRIDE).scan(0, |sum, chunk| {
            *sum += characters(chunk);
            Some(*sum)
        });
        let counts = [0].into_iter().chain(sums).collect();
        Self { starts, counts }
    }

    /// The line and column of a byte offset; one beyond the text is its end.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied();
        let before = self.characters_before(text, start.unwrap_or(0));
        let column = self.characters_before(text, offset).saturating_sub(before) + 1;
        Position { line, column }
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let stride = offset / STRIDE;
        let known = self.counts.get(stride).copied().unwrap_or(0);
        let rest = text.as_bytes().get(stride * STRIDE..offset);
        known + rest.map_or(0, characters)
    }

    /// The byte at which a line begins, from 1; `None` behind the last.
    pub fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line.checked_sub(1)?).copied()
    }

    /// The bytes of a line, from 1, without its end; `None` behind the last.
    pub fn range(&self, text: &str, line: usize) -> Option<Range<usize>> {
        let start = self.start(line)?;
        let end = self.start(line + 1).unwrap_or(text.len());
        let whole = text.get(start..end)?;
        let ending = match whole.as_bytes() {
            [.., b'\r', b'\n'] => 2,
            [.., b'\r' | b'\n'] => 1,
            _ => 0,
        };
        Some(start..end - ending)
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no line; never the case.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

/// How many characters begin in a piece of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    let is_first = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    bytes.iter().filter(is_first).count()
}
