//! Help, palette, messages, confirmations, the new-session form, and the builds screen.

use kortix_tui::{
    app::{
        Setup,
        call::Call,
        event::{EditPurpose, Effect, Event, Level},
        overlay::{Overlay, Reader},
    },
    model::{
        id::SessionKey,
        session::{NewSession, SessionStatus},
        template::{Build, BuildStatus, Snapshots, Template},
        time::Millis,
    },
    text,
};

use crate::screen::{NOON, Screen, World};

/// Sizes at which every overlay is looked at.
const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

fn world() -> (World, SessionKey) {
    let mut world = World::with_projects(&["kortix-tui", "website"]);
    let key = world.session(
        "kortix-tui",
        "aaaa",
        "Fix the login",
        SessionStatus::Running,
        60,
    );
    world.snapshots = snapshots();
    (world, key)
}

fn snapshots() -> Snapshots {
    let at = |minutes: i64| Millis(NOON.0 - minutes * 60_000).to_rfc3339();
    let template = |slug: &str, ready: bool| Template {
        slug: slug.to_owned(),
        source: "toml".to_owned(),
        dockerfile_path: Some(".kortix/Dockerfile".to_owned()),
        cpu: 2,
        memory_gb: 4,
        disk_gb: 20,
        content_hash: "0123456789abcdef".to_owned(),
        provider_state: if ready { "active" } else { "missing" }.to_owned(),
        ready,
        ..Template::default()
    };
    let build = |id: &str, status: BuildStatus, began: i64, ended: Option<i64>| Build {
        build_id: id.into(),
        slug: "default".to_owned(),
        status,
        source: "session-start".to_owned(),
        started_at: at(began),
        finished_at: ended.map(at),
        ..Build::default()
    };
    let mut failed = build("b2", BuildStatus::Failed, 50, Some(46));
    failed.error_category = Some("dockerfile".to_owned());
    failed.error = Some(
        "step 3 of 7 failed: exit code 127\n/bin/sh: cargo: not found\n\u{1b}[31mred\u{1b}[0m"
            .to_owned(),
    );
    Snapshots {
        templates: vec![template("default", true), template("gpu", false)],
        templates_error: None,
        builds: vec![
            build("b1", BuildStatus::Ready, 90, Some(87)),
            failed,
            build("b3", BuildStatus::Building, 2, None),
        ],
    }
}

fn board(columns: u16, rows: u16) -> (Screen, World, SessionKey) {
    let (world, key) = world();
    let mut screen = Screen::new(columns, rows);
    screen.settle(&world);
    (screen, world, key)
}

#[test]
fn the_help_is_made_from_the_table_at_every_size() {
    for (columns, rows) in SIZES {
        let (mut screen, ..) = board(columns, rows);
        screen.keys("?");
        insta::assert_snapshot!(format!("help_{columns}x{rows}"), screen.screen());
    }
}

#[test]
fn with_ascii_asked_for_nothing_else_is_drawn() {
    let (world, _) = world();
    let setup = Setup {
        ascii: true,
        ..Setup::default()
    };
    let mut screen = Screen::with_setup(120, 30, setup);
    screen.settle(&world);
    for opener in ["j", "?", "ctrl-p", "n", "s", "!", "/", "2", "3"] {
        screen.keys(opener);
        screen.settle(&world);
        let text = screen.screen();
        assert!(text.is_ascii(), "{opener}: {text}");
        screen.keys("esc");
    }
}

#[test]
fn the_help_is_searched() {
    let (mut screen, ..) = board(80, 24);
    screen.keys("? /");
    screen.text("stop");
    insta::assert_snapshot!(screen.screen());
    screen.keys("enter esc");
    assert!(screen.screen().contains("Keys; / searches"));
    screen.keys("esc");
    assert!(screen.state.overlays.is_empty());
}

#[test]
fn the_palette_lists_what_can_and_what_cannot_run_at_every_size() {
    for (columns, rows) in SIZES {
        let (mut screen, ..) = board(columns, rows);
        screen.keys("ctrl-p");
        screen.text("wait");
        insta::assert_snapshot!(format!("palette_{columns}x{rows}"), screen.screen());
    }
}

#[test]
fn the_palette_runs_what_is_under_the_cursor() {
    let (mut screen, ..) = board(80, 24);
    screen.keys(":");
    screen.text("builds");
    screen.keys("enter");
    assert!(screen.state.overlays.is_empty());
    assert!(screen.screen().contains("Templates"));
}

#[test]
fn what_cannot_run_says_why_and_the_palette_stays() {
    let (mut screen, ..) = board(80, 24);
    screen.keys(":");
    screen.text("next-waiting");
    screen.keys("enter");
    assert!(screen.screen().contains("next-waiting: nothing needs you"));
    assert_eq!(screen.state.overlays.len(), 1);
}

