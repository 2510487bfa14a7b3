//! Everything known about hosts, projects, sessions and their agents.
//!
//! One place holds each fact. Screens keep positions and choices, never copies of these.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    api,
    app::{changes::facts::ChangeFacts, memory, ops::Look},
    attention::{self, Facts, Standing},
    model::{
        account::Me,
        agent::stream::LinkState,
        change::ChangeRequest,
        git::Branches,
        id::{AgentSessionId, ChangeKey, HostName, ProjectId, ProjectKey, SessionId, SessionKey},
        load::Load,
        project::Project,
        session::{SandboxAddress, Session, SessionStatus},
        template::Snapshots,
        time::Millis,
    },
    transcript::Transcript,
};

/// Data of a host that arrives later.
pub type Fetched<T> = Load<T, api::Error>;

/// Everything known about hosts, projects, sessions and their agents.
#[derive(Debug, Default)]
pub struct Fleet {
    /// The hosts, by name.
    pub hosts: BTreeMap<HostName, Host>,
    /// The projects of all hosts.
    pub projects: BTreeMap<ProjectKey, ProjectEntry>,
    /// The sessions of all projects.
    pub sessions: BTreeMap<SessionKey, SessionEntry>,
    /// What is known of change requests beside their rows.
    pub change_facts: BTreeMap<ChangeKey, ChangeFacts>,
    /// Bumped whenever a session or a change request appears, goes, or changes in what a list shows.
    pub revision: u64,
}

/// A host.
#[derive(Debug, Default)]
pub struct Host {
    /// Its address.
    pub url: String,
    /// Whether it is the control plane in this process.
    pub is_embedded: bool,
    /// Who is signed in there.
    pub me: Fetched<Me>,
    /// When its project list was last fetched; `None` while what is shown is from the last run.
    pub fetched: Option<Millis>,
    /// Why the last background call failed; `None` when it did not.
    pub trouble: Option<api::Error>,
    /// How many background calls failed in a row.
    pub failures: u32,
    /// Not before this time is the next background call made.
    pub hold_until: Millis,
    /// Looks at change requests that this host has no route for.
    pub lacks: BTreeSet<Look>,
}

/// A project.
#[derive(Debug, Default)]
pub struct ProjectEntry {
    /// Its row.
    pub row: Project,
    /// When its sessions were last fetched; `None` while what is shown is from the last run.
    pub sessions_fetched: Option<Millis>,
    /// Templates and builds.
    pub snapshots: Fetched<Snapshots>,
    /// When templates and builds were last fetched.
    pub snapshots_fetched: Option<Millis>,
    /// Change requests in all states, newest number first.
    pub changes: Fetched<Vec<ChangeRequest>>,
    /// When the change requests were last fetched.
    pub changes_fetched: Option<Millis>,
    /// Branches, once asked for.
    pub branches: Fetched<Branches>,
    /// The agents that can be chosen, once asked for.
    pub agents: Vec<String>,
}

/// A session.
#[derive(Debug, Default)]
pub struct SessionEntry {
    /// Its row as last fetched.
    pub row: Session,
    /// When the row was last fetched; `None` while it is from the last run.
    pub fetched: Option<Millis>,
    /// What a person asked for and the host has not confirmed.
    pub pending: Option<Deed>,
    /// What its agent said.
    pub transcript: Transcript,
    /// How fresh that is.
    pub link: LinkState,
    /// When the agent's state was last fetched without following it.
    pub glanced: Option<Millis>,
    /// Where the sandbox is, when `start` told it and the row does not.
    pub address: Option<SandboxAddress>,
    /// When its last turn ended without anybody looking; `None` when it was looked at.
    pub unseen_since: Option<Millis>,
    /// Its newest open change request whose work nobody looked at; `None` when there is none.
    pub to_review: Option<ToReview>,
}

/// A change request that waits to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToReview {
    /// Its number in the project.
    pub number: u64,
    /// Its title.
    pub title: String,
}

/// What a person asked for and the host has not confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It is being made; the row is ours.
    Create,
    /// It is being started.
    Start,
    /// It is being stopped.
    Stop,
    /// It is being booted again.
    Restart,
    /// It is being deleted.
    Delete,
}

impl SessionEntry {
    /// Where the proxy finds the sandbox; `None` while there is none.
    pub fn address(&self) -> Option<SandboxAddress> {
        self.row.sandbox_address().or_else(|| self.address.clone())
    }

    /// The agent's root session: what the row says, else the agent's newest root.
    pub fn root(&self) -> Option<AgentSessionId> {
        let named = self.row.opencode_session_id.clone();
        named.or_else(|| self.transcript.newest_root().cloned())
    }

    /// Whether a count-down to the next try is on the screen.
    pub fn link_counts_down(&self) -> bool {
        matches!(
            self.link,
            LinkState::Reconnecting { .. } | LinkState::Connecting { .. }
        )
    }

    /// Where it stands.
    pub fn standing(&self) -> Standing {
        attention::standing(Facts {
            status: &self.row.status,
            is_underway: self.pending.is_some(),
            is_unseen: self.unseen_since.is_some(),
            has_to_review: self.to_review.is_some(),
            transcript: &self.transcript,
        })
    }

