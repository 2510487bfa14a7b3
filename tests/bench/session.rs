//! Transcripts of 10,000 blocks: twelve of them in one frame while one streams, scrolling through
//! one, and opening one.

use std::{
    io::{self, Error},
    time::Duration,
};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kortix_tui::{
    app::{Screen, State, event::Event, session::Focus},
    model::id::SessionKey,
    view::{Caches, session},
};
use ratatui::layout::{Constraint, Layout, Rect};

use crate::{
    Bench, Effort, Measure, Outcome,
    stage::{Stage, Watch, letter, outcome},
    world::{self, Script},
};

const EXCHANGES: usize = 1_000;
const BLOCKS: usize = 10_000;
const PANES: (usize, usize) = (4, 3);
const WALL: (u16, u16) = (240, 72);
const ONE: (u16, u16) = (120, 40);

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    let all: [(&'static str, Measure); 6] = [
        ("session: 12 × 10,000 blocks, one streams", wall),
        ("session: 10,000 blocks, one streams", streaming),
        ("session: 10,000 blocks, k", |effort| {
            scroll(effort, KeyCode::Char('k'), KeyModifiers::NONE)
        }),
        ("session: 10,000 blocks, ctrl-u", |effort| {
            scroll(effort, KeyCode::Char('u'), KeyModifiers::CONTROL)
        }),
        ("session: 10,000 blocks, letter of prompt", typing),
        ("session: 10,000 blocks, open", open),
    ];
    all.map(|(name, run)| Bench { name, run }).into()
}

/// So many sessions with long transcripts, the last block of each still growing.
fn sessions(count: usize, size: (u16, u16)) -> io::Result<(Stage, Vec<Script>)> {
    let mut stage = Stage::new(size)?;
    let rows: Vec<_> = (0..count)
        .map(|number| world::row(number, 1, count))
        .collect();
    stage.settle(&world::projects(1), &rows);
    let mut scripts: Vec<Script> = (0..count).map(Script::new).collect();
    for (number, script) in scripts.iter_mut().enumerate() {
        let mut events = vec![script.record(), script.busy()];
        for _ in 0..EXCHANGES {
            events.extend(script.exchange());
        }
        events.push(script.open_text());
        let events = world::stream(&events)?;
        stage.feed(Event::Stream(world::key(number, 1), events));
        stage.state.panes.entry(world::key(number, 1)).or_default();
    }
    let entry = stage.state.fleet.sessions.get(&world::key(0, 1));
    let root = entry.and_then(|entry| entry.root());
    let known = root.and_then(|root| entry?.transcript.conversation(&root));
    let blocks = known.map_or(0, |conversation| conversation.len());
    if blocks < BLOCKS {
        return Err(Error::other(format!("only {blocks} blocks")));
    }
    Ok((stage, scripts))
}

fn deltas(script: &mut Script, number: usize) -> io::Result<Event> {
    let events = world::stream(&[script.delta(), script.delta()])?;
    Ok(Event::Stream(world::key(number, 1), events))
}

fn wall(effort: Effort) -> io::Result<Outcome> {
    let count = PANES.0 * PANES.1;
    let (mut stage, mut scripts) = sessions(count, WALL)?;
    let keys: Vec<SessionKey> = (0..count).map(|number| world::key(number, 1)).collect();
    let mut caches: Vec<Caches> = keys.iter().map(|_| Caches::default()).collect();
    let mut frames = Vec::new();
    for _ in 0..effort.rounds(1_000) {
        let event = deltas(&mut scripts[0], 0)?;
        stage.pass(Duration::from_millis(16));
        let watch = Watch::start();
        stage.feed(event);
        draw_wall(&mut stage, &keys, &mut caches);
        let bytes = stage.terminal.backend_mut().take().len();
        frames.push(watch.stop(bytes));
    }
    Ok(outcome(&frames))
}

fn draw_wall(stage: &mut Stage, keys: &[SessionKey], caches: &mut [Caches]) {
    let (state, theme): (&State, _) = (&stage.state, &stage.theme);
    let Ok(_) = stage.terminal.draw(|frame| {
        let areas = split(frame.area());
        for ((area, key), caches) in areas.into_iter().zip(keys).zip(caches) {
            session::draw(frame, area, state, key, theme, caches);
        }
    });
}

fn split(area: Rect) -> Vec<Rect> {
    let rows = Layout::vertical(vec![Constraint::Fill(1); PANES.1]).split(area);
    let columns = rows
        .iter()
        .map(|row| Layout::horizontal(vec![Constraint::Fill(1); PANES.0]).split(*row));
    columns.flat_map(|areas| areas.to_vec()).collect()
}

/// One session on the screen, its transcript in focus.
fn opened() -> io::Result<(Stage, Vec<Script>)> {
    let (mut stage, scripts) = sessions(1, ONE)?;
    let key = world::key(0, 1);
    stage.state.show(Screen::Session(key.clone()));
    if let Some(pane) = stage.state.panes.get_mut(&key) {
        pane.focus = Focus::Transcript;
    }
    stage.feed(Event::Focus(true));
    stage.draw();
    Ok((stage, scripts))
}

fn streaming(effort: Effort) -> io::Result<Outcome> {
    let (mut stage, mut scripts) = opened()?;
    let mut frames = Vec::new();
    for _ in 0..effort.rounds(1_000) {
        let event = deltas(&mut scripts[0], 0)?;
        stage.pass(Duration::from_millis(16));
        frames.push(stage.show(event));
    }
    Ok(outcome(&frames))
}

fn scroll(effort: Effort, code: KeyCode, modifiers: KeyModifiers) -> io::Result<Outcome> {
    let (mut stage, _) = opened()?;
    let mut frames = Vec::new();
    for _ in 0..effort.rounds(1_000) {
        stage.pass(Duration::from_millis(33));
        frames.push(stage.show(Event::Key(KeyEvent::new(code, modifiers))));
    }
    Ok(outcome(&frames))
}

fn typing(effort: Effort) -> io::Result<Outcome> {
    let (mut stage, _) = opened()?;
    if let Some(pane) = stage.state.panes.get_mut(&world::key(0, 1)) {
        pane.focus = Focus::Composer;
    }
    let mut frames = Vec::new();
    for round in 0..effort.rounds(1_000) {
        stage.pass(Duration::from_millis(80));
        frames.push(stage.show(letter(if round % 7 == 6 { ' ' } else { 'x' })));
    }
    Ok(outcome(&frames))
}

/// From the board to a session and back: the first frame of each visit.
fn open(effort: Effort) -> io::Result<Outcome> {
    let (mut stage, _) = sessions(2, ONE)?;
    let mut frames = Vec::new();
    for round in 0..effort.rounds(200) {
        stage.pass(Duration::from_millis(200));
        stage.state.show(Screen::Session(world::key(round % 2, 1)));
        frames.push(stage.show(Event::Focus(true)));
        stage.state.show(Screen::Board);
        stage.draw();
    }
    Ok(outcome(&frames))
}
