//! Change requests in the fleet: taking lists and rows, and finding those of a session.
//!
//! The rows stand in their project's entry, what else is known in `Fleet::change_facts`. Not for: the
//! list on the screen (`changes::list`).

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    app::{
        changes::facts::ChangeFacts,
        fleet::{Fleet, ToReview},
        memory,
    },
    model::{
        change::{ChangeRequest, ChangeStatus},
        id::{ChangeId, ChangeKey, ProjectKey, SessionId, SessionKey},
        load::Load,
        time::Millis,
    },
};

/// The most change requests of a project that are kept for the next run.
const KEPT: usize = 300;

impl Fleet {
    /// A change request's row; `None` while its project's list is not here.
    pub fn change(&self, key: &ChangeKey) -> Option<&ChangeRequest> {
        let project = self.projects.get(&key.project_key())?;
        let rows = project.changes.value()?;
        rows.iter().find(|row| row.cr_id == key.change)
    }

    /// The change requests of all projects.
    pub fn changes(&self) -> impl Iterator<Item = (ChangeKey, &ChangeRequest)> {
        let projects = self.projects.iter();
        let listed = projects.filter_map(|(key, project)| Some((key, project.changes.value()?)));
        listed.flat_map(|(key, rows)| rows.iter().map(move |row| (key.change(&row.cr_id), row)))
    }

    /// The change requests of a session, newest number first.
    pub fn changes_of(&self, session: &SessionKey) -> Vec<(ChangeKey, &ChangeRequest)> {
        let project = session.project_key();
        let rows = self.projects.get(&project);
        let rows = rows.and_then(|entry| entry.changes.value());
        let branch = self
            .sessions
            .get(session)
            .map(|entry| &entry.row.branch_name);
        let branch = branch.filter(|branch| !branch.is_empty());
        let is_its = |row: &&ChangeRequest| {
            row.origin_session_id.as_ref() == Some(&session.session)
                || branch == Some(&row.head_ref)
        };
        let its = rows.into_iter().flatten().filter(is_its);
        its.map(|row| (project.change(&row.cr_id), row)).collect()
    }

    /// The change request that stands for a session in a list: its newest open one, else its newest.
    pub fn change_of(&self, session: &SessionKey) -> Option<(ChangeKey, &ChangeRequest)> {
        let mut its = self.changes_of(session);
        let place = its.iter().position(|(_, row)| row.is_open()).unwrap_or(0);
        (place < its.len()).then(|| its.swap_remove(place))
    }

    /// The session that made a change request, by its row or by the name of the branch; `None` when it
    /// is not listed.
    pub fn session_of(&self, key: &ChangeKey) -> Option<SessionKey> {
        let row = self.change(key)?;
        let project = key.project_key();
        let origin = row.origin_session_id.as_ref();
        let origin = origin.map(|id| project.session(id));
        // Branches are named after their sessions.
        let by_branch = project.session(&row.head_ref.as_str().into());
        let candidates = origin.into_iter().chain([by_branch]);
        let mut listed = candidates.filter(|key| self.sessions.contains_key(key));
        listed.next().or_else(|| {
            let mut sessions = self.sessions_of(&project);
            let found = sessions.find(|(_, entry)| entry.row.branch_name == row.head_ref);
            found.map(|(key, _)| key.clone())
        })
    }

    /// What is known of a change request beside its row, to be changed.
    pub fn facts_mut(&mut self, key: &ChangeKey) -> &mut ChangeFacts {
        self.change_facts.entry(key.clone()).or_default()
    }

    /// Takes the change requests of a project. A row that this program knows a newer state of, because
    /// the list was on its way when something was done, stays as it is.
    pub fn take_changes(
        &mut self,
        project: &ProjectKey,
        mut rows: Vec<ChangeRequest>,
        fetched: Option<Millis>,
    ) {
        let Some(entry) = self.projects.get_mut(project) else {
            return;
        };
        let known = entry.changes.value().map(Vec::as_slice).unwrap_or_default();
        keep_newer(known, &mut rows);
        let was_open = |id: &ChangeId| known.iter().any(|row| row.cr_id == *id && row.is_open());
        let mut merged = rows.iter().filter(|row| row.status == ChangeStatus::Merged);
        let base_moved = merged.any(|row| was_open(&row.cr_id));
        let is_first = entry.changes_fetched.is_none() && fetched.is_some();
        let is_news = is_first || !matches!(&entry.changes, Load::Ready(known) if *known == rows);
        entry.changes_fetched = fetched.or(entry.changes_fetched);
        if !is_news {
            return;
        }
        entry.changes = Load::Ready(rows);
        if fetched.is_some() {
            self.drop_facts(project);
        }
        if base_moved {
            self.expire_trials(project);
        }
        self.mark_reviews(project);
        self.revision += 1;
    }

