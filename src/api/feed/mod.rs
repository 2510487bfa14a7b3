//! Keeps one agent's events coming, whatever the network does.
//!
//! [`follow`] finds the sandbox, opens its event stream, fetches the state behind it, and hands both
//! over in batches through one bounded channel. After a cut it comes back with growing pauses and
//! fetches again, because a cut stream proves nothing about what was missed; how long nothing was
//! heard is in [`Snapshot::gap`](crate::model::agent::stream::Snapshot::gap). Where a proxy ends
//! every stream at the same age, the next one is opened before that and nothing is missed.
//!
//! Not for: what the events mean (`transcript`), nor waking sandboxes, unless [`Wake::Once`] says so.

mod attend;
mod fetch;
mod outbox;
mod rotation;
mod seen;
mod stream;
mod task;

use std::{collections::BTreeSet, time::Duration};

use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    api::Client,
    model::{
        agent::stream::{LinkState, StreamEvent},
        id::{AgentSessionId, SessionKey},
        session::SandboxAddress,
    },
};

/// Commands that may wait for a feed; a person does not give more at once.
const COMMANDS: usize = 16;

/// Something a feed says about its session.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedOutput {
    /// What happened, in the order in which it is to be folded.
    Batch(SessionKey, Vec<StreamEvent>),
    /// How fresh that is.
    Link(SessionKey, LinkState),
}

/// What a feed can be told while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedCommand {
    /// Fetch messages before a cursor; they come as `History`.
    LoadOlder {
        /// The agent's session.
        session: AgentSessionId,
        /// The cursor, from the page after it.
        before: String,
    },
    /// Fetch everything again, and stop waiting if it waits.
    Resync,
    /// Fetch the messages of these agent sessions from now on, in place of those before.
    Watch(BTreeSet<AgentSessionId>),
}

/// Whether a feed may start a sandbox that does not run; that spends compute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wake {
    /// It waits until somebody else starts it.
    #[default]
    Never,
    /// It asks for the start once, at the beginning.
    Once,
}

/// How a feed begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedOptions {
    /// Where the sandbox is, when that is known already.
    pub address: Option<SandboxAddress>,
    /// Whether to start it.
    pub wake: Wake,
    /// The agent sessions whose messages and todos are fetched.
    pub watch: BTreeSet<AgentSessionId>,
    /// How long it waits for what.
    pub pace: Pace,
}

/// How long a feed waits for what; tests run on milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// For the headers of a stream, and then for its first event.
    pub header_deadline: Duration,
    /// For each request of a snapshot.
    pub fetch_deadline: Duration,
    /// From the first event of a batch to its sending.
    pub batch_delay: Duration,
    /// Events that make a batch full before that.
    pub batch_events: usize,
    /// The longest pause after a stream that ended in order.
    pub reconnect_soon: Duration,
    /// The pause after the first failure; it doubles from there.
    pub backoff_first: Duration,
    /// The longest pause between two tries.
    pub backoff_longest: Duration,
    /// How long a stream must have lived for the pauses to start over.
    pub healthy_after: Duration,
    /// Silence after which the data counts as stale; heartbeats come every 10 s.
    pub stale_after: Duration,
    /// Silence after which the stream counts as dead.
    pub dead_after: Duration,
    /// Between two fetches where there is no stream.
    pub poll_every: Duration,
    /// The shortest age at which an ended stream says something about the proxy.
    pub rotate_least: Duration,
    /// How long both streams are read until they meet, at most.
    pub overlap_longest: Duration,
    /// How long the learned age is believed.
    pub rotate_believed: Duration,
    /// Messages of one session in a snapshot.
    pub messages: u16,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            header_deadline: Duration::from_secs(5),
            fetch_deadline: Duration::from_secs(8),
            batch_delay: Duration::from_millis(8),
            batch_events: 256,
            reconnect_soon: Duration::from_millis(250),
            backoff_first: Duration::from_millis(500),
            backoff_longest: Duration::from_secs(30),
            healthy_after: Duration::from_secs(10),
            stale_after: Duration::from_millis(11_500),
            dead_after: Duration::from_secs(30),
            poll_every: Duration::from_secs(3),
            rotate_least: Duration::from_secs(4),
            overlap_longest: Duration::from_secs(2),
            rotate_believed: Duration::from_secs(900),
            messages: 50,
        }
    }
}

/// A running feed; dropping it ends the feed and closes its connections.
#[derive(Debug)]
pub struct FeedHandle {
    commands: mpsc::Sender<FeedCommand>,
    task: JoinHandle<()>,
}

impl FeedHandle {
    /// Tells the feed something; false when it has ended or is told too much at once.
    pub fn tell(&self, command: FeedCommand) -> bool {
        self.commands.try_send(command).is_ok()
    }

    /// Whether the feed has ended by itself: its last link state was `Closed`, or nobody listens.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }
}

impl Drop for FeedHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts to follow the agent of a session; must be called inside the runtime.
///
/// `sender` may be shared by many feeds; while it is full a feed merges what it holds and at some
/// point stops reading, so that its memory is bounded by text.
pub fn follow(
    client: &Client,
    key: SessionKey,
    options: FeedOptions,
    sender: mpsc::Sender<FeedOutput>,
) -> FeedHandle {
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let feed = task::Feed::new(client.background(), key, options, sender, inbox);
    FeedHandle {
        commands,
        task: tokio::spawn(feed.run()),
    }
}
