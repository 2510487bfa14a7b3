//! Messages to blocks: what a message as a whole adds, and what queues, reverts and gaps change.

use std::{collections::HashSet, time::Duration};

use crate::{
    model::{
        agent::{
            AgentError, AgentStatus, Revert,
            message::{MessageInfo, Role},
        },
        id::{MessageId, PartId},
        time::Millis,
    },
    transcript::{
        block::{Block, BlockBody, BlockId, Rank, StepEnd},
        blocks::Revisions,
        conversation::{Conversation, MAX_MESSAGES, MessageEntry, Nature, Older},
        parts::Source,
    },
};

impl Conversation {
    /// Takes a whole message; true when something visible changed.
    pub(super) fn take_message(&mut self, info: MessageInfo, revisions: &mut Revisions) -> bool {
        if self.removed_messages.contains(&info.id) {
            return false;
        }
        let mut changed = false;
        let moved = self
            .created
            .get(&info.id)
            .is_some_and(|old| *old != info.created);
        if moved {
            changed |= self.forget_message(&info.id);
        }
        let key = (info.created, info.id.clone());
        self.created.insert(info.id.clone(), info.created);
        match self.messages.get_mut(&key) {
            Some(entry) => entry.info = info.clone(),
            None => {
                let parts = Default::default();
                let entry = MessageEntry {
                    info: info.clone(),
                    parts,
                };
                self.messages.insert(key, entry);
            }
        }
        changed |= self.show_end(&info, revisions);
        let stubs = self.stubs.remove(&info.id).unwrap_or_default();
        for part in stubs.into_values() {
            changed |= self.take_part(part, Source::Stream, revisions);
        }
        self.bound();
        changed
    }

    /// Shows how a message ended.
    fn show_end(&mut self, info: &MessageInfo, revisions: &mut Revisions) -> bool {
        if info.role == Role::User {
            return false;
        }
        let mut changed = self.clear_prompt_error(info);
        if let Some(error) = &info.error {
            let id = BlockId::of_message(info.id.clone(), Rank::Error);
            let body = BlockBody::Error(error.clone());
            changed |= self.blocks.put(id, info.created, body, revisions);
        }
        let Some(completed) = info.completed else {
            return changed;
        };
        let id = BlockId::of_message(info.id.clone(), Rank::StepEnd);
        let body = BlockBody::StepEnd(StepEnd {
            finish: info.finish.clone(),
            model: info.model.clone(),
            cost: info.cost,
            tokens: info.tokens,
            took: info.created.age(completed),
        });
        changed | self.blocks.put(id, info.created, body, revisions)
    }

    /// An error shown at a prompt gives way to the answer that came after all.
    fn clear_prompt_error(&mut self, answer: &MessageInfo) -> bool {
        let Some(prompt) = answer.parent_id.clone() else {
            return false;
        };
        self.blocks
            .remove(&BlockId::of_message(prompt, Rank::Error))
    }

    /// Shows an error that no message carries: the last prompt got no answer.
    pub(super) fn show_error(&mut self, error: &AgentError, revisions: &mut Revisions) -> bool {
        let Some(last) = self.messages().next_back().filter(|i| i.role == Role::User) else {
            return false;
        };
        let created = last.created;
        let id = BlockId::of_message(last.id.clone(), Rank::Error);
        // The second report of the same failure is a stack trace.
        if self.blocks.find(&id).is_some() {
            return false;
        }
        self.blocks
            .put(id, created, BlockBody::Error(error.clone()), revisions)
    }

    /// Removes a message for good.
    pub(super) fn remove_message(&mut self, id: &MessageId) -> bool {
        self.removed_messages.insert(id.clone());
        self.stubs.remove(id);
        self.forget_message(id)
    }

    /// Removes a message that may come again.
    pub(super) fn forget_message(&mut self, id: &MessageId) -> bool {
        self.forget_record(id) && self.blocks.remove_message(id)
    }

    /// Forgets a message and its parts, but not the blocks that show them.
    fn forget_record(&mut self, id: &MessageId) -> bool {
        let Some(created) = self.created.remove(id) else {
            return false;
        };
        let entry = self.messages.remove(&(created, id.clone()));
        for part in entry.iter().flat_map(|entry| &entry.parts) {
            self.parts.remove(part);
            self.open.remove(part);
        }
        true
    }

    /// Lets the oldest messages go when there are too many.
    fn bound(&mut self) {
        if self.messages.len() <= MAX_MESSAGES {
            return;
        }
        let surplus = self.messages.len() - MAX_MESSAGES * 9 / 10;
        let oldest: HashSet<MessageId> = self
            .messages
            .keys()
            .take(surplus)
            .map(|(_, id)| id.clone())
            .collect();
        for id in &oldest {
            self.forget_record(id);
        }
        self.blocks.retain(|block| !oldest.contains(&block.message));
        self.older = Older::Dropped;
    }

    /// Shows or hides that the provider is tried again.
    pub(super) fn show_retry(&mut self, status: &AgentStatus, revisions: &mut Revisions) -> bool {
        let AgentStatus::Retry {
            attempt,
            message,
            next,
        } = status
        else {
            return self.retry.take().is_some_and(|id| self.blocks.remove(&id));
        };
        let Some(last) = self.messages().next_back() else {
            return false;
        };
        let created = last.created;
        let id = BlockId::of_message(last.id.clone(), Rank::Retry);
        let old = self.retry.replace(id.clone()).filter(|old| *old != id);
        let moved = old.is_some_and(|old| self.blocks.remove(&old));
        let body = BlockBody::Retry {
            attempt: *attempt,
            message: message.clone(),
            next: *next,
        };
        moved | self.blocks.put(id, created, body, revisions)
    }

