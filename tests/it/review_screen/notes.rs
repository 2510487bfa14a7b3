//! Comments: under their lines, while they are written, and when their lines are gone.

use kortix_tui::{
    app::{Screen as Place, event::Event},
    diff::{
        patch::Side,
        review::{
            Review, Round,
            comment::{Anchor, Comment, CommentId, Target},
        },
    },
    model::{id::ChangeKey, time::Millis},
};

use super::story::{PATCH, open, paint, pane, world};
use crate::screen::{NOON, Screen};

fn comment(id: u64, target: Target, body: &str, round: Option<u32>) -> Comment {
    Comment {
        id: CommentId(id),
        target,
        body: body.to_owned(),
        at: Millis(NOON.0 - 1_000 * 60 * 60 * 3),
        round,
    }
}

fn lines(first: u32, lines: &[&str]) -> Target {
    let anchor = Anchor {
        first,
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        ..Anchor::default()
    };
    Target::Lines {
        path: "src/login.rs".to_owned(),
        side: Side::New,
        anchor,
    }
}

/// A review with comments of every kind.
fn commented(columns: u16, rows: u16) -> (Screen, ChangeKey) {
    let (world, key) = world(PATCH);
    let mut screen = Screen::new(columns, rows);
    screen.settle(&world);
    screen.state.show(Place::Review(key.clone()));
    let file = Target::File {
        path: "src/login.rs".to_owned(),
    };
    let audit = lines(16, &["        self.audit.note(name);"]);
    let gone = lines(40, &["    fn gone() {", "        never();", "    }"]);
    let review = Review {
        comments: vec![
            comment(1, Target::Change, "Good. Two questions below.", Some(0)),
            comment(2, file, "Is there a test for this?", None),
            comment(
                3,
                audit,
                "Before the check, so that **failures** are noted too:\n\n```rust\nself.audit.note(name);\n```\nWhat do you think? This goes on for a while so that it has to be wrapped.",
                Some(0),
            ),
            comment(4, gone, "Why is this `here`?\u{1b}[2J", Some(0)),
        ],
        rounds: vec![Round::default()],
        ..Review::default()
    };
    screen.event(Event::ReviewRecalled(key.clone(), Box::new(review)));
    screen.settle(&world);
    screen.settle(&world);
    paint(&mut screen);
    (screen, key)
}

#[test]
fn comments_stand_where_they_belong() {
    let (mut screen, _) = commented(80, 44);
    insta::assert_snapshot!("comments_80", screen.screen());
    insta::assert_snapshot!("comments_roles", screen.roles());
    let (mut screen, _) = commented(200, 44);
    insta::assert_snapshot!("comments_200", screen.screen());
}

#[test]
fn comments_in_something_folded_are_counted() {
    let (mut screen, _) = commented(100, 40);
    screen.keys("O");
    let text = screen.screen();
    assert!(
        text.contains("M src/login.rs +4 −5 1 comment inside"),
        "{text}"
    );
    assert!(text.contains("Is there a test for this?"), "{text}");
}

#[test]
fn a_comment_is_written_under_its_line() {
    let (mut screen, _) = open(80, 30);
    screen.keys("j j j j j j j j c");
    screen.text(
        "Why not from the configuration? It has a limit of its own, and two are one too many.",
    );
    screen.keys("alt-enter");
    screen.text("ok");
    insta::assert_snapshot!("writing", screen.screen());
    assert_eq!(screen.cursor(), Some((7, 15)));
}

#[test]
fn a_comment_on_a_range_names_its_lines() {
    let (mut screen, key) = open(80, 30);
    screen.keys("j j j j j j j j v j c");
    let text = screen.screen();
    assert!(text.contains("comment on src/login.rs:13-14"), "{text}");
    screen.text("both");
    screen.keys("enter");
    assert_eq!(pane(&mut screen, &key).review.comments.len(), 1);
    let text = screen.screen();
    assert!(
        text.contains("you · draft · just now · on 2 lines"),
        "{text}"
    );
}

#[test]
fn a_comment_without_end_leaves_room_for_its_line() {
    let (mut screen, _) = open(80, 24);
    screen.keys("j j j j j j j j c");
    for number in 0..60 {
        screen.text(&format!("line {number}"));
        screen.keys("alt-enter");
    }
    screen.text("the last");
    let text = screen.screen();
    assert!(text.contains("self.limits.attempts"), "{text}");
    assert!(text.contains("the last"), "{text}");
    assert!(screen.cursor().is_some());
}
