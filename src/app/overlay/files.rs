//! The files of a review, found by a part of their paths.

use crossterm::event::KeyEvent;
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use crate::{
    action::Action,
    app::{
        State,
        input::Done,
        overlay::{Overlay, typed::Typed},
    },
    diff::changeset::{FileEntry, FileId},
    model::id::ChangeKey,
};

/// The search for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The change request whose files they are.
    pub change: ChangeKey,
    /// What is typed.
    pub typed: Typed,
    /// The row under the cursor.
    pub at: usize,
}

impl Files {
    /// The files that match what is typed, the best first.
    pub fn rows<'a>(&self, state: &'a State) -> Vec<(FileId, &'a FileEntry)> {
        let pane = state.reviews.get(&self.change);
        let changeset = pane.and_then(|pane| pane.sheet.changeset.as_deref());
        let files = changeset.map_or(&[][..], |changeset| changeset.files.as_slice());
        let pattern = Pattern::parse(self.typed.text(), CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT.match_paths());
        let mut letters = Vec::new();
        let mut found = Vec::new();
        for (id, file) in (0..).map(FileId).zip(files) {
            let path = Utf32Str::new(&file.path, &mut letters);
            let score = pattern.score(path, &mut matcher);
            found.extend(score.map(|score| (score, id, file)));
        }
        // The sort is stable: without a text the order is that of the difference.
        found.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, id, file)| (id, file)).collect()
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

/// Opens the search for a file of a review.
pub(in crate::app) fn open(state: &mut State, change: &ChangeKey) {
    state.overlays.push(Overlay::Files(Files {
        change: change.clone(),
        typed: Typed::default(),
        at: 0,
    }));
    state.touch();
}

/// Does an action in the search.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    let Some(Overlay::Files(files)) = state.overlays.last() else {
        return Done::No;
    };
    let rows = files.rows(state);
    let last = rows.len().saturating_sub(1);
    let at = files.at.min(last);
    let chosen = rows.get(at).map(|(file, _)| *file);
    let change = files.change.clone();
    match action {
        Action::InputNext => move_to(state, if at < last { at + 1 } else { 0 }),
        Action::InputPrevious => move_to(state, at.checked_sub(1).unwrap_or(last)),
        Action::Cancel => {
            state.overlays.pop();
        }
        Action::Accept => {
            let size = state.size;
            if let Some(file) = chosen {
                state.overlays.pop();
                if let Some(pane) = state.reviews.get_mut(&change) {
                    pane.go_to_file(size, file);
                }
            }
        }
        _ => return Done::No,
    }
    Done::Yes
}

fn move_to(state: &mut State, to: usize) {
    if let Some(Overlay::Files(files)) = state.overlays.last_mut() {
        files.at = to;
    }
}