    /// Marks the prompts that the agent has not begun to read.
    pub(super) fn mark_queued(&mut self, is_busy: bool, revisions: &mut Revisions) -> bool {
        self.is_busy = is_busy;
        // The newest few: older ones were settled by an answer long ago.
        let prompts = self.messages.values().rev().map(|entry| &entry.info);
        let prompts = prompts.filter(|info| info.role == Role::User).take(8);
        let marks: Vec<(MessageId, bool)> = prompts
            .map(|info| (info.id.clone(), self.is_queued(info)))
            .collect();
        let mut changed = false;
        for (message, queued) in marks {
            let parts: Vec<PartId> = self.parts_of(&message).cloned().collect();
            for part in parts {
                let id = BlockId::of_part(message.clone(), part);
                changed |= self.blocks.change(&id, revisions, |block| {
                    let BlockBody::Prompt(prompt) = &mut block.body else {
                        return false;
                    };
                    std::mem::replace(&mut prompt.queued, queued) != queued
                });
            }
        }
        changed
    }

    /// Whether a prompt came while the agent works on an answer to an earlier one.
    pub(super) fn is_queued(&self, info: &MessageInfo) -> bool {
        let Some(answer) = self.last_answer().filter(|_| self.is_busy) else {
            return false;
        };
        let works = answer.completed.is_none() || answer.finish.as_deref() == Some("tool-calls");
        let is_later = (info.created, &info.id) > (answer.created, &answer.id);
        info.role == Role::User && works && is_later
    }

    /// Marks what is reverted, or nothing any more.
    pub(super) fn set_revert(&mut self, revert: Option<Revert>, revisions: &mut Revisions) -> bool {
        if self.revert == revert {
            return false;
        }
        let mut changed = match self.revert.take() {
            Some(old) => self
                .blocks
                .remove(&BlockId::of_message(old.message_id, Rank::Reverted)),
            None => false,
        };
        self.revert = revert;
        changed |= self.mark_reverted(revisions);
        changed
    }

    /// Shows where reverted messages begin and marks their blocks.
    pub(super) fn mark_reverted(&mut self, revisions: &mut Revisions) -> bool {
        let mut changed = false;
        let from = self.revert_point();
        if let Some((created, id)) = &from {
            let id = BlockId {
                rank: Rank::Reverted,
                part: PartId::default(),
                ..id.clone()
            };
            changed |= self
                .blocks
                .put(id, *created, BlockBody::Reverted, revisions);
        }
        let reverted = |block: &Block| match &from {
            Some((created, id)) => {
                block.body != BlockBody::Reverted && (block.created, &block.id) >= (*created, id)
            }
            None => false,
        };
        changed
            | self.blocks.change_all(revisions, |block| {
                let now = reverted(block);
                std::mem::replace(&mut block.reverted, now) != now
            })
    }

    fn revert_point(&self) -> Option<(Millis, BlockId)> {
        let revert = self.revert.as_ref()?;
        let created = *self.created.get(&revert.message_id)?;
        let part = revert.part_id.clone().unwrap_or_default();
        Some((created, BlockId::of_part(revert.message_id.clone(), part)))
    }

    pub(super) fn is_reverted(&self, info: &MessageInfo, id: &BlockId) -> bool {
        self.revert_point()
            .is_some_and(|(created, from)| (info.created, id) >= (created, &from))
    }

    /// Every text that is being streamed has missed deltas.
    pub(super) fn tear(&mut self) {
        for id in &self.open {
            if let Some(entry) = self.parts.get_mut(id) {
                entry.torn = matches!(entry.nature, Nature::Text | Nature::Reasoning);
            }
        }
    }

    /// Marks a lost connection after the last block; two in a row are one.
    pub(super) fn show_gap(
        &mut self,
        after: &BlockId,
        lasted: Duration,
        revisions: &mut Revisions,
    ) -> bool {
        let text_missing = self.misses_text();
        let Some(last) = self.blocks.find(after) else {
            return false;
        };
        let before = if let BlockBody::Gap { lasted, .. } = last.body {
            Some(lasted)
        } else {
            None
        };
        let created = last.created;
        let mut id = last.id.clone();
        if before.is_none() {
            id.gap += 1;
            self.gaps.push(id.clone());
        }
        let lasted = before.unwrap_or_default().saturating_add(lasted);
        self.blocks.put(
            id,
            created,
            BlockBody::Gap {
                lasted,
                text_missing,
            },
            revisions,
        )
    }

    fn misses_text(&self) -> bool {
        self.open.iter().any(|id| {
            let Some(entry) = self.parts.get(id) else {
                return false;
            };
            let passage = self
                .blocks
                .find(&entry.block)
                .and_then(|block| block.body.passage());
            entry.torn || passage.is_some_and(|passage| !passage.gaps.is_empty())
        })
    }

    /// Once no text misses anything the gaps are only gaps in time.
    pub(super) fn close_gaps(&mut self, revisions: &mut Revisions) -> bool {
        if self.gaps.is_empty() || self.misses_text() {
            return false;
        }
        let mut changed = false;
        for id in std::mem::take(&mut self.gaps) {
            changed |= self.blocks.change(&id, revisions, |block| {
                let BlockBody::Gap { text_missing, .. } = &mut block.body else {
                    return false;
                };
                std::mem::replace(text_missing, false)
            });
        }
        changed
    }
}
