//! Reviewed marks, keyed by content so that they survive a force-push and lapse when content changes.
//!
//! A hunk's digest is over its file's path, each run of changed lines with their signs, and for each
//! run the one unchanged line right before and right behind it. Numbers and wider context are left
//! out, so that a mark survives a rebase and changes nearby; the neighbors keep it from passing to the
//! same words elsewhere. Equal hunks of a file are told apart by their order. A change of mode belongs
//! to every hunk of the file. A hunk that git merges with another one is a new hunk.
//!
//! Not for: what a person should look at again in a marked file (`since`).

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::diff::{
    changeset::{Changeset, FileEntry, FileId},
    patch::{Hunk, HunkId, LineId, LineKind, Patch, PatchFile},
    review::digest::Digest,
};

/// Marks that are kept at most, of present and earlier heads.
const MOST: usize = 20_000;

/// Digits of a blob's id that count: git writes more of them as the repository grows.
const BLOB_DIGITS: usize = 7;

/// What was reviewed, by digests of path and content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// Digests of hunks: path, lines with their signs; not their numbers.
    pub hunks: BTreeSet<String>,
    /// Digests of files without hunks (binary, mode, rename): path, status, modes, blobs.
    pub files: BTreeSet<String>,
}

/// The digests of a changeset's files and hunks, computed once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digests {
    /// By the place of the file.
    pub files: Vec<String>,
    /// By the place of the hunk.
    pub hunks: Vec<String>,
}

/// How far the review of something is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many are reviewed.
    pub done: usize,
    /// How many there are.
    pub total: usize,
}

impl Digests {
    /// The digests of a changeset; costs a pass over the patch.
    pub fn of(changeset: &Changeset) -> Self {
        let patch = &changeset.patch;
        let files = changeset.files.iter();
        let files = files.map(|entry| of_file(changeset, entry)).collect();
        let mut hunks = Vec::with_capacity(patch.hunks().len());
        let mut seen = HashMap::<String, u32>::new();
        for file in patch.files() {
            for hunk in patch.hunks_of(file) {
                let digest = of_hunk(patch, file, hunk);
                let times = seen.entry(digest.clone()).or_default();
                hunks.push(match *times {
                    0 => digest,
                    again => format!("{digest}-{again}"),
                });
                *times += 1;
            }
        }
        Self { files, hunks }
    }

    fn of_hunks(&self, changeset: &Changeset, file: FileId) -> &[String] {
        let patch_file = changeset.file(file).and_then(|entry| entry.patch_file);
        patch_file
            .and_then(|id| changeset.patch.file(id))
            .and_then(|file| {
                let hunks = file.hunks.start as usize..file.hunks.end as usize;
                self.hunks.get(hunks)
            })
            .unwrap_or_default()
    }
}

fn of_file(changeset: &Changeset, entry: &FileEntry) -> String {
    let mut digest = Digest::of("file").with(&entry.path);
    digest.feed(entry.old_path.as_deref().unwrap_or_default());
    digest.feed(entry.status.as_str());
    let shown = entry.patch_file.and_then(|id| changeset.patch.file(id));
    match shown {
        Some(file) => {
            for mode in [file.old_mode, file.new_mode] {
                digest.feed(&mode.map_or_else(String::new, |mode| format!("{mode:o}")));
            }
            for blob in [&file.old_blob, &file.new_blob] {
                let blob = blob.as_deref().unwrap_or_default();
                digest.feed(blob.get(..BLOB_DIGITS).unwrap_or(blob));
            }
        }
        // Nothing tells what the file holds, so that another head may hold something else.
        None => digest.feed(&changeset.head_sha),
    }
    digest.text()
}

