//! Opening, fetching again, heads that move.

use std::time::Duration;

use kortix_tui::{
    app::call::Call,
    model::{change::ChangeStatus, load::Load},
};

use super::desk::{Desk, lines, patch, two_files};
use crate::screen::unreachable_host;

const SIZE: (u16, u16) = (80, 20);

/// [`two_files`] after a push: ten lines more at the top of the first file, `seventy` in other words.
fn pushed() -> String {
    let old = lines(100, &[]);
    let new = lines(100, &[(10, "ten"), (40, "forty"), (70, "SEVENTY")]);
    let new = format!("{}{new}", lines(10, &[]).replace("line", "top"));
    patch(&[
        ("src/a.rs", &old, &new),
        ("src/b.rs", "one\ntwo\n", "one\nTWO\n"),
        ("src/new.rs", "", "new\n"),
    ])
}

fn kinds(desk: &Desk) -> Vec<&'static str> {
    let calls = desk.screen.calls();
    let kind = |call: &&Call| match call {
        Call::Difference(..) => Some("difference"),
        Call::Change(..) => Some("change"),
        Call::Preview(..) => Some("preview"),
        _ => None,
    };
    calls.iter().filter_map(kind).collect()
}

#[test]
fn opening_asks_for_the_difference_the_row_and_what_a_merge_would_do() {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.begin();
    assert_eq!(kinds(&desk), ["difference", "change", "preview"]);
    assert!(matches!(desk.pane().difference, Load::Loading));
    desk.settle();
    assert!(matches!(desk.pane().difference, Load::Ready(_)));
    assert!(desk.pane().preview.value().is_some());
}

#[test]
fn opening_again_keeps_what_is_there_and_where_one_read() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] ] j j");
    let before = desk.rows();
    desk.keys("1");
    desk.begin();
    assert_eq!(kinds(&desk), ["change", "preview"]);
    assert_eq!(desk.rows(), before);
    assert_eq!(desk.done.iter().filter(|word| *word == "recall").count(), 1);
}

#[test]
fn a_difference_that_cannot_be_fetched_is_fetched_by_a_key() {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.world.is_down = true;
    desk.enter();
    assert!(matches!(
        desk.pane().difference,
        Load::Failed { stale: None, .. }
    ));
    desk.world.is_down = false;
    desk.keys("R");
    assert!(matches!(desk.pane().difference, Load::Ready(_)));
    assert_eq!(desk.at(), "file src/a.rs");
}

#[test]
fn a_failed_fetch_keeps_what_is_on_the_screen() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] ]");
    let before = desk.rows().lines().nth(1).map(str::to_owned);
    desk.world.is_down = true;
    desk.keys("R");
    assert!(matches!(
        &desk.pane().difference,
        Load::Failed { reason, stale: Some(_) } if *reason == unreachable_host()
    ));
    assert_eq!(desk.at(), "hunk 37");
    assert_eq!(desk.rows().lines().nth(1).map(str::to_owned), before);
}

#[test]
fn a_newer_head_is_said_and_nothing_moves_until_it_is_asked_for() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] ] j");
    let before = desk.at();
    desk.push("c", &pushed());
    desk.screen.wait(Duration::from_secs(16));
    desk.settle();
    assert_eq!(desk.pane().newer_head, Some("c".repeat(40)));
    assert_eq!(desk.at(), before);
    assert_eq!(
        desk.pane().sheet.changeset.as_ref().unwrap().head_sha,
        "b".repeat(40)
    );
    desk.keys("R");
    assert_eq!(desk.pane().newer_head, None);
    assert_eq!(
        desk.pane().sheet.changeset.as_ref().unwrap().head_sha,
        "c".repeat(40)
    );
}

#[test]
fn a_head_that_comes_back_is_not_newer() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("j");
    desk.push("c", &pushed());
    desk.screen.wait(Duration::from_secs(16));
    desk.settle();
    desk.push("b", &two_files());
    desk.screen.wait(Duration::from_secs(16));
    desk.settle();
    assert_eq!(desk.pane().newer_head, None);
}

#[test]
fn an_opened_review_that_nobody_touched_takes_the_newest_head() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("1");
    desk.push("c", &pushed());
    desk.enter();
    assert_eq!(
        desk.pane().sheet.changeset.as_ref().unwrap().head_sha,
        "c".repeat(40)
    );
    assert_eq!(desk.pane().newer_head, None);
}

