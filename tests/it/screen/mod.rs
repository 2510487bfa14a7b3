//! A program without a terminal: keys and replies in, the screen's text and roles out.
//!
//! [`Screen`] holds the engine, draws it into a test terminal, and keeps every effect that came out.
//! [`World`] is what the hosts would answer. The time stands still unless [`Screen::wait`] is called.

mod world;

use std::{fmt::Write, time::Duration};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kortix_tui::{
    api,
    app::{
        HostSpec, Setup, State,
        call::Call,
        event::{Effect, Event},
    },
    model::{
        agent::{event::Envelope, stream::StreamEvent},
        id::SessionKey,
        time::Millis,
    },
    theme::{Role, Theme},
    view::{self, Caches},
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, style::Color};
pub use world::{World, asks_permission, goes_idle, noon, works_on};

/// Noon of a day, where the time stands.
pub const NOON: Millis = Millis(1_795_262_400_000);

/// The engine with a test terminal.
pub struct Screen {
    /// The engine.
    pub state: State,
    /// Every effect that came out and was not answered.
    pub effects: Vec<Effect>,
    caches: Caches,
    terminal: Terminal<TestBackend>,
    frame: Buffer,
    theme: Theme,
}

impl Screen {
    /// A program that just started, on a terminal of this size, with the host `local`.
    pub fn new(columns: u16, rows: u16) -> Self {
        Self::with_setup(columns, rows, Setup::default())
    }

    /// [`Screen::new`] with choices; the hosts are filled in when there are none.
    pub fn with_setup(columns: u16, rows: u16, mut setup: Setup) -> Self {
        if setup.hosts.is_empty() {
            setup.hosts.push(HostSpec {
                name: "local".into(),
                url: "http://127.0.0.1:1".to_owned(),
                is_embedded: true,
            });
        }
        let backend = TestBackend::new(columns, rows);
        let mut screen = Self {
            state: State::new(setup, (columns, rows), NOON),
            effects: Vec::new(),
            caches: Caches::default(),
            terminal: Terminal::new(backend).unwrap(),
            frame: Buffer::default(),
            theme: role_theme(),
        };
        screen.event(Event::Clock(NOON));
        screen.draw();
        screen
    }

    /// Lets something happen.
    pub fn event(&mut self, event: Event) {
        let effects = self.state.update(event);
        self.effects.extend(effects);
    }

