//! Has a source read and checked, and takes what was found.
//!
//! Every look has a number. What an older look found never replaces what a newer one found, and what
//! belongs to another source is nobody's. Files of a folder are watched while it is the source.

use std::{path::PathBuf, sync::Arc};

use crate::{
    api,
    app::{
        Screen, State,
        call::Call,
        event::{Effect, Level, Urgency},
        manifest::{
            ManifestPane, Trouble,
            checkup::Checkup,
            sources::{self, Source},
        },
        ops::Purpose,
    },
    model::id::HostName,
    validation::MANIFEST,
};

/// The manifest screen is about to be shown.
pub(in crate::app) fn shown(state: &mut State) {
    if state.manifest.source.is_none() {
        // A folder is what one can change; a project of the hosts is the next best.
        let first = sources::all(state).into_iter().next();
        if let Some(first) = first {
            return look_at(state, first);
        }
    }
    if std::mem::take(&mut state.manifest.is_stale) {
        check(state);
    }
}

/// Looks at another source, or at the same one again.
pub(in crate::app) fn look_at(state: &mut State, source: Source) {
    let pane = &mut state.manifest;
    if pane.source.as_ref() != Some(&source) {
        *pane = ManifestPane {
            source: Some(source),
            asked: pane.asked,
            taken: pane.taken,
            since: pane.asked + 1,
            under_way: None,
            call: pane.call,
            watched: std::mem::take(&mut pane.watched),
            ..ManifestPane::default()
        };
    }
    check(state);
}

/// Has the source read and checked.
pub(in crate::app) fn check(state: &mut State) {
    give_up(state);
    let Some(source) = state.manifest.source.clone() else {
        return;
    };
    state.manifest.asked += 1;
    state.manifest.is_stale = false;
    let edition = state.manifest.asked;
    state.manifest.under_way = Some(edition);
    state.touch();
    let asked = match &source {
        Source::Folder(_) => {
            let folder = source.folder(state).map(|folder| folder.path.clone());
            folder.map(|folder| {
                let effect = Effect::CheckFolder { edition, folder };
                state.effects.push(effect);
            })
        }
        Source::Branch(key) => {
            let branch = sources::default_branch(state, key).to_owned();
            let host = key.host.clone();
            let call = Call::Manifest {
                project: key.project.clone(),
                path: manifest_path(state, &source),
                commit: String::new(),
                branch,
            };
            ask(state, &host, edition, call);
            Some(())
        }
        Source::Change(key) => state.fleet.change(key).map(sources::head).map(|head| {
            let (commit, branch) = head;
            state.manifest.commit = Some(commit.clone()).filter(|commit| !commit.is_empty());
            let call = Call::Manifest {
                project: key.project.clone(),
                path: manifest_path(state, &source),
                commit,
                branch,
            };
            ask(state, &key.host, edition, call);
        }),
    };
    if asked.is_none() {
        let reason = "it is not listed any more".to_owned();
        checked(state, edition, Err(reason));
    }
}

fn ask(state: &mut State, host: &HostName, edition: u64, call: Call) {
    let op = state.ops.open(host.clone(), Purpose::Manifest(edition));
    state.manifest.call = Some(op);
    state.effects.push(Effect::Call {
        op,
        host: host.clone(),
        call,
        urgency: Urgency::Now,
    });
}

/// Gives up a call to a host whose answer nobody wants any more.
fn give_up(state: &mut State) {
    if let Some(op) = state.manifest.call.take()
        && state.ops.take(op).is_some()
    {
        state.effects.push(Effect::Cancel(op));
    }
}

fn manifest_path(state: &State, source: &Source) -> String {
    let project = source.project(state);
    let project = project.and_then(|key| state.fleet.projects.get(&key));
    let path = project.map(|project| project.row.manifest_path.clone());
    path.filter(|path| !path.is_empty())
        .unwrap_or_else(|| MANIFEST.to_owned())
}

/// Takes what a look found, or why it found nothing.
pub(in crate::app) fn checked(
    state: &mut State,
    edition: u64,
    outcome: Result<Arc<Checkup>, String>,
) {
    let outcome = outcome.map_err(|reason| Trouble { reason, hint: None });
    settle(state, edition, outcome);
}

fn settle(state: &mut State, edition: u64, outcome: Result<Arc<Checkup>, Trouble>) {
    let (now, size) = (state.now, state.size);
    let pane = &mut state.manifest;
    if edition < pane.since || edition <= pane.taken {
        return;
    }
    if pane.under_way == Some(edition) {
        pane.under_way = None;
        pane.call = None;
    }
    pane.taken = edition;
    match outcome {
        Ok(checkup) => {
            pane.trouble = None;
            pane.checked_at = Some(now);
            pane.take(checkup, size);
        }
        Err(trouble) => pane.trouble = Some(trouble),
    }
    watch(state);
    state.touch();
}

/// Takes note that a host refused to show its files.
pub(in crate::app) fn refused(state: &mut State, edition: u64, error: &api::Error) {
    let reason = match error {
        api::Error::MissingRoute { .. } => "this server does not show files".to_owned(),
        error => error.to_string(),
    };
    let hint = error.hint();
    settle(state, edition, Err(Trouble { reason, hint }));
}

/// Has the files of a folder watched; nothing is watched while the source is on a host.
fn watch(state: &mut State) {
    let pane = &state.manifest;
    let folder = pane.source.as_ref().and_then(|source| source.folder(state));
    let paths = folder.map_or_else(Vec::new, |folder| {
        // Also what is not there: it may come.
        let files = pane.checkup.iter().flat_map(|checkup| &checkup.paths);
        let files = files.map(|path| folder.path.join(path));
        let mut paths: Vec<PathBuf> = files.collect();
        paths.push(folder.path.join(MANIFEST));
        paths.sort();
        paths.dedup();
        paths
    });
    if state.manifest.watched != paths {
        state.manifest.watched.clone_from(&paths);
        state.effects.push(Effect::Watch(paths));
    }
}

/// Watched files changed: they are read at once, or when somebody looks again.
pub(in crate::app) fn files_changed(state: &mut State) {
    if !matches!(state.manifest.source, Some(Source::Folder(_))) {
        return;
    }
    if state.screen == Screen::Manifest {
        check(state);
    } else {
        state.manifest.is_stale = true;
    }
}

/// The person comes back from the editor.
pub(in crate::app) fn edited(state: &mut State, outcome: Result<(), String>) {
    if let Err(reason) = outcome {
        state.say(Level::Error, reason);
    }
    check(state);
}

/// A change was made in a file, or not.
pub(in crate::app) fn mended(state: &mut State, outcome: Result<String, String>) {
    match outcome {
        Ok(done) => state.say(Level::Info, done),
        Err(reason) => state.say(Level::Error, reason),
    }
    check(state);
}

impl ManifestPane {
    /// Whether the head that was looked at is not the one that the change request has now.
    pub fn has_moved(&self, state: &State) -> bool {
        let Some(Source::Change(key)) = &self.source else {
            return false;
        };
        let now = state.fleet.change(key).map(|row| sources::head(row).0);
        let looked = self.commit.as_ref();
        looked.is_some_and(|looked| now.is_some_and(|now| !now.is_empty() && now != *looked))
    }
}
