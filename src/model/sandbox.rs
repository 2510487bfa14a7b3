//! Sandboxes as `POST …/sessions/{id}/start` tells of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    id::{AgentSessionId, ExternalId},
    open_words,
    session::SandboxAddress,
};

open_words! {
    /// How far a session's start has come.
    Stage {
        /// The sandbox is being made.
        Provisioning = "provisioning",
        /// The sandbox is there, the agent is not yet.
        Starting = "starting",
        /// The agent answers.
        Ready = "ready",
        /// It was stopped and this call does not start it.
        Stopped = "stopped",
        /// It will not start by itself.
        Failed = "failed",
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// The answer of `POST …/sessions/{id}/start`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StartResult {
    /// How far it has come.
    pub stage: Stage,
    /// Whether asking again may help.
    pub retriable: bool,
    /// The sandbox; absent while it wakes or is being replaced.
    pub sandbox: Option<Sandbox>,
    /// The agent's root session, once ready.
    pub opencode_session_id: Option<AgentSessionId>,
    /// The server's word for why it answers so.
    pub reason: Option<String>,
}

/// A sandbox's row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sandbox {
    /// The id by which the proxy knows it.
    pub external_id: Option<ExternalId>,
    /// Its proxy address.
    pub base_url: Option<String>,
    /// The raw state of the row.
    pub status: String,
    /// Who runs it.
    pub provider: String,
    /// Provisioning progress and more; see the contract.
    pub metadata: Value,
}

impl Sandbox {
    /// Where the proxy finds it.
    pub fn address(&self) -> Option<SandboxAddress> {
        SandboxAddress::parse(self.base_url.as_deref()?)
    }
}
