//! Whose agent is followed by a stream: what is open, what is selected, then what is busy.
//!
//! A stream costs a connection and a share of the host's attention, so their number is limited;
//! the sessions beyond it are looked at now and then (`polling`).

use std::collections::BTreeMap;

use crate::{
    app::{
        Screen, State,
        event::{Detail, Effect},
        fleet::SessionEntry,
    },
    model::{agent::stream::LinkState, id::SessionKey},
};

/// At most this many agents are followed at once.
const LIMIT: usize = 24;

/// Starts and stops following so that it fits what is on the screen.
pub(super) fn run(state: &mut State) {
    let wanted = wanted(state);
    let gone: Vec<SessionKey> = state
        .following
        .keys()
        .filter(|key| !wanted.contains_key(*key))
        .cloned()
        .collect();
    for key in gone {
        state.following.remove(&key);
        if let Some(entry) = state.fleet.sessions.get_mut(&key) {
            entry.link = LinkState::Off;
        }
        state.effects.push(Effect::Unfollow(key));
    }
    for (key, detail) in wanted {
        if state.following.get(&key) == Some(&detail) {
            continue;
        }
        state.following.insert(key.clone(), detail);
        state.effects.push(Effect::Follow {
            session: key,
            wake: false,
            detail,
        });
    }
}

fn wanted(state: &State) -> BTreeMap<SessionKey, Detail> {
    let mut wanted = BTreeMap::new();
    let followable = |key: &SessionKey| state.fleet.sessions.get(key).is_some_and(can_follow);
    if let Screen::Session(key) = &state.screen
        && followable(key)
    {
        wanted.insert(key.clone(), Detail::Full);
    }
    let selected = state
        .board
        .selected()
        .filter(|key| followable(key))
        .cloned();
    if let Some(key) = selected {
        wanted.entry(key).or_insert(Detail::Preview);
    }
    // Those already followed come first, so that streams are not torn down without need.
    let followed = state
        .following
        .keys()
        .filter(|key| followable(key))
        .cloned();
    let others = state
        .fleet
        .sessions
        .iter()
        .filter(|(_, entry)| can_follow(entry));
    for key in followed.chain(others.map(|(key, _)| key.clone())) {
        if wanted.len() >= LIMIT {
            break;
        }
        wanted.entry(key).or_insert(Detail::Preview);
    }
    wanted
}

fn can_follow(entry: &SessionEntry) -> bool {
    entry.is_running() && entry.pending.is_none()
}
