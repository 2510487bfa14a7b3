//! Decides when a frame is drawn, draws it, and hands it to the terminal.
//!
//! No more frames than [`Pace`] allows, none while nothing differs, and none while the terminal has not
//! taken the last one. Behind a slow line the terminal's own answer is waited for as well, since a
//! line's buffers hide how far it is.

use std::time::{Duration, Instant};

use ratatui::{Terminal, layout::Rect};

use crate::{
    app::{State, event::Measures},
    runtime::{
        canvas::{Canvas, Charset},
        output::{Output, Written},
        pace::Pace,
    },
    theme::Theme,
    view::{self, Caches},
};

/// Bytes after which the terminal is asked whether it has them.
const ASK_AFTER: usize = 2 * 1024;
/// Bytes that may be on their way unanswered.
const ON_THE_WAY: usize = 8 * 1024;
/// How long the terminal's answer is waited for.
const ANSWER: Duration = Duration::from_millis(1_000);
/// Is answered with `ESC [ 0 n` once everything before it has been taken.
const ASK: &[u8] = b"\x1b[5n";

/// The frames.
pub struct Frames {
    terminal: Terminal<Canvas>,
    output: Output,
    caches: Caches,
    theme: Theme,
    pace: Pace,
    /// Bytes to be sent before the next frame, and without one.
    before: Vec<u8>,
    line: Line,
}

/// How far the terminal is, as it says itself.
#[derive(Debug, Default)]
struct Line {
    answers: bool,
    /// Bytes since the last question that was answered.
    on_the_way: usize,
    /// Bytes since the question that is open.
    since_asked: usize,
    asked: Option<Instant>,
}

impl Frames {
    /// Frames of a size for a terminal that `before` takes over.
    pub fn new(
        output: Output,
        size: (u16, u16),
        charset: Charset,
        theme: Theme,
        before: Vec<u8>,
    ) -> Self {
        let canvas = Canvas::new(size, charset);
        let Ok(terminal) = Terminal::new(canvas);
        Self {
            terminal,
            output,
            caches: Caches::default(),
            theme,
            pace: Pace::new(Instant::now()),
            before,
            line: Line::default(),
        }
    }

    /// Uses another theme from the next frame on.
    pub fn paint(&mut self, theme: Theme) {
        self.theme = theme;
        self.caches = Caches::default();
        self.pace.touch();
    }

    /// Has the next frame drawn when it may be.
    pub fn touch(&mut self) {
        self.pace.touch();
    }

    /// Has the next frame drawn sooner, because a person waits for it.
    pub fn hurry(&mut self) {
        self.pace.hurry();
    }

    /// Draws on another size from now on.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.terminal.backend_mut().resize(size);
        self.pace.touch();
    }

    /// Draws every cell with the next frame; `before` is sent first.
    pub fn repaint(&mut self, before: &[u8]) {
        self.before.extend_from_slice(before);
        self.terminal.backend_mut().forget();
        let size = self.terminal.size().unwrap_or_default();
        // Forgets the last frame, and clears the screen with the next one.
        let Ok(()) = self.terminal.resize(Rect::from((Default::default(), size)));
        self.line.asked = None;
        self.pace.touch();
    }

    /// Sends something that is not a frame.
    pub fn send(&mut self, bytes: &[u8]) {
        self.before.extend_from_slice(bytes);
    }

    /// Notes that the terminal answers questions.
    pub fn answers(&mut self) {
        self.line.answers = true;
    }

    /// Notes that the terminal has taken everything up to the question.
    pub fn ready(&mut self) {
        self.line.asked = None;
        self.line.on_the_way = self.line.since_asked;
    }

    /// Whether an answer of the terminal is still to come.
    pub fn awaits_answer(&self) -> bool {
        self.line.asked.is_some()
    }

    /// Notes that the terminal has taken what was sent last.
    pub fn written(&mut self, _: Written) {
        self.output.done();
    }

    /// When [`Frames::draw`] must be called again; `None` when nothing is to be drawn or the
    /// terminal has to take the last frame first.
    pub fn due(&self) -> Option<Instant> {
        if !self.output.is_idle() || (!self.pace.is_dirty() && self.before.is_empty()) {
            return None;
        }
        let (held, paced) = (self.line.held_until(), self.pace.due());
        Some(held.map_or(paced, |held| held.max(paced)))
    }

    /// Draws and sends a frame if one is due; what drawing found out is returned.
    pub fn draw(&mut self, state: &State) -> Option<Measures> {
        let now = Instant::now();
        if self.due().is_none_or(|due| due > now) {
            return None;
        }
        self.line.expire(now);
        let mut measures = None;
        if self.pace.begin(now) {
            let (theme, caches) = (&self.theme, &mut self.caches);
            let Ok(_) = self.terminal.draw(|frame| {
                measures = Some(view::draw(frame, state, theme, caches));
            });
        }
        let mut bytes = std::mem::take(&mut self.before);
        bytes.append(&mut self.terminal.backend_mut().take());
        if !bytes.is_empty() {
            self.line.sent(&mut bytes, now);
            self.output.send(bytes);
        }
        measures
    }
}

impl Line {
    /// Notes what is sent and asks for an answer where one is due.
    fn sent(&mut self, bytes: &mut Vec<u8>, now: Instant) {
        self.on_the_way += bytes.len();
        self.since_asked += bytes.len();
        if self.answers && self.asked.is_none() && self.on_the_way > ASK_AFTER {
            bytes.extend_from_slice(ASK);
            self.asked = Some(now);
            self.since_asked = 0;
        }
    }

    /// Until when frames are held back, if no answer comes before.
    fn held_until(&self) -> Option<Instant> {
        self.asked
            .filter(|_| self.on_the_way > ON_THE_WAY)
            .map(|asked| asked + ANSWER)
    }

    /// Stops asking a terminal that does not answer.
    fn expire(&mut self, now: Instant) {
        if self.asked.is_some_and(|asked| asked + ANSWER * 5 <= now) {
            self.asked = None;
            self.answers = false;
        }
    }
}
