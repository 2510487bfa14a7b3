//! Rows of code and heads: marks, cutting, wrapping, and text that would harm.

use std::fmt::Write;

use kortix_tui::{
    app::{Setup, event::Event},
    diff::{patch::HunkId, rows::Layout},
    text,
};
use proptest::{collection::vec, prelude::*};

use super::story::{PATCH, open, open_with, paint, pane};
use crate::screen::Screen;

fn shown(columns: u16, rows: u16, patch: &str) -> Screen {
    open_with(columns, rows, patch, Setup::default()).0
}

/// The row of the screen that contains a text.
fn row(screen: &mut Screen, part: &str) -> String {
    let text = screen.screen();
    let row = text.lines().find(|row| row.contains(part));
    row.unwrap_or_else(|| panic!("no `{part}` in\n{text}"))
        .to_owned()
}

/// A patch of one file in which the lines of one hunk are these.
fn hunk(lines: &[&str]) -> String {
    let count = |sign: char| lines.iter().filter(|line| !line.starts_with(sign)).count();
    let mut patch = format!(
        "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,{} +1,{} @@\n",
        count('+'),
        count('-')
    );
    for line in lines {
        writeln!(patch, "{line}").unwrap();
    }
    patch
}

#[test]
fn both_layouts_show_the_same_change() {
    let (mut screen, key) = open(110, 40);
    screen.keys("t");
    pane(&mut screen, &key).layout = Some(Layout::Unified);
    screen.event(Event::Resize(110, 40));
    insta::assert_snapshot!("unified", screen.screen());
    screen.keys("s");
    insta::assert_snapshot!("split", screen.screen());
}

#[test]
fn a_moved_block_has_a_mark_and_a_role_of_its_own() {
    let block: Vec<String> = (0..6)
        .map(|number| format!("    let value_{number} = compute_something({number});"))
        .collect();
    let mut lines: Vec<String> = block.iter().map(|line| format!("-{line}")).collect();
    lines.push(" fn between() {}".to_owned());
    lines.extend(block.iter().map(|line| format!("+{line}")));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut screen = shown(80, 24, &hunk(&lines));
    insta::assert_snapshot!(screen.screen());
    let roles = screen.roles();
    assert_eq!(roles.matches("diff-moved[⇄]").count(), 12, "{roles}");
}

#[test]
fn a_line_whose_words_were_not_compared_is_marked() {
    let (mut screen, key) = open(80, 24);
    let painted = &mut pane(&mut screen, &key).sheet.painted;
    let line = painted
        .get_mut(&HunkId(0))
        .unwrap()
        .lines
        .get_mut(3)
        .unwrap();
    line.is_plain = true;
    line.words.clear();
    assert!(row(&mut screen, "user.attempts > 3").contains("≈-"));
}

#[test]
fn long_lines_show_where_they_go_on() {
    let long = format!("+{}", "abcdefghij".repeat(30));
    let mut screen = shown(60, 20, &hunk(&[" short", &long]));
    assert!(row(&mut screen, "abcdefghij").ends_with('›'));
    screen.keys("L L");
    let scrolled = row(&mut screen, "abcdefghij");
    assert!(scrolled.contains("+ ‹"), "{scrolled}");
    assert!(scrolled.ends_with('›'), "{scrolled}");
    screen.keys("H H W");
    insta::assert_snapshot!("wrapped", screen.screen());
}

#[test]
fn wide_characters_at_the_edges_do_not_move_what_is_between() {
    let wide = "登录".repeat(30);
    let lines = [format!("+{wide}"), format!("+a{wide}")];
    let mut screen = shown(60, 20, &hunk(&[&lines[0], &lines[1]]));
    let ends = |screen: &mut Screen| {
        let text = screen.screen();
        let rows = text.lines().filter(|row| row.contains("登录"));
        let rows: Vec<String> = rows.map(str::to_owned).collect();
        let widths: Vec<usize> = rows.iter().map(|row| text::width(row)).collect();
        assert_eq!(widths, [60, 60], "{text}");
        rows.iter()
            .map(|row| row.chars().skip(11).collect())
            .collect::<Vec<String>>()
    };
    let begin = "登录".repeat(12);
    assert_eq!(
        ends(&mut screen),
        [
            format!("{begin}›"),
            format!("a{} ›", &begin[..begin.len() - 3])
        ]
    );
    screen.keys("L");
    assert_eq!(
        ends(&mut screen),
        [
            format!("‹ {}›", &begin[3..]),
            format!("‹{}登 ›", "登录".repeat(11))
        ]
    );
}

#[test]
fn a_line_without_end_is_cut_and_says_so() {
    let endless = format!("+{}", "x".repeat(200_000));
    let mut screen = shown(60, 20, &hunk(&[" short", &endless]));
    assert!(row(&mut screen, "xxxx").ends_with('›'));
    screen.keys("W G");
    let reading = &mut screen
        .state
        .reviews
        .values_mut()
        .next()
        .unwrap()
        .sheet
        .reading;
    reading.top_part = 330;
    let text = screen.screen();
    assert!(text.contains("too long: cut here"), "{text}");
}

