//! Keys from the settings: names of actions and keys in, a key map and problems out.

use std::collections::BTreeSet;

use crate::{
    action::{Action, TABLE},
    keymap::{Clash, Keymap, Keys, ParseError},
    text,
};

/// Something wrong with the keys in the settings; the action keeps what it can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No action has this name.
    #[error("`{name}` is not an action{}", text::did_you_mean(*.nearest))]
    UnknownAction {
        /// The name in the settings.
        name: String,
        /// The action whose name is most like it.
        nearest: Option<&'static str>,
    },
    /// A key cannot be read; the action keeps its default keys.
    #[error("keys of `{action}`: {reason}")]
    UnreadableKey {
        /// The action's name.
        action: &'static str,
        /// Why.
        reason: ParseError,
    },
    /// Two actions of one context want the same keys.
    #[error(
        "`{keys}` is wanted by `{}` and by `{}` ({context}); `{}` has it",
        .had.entry().name, .wants.entry().name, .had.entry().name
    )]
    Clash {
        /// The keys.
        keys: Keys,
        /// The context's name.
        context: &'static str,
        /// The action that has them.
        had: Action,
        /// The action that does not get them.
        wants: Action,
    },
}

impl Problem {
    /// The name in the settings that the problem is about.
    pub fn action_name(&self) -> &str {
        match self {
            Self::UnknownAction { name, .. } => name,
            Self::UnreadableKey { action, .. } => action,
            Self::Clash { wants, .. } => wants.entry().name,
        }
    }
}

impl From<Clash> for Problem {
    fn from(clash: Clash) -> Self {
        Self::Clash {
            keys: clash.keys,
            context: clash.context.name(),
            had: clash.had,
            wants: clash.wants,
        }
    }
}

impl Keymap {
    /// The default keys with those of the settings: pairs of an action's name and its keys, each
    /// as text such as `ctrl-p` or `esc esc`. An empty list takes an action's keys away.
    ///
    /// All actions of the settings lose their default keys before any gets new ones, so that two
    /// actions can swap their keys.
    pub fn from_settings<'a, K>(
        settings: impl IntoIterator<Item = (&'a str, K)>,
    ) -> (Self, Vec<Problem>)
    where
        K: IntoIterator<Item = &'a str>,
    {
        let mut problems = Vec::new();
        let mut wanted: Vec<(Action, Vec<Keys>)> = Vec::new();
        for (name, keys) in settings {
            let Some(action) = Action::by_name(name) else {
                problems.push(unknown(name));
                continue;
            };
            match keys.into_iter().map(str::parse).collect() {
                Ok(keys) => wanted.push((action, keys)),
                Err(reason) => problems.push(Problem::UnreadableKey {
                    action: action.entry().name,
                    reason,
                }),
            }
        }
        let mut keymap = Self::default();
        for (action, _) in &wanted {
            keymap.rebind(*action, &[]);
        }
        for (action, keys) in wanted {
            let keys = without_doubles(keys);
            let clashes = keymap.rebind(action, &keys);
            problems.extend(clashes.into_iter().map(Problem::from));
        }
        (keymap, problems)
    }
}

fn without_doubles(keys: Vec<Keys>) -> Vec<Keys> {
    let mut seen = BTreeSet::new();
    let is_new = |keys: &Keys| seen.insert(keys.to_string());
    keys.into_iter().filter(is_new).collect()
}

fn unknown(name: &str) -> Problem {
    let names: Vec<&'static str> = TABLE.iter().map(|entry| entry.name).collect();
    let nearest = similar::get_close_matches(name, &names, 1, 0.6);
    Problem::UnknownAction {
        name: name.to_owned(),
        nearest: nearest.first().copied(),
    }
}
