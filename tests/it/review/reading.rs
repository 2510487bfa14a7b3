//! Moving through the rows.

use std::time::Duration;

use crossterm::event::{KeyModifiers, MouseEvent, MouseEventKind};
use kortix_tui::{
    app::{event::Event, review::geometry},
    diff::rows::Layout,
};

use super::desk::{Desk, lines, patch, two_files};

/// Columns and rows on which ten rows of lines are seen.
const SMALL: (u16, u16) = (80, 14);

fn wheel(kind: MouseEventKind, column: u16) -> Event {
    Event::Mouse(MouseEvent {
        kind,
        column,
        row: 8,
        modifiers: KeyModifiers::NONE,
    })
}

#[test]
fn the_first_row_is_the_head_of_the_first_file() {
    let desk = Desk::open(SMALL, &two_files());
    assert_eq!(
        desk.rows(),
        "▌file src/a.rs\n … 6\n hunk 7\n 7 line 7\n 8 line 8\n 9 line 9\n 10-line 10\n 10+ten\n \
         11 line 11\n 12 line 12\n"
    );
}

#[test]
fn three_rows_stay_visible_below_and_above_the_cursor() {
    let mut desk = Desk::open(SMALL, &two_files());
    desk.keys("j j j j j j");
    assert!(
        desk.rows().starts_with(" file src/a.rs\n"),
        "{}",
        desk.rows()
    );
    desk.keys("j");
    assert_eq!(
        desk.rows(),
        " … 6\n hunk 7\n 7 line 7\n 8 line 8\n 9 line 9\n 10-line 10\n▌10+ten\n 11 line 11\n \
         12 line 12\n 13 line 13\n"
    );
    desk.keys("k k k k");
    assert!(
        desk.rows()
            .starts_with(" file src/a.rs\n … 6\n hunk 7\n▌7 line 7\n"),
        "{}",
        desk.rows()
    );
}

#[test]
fn the_last_row_ends_the_screen() {
    let mut desk = Desk::open(SMALL, &two_files());
    desk.keys("G");
    let rows = desk.rows();
    assert!(rows.ends_with("\n▌2+TWO\n"), "{rows}");
    assert_eq!(rows.lines().count(), 10);
    desk.keys("j j pagedown");
    assert_eq!(desk.rows(), rows);
    desk.keys("g k pageup");
    assert_eq!(desk.at(), "file src/a.rs");
}

#[test]
fn a_page_down_and_a_page_up_come_back() {
    let mut desk = Desk::open(SMALL, &two_files());
    desk.keys("j j j j j");
    let before = desk.at();
    desk.keys("pagedown");
    assert_ne!(desk.at(), before);
    desk.keys("pageup");
    assert_eq!(desk.at(), before);
    desk.keys("ctrl-d ctrl-u");
    assert_eq!(desk.at(), before);
}

#[test]
fn keys_go_from_hunk_to_hunk_and_from_file_to_file() {
    let mut desk = Desk::open(SMALL, &two_files());
    desk.keys("] ]");
    assert_eq!(desk.at(), "hunk 37");
    desk.keys("[");
    assert_eq!(desk.at(), "hunk 7");
    desk.keys("}");
    assert_eq!(desk.at(), "file src/b.rs");
    desk.keys("}");
    assert_eq!(
        (desk.at(), desk.said()),
        (
            "file src/b.rs".to_owned(),
            "this is the last file".to_owned()
        )
    );
    desk.keys("{ ] ] ] ] ]");
    assert_eq!(desk.said(), "this is the last hunk that is shown");
}

