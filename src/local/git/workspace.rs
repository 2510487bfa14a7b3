//! A session's work tree: cloned from the mirror, read for what would be lost, saved to the mirror.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::local::git::{COPY_DEADLINE, Error, Git, name::Branch};

/// How long asking for uncommitted files may take.
const STATUS_DEADLINE: Duration = Duration::from_secs(5);

/// A session's work tree.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Where it is.
    pub path: PathBuf,
    /// The session's branch.
    pub branch: Branch,
}

impl Workspace {
    /// Clones the mirror with the branch checked out; gives the commit at its tip.
    pub async fn prepare(&self, git: &Git, mirror: &Path) -> Result<String, Error> {
        let parent = self.path.parent().unwrap_or(&self.path);
        crate::local::folder::make_private(parent).map_err(Error::Run)?;
        git.call(parent)
            .args(["clone", "--quiet", "--template=", "--origin=origin"])
            .args(["--branch", self.branch.as_str(), "--end-of-options"])
            .arg(mirror)
            .arg(&self.path)
            .within(COPY_DEADLINE)
            .run()
            .await?;
        self.introduce(git).await?;
        git.call(&self.path)
            .args(["rev-parse", "HEAD"])
            .text()
            .await
    }

    /// Gives the work tree an author where the machine has none, so that agents can commit.
    async fn introduce(&self, git: &Git) -> Result<(), Error> {
        let call = || git.call(&self.path).arg("config");
        for (key, value) in [
            ("user.name", "Kortix agent"),
            ("user.email", "agent@kortix.local"),
        ] {
            if call().args(["--get", key]).run().await.is_err() {
                call().args([key, value]).run().await?;
            }
        }
        Ok(())
    }

    /// Files with changes that no commit has, as git lists them.
    pub async fn uncommitted(&self, git: &Git) -> Result<Vec<String>, Error> {
        let listed = git
            .call(&self.path)
            .args([
                "status",
                "--porcelain=v1",
                "-z",
                "--no-renames",
                "--untracked-files=all",
            ])
            .within(STATUS_DEADLINE)
            .run()
            .await?;
        Ok(listed
            .split(|byte| *byte == 0)
            .filter_map(|entry| entry.get(3..))
            .map(|path| String::from_utf8_lossy(path).into_owned())
            .collect())
    }

    /// The commit of the session's branch, read without starting git; `None` when it is packed.
    pub fn tip(&self) -> Option<String> {
        let file = self.path.join(".git").join(self.branch.reference());
        Some(fs::read_to_string(file).ok()?.trim().to_owned())
    }

    /// Brings everything committed into the mirror: the session's branch, and, out of the way,
    /// the other branches and a detached `HEAD`.
    ///
    /// An agent may have renamed its branch or left `HEAD` without a commit; then what is there
    /// is brought.
    pub async fn save(&self, git: &Git, mirror: &Path) -> Result<(), Error> {
        let branch = self.branch.reference();
        let aside = format!("refs/sessions/{}", self.branch);
        let own = format!("+{branch}:{branch}");
        let head = format!("+HEAD:{aside}/HEAD");
        let all = format!("+refs/heads/*:{aside}/heads/*");
        let mut outcome = Ok(());
        for wanted in [&[&own, &head, &all][..], &[&own, &all], &[&all]] {
            outcome = self.bring(git, mirror, wanted).await;
            if !matches!(outcome, Err(Error::Refused { .. })) {
                break;
            }
        }
        outcome
    }

    async fn bring(&self, git: &Git, mirror: &Path, wanted: &[&String]) -> Result<(), Error> {
        git.call(mirror)
            .args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"])
            .args(["--no-prune", "--update-shallow", "--no-recurse-submodules"])
            .arg("--end-of-options")
            .arg(&self.path)
            .args(wanted)
            .run()
            .await
            .map(drop)
    }

    /// Whether there is a work tree with the session's branch, not one that was being made.
    pub async fn is_whole(&self, git: &Git) -> bool {
        let head = self.path.join(".git").join("HEAD");
        head.is_file()
            && git
                .call(&self.path)
                .args(["rev-parse", "--verify", "--quiet"])
                .arg(self.branch.reference())
                .run()
                .await
                .is_ok()
    }
}
