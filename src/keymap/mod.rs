//! Keys to actions, along a chain of contexts.
//!
//! A binding is one chord or a sequence of two. Defaults come from the action table; the settings
//! change them. Not for: what an action does.

mod chord;
mod settings;
mod table;

use std::collections::HashMap;

use crossterm::event::KeyEvent;

pub use chord::{Chord, ParseError};
pub use settings::Problem;
pub use table::key_table_markdown;

use crate::action::{Action, Context, TABLE};

/// One chord, or two to be pressed one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Keys {
    /// The first chord.
    pub first: Chord,
    /// The second chord of a sequence.
    pub second: Option<Chord>,
}

/// Which keys do what, context by context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: HashMap<Context, HashMap<Keys, Action>>,
}

/// A sequence that has begun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pending {
    first: Option<Chord>,
    meanwhile: Option<Action>,
}

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// This action.
    Action(Action),
    /// The first chord of a sequence; `meanwhile` is what it means alone.
    Prefix {
        /// What it means when no second chord follows.
        meanwhile: Option<Action>,
    },
    /// Nothing.
    Unbound,
}

/// Two actions of one context that want the same keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The context.
    pub context: Context,
    /// The keys.
    pub keys: Keys,
    /// The action that had them.
    pub had: Action,
    /// The action that wants them too, and does not get them.
    pub wants: Action,
}

impl Pending {
    /// What the first chord means when no second one follows.
    pub fn meanwhile(self) -> Option<Action> {
        self.meanwhile
    }
}

impl Default for Keymap {
    fn default() -> Self {
        let mut keymap = Self {
            bindings: HashMap::new(),
        };
        for entry in TABLE {
            for keys in Keys::parse_list(entry.keys).into_iter().flatten() {
                keymap
                    .bindings
                    .entry(entry.context)
                    .or_default()
                    .insert(keys, entry.action);
            }
        }
        keymap
    }
}

impl Keymap {
    /// Gives an action other keys, instead of those it had. Keys that another action of the same
    /// context holds stay with that one and are returned.
    pub fn rebind(&mut self, action: Action, keys: &[Keys]) -> Vec<Clash> {
        let context = action.entry().context;
        let bindings = self.bindings.entry(context).or_default();
        bindings.retain(|_, bound| *bound != action);
        let mut clashes = Vec::new();
        for keys in keys {
            match bindings.get(keys) {
                Some(had) => clashes.push(Clash {
                    context,
                    keys: *keys,
                    had: *had,
                    wants: action,
                }),
                None => {
                    bindings.insert(*keys, action);
                }
            }
        }
        clashes
    }

    /// The keys of an action: those of the default in its order, then the shortest first.
    pub fn keys_of(&self, action: Action) -> Vec<Keys> {
        let bindings = self.bindings.get(&action.entry().context);
        let mut keys: Vec<Keys> = bindings
            .into_iter()
            .flatten()
            .filter(|(_, bound)| **bound == action)
            .map(|(keys, _)| *keys)
            .collect();
        let place = |keys: &Keys| {
            let default = Keys::parse_list(action.entry().keys);
            default
                .ok()
                .and_then(|list| list.iter().position(|key| key == keys))
                .unwrap_or(usize::MAX)
        };
        // The rest in an order that is the same in every run.
        keys.sort_by_cached_key(|keys| {
            let text = keys.to_string();
            (place(keys), text.len(), text)
        });
        keys
    }

    /// The first keys that mean this action in a chain of contexts; `None` when all of them mean
    /// something else there, or are typed.
    pub fn hint(&self, contexts: &[Context], action: Action) -> Option<Keys> {
        let mut keys = self.keys_of(action).into_iter();
        keys.find(|keys| self.find(contexts, *keys) == Some(action))
    }

    /// The keys of an action as text; empty when it has none.
    pub fn keys_text(&self, action: Action) -> String {
        let keys = self.keys_of(action);
        let keys: Vec<String> = keys.iter().map(Keys::to_string).collect();
        keys.join(", ")
    }

    /// What a key means in a chain of contexts, the innermost first.
    ///
    /// Where the innermost context takes text, plain characters mean nothing in the outer ones.
    pub fn resolve(
        &self,
        contexts: &[Context],
        pending: &mut Pending,
        key: KeyEvent,
    ) -> Resolution {
        let chord = Chord::from(key);
        let before = std::mem::take(pending);
        if let Some(first) = before.first {
            let keys = Keys {
                first,
                second: Some(chord),
            };
            if let Some(action) = self.find(contexts, keys) {
                return Resolution::Action(action);
            }
        }
        let alone = self.find(
            contexts,
            Keys {
                first: chord,
                second: None,
            },
        );
        if self.begins_sequence(contexts, chord) {
            *pending = Pending {
                first: Some(chord),
                meanwhile: alone,
            };
            return Resolution::Prefix { meanwhile: alone };
        }
        alone.map_or(Resolution::Unbound, Resolution::Action)
    }

    /// Whether a key is the second one of the sequence that has begun.
    pub fn completes(&self, contexts: &[Context], pending: Pending, key: KeyEvent) -> bool {
        let second = Some(Chord::from(key));
        pending
            .first
            .is_some_and(|first| self.find(contexts, Keys { first, second }).is_some())
    }

    fn find(&self, contexts: &[Context], keys: Keys) -> Option<Action> {
        reachable(contexts, keys.first)
            .find_map(|context| self.bindings.get(&context)?.get(&keys).copied())
    }

    fn begins_sequence(&self, contexts: &[Context], chord: Chord) -> bool {
        reachable(contexts, chord).any(|context| {
            self.bindings.get(&context).is_some_and(|bindings| {
                bindings
                    .keys()
                    .any(|keys| keys.first == chord && keys.second.is_some())
            })
        })
    }
}

fn reachable(contexts: &[Context], chord: Chord) -> impl Iterator<Item = Context> + '_ {
    let types = contexts.first().is_some_and(|context| context.takes_text());
    let inner = if types && chord.is_text() {
        1
    } else {
        contexts.len()
    };
    contexts.iter().take(inner).copied()
}