    /// Presses keys, written as in the settings and separated by spaces: `j j enter ctrl-p`.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.event(Event::Key(key_event(key)));
            self.draw();
        }
    }

    /// Types text, letter by letter.
    pub fn text(&mut self, text: &str) {
        for letter in text.chars() {
            let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
            self.event(Event::Key(key));
        }
        self.draw();
    }

    /// Lets time pass.
    pub fn wait(&mut self, time: Duration) {
        let now = self.state.now.plus(time);
        self.event(Event::Clock(now));
        self.draw();
    }

    /// Lets the hosts answer all that they are asked, until they are asked nothing more.
    pub fn settle(&mut self, world: &World) {
        for _ in 0..20 {
            let (calls, rest) = std::mem::take(&mut self.effects)
                .into_iter()
                .partition(|effect| matches!(effect, Effect::Call { .. }));
            self.effects = rest;
            let calls: Vec<Effect> = calls;
            if calls.is_empty() {
                break;
            }
            for effect in calls {
                if let Effect::Call { op, host, call, .. } = effect {
                    let reply = world.answer(&host, &call);
                    self.event(Event::Reply(op, reply));
                }
            }
        }
        // The cursor comes to rest, so that the preview shows.
        self.wait(Duration::from_millis(300));
    }

    /// Lets a session's agent say something: events as its stream sends them.
    pub fn agent(&mut self, session: &SessionKey, events: &[serde_json::Value]) {
        let events = events
            .iter()
            .filter_map(|event| Envelope::parse(event.to_string().as_bytes()).ok())
            .map(StreamEvent::Event)
            .collect();
        self.event(Event::Stream(session.clone(), events));
        self.draw();
    }

    /// The calls that came out and were not answered.
    pub fn calls(&self) -> Vec<&Call> {
        let calls = self.effects.iter().filter_map(|effect| match effect {
            Effect::Call { call, .. } => Some(call),
            _ => None,
        });
        calls.collect()
    }

    /// Draws a frame, and tells the engine what drawing found out.
    pub fn draw(&mut self) {
        let mut measures = None;
        let (state, theme, caches) = (&self.state, &self.theme, &mut self.caches);
        let drawn = self
            .terminal
            .draw(|frame| measures = Some(view::draw(frame, state, theme, caches)))
            .unwrap();
        // The test terminal keeps what is under the second half of a wide letter.
        self.frame = drawn.buffer.clone();
        if let Some(measures) = measures {
            self.event(Event::Measured(measures));
        }
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.terminal.backend_mut().resize(columns, rows);
        self.event(Event::Resize(columns, rows));
        self.draw();
    }

    /// The cells of a frame.
    pub fn cells(&mut self) -> Buffer {
        self.draw();
        self.frame.clone()
    }

    /// The text of the screen, rows without trailing spaces.
    pub fn screen(&mut self) -> String {
        let cells = self.cells();
        let mut text = String::new();
        for y in 0..cells.area.height {
            let mut row = String::new();
            let mut x = 0;
            while x < cells.area.width {
                let symbol = cells[(x, y)].symbol();
                row.push_str(symbol);
                x += u16::try_from(kortix_tui::text::width(symbol).max(1)).unwrap();
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }

    /// What the pieces of the screen mean, row by row, plain text left out.
    pub fn roles(&mut self) -> String {
        let cells = self.cells();
        let mut text = String::new();
        for y in 0..cells.area.height {
            let mut runs: Vec<(String, String)> = Vec::new();
            for x in 0..cells.area.width {
                let cell = &cells[(x, y)];
                let name = roles_of(cell.fg, cell.bg);
                match runs.last_mut().filter(|(last, _)| *last == name) {
                    Some((_, run)) => run.push_str(cell.symbol()),
                    None => runs.push((name, cell.symbol().to_owned())),
                }
            }
            let runs = runs.iter().filter(|(name, run)| {
                !name.is_empty() && (name.contains("selection") || !run.trim().is_empty())
            });
            let row: Vec<String> = runs
                .map(|(name, run)| format!("{name}[{}]", run.trim()))
                .collect();
            if !row.is_empty() {
                writeln!(text, "{y}: {}", row.join(" ")).unwrap();
            }
        }
        text
    }

    /// Column and row of the terminal's cursor; `None` while nothing is typed.
    pub fn cursor(&mut self) -> Option<(u16, u16)> {
        self.draw();
        let backend = self.terminal.backend();
        let place = backend.cursor_position();
        backend.cursor_visible().then_some((place.x, place.y))
    }

    /// The row of the screen on which the cursor is, as text.
    pub fn cursor_row(&mut self) -> String {
        let text = self.screen();
        let row = text.lines().find(|row| row.starts_with('▌'));
        row.unwrap_or_default().to_owned()
    }
}

/// A key as the settings write it.
pub fn key_event(key: &str) -> KeyEvent {
    let (modifiers, name) = match key {
        _ if key.len() > 5 && key.starts_with("ctrl-") => (KeyModifiers::CONTROL, &key[5..]),
        _ if key.len() > 4 && key.starts_with("alt-") => (KeyModifiers::ALT, &key[4..]),
        _ => (KeyModifiers::NONE, key),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        letter => KeyCode::Char(letter.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

/// How a host fails that cannot be reached.
pub fn unreachable_host() -> api::Error {
    api::Error::Unreachable {
        host: "http://127.0.0.1:1".to_owned(),
        reason: "connection refused".to_owned(),
    }
}

/// A theme in which every role has a color of its own, so that a cell tells its role.
fn role_theme() -> Theme {
    let mut text = "[roles]\n".to_owned();
    for (number, role) in Role::ALL.iter().enumerate() {
        let ground = if role.name().starts_with("selection") {
            "bg"
        } else {
            "fg"
        };
        writeln!(text, "{} = {{ {ground} = {} }}", role.name(), number + 16).unwrap();
    }
    let (theme, problems) = Theme::read(&text);
    assert_eq!(problems, []);
    theme
}

fn roles_of(fg: Color, bg: Color) -> String {
    let name = |color: Color| match color {
        Color::Indexed(number) => Role::ALL
            .get(usize::from(number).wrapping_sub(16))
            .filter(|role| **role != Role::Text)
            .map(|role| role.name()),
        _ => None,
    };
    let names: Vec<&str> = [name(bg), name(fg)].into_iter().flatten().collect();
    names.join("+")
}
