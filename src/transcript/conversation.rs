//! The messages and blocks of one agent session.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{
    model::{
        agent::{
            Revert, Tokens,
            message::{MessageInfo, Part, Role},
        },
        id::{MessageId, PartId},
        time::Millis,
    },
    transcript::{
        block::{Block, BlockId},
        blocks::Blocks,
    },
};

/// How many messages a conversation keeps.
pub(super) const MAX_MESSAGES: usize = 5_000;

/// How many parts without a message are kept.
pub(super) const MAX_STUBS: usize = 1_000;

/// The conversation of one agent session, as blocks in reading order.
#[derive(Debug, Default)]
pub struct Conversation {
    pub(super) blocks: Blocks,
    /// By time and id, which is the server's order.
    pub(super) messages: BTreeMap<(Millis, MessageId), MessageEntry>,
    pub(super) created: HashMap<MessageId, Millis>,
    pub(super) parts: HashMap<PartId, PartEntry>,
    /// Parts that may still grow or change.
    pub(super) open: HashSet<PartId>,
    /// Parts whose message has not come.
    pub(super) stubs: HashMap<MessageId, BTreeMap<PartId, Part>>,
    pub(super) removed_messages: HashSet<MessageId>,
    pub(super) removed_parts: HashSet<PartId>,
    /// The gaps, for when their text comes.
    pub(super) gaps: Vec<BlockId>,
    pub(super) retry: Option<BlockId>,
    pub(super) revert: Option<Revert>,
    pub(super) older: Older,
    pub(super) is_busy: bool,
}

/// Whether there is more before the first message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Older {
    /// Nothing has been fetched yet.
    #[default]
    Unknown,
    /// The first message is the first there is.
    Beginning,
    /// More can be fetched.
    Cursor(String),
    /// Older messages were let go to bound memory; the newest page has to be fetched again.
    Dropped,
}

/// A message and its parts.
#[derive(Debug)]
pub(super) struct MessageEntry {
    pub(super) info: MessageInfo,
    pub(super) parts: BTreeSet<PartId>,
}

/// What is known about a part beside its block.
#[derive(Debug)]
pub(super) struct PartEntry {
    pub(super) block: BlockId,
    pub(super) nature: Nature,
    /// It has its end: it will not go back.
    pub(super) ended: bool,
    /// Deltas of it were missed since the last one that was appended.
    pub(super) torn: bool,
    /// It belongs to an attempt that was given up.
    pub(super) discarded: bool,
}

/// The kinds of parts that the fold treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Text,
    Reasoning,
    Tool,
    /// Whole from the start.
    Fixed,
    /// Never shown.
    Hidden,
}

/// What a conversation used.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// In US dollars.
    pub cost: f64,
    /// All tokens of all steps.
    pub tokens: Tokens,
    /// How many tokens the last step had in view.
    pub context: u64,
}

impl Conversation {
    /// How many blocks it has.
    pub fn len(&self) -> usize {
        self.blocks.list().len()
    }

    /// Whether it has no blocks.
    pub fn is_empty(&self) -> bool {
        self.blocks.list().is_empty()
    }

    /// All blocks in reading order.
    pub fn blocks(&self) -> &[Block] {
        self.blocks.list()
    }

    /// The block at an index.
    pub fn get(&self, index: usize) -> Option<&Block> {
        self.blocks.list().get(index)
    }

    /// The index of a block; `None` when it is gone.
    pub fn position(&self, id: &BlockId) -> Option<usize> {
        self.blocks.position(id)
    }

    /// Whether and how what came before the first message can be had.
    pub fn older(&self) -> &Older {
        &self.older
    }

    /// How many messages it holds.
    pub fn message_count(&self) -> usize {
        self.messages.len()
    }

    /// All messages in order, oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &MessageInfo> {
        self.messages.values().map(|entry| &entry.info)
    }

    /// The newest message of the agent.
    pub fn last_answer(&self) -> Option<&MessageInfo> {
        self.messages()
            .rev()
            .find(|info| info.role == Role::Assistant)
    }

    /// What its messages used.
    pub(super) fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        for info in self.messages() {
            usage.cost += info.cost;
            add(&mut usage.tokens, &info.tokens);
            let seen = info.tokens.input + info.tokens.cache.read + info.tokens.cache.write;
            if seen > 0 {
                usage.context = seen + info.tokens.output;
            }
        }
        usage
    }

    /// The parts of a message, in order.
    pub(super) fn parts_of(&self, message: &MessageId) -> impl DoubleEndedIterator<Item = &PartId> {
        let created = self.created.get(message).copied();
        let entry = created.and_then(|created| self.messages.get(&(created, message.clone())));
        entry.into_iter().flat_map(|entry| entry.parts.iter())
    }

    pub(super) fn entry_mut(&mut self, message: &MessageId) -> Option<&mut MessageEntry> {
        let created = *self.created.get(message)?;
        self.messages.get_mut(&(created, message.clone()))
    }

    pub(super) fn info(&self, message: &MessageId) -> Option<&MessageInfo> {
        let created = *self.created.get(message)?;
        let entry = self.messages.get(&(created, message.clone()))?;
        Some(&entry.info)
    }
}

fn add(sum: &mut Tokens, tokens: &Tokens) {
    sum.input = sum.input.saturating_add(tokens.input);
    sum.output = sum.output.saturating_add(tokens.output);
    sum.reasoning = sum.reasoning.saturating_add(tokens.reasoning);
    sum.cache.read = sum.cache.read.saturating_add(tokens.cache.read);
    sum.cache.write = sum.cache.write.saturating_add(tokens.cache.write);
}
