//! Prompts on their way to the agent, until the transcript shows them.

use std::{collections::HashSet, time::Duration};

use crate::{
    model::{agent::message::Role, id::AgentSessionId, id::MessageId, time::Millis},
    transcript::{BlockBody, Conversation, Transcript},
};

/// How much a server's clock may be behind ours for its message to count as newer than our prompt.
const SKEW: Duration = Duration::from_secs(600);
/// After this time an accepted prompt that the transcript does not show is no longer shown either.
const FORGOTTEN: Duration = Duration::from_secs(60);
/// How many of the newest blocks are searched for a prompt that arrived.
const SEARCHED: usize = 400;

/// A prompt on its way to the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its number in the session.
    pub number: u64,
    /// Its text.
    pub text: String,
    /// When it was sent.
    pub at: Millis,
    /// How far it is.
    pub state: OutgoingState,
}

/// How far a prompt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutgoingState {
    /// It waits for the agent to be reachable.
    Waiting,
    /// It is on its way.
    Sent,
    /// The agent has it; it leaves the outbox when the transcript shows it.
    Accepted,
}

impl Outgoing {
    /// A prompt that waits to be sent.
    pub fn new(number: u64, text: String, at: Millis) -> Self {
        Self {
            number,
            text,
            at,
            state: OutgoingState::Waiting,
        }
    }

    /// Whether a message of this text and time is this prompt.
    fn is_shown_by(&self, text: &str, created: Millis) -> bool {
        created.plus(SKEW) >= self.at && text.trim() == self.text.trim()
    }
}

/// Takes the prompts that the transcript shows out of the outbox. `claimed` holds the messages that
/// were matched before, so that the same text sent twice is shown twice.
pub(super) fn settle(
    outbox: &mut Vec<Outgoing>,
    claimed: &mut HashSet<MessageId>,
    conversation: &Conversation,
) {
    outbox.retain(|outgoing| {
        if outgoing.state == OutgoingState::Waiting {
            return true;
        }
        let newest = conversation.blocks().iter().rev().take(SEARCHED);
        let shown = newest.rev().find(|block| match &block.body {
            BlockBody::Prompt(prompt) => {
                !claimed.contains(&block.message)
                    && outgoing.is_shown_by(&prompt.text, block.created)
            }
            _ => false,
        });
        if let Some(block) = shown {
            claimed.insert(block.message.clone());
        }
        shown.is_none()
    });
}

/// Lets go of accepted prompts that the transcript never showed though the agent rests.
pub(super) fn forget(
    outbox: &mut Vec<Outgoing>,
    transcript: &Transcript,
    session: &AgentSessionId,
    now: Millis,
) {
    let answered = transcript
        .conversation(session)
        .and_then(|conversation| conversation.messages().next_back())
        .is_some_and(|info| info.role == Role::Assistant);
    if answered && !transcript.is_working() {
        outbox.retain(|outgoing| {
            outgoing.state != OutgoingState::Accepted || outgoing.at.age(now) < FORGOTTEN
        });
    }
}
