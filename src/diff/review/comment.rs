//! Comments and their anchors, which survive a new head.
//!
//! An anchor remembers the commented lines and their neighbors as text, as they were when the comment
//! was made; it never changes afterwards, so that an outdated comment still shows what it was about.
//! Where it stands in another changeset is found anew each time (`placing`).

use serde::{Deserialize, Serialize};

use crate::{
    diff::{
        changeset::{Changeset, FileId},
        patch::{Hunk, LineId, LineKind, Side},
        review::strip::Strip,
    },
    model::time::Millis,
};

/// A comment of one review.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CommentId(pub u64);

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Its id, unique in the review also among instances of the program.
    pub id: CommentId,
    /// What it is about.
    pub target: Target,
    /// What it says, Markdown.
    pub body: String,
    /// When it was written or last edited.
    pub at: Millis,
    /// The round it was sent in, by place; absent for a draft.
    pub round: Option<u32>,
}

/// What a comment is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The whole change.
    Change,
    /// One file.
    File {
        /// Its path.
        path: String,
    },
    /// Some lines of a file.
    Lines {
        /// The file's path on the side of the lines.
        path: String,
        /// The side the lines are on.
        side: Side,
        /// Where they are.
        anchor: Anchor,
    },
}

/// Lines as they were when the comment was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Anchor {
    /// The number of the first line on its side, from 1.
    pub first: u32,
    /// The lines' text.
    pub lines: Vec<String>,
    /// Up to three lines before them.
    pub before: Vec<String>,
    /// Up to three lines behind them.
    pub after: Vec<String>,
}

/// Where a comment stands in a changeset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// On the whole change.
    Change,
    /// On a file.
    File(FileId),
    /// On lines of the patch.
    Lines {
        /// The file.
        file: FileId,
        /// The first line.
        first: LineId,
        /// The last line.
        last: LineId,
    },
    /// On an unchanged line outside of the hunks, by its number after.
    Context {
        /// The file.
        file: FileId,
        /// The last line's number, from 1.
        line: u32,
    },
    /// Its lines are gone; the file may still be there.
    Outdated(Option<FileId>),
}

impl Anchor {
    /// The number of the last line on its side, from 1.
    pub fn last(&self) -> u32 {
        let more = self.lines.len().saturating_sub(1);
        self.first
            .saturating_add(u32::try_from(more).unwrap_or(u32::MAX))
    }
}

impl Target {
    /// The target of some lines of the patch, from `first` to `last` or the other way around, all of
    /// one file and hunk; the new side unless only removed lines are among them.
    pub fn of_lines(
        changeset: &Changeset,
        file: FileId,
        first: LineId,
        last: LineId,
    ) -> Option<Self> {
        let (first, last) = (first.min(last), first.max(last));
        let entry = changeset.file(file)?;
        let patch = &changeset.patch;
        let shown = patch.file(entry.patch_file?)?;
        let is_around =
            |hunk: &&Hunk| hunk.lines.contains(&first.0) && hunk.lines.contains(&last.0);
        let hunk = patch.hunks_of(shown).iter().find(is_around)?;
        let chosen = patch.lines().get(first.0 as usize..=last.0 as usize)?;
        let only_removed = chosen.iter().all(|line| line.kind == LineKind::Removed);
        let side = if only_removed { Side::Old } else { Side::New };
        let strip = Strip::of_hunk(patch, hunk, side);
        let is_chosen = |id: &LineId| (first..=last).contains(id);
        let from = strip.ids.iter().position(is_chosen)?;
        let to = strip.ids.iter().rposition(is_chosen)?;
        let old_path = entry.old_path.as_ref().filter(|_| side == Side::Old);
        Some(Self::Lines {
            path: old_path.unwrap_or(&entry.path).clone(),
            side,
            anchor: strip.anchor(from, to),
        })
    }

    /// Where it is, for people: `src/a.rs:12-14`, `src/a.rs:7 (before)`, `src/a.rs`, `the whole change`.
    pub fn location(&self) -> String {
        match self {
            Self::Change => "the whole change".to_owned(),
            Self::File { path } => path.clone(),
            Self::Lines { path, side, anchor } => {
                let lines = span(anchor.first, anchor.last());
                match side {
                    Side::New => format!("{path}:{lines}"),
                    Side::Old => format!("{path}:{lines} (before)"),
                }
            }
        }
    }

    /// The path of what it is about; `None` for the whole change.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Change => None,
            Self::File { path } | Self::Lines { path, .. } => Some(path),
        }
    }
}

/// Some lines by their numbers: `7`, `12-14`.
pub(super) fn span(first: u32, last: u32) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}-{last}")
    }
}
