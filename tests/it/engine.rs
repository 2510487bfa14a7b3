//! The engine without a screen: events in, effects out.

use std::time::Duration;

use kortix_tui::{
    api,
    app::{
        HostSpec, Setup, State,
        call::{Call, Reply},
        deeds::fetch_command,
        event::{Effect, Event, OpId},
        fleet::Deed,
        memory::Memory,
    },
    model::{
        id::{HostName, ProjectKey, SessionKey},
        project::Project,
        session::{NewSession, Session, SessionStatus},
        time::Millis,
    },
};

const START: Millis = Millis(1_795_000_000_000);

fn program() -> State {
    let host = HostSpec {
        name: "local".into(),
        url: "http://127.0.0.1:1".to_owned(),
        is_embedded: true,
    };
    State::new(
        Setup {
            hosts: vec![host],
            ..Setup::default()
        },
        (80, 24),
        START,
    )
}

fn calls(effects: &[Effect]) -> Vec<(OpId, Call)> {
    let call = |effect: &Effect| match effect {
        Effect::Call { op, call, .. } => Some((*op, call.clone())),
        _ => None,
    };
    effects.iter().filter_map(call).collect()
}

fn tick(state: &mut State, after: Duration) -> Vec<Effect> {
    let now = state.now.plus(after);
    state.update(Event::Clock(now))
}

fn project() -> Project {
    Project {
        project_id: "p1".into(),
        name: "demo".to_owned(),
        ..Project::default()
    }
}

fn project_key() -> ProjectKey {
    ProjectKey {
        host: HostName::from("local"),
        project: "p1".into(),
    }
}

fn session(id: &str, status: SessionStatus) -> Session {
    Session {
        session_id: id.into(),
        project_id: "p1".into(),
        status,
        ..Session::default()
    }
}

fn session_key(id: &str) -> SessionKey {
    SessionKey {
        host: "local".into(),
        project: "p1".into(),
        session: id.into(),
    }
}

/// Answers every call that is open until none is, as a healthy host with these sessions would.
fn settle(state: &mut State, mut effects: Vec<Effect>, sessions: &[Session]) -> Vec<Effect> {
    let mut others = Vec::new();
    while !effects.is_empty() {
        let mut next = Vec::new();
        for effect in effects {
            let Effect::Call { op, call, .. } = effect else {
                others.push(effect);
                continue;
            };
            let reply = match call {
                Call::Me => Reply::Me(Default::default()),
                Call::Projects => Reply::Projects(vec![project()]),
                Call::Sessions(_) => Reply::Sessions(sessions.to_vec()),
                Call::Changes(_) => Reply::Changes(Vec::new()),
                other => panic!("an unexpected call: {other:?}"),
            };
            next.extend(state.update(Event::Reply(op, Ok(reply))));
        }
        effects = next;
    }
    others
}

fn running_program(sessions: &[Session]) -> State {
    let mut state = program();
    let first = state.update(Event::Clock(START));
    settle(&mut state, first, sessions);
    state
}

fn unreachable() -> api::Error {
    api::Error::Unreachable {
        host: "local".to_owned(),
        reason: "connection refused".to_owned(),
    }
}

#[test]
fn the_first_moment_asks_who_is_signed_in_and_for_the_projects() {
    let mut state = program();
    let asked = calls(&state.update(Event::Clock(START)));
    let asked: Vec<Call> = asked.into_iter().map(|(_, call)| call).collect();
    assert_eq!(asked, [Call::Me, Call::Projects]);
}

#[test]
fn a_list_that_says_nothing_new_makes_no_frame_and_no_write() {
    let mut row = session("s1", SessionStatus::Running);
    let mut state = running_program(std::slice::from_ref(&row));
    let kept = tick(&mut state, Duration::from_secs(2));
    assert!(matches!(&*remembered(&kept), [memory] if memory.fleet.is_some()));
    state.take_changed();
    for round in 0..2 {
        // The server's own reads change this.
        row.updated_at = format!("2026-01-01T00:00:0{round}Z");
        let asked = tick(&mut state, Duration::from_secs(5));
        let others = settle(&mut state, asked, std::slice::from_ref(&row));
        assert!(remembered(&others).is_empty() && !state.take_changed());
        assert!(remembered(&tick(&mut state, Duration::from_millis(2500))).is_empty());
        state.take_changed();
    }
    row.name = Some("a name".to_owned());
    let asked = tick(&mut state, Duration::from_secs(3));
    settle(&mut state, asked, std::slice::from_ref(&row));
    assert!(state.take_changed());
    let kept = tick(&mut state, Duration::from_secs(2));
    assert!(matches!(&*remembered(&kept), [memory] if memory.fleet.is_some()));
}

