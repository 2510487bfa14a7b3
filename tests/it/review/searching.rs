//! Searching in a difference and jumping to files.

use super::desk::{Desk, lines, patch, two_files};

const SIZE: (u16, u16) = (80, 20);

fn count(desk: &Desk) -> Option<String> {
    desk.pane().sheet.found.count()
}

#[test]
fn the_first_match_is_shown_while_the_text_is_typed() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.screen.keys("/");
    desk.screen.text("fort");
    assert_eq!(desk.at(), "40+forty");
    assert_eq!(count(&desk).as_deref(), Some("1 of 1"));
    desk.keys("enter");
    assert_eq!(
        (desk.at().as_str(), desk.pane().search.is_none()),
        ("40+forty", true)
    );
}

#[test]
fn giving_a_search_up_goes_back_to_where_it_began() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("] j");
    let before = desk.rows();
    desk.keys("/");
    desk.screen.text("seventy");
    assert_eq!(desk.at(), "70+seventy");
    desk.keys("esc");
    assert_eq!((desk.rows(), count(&desk)), (before, None));
}

#[test]
fn n_goes_on_counts_and_begins_again_behind_the_last() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("/");
    desk.screen.text("line 4");
    desk.keys("enter");
    let all = desk.pane().sheet.found.matches.len();
    assert_eq!(all, 4);
    assert_eq!(
        (desk.at().as_str(), count(&desk).as_deref()),
        ("40-line 40", Some("1 of 4"))
    );
    desk.keys("n n n");
    assert_eq!(
        (desk.at().as_str(), count(&desk).as_deref()),
        ("43 line 43", Some("4 of 4"))
    );
    desk.keys("n");
    assert_eq!(desk.said(), "the search goes on at the top");
    assert_eq!(count(&desk).as_deref(), Some("1 of 4"));
    desk.keys("N");
    assert_eq!(
        (desk.at().as_str(), desk.said().as_str()),
        ("43 line 43", "the search goes on at the bottom")
    );
}

#[test]
fn several_matches_in_one_line_are_counted_one_by_one() {
    let patch = patch(&[("a.txt", "one\n", "one\nab ab ab\nab\n")]);
    let mut desk = Desk::open(SIZE, &patch);
    desk.keys("/");
    desk.screen.text("ab");
    desk.keys("enter n");
    assert_eq!(
        (desk.at().as_str(), count(&desk).as_deref()),
        ("2+ab ab ab", Some("2 of 4"))
    );
    desk.keys("n n");
    assert_eq!(
        (desk.at().as_str(), count(&desk).as_deref()),
        ("3+ab", Some("4 of 4"))
    );
}

#[test]
fn small_letters_find_both_cases_and_a_capital_one_only_itself() {
    let patch = patch(&[("a.txt", "Tree\n", "Tree\ntree\n")]);
    let mut desk = Desk::open(SIZE, &patch);
    desk.keys("/");
    desk.screen.text("tree");
    assert_eq!(count(&desk).as_deref(), Some("1 of 2"));
    desk.keys("esc /");
    desk.screen.text("Tree");
    assert_eq!(count(&desk).as_deref(), Some("1 of 1"));
}

#[test]
fn a_match_in_a_folded_file_unfolds_it() {
    let patch = patch(&[("a.lock", "one\n", "one\nneedle\n"), ("b.rs", "b\n", "c\n")]);
    let mut desk = Desk::open(SIZE, &patch);
    assert_eq!(desk.folded(), ["a.lock"]);
    desk.keys("/");
    desk.screen.text("needle");
    desk.keys("enter");
    assert_eq!((desk.at().as_str(), desk.folded().len()), ("2+needle", 0));
}

#[test]
fn what_is_nowhere_is_said_and_esc_ends_the_search() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("/");
    desk.screen.text("nowhere");
    desk.keys("enter");
    assert_eq!(desk.said(), "nothing here says `nowhere`");
    assert_eq!(count(&desk).as_deref(), Some("no match"));
    desk.keys("esc");
    assert_eq!(count(&desk), None);
    desk.keys("n");
    assert_eq!(desk.said(), "nothing is searched for; `/` searches");
}

#[test]
fn a_very_large_patch_is_searched_on_enter_only() {
    let new = lines(120_000, &[(100_000, "needle")]);
    let mut desk = Desk::open(SIZE, &patch(&[("a.txt", "", &new)]));
    desk.keys("/");
    desk.screen.text("needle");
    assert_eq!(count(&desk), None);
    desk.keys("enter");
    assert_eq!(
        (desk.at().as_str(), count(&desk).as_deref()),
        ("100000+needle", Some("1 of 1"))
    );
}

#[test]
fn a_file_is_found_by_a_part_of_its_path() {
    let mut desk = Desk::open(SIZE, &two_files());
    desk.keys("f");
    desk.screen.text("b.r");
    insta::assert_snapshot!(desk.screen.screen());
    desk.keys("enter");
    assert_eq!(desk.at(), "file src/b.rs");
    desk.keys("f");
    desk.screen.text("nosuch");
    desk.keys("enter");
    assert_eq!(desk.screen.state.overlays.len(), 1);
    desk.keys("esc");
    assert_eq!(
        (desk.screen.state.overlays.len(), desk.at().as_str()),
        (0, "file src/b.rs")
    );
}
