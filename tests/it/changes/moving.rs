//! Order, cursor, tabs, filters and keys of the list.

use kortix_tui::{
    app::{Screen as Shown, changes::list::Tab, event::Effect},
    model::change::ChangeStatus,
};

use super::{Story, end, listed, story, titles, watch};
use crate::screen::Screen;

#[test]
fn open_ones_come_first_and_the_newest_of_them_before_all() {
    let Story { world, .. } = story();
    let mut screen = listed(100, 20, &world);
    assert_eq!(
        titles(&mut screen),
        [
            "Tell what it is for",
            "Check the password twice",
            "Explain the settings"
        ]
    );
    screen.keys("backtab");
    assert_eq!(screen.state.changes.tab(), Tab::All);
    assert_eq!(
        titles(&mut screen),
        [
            "Tell what it is for",
            "Check the password twice",
            "Explain the settings",
            "Begin",
            "Try another font",
        ]
    );
}

#[test]
fn tab_walks_through_the_states_with_their_counts() {
    let Story { world, .. } = story();
    let mut screen = listed(100, 20, &world);
    let text = screen.screen();
    assert!(
        text.contains(" open 3 · merged 1 · closed 1 · all 5"),
        "{text}"
    );
    screen.keys("tab");
    assert_eq!(titles(&mut screen), ["Begin"]);
    screen.keys("tab");
    assert_eq!(titles(&mut screen), ["Try another font"]);
    screen.keys("tab tab");
    assert_eq!(screen.state.changes.tab(), Tab::Open);
}

#[test]
fn the_filter_finds_titles_projects_branches_sessions_and_numbers() {
    let Story { world, .. } = story();
    let mut screen = listed(118, 20, &world);
    for (typed, found) in [
        ("password", vec!["Check the password twice"]),
        ("website", vec!["Tell what it is for"]),
        ("bbbb", vec!["Explain the settings"]),
        ("fixlogin", vec!["Check the password twice"]),
        ("#2", vec!["Tell what it is for", "Explain the settings"]),
        ("#2 kortix", vec!["Explain the settings"]),
        ("#20", vec![]),
        (
            "#",
            vec![
                "Tell what it is for",
                "Check the password twice",
                "Explain the settings",
            ],
        ),
    ] {
        screen.keys("/");
        screen.text(typed);
        screen.keys("enter");
        assert_eq!(titles(&mut screen), found, "{typed}");
        screen.keys("esc");
    }
}

#[test]
fn the_counts_are_those_under_the_filter() {
    let Story { world, .. } = story();
    let mut screen = listed(118, 20, &world);
    screen.keys("/");
    screen.text("font");
    let text = screen.screen();
    assert!(
        text.contains("open 0 · merged 0 · closed 1 · all 1 · match `font`"),
        "{text}"
    );
    assert!(text.contains("No change request is open."), "{text}");
    screen.keys("esc");
    assert_eq!(
        titles(&mut screen).len(),
        3,
        "leaving the line takes it back"
    );
}

#[test]
fn p_narrows_to_the_project_and_escape_widens_before_it_leaves() {
    let Story { world, login, .. } = story();
    let mut screen = listed(118, 20, &world);
    screen.keys("j p");
    assert_eq!(
        screen.state.changes.selected(),
        Some(&login),
        "the cursor stays"
    );
    assert_eq!(
        titles(&mut screen),
        ["Check the password twice", "Explain the settings"]
    );
    assert!(screen.screen().contains("only kortix-tui"));
    screen.keys("esc");
    assert_eq!(titles(&mut screen).len(), 3);
    assert_eq!(screen.state.screen, Shown::Changes);
    screen.keys("esc");
    assert_eq!(screen.state.screen, Shown::Board);
}

#[test]
fn what_is_merged_meanwhile_stays_where_it_stands_until_the_list_is_sorted() {
    let Story {
        mut world, login, ..
    } = story();
    let mut screen = listed(118, 20, &world);
    screen.keys("j");
    let before = titles(&mut screen);
    end(&mut world, login.change.as_str(), ChangeStatus::Merged, 0);
    watch(&mut screen, &world, 15);
    assert_eq!(titles(&mut screen), before);
    assert!(
        screen.cursor_row().starts_with("▌◆* merged"),
        "{}",
        screen.cursor_row()
    );
    screen.keys("R");
    assert_eq!(
        titles(&mut screen),
        ["Tell what it is for", "Explain the settings"]
    );
}

