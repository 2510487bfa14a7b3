//! Takes the terminal over and gives it back as it was, on every way out.
//!
//! [`Terminal`] is shared with the panic hook: giving back works from any thread, once, without
//! waiting for a terminal that does not read. Not for: what is drawn.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use crate::runtime::output::Shared;

/// How long the terminal may take to accept the sequences that give it back.
const PATIENCE: Duration = Duration::from_millis(300);
/// The size of a terminal that does not know its own.
const UNKNOWN: (u16, u16) = (80, 24);

/// Alternate screen, no wrapping surprises, bracketed paste, focus reports.
const ENTER: &str = "\x1b[?1049h\x1b[?2004h\x1b[?1004h\x1b[?25l\x1b[0m\x1b[2J";
/// Buttons and the wheel, in the form that knows large screens.
const MOUSE: &str = "\x1b[?1000h\x1b[?1006h";
/// Which keyboard protocol, which background, and, since every terminal knows it, which device.
const QUESTIONS: &str = "\x1b[?u\x1b]11;?\x1b\\\x1b[c";
/// First ends whatever sequence was cut; leaves a frame that was begun; then all modes.
const LEAVE: &str = "\x1b\\\x1b[?2026l\x1b[0m\x1b[?1006l\x1b[?1000l\x1b[?1004l\x1b[?2004l";
const LEAVE_SCREEN: &str = "\x1b[?25h\x1b[?1049l";
const KEYBOARD_PUSH: &str = "\x1b[>1u";
const KEYBOARD_SET: &str = "\x1b[=1;1u";
const KEYBOARD_POP: &str = "\x1b[<u";

/// What is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modes {
    /// Whether the wheel is reported.
    pub mouse: bool,
}

/// The terminal and what it was like before.
#[derive(Debug, Clone)]
pub struct Terminal {
    output: Arc<Shared>,
    modes: Modes,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The settings to go back to; `None` while the terminal is not ours.
    before: Option<Termios>,
    /// Whether the keyboard protocol is on the terminal's stack.
    keyboard_pushed: bool,
    /// Whether the terminal is known to have the protocol.
    keyboard_known: bool,
}

/// Whether a terminal is asked what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Questions {
    /// At the start.
    Ask,
    /// The answers are known.
    Skip,
}

impl Terminal {
    /// A terminal that is not taken over yet.
    pub fn new(output: Arc<Shared>, modes: Modes) -> Self {
        Self {
            output,
            modes,
            state: Arc::default(),
        }
    }

    /// Switches the terminal to single keys and returns what must be written before the first frame.
    ///
    /// While it is ours already, its modes are asserted again.
    pub fn enter(&self, questions: Questions) -> io::Result<Vec<u8>> {
        let mut state = self.state();
        let stdin = io::stdin();
        let present = tcgetattr(&stdin)?;
        let mut raw = present.clone();
        raw.make_raw();
        tcsetattr(&stdin, OptionalActions::Now, &raw)?;
        let mut bytes = String::from(ENTER);
        if self.modes.mouse {
            bytes.push_str(MOUSE);
        }
        let is_ours = state.before.is_some();
        if !is_ours {
            state.before = Some(present);
        }
        if state.keyboard_known {
            bytes.push_str(if state.keyboard_pushed {
                KEYBOARD_SET
            } else {
                KEYBOARD_PUSH
            });
            state.keyboard_pushed = true;
        }
        if questions == Questions::Ask {
            bytes.push_str(QUESTIONS);
        }
        Ok(bytes.into_bytes())
    }

    /// Notes that the terminal knows the keyboard protocol; returns what switches it on.
    pub fn keyboard_known(&self) -> Option<&'static [u8]> {
        let mut state = self.state();
        if state.keyboard_known || state.before.is_none() {
            return None;
        }
        state.keyboard_known = true;
        state.keyboard_pushed = true;
        Some(KEYBOARD_PUSH.as_bytes())
    }

    /// Gives the terminal back; true when it was ours.
    pub fn leave(&self) -> bool {
        let mut state = self.state();
        let Some(before) = state.before.take() else {
            return false;
        };
        let mut bytes = String::from(LEAVE);
        if std::mem::take(&mut state.keyboard_pushed) {
            bytes.push_str(KEYBOARD_POP);
        }
        bytes.push_str(LEAVE_SCREEN);
        self.output.write_at_once(bytes.as_bytes(), PATIENCE);
        // A terminal that is gone cannot be set; then there is nobody to set it for.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
        true
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        match tcgetwinsize(self.output.terminal()) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
            Ok(_) | Err(_) => UNKNOWN,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
