//! Dialogs about change requests, and comments on them: keys in, screen and effects out.

use kortix_tui::{
    api,
    app::{
        Screen as Shown,
        call::{Call, Reply},
        event::{Effect, Event},
    },
    diff::review::Review,
    model::{
        change::{ChangeRequest, ChangeStatus, Landing, MergeOutcome, MergePreview},
        id::{ChangeKey, SessionKey},
        session::SessionStatus,
    },
};

use crate::screen::{Screen, World};

const PATCH: &str = "diff --git a/src/login.rs b/src/login.rs
index 1111111..2222222 100644
--- a/src/login.rs
+++ b/src/login.rs
@@ -1,4 +1,5 @@ fn login()
 fn login() {
-    open(user);
+    check(user);
+    open(user);
 }
 // end
";

struct Desk {
    screen: Screen,
    world: World,
    change: ChangeKey,
    session: SessionKey,
}

/// The review of one change request, opened on a terminal of 90 by 30.
fn desk() -> Desk {
    let mut world = World::with_projects(&["shop"]);
    let session = world.session("shop", "aaaa", "Fix the login", SessionStatus::Stopped, 60);
    let change = world.change("shop", 7, "aaaa", "Check users");
    world.difference(&change, PATCH);
    let mut screen = Screen::new(90, 30);
    screen.settle(&world);
    screen.state.show(Shown::Review(change.clone()));
    screen.event(Event::ReviewRecalled(
        change.clone(),
        Box::<Review>::default(),
    ));
    screen.settle(&world);
    screen.draw();
    Desk {
        screen,
        world,
        change,
        session,
    }
}

impl Desk {
    fn settle(&mut self) {
        self.screen.settle(&self.world);
        self.screen.draw();
    }

    fn review(&self) -> &Review {
        &self.screen.state.reviews[&self.change].review
    }

    /// Answers the merge that is under way.
    fn answer_merge(&mut self, reply: Result<Reply, api::Error>) {
        let place = self.screen.effects.iter().position(
            |effect| matches!(effect, Effect::Call { call, .. } if matches!(call, Call::Merge { .. })),
        );
        let Effect::Call { op, .. } = self.screen.effects.remove(place.unwrap()) else {
            unreachable!("it was found as a call");
        };
        self.screen.event(Event::Reply(op, reply));
        self.screen.draw();
    }

    fn has(&mut self, words: &str) -> bool {
        // Words may be broken over rows of a box.
        let text = self.screen.screen();
        let flat: Vec<&str> = text
            .split(|letter: char| letter.is_whitespace() || letter == '│')
            .filter(|word| !word.is_empty())
            .collect();
        flat.join(" ").contains(words)
    }
}

#[test]
fn a_merge_says_what_it_will_do_before_it_is_done() {
    let mut desk = desk();
    desk.screen.keys("m");
    desk.settle();
    assert!(desk.has("`main` moves forward from aaaaaaaa to bbbbbbbb"));
    assert!(desk.has("Merge CR #7: Check users"));
    assert!(
        !desk
            .screen
            .calls()
            .iter()
            .any(|call| matches!(call, Call::Merge { .. }))
    );
}

#[test]
fn a_merge_names_the_tips_that_were_previewed_and_the_message_that_was_typed() {
    let mut desk = desk();
    desk.screen.keys("m");
    desk.settle();
    desk.screen.text(", now");
    desk.screen.keys("enter");
    let calls = desk.screen.calls();
    let merge = calls
        .iter()
        .find(|call| matches!(call, Call::Merge { .. }))
        .copied();
    let wanted = Call::Merge {
        project: "shop".into(),
        change: desk.change.change.clone(),
        message: Some("Merge CR #7: Check users, now".to_owned()),
        head_sha: "b".repeat(40),
        base_sha: "a".repeat(40),
    };
    assert_eq!(merge, Some(&wanted));
}

#[test]
fn a_merge_that_is_done_closes_its_dialog_and_shows_the_new_state() {
    let mut desk = desk();
    desk.screen.keys("m");
    desk.settle();
    desk.screen.keys("enter");
    let row = desk.screen.state.fleet.change(&desk.change).unwrap();
    let row = ChangeRequest {
        status: ChangeStatus::Merged,
        ..row.clone()
    };
    desk.world.changes = vec![("shop".into(), row)];
    desk.settle();
    assert!(desk.screen.state.overlays.is_empty());
    let row = desk.screen.state.fleet.change(&desk.change).unwrap();
    assert_eq!(row.status, ChangeStatus::Merged);
    assert!(desk.has("#7 is merged into `main`"));
}

