//! What a refused call takes back, and how that is said.

use crate::{
    api,
    app::{
        State, changes, manifest,
        ops::Purpose,
        overlay,
        replies::complain,
        review,
        session::{self, asking::AskId},
    },
    model::id::{HostName, ProjectKey, SessionKey},
};

/// Takes a refusal: what was shown ahead of the answer goes back to what it was.
pub(super) fn take(state: &mut State, purpose: &Purpose, host: &HostName, error: api::Error) {
    match purpose {
        Purpose::Me => {
            if let Some(host) = state.fleet.hosts.get_mut(host) {
                host.me.settle(Err(error));
            }
        }
        Purpose::Changes(key) => changes::refused(state, key, error),
        Purpose::Look(_, look) => changes::look_refused(state, host, *look, &error),
        Purpose::EditChange(key)
        | Purpose::Merge(key)
        | Purpose::CloseChange(key)
        | Purpose::ReopenChange(key) => review::merging::refused(state, key, purpose, &error),
        Purpose::Change(_)
        | Purpose::Difference(_)
        | Purpose::Preview(_)
        | Purpose::FileText(..) => review::refused(state, purpose, error),
        Purpose::Manifest(edition) => manifest::refused(state, *edition, &error),
        // The health of the host says it already.
        Purpose::Projects | Purpose::Sessions(_) | Purpose::Glance(_) | Purpose::Agents(_) => {}
        Purpose::Uncommitted(key) => overlay::uncommitted_unknown(state, key),
        Purpose::Snapshots(key) | Purpose::Branches(key) => unfilled(state, purpose, key, error),
        Purpose::Create(ours) => not_made(state, ours, &error),
        Purpose::Prompt(key, number) => {
            if let Some(pane) = state.panes.get_mut(key) {
                pane.refused(*number);
            }
            state.remember_soon();
            let what = "the prompt was not taken and is back in the composer";
            complain(state, what, &error);
        }
        Purpose::Rename(key, before) => {
            if let Some(entry) = state.fleet.sessions.get_mut(key) {
                entry.row.name.clone_from(before);
            }
            state.fleet.revision += 1;
            complain(state, "cannot rename the session", &error);
        }
        Purpose::Start(key) => undo_deed(state, key, "cannot start the session", &error),
        Purpose::Stop(key) => undo_deed(state, key, "cannot stop the session", &error),
        Purpose::Restart(key) => undo_deed(state, key, "cannot restart the session", &error),
        Purpose::Delete(key) => undo_deed(state, key, "cannot delete the session", &error),
        Purpose::Refetch(_) => complain(state, "cannot read the session", &error),
        Purpose::Abort(_) => complain(state, "cannot abort the turn", &error),
        Purpose::Permission(key, id) => {
            session::answer_refused(state, key, &AskId::Permission(id.clone()));
            complain(state, "the answer was not taken; the request stays", &error);
        }
        Purpose::Question(key, id) => {
            session::answer_refused(state, key, &AskId::Question(id.clone()));
            complain(state, "the answer was not taken; the request stays", &error);
        }
    }
}

fn unfilled(state: &mut State, purpose: &Purpose, key: &ProjectKey, error: api::Error) {
    let now = state.now;
    let Some(project) = state.fleet.projects.get_mut(key) else {
        return;
    };
    if matches!(purpose, Purpose::Branches(_)) {
        return project.branches.settle(Err(error));
    }
    project.snapshots.settle(Err(error));
    project.snapshots_fetched = Some(now);
}

/// Our own row goes, and its prompt goes back into the form.
fn not_made(state: &mut State, ours: &SessionKey, error: &api::Error) {
    let entry = state.fleet.sessions.get(ours);
    let prompt = entry.and_then(|entry| entry.row.metadata.get("initial_prompt")?.as_str());
    let prompt = prompt.map(str::to_owned);
    state.fleet.remove_session(ours);
    overlay::form::return_prompt(state, prompt);
    complain(state, "cannot start the session", error);
}

fn undo_deed(state: &mut State, key: &SessionKey, what: &str, error: &api::Error) {
    if let Some(entry) = state.fleet.sessions.get_mut(key) {
        entry.pending = None;
    }
    if let Some(pane) = state.panes.get_mut(key) {
        pane.return_waiting();
    }
    state.fleet.revision += 1;
    complain(state, what, error);
}
