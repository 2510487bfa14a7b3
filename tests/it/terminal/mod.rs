//! A terminal for one program: a real PTY, a screen that is rebuilt from its bytes, and a person.
//!
//! [`Launch`] says what to start and how; [`Terminal`] types, resizes, sends signals and waits for
//! conditions. Every wait ends with the condition, with the program, or with a deadline, and a
//! failed one panics with the condition's name and what a person would see.
//!
//! ```ignore
//! let home = Home::new()?;
//! let mut terminal = Launch::ours().arg("local").size(100, 30).start(&home)?;
//! terminal.wait_for_text("No sessions yet");
//! terminal.keys("q");
//! assert_eq!(terminal.wait_exit(), Life::Exited(0));
//! assert!(terminal.left_on().is_empty());
//! assert_eq!(terminal.line_settings()?, terminal.line_settings_at_start());
//! ```

mod keys;
mod modes;
mod pty;
mod selftest;
mod watch;

use std::ffi::{OsStr, OsString};
use std::io::{self, Error};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};

use watch::{Reader, Seen, Watch};

use crate::home::Home;

pub use watch::{Answers, Life};

/// How long a wait lasts where the test says nothing; long, because CI machines are slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// Starts the program under a shell with job control, as a person does, so that it can be stopped
/// and brought back: after a stop the shell prints a word and waits for a line.
const JOB_CONTROL: &str = r#"sh -c 'echo $$ > "$0"; exec "$@"' "$0" "$@"
code=$?
while [ $code -gt 128 ] && kill -0 "$(cat "$0")" 2>/dev/null; do
    printf '[stopped]'
    read -r _
    fg >/dev/null 2>&1
    code=$?
done
exit $code
"#;

/// What to start, and in what kind of terminal.
pub struct Launch {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
    columns: u16,
    rows: u16,
    answers: Answers,
    job_control: bool,
}

impl Launch {
    /// The program that this crate builds.
    pub fn ours() -> Self {
        Self::program(env!("CARGO_BIN_EXE_kortix-tui"))
    }

    /// Any program, by its path or by a name on PATH.
    pub fn program(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: None,
            columns: 80,
            rows: 24,
            answers: Answers::Dark,
            job_control: false,
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds to the environment, or changes what [`Home`] gives.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Starts in this folder instead of the home.
    pub fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// The size at the start; 80 by 24 otherwise.
    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.columns = columns;
        self.rows = rows;
        self
    }

    /// What the terminal says when it is asked; as one with a dark background otherwise.
    pub fn answers(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }

    /// Starts it as a job of a shell, so that it can be stopped and continued by a person.
    pub fn under_job_control(mut self) -> Self {
        self.job_control = true;
        self
    }

    /// Starts the program.
    pub fn start(self, home: &Home) -> io::Result<Terminal> {
        let job = self.job_control.then(|| home.path().join("run/job.pid"));
        let mut command = match &job {
            Some(file) => {
                let mut shell = Command::new("bash");
                // Only an interactive shell gives its job the terminal back.
                shell.args(["--norc", "--noprofile", "-i", "-c", JOB_CONTROL]);
                shell.arg(file);
                shell.arg(&self.program);
                shell
            }
            None => Command::new(&self.program),
        };
        command
            .args(&self.arguments)
            .env_clear()
            .envs(home.environment())
            .envs(self.environment)
            .current_dir(self.folder.as_deref().unwrap_or(home.path()));
        Terminal::start(command, job, winsize(self.columns, self.rows), self.answers)
    }
}

