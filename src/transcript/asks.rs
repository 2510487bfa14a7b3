//! What waits for a person: open permissions and questions.
//!
//! An abort leaves its asks on the server without a word, so an ask counts only while its session or
//! one related to it works, and never again once its session was seen idle.

use std::collections::{BTreeMap, HashSet};

use crate::{
    model::{
        agent::{
            AgentStatus,
            ask::{Permission, Question, ToolCall},
            message::ToolState,
        },
        id::{AgentSessionId, PermissionId, QuestionId},
        time::Millis,
    },
    transcript::Transcript,
};

/// A live ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask<'a> {
    /// What is asked.
    pub body: AskBody<'a>,
    /// The session that asks; may be a subagent's.
    pub session: &'a AgentSessionId,
    /// The session to which it rises: the root of the one that asks.
    pub root: &'a AgentSessionId,
    /// When it was first seen here.
    pub since: Millis,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AskBody<'a> {
    /// To be allowed something.
    Permission(&'a Permission),
    /// To be answered.
    Question(&'a Question),
}

/// The asks that the server holds, left-over ones included.
#[derive(Debug, Default)]
pub(super) struct Asks {
    permissions: BTreeMap<PermissionId, Seen<Permission>>,
    questions: BTreeMap<QuestionId, Seen<Question>>,
    /// Asks whose session went idle before they were answered.
    leftover_permissions: HashSet<PermissionId>,
    leftover_questions: HashSet<QuestionId>,
}

#[derive(Debug)]
struct Seen<T> {
    ask: T,
    since: Millis,
}

impl Asks {
    pub(super) fn permission(&mut self, permission: Permission, now: Millis) -> bool {
        if self.leftover_permissions.contains(&permission.id) {
            return false;
        }
        let since = self
            .permissions
            .get(&permission.id)
            .map_or(now, |seen| seen.since);
        let ask = permission.clone();
        let old = self
            .permissions
            .insert(permission.id.clone(), Seen { ask, since });
        old.is_none_or(|old| old.ask != permission)
    }

    pub(super) fn question(&mut self, question: Question, now: Millis) -> bool {
        if self.leftover_questions.contains(&question.id) {
            return false;
        }
        let since = self
            .questions
            .get(&question.id)
            .map_or(now, |seen| seen.since);
        let ask = question.clone();
        let old = self
            .questions
            .insert(question.id.clone(), Seen { ask, since });
        old.is_none_or(|old| old.ask != question)
    }

    pub(super) fn remove_permission(&mut self, id: &PermissionId) -> bool {
        self.permissions.remove(id).is_some()
    }

    pub(super) fn remove_question(&mut self, id: &QuestionId) -> bool {
        self.questions.remove(id).is_some()
    }

    /// Replaces the permissions by what the server holds now.
    pub(super) fn replace_permissions(&mut self, list: &[Permission], now: Millis) -> bool {
        let before = self.permissions.len();
        self.permissions
            .retain(|id, _| list.iter().any(|ask| ask.id == *id));
        let mut changed = before != self.permissions.len();
        for permission in list {
            changed |= self.permission(permission.clone(), now);
        }
        changed
    }

    /// Replaces the questions by what the server holds now.
    pub(super) fn replace_questions(&mut self, list: &[Question], now: Millis) -> bool {
        let before = self.questions.len();
        self.questions
            .retain(|id, _| list.iter().any(|ask| ask.id == *id));
        let mut changed = before != self.questions.len();
        for question in list {
            changed |= self.question(question.clone(), now);
        }
        changed
    }

    /// Drops the asks of a session that went idle or away.
    pub(super) fn drop_session(&mut self, session: &AgentSessionId) -> bool {
        let before = self.permissions.len() + self.questions.len();
        let permissions = &mut self.leftover_permissions;
        self.permissions.retain(|id, seen| {
            let stays = seen.ask.session_id != *session;
            if !stays {
                permissions.insert(id.clone());
            }
            stays
        });
        let questions = &mut self.leftover_questions;
        self.questions.retain(|id, seen| {
            let stays = seen.ask.session_id != *session;
            if !stays {
                questions.insert(id.clone());
            }
            stays
        });
        before != self.permissions.len() + self.questions.len()
    }
}

impl Transcript {
    /// What waits for a person now, permissions first, each kind oldest first.
    pub fn asks(&self) -> impl Iterator<Item = Ask<'_>> {
        let permissions = self.asks.permissions.values().map(|seen| {
            let session = &seen.ask.session_id;
            (AskBody::Permission(&seen.ask), session, seen.since)
        });
        let questions = self.asks.questions.values().map(|seen| {
            let session = &seen.ask.session_id;
            (AskBody::Question(&seen.ask), session, seen.since)
        });
        permissions
            .chain(questions)
            .filter(|(body, session, _)| self.is_live(body, session))
            .map(|(body, session, since)| Ask {
                body,
                session,
                root: self.root_of(session),
                since,
            })
    }

    fn is_live(&self, body: &AskBody<'_>, session: &AgentSessionId) -> bool {
        let call = match body {
            AskBody::Permission(permission) => &permission.tool,
            AskBody::Question(question) => &question.tool,
        };
        let works = |id: &AgentSessionId| *self.status(id) != AgentStatus::Idle;
        let related = self.ancestry(session).any(works) || self.children(session).iter().any(works);
        related
            && !call
                .as_ref()
                .is_some_and(|call| self.is_over(session, call))
    }

    /// Whether the tool call that an ask is about has ended without it.
    fn is_over(&self, session: &AgentSessionId, call: &ToolCall) -> bool {
        let Some(conversation) = self.conversation(session) else {
            return false;
        };
        let newest = conversation.blocks().iter().rev().take(500);
        let tools = newest.filter_map(|block| {
            let is_its = block.message == call.message_id;
            block.body.tool().filter(|_| is_its)
        });
        tools
            .filter(|tool| tool.call_id == call.call_id)
            .any(|tool| matches!(tool.state, ToolState::Completed | ToolState::Error { .. }))
    }
}
