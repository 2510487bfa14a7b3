//! Marking what is reviewed, and keeping it.

use std::time::Duration;

use kortix_tui::{
    app::{
        event::{Effect, Event},
        review::folding::Reason,
    },
    diff::review::Review,
};

use super::desk::{Desk, lines, patch, two_files};

const SIZE: (u16, u16) = (80, 20);

fn progress(desk: &Desk) -> (usize, usize) {
    (desk.pane().progress.done, desk.pane().progress.total)
}

#[test]
fn a_marked_file_folds_and_the_next_one_is_gone_to() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] j r");
    assert_eq!(
        (desk.at().as_str(), progress(&desk)),
        ("file src/b.rs", (1, 2))
    );
    assert_eq!(desk.folded(), ["src/a.rs"]);
    assert_eq!(
        desk.pane().sheet.folded_for.values().collect::<Vec<_>>(),
        [&Reason::Reviewed]
    );
    desk.keys("r");
    assert_eq!(
        (desk.said().as_str(), progress(&desk)),
        ("all files are reviewed", (2, 2))
    );
}

#[test]
fn a_mark_that_is_taken_away_unfolds_the_file_and_stays_there() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("r g r");
    assert_eq!(
        (desk.at().as_str(), progress(&desk)),
        ("file src/a.rs", (0, 2))
    );
    assert!(desk.folded().is_empty());
}

#[test]
fn hunks_are_marked_one_by_one_and_the_last_one_marks_the_file() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("space");
    assert_eq!(
        desk.said(),
        "put the cursor on a hunk to mark it; `r` marks the file"
    );
    desk.keys("] space");
    assert_eq!((desk.at().as_str(), progress(&desk)), ("hunk 37", (0, 2)));
    desk.keys("space space");
    assert_eq!((desk.at().as_str(), progress(&desk)), ("hunk 1", (1, 2)));
    assert_eq!(desk.folded(), ["src/a.rs"]);
    desk.keys("space");
    assert_eq!(progress(&desk), (2, 2));
    desk.keys("g o ] space");
    assert_eq!(progress(&desk), (1, 2));
}

#[test]
fn marks_are_written_a_second_later_once() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] space space");
    assert!(desk.disk.is_none());
    desk.screen.wait(Duration::from_secs(1));
    desk.settle();
    assert_eq!(desk.disk.as_ref().unwrap().marks.hunks.len(), 2);
    assert_eq!(
        desk.done
            .iter()
            .filter(|word| *word == "keep review")
            .count(),
        1
    );
}

#[test]
fn the_end_of_the_program_writes_what_was_not_written() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] space");
    desk.screen.event(Event::Terminate);
    let kept = desk.screen.effects.iter().position(
        |effect| matches!(effect, Effect::KeepReview(_, review) if review.marks.hunks.len() == 1),
    );
    let quit = desk
        .screen
        .effects
        .iter()
        .position(|effect| *effect == Effect::Quit);
    assert!(kept.is_some() && kept < quit);
}

#[test]
fn nothing_is_written_before_what_is_on_the_disk_was_read_and_nothing_is_lost() {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.begin();
    desk.screen.settle(&desk.world);
    desk.screen.keys("] space");
    desk.screen.wait(Duration::from_secs(5));
    let is_kept = |effect: &Effect| matches!(effect, Effect::KeepReview(..));
    assert!(!desk.screen.effects.iter().any(is_kept));
    let mut before = Review::default();
    before.marks.hunks.insert("of another day".to_owned());
    desk.disk = Some(before);
    desk.settle();
    desk.screen.wait(Duration::from_secs(1));
    desk.settle();
    assert_eq!(desk.disk.as_ref().unwrap().marks.hunks.len(), 2);
}

#[test]
fn marks_stay_over_a_new_head_and_lapse_where_the_content_is_another_one() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("r r");
    assert_eq!(progress(&desk), (2, 2));
    let old = lines(100, &[]);
    let new = lines(100, &[(10, "ten"), (40, "FORTY"), (70, "seventy")]);
    let next = patch(&[
        ("src/a.rs", &old, &new),
        ("src/b.rs", "one\ntwo\n", "one\nTWO\n"),
    ]);
    desk.push("c", &next);
    desk.keys("R");
    assert_eq!(progress(&desk), (1, 2));
    assert_eq!(desk.folded(), ["src/b.rs"]);
    let marked = |hunk| {
        desk.pane()
            .is_hunk_reviewed(kortix_tui::diff::patch::HunkId(hunk))
    };
    assert_eq!([marked(0), marked(1), marked(2)], [true, false, true]);
}

#[test]
fn what_was_reviewed_before_is_folded_when_it_is_opened() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("r 1");
    let disk = desk.disk.clone();
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.disk = disk;
    desk.enter();
    assert_eq!(
        (desk.folded(), progress(&desk)),
        (vec!["src/a.rs".to_owned()], (1, 2))
    );
}