#[test]
fn a_line_that_is_taller_than_the_screen_is_read_row_by_row() {
    let long = "x".repeat(3_000);
    let patch = patch(&[("a.txt", "one\ntwo\n", &format!("one\n{long}\ntwo\n"))]);
    let mut desk = Desk::open(SMALL, &patch);
    desk.keys("W j j j");
    let height = 3_000_usize.div_ceil(usize::from(
        geometry::divide(&desk.screen.state, desk.pane()).code,
    ));
    assert!(height > 30);
    assert!(desk.at().starts_with("2+xxx"));
    let mut parts = vec![desk.pane().sheet.reading.top_part];
    while desk.at().starts_with("2+xxx") {
        desk.keys("j");
        parts.push(desk.pane().sheet.reading.top_part);
    }
    // Every row of it was on the screen, one after the other.
    let steps: Vec<usize> = parts
        .windows(2)
        .map(|pair| pair[1].abs_diff(pair[0]))
        .collect();
    assert!(
        steps[..steps.len() - 1].iter().all(|step| *step <= 3),
        "{parts:?}"
    );
    assert!(
        parts.iter().max().unwrap() + 10 >= height,
        "{parts:?} of {height}"
    );
    assert_eq!(desk.at(), "3 two");
    desk.keys("k");
    assert!(desk.at().starts_with("2+xxx"));
    assert!(desk.pane().sheet.reading.top_part + 10 >= height - 3);
    desk.keys("pageup pageup pageup pageup pageup pageup pageup");
    assert_eq!(desk.pane().sheet.reading.top, 0);
}

#[test]
fn a_wrapped_line_takes_as_many_rows_as_it_needs() {
    let long = "y".repeat(200);
    let patch = patch(&[("a.txt", "one\n", &format!("one\n{long}\n"))]);
    let mut desk = Desk::open((80, 20), &patch);
    assert!(!desk.rows().contains('×'));
    desk.keys("W");
    assert!(desk.rows().contains(" ×3\n"), "{}", desk.rows());
}

#[test]
fn long_lines_are_scrolled_to_the_side_as_far_as_they_go() {
    let long = "z".repeat(100);
    let patch = patch(&[("a.txt", "one\n", &format!("one\n{long}\n"))]);
    let mut desk = Desk::open((80, 20), &patch);
    desk.keys("H");
    assert_eq!(desk.pane().sheet.reading.skipped, 0);
    for _ in 0..20 {
        desk.keys("L");
    }
    let code = usize::from(geometry::divide(&desk.screen.state, desk.pane()).code);
    assert_eq!(desk.pane().sheet.reading.skipped, 100 - code / 2);
    desk.keys("H");
    assert!(desk.pane().sheet.reading.skipped < 100 - code / 2);
}

#[test]
fn the_wheel_moves_the_screen_and_leaves_the_cursor_where_it_is_seen() {
    let mut desk = Desk::open(SMALL, &two_files());
    desk.keys("j j j j j j");
    let before = desk.at();
    desk.screen.event(wheel(MouseEventKind::ScrollDown, 40));
    assert_eq!(desk.at(), before);
    assert_eq!(desk.pane().sheet.reading.top, 3);
    desk.screen.event(wheel(MouseEventKind::ScrollDown, 40));
    assert_eq!(desk.pane().sheet.reading.top, 6);
    assert_eq!(desk.pane().sheet.reading.cursor, 9);
    desk.screen.event(wheel(MouseEventKind::ScrollUp, 40));
    desk.screen.event(wheel(MouseEventKind::ScrollUp, 40));
    assert_eq!(desk.pane().sheet.reading.top, 0);
}

#[test]
fn a_range_stays_within_its_hunk() {
    let mut desk = Desk::open(SMALL, &two_files());
    desk.keys("v");
    assert_eq!(desk.said(), "put the cursor on a line to begin a range");
    desk.keys("] j j v j j");
    assert!(
        desk.rows().contains("│8 line 8\n│9 line 9\n▌10-line 10\n"),
        "{}",
        desk.rows()
    );
    desk.keys("pagedown pagedown");
    assert_eq!(desk.at(), "13 line 13");
    desk.keys("pageup pageup");
    assert_eq!(desk.at(), "7 line 7");
    desk.keys("esc");
    assert_eq!(desk.pane().sheet.reading.range_from, None);
    assert_eq!(desk.at(), "7 line 7");
}

#[test]
fn what_is_copied_is_what_is_marked() {
    let mut desk = Desk::open(SMALL, &two_files());
    desk.keys("y");
    assert_eq!(desk.copied(), "src/a.rs");
    desk.keys("] j j j j v j y");
    assert_eq!(desk.copied(), "line 10\nten");
    desk.keys("esc Y");
    assert_eq!(desk.copied(), "src/a.rs:10");
    desk.keys("[ y");
    assert_eq!(
        desk.copied(),
        " line 7\n line 8\n line 9\n-line 10\n+ten\n line 11\n line 12\n line 13\n"
    );
}

