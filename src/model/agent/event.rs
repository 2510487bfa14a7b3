//! The events of an agent's stream.

use serde_json::Value;

use crate::model::{
    agent::{
        AgentError, AgentSession, AgentStatus, Todo,
        ask::{Permission, Question},
        message::{MessageInfo, Part},
        optional_text, text,
    },
    id::{AgentSessionId, EventId, MessageId, PartId, PermissionId, QuestionId},
    json,
};

/// An event with its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The same on every subscriber; absent on old servers.
    pub id: Option<EventId>,
    /// The event.
    pub event: AgentEvent,
}

/// Why the data of a server-sent event could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The data is not JSON.
    #[error("the event is not JSON")]
    NotJson,
    /// The data is JSON without a `type`.
    #[error("the event has no type")]
    NoType,
}

/// One event of an agent's stream.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentEvent {
    /// The stream is subscribed.
    Connected,
    /// The server lives.
    Heartbeat,
    /// The agent's instance ends, and the stream with it.
    Disposed,
    /// A session was made or changed; always whole.
    Session(Box<AgentSession>),
    /// A session was deleted; late events of it may still come.
    SessionDeleted(AgentSessionId),
    /// A session's state; a level, repeated at will.
    Status {
        /// The session.
        session: AgentSessionId,
        /// Its state.
        status: AgentStatus,
    },
    /// A session's turn failed, or that of no session in particular.
    Error {
        /// The session, when it is one's.
        session: Option<AgentSessionId>,
        /// How it failed.
        error: AgentError,
    },
    /// A session's history was compacted.
    Compacted(AgentSessionId),
    /// A message was made or changed; always whole.
    Message(Box<MessageInfo>),
    /// A message was removed.
    MessageRemoved {
        /// Its session.
        session: AgentSessionId,
        /// The message.
        message: MessageId,
    },
    /// A part was made or changed; always whole.
    Part(Box<Part>),
    /// Text to append to a part.
    Delta {
        /// The session.
        session: AgentSessionId,
        /// The message.
        message: MessageId,
        /// The part.
        part: PartId,
        /// The field; only `text` was ever seen.
        field: String,
        /// What to append.
        delta: String,
    },
    /// A part was removed.
    PartRemoved {
        /// Its session.
        session: AgentSessionId,
        /// Its message.
        message: MessageId,
        /// The part.
        part: PartId,
    },
    /// A session's todo list; always whole.
    Todos {
        /// The session.
        session: AgentSessionId,
        /// The list.
        todos: Vec<Todo>,
    },
    /// Somebody is asked for a permission.
    PermissionAsked(Box<Permission>),
    /// A permission was answered, here or elsewhere.
    PermissionReplied {
        /// Its session.
        session: AgentSessionId,
        /// The request.
        permission: PermissionId,
        /// `once`, `always` or `reject`.
        reply: String,
    },
    /// Somebody is asked questions.
    QuestionAsked(Box<Question>),
    /// Questions were answered or rejected, here or elsewhere.
    QuestionSettled {
        /// Their session.
        session: AgentSessionId,
        /// The request.
        question: QuestionId,
    },
    /// An event that this version does not use or know; counted, never fatal.
    Other {
        /// Its type.
        kind: String,
    },
}

impl Envelope {
    /// Reads the data of one server-sent event, plain or wrapped in `{payload}`.
    pub fn parse(data: &[u8]) -> Result<Self, Malformed> {
        let mut value = json::read(data).map_err(|_| Malformed::NotJson)?;
        if let Some(payload) = value
            .get_mut("payload")
            .filter(|payload| payload.is_object())
        {
            value = payload.take();
        }
        Self::from_json(value).ok_or(Malformed::NoType)
    }

