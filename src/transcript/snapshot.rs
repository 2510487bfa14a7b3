//! A fetched state into the transcript.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    model::{
        agent::{AgentSession, AgentStatus, stream::Snapshot},
        id::AgentSessionId,
        time::Millis,
    },
    transcript::{BlockId, Changes, Transcript},
};

impl Transcript {
    pub(super) fn snapshot(&mut self, snapshot: &Snapshot, now: Millis, changes: &mut Changes) {
        let cut = match snapshot.gap {
            Some(_) => self.tear(),
            None => Vec::new(),
        };
        if let Some(sessions) = &snapshot.sessions {
            self.take_sessions(sessions, changes);
        }
        for (id, page) in &snapshot.messages {
            self.edit(id, changes, |conversation, revisions| {
                conversation.take_page(page.clone(), revisions)
            });
        }
        for (id, todos) in &snapshot.todos {
            self.take_todos(id, todos, changes);
        }
        if let Some(lasted) = snapshot.gap {
            self.show_gaps(&cut, lasted, changes);
        }
        if let Some(permissions) = &snapshot.permissions {
            changes.asks |= self.asks.replace_permissions(permissions, now);
        }
        if let Some(questions) = &snapshot.questions {
            changes.asks |= self.asks.replace_questions(questions, now);
        }
        if let Some(statuses) = &snapshot.statuses {
            self.take_statuses(statuses, changes);
        }
    }

    /// Notes what a lost connection tore, and after which blocks.
    fn tear(&mut self) -> Vec<(AgentSessionId, BlockId)> {
        let mut cut = Vec::new();
        for (id, thread) in &mut self.threads {
            thread.conversation.tear();
            let last = thread.conversation.blocks().last();
            if let Some(last) = last.filter(|_| thread.status != AgentStatus::Idle) {
                cut.push((id.clone(), last.id.clone()));
            }
        }
        cut
    }

    fn show_gaps(
        &mut self,
        cut: &[(AgentSessionId, BlockId)],
        lasted: Duration,
        changes: &mut Changes,
    ) {
        for (id, after) in cut {
            self.edit(id, changes, |conversation, revisions| {
                conversation.show_gap(after, lasted, revisions)
            });
        }
    }

    fn take_sessions(&mut self, sessions: &[AgentSession], changes: &mut Changes) {
        // The list has a limit and begins with what changed last: what changed later than its last
        // entry and is not in it was deleted.
        let oldest = sessions.iter().map(|session| session.time.updated).min();
        let gone: Vec<AgentSessionId> = self
            .sessions()
            .filter(|known| oldest.is_some_and(|oldest| known.time.updated > oldest))
            .filter(|known| !sessions.iter().any(|session| session.id == known.id))
            .map(|session| session.id.clone())
            .collect();
        for id in &gone {
            self.remove_session(id, changes);
        }
        for session in sessions {
            self.take_session(session, changes);
        }
    }

    fn take_statuses(
        &mut self,
        statuses: &BTreeMap<AgentSessionId, AgentStatus>,
        changes: &mut Changes,
    ) {
        self.knows_statuses = true;
        let idle: Vec<AgentSessionId> = self
            .threads
            .keys()
            .filter(|id| !statuses.contains_key(*id))
            .cloned()
            .collect();
        for id in &idle {
            self.take_status(id, &AgentStatus::Idle, changes);
        }
        for (id, status) in statuses {
            self.take_status(id, status, changes);
        }
    }
}