    /// Puts a change request's newest row in place of the one at hand, or at the head of the list. One
    /// that was on its way when something was done is dropped.
    pub fn take_change(&mut self, project: &ProjectKey, row: ChangeRequest) {
        let Some(entry) = self.projects.get_mut(project) else {
            return;
        };
        let is_merged = row.status == ChangeStatus::Merged;
        if let Load::Ready(rows)
        | Load::Failed {
            stale: Some(rows), ..
        } = &mut entry.changes
        {
            match rows.iter_mut().find(|known| known.cr_id == row.cr_id) {
                Some(known) if *known == row || is_newer(known, &row) => return,
                Some(known) => *known = row,
                None => rows.insert(0, row),
            }
            self.revision += 1;
        }
        if is_merged {
            self.expire_trials(project);
        }
        self.mark_reviews(project);
    }

    /// Says at each session of a project whether its work waits to be looked at.
    pub fn mark_reviews(&mut self, project: &ProjectKey) {
        let waiting = self.unlooked(project);
        let first = project.session(&SessionId::default());
        let mut is_news = false;
        for (key, entry) in self.sessions.range_mut(first..) {
            if key.host != project.host || key.project != project.project {
                break;
            }
            let found = waiting.get(key.session.as_str());
            let found = found.or_else(|| waiting.get(entry.row.branch_name.as_str()));
            if entry.to_review.as_ref() != found {
                entry.to_review = found.cloned();
                is_news = true;
            }
        }
        self.revision += u64::from(is_news);
    }

    /// Open change requests that nobody looked at, by the sessions and branches they come from.
    fn unlooked(&self, project: &ProjectKey) -> BTreeMap<String, ToReview> {
        let mut waiting = BTreeMap::new();
        let rows = self.projects.get(project);
        let rows = rows.and_then(|entry| entry.changes.value());
        for row in rows.into_iter().flatten().filter(|row| row.is_open()) {
            let facts = self.change_facts.get(&project.change(&row.cr_id));
            if facts.is_some_and(|facts| facts.is_looked_at(row)) {
                continue;
            }
            let origin = row.origin_session_id.as_ref().map(|id| id.0.clone());
            for name in origin.into_iter().chain([row.head_ref.clone()]) {
                waiting.entry(name).or_insert_with(|| ToReview {
                    number: row.number,
                    title: row.title.clone(),
                });
            }
        }
        waiting
    }

    /// The base moved: what merging would do has to be tried again.
    fn expire_trials(&mut self, project: &ProjectKey) {
        for (key, facts) in &mut self.change_facts {
            if key.host == project.host && key.project == project.project {
                facts.trial.iter_mut().for_each(|trial| trial.expire());
            }
        }
    }

    /// Forgets what is known of change requests that are gone.
    fn drop_facts(&mut self, project: &ProjectKey) {
        let rows = self.projects.get(project);
        let rows = rows.and_then(|entry| entry.changes.value());
        let listed: BTreeSet<&ChangeId> =
            rows.into_iter().flatten().map(|row| &row.cr_id).collect();
        self.change_facts.retain(|key, _| {
            let is_of = key.host == project.host && key.project == project.project;
            !is_of || listed.contains(&key.change)
        });
    }

    /// Adds what is to be kept of change requests.
    pub(in crate::app) fn remember_changes(&self, kept: &mut memory::Fleet) {
        for (key, project) in &self.projects {
            let rows = project.changes.value().into_iter().flatten();
            let rows: Vec<ChangeRequest> = rows.take(KEPT).cloned().collect();
            if !rows.is_empty() {
                kept.changes.push((key.clone(), rows));
            }
        }
        let facts = self
            .change_facts
            .iter()
            .filter(|(_, facts)| !facts.is_empty());
        kept.change_facts = facts
            .map(|(key, facts)| (key.clone(), facts.clone()))
            .collect();
    }
}

/// Keeps rows at hand that changed after the listed ones.
fn keep_newer(known: &[ChangeRequest], rows: &mut [ChangeRequest]) {
    let known: BTreeMap<&ChangeId, &ChangeRequest> =
        known.iter().map(|row| (&row.cr_id, row)).collect();
    for row in rows {
        let Some(ours) = known.get(&row.cr_id).filter(|ours| **ours != row) else {
            continue;
        };
        if is_newer(ours, row) {
            *row = (*ours).clone();
        }
    }
}

/// Whether one row changed after another.
fn is_newer(one: &ChangeRequest, other: &ChangeRequest) -> bool {
    let changed = |row: &ChangeRequest| Millis::from_rfc3339(&row.updated_at);
    changed(one) > changed(other)
}