fn of_hunk(patch: &Patch, file: &PatchFile, hunk: &Hunk) -> String {
    let mut digest = Digest::of("hunk").with(file.path());
    if let (Some(old), Some(new)) = (file.old_mode, file.new_mode)
        && old != new
    {
        digest.feed(&format!("{old:o} {new:o}"));
    }
    let mut before = None;
    for (id, line) in (hunk.lines.start..).map(LineId).zip(patch.lines_of(hunk)) {
        let text = patch.line_text(id);
        let was_changed = before.is_some_and(|(kind, _)| kind != LineKind::Context);
        match line.kind {
            LineKind::Context if !was_changed => {}
            LineKind::Context => feed(&mut digest, LineKind::Context, text),
            LineKind::Added | LineKind::Removed => {
                if let Some((LineKind::Context, text)) = before {
                    feed(&mut digest, LineKind::Context, text);
                }
                feed(&mut digest, line.kind, text);
                if line.lacks_newline {
                    digest.feed("no newline");
                }
            }
        }
        before = Some((line.kind, text));
    }
    digest.text()
}

fn feed(digest: &mut Digest, kind: LineKind, text: &str) {
    digest.feed(match kind {
        LineKind::Context => " ",
        LineKind::Added => "+",
        LineKind::Removed => "-",
    });
    digest.feed(text);
}

impl Marks {
    /// Whether a file is reviewed: all its hunks are, or itself when it has none.
    pub fn has_file(&self, changeset: &Changeset, digests: &Digests, file: FileId) -> bool {
        match digests.of_hunks(changeset, file) {
            [] => digests
                .files
                .get(file.0 as usize)
                .is_some_and(|digest| self.files.contains(digest)),
            hunks => hunks.iter().all(|digest| self.hunks.contains(digest)),
        }
    }

    /// Whether a hunk is reviewed.
    pub fn has_hunk(&self, digests: &Digests, hunk: HunkId) -> bool {
        let digest = digests.hunks.get(hunk.0 as usize);
        digest.is_some_and(|digest| self.hunks.contains(digest))
    }

    /// Marks a file with all its hunks, the rest of them when some are marked; takes the marks away
    /// when all are.
    pub fn toggle_file(&mut self, changeset: &Changeset, digests: &Digests, file: FileId) {
        let is_marked = self.has_file(changeset, digests, file);
        let hunks = digests.of_hunks(changeset, file);
        let (marks, of_file) = match hunks {
            [] => (&mut self.files, digests.files.get(file.0 as usize)),
            _ => (&mut self.hunks, None),
        };
        for digest in hunks.iter().chain(of_file) {
            if is_marked {
                marks.remove(digest);
            } else {
                marks.insert(digest.clone());
            }
        }
        self.forget_old(digests, MOST);
    }

    /// Marks a hunk, or takes the mark away.
    pub fn toggle_hunk(&mut self, digests: &Digests, hunk: HunkId) {
        let Some(digest) = digests.hunks.get(hunk.0 as usize) else {
            return;
        };
        if !self.hunks.remove(digest) {
            self.hunks.insert(digest.clone());
        }
        self.forget_old(digests, MOST);
    }

    /// How many files are reviewed.
    pub fn progress(&self, changeset: &Changeset, digests: &Digests) -> Progress {
        let total = changeset.files.len();
        let files = (0..).map_while(|place| u32::try_from(place).ok().map(FileId));
        let files = files.take(total);
        let done = files
            .filter(|file| self.has_file(changeset, digests, *file))
            .count();
        Progress { done, total }
    }

    /// Forgets marks beyond `most` of what is not in the changeset; those in it stay, however many.
    fn forget_old(&mut self, digests: &Digests, most: usize) {
        forget(&mut self.hunks, &digests.hunks, most);
        forget(&mut self.files, &digests.files, most);
    }
}

fn forget(marks: &mut BTreeSet<String>, present: &[String], most: usize) {
    let mut surplus = marks.len().saturating_sub(most);
    if surplus == 0 {
        return;
    }
    let present: BTreeSet<&String> = present.iter().collect();
    marks.retain(|digest| {
        let goes = surplus > 0 && !present.contains(digest);
        surplus -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_marks_give_way_and_present_ones_stay() {
        let mut marks: BTreeSet<String> = (0..6).map(|n| format!("{n}")).collect();
        forget(&mut marks, &["0".to_owned(), "5".to_owned()], 3);
        assert_eq!(marks.into_iter().collect::<Vec<_>>(), ["0", "4", "5"]);
    }
}
