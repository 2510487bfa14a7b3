//! The question before something is stopped, booted again or deleted, as strict as what would be
//! lost: a key when nothing is, the key again once the lost files were shown, a typed word before a
//! deletion that loses work.

use crate::{
    action::{Action, Context},
    app::{
        State,
        event::Level,
        fleet::Deed,
        input::Done,
        overlay::{Overlay, leave, typed::Typed},
    },
    model::id::SessionKey,
};

/// The question before a deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// What would be done.
    pub deed: Deed,
    /// To this session.
    pub session: SessionKey,
    /// What would be lost.
    pub losses: Losses,
    /// What was typed, where a word is asked for.
    pub typed: Typed,
}

/// What a deed would lose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Losses {
    /// The agent is being asked.
    Asking,
    /// Nobody can tell.
    Unknown,
    /// Nothing.
    Nothing,
    /// These files are not committed.
    Files(Vec<String>),
}

impl Confirm {
    /// The word that has to be typed; `None` where a key is enough.
    pub fn word(&self) -> Option<&'static str> {
        let may_lose = matches!(self.losses, Losses::Unknown | Losses::Files(_));
        (self.deed == Deed::Delete && may_lose).then_some("delete")
    }

    /// The verb of the deed.
    pub fn verb(&self) -> &'static str {
        match self.deed {
            Deed::Create => "Create",
            Deed::Start => "Start",
            Deed::Stop => "Stop",
            Deed::Restart => "Restart",
            Deed::Delete => "Delete",
        }
    }

    /// The contexts of its keys.
    pub(super) fn contexts(&self) -> Vec<Context> {
        vec![match self.word() {
            Some(_) => Context::Input,
            None => Context::Confirm,
        }]
    }
}

/// Asks before a deed, and asks the agent what would be lost.
pub(in crate::app) fn open(state: &mut State, deed: Deed, key: &SessionKey) {
    let Some(entry) = state.fleet.sessions.get(key) else {
        return;
    };
    if deed == Deed::Stop && !entry.row.status.is_live() {
        return state.say(Level::Info, "the session does not run");
    }
    // Without a sandbox there is nothing that is not on the branch.
    let losses = match (entry.row.status.is_live(), entry.address()) {
        (true, Some(_)) => Losses::Asking,
        (true, None) | (false, _) => Losses::Nothing,
    };
    if losses == Losses::Asking {
        state.ask_uncommitted(key);
    }
    state.overlays.push(Overlay::Confirm(Confirm {
        deed,
        session: key.clone(),
        losses,
        typed: Typed::default(),
    }));
    state.touch();
}

/// Does an action on the question.
pub(super) fn act(state: &mut State, confirm: &Confirm, action: Action) -> Done {
    match (action, confirm.word()) {
        (Action::Yes, None) if confirm.losses == Losses::Asking => {
            state.say(
                Level::Info,
                "the agent is being asked what is not committed; a moment",
            );
        }
        (Action::Yes, None) => carry_out(state, confirm),
        (Action::Accept, Some(word)) if confirm.typed.text().trim() == word => {
            carry_out(state, confirm);
        }
        (Action::Accept, Some(word)) => {
            state.say(Level::Info, format!("type `{word}`, or leave with esc"));
        }
        (Action::No | Action::Cancel | Action::Back, _) => {
            state.overlays.pop();
        }
        _ => return Done::No,
    }
    Done::Yes
}

fn carry_out(state: &mut State, confirm: &Confirm) {
    state.overlays.pop();
    let key = &confirm.session;
    match confirm.deed {
        Deed::Stop => state.stop_session(key),
        Deed::Restart => state.restart_session(key),
        Deed::Delete => state.delete_session(key),
        Deed::Create | Deed::Start => state.start_session(key),
    }
}

/// Tells the question about a session what would be lost; `None` when nobody can tell.
pub(in crate::app) fn take_losses(state: &mut State, key: &SessionKey, files: Option<Vec<String>>) {
    let losses = match files {
        None => Losses::Unknown,
        Some(files) if files.is_empty() => Losses::Nothing,
        Some(files) => Losses::Files(files),
    };
    for overlay in &mut state.overlays {
        if let Overlay::Confirm(confirm) = overlay
            && confirm.session == *key
        {
            confirm.losses = losses.clone();
        }
    }
    leave::take_losses(state, key, &losses);
    state.touch();
}
