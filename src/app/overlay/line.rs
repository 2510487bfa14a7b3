//! One line that is typed at the foot: filter, name, quick prompt, reason.

use crossterm::event::KeyEvent;

use crate::{
    action::Action,
    app::{
        State, board, changes,
        input::Done,
        manifest,
        overlay::{Overlay, typed::Typed},
    },
    model::{
        agent::ask::PermissionReply,
        id::{PermissionId, SessionKey},
    },
};

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinePurpose {
    /// Which sessions the board shows; taken over while it is typed.
    Filter,
    /// Which change requests their list shows; taken over while it is typed.
    FilterChanges,
    /// Which findings the manifest screen shows; taken over while it is typed.
    FilterFindings,
    /// The name of a session.
    Rename(SessionKey),
    /// A prompt for a session.
    Prompt(SessionKey),
    /// Why a permission is refused.
    Reason(SessionKey, PermissionId),
}

/// A line being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineInput {
    /// What it is for.
    pub purpose: LinePurpose,
    /// What is typed.
    pub typed: Typed,
    /// The text at the beginning, for leaving without a change.
    before: String,
}

impl LineInput {
    /// The words before the line.
    pub fn label(&self) -> &'static str {
        match self.purpose {
            LinePurpose::Filter | LinePurpose::FilterChanges | LinePurpose::FilterFindings => {
                "filter"
            }
            LinePurpose::Rename(_) => "name",
            LinePurpose::Prompt(_) => "prompt",
            LinePurpose::Reason(..) => "refuse because",
        }
    }

    /// The session it is about.
    pub fn session(&self) -> Option<&SessionKey> {
        match &self.purpose {
            LinePurpose::Filter | LinePurpose::FilterChanges | LinePurpose::FilterFindings => None,
            LinePurpose::Rename(key) | LinePurpose::Prompt(key) | LinePurpose::Reason(key, _) => {
                Some(key)
            }
        }
    }
}

/// Opens a line.
pub(in crate::app) fn open_line(state: &mut State, purpose: LinePurpose) {
    let before = match &purpose {
        LinePurpose::Filter => state.board.filter().to_owned(),
        LinePurpose::FilterChanges => state.changes.filter().to_owned(),
        LinePurpose::FilterFindings => state.manifest.filter().to_owned(),
        LinePurpose::Rename(key) => {
            let entry = state.fleet.sessions.get(key);
            entry
                .and_then(|entry| entry.row.name.clone())
                .unwrap_or_default()
        }
        LinePurpose::Prompt(key) => state.quick_drafts.get(key).cloned().unwrap_or_default(),
        LinePurpose::Reason(..) => String::new(),
    };
    state.overlays.push(Overlay::Line(LineInput {
        purpose,
        typed: Typed::new(before.clone()),
        before,
    }));
    state.touch();
}

/// Does an action on the line.
pub(super) fn act(state: &mut State, line: &LineInput, action: Action) -> Done {
    match action {
        Action::Accept => {
            state.overlays.pop();
            accept(state, line);
        }
        Action::Cancel => {
            state.overlays.pop();
            match &line.purpose {
                LinePurpose::Filter => state.board.set_filter(line.before.clone()),
                LinePurpose::FilterChanges => state.changes.set_filter(line.before.clone()),
                LinePurpose::FilterFindings => state.manifest.set_filter(line.before.clone()),
                LinePurpose::Prompt(key) => {
                    let text = line.typed.text().to_owned();
                    if text.is_empty() {
                        state.quick_drafts.remove(key);
                    } else {
                        state.quick_drafts.insert(key.clone(), text);
                    }
                    state.remember_soon();
                }
                LinePurpose::Rename(_) | LinePurpose::Reason(..) => {}
            }
        }
        // The rows can be walked through while the filter is typed.
        Action::InputNext => return walk(state, line, Action::Down),
        Action::InputPrevious => return walk(state, line, Action::Up),
        _ => return Done::No,
    }
    Done::Yes
}

/// Moves through the rows that a filter leaves.
fn walk(state: &mut State, line: &LineInput, step: Action) -> Done {
    match line.purpose {
        LinePurpose::Filter => board::act(state, step),
        LinePurpose::FilterChanges => changes::act(state, step),
        LinePurpose::FilterFindings => manifest::act(state, step),
        LinePurpose::Rename(_) | LinePurpose::Prompt(_) | LinePurpose::Reason(..) => Done::No,
    }
}

fn accept(state: &mut State, line: &LineInput) {
    let text = line.typed.text().trim().to_owned();
    match &line.purpose {
        LinePurpose::Filter => state.board.set_filter(text),
        LinePurpose::FilterChanges => state.changes.set_filter(text),
        LinePurpose::FilterFindings => state.manifest.set_filter(text),
        LinePurpose::Rename(key) => state.rename_session(key, &text),
        LinePurpose::Prompt(key) => {
            state.quick_drafts.remove(key);
            if !text.is_empty() {
                state.send_prompt(key, text);
            }
        }
        LinePurpose::Reason(key, permission) => {
            let reason = Some(text).filter(|text| !text.is_empty());
            let reply = PermissionReply::Reject { reason };
            state.answer_permission(key, permission.clone(), reply);
        }
    }
}

/// Takes note of what was typed.
pub(super) fn typed(state: &mut State, change: impl FnOnce(&mut Typed)) {
    let Some(Overlay::Line(line)) = state.overlays.last_mut() else {
        return;
    };
    change(&mut line.typed);
    let filter = || line.typed.text().to_owned();
    match line.purpose {
        LinePurpose::Filter => state.board.set_filter(filter()),
        LinePurpose::FilterChanges => state.changes.set_filter(filter()),
        LinePurpose::FilterFindings => state.manifest.set_filter(filter()),
        LinePurpose::Rename(_) | LinePurpose::Prompt(_) | LinePurpose::Reason(..) => {}
    }
}

/// Types a key.
pub(super) fn type_key(state: &mut State, key: KeyEvent) {
    typed(state, |line| {
        line.key(key);
    });
}
