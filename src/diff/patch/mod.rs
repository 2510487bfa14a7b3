//! Reads a unified patch as `git diff` writes it; lines stay ranges in the one text.
//!
//! In: the text of a whole patch, at most 4 GiB; anything is accepted, lines that belong to nothing
//! are skipped. Out: [`Patch`]: files in order, one for each path (a file that became a link or
//! submodule is one file with two hunks), their hunks and the hunks' lines. What a header announces is
//! never trusted for memory: numbers are counted from the lines that are there. A combined diff of a
//! merge gives its file without lines. Not for: the server's own list of files (`changeset`).

mod header;
pub mod quoted;
mod read;

use std::{ops::Range, sync::Arc};

use crate::model::change::FileStatus;

/// A file of a patch, by its place in [`Patch::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatchFileId(pub u32);

/// A hunk of a patch, by its place in [`Patch::hunks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HunkId(pub u32);

/// A line of a hunk, by its place in [`Patch::lines`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineId(pub u32);

/// A patch that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    text: Arc<str>,
    files: Vec<PatchFile>,
    hunks: Vec<Hunk>,
    lines: Vec<PatchLine>,
    is_cut: bool,
}

/// One file of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchFile {
    /// The path before, unquoted; absent for a new file.
    pub old_path: Option<String>,
    /// The path after, unquoted; absent for a deleted file.
    pub new_path: Option<String>,
    /// What happened to it.
    pub status: FileStatus,
    /// The mode before, octal as git writes it (`100644`); absent for a new file.
    pub old_mode: Option<u32>,
    /// The mode after; absent for a deleted file.
    pub new_mode: Option<u32>,
    /// How alike a rename or copy is, in percent.
    pub similarity: Option<u8>,
    /// The abbreviated id of the content before, as the `index` line has it.
    pub old_blob: Option<String>,
    /// The abbreviated id of the content after.
    pub new_blob: Option<String>,
    /// What it holds.
    pub content: FileContent,
    /// Its hunks.
    pub hunks: Range<u32>,
    /// Lines added, counted in the patch.
    pub added: u32,
    /// Lines removed, counted in the patch.
    pub removed: u32,
}

/// What a file of a patch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileContent {
    /// Lines of text.
    Text,
    /// Bytes that git does not show as text.
    Binary,
    /// The target of a symbolic link.
    Symlink,
    /// The commit of a submodule.
    Submodule,
    /// Nothing that the patch shows: an empty file, a mode alone, a rename without a change.
    Nothing,
}

/// One hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The file it belongs to.
    pub file: PatchFileId,
    /// First line before, from 1; when the hunk has none, the line behind which it stands (0 for the top).
    pub old_start: u32,
    /// Lines before, as many as are there.
    pub old_count: u32,
    /// First line after, from 1; when the hunk has none, the line behind which it stands (0 for the top).
    pub new_start: u32,
    /// Lines after, as many as are there.
    pub new_count: u32,
    /// The text behind the second `@@`, bytes of the patch.
    pub section: Range<u32>,
    /// Its lines.
    pub lines: Range<u32>,
}

/// Whether a line was there, came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// On both sides.
    Context,
    /// Only after.
    Added,
    /// Only before.
    Removed,
}

/// One of the two sides of a difference.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Before.
    Old,
    /// After.
    New,
}

/// One line of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchLine {
    /// Where its text begins in the patch, behind the sign.
    pub start: u32,
    /// Where its text ends, before the line feed; a carriage return belongs to the text.
    pub end: u32,
    /// Its number before, from 1; 0 for an added line.
    pub old: u32,
    /// Its number after, from 1; 0 for a removed line.
    pub new: u32,
    /// Whether it was there, came or went.
    pub kind: LineKind,
    /// Whether no line feed follows it in its file.
    pub lacks_newline: bool,
}

impl Patch {
    /// Reads a patch.
    pub fn parse(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let found = read::read(&text);
        Self {
            text,
            files: found.files,
            hunks: found.hunks,
            lines: found.lines,
            is_cut: found.is_cut,
        }
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// All files, in the order of the patch.
    pub fn files(&self) -> &[PatchFile] {
        &self.files
    }

    /// All hunks, in the order of the patch.
    pub fn hunks(&self) -> &[Hunk] {
        &self.hunks
    }

    /// All lines of hunks, in the order of the patch.
    pub fn lines(&self) -> &[PatchLine] {
        &self.lines
    }

    /// Whether a hunk has fewer lines than its head announces, as when the text was cut.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// A file of this patch; `None` for an id of another one.
    pub fn file(&self, id: PatchFileId) -> Option<&PatchFile> {
        self.files.get(id.0 as usize)
    }

    /// A hunk of this patch.
    pub fn hunk(&self, id: HunkId) -> Option<&Hunk> {
        self.hunks.get(id.0 as usize)
    }

    /// A line of this patch.
    pub fn line(&self, id: LineId) -> Option<&PatchLine> {
        self.lines.get(id.0 as usize)
    }

    /// The text of a line without its sign and line feed, unsanitized; empty for an unknown line.
    pub fn line_text(&self, id: LineId) -> &str {
        self.line(id)
            .map(|line| self.piece(line.start..line.end))
            .unwrap_or_default()
    }

    /// The lines of a hunk of this patch.
    pub fn lines_of(&self, hunk: &Hunk) -> &[PatchLine] {
        self.lines
            .get(hunk.lines.start as usize..hunk.lines.end as usize)
            .unwrap_or_default()
    }

    /// The hunks of a file of this patch.
    pub fn hunks_of(&self, file: &PatchFile) -> &[Hunk] {
        self.hunks
            .get(file.hunks.start as usize..file.hunks.end as usize)
            .unwrap_or_default()
    }

    /// A piece of the text; empty when it is not one.
    pub fn piece(&self, range: Range<u32>) -> &str {
        self.text
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default()
    }
}

impl PatchFile {
    /// The path after, or before when the file was deleted.
    pub fn path(&self) -> &str {
        let path = self.new_path.as_deref().or(self.old_path.as_deref());
        path.unwrap_or_default()
    }
}