#[test]
fn messages_stay_in_the_log_with_their_level() {
    let (mut screen, ..) = board(80, 24);
    let long = "the disk is full ".repeat(10);
    screen.event(Event::Notice(Level::Warning, long));
    screen.event(Event::Notice(Level::Error, "no \u{1b}[2J way".to_owned()));
    screen.event(Event::Notice(Level::Error, "no \u{1b}[2J way".to_owned()));
    screen.keys("!");
    insta::assert_snapshot!(screen.screen());
    insta::assert_snapshot!("messages_roles", screen.roles());
}

#[test]
fn a_stop_that_loses_nothing_is_one_key() {
    let (mut screen, mut world, key) = board(80, 24);
    world.uncommitted = Some(Vec::new());
    screen.keys("s");
    assert!(screen.screen().contains("Asking the agent"));
    screen.keys("y");
    assert_eq!(screen.state.overlays.len(), 1, "not before the agent told");
    screen.settle(&world);
    screen.keys("y");
    assert!(stops(&screen, &key));
}

#[test]
fn leaving_with_sessions_running_in_the_program_says_what_is_lost_and_asks() {
    let (mut screen, mut world, _) = board(80, 24);
    world.uncommitted = Some(vec!["notes.txt".to_owned()]);
    screen.keys("q");
    screen.settle(&world);
    insta::assert_snapshot!("leave_80x24", screen.screen());
    screen.keys("n");
    assert!(!screen.effects.contains(&Effect::Quit));
    screen.keys("q y");
    assert!(screen.effects.contains(&Effect::Quit));
}

#[test]
fn leaving_with_nothing_running_asks_nothing() {
    let mut screen = Screen::new(80, 24);
    screen.settle(&World::with_projects(&["web"]));
    screen.keys("q");
    assert!(screen.effects.contains(&Effect::Quit));
}

#[test]
fn a_stop_that_loses_files_shows_them_at_every_size() {
    for (columns, rows) in SIZES {
        let (mut screen, mut world, key) = board(columns, rows);
        let files = ["src/main.rs", "notes \u{202e}txt", "a/very/long/path.rs"];
        world.uncommitted = Some(files.map(str::to_owned).to_vec());
        screen.keys("s");
        screen.settle(&world);
        insta::assert_snapshot!(format!("confirm_{columns}x{rows}"), screen.screen());
        screen.keys("n");
        assert!(!stops(&screen, &key));
        assert!(screen.state.overlays.is_empty());
    }
}

#[test]
fn a_deletion_that_may_lose_work_wants_the_word() {
    let (mut screen, world, key) = board(80, 24);
    screen.keys("D");
    screen.settle(&world);
    assert!(screen.screen().contains("Type `delete` to do it:"));
    screen.keys("y enter");
    assert!(!deletes(&screen, &key));
    screen.keys("backspace");
    screen.text("delete");
    screen.keys("enter");
    assert!(deletes(&screen, &key));
}

#[test]
fn a_deletion_that_loses_nothing_is_one_key() {
    let (mut world, _) = world();
    world.sessions.clear();
    let key = world.session("website", "bbbb", "Old", SessionStatus::Stopped, 9);
    let mut screen = Screen::new(80, 24);
    screen.settle(&world);
    screen.keys("j D y");
    assert!(deletes(&screen, &key));
}

#[test]
fn a_session_is_renamed_at_the_foot() {
    let (mut screen, ..) = board(80, 24);
    screen.keys("j e");
    assert!(screen.screen().contains(" name › Fix the login"));
    screen.keys("ctrl-u");
    screen.text("Mend the login");
    screen.keys("enter");
    assert!(screen.screen().contains("Mend the login"));
}

#[test]
fn the_form_shows_its_fields_and_choices_at_every_size() {
    for (columns, rows) in SIZES {
        let (mut screen, world, _) = board(columns, rows);
        screen.keys("n");
        screen.settle(&world);
        screen.text("Make it work.");
        screen.keys("tab");
        screen.text("rel");
        insta::assert_snapshot!(format!("form_{columns}x{rows}"), screen.screen());
    }
}

