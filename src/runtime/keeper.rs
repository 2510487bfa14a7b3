//! Keeps drafts, history and the last lists for the next run, off the loop.
//!
//! The newest wish wins; while the disk is slow nothing piles up. Drafts of other instances are kept:
//! only what changed here since the last write is changed in the file.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    app::memory::{Drafts, Fleet, Memory},
    config::cache::{self, Problem},
};

/// The longest history of prompts in the file.
const HISTORY: usize = 500;

/// Where things are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The last lists of projects and sessions.
    pub fleet: PathBuf,
    /// Drafts and the history.
    pub drafts: PathBuf,
    /// The folder of what was noted about change requests.
    pub reviews: PathBuf,
}

/// What stands in the file of drafts.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Texts {
    drafts: Drafts,
    history: Vec<String>,
}

/// Writes what is to be kept.
#[derive(Debug, Clone)]
pub struct Keeper {
    places: Places,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The texts as this instance last read or wrote them.
    base: Texts,
    /// What waits to be written.
    next: Option<Memory>,
    is_writing: bool,
}

impl Keeper {
    /// A keeper that has read and written nothing.
    pub fn new(places: Places) -> Self {
        Self {
            places,
            shared: Arc::default(),
        }
    }

    /// Reads what the last run kept, with what was wrong.
    pub fn read(&self) -> (Memory, Vec<Problem>) {
        let mut problems = Vec::new();
        let fleet = cache::read::<Fleet>(&self.places.fleet);
        let fleet = fleet.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let texts = cache::read::<Texts>(&self.places.drafts);
        let texts = texts.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let texts = texts.unwrap_or_default();
        self.shared().base = texts.clone();
        let memory = Memory {
            fleet,
            drafts: Some(texts.drafts),
            history: Some(texts.history),
        };
        (memory, problems)
    }

    /// Puts a wish in place of the one that waits; true when [`Keeper::write`] must be called, on a
    /// thread that may block.
    pub fn wish(&self, memory: Memory) -> bool {
        let mut shared = self.shared();
        shared.next = Some(memory);
        !std::mem::replace(&mut shared.is_writing, true)
    }

    /// Writes until nothing waits; the first problem is returned.
    pub fn write(&self) -> Result<(), Problem> {
        let mut outcome = Ok(());
        loop {
            let next = {
                let mut shared = self.shared();
                let next = shared.next.take();
                shared.is_writing = next.is_some();
                next
            };
            let Some(memory) = next else { return outcome };
            outcome = outcome.and(self.keep(memory));
        }
    }

    /// Writes at once, for at most `patience`; for the way out.
    pub fn flush(&self, memory: Memory, patience: Duration) {
        self.wish(memory);
        let keeper = self.clone();
        let (sender, done) = std::sync::mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().spawn(move || {
            if let Err(problem) = keeper.write() {
                tracing::warn!(%problem, "what is kept for the next run is incomplete");
            }
            let _ = sender.send(());
        });
        if thread.is_ok() {
            let _ = done.recv_timeout(patience);
        }
    }

    fn keep(&self, memory: Memory) -> Result<(), Problem> {
        let base = self.shared().base.clone();
        let ours = Texts {
            drafts: memory.drafts.unwrap_or_else(|| base.drafts.clone()),
            history: memory.history.unwrap_or_else(|| base.history.clone()),
        };
        let mut outcome = Ok(());
        if ours != base {
            outcome = cache::update(&self.places.drafts, |theirs: Option<Texts>| {
                merge(&base, &ours, theirs.unwrap_or_default())
            });
            if outcome.is_ok() {
                self.shared().base = ours;
            }
        }
        let fleet = memory
            .fleet
            .map(|fleet| cache::write(&self.places.fleet, &fleet));
        outcome.and(fleet.unwrap_or(Ok(())))
    }

    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Applies to `theirs` what changed from `base` to `ours`.
fn merge(base: &Texts, ours: &Texts, mut theirs: Texts) -> Texts {
    let changed = |key: &String, present: &BTreeMap<String, String>| {
        base.drafts.prompts.get(key) != present.get(key)
    };
    for key in base.drafts.prompts.keys() {
        if !ours.drafts.prompts.contains_key(key) {
            theirs.drafts.prompts.remove(key);
        }
    }
    for (key, text) in &ours.drafts.prompts {
        if changed(key, &ours.drafts.prompts) {
            theirs.drafts.prompts.insert(key.clone(), text.clone());
        }
    }
    if ours.drafts.new_session != base.drafts.new_session {
        theirs
            .drafts
            .new_session
            .clone_from(&ours.drafts.new_session);
    }
    let fresh: Vec<String> = ours
        .history
        .iter()
        .filter(|text| !base.history.contains(text))
        .cloned()
        .collect();
    theirs.history.retain(|text| !fresh.contains(text));
    theirs.history.extend(fresh);
    let surplus = theirs.history.len().saturating_sub(HISTORY);
    theirs.history.drain(..surplus);
    theirs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(drafts: &[(&str, &str)], history: &[&str]) -> Texts {
        Texts {
            drafts: Drafts {
                prompts: drafts
                    .iter()
                    .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()))
                    .collect(),
                new_session: None,
            },
            history: history.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn drafts_of_another_instance_survive_ours() {
        let base = texts(&[("a", "one"), ("b", "two")], &["x"]);
        let ours = texts(&[("a", "one more")], &["x", "y"]);
        let theirs = texts(&[("a", "one"), ("b", "two"), ("c", "three")], &["x", "z"]);
        assert_eq!(
            merge(&base, &ours, theirs),
            texts(&[("a", "one more"), ("c", "three")], &["x", "z", "y"])
        );
    }
}
