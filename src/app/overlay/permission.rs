//! A permission request answered from the list, with exactly what will run in view.

use crate::{
    action::Action,
    app::{
        State,
        event::Level,
        input::Done,
        overlay::{LinePurpose, Overlay, open_line},
    },
    model::{
        agent::ask::{Permission, PermissionReply},
        id::{PermissionId, SessionKey},
    },
    transcript::AskBody,
};

/// A permission request that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuickAnswer {
    /// The session that asks.
    pub session: SessionKey,
    /// The request that is shown.
    pub permission: PermissionId,
}

impl QuickAnswer {
    /// The request, while it is live.
    pub fn live<'a>(&self, state: &'a State) -> Option<&'a Permission> {
        permissions(state, &self.session).find(|permission| permission.id == self.permission)
    }
}

/// The live permission requests of a session.
pub fn permissions<'a>(
    state: &'a State,
    key: &SessionKey,
) -> impl Iterator<Item = &'a Permission> + use<'a> {
    let entry = state.fleet.sessions.get(key);
    let asks = entry.into_iter().flat_map(|entry| entry.transcript.asks());
    asks.filter_map(|ask| match ask.body {
        AskBody::Permission(permission) => Some(permission),
        AskBody::Question(_) => None,
    })
}

/// Shows the first request of a session.
pub(in crate::app) fn open(state: &mut State, key: &SessionKey) {
    let first = permissions(state, key).next();
    let Some(permission) = first.map(|permission| permission.id.clone()) else {
        return state.say(Level::Info, "the request is gone");
    };
    state.overlays.push(Overlay::Permission(QuickAnswer {
        session: key.clone(),
        permission,
    }));
    state.touch();
}

/// Does an action on the request.
pub(super) fn act(state: &mut State, quick: &QuickAnswer, action: Action) -> Done {
    let reply = match action {
        Action::AllowOnce => PermissionReply::Once,
        Action::AllowAlways => PermissionReply::Always,
        Action::Deny => PermissionReply::Reject { reason: None },
        Action::DenyWithReason => {
            state.overlays.pop();
            let purpose = LinePurpose::Reason(quick.session.clone(), quick.permission.clone());
            open_line(state, purpose);
            return Done::Yes;
        }
        Action::NextRequest => {
            show_next(state, quick);
            return Done::Yes;
        }
        Action::LaterPermission | Action::Back => {
            state.overlays.pop();
            return Done::Yes;
        }
        _ => return Done::No,
    };
    let is_live = quick.live(state).is_some();
    state.overlays.pop();
    if is_live {
        state.answer_permission(&quick.session, quick.permission.clone(), reply);
    } else {
        state.say(
            Level::Warning,
            "the request was answered or given up meanwhile; nothing was sent",
        );
    }
    Done::Yes
}

fn show_next(state: &mut State, quick: &QuickAnswer) {
    let ids: Vec<PermissionId> = permissions(state, &quick.session)
        .map(|permission| permission.id.clone())
        .collect();
    let after = ids.iter().position(|id| *id == quick.permission);
    let next = after.map_or(0, |place| place + 1);
    let Some(id) = ids.get(next).or_else(|| ids.first()) else {
        return;
    };
    if let Some(Overlay::Permission(shown)) = state.overlays.last_mut() {
        shown.permission = id.clone();
    }
}
