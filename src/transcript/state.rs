//! What a session is in, and what it does now.

use crate::{
    model::{
        agent::{
            AgentError, AgentStatus,
            message::{MessageInfo, Tool, ToolState},
        },
        id::AgentSessionId,
        time::Millis,
    },
    transcript::{AskBody, Changes, Thread, Transcript, conversation::Nature},
};

/// What a session is in; the waits of its subagents count as its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It waits for a prompt.
    Idle,
    /// It works.
    Busy,
    /// It works on a summary of its history.
    Compacting,
    /// The provider failed; it tries again.
    Retrying {
        /// Which try is next.
        attempt: u64,
        /// Why the last one failed.
        message: String,
        /// When the next one starts.
        next: Millis,
    },
    /// Somebody has to allow something.
    AwaitingPermission,
    /// Somebody has to answer.
    AwaitingAnswer,
    /// The last turn failed.
    Failed {
        /// How.
        error: AgentError,
    },
    /// The agent died in the middle of a turn.
    Interrupted,
}

/// What a session does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The session that does it; may be a subagent of the one asked about.
    pub session: AgentSessionId,
    /// What.
    pub doing: Doing,
    /// Since when, where that is known.
    pub since: Option<Millis>,
}

/// The kinds of things that an agent does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// A tool runs.
    Tool {
        /// Its name.
        name: String,
        /// Its title, command, path or pattern, one line, as it came; may be empty.
        about: String,
    },
    /// The model thinks, or has not answered yet.
    Thinking,
    /// The model writes.
    Writing,
    /// It summarizes its history.
    Compacting,
    /// It waits to try again.
    Retrying,
}

/// How much of a command is shown as an activity, in characters.
const MAX_ABOUT: usize = 200;

impl Transcript {
    /// The status of a session; one that was never told is idle.
    pub fn status(&self, id: &AgentSessionId) -> &AgentStatus {
        self.threads
            .get(id)
            .map_or(&AgentStatus::Idle, |thread| &thread.status)
    }

    /// What a session is in.
    pub fn state(&self, id: &AgentSessionId) -> State {
        let mut awaits_answer = false;
        for ask in self.asks() {
            if !self.ancestry(ask.session).any(|ancestor| ancestor == id) {
                continue;
            }
            match ask.body {
                AskBody::Permission(_) => return State::AwaitingPermission,
                AskBody::Question(_) => awaits_answer = true,
            }
        }
        if awaits_answer {
            return State::AwaitingAnswer;
        }
        match self.threads.get(id) {
            Some(thread) => thread.state(self.knows_statuses),
            None => State::Idle,
        }
    }

    /// What a session or a subagent of it does now; `None` when it is idle.
    pub fn activity(&self, id: &AgentSessionId) -> Option<Activity> {
        self.activity_within(id, 0)
    }

    fn activity_within(&self, id: &AgentSessionId, depth: usize) -> Option<Activity> {
        let thread = self.threads.get(id)?;
        let activity = |doing, since| {
            let session = id.clone();
            Some(Activity {
                session,
                doing,
                since,
            })
        };
        match thread.state(self.knows_statuses) {
            State::Idle | State::Failed { .. } | State::Interrupted => return None,
            State::Retrying { .. } => return activity(Doing::Retrying, None),
            State::Compacting => return activity(Doing::Compacting, None),
            State::Busy | State::AwaitingPermission | State::AwaitingAnswer => {}
        }
        let Some((doing, since, child)) = thread.doing() else {
            let since = thread.conversation.messages().next_back();
            return activity(Doing::Thinking, since.map(|info| info.created));
        };
        let deeper = child.filter(|_| depth < 8);
        deeper
            .and_then(|child| self.activity_within(&child, depth + 1))
            .or_else(|| activity(doing, since))
    }

    pub(super) fn take_status(
        &mut self,
        id: &AgentSessionId,
        status: &AgentStatus,
        changes: &mut Changes,
    ) {
        if self.deleted.contains(id) {
            return;
        }
        let thread = self.threads.entry(id.clone()).or_default();
        thread.knows_status = true;
        let old = std::mem::replace(&mut thread.status, status.clone());
        changes.statuses |= old != *status;
        let new_attempt = matches!(status, AgentStatus::Retry { .. }) && old != *status;
        let is_idle = *status == AgentStatus::Idle;
        self.edit(id, changes, |conversation, revisions| {
            let mut changed = new_attempt && conversation.discard_attempt();
            changed |= is_idle && conversation.settle(revisions);
            changed | conversation.show_retry(status, revisions)
        });
        if is_idle {
            changes.asks |= self.asks.drop_session(id);
        }
        self.mark_queued(id, changes);
    }

