//! Which change request is worth a look that nobody asked for, and when.
//!
//! The list of a host is cheap and says neither how large a change is nor whether it can be merged.
//! Asking for that makes the server fetch the repository, so that only the open change request on
//! which the cursor rests is asked about at once, and one other at a time of those on the screen. An
//! answer holds until a tip moves. Not for: the calls themselves (`polling`).

use std::time::Duration;

use crate::{
    app::{
        Screen, State,
        call::Call,
        changes::facts::ChangeFacts,
        manifest::sources::Source,
        ops::{Look, Purpose},
    },
    model::{
        change::ChangeRequest,
        id::{ChangeKey, HostName, ProjectKey},
        time::Millis,
    },
};

/// How often the lists are fetched while change requests, or a session with its own, are shown.
const LIST_SHOWN: Duration = Duration::from_secs(15);
/// How often they are fetched while the board is shown.
const LIST_BESIDE: Duration = Duration::from_secs(45);
/// For every so many projects the lists are fetched that much more rarely on the board.
const CROWD: usize = 20;
/// How often the tips of the chosen change request are looked at.
const TIPS: Duration = Duration::from_secs(60);
/// How long between two looks at change requests that are only on the screen.
const PAUSE: Duration = Duration::from_secs(3);
/// At most so many rows of a screen are looked at.
const ROWS: usize = 12;

/// A background call that is due at some time.
pub(in crate::app) type Wish = (Millis, HostName, Purpose);

/// When a project's list is due; `None` while nobody sees it, or when the host has none.
pub(in crate::app) fn list_wish(state: &State, key: &ProjectKey) -> Option<Wish> {
    let crowd = u32::try_from(state.fleet.projects.len() / CROWD).unwrap_or(u32::MAX);
    let interval = match &state.screen {
        Screen::Changes => LIST_SHOWN,
        Screen::Review(change) if change.project_key() == *key => LIST_SHOWN,
        Screen::Session(session) if session.project_key() == *key => LIST_SHOWN,
        Screen::Board => LIST_BESIDE.saturating_mul(crowd.saturating_add(1)),
        Screen::Manifest if is_manifest_of(state, key) => LIST_SHOWN,
        Screen::Review(_) | Screen::Session(_) | Screen::Builds | Screen::Manifest => return None,
    };
    let project = state.fleet.projects.get(key)?;
    if super::switched_off(state, key).is_some() {
        return None;
    }
    let fetched = project.changes_fetched;
    let at = fetched.map_or(Millis(0), |fetched| fetched.plus(interval));
    Some((at, key.host.clone(), Purpose::Changes(key.clone())))
}

/// The looks that are due, or will be.
pub(in crate::app) fn wishes(state: &State) -> Vec<Wish> {
    let chosen = chosen(state);
    let mut wishes: Vec<Wish> = chosen
        .iter()
        .flat_map(|key| of_chosen(state, key))
        .collect();
    if state.screen == Screen::Changes && !state.ops.is_looking() {
        let others = on_screen(state).filter(|key| chosen.as_ref() != Some(key));
        let mut missing = others.filter_map(|key| Some((missing(state, key)?, key)));
        if let Some((look, key)) = missing.next() {
            let at = state.changes.looked_at.plus(PAUSE);
            wishes.push(wish(at, key, look));
        }
    }
    wishes
}

/// Notes that a look was asked for, so that the next one waits.
pub(in crate::app) fn asked(state: &mut State) {
    state.changes.looked_at = state.now;
}

/// The call of a look; `None` when the change request is gone.
pub(in crate::app) fn call(state: &State, key: &ChangeKey, look: Look) -> Option<Call> {
    let row = state.fleet.change(key)?;
    let project = key.project.clone();
    Some(match look {
        Look::Tips => Call::Change(project, key.change.clone()),
        Look::Trial => Call::Preview(project, key.change.clone()),
        Look::Size => Call::Size {
            project,
            from: row.head_ref.clone(),
            into: row.base_ref.clone(),
        },
    })
}

/// The change request that a person looks at: under the cursor, or of the session that is.
fn chosen(state: &State) -> Option<ChangeKey> {
    match &state.screen {
        Screen::Changes => state.changes.rested().cloned(),
        Screen::Session(session) => Some(state.fleet.change_of(session)?.0),
        Screen::Board => Some(state.fleet.change_of(state.board.previewed()?)?.0),
        // A review asks for what it needs by itself.
        Screen::Review(_) | Screen::Builds | Screen::Manifest => None,
    }
}

fn of_chosen(state: &State, key: &ChangeKey) -> Option<Wish> {
    let row = state.fleet.change(key).filter(|row| row.is_open())?;
    let facts = state.fleet.change_facts.get(key);
    let tips_at = facts.and_then(|facts| facts.tips_at);
    let next = tips_at.map_or(Millis(0), |at| at.plus(TIPS));
    // First where the branches are: the other answers are about that.
    if next <= state.now && !lacks(state, key, Look::Tips) {
        return Some(wish(next, key, Look::Tips));
    }
    match missing_of(state, key, row, facts) {
        Some(look) => Some(wish(Millis(0), key, look)),
        None => (!lacks(state, key, Look::Tips)).then(|| wish(next, key, Look::Tips)),
    }
}

/// The rows on the screen.
fn on_screen(state: &State) -> impl Iterator<Item = &ChangeKey> {
    let height = state.measures.viewport_rows;
    let first = state.changes.first_row(height);
    let rows = state.changes.rows(first, height.min(ROWS));
    rows.map(|(key, _)| key)
}

fn missing(state: &State, key: &ChangeKey) -> Option<Look> {
    let row = state.fleet.change(key).filter(|row| row.is_open())?;
    missing_of(state, key, row, state.fleet.change_facts.get(key))
}

/// What is not known of an open change request, or is about other tips.
fn missing_of(
    state: &State,
    key: &ChangeKey,
    row: &ChangeRequest,
    facts: Option<&ChangeFacts>,
) -> Option<Look> {
    let trial = facts.and_then(|facts| facts.trial.as_ref());
    let size = facts.and_then(|facts| facts.size.as_ref());
    let has = |look: Look| match look {
        Look::Tips => true,
        Look::Trial => trial.is_some_and(|trial| trial.is_current(row)),
        Look::Size => size.is_some_and(|size| size.is_current(row)),
    };
    let refused = |look: Look| {
        let purpose = Purpose::Look(key.clone(), look);
        state.holds.until(&key.host, &purpose) > state.now
    };
    let mut looks = [Look::Trial, Look::Size].into_iter();
    looks.find(|look| !has(*look) && !refused(*look) && !lacks(state, key, *look))
}

fn lacks(state: &State, key: &ChangeKey, look: Look) -> bool {
    let host = state.fleet.hosts.get(&key.host);
    host.is_some_and(|host| host.lacks.contains(&look))
}

fn wish(at: Millis, key: &ChangeKey, look: Look) -> Wish {
    (at, key.host.clone(), Purpose::Look(key.clone(), look))
}

/// Whether the manifest of a change request of this project is looked at.
fn is_manifest_of(state: &State, key: &ProjectKey) -> bool {
    matches!(&state.manifest.source, Some(Source::Change(change)) if change.project_key() == *key)
}