    /// Whether the sandbox should be there.
    pub fn is_running(&self) -> bool {
        self.row.status == SessionStatus::Running
    }
}

impl Fleet {
    /// Takes the project list of a host; projects that are gone take their sessions with them.
    pub fn take_projects(&mut self, host: &HostName, rows: Vec<Project>, fetched: Option<Millis>) {
        let of_host = |key: &ProjectKey| key.host == *host;
        let listed: Vec<ProjectKey> = rows
            .iter()
            .map(|row| ProjectKey {
                host: host.clone(),
                project: row.project_id.clone(),
            })
            .collect();
        let before = (self.projects.len(), self.sessions.len());
        self.projects
            .retain(|key, _| !of_host(key) || listed.contains(key));
        let kept: BTreeSet<&ProjectId> = listed.iter().map(|key| &key.project).collect();
        self.sessions
            .retain(|key, _| key.host != *host || kept.contains(&key.project) || fetched.is_none());
        let mut is_news = before != (self.projects.len(), self.sessions.len());
        for (key, row) in listed.into_iter().zip(rows) {
            let entry = self.projects.entry(key).or_default();
            // Reads on the server change it, so a new one is no news.
            entry.row.updated_at.clone_from(&row.updated_at);
            is_news |= entry.row != row;
            entry.row = row;
        }
        if let Some(entry) = self.hosts.get_mut(host) {
            is_news |= entry.fetched.is_none() && fetched.is_some();
            entry.fetched = fetched.or(entry.fetched);
        }
        self.revision += u64::from(is_news);
    }

    /// Takes the session list of a project. Sessions with a deed under way are kept though the
    /// list lacks them.
    pub fn take_sessions(
        &mut self,
        project: &ProjectKey,
        rows: Vec<Session>,
        fetched: Option<Millis>,
    ) {
        let listed: BTreeSet<&SessionId> = rows.iter().map(|row| &row.session_id).collect();
        let gone: Vec<SessionKey> = self
            .sessions_of(project)
            .filter(|(key, entry)| !listed.contains(&key.session) && entry.pending.is_none())
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            self.remove_session(&key);
        }
        for row in rows {
            self.take_session(project, row, fetched);
        }
        if let Some(entry) = self.projects.get_mut(project) {
            let is_first = entry.sessions_fetched.is_none() && fetched.is_some();
            self.revision += u64::from(is_first);
            entry.sessions_fetched = fetched.or(entry.sessions_fetched);
        }
        self.mark_reviews(project);
    }

    /// Takes one session's row.
    pub fn take_session(&mut self, project: &ProjectKey, row: Session, fetched: Option<Millis>) {
        let entry = self.sessions.entry(session_key(project, &row)).or_default();
        // Reads on the server change it, so a new one is no news.
        entry.row.updated_at.clone_from(&row.updated_at);
        let is_first = entry.fetched.is_none() && fetched.is_some();
        if is_first || entry.row != row {
            self.revision += 1;
        }
        if entry.row.sandbox_url != row.sandbox_url {
            entry.address = None;
        }
        // One that was failed when it was first seen is old news.
        if row.status == SessionStatus::Failed && entry.row.status.is_live() {
            entry.unseen_since = fetched;
        }
        entry.row = row;
        entry.fetched = fetched.or(entry.fetched);
    }

    /// The sessions of a project, in the order of their ids.
    pub fn sessions_of(
        &self,
        project: &ProjectKey,
    ) -> impl Iterator<Item = (&SessionKey, &SessionEntry)> {
        let first = SessionKey {
            host: project.host.clone(),
            project: project.project.clone(),
            session: SessionId::default(),
        };
        let project = project.clone();
        self.sessions
            .range(first..)
            .take_while(move |(key, _)| key.host == project.host && key.project == project.project)
    }

    /// Takes a session away.
    pub fn remove_session(&mut self, key: &SessionKey) {
        self.sessions.remove(key);
        self.revision += 1;
    }

    /// The rows to keep for the next run. Rows that are only ours are left out.
    pub fn remembered(&self, now: Millis) -> memory::Fleet {
        let mut kept = memory::Fleet {
            at: now,
            ..memory::Fleet::default()
        };
        for (key, project) in &self.projects {
            kept.projects
                .entry(key.host.clone())
                .or_default()
                .push(project.row.clone());
            let rows = self
                .sessions_of(key)
                .filter(|(_, entry)| entry.pending != Some(Deed::Create))
                .map(|(_, entry)| entry.row.clone());
            kept.sessions.push((key.clone(), rows.collect()));
        }
        self.remember_changes(&mut kept);
        kept
    }

    /// The name of a session's project, or the start of its id.
    pub fn project_name<'a>(&'a self, key: &'a SessionKey) -> &'a str {
        match self.projects.get(&key.project_key()) {
            Some(project) if !project.row.name.is_empty() => &project.row.name,
            Some(_) | None => key
                .project
                .as_str()
                .get(..8)
                .unwrap_or(key.project.as_str()),
        }
    }
}

fn session_key(project: &ProjectKey, row: &Session) -> SessionKey {
    SessionKey {
        host: project.host.clone(),
        project: project.project.clone(),
        session: row.session_id.clone(),
    }
}
