//! A whole file beside the patch, from which opened context is shown.

use std::sync::Arc;

use crate::diff::patch::{LineId, LineKind, Patch, PatchFileId};

/// A file's whole text after the change, or before it when the file was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    text: Arc<str>,
    /// Where each line begins.
    starts: Vec<u32>,
}

impl Contents {
    /// Indexes a file's text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let feeds = memchr::memchr_iter(b'\n', text.as_bytes()).map(|feed| feed + 1);
        let starts = std::iter::once(0).chain(feeds);
        let starts = starts.filter(|start| *start < text.len());
        let starts = starts
            .map_while(|start| u32::try_from(start).ok())
            .collect();
        Self { text, starts }
    }

    /// How many lines it has.
    pub fn len(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// Whether it has no line.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// A line by its number from 1, without line feed; empty beyond the last.
    pub fn line(&self, number: u32) -> &str {
        let Some(place) = (number as usize).checked_sub(1) else {
            return "";
        };
        let Some(start) = self.starts.get(place) else {
            return "";
        };
        let end = self.starts.get(place + 1);
        let end = end.map_or(self.text.len(), |end| *end as usize);
        let line = self.text.get(*start as usize..end).unwrap_or_default();
        line.strip_suffix('\n').unwrap_or(line)
    }

    /// Whether the patch's hunks of a file say the same about this side of it; not so when one of
    /// them is of another tip. A file that the patch does not know never matches.
    pub fn matches(&self, patch: &Patch, file: PatchFileId) -> bool {
        let Some(file) = patch.file(file) else {
            return false;
        };
        let is_deleted = file.new_path.is_none();
        let hunks = patch.hunks_of(file).iter();
        let mut lines = hunks.flat_map(|hunk| hunk.lines.clone()).map(LineId);
        lines.all(|id| {
            patch.line(id).is_some_and(|line| match line.kind {
                LineKind::Added if is_deleted => true,
                LineKind::Removed if !is_deleted => true,
                LineKind::Context | LineKind::Added | LineKind::Removed => {
                    let number = if is_deleted { line.old } else { line.new };
                    let is_last_right = !line.lacks_newline || number == self.len();
                    is_last_right
                        && number <= self.len()
                        && self.line(number) == patch.line_text(id)
                }
            })
        })
    }
}
