//! From a session to its change request: keys, badges, and what needs a person.

use kortix_tui::{
    app::Screen as Shown,
    attention::Standing,
    diff::review::{Looked, Review},
    model::change::ChangeStatus,
};

use super::{Story, end, looked_at, story, titles, trial, watch};
use crate::screen::{Screen, World, asks_permission, works_on};

fn board(columns: u16, rows: u16, world: &World) -> Screen {
    let mut screen = Screen::new(columns, rows);
    screen.settle(world);
    screen
}

#[test]
fn d_on_the_board_reviews_the_open_change_request_and_leads_back() {
    let Story {
        world,
        login,
        sessions,
        ..
    } = story();
    let mut screen = board(100, 20, &world);
    while screen.state.board.selected() != Some(&sessions[0]) {
        screen.keys("j");
    }
    screen.keys("esc d");
    assert_eq!(screen.state.screen, Shown::Review(login));
    screen.keys("q");
    assert_eq!(screen.state.screen, Shown::Board);
}

#[test]
fn d_in_a_session_reviews_its_change_request_and_leads_back() {
    let Story {
        world,
        login,
        sessions,
        ..
    } = story();
    let mut screen = board(100, 20, &world);
    screen.state.show(Shown::Session(sessions[0].clone()));
    screen.keys("esc d");
    assert_eq!(screen.state.screen, Shown::Review(login));
    screen.keys("q");
    assert_eq!(screen.state.screen, Shown::Session(sessions[0].clone()));
}

#[test]
fn d_lists_them_when_a_session_has_several() {
    let Story {
        mut world,
        sessions,
        ..
    } = story();
    world.change("kortix-tui", 7, "aaaa", "Ask a third time");
    let mut screen = board(100, 20, &world);
    screen.state.show(Shown::Session(sessions[0].clone()));
    screen.keys("esc d");
    assert_eq!(screen.state.screen, Shown::Changes);
    let mut found = titles(&mut screen);
    found.sort();
    assert_eq!(found, ["Ask a third time", "Check the password twice"]);
    assert!(screen.screen().contains("only of Fix the login"));
}

#[test]
fn d_shows_a_merged_one_when_nothing_is_open() {
    let Story {
        mut world,
        login,
        sessions,
        ..
    } = story();
    end(&mut world, login.change.as_str(), ChangeStatus::Merged, 3);
    let mut screen = board(100, 20, &world);
    screen.state.show(Shown::Session(sessions[0].clone()));
    screen.keys("esc d");
    assert_eq!(screen.state.screen, Shown::Review(login));
}

#[test]
fn d_says_why_there_is_nothing_to_review() {
    let Story {
        mut world,
        sessions,
        ..
    } = story();
    world.changes.clear();
    let mut screen = board(100, 20, &world);
    screen.state.show(Shown::Session(sessions[0].clone()));
    screen.keys("esc d");
    // The list may be older than the change request, so it is asked for first.
    assert!(
        screen
            .screen()
            .contains("looking for the session's change request")
    );
    screen.settle(&world);
    assert_eq!(screen.state.screen, Shown::Session(sessions[0].clone()));
    let text = screen.screen();
    assert!(
        text.contains("this session has no change request yet"),
        "{text}"
    );
}

#[test]
fn d_finds_a_change_request_that_was_opened_a_moment_ago() {
    let Story {
        mut world,
        login,
        sessions,
        ..
    } = story();
    let opened = std::mem::take(&mut world.changes);
    let mut screen = board(100, 20, &world);
    screen.state.show(Shown::Session(sessions[0].clone()));
    world.changes = opened;
    screen.keys("esc d");
    screen.settle(&world);
    assert_eq!(screen.state.screen, Shown::Review(login));
}

#[test]
fn a_branch_leads_to_its_change_request_where_the_origin_is_not_told() {
    let Story {
        mut world,
        login,
        sessions,
        ..
    } = story();
    for (_, row) in &mut world.changes {
        row.origin_session_id = None;
    }
    let mut screen = board(100, 20, &world);
    screen.state.show(Shown::Session(sessions[0].clone()));
    screen
        .state
        .fleet
        .sessions
        .get_mut(&sessions[0])
        .unwrap()
        .row
        .branch_name = "aaaa".to_owned();
    screen.keys("esc d");
    assert_eq!(screen.state.screen, Shown::Review(login));
}

#[test]
fn the_board_says_which_session_has_which_change_request() {
    let Story {
        mut world,
        login,
        docs,
        ..
    } = story();
    trial(&mut world, &login, &[]);
    end(&mut world, docs.change.as_str(), ChangeStatus::Merged, 3);
    let mut screen = looked_at(100, 14, &world);
    screen.keys("1");
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_conflict_is_marked_on_the_board_too() {
    let Story { world, .. } = story();
    let mut screen = looked_at(100, 14, &world);
    screen.keys("1");
    let text = screen.screen();
    let row = text
        .lines()
        .find(|row| row.contains("Write the docs"))
        .unwrap();
    assert!(row.contains("▲ #2"), "{row}");
}

#[test]
fn a_change_request_that_nobody_looked_at_needs_a_person() {
    let Story {
        world,
        sessions,
        login,
        ..
    } = story();
    let mut screen = board(100, 14, &world);
    let standing = |screen: &Screen| screen.state.fleet.sessions[&sessions[0]].standing();
    assert_eq!(standing(&screen), Standing::ToReview);
    let text = screen.screen();
    assert!(text.contains("3 need you"), "{text}");
    assert!(text.contains("◇  review"), "{text}");
    assert!(text.contains("#3 Check the pass"), "{text}");
    // Work and asks come before it.
    screen.agent(&sessions[0], &works_on("aaaa", "ls"));
    assert_eq!(standing(&screen), Standing::Working);
    screen.agent(&sessions[0], &[asks_permission("aaaa", "ls")]);
    assert_eq!(standing(&screen), Standing::AwaitsPermission);
    // A review that was opened looks at the head.
    let mut screen = board(100, 14, &world);
    look(&mut screen, &login, "b");
    assert_eq!(standing(&screen), Standing::Idle);
}

/// Pretends that a review of the head `letter…` was read, and leaves it.
fn look(screen: &mut Screen, key: &kortix_tui::model::id::ChangeKey, letter: &str) {
    screen.state.show(Shown::Review(key.clone()));
    let pane = screen.state.reviews.entry(key.clone()).or_default();
    pane.review.looked = Some(Looked {
        head_sha: letter.repeat(40),
        ..Looked::default()
    });
    pane.kept = Some(Review::default());
    screen.keys("1");
}

#[test]
fn a_new_head_needs_a_person_again() {
    let Story {
        mut world,
        sessions,
        login,
        ..
    } = story();
    let mut screen = board(100, 14, &world);
    look(&mut screen, &login, "b");
    for (_, row) in &mut world.changes {
        if row.cr_id == login.change {
            row.head_commit_sha = Some("c".repeat(40));
        }
    }
    watch(&mut screen, &world, 60);
    let entry = &screen.state.fleet.sessions[&sessions[0]];
    assert_eq!(entry.standing(), Standing::ToReview);
}

#[test]
fn the_facts_of_a_session_name_its_change_request() {
    let Story {
        world, sessions, ..
    } = story();
    let mut screen = looked_at(120, 20, &world);
    screen.state.show(Shown::Session(sessions[1].clone()));
    let text = screen.screen();
    assert!(text.contains("change   #2 open, conflicts"), "{text}");
}
