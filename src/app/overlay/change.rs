//! Deeds on a change request, shown before they are done: merge, close, reopen, edit, send comments.
//!
//! A dialog stays until the host has answered. A refusal is shown in it, with what to do, and what
//! was typed stays. Not for: what the deeds are (`review::merging`, `review::notes`).

use crossterm::event::KeyEvent;

use crate::{
    action::{Action, Context},
    app::{
        State,
        event::{EditPurpose, Effect, Level},
        input::Done,
        overlay::{Overlay, room, scroll::scroll},
        review::{merging, notes},
        session::field::Field,
    },
    model::id::ChangeKey,
    text,
};

/// A deed on a change request that is about to be done.
#[derive(Debug, Clone)]
pub struct ChangeDialog {
    /// The change request.
    pub key: ChangeKey,
    /// What would be done.
    pub deed: ChangeDeed,
    /// Whether the host is being asked.
    pub is_under_way: bool,
    /// Why the host refused, one paragraph a line; empty when it did not.
    pub refusal: Vec<String>,
}

/// What would be done to a change request.
#[derive(Debug, Clone)]
pub enum ChangeDeed {
    /// Merge it.
    Merge {
        /// The message of the merge.
        message: Field,
    },
    /// Close it.
    Close,
    /// Reopen it.
    Reopen,
    /// Give it another title and description.
    Edit {
        /// The title in the first line, the description below it.
        words: Field,
    },
    /// Send comments to the session that made it.
    Send {
        /// What would be sent.
        prompt: String,
        /// The first row of it that is seen.
        first: usize,
    },
}

impl ChangeDialog {
    /// A dialog that waits for a yes.
    pub fn new(key: &ChangeKey, deed: ChangeDeed) -> Self {
        Self {
            key: key.clone(),
            deed,
            is_under_way: false,
            refusal: Vec::new(),
        }
    }

    /// The contexts of its keys.
    pub(super) fn contexts(&self) -> Vec<Context> {
        match self.deed {
            ChangeDeed::Merge { .. } | ChangeDeed::Edit { .. } => vec![Context::Writing],
            ChangeDeed::Close | ChangeDeed::Reopen => vec![Context::Confirm],
            ChangeDeed::Send { .. } => vec![Context::Confirm, Context::List],
        }
    }

    /// The text that is being typed; `None` where nothing is.
    pub fn field(&self) -> Option<&Field> {
        match &self.deed {
            ChangeDeed::Merge { message: field } | ChangeDeed::Edit { words: field } => Some(field),
            ChangeDeed::Close | ChangeDeed::Reopen | ChangeDeed::Send { .. } => None,
        }
    }

    /// The same, to type into.
    pub(in crate::app) fn field_mut(&mut self) -> Option<&mut Field> {
        match &mut self.deed {
            ChangeDeed::Merge { message: field } | ChangeDeed::Edit { words: field } => Some(field),
            ChangeDeed::Close | ChangeDeed::Reopen | ChangeDeed::Send { .. } => None,
        }
    }
}

/// The dialog about a change request, wherever it is among the overlays.
pub(in crate::app) fn find<'a>(
    state: &'a mut State,
    key: &ChangeKey,
) -> Option<&'a mut ChangeDialog> {
    state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Change(dialog) if dialog.key == *key => Some(dialog.as_mut()),
        _ => None,
    })
}

/// Closes the dialogs about a change request.
pub(in crate::app) fn close(state: &mut State, key: &ChangeKey) {
    state
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Change(dialog) if dialog.key == *key));
}

/// Rows of the prompt as the dialog shows them.
pub fn prompt_rows(prompt: &str, width: usize) -> Vec<String> {
    let clean = text::sanitize(prompt);
    clean
        .lines()
        .flat_map(|line| text::wrap(&text::Line::plain(line), width, 0))
        .map(|row| row.text())
        .collect()
}

fn top(state: &mut State) -> Option<&mut ChangeDialog> {
    match state.overlays.last_mut() {
        Some(Overlay::Change(dialog)) => Some(dialog),
        Some(_) | None => None,
    }
}

/// Does an action in the dialog.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    let (width, height) = room(state.size);
    let Some(dialog) = top(state) else {
        return Done::No;
    };
    if let ChangeDeed::Send { prompt, first } = &mut dialog.deed {
        let rows = prompt_rows(prompt, width).len();
        if scroll(first, action, rows, height.saturating_sub(4)) {
            return Done::Yes;
        }
    }
    match action {
        Action::Save | Action::Yes => carry_out(state),
        Action::WriteNewLine => {
            if let Some(field) = dialog.field_mut() {
                field.new_line();
            }
        }
        Action::WriteExternally => edit(state),
        Action::LeaveWriting | Action::No | Action::Back => leave(state),
        _ => return Done::No,
    }
    Done::Yes
}

fn carry_out(state: &mut State) {
    let Some(dialog) = top(state) else { return };
    if dialog.is_under_way {
        return state.say(Level::Info, "the host is being asked; a moment");
    }
    dialog.refusal.clear();
    let dialog = dialog.clone();
    let key = &dialog.key;
    let is_under_way = match &dialog.deed {
        ChangeDeed::Merge { message } => merging::start_merge(state, key, &message.text()),
        ChangeDeed::Close => merging::start_close(state, key),
        ChangeDeed::Reopen => merging::start_reopen(state, key),
        ChangeDeed::Edit { words } => merging::start_edit(state, key, &words.text()),
        ChangeDeed::Send { prompt, .. } => {
            close(state, key);
            notes::send(state, key, prompt.clone());
            return;
        }
    };
    if let Some(dialog) = top(state) {
        dialog.is_under_way = is_under_way;
    }
}

fn edit(state: &mut State) {
    let Some(dialog) = top(state) else { return };
    let Some(text) = dialog.field().map(Field::text) else {
        return;
    };
    let purpose = EditPurpose::MergeMessage(dialog.key.clone());
    state.effects.push(Effect::Edit { purpose, text });
}

/// Leaves the dialog; a merge's message stays for the next time.
fn leave(state: &mut State) {
    let Some(dialog) = top(state) else { return };
    let dialog = dialog.clone();
    state.overlays.pop();
    if let ChangeDeed::Merge { message } = &dialog.deed {
        merging::keep_message(state, &dialog.key, message.text());
    }
}

/// Types a key into the dialog's field.
pub(super) fn type_key(state: &mut State, key: KeyEvent) {
    if let Some(field) = top(state).and_then(ChangeDialog::field_mut) {
        field.key(key);
    }
}

/// Pastes text into the dialog's field.
pub(super) fn paste(state: &mut State, text: &str) {
    if let Some(field) = top(state).and_then(ChangeDialog::field_mut) {
        field.insert(text);
    }
}

/// Takes the text of the dialog's field from `$EDITOR`.
pub(in crate::app) fn take_edited(state: &mut State, key: &ChangeKey, text: &str) {
    if let Some(field) = find(state, key).and_then(ChangeDialog::field_mut) {
        field.set(text.trim_end_matches('\n'));
    }
}
