//! Moving a work tree of the user's forward together with its branch, or leaving both alone.
//!
//! From the first check to the last step we hold the index lock, so no git command of the user's
//! can change index, files or branch in between. Files are written by `read-tree`, which verifies
//! everything before it writes anything and never replaces a file that it does not know. The
//! branch moves last, from the commit that was read; if somebody moved it, the files go back.
//!
//! Not for: branches that are not checked out, which only `landing` moves.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::Instant;

use crate::local::git::{Call, Error, Git, landing::Delivery, read::tokens};

/// The mode of a submodule in a tree.
const SUBMODULE: &str = "160000";

/// How long a lock that another command holds is tried again.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many paths one command gets as arguments.
const PATHS_AT_ONCE: usize = 200;

/// What git keeps in its folder while something is going on.
const OPERATIONS: [(&str, &str); 7] = [
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
    ("sequencer", "a sequence of picks"),
    ("BISECT_LOG", "a bisection"),
];

/// Why a work tree cannot be moved safely.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// It is listed and not there.
    #[error("the work tree `{}` cannot be found", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A merge, a rebase or the like has not ended.
    #[error("{operation} is going on in `{}`", path.display())]
    Busy {
        /// What.
        operation: &'static str,
        /// The work tree.
        path: PathBuf,
    },
    /// Another git command holds the index.
    #[error("another git command is running in `{}`", path.display())]
    Locked {
        /// The work tree.
        path: PathBuf,
    },
    /// Tracked files differ from the last commit.
    #[error("`{}` has changes that are not committed: `{file}`{}", path.display(), and_more(*more))]
    Dirty {
        /// The work tree.
        path: PathBuf,
        /// The first of them.
        file: String,
        /// How many others.
        more: usize,
    },
    /// Something that git does not know is where a file of the merge belongs.
    #[error("`{file}` in `{}` is not in git and would be replaced", path.display())]
    InTheWay {
        /// The work tree.
        path: PathBuf,
        /// What is in the way.
        file: String,
    },
    /// Git was told not to look at a file that the merge changes, so nobody knows what is in it.
    #[error("git was told not to see changes of `{file}` in `{}`", path.display())]
    Unseen {
        /// The work tree.
        path: PathBuf,
        /// The file.
        file: String,
    },
    /// Only a part of the files is checked out.
    #[error("`{}` is a sparse checkout", path.display())]
    Sparse {
        /// The work tree.
        path: PathBuf,
    },
    /// The merge changes a submodule.
    #[error("the merge changes the submodule `{file}`")]
    Submodule {
        /// Its path.
        file: String,
    },
    /// A file goes through a program when it is checked out.
    #[error("`{file}` goes through the filter `{filter}`")]
    Filtered {
        /// Its path.
        file: String,
        /// The filter's name.
        filter: String,
    },
    /// The branch is not what is checked out there any more, or has moved.
    #[error("`{branch}` moved in `{}` at the same moment", path.display())]
    Moved {
        /// The branch.
        branch: String,
        /// The work tree.
        path: PathBuf,
    },
    /// A file of git's could not be written.
    #[error("cannot write in `{}`: {}", path.display(), source.kind())]
    File {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Git refused.
    #[error("git refused: {0}")]
    Git(#[from] Error),
}

fn and_more(count: usize) -> String {
    match count {
        0 => String::new(),
        count => format!(" and {count} more"),
    }
}

/// A work tree of the user's.
#[derive(Debug)]
pub struct Checkout<'a> {
    /// Its top folder.
    pub top: PathBuf,
    git: &'a Git,
    git_dir: PathBuf,
}

impl<'a> Checkout<'a> {
    /// Finds the work tree at a path that git has listed.
    pub async fn find(git: &'a Git, path: &Path) -> Result<Self, Obstacle> {
        let missing = |_| Obstacle::Missing {
            path: path.to_owned(),
        };
        let locate = |what: &str| git.call(path).args(["rev-parse", what]).path();
        Ok(Self {
            top: locate("--show-toplevel").await.map_err(missing)?,
            git_dir: locate("--absolute-git-dir").await.map_err(missing)?,
            git,
        })
    }