#[test]
fn a_new_row_does_not_move_the_cursor_on_the_screen() {
    let Story { mut world, .. } = story();
    for number in 10..60 {
        world.change("website", number, "cccc", &format!("Older work {number}"));
    }
    let mut screen = listed(80, 14, &world);
    screen.keys("G k k k");
    let line = |screen: &mut Screen| screen.screen().lines().position(|row| row.starts_with('▌'));
    let before = (line(&mut screen), screen.cursor_row());
    let newest = world.change("kortix-tui", 99, "aaaa", "Brand new");
    for (_, row) in &mut world.changes {
        if row.cr_id == newest.change {
            row.created_at = screen.state.now.to_rfc3339();
        }
    }
    watch(&mut screen, &world, 15);
    assert!(screen.screen().contains("open 54"));
    assert_eq!((line(&mut screen), screen.cursor_row()), before);
}

#[test]
fn keys_wait_for_the_eye_when_the_row_under_the_cursor_goes() {
    let Story { mut world, .. } = story();
    let mut screen = listed(80, 14, &world);
    world
        .changes
        .retain(|(_, row)| row.title != "Tell what it is for");
    watch(&mut screen, &world, 15);
    screen.keys("enter");
    assert_eq!(screen.state.screen, Shown::Changes);
    assert!(screen.screen().contains("changed under the cursor"));
    screen.keys("enter");
    assert!(matches!(screen.state.screen, Shown::Review(_)));
}

#[test]
fn enter_reviews_and_leaving_comes_back_to_the_row() {
    let Story { world, login, .. } = story();
    let mut screen = listed(118, 20, &world);
    screen.keys("j enter");
    assert_eq!(screen.state.screen, Shown::Review(login.clone()));
    screen.keys("q");
    assert_eq!(screen.state.screen, Shown::Changes);
    assert_eq!(screen.state.changes.selected(), Some(&login));
}

#[test]
fn o_opens_the_session_and_says_when_it_is_gone() {
    let Story {
        world, sessions, ..
    } = story();
    let mut screen = listed(118, 20, &world);
    screen.keys("tab o");
    assert!(screen.screen().contains("not listed any more"));
    screen.keys("backtab j");
    screen.keys("o");
    assert_eq!(screen.state.screen, Shown::Session(sessions[0].clone()));
}

#[test]
fn title_id_and_fetch_command_are_copied() {
    let Story { mut world, .. } = story();
    for session in &mut world.sessions {
        session.branch_name = session.session_id.0.clone();
    }
    let mut screen = listed(118, 20, &world);
    screen.keys("j y Y b");
    let copied = screen.effects.iter().filter_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(
        copied.collect::<Vec<_>>(),
        [
            "#3 Check the password twice",
            "cr-kortix-tui-3",
            "git fetch origin 'aaaa'"
        ]
    );
}

#[test]
fn merging_and_closing_ask_first_and_only_open_ones() {
    let Story { world, .. } = story();
    let mut screen = listed(118, 20, &world);
    for key in ["m", "x"] {
        screen.keys(key);
        assert_eq!(screen.state.overlays.len(), 1, "{key}");
        screen.keys("esc");
    }
    screen.keys("X");
    assert!(screen.state.overlays.is_empty());
    screen.keys("tab m");
    assert!(screen.state.overlays.is_empty());
    screen.keys("tab X");
    assert_eq!(screen.state.overlays.len(), 1);
}

#[test]
fn ten_thousand_change_requests_are_walked_through() {
    let Story { mut world, .. } = story();
    for number in 10..10_000 {
        world.change("website", number, "cccc", &format!("Work {number}"));
    }
    let mut screen = listed(118, 40, &world);
    screen.keys("G k g");
    assert!(
        screen.cursor_row().contains("Tell what it is for"),
        "{}",
        screen.cursor_row()
    );
}
