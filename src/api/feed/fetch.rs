//! Fetching: where the sandbox is, the state of its agent, older messages.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::Value;

use crate::{
    api::{Agent, Client, Error, reply::line},
    model::{
        agent::{
            AgentSession, AgentStatus,
            ask::{Permission, Question},
            stream::{Snapshot, StreamEvent},
        },
        id::{AgentSessionId, SessionKey},
        sandbox::Stage,
        session::{SandboxAddress, SessionStatus},
    },
};

/// Sessions of an agent in a snapshot, the most that a server gives.
const SESSIONS: u16 = 100;
/// How long a start is waited for in one call.
const START: Duration = Duration::from_secs(8);

/// What is to be fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Sessions, statuses and asks.
    pub(super) lists: bool,
    /// Whose messages and todos.
    pub(super) sessions: BTreeSet<AgentSessionId>,
}

impl Wanted {
    pub(super) fn is_nothing(&self) -> bool {
        !self.lists && self.sessions.is_empty()
    }
}

/// What was fetched.
pub(super) struct Fetched {
    pub(super) snapshot: Snapshot,
    /// What could not be had, to be fetched again.
    pub(super) missing: Wanted,
    /// The first failure.
    pub(super) failure: Option<Error>,
    /// Whether nothing at all could be had.
    pub(super) is_empty: bool,
}

/// Fetches the state of an agent; pieces that fail are left out and told.
pub(super) async fn snapshot(
    agent: Agent,
    wanted: Wanted,
    messages: u16,
    gap: Option<Duration>,
) -> Fetched {
    let mut fetched = Fetched {
        snapshot: Snapshot {
            gap,
            ..Snapshot::default()
        },
        missing: Wanted::default(),
        failure: None,
        is_empty: true,
    };
    let of_sessions = join_all(wanted.sessions.iter().map(|session| {
        let agent = &agent;
        async move {
            let page = agent.messages(session, messages, None);
            let todos = agent.todos(session);
            let (page, todos) = tokio::join!(page, todos);
            (session.clone(), page, todos)
        }
    }));
    let (lists, of_sessions) = tokio::join!(lists(&agent, wanted.lists), of_sessions);
    if let Some((sessions, statuses, permissions, questions)) = lists {
        let snapshot = &mut fetched.snapshot;
        let mut outcome = Outcome::default();
        snapshot.sessions = outcome.keep(sessions);
        snapshot.statuses = outcome.keep(statuses);
        snapshot.permissions = outcome.keep(permissions);
        snapshot.questions = outcome.keep(questions);
        fetched.missing.lists = outcome.failure.is_some();
        fetched.is_empty &= !outcome.is_something;
        fetched.failure = outcome.failure;
    }
    for (session, page, todos) in of_sessions {
        let mut outcome = Outcome::default();
        if let Some(page) = outcome.keep(page) {
            fetched.snapshot.messages.insert(session.clone(), page);
        }
        if let Some(todos) = outcome.keep(todos) {
            fetched.snapshot.todos.insert(session.clone(), todos);
        }
        fetched.is_empty &= !outcome.is_something;
        if let Some(failure) = outcome.failure {
            // A session that is gone will not come back by asking again.
            if !matches!(failure, Error::NotFound { .. }) {
                fetched.missing.sessions.insert(session);
            }
            fetched.failure.get_or_insert(failure);
        }
    }
    fetched
}

type Lists = (
    Result<Vec<AgentSession>, Error>,
    Result<BTreeMap<AgentSessionId, AgentStatus>, Error>,
    Result<Vec<Permission>, Error>,
    Result<Vec<Question>, Error>,
);

async fn lists(agent: &Agent, is_wanted: bool) -> Option<Lists> {
    if !is_wanted {
        return None;
    }
    Some(tokio::join!(
        agent.sessions(SESSIONS),
        agent.statuses(),
        agent.permissions(),
        agent.questions(),
    ))
}

