//! The keys of the screen below, from the action table and the keys as they are set.

use crossterm::event::KeyEvent;

use crate::{
    action::{Action, Context, Entry, TABLE},
    app::{
        State,
        input::Done,
        overlay::{Overlay, room, scroll::scroll, typed::Typed},
    },
    keymap::Keymap,
};

/// The help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    contexts: Vec<Context>,
    /// What is searched for.
    pub search: Typed,
    /// Whether the search is being typed.
    pub is_typing: bool,
    /// The first row that is seen.
    pub first: usize,
}

/// A row of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpRow {
    /// Begins a context.
    Heading(Context),
    /// An action with its keys.
    Action {
        /// The action.
        entry: &'static Entry,
        /// Its keys; empty when it has none.
        keys: String,
    },
}

impl Help {
    /// The help for a chain of contexts.
    pub fn new(contexts: Vec<Context>) -> Self {
        Self {
            contexts,
            search: Typed::default(),
            is_typing: false,
            first: 0,
        }
    }

    pub(super) fn contexts(&self) -> Vec<Context> {
        if self.is_typing {
            vec![Context::Input]
        } else {
            vec![Context::Reader, Context::List]
        }
    }

    /// All rows that match what is searched for, context by context.
    pub fn rows(&self, keymap: &Keymap) -> Vec<HelpRow> {
        let wanted = self.search.text().trim().to_lowercase();
        let mut rows = Vec::new();
        for context in &self.contexts {
            let entries = TABLE.iter().filter(|entry| entry.context == *context);
            let entries = entries.filter_map(|entry| {
                let keys = keymap.keys_text(entry.action);
                let is_match = wanted.is_empty()
                    || entry.doc.to_lowercase().contains(&wanted)
                    || entry.name.contains(&wanted)
                    || keys.to_lowercase().contains(&wanted);
                is_match.then_some(HelpRow::Action { entry, keys })
            });
            let before = rows.len();
            rows.push(HelpRow::Heading(*context));
            rows.extend(entries);
            if rows.len() == before + 1 {
                rows.pop();
            }
        }
        rows
    }

    pub(super) fn type_key(&mut self, key: KeyEvent) {
        if self.search.key(key) {
            self.first = 0;
        }
    }
}

/// Does an action in the help.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    let (_, height) = room(state.size);
    let keymap = &state.setup.keymap;
    let Some(Overlay::Help(help)) = state.overlays.last_mut() else {
        return Done::No;
    };
    let rows = help.rows(keymap).len();
    if scroll(&mut help.first, action, rows, height) {
        return Done::Yes;
    }
    match action {
        Action::Filter => help.is_typing = true,
        Action::Accept => help.is_typing = false,
        Action::Cancel => {
            help.is_typing = false;
            help.search = Typed::default();
        }
        Action::Close | Action::Back if help.search.text().is_empty() => {
            state.overlays.pop();
        }
        Action::Close | Action::Back => help.search = Typed::default(),
        Action::Help => {
            state.overlays.pop();
        }
        _ => return Done::No,
    }
    Done::Yes
}
