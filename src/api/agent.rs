//! The OpenCode server of one sandbox, through the host's session proxy (v1, 1.15 to 1.18).
//!
//! An unknown route of OpenCode answers 200 with a web page, so the media type is what tells
//! whether a route exists. The synchronous `POST …/message` is never used: the proxy repeats it.

use std::{collections::BTreeMap, time::Duration};

use reqwest::Url;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    api::{
        Client, Error, PromptIds,
        reply::{Answer, malformed, read, read_list},
        transport::{Ask, Repeat},
    },
    model::{
        agent::{
            AgentSession, AgentStatus, Todo,
            ask::{Permission, PermissionReply, Question, QuestionReply},
            message::{MessageInfo, Part},
            stream::{Message, MessagePage},
        },
        id::{AgentSessionId, MessageId, PermissionId, QuestionId},
        session::SandboxAddress,
    },
};

/// A handle on one sandbox's agent.
#[derive(Debug, Clone)]
pub struct Agent {
    pub(super) client: Client,
    address: SandboxAddress,
    directory: Option<String>,
    deadline: Option<Duration>,
    is_impatient: bool,
}

/// What an agent says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentHealth {
    /// Whether it calls itself well.
    pub healthy: bool,
    /// Its version, such as `1.15.10`.
    pub version: String,
}

/// An agent that a prompt can be addressed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentKind {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// `primary`, `subagent` or `all`.
    pub mode: String,
    /// Whether it is not for people.
    pub hidden: bool,
}

/// A file with changes that are not committed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileChange {
    /// Its path in the repository.
    pub path: String,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
    /// `added`, `deleted`, `modified`, or a newer word.
    pub status: String,
}

impl Agent {
    pub(super) fn new(client: Client, address: SandboxAddress) -> Self {
        Self {
            client,
            address,
            directory: None,
            deadline: None,
            is_impatient: false,
        }
    }

    /// The same agent asked about one folder; without this it answers for the folder it runs in.
    pub fn in_directory(self, directory: Option<String>) -> Self {
        Self { directory, ..self }
    }

    /// The same agent with another deadline for each request.
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// The same agent with no repeats: the caller repeats in its own time.
    pub(super) fn once_only(self) -> Self {
        Self {
            is_impatient: true,
            ..self
        }
    }

    /// Where it is.
    pub fn address(&self) -> &SandboxAddress {
        &self.address
    }

    /// Its health and version.
    pub async fn health(&self) -> Result<AgentHealth, Error> {
        self.one("the agent's health", &["global", "health"]).await
    }

    /// Its newest sessions, subagents' included.
    pub async fn sessions(&self, limit: u16) -> Result<Vec<AgentSession>, Error> {
        let mut url = self.url(&["session"]);
        url.query_pairs_mut()
            .append_pair("limit", &limit.to_string());
        let ask = self.ask("the agent's sessions", url);
        read_list(self.json(&ask).await?, ask.what)
    }

    /// Which sessions work; those that are missing are idle.
    pub async fn statuses(&self) -> Result<BTreeMap<AgentSessionId, AgentStatus>, Error> {
        self.one("the agent's state", &["session", "status"]).await
    }

    /// All permission requests that are open, leftovers of aborted turns among them.
    pub async fn permissions(&self) -> Result<Vec<Permission>, Error> {
        self.list("the permission requests", &["permission"]).await
    }

    /// All questions that are open, leftovers of aborted turns among them.
    pub async fn questions(&self) -> Result<Vec<Question>, Error> {
        self.list("the questions", &["question"]).await
    }

    /// The newest `limit` messages of a session, or those before a cursor.
    pub async fn messages(
        &self,
        session: &AgentSessionId,
        limit: u16,
        before: Option<&str>,
    ) -> Result<MessagePage, Error> {
        let mut url = self.url(&["session", session.as_str(), "message"]);
        url.query_pairs_mut()
            .append_pair("limit", &limit.to_string());
        if let Some(before) = before {
            url.query_pairs_mut().append_pair("before", before);
        }
        let ask = self.ask("the messages", url);
        let answer = self.fetch(&ask).await?;
        let Value::Array(items) = self.parsed(&answer, ask.what)? else {
            return Err(malformed(ask.what));
        };
        Ok(MessagePage {
            messages: items.iter().filter_map(message).collect(),
            older: answer.header("x-next-cursor"),
        })
    }

    /// One message with its parts.
    pub async fn message(
        &self,
        session: &AgentSessionId,
        id: &MessageId,
    ) -> Result<Message, Error> {
        let url = self.url(&["session", session.as_str(), "message", id.as_str()]);
        let ask = self.ask("the message", url);
        message(&self.json(&ask).await?).ok_or_else(|| malformed(ask.what))
    }

    /// The todo list of a session.
    pub async fn todos(&self, session: &AgentSessionId) -> Result<Vec<Todo>, Error> {
        self.list("the todo list", &["session", session.as_str(), "todo"])
            .await
    }

    /// The subagents' sessions of a session.
    pub async fn children(&self, session: &AgentSessionId) -> Result<Vec<AgentSession>, Error> {
        self.list("the subagents", &["session", session.as_str(), "children"])
            .await
    }

    /// The agents that a prompt can be addressed to, subagents and hidden ones included.
    pub async fn agents(&self) -> Result<Vec<AgentKind>, Error> {
        self.list("the list of agents", &["agent"]).await
    }

