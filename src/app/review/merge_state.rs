//! What would come of merging a change request, in one word for lists and one sentence for heads.
//!
//! In: its row, what the host said of a merge, and the difference where it is here. Out:
//! [`MergeState`]. Not for: refusals of a merge that was tried (`merging`).

use std::borrow::Cow;

use crate::{
    app::fleet::Fetched,
    diff::{changeset::Changeset, patch::quoted::unquote},
    model::{
        change::{ChangeRequest, ChangeStatus, MergePreview},
        load::Load,
    },
    text,
};

/// What would come of merging a change request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeState {
    /// The host was not heard yet.
    Asking,
    /// The host could not say it.
    Failed {
        /// Why, one line.
        reason: String,
    },
    /// It was merged; the abbreviated commit where it is known.
    Merged {
        /// The commit that the base is at since.
        commit: Option<String>,
    },
    /// It was closed, and is not merged unless it is reopened.
    Closed,
    /// Both branches are at the same commit.
    UpToDate,
    /// The base has all of the head already.
    Behind,
    /// The branches differ in commits, not in content.
    NoDifference,
    /// The base only has to be moved forward.
    FastForward,
    /// A merge commit without conflicts.
    Clean,
    /// Both changed the same lines.
    Conflicts {
        /// The files; empty when the host does not name them.
        paths: Vec<String>,
    },
    /// The branches share no commit.
    Unrelated,
}

impl MergeState {
    /// What would come of merging `row`, whether or not the host was heard.
    pub fn of(
        row: &ChangeRequest,
        preview: &Fetched<MergePreview>,
        changeset: Option<&Changeset>,
    ) -> Self {
        let is_over = matches!(row.status, ChangeStatus::Merged | ChangeStatus::Closed);
        match preview {
            Load::Absent | Load::Loading if !is_over => Self::Asking,
            Load::Failed {
                reason,
                stale: None,
            } if !is_over => Self::Failed {
                reason: text::sanitize_line(&reason.to_string()).into_owned(),
            },
            Load::Ready(_) | Load::Failed { .. } | Load::Absent | Load::Loading => {
                let nothing = MergePreview::default();
                merge_state(row, preview.value().unwrap_or(&nothing), changeset)
            }
        }
    }

    /// A word or two, for a row of a list.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Asking => "asking",
            Self::Failed { .. } => "unknown",
            Self::Merged { .. } => "merged",
            Self::Closed => "closed",
            Self::UpToDate => "up to date",
            Self::Behind => "behind",
            Self::NoDifference => "no difference",
            Self::FastForward => "fast-forward",
            Self::Clean => "clean",
            Self::Conflicts { .. } => "conflicts",
            Self::Unrelated => "unrelated",
        }
    }

    /// What to know before merging, without the names of files; safe for the screen.
    pub fn words(&self) -> Cow<'static, str> {
        let words = match self {
            Self::Asking => "asking what a merge would do",
            Self::Failed { reason } => {
                return Cow::Owned(format!("what a merge would do is not known: {reason}"));
            }
            Self::Merged { commit: None } => "merged",
            Self::Merged { commit: Some(hash) } => return Cow::Owned(format!("merged as {hash}")),
            Self::Closed => "closed, not merged",
            Self::UpToDate => "up to date: both branches are at the same commit",
            Self::Behind => "behind: nothing new to merge",
            Self::NoDifference => "merges cleanly, and changes nothing",
            Self::FastForward => "fast-forward",
            Self::Clean => "merges cleanly",
            Self::Conflicts { paths } if paths.is_empty() => "conflicts: cannot be merged",
            Self::Conflicts { paths } => {
                let files = text::count(paths.len(), "file", "files");
                return Cow::Owned(format!("conflicts in {files}"));
            }
            Self::Unrelated => "unrelated histories: cannot be merged",
        };
        Cow::Borrowed(words)
    }

    /// [`MergeState::words`] with the files in conflict: `conflicts in 2 files: a.rs, b.rs`.
    pub fn words_in_full(&self) -> Cow<'static, str> {
        match self {
            Self::Conflicts { paths } if !paths.is_empty() => {
                let names: Vec<Cow<'_, str>> =
                    paths.iter().map(|path| text::sanitize_line(path)).collect();
                Cow::Owned(format!("{}: {}", self.words(), names.join(", ")))
            }
            Self::Asking
            | Self::Failed { .. }
            | Self::Merged { .. }
            | Self::Closed
            | Self::UpToDate
            | Self::Behind
            | Self::NoDifference
            | Self::FastForward
            | Self::Clean
            | Self::Conflicts { .. }
            | Self::Unrelated => self.words(),
        }
    }
}

/// What the host's preview means for a change request; the difference tells what it leaves open.
pub fn merge_state(
    row: &ChangeRequest,
    preview: &MergePreview,
    changeset: Option<&Changeset>,
) -> MergeState {
    match row.status {
        ChangeStatus::Merged => {
            let hash = row.merge_commit_sha.as_deref();
            return MergeState::Merged {
                commit: hash.map(|hash| text::sanitize_line(text::short_hash(hash)).into_owned()),
            };
        }
        ChangeStatus::Closed => return MergeState::Closed,
        ChangeStatus::Open | ChangeStatus::Other(_) => {}
    }
    if preview.is_up_to_date {
        return MergeState::UpToDate;
    }
    // The tip of the head is what both have in common: the base only went on.
    if preview.merge_base.as_ref() == Some(&preview.head_sha) {
        return MergeState::Behind;
    }
    if preview.can_merge || preview.can_fast_forward {
        let is_same = |all: &Changeset| all.files.is_empty() && all.head_sha == preview.head_sha;
        return if changeset.is_some_and(is_same) {
            MergeState::NoDifference
        } else if preview.can_fast_forward {
            MergeState::FastForward
        } else {
            MergeState::Clean
        };
    }
    if preview.merge_base.is_none() {
        return MergeState::Unrelated;
    }
    let plain = |path: &String| unquote(path).map_or_else(|| path.clone(), |(plain, _)| plain);
    MergeState::Conflicts {
        paths: preview.conflicts.iter().map(plain).collect(),
    }
}
