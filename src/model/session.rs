//! Sessions as the control plane lists them (`GET /v1/projects/{id}/sessions`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    id::{AccountId, AgentSessionId, ExternalId, ProjectId, SessionId},
    open_words,
    time::Millis,
};

open_words! {
    /// The state of a session's row. `running` means that the box exists, not that the agent is ready.
    SessionStatus {
        /// Waits for its turn.
        Queued = "queued",
        /// Its branch is being cut.
        Branching = "branching",
        /// Its sandbox is being made.
        Provisioning = "provisioning",
        /// Its sandbox exists.
        Running = "running",
        /// Its sandbox is gone or asleep; the branch stays.
        Stopped = "stopped",
        /// It could not be started; `error` says why.
        Failed = "failed",
        /// It is over.
        Completed = "completed",
    }
}

impl Default for SessionStatus {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

impl SessionStatus {
    /// Whether the session takes a place among those that may run at once.
    pub fn is_live(&self) -> bool {
        matches!(
            self,
            Self::Queued | Self::Branching | Self::Provisioning | Self::Running
        )
    }
}

/// A session: an agent in a sandbox on a branch of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The session, a UUID; also the name of its branch.
    pub session_id: SessionId,
    /// The account that pays.
    pub account_id: AccountId,
    /// The project it works on.
    pub project_id: ProjectId,
    /// The branch it works on.
    pub branch_name: String,
    /// The branch it started from.
    pub base_ref: String,
    /// Who runs the sandbox.
    pub sandbox_provider: String,
    /// The proxy's address of the sandbox, ending in `/v1/p/{external_id}/{port}`; absent while there is none.
    pub sandbox_url: Option<String>,
    /// The agent's root session, when the server knows it.
    pub opencode_session_id: Option<AgentSessionId>,
    /// The name to show: the custom one, else the automatic title; absent until there is one.
    pub name: Option<String>,
    /// The name a person gave it.
    pub custom_name: Option<String>,
    /// The agent's name, `default` unless chosen.
    pub agent_name: String,
    /// The row's state.
    pub status: SessionStatus,
    /// Why it failed, for a person; absent when it did not.
    pub error: Option<String>,
    /// Free-form; see the contract for its keys.
    pub metadata: Value,
    /// The agent's sessions (roots and children) as last synced.
    pub opencode_sessions: Vec<AgentSessionSummary>,
    /// The owner's address, only when the owner is somebody else.
    pub owner_email: Option<String>,
    /// Whether the caller owns it; absent on old servers.
    pub is_owner: Option<bool>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When the row last changed, RFC 3339; reads change it too.
    pub updated_at: String,
}

/// One agent session in a session's row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentSessionSummary {
    /// The agent's session.
    pub id: AgentSessionId,
    /// Its title.
    pub title: Option<String>,
    /// Its parent, for a subagent.
    pub parent_id: Option<AgentSessionId>,
    /// When it was made.
    pub created_at: Option<Millis>,
    /// When it last changed.
    pub updated_at: Option<Millis>,
}

impl Session {
    /// The external id and the port in `sandbox_url`; `None` while the session has no sandbox.
    pub fn sandbox_address(&self) -> Option<SandboxAddress> {
        SandboxAddress::parse(self.sandbox_url.as_deref()?)
    }

    /// The name to show: its name, else the start of its prompt, else its short id.
    pub fn title(&self) -> &str {
        let named = self
            .name
            .as_deref()
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let prompt = || self.metadata.get("initial_prompt").and_then(Value::as_str);
        let first_line = |text: &'_ str| {
            text.lines()
                .map(str::trim)
                .find(|line| !line.is_empty())
                .map(str::len)
        };
        match (named, prompt()) {
            (Some(name), _) => name,
            (None, Some(text)) if first_line(text).is_some() => text
                .lines()
                .map(str::trim)
                .find(|line| !line.is_empty())
                .unwrap_or(text),
            (None, _) => self.session_id.short(),
        }
    }
}

/// Where a sandbox is behind the session proxy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SandboxAddress {
    /// The sandbox.
    pub external_id: ExternalId,
    /// The port on which the agent answers inside.
    pub port: u16,
}

impl SandboxAddress {
    /// Reads `…/v1/p/{external_id}/{port}`, with or without a trailing slash.
    pub fn parse(url: &str) -> Option<Self> {
        let (_, tail) = url.split_once("/v1/p/")?;
        let mut pieces = tail.split(['/', '?', '#']);
        let external_id = pieces.next().filter(|id| !id.is_empty())?;
        let port = pieces.next()?.parse().ok()?;
        Some(Self {
            external_id: external_id.into(),
            port,
        })
    }
}

/// What `POST …/sessions` takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewSession {
    /// The branch to start from; the project's default branch when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_ref: Option<String>,
    /// The agent; the server's default when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    /// The template; the project's default when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox_slug: Option<String>,
    /// The first prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_prompt: Option<String>,
    /// A name of the caller's choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The server's digest of a session's conversation (`GET …/transcript`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranscriptDigest {
    /// Whether the agent could be asked.
    pub available: bool,
    /// Why not.
    pub reason: Option<String>,
    /// The agent's session.
    pub opencode_session_id: Option<AgentSessionId>,
    /// How many messages follow.
    pub message_count: u64,
    /// The messages, oldest first, each cut to some hundred characters.
    pub messages: Vec<DigestMessage>,
}

/// One message of a [`TranscriptDigest`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DigestMessage {
    /// `user` or `assistant`.
    pub role: String,
    /// When it was made, RFC 3339.
    pub created: Option<String>,
    /// When it was finished, RFC 3339; absent while it is being written.
    pub completed: Option<String>,
    /// Its text, white space folded, cut with `…`.
    pub text: String,
}
