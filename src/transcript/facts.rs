//! What the engine asks of a transcript as a whole.

use crate::{
    model::{
        agent::AgentStatus,
        id::{AgentSessionId, MessageId},
        time::Millis,
    },
    transcript::Transcript,
};

/// How many of the newest messages are looked at when an id is chosen.
const NEWEST: usize = 50;

impl Transcript {
    /// Whether any of the agent's sessions is busy or retrying.
    pub fn is_working(&self) -> bool {
        self.threads
            .values()
            .any(|thread| thread.status != AgentStatus::Idle)
    }

    /// The root that was made last.
    pub fn newest_root(&self) -> Option<&AgentSessionId> {
        let is_root = |session: &&crate::model::agent::AgentSession| {
            session.parent_id.is_none() && session.time.archived.is_none()
        };
        self.sessions()
            .rev()
            .find(is_root)
            .map(|session| &session.id)
    }

    /// The ids and times of a session's newest messages, oldest first.
    pub fn message_times(&self, id: &AgentSessionId) -> Vec<(MessageId, Millis)> {
        let Some(conversation) = self.conversation(id) else {
            return Vec::new();
        };
        let newest = conversation.messages().rev().take(NEWEST);
        let mut times: Vec<_> = newest.map(|info| (info.id.clone(), info.created)).collect();
        times.reverse();
        times
    }
}
