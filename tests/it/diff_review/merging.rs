//! Two instances of the program on the same change request.

use kortix_tui::{
    diff::review::{
        Looked, Review, Writing,
        comment::{CommentId, Target},
    },
    model::time::Millis,
};
use proptest::{collection::vec, prelude::*};

use super::draft;

fn with(comments: &[(u64, &str)]) -> Review {
    let comments = comments.iter();
    Review {
        comments: comments
            .map(|(id, body)| draft(*id, Target::Change, body))
            .collect(),
        ..Review::default()
    }
}

fn bodies(review: &Review) -> Vec<&str> {
    let comments = review.comments.iter();
    comments.map(|comment| &*comment.body).collect()
}

/// Both ways: ours into theirs, theirs into ours; only the order of what is new may differ.
fn merged(base: &Review, ours: &Review, theirs: &Review) -> Review {
    let merged = ours.merged(base, theirs);
    let other = theirs.merged(base, ours);
    assert_eq!(by_id(other), by_id(merged.clone()));
    by_id(merged)
}

fn by_id(mut review: Review) -> Review {
    review.comments.sort_by_key(|comment| comment.id);
    review
}

#[test]
fn drafts_of_both_are_kept_and_a_deleted_one_is_not() {
    let base = with(&[(1, "one"), (2, "two")]);
    let ours = with(&[(1, "one"), (2, "two"), (3, "ours")]);
    let theirs = with(&[(2, "two"), (4, "theirs")]);
    assert_eq!(
        merged(&base, &ours, &theirs),
        with(&[(2, "two"), (3, "ours"), (4, "theirs")])
    );
}

#[test]
fn a_comment_that_one_deleted_and_the_other_edited_stays() {
    let base = with(&[(1, "one")]);
    let theirs = with(&[(1, "one, edited")]);
    assert_eq!(merged(&base, &with(&[]), &theirs), theirs);
}

#[test]
fn of_two_edits_the_later_wins_and_the_other_becomes_a_draft() {
    let base = with(&[(1, "one")]);
    let mut ours = with(&[(1, "ours, later")]);
    ours.comments[0].at = Millis(9_000);
    let theirs = with(&[(1, "theirs")]);
    let both = merged(&base, &ours, &theirs);
    assert_eq!(bodies(&both), ["ours, later", "theirs"]);
    assert_eq!(both.comments[0].id, CommentId(1));
    // Whoever merges again finds the copy that is there.
    assert_eq!(ours.merged(&base, &both).comments.len(), 2);
    assert_eq!(merged(&ours, &ours, &both), both);
}

#[test]
fn what_one_sent_stays_sent_and_the_others_edit_becomes_a_draft() {
    let base = with(&[(1, "one"), (2, "two")]);
    let mut sent = base.clone();
    let ids = [CommentId(1), CommentId(2)];
    sent.send(&ids, "prompt".to_owned(), "abc", Millis(2_000));
    let edited = with(&[(1, "one, too late"), (2, "two")]);
    let both = merged(&base, &edited, &sent);
    assert_eq!(bodies(&both), ["one", "two", "one, too late"]);
    let drafts: Vec<&str> = both.drafts().map(|draft| &*draft.body).collect();
    assert_eq!(drafts, ["one, too late"]);
    assert_eq!(both.rounds, sent.rounds);
}

#[test]
fn rounds_of_both_are_kept_in_order_and_comments_know_theirs() {
    let base = with(&[(1, "one"), (2, "two")]);
    let (mut ours, mut theirs) = (base.clone(), base.clone());
    ours.send(&[CommentId(1)], "ours".to_owned(), "abc", Millis(3_000));
    theirs.send(&[CommentId(2)], "theirs".to_owned(), "abc", Millis(2_000));
    let both = merged(&base, &ours, &theirs);
    let prompts: Vec<&str> = both.rounds.iter().map(|round| &*round.prompt).collect();
    assert_eq!(prompts, ["theirs", "ours"]);
    let places: Vec<_> = both.comments.iter().map(|comment| comment.round).collect();
    assert_eq!(places, [Some(1), Some(0)]);
}

#[test]
fn marks_of_both_count_and_those_taken_away_do_not() {
    let marks = |digests: &[&str]| {
        let mut review = Review::default();
        review.marks.hunks = digests.iter().map(|digest| (*digest).to_owned()).collect();
        review
    };
    let merged = merged(
        &marks(&["a", "b"]),
        &marks(&["a", "b", "c"]),
        &marks(&["b", "d"]),
    );
    assert_eq!(merged, marks(&["b", "c", "d"]));
}

