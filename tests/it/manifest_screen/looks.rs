//! What the screen looks like, at all sizes, and with nothing to look at.

use kortix_tui::{app::Setup, validation::Tree};

use super::{answer, garden, setup, shown, tree};
use crate::screen::{Screen, World};

#[test]
fn findings_stand_by_file_beside_their_source() {
    let mut screen = shown(120, 34, &garden());
    insta::assert_snapshot!(screen.screen());
    insta::assert_snapshot!(screen.roles());
}

#[test]
fn a_narrow_terminal_has_the_source_below_the_findings() {
    let mut screen = shown(80, 24, &garden());
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn the_smallest_screen_still_shows_finding_source_and_message() {
    let mut screen = shown(60, 15, &garden());
    screen.keys("]");
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_large_screen_has_room_for_words() {
    let mut screen = shown(200, 40, &garden());
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn in_ascii_every_mark_has_a_letter_of_its_own() {
    let ascii = Setup {
        ascii: true,
        ..setup()
    };
    let mut screen = Screen::with_setup(100, 24, ascii);
    screen.keys("4");
    answer(&mut screen, &garden());
    let text = screen.screen();
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_credential_is_never_on_the_screen() {
    let mut screen = shown(140, 40, &garden());
    screen.keys("} ]");
    let text = screen.screen();
    assert!(text.contains("ENV OPENAI_API_KEY=***"), "{text}");
    assert!(!text.contains("abcdefghij"), "{text}");
}

#[test]
fn what_controls_a_terminal_is_shown_and_not_obeyed() {
    let manifest =
        "kortix_version = 1\n[project]\nname = \"\u{1b}[31mred\u{202e}\"\nna\u{7}me = 2\n";
    let mut screen = shown(100, 24, &tree(&[("kortix.toml", manifest)]));
    for _ in 0..4 {
        let text = screen.screen();
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
        screen.keys("]");
    }
}

#[test]
fn every_size_is_drawn() {
    let mut screen = shown(200, 60, &garden());
    for columns in (20..=210).step_by(13) {
        for rows in [5, 6, 7, 8, 10, 15, 24, 60] {
            screen.resize(columns, rows);
            screen.keys("j G tab j G tab g");
        }
    }
}

#[test]
fn an_empty_folder_says_which_key_makes_the_first_manifest() {
    let mut screen = shown(80, 24, &tree(&[]));
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn without_a_folder_and_without_a_project_the_screen_says_what_would_be_here() {
    let mut screen = Screen::new(80, 24);
    screen.settle(&World::default());
    screen.keys("4");
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_manifest_that_cannot_be_read_says_why() {
    let mut files = Tree::default();
    let entry = kortix_tui::validation::Entry::Unreadable("permission denied".to_owned());
    files.insert("kortix.toml", entry);
    let mut screen = shown(80, 24, &files);
    let text = screen.screen();
    assert!(
        text.contains("kortix.toml cannot be read: permission denied."),
        "{text}"
    );
}

#[test]
fn a_valid_manifest_says_that_it_is_valid() {
    let fine = "kortix_version = 1\n\n[project]\nname = \"Garden\"\n";
    let mut screen = shown(100, 20, &tree(&[("kortix.toml", fine)]));
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn the_finding_in_full_has_what_its_code_means() {
    let mut screen = shown(100, 24, &garden());
    screen.keys("] ] i");
    insta::assert_snapshot!(screen.screen());
}
