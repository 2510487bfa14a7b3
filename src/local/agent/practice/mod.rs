//! The practice agent: scripted, without a model, speaking OpenCode's v1 protocol.
//!
//! It does real things in the workspace at a human pace: reads files, runs commands, writes todos,
//! edits, asks a permission and a question and obeys the answers, commits, and opens a change
//! request for what it committed. Wherever it speaks it says what it is. Each agent is an HTTP server on loopback inside our process; hundreds are
//! cheap. Its conversation is kept in its state folder and survives a restart.
//!
//! The first prompt of a session gets one of four scripts ([`script`]): a tour of the repository, a
//! small fix, notes with a question, or the tests with a failing command and a subagent. Later
//! prompts are answered about the repository. Prompts that begin with one of these words steer it:
//!
//! | prompt | what happens |
//! |---|---|
//! | `/help` | lists these |
//! | `/tour`, `/fix`, `/notes`, `/tests` | that script |
//! | `/ask` | one permission, nothing else |
//! | `/question` | three questions: one answer, several, free text |
//! | `/task` | a subagent that asks a permission |
//! | `/long [N]` | streams N paragraphs (8) |
//! | `/flood RATE SECONDS` | streams RATE deltas a second, whatever the speed |
//! | `/run` | a command with a minute of output, one line a second |
//! | `/retry` | two retries, then an answer |
//! | `/fail` | the provider's error |
//! | `/error` | an error in the middle of the text |
//!
//! Not for: imitating a model, and what OpenCode has beyond the calls of a terminal client.

mod asks;
mod command;
mod desk;
mod events;
mod ids;
mod prompt;
mod propose;
mod repository;
mod routes;
mod script;
mod state;
mod task;
mod tools;
mod turn;
mod views;

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use serde_json::json;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use desk::Desk;
use state::State;

use super::{AgentOptions, Boot, Error, Inner, RunningAgent, credentials};

/// The OpenCode version whose protocol is spoken.
const VERSION: &str = "1.18.33+practice";

/// The name of the agent and of its provider.
const PROVIDER: &str = "practice";

/// The name of the model there is not.
const MODEL: &str = "none";

/// How long a stop may take.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// A practice agent that runs.
pub struct Server {
    desk: Arc<Desk>,
    // Nobody is told anything: the agent cannot die by itself. Dropping it would end the watch.
    _exited: watch::Sender<Option<String>>,
}

impl Server {
    /// Ends all turns and streams, and saves the conversation.
    pub async fn stop(self) {
        self.desk.life.cancel();
        self.desk.tasks.close();
        self.desk.hub.close();
        if tokio::time::timeout(STOP_LIMIT, self.desk.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("a practice agent was slow to stop");
        }
        self.desk.save().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.desk.life.cancel();
        self.desk.hub.close();
    }
}

/// Starts a practice agent, with the conversation of its last run if there is one.
pub(super) async fn start(options: &AgentOptions, boot: Boot) -> Result<RunningAgent, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(Error::system("open a port on 127.0.0.1"))?;
    let address = listener
        .local_addr()
        .map_err(Error::system("open a port on 127.0.0.1"))?;
    let (_, authorization) = credentials();
    let desk = Arc::new(furnish(options, &boot));
    let root_session = root_session(&desk);
    desk.save().await;
    let app = routes::app(Arc::clone(&desk), authorization.clone());
    let closing = desk.life.clone();
    desk.tasks.spawn(async move {
        let served = axum::serve(listener, app)
            .with_graceful_shutdown(closing.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::warn!(%error, "a practice agent cannot serve");
        }
    });
    if let Some(prompt) = &boot.initial_prompt {
        let body = json!({"parts": [{"type": "text", "text": prompt}]});
        // The session was made a moment ago and the body is well formed.
        let _ = prompt::accept(&desk, &root_session, &body);
        desk.save().await;
    }
    let (sender, exited) = watch::channel(None);
    Ok(RunningAgent {
        address,
        root_session,
        process: None,
        authorization: Some(authorization),
        exited,
        inner: Inner::Practice(Server {
            desk,
            _exited: sender,
        }),
    })
}

fn furnish(options: &AgentOptions, boot: &Boot) -> Desk {
    let file: PathBuf = boot.state_dir.join("practice.json");
    let memory = State::load(&file).unwrap_or_default();
    Desk {
        workspace: boot.workspace.clone(),
        seed: options.seed.unwrap_or_else(|| turn::hash(&boot.session_id)),
        speed: options.speed,
        env: boot.env.clone(),
        ids: Arc::default(),
        hub: events::Hub::default(),
        life: CancellationToken::new(),
        tasks: TaskTracker::new(),
        file,
        saving: tokio::sync::Mutex::default(),
        memory: memory.into(),
    }
}

/// The root session of an earlier run, or a new one.
fn root_session(desk: &Desk) -> String {
    let root = desk.state().root.clone();
    if desk.state().conversation(&root).is_some() {
        return root;
    }
    let info = desk.open_session(&json!({"agent": PROVIDER}));
    let id = info["id"].as_str().unwrap_or_default().to_owned();
    desk.state().root = id.clone();
    id
}
