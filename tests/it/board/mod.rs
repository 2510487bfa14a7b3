//! The board: rows, order, cursor, filter, preview.

mod properties;

use std::time::Duration;

use kortix_tui::{
    app::{
        Screen as Shown,
        call::{AgentCall, Call},
        event::{Effect, Event},
        memory::{Fleet, Memory},
    },
    model::{
        agent::ask::PermissionReply,
        id::{ProjectKey, SessionKey},
        session::SessionStatus,
        time::Millis,
    },
};

use crate::screen::{NOON, Screen, World, asks_permission, goes_idle, works_on};

/// Sizes at which every screen is looked at.
const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

/// Two projects with a session for every standing.
fn world() -> (World, Vec<SessionKey>) {
    let mut world = World::with_projects(&["kortix-tui", "website"]);
    let mut add = |project: &str, id: &str, name: &str, status, minutes| {
        world.session(project, id, name, status, minutes)
    };
    let keys = vec![
        add(
            "kortix-tui",
            "aaaa",
            "Fix the login",
            SessionStatus::Running,
            60,
        ),
        add(
            "kortix-tui",
            "bbbb",
            "Write the docs",
            SessionStatus::Running,
            200,
        ),
        add(
            "website",
            "cccc",
            "New landing page",
            SessionStatus::Stopped,
            5_000,
        ),
        add(
            "website",
            "dddd",
            "Upgrade the framework",
            SessionStatus::Failed,
            3_000,
        ),
        add(
            "website",
            "eeee",
            "Measure the first paint",
            SessionStatus::Provisioning,
            1,
        ),
        add(
            "kortix-tui",
            "ffff",
            "Idle hands",
            SessionStatus::Running,
            30,
        ),
    ];
    if let Some(failed) = world.sessions.get_mut(3) {
        failed.error = Some("the sandbox ran out of memory".to_owned());
    }
    (world, keys)
}

/// A board on which one session asks, one works and one finished.
pub fn busy_board(columns: u16, rows: u16) -> (Screen, Vec<SessionKey>) {
    let (world, keys) = world();
    let mut screen = Screen::new(columns, rows);
    screen.settle(&world);
    let mut asking = works_on("aaaa", "cargo test");
    asking.push(asks_permission("aaaa", "cargo test --workspace"));
    screen.agent(&keys[0], &asking);
    screen.agent(&keys[1], &works_on("bbbb", "cargo doc --no-deps"));
    screen.agent(&keys[5], &works_on("ffff", "ls"));
    screen.agent(&keys[5], &[goes_idle("ffff")]);
    screen.wait(Duration::from_millis(300));
    (screen, keys)
}

#[test]
fn the_board_shows_who_needs_a_person_at_every_size() {
    for (columns, rows) in SIZES {
        let (mut screen, _) = busy_board(columns, rows);
        insta::assert_snapshot!(format!("board_{columns}x{rows}"), screen.screen());
        insta::assert_snapshot!(format!("board_{columns}x{rows}_roles"), screen.roles());
    }
}

#[test]
fn no_size_makes_drawing_panic() {
    let (mut screen, _) = busy_board(80, 24);
    for columns in [0, 1, 2, 5, 19, 20, 21, 33, 47, 60, 109, 110, 111, 300] {
        for rows in [0, 1, 2, 4, 5, 6, 7, 10, 100] {
            screen.resize(columns, rows);
            for opener in ["?", "!", "ctrl-p", "n", "2", "3", "s"] {
                screen.keys(opener);
                screen.keys("esc esc 1");
            }
        }
    }
}

#[test]
fn rows_stand_still_once_the_board_was_used() {
    let (mut screen, keys) = busy_board(100, 24);
    screen.keys("j k");
    let before = names(&mut screen);
    screen.agent(&keys[1], &[asks_permission("bbbb", "rm -rf target")]);
    screen.agent(&keys[5], &works_on("ffff", "ls"));
    assert_eq!(names(&mut screen), before);
    assert!(
        screen.screen().contains("!* permission"),
        "the row is marked"
    );
    screen.keys("R");
    assert_ne!(names(&mut screen), before);
}

#[test]
fn a_new_row_does_not_move_the_cursor_on_the_screen() {
    let (mut world, _) = world();
    for number in 0..40 {
        let id = format!("n{number:03}");
        world.session("website", &id, &id, SessionStatus::Stopped, 9_000 + number);
    }
    let mut screen = Screen::new(80, 12);
    screen.settle(&world);
    screen.keys("G k k k");
    let (line, row) = cursor(&mut screen);
    world.session("website", "zzzz", "Brand new", SessionStatus::Running, 0);
    screen.keys("R");
    screen.settle(&world);
    assert_eq!(screen.state.board.counts().all, 47);
    assert_eq!(cursor(&mut screen), (line, row));
}

