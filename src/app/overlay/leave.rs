//! The question before the program ends together with the control plane in it: sessions that run
//! there stop, and what they have not committed is lost.

use std::collections::BTreeMap;

use crate::{
    action::{Action, Context},
    app::{
        State,
        fleet::{Deed, SessionEntry},
        input::Done,
        overlay::{Losses, Overlay},
    },
    model::id::SessionKey,
};

/// The question before the program ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// The sessions that would stop, with what each would lose.
    pub sessions: BTreeMap<SessionKey, Losses>,
}

impl Leave {
    /// The contexts of its keys.
    pub(super) fn contexts() -> Vec<Context> {
        vec![Context::Confirm]
    }
}

/// Asks before the program ends, when sessions would stop with it; says whether it asks.
pub(in crate::app) fn open(state: &mut State) -> bool {
    let is_asking = |overlay: &Overlay| matches!(overlay, Overlay::Leave(_));
    if state.overlays.iter().any(is_asking) {
        return false;
    }
    let runs_here = |key: &SessionKey| {
        let host = state.fleet.hosts.get(&key.host);
        host.is_some_and(|host| host.is_embedded)
    };
    // A person who stops a session was told what that loses.
    let goes_on = |entry: &SessionEntry| {
        entry.row.status.is_live() && !matches!(entry.pending, Some(Deed::Stop | Deed::Delete))
    };
    let live = state
        .fleet
        .sessions
        .iter()
        .filter(|(key, entry)| runs_here(key) && goes_on(entry));
    let sessions: BTreeMap<SessionKey, Losses> = live
        .map(|(key, entry)| match entry.address() {
            Some(_) => (key.clone(), Losses::Asking),
            None => (key.clone(), Losses::Nothing),
        })
        .collect();
    if sessions.is_empty() {
        return false;
    }
    for key in sessions.keys() {
        state.ask_uncommitted(key);
    }
    state.overlays.push(Overlay::Leave(Leave { sessions }));
    state.touch();
    true
}

/// Does an action on the question.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    match action {
        Action::Yes => state.end(),
        Action::No | Action::Cancel | Action::Back => {
            state.overlays.pop();
        }
        _ => return Done::No,
    }
    Done::Yes
}

/// Takes what a session would lose; `None` when nobody can tell.
pub(super) fn take_losses(state: &mut State, key: &SessionKey, losses: &Losses) {
    for overlay in &mut state.overlays {
        if let Overlay::Leave(leave) = overlay
            && let Some(known) = leave.sessions.get_mut(key)
        {
            known.clone_from(losses);
        }
    }
}