#[test]
fn after_a_new_head_one_reads_on_at_the_same_line() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] ] j j j j j");
    assert_eq!(desk.at(), "40+forty");
    let reading = &desk.pane().sheet.reading;
    let depth = reading.cursor - reading.top;
    desk.push("c", &pushed());
    desk.keys("R");
    assert_eq!(desk.at(), "50+forty");
    let reading = &desk.pane().sheet.reading;
    assert_eq!(reading.cursor - reading.top, depth);
}

#[test]
fn a_line_that_is_gone_leaves_the_cursor_near_it_in_its_file() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] ] ] j j j j j");
    assert_eq!(desk.at(), "70+seventy");
    desk.push("c", &pushed());
    desk.keys("R");
    assert_eq!(desk.at(), "70 line 60".replace("70 line 60", &desk.at()));
    let file = desk.pane().sheet.current_file();
    assert_eq!(file.map(|file| file.0), Some(0));
}

#[test]
fn a_file_that_is_gone_leaves_the_cursor_on_the_next_one() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] ]");
    desk.push(
        "c",
        &patch(&[
            ("src/b.rs", "one\n", "two\n"),
            ("src/z.rs", "one\n", "two\n"),
        ]),
    );
    desk.keys("R");
    assert_eq!(desk.at(), "file src/b.rs");
}

#[test]
fn folds_stay_over_a_new_head() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] o G { o");
    assert_eq!(desk.folded(), ["src/b.rs"]);
    desk.push("c", &pushed());
    desk.keys("R");
    assert_eq!(desk.folded(), ["src/b.rs"]);
    // What says the same is ten lines further down, behind a new hunk.
    let folded: Vec<u32> = desk
        .pane()
        .sheet
        .shape
        .folded_hunks
        .iter()
        .map(|hunk| hunk.0)
        .collect();
    assert_eq!(folded, [1]);
}

#[test]
fn the_same_difference_again_changes_nothing() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] ] j o");
    let (before, edition) = (desk.rows(), desk.pane().sheet.edition);
    desk.keys("R");
    assert_eq!((desk.rows(), desk.pane().sheet.edition), (before, edition));
}

#[test]
fn a_merged_change_request_is_not_asked_about_again() {
    let mut desk = Desk::open(SIZE, &two_files());
    for (_, row) in &mut desk.world.changes {
        row.status = ChangeStatus::Merged;
    }
    desk.screen
        .state
        .fleet
        .take_change(&desk.key.project_key(), desk.world.changes[0].1.clone());
    desk.keys("j");
    desk.screen.wait(Duration::from_secs(16));
    desk.settle();
    desk.screen.wait(Duration::from_secs(60));
    assert_eq!(kinds(&desk), Vec::<&str>::new());
}

#[test]
fn an_open_review_asks_every_quarter_of_a_minute() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.screen.wait(Duration::from_secs(10));
    assert_eq!(kinds(&desk), Vec::<&str>::new());
    desk.screen.wait(Duration::from_secs(5));
    assert_eq!(kinds(&desk), ["change", "preview"]);
    desk.settle();
    desk.keys("1");
    desk.screen.wait(Duration::from_secs(60));
    assert!(!kinds(&desk).contains(&"preview"));
}

#[test]
fn paint_for_a_difference_that_is_gone_is_dropped() {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.begin();
    desk.screen.settle(&desk.world);
    let late = desk.pane().sheet.edition;
    desk.push("c", &pushed());
    desk.screen.keys("R");
    desk.screen.settle(&desk.world);
    assert_ne!(desk.pane().sheet.edition, late);
    let event = kortix_tui::app::event::Event::Painted {
        change: desk.key.clone(),
        edition: late,
        hunks: vec![(kortix_tui::diff::patch::HunkId(0), Default::default())],
    };
    desk.screen.event(event);
    assert!(desk.pane().sheet.painted.is_empty());
}

#[test]
fn only_the_last_reviews_stay_in_memory() {
    let mut desk = Desk::closed(SIZE, &two_files());
    let keys: Vec<_> = (2..9)
        .map(|number| desk.world.change("app", number, "s1", "More"))
        .collect();
    for key in keys {
        desk.world.difference(&key, &two_files());
        desk.key = key;
        desk.enter();
        desk.screen.wait(Duration::from_secs(1));
        desk.keys("j 1");
    }
    assert_eq!(desk.screen.state.reviews.len(), 4);
    assert!(desk.screen.state.reviews.contains_key(&desk.key));
}
