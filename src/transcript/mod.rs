//! Agent events in, blocks out: the fold of everything one sandbox's agent says.
//!
//! Input are the [`StreamEvent`]s of a feed, in its order, with the time at which they came. Output
//! is, for each agent session, a [`Conversation`] of [`Block`]s with revisions (a view may cache
//! what it drew by block id, revision and width), its [`State`], what it asks, and what it does now.
//! Rules: whole objects replace what was known, except that what has ended does not go back; what
//! was removed stays removed; text that was missed is marked and repaired when its part ends.
//!
//! Not for: the network, clocks, or how anything looks.

mod asks;
mod block;
mod blocks;
mod conversation;
mod facts;
mod messages;
mod pages;
mod parts;
mod snapshot;
mod state;

use std::collections::{HashMap, HashSet};

pub use asks::{Ask, AskBody};
pub use block::{Block, BlockBody, BlockId, Passage, Prompt, StepEnd};
pub use conversation::{Conversation, Older, Usage};
pub use state::{Activity, Doing, State};

use crate::{
    model::{
        agent::{
            AgentError, AgentSession, AgentStatus, Todo, event::AgentEvent, message::MessageInfo,
            stream::StreamEvent,
        },
        id::AgentSessionId,
        time::Millis,
    },
    transcript::{asks::Asks, blocks::Revisions, parts::Source},
};

/// Everything that is known about one sandbox's agent.
#[derive(Debug, Default)]
pub struct Transcript {
    threads: HashMap<AgentSessionId, Thread>,
    /// The sessions with a record, oldest first.
    order: Vec<AgentSessionId>,
    children: HashMap<AgentSessionId, Vec<AgentSessionId>>,
    deleted: HashSet<AgentSessionId>,
    asks: Asks,
    revisions: Revisions,
    /// Whether the statuses of all sessions were told, so that one without is idle.
    knows_statuses: bool,
    malformed: u64,
}

/// One agent session.
#[derive(Debug, Default)]
struct Thread {
    /// Its record; `None` while only its events have come.
    session: Option<AgentSession>,
    status: AgentStatus,
    /// Whether the status was ever told.
    knows_status: bool,
    /// The failure since the last prompt that no message carries yet.
    error: Option<AgentError>,
    conversation: Conversation,
    todos: Vec<Todo>,
}

/// What an event changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The sessions whose conversation changed visibly.
    pub conversations: Vec<AgentSessionId>,
    /// Sessions came, went, or changed a title or another fact.
    pub sessions: bool,
    /// A status, and with it a state, changed.
    pub statuses: bool,
    /// Asks came or went.
    pub asks: bool,
    /// A todo list changed.
    pub todos: bool,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what another event changed.
    pub fn merge(&mut self, other: Self) {
        for session in other.conversations {
            self.note(&session);
        }
        self.sessions |= other.sessions;
        self.statuses |= other.statuses;
        self.asks |= other.asks;
        self.todos |= other.todos;
    }

    fn note(&mut self, session: &AgentSessionId) {
        if !self.conversations.contains(session) {
            self.conversations.push(session.clone());
        }
    }
}

impl Transcript {
    /// Folds one event that came at `now`.
    pub fn apply(&mut self, event: &StreamEvent, now: Millis) -> Changes {
        let mut changes = Changes::default();
        match event {
            StreamEvent::Event(envelope) => self.event(&envelope.event, now, &mut changes),
            StreamEvent::Snapshot(snapshot) => self.snapshot(snapshot, now, &mut changes),
            StreamEvent::History {
                session,
                messages,
                older,
            } => self.edit(session, &mut changes, |conversation, revisions| {
                conversation.take_history(messages.clone(), older.clone(), revisions)
            }),
            StreamEvent::Malformed { count } => {
                self.malformed = self.malformed.saturating_add(*count);
            }
        }
        changes
    }

    /// The sessions, oldest first; subagents among them.
    pub fn sessions(&self) -> impl DoubleEndedIterator<Item = &AgentSession> {
        self.order.iter().filter_map(|id| self.session(id))
    }

    /// The record of a session.
    pub fn session(&self, id: &AgentSessionId) -> Option<&AgentSession> {
        self.threads.get(id)?.session.as_ref()
    }

    /// The session from which a subagent descends; the session itself when it has no parent.
    pub fn root_of<'a>(&'a self, id: &'a AgentSessionId) -> &'a AgentSessionId {
        self.ancestry(id).last().unwrap_or(id)
    }

    /// The session, its parent, and so on up to the root.
    fn ancestry<'a>(&'a self, id: &'a AgentSessionId) -> impl Iterator<Item = &'a AgentSessionId> {
        let parent = |id: &&'a AgentSessionId| self.session(id)?.parent_id.as_ref();
        // A bound, because a server could name a session its own ancestor.
        std::iter::successors(Some(id), parent).take(16)
    }

