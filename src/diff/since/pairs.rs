//! Which file of the earlier patch is which of the present one.
//!
//! Files belong together by the path after, else by the path before (one was renamed), else by the
//! same new content. Where git saw a rename in one patch and a deletion with an addition in the other,
//! the two are put together.

use std::collections::{HashMap, HashSet};

use crate::{
    diff::patch::{Patch, PatchFile},
    model::change::FileStatus,
};

/// A file of one or both patches.
pub(super) enum Pair<'a> {
    /// Only in the present one.
    New(&'a PatchFile),
    /// Only in the earlier one.
    Undone(&'a PatchFile),
    /// In both.
    Both(Both<'a>),
}

/// A file of both patches.
pub(super) struct Both<'a> {
    pub before: &'a PatchFile,
    pub now: &'a PatchFile,
    /// The file that was deleted for the one in `before`, when the other patch calls it a rename.
    pub split_before: Option<&'a PatchFile>,
    /// The same for `now`.
    pub split_now: Option<&'a PatchFile>,
}

/// The files of one patch by what they may be found by; found ones are left out later.
struct Index<'a> {
    files: &'a [PatchFile],
    by_path: HashMap<&'a str, usize>,
    /// By the path before, if the file is no longer there or was changed in place.
    by_source: HashMap<&'a str, usize>,
    by_blob: HashMap<&'a str, usize>,
    taken: HashSet<usize>,
}

impl<'a> Index<'a> {
    fn new(patch: &'a Patch) -> Self {
        let files = patch.files();
        let found = |key: fn(&'a PatchFile) -> Option<&'a str>| -> HashMap<&'a str, usize> {
            let keys = files.iter().enumerate();
            keys.filter_map(|(place, file)| Some((key(file)?, place)))
                .collect()
        };
        Self {
            files,
            by_path: found(|file| Some(file.path())),
            by_source: found(|file| {
                let is_source = file.status != FileStatus::Copied;
                file.old_path.as_deref().filter(|_| is_source)
            }),
            by_blob: found(|file| {
                let is_new = file.status == FileStatus::Added && file.added > 0;
                file.new_blob.as_deref().filter(|_| is_new)
            }),
            taken: HashSet::new(),
        }
    }

    /// Takes the file of this place in a map, unless it was taken.
    fn take(&mut self, place: Option<&usize>) -> Option<&'a PatchFile> {
        let place = *place?;
        let file = self.files.get(place)?;
        self.taken.insert(place).then_some(file)
    }

    fn take_path(&mut self, path: &str) -> Option<&'a PatchFile> {
        let place = self.by_path.get(path).copied();
        self.take(place.as_ref())
    }

    fn take_source(&mut self, path: &str) -> Option<&'a PatchFile> {
        let place = self.by_source.get(path).copied();
        self.take(place.as_ref())
    }

    fn take_blob(&mut self, blob: &str) -> Option<&'a PatchFile> {
        let place = self.by_blob.get(blob).copied();
        self.take(place.as_ref())
    }

    /// The deleted file of a path.
    fn deleted(&self, path: &str) -> Option<&'a PatchFile> {
        let file = self.files.get(*self.by_path.get(path)?)?;
        (file.status == FileStatus::Deleted).then_some(file)
    }

    /// Whether a path of the base is no longer there.
    fn is_moved_away(&self, path: &str) -> bool {
        let source = self.by_source.get(path);
        let file = source.and_then(|place| self.files.get(*place));
        file.is_some_and(|file| file.status == FileStatus::Renamed)
            && !self.by_path.contains_key(path)
    }
}

/// The files of both patches: those of the present one in its order, then those that only the
/// earlier one has.
pub(super) fn paired<'a>(before: &'a Patch, now: &'a Patch) -> Vec<Pair<'a>> {
    let mut earlier = Index::new(before);
    let present = Index::new(now);
    let mut found: Vec<Option<&PatchFile>> = now
        .files()
        .iter()
        .map(|file| earlier.take_path(file.path()))
        .collect();
    for (file, found) in now.files().iter().zip(&mut found) {
        if found.is_none() && file.status != FileStatus::Copied {
            *found = file
                .old_path
                .as_deref()
                .and_then(|path| earlier.take_source(path));
        }
    }
    for (file, found) in now.files().iter().zip(&mut found) {
        if found.is_none() && file.status == FileStatus::Added {
            *found = file
                .new_blob
                .as_deref()
                .and_then(|blob| earlier.take_blob(blob));
        }
    }
    let mut pairs = Vec::with_capacity(found.len());
    for (now, before) in now.files().iter().zip(found) {
        pairs.extend(match before {
            Some(before) => Some(Pair::Both(Both {
                before,
                now,
                split_before: split(before, now, &earlier),
                split_now: split(now, before, &present),
            })),
            None if is_gone(now, &earlier) => None,
            None => Some(Pair::New(now)),
        });
    }
    let rest = before.files().iter().enumerate();
    pairs.extend(
        rest.filter(|(place, file)| !earlier.taken.contains(place) && !is_gone(file, &present))
            .map(|(_, file)| Pair::Undone(file)),
    );
    pairs
}

/// The file that was deleted for an added one, as the other patch's rename tells.
fn split<'a>(file: &PatchFile, other: &PatchFile, files: &Index<'a>) -> Option<&'a PatchFile> {
    let is_split = file.status == FileStatus::Added && other.status == FileStatus::Renamed;
    let source = other.old_path.as_deref().filter(|_| is_split)?;
    files.deleted(source)
}

/// Whether a deleted file is also away in the other patch, under another name.
fn is_gone(file: &PatchFile, other: &Index<'_>) -> bool {
    file.status == FileStatus::Deleted && other.is_moved_away(file.path())
}
