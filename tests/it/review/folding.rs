//! Folding files and hunks, by hand and at first.

use kortix_tui::{
    app::review::folding::{LARGE, Reason},
    config::settings::Settings,
    diff::generated::{Generated, PATTERNS},
};

use super::desk::{Desk, lines, patch, two_files};

const SIZE: (u16, u16) = (80, 30);

fn mixed() -> String {
    let many = usize::try_from(LARGE).unwrap() + 1;
    patch(&[
        ("Cargo.lock", "a\n", "b\n"),
        ("gone.rs", "a\nb\n", ""),
        ("huge.rs", "", &lines(many, &[])),
        ("src/a.rs", "a\n", "b\n"),
        ("web/package-lock.json", "a\n", "b\n"),
    ])
}

#[test]
fn generated_deleted_and_very_large_files_are_folded_at_first_and_say_why() {
    let desk = Desk::open(SIZE, &mixed());
    assert_eq!(
        desk.folded(),
        ["Cargo.lock", "gone.rs", "huge.rs", "web/package-lock.json"]
    );
    let why: Vec<Reason> = desk.pane().sheet.folded_for.values().copied().collect();
    assert_eq!(
        why,
        [
            Reason::Generated,
            Reason::Deleted,
            Reason::Large,
            Reason::Generated
        ]
    );
}

#[test]
fn enter_unfolds_a_file_and_folds_it_again() {
    let mut desk = Desk::open(SIZE, &mixed());
    desk.keys("enter");
    assert_eq!(desk.folded().len(), 3);
    assert!(
        desk.rows().starts_with("▌file Cargo.lock\n hunk 1\n"),
        "{}",
        desk.rows()
    );
    // What the person unfolded has no reason to be folded any more.
    assert_eq!(desk.pane().sheet.folded_for.len(), 3);
    desk.keys("enter");
    assert_eq!(desk.folded().len(), 4);
}

#[test]
fn o_folds_the_hunk_and_on_the_head_of_the_file_the_file() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] j j j o");
    assert_eq!(desk.at(), "hunk 7");
    assert!(desk.rows().contains("▌hunk 7\n … 23\n"), "{}", desk.rows());
    desk.keys("o");
    assert!(
        desk.rows().contains("▌hunk 7\n 7 line 7\n"),
        "{}",
        desk.rows()
    );
    desk.keys("g o");
    assert_eq!(desk.folded(), ["src/a.rs"]);
    assert!(desk.rows().starts_with("▌file src/a.rs\n file src/b.rs\n"));
}

#[test]
fn all_files_fold_and_unfold_and_the_cursor_stays_on_its_file() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("G O");
    assert_eq!(desk.all(), ["file src/a.rs", "file src/b.rs"]);
    assert_eq!(desk.at(), "file src/b.rs");
    desk.keys("O");
    assert!(desk.folded().is_empty());
    assert_eq!(desk.at(), "file src/b.rs");
}

#[test]
fn a_fold_above_does_not_move_what_is_read() {
    let mut desk = Desk::open((80, 14), &two_files());
    desk.keys("G");
    let reading = &desk.pane().sheet.reading;
    let depth = reading.cursor - reading.top;
    desk.keys("tab k");
    assert_eq!(
        desk.pane().sheet.reading.cursor - desk.pane().sheet.reading.top,
        depth
    );
}

#[test]
fn the_settings_say_which_files_are_folded() {
    let text = "[review]\nfold = [\"docs/**\", \"*.txt\"]\n";
    let (settings, problems) = Settings::read(text);
    assert_eq!(problems, Vec::new());
    let generated = settings.generated.unwrap();
    assert!(generated.covers("docs/a/b.md") && generated.covers("a/b.txt"));
    assert!(!generated.covers("Cargo.lock") && !generated.covers("other/docs/a.md"));
}

#[test]
fn a_bad_pattern_costs_only_itself() {
    let text = "[review]\nfold = [\"a[\", 3, \"*.txt\"]\nfolt = 1\n";
    let (settings, problems) = Settings::read(text);
    assert_eq!(settings.generated.map(|generated| generated.len()), Some(1));
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems[0].starts_with("2:9: `a[` is not a pattern of file names: "),
        "{problems:?}"
    );
    assert_eq!(
        problems[1],
        "2:15: `fold` wants a list of patterns such as [\"*.lock\"]"
    );
    assert_eq!(
        problems[2],
        "3:1: `folt` is not a setting of `review`; did you mean `fold`?"
    );
}

#[test]
fn an_empty_list_folds_nothing_and_every_pattern_of_the_program_is_one() {
    let (settings, _) = Settings::read("[review]\nfold = []\n");
    assert_eq!(settings.generated, Some(Generated::none()));
    assert_eq!(Generated::default().len(), PATTERNS.len());
}
