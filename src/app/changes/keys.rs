//! What keys do on the list of change requests, and how a session leads to its own.

use crate::{
    action::Action,
    app::{
        Screen, State,
        changes::list::{Only, Tab},
        cursor,
        event::{Effect, Level},
        input::Done,
        overlay::{self, LinePurpose},
        review::{self, merging},
    },
    model::{
        change::ChangeRequest,
        id::{ChangeKey, ProjectKey, SessionKey},
        load::Load,
    },
    text,
};

/// Does an action on the list.
pub(in crate::app) fn act(state: &mut State, action: Action) -> Done {
    if step(state, action) {
        return Done::Yes;
    }
    match action {
        Action::Filter => overlay::open_line(state, LinePurpose::FilterChanges),
        Action::NextStatus => state.changes.turn(1),
        Action::PreviousStatus => state.changes.turn(Tab::ALL.len() - 1),
        Action::ProjectOnly => project_only(state),
        Action::Back => return widen(state),
        Action::Open
        | Action::OpenSession
        | Action::MergeListed
        | Action::CloseListed
        | Action::ReopenListed
        | Action::Copy
        | Action::CopyId => on_change(state, action),
        _ => return Done::No,
    }
    Done::Yes
}

/// Moves the cursor; false when the action is no movement.
fn step(state: &mut State, action: Action) -> bool {
    let height = state.measures.viewport_rows;
    let Some(to) = cursor::target(action, state.changes.place(), height) else {
        return false;
    };
    state.changes.go(to, height);
    state.follow_soon();
    true
}

/// Narrows the list to the project under the cursor, or takes that back.
fn project_only(state: &mut State) {
    let only = match (state.changes.only(), state.changes.selected()) {
        (Some(Only::Project(_)), _) => None,
        (_, Some(key)) => Some(Only::Project(key.project_key())),
        (_, None) => return state.say(Level::Info, "no change request is selected"),
    };
    state.changes.narrow(only);
}

/// Takes filters back; leaves the screen when there are none.
fn widen(state: &mut State) -> Done {
    let changes = &mut state.changes;
    if changes.filter().is_empty() && changes.only().is_none() {
        return Done::No;
    }
    changes.set_filter(String::new());
    changes.narrow(None);
    Done::Yes
}

/// Does something to the change request under the cursor.
fn on_change(state: &mut State, action: Action) {
    let Some(key) = state.changes.selected().cloned() else {
        return state.say(Level::Info, "there is no change request under the cursor");
    };
    if state.changes.has_shifted(state.now) {
        let text = "the list changed under the cursor; press the key again";
        return state.say(Level::Warning, text);
    }
    match action {
        Action::Open => state.show(Screen::Review(key)),
        Action::OpenSession => open_session(state, &key),
        Action::MergeListed => {
            let is_open = state.fleet.change(&key).is_some_and(ChangeRequest::is_open);
            if is_open && !state.reviews.contains_key(&key) {
                // What was typed for this merge before, and what it would do, go into its review.
                review::open(state, &key);
            }
            merging::merge(state, &key);
        }
        Action::CloseListed => merging::close(state, &key),
        Action::ReopenListed => merging::reopen(state, &key),
        Action::Copy => {
            let title = state.fleet.change(&key);
            let title = title.map(|row| format!("#{} {}", row.number, row.title));
            copy(state, &title.unwrap_or_default());
        }
        Action::CopyId => copy(state, key.change.as_str()),
        _ => {}
    }
}

fn open_session(state: &mut State, key: &ChangeKey) {
    match state.fleet.session_of(key) {
        Some(session) => state.show(Screen::Session(session)),
        None => state.say(
            Level::Info,
            "the session that made it is not listed any more; its branch stays",
        ),
    }
}

fn copy(state: &mut State, value: &str) {
    let value = text::sanitize_line(value).into_owned();
    let shown = text::truncate(&value, 40);
    state.say(Level::Info, format!("copied {shown}"));
    state.effects.push(Effect::Copy(value));
}

/// Goes to the change request of a session: the open one, else the only one; to the list of them when
/// there are several. Says why when there is none.
pub(in crate::app) fn open_of_session(state: &mut State, session: &SessionKey) {
    let its = state.fleet.changes_of(session);
    let open: Vec<&ChangeKey> = its
        .iter()
        .filter(|(_, row)| row.is_open())
        .map(|(key, _)| key)
        .collect();
    let (target, tab) = match (open.as_slice(), its.as_slice()) {
        ([only], _) => (Some((*only).clone()), Tab::Open),
        ([], [(only, _)]) => (Some(only.clone()), Tab::All),
        ([], []) => return search(state, session),
        ([], _) => (None, Tab::All),
        (_, _) => (None, Tab::Open),
    };
    match target {
        Some(key) => {
            let from = state.screen.clone();
            state.show(Screen::Review(key));
            state.changes.way_back = Some(from);
        }
        None => {
            state.show(Screen::Changes);
            state.changes.set_filter(String::new());
            state.changes.narrow(Some(Only::Session(session.clone())));
            state.changes.choose(tab);
        }
    }
}

/// The list may be older than the change request: it is fetched before anybody says that there is none.
fn search(state: &mut State, session: &SessionKey) {
    let project = session.project_key();
    let entry = state.fleet.projects.get(&project);
    let is_known = entry.is_some_and(|entry| matches!(entry.changes, Load::Ready(_)));
    if !is_known {
        return say_why_none(state, session);
    }
    state.changes.sought = Some((session.clone(), state.screen.clone()));
    super::ask_soon(state, &project);
    state.say(Level::Info, "looking for the session's change request");
}

/// Goes to the change request that was looked for when the list is here, unless the person went on to
/// something else meanwhile.
pub(super) fn end_search(state: &mut State, project: &ProjectKey) {
    let is_about = |(session, _): &mut (SessionKey, Screen)| session.project_key() == *project;
    let Some((session, screen)) = state.changes.sought.take_if(is_about) else {
        return;
    };
    if state.screen != screen || !state.overlays.is_empty() {
        return;
    }
    if state.fleet.changes_of(&session).is_empty() {
        say_why_none(state, &session);
    } else {
        open_of_session(state, &session);
    }
}

/// Says why a session has nothing to review.
fn say_why_none(state: &mut State, session: &SessionKey) {
    let project = state.fleet.projects.get(&session.project_key());
    let why = match project.map(|project| &project.changes) {
        Some(Load::Failed { reason, .. }) if super::is_for_good(reason) => {
            "this server has no change requests".to_owned()
        }
        Some(Load::Failed { reason, .. }) => format!("the change requests are not known: {reason}"),
        None | Some(Load::Absent | Load::Loading) => {
            "the change requests are still being asked for; then press the key again".to_owned()
        }
        Some(Load::Ready(_)) => {
            "this session has no change request yet; its agent opens one when its work is done"
                .to_owned()
        }
    };
    state.say(Level::Info, why);
}
