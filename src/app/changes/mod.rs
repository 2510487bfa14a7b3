//! Change requests of all projects: the list of them, what is known of each, and what keys do.
//!
//! [`list`] keeps order and cursor, [`keys`] does what is asked, [`store`] and [`facts`] hold what the
//! hosts said, [`looks`] says what is worth asking next. Not for: the review of one (`app::review`),
//! or merging and closing (`app::review::merging`).

pub mod facts;
mod keys;
pub mod list;
pub mod looks;
pub mod store;

pub(in crate::app) use keys::{act, open_of_session};
pub use list::Changes;

use crate::{
    api,
    app::{
        Screen, State,
        call::Reply,
        changes::facts::{Found, Reviewed, Tips},
        fleet::Host,
        ops::{Look, Purpose},
        review::ReviewPane,
    },
    diff::review::marks::Progress,
    model::{
        change::{ChangeRequest, ChangeSize},
        id::{ChangeKey, HostName, ProjectKey},
        load::Load,
    },
};

/// How far the review of a change request is, in files; `None` when nobody reviewed it here.
pub fn progress(state: &State, key: &ChangeKey) -> Option<Progress> {
    let reviewed = reviewed(state, key)?;
    (reviewed.total > 0).then_some(Progress {
        done: reviewed.done,
        total: reviewed.total,
    })
}

/// How many comments on a change request were written and not sent.
pub fn drafts(state: &State, key: &ChangeKey) -> usize {
    reviewed(state, key).map_or(0, |reviewed| reviewed.drafts)
}

/// Why a project has no list of change requests; `None` when it has, or is still being asked.
pub fn switched_off<'a>(state: &'a State, project: &ProjectKey) -> Option<&'a api::Error> {
    match &state.fleet.projects.get(project)?.changes {
        Load::Failed { reason, .. } if is_for_good(reason) => Some(reason),
        Load::Failed { .. } | Load::Absent | Load::Loading | Load::Ready(_) => None,
    }
}

/// Whether asking again is of no use until a person wants it.
pub(super) fn is_for_good(reason: &api::Error) -> bool {
    matches!(
        reason,
        api::Error::MissingRoute { .. } | api::Error::NotFound { .. }
    )
}

/// What the review says about itself, where it is open or was in this run; else what was kept.
fn reviewed(state: &State, key: &ChangeKey) -> Option<Reviewed> {
    let kept = || state.fleet.change_facts.get(key)?.reviewed.clone();
    state.reviews.get(key).and_then(summary).or_else(kept)
}

/// What is to be kept of a review; `None` until what was kept of it before is here.
fn summary(pane: &ReviewPane) -> Option<Reviewed> {
    pane.kept.as_ref()?;
    let sheet = pane.whole_sheet();
    let review = &pane.review;
    let marks = sheet.changeset.as_deref();
    let marks = marks.map(|changeset| review.marks.progress(changeset, &sheet.digests));
    let marks = marks.unwrap_or_default();
    let drafts = review.comments.iter().filter(|it| it.round.is_none());
    Some(Reviewed {
        done: marks.done,
        total: marks.total,
        drafts: drafts.count(),
        looked: review.looked.as_ref().map(|looked| looked.head_sha.clone()),
    })
}

/// Takes over from the open reviews what the lists show of them.
pub(super) fn note_reviews(state: &mut State) {
    let mut touched: Vec<ProjectKey> = Vec::new();
    for (key, pane) in &state.reviews {
        let Some(mut now) = summary(pane) else {
            continue;
        };
        let facts = state.fleet.change_facts.entry(key.clone()).or_default();
        if let Some(before) = facts.reviewed.as_ref().filter(|_| now.total == 0) {
            // The difference is not here yet: what was counted before still holds.
            (now.done, now.total) = (before.done, before.total);
        }
        if facts.reviewed.as_ref() != Some(&now) {
            facts.reviewed = Some(now);
            touched.push(key.project_key());
        }
    }
    touched.dedup();
    for project in &touched {
        state.fleet.mark_reviews(project);
        state.fleet.revision += 1;
    }
}

