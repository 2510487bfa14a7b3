//! Bringing a merge from the mirror to the user's repository, without any risk for what is there.
//!
//! Input is a commit of the mirror and the branch that is to get it. The branch moves only forward,
//! and only from the commit that was read. One that is checked out moves together with its work
//! tree ([`checkout`]), or not at all. Whatever is in the way, nothing of the user's changes then,
//! the merge stays in the mirror, and the answer is the command that fetches it.

use std::path::{Path, PathBuf};

use crate::local::git::{
    COPY_DEADLINE, Error, Git,
    checkout::{self, Checkout},
    mirror::Mirror,
    name::Branch,
};

/// What is to be brought where.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The branch of the user's repository.
    pub branch: &'a Branch,
    /// The commit that it is to have.
    pub commit: &'a str,
    /// A reference of the mirror that holds the commit.
    pub reference: &'a str,
    /// What the reference log says of it.
    pub note: &'a str,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// The user's branch has it.
    Landed {
        /// The work tree that moved with it, if it is checked out.
        work_tree: Option<PathBuf>,
    },
    /// Only the mirror has it.
    Kept {
        /// What was in the way.
        reason: String,
        /// The command that brings it.
        fetch: String,
    },
}

/// What is in the way of a delivery.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// The user's repository does not have the branch.
    #[error("your repository has no branch `{branch}`")]
    NoBranch {
        /// Its name.
        branch: String,
    },
    /// The user's branch went another way.
    #[error("`{branch}` of your repository has commits that the merge does not have")]
    Diverged {
        /// Its name.
        branch: String,
    },
    /// Several work trees have the branch checked out.
    #[error("`{branch}` is checked out in {count} work trees")]
    ManyWorkTrees {
        /// Its name.
        branch: String,
        /// How many.
        count: usize,
    },
    /// Its work tree cannot be moved safely.
    #[error(transparent)]
    WorkTree(#[from] checkout::Obstacle),
    /// Git refused.
    #[error("git refused: {0}")]
    Git(#[from] Error),
}

/// Brings a commit to the user's branch, or says why not.
pub async fn land(mirror: &Mirror, delivery: &Delivery<'_>) -> Landing {
    let attempt = Attempt {
        git: mirror.git(),
        source: &mirror.source.path,
        mirror: &mirror.path,
        delivery,
    };
    match attempt.run().await {
        Ok(work_tree) => Landing::Landed { work_tree },
        Err(obstacle) => Landing::Kept {
            reason: obstacle.to_string(),
            fetch: fetch_command(&mirror.path, delivery.branch, &obstacle),
        },
    }
}

/// The command with which a person brings what the mirror has.
fn fetch_command(mirror: &Path, branch: &Branch, obstacle: &Obstacle) -> String {
    let place = mirror.display().to_string().replace('\'', r"'\''");
    let fetch = format!("git fetch '{place}' {branch}");
    match obstacle {
        Obstacle::NoBranch { .. } => format!("{fetch}:{branch}"),
        Obstacle::Diverged { .. } => format!("{fetch} && git merge FETCH_HEAD"),
        Obstacle::ManyWorkTrees { .. } | Obstacle::WorkTree(_) | Obstacle::Git(_) => {
            format!("{fetch} && git merge --ff-only FETCH_HEAD")
        }
    }
}

struct Attempt<'a> {
    git: &'a Git,
    source: &'a Path,
    mirror: &'a Path,
    delivery: &'a Delivery<'a>,
}

impl Attempt<'_> {
    async fn run(&self) -> Result<Option<PathBuf>, Obstacle> {
        let Delivery { branch, commit, .. } = *self.delivery;
        let Some(old) = self.tip().await else {
            return Err(Obstacle::NoBranch {
                branch: branch.to_string(),
            });
        };
        // The objects first: they harm nobody, and the rest is decided with them.
        self.fetch(self.delivery.reference.to_owned()).await?;
        if self.contains(&old, commit).await? {
            return Ok(None);
        }
        if !self.contains(commit, &old).await? {
            return Err(Obstacle::Diverged {
                branch: branch.to_string(),
            });
        }
        let work_trees = self.work_trees().await?;
        match work_trees.as_slice() {
            [] => {
                // Git itself compares and swaps, and refuses what is not forward, checked out,
                // or being rebased or bisected.
                let reference = self.delivery.reference;
                self.fetch(format!("{reference}:{}", branch.reference()))
                    .await?;
                Ok(None)
            }
            [work_tree] => {
                let checkout = Checkout::find(self.git, work_tree).await?;
                checkout.advance(self.delivery, &old).await?;
                Ok(Some(checkout.top))
            }
            several => Err(Obstacle::ManyWorkTrees {
                branch: branch.to_string(),
                count: several.len(),
            }),
        }
    }

    async fn tip(&self) -> Option<String> {
        self.git
            .call(self.source)
            .args(["rev-parse", "--verify", "--quiet"])
            .arg(format!("{}^{{commit}}", self.delivery.branch.reference()))
            .text()
            .await
            .ok()
    }

    async fn fetch(&self, what: String) -> Result<(), Error> {
        self.git
            .call(self.source)
            .args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"])
            .args(["--no-prune", "--no-recurse-submodules", "--end-of-options"])
            .arg(self.mirror)
            .arg(what)
            .within(COPY_DEADLINE)
            .run()
            .await
            .map(drop)
    }

    /// Whether the history of `new` has `old` in it.
    async fn contains(&self, new: &str, old: &str) -> Result<bool, Error> {
        let finished = self
            .git
            .call(self.source)
            .args(["merge-base", "--is-ancestor", old, new])
            .finish()
            .await?;
        match finished.code {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(finished.refusal()),
        }
    }

    /// The work trees that have the branch checked out.
    async fn work_trees(&self) -> Result<Vec<PathBuf>, Error> {
        let listed = self
            .git
            .call(self.source)
            .args(["worktree", "list", "--porcelain", "-z"])
            .run()
            .await?;
        Ok(holders(&listed, self.delivery.branch))
    }
}

/// Which of the listed work trees have a branch checked out.
fn holders(listed: &[u8], branch: &Branch) -> Vec<PathBuf> {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let wanted = format!("branch {}", branch.reference());
    let mut found = Vec::new();
    let mut place = None;
    for line in listed.split(|byte| *byte == 0) {
        if let Some(path) = line.strip_prefix(b"worktree ") {
            place = Some(PathBuf::from(OsStr::from_bytes(path)));
        } else if line == wanted.as_bytes() {
            found.extend(place.take());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::holders;
    use crate::local::git::name::Branch;

    #[test]
    fn a_work_tree_holds_the_branch_that_it_names_in_full() {
        let listed = b"worktree /a\0HEAD 1\0branch refs/heads/main\0\0worktree /b c\0HEAD 1\0detached\0\0worktree /d\0HEAD 1\0branch refs/heads/main2\0\0";
        let main = Branch::parse("main").unwrap_or_else(|| panic!("a good name"));
        assert_eq!(holders(listed, &main), [PathBuf::from("/a")]);
    }
}
