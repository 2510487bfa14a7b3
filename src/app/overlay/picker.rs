//! The manifests that can be looked at, found by a part of their names.

use crossterm::event::KeyEvent;
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use crate::{
    action::Action,
    app::{
        State,
        event::Level,
        input::Done,
        manifest::{
            loading,
            sources::{self, Named, Source},
        },
        overlay::{Overlay, typed::Typed},
    },
};

/// The choice of a manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picker {
    /// What is typed.
    pub typed: Typed,
    /// The row under the cursor.
    pub at: usize,
}

impl Picker {
    /// The sources that match what is typed, the best first, with what they are called.
    pub fn rows(&self, state: &State) -> Vec<(Source, Named)> {
        let pattern = Pattern::parse(self.typed.text(), CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut found = Vec::new();
        for source in sources::all(state) {
            let named = source.named(state);
            let line = format!("{} {} {}", named.kind, named.name, named.detail);
            let line = Utf32Str::new(&line, &mut letters);
            let score = pattern.score(line, &mut matcher);
            found.extend(score.map(|score| (score, source, named)));
        }
        // The sort is stable: without a text the order is that of the list.
        found.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
        let row = |(_, source, named)| (source, named);
        found.into_iter().map(row).collect()
    }

    pub(super) fn type_key(&mut self, key: KeyEvent) {
        if self.typed.key(key) {
            self.at = 0;
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.typed.insert(text);
        self.at = 0;
    }
}

/// Opens the choice, with the cursor on a source or on the one that is looked at.
pub(in crate::app) fn open(state: &mut State, on: Option<Source>) {
    let mut picker = Picker::default();
    let rows = picker.rows(state);
    if rows.is_empty() {
        return state.say(Level::Info, "there is no folder and no project to look at");
    }
    let on = on.or_else(|| state.manifest.source.clone());
    let at = rows
        .iter()
        .position(|(source, _)| Some(source) == on.as_ref());
    picker.at = at.unwrap_or_default();
    state.overlays.push(Overlay::Picker(picker));
    state.touch();
}

/// Does an action in the choice.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    let Some(Overlay::Picker(picker)) = state.overlays.last() else {
        return Done::No;
    };
    let rows = picker.rows(state);
    let last = rows.len().saturating_sub(1);
    let at = picker.at.min(last);
    match action {
        Action::InputNext => move_to(state, if at < last { at + 1 } else { 0 }),
        Action::InputPrevious => move_to(state, at.checked_sub(1).unwrap_or(last)),
        Action::Cancel => {
            state.overlays.pop();
        }
        Action::Accept => {
            if let Some((source, _)) = rows.into_iter().nth(at) {
                state.overlays.pop();
                loading::look_at(state, source);
            }
        }
        _ => return Done::No,
    }
    Done::Yes
}

fn move_to(state: &mut State, to: usize) {
    if let Some(Overlay::Picker(picker)) = state.overlays.last_mut() {
        picker.at = to;
    }
}
