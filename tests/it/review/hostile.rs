//! Whatever is typed, the cursor is on a row that is there and seen.

use std::time::Duration;

use kortix_tui::app::{Screen as Place, review::geometry};
use proptest::prelude::*;

use super::desk::{Desk, lines, patch};

const KEYS: [&str; 44] = [
    "j", "k", "G", "g", "ctrl-d", "ctrl-u", "pagedown", "pageup", "]", "[", "}", "{", ")", "(",
    "tab", "f", "t", "s", "i", "W", "H", "L", "o", "O", "e", "E", "r", "space", "u", "v", "enter",
    "esc", "/", "n", "N", "y", "Y", "R", "x", "down", "up", "a", "l", "h",
];

fn mixed() -> String {
    let long = "wide 漢字 \t".repeat(60);
    let old = lines(120, &[]);
    let new = lines(
        120,
        &[
            (3, long.as_str()),
            (40, "  line 40"),
            (90, ""),
            (110, "a a a"),
        ],
    );
    patch(&[
        ("Cargo.lock", "a\n", "b\n"),
        ("src/a.rs", &old, &new),
        ("src/gone.rs", "a\nb\n", ""),
        ("src/new.rs", "", &lines(40, &[])),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_cursor_is_always_on_a_row_that_is_seen(
        keys in prop::collection::vec(0..KEYS.len(), 1..60),
        columns in 30_u16..220,
        rows in 6_u16..50,
    ) {
        let mut desk = Desk::open((columns, rows), &mixed());
        let new = lines(120, &[]);
        desk.world.files.insert("src/a.rs".to_owned(), new);
        for key in keys {
            desk.keys(KEYS[key]);
            if desk.screen.state.screen != Place::Review(desk.key.clone()) {
                desk.enter();
            }
            let pane = desk.pane();
            let reading = &pane.sheet.reading;
            let geometry = geometry::divide(&desk.screen.state, pane);
            prop_assert!(reading.cursor < pane.sheet.rows.len());
            prop_assert_eq!(pane.sheet.shape.layout, geometry.layout);
            let height = |row| geometry::height(&desk.screen.state, pane, geometry, row);
            prop_assert!(reading.top_part < height(reading.top));
            prop_assert!(reading.top <= reading.cursor);
            let above: usize = (reading.top..reading.cursor).map(height).sum();
            let field = geometry::field_height(pane, geometry);
            prop_assert!(
                above.saturating_sub(reading.top_part) < usize::from(geometry.height) + field,
                "{} rows above the cursor", above
            );
            prop_assert!(desk.rows().contains('▌'));
            prop_assert!(pane.tree.cursor < pane.tree.rows.len());
        }
        desk.screen.wait(Duration::from_secs(20));
    }
}
