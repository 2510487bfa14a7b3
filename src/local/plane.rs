//! What every request and every session of one control plane shares.

use std::{sync::Arc, time::Duration};

use tokio_util::task::TaskTracker;

use crate::{
    local::{
        StartError, Token, account::Account, agent::AgentOptions, folder::DataFolder, git::Git,
        passes::Passes, project::Project, sessions::Sandboxes, store::Store,
    },
    model::time::Millis,
};

/// What every request and every session of one control plane shares.
#[derive(Debug)]
pub struct Plane {
    /// Rows.
    pub store: Store,
    /// Files.
    pub folder: DataFolder,
    /// The git program.
    pub git: Git,
    /// Who owns everything.
    pub account: Account,
    /// The served projects, in the order they were named.
    pub projects: Vec<Arc<Project>>,
    /// The sessions that are being booted, run or stopped.
    pub sandboxes: Sandboxes,
    /// Merges that have begun; each goes on to its end.
    pub merges: TaskTracker,
    /// Connections to agents.
    pub http: reqwest::Client,
    /// What requests must carry.
    pub token: Token,
    /// What requests of running sessions may carry instead.
    pub passes: Passes,
    /// Where clients reach the control plane.
    pub url: String,
    /// When it started.
    pub started: Millis,
    /// Whether clients on other machines are served.
    pub allow_remote: bool,
    /// How many sessions may be live at once.
    pub max_sessions: usize,
    /// After how long an idle agent is stopped.
    pub idle_stop: Option<Duration>,
    /// How agents are started.
    pub agent: AgentOptions,
}

impl Plane {
    /// A served project, whatever the case of its id.
    pub fn project(&self, id: &str) -> Option<&Arc<Project>> {
        self.projects
            .iter()
            .find(|project| project.id.eq_ignore_ascii_case(id))
    }
}

/// A client for agents on loopback: no proxy, no redirects, no decompression.
pub fn loopback_client() -> Result<reqwest::Client, StartError> {
    // The first provider wins for the whole process; ours is the one that everybody here uses.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .pool_max_idle_per_host(4)
        .build()
        .map_err(|source| StartError::Client { source })
}
