//! Writing, editing, deleting and sending comments.

use kortix_tui::{
    diff::review::{
        Review, Round, Stamp, Writing,
        comment::{CommentId, Target},
    },
    model::time::Millis,
};

use super::draft;

const LATER: Millis = Millis(5_000);

fn stamp(id: u64) -> Stamp {
    let id = CommentId(id);
    Stamp { id, at: LATER }
}

fn file(path: &str) -> Target {
    let path = path.to_owned();
    Target::File { path }
}

fn noted() -> Review {
    Review {
        comments: vec![draft(1, Target::Change, "one"), draft(2, file("a"), "two")],
        ..Review::default()
    }
}

fn write(review: &mut Review, text: &str) {
    review.writing.as_mut().unwrap().body = text.to_owned();
}

fn bodies(review: &Review) -> Vec<&str> {
    let comments = review.comments.iter();
    comments.map(|comment| &*comment.body).collect()
}

#[test]
fn what_was_written_becomes_a_draft() {
    let mut review = noted();
    review.begin(file("b"), stamp(3));
    write(&mut review, "three \n");
    assert_eq!(review.save(stamp(3)), Some(CommentId(3)));
    assert_eq!(review.writing, None);
    let mut three = draft(3, file("b"), "three");
    three.at = LATER;
    assert_eq!(review.comments.last(), Some(&three));
}

#[test]
fn an_id_that_is_taken_is_not_taken_twice() {
    let mut review = noted();
    review.begin(Target::Change, stamp(9));
    write(&mut review, "three");
    assert_eq!(review.save(stamp(1)), Some(CommentId(3)));
    assert_eq!(bodies(&review), ["one", "two", "three"]);
}

#[test]
fn nothing_but_blanks_makes_no_comment_and_changes_none() {
    let mut review = noted();
    review.begin(Target::Change, stamp(3));
    write(&mut review, " \n ");
    assert_eq!(review.save(stamp(3)), None);
    assert!(review.edit(CommentId(1), stamp(4)));
    write(&mut review, "");
    assert_eq!(review.save(stamp(4)), None);
    assert_eq!(review, noted());
}

#[test]
fn beginning_on_the_same_goes_on_and_on_something_else_keeps_a_draft() {
    let mut review = noted();
    review.begin(file("b"), stamp(3));
    write(&mut review, "half");
    review.begin(file("b"), stamp(4));
    assert_eq!(review.writing.as_ref().unwrap().body, "half");
    review.begin(file("c"), stamp(5));
    assert_eq!(bodies(&review), ["one", "two", "half"]);
    let empty = Writing {
        comment: None,
        target: file("c"),
        body: String::new(),
    };
    assert_eq!(review.writing, Some(empty));
}

#[test]
fn an_edited_draft_stays_in_its_place() {
    let mut review = noted();
    assert!(review.edit(CommentId(1), stamp(3)));
    assert_eq!(review.writing.as_ref().unwrap().body, "one");
    write(&mut review, "one, edited");
    assert_eq!(review.save(stamp(3)), Some(CommentId(1)));
    assert_eq!(bodies(&review), ["one, edited", "two"]);
    assert_eq!(review.comments[0].at, LATER);
}

#[test]
fn a_deleted_comment_comes_back_where_it_was() {
    let mut review = noted();
    let deleted = review.delete(CommentId(1)).unwrap();
    assert_eq!(bodies(&review), ["two"]);
    assert_eq!(review.delete(CommentId(1)), None);
    review.restore(deleted.clone());
    review.restore(deleted);
    assert_eq!(review, noted());
}

#[test]
fn words_on_a_draft_that_was_deleted_meanwhile_become_a_draft() {
    let mut review = noted();
    review.edit(CommentId(1), stamp(3));
    write(&mut review, "still here");
    review.delete(CommentId(1));
    assert_eq!(review.save(stamp(3)), Some(CommentId(3)));
    assert_eq!(bodies(&review), ["two", "still here"]);
}

#[test]
fn what_was_sent_is_kept_with_the_prompt_and_can_no_longer_be_edited() {
    let mut review = noted();
    let ids = [CommentId(2), CommentId(7), CommentId(1)];
    let round = review.send(&ids, "prompt".to_owned(), "abc", LATER);
    let sent = Round {
        head_sha: "abc".to_owned(),
        at: LATER,
        prompt: "prompt".to_owned(),
        comments: vec![CommentId(2), CommentId(1)],
    };
    assert_eq!(round, sent);
    assert_eq!(review.rounds, [sent]);
    assert_eq!(review.drafts().count(), 0);
    assert!(!review.has_drafts());
    assert_eq!(review.comment(CommentId(2)).unwrap().round, Some(0));
    assert!(!review.edit(CommentId(2), stamp(3)));
}