    pub(super) fn take_error(
        &mut self,
        id: &AgentSessionId,
        error: &AgentError,
        changes: &mut Changes,
    ) {
        if self.deleted.contains(id) {
            return;
        }
        let thread = self.threads.entry(id.clone()).or_default();
        thread.error.get_or_insert_with(|| error.clone());
        changes.statuses = true;
        self.edit(id, changes, |conversation, revisions| {
            conversation.show_error(error, revisions)
        });
    }

    /// A new prompt, or an answer that begins after all, makes an old failure history.
    pub(super) fn note_message(&mut self, info: &MessageInfo, changes: &mut Changes) {
        let Some(thread) = self.threads.get_mut(&info.session_id) else {
            return;
        };
        let is_new = !thread.conversation.created.contains_key(&info.id);
        if is_new && thread.error.take().is_some() {
            changes.statuses = true;
        }
    }

    pub(super) fn mark_queued(&mut self, id: &AgentSessionId, changes: &mut Changes) {
        let is_busy = *self.status(id) != AgentStatus::Idle;
        self.edit(id, changes, |conversation, revisions| {
            conversation.mark_queued(is_busy, revisions)
        });
    }
}

impl Thread {
    fn state(&self, knows_statuses: bool) -> State {
        match &self.status {
            AgentStatus::Retry {
                attempt,
                message,
                next,
            } => State::Retrying {
                attempt: *attempt,
                message: message.clone(),
                next: *next,
            },
            AgentStatus::Busy | AgentStatus::Unknown { .. } => {
                let answer = self.conversation.last_answer();
                if answer.is_some_and(|info| info.is_summary && info.completed.is_none()) {
                    State::Compacting
                } else {
                    State::Busy
                }
            }
            AgentStatus::Idle => self.rest(knows_statuses),
        }
    }

    /// What it is in while it does not work.
    fn rest(&self, knows_statuses: bool) -> State {
        let answer = self.conversation.last_answer();
        let reported = answer.and_then(|info| info.error.as_ref());
        if let Some(error) = self.error.as_ref().or(reported) {
            return if error.is_abort() {
                State::Idle
            } else {
                State::Failed {
                    error: error.clone(),
                }
            };
        }
        let is_cut = answer.is_some_and(|info| info.completed.is_none() && info.finish.is_none());
        if is_cut && (knows_statuses || self.knows_status) {
            State::Interrupted
        } else {
            State::Idle
        }
    }

    /// What a call is about, in a line; nothing while its arguments are still written.
    fn about(&self, tool: &Tool) -> String {
        if tool.state == ToolState::Pending {
            return String::new();
        }
        let folder = self
            .session
            .as_ref()
            .map(|session| session.directory.as_str());
        let text = tool.about(folder.unwrap_or_default());
        let line = text.lines().next().unwrap_or_default();
        line.chars().take(MAX_ABOUT).collect()
    }

    /// What its newest open part does, since when, and the subagent that does it.
    fn doing(&self) -> Option<(Doing, Option<Millis>, Option<AgentSessionId>)> {
        let conversation = &self.conversation;
        let answer = conversation.last_answer()?;
        let open = conversation.parts_of(&answer.id).rev();
        let open = open.filter(|id| conversation.open.contains(*id));
        let mut prose = None;
        for entry in open.filter_map(|id| conversation.parts.get(id)) {
            let block = conversation.blocks.find(&entry.block);
            if let Some(tool) = block.and_then(|block| block.body.tool()) {
                let doing = Doing::Tool {
                    name: tool.name.clone(),
                    about: self.about(tool),
                };
                return Some((doing, tool.start, subagent(tool)));
            }
            let newest = match entry.nature {
                Nature::Text => Some(Doing::Writing),
                Nature::Reasoning => Some(Doing::Thinking),
                Nature::Tool | Nature::Fixed | Nature::Hidden => None,
            };
            prose = prose.or(newest);
        }
        prose.map(|doing| (doing, Some(answer.created), None))
    }
}

fn subagent(tool: &Tool) -> Option<AgentSessionId> {
    let id = tool.metadata.get("sessionId")?.as_str()?;
    Some(id.into())
}
