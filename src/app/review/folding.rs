//! Folding files and hunks: by the person, and at first what is rarely read line by line.
//!
//! Files fold by themselves when they are generated, deleted, larger than [`LARGE`] or reviewed; the
//! [`Reason`] is kept for the file's head until the person folds or unfolds it.

use std::collections::BTreeSet;

use crate::{
    app::review::{ReviewPane, Sheet},
    diff::{
        changeset::{FileEntry, FileId},
        generated::Generated,
        patch::{HunkId, LineId},
    },
    model::change::FileStatus,
};

/// Files with more changed lines are folded at first.
pub const LARGE: u64 = 2_000;

/// Why a file was folded without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nobody wrote it by hand.
    Generated,
    /// It is gone.
    Deleted,
    /// It has very many changed lines.
    Large,
    /// It is reviewed.
    Reviewed,
}

impl Reason {
    /// What it is in one phrase.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Generated => "folded: generated",
            Self::Deleted => "folded: deleted",
            Self::Large => "folded: very many lines",
            Self::Reviewed => "folded: reviewed",
        }
    }
}

/// Why a file is folded at first; `None` when it is not.
fn reason(file: &FileEntry, generated: &Generated) -> Option<Reason> {
    if generated.covers(&file.path) {
        Some(Reason::Generated)
    } else if file.status == FileStatus::Deleted {
        Some(Reason::Deleted)
    } else if file.additions + file.deletions > LARGE {
        Some(Reason::Large)
    } else {
        None
    }
}

impl Sheet {
    /// Folds what is folded at first. Files that were there before are folded as they were then.
    pub(super) fn fold_at_first(&mut self, generated: &Generated, before: Option<&Sheet>) {
        let Some(changeset) = self.changeset.clone() else {
            return;
        };
        let known = before.and_then(|before| Some((before, before.changeset.as_deref()?)));
        for file in self.files() {
            let Some(entry) = changeset.file(file) else {
                continue;
            };
            let twin = known.and_then(|(before, old)| Some((before, old.by_path(&entry.path)?)));
            let why = match twin {
                Some((before, old)) => {
                    if before.shape.folded_files.contains(&old) {
                        self.shape.folded_files.insert(file);
                    }
                    before.folded_for.get(&old).copied()
                }
                None => {
                    let why = reason(entry, generated);
                    if why.is_some() {
                        self.shape.folded_files.insert(file);
                    }
                    why
                }
            };
            self.folded_for.extend(why.map(|why| (file, why)));
        }
        if let Some((before, _)) = known {
            self.fold_hunks_like(before);
        }
    }

    /// Folds the hunks that say the same as ones that were folded.
    fn fold_hunks_like(&mut self, before: &Sheet) {
        let digest = |hunk: &HunkId| before.digests.hunks.get(hunk.0 as usize);
        let folded: BTreeSet<&String> = before
            .shape
            .folded_hunks
            .iter()
            .filter_map(digest)
            .collect();
        if folded.is_empty() {
            return;
        }
        for (place, digest) in self.digests.hunks.iter().enumerate() {
            if folded.contains(digest)
                && let Ok(place) = u32::try_from(place)
            {
                self.shape.folded_hunks.insert(HunkId(place));
            }
        }
    }

    /// Folds files that are reviewed, and unfolds those that no longer are.
    pub(super) fn fold_reviewed(&mut self) {
        let lapsed = |(file, why): (&FileId, &Reason)| {
            let is_lapsed = *why == Reason::Reviewed && !self.reviewed.contains(file);
            is_lapsed.then_some(*file)
        };
        let lapsed: Vec<FileId> = self.folded_for.iter().filter_map(lapsed).collect();
        for file in lapsed {
            self.unfold_file(file);
        }
        let reviewed: Vec<FileId> = self.reviewed.iter().copied().collect();
        for file in reviewed {
            if self.shape.folded_files.insert(file) {
                self.folded_for.insert(file, Reason::Reviewed);
            }
        }
    }

