//! Lines of code as cells: broken, cut, scrolled and made safe.

use kortix_tui::{
    diff::fit::{LONGEST, breaks, cells, column, height, is_cut, window},
    text::{sanitize_line, width},
};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

/// Lines of everything that has an unusual width.
fn line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[ -~]{0,12}",
        2 => Just("\t".to_owned()),
        2 => "[用例ｱあ한]{1,4}",
        1 => "e\u{301}{1,6}",
        1 => Just("👩\u{200d}💻🇩🇪🏽#\u{fe0f}\u{20e3}".to_owned()),
        1 => Just("\u{202e}\u{200b}\u{feff}\u{ad}".to_owned()),
        1 => Just("\r\u{1b}[31m\u{7f}\u{85}".to_owned()),
        1 => Just("من\u{200c}ها नमस्ते กำ\u{2e3b}".to_owned()),
        1 => "\\PC{0,4}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// The pieces of a line as the screen shows them.
fn shown(line: &str, columns: usize) -> Vec<String> {
    let pieces = breaks(line, columns).into_iter();
    let shown =
        pieces.map(|piece| cells(&line[piece.clone()], column(line, piece.start)).into_owned());
    shown.collect()
}

proptest! {
    #[test]
    fn pieces_are_the_line_and_fit(line in line(), columns in 9_usize..40) {
        let pieces = breaks(&line, columns);
        let joined: String = pieces.iter().map(|piece| &line[piece.clone()]).collect();
        prop_assert_eq!(&joined, &line);
        prop_assert_eq!(pieces.len(), height(&line, columns));
        for (piece, shown) in pieces.iter().zip(shown(&line, columns)) {
            let measured = column(&line, piece.end) - column(&line, piece.start);
            prop_assert_eq!(width(&shown), measured);
            let is_alone = line[piece.clone()].graphemes(true).count() == 1;
            prop_assert!(measured <= columns || is_alone, "{measured} > {columns}");
        }
    }

    #[test]
    fn rows_are_full(line in "[ -~]{0,200}", columns in 1_usize..40) {
        let pieces = breaks(&line, columns);
        for piece in pieces.iter().rev().skip(1) {
            prop_assert_eq!(piece.len(), columns);
        }
    }

    #[test]
    fn cells_are_safe_and_stay_as_they_are(line in line(), start in 0_usize..9) {
        let shown = cells(&line, start);
        prop_assert_eq!(sanitize_line(&shown), shown.as_ref());
    }

    #[test]
    fn a_window_shows_what_is_wholly_inside(line in line(), skipped in 0_usize..60, columns in 1_usize..40) {
        let piece = window(&line, skipped, columns);
        let (start, end) = (column(&line, piece.start), column(&line, piece.end));
        let whole = column(&line, line.len());
        if piece.is_empty() {
            // Nothing fits, or nothing is left.
            prop_assert!(start >= skipped.min(whole));
        } else {
            prop_assert!(start >= skipped);
            prop_assert!(end <= skipped + columns);
        }
        let next = line[piece.end..].chars().next().map_or(0, char::len_utf8);
        let before = line[..piece.start].chars().next_back().map_or(0, char::len_utf8);
        let is_next_outside = column(&line, piece.end + next) > skipped + columns || next == 0;
        let is_inside_cluster = column(&line, piece.end + next) == end;
        prop_assert!(is_next_outside || is_inside_cluster);
        prop_assert!(piece.start == 0 || column(&line, piece.start - before) < skipped);
    }

    #[test]
    fn a_window_without_scrolling_is_the_first_piece(line in line(), columns in 16_usize..40) {
        let first = breaks(&line, columns).remove(0);
        let piece = window(&line, 0, columns);
        prop_assert!(piece == first || column(&line, first.end) > columns);
    }
}

#[test]
fn a_tab_reaches_the_same_stop_on_every_row() {
    assert_eq!(shown("\ta\tb\tc", 9), ["    a   b", "   c"]);
}

#[test]
fn a_wide_character_that_does_not_fit_goes_to_the_next_row() {
    assert_eq!(shown("ab用c", 3), ["ab", "用c"]);
}

#[test]
fn a_wide_character_that_is_half_scrolled_away_is_left_out() {
    let line = "用例x";
    assert_eq!(window(line, 1, 4), 3..7);
    assert_eq!(column(line, 3) - 1, 1);
    assert_eq!(window(line, 0, 3), 0..3);
}

#[test]
fn what_is_invisible_is_shown() {
    assert_eq!(cells("a\rb\r", 0), "a␍b␍");
    assert_eq!(cells("if x\u{202e} {", 0), "if x⟨U+202E⟩ {");
    assert_eq!(cells("\u{1b}[31mred", 0), "␛[31mred");
    assert_eq!(cells("\u{301}x", 0), "◌\u{301}x");
    assert_eq!(cells("a\u{200b}b", 0), "a⟨U+200B⟩b");
}

#[test]
fn an_empty_line_has_one_empty_piece() {
    assert_eq!(shown("", 10), [""]);
    assert_eq!(height("", 10), 1);
    assert_eq!(window("", 3, 10), 0..0);
    assert_eq!(cells("", 0), "");
}

#[test]
fn no_columns_are_as_good_as_one() {
    assert_eq!(breaks("abc", 0), [0..1, 1..2, 2..3]);
    assert_eq!(height("abc", 0), 3);
    assert_eq!(window("abc", 0, 0), 0..0);
}

#[test]
fn a_line_of_a_megabyte_ends_where_lines_end() {
    for letter in ["a", "é", "\t用"] {
        let line = letter.repeat((1 << 20) / letter.len());
        let pieces = breaks(&line, 80);
        let end = pieces.last().unwrap().end;
        assert!(LONGEST - end < 4, "{end}");
        assert_eq!(height(&line, 80), pieces.len());
        assert_eq!(window(&line, 1 << 20, 80), end..end);
        assert!(is_cut(&line));
    }
}