    /// Moves index, files and branch from `old` to the delivered commit, or nothing at all.
    pub async fn advance(&self, delivery: &Delivery<'_>, old: &str) -> Result<(), Obstacle> {
        let changes = self.changes(old, delivery.commit).await?;
        self.refuse_special(&changes).await?;
        let lock = self.lock().await?;
        self.refuse_operations()?;
        self.refuse_moved(delivery, old).await?;
        self.refuse_dirty().await?;
        self.refuse_unseen(&changes).await?;
        self.refuse_covering(&changes)?;
        self.read_tree(&lock, old, delivery.commit).await?;
        if let Err(error) = self.move_branch(delivery, old).await {
            self.read_tree(&lock, delivery.commit, old).await?;
            return Err(error.into());
        }
        lock.commit()
    }

    /// Takes the index lock, patiently: editors refresh the index all the time.
    async fn lock(&self) -> Result<IndexLock, Obstacle> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match IndexLock::take(self) {
                Err(Obstacle::Locked { .. }) if Instant::now() < deadline => {
                    tokio::time::sleep(PATIENCE / 40).await;
                }
                outcome => return outcome,
            }
        }
    }

    fn call(&self) -> Call {
        self.git.call(&self.top)
    }

    fn moved(&self, delivery: &Delivery<'_>) -> Obstacle {
        Obstacle::Moved {
            branch: delivery.branch.to_string(),
            path: self.top.clone(),
        }
    }

    async fn changes(&self, old: &str, new: &str) -> Result<Vec<Change>, Error> {
        let listed = self
            .call()
            .args(["diff-tree", "-r", "-z", "--raw", "--no-renames", old, new])
            .run()
            .await?;
        let mut pieces = listed.split(|byte| *byte == 0);
        let mut changes = Vec::new();
        while let (Some(facts), Some(path)) = (pieces.next(), pieces.next()) {
            changes.push(Change::read(&String::from_utf8_lossy(facts), path));
        }
        Ok(changes)
    }

    /// Refuses what a plain checkout of files does not do justice to.
    async fn refuse_special(&self, changes: &[Change]) -> Result<(), Obstacle> {
        let sparse = self
            .call()
            .args(["config", "--type=bool", "--get", "core.sparseCheckout"]);
        if sparse.text().await.is_ok_and(|answer| answer == "true") {
            return Err(Obstacle::Sparse {
                path: self.top.clone(),
            });
        }
        if let Some(change) = changes.iter().find(|change| change.is_submodule) {
            return Err(Obstacle::Submodule {
                file: change.path.display().to_string(),
            });
        }
        let paths: Vec<&[u8]> = changes
            .iter()
            .map(|change| change.path.as_os_str().as_bytes())
            .collect();
        let attributes = self
            .call()
            .args(["check-attr", "-z", "--stdin", "filter"])
            .input(paths.join(&0))
            .run()
            .await?;
        let mut pieces = tokens(&attributes);
        while let (Some(file), Some(_), Some(filter)) =
            (pieces.next(), pieces.next(), pieces.next())
        {
            if !["unspecified", "unset"].contains(&filter.as_str()) {
                return Err(Obstacle::Filtered { file, filter });
            }
        }
        Ok(())
    }

    /// Refuses files that are marked `assume-unchanged` or `skip-worktree`: `status` leaves them
    /// out, and git's own check compares sizes and whole seconds.
    async fn refuse_unseen(&self, changes: &[Change]) -> Result<(), Obstacle> {
        for some in changes.chunks(PATHS_AT_ONCE) {
            let listed = self
                .call()
                .args(["ls-files", "-v", "-z", "--"])
                .args(some.iter().map(|change| &change.path))
                .run()
                .await?;
            let unseen = tokens(&listed)
                .find(|line| line.starts_with(|tag: char| tag == 'S' || tag.is_ascii_lowercase()));
            if let Some(file) = unseen.as_deref().and_then(|line| line.get(2..)) {
                return Err(Obstacle::Unseen {
                    path: self.top.clone(),
                    file: file.to_owned(),
                });
            }
        }
        Ok(())
    }

    fn refuse_operations(&self) -> Result<(), Obstacle> {
        let going_on = OPERATIONS
            .iter()
            .find(|(name, _)| self.git_dir.join(name).symlink_metadata().is_ok());
        match going_on {
            Some((_, operation)) => Err(Obstacle::Busy {
                operation,
                path: self.top.clone(),
            }),
            None => Ok(()),
        }
    }

    async fn refuse_moved(&self, delivery: &Delivery<'_>, old: &str) -> Result<(), Obstacle> {
        let head = self.call().args(["symbolic-ref", "HEAD"]).text().await;
        let tip = self.call().args(["rev-parse", "HEAD"]).text().await?;
        if head.is_ok_and(|head| head == delivery.branch.reference()) && tip == old {
            Ok(())
        } else {
            Err(self.moved(delivery))
        }
    }

    async fn refuse_dirty(&self) -> Result<(), Obstacle> {
        let listed = self
            .call()
            .args(["status", "--porcelain=v1", "-z", "--no-renames"])
            .args(["--untracked-files=no", "--ignore-submodules=dirty"])
            .run()
            .await?;
        let mut files = tokens(&listed).filter_map(|entry| Some(entry.get(3..)?.to_owned()));
        match files.next() {
            None => Ok(()),
            Some(file) => Err(Obstacle::Dirty {
                path: self.top.clone(),
                file,
                more: files.count(),
            }),
        }
    }

    /// Refuses when a new file would replace something that git does not know, ignored or not.
    fn refuse_covering(&self, changes: &[Change]) -> Result<(), Obstacle> {
        let in_the_way = |file: &Path| Obstacle::InTheWay {
            path: self.top.clone(),
            file: file.display().to_string(),
        };
        let known: HashSet<&Path> = changes
            .iter()
            .filter(|change| !change.is_new)
            .map(|change| change.path.as_path())
            .collect();
        for file in changes.iter().filter(|change| change.is_new) {
            let file = file.path.as_path();
            for place in file
                .ancestors()
                .filter(|place| !place.as_os_str().is_empty())
            {
                let Ok(found) = self.top.join(place).symlink_metadata() else {
                    continue;
                };
                let is_way = place != file && found.is_dir();
                if !is_way && !known.contains(place) {
                    return Err(in_the_way(place));
                }
            }
        }
        Ok(())
    }

    async fn read_tree(&self, lock: &IndexLock, old: &str, new: &str) -> Result<(), Obstacle> {
        self.call()
            .env("GIT_INDEX_FILE", &lock.path)
            .args(["read-tree", "-m", "-u", old, new])
            .within(crate::local::git::COPY_DEADLINE)
            .run()
            .await?;
        Ok(())
    }

    async fn move_branch(&self, delivery: &Delivery<'_>, old: &str) -> Result<(), Error> {
        self.call()
            .args(["update-ref", "-m", delivery.note])
            .args([&delivery.branch.reference(), delivery.commit, old])
            .run()
            .await
            .map(drop)
    }
}

