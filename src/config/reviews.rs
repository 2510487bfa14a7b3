//! What was noted about change requests, on disk: one file for each, and beside it the patch that was
//! last looked at.
//!
//! In and out: [`Review`] by [`ChangeKey`]. Files are named by digests of the key, never by ids. Each
//! write reads what is there and joins it with what changed here, so that instances of the program
//! never lose each other's comments; when that is not possible nothing is written, and it is said why.
//!
//! Everything here blocks.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

use crate::{
    config::cache::{self, Problem},
    diff::review::{Review, digest::Digest},
    model::id::ChangeKey,
};

/// Bytes of a patch that are kept at most; as many as the control plane sends.
const LARGEST_PATCH: usize = 10 * 1024 * 1024;

/// How long a file that was never finished stays.
const UNFINISHED: Duration = Duration::from_secs(24 * 60 * 60);

/// The reviews of all change requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviews {
    folder: PathBuf,
}

/// What stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    /// Whose review it is, for people who look into the folder.
    change: ChangeKey,
    review: Review,
}

/// What is kept when old reviews are removed; those with drafts always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Those that were written within this time.
    pub age: Duration,
    /// At most as many, the newest.
    pub count: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            age: Duration::from_secs(180 * 24 * 60 * 60),
            count: 1_000,
        }
    }
}

impl Reviews {
    /// The reviews in a folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Reads a review; `Ok(None)` when there is none or a newer program wrote it.
    pub fn read(&self, change: &ChangeKey) -> Result<Option<Review>, Problem> {
        let stored = cache::read::<Stored>(&self.file(change, "json"))?;
        Ok(stored.map(|stored| stored.review))
    }

    /// Applies what changed from `base` to `ours` to what is on the disk, and returns what is there now.
    ///
    /// `base` is what `ours` was made from: what was read, then always the `ours` of the last write
    /// that succeeded. The returned review is the next base only for a caller that goes on with it,
    /// for it holds what others wrote and `ours` does not.
    pub fn write(
        &self,
        change: &ChangeKey,
        base: &Review,
        ours: &Review,
    ) -> Result<Review, Problem> {
        let merge = |stored: Option<Stored>| Stored {
            change: change.clone(),
            // When the file is gone nobody else wanted anything else.
            review: ours.merged(base, stored.as_ref().map_or(base, |stored| &stored.review)),
        };
        let stored = cache::update_surely(&self.file(change, "json"), merge)?;
        Ok(stored.review)
    }

    /// Reads the patch that was last looked at; `None` when there is none or it cannot be read.
    pub fn read_patch(&self, change: &ChangeKey) -> Option<String> {
        let file = self.file(change, "patch");
        let length = fs::metadata(&file).ok()?.len();
        let is_small = usize::try_from(length).is_ok_and(|length| length <= LARGEST_PATCH);
        is_small.then(|| fs::read_to_string(&file).ok()).flatten()
    }

    /// Keeps the patch that is looked at; one that is too large is refused, and the one before removed
    /// because it belongs to another head.
    pub fn write_patch(&self, change: &ChangeKey, patch: &str) -> Result<(), Problem> {
        let path = self.file(change, "patch");
        if patch.len() <= LARGEST_PATCH {
            return cache::write_text(&path, patch);
        }
        let reason = match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => error.to_string(),
            Ok(()) | Err(_) => "the patch is larger than 10 MiB".to_owned(),
        };
        Err(Problem::Unwritable { path, reason })
    }

    /// Removes old reviews without drafts, and files that were never finished; returns how many reviews
    /// went.
    pub fn prune(&self, now: SystemTime, kept: Kept) -> usize {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Some(age) = age(&path, now) else { continue };
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            let is_unfinished = name.starts_with(cache::UNFINISHED) && age > UNFINISHED;
            let is_alone = name.ends_with(".patch") && !path.with_extension("json").exists();
            if is_unfinished || is_alone && age > kept.age {
                // Another instance may have been faster.
                let _ = fs::remove_file(&path);
            } else if name.ends_with(".json") {
                files.push((age, path));
            }
        }
        files.sort();
        let doomed = files.iter().enumerate();
        let doomed = doomed.filter(|(place, (age, _))| *place >= kept.count || *age > kept.age);
        doomed
            .filter(|(_, (age, path))| remove(path, now, *age))
            .count()
    }

    fn file(&self, change: &ChangeKey, ending: &str) -> PathBuf {
        let digest = Digest::of("review")
            .with(change.host.as_str())
            .with(change.project.as_str())
            .with(change.change.as_str());
        self.folder.join(format!("{}.{ending}", digest.text()))
    }
}

/// Removes a review with what belongs to it, unless it has drafts or was written meanwhile.
fn remove(path: &Path, now: SystemTime, known: Duration) -> bool {
    cache::remove_if(path, &[path.with_extension("patch")], |stored: &Stored| {
        let was_written = age(path, now).is_none_or(|age| age < known);
        !was_written && !stored.review.has_drafts()
    })
}

/// How long ago a file was written; nothing for one of the future.
fn age(path: &Path, now: SystemTime) -> Option<Duration> {
    let written = fs::metadata(path).and_then(|metadata| metadata.modified());
    Some(now.duration_since(written.ok()?).unwrap_or_default())
}