#[test]
fn keys_wait_for_the_eye_when_the_row_under_the_cursor_goes() {
    let (mut world, keys) = world();
    let mut screen = Screen::new(80, 24);
    screen.settle(&world);
    while screen.state.board.selected() != Some(&keys[0]) {
        screen.keys("j");
    }
    world.sessions.remove(0);
    screen.keys("R");
    for _ in 0..5 {
        answer_all(&mut screen, &world);
    }
    screen.keys("enter");
    assert_eq!(screen.state.screen, Shown::Board);
    assert!(screen.screen().contains("changed under the cursor"));
    screen.keys("enter");
    assert!(matches!(screen.state.screen, Shown::Session(_)));
}

#[test]
fn the_filter_narrows_while_it_is_typed_and_escape_takes_it_away() {
    let (mut screen, _) = busy_board(80, 24);
    screen.keys("/");
    screen.text("website failed");
    assert_eq!(names(&mut screen), ["Upgrade the framework"]);
    assert!(screen.screen().contains("1 match `website failed`"));
    assert!(screen.screen().contains(" filter › website failed"));
    screen.keys("enter");
    assert!(screen.state.overlays.is_empty());
    assert_eq!(names(&mut screen).len(), 1);
    screen.keys("esc");
    assert_eq!(names(&mut screen).len(), 6);
}

#[test]
fn a_filter_without_a_match_says_how_to_get_back() {
    let (mut screen, _) = busy_board(80, 24);
    screen.keys("/");
    screen.text("zzzzz");
    screen.keys("enter");
    assert!(screen.screen().contains("No session matches."));
    screen.keys("esc");
    assert_eq!(names(&mut screen).len(), 6);
}

#[test]
fn w_goes_round_those_that_need_a_person() {
    let (mut screen, keys) = busy_board(80, 24);
    screen.keys("G w");
    assert_eq!(screen.state.board.selected(), Some(&keys[0]));
    screen.keys("w");
    assert_eq!(screen.state.board.selected(), Some(&keys[5]));
    screen.keys("w");
    assert_eq!(screen.state.board.selected(), Some(&keys[0]));
    screen.keys("W");
    assert_eq!(names(&mut screen), ["Fix the login", "Idle hands"]);
}

#[test]
fn a_permission_is_answered_from_the_list_with_the_command_in_view() {
    let (mut screen, keys) = busy_board(80, 24);
    screen.keys("w");
    assert_eq!(screen.state.board.selected(), Some(&keys[5]));
    screen.keys("w space");
    insta::assert_snapshot!(screen.screen());
    screen.keys("y");
    let answered = screen.calls().into_iter().any(|call| {
        matches!(call, Call::Agent(_, AgentCall::Permission(id, PermissionReply::Once))
            if id.as_str() == "per_aaaa")
    });
    assert!(answered, "{:?}", screen.calls());
    assert!(screen.state.overlays.is_empty());
}

#[test]
fn a_permission_that_was_answered_elsewhere_is_not_answered_again() {
    let (mut screen, keys) = busy_board(80, 24);
    screen.keys("g space");
    screen.effects.clear();
    screen.agent(&keys[0], &[goes_idle("aaaa")]);
    assert!(screen.screen().contains("answered or given up meanwhile"));
    screen.keys("y");
    assert_eq!(screen.calls(), Vec::<&Call>::new());
}

#[test]
fn a_quick_prompt_that_was_left_is_there_the_next_time() {
    let (mut screen, _) = busy_board(80, 24);
    screen.keys("g j j space");
    screen.text("also update the changelog");
    screen.keys("esc space");
    assert!(
        screen
            .screen()
            .contains("prompt › also update the changelog")
    );
    screen.keys("enter");
    let sent = screen.calls().into_iter().any(|call| {
        matches!(call, Call::Agent(_, AgentCall::Prompt { text, .. })
            if text == "also update the changelog")
    });
    assert!(sent, "{:?}", screen.calls());
}