/// A file that differs between two commits.
struct Change {
    path: PathBuf,
    is_new: bool,
    is_submodule: bool,
}

impl Change {
    /// Reads git's raw form: `:MODE MODE HASH HASH STATUS` and the path.
    fn read(facts: &str, path: &[u8]) -> Self {
        let modes = facts.trim_start_matches(':').split(' ').take(2);
        Self {
            is_submodule: modes.into_iter().any(|mode| mode == SUBMODULE),
            is_new: facts.ends_with('A'),
            path: PathBuf::from(OsStr::from_bytes(path)),
        }
    }
}

/// The lock on a work tree's index; what is written into it becomes the index, or it goes away.
struct IndexLock {
    path: PathBuf,
    index: PathBuf,
    is_done: bool,
}

impl IndexLock {
    /// Takes the lock, with a copy of the index in it.
    fn take(checkout: &Checkout<'_>) -> Result<Self, Obstacle> {
        let refused = |source| Obstacle::File {
            path: checkout.git_dir.clone(),
            source,
        };
        let index = checkout.git_dir.join("index");
        let content = fs::read(&index).map_err(refused)?;
        let modified = fs::metadata(&index).and_then(|facts| facts.modified());
        let modified = modified.map_err(refused)?;
        let path = checkout.git_dir.join("index.lock");
        let created = OpenOptions::new().write(true).create_new(true).open(&path);
        let mut file = match created {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(Obstacle::Locked {
                    path: checkout.top.clone(),
                });
            }
            created => created.map_err(refused)?,
        };
        let lock = Self {
            path,
            index,
            is_done: false,
        };
        file.write_all(&content).map_err(refused)?;
        // Git compares this time with those of the files to tell which of them it must read.
        file.set_modified(modified).map_err(refused)?;
        Ok(lock)
    }

    /// Makes what is in the lock the index.
    fn commit(mut self) -> Result<(), Obstacle> {
        let renamed = fs::rename(&self.path, &self.index);
        self.is_done = renamed.is_ok();
        renamed.map_err(|source| Obstacle::File {
            path: self.index.clone(),
            source,
        })
    }
}

impl Drop for IndexLock {
    fn drop(&mut self) {
        if !self.is_done {
            // A lock that cannot be removed is reported by the user's next git command.
            let _ = fs::remove_file(&self.path);
        }
    }
}
