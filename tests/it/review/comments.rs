//! Comments between the lines: where they stand, how they are reached, how tall they are.

use kortix_tui::{
    app::review::geometry,
    diff::{
        patch::LineId,
        review::{
            Looked, Review,
            comment::{Comment, CommentId, Target},
        },
        rows::Row,
    },
};

use super::desk::{Desk, changeset_of, lines, patch, two_files};
use crate::screen::NOON;

const SIZE: (u16, u16) = (80, 30);

/// Notes with a comment on the line that says `forty`, one on the second file and one on the whole.
fn commented() -> Review {
    let changeset = changeset_of("b", &two_files());
    let forty = (0..)
        .map(LineId)
        .find(|line| changeset.patch.line_text(*line) == "forty");
    let forty = forty.unwrap();
    let file = changeset.by_path("src/a.rs").unwrap();
    let line = Target::of_lines(&changeset, file, forty, forty).unwrap();
    let path = "src/b.rs".to_owned();
    let targets = [line, Target::File { path }, Target::Change];
    let comment = |(id, target)| Comment {
        id: CommentId(id),
        target,
        body: "why\n\n- so\n- or so".to_owned(),
        at: NOON,
        round: None,
    };
    Review {
        comments: (1..).zip(targets).map(comment).collect(),
        ..Review::default()
    }
}

fn desk() -> Desk {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.disk = Some(commented());
    desk.enter();
    desk
}

fn before(desk: &Desk, row: &str) -> String {
    let all = desk.all();
    let place = all.iter().position(|other| other == row).unwrap();
    all[place - 1].clone()
}

#[test]
fn comments_stand_under_what_they_are_about() {
    let desk = desk();
    assert_eq!(before(&desk, "comment 1"), "40+forty");
    assert_eq!(before(&desk, "comment 2"), "file src/b.rs");
    assert_eq!(desk.all()[0], "comment 3");
}

#[test]
fn keys_go_from_comment_to_comment() {
    let mut desk = desk();
    desk.keys("g )");
    assert_eq!(desk.at(), "comment 1");
    desk.keys(")");
    assert_eq!(desk.at(), "comment 2");
    desk.keys(") ( (");
    assert_eq!(desk.at(), "comment 3");
    desk.keys("(");
    assert_eq!(desk.said(), "no comment stands further up");
}

#[test]
fn a_comment_takes_its_text_and_its_frame() {
    let desk = desk();
    let pane = desk.pane();
    let row = (0..pane.sheet.rows.len())
        .find(|row| matches!(pane.sheet.row(*row), Some(Row::Comment(CommentId(1)))))
        .unwrap();
    let geometry = geometry::divide(&desk.screen.state, pane);
    let body = geometry::comment_lines(pane, &pane.review.comments[0], geometry);
    assert_eq!(body.len(), 4);
    let height = geometry::height(&desk.screen.state, pane, geometry, row);
    assert_eq!(height, body.len() + geometry::FRAME);
}

#[test]
fn after_a_new_head_the_cursor_stays_on_its_comment_and_the_comment_on_its_line() {
    let mut desk = desk();
    desk.keys("g )");
    let old = lines(100, &[]);
    let new = lines(100, &[(2, "two\nand more"), (40, "forty"), (70, "seventy")]);
    desk.push("c", &patch(&[("src/a.rs", &old, &new)]));
    desk.keys("R");
    assert_eq!(desk.at(), "comment 1");
    assert_eq!(before(&desk, "comment 1"), "41+forty");
    // The second file is gone with its change; what was said about it is not.
    assert!(desk.all().contains(&"comment 2".to_owned()));
    assert_eq!(desk.pane().sheet.outdated, [CommentId(2)]);
}

#[test]
fn the_text_of_a_file_is_fetched_where_only_it_can_tell_whether_a_line_is_left() {
    let mut desk = desk();
    let old = lines(100, &[]);
    // The commented change is undone; its line says `forty` no more, but nobody knows before.
    let new = lines(100, &[(10, "ten"), (70, "seventy")]);
    desk.world.files.insert("src/a.rs".to_owned(), new.clone());
    desk.push("c", &patch(&[("src/a.rs", &old, &new)]));
    desk.keys("R");
    let file = desk
        .pane()
        .sheet
        .changeset
        .as_ref()
        .unwrap()
        .by_path("src/a.rs")
        .unwrap();
    assert!(desk.pane().sheet.shape.contents.contains_key(&file));
    assert!(desk.pane().sheet.outdated.contains(&CommentId(1)));
}

#[test]
fn what_changed_since_shows_only_comments_on_its_own_lines() {
    let since = patch(&[("src/b.rs", "one\ntwo\n", "one\nTWO\n")]);
    let mut desk = Desk {
        compared: Ok(std::sync::Arc::new(changeset_of(&"b".repeat(40), &since))),
        ..Desk::closed(SIZE, &two_files())
    };
    let mut disk = commented();
    disk.looked = Some(Looked {
        head_sha: "e".repeat(40),
        ..Looked::default()
    });
    desk.disk = Some(disk);
    desk.enter();
    desk.keys("u");
    assert!(
        !desk.all().iter().any(|row| row.starts_with("comment")),
        "{:?}",
        desk.all()
    );
    desk.keys("u");
    assert_eq!(before(&desk, "comment 1"), "40+forty");
}
