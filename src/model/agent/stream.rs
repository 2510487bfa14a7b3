//! What a feed hands to the program about one sandbox's agent, and how healthy the feed is.
//!
//! The seam between `api` (which reads the network) and `transcript` and `app` (which are pure).

use std::{collections::BTreeMap, time::Duration};

use crate::model::{
    agent::{
        AgentSession, AgentStatus, Todo,
        ask::{Permission, Question},
        event::Envelope,
        message::{MessageInfo, Part},
    },
    id::AgentSessionId,
    time::Millis,
};

/// One thing that a feed hands over, in the order in which it is to be folded.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamEvent {
    /// An event of the stream, new by its id.
    Event(Envelope),
    /// The state as fetched; what follows was buffered while it was fetched, or came later.
    Snapshot(Box<Snapshot>),
    /// Older messages of one session, fetched on request.
    History {
        /// The session.
        session: AgentSessionId,
        /// The messages, oldest first.
        messages: Vec<Message>,
        /// The cursor for still older ones; `None` at the beginning.
        older: Option<String>,
    },
    /// Events that could not be read since the last batch.
    Malformed {
        /// How many.
        count: u64,
    },
}

/// A message with its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The message.
    pub info: MessageInfo,
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// The state of an agent as its REST interface tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Its sessions; `None` when the fetch failed and the old list stands.
    pub sessions: Option<Vec<AgentSession>>,
    /// Which sessions work; those that are missing are idle. `None` when the fetch failed.
    pub statuses: Option<BTreeMap<AgentSessionId, AgentStatus>>,
    /// All open permission requests. `None` when the fetch failed.
    pub permissions: Option<Vec<Permission>>,
    /// All open questions. `None` when the fetch failed.
    pub questions: Option<Vec<Question>>,
    /// The newest messages of the sessions that were asked for.
    pub messages: BTreeMap<AgentSessionId, MessagePage>,
    /// The todo lists of the sessions that were asked for.
    pub todos: BTreeMap<AgentSessionId, Vec<Todo>>,
    /// How long no stream was open before this snapshot; `None` at the first connection and when
    /// streams overlapped, so that nothing was missed.
    pub gap: Option<Duration>,
}

/// The newest messages of a session.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MessagePage {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// The cursor for older ones; `None` when these are all.
    pub older: Option<String>,
}

/// How fresh the data of a sandbox's agent is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LinkState {
    /// Nobody follows it.
    #[default]
    Off,
    /// The first connection is being made, or the sandbox starts.
    Connecting {
        /// What is being waited for, a few words, such as `sandbox starts`.
        what: String,
    },
    /// Events come as they happen.
    Live,
    /// The connection stands but nothing came for longer than two heartbeats.
    Stale {
        /// When the last byte came.
        since: Millis,
    },
    /// The connection is lost; it is tried again.
    Reconnecting {
        /// When the next try starts.
        at: Millis,
        /// How many tries failed in a row.
        attempt: u32,
        /// Why the last one failed, one line.
        reason: String,
    },
    /// The stream cannot be had on this server; the state is fetched every few seconds.
    Polled,
    /// It will not come back by itself.
    Closed {
        /// Why, one line.
        reason: String,
    },
}
