//! Which events were handed over already.
//!
//! Every event has the same id on every subscriber, so two streams that overlap can be told apart
//! from one. Only the newest ids are kept: a stream never repeats itself, so they matter only from
//! the moment a second stream is opened.

use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
};

use crate::model::id::EventId;

/// Ids kept while there is one stream.
const NARROW: usize = 512;
/// Ids kept while there are two; a burst of that many takes a server several seconds.
const WIDE: usize = 64 * 1024;

/// A bounded memory of ids.
pub(super) struct Seen {
    hasher: RandomState,
    known: HashSet<u64>,
    order: VecDeque<u64>,
    keep: usize,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            known: HashSet::new(),
            order: VecDeque::new(),
            keep: NARROW,
        }
    }

    /// Remembers an id; false when it was known.
    pub(super) fn insert(&mut self, id: &EventId) -> bool {
        let hash = self.hasher.hash_one(id);
        if !self.known.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        self.trim();
        true
    }

    pub(super) fn contains(&self, id: &EventId) -> bool {
        self.known.contains(&self.hasher.hash_one(id))
    }

    /// Keeps many ids, for the time of two streams.
    pub(super) fn widen(&mut self) {
        self.keep = WIDE;
    }

    /// Goes back to few ids and gives the room back.
    pub(super) fn narrow(&mut self) {
        self.keep = NARROW;
        self.trim();
        self.known.shrink_to(NARROW);
        self.order.shrink_to(NARROW);
    }

    fn trim(&mut self) {
        while self.order.len() > self.keep {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_and_forgotten_after_many_others() {
        let mut seen = Seen::new();
        assert!(seen.insert(&"evt_1".into()));
        assert!(!seen.insert(&"evt_1".into()));
        seen.widen();
        for n in 0..WIDE - 1 {
            seen.insert(&format!("evt_more_{n}").into());
        }
        assert!(seen.contains(&"evt_1".into()));
        seen.narrow();
        assert!(!seen.contains(&"evt_1".into()));
        assert_eq!(seen.order.len(), NARROW);
        assert_eq!(seen.known.len(), NARROW);
    }
}
