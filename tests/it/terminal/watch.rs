//! The two threads behind a terminal: one reads what the program writes, one waits for its end.
//!
//! Both only change [`Seen`] and wake whoever waits on it; no test ever sleeps or polls.

use std::io::{Error, Result};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, WaitIdStatus, waitid};

use super::modes::{Modes, Query};

/// The longest time that a program may leave our bytes unread.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// Which answers the terminal gives when a program asks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// None, as a terminal that knows nothing, or one behind a bad link.
    Silent,
    /// Those of a modern terminal with a dark background.
    Dark,
    /// Those of a modern terminal with a light background.
    Light,
}

/// How the program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It runs.
    Running,
    /// A signal stopped it; it may go on.
    Stopped,
    /// It left with this code.
    Exited(i32),
    /// This signal ended it.
    Killed(i32),
}

/// Whether the terminal reads what the program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// It does.
    Reading,
    /// It does not, so that the program's writes fill up and block.
    Held,
    /// The program's side is closed, or the reader was told to leave.
    Gone,
}

/// Everything that is known about the program so far.
pub struct Seen {
    pub screen: vt100::Parser,
    pub modes: Modes,
    /// Every byte that it wrote.
    pub log: Vec<u8>,
    /// How many reads brought them.
    pub reads: usize,
    pub life: Life,
    pub reader: Reader,
}

/// What is known, shared with the threads.
pub struct Watch {
    seen: Mutex<Seen>,
    changed: Condvar,
}

impl Watch {
    pub fn new(screen: vt100::Parser) -> Arc<Self> {
        let seen = Seen {
            screen,
            modes: Modes::default(),
            log: Vec::new(),
            reads: 0,
            life: Life::Running,
            reader: Reader::Reading,
        };
        Arc::new(Self {
            seen: Mutex::new(seen),
            changed: Condvar::new(),
        })
    }

    /// A look at what is known. A test that panicked while looking changes nothing for the others.
    pub fn look(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.look());
        self.changed.notify_all();
    }

    /// Waits until `condition` holds, and says whether it did before `limit` was over.
    pub fn wait(&self, limit: Duration, mut condition: impl FnMut(&Seen) -> bool) -> bool {
        let (_seen, timeout) = self
            .changed
            .wait_timeout_while(self.look(), limit, |seen| !condition(seen))
            .unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }

    /// Reads the terminal until the program's side closes or the other end of `leave` does.
    pub fn read_terminal(&self, master: &OwnedFd, leave: &OwnedFd, answers: Answers) {
        let mut buffer = vec![0; 64 * 1024];
        while self.may_read() && readable(master, leave) {
            match rustix::io::read(master, buffer.as_mut_slice()) {
                Ok(0) | Err(Errno::IO) => break,
                Ok(count) => self.take(&buffer[..count], master, answers),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => panic!("cannot read the terminal: {error}"),
            }
        }
        self.change(|seen| seen.reader = Reader::Gone);
    }

    /// Waits while the output is held; false when it is time to leave.
    fn may_read(&self) -> bool {
        let seen = self
            .changed
            .wait_while(self.look(), |seen| seen.reader == Reader::Held)
            .unwrap_or_else(PoisonError::into_inner);
        seen.reader == Reader::Reading
    }

    fn take(&self, bytes: &[u8], master: &OwnedFd, answers: Answers) {
        let mut reply = Vec::new();
        self.change(|seen| {
            seen.log.extend_from_slice(bytes);
            seen.reads += 1;
            seen.screen.process(bytes);
            for query in seen.modes.read(bytes) {
                reply.extend(answer(query, answers, seen.screen.screen()));
            }
        });
        // A program that is gone needs no answer.
        let _ = write_all(master, &reply);
    }

    /// Publishes stops and continuations of a child, and its end; leaves it for `Child` to reap.
    pub fn wait_for_child(&self, pid: Pid) {
        let turns = WaitIdOptions::STOPPED | WaitIdOptions::CONTINUED;
        loop {
            let peek = turns | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let end = match waitid(WaitId::Pid(pid), peek) {
                Ok(Some(status)) => ending(&status),
                Ok(None) | Err(Errno::INTR) => continue,
                Err(error) => panic!("cannot wait for the program: {error}"),
            };
            if let Some(life) = end {
                self.change(|seen| seen.life = life);
                return;
            }
            // Taken before it is published, or the next turn could be taken for this one.
            if let Ok(Some(status)) = waitid(WaitId::Pid(pid), turns | WaitIdOptions::NOHANG) {
                let life = if status.stopped() {
                    Life::Stopped
                } else {
                    Life::Running
                };
                self.change(|seen| seen.life = life);
            }
        }
    }
}

fn ending(status: &WaitIdStatus) -> Option<Life> {
    let exited = status.exit_status().map(Life::Exited);
    exited.or_else(|| status.terminating_signal().map(Life::Killed))
}

/// Waits for bytes; false when the other end of `leave` was closed.
fn readable(master: &OwnedFd, leave: &OwnedFd) -> bool {
    let mut both = [
        PollFd::new(master, PollFlags::IN),
        PollFd::new(leave, PollFlags::IN),
    ];
    match poll(&mut both, None) {
        Ok(_) | Err(Errno::INTR) => both[1].revents().is_empty(),
        Err(error) => panic!("cannot wait for the terminal: {error}"),
    }
}

/// Writes everything, or fails when the program leaves it unread for too long.
pub fn write_all(master: impl AsFd, mut bytes: &[u8]) -> Result<()> {
    let end = Instant::now() + WRITE_DEADLINE;
    while !bytes.is_empty() {
        match rustix::io::write(&master, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                let left = end.saturating_duration_since(Instant::now());
                let left = Timespec::try_from(left).map_err(Error::other)?;
                let mut writable = [PollFd::new(&master, PollFlags::OUT)];
                if poll(&mut writable, Some(&left))? == 0 {
                    return Err(Error::other("the program does not read its input"));
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn answer(query: Query, answers: Answers, screen: &vt100::Screen) -> Vec<u8> {
    let (foreground, background) = match answers {
        Answers::Silent => return Vec::new(),
        Answers::Dark => ("e6e6/e6e6/e6e6", "1010/1414/1818"),
        Answers::Light => ("2020/2020/2020", "fafa/fafa/fafa"),
    };
    let text = match query {
        Query::Attributes => "\x1b[?62;22c".to_owned(),
        Query::CursorPosition => {
            let (row, column) = screen.cursor_position();
            format!("\x1b[{};{}R", row + 1, column + 1)
        }
        Query::KeyboardFlags => "\x1b[?0u".to_owned(),
        Query::Foreground => format!("\x1b]10;rgb:{foreground}\x1b\\"),
        Query::Background => format!("\x1b]11;rgb:{background}\x1b\\"),
        Query::Mode(mode) => format!("\x1b[?{mode};0$y"),
    };
    text.into_bytes()
}