fn winsize(columns: u16, rows: u16) -> Winsize {
    Winsize {
        ws_col: columns,
        ws_row: rows,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}

/// What the kernel knows about a terminal's line: echo, raw or cooked, control characters.
#[derive(Debug, PartialEq, Eq)]
pub struct LineSettings(String);

/// A program in its terminal. Dropping it kills the program.
pub struct Terminal {
    /// `None` once hung up.
    master: Option<OwnedFd>,
    /// Closing it makes the reader leave.
    leave: Option<OwnedFd>,
    child: Child,
    /// Where the shell wrote the pid of its job.
    job: Option<PathBuf>,
    at_start: LineSettings,
    watch: Arc<Watch>,
    threads: Vec<JoinHandle<()>>,
}

impl Terminal {
    fn start(
        mut command: Command,
        job: Option<PathBuf>,
        size: Winsize,
        answers: Answers,
    ) -> io::Result<Self> {
        let (master, slave) = pty::open(size)?;
        let at_start = line_settings(&master)?;
        let child = pty::spawn(&mut command, slave)?;
        // The command holds copies of the program's side, which would keep it open.
        drop(command);
        let pid = Pid::from_child(&child);
        let watch = Watch::new(vt100::Parser::new(
            cells(size.ws_row),
            cells(size.ws_col),
            0,
        ));
        let (left, leave) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        let reading = master.try_clone()?;
        let reader = Arc::clone(&watch);
        let waiter = Arc::clone(&watch);
        let threads = vec![
            thread::spawn(move || reader.read_terminal(&reading, &left, answers)),
            thread::spawn(move || waiter.wait_for_child(pid)),
        ];
        Ok(Self {
            master: Some(master),
            leave: Some(leave),
            child,
            job,
            at_start,
            watch,
            threads,
        })
    }

    /// Waits until the screen is as `condition` wants it; `what` names that in the panic.
    #[track_caller]
    pub fn wait_for(&self, what: &str, condition: impl FnMut(&vt100::Screen) -> bool) {
        self.wait_for_within(what, PATIENCE, condition);
    }

    /// The same with a limit of its own.
    #[track_caller]
    pub fn wait_for_within(
        &self,
        what: &str,
        limit: Duration,
        mut condition: impl FnMut(&vt100::Screen) -> bool,
    ) {
        self.wait(what, limit, |seen| condition(seen.screen.screen()));
    }

    /// Waits until the screen shows `text` somewhere.
    #[track_caller]
    pub fn wait_for_text(&self, text: &str) {
        self.wait_for(&format!("`{text}` on the screen"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until the program is in a state, such as stopped.
    #[track_caller]
    pub fn wait_for_life(&self, life: Life) {
        self.wait(&format!("{life:?}"), PATIENCE, |seen| seen.life == life);
    }

    /// Waits until the program ended and everything that it wrote was read.
    #[track_caller]
    pub fn wait_exit(&self) -> Life {
        self.wait("the end of the program", PATIENCE, |seen| {
            matches!(seen.life, Life::Exited(_) | Life::Killed(_)) && seen.reader == Reader::Gone
        });
        self.watch.look().life
    }

    #[track_caller]
    fn wait(&self, what: &str, limit: Duration, condition: impl FnMut(&Seen) -> bool) {
        if !self.watch.wait(limit, condition) {
            let seen = self.watch.look();
            panic!(
                "waited {limit:?} for {what}; the program is {:?} and wrote {} bytes; the screen:\n{}\n",
                seen.life,
                seen.log.len(),
                seen.screen.screen().contents()
            );
        }
    }

    /// How many bytes the program writes during `span`, which this waits for.
    pub fn bytes_written_during(&self, span: Duration) -> usize {
        let before = self.watch.look().log.len();
        self.watch.wait(span, |_| false);
        self.watch.look().log.len() - before
    }

    /// What a person sees.
    pub fn screen(&self) -> vt100::Screen {
        self.watch.look().screen.screen().clone()
    }

    /// Every byte that the program wrote.
    pub fn log(&self) -> Vec<u8> {
        self.watch.look().log.clone()
    }

    /// In how many reads they came.
    pub fn reads(&self) -> usize {
        self.watch.look().reads
    }

    /// What the program left different from a terminal that nobody touched; empty when nothing.
    pub fn left_on(&self) -> Vec<String> {
        let seen = self.watch.look();
        let mut left = seen.modes.left_on();
        let screen = seen.screen.screen();
        let colors = [screen.fgcolor(), screen.bgcolor()];
        if colors != [vt100::Color::Default; 2]
            || screen.bold()
            || screen.underline()
            || screen.inverse()
        {
            left.push("text attributes".to_owned());
        }
        left
    }

    /// The window titles that the program set.
    pub fn titles(&self) -> Vec<String> {
        self.watch.look().modes.titles().to_vec()
    }

    /// What the program wrote to the clipboard, in base64 as it sent it.
    pub fn clipboard(&self) -> Vec<String> {
        self.watch.look().modes.clipboard().to_vec()
    }

    /// Types keys such as `fix it <enter>`; see [`keys::bytes`].
    pub fn keys(&self, keys: &str) -> io::Result<()> {
        self.send(&keys::bytes(keys))
    }

    /// Pastes, with the brackets that a terminal puts around a paste if the program wants them.
    pub fn paste(&self, text: &str) -> io::Result<()> {
        if self.screen().bracketed_paste() {
            self.send(format!("\x1b[200~{text}\x1b[201~").as_bytes())
        } else {
            self.send(text.as_bytes())
        }
    }

    /// Sends bytes as they are.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        watch::write_all(self.master()?, bytes)
    }

    /// Changes the size, which the program hears of by SIGWINCH.
    pub fn resize(&self, columns: u16, rows: u16) -> io::Result<()> {
        self.watch.change(|seen| {
            seen.screen.set_size(cells(rows), cells(columns));
        });
        Ok(tcsetwinsize(self.master()?, winsize(columns, rows))?)
    }

    /// Stops reading what the program writes, as a stuck link does.
    pub fn hold_output(&self) {
        self.turn_reader(Reader::Reading, Reader::Held);
    }

    /// Reads on.
    pub fn release_output(&self) {
        self.turn_reader(Reader::Held, Reader::Reading);
    }

    fn turn_reader(&self, from: Reader, to: Reader) {
        self.watch.change(|seen| {
            if seen.reader == from {
                seen.reader = to;
            }
        });
    }

    /// Closes the terminal, as when its window is closed or the connection is gone.
    pub fn hang_up(&mut self) {
        self.release_output();
        self.leave = None;
        self.master = None;
    }

    /// Sends a signal to the program, not to the shell around it.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        Ok(kill_process(self.pid()?, signal)?)
    }

    /// The program's process, also where a shell started it.
    pub fn pid(&self) -> io::Result<Pid> {
        let Some(file) = &self.job else {
            return Ok(Pid::from_child(&self.child));
        };
        let text = std::fs::read_to_string(file)?;
        let number = text.trim().parse().map_err(Error::other)?;
        Pid::from_raw(number).ok_or_else(|| Error::other("no process"))
    }

    /// The line's settings now.
    pub fn line_settings(&self) -> io::Result<LineSettings> {
        line_settings(self.master()?)
    }

    /// The line's settings before the program started.
    pub fn line_settings_at_start(&self) -> &LineSettings {
        &self.at_start
    }

    fn master(&self) -> io::Result<&OwnedFd> {
        self.master
            .as_ref()
            .ok_or_else(|| Error::other("the terminal was hung up"))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let (Some(_), Ok(pid)) = (&self.job, self.pid())
            && matches!(self.watch.look().life, Life::Running | Life::Stopped)
        {
            let _ = kill_process(pid, Signal::KILL);
        }
        let _ = self.child.kill();
        self.hang_up();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        let _ = self.child.wait();
    }
}

fn line_settings(master: &OwnedFd) -> io::Result<LineSettings> {
    let line = tcgetattr(master)?;
    Ok(LineSettings(format!("{line:?}")))
}
