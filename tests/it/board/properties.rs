//! What holds on a board whatever happens to it.

use std::time::Duration;

use kortix_tui::{
    app::{Screen as Shown, event::Event},
    model::{
        agent::{event::Envelope, stream::StreamEvent},
        id::SessionKey,
        session::SessionStatus,
    },
};
use proptest::prelude::*;

use crate::screen::{Screen, World, asks_permission, goes_idle, key_event, works_on};

/// Something that happens to a board.
#[derive(Debug, Clone)]
enum Happening {
    Key(&'static str),
    Comes(u8),
    Goes(u8),
    Works(u8),
    Asks(u8),
    Rests(u8),
    Time,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let keys = vec![
        "j", "k", "g", "G", "o", "R", "W", "w", "ctrl-d", "ctrl-u", "p",
    ];
    let one = prop_oneof![
        3 => prop::sample::select(keys).prop_map(Happening::Key),
        1 => (0..24_u8).prop_map(Happening::Comes),
        1 => (0..24_u8).prop_map(Happening::Goes),
        1 => (0..24_u8).prop_map(Happening::Works),
        1 => (0..24_u8).prop_map(Happening::Asks),
        1 => (0..24_u8).prop_map(Happening::Rests),
        1 => Just(Happening::Time),
    ];
    prop::collection::vec(one, 1..60)
}

fn session_key(number: u8) -> SessionKey {
    SessionKey {
        host: "local".into(),
        project: "kortix-tui".into(),
        session: format!("{number:04}").as_str().into(),
    }
}

fn happen(screen: &mut Screen, world: &mut World, happening: &Happening) {
    match happening {
        Happening::Key(key) => screen.event(Event::Key(key_event(key))),
        Happening::Comes(number) => {
            let key = session_key(*number);
            let id = key.session.as_str();
            if world
                .sessions
                .iter()
                .all(|row| row.session_id != key.session)
            {
                let name = format!("Session <{number}>");
                world.session("kortix-tui", id, &name, SessionStatus::Running, 5);
            }
            refetch(screen, world);
        }
        Happening::Goes(number) => {
            let key = session_key(*number);
            world.sessions.retain(|row| row.session_id != key.session);
            refetch(screen, world);
        }
        Happening::Works(number) => {
            let key = session_key(*number);
            let events = works_on(key.session.as_str(), "ls");
            let events = events.iter().map(event).collect();
            screen.event(Event::Stream(key, events));
        }
        Happening::Asks(number) => {
            let key = session_key(*number);
            let ask = asks_permission(key.session.as_str(), "ls");
            screen.event(Event::Stream(key, vec![event(&ask)]));
        }
        Happening::Rests(number) => {
            let key = session_key(*number);
            let rest = goes_idle(key.session.as_str());
            screen.event(Event::Stream(key, vec![event(&rest)]));
        }
        Happening::Time => screen.event(Event::Clock(
            screen.state.now.plus(Duration::from_millis(200)),
        )),
    }
}

fn event(value: &serde_json::Value) -> StreamEvent {
    let envelope = Envelope::parse(value.to_string().as_bytes()).unwrap();
    StreamEvent::Event(envelope)
}

fn refetch(screen: &mut Screen, world: &World) {
    let project = session_key(0).project_key();
    let now = screen.state.now;
    let rows = world.sessions.clone();
    screen.state.fleet.take_sessions(&project, rows, Some(now));
    screen.state.fleet.revision += 1;
    screen.event(Event::Clock(now));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A frame is drawn, anything happens without one, a key is pressed: it acts on the row that
    /// the frame showed, or not at all.
    #[test]
    fn a_key_acts_on_the_row_that_was_drawn_under_the_cursor(
        before in happenings(),
        unseen in prop::collection::vec((0..24_u8, 0..5_u8), 0..6),
    ) {
        let mut world = World::with_projects(&["kortix-tui"]);
        let mut screen = Screen::new(90, 10);
        screen.settle(&world);
        for happening in &before {
            happen(&mut screen, &mut world, happening);
            screen.draw();
        }
        screen.draw();
        let drawn = screen.cursor_row();
        for (number, kind) in unseen {
            let happening = match kind {
                0 => Happening::Comes(number),
                1 => Happening::Goes(number),
                2 => Happening::Works(number),
                3 => Happening::Asks(number),
                _ => Happening::Rests(number),
            };
            happen(&mut screen, &mut world, &happening);
        }
        screen.event(Event::Key(key_event("enter")));
        if let Shown::Session(key) = &screen.state.screen {
            let name = screen.state.fleet.sessions[key].row.title();
            prop_assert!(drawn.contains(name), "`{drawn}` was drawn, `{name}` was opened");
        }
    }

    /// Without a key that asks for another order, rows that stay keep their order.
    #[test]
    fn nothing_but_a_key_changes_the_order(
        first in prop::collection::btree_set(0..24_u8, 2..12),
        then in prop::collection::vec((0..24_u8, 0..5_u8), 0..30),
    ) {
        let mut world = World::with_projects(&["kortix-tui"]);
        let mut screen = Screen::new(90, 60);
        screen.settle(&world);
        for number in first {
            happen(&mut screen, &mut world, &Happening::Comes(number));
        }
        screen.keys("j");
        let before = names_in_order(&screen);
        let mut gone = Vec::new();
        for (number, kind) in then {
            if kind == 1 {
                gone.push(session_key(number));
            }
            let happening = match kind {
                0 => Happening::Comes(number),
                1 => Happening::Goes(number),
                2 => Happening::Works(number),
                3 => Happening::Asks(number),
                _ => Happening::Time,
            };
            happen(&mut screen, &mut world, &happening);
        }
        let after = names_in_order(&screen);
        let places: Vec<usize> = before
            .iter()
            .filter(|key| !gone.contains(key))
            .map(|key| after.iter().position(|other| other == key).unwrap())
            .collect();
        prop_assert!(places.is_sorted(), "{places:?}");
    }
}

fn names_in_order(screen: &Screen) -> Vec<SessionKey> {
    let rows = screen.state.board.rows(0, usize::MAX);
    rows.map(|row| row.key.clone()).collect()
}
