//! Keys: the table, the settings, reading and printing.

use std::collections::HashSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kortix_tui::{
    action::{Action, Context, TABLE},
    keymap::{Chord, Keymap, Keys, Pending, Problem, Resolution, key_table_markdown},
};
use proptest::prelude::*;

#[test]
fn no_two_actions_of_a_context_share_a_key() {
    let mut seen = HashSet::new();
    for entry in TABLE {
        for keys in Keys::parse_list(entry.keys).unwrap() {
            assert!(
                seen.insert((entry.context, keys)),
                "`{keys}` in {} is bound twice",
                entry.context.name()
            );
        }
    }
}

#[test]
fn names_of_actions_are_unique_and_every_action_finds_its_entry() {
    let names: HashSet<&str> = TABLE.iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), TABLE.len());
    for entry in TABLE {
        assert_eq!(entry.action.entry(), entry);
        assert_eq!(Action::by_name(entry.name), Some(entry.action));
    }
}

#[test]
fn every_action_has_a_key() {
    let keymap = Keymap::default();
    for entry in TABLE {
        assert_ne!(keymap.keys_of(entry.action), [], "{}", entry.name);
    }
}

#[test]
fn a_deed_that_destroys_is_never_a_plain_letter_beside_a_movement_key() {
    let keymap = Keymap::default();
    let near = ["j", "k", "h", "l", "g", "up", "down"];
    for action in [Action::Stop, Action::Delete, Action::Restart] {
        for keys in keymap.keys_of(action) {
            assert!(!near.contains(&keys.to_string().as_str()));
        }
    }
}

#[test]
fn keys_of_the_settings_replace_the_default_ones() {
    let settings = [("stop", vec!["ctrl-x", "f9"]), ("quit", vec![])];
    let (keymap, problems) = Keymap::from_settings(settings);
    assert_eq!(problems, []);
    assert_eq!(keymap.keys_text(Action::Stop), "f9, ctrl-x");
    assert_eq!(keymap.keys_text(Action::Quit), "");
}

#[test]
fn two_actions_can_swap_their_keys() {
    let settings = [("stop", vec!["e"]), ("rename", vec!["s"])];
    let (keymap, problems) = Keymap::from_settings(settings);
    assert_eq!(problems, []);
    assert_eq!(keymap.keys_text(Action::Stop), "e");
    assert_eq!(keymap.keys_text(Action::Rename), "s");
}

#[test]
fn a_clash_names_both_owners_and_the_first_keeps_the_key() {
    let (keymap, problems) = Keymap::from_settings([("stop", vec!["e"])]);
    let [problem] = problems.as_slice() else {
        panic!("one problem is expected: {problems:?}");
    };
    assert_eq!(
        problem.to_string(),
        "`e` is wanted by `rename` and by `stop` (board); `rename` has it"
    );
    assert_eq!(keymap.keys_text(Action::Rename), "e");
}

#[test]
fn an_unknown_action_or_key_costs_only_itself() {
    let settings = [
        ("delte", vec!["x"]),
        ("stop", vec!["hyper-s"]),
        ("order", vec!["b"]),
    ];
    let (keymap, problems) = Keymap::from_settings(settings);
    let words: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(
        words,
        [
            "`delte` is not an action; did you mean `delete`?",
            "keys of `stop`: `hyper-s` is not the name of a key",
        ]
    );
    assert_eq!(keymap.keys_text(Action::Stop), "s");
    assert_eq!(keymap.keys_text(Action::Order), "b");
}

#[test]
fn the_byte_for_control_underscore_is_understood() {
    let sent = KeyEvent::new(KeyCode::Char('7'), KeyModifiers::CONTROL);
    assert_eq!(Chord::from(sent).to_string(), "ctrl-_");
}

#[test]
fn typed_letters_mean_nothing_in_outer_contexts_where_text_is_taken() {
    let keymap = Keymap::default();
    let key = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
    let resolved = keymap.resolve(
        &[Context::Input, Context::Global],
        &mut Pending::default(),
        key,
    );
    assert_eq!(resolved, Resolution::Unbound);
}

#[test]
fn the_table_for_readers_names_every_action() {
    let table = key_table_markdown();
    for entry in TABLE {
        assert!(table.contains(&format!("| `{}` | {} |", entry.name, entry.doc)));
    }
}

fn chords() -> impl Strategy<Value = Chord> {
    let codes = prop_oneof![
        any::<char>()
            .prop_filter("can be typed", |letter| !letter.is_control()
                && !letter.is_whitespace())
            .prop_map(KeyCode::Char),
        Just(KeyCode::Char(' ')),
        (1..=24_u8).prop_map(KeyCode::F),
        prop::sample::select(vec![
            KeyCode::Enter,
            KeyCode::Esc,
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Insert,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::PageUp,
            KeyCode::PageDown,
        ]),
    ];
    (codes, 0..8_u8).prop_map(|(code, bits)| {
        let modifiers = [
            KeyModifiers::CONTROL,
            KeyModifiers::ALT,
            KeyModifiers::SHIFT,
        ];
        let mut chosen = KeyModifiers::empty();
        for (place, modifier) in modifiers.into_iter().enumerate() {
            if bits & (1 << place) != 0 {
                chosen |= modifier;
            }
        }
        Chord::from(KeyEvent::new(code, chosen))
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back_as_the_same_keys(
        first in chords(),
        second in prop::option::of(chords()),
    ) {
        let keys = Keys { first, second };
        prop_assert_eq!(keys.to_string().parse(), Ok(keys));
    }
}
