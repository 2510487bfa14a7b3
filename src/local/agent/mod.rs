//! The agents of the embedded control plane, one for each running session.
//!
//! Input is a [`Boot`]: a folder with the session's branch checked out, and what the agent is to
//! be told first. Output is a [`RunningAgent`]: a loopback address that speaks OpenCode's v1
//! protocol (REST and `/event`). Two kinds stand behind it: the real `opencode serve` in a process
//! group of its own ([`opencode`], [`supervise`]), and a scripted one of ours without a model
//! ([`practice`]).
//!
//! Not for: the proxy in front of the agent, and what a session is (rows, branches, folders).

pub mod opencode;

pub mod practice;

pub mod supervise;

mod leftover;

mod log;

mod whole;

use std::{io, net::SocketAddr, path::PathBuf, time::Duration};

use tokio::sync::watch;

pub use leftover::end_leftover;
pub use supervise::supervise;

/// How long a request may take unless its sender knows better; the first session of a fresh
/// OpenCode is slow.
const REQUEST_LIMIT: Duration = Duration::from_secs(20);

/// Which agent answers in a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AgentKind {
    /// OpenCode where it is found, the practice agent elsewhere.
    #[default]
    Auto,
    /// The scripted agent without a model.
    Practice,
    /// OpenCode; starting fails where it is not found.
    OpenCode,
}

/// How agents are started; one value for the whole control plane.
#[derive(Debug, Clone)]
pub struct AgentOptions {
    /// Which agent answers.
    pub kind: AgentKind,
    /// The OpenCode program; without it, `opencode` is looked for on the `PATH`.
    pub opencode: Option<PathBuf>,
    /// A folder that holds OpenCode's home, configuration (`config/opencode/`), data and caches
    /// instead of the user's own; then it also downloads nothing.
    pub isolated_home: Option<PathBuf>,
    /// Divides all pauses of the practice agent; `f64::INFINITY` leaves them out.
    pub speed: f64,
    /// Chooses the practice agent's scripts together with the prompt; without it, the session's id does.
    pub seed: Option<u64>,
    /// The program whose hidden sub-command is [`supervise()`]; without it, the running one.
    pub supervisor: Option<PathBuf>,
}

impl Default for AgentOptions {
    fn default() -> Self {
        Self {
            kind: AgentKind::default(),
            opencode: None,
            isolated_home: None,
            speed: 1.0,
            seed: None,
            supervisor: None,
        }
    }
}

/// What one agent is started with.
#[derive(Clone)]
pub struct Boot {
    /// The folder it works in: a git work tree with the session's branch checked out.
    pub workspace: PathBuf,
    /// A private folder for its log, its marker and, for the practice agent, its conversation.
    pub state_dir: PathBuf,
    /// The Kortix session.
    pub session_id: String,
    /// The session's branch.
    pub branch: String,
    /// The agent that the session asks for; sent on only where the agent server knows it.
    pub agent_name: String,
    /// What to send to the root session once it stands; leave it out on a restart.
    pub initial_prompt: Option<String>,
    /// The model as `provider/model`.
    pub model: Option<String>,
    /// Environment for the agent and its commands; may hold secrets.
    pub env: Vec<(String, String)>,
}

/// An agent that answers.
pub struct RunningAgent {
    /// Where it listens, on loopback.
    pub address: SocketAddr,
    /// The root session of its conversation.
    pub root_session: String,
    /// Its process group, to be recorded for [`end_leftover`]; absent for the practice agent.
    pub process: Option<u32>,
    /// The value of the `Authorization` header that every request to [`Self::address`] must carry;
    /// it keeps other users of the machine out.
    pub authorization: Option<String>,
    exited: watch::Receiver<Option<String>>,
    inner: Inner,
}

/// What stands behind a [`RunningAgent`].
enum Inner {
    Practice(practice::Server),
    OpenCode(opencode::Process),
}

impl RunningAgent {
    /// Ends the agent and everything it started; returns when all of it is gone, a few seconds at most.
    pub async fn stop(self) {
        match self.inner {
            Inner::Practice(server) => server.stop().await,
            Inner::OpenCode(process) => process.stop().await,
        }
    }

    /// Tells when the agent died by itself, with the reason; stays `None` after [`Self::stop`].
    pub fn exited(&self) -> watch::Receiver<Option<String>> {
        self.exited.clone()
    }
}

/// Why an agent could not be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no OpenCode.
    #[error(
        "cannot find `{program}`; install OpenCode, name it with `--opencode`, or use `--agent practice`"
    )]
    NotFound {
        /// What was looked for.
        program: String,
    },
    /// A file of ours, a port or a process could not be made.
    #[error("cannot {what}")]
    System {
        /// What was tried.
        what: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The agent's process ended while it started.
    #[error("the agent did not start: {reason}")]
    Died {
        /// How it ended, with the last line of its log.
        reason: String,
    },
    /// The agent's process did not answer in time.
    #[error("the agent did not answer within {} s{}", waited.as_secs(), last_words(log))]
    Silent {
        /// How long we waited.
        waited: Duration,
        /// The last line of its log, empty when it said nothing.
        log: String,
    },
    /// The agent answers, but not as OpenCode does.
    #[error("the agent refused to {what}: {answer}")]
    Refused {
        /// What was asked.
        what: &'static str,
        /// Its answer in short.
        answer: String,
    },
}

impl Error {
    fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::System { what, source }
    }
}

fn last_words(log: &str) -> String {
    if log.is_empty() {
        String::new()
    } else {
        format!("; its log ends with: {log}")
    }
}

/// Starts an agent and returns when it answers and its root session stands.
///
/// Sends `initial_prompt` without waiting for the answer. Must run inside a tokio runtime that
/// outlives the agent.
pub async fn start(options: &AgentOptions, boot: Boot) -> Result<RunningAgent, Error> {
    std::fs::create_dir_all(&boot.state_dir).map_err(Error::system(format!(
        "make the folder `{}`",
        boot.state_dir.display()
    )))?;
    match options.kind {
        AgentKind::Practice => practice::start(options, boot).await,
        AgentKind::OpenCode => opencode::start(options, boot).await,
        AgentKind::Auto => match opencode::find(options) {
            Ok(_) => opencode::start(options, boot).await,
            Err(_) => practice::start(options, boot).await,
        },
    }
}

/// A client for requests to addresses on this machine.
fn client() -> Result<reqwest::Client, Error> {
    // Somebody else may have chosen the provider first; plain HTTP to loopback needs none.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .timeout(REQUEST_LIMIT)
        .build()
        .map_err(|error| Error::System {
            what: "prepare requests to the agent".to_owned(),
            source: io::Error::other(error),
        })
}

/// Makes an unguessable password and the `Authorization` value that goes with it.
fn credentials() -> (String, String) {
    use base64::Engine;

    let password = uuid::Uuid::new_v4().simple().to_string();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("opencode:{password}"));
    (password, format!("Basic {basic}"))
}
