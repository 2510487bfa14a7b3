//! A whole difference: the server's list of files joined with the patch.
//!
//! In: [`Difference`]. Out: [`Changeset`], whose files are in the order of the patch, then those that
//! only the list knows.
//!
//! Paths and what happened come from the list, in which names are not quoted. The list's counts of a
//! file are wrong where it says none although the patch has lines. Where both count lines but not the
//! same, the list is believed only if it adds up to the totals. The totals are those of the server;
//! when it gives none, they are the sums.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use crate::{
    diff::patch::{Patch, PatchFile, PatchFileId, quoted::unquote},
    model::change::{ChangedFile, Difference, FileStatus},
};

/// A file of a changeset, by its place in [`Changeset::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A whole difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changeset {
    /// The base branch.
    pub base_ref: String,
    /// The head branch.
    pub head_ref: String,
    /// The base's tip.
    pub base_sha: String,
    /// The head's tip.
    pub head_sha: String,
    /// Where the two part; absent for unrelated histories.
    pub merge_base: Option<String>,
    /// The files.
    pub files: Vec<FileEntry>,
    /// Lines added in all.
    pub additions: u64,
    /// Lines removed in all.
    pub deletions: u64,
    /// The patch.
    pub patch: Patch,
    /// Whether the server left the patch out because it was too large (over 10 MiB).
    pub is_too_large: bool,
}

/// A file of a changeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its path after, or before when it was deleted; unquoted.
    pub path: String,
    /// Its path before, for renames and copies.
    pub old_path: Option<String>,
    /// What happened to it.
    pub status: FileStatus,
    /// Lines added.
    pub additions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// The file in the patch; absent when the patch has none.
    pub patch_file: Option<PatchFileId>,
}

impl Changeset {
    /// Joins the server's list with the patch; the patch's text is copied once.
    pub fn new(difference: Difference) -> Self {
        let is_too_large = difference.patch.trim_ascii().is_empty()
            && (difference.files_changed > 0 || !difference.files.is_empty());
        let patch = Patch::parse(Arc::<str>::from(difference.patch));
        let mut files = joined(&patch, &difference.files);
        let totals = (difference.additions, difference.deletions);
        settle_counts(&patch, &mut files, totals);
        let sums = sums(&files);
        let has_totals = totals != (0, 0);
        Self {
            base_ref: difference.base_ref,
            head_ref: difference.head_ref,
            base_sha: difference.base_sha,
            head_sha: difference.head_sha,
            merge_base: difference.merge_base,
            files,
            additions: if has_totals { totals.0 } else { sums.0 },
            deletions: if has_totals { totals.1 } else { sums.1 },
            patch,
            is_too_large,
        }
    }

    /// A file; `None` for an id of another changeset.
    pub fn file(&self, id: FileId) -> Option<&FileEntry> {
        self.files.get(id.0 as usize)
    }

    /// The file of this path after, or before when it was deleted.
    pub fn by_path(&self, path: &str) -> Option<FileId> {
        let place = self.files.iter().position(|file| file.path == path)?;
        u32::try_from(place).ok().map(FileId)
    }
}

/// The places of the list's files by their paths, each taken once.
struct Listed<'a> {
    by_path: HashMap<Cow<'a, str>, VecDeque<usize>>,
    files: Vec<Option<&'a ChangedFile>>,
}

impl<'a> Listed<'a> {
    fn new(listed: &'a [ChangedFile]) -> Self {
        let mut by_path: HashMap<Cow<'_, str>, VecDeque<usize>> =
            HashMap::with_capacity(listed.len());
        let plain = listed.iter().map(|file| Cow::Borrowed(&*file.path));
        // Today's servers do not quote; a name that looks quoted may be either.
        let unquoted = listed.iter().map(|file| unquoted(&file.path));
        for (place, path) in plain.enumerate() {
            by_path.entry(path).or_default().push_back(place);
        }
        for (place, path) in unquoted.enumerate() {
            if let Some(path) = path {
                by_path.entry(path).or_default().push_back(place);
            }
        }
        Self {
            by_path,
            files: listed.iter().map(Some).collect(),
        }
    }

    fn take(&mut self, path: &str) -> Option<&'a ChangedFile> {
        let places = self.by_path.get_mut(path)?;
        while let Some(place) = places.pop_front() {
            let file = self.files.get_mut(place).and_then(Option::take);
            if file.is_some() {
                return file;
            }
        }
        None
    }
}

/// A path without its quotes; `None` when it has none.
fn unquoted(path: &str) -> Option<Cow<'static, str>> {
    let (plain, end) = unquote(path)?;
    (end == path.len()).then_some(Cow::Owned(plain))
}

/// The files of the patch with what the list says of them, then the rest of the list; counts as listed.
fn joined(patch: &Patch, listed: &[ChangedFile]) -> Vec<FileEntry> {
    let mut rest = Listed::new(listed);
    let mut files = Vec::with_capacity(listed.len().max(patch.files().len()));
    for (place, file) in patch.files().iter().enumerate() {
        let mut entry = shown(file);
        entry.patch_file = u32::try_from(place).ok().map(PatchFileId);
        if let Some(known) = rest.take(file.path()) {
            (entry.additions, entry.deletions) = (known.additions, known.deletions);
            if known.status != FileStatus::default() {
                entry.status = known.status.clone();
            }
            if entry.old_path.is_none() {
                entry.old_path.clone_from(&known.old_path);
            }
        }
        files.push(entry);
    }
    files.extend(rest.files.into_iter().flatten().map(entry));
    files
}

fn is_moved(status: &FileStatus) -> bool {
    matches!(status, FileStatus::Renamed | FileStatus::Copied)
}

/// A file that only the list has.
fn entry(file: &ChangedFile) -> FileEntry {
    FileEntry {
        path: file.path.clone(),
        old_path: file.old_path.clone(),
        status: file.status.clone(),
        additions: file.additions,
        deletions: file.deletions,
        patch_file: None,
    }
}

/// A file as the patch has it.
fn shown(file: &PatchFile) -> FileEntry {
    FileEntry {
        path: file.path().to_owned(),
        old_path: file.old_path.clone().filter(|_| is_moved(&file.status)),
        status: file.status.clone(),
        additions: u64::from(file.added),
        deletions: u64::from(file.removed),
        patch_file: None,
    }
}

/// Puts right the counts in which the list is wrong.
fn settle_counts(patch: &Patch, files: &mut [FileEntry], totals: (u64, u64)) {
    for file in files.iter_mut() {
        if let Some(counted) = counted(patch, file)
            && (file.additions, file.deletions) == (0, 0)
        {
            (file.additions, file.deletions) = counted;
        }
    }
    // What was cut off cannot be counted.
    if sums(files) == totals || patch.is_cut() {
        return;
    }
    for file in files {
        if let Some(counted) = counted(patch, file) {
            (file.additions, file.deletions) = counted;
        }
    }
}

/// The lines that the patch has of a file; `None` when it has no lines of it.
fn counted(patch: &Patch, file: &FileEntry) -> Option<(u64, u64)> {
    let found = patch.file(file.patch_file?)?;
    let counted = (u64::from(found.added), u64::from(found.removed));
    (!found.hunks.is_empty()).then_some(counted)
}

fn sums(files: &[FileEntry]) -> (u64, u64) {
    files.iter().fold((0, 0), |(added, removed), file| {
        (
            file.additions.saturating_add(added),
            file.deletions.saturating_add(removed),
        )
    })
}
