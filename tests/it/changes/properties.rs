//! What holds on the list whatever happens to it.

use std::collections::BTreeSet;

use kortix_tui::{
    app::{Screen as Shown, event::Event},
    model::{
        change::{ChangeRequest, ChangeStatus},
        id::ChangeKey,
        time::Millis,
    },
};
use proptest::prelude::*;

use crate::screen::{NOON, Screen, World, key_event};

/// Something that happens to a change request of this number.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Opens(u8),
    Merges(u8),
    Closes(u8),
    Goes(u8),
}

fn happenings(most: usize) -> impl Strategy<Value = Vec<Happening>> {
    let number = 0..20_u8;
    let one = prop_oneof![
        4 => number.clone().prop_map(Happening::Opens),
        1 => number.clone().prop_map(Happening::Merges),
        1 => number.clone().prop_map(Happening::Closes),
        1 => number.prop_map(Happening::Goes),
    ];
    prop::collection::vec(one, 0..most)
}

fn keys() -> impl Strategy<Value = Vec<&'static str>> {
    let keys = vec![
        "j", "k", "g", "G", "tab", "backtab", "p", "R", "ctrl-d", "ctrl-u",
    ];
    prop::collection::vec(prop::sample::select(keys), 0..12)
}

fn happen(world: &mut World, happening: Happening) {
    let (number, status) = match happening {
        Happening::Opens(number) => (number, Some(ChangeStatus::Open)),
        Happening::Merges(number) => (number, Some(ChangeStatus::Merged)),
        Happening::Closes(number) => (number, Some(ChangeStatus::Closed)),
        Happening::Goes(number) => (number, None),
    };
    let number = u64::from(number) + 1;
    let known = world
        .changes
        .iter()
        .position(|(_, row)| row.number == number);
    match (known, status) {
        (Some(place), None) => {
            world.changes.remove(place);
        }
        (Some(place), Some(status)) => world.changes[place].1.status = status,
        (None, Some(ChangeStatus::Open)) => {
            world.change("p", number, "s", &format!("Work <{number}>"));
            // Opened in an order that has nothing to do with the numbers.
            let minutes = i64::try_from(number * 7 % 20).unwrap();
            let opened = Millis(NOON.0 - minutes * 60_000).to_rfc3339();
            world.changes[0].1.created_at = opened;
        }
        (None, _) => {}
    }
}

/// The host's newest list arrives; nothing is drawn.
fn arrive(screen: &mut Screen, world: &World) {
    let rows: Vec<ChangeRequest> = world.changes.iter().map(|(_, row)| row.clone()).collect();
    let project = screen.state.fleet.projects.keys().next().unwrap().clone();
    let now = screen.state.now;
    screen.state.fleet.take_changes(&project, rows, Some(now));
    screen.event(Event::Clock(now));
}

/// A list that these things happened to, after some keys.
fn list(before: &[Happening], keys: &[&str]) -> (Screen, World) {
    let mut world = World::with_projects(&["p"]);
    for happening in before {
        happen(&mut world, *happening);
    }
    let mut screen = super::listed(90, 10, &world);
    keys.iter().for_each(|key| screen.keys(key));
    (screen, world)
}

fn order(screen: &Screen) -> Vec<ChangeKey> {
    let rows = screen.state.changes.rows(0, usize::MAX);
    rows.map(|(key, _)| key.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A frame is drawn, anything happens without one, a key is pressed: it acts on the row that the
    /// frame showed, or not at all.
    #[test]
    fn a_key_acts_on_the_row_that_was_drawn_under_the_cursor(
        before in happenings(30),
        keys in keys(),
        unseen in happenings(8),
    ) {
        let (mut screen, mut world) = list(&before, &keys);
        let drawn = screen.cursor_row();
        for happening in unseen {
            happen(&mut world, happening);
            arrive(&mut screen, &world);
        }
        screen.event(Event::Key(key_event("enter")));
        if let Shown::Review(key) = &screen.state.screen {
            let title = &screen.state.fleet.change(key).unwrap().title;
            prop_assert!(drawn.contains(title), "`{drawn}` was drawn, `{title}` was opened");
        }
    }

    /// Without a key, rows that stay keep their order, and the cursor its line of the screen.
    #[test]
    fn nothing_but_a_key_changes_the_order(
        before in happenings(30),
        keys in keys(),
        then in happenings(12),
    ) {
        let (mut screen, mut world) = list(&before, &keys);
        let (old, selected) = (order(&screen), screen.state.changes.selected().cloned());
        let mut gone: BTreeSet<ChangeKey> = BTreeSet::new();
        for happening in then {
            happen(&mut world, happening);
            arrive(&mut screen, &world);
            let fleet = &screen.state.fleet;
            gone.extend(old.iter().filter(|key| fleet.change(key).is_none()).cloned());
        }
        let new = order(&screen);
        let is_there = |key: &&ChangeKey| !gone.contains(*key);
        let places: Vec<Option<usize>> = old
            .iter()
            .filter(is_there)
            .map(|key| new.iter().position(|other| other == key))
            .collect();
        prop_assert!(places.iter().all(Option::is_some), "nothing leaves by itself: {places:?}");
        prop_assert!(places.is_sorted(), "{places:?}");
        if let Some(selected) = selected.filter(|key| is_there(&key)) {
            prop_assert_eq!(screen.state.changes.selected(), Some(&selected));
        }
    }

    /// The tabs' counts add up, and each tab has as many rows as it says once it is put in order.
    #[test]
    fn a_tab_has_as_many_rows_as_it_says(before in happenings(30), keys in keys()) {
        let (mut screen, _) = list(&before, &keys);
        screen.keys("R");
        let counts = screen.state.changes.counts();
        let shown = order(&screen).len();
        prop_assert_eq!(counts.open + counts.merged + counts.closed, counts.all);
        prop_assert_eq!(counts.of(screen.state.changes.tab()), shown);
    }
}
