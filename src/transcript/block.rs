//! What a conversation is made of.

use std::time::Duration;

use crate::model::{
    agent::{AgentError, Tokens, message::Tool},
    id::{MessageId, PartId},
    time::Millis,
};

/// One thing in a conversation that is drawn by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Which block; the same through all its changes.
    pub id: BlockId,
    /// Changes with every visible change and is never used twice in a transcript.
    pub revision: u64,
    /// The message it belongs to.
    pub message: MessageId,
    /// When its message was begun.
    pub created: Millis,
    /// Whether it was reverted and will go at the next prompt.
    pub reverted: bool,
    /// What it is.
    pub body: BlockBody,
}

/// Names a block within its session; ordered as the blocks of one message are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId {
    pub(super) message: MessageId,
    pub(super) rank: Rank,
    pub(super) part: PartId,
    /// Counts the gaps after a block; zero is the block itself.
    pub(super) gap: u32,
}

/// Where in its message a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Rank {
    Reverted,
    Part,
    Retry,
    Error,
    StepEnd,
}

/// What a block is. Text in it is as it came: sanitize before it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum BlockBody {
    /// What a person asked.
    Prompt(Prompt),
    /// What the agent says.
    Text(Passage),
    /// What the model thinks.
    Reasoning {
        /// The thoughts.
        passage: Passage,
        /// When it began to think.
        start: Option<Millis>,
        /// When it stopped.
        end: Option<Millis>,
    },
    /// A tool call.
    Tool {
        /// The call; long texts in it are cut to their end.
        tool: Box<Tool>,
        /// Whether it was left running by a stop or a crash and nobody will finish it.
        stopped: bool,
    },
    /// Files that a step changed.
    Patch {
        /// Their paths, absolute inside the sandbox.
        files: Vec<String>,
    },
    /// A file that came with a prompt or an answer.
    Attachment {
        /// Its media type.
        mime: String,
        /// Its name, where it has one.
        filename: Option<String>,
    },
    /// A task handed to a subagent by command.
    Subtask {
        /// The subagent.
        agent: String,
        /// What it is to do.
        description: String,
    },
    /// The history before this point was compacted.
    Compaction {
        /// Whether the agent did it by itself.
        auto: bool,
    },
    /// The turn failed here, or was stopped ([`AgentError::is_abort`]).
    Error(AgentError),
    /// The provider failed and is tried again; goes when that starts.
    Retry {
        /// Which try is next.
        attempt: u64,
        /// Why the last one failed.
        message: String,
        /// When the next one starts.
        next: Millis,
    },
    /// The connection was lost here while the agent worked.
    Gap {
        /// For how long.
        lasted: Duration,
        /// Whether text that was streamed meanwhile has not been seen yet; the whole text comes
        /// when its part ends.
        text_missing: bool,
    },
    /// A step of the model ended.
    StepEnd(StepEnd),
    /// Everything from here on was reverted.
    Reverted,
    /// A part of a type that this version does not know.
    Unknown {
        /// The type's word.
        kind: String,
    },
}

/// What a person asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    /// The text.
    pub text: String,
    /// Whether the agent has stored it but not begun to read it.
    pub queued: bool,
    /// The agent that is asked.
    pub agent: Option<String>,
    /// The model as `provider/model`.
    pub model: Option<String>,
}

/// Text of the agent that may still grow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passage {
    /// The text so far.
    pub text: String,
    /// Whether it will not grow any more.
    pub complete: bool,
    /// Byte offsets into the text at which some of it is missing, ascending.
    pub gaps: Vec<usize>,
    /// Whether it is the summary of a compaction.
    pub is_summary: bool,
}

/// What a step of the model took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepEnd {
    /// Why it ended: `stop`, `tool-calls`, `length`, …; absent when it was cut off.
    pub finish: Option<String>,
    /// The model as `provider/model`.
    pub model: Option<String>,
    /// In US dollars.
    pub cost: f64,
    /// The tokens it used.
    pub tokens: Tokens,
    /// How long it took.
    pub took: Duration,
}

impl StepEnd {
    /// Whether the turn goes on with another step.
    pub fn is_followed(&self) -> bool {
        self.finish.as_deref() == Some("tool-calls")
    }
}

impl BlockId {
    pub(super) fn of_part(message: MessageId, part: PartId) -> Self {
        Self {
            message,
            rank: Rank::Part,
            part,
            gap: 0,
        }
    }

    pub(super) fn of_message(message: MessageId, rank: Rank) -> Self {
        Self {
            message,
            rank,
            part: PartId::default(),
            gap: 0,
        }
    }
}

impl BlockBody {
    /// The growing text of a passage.
    pub(super) fn passage_mut(&mut self) -> Option<&mut Passage> {
        match self {
            Self::Text(passage) | Self::Reasoning { passage, .. } => Some(passage),
            Self::Prompt(_)
            | Self::Tool { .. }
            | Self::Patch { .. }
            | Self::Attachment { .. }
            | Self::Subtask { .. }
            | Self::Compaction { .. }
            | Self::Error(_)
            | Self::Retry { .. }
            | Self::Gap { .. }
            | Self::StepEnd(_)
            | Self::Reverted
            | Self::Unknown { .. } => None,
        }
    }

    /// [`Self::passage_mut`] for reading.
    pub(super) fn passage(&self) -> Option<&Passage> {
        if let Self::Text(passage) | Self::Reasoning { passage, .. } = self {
            Some(passage)
        } else {
            None
        }
    }

    /// The call of a tool block.
    pub fn tool(&self) -> Option<&Tool> {
        if let Self::Tool { tool, .. } = self {
            Some(tool)
        } else {
            None
        }
    }
}
