//! Two commits side by side: where they parted, what differs since, and whether they merge.
//!
//! Nothing here writes a reference; a trial merge only leaves objects behind that no branch has.

use crate::local::git::{
    Error,
    mirror::Mirror,
    read::{self, ChangedFile, tokens},
};

/// The range `base...head`: what the head has since it parted from the base.
#[derive(Debug)]
pub struct Range {
    /// Where they parted; absent when they have no history in common.
    pub merge_base: Option<String>,
    /// The files that differ; none without a common history.
    pub files: Vec<ChangedFile>,
}

impl Range {
    /// Compares two commits.
    pub async fn between(mirror: &Mirror, base: &str, head: &str) -> Result<Self, Error> {
        let merge_base = merge_base(mirror, base, head).await?;
        let files = match &merge_base {
            Some(parting) => read::changed(mirror, parting, head).await?,
            None => Vec::new(),
        };
        Ok(Self { merge_base, files })
    }

    /// How many lines came.
    pub fn additions(&self) -> u64 {
        self.files.iter().map(|file| file.additions).sum()
    }

    /// How many lines went.
    pub fn deletions(&self) -> u64 {
        self.files.iter().map(|file| file.deletions).sum()
    }

    /// The patch of the range up to `head`; empty when it is too long or takes too long.
    pub async fn patch(&self, mirror: &Mirror, head: &str) -> Result<String, Error> {
        let Some(parting) = &self.merge_base else {
            return Ok(String::new());
        };
        match read::patch(mirror, head, Some(parting), None).await {
            Err(Error::TooMuch | Error::TooSlow { .. }) => Ok(String::new()),
            outcome => outcome,
        }
    }
}

/// The commit where two histories parted; `None` when they have none in common.
pub async fn merge_base(mirror: &Mirror, one: &str, other: &str) -> Result<Option<String>, Error> {
    let finished = mirror
        .call()
        .args(["merge-base", one, other])
        .finish()
        .await?;
    match finished.code {
        Some(0) => Ok(Some(
            String::from_utf8_lossy(&finished.printed).trim().to_owned(),
        )),
        Some(1) => Ok(None),
        _ => Err(finished.refusal()),
    }
}

/// How merging one commit into another would end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// Both are the same commit.
    Same,
    /// The base only has to move forward.
    FastForward,
    /// They merge; the tree of the result.
    Clean {
        /// The tree's hash.
        tree: String,
    },
    /// They do not merge without a person.
    Conflicts {
        /// The files that conflict.
        paths: Vec<String>,
    },
    /// They have no history in common.
    Unrelated,
}

/// Tries to merge `head` into `base`, given where they parted.
pub async fn trial(
    mirror: &Mirror,
    merge_base: Option<&str>,
    base: &str,
    head: &str,
) -> Result<Trial, Error> {
    let Some(parting) = merge_base else {
        return Ok(Trial::Unrelated);
    };
    if base == head {
        return Ok(Trial::Same);
    }
    if parting == base {
        return Ok(Trial::FastForward);
    }
    let finished = mirror
        .call()
        .args(["merge-tree", "--write-tree", "-z", "--name-only"])
        .args(["--no-messages", base, head])
        .finish()
        .await?;
    let mut pieces = tokens(&finished.printed).filter(|piece| !piece.is_empty());
    match (finished.code, pieces.next()) {
        (Some(0), Some(tree)) => Ok(Trial::Clean {
            tree: tree.trim().to_owned(),
        }),
        (Some(1), Some(_)) => {
            let mut paths: Vec<String> = pieces.collect();
            paths.sort_unstable();
            paths.dedup();
            Ok(Trial::Conflicts { paths })
        }
        _ => Err(finished.refusal()),
    }
}
