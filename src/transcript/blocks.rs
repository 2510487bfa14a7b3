//! The ordered blocks of a conversation with an index by id.

use std::collections::HashMap;

use crate::{
    model::{id::MessageId, time::Millis},
    transcript::block::{Block, BlockBody, BlockId},
};

/// Counts revisions over a whole transcript.
#[derive(Debug, Default)]
pub(super) struct Revisions(u64);

impl Revisions {
    pub(super) fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

/// Blocks ordered by the time of their message, its id, and their place in it.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    list: Vec<Block>,
    positions: HashMap<BlockId, usize>,
}

impl Blocks {
    pub(super) fn list(&self) -> &[Block] {
        &self.list
    }

    pub(super) fn position(&self, id: &BlockId) -> Option<usize> {
        self.positions.get(id).copied()
    }

    pub(super) fn find(&self, id: &BlockId) -> Option<&Block> {
        self.list.get(self.position(id)?)
    }

    /// Puts a body under an id, new or instead of the old one; false when nothing changed.
    pub(super) fn put(
        &mut self,
        id: BlockId,
        created: Millis,
        body: BlockBody,
        revisions: &mut Revisions,
    ) -> bool {
        match self.position(&id) {
            Some(position) => self.replace(position, body, revisions),
            None => {
                let key = (created, &id);
                let at = self.insertion_point(key);
                let block = Block {
                    revision: revisions.next(),
                    message: id.message.clone(),
                    created,
                    reverted: false,
                    id,
                    body,
                };
                self.list.insert(at, block);
                self.reindex(at);
                true
            }
        }
    }

    fn replace(&mut self, position: usize, body: BlockBody, revisions: &mut Revisions) -> bool {
        let Some(block) = self.list.get_mut(position) else {
            return false;
        };
        if block.body == body {
            return false;
        }
        block.body = body;
        block.revision = revisions.next();
        true
    }

    fn insertion_point(&self, key: (Millis, &BlockId)) -> usize {
        // Nearly every block is the newest.
        match self.list.last() {
            Some(last) if (last.created, &last.id) > key => self
                .list
                .partition_point(|block| (block.created, &block.id) < key),
            _ => self.list.len(),
        }
    }

    /// Changes a block in place when `change` says that it did.
    pub(super) fn change(
        &mut self,
        id: &BlockId,
        revisions: &mut Revisions,
        change: impl FnOnce(&mut Block) -> bool,
    ) -> bool {
        let position = self.position(id);
        let Some(block) = position.and_then(|at| self.list.get_mut(at)) else {
            return false;
        };
        let changed = change(block);
        if changed {
            block.revision = revisions.next();
        }
        changed
    }

    /// Changes every block for which `change` says that it did.
    pub(super) fn change_all(
        &mut self,
        revisions: &mut Revisions,
        mut change: impl FnMut(&mut Block) -> bool,
    ) -> bool {
        let mut changed = false;
        for block in &mut self.list {
            if change(block) {
                block.revision = revisions.next();
                changed = true;
            }
        }
        changed
    }

    pub(super) fn remove(&mut self, id: &BlockId) -> bool {
        let Some(position) = self.positions.remove(id) else {
            return false;
        };
        self.list.remove(position);
        self.reindex(position);
        true
    }

    /// Removes all blocks that `keep` refuses.
    pub(super) fn retain(&mut self, keep: impl Fn(&Block) -> bool) -> bool {
        let before = self.list.len();
        self.list.retain(keep);
        if self.list.len() == before {
            return false;
        }
        self.positions.clear();
        self.reindex(0);
        true
    }

    pub(super) fn remove_message(&mut self, message: &MessageId) -> bool {
        self.retain(|block| &block.message != message)
    }

    fn reindex(&mut self, from: usize) {
        for (position, block) in self.list.iter().enumerate().skip(from) {
            match self.positions.get_mut(&block.id) {
                Some(place) => *place = position,
                None => {
                    self.positions.insert(block.id.clone(), position);
                }
            }
        }
    }
}