#[test]
fn a_refused_merge_keeps_the_message_and_says_why() {
    let mut desk = desk();
    desk.screen.keys("m");
    desk.settle();
    desk.screen.text(" (mine)");
    desk.screen.keys("enter");
    desk.answer_merge(Err(api::Error::Conflict {
        message: "`main` moved since the preview".to_owned(),
    }));
    assert!(desk.has("`main` moved since the preview"));
    assert!(desk.has("Check users (mine)"));
    // Left and opened again, the words are still there.
    desk.screen.keys("esc m");
    assert!(desk.has("Check users (mine)"));
}

#[test]
fn findings_of_the_manifest_are_shown_with_the_refusal() {
    let mut desk = desk();
    desk.screen.keys("m");
    desk.settle();
    desk.screen.keys("enter");
    desk.answer_merge(Err(api::Error::Invalid {
        message: "kortix.toml has errors".to_owned(),
        code: Some("MANIFEST_INVALID".to_owned()),
        issues: vec!["triggers[0].slug: is missing".to_owned()],
    }));
    assert!(desk.has("kortix.toml has errors"));
    assert!(desk.has("triggers[0].slug: is missing"));
}

#[test]
fn branches_that_conflict_are_not_merged_and_the_files_are_named() {
    let mut desk = desk();
    let preview = MergePreview {
        base_sha: "a".repeat(40),
        head_sha: "b".repeat(40),
        merge_base: Some("c".repeat(40)),
        conflicts: vec!["src/login.rs".to_owned()],
        ..MergePreview::default()
    };
    desk.world
        .previews
        .insert(desk.change.change.clone(), preview);
    desk.screen.keys("R");
    desk.settle();
    desk.screen.keys("m");
    desk.settle();
    desk.screen.keys("enter");
    assert!(desk.has("The branches conflict."));
    assert!(desk.has("conflict: src/login.rs"));
    assert!(
        !desk
            .screen
            .calls()
            .iter()
            .any(|call| matches!(call, Call::Merge { .. }))
    );
}

#[test]
fn a_merge_that_could_not_reach_the_repository_says_how_to_fetch_it() {
    let mut desk = desk();
    desk.screen.keys("m");
    desk.settle();
    desk.screen.keys("enter");
    let row = desk
        .screen
        .state
        .fleet
        .change(&desk.change)
        .unwrap()
        .clone();
    let outcome = MergeOutcome {
        merge_commit_sha: "d".repeat(40),
        landing: Some(Landing {
            state: "kept_in_mirror".to_owned(),
            reason: Some("the work tree has changes that are not committed".to_owned()),
            fetch: Some("git fetch '/data/mirror.git' main".to_owned()),
        }),
        ..MergeOutcome::default()
    };
    desk.answer_merge(Ok(Reply::Merged(Box::new(row), outcome)));
    assert!(desk.has("the work tree has changes that are not committed"));
    assert!(desk.has("git fetch '/data/mirror.git' main"));
}

#[test]
fn closing_asks_first_and_reopening_brings_it_back() {
    let mut desk = desk();
    desk.screen.keys("x");
    assert!(desk.has("Close #7?"));
    desk.screen.keys("y");
    desk.settle();
    let status = |desk: &Desk| {
        let row = desk.screen.state.fleet.change(&desk.change);
        row.map(|row| row.status.clone())
    };
    assert_eq!(status(&desk), Some(ChangeStatus::Closed));
    desk.screen.keys("m");
    assert!(desk.has("only an open change request can be merged"));
    desk.screen.keys("X y");
    desk.settle();
    assert_eq!(status(&desk), Some(ChangeStatus::Open));
}

#[test]
fn the_first_line_of_an_edit_is_the_title() {
    let mut desk = desk();
    desk.screen.keys("T");
    desk.screen.text(" twice");
    desk.screen.keys("alt-enter");
    desk.screen.text("Because once is not enough.");
    desk.screen.keys("enter");
    let calls = desk.screen.calls();
    let edit = calls.iter().find_map(|call| match call {
        Call::EditChange {
            title, description, ..
        } => Some((title.as_str(), description.as_str())),
        _ => None,
    });
    assert_eq!(
        edit,
        Some(("Check users twice", "Because once is not enough."))
    );
}

