//! Rendering Markdown that grows.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash as _, Hasher as _},
};

use pulldown_cmark::{Event, Parser};

use crate::text::{
    Line,
    markdown::{markdown, options},
};

/// The length of the start of `text` whose rendering no appended text can change: everything before
/// the last block that begins in a complete line.
///
/// Link reference definitions are the exception: one that is appended may turn earlier brackets into
/// links, which shows when the text is rendered as a whole.
pub fn stable_prefix(text: &str) -> usize {
    let complete = text.rfind('\n').map_or(0, |end| end + 1);
    let complete = text.get(..complete).unwrap_or_default();
    let mut depth = 0_usize;
    let mut last = 0;
    for (event, range) in Parser::new_ext(complete, options()).into_offset_iter() {
        if depth == 0 {
            last = range.start;
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    // The block begins with its line's indentation, which counts for code.
    let line = complete.get(..last).and_then(|before| before.rfind('\n'));
    line.map_or(0, |end| end + 1)
}

/// The rows of one growing text at one width.
#[derive(Debug, Default)]
pub struct MarkdownCache {
    columns: usize,
    /// How much of the text the stable rows stand for.
    stable: usize,
    /// A fingerprint of that text: it may be replaced instead of grown.
    print: u64,
    rows: Vec<Line>,
    stable_rows: usize,
}

impl MarkdownCache {
    /// Renders `text`, parsing only what follows the blocks that were stable the last time.
    pub fn rows(&mut self, text: &str, columns: usize) -> &[Line] {
        let kept = text.get(..self.stable).map(fingerprint);
        if self.columns != columns || kept != Some(self.print) {
            *self = Self {
                columns,
                print: fingerprint(""),
                ..Self::default()
            };
        }
        self.rows.truncate(self.stable_rows);
        let tail = text.get(self.stable..).unwrap_or_default();
        let grown = stable_prefix(tail);
        let (settled, open) = tail.split_at_checked(grown).unwrap_or(("", tail));
        self.append(settled);
        if grown > 0 {
            self.stable += grown;
            self.stable_rows = self.rows.len();
            self.print = fingerprint(text.get(..self.stable).unwrap_or_default());
        }
        self.append(open);
        &self.rows
    }

    fn append(&mut self, text: &str) {
        let rows = markdown(text, self.columns);
        if !self.rows.is_empty() && !rows.is_empty() {
            self.rows.push(Line::default());
        }
        self.rows.extend(rows);
    }
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
