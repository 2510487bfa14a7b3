//! The git program, called so that nothing of a repository or a user runs by surprise.
//!
//! A [`Call`] is one command with a deadline and a bound on its output. Hooks, pagers, prompts,
//! editors, file-system monitors and background maintenance are off, and no `GIT_*` variable of
//! our own environment reaches it. Names and paths from requests are checked in [`name`] before
//! they become arguments.
//!
//! Not for: what branches and commits mean to a client (`routes`).

pub mod checkout;
pub mod compare;
pub mod landing;
pub mod mirror;
pub mod name;
pub mod read;
pub mod workspace;

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::Semaphore,
};

/// How long one command may take unless the caller knows better.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long copying a repository may take.
pub const COPY_DEADLINE: Duration = Duration::from_secs(600);

/// How much one command may print.
const MOST_OUTPUT: u64 = 10 * 1024 * 1024;

/// How much of an error is kept.
const MOST_COMPLAINT: u64 = 16 * 1024;

/// How many commands run at once: git is busy with one core each.
const AT_ONCE: usize = 8;

/// Settings of every command; command-line settings win over all files.
const SETTINGS: [&str; 8] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
    "init.defaultBranch=main",
    "submodule.recurse=false",
];

/// Why git did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program could not be started or read.
    #[error("cannot run git")]
    Run(#[source] std::io::Error),
    /// Git refused; the text is the first line of what it said.
    #[error("{complaint}")]
    Refused {
        /// Git's first line.
        complaint: String,
        /// The whole of it, several lines.
        text: String,
    },
    /// It took too long and was ended.
    #[error("git took longer than {} s", after.as_secs())]
    TooSlow {
        /// The deadline.
        after: Duration,
    },
    /// It printed too much and was ended.
    #[error("git printed more than {MOST_OUTPUT} bytes")]
    TooMuch,
}

/// The git program of this machine.
#[derive(Debug, Clone)]
pub struct Git {
    program: PathBuf,
    slots: Arc<Semaphore>,
}

impl Git {
    /// Looks for `git` on the `PATH`.
    pub fn find() -> Option<Self> {
        Some(Self {
            program: which::which("git").ok()?,
            slots: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// A command in a folder, still without arguments.
    pub fn call(&self, folder: &Path) -> Call {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"GIT_") {
                command.env_remove(name);
            }
        }
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_LFS_SKIP_SMUDGE", "1")
            .env("GIT_EDITOR", "true")
            .env("GIT_PAGER", "cat")
            .env("LC_ALL", "C")
            .arg("-C")
            .arg(folder);
        for setting in SETTINGS {
            command.arg("-c").arg(setting);
        }
        command.arg("--literal-pathspecs");
        Call {
            command,
            slots: Arc::clone(&self.slots),
            deadline: DEADLINE,
            input: Vec::new(),
        }
    }
}

/// One command.
#[derive(Debug)]
pub struct Call {
    command: Command,
    slots: Arc<Semaphore>,
    deadline: Duration,
    input: Vec<u8>,
}

impl Call {
    /// Adds one argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What it reads on standard input.
    pub fn input(mut self, input: Vec<u8>) -> Self {
        self.input = input;
        self
    }

    /// How long it may take.
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Runs it and gives what it printed; it is ended when this future is dropped.
    pub async fn run(self) -> Result<Vec<u8>, Error> {
        let finished = self.finish().await?;
        match finished.code {
            Some(0) => Ok(finished.printed),
            _ => Err(finished.refusal()),
        }
    }

    /// Runs it to its end, for a command whose exit code is part of its answer.
    pub async fn finish(mut self) -> Result<Finished, Error> {
        let _slot = self.slots.acquire().await;
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::Run)?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let work = async {
            let feed = async {
                if let Some(mut pipe) = stdin {
                    // A command that does not read its input ends early; its own error is the one to show.
                    let _ = pipe.write_all(&self.input).await;
                }
            };
            let (printed, complaint, ()) = tokio::join!(
                bounded(stdout, MOST_OUTPUT),
                bounded(stderr, MOST_COMPLAINT),
                feed
            );
            let printed = printed.map_err(Error::Run)?;
            if printed.is_cut {
                return Err(Error::TooMuch);
            }
            let status = child.wait().await.map_err(Error::Run)?;
            Ok(Finished {
                code: status.code(),
                printed: printed.bytes,
                complaint: complaint.map_err(Error::Run)?.bytes,
            })
        };
        match tokio::time::timeout(self.deadline, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::TooSlow {
                after: self.deadline,
            }),
        }
    }

    /// Runs it and gives the path that it printed, byte for byte.
    pub async fn path(self) -> Result<PathBuf, Error> {
        let mut bytes = self.run().await?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Ok(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
    }

    /// Runs it and gives what it printed as text, without the last line's end.
    pub async fn text(self) -> Result<String, Error> {
        let bytes = self.run().await?;
        Ok(String::from_utf8_lossy(&bytes)
            .trim_end_matches('\n')
            .to_owned())
    }
}

/// A command that came to its end.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; absent when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub printed: Vec<u8>,
    complaint: Vec<u8>,
}

impl Finished {
    /// What it complained about, as an error.
    pub fn refusal(&self) -> Error {
        refused(&self.complaint)
    }
}

struct Read {
    bytes: Vec<u8>,
    is_cut: bool,
}

/// Reads at most `most` bytes. A longer standard output ends the command by its closed pipe.
async fn bounded(pipe: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Read> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(most + 1).read_to_end(&mut bytes).await?;
    }
    let is_cut = bytes.len() as u64 > most;
    Ok(Read { bytes, is_cut })
}

fn refused(complaint: &[u8]) -> Error {
    let text = String::from_utf8_lossy(complaint).trim().to_owned();
    let line = text
        .lines()
        .find(|line| line.starts_with("fatal:") || line.starts_with("error:"))
        .or_else(|| text.lines().next())
        .unwrap_or("git failed without a word");
    let complaint = line.chars().filter(|letter| !letter.is_control()).collect();
    Error::Refused { complaint, text }
}