    /// The files with uncommitted changes; always empty from OpenCode 1.18 without Kortix' daemon.
    pub async fn file_status(&self) -> Result<Vec<FileChange>, Error> {
        self.list("the changed files", &["file", "status"]).await
    }

    /// Hands a prompt over and returns as soon as it is taken; the answer comes by the stream.
    ///
    /// With `ids` a lost answer is repaired by sending again; without, it is sent once.
    pub async fn prompt_async(
        &self,
        session: &AgentSessionId,
        text: &str,
        agent: Option<&str>,
        ids: Option<&PromptIds>,
    ) -> Result<(), Error> {
        let mut part = json!({ "type": "text", "text": text });
        let mut body = json!({});
        if let Some(ids) = ids {
            part["id"] = json!(ids.part);
            body["messageID"] = json!(ids.message);
        }
        if let Some(agent) = agent {
            body["agent"] = json!(agent);
        }
        body["parts"] = json!([part]);
        let mut ask = self.post(
            "sending a prompt",
            &["session", session.as_str(), "prompt_async"],
            body,
        );
        if ids.is_some() {
            ask.repeat = Repeat::Harmless;
        }
        self.accept(&ask).await
    }

    /// Ends the turn of a session; true also when there was none.
    pub async fn abort(&self, session: &AgentSessionId) -> Result<(), Error> {
        let path = ["session", session.as_str(), "abort"];
        let mut ask = self.post("stopping the turn", &path, json!({}));
        ask.repeat = Repeat::Harmless;
        self.accept(&ask).await
    }

    /// Answers a permission request; [`Error::NotFound`] when it was answered elsewhere.
    pub async fn reply_permission(
        &self,
        permission: &PermissionId,
        reply: &PermissionReply,
    ) -> Result<(), Error> {
        let body = match reply {
            PermissionReply::Once => json!({ "reply": "once" }),
            PermissionReply::Always => json!({ "reply": "always" }),
            PermissionReply::Reject { reason: None } => json!({ "reply": "reject" }),
            PermissionReply::Reject {
                reason: Some(reason),
            } => {
                json!({ "reply": "reject", "message": reason })
            }
        };
        let path = ["permission", permission.as_str(), "reply"];
        let ask = self.post("the permission request", &path, body);
        self.accept(&ask).await
    }

    /// Answers or rejects questions; [`Error::NotFound`] when that happened elsewhere.
    pub async fn reply_question(
        &self,
        question: &QuestionId,
        reply: &QuestionReply,
    ) -> Result<(), Error> {
        let (verb, body) = match reply {
            QuestionReply::Answers(answers) => ("reply", json!({ "answers": answers })),
            QuestionReply::Reject => ("reject", json!({})),
        };
        let ask = self.post("the question", &["question", question.as_str(), verb], body);
        self.accept(&ask).await
    }

    /// The URL of a path of the agent.
    pub(super) fn url(&self, path: &[&str]) -> Url {
        let port = self.address.port.to_string();
        let mut segments = vec!["p", self.address.external_id.as_str(), &port];
        segments.extend(path);
        let mut url = self.client.url(&segments);
        if let Some(directory) = &self.directory {
            url.query_pairs_mut().append_pair("directory", directory);
        }
        url
    }

    async fn one<T: DeserializeOwned>(
        &self,
        what: &'static str,
        path: &[&str],
    ) -> Result<T, Error> {
        let ask = self.ask(what, self.url(path));
        read(self.json(&ask).await?, what)
    }

    async fn list<T: DeserializeOwned>(
        &self,
        what: &'static str,
        path: &[&str],
    ) -> Result<Vec<T>, Error> {
        let ask = self.ask(what, self.url(path));
        read_list(self.json(&ask).await?, what)
    }

    fn ask(&self, what: &'static str, url: Url) -> Ask {
        let mut ask = Ask::get(what, url);
        ask.deadline = self.deadline;
        if self.is_impatient {
            ask.repeat = Repeat::Never;
        }
        ask
    }

    fn post(&self, what: &'static str, path: &[&str], body: Value) -> Ask {
        Ask {
            deadline: self.deadline,
            ..Ask::post(what, self.url(path), body)
        }
    }

    async fn json(&self, ask: &Ask) -> Result<Value, Error> {
        let answer = self.fetch(ask).await?;
        self.parsed(&answer, ask.what)
    }

    /// A web page instead of an answer is OpenCode's way of saying that it lacks the route.
    fn parsed(&self, answer: &Answer, what: &str) -> Result<Value, Error> {
        answer.json(what).map_err(|error| match error {
            Error::NotTheApi { .. } => Error::MissingRoute {
                feature: what.to_owned(),
            },
            other => other,
        })
    }

    async fn fetch(&self, ask: &Ask) -> Result<Answer, Error> {
        self.client.fetch(ask).await
    }

    /// Sends what is answered with nothing or with `true`.
    async fn accept(&self, ask: &Ask) -> Result<(), Error> {
        let answer = self.fetch(ask).await?;
        if answer.body.is_empty() {
            return Ok(());
        }
        self.parsed(&answer, ask.what).map(drop)
    }
}

fn message(value: &Value) -> Option<Message> {
    let parts = value.get("parts").and_then(Value::as_array);
    Some(Message {
        info: MessageInfo::from_json(value.get("info")?)?,
        parts: parts
            .into_iter()
            .flatten()
            .filter_map(Part::from_json)
            .collect(),
    })
}