#[test]
fn the_form_starts_a_session_with_what_was_chosen() {
    let (mut screen, world, _) = board(80, 24);
    screen.keys("n");
    screen.settle(&world);
    screen.text("Make it");
    screen.keys("alt-enter");
    screen.text("work.");
    screen.keys("tab down down enter");
    screen.text("pl");
    screen.keys("down enter");
    screen.text("Works");
    screen.keys("enter");
    let created = screen.calls().into_iter().find_map(|call| match call {
        Call::Create { project, new, key } => Some((project.clone(), new.clone(), key.clone())),
        _ => None,
    });
    let (project, new, key) = created.unwrap();
    assert_eq!(project.as_str(), "kortix-tui");
    assert_eq!(
        new,
        NewSession {
            base_ref: Some("fix/login".to_owned()),
            agent_name: Some("plan".to_owned()),
            sandbox_slug: None,
            initial_prompt: Some("Make it\nwork.".to_owned()),
            name: Some("Works".to_owned()),
        }
    );
    assert_eq!(
        uuid::Uuid::parse_str(&key).map(|uuid| uuid.get_version_num()),
        Ok(4)
    );
    assert!(
        screen.screen().contains("Works"),
        "the row is there at once"
    );
}

#[test]
fn two_sessions_of_one_moment_get_different_keys() {
    let (mut screen, world, _) = board(80, 24);
    for _ in 0..2 {
        screen.keys("n enter");
    }
    let keys: Vec<String> = screen
        .calls()
        .into_iter()
        .filter_map(|call| match call {
            Call::Create { key, .. } => Some(key.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys.first(), keys.last());
    drop(world);
}

#[test]
fn a_branch_that_does_not_exist_is_refused_with_the_nearest() {
    let (mut screen, world, _) = board(80, 24);
    screen.keys("n");
    screen.settle(&world);
    screen.keys("tab");
    screen.text("relaese");
    screen.keys("enter");
    let text = screen.screen();
    assert!(
        text.contains("there is no branch `relaese`; did you mean `release`?"),
        "{text}"
    );
    assert!(matches!(
        screen.state.overlays.as_slice(),
        [Overlay::Form(_)]
    ));
}

#[test]
fn what_was_typed_into_the_form_stays_when_it_is_left_or_refused() {
    let (mut screen, mut world, _) = board(80, 24);
    screen.keys("n");
    screen.text("Do this");
    screen.keys("esc n");
    assert!(screen.screen().contains("Do this"));
    screen.settle(&world);
    screen.keys("enter");
    world.is_down = true;
    screen.settle(&world);
    assert!(screen.screen().contains("cannot start the session"));
    screen.keys("n");
    assert!(screen.screen().contains("Do this"));
}

#[test]
fn the_prompt_of_the_form_goes_through_the_editor() {
    let (mut screen, ..) = board(80, 24);
    screen.keys("n");
    screen.text("short");
    screen.keys("ctrl-x");
    let asked = screen.effects.contains(&Effect::Edit {
        purpose: EditPurpose::NewSession,
        text: "short".to_owned(),
    });
    assert!(asked);
    screen.event(Event::Edited {
        purpose: EditPurpose::NewSession,
        text: Ok("much longer\n".to_owned()),
    });
    assert!(screen.screen().contains("much longer"));
}

#[test]
fn builds_and_templates_are_listed_at_every_size() {
    for (columns, rows) in SIZES {
        let (mut screen, world, _) = board(columns, rows);
        screen.keys("3");
        screen.settle(&world);
        insta::assert_snapshot!(format!("builds_{columns}x{rows}"), screen.screen());
    }
}

#[test]
fn the_error_of_a_build_is_read_in_full() {
    let (mut screen, world, _) = board(80, 24);
    screen.keys("3");
    screen.settle(&world);
    screen.keys("e");
    assert!(screen.screen().contains("has no error"));
    screen.keys("j j e");
    insta::assert_snapshot!(screen.screen());
    screen.keys("q");
    assert!(screen.state.overlays.is_empty());
}

#[test]
fn builds_that_cannot_be_fetched_say_why() {
    let (mut screen, mut world, _) = board(80, 24);
    world.is_down = true;
    screen.keys("3");
    screen.settle(&world);
    let text = screen.screen();
    assert!(text.contains("✗ kortix-tui: cannot reach"), "{text}");
}

fn stops(screen: &Screen, key: &SessionKey) -> bool {
    let stop = Call::Stop(key.project.clone(), key.session.clone());
    screen.calls().contains(&&stop)
}

fn deletes(screen: &Screen, key: &SessionKey) -> bool {
    let delete = Call::Delete(key.project.clone(), key.session.clone());
    screen.calls().contains(&&delete)
}

#[test]
fn a_row_of_a_reader_that_ends_at_the_border_loses_no_letter() {
    let (screen, ..) = board(80, 24);
    let reader = Reader::text("Why", "one two three four five six seven");
    for width in 8..30 {
        let rows = reader.rows(&screen.state, width);
        let widest = rows.iter().map(|row| text::width(&row.text)).max();
        assert!(widest <= Some(width), "{rows:?}");
    }
}