/// Another screen is about to be shown.
pub(super) fn shown(state: &mut State, next: &Screen) {
    note_reviews(state);
    match next {
        Screen::Changes => {
            state.changes.way_back = None;
            // Nobody reads the list while another screen is shown: coming back is the time to sort.
            if state.screen != Screen::Changes {
                state.changes.resort();
            }
        }
        Screen::Review(_) => {}
        Screen::Board | Screen::Session(_) | Screen::Builds | Screen::Manifest => {
            state.changes.way_back = None;
        }
    }
}

/// Leaves a review for the screen that it was opened from.
pub(super) fn leave_review(state: &mut State) {
    let back = state.changes.way_back.take();
    state.show(back.unwrap_or(Screen::Changes));
}

/// Takes the change requests of a project.
pub(super) fn take(state: &mut State, project: &ProjectKey, rows: Vec<ChangeRequest>) {
    let now = state.now;
    state.fleet.take_changes(project, rows, Some(now));
    keys::end_search(state, project);
}

/// Has a project's list fetched at once: something happened that may have changed it.
pub(super) fn ask_soon(state: &mut State, project: &ProjectKey) {
    if let Some(entry) = state.fleet.projects.get_mut(project) {
        entry.changes_fetched = None;
        state.poll_now();
    }
}

/// Takes note that the change requests of a project could not be fetched.
pub(super) fn refused(state: &mut State, project: &ProjectKey, error: api::Error) {
    let now = state.now;
    if let Some(entry) = state.fleet.projects.get_mut(project) {
        entry.changes.settle(Err(error));
        entry.changes_fetched = Some(now);
        state.fleet.revision += 1;
    }
    keys::end_search(state, project);
}

/// Has all lists fetched again, also those that were switched off.
pub(super) fn refresh(state: &mut State) {
    for project in state.fleet.projects.values_mut() {
        project.changes_fetched = None;
        if let Load::Failed { stale, .. } = &mut project.changes {
            project.changes = stale.take().map_or(Load::Absent, Load::Ready);
        }
    }
    for facts in state.fleet.change_facts.values_mut() {
        facts.tips_at = None;
    }
    state
        .fleet
        .hosts
        .values_mut()
        .for_each(|host| host.lacks.clear());
    state.changes.resort();
}

/// Takes over from a reply what the lists show of a change request.
pub(super) fn note(state: &mut State, purpose: &Purpose, reply: &Reply) {
    let (Purpose::Look(key, _)
    | Purpose::Change(key)
    | Purpose::Difference(key)
    | Purpose::Preview(key)) = purpose
    else {
        return;
    };
    let asked = state.fleet.change(key).map(Tips::of).unwrap_or_default();
    let now = state.now;
    let facts = state.fleet.facts_mut(key);
    let before = facts.clone();
    match reply {
        Reply::Change(row) => {
            facts.tips_at = Some(now);
            state.fleet.take_change(&key.project_key(), (**row).clone());
            return;
        }
        Reply::Preview(preview) => {
            facts.trial = Some(Found {
                asked,
                about: tips(&preview.head_sha, &preview.base_sha),
                value: preview.clone(),
            });
        }
        Reply::Size(size) => {
            let [head, base] = [&size.from_sha, &size.into_sha].map(|sha| sha.as_deref());
            facts.size = Some(Found {
                asked,
                about: tips(head.unwrap_or_default(), base.unwrap_or_default()),
                value: ChangeSize {
                    additions: size.additions,
                    deletions: size.deletions,
                    files: size.files_changed,
                },
            });
        }
        Reply::Difference(changeset) => {
            facts.size = Some(Found {
                asked,
                about: tips(&changeset.head_sha, &changeset.base_sha),
                value: ChangeSize {
                    additions: changeset.additions,
                    deletions: changeset.deletions,
                    files: changeset.files.len() as u64,
                },
            });
        }
        _ => return,
    }
    if *facts != before {
        state.fleet.revision += 1;
        state.remember_soon();
    }
}

fn tips(head: &str, base: &str) -> Tips {
    Tips {
        head: head.to_owned(),
        base: base.to_owned(),
    }
}

/// Takes note that a look nobody asked for was refused.
pub(super) fn look_refused(state: &mut State, host: &HostName, look: Look, error: &api::Error) {
    let host: Option<&mut Host> = state.fleet.hosts.get_mut(host);
    if let Some(host) = host.filter(|_| matches!(error, api::Error::MissingRoute { .. })) {
        host.lacks.insert(look);
    }
}