#[test]
fn the_first_paint_shows_the_rows_of_the_last_run_with_their_age() {
    let (world, _) = world();
    let mut screen = Screen::new(100, 12);
    let key = |name: &str| ProjectKey {
        host: "local".into(),
        project: name.into(),
    };
    let of = |name: &str| {
        let sessions = world.sessions.iter();
        let sessions = sessions.filter(|session| session.project_id.as_str() == name);
        (key(name), sessions.cloned().collect())
    };
    let fleet = Fleet {
        at: Millis(NOON.0 - 180_000),
        projects: [("local".into(), world.projects.clone())].into(),
        sessions: vec![of("kortix-tui"), of("website")],
        ..Fleet::default()
    };
    screen.event(Event::Recalled(Box::new(Memory {
        fleet: Some(fleet),
        ..Memory::default()
    })));
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn an_empty_board_says_which_key_makes_the_first_row() {
    let mut screen = Screen::new(80, 12);
    assert!(screen.screen().contains("Asking for sessions."));
    screen.settle(&World::with_projects(&["kortix-tui"]));
    assert!(screen.screen().contains("n starts the first one."));
}

#[test]
fn a_host_that_fails_is_named_with_the_reason() {
    let (mut world, _) = world();
    let mut screen = Screen::new(80, 12);
    screen.settle(&world);
    world.is_down = true;
    screen.keys("R");
    screen.settle(&world);
    let text = screen.screen();
    assert!(text.contains("✗ local: cannot reach"), "{text}");
    assert!(text.contains("✗ local retries"), "{text}");
    assert!(text.contains("Fix the login"), "the rows stay: {text}");
}

#[test]
fn hostile_names_are_harmless() {
    let mut world = World::with_projects(&["a\u{1b}]0;owned\u{7}b"]);
    let project = world.projects[0].project_id.0.clone();
    let names = [
        "\u{1b}[2J\u{1b}[Hgone",
        "left\u{202e}thgir",
        "two\nlines\r\x08\x7f",
        "\u{200b}\u{200d}\u{feff}",
        "👩‍👩‍👧‍👦 family",
        "z̸̧̢̛̗̱̖a̶l̷g̵o̴",
        "",
    ];
    for (number, name) in names.iter().enumerate() {
        let id = format!("id{number}");
        world.session(&project, &id, name, SessionStatus::Failed, 5);
        world.sessions[number].error = Some((*name).to_owned());
    }
    let mut screen = Screen::new(130, 20);
    screen.settle(&world);
    for _ in names {
        screen.keys("j");
        screen.wait(Duration::from_millis(300));
        let text = screen.screen();
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}', '\r', '\u{8}']));
        assert_eq!(text.lines().count(), 20);
    }
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_step_of_the_cursor_changes_few_cells() {
    let (mut world, _) = world();
    for number in 0..30 {
        let id = format!("n{number:03}");
        world.session("website", &id, &id, SessionStatus::Stopped, 9_000 + number);
    }
    let mut screen = Screen::new(120, 40);
    screen.settle(&world);
    let before = screen.cells();
    screen.keys("j");
    let changed = before.diff(&screen.cells()).len();
    assert!(changed <= 100, "{changed} cells");
}

#[test]
fn ten_thousand_sessions_are_walked_through() {
    let mut world = World::with_projects(&["kortix-tui"]);
    for number in 0..10_000 {
        let (id, name) = (format!("{number:08}"), format!("Session {number}"));
        let status = SessionStatus::Stopped;
        world.session("kortix-tui", &id, &name, status, number);
    }
    let mut screen = Screen::new(120, 40);
    screen.settle(&world);
    screen.keys("G");
    assert!(screen.screen().contains("▌·  asleep     Session 9999"));
    screen.keys("k g");
    assert!(screen.screen().contains("▌·  asleep     Session 0"));
}

/// Lets the hosts answer without time passing.
fn answer_all(screen: &mut Screen, world: &World) {
    for effect in std::mem::take(&mut screen.effects) {
        if let Effect::Call { op, host, call, .. } = effect {
            let reply = world.answer(&host, &call);
            screen.event(Event::Reply(op, reply));
        }
    }
    screen.draw();
}

/// The names of the sessions on the screen, from top to bottom.
fn names(screen: &mut Screen) -> Vec<String> {
    let text = screen.screen();
    let known: Vec<String> = screen
        .state
        .fleet
        .sessions
        .values()
        .map(|entry| entry.row.title().to_owned())
        .collect();
    let on = |row: &str| {
        let start = |name: &&String| row.contains(&name.chars().take(9).collect::<String>());
        known.iter().find(start).cloned()
    };
    text.lines().skip(2).filter_map(on).collect()
}

/// The line of the screen on which the cursor is, and the session's name.
fn cursor(screen: &mut Screen) -> (usize, String) {
    let text = screen.screen();
    let line = text.lines().position(|row| row.starts_with('▌')).unwrap();
    let key = screen.state.board.selected().unwrap();
    let name = screen.state.fleet.sessions[key].row.title().to_owned();
    assert!(screen.cursor_row().contains(&name));
    (line, name)
}