    fn from_json(mut value: Value) -> Option<Self> {
        let kind = optional_text(&value, "type")?;
        let id = optional_text(&value, "id").map(EventId);
        let properties = value
            .get_mut("properties")
            .map(Value::take)
            .unwrap_or(Value::Null);
        let event = AgentEvent::from_json(&kind, properties).unwrap_or(AgentEvent::Other { kind });
        Some(Self { id, event })
    }
}

impl AgentEvent {
    /// Reads an event's properties; `None` when it is unknown or lacks what it is about.
    fn from_json(kind: &str, properties: Value) -> Option<Self> {
        let (family, _) = kind.split_once('.')?;
        match family {
            "message" => Self::message(kind, &properties),
            "session" | "todo" => Self::session(kind, properties),
            "permission" | "question" => Self::ask(kind, properties),
            "server" => Self::server(kind),
            _ => None,
        }
    }

    fn message(kind: &str, properties: &Value) -> Option<Self> {
        let session = || text(properties, "sessionID").into();
        let message = || text(properties, "messageID").into();
        let event = match kind {
            "message.part.delta" => Self::Delta {
                session: session(),
                message: message(),
                part: optional_text(properties, "partID")?.into(),
                field: text(properties, "field"),
                delta: text(properties, "delta"),
            },
            "message.part.updated" => {
                Self::Part(Box::new(Part::from_json(properties.get("part")?)?))
            }
            "message.updated" => {
                Self::Message(Box::new(MessageInfo::from_json(properties.get("info")?)?))
            }
            "message.removed" => Self::MessageRemoved {
                session: session(),
                message: message(),
            },
            "message.part.removed" => Self::PartRemoved {
                session: session(),
                message: message(),
                part: text(properties, "partID").into(),
            },
            _ => return None,
        };
        Some(event)
    }

    fn session(kind: &str, mut properties: Value) -> Option<Self> {
        let session = || text(&properties, "sessionID").into();
        let event = match kind {
            "session.created" | "session.updated" => {
                let info = properties.get_mut("info")?.take();
                Self::Session(Box::new(serde_json::from_value(info).ok()?))
            }
            "session.deleted" => {
                let id = optional_text(&properties, "sessionID")
                    .or_else(|| optional_text(properties.get("info")?, "id"));
                Self::SessionDeleted(id?.into())
            }
            "session.status" => Self::Status {
                session: session(),
                status: properties.get("status")?.clone().into(),
            },
            "session.idle" => Self::Status {
                session: session(),
                status: AgentStatus::Idle,
            },
            "session.error" => Self::Error {
                session: optional_text(&properties, "sessionID").map(Into::into),
                error: properties
                    .get("error")
                    .cloned()
                    .unwrap_or(Value::Null)
                    .into(),
            },
            "session.compacted" => Self::Compacted(session()),
            "todo.updated" => Self::Todos {
                session: session(),
                todos: serde_json::from_value(properties.get_mut("todos")?.take()).ok()?,
            },
            _ => return None,
        };
        Some(event)
    }

    fn ask(kind: &str, properties: Value) -> Option<Self> {
        let session = || text(&properties, "sessionID").into();
        let event = match kind {
            "permission.asked" => {
                Self::PermissionAsked(Box::new(serde_json::from_value(properties).ok()?))
            }
            "permission.replied" => Self::PermissionReplied {
                session: session(),
                permission: text(&properties, "requestID").into(),
                reply: text(&properties, "reply"),
            },
            "question.asked" => {
                Self::QuestionAsked(Box::new(serde_json::from_value(properties).ok()?))
            }
            "question.replied" | "question.rejected" => Self::QuestionSettled {
                session: session(),
                question: text(&properties, "requestID").into(),
            },
            _ => return None,
        };
        Some(event)
    }

    fn server(kind: &str) -> Option<Self> {
        match kind {
            "server.connected" => Some(Self::Connected),
            "server.heartbeat" => Some(Self::Heartbeat),
            "server.instance.disposed" => Some(Self::Disposed),
            _ => None,
        }
    }
}
