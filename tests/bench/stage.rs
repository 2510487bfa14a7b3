//! The program without terminal and network: events go to the engine as the shell hands them over,
//! frames are drawn as the shell draws them, into bytes that are counted and thrown away.

use std::{
    io,
    time::{Duration, Instant},
};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kortix_tui::{
    app::{
        HostSpec, Setup, State,
        call::{AgentCall, Call, Reply},
        event::{Effect, Event, Measures, OpId},
    },
    model::{account::Me, project::Project, session::Session, template::Snapshots, time::Millis},
    runtime::{Canvas, Charset},
    theme::{Background, ColorDepth, Theme},
    view::{self, Caches},
};
use ratatui::Terminal;
use rustix::time::{ClockId, clock_gettime};

use crate::{
    Outcome,
    statistics::{Times, readable},
    world::{HOST, NOON},
};

/// The engine, its drawing, and a clock that stands still until it is moved.
pub struct Stage {
    /// The engine.
    pub state: State,
    /// Where frames are drawn.
    pub terminal: Terminal<Canvas>,
    /// The theme.
    pub theme: Theme,
    /// What the host was asked and did not answer.
    pub calls: Vec<(OpId, Call)>,
    caches: Caches,
    now: Millis,
}

/// A frame that an event led to.
pub struct Shown {
    /// From the event to the bytes.
    pub time: Duration,
    /// What of that was spent on a processor: the rest is the machine's noise.
    pub cpu: Duration,
    /// How many bytes.
    pub bytes: usize,
}

/// Measures the time from an event to its frame.
pub struct Watch {
    start: Instant,
    cpu: Duration,
}

impl Watch {
    /// Starts to measure.
    pub fn start() -> Self {
        Self {
            cpu: spent(),
            start: Instant::now(),
        }
    }

    /// Ends with a frame of so many bytes.
    pub fn stop(self, bytes: usize) -> Shown {
        Shown {
            time: self.start.elapsed(),
            cpu: spent().saturating_sub(self.cpu),
            bytes,
        }
    }
}

/// How long this thread was on a processor.
fn spent() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(spent).unwrap_or_default()
}

/// Sums up frames.
pub fn outcome(frames: &[Shown]) -> Outcome {
    let mut bytes: Vec<usize> = frames.iter().map(|shown| shown.bytes).collect();
    bytes.sort_unstable();
    let mean = bytes.iter().sum::<usize>() / bytes.len().max(1);
    let middle = bytes.get(bytes.len() / 2).copied().unwrap_or_default();
    let cpu: Times = frames.iter().map(|shown| shown.cpu).collect();
    let cpu = readable(cpu.percentile(99));
    Outcome {
        times: frames.iter().map(|shown| shown.time).collect(),
        note: format!("p99 on a CPU {cpu}; bytes p50 {middle}, mean {mean}"),
    }
}

impl Stage {
    /// A program that just started, with one host.
    pub fn new(size: (u16, u16)) -> io::Result<Self> {
        let setup = Setup {
            hosts: vec![HostSpec {
                name: HOST.into(),
                url: "https://api.example.com".to_owned(),
                is_embedded: false,
            }],
            ..Setup::default()
        };
        let Ok(terminal) = Terminal::new(Canvas::new(size, Charset::Unicode));
        Ok(Self {
            state: State::new(setup, size, NOON),
            terminal,
            theme: Theme::for_background(Background::Dark, ColorDepth::True),
            calls: Vec::new(),
            caches: Caches::default(),
            now: NOON,
        })
    }

    /// Moves the clock; the engine hears of it with the next event.
    pub fn pass(&mut self, time: Duration) {
        self.now = self.now.plus(time);
    }

    /// Sets the clock to a time after the start.
    pub fn set_clock(&mut self, since_start: Duration) {
        self.now = NOON.plus(since_start);
    }

    /// Hands an event to the engine, with the time before it, as the shell does. Calls are kept in
    /// [`Stage::calls`]; what else is to be done is returned.
    pub fn feed(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = self.state.update(Event::Clock(self.now));
        effects.extend(self.state.update(event));
        effects.retain(|effect| match effect {
            Effect::Call { op, call, .. } => {
                self.calls.push((*op, call.clone()));
                false
            }
            _ => true,
        });
        effects
    }

    /// Draws a frame when something changed, and says of how many bytes.
    pub fn draw(&mut self) -> usize {
        if self.state.take_changed() {
            self.paint()
        } else {
            0
        }
    }

    /// Draws a frame, and says of how many bytes.
    pub fn paint(&mut self) -> usize {
        let (bytes, measures) = self.frame();
        self.measured(measures);
        bytes
    }

    fn frame(&mut self) -> (usize, Option<Measures>) {
        let mut measures = None;
        let (state, theme, caches) = (&self.state, &self.theme, &mut self.caches);
        let Ok(_) = self.terminal.draw(|frame| {
            measures = Some(view::draw(frame, state, theme, caches));
        });
        (self.terminal.backend_mut().take().len(), measures)
    }

    /// Tells the engine what drawing found out, which the shell does once the frame is sent.
    fn measured(&mut self, measures: Option<Measures>) {
        if let Some(measures) = measures.filter(|measures| *measures != self.state.measures) {
            self.feed(Event::Measured(measures));
        }
    }

    /// Hands an event over and draws what it leads to.
    pub fn show(&mut self, event: Event) -> Shown {
        let watch = Watch::start();
        self.feed(event);
        let (bytes, measures) = if self.state.take_changed() {
            self.frame()
        } else {
            (0, None)
        };
        let shown = watch.stop(bytes);
        self.measured(measures);
        shown
    }

    /// Gives the terminal another size and draws.
    pub fn resize(&mut self, size: (u16, u16)) -> Shown {
        self.terminal.backend_mut().resize(size);
        self.show(Event::Resize(size.0, size.1))
    }

    /// Lets the host answer with these rows until it is asked nothing more.
    pub fn settle(&mut self, projects: &[Project], sessions: &[Session]) {
        self.feed(Event::Focus(true));
        while !self.calls.is_empty() {
            for (op, call) in std::mem::take(&mut self.calls) {
                if let Some(reply) = answer(&call, projects, sessions) {
                    self.feed(Event::Reply(op, Ok(reply)));
                }
            }
        }
    }
}

/// What the host answers; `None` where it does not matter.
pub fn answer(call: &Call, projects: &[Project], sessions: &[Session]) -> Option<Reply> {
    match call {
        Call::Me => Some(Reply::Me(Me::default())),
        Call::Projects => Some(Reply::Projects(projects.to_vec())),
        Call::Sessions(project) => {
            let rows = sessions.iter().filter(|row| row.project_id == *project);
            Some(Reply::Sessions(rows.cloned().collect()))
        }
        Call::Changes(_) => Some(Reply::Changes(Vec::new())),
        Call::Snapshots(_) => Some(Reply::Snapshots(Snapshots::default())),
        Call::Agent(_, AgentCall::Glance) => Some(Reply::Glance(Box::default())),
        _ => None,
    }
}

/// A key that was pressed alone.
pub fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// A letter that was typed.
pub fn letter(letter: char) -> Event {
    key(KeyCode::Char(letter))
}
