//! What the list looks like.

use kortix_tui::{
    api,
    app::{Setup, event::Event},
};

use super::{asking::refuse_lists, listed, looked_at, story, watch};
use crate::screen::{Screen, World, unreachable_host};

#[test]
fn change_requests_are_listed_at_every_size() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 40), (200, 60)] {
        let story = story();
        let mut screen = looked_at(columns, rows, &story.world);
        screen.keys("j");
        watch(&mut screen, &story.world, 1);
        insta::assert_snapshot!(format!("changes_{columns}x{rows}"), screen.screen());
        insta::assert_snapshot!(format!("changes_{columns}x{rows}_roles"), screen.roles());
    }
}

#[test]
fn no_size_makes_drawing_the_list_panic() {
    let story = story();
    let mut screen = looked_at(80, 24, &story.world);
    for columns in [0, 1, 2, 5, 19, 20, 21, 30, 47, 60, 119, 120, 121, 300] {
        for rows in [0, 1, 2, 4, 5, 6, 7, 10, 100] {
            screen.resize(columns, rows);
            screen.keys("tab tab tab tab / a esc p j G");
            screen.keys("esc");
        }
    }
}

#[test]
fn an_empty_list_says_what_would_be_here_and_who_makes_it() {
    let mut screen = Screen::new(80, 14);
    screen.keys("2");
    assert!(screen.screen().contains("Asking for change requests."));
    screen.settle(&World::with_projects(&["kortix-tui"]));
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_tab_without_rows_says_where_the_others_are() {
    let mut story = story();
    story.world.changes.retain(|(_, row)| !row.is_open());
    let mut screen = listed(80, 12, &story.world);
    let text = screen.screen();
    assert!(
        text.contains("open 0 · merged 1 · closed 1 · all 2"),
        "{text}"
    );
    assert!(text.contains("No change request is open."), "{text}");
    assert!(text.contains("tab shows those of another state."), "{text}");
}

#[test]
fn a_server_without_change_requests_is_named_and_not_asked_again() {
    let world = World::with_projects(&["kortix-tui", "website"]);
    let mut screen = Screen::new(80, 12);
    screen.keys("2");
    let error = api::Error::MissingRoute {
        feature: "the list of change requests".to_owned(),
    };
    assert_eq!(refuse_lists(&mut screen, &world, &error, 0), 2);
    let text = screen.screen();
    assert!(
        text.contains("▲ local: this server has no change requests"),
        "{text}"
    );
    assert_eq!(text.matches("no change requests").count(), 1, "{text}");
    assert!(text.contains("The line above says why not"), "{text}");
    assert_eq!(refuse_lists(&mut screen, &world, &error, 200), 0);
    screen.keys("R");
    let again = refuse_lists(&mut screen, &world, &error, 1);
    assert_eq!(again, 2, "a person may ask again");
}

#[test]
fn a_host_that_fails_keeps_the_rows_and_says_why() {
    let mut story = story();
    let mut screen = listed(100, 14, &story.world);
    story.world.is_down = true;
    screen.keys("R");
    screen.settle(&story.world);
    let text = screen.screen();
    assert!(text.contains(&unreachable_host().to_string()), "{text}");
    assert!(text.contains("Check the password twice"), "{text}");
}

#[test]
fn hostile_titles_are_harmless() {
    let mut story = story();
    let hostile = "\u{1b}[2Jgone \u{202e}thgir\r\n👩‍👩‍👧‍👦 z̸̧̢̛̗̱̖a\u{7}";
    for (_, row) in &mut story.world.changes {
        row.title = hostile.to_owned();
        row.description = hostile.to_owned();
        row.head_ref = hostile.to_owned();
    }
    for session in &mut story.world.sessions {
        session.name = Some(hostile.to_owned());
    }
    for columns in [60, 130, 220] {
        let mut screen = looked_at(columns, 20, &story.world);
        screen.keys("j");
        let text = screen.screen();
        assert!(
            !text.contains(['\u{1b}', '\u{202e}', '\u{7}', '\r']),
            "{text}"
        );
        assert_eq!(text.lines().count(), 20);
    }
}

#[test]
fn everything_is_said_in_ascii_too() {
    let story = story();
    let setup = Setup {
        ascii: true,
        ..Setup::default()
    };
    let mut screen = Screen::with_setup(120, 20, setup);
    screen.settle(&story.world);
    screen.keys("2");
    screen.settle(&story.world);
    screen.event(Event::Focus(true));
    let text = screen.screen();
    assert!(text.is_ascii(), "{text}");
}
