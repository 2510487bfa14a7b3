//! What a practice agent remembers: sessions, messages, parts, and what waits for a person.
//!
//! Everything on the wire is kept as the JSON that goes over it. Conversations are written to one
//! file, whole and atomically; what waits for a person is gone after a restart, as in OpenCode.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

/// All conversations of one agent.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// The session made at the first start.
    pub root: String,
    /// All sessions, oldest first.
    pub conversations: Vec<Conversation>,
    /// Asks that nobody answered yet, those of ended turns included.
    #[serde(skip)]
    pub asks: Vec<Ask>,
    /// What was allowed for good, until the process ends.
    #[serde(skip)]
    pub allowed: Vec<Rule>,
}

/// One session with its messages.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Conversation {
    /// The session as on the wire.
    pub info: Value,
    /// Its messages, oldest first.
    pub messages: Vec<Message>,
    /// Its todo list as on the wire.
    pub todos: Value,
    /// Prompts that no turn has taken up.
    #[serde(skip)]
    pub queue: Vec<String>,
    /// Set while it works.
    #[serde(skip)]
    pub work: Option<Work>,
    /// Says whether it works, for those who wait for the end.
    #[serde(skip)]
    pub busy: watch::Sender<bool>,
}

/// A turn in progress.
pub(super) struct Work {
    /// Stops the turn.
    pub token: CancellationToken,
    /// Its status as on the wire.
    pub status: Value,
}

/// A message with its parts.
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    /// The message as on the wire.
    pub info: Value,
    /// Its parts as on the wire, in the order of their ids.
    pub parts: Vec<Value>,
}

/// Something allowed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// The kind: `bash`, `edit`, …
    pub permission: String,
    /// What of it; a trailing `*` stands for anything.
    pub pattern: String,
}

/// A request to a person.
pub(super) struct Ask {
    /// The request as on the wire.
    pub body: Value,
    /// Where the answer goes; nobody listens once the turn has ended.
    pub reply: Reply,
}

/// Where an answer goes.
pub(super) enum Reply {
    /// That of a permission.
    Permission(oneshot::Sender<Verdict>),
    /// That of questions; `None` when they are dismissed.
    Question(oneshot::Sender<Option<Vec<Vec<String>>>>),
}

/// The answer to a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Go on.
    Allowed,
    /// Do not, and end the turn unless there is a reason to work with.
    Refused(Option<String>),
}

impl Rule {
    /// Whether the rule covers a pattern of a request.
    pub fn covers(&self, permission: &str, pattern: &str) -> bool {
        self.permission == permission
            && match self.pattern.strip_suffix('*') {
                Some(start) => pattern.starts_with(start) || pattern == start.trim_end(),
                None => self.pattern == pattern,
            }
    }
}

impl Message {
    /// The message as `GET /session/{id}/message` gives it.
    pub fn wire(&self) -> Value {
        json!({"info": self.info, "parts": self.parts})
    }

    /// The identifier of the message.
    pub fn id(&self) -> &str {
        self.info["id"].as_str().unwrap_or_default()
    }

    /// The text that a person typed or the agent wrote, joined.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self
            .parts
            .iter()
            .filter(|part| part["type"] == "text" && part["synthetic"] != true)
            .filter_map(|part| part["text"].as_str())
            .collect();
        texts.join("\n")
    }
}

impl Conversation {
    /// The identifier of the session.
    pub fn id(&self) -> &str {
        self.info["id"].as_str().unwrap_or_default()
    }

    /// The message with an identifier.
    pub fn message(&mut self, id: &str) -> Option<&mut Message> {
        self.messages
            .iter_mut()
            .rev()
            .find(|message| message.id() == id)
    }
}

impl State {
    /// The conversation of a session.
    pub fn conversation(&mut self, session: &str) -> Option<&mut Conversation> {
        self.conversations
            .iter_mut()
            .find(|one| one.id() == session)
    }

    /// Reads the state of an earlier run; nothing when there is none or it cannot be read.
    pub fn load(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn a_rule_covers_its_command_with_and_without_arguments() {
        let rule = Rule {
            permission: "bash".to_owned(),
            pattern: "git log *".to_owned(),
        };
        assert!(rule.covers("bash", "git log -3"));
        assert!(rule.covers("bash", "git log"));
        assert!(!rule.covers("bash", "git logs"));
        assert!(!rule.covers("edit", "git log -3"));
    }
}
