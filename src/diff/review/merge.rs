//! Joins what two instances of the program noted about the same change request.
//!
//! In: the review both began from, ours and theirs. Out: one with what each of them added, edited and
//! took away. Words are never lost: a comment that one deleted and the other edited stays, and of a
//! comment that both edited the later text wins while the other becomes a draft of its own. What is
//! equal on all three sides costs nothing and stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::review::{
    Looked, Review, Round,
    comment::{Comment, CommentId},
    digest::Digest,
    marks::Marks,
};

impl Review {
    /// Applies to `theirs` what changed from `base` to `self`.
    pub fn merged(&self, base: &Self, theirs: &Self) -> Self {
        let rounds = rounds(&base.rounds, &self.rounds, &theirs.rounds);
        let mut comments = comments(&base.comments, &self.comments, &theirs.comments);
        for comment in &mut comments {
            // Places of rounds differ between instances.
            let of_it = |round: &Round| round.comments.contains(&comment.id);
            let place = rounds.iter().rposition(of_it);
            comment.round = place.and_then(|place| u32::try_from(place).ok());
        }
        Self {
            marks: Marks {
                hunks: set(&base.marks.hunks, &self.marks.hunks, &theirs.marks.hunks),
                files: set(&base.marks.files, &self.marks.files, &theirs.marks.files),
            },
            looked: looked(base, self, theirs).cloned(),
            comments,
            rounds,
            writing: text(&base.writing, &self.writing, &theirs.writing),
            merge_message: text(
                &base.merge_message,
                &self.merge_message,
                &theirs.merge_message,
            ),
        }
    }
}

fn set(
    base: &BTreeSet<String>,
    ours: &BTreeSet<String>,
    theirs: &BTreeSet<String>,
) -> BTreeSet<String> {
    let kept = theirs
        .iter()
        .filter(|digest| ours.contains(*digest) || !base.contains(*digest));
    let added = ours.iter().filter(|digest| !base.contains(*digest));
    kept.chain(added).cloned().collect()
}

fn looked<'a>(base: &Review, ours: &'a Review, theirs: &'a Review) -> Option<&'a Looked> {
    let (ours, theirs) = (&ours.looked, &theirs.looked);
    if *ours == base.looked {
        return theirs.as_ref();
    }
    if *theirs == base.looked {
        return ours.as_ref();
    }
    let at = |looked: &&Looked| (looked.at, looked.head_sha.clone());
    ours.iter().chain(theirs).max_by_key(at)
}

/// A text in the middle of being written: ours, unless nothing of ours is left to lose.
fn text<T: Clone + PartialEq>(base: &Option<T>, ours: &Option<T>, theirs: &Option<T>) -> Option<T> {
    let is_kept = ours != base && (ours.is_some() || theirs == base);
    if is_kept { ours } else { theirs }.clone()
}

/// All rounds, oldest first.
fn rounds(base: &[Round], ours: &[Round], theirs: &[Round]) -> Vec<Round> {
    let is_new = |round: &&Round| !base.contains(round) && !theirs.contains(round);
    let mut rounds: Vec<Round> = theirs
        .iter()
        .chain(ours.iter().filter(is_new))
        .cloned()
        .collect();
    rounds.sort_by(|one, other| (one.at, &one.prompt).cmp(&(other.at, &other.prompt)));
    rounds
}

/// All comments: theirs in their order, then those that only we have, then copies.
fn comments(base: &[Comment], ours: &[Comment], theirs: &[Comment]) -> Vec<Comment> {
    let [base, known, met] = [base, ours, theirs].map(by_id);
    let only_ours = ours.iter().filter(|comment| !met.contains_key(&comment.id));
    let mut merged = Vec::new();
    let mut copies = Vec::new();
    for Comment { id, .. } in theirs.iter().chain(only_ours) {
        let [base, ours, theirs] = [&base, &known, &met].map(|list| list.get(id).copied());
        let both = one(base, ours, theirs);
        merged.extend(both.kept);
        copies.extend(both.copy);
    }
    for copy in copies {
        // An earlier merge may have made it.
        if merged.iter().all(|comment| comment.id != copy.id) {
            merged.push(copy);
        }
    }
    merged
}

fn by_id(comments: &[Comment]) -> BTreeMap<CommentId, &Comment> {
    let pairs = comments.iter().map(|comment| (comment.id, comment));
    pairs.collect()
}

/// What becomes of one comment.
#[derive(Default)]
struct Both {
    kept: Option<Comment>,
    /// The text that lost, as a draft.
    copy: Option<Comment>,
}

fn one(base: Option<&Comment>, ours: Option<&Comment>, theirs: Option<&Comment>) -> Both {
    let kept = |comment: Option<&Comment>| Both {
        kept: comment.cloned(),
        copy: None,
    };
    // The place of a round is not a change of its own: it may differ between instances.
    let same = |one: Option<&Comment>, other: Option<&Comment>| {
        let words = |comment: &Comment| {
            let is_sent = comment.round.is_some();
            (comment.body.clone(), comment.target.clone(), is_sent)
        };
        one.map(words) == other.map(words)
    };
    match (ours, theirs) {
        _ if same(ours, base) => kept(theirs),
        _ if same(theirs, base) => kept(ours),
        (Some(ours), Some(theirs)) => both(ours, theirs),
        // One deleted what the other edited.
        (Some(comment), None) | (None, Some(comment)) => kept(Some(comment)),
        (None, None) => Both::default(),
    }
}

/// A comment that both changed.
fn both(ours: &Comment, theirs: &Comment) -> Both {
    // What was sent cannot be taken back.
    let rank = |comment: &Comment| (comment.round.is_some(), comment.at, comment.body.clone());
    let (winner, loser) = if rank(ours) >= rank(theirs) {
        (ours, theirs)
    } else {
        (theirs, ours)
    };
    let copy = (winner.body != loser.body).then(|| Comment {
        id: copied(loser),
        round: None,
        ..loser.clone()
    });
    Both {
        kept: Some(winner.clone()),
        copy,
    }
}

/// The id of the copy of a comment: the same wherever and whenever it is made.
fn copied(comment: &Comment) -> CommentId {
    let id = comment.id.0.to_string();
    CommentId(Digest::of("copy").with(&id).with(&comment.body).number())
}
