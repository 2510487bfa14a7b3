//! Branches and commits as the control plane reads them from a project's repository.

use serde::{Deserialize, Serialize};

/// The branches of a project (`GET …/branches`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Branches {
    /// The branch that work is merged into.
    pub default_branch: String,
    /// All branches.
    pub branches: Vec<Branch>,
}

/// One branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// Whether it is the default branch.
    pub is_default: bool,
    /// The commit at its tip, full hash.
    pub tip: String,
    /// The tip's subject line.
    pub subject: String,
    /// When the tip was committed, RFC 3339.
    pub committed_at: String,
    /// Commits that the default branch lacks; absent when not counted.
    pub ahead: Option<u64>,
    /// Commits of the default branch that it lacks; absent when not counted.
    pub behind: Option<u64>,
}

/// One commit of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Commit {
    /// The full hash.
    pub hash: String,
    /// The abbreviated hash.
    pub short_hash: String,
    /// Who wrote it.
    pub author_name: String,
    /// When it was committed, RFC 3339.
    pub committed_at: String,
    /// The subject line.
    pub subject: String,
}
