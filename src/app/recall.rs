//! What is remembered of the last run, and what is kept for the next one.

use crate::{
    app::{
        State, changes,
        memory::{Drafts, Memory},
    },
    model::id::SessionKey,
};

impl State {
    /// Shows what the last run knew, until the hosts answer.
    pub(super) fn recall(&mut self, memory: Memory) {
        if let Some(fleet) = memory.fleet {
            self.recalled_at = Some(fleet.at);
            for (host, rows) in fleet.projects {
                if self.fleet.hosts.contains_key(&host) {
                    self.fleet.take_projects(&host, rows, None);
                }
            }
            for (project, rows) in fleet.sessions {
                if self.fleet.projects.contains_key(&project) {
                    self.fleet.take_sessions(&project, rows, None);
                }
            }
            self.fleet.change_facts.extend(fleet.change_facts);
            for (project, rows) in fleet.changes {
                self.fleet.take_changes(&project, rows, None);
            }
        }
        self.history = memory.history.unwrap_or_default();
        if let Some(drafts) = memory.drafts {
            self.recall_drafts(drafts);
        }
        self.touch();
    }

    fn recall_drafts(&mut self, drafts: Drafts) {
        self.new_session_draft.prompt = drafts.new_session.unwrap_or_default();
        self.recalled_drafts = drafts.prompts;
        let keys: Vec<SessionKey> = self.fleet.sessions.keys().cloned().collect();
        for key in keys {
            self.restore_draft(&key);
        }
    }

    /// Puts the draft of the last run into a session's composer, once the session is known.
    pub(super) fn restore_draft(&mut self, key: &SessionKey) {
        if let Some(text) = self.recalled_drafts.remove(key.session.as_str()) {
            self.panes.entry(key.clone()).or_default().set_draft(text);
        }
    }

    /// All that is to be kept for the next run. The fleet is left out until a host has answered, so
    /// that a failed start does not wipe the cache.
    pub(super) fn memory(&self) -> Memory {
        let fetched = self.fleet.hosts.values().any(|host| host.fetched.is_some());
        Memory {
            fleet: fetched.then(|| self.fleet.remembered(self.now)),
            ..self.texts()
        }
    }

    /// What is to be kept and was not when this was last asked for.
    pub(super) fn news_to_remember(&mut self) -> Memory {
        changes::note_reviews(self);
        let revision = Some(self.fleet.revision);
        if std::mem::replace(&mut self.remembered, revision) == revision {
            self.texts()
        } else {
            self.memory()
        }
    }

    /// What was typed.
    fn texts(&self) -> Memory {
        let mut prompts = self.recalled_drafts.clone();
        for (key, pane) in &self.panes {
            let text = pane.unsent();
            if !text.is_empty() {
                prompts.insert(key.session.as_str().to_owned(), text);
            }
        }
        for (key, text) in &self.quick_drafts {
            let session = key.session.as_str().to_owned();
            prompts.entry(session).or_insert_with(|| text.clone());
        }
        let new_session = Some(self.new_session_draft.prompt.clone());
        Memory {
            fleet: None,
            drafts: Some(Drafts {
                prompts,
                new_session,
            }),
            history: Some(self.history.clone()),
        }
    }
}
