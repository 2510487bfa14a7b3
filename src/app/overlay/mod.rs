//! Dialogs and readers above the screen: help, palette, messages, forms, questions yes or no.
//!
//! Each file holds one: what it remembers, what keys do in it, and which rows it has. Not for how
//! they look, which is `view::overlay`.

pub mod change;
pub mod confirm;
pub mod files;
pub mod form;
pub mod help;
pub mod leave;
pub mod line;
pub mod mend;
pub mod palette;
pub mod permission;
pub mod picker;
pub mod reader;
mod reasons;
mod scroll;
pub mod typed;

use crossterm::event::KeyEvent;

pub use change::ChangeDialog;
pub use confirm::{Confirm, Losses};
pub use files::Files;
pub use form::Form;
pub use help::Help;
pub use leave::Leave;
pub(super) use line::open_line;
pub use line::{LineInput, LinePurpose};
pub use mend::Mend;
pub use palette::Palette;
pub use permission::QuickAnswer;
pub use picker::Picker;
pub use reader::Reader;
pub use reasons::why_not;

use crate::{
    action::{Action, Context},
    app::{State, input::Done},
    model::id::SessionKey,
};

/// A dialog or reader above the screen.
#[derive(Debug)]
pub enum Overlay {
    /// The keys of the screen below.
    Help(Help),
    /// All actions, to be found by name.
    Palette(Palette),
    /// The files of a review, to be found by name.
    Files(Files),
    /// A text or the log of messages.
    Reader(Reader),
    /// A question before a deed.
    Confirm(Confirm),
    /// A deed on a change request.
    Change(Box<ChangeDialog>),
    /// The question before the program ends.
    Leave(Leave),
    /// A line at the foot.
    Line(LineInput),
    /// A permission request.
    Permission(QuickAnswer),
    /// The manifests that can be looked at, to be found by name.
    Picker(Picker),
    /// The question before a fix is made in a file.
    Mend(Box<Mend>),
    /// The form for a new session.
    Form(Box<Form>),
}

impl Overlay {
    /// The contexts that a key is looked up in, the innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        match self {
            Self::Help(help) => help.contexts(),
            Self::Palette(_) | Self::Files(_) | Self::Picker(_) | Self::Line(_) => {
                vec![Context::Input]
            }
            Self::Reader(_) => vec![Context::Reader, Context::List],
            Self::Confirm(confirm) => confirm.contexts(),
            Self::Change(dialog) => dialog.contexts(),
            Self::Leave(_) => Leave::contexts(),
            Self::Mend(_) => Mend::contexts(),
            Self::Permission(_) => vec![Context::Permission],
            Self::Form(_) => vec![Context::Form],
        }
    }
}

/// Columns and rows that the text of a large overlay has on a screen of `size`.
pub fn room(size: (u16, u16)) -> (usize, usize) {
    let width = size.0.saturating_sub(6).min(104);
    let height = size.1.saturating_sub(6).min(60);
    (usize::from(width), usize::from(height))
}

/// Does an action in the innermost overlay.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    let Some(top) = state.overlays.last() else {
        return Done::No;
    };
    let done = match top {
        Overlay::Help(_) => help::act(state, action),
        Overlay::Palette(_) => palette::act(state, action),
        Overlay::Files(_) => files::act(state, action),
        Overlay::Reader(_) => reader::act(state, action),
        Overlay::Confirm(confirm) => confirm::act(state, &confirm.clone(), action),
        Overlay::Change(_) => change::act(state, action),
        Overlay::Leave(_) => leave::act(state, action),
        Overlay::Line(line) => line::act(state, &line.clone(), action),
        Overlay::Permission(quick) => permission::act(state, &quick.clone(), action),
        Overlay::Picker(_) => picker::act(state, action),
        Overlay::Mend(mend) => mend::act(state, &mend.clone(), action),
        Overlay::Form(_) => form::act(state, action),
    };
    // `q` in an overlay that has no use for it closes the overlay, not the program.
    if done == Done::No && matches!(action, Action::Quit | Action::Back) {
        state.overlays.pop();
        return Done::Yes;
    }
    done
}

/// Types a key into the innermost overlay.
pub(super) fn type_key(state: &mut State, key: KeyEvent) {
    match state.overlays.last_mut() {
        Some(Overlay::Help(help)) => help.type_key(key),
        Some(Overlay::Palette(palette)) => palette.type_key(key),
        Some(Overlay::Files(files)) => files.type_key(key),
        Some(Overlay::Picker(picker)) => picker.type_key(key),
        Some(Overlay::Line(_)) => line::type_key(state, key),
        Some(Overlay::Confirm(confirm)) => {
            confirm.typed.key(key);
        }
        Some(Overlay::Form(_)) => form::type_key(state, key),
        Some(Overlay::Change(_)) => change::type_key(state, key),
        Some(
            Overlay::Leave(_) | Overlay::Mend(_) | Overlay::Reader(_) | Overlay::Permission(_),
        )
        | None => {}
    }
}

/// Pastes text into the innermost overlay.
pub(super) fn paste(state: &mut State, text: &str) {
    match state.overlays.last_mut() {
        Some(Overlay::Line(_)) => line::typed(state, |line| line.insert(text)),
        Some(Overlay::Form(_)) => form::paste(state, text),
        Some(Overlay::Change(_)) => change::paste(state, text),
        Some(Overlay::Palette(palette)) => palette.paste(text),
        Some(Overlay::Files(files)) => files.paste(text),
        Some(Overlay::Picker(picker)) => picker.paste(text),
        // A word that is asked for before a deletion is typed by hand.
        Some(
            Overlay::Help(_)
            | Overlay::Confirm(_)
            | Overlay::Leave(_)
            | Overlay::Mend(_)
            | Overlay::Reader(_)
            | Overlay::Permission(_),
        )
        | None => {}
    }
}

/// Opens the help for the present contexts.
pub(super) fn open_help(state: &mut State) {
    if !state
        .overlays
        .iter()
        .any(|overlay| matches!(overlay, Overlay::Help(_)))
    {
        let help = Help::new(state.contexts());
        state.overlays.push(Overlay::Help(help));
    }
}

/// Opens the palette for the screen below all overlays.
pub(super) fn open_palette(state: &mut State) {
    if !state
        .overlays
        .iter()
        .any(|overlay| matches!(overlay, Overlay::Palette(_)))
    {
        let palette = Palette::new(state.contexts());
        state.overlays.push(Overlay::Palette(palette));
    }
}

/// Opens the log of messages.
pub(super) fn open_messages(state: &mut State) {
    state.overlays.push(Overlay::Reader(Reader::messages()));
}

/// Tells the dialog that asks about a session what would be lost.
pub(super) fn take_uncommitted(state: &mut State, key: &SessionKey, files: Vec<String>) {
    confirm::take_losses(state, key, Some(files));
}

/// Tells the dialog that asks about a session that nobody can say what would be lost.
pub(super) fn uncommitted_unknown(state: &mut State, key: &SessionKey) {
    confirm::take_losses(state, key, None);
}