#[test]
fn the_last_look_counts() {
    let looked = |head: &str, at| Review {
        looked: Some(Looked {
            head_sha: head.to_owned(),
            base_sha: String::new(),
            at: Millis(at),
        }),
        ..Review::default()
    };
    let base = looked("one", 1);
    assert_eq!(merged(&base, &base, &looked("two", 2)), looked("two", 2));
    assert_eq!(
        merged(&base, &looked("three", 3), &looked("two", 2)),
        looked("three", 3)
    );
}

#[test]
fn what_is_being_written_is_ours_unless_only_they_write() {
    let writing = |body: &str| Review {
        writing: Some(Writing {
            comment: None,
            target: Target::Change,
            body: body.to_owned(),
        }),
        merge_message: Some(body.to_owned()),
        ..Review::default()
    };
    let (none, one, two) = (Review::default(), writing("one"), writing("two"));
    assert_eq!(one.merged(&none, &two), one);
    assert_eq!(none.merged(&none, &two), two);
    assert_eq!(none.merged(&one, &two), two);
    assert_eq!(none.merged(&one, &one), none);
}

#[derive(Debug, Clone)]
enum Deed {
    Add(String),
    Edit(usize, String),
    Delete(usize),
    Send(usize),
    Mark(u8),
    Unmark(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    let place = 0..6_usize;
    prop_oneof![
        3 => "[a-z]{1,6}".prop_map(Deed::Add),
        3 => (place.clone(), "[a-z]{1,6}").prop_map(|(place, body)| Deed::Edit(place, body)),
        1 => place.clone().prop_map(Deed::Delete),
        1 => place.prop_map(Deed::Send),
        1 => (0..6_u8).prop_map(Deed::Mark),
        1 => (0..6_u8).prop_map(Deed::Unmark),
    ]
}

/// What becomes of a review by some deeds of an instance, whose clock and ids are its own.
fn after(review: &Review, instance: u64, deeds: &[Deed]) -> Review {
    let mut review = review.clone();
    for (step, deed) in (1..).zip(deeds) {
        let number = instance * 1_000 + step;
        let at = Millis(10 * number as i64);
        match deed {
            Deed::Add(body) => {
                let mut comment = draft(number, Target::Change, body);
                comment.at = at;
                review.comments.push(comment);
            }
            Deed::Edit(place, body) => {
                let drafts = review.comments.iter_mut();
                let mut drafts = drafts.filter(|comment| comment.round.is_none());
                if let Some(comment) = drafts.nth(*place) {
                    comment.body.push_str(body);
                    comment.at = at;
                }
            }
            Deed::Delete(place) if *place < review.comments.len() => {
                review.comments.remove(*place);
            }
            Deed::Delete(_) => {}
            Deed::Send(place) => {
                let draft = review.drafts().nth(*place).map(|comment| comment.id);
                let ids: Vec<CommentId> = draft.into_iter().collect();
                review.send(&ids, format!("prompt {number}"), "head", at);
            }
            Deed::Mark(mark) => drop(review.marks.hunks.insert(mark.to_string())),
            Deed::Unmark(mark) => drop(review.marks.hunks.remove(&mark.to_string())),
        }
    }
    review
}

fn reviews() -> impl Strategy<Value = [Review; 3]> {
    let deeds = || vec(deed(), 0..8);
    (deeds(), deeds(), deeds()).prop_map(|(base, ours, theirs)| {
        let base = after(&Review::default(), 1, &base);
        let (ours, theirs) = (after(&base, 2, &ours), after(&base, 3, &theirs));
        [base, ours, theirs]
    })
}

proptest! {
    #[test]
    fn it_does_not_matter_who_merges([base, ours, theirs] in reviews()) {
        let (one, other) = (ours.merged(&base, &theirs), theirs.merged(&base, &ours));
        prop_assert_eq!(by_id(one), by_id(other));
    }

    #[test]
    fn without_changes_of_the_other_a_merge_changes_nothing([base, ours, theirs] in reviews()) {
        prop_assert_eq!(&ours.merged(&base, &base), &ours);
        prop_assert_eq!(&base.merged(&base, &theirs), &theirs);
    }

    #[test]
    fn nothing_that_was_written_is_lost([base, ours, theirs] in reviews()) {
        let merged = ours.merged(&base, &theirs);
        let old = bodies(&base);
        for body in bodies(&ours).into_iter().chain(bodies(&theirs)) {
            if !old.contains(&body) {
                prop_assert!(bodies(&merged).contains(&body), "{}", body);
            }
        }
        for round in ours.rounds.iter().chain(&theirs.rounds) {
            prop_assert!(merged.rounds.contains(round));
        }
    }

    #[test]
    fn merging_twice_is_merging_once([base, ours, theirs] in reviews()) {
        let once = ours.merged(&base, &theirs);
        prop_assert_eq!(ours.merged(&ours, &once), once);
    }
}
