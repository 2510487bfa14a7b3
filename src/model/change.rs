//! Change requests, their differences, and what a merge would do (`kortix-api` §6).

use serde::{Deserialize, Serialize};

use crate::model::{
    id::{ChangeId, SessionId},
    open_words,
};

open_words! {
    /// The state of a change request.
    ChangeStatus {
        /// It can be merged or closed.
        Open = "open",
        /// Its work is on the base branch.
        Merged = "merged",
        /// It was put aside; it can be reopened.
        Closed = "closed",
    }
}

impl Default for ChangeStatus {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

open_words! {
    /// What happened to a file of a difference.
    FileStatus {
        /// It is new.
        Added = "added",
        /// Its content or mode changed.
        Modified = "modified",
        /// It is gone.
        Deleted = "deleted",
        /// It has another path, and perhaps other content.
        Renamed = "renamed",
        /// It was made from another file, which stays.
        Copied = "copied",
        /// It became a file, symbolic link or submodule and was another of these.
        TypeChanged = "typechange",
    }
}

impl Default for FileStatus {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// A change request: work on a branch that somebody may merge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeRequest {
    /// Its id, a UUID, by which routes name it.
    pub cr_id: ChangeId,
    /// Its number in the project, from 1; people write `#n`.
    pub number: u64,
    /// One line on what it does.
    pub title: String,
    /// What it does, in full; may be empty.
    pub description: String,
    /// The branch it would change.
    pub base_ref: String,
    /// The branch that holds the work; usually a session's.
    pub head_ref: String,
    /// Whether it waits, was merged or closed.
    pub status: ChangeStatus,
    /// The tip of the head branch, as of the last time the server looked (§6.3).
    pub head_commit_sha: Option<String>,
    /// The tip of the base branch, as of the last time the server looked (§6.3).
    pub base_commit_sha: Option<String>,
    /// The session whose agent made it.
    pub origin_session_id: Option<SessionId>,
    /// When it was merged, RFC 3339.
    pub merged_at: Option<String>,
    /// The commit that the merge made or moved the base to.
    pub merge_commit_sha: Option<String>,
    /// When it was closed, RFC 3339.
    pub closed_at: Option<String>,
    /// When it was opened, RFC 3339.
    pub created_at: String,
    /// When the row last changed, RFC 3339.
    pub updated_at: String,
}

/// What a change request would change (§6.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Difference {
    /// The base branch.
    pub base_ref: String,
    /// The head branch.
    pub head_ref: String,
    /// The base's tip.
    pub base_sha: String,
    /// The head's tip.
    pub head_sha: String,
    /// Where the two branches part; absent for unrelated histories.
    pub merge_base: Option<String>,
    /// The files; their counts are wrong for some names (`observed`, "Change requests").
    pub files: Vec<ChangedFile>,
    /// How many files there are.
    pub files_changed: u64,
    /// Lines added in all; right even where the counts of files are not.
    pub additions: u64,
    /// Lines removed in all; right even where the counts of files are not.
    pub deletions: u64,
    /// The unified diff as one text; empty although there are files when it was too large.
    pub patch: String,
}

/// One file of a difference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangedFile {
    /// Its path, unquoted.
    pub path: String,
    /// Its path before, for renames and copies.
    pub old_path: Option<String>,
    /// What happened to it.
    pub status: FileStatus,
    /// Lines added, as the server counted.
    pub additions: u64,
    /// Lines removed, as the server counted.
    pub deletions: u64,
}

/// How much one branch differs from another, counts only (§3.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BranchDifference {
    /// The tip of the branch with the work; absent when there is no such branch.
    pub from_sha: Option<String>,
    /// The tip of the branch that it would go into; absent when there is no such branch.
    pub into_sha: Option<String>,
    /// How many files differ.
    pub files_changed: u64,
    /// Lines added.
    pub additions: u64,
    /// Lines removed.
    pub deletions: u64,
}

/// How large a change is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeSize {
    /// Lines added.
    pub additions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// Files changed.
    pub files: u64,
}

/// What merging a change request would do (§6.5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MergePreview {
    /// The base's tip.
    pub base_sha: String,
    /// The head's tip.
    pub head_sha: String,
    /// Where the two branches part; absent for unrelated histories.
    pub merge_base: Option<String>,
    /// Whether the base only has to be moved forward.
    pub can_fast_forward: bool,
    /// Whether a merge would be clean.
    pub can_merge: bool,
    /// Paths in conflict; may be quoted as git quotes them, may be empty although nothing can be merged.
    pub conflicts: Vec<String>,
    /// Whether both tips are the same commit.
    pub is_up_to_date: bool,
}

/// What a merge did (§6.6).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MergeOutcome {
    /// The commit that the base branch is at now.
    pub merge_commit_sha: String,
    /// Whether the base was only moved forward.
    pub fast_forward: bool,
    /// The base's tip before.
    pub base_sha_before: Option<String>,
    /// The base's tip now.
    pub base_sha_after: Option<String>,
    /// Where the result is beside the control plane's own copy; only the embedded one tells.
    pub landing: Option<Landing>,
}

/// Whether a merge reached the user's own repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Landing {
    /// `landed`, `kept_in_mirror`, or a newer word.
    pub state: String,
    /// Why it stayed in the mirror.
    pub reason: Option<String>,
    /// The command that fetches it by hand.
    pub fetch: Option<String>,
}

/// A finding of the manifest gate that refused a merge (422 `MANIFEST_INVALID`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ManifestIssue {
    /// Where in the manifest, dotted.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// `error` or `warning`.
    pub severity: String,
    /// The line, from 1, for broken syntax.
    pub line: Option<u32>,
    /// The column, from 1, for broken syntax.
    pub column: Option<u32>,
}

impl ChangeRequest {
    /// Whether it can still be merged or closed.
    pub fn is_open(&self) -> bool {
        self.status == ChangeStatus::Open
    }
}
