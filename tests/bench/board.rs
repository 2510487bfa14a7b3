//! The board with 10,000 sessions of 20 projects, of which 200 work: from a key to the bytes of its
//! frame, and what answers of the host and news of agents cost in between.

use std::{
    io::{self, Error},
    time::Duration,
};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kortix_tui::{
    app::{
        call::{Call, Reply},
        event::{Effect, Event, OpId},
        memory::{self, Memory},
    },
    model::{id::ProjectId, project::Project, session::Session},
};

use crate::{
    Bench, Effort, Measure, Outcome,
    stage::{self, Shown, Stage, Watch, key, letter, outcome},
    world::{self, Script},
};

const SESSIONS: usize = 10_000;
const PROJECTS: usize = 20;
const WORKING: usize = 200;
const SIZE: (u16, u16) = (120, 40);
/// Between two keys of a key that is held.
const REPEAT: Duration = Duration::from_millis(33);

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    let all: [(&'static str, Measure); 10] = [
        ("board: 10,000 rows, j", steps),
        ("board: 10,000 rows, ctrl-d", pages),
        ("board: 10,000 rows, G and g", ends),
        ("board: 10,000 rows, letter of filter", filter),
        ("board: 10,000 rows, resize", resize),
        ("board: 10,000 rows, first frame", first),
        ("board: answer with 500 of 10,000 rows", |effort| {
            answer(effort, PROJECTS)
        }),
        ("board: answer with 10,000 rows", |effort| answer(effort, 1)),
        ("board: lists of 10,000 rows to be kept", remember),
        ("board: news of one of 200 agents", news),
    ];
    all.map(|(name, run)| Bench { name, run }).into()
}

fn rows(projects: usize) -> Vec<Session> {
    let row = |number| world::row(number, projects, WORKING);
    (0..SESSIONS).map(row).collect()
}

/// The board as it is in the middle of a day.
fn board(projects: usize) -> io::Result<Stage> {
    let mut stage = Stage::new(SIZE)?;
    let rows = rows(projects);
    stage.settle(&world::projects(projects), &rows);
    for number in 0..WORKING {
        let mut script = Script::new(number);
        let mut events = vec![script.record(), script.busy()];
        events.extend(script.exchange());
        events.push(script.open_text());
        let events = world::stream(&events)?;
        stage.feed(Event::Stream(world::key(number, projects), events));
    }
    stage.draw();
    // The first rows have settled.
    stage.pass(Duration::from_secs(6));
    stage.settle(&world::projects(projects), &rows);
    stage.draw();
    Ok(stage)
}

/// Shows one thing after another and sums it up.
fn run(rounds: usize, show: impl FnMut(usize) -> Shown) -> Outcome {
    let frames: Vec<Shown> = (0..rounds).map(show).collect();
    outcome(&frames)
}

fn steps(effort: Effort) -> io::Result<Outcome> {
    let mut stage = board(PROJECTS)?;
    Ok(run(effort.rounds(2_000), |_| {
        stage.pass(REPEAT);
        stage.show(letter('j'))
    }))
}

fn pages(effort: Effort) -> io::Result<Outcome> {
    let mut stage = board(PROJECTS)?;
    let half_page = KeyEvent::new(KeyCode::Char('d'), KeyModifiers::CONTROL);
    Ok(run(effort.rounds(400), |_| {
        stage.pass(REPEAT);
        stage.show(Event::Key(half_page))
    }))
}

fn ends(effort: Effort) -> io::Result<Outcome> {
    let mut stage = board(PROJECTS)?;
    Ok(run(effort.rounds(400), |round| {
        stage.pass(REPEAT);
        if round % 2 == 0 {
            return stage.show(letter('G'));
        }
        // Where `g` begins a sequence the second one does it.
        stage.show(key(KeyCode::Home))
    }))
}

fn filter(effort: Effort) -> io::Result<Outcome> {
    let mut stage = board(PROJECTS)?;
    stage.show(letter('/'));
    let word = "limiter 77 queue";
    let letters: Vec<char> = word.chars().collect();
    Ok(run(effort.rounds(400), |round| {
        stage.pass(REPEAT);
        let place = round % (letters.len() * 2);
        match letters.get(place) {
            Some(typed) => stage.show(letter(*typed)),
            None => stage.show(key(KeyCode::Backspace)),
        }
    }))
}

fn resize(effort: Effort) -> io::Result<Outcome> {
    let mut stage = board(PROJECTS)?;
    Ok(run(effort.rounds(400), |round| {
        let more = u16::try_from(round % 60).unwrap_or_default();
        stage.resize((SIZE.0 + more, SIZE.1 + more / 2))
    }))
}

/// From what was remembered of the last run to the bytes of the first frame.
fn first(effort: Effort) -> io::Result<Outcome> {
    let memory = remembered();
    let mut frames = Vec::new();
    for _ in 0..effort.rounds(20) {
        let mut stage = Stage::new(SIZE)?;
        frames.push(stage.show(Event::Recalled(Box::new(memory.clone()))));
    }
    Ok(outcome(&frames))
}

