//! The files as a tree.

use kortix_tui::app::review::{Focus, tree::TreeRow};

use super::desk::{Desk, patch};

const WIDE: (u16, u16) = (120, 24);

fn many() -> String {
    let files: Vec<(&str, &str, &str)> = [
        "README.md",
        "src/app/deep/a.rs",
        "src/app/deep/b.rs",
        "src/lib.rs",
        "tests/it/x.rs",
    ]
    .into_iter()
    .map(|path| (path, "old\n", "new\n"))
    .collect();
    patch(&files)
}

fn tree(desk: &Desk) -> Vec<String> {
    let tree = &desk.pane().tree;
    let row = |(place, row): (usize, &TreeRow)| {
        let mark = if place == tree.cursor { "▌" } else { " " };
        match row {
            TreeRow::Folder {
                name,
                depth,
                is_folded,
                files,
                ..
            } => {
                let fold = if *is_folded { "+" } else { "-" };
                format!("{mark}{}{fold}{name} {}", "  ".repeat(*depth), files.len())
            }
            TreeRow::File { name, depth, .. } => format!("{mark}{}{name}", "  ".repeat(*depth)),
        }
    };
    tree.rows.iter().enumerate().map(row).collect()
}

#[test]
fn folders_that_hold_one_folder_share_a_row_with_it() {
    let desk = Desk::open(WIDE, &many());
    assert_eq!(
        tree(&desk),
        [
            "▌README.md",
            " -src/ 3",
            "   -app/deep/ 2",
            "     a.rs",
            "     b.rs",
            "   lib.rs",
            " -tests/it/ 1",
            "   x.rs",
        ]
    );
}

#[test]
fn the_cursor_follows_the_file_that_is_read() {
    let mut desk = Desk::open(WIDE, &many());
    desk.keys("} }");
    assert_eq!(tree(&desk)[4], "▌    b.rs");
    desk.keys("G");
    assert_eq!(tree(&desk)[7], "▌  x.rs");
}

#[test]
fn enter_goes_to_the_file_and_back_is_to_the_lines() {
    let mut desk = Desk::open(WIDE, &many());
    desk.keys("tab j j j");
    assert_eq!(
        (desk.pane().focus, desk.at().as_str()),
        (Focus::Tree, "file README.md")
    );
    desk.keys("enter");
    assert_eq!(
        (desk.pane().focus, desk.at().as_str()),
        (Focus::Lines, "file src/app/deep/a.rs")
    );
    desk.keys("tab esc");
    assert_eq!(desk.pane().focus, Focus::Lines);
    assert!(matches!(
        desk.screen.state.screen,
        kortix_tui::app::Screen::Review(_)
    ));
}

#[test]
fn a_folded_folder_hides_its_files_and_stands_for_them() {
    let mut desk = Desk::open(WIDE, &many());
    desk.keys("tab j enter");
    assert_eq!(
        tree(&desk),
        [" README.md", "▌+src/ 3", " -tests/it/ 1", "   x.rs"]
    );
    desk.keys("tab }");
    assert_eq!(desk.at(), "file src/app/deep/a.rs");
    assert_eq!(tree(&desk)[1], "▌+src/ 3");
}

#[test]
fn files_and_whole_folders_are_marked_in_the_tree() {
    let mut desk = Desk::open(WIDE, &many());
    desk.keys("tab j j r");
    assert_eq!(desk.pane().progress.done, 2);
    assert_eq!(desk.pane().focus, Focus::Tree);
    desk.keys("k r");
    assert_eq!(desk.pane().progress.done, 3);
    desk.keys("r");
    assert_eq!(desk.pane().progress.done, 0);
    desk.keys("g r");
    assert_eq!(desk.pane().progress.done, 1);
}

#[test]
fn a_narrow_terminal_shows_the_files_only_when_they_are_asked_for() {
    let mut desk = Desk::open((80, 24), &many());
    desk.keys("tab");
    assert_eq!(
        (desk.pane().focus, desk.pane().shows_tree),
        (Focus::Tree, Some(true))
    );
    desk.keys("t");
    assert_eq!(
        (desk.pane().focus, desk.pane().shows_tree),
        (Focus::Lines, Some(false))
    );
}