fn forbidden() -> api::Error {
    api::Error::Forbidden {
        message: "not for you".to_owned(),
    }
}

/// Refuses every call of some minutes and says how many there were.
fn refused_calls(state: &mut State, mut asked: Vec<(OpId, Call)>, ticks: u32) -> usize {
    let mut count = 0;
    for _ in 0..ticks {
        // A refusal that leads to a call at once would never end here.
        while let Some((op, _)) = asked.pop() {
            count += 1;
            assert!(count < 100, "asked again and again");
            asked.extend(calls(&state.update(Event::Reply(op, Err(forbidden())))));
        }
        asked = calls(&tick(state, Duration::from_secs(1)));
    }
    count
}

#[test]
fn a_host_that_forbids_everything_is_asked_more_and_more_rarely() {
    let mut state = program();
    let asked = calls(&state.update(Event::Clock(START)));
    let count = refused_calls(&mut state, asked, 120);
    assert!((4..30).contains(&count), "{count}");
}

#[test]
fn a_list_that_is_refused_is_asked_for_more_and_more_rarely_and_spoken_of_once() {
    let mut state = running_program(&[session("s1", SessionStatus::Provisioning)]);
    let asked = calls(&tick(&mut state, Duration::from_secs(5)));
    assert!(matches!(asked.as_slice(), [(_, Call::Sessions(_))]));
    let count = refused_calls(&mut state, asked, 50);
    assert!((4..10).contains(&count), "{count}");
    let said = state
        .log
        .newest_first()
        .filter(|entry| entry.text.contains("cannot list"));
    assert_eq!(said.count(), 1);
}

/// What is given away to be kept.
fn remembered(effects: &[Effect]) -> Vec<Memory> {
    let one = |effect: &Effect| match effect {
        Effect::Remember(memory) => Some(Memory::clone(memory)),
        _ => None,
    };
    effects.iter().filter_map(one).collect()
}

#[test]
fn sessions_of_a_living_project_are_fetched_every_five_seconds() {
    let mut state = running_program(&[session("s1", SessionStatus::Provisioning)]);
    assert_eq!(calls(&tick(&mut state, Duration::from_secs(4))), []);
    let asked = calls(&tick(&mut state, Duration::from_secs(1)));
    assert!(
        matches!(asked.as_slice(), [(_, Call::Sessions(_))]),
        "{asked:?}"
    );
}

#[test]
fn sessions_of_a_quiet_project_are_fetched_rarely() {
    let mut state = running_program(&[session("s1", SessionStatus::Stopped)]);
    assert_eq!(calls(&tick(&mut state, Duration::from_secs(29))), []);
    assert_eq!(calls(&tick(&mut state, Duration::from_secs(1))).len(), 1);
}

#[test]
fn nothing_is_fetched_while_nobody_looks_and_nothing_is_under_way() {
    let mut state = running_program(&[session("s1", SessionStatus::Provisioning)]);
    state.update(Event::Focus(false));
    assert_eq!(calls(&tick(&mut state, Duration::from_secs(600))), []);
    let back = calls(&state.update(Event::Focus(true)));
    assert!(!back.is_empty(), "coming back must refresh");
}

#[test]
fn a_host_that_fails_is_left_alone_for_longer_and_longer() {
    let mut state = program();
    let mut waits = Vec::new();
    let mut effects = state.update(Event::Clock(START));
    for _ in 0..4 {
        for (op, _) in calls(&effects) {
            state.update(Event::Reply(op, Err(unreachable())));
        }
        let failed_at = state.now;
        effects = loop {
            let effects = tick(&mut state, Duration::from_millis(100));
            if !calls(&effects).is_empty() {
                break effects;
            }
        };
        waits.push(state.now.0 - failed_at.0);
    }
    assert!(waits.is_sorted() && waits[3] >= 4 * waits[0], "{waits:?}");
}

#[test]
fn a_host_that_fails_is_spoken_of_once() {
    let mut state = program();
    for _ in 0..5 {
        let effects = tick(&mut state, Duration::from_secs(31));
        for (op, _) in calls(&effects) {
            state.update(Event::Reply(op, Err(unreachable())));
        }
    }
    assert_eq!(state.log.newest_first().len(), 1);
}

