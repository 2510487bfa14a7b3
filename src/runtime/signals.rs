//! The signals that the program answers itself.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// A signal that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// End, with this number in the exit code.
    End(u8),
    /// Stop until continued.
    Stop,
    /// Continued after a stop.
    Continue,
    /// The terminal has another size.
    Resize,
}

/// Listens for signals.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    quit: Signal,
    stop: Signal,
    proceed: Signal,
    resize: Signal,
}

impl Signals {
    /// Takes the signals over; must be called inside the runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(number(rustix::process::Signal::TSTP))?,
            proceed: signal(number(rustix::process::Signal::CONT))?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) -> Came {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => Came::End(15),
            _ = self.hang_up.recv() => Came::End(1),
            _ = self.interrupt.recv() => Came::End(2),
            _ = self.quit.recv() => Came::End(3),
            _ = self.stop.recv() => Came::Stop,
            _ = self.proceed.recv() => Came::Continue,
            _ = self.resize.recv() => Came::Resize,
        }
    }
}

fn number(signal: rustix::process::Signal) -> SignalKind {
    SignalKind::from_raw(signal.as_raw())
}
