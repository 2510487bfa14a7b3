//! What a person notes about one change request: marks, comments, what was sent, what was looked at.
//!
//! Plain data that is kept on disk, and pure functions on it: [`marks`] knows what was reviewed,
//! [`comment`] what was said and [`placing`] where it stands now, [`merge`] joins what two instances
//! of the program noted, [`export`] makes text of it.
//!
//! Not for: files (`config::reviews`), dialogs (`app`).

pub mod comment;
pub mod digest;
pub mod export;
mod fence;
pub mod marks;
pub mod merge;
pub mod placing;
mod strip;

use serde::{Deserialize, Serialize};

use crate::{
    diff::review::{
        comment::{Comment, CommentId, Target},
        marks::Marks,
    },
    model::time::Millis,
};

/// Everything that is kept about the review of one change request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// What was reviewed, by content.
    pub marks: Marks,
    /// The head that was last looked at.
    pub looked: Option<Looked>,
    /// Drafts and sent comments, oldest first.
    pub comments: Vec<Comment>,
    /// What was sent, oldest first.
    pub rounds: Vec<Round>,
    /// A comment that is being written.
    pub writing: Option<Writing>,
    /// The message of a merge that was typed and not used.
    pub merge_message: Option<String>,
}

/// A head that was looked at; its patch is kept beside the review.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Looked {
    /// The head's commit.
    pub head_sha: String,
    /// The base's commit.
    pub base_sha: String,
    /// When.
    pub at: Millis,
}

/// Comments that were sent together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Round {
    /// The head they were about.
    pub head_sha: String,
    /// When.
    pub at: Millis,
    /// The prompt as it was sent.
    pub prompt: String,
    /// The comments in it, in the order of their numbers from 1.
    pub comments: Vec<CommentId>,
}

/// A comment that is being written: kept so that a crash loses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writing {
    /// The comment that is being edited; absent for a new one.
    pub comment: Option<CommentId>,
    /// What it is about.
    pub target: Target,
    /// The text so far.
    pub body: String,
}

/// What a comment that comes or changes needs from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// A random number, for the case that it becomes a comment of its own.
    pub id: CommentId,
    /// The present.
    pub at: Millis,
}

impl Review {
    /// A comment; `None` when it is not there.
    pub fn comment(&self, id: CommentId) -> Option<&Comment> {
        self.comments.iter().find(|comment| comment.id == id)
    }

    /// Comments that were not sent, oldest first.
    pub fn drafts(&self) -> impl Iterator<Item = &Comment> {
        self.comments
            .iter()
            .filter(|comment| comment.round.is_none())
    }

    /// Whether a comment with words in it was left in the middle.
    pub fn has_unfinished(&self) -> bool {
        let is_written = |writing: &Writing| !writing.body.trim().is_empty();
        self.writing.as_ref().is_some_and(is_written)
    }

    /// Whether something is here that was written and not sent.
    pub fn has_drafts(&self) -> bool {
        self.has_unfinished() || self.drafts().next().is_some()
    }

    /// Begins a comment, or goes on with the one that was begun on the same target. Words on something
    /// else that were left in the middle become a draft.
    pub fn begin(&mut self, target: Target, stamp: Stamp) {
        let same = |writing: &Writing| writing.comment.is_none() && writing.target == target;
        if self.writing.as_ref().is_some_and(same) {
            return;
        }
        self.save(stamp);
        self.writing = Some(Writing {
            comment: None,
            target,
            body: String::new(),
        });
    }

    /// Begins to edit a draft, or goes on with it; false for a comment that was sent or is gone.
    pub fn edit(&mut self, id: CommentId, stamp: Stamp) -> bool {
        let Some(draft) = self.drafts().find(|draft| draft.id == id) else {
            return false;
        };
        let same = |writing: &Writing| writing.comment == Some(id);
        if self.writing.as_ref().is_some_and(same) {
            return true;
        }
        let writing = Writing {
            comment: Some(id),
            target: draft.target.clone(),
            body: draft.body.clone(),
        };
        self.save(stamp);
        self.writing = Some(writing);
        true
    }

    /// Ends the writing: makes a draft of it, or changes the one it was begun from, and returns that
    /// one's id. Without words nothing is made or changed.
    pub fn save(&mut self, stamp: Stamp) -> Option<CommentId> {
        let writing = self.writing.take()?;
        let body = writing.body.trim_end();
        if body.trim().is_empty() {
            return None;
        }
        let drafts = self.comments.iter_mut();
        let mut drafts = drafts.filter(|comment| comment.round.is_none());
        if let Some(draft) = drafts.find(|draft| Some(draft.id) == writing.comment) {
            if draft.body != body {
                draft.body = body.to_owned();
                draft.at = stamp.at;
            }
            return Some(draft.id);
        }
        let id = self.free(stamp.id);
        self.comments.push(Comment {
            id,
            target: writing.target,
            body: body.to_owned(),
            at: stamp.at,
            round: None,
        });
        Some(id)
    }

    /// Deletes a comment and returns it, for [`Review::restore`].
    pub fn delete(&mut self, id: CommentId) -> Option<Comment> {
        let place = self.comments.iter().position(|comment| comment.id == id)?;
        Some(self.comments.remove(place))
    }

    /// Brings a deleted comment back, in its old order by time.
    pub fn restore(&mut self, comment: Comment) {
        if self.comment(comment.id).is_none() {
            let later = |other: &Comment| other.at > comment.at;
            let place = self.comments.iter().position(later);
            self.comments
                .insert(place.unwrap_or(self.comments.len()), comment);
        }
    }

    /// Notes that comments were sent, in the order of their numbers in the prompt, and returns the
    /// round; unknown ones are left out.
    pub fn send(&mut self, ids: &[CommentId], prompt: String, head_sha: &str, at: Millis) -> Round {
        let place = u32::try_from(self.rounds.len()).ok();
        let mut sent = Vec::new();
        for id in ids {
            let comment = self.comments.iter_mut().find(|comment| comment.id == *id);
            if let Some(comment) = comment {
                comment.round = place;
                sent.push(*id);
            }
        }
        let round = Round {
            head_sha: head_sha.to_owned(),
            at,
            prompt,
            comments: sent,
        };
        self.rounds.push(round.clone());
        round
    }

    /// The number itself, or the next one that no comment has.
    fn free(&self, id: CommentId) -> CommentId {
        let mut id = id;
        while self.comment(id).is_some() {
            id = CommentId(id.0.wrapping_add(1));
        }
        id
    }
}
