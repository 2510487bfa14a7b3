//! Opening what is unchanged.

use kortix_tui::app::call::Call;

use super::desk::{Desk, lines, two_files};

const SIZE: (u16, u16) = (80, 60);

fn desk() -> Desk {
    let mut desk = Desk::open(SIZE, &two_files());
    let new = lines(100, &[(10, "ten"), (40, "forty"), (70, "seventy")]);
    desk.world.files.insert("src/a.rs".to_owned(), new);
    desk
}

#[test]
fn twenty_more_lines_are_opened_at_both_ends_of_a_gap_and_the_cursor_stays_on_it() {
    let mut desk = desk();
    desk.keys("] ] k");
    assert_eq!(desk.at(), "… 23");
    desk.keys("e");
    assert_eq!(desk.at(), "… 3");
    let rows = desk.rows();
    assert!(rows.contains(" 23 line 23\n▌… 3\n 27 line 27\n"), "{rows}");
    desk.keys("enter");
    assert!(desk.all().contains(&"25 line 25".to_owned()));
}

#[test]
fn the_text_is_asked_of_the_commit_that_is_shown_and_only_once() {
    let mut desk = desk();
    desk.screen.keys("e e");
    let calls = desk.screen.calls();
    let texts: Vec<&&Call> = calls
        .iter()
        .filter(|call| matches!(call, Call::FileText { .. }))
        .collect();
    assert_eq!(
        texts,
        [&&Call::FileText {
            project: "app".into(),
            path: "src/a.rs".to_owned(),
            commit: "b".repeat(40),
            branch: "work".to_owned(),
        }]
    );
    assert_eq!(desk.pane().sheet.fetching.len(), 1);
    desk.settle();
    assert!(desk.pane().sheet.fetching.is_empty());
    assert!(desk.all().contains(&"1 line 1".to_owned()));
}

#[test]
fn in_a_hunk_the_nearer_side_is_opened() {
    let mut desk = desk();
    desk.keys("] ] j e");
    assert!(desk.all().contains(&"36 line 36".to_owned()));
    assert!(!desk.all().contains(&"44 line 44".to_owned()));
    desk.keys("j j j j j j j e");
    assert!(desk.all().contains(&"44 line 44".to_owned()));
}

#[test]
fn all_of_the_file_is_opened_and_closed_again() {
    let mut desk = desk();
    let before = desk.all();
    desk.keys("] ] j j j j E");
    assert_eq!(desk.at(), "40-line 40");
    assert!(
        !desk.all().iter().any(|row| row.starts_with('…')),
        "{:?}",
        desk.all()
    );
    assert!(desk.all().contains(&"100 line 100".to_owned()));
    desk.keys("E");
    assert_eq!(desk.at(), "40-line 40");
    assert_eq!(
        desk.all()
            .iter()
            .filter(|row| !row.starts_with('…'))
            .count(),
        before.iter().filter(|row| !row.starts_with('…')).count()
    );
}

#[test]
fn a_text_of_another_tip_is_refused() {
    let mut desk = desk();
    desk.world
        .files
        .insert("src/a.rs".to_owned(), lines(90, &[]));
    let before = desk.all();
    desk.keys("] e");
    assert_eq!(
        desk.said(),
        "`src/a.rs` is not what the difference says any more: `R` fetches it again"
    );
    assert_eq!(desk.all(), before);
}

#[test]
fn a_text_that_cannot_be_fetched_is_said() {
    let mut desk = desk();
    desk.world.files.clear();
    desk.keys("] e");
    assert!(
        desk.said().starts_with("cannot read `src/a.rs`: "),
        "{}",
        desk.said()
    );
    assert!(desk.pane().sheet.fetching.is_empty());
}