#[test]
fn line_ends_that_are_not_seen_are_shown() {
    let mut screen = shown(
        80,
        20,
        &hunk(&["-old\r", "+new", "\\ No newline at end of file"]),
    );
    let before = row(&mut screen, "old");
    assert!(before.ends_with("- old␍"), "{before}");
    let after = row(&mut screen, "new");
    assert!(after.ends_with("+ new no newline at the end"), "{after}");
}

#[test]
fn where_there_is_no_room_the_missing_newline_covers_the_end_of_the_line() {
    let long = format!("+{}", "登录".repeat(30));
    let lines = [&*long, "\\ No newline at end of file"];
    let mut screen = shown(60, 20, &hunk(&lines));
    assert!(row(&mut screen, "登录").ends_with('›'));
    screen.keys("W");
    let last = row(&mut screen, "no newline");
    assert!(last.ends_with("登录 no newline at the end"), "{last}");
    let full = format!("+{}x", "登录".repeat(12));
    let mut screen = shown(60, 20, &hunk(&[&full, lines[1]]));
    let covered = row(&mut screen, "登录");
    assert!(covered.ends_with("登录登 no newline"), "{covered}");
}

#[test]
fn text_that_would_harm_is_made_visible() {
    let patch = hunk(&[
        "+red \u{1b}[31m bell \u{7} back \u{8} null \u{0} end",
        "+bidi \u{202e}esrever\u{202c} zero\u{200b}width",
    ])
    .replace("a.txt", "\"evil\\033[2J\\n.txt\"");
    let mut screen = shown(80, 20, &patch);
    let text = screen.screen();
    let controls = text
        .chars()
        .filter(|letter| letter.is_control() && *letter != '\n');
    assert_eq!(controls.count(), 0, "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_searched_for_stands_out_in_its_lines() {
    let (mut screen, _) = open(80, 24);
    screen.keys("/");
    screen.text("limits");
    let typed = screen.screen();
    assert!(typed.contains("search › limits  1 of 3"), "{typed}");
    screen.keys("enter");
    assert!(screen.screen().contains("match 1 of 3"));
    let roles = screen.roles();
    assert_eq!(roles.matches("match[limits]").count(), 2, "{roles}");
}

#[test]
fn the_head_of_a_file_stays_above_its_lines() {
    let lines: Vec<String> = (0..60).map(|number| format!("+line {number}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut screen = shown(60, 20, &hunk(&lines));
    screen.keys("G");
    let text = screen.screen();
    assert!(
        text.lines().nth(3).unwrap().contains("M a.txt +60"),
        "{text}"
    );
    let mut low = shown(60, 12, &hunk(&lines));
    low.keys("G");
    let text = low.screen();
    assert!(!text.contains("M a.txt"), "{text}");
}

#[test]
fn a_range_is_marked_at_its_left() {
    let (mut screen, _) = open(80, 24);
    screen.keys("j j j j v j j");
    let text = screen.screen();
    let marks: Vec<char> = text.lines().filter_map(|row| row.chars().next()).collect();
    let marks: String = marks
        .into_iter()
        .filter(|mark| "┃▌".contains(*mark))
        .collect();
    assert_eq!(marks, "┃┃▌", "{text}");
}

#[test]
fn folded_and_reviewed_parts_keep_their_heads() {
    let (mut screen, _) = open(100, 40);
    screen.keys("t j j o");
    let folded = row(&mut screen, "impl Session");
    assert!(folded.contains("▸ @@ -10,11 +10,12 @@"), "{folded}");
    assert!(folded.contains("15 lines folded"), "{folded}");
    screen.keys("o space k k r");
    insta::assert_snapshot!(screen.screen());
}

#[test]
fn a_renamed_file_is_shown_with_both_names_however_narrow() {
    let patch = PATCH.replace("src/ui/", "a/very/long/folder/of/a/deep/tree/");
    for columns in [60, 80, 120] {
        let (mut screen, key) = open_with(columns, 60, &patch, Setup::default());
        pane(&mut screen, &key).shows_tree = Some(false);
        screen.event(Event::Resize(columns, 60));
        let head = row(&mut screen, " R ");
        assert!(head.contains(" → "), "{head}");
        assert!(head.contains("+1 −1"), "{head}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_a_patch_says_only_letters_reach_the_screen(
        lines in vec("[-+ ](.|[\\t\\x1b\\x00\\r\u{202e}\u{301}登👩]){0,90}", 1..12),
        keys in prop::sample::select(vec!["W", "L L", "s L", "s W L", "G v k k"]),
        columns in 20_u16..110,
    ) {
        let lines: Vec<String> = lines.iter().map(|line| line.replace('\n', "")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (mut screen, _) = open_with(columns, 18, &hunk(&lines), Setup::default());
        screen.keys(keys);
        paint(&mut screen);
        for row in screen.screen().lines() {
            prop_assert!(!row.chars().any(char::is_control), "{row:?}");
            prop_assert!(text::width(row) <= usize::from(columns), "{row:?}");
        }
    }
}
