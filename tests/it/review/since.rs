//! What changed since the last look.

use std::{sync::Arc, time::Duration};

use kortix_tui::{
    app::review::since::Since,
    diff::review::{Looked, Review},
};

use super::desk::{Desk, changeset_of, patch, two_files};
use crate::screen::NOON;

const SIZE: (u16, u16) = (80, 20);

fn looked(head: &str) -> Review {
    Review {
        looked: Some(Looked {
            head_sha: head.repeat(40),
            base_sha: "a".repeat(40),
            at: NOON,
        }),
        ..Review::default()
    }
}

/// A review whose head was another one at the last look: since then `TWO` came.
fn moved() -> Desk {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.disk = Some(looked("e"));
    let since = patch(&[("src/b.rs", "one\ntwo\n", "one\nTWO\n")]);
    desk.compared = Ok(Arc::new(changeset_of(&"b".repeat(40), &since)));
    desk.enter();
    desk
}

#[test]
fn the_first_look_has_nothing_to_compare_with() {
    let mut desk = Desk::open(SIZE, &two_files());
    assert_eq!(desk.pane().since, Since::Never);
    desk.keys("u");
    assert_eq!(desk.said(), "you have not looked at this before");
}

#[test]
fn after_five_seconds_on_the_screen_a_head_counts_as_looked_at() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.screen.wait(Duration::from_secs(3));
    desk.settle();
    assert_eq!(desk.looked, None);
    desk.screen.wait(Duration::from_secs(2));
    desk.settle();
    assert_eq!(desk.looked.as_deref(), Some(two_files().as_str()));
    desk.screen.wait(Duration::from_secs(1));
    desk.settle();
    let disk = desk.disk.as_ref().unwrap();
    assert_eq!(disk.looked.as_ref().unwrap().head_sha, "b".repeat(40));
}

#[test]
fn leaving_counts_as_a_look_and_writes_the_notes_at_once() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("1");
    assert_eq!(desk.done, ["recall", "keep patch", "keep review"]);
    assert!(desk.disk.as_ref().unwrap().looked.is_some());
}

#[test]
fn the_same_head_again_has_not_changed() {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.disk = Some(looked("b"));
    desk.enter();
    assert_eq!(desk.pane().since, Since::Same);
    desk.keys("1");
    assert_eq!(desk.done, ["recall"]);
}

#[test]
fn the_comparison_is_made_before_the_new_patch_takes_the_place_of_the_old_one() {
    let mut desk = moved();
    assert!(
        matches!(&desk.pane().since, Since::Changed { changeset, at }
        if changeset.files.len() == 1 && *at == NOON)
    );
    desk.keys("1");
    assert_eq!(
        desk.done,
        ["recall", "compare", "keep patch", "keep review"]
    );
}

#[test]
fn a_review_that_is_left_before_the_comparison_is_back_is_kept_after_it() {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.disk = Some(looked("e"));
    let key = desk.key.clone();
    desk.begin();
    desk.screen.settle(&desk.world);
    let review = Box::new(looked("e"));
    desk.screen
        .event(kortix_tui::app::event::Event::ReviewRecalled(
            key.clone(),
            review,
        ));
    assert_eq!(desk.pane().since, Since::Comparing);
    desk.screen.keys("1");
    desk.screen.wait(Duration::from_secs(10));
    let kept = |desk: &Desk| {
        let effects = desk.screen.effects.iter();
        effects
            .filter(|effect| matches!(effect, kortix_tui::app::event::Effect::KeepPatch(..)))
            .count()
    };
    assert_eq!(kept(&desk), 0);
    let edition = desk.pane().sheet.edition;
    desk.screen.event(kortix_tui::app::event::Event::Compared {
        change: key,
        edition,
        outcome: Err("nothing".to_owned()),
    });
    assert_eq!(kept(&desk), 1);
    assert_eq!(
        desk.pane().review.looked.as_ref().unwrap().head_sha,
        "b".repeat(40)
    );
}

#[test]
fn only_what_changed_is_shown_and_the_whole_again_at_the_same_line() {
    let mut desk = moved();
    desk.keys("G u");
    assert_eq!(
        desk.rows(),
        " file src/b.rs\n hunk 1\n 1 one\n 2-two\n▌2+TWO\n"
    );
    assert!(desk.pane().whole.is_some());
    desk.keys("u");
    assert_eq!(desk.at(), "2+TWO");
    assert!(desk.all().contains(&"file src/a.rs".to_owned()));
    assert!(desk.pane().whole.is_none());
}

#[test]
fn a_mark_in_what_changed_is_one_in_the_whole() {
    let mut desk = moved();
    desk.keys("u r");
    assert_eq!(
        (desk.pane().progress.done, desk.pane().progress.total),
        (1, 2)
    );
    assert_eq!(desk.pane().sheet.reviewed.len(), 1);
    desk.keys("u");
    assert_eq!(
        desk.pane()
            .sheet
            .reviewed
            .iter()
            .map(|file| file.0)
            .collect::<Vec<_>>(),
        [1]
    );
    desk.keys("u g space");
    assert_eq!(
        desk.said(),
        "hunks are marked in the whole difference: `u` shows it; `r` marks the file"
    );
}

#[test]
fn commits_without_another_line_are_said() {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.disk = Some(looked("e"));
    desk.compared = Ok(Arc::new(changeset_of(&"b".repeat(40), "")));
    desk.enter();
    desk.keys("u");
    assert_eq!(
        desk.said(),
        "the commits are other ones, but no line changed"
    );
    assert!(desk.pane().whole.is_none());
}

#[test]
fn a_comparison_that_fails_says_why() {
    let mut desk = Desk::closed(SIZE, &two_files());
    desk.disk = Some(looked("e"));
    desk.enter();
    desk.keys("u");
    assert_eq!(desk.said(), "what changed cannot be said: nothing was kept");
}

#[test]
fn a_new_head_while_only_what_changed_is_shown_shows_the_whole() {
    let mut desk = moved();
    desk.keys("u");
    desk.push("c", &two_files());
    desk.keys("R");
    assert!(desk.pane().whole.is_none());
    assert_eq!(
        desk.pane().sheet.changeset.as_ref().unwrap().head_sha,
        "c".repeat(40)
    );
    assert!(desk.at().starts_with("file src/b.rs"), "{}", desk.at());
}
