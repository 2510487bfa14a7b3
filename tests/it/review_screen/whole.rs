//! The whole screen: sizes, themes, glyphs, and when there are no lines.

use kortix_tui::{
    api,
    app::{Screen as Place, Setup, event::Event},
    model::load::Load,
};

use super::story::{PATCH, attributes, open, open_with, pane, world};
use crate::screen::{Screen, unreachable_host};

#[test]
fn a_review_fits_terminals_of_all_sizes() {
    for (columns, rows) in [(60, 20), (80, 30), (120, 40), (200, 50)] {
        let (mut screen, _) = open(columns, rows);
        insta::assert_snapshot!(format!("review_{columns}x{rows}"), screen.screen());
    }
}

#[test]
fn a_review_means_what_it_shows() {
    for (columns, rows) in [(80, 30), (200, 50)] {
        let (mut screen, _) = open(columns, rows);
        screen.keys("j j j j j j j j");
        insta::assert_snapshot!(format!("roles_{columns}x{rows}"), screen.roles());
    }
}

#[test]
fn a_review_can_be_read_in_ascii() {
    let setup = Setup {
        ascii: true,
        ..Setup::default()
    };
    let (mut screen, _) = open_with(160, 40, PATCH, setup);
    let text = screen.screen();
    let alien: String = text
        .chars()
        .filter(|letter| !letter.is_ascii() && !"登录".contains(*letter))
        .collect();
    assert_eq!(alien, "", "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn without_colors_signs_and_attributes_tell_what_changed() {
    let (mut screen, _) = open(80, 30);
    screen.keys("j j j j j j j j");
    insta::assert_snapshot!(attributes(&screen, "mono", (80, 30)));
}

#[test]
fn tiny_terminals_are_drawn_without_a_panic() {
    for columns in [1, 2, 5, 19, 20, 21, 30, 41] {
        for rows in 1..12 {
            let (mut screen, _) = open(columns, rows);
            screen.keys("t s W j j j j j j j j c");
            screen.text("some words that are long");
            screen.keys("enter L v j tab j / ");
            screen.text("sign");
            screen.draw();
        }
    }
}

#[test]
fn while_it_is_asked_for_that_is_said() {
    let (world, key) = world(PATCH);
    let mut screen = Screen::new(80, 20);
    screen.settle(&world);
    screen.state.show(Place::Review(key.clone()));
    let text = screen.screen();
    assert!(text.contains("Asking for the difference."), "{text}");
    assert!(text.contains("asking what a merge would do"), "{text}");
}

#[test]
fn a_difference_that_cannot_be_fetched_says_why_and_what_to_do() {
    let (mut world, key) = world(PATCH);
    let mut screen = Screen::new(80, 20);
    screen.settle(&world);
    world.is_down = true;
    screen.state.show(Place::Review(key.clone()));
    screen.settle(&world);
    screen.settle(&world);
    insta::assert_snapshot!(screen.screen());
    let shown = pane(&mut screen, &key);
    shown.difference = Load::Failed {
        reason: api::Error::NotFound {
            what: "the\u{1b}[2J branch".to_owned(),
        },
        stale: None,
    };
    let text = screen.screen();
    assert!(text.contains("the␛[2J branch was not found"), "{text}");
}

#[test]
fn branches_with_the_same_content_have_nothing_to_read() {
    let (mut screen, _) = open_with(80, 20, "", Setup::default());
    let text = screen.screen();
    assert!(
        text.contains("both branches have the same content"),
        "{text}"
    );
    assert!(
        text.contains("merges cleanly, and changes nothing"),
        "{text}"
    );
}

#[test]
fn what_could_not_be_fetched_anew_stays_with_a_bar_that_says_so() {
    let (mut screen, key) = open(80, 20);
    let shown = pane(&mut screen, &key);
    let stale = shown.difference.value().cloned();
    shown.difference = Load::Failed {
        reason: unreachable_host(),
        stale,
    };
    screen.event(Event::Resize(80, 20));
    let text = screen.screen();
    let bar = text.lines().nth(3).unwrap_or_default();
    assert!(bar.contains("not fetched anew: cannot reach"), "{text}");
    assert!(text.contains("src/login.rs"), "{text}");
}
