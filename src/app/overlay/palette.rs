//! All actions of the screen below, found by name; those that cannot run now say why.

use crossterm::event::KeyEvent;
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use crate::{
    action::{Action, Context, Entry, TABLE},
    app::{
        State,
        event::Level,
        input::Done,
        overlay::{Overlay, reasons::why_not, typed::Typed},
    },
};

/// The palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    contexts: Vec<Context>,
    /// What is typed.
    pub typed: Typed,
    /// The row under the cursor.
    pub at: usize,
}

/// A row of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaletteRow {
    /// The action.
    pub entry: &'static Entry,
    /// Its keys; empty when it has none.
    pub keys: String,
    /// Why it cannot run now; `None` when it can.
    pub reason: Option<&'static str>,
}

impl Palette {
    pub(super) fn new(contexts: Vec<Context>) -> Self {
        Self {
            contexts,
            typed: Typed::default(),
            at: 0,
        }
    }

    /// The rows that match what is typed, the best first.
    pub fn rows(&self, state: &State) -> Vec<PaletteRow> {
        let pattern = Pattern::parse(
            self.typed.text(),
            CaseMatching::Ignore,
            Normalization::Smart,
        );
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut found: Vec<(u32, &'static Entry)> = Vec::new();
        for context in &self.contexts {
            for entry in TABLE.iter().filter(|entry| entry.context == *context) {
                let line = format!("{} {}", entry.name, entry.doc);
                let score = pattern.score(Utf32Str::new(&line, &mut letters), &mut matcher);
                found.extend(score.map(|score| (score, entry)));
            }
        }
        // The sort is stable: without a text the order is that of the table.
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        let row = |(_, entry): (u32, &'static Entry)| PaletteRow {
            entry,
            keys: state.setup.keymap.keys_text(entry.action),
            reason: why_not(state, entry.action),
        };
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

/// Does an action in the palette.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    let Some(Overlay::Palette(palette)) = state.overlays.last() else {
        return Done::No;
    };
    let rows = palette.rows(state);
    let at = palette.at.min(rows.len().saturating_sub(1));
    match action {
        Action::InputNext => move_to(state, if at + 1 < rows.len() { at + 1 } else { 0 }),
        Action::InputPrevious => {
            let last = rows.len().saturating_sub(1);
            move_to(state, at.checked_sub(1).unwrap_or(last));
        }
        Action::Cancel => {
            state.overlays.pop();
        }
        Action::Accept => {
            if let Some(row) = rows.get(at) {
                run(state, row);
            }
        }
        _ => return Done::No,
    }
    Done::Yes
}

fn move_to(state: &mut State, at: usize) {
    if let Some(Overlay::Palette(palette)) = state.overlays.last_mut() {
        palette.at = at;
    }
}

fn run(state: &mut State, row: &PaletteRow) {
    match row.reason {
        Some(reason) => state.say(Level::Info, format!("{}: {reason}", row.entry.name)),
        None => {
            state.overlays.pop();
            state.act(row.entry.action);
        }
    }
}
