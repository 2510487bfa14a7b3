//! Fetched messages into a conversation: the newest page at a (re)connection, older ones on request.

use std::collections::HashSet;

use crate::{
    model::{
        agent::stream::{Message, MessagePage},
        id::MessageId,
    },
    transcript::{
        blocks::Revisions,
        conversation::{Conversation, Older},
        parts::Source,
    },
};

impl Conversation {
    /// Takes the newest messages as they are now.
    pub(super) fn take_page(&mut self, page: MessagePage, revisions: &mut Revisions) -> bool {
        let ids: HashSet<MessageId> = page.messages.iter().map(|m| m.info.id.clone()).collect();
        let oldest = page
            .messages
            .iter()
            .map(|m| (m.info.created, &m.info.id))
            .min();
        let oldest = oldest.map(|(created, id)| (created, id.clone()));
        let is_whole = page.older.is_none();
        let overlaps = self.created.keys().any(|id| ids.contains(id));
        // What the page should have and has not is gone; without an overlap there is a hole
        // between what is known and the page.
        let keeps_older = overlaps && !is_whole;
        let gone: Vec<MessageId> = self
            .messages
            .keys()
            .filter(|key| !ids.contains(&key.1))
            .filter(|key| !keeps_older || oldest.as_ref().is_some_and(|oldest| *key > oldest))
            .map(|key| key.1.clone())
            .collect();
        let mut changed = false;
        for id in &gone {
            changed |= self.forget_message(id);
        }
        if !keeps_older || self.older == Older::Unknown {
            self.older = page.older.map_or(Older::Beginning, Older::Cursor);
        }
        changed | self.take_messages(page.messages, revisions)
    }

    /// Takes older messages that were asked for.
    pub(super) fn take_history(
        &mut self,
        messages: Vec<Message>,
        older: Option<String>,
        revisions: &mut Revisions,
    ) -> bool {
        self.older = older.map_or(Older::Beginning, Older::Cursor);
        self.take_messages(messages, revisions)
    }

    fn take_messages(&mut self, messages: Vec<Message>, revisions: &mut Revisions) -> bool {
        let mut changed = false;
        for message in messages {
            let id = message.info.id.clone();
            let fetched: HashSet<_> = message.parts.iter().map(|part| part.id.clone()).collect();
            changed |= self.take_message(message.info, revisions);
            let gone: Vec<_> = self
                .parts_of(&id)
                .filter(|part| !fetched.contains(*part))
                .cloned()
                .collect();
            for part in gone {
                changed |= self.forget_part(&part);
            }
            for part in message.parts {
                changed |= self.take_part(part, Source::Fetch, revisions);
            }
        }
        changed | self.mark_reverted(revisions)
    }
}