#[test]
fn two_columns_and_one_keep_the_cursor_on_its_line() {
    let mut desk = Desk::open((100, 20), &two_files());
    desk.keys("} ] j j j");
    assert_eq!(desk.at(), "2+TWO");
    let depth = |desk: &Desk| {
        let reading = &desk.pane().sheet.reading;
        reading.cursor - reading.top
    };
    desk.keys("s");
    assert_eq!(desk.at(), "2-two | 2+TWO");
    assert_eq!(desk.pane().sheet.shape.layout, Layout::Split);
    desk.keys("s");
    assert_eq!(desk.at(), "2+TWO");
    assert!(depth(&desk) < 16);
}

#[test]
fn a_wide_terminal_shows_both_sides_and_a_narrow_one_hides_the_files() {
    let mut desk = Desk::open((200, 20), &two_files());
    let wide = geometry::divide(&desk.screen.state, desk.pane());
    assert_eq!((wide.layout, wide.tree), (Layout::Split, 40));
    assert_eq!(desk.pane().sheet.shape.layout, Layout::Split);
    desk.screen.resize(99, 20);
    let narrow = geometry::divide(&desk.screen.state, desk.pane());
    assert_eq!((narrow.layout, narrow.tree), (Layout::Unified, 0));
    assert_eq!(desk.pane().sheet.shape.layout, Layout::Unified);
    // What was chosen stays, however wide the terminal is.
    desk.keys("s t");
    desk.screen.resize(300, 20);
    desk.screen.resize(90, 20);
    let chosen = geometry::divide(&desk.screen.state, desk.pane());
    assert_eq!((chosen.layout, chosen.tree), (Layout::Split, 24));
}

#[test]
fn the_cursor_stays_in_sight_when_the_terminal_shrinks() {
    let mut desk = Desk::open((80, 50), &two_files());
    desk.keys("ctrl-d ctrl-d");
    let before = desk.at();
    desk.screen.resize(80, 10);
    assert_eq!(desk.at(), before);
    assert!(
        desk.rows().contains(&format!("▌{before}\n")),
        "{}",
        desk.rows()
    );
}

#[test]
fn hidden_whitespace_keeps_the_cursor_where_it_was() {
    let old = lines(30, &[]);
    let new = lines(30, &[(5, "  line 5"), (12, "twelve")]);
    let mut desk = Desk::open((80, 20), &patch(&[("a.rs", &old, &new)]));
    desk.keys("G k k k");
    let before = desk.at();
    desk.keys("i");
    assert_eq!(desk.at(), before);
    assert!(
        desk.all().contains(&"5-line 5 = 5+  line 5".to_owned()),
        "{:?}",
        desk.all()
    );
    desk.keys("i");
    assert_eq!(desk.at(), before);
}

#[test]
fn the_session_that_made_it_is_opened() {
    let mut desk = Desk::open(SMALL, &two_files());
    desk.screen.keys("S");
    assert!(matches!(
        &desk.screen.state.screen,
        kortix_tui::app::Screen::Session(key) if key.session.as_str() == "s1"
    ));
}

#[test]
fn only_what_is_near_the_screen_is_painted_and_the_rest_when_it_is_reached() {
    let old = lines(20_000, &[]);
    let replaced: Vec<(usize, String)> = (1..600)
        .map(|place| (place * 30, format!("new {place}")))
        .collect();
    let replaced: Vec<(usize, &str)> = replaced
        .iter()
        .map(|(place, text)| (*place, text.as_str()))
        .collect();
    let patch = patch(&[("a.rs", &old, &lines(20_000, &replaced))]);
    let mut desk = Desk::open((80, 24), &patch);
    let first = desk.pane().sheet.painted.len();
    assert!((2..10).contains(&first), "{first} hunks");
    desk.keys("G");
    assert!(desk.pane().sheet.painted.len() > first);
    for _ in 0..250 {
        desk.keys("pageup");
    }
    assert!(desk.pane().sheet.painted.len() <= 400);
    let here = desk
        .pane()
        .sheet
        .rows
        .hunk_at(desk.pane().sheet.reading.top + 5);
    assert!(here.is_none_or(|hunk| desk.pane().sheet.painted.contains_key(&hunk)));
    desk.screen.wait(Duration::from_secs(1));
}