/// Puts the cursor on the line `check(user)`.
fn go_to_the_check(desk: &mut Desk) {
    for _ in 0..40 {
        let row = desk.screen.cursor_row();
        if row.contains("check(user)") {
            return;
        }
        desk.screen.keys("j");
    }
    panic!("the line is not there:\n{}", desk.screen.screen());
}

#[test]
fn a_comment_stands_under_its_line_and_is_kept() {
    let mut desk = desk();
    go_to_the_check(&mut desk);
    desk.screen.keys("c");
    desk.screen.text("What if there is none?");
    desk.screen.keys("enter");
    let comments = &desk.review().comments;
    let said: Vec<(String, &str)> = comments
        .iter()
        .map(|comment| (comment.target.location(), comment.body.as_str()))
        .collect();
    assert_eq!(
        said,
        [("src/login.rs:2".to_owned(), "What if there is none?")]
    );
    let text = desk.screen.screen();
    let line = text.lines().position(|row| row.contains("check(user)"));
    let comment = text
        .lines()
        .position(|row| row.contains("What if there is"));
    assert!(line.unwrap() < comment.unwrap());
    let kept = desk
        .screen
        .effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::KeepReview(_, review) => Some(review.comments.len()),
            _ => None,
        });
    assert_eq!(kept, Some(1));
}

#[test]
fn every_letter_of_a_comment_is_kept_while_it_is_typed() {
    let mut desk = desk();
    go_to_the_check(&mut desk);
    desk.screen.keys("c");
    desk.screen.text("half a thou");
    let kept = desk
        .screen
        .effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::KeepReview(_, review) => review.writing.as_ref().map(|it| it.body.clone()),
            _ => None,
        });
    assert_eq!(kept.as_deref(), Some("half a thou"));
    // Left and begun again on the same line, the words are still there.
    desk.screen.keys("esc c");
    desk.screen.text("ght");
    desk.screen.keys("enter");
    assert_eq!(desk.review().comments[0].body, "half a thought");
}

#[test]
fn a_deleted_comment_comes_back() {
    let mut desk = desk();
    go_to_the_check(&mut desk);
    desk.screen.keys("c");
    desk.screen.text("Why?");
    desk.screen.keys("enter )");
    desk.screen.keys("D");
    assert_eq!(desk.review().comments, []);
    desk.screen.keys("alt-u");
    assert_eq!(desk.review().comments[0].body, "Why?");
}

#[test]
fn comments_go_to_the_session_that_made_the_change_after_they_were_shown() {
    let mut desk = desk();
    go_to_the_check(&mut desk);
    desk.screen.keys("c");
    desk.screen.text("Why?");
    desk.screen.keys("enter C");
    assert!(desk.has("`Fix the login` sleeps: it is started"));
    assert!(desk.has("1. `src/login.rs:2`"));
    desk.screen.keys("y");
    let starts =
        desk.screen.calls().into_iter().any(
            |call| matches!(call, Call::Start(_, session) if *session == desk.session.session),
        );
    assert!(starts, "the session was not started");
    let pane = &desk.screen.state.panes[&desk.session];
    assert!(pane.unsent().contains("Why?"));
    assert_eq!(desk.review().rounds.len(), 1);
    assert_eq!(desk.review().comments[0].round, Some(0));
    // What was sent is not sent again.
    desk.screen.keys("C");
    assert!(desk.has("there is no comment to send"));
}

#[test]
fn without_a_yes_nothing_is_sent() {
    let mut desk = desk();
    go_to_the_check(&mut desk);
    desk.screen.keys("c");
    desk.screen.text("Why?");
    desk.screen.keys("enter C n");
    assert_eq!(desk.review().rounds, []);
    assert!(!desk.screen.state.panes.contains_key(&desk.session));
}

#[test]
fn comments_are_exported_as_markdown() {
    let mut desk = desk();
    desk.screen.keys("A");
    desk.screen.text("Good work.");
    desk.screen.keys("enter ctrl-e");
    let exported = desk.screen.effects.iter().find_map(|effect| match effect {
        Effect::Export { name, text } => Some((name.clone(), text.contains("Good work."))),
        _ => None,
    });
    assert_eq!(exported, Some(("review-7.md".to_owned(), true)));
}
