//! What the screen shows.

use std::time::Duration;

use kortix_tui::{
    app::{Setup, event::Event},
    model::{agent::stream::LinkState, session::SessionStatus, time::Millis},
};
use serde_json::json;

use super::story::{busy_turn, message, open, open_in, permission, prompt, root, says, status};
use crate::screen::{NOON, Screen};

#[test]
fn a_turn_under_way_fits_terminals_of_all_sizes() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 40), (200, 60)] {
        let (mut screen, key) = open(columns, rows);
        screen.agent(&key, &busy_turn());
        insta::assert_snapshot!(format!("turn_{columns}x{rows}"), screen.screen());
    }
}

#[test]
fn a_turn_under_way_means_what_it_shows() {
    let (mut screen, key) = open(120, 40);
    screen.agent(&key, &busy_turn());
    insta::assert_snapshot!(screen.roles());
}

#[test]
fn a_permission_card_fits_terminals_of_all_sizes() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
        let (mut screen, key) = open(columns, rows);
        screen.agent(&key, &busy_turn());
        screen.agent(
            &key,
            &[permission("per_1", "cargo publish --token abc && git push")],
        );
        screen.wait(Duration::from_secs(1));
        insta::assert_snapshot!(format!("permission_{columns}x{rows}"), screen.screen());
    }
}

#[test]
fn tiny_terminals_are_drawn_without_a_panic() {
    for columns in [1, 2, 5, 19, 20, 21, 30] {
        for rows in 1..12 {
            let (mut screen, key) = open(columns, rows);
            screen.agent(&key, &busy_turn());
            screen.text("some words that are long");
            screen.agent(&key, &[permission("per_1", "cargo test")]);
            screen.keys("esc a r");
            screen.text("reason");
            screen.keys("esc / f");
            screen.draw();
        }
    }
}

#[test]
fn a_resize_keeps_the_place_that_is_read() {
    let (mut screen, key) = open(80, 24);
    let mut events = vec![root()];
    for number in 0..40 {
        let id = format!("msg_{number:03}");
        events.push(message(&id, "assistant", 900 - number));
        events.push(says(
            &id,
            &format!("p{number}"),
            &format!("text {number} {}", "word ".repeat(40)),
        ));
    }
    screen.agent(&key, &events);
    screen.keys("esc pageup pageup");
    let first = |screen: &mut Screen| {
        let text = screen.screen();
        let row = text.lines().find(|row| row.contains("text ")).unwrap();
        row.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
    };
    let before = first(&mut screen);
    screen.resize(60, 15);
    screen.resize(140, 50);
    screen.resize(80, 24);
    assert_eq!(first(&mut screen), before);
}

#[test]
fn the_head_says_how_fresh_the_data_is() {
    let (mut screen, key) = open(80, 24);
    let at = Millis(NOON.0 + 4_400);
    let links = [
        (LinkState::Live, "live"),
        (
            LinkState::Reconnecting {
                at,
                attempt: 3,
                reason: "cut".to_owned(),
            },
            "reconnecting in 4 s (try 3)",
        ),
        (LinkState::Stale { since: NOON }, "silent for"),
        (LinkState::Polled, "polled"),
        (
            LinkState::Closed {
                reason: "gone\u{1b}[2J".to_owned(),
            },
            "closed: gone␛[2J",
        ),
        (
            LinkState::Connecting {
                what: "sandbox starts".to_owned(),
            },
            "sandbox starts",
        ),
    ];
    for (link, word) in links {
        screen.event(Event::Link(key.clone(), link));
        let text = screen.screen();
        let head = text.lines().nth(1).unwrap_or_default();
        assert!(head.contains(word), "{word}: {head}");
    }
}

#[test]
fn sessions_that_do_not_run_say_why_and_how_they_start() {
    for (status, words) in [
        (SessionStatus::Stopped, "S starts it again"),
        (SessionStatus::Failed, "S tries again"),
        (
            SessionStatus::Provisioning,
            "its sandbox is being made · 5m",
        ),
        (SessionStatus::Queued, "waits for its turn"),
    ] {
        let (mut screen, _) = open_in(80, 24, status);
        let text = screen.screen();
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_failed_turn_shows_its_error_in_full() {
    let (mut screen, key) = open(80, 24);
    let mut events = vec![root(), status("ses_s1", "busy")];
    events.extend(prompt("msg_1", "hello", 20));
    events.push(
        json!({"type": "session.error", "properties": {"sessionID": "ses_s1",
        "error": {"name": "ProviderAuthError", "data": {"statusCode": 401,
            "message": "The key for anthropic is not valid.\nSet another one."}}}}),
    );
    events.push(status("ses_s1", "idle"));
    screen.agent(&key, &events);
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_retry_counts_down() {
    let (mut screen, key) = open(80, 24);
    let mut events = vec![root()];
    events.extend(prompt("msg_1", "hello", 20));
    events.push(message("msg_2", "assistant", 10));
    events.push(
        json!({"type": "session.status", "properties": {"sessionID": "ses_s1",
        "status": {"type": "retry", "attempt": 2, "message": "Overloaded",
            "next": NOON.0 + 9_300}}}),
    );
    screen.agent(&key, &events);
    assert!(
        screen.screen().contains("try 2 starts in 9s"),
        "{}",
        screen.screen()
    );
    screen.wait(Duration::from_secs(5));
    assert!(
        screen.screen().contains("try 2 starts in 4s"),
        "{}",
        screen.screen()
    );
}

#[test]
fn ascii_terminals_get_ascii_frames() {
    let setup = Setup {
        ascii: true,
        ..Setup::default()
    };
    let mut world = crate::screen::World::with_projects(&["web"]);
    let key = world.session("web", "s1", "Fix", SessionStatus::Running, 5);
    let mut screen = Screen::with_setup(80, 24, setup);
    screen.settle(&world);
    screen
        .state
        .show(kortix_tui::app::Screen::Session(key.clone()));
    screen.agent(&key, &busy_turn());
    screen.agent(&key, &[permission("per_1", "ls")]);
    screen.wait(Duration::from_secs(1));
    let text = screen.screen();
    // Bullets of Markdown and dots between facts are text, frames and states are not.
    for glyph in ["┌", "│", "─", "●", "✓", "▸", "›"] {
        assert!(!text.contains(glyph), "{glyph}: {text}");
    }
}
