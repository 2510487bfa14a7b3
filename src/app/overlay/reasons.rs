//! Why an action cannot run now.

use crate::{
    action::Action,
    app::{Screen, State, fleet::SessionEntry, manifest, review},
    model::change::{ChangeRequest, ChangeStatus},
};

/// Why an action cannot run now; `None` when it can, or when nobody knows before it is tried.
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let entry = state
        .current_session()
        .and_then(|key| state.fleet.sessions.get(&key));
    if state.screen == Screen::Changes
        && let Some(reason) = in_changes(state, action, entry)
    {
        return Some(reason);
    }
    match action {
        Action::Open | Action::Rename | Action::Copy | Action::CopyId
            if state.screen == Screen::Board =>
        {
            needs_session(entry)
        }
        Action::QuickPrompt => needs_session(entry),
        Action::Stop | Action::SessionStop => idle(entry).or_else(|| needs_running(entry)),
        Action::Restart | Action::SessionRestart | Action::Delete => idle(entry),
        Action::SessionStart => idle(entry).or_else(|| {
            entry
                .filter(|entry| entry.row.status.is_live())
                .map(|_| "the session runs already")
        }),
        Action::Abort => entry
            .filter(|entry| !entry.transcript.is_working())
            .map(|_| "the agent does not work"),
        Action::NextAsk => entry
            .filter(|entry| entry.transcript.asks().next().is_none())
            .map(|_| "the agent asks nothing"),
        Action::NextWaiting | Action::OnlyWaiting | Action::SessionNextWaiting => {
            (state.board.counts().waiting == 0).then_some("nothing needs you")
        }
        Action::NewSession => state
            .fleet
            .projects
            .is_empty()
            .then_some("there is no project to start it in"),
        Action::ErrorInFull => match state.builds.selected_error(state) {
            Some(_) => None,
            None => Some("no build with an error is selected"),
        },
        Action::ChangesScreen if state.screen == Screen::Changes => Some("it is on the screen"),
        Action::BoardScreen if state.screen == Screen::Board => Some("it is on the screen"),
        Action::BuildsScreen if state.screen == Screen::Builds => Some("it is on the screen"),
        Action::ManifestScreen if state.screen == Screen::Manifest => Some("it is on the screen"),
        action => in_review(state, action).or_else(|| manifest::why_not(state, action)),
    }
}

/// Why an action does nothing in the review on the screen.
fn in_review(state: &State, action: Action) -> Option<&'static str> {
    let Screen::Review(key) = &state.screen else {
        return None;
    };
    review::why_not(state.reviews.get(key)?, action)
}

/// Why an action does nothing to the change request under the cursor of the list.
fn in_changes(
    state: &State,
    action: Action,
    session: Option<&SessionEntry>,
) -> Option<&'static str> {
    let selected = state.changes.selected();
    let row = selected.and_then(|key| state.fleet.change(key));
    let is_open = row.is_some_and(ChangeRequest::is_open);
    let is_closed = row.is_some_and(|row| row.status == ChangeStatus::Closed);
    match action {
        Action::Open
        | Action::Copy
        | Action::CopyId
        | Action::ProjectOnly
        | Action::OpenSession
            if row.is_none() =>
        {
            Some("no change request is selected")
        }
        Action::MergeListed | Action::CloseListed if !is_open => {
            Some("no open change request is selected")
        }
        Action::ReopenListed if !is_closed => Some("no closed change request is selected"),
        Action::OpenSession if session.is_none() => {
            Some("the session that made it is not listed any more")
        }
        _ => None,
    }
}

fn needs_session(entry: Option<&SessionEntry>) -> Option<&'static str> {
    entry.is_none().then_some("no session is selected")
}

/// Whether nothing is under way with the session.
fn idle(entry: Option<&SessionEntry>) -> Option<&'static str> {
    match entry {
        None => Some("no session is selected"),
        Some(entry) if entry.pending.is_some() => Some("something is under way with it already"),
        Some(_) => None,
    }
}

fn needs_running(entry: Option<&SessionEntry>) -> Option<&'static str> {
    entry
        .filter(|entry| !entry.row.status.is_live())
        .map(|_| "the session does not run")
}