    /// The direct subagents of a session, oldest first.
    pub fn children(&self, id: &AgentSessionId) -> &[AgentSessionId] {
        self.children.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The conversation of a session; `None` when nothing of it has come.
    pub fn conversation(&self, id: &AgentSessionId) -> Option<&Conversation> {
        self.threads.get(id).map(|thread| &thread.conversation)
    }

    /// The todo list of a session.
    pub fn todos(&self, id: &AgentSessionId) -> &[Todo] {
        self.threads
            .get(id)
            .map(|thread| thread.todos.as_slice())
            .unwrap_or_default()
    }

    /// What a session used, without its subagents.
    pub fn usage(&self, id: &AgentSessionId) -> Usage {
        let Some(thread) = self.threads.get(id) else {
            return Usage::default();
        };
        let mut usage = thread.conversation.usage();
        if let Some(session) = &thread.session {
            // The record counts messages that were not fetched, too.
            usage.cost = session.cost.unwrap_or(0.0).max(usage.cost);
            usage.tokens = session.tokens.unwrap_or(usage.tokens);
        }
        usage
    }

    /// How many events could not be read.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    fn event(&mut self, event: &AgentEvent, now: Millis, changes: &mut Changes) {
        match event {
            AgentEvent::Session(session) => self.take_session(session, changes),
            AgentEvent::SessionDeleted(id) => self.remove_session(id, changes),
            AgentEvent::Status { session, status } => self.take_status(session, status, changes),
            AgentEvent::Error { session, error } => {
                if let Some(session) = session {
                    self.take_error(session, error, changes);
                }
            }
            AgentEvent::Message(info) => self.take_message(info, changes),
            AgentEvent::MessageRemoved { session, message } => {
                self.edit(session, changes, |c, _| c.remove_message(message))
            }
            AgentEvent::Part(part) => self.edit(&part.session_id, changes, |c, revisions| {
                c.take_part((**part).clone(), Source::Stream, revisions)
            }),
            AgentEvent::Delta {
                session,
                part,
                field,
                delta,
                ..
            } => {
                if field == "text" {
                    self.edit(session, changes, |c, revisions| {
                        c.append(part, delta, revisions)
                    });
                }
            }
            AgentEvent::PartRemoved { session, part, .. } => {
                self.edit(session, changes, |c, _| c.remove_part(part));
            }
            AgentEvent::Todos { session, todos } => self.take_todos(session, todos, changes),
            AgentEvent::PermissionAsked(permission) => {
                if !self.deleted.contains(&permission.session_id) {
                    changes.asks |= self.asks.permission((**permission).clone(), now);
                }
            }
            AgentEvent::PermissionReplied { permission, .. } => {
                changes.asks |= self.asks.remove_permission(permission);
            }
            AgentEvent::QuestionAsked(question) => {
                if !self.deleted.contains(&question.session_id) {
                    changes.asks |= self.asks.question((**question).clone(), now);
                }
            }
            AgentEvent::QuestionSettled { question, .. } => {
                changes.asks |= self.asks.remove_question(question);
            }
            AgentEvent::Compacted(_)
            | AgentEvent::Connected
            | AgentEvent::Heartbeat
            | AgentEvent::Disposed
            | AgentEvent::Other { .. } => {}
        }
    }

    fn take_message(&mut self, info: &MessageInfo, changes: &mut Changes) {
        self.note_message(info, changes);
        self.edit(&info.session_id, changes, |conversation, revisions| {
            conversation.take_message(info.clone(), revisions)
        });
        self.mark_queued(&info.session_id, changes);
    }

    /// Changes the conversation of a session that is not deleted.
    fn edit(
        &mut self,
        session: &AgentSessionId,
        changes: &mut Changes,
        change: impl FnOnce(&mut Conversation, &mut Revisions) -> bool,
    ) {
        if self.deleted.contains(session) {
            return;
        }
        let thread = match self.threads.get_mut(session) {
            Some(thread) => thread,
            None => self.threads.entry(session.clone()).or_default(),
        };
        if change(&mut thread.conversation, &mut self.revisions) {
            changes.note(session);
        }
    }

    fn take_session(&mut self, session: &AgentSession, changes: &mut Changes) {
        if self.deleted.contains(&session.id) || session.id.as_str().is_empty() {
            return;
        }
        let thread = self.threads.entry(session.id.clone()).or_default();
        if thread.session.as_ref() == Some(session) {
            return;
        }
        let old = thread.session.replace(session.clone());
        if old.map(|old| (old.time.created, old.parent_id))
            != Some((session.time.created, session.parent_id.clone()))
        {
            self.index_sessions();
        }
        changes.sessions = true;
        self.edit(&session.id, changes, |conversation, revisions| {
            conversation.set_revert(session.revert.clone(), revisions)
        });
    }

    fn index_sessions(&mut self) {
        let mut sessions: Vec<&AgentSession> = self
            .threads
            .values()
            .filter_map(|thread| thread.session.as_ref())
            .collect();
        sessions.sort_by_key(|session| (session.time.created, &session.id));
        self.order = sessions.iter().map(|session| session.id.clone()).collect();
        self.children.clear();
        for session in sessions {
            if let Some(parent) = &session.parent_id {
                let siblings = self.children.entry(parent.clone()).or_default();
                siblings.push(session.id.clone());
            }
        }
    }

    fn remove_session(&mut self, id: &AgentSessionId, changes: &mut Changes) {
        self.deleted.insert(id.clone());
        changes.asks |= self.asks.drop_session(id);
        if self.threads.remove(id).is_some() {
            self.index_sessions();
            changes.sessions = true;
            changes.statuses = true;
            changes.note(id);
        }
    }

    fn take_todos(&mut self, id: &AgentSessionId, todos: &[Todo], changes: &mut Changes) {
        if self.deleted.contains(id) {
            return;
        }
        let thread = self.threads.entry(id.clone()).or_default();
        if thread.todos != todos {
            thread.todos = todos.to_vec();
            changes.todos = true;
        }
    }
}
