//! What an OpenCode agent says: sessions, messages, parts, asks, and the events of its stream.
//!
//! Input is the JSON of OpenCode's v1 REST and `/event` (measured on 1.15 and 1.18). Reading never
//! fails on content: unknown event types, part types, tools, states and words are kept as such,
//! missing fields take defaults. Text is raw here; `text::sanitize` stands before the terminal.
//!
//! Not for: the order and the fate of these things over time, which is `transcript`.

pub mod ask;
pub mod event;
pub mod message;
pub mod stream;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    id::{AgentSessionId, MessageId, PartId},
    time::Millis,
};

/// An OpenCode session; subagents are sessions with a parent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentSession {
    /// The session.
    pub id: AgentSessionId,
    /// Its parent, for a subagent.
    #[serde(rename = "parentID")]
    pub parent_id: Option<AgentSessionId>,
    /// Its title.
    pub title: String,
    /// The folder it works in, inside the sandbox.
    pub directory: String,
    /// The OpenCode version that made it.
    pub version: String,
    /// The agent that answers, when chosen.
    pub agent: Option<String>,
    /// What it cost so far, in US dollars, where known.
    pub cost: Option<f64>,
    /// The tokens it used so far, where known.
    pub tokens: Option<Tokens>,
    /// Set while messages from some point on are reverted.
    pub revert: Option<Revert>,
    /// When it was made and last changed.
    pub time: SessionTime,
}

/// The times of an [`AgentSession`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionTime {
    /// When it was made.
    pub created: Millis,
    /// When it last changed.
    pub updated: Millis,
    /// When it was put away; absent when it was not.
    pub archived: Option<Millis>,
}

/// From where on messages are reverted; they stay listed until the next prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Revert {
    /// The first reverted message.
    #[serde(rename = "messageID")]
    pub message_id: MessageId,
    /// The first reverted part of it, when not the whole.
    #[serde(rename = "partID")]
    pub part_id: Option<PartId>,
}

/// Counts of tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tokens {
    /// Read by the model.
    pub input: u64,
    /// Written by the model.
    pub output: u64,
    /// Written as reasoning.
    pub reasoning: u64,
    /// Taken from and put into the provider's cache.
    pub cache: CacheTokens,
}

/// Tokens of the provider's prompt cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CacheTokens {
    /// Taken from the cache.
    pub read: u64,
    /// Put into the cache.
    pub write: u64,
}

/// One entry of an agent's todo list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Todo {
    /// What is to be done.
    pub content: String,
    /// `pending`, `in_progress`, `completed`, `cancelled`, or a newer word.
    pub status: String,
    /// `high`, `medium`, `low`, or a newer word.
    pub priority: String,
}

/// Whether an agent session works; a session that the status map lacks is idle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Value")]
#[serde(rename_all = "lowercase", tag = "type")]
pub enum AgentStatus {
    /// It waits for a prompt.
    #[default]
    Idle,
    /// It works, or waits for a person with an ask open.
    Busy,
    /// The provider failed; it tries again.
    Retry {
        /// Which try this is.
        attempt: u64,
        /// Why the last one failed.
        message: String,
        /// When the next one starts.
        next: Millis,
    },
    /// A state this version does not know.
    Unknown {
        /// The word.
        word: String,
    },
}

impl From<Value> for AgentStatus {
    fn from(value: Value) -> Self {
        match value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
        {
            "idle" => Self::Idle,
            "busy" => Self::Busy,
            "retry" => Self::Retry {
                attempt: value.get("attempt").and_then(Value::as_u64).unwrap_or(0),
                message: text(&value, "message"),
                next: millis(&value, "next").unwrap_or_default(),
            },
            word => Self::Unknown {
                word: word.to_owned(),
            },
        }
    }
}

/// An error as OpenCode reports it: `{name, data: {message, …}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Value")]
pub struct AgentError {
    /// Its name: `APIError`, `MessageAbortedError`, `ProviderAuthError`, …
    pub name: String,
    /// What it says.
    pub message: String,
    /// The provider's HTTP status, where it has one.
    pub status_code: Option<u64>,
}

impl From<Value> for AgentError {
    fn from(value: Value) -> Self {
        let data = value.get("data").unwrap_or(&Value::Null);
        let message = [text(data, "message"), text(&value, "message")]
            .into_iter()
            .find(|text| !text.is_empty());
        Self {
            name: text(&value, "name"),
            message: message.unwrap_or_default(),
            status_code: data.get("statusCode").and_then(Value::as_u64),
        }
    }
}

impl AgentError {
    /// Whether a person stopped the turn, which is no failure.
    pub fn is_abort(&self) -> bool {
        self.name == "MessageAbortedError"
    }
}

/// The text under `key`, empty when absent or of another type.
pub(crate) fn text(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The text under `key`, `None` when absent or of another type.
pub(crate) fn optional_text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The number of milliseconds under `key`.
pub(crate) fn millis(value: &Value, key: &str) -> Option<Millis> {
    let number = value.get(key)?;
    number
        .as_i64()
        .or_else(|| number.as_f64().map(|float| float as i64))
        .map(Millis)
}
