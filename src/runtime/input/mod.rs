//! Reads the terminal: bytes in, keys, pastes, mouse and the terminal's answers out.
//!
//! A thread of its own sleeps in `poll` until the terminal has something; what it reads goes through
//! a bounded channel to the loop. It notices at once when the terminal is gone, and it can be told to
//! leave the terminal alone while an editor has it. Not for: what a key means (`keymap`).

mod csi;
mod parser;

use std::{
    io::{self, PipeReader, PipeWriter, Write},
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc as std_mpsc,
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::sync::mpsc;

use crate::app::event::Event;

pub use parser::Parser;

/// Batches that may wait for the loop; a reader that is ahead lets the terminal wait.
const WAITING: usize = 64;
/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;
/// How long the thread is waited for when it is told to leave the terminal alone.
const PAUSE: Duration = Duration::from_millis(200);

/// Something that came from the terminal.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The person did something.
    Event(Event),
    /// The terminal answered a question.
    Answer(Answer),
    /// The terminal is gone; nothing follows.
    Gone,
}

/// What a terminal says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Its background, 16 bits for each of red, green and blue.
    Background(u16, u16, u16),
    /// It knows the kitty keyboard protocol.
    Keyboard,
    /// What kind of device it is; every terminal that answers at all answers this.
    Device,
    /// It has taken everything that was written before the question.
    Ready,
}

/// The thread that reads the terminal.
#[derive(Debug)]
pub struct Reader {
    shared: Arc<Shared>,
    wake: PipeWriter,
    paused: std_mpsc::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_paused: AtomicBool,
    is_over: AtomicBool,
}

impl Reader {
    /// Starts to read standard input. `escape` is how long the key `esc` waits for the rest of a
    /// sequence.
    pub fn start(escape: Duration) -> io::Result<(Self, mpsc::Receiver<Vec<Input>>)> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let (woken, wake) = io::pipe()?;
        let (pausing, paused) = std_mpsc::sync_channel(1);
        let shared = Arc::new(Shared::default());
        let worker = Worker {
            shared: Arc::clone(&shared),
            woken,
            pausing,
            sender,
            parser: Parser::new(escape),
        };
        let thread = std::thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || worker.run())?;
        let reader = Self {
            shared,
            wake,
            paused,
            thread: Some(thread),
        };
        Ok((reader, receiver))
    }

    /// Leaves the terminal alone; returns when nothing reads it any more.
    pub fn pause(&mut self) {
        while self.paused.try_recv().is_ok() {}
        self.shared.is_paused.store(true, Ordering::SeqCst);
        self.nudge();
        let _ = self.paused.recv_timeout(PAUSE);
    }

    /// Reads again.
    pub fn resume(&mut self) {
        self.shared.is_paused.store(false, Ordering::SeqCst);
        self.nudge();
    }

    fn nudge(&mut self) {
        // A full pipe wakes as well as a byte more would.
        let _ = self.wake.write(&[0]);
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.nudge();
        // The thread may be waiting for room in the channel; the process does not wait for it.
        drop(self.thread.take());
    }
}

struct Worker {
    shared: Arc<Shared>,
    woken: PipeReader,
    pausing: std_mpsc::SyncSender<()>,
    sender: mpsc::Sender<Vec<Input>>,
    parser: Parser,
}

/// What the worker does next.
enum Step {
    Again,
    End,
}

impl Worker {
    fn run(mut self) {
        let mut chunk = vec![0; CHUNK];
        loop {
            if self.shared.is_over.load(Ordering::SeqCst) {
                return;
            }
            let step = if self.shared.is_paused.load(Ordering::SeqCst) {
                self.rest()
            } else {
                self.read(&mut chunk)
            };
            if matches!(step, Step::End) {
                return;
            }
        }
    }

    /// Waits until it is told to go on.
    fn rest(&mut self) -> Step {
        let _ = self.pausing.try_send(());
        let mut fds = [PollFd::new(&self.woken, PollFlags::IN)];
        match poll(&mut fds, None) {
            Ok(_) => self.take_nudge(),
            Err(rustix::io::Errno::INTR) => Step::Again,
            Err(_) => Step::End,
        }
    }

    fn take_nudge(&mut self) -> Step {
        let mut bytes = [0; 16];
        match rustix::io::read(&self.woken, &mut bytes) {
            Ok(0) => Step::End,
            Ok(_) | Err(_) => Step::Again,
        }
    }

    fn read(&mut self, chunk: &mut [u8]) -> Step {
        let stdin = io::stdin();
        let now = Instant::now();
        let timeout = self
            .parser
            .due()
            .map(|due| due.saturating_duration_since(now));
        let mut fds = [
            PollFd::new(&stdin, PollFlags::IN),
            PollFd::new(&self.woken, PollFlags::IN),
        ];
        match poll(&mut fds, timeout.map(timespec).as_ref()) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Step::Again,
            Err(_) => return self.gone(),
        }
        let (terminal, nudge) = (fds[0].revents(), fds[1].revents());
        if nudge.contains(PollFlags::IN) {
            return self.take_nudge();
        }
        if terminal.contains(PollFlags::IN) {
            return match rustix::io::read(stdin.as_fd(), &mut *chunk) {
                Ok(0) => self.gone(),
                Ok(count) => self.take(&chunk[..count]),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Step::Again,
                Err(_) => self.gone(),
            };
        }
        if !terminal.is_empty() {
            return self.gone();
        }
        self.take(&[])
    }

    fn take(&mut self, bytes: &[u8]) -> Step {
        let inputs = self.parser.feed(bytes, Instant::now());
        if inputs.is_empty() || self.sender.blocking_send(inputs).is_ok() {
            Step::Again
        } else {
            Step::End
        }
    }

    fn gone(&mut self) -> Step {
        let _ = self.sender.blocking_send(vec![Input::Gone]);
        Step::End
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec::try_from(duration).unwrap_or(Timespec {
        tv_sec: 1,
        tv_nsec: 0,
    })
}
