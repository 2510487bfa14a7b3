//! Writes to the terminal without ever making the loop wait.
//!
//! A thread of its own takes one piece of work at a time; the loop asks [`Output::is_idle`] before it
//! draws the next frame, so a terminal that does not read never has more than one frame queued. The
//! terminal is written to through a non-blocking handle: work can be broken off at once, also when the
//! terminal has stopped reading.

use std::{
    fs::File,
    io::{self, PipeReader, PipeWriter, Write},
    os::fd::{AsFd, OwnedFd},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc as std_mpsc,
    },
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags},
    io::Errno,
};
use tokio::sync::mpsc;

/// Bytes to be written together.
#[derive(Debug)]
struct Piece {
    bytes: Vec<u8>,
    epoch: u64,
}

/// How the writing of a piece ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The terminal has taken all of it.
    All,
    /// It was broken off, or the terminal is gone.
    Broken,
}

/// The way to the terminal.
#[derive(Debug)]
pub struct Output {
    shared: Arc<Shared>,
    work: std_mpsc::SyncSender<Piece>,
    is_idle: bool,
}

/// What the writing thread and those who must write at once share.
#[derive(Debug)]
pub struct Shared {
    terminal: OwnedFd,
    /// Counts how often writing was broken off; pieces from before that are not written any more.
    epoch: AtomicU64,
    wake: Mutex<PipeWriter>,
    woken: PipeReader,
    writing: Mutex<()>,
}

impl Output {
    /// Starts the thread; the receiver hears when a piece is done.
    pub fn start() -> io::Result<(Self, mpsc::Receiver<Written>)> {
        let (woken, wake) = io::pipe()?;
        let shared = Arc::new(Shared {
            terminal: open_terminal()?,
            epoch: AtomicU64::new(0),
            wake: Mutex::new(wake),
            woken,
            writing: Mutex::new(()),
        });
        // One piece at a time: the loop hands over the next when it has heard of the last.
        let (work, pieces) = std_mpsc::sync_channel::<Piece>(1);
        let (sender, done) = mpsc::channel(2);
        let worker = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || {
                while let Ok(piece) = pieces.recv() {
                    let written = worker.write_all(&piece);
                    if sender.blocking_send(written).is_err() {
                        return;
                    }
                }
            })?;
        let output = Self {
            shared,
            work,
            is_idle: true,
        };
        Ok((output, done))
    }

    /// Whether the terminal has taken what was sent last.
    pub fn is_idle(&self) -> bool {
        self.is_idle
    }

    /// Hands a piece over; only when [`Output::is_idle`].
    pub fn send(&mut self, bytes: Vec<u8>) {
        let epoch = self.shared.epoch.load(Ordering::SeqCst);
        let piece = Piece { bytes, epoch };
        if self.work.try_send(piece).is_ok() {
            self.is_idle = false;
        }
    }

    /// Notes that the piece sent last is done.
    pub fn done(&mut self) {
        self.is_idle = true;
    }

    /// The handle for writing at once.
    pub fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }
}

impl Shared {
    /// The terminal.
    pub fn terminal(&self) -> &OwnedFd {
        &self.terminal
    }

    fn write_all(&self, piece: &Piece) -> Written {
        let mut bytes = piece.bytes.as_slice();
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        while !bytes.is_empty() {
            if self.epoch.load(Ordering::SeqCst) != piece.epoch {
                return Written::Broken;
            }
            match rustix::io::write(&self.terminal, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait_for_room(),
                Err(_) => return Written::Broken,
            }
        }
        Written::All
    }

    fn wait_for_room(&self) {
        let mut fds = [
            PollFd::new(&self.terminal, PollFlags::OUT),
            PollFd::new(&self.woken, PollFlags::IN),
        ];
        let _ = poll(&mut fds, None);
    }

    /// Breaks off what is being written or was handed over, and writes this instead; gives up after
    /// `patience`. Pieces that are handed over later are written again.
    pub fn write_at_once(&self, mut bytes: &[u8], patience: Duration) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        let mut wake = self.wake.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = wake.write(&[0]);
        let end = Instant::now() + patience;
        // Somebody who holds this longer sits in a blocking write; waiting more would not help.
        let mut writing = self.writing.try_lock();
        while writing.is_err() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(1));
            writing = self.writing.try_lock();
        }
        let mut byte = [0];
        let _ = rustix::io::read(&self.woken, &mut byte);
        while !bytes.is_empty() && Instant::now() < end {
            match rustix::io::write(&self.terminal, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let mut fds = [PollFd::new(&self.terminal, PollFlags::OUT)];
                    let moment = Timespec {
                        tv_sec: 0,
                        tv_nsec: 20_000_000,
                    };
                    let _ = poll(&mut fds, Some(&moment));
                }
                Err(_) => break,
            }
        }
    }
}

/// Opens the terminal of standard output anew, so that other programs do not see it non-blocking.
fn open_terminal() -> io::Result<OwnedFd> {
    let stdout = io::stdout();
    let anew = rustix::termios::ttyname(&stdout, Vec::new()).and_then(|path| {
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        rustix::fs::open(path, flags, Mode::empty())
    });
    match anew {
        Ok(terminal) => Ok(terminal),
        Err(_) => File::from(stdout.as_fd().try_clone_to_owned()?)
            .try_clone()
            .map(OwnedFd::from),
    }
}