fn remembered() -> Memory {
    let mut fleet = memory::Fleet::default();
    let rows = rows(PROJECTS);
    for (number, project) in world::projects(PROJECTS).into_iter().enumerate() {
        let of_project = rows
            .iter()
            .filter(|row| row.project_id == project.project_id);
        let key = world::key(number, PROJECTS).project_key();
        fleet.sessions.push((key, of_project.cloned().collect()));
        let projects = fleet.projects.entry(world::HOST.into()).or_default();
        projects.push(project);
    }
    Memory {
        fleet: Some(fleet),
        ..Memory::default()
    }
}

/// What the engine does with an answer about one project, in which one row changed.
fn answer(effort: Effort, projects: usize) -> io::Result<Outcome> {
    let mut asked = Asked::about(board(projects)?, projects);
    let mut frames = Vec::new();
    for round in 0..effort.rounds(60) {
        frames.push(asked.answer(round)?);
    }
    Ok(outcome(&frames))
}

/// What the engine does when the lists are to be kept for the next run.
fn remember(effort: Effort) -> io::Result<Outcome> {
    let mut asked = Asked::about(board(PROJECTS)?, PROJECTS);
    let mut frames = Vec::new();
    for round in 0..effort.rounds(20) {
        asked.answer(round)?;
        let mut is_kept = false;
        for _ in 0..100 {
            asked.stage.pass(Duration::from_secs(1));
            let watch = Watch::start();
            let effects = asked.stage.feed(Event::Focus(true));
            let shown = watch.stop(0);
            is_kept = effects
                .iter()
                .any(|effect| matches!(effect, Effect::Remember(memory) if memory.fleet.is_some()));
            asked.sort_calls();
            if is_kept {
                frames.push(shown);
                break;
            }
        }
        if !is_kept {
            return Err(Error::other("nothing was to be kept"));
        }
    }
    Ok(outcome(&frames))
}

/// A board whose host is asked for the sessions of one project again and again.
struct Asked {
    stage: Stage,
    projects: Vec<Project>,
    /// All rows.
    rows: Vec<Session>,
    project: ProjectId,
    open: Option<OpId>,
}

impl Asked {
    fn about(stage: Stage, projects: usize) -> Self {
        Self {
            stage,
            projects: world::projects(projects),
            rows: rows(projects),
            project: world::key(0, projects).project,
            open: None,
        }
    }

    /// Waits until the list is asked for, answers with one row changed, and draws.
    fn answer(&mut self, round: usize) -> io::Result<Shown> {
        for _ in 0..200 {
            if let Some(op) = self.open.take() {
                let of_project = |row: &&mut Session| row.project_id == self.project;
                if let Some(row) = self.rows.iter_mut().filter(of_project).nth(round) {
                    row.name = Some(format!("another name {round}"));
                }
                let call = Call::Sessions(self.project.clone());
                let reply = stage::answer(&call, &self.projects, &self.rows);
                let reply = reply.unwrap_or(Reply::Done);
                return Ok(self.stage.show(Event::Reply(op, Ok(reply))));
            }
            self.stage.pass(Duration::from_secs(1));
            self.stage.feed(Event::Focus(true));
            self.sort_calls();
        }
        Err(Error::other("the list was not asked for"))
    }

    /// Keeps the call for the list and answers all others.
    fn sort_calls(&mut self) {
        while let Some((op, call)) = self.stage.calls.pop() {
            match call {
                Call::Sessions(of) if of == self.project => self.open = Some(op),
                _ => {
                    if let Some(reply) = stage::answer(&call, &self.projects, &self.rows) {
                        self.stage.feed(Event::Reply(op, Ok(reply)));
                    }
                }
            }
        }
    }
}

/// A batch of events of an agent on the board, as a feed hands it over, up to the frame.
fn news(effort: Effort) -> io::Result<Outcome> {
    let mut stage = board(PROJECTS)?;
    let mut scripts: Vec<Script> = (0..WORKING).map(Script::new).collect();
    for (number, script) in scripts.iter_mut().enumerate() {
        let mut events = script.begin();
        events.push(script.open_text());
        let events = world::stream(&events)?;
        stage.feed(Event::Stream(world::key(number, PROJECTS), events));
    }
    let mut batches = Vec::new();
    for round in 0..effort.rounds(2_000) {
        let number = round % WORKING;
        let events = [scripts[number].delta(), scripts[number].delta()];
        batches.push((world::key(number, PROJECTS), world::stream(&events)?));
    }
    let mut batches = batches.into_iter();
    Ok(run(effort.rounds(2_000), |_| {
        stage.pass(Duration::from_millis(5));
        match batches.next() {
            Some((key, events)) => stage.show(Event::Stream(key, events)),
            None => stage.show(Event::Focus(true)),
        }
    }))
}