/// Sorts answers into those that are there and the first failure.
#[derive(Default)]
struct Outcome {
    is_something: bool,
    failure: Option<Error>,
}

impl Outcome {
    fn keep<T>(&mut self, answer: Result<T, Error>) -> Option<T> {
        match answer {
            Ok(value) => {
                self.is_something = true;
                Some(value)
            }
            Err(error) => {
                self.failure.get_or_insert(error);
                None
            }
        }
    }
}

/// Fetches messages before a cursor; `None` when that failed.
pub(super) async fn history(
    agent: Agent,
    session: AgentSessionId,
    before: String,
    messages: u16,
) -> Option<StreamEvent> {
    match agent.messages(&session, messages, Some(&before)).await {
        Ok(page) => Some(StreamEvent::History {
            session,
            messages: page.messages,
            older: page.older,
        }),
        Err(error) => {
            tracing::warn!(%error, "older messages could not be fetched");
            None
        }
    }
}

/// Where a session's sandbox is.
#[derive(Debug)]
pub(super) enum Place {
    /// There.
    Found(SandboxAddress),
    /// Nowhere yet; what is being waited for.
    NotYet(String),
    /// Nowhere, and it stays so; why.
    Gone(String),
    /// Nobody could be asked.
    Failed(Error),
}

/// Asks the control plane where a session's sandbox is; wakes nothing.
pub(super) async fn locate(
    client: Client,
    key: SessionKey,
    last_known: Option<SandboxAddress>,
) -> Place {
    let session = match client.session(&key.project, &key.session).await {
        Ok(session) => session,
        Err(Error::NotFound { .. }) => return Place::Gone("the session is gone".to_owned()),
        Err(error) => return Place::Failed(error),
    };
    if session
        .metadata
        .get("deletedAt")
        .is_some_and(Value::is_string)
    {
        return Place::Gone("the session was deleted".to_owned());
    }
    // A restart in place leaves the address empty for good while the sandbox keeps its id.
    let address = session.sandbox_address().or(last_known);
    match (&session.status, address) {
        (SessionStatus::Stopped, _) => Place::Gone("the session is stopped".to_owned()),
        (SessionStatus::Completed, _) => Place::Gone("the session is over".to_owned()),
        (SessionStatus::Failed, _) => Place::Gone(match &session.error {
            Some(error) => format!("the session failed: {}", line(error)),
            None => "the session failed".to_owned(),
        }),
        (SessionStatus::Queued | SessionStatus::Branching | SessionStatus::Provisioning, _) => {
            Place::NotYet("sandbox starts".to_owned())
        }
        (SessionStatus::Running | SessionStatus::Other(_), Some(address)) => Place::Found(address),
        (SessionStatus::Running | SessionStatus::Other(_), None) => {
            Place::NotYet("sandbox has no address yet".to_owned())
        }
    }
}

/// Starts a session's sandbox and says how far it is.
pub(super) async fn wake(client: Client, key: SessionKey) -> Place {
    let start = match client.start(&key.project, &key.session, START).await {
        Ok(start) => start,
        Err(Error::NotFound { .. }) => return Place::Gone("the session is gone".to_owned()),
        Err(error) => return Place::Failed(error),
    };
    let address = start.sandbox.as_ref().and_then(|sandbox| sandbox.address());
    match (start.stage, address) {
        (Stage::Ready, Some(address)) => Place::Found(address),
        (Stage::Ready, None) => Place::NotYet("sandbox has no address yet".to_owned()),
        (Stage::Provisioning, _) => Place::NotYet("sandbox starts".to_owned()),
        (Stage::Starting, _) => Place::NotYet("agent starts".to_owned()),
        (Stage::Stopped, _) => Place::Gone("the session is stopped".to_owned()),
        (Stage::Failed, _) => Place::Gone("the session failed to start".to_owned()),
        (Stage::Other(word), _) => Place::NotYet(line(&word)),
    }
}