#[test]
fn a_new_session_is_on_the_board_before_the_host_answers_and_becomes_the_hosts_then() {
    let mut state = running_program(&[]);
    let new = NewSession {
        initial_prompt: Some("fix it".to_owned()),
        ..NewSession::default()
    };
    state.create_session(&project_key(), new, "key-1".to_owned());
    assert_eq!(
        state.fleet.sessions[&session_key("key-1")].pending,
        Some(Deed::Create)
    );
    let asked = calls(&state.update(Event::Clock(state.now)));
    let (op, _) = asked[0];
    let row = session("s9", SessionStatus::Provisioning);
    state.update(Event::Reply(op, Ok(Reply::Session(Box::new(row)))));
    let keys: Vec<_> = state.fleet.sessions.keys().cloned().collect();
    assert_eq!(keys, [session_key("s9")]);
    assert_eq!(state.board.selected(), Some(&session_key("s9")));
}

#[test]
fn a_session_that_cannot_be_made_gives_its_prompt_back() {
    let mut state = running_program(&[]);
    let new = NewSession {
        initial_prompt: Some("fix it".to_owned()),
        ..NewSession::default()
    };
    state.create_session(&project_key(), new, "key-1".to_owned());
    let (op, _) = calls(&state.update(Event::Clock(state.now)))[0];
    state.update(Event::Reply(op, Err(unreachable())));
    assert!(state.fleet.sessions.is_empty());
    assert_eq!(state.new_session_draft.prompt, "fix it");
}

#[test]
fn a_stop_that_is_refused_is_taken_back() {
    let mut state = running_program(&[session("s1", SessionStatus::Running)]);
    let key = session_key("s1");
    state.stop_session(&key);
    let (op, _) = calls(&state.update(Event::Clock(state.now)))[0];
    state.update(Event::Reply(op, Err(unreachable())));
    assert_eq!(state.fleet.sessions[&key].pending, None);
}

#[test]
fn a_stop_is_over_when_the_row_says_so() {
    let mut state = running_program(&[session("s1", SessionStatus::Running)]);
    let key = session_key("s1");
    state.stop_session(&key);
    let (op, call) = calls(&state.update(Event::Clock(state.now)))[0].clone();
    assert!(matches!(call, Call::Stop(..)));
    let effects = state.update(Event::Reply(op, Ok(Reply::Done)));
    settle(
        &mut state,
        effects,
        &[session("s1", SessionStatus::Running)],
    );
    assert_eq!(state.fleet.sessions[&key].pending, Some(Deed::Stop));
    let effects = tick(&mut state, Duration::from_secs(2));
    settle(
        &mut state,
        effects,
        &[session("s1", SessionStatus::Stopped)],
    );
    assert_eq!(state.fleet.sessions[&key].pending, None);
}

#[test]
fn a_second_deed_waits_for_the_first() {
    let mut state = running_program(&[session("s1", SessionStatus::Running)]);
    let key = session_key("s1");
    state.stop_session(&key);
    state.restart_session(&key);
    assert_eq!(calls(&state.update(Event::Clock(state.now))).len(), 1);
}

#[test]
fn a_reply_that_nobody_waits_for_changes_nothing() {
    let mut state = running_program(&[session("s1", SessionStatus::Running)]);
    state.take_changed();
    state.update(Event::Reply(OpId(9_999), Ok(Reply::Sessions(Vec::new()))));
    assert_eq!(state.fleet.sessions.len(), 1);
    assert!(!state.take_changed());
}

#[test]
fn running_sessions_are_followed_but_not_more_than_a_few_dozen() {
    let rows: Vec<Session> = (0..200)
        .map(|n| session(&format!("s{n:03}"), SessionStatus::Running))
        .collect();
    let mut state = program();
    let first = state.update(Event::Clock(START));
    let effects = settle(&mut state, first, &rows);
    let follows = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Follow { .. }))
        .count();
    assert!((1..=32).contains(&follows), "{follows}");
}

#[test]
fn the_command_that_fetches_a_branch_survives_a_quote_in_the_path() {
    let mut row = session("s1", SessionStatus::Stopped);
    row.branch_name = "abc".to_owned();
    row.metadata = serde_json::json!({ "mirror": "/srv/o'neil/m.git" });
    assert_eq!(
        fetch_command(&row),
        r"git fetch '/srv/o'\''neil/m.git' 'abc'"
    );
    row.metadata = serde_json::Value::Null;
    assert_eq!(fetch_command(&row), "git fetch origin 'abc'");
}
