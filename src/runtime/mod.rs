//! The shell around the pure engine: events in, effects out, frames to the terminal.
//!
//! In: a [`Launch`]. Out: an [`Exit`], with the terminal as it was. The engine and its drawing run on
//! the calling thread; the network runs on two workers; the terminal is read and written by a thread
//! each. Not for: what an event means (`app`) or what is drawn (`view`).

pub mod checkout;
pub mod context;
pub mod hosts;
pub mod input;
pub mod keeper;
pub mod log;
pub mod mending;
pub mod pace;
pub mod watching;

mod calls;
mod canvas;
mod clipboard;
mod clock;
mod crash;
mod effects;
mod feeds;
mod frames;
mod handover;
mod manifests;
mod output;
mod reviews;
mod shell;
mod signals;
mod terminal;

use std::{io, panic, path::PathBuf, time::Duration};

use crate::{
    app::{Setup, event::Level},
    config::environment::Environment,
    model::{
        host::Host,
        id::{AccountId, HostName},
    },
    runtime::{
        hosts::{StartProblem, Starting},
        keeper::Places,
        shell::Shell,
    },
    theme::{ColorDepth, Theme},
};

pub use canvas::{Canvas, Charset};

/// Threads for the network.
const WORKERS: usize = 2;
/// How long what still runs is waited for at the end.
const FAREWELL: Duration = Duration::from_millis(300);

/// What the program starts with.
pub struct Launch {
    /// What the engine is to know.
    pub setup: Setup,
    /// The hosts that can be asked at once.
    pub hosts: Vec<Host>,
    /// The control plane in this process, which is started behind the first frame.
    pub embedded: Option<(HostName, Starting)>,
    /// The account whose projects are shown; the one joined first when absent.
    pub account: Option<AccountId>,
    /// The id or name of the only project to show; all of them when absent.
    pub project: Option<String>,
    /// The theme.
    pub look: Look,
    /// Which characters the terminal can show.
    pub charset: Charset,
    /// Whether the wheel of the mouse is listened to.
    pub mouse: bool,
    /// Where drafts and lists are kept; nothing is kept when absent.
    pub places: Option<Places>,
    /// Where the report of a crash goes.
    pub state_folder: Option<PathBuf>,
    /// What the person must be told at the start.
    pub notices: Vec<(Level, String)>,
    /// The environment, for the editor.
    pub environment: Environment,
    /// Where to fail on purpose, for tests.
    pub panic_at: Option<PanicAt>,
}

/// Which theme is used.
#[derive(Debug, Clone)]
pub enum Look {
    /// This one.
    Fixed(Box<Theme>),
    /// The one that suits the terminal's background, in so many colors. Until the terminal has
    /// answered, or if it never does, `first` is used.
    Suited {
        /// For the time without an answer.
        first: Box<Theme>,
        /// How many colors.
        depth: ColorDepth,
    },
}

/// Where to fail on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PanicAt {
    /// In the loop.
    Ui,
    /// In a task.
    Worker,
}

/// How the program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// The person left.
    Quit,
    /// A signal of this number asked for it.
    Signal(u8),
    /// The terminal is gone.
    TerminalGone,
    /// An error in the program; it was reported.
    Panicked,
    /// The control plane in this process did not start.
    NotStarted(StartProblem),
}

/// Why the program could not run at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A thread, a pipe or a signal could not be had.
    #[error("cannot start: {0}")]
    System(#[source] io::Error),
    /// The terminal cannot be used.
    #[error("cannot use the terminal: {0}")]
    Terminal(#[source] io::Error),
}

/// Runs the program until it ends; the terminal is as it was then.
pub fn run(launch: Launch) -> Result<Exit, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("network")
        .enable_all()
        .build()
        .map_err(Error::System)?;
    let _inside = runtime.enter();
    let mut shell = Shell::begin(launch)?;
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| runtime.block_on(shell.run())));
    let exit = outcome.unwrap_or(Exit::Panicked);
    runtime.block_on(shell.end(&exit));
    // Tasks that do not end by themselves end with the process.
    runtime.shutdown_timeout(Duration::from_millis(50));
    Ok(exit)
}