    pub(super) fn unfold_file(&mut self, file: FileId) {
        self.shape.folded_files.remove(&file);
        self.folded_for.remove(&file);
    }

    fn fold_file(&mut self, file: FileId) {
        self.shape.folded_files.insert(file);
        self.folded_for.remove(&file);
    }
}

impl ReviewPane {
    /// Folds or unfolds what is under the cursor: on the head of a file the file, else the hunk, else
    /// the file. False where there is nothing to fold.
    pub(super) fn toggle_fold(&mut self, size: (u16, u16)) -> bool {
        let sheet = &self.sheet;
        if let Some(hunk) = sheet.current_hunk() {
            let is_folded = sheet.shape.folded_hunks.contains(&hunk);
            self.reshape(size, |sheet| {
                if is_folded {
                    sheet.shape.folded_hunks.remove(&hunk);
                } else {
                    sheet.shape.folded_hunks.insert(hunk);
                }
            });
            return true;
        }
        let Some(file) = sheet.current_file() else {
            return false;
        };
        self.toggle_file_fold(size, file);
        true
    }

    /// Folds or unfolds a file.
    pub(super) fn toggle_file_fold(&mut self, size: (u16, u16), file: FileId) {
        let is_folded = self.sheet.shape.folded_files.contains(&file);
        self.reshape(size, |sheet| {
            if is_folded {
                sheet.unfold_file(file);
            } else {
                sheet.fold_file(file);
            }
        });
    }

    /// Folds all files, or unfolds all when every one is folded.
    pub(super) fn toggle_all_folds(&mut self, size: (u16, u16)) {
        let files: Vec<FileId> = self.sheet.files().collect();
        let folded = &self.sheet.shape.folded_files;
        let are_folded = files.iter().all(|file| folded.contains(file));
        self.reshape(size, |sheet| {
            for file in files {
                if are_folded {
                    sheet.unfold_file(file);
                } else {
                    sheet.fold_file(file);
                }
            }
        });
    }

    /// Unfolds the file and hunk under the cursor; false when they were not folded.
    pub(super) fn unfold_here(&mut self, size: (u16, u16)) -> bool {
        let sheet = &self.sheet;
        let hunk = sheet.current_hunk();
        let hunk = hunk.filter(|hunk| sheet.shape.folded_hunks.contains(hunk));
        if hunk.is_some() {
            return self.toggle_fold(size);
        }
        let file = sheet.current_file();
        let file = file.filter(|file| sheet.shape.folded_files.contains(file));
        if let Some(file) = file {
            self.toggle_file_fold(size, file);
        }
        file.is_some()
    }

    /// Unfolds the file and hunk that hide a line.
    pub(super) fn unfold_line(&mut self, size: (u16, u16), line: LineId) {
        let sheet = &self.sheet;
        let Some(changeset) = sheet.changeset.clone() else {
            return;
        };
        let hunks = changeset.patch.hunks();
        let place = hunks.partition_point(|hunk| hunk.lines.end <= line.0);
        let Some(hunk) = hunks.get(place) else { return };
        let file = sheet
            .files()
            .find(|file| changeset.file(*file).and_then(|file| file.patch_file) == Some(hunk.file));
        let hunk = u32::try_from(place).map(HunkId).ok();
        let shape = &sheet.shape;
        let is_file_folded = file.is_some_and(|file| shape.folded_files.contains(&file));
        let is_hunk_folded = hunk.is_some_and(|hunk| shape.folded_hunks.contains(&hunk));
        if is_file_folded || is_hunk_folded {
            self.reshape(size, |sheet| {
                if let Some(file) = file {
                    sheet.unfold_file(file);
                }
                if let Some(hunk) = hunk {
                    sheet.shape.folded_hunks.remove(&hunk);
                }
            });
        }
    }
}
