//! What git knows of a project beyond its files: commits, trees of build contexts, changed paths.
//!
//! In: a folder, which may lie below a repository's root. Out: ids, and paths below that folder.
//! Nothing is written, also not the index.
//!
//! Not for: the files themselves ([`crate::runtime::checkout`]).

use std::{collections::BTreeMap, path::Path};

use crate::local::git::{Error, Git};

/// A folder of a repository.
#[derive(Debug, Clone, Copy)]
pub struct Repository<'a> {
    git: &'a Git,
    folder: &'a Path,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// The files as they are in the folder now.
    WorkTree,
    /// The files of a commit, by its whole id.
    Commit(String),
}

impl<'a> Repository<'a> {
    /// Looks for the repository of a folder; the error says why there is none.
    pub async fn find(git: &'a Git, folder: &'a Path) -> Result<Self, Error> {
        let asked = git.call(folder).args(["rev-parse", "--git-dir"]);
        asked.run().await?;
        Ok(Self { git, folder })
    }

    /// The whole id of a commit by any name of it; `None` when there is none of that name.
    pub async fn commit(&self, name: &str) -> Result<Option<String>, Error> {
        let asked = self.git.call(self.folder);
        let asked = asked.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        match asked.arg(format!("{name}^{{commit}}")).text().await {
            Ok(commit) => Ok(Some(commit)),
            Err(Error::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The ids of the trees of folders in a commit; those that are not there are left out.
    pub async fn trees(&self, commit: &str, folders: &[String]) -> BTreeMap<String, String> {
        let mut trees = BTreeMap::new();
        for folder in folders {
            let asked = self.git.call(self.folder);
            let asked = asked.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
            let asked = asked.arg(format!("{commit}:./{folder}"));
            if let Ok(tree) = asked.text().await {
                trees.insert(folder.clone(), tree);
            }
        }
        trees
    }

    /// The paths that differ between a commit and another side, with files that git does not know
    /// yet but would not ignore.
    pub async fn changed(&self, from: &str, to: &Side) -> Result<Vec<String>, Error> {
        let asked = self.git.call(self.folder).args([
            "diff",
            "--name-only",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--ignore-submodules=dirty",
            "--relative",
            "--end-of-options",
            from,
        ]);
        let asked = match to {
            Side::WorkTree => asked,
            Side::Commit(commit) => asked.arg(commit),
        };
        let mut paths = paths(&asked.arg("--").run().await?);
        if *to == Side::WorkTree {
            let asked = self.git.call(self.folder);
            let asked = asked.args(["ls-files", "--others", "--exclude-standard", "-z"]);
            paths.extend(self::paths(&asked.run().await?));
        }
        paths.sort();
        paths.dedup();
        Ok(paths)
    }
}

/// Paths that each end with a NUL.
fn paths(listed: &[u8]) -> Vec<String> {
    let paths = listed.split(|byte| *byte == 0);
    let paths = paths.filter(|path| !path.is_empty());
    paths
        .map(|path| String::from_utf8_lossy(path).into_owned())
        .collect()
}
