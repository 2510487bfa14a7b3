//! What is known of a change request beside its row, and what is kept of that for the next run.
//!
//! Sizes and trial merges cost the server a fetch of the repository, so that each is remembered with
//! the two tips it is about. Not for: fetching them (`looks`), or the review itself (`app::review`).

use serde::{Deserialize, Serialize};

use crate::model::{
    change::{ChangeRequest, ChangeSize, MergePreview},
    time::Millis,
};

/// What is known of a change request beside its row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeFacts {
    /// How large it is; absent until it was counted.
    pub size: Option<Found<ChangeSize>>,
    /// What merging it would do; absent until it was tried.
    pub trial: Option<Found<MergePreview>>,
    /// How far its review is; absent when nobody reviewed it here.
    pub reviewed: Option<Reviewed>,
    /// When its tips were last looked at; absent until they were, in this run.
    #[serde(skip)]
    pub tips_at: Option<Millis>,
}

/// Something that was found out about two tips.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Found<T> {
    /// The tips of the row when it was asked for.
    pub asked: Tips,
    /// The tips that the answer is about.
    pub about: Tips,
    /// What was found.
    pub value: T,
}

/// The commits that two branches are at; empty where unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tips {
    /// The head's.
    pub head: String,
    /// The base's.
    pub base: String,
}

/// How far a review is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reviewed {
    /// How many files are marked as reviewed.
    pub done: usize,
    /// How many files there are; 0 when nobody counted.
    pub total: usize,
    /// How many comments were written and not sent.
    pub drafts: usize,
    /// The head's tip that was last looked at; absent when none was.
    pub looked: Option<String>,
}

/// What merging would do, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It would be clean.
    Clean,
    /// Paths are in conflict, or git could not merge for another reason.
    Conflicts,
    /// The base has all of it already.
    NothingNew,
    /// The branches share no history.
    Unrelated,
}

impl Verdict {
    /// The word beside the glyph.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Conflicts => "conflicts",
            Self::NothingNew => "nothing new",
            Self::Unrelated => "unrelated",
        }
    }
}

impl Tips {
    /// The tips that a row names.
    pub fn of(row: &ChangeRequest) -> Self {
        Self {
            head: row.head_commit_sha.clone().unwrap_or_default(),
            base: row.base_commit_sha.clone().unwrap_or_default(),
        }
    }
}

impl<T> Found<T> {
    /// Whether it is about the tips of the row as it is now.
    pub fn is_current(&self, row: &ChangeRequest) -> bool {
        let tips = Tips::of(row);
        self.asked == tips || self.about == tips
    }

    /// Whether it is about the work of the row as it is now; the base may have moved.
    fn is_about_head(&self, row: &ChangeRequest) -> bool {
        let head = row.head_commit_sha.as_deref().unwrap_or_default();
        self.asked.head == head || self.about.head == head
    }

    /// Has it asked for again, although it is shown until then.
    pub fn expire(&mut self) {
        self.asked.base.clear();
        self.about.base.clear();
    }
}

impl ChangeFacts {
    /// How large the change is; `None` when unknown. What was merged or closed keeps its last size.
    pub fn size_of(&self, row: &ChangeRequest) -> Option<ChangeSize> {
        let found = self.size.as_ref()?;
        (!row.is_open() || found.is_about_head(row)).then_some(found.value)
    }

    /// What merging would do; `None` when unknown or no question any more.
    pub fn verdict(&self, row: &ChangeRequest) -> Option<Verdict> {
        let found = self.trial.as_ref().filter(|found| found.is_about_head(row));
        let preview = &found.filter(|_| row.is_open())?.value;
        let is_empty = self.size_of(row).is_some_and(|size| size.files == 0);
        Some(match preview {
            _ if preview.is_up_to_date => Verdict::NothingNew,
            _ if preview.can_merge && is_empty => Verdict::NothingNew,
            _ if preview.can_merge || preview.can_fast_forward => Verdict::Clean,
            _ if preview.merge_base.is_none() && preview.conflicts.is_empty() => Verdict::Unrelated,
            _ => Verdict::Conflicts,
        })
    }

    /// Whether somebody looked at the work as it is now.
    pub fn is_looked_at(&self, row: &ChangeRequest) -> bool {
        let looked = self.reviewed.as_ref().and_then(|it| it.looked.as_ref());
        looked.is_some() && looked == row.head_commit_sha.as_ref()
    }

    /// Whether there is nothing worth keeping.
    pub fn is_empty(&self) -> bool {
        self.size.is_none() && self.trial.is_none() && self.reviewed.is_none()
    }
}
