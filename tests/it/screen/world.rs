//! What the hosts of a test would answer.

use std::{collections::BTreeMap, sync::Arc};

use kortix_tui::{
    api,
    app::{
        call::{AgentCall, Call, Reply},
        manifest::checkup::Checkup,
    },
    diff::changeset::Changeset,
    model::{
        account::Me,
        change::{
            BranchDifference, ChangeRequest, ChangeStatus, Difference, MergeOutcome, MergePreview,
        },
        git::{Branch, Branches},
        id::{ChangeId, ChangeKey, HostName, ProjectId, SessionKey},
        project::Project,
        session::{Session, SessionStatus},
        template::Snapshots,
    },
    validation::{Entry, MANIFEST, Tree},
};
use serde_json::json;

use super::{NOON, unreachable_host};

/// What the hosts of a test would answer.
#[derive(Default)]
pub struct World {
    /// The projects of the host `local`.
    pub projects: Vec<Project>,
    /// All sessions.
    pub sessions: Vec<Session>,
    /// Templates and builds, the same for every project.
    pub snapshots: Snapshots,
    /// The change requests of all projects: project and row.
    pub changes: Vec<(ProjectId, ChangeRequest)>,
    /// What change requests would change, by their id.
    pub differences: BTreeMap<ChangeId, Arc<Changeset>>,
    /// What merging them would do, by their id.
    pub previews: BTreeMap<ChangeId, MergePreview>,
    /// How much branches change their base, by their name; this host cannot tell of others.
    pub sizes: BTreeMap<String, BranchDifference>,
    /// Whether the host has a route that tells how large a change is.
    pub has_sizes: bool,
    /// Texts of files, by path, at whatever commit.
    pub files: BTreeMap<String, String>,
    /// What agents say is not committed; nobody can tell when absent.
    pub uncommitted: Option<Vec<String>>,
    /// The files of branches and commits, by their names; hosts without any do not show files.
    pub trees: BTreeMap<String, Tree>,
    /// Whether the host cannot be reached.
    pub is_down: bool,
}

impl World {
    /// A world with projects of these names.
    pub fn with_projects(names: &[&str]) -> Self {
        let project = |name: &&str| Project {
            project_id: (*name).into(),
            name: (*name).to_owned(),
            default_branch: "main".to_owned(),
            ..Project::default()
        };
        Self {
            projects: names.iter().map(project).collect(),
            has_sizes: true,
            ..Self::default()
        }
    }

    /// Adds a session that was made some minutes ago.
    pub fn session(
        &mut self,
        project: &str,
        id: &str,
        name: &str,
        status: SessionStatus,
        minutes: i64,
    ) -> SessionKey {
        let made = kortix_tui::model::time::Millis(NOON.0 - minutes * 60_000);
        let sandbox_url = (status == SessionStatus::Running)
            .then(|| format!("http://127.0.0.1:1/v1/p/sbx-{id}/4096"));
        self.sessions.push(Session {
            session_id: id.into(),
            project_id: project.into(),
            name: Some(name.to_owned()),
            opencode_session_id: sandbox_url.as_ref().map(|_| format!("ses_{id}").into()),
            sandbox_url,
            agent_name: "default".to_owned(),
            base_ref: "main".to_owned(),
            status,
            created_at: made.to_rfc3339(),
            updated_at: made.to_rfc3339(),
            ..Session::default()
        });
        SessionKey {
            host: "local".into(),
            project: project.into(),
            session: id.into(),
        }
    }

    /// Adds a change request that was opened some minutes ago, from the session of this id.
    pub fn change(&mut self, project: &str, number: u64, session: &str, title: &str) -> ChangeKey {
        let id = ChangeId(format!("cr-{project}-{number}"));
        let opened = kortix_tui::model::time::Millis(NOON.0 - 60_000 * 30);
        let row = ChangeRequest {
            cr_id: id.clone(),
            number,
            title: title.to_owned(),
            base_ref: "main".to_owned(),
            head_ref: session.to_owned(),
            status: ChangeStatus::Open,
            head_commit_sha: Some("b".repeat(40)),
            base_commit_sha: Some("a".repeat(40)),
            origin_session_id: Some(session.into()),
            created_at: opened.to_rfc3339(),
            updated_at: opened.to_rfc3339(),
            ..ChangeRequest::default()
        };
        self.changes.insert(0, (project.into(), row));
        ChangeKey {
            host: "local".into(),
            project: project.into(),
            change: id,
        }
    }

    /// Says what a change request would change, as a patch, and that merging it is a fast-forward.
    pub fn difference(&mut self, key: &ChangeKey, patch: &str) {
        let difference = Difference {
            base_ref: "main".to_owned(),
            head_ref: "work".to_owned(),
            base_sha: "a".repeat(40),
            head_sha: "b".repeat(40),
            merge_base: Some("a".repeat(40)),
            patch: patch.to_owned(),
            ..Difference::default()
        };
        self.previews.insert(
            key.change.clone(),
            MergePreview {
                base_sha: difference.base_sha.clone(),
                head_sha: difference.head_sha.clone(),
                merge_base: difference.merge_base.clone(),
                can_fast_forward: true,
                can_merge: true,
                ..MergePreview::default()
            },
        );
        let changeset = Arc::new(Changeset::new(difference));
        self.differences.insert(key.change.clone(), changeset);
    }

    fn row(&self, id: &ChangeId) -> Option<&ChangeRequest> {
        let mut rows = self.changes.iter().map(|(_, row)| row);
        rows.find(|row| row.cr_id == *id)
    }

    /// The answer to a call about change requests.
    fn about_changes(&self, call: &Call) -> Option<Reply> {
        let changed = |id: &ChangeId, status: ChangeStatus| {
            let row = self.row(id)?.clone();
            Some(ChangeRequest {
                status,
                updated_at: NOON.to_rfc3339(),
                ..row
            })
        };
        let status = |id: &ChangeId, status: ChangeStatus| {
            Some(Reply::Change(Box::new(changed(id, status)?)))
        };
        match call {
            Call::Changes(project) => {
                let rows = self.changes.iter().filter(|(of, _)| of == project);
                Some(Reply::Changes(rows.map(|(_, row)| row.clone()).collect()))
            }
            Call::Change(_, id) => Some(Reply::Change(Box::new(self.row(id)?.clone()))),
            Call::Difference(_, id) => Some(Reply::Difference(self.differences.get(id)?.clone())),
            Call::Size { from, .. } => Some(Reply::Size(self.sizes.get(from)?.clone())),
            Call::Preview(_, id) => Some(Reply::Preview(self.previews.get(id)?.clone())),
            Call::CloseChange(_, id) => status(id, ChangeStatus::Closed),
            Call::ReopenChange(_, id) => status(id, ChangeStatus::Open),
            Call::EditChange {
                change,
                title,
                description,
                ..
            } => Some(Reply::Change(Box::new(ChangeRequest {
                title: title.clone(),
                description: description.clone(),
                ..self.row(change)?.clone()
            }))),
            Call::Merge { change, .. } => {
                let row = changed(change, ChangeStatus::Merged)?;
                let outcome = MergeOutcome {
                    merge_commit_sha: "c".repeat(40),
                    fast_forward: true,
                    ..MergeOutcome::default()
                };
                Some(Reply::Merged(Box::new(row), outcome))
            }
            Call::FileText { path, .. } => {
                Some(Reply::FileText(self.files.get(path)?.as_str().into()))
            }
            _ => None,
        }
    }

    /// The answer to a call.
    pub fn answer(&self, _host: &HostName, call: &Call) -> Result<Reply, api::Error> {
        if self.is_down {
            return Err(unreachable_host());
        }
        Ok(match call {
            Call::Me => Reply::Me(Me::default()),
            Call::Size { .. } if !self.has_sizes => {
                return Err(api::Error::MissingRoute {
                    feature: "the size of the change".to_owned(),
                });
            }
            Call::Projects => Reply::Projects(self.projects.clone()),
            Call::Sessions(project) => Reply::Sessions(self.of(project)),
            Call::Snapshots(_) => Reply::Snapshots(self.snapshots.clone()),
            Call::Branches(_) => Reply::Branches(branches()),
            Call::Agent(_, AgentCall::Uncommitted) => match &self.uncommitted {
                Some(files) => Reply::Uncommitted(files.clone()),
                None => return Err(unreachable_host()),
            },
            Call::Agent(_, AgentCall::Agents) => {
                Reply::Agents(vec!["build".to_owned(), "plan".to_owned()])
            }
            Call::Changes(..)
            | Call::Change(..)
            | Call::Difference(..)
            | Call::Size { .. }
            | Call::Preview(..)
            | Call::EditChange { .. }
            | Call::Merge { .. }
            | Call::CloseChange(..)
            | Call::ReopenChange(..)
            | Call::FileText { .. } => {
                return self
                    .about_changes(call)
                    .ok_or_else(|| api::Error::NotFound {
                        what: "the change request".to_owned(),
                    });
            }
            Call::Manifest { commit, branch, .. } => {
                if self.trees.is_empty() {
                    return Err(api::Error::MissingRoute {
                        feature: "the file".to_owned(),
                    });
                }
                let name = if commit.is_empty() { branch } else { commit };
                let mut none = Tree::default();
                none.insert(MANIFEST, Entry::Absent);
                let tree = self.trees.get(name).unwrap_or(&none);
                Reply::Manifest(Arc::new(Checkup::of(tree, noon())))
            }
            Call::Create { .. }
            | Call::Start(..)
            | Call::Stop(..)
            | Call::Restart(..)
            | Call::Delete(..)
            | Call::Rename(..)
            | Call::Session(..)
            | Call::Agent(..) => Reply::Done,
        })
    }

    fn of(&self, project: &ProjectId) -> Vec<Session> {
        let sessions = self.sessions.iter();
        sessions
            .filter(|session| session.project_id == *project)
            .cloned()
            .collect()
    }
}

/// The time at which it stands.
pub fn noon() -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(NOON.0).unwrap()
}

fn branches() -> Branches {
    let branch = |name: &str| Branch {
        name: name.to_owned(),
        is_default: name == "main",
        ..Branch::default()
    };
    Branches {
        default_branch: "main".to_owned(),
        branches: ["fix/login", "main", "release"].map(branch).to_vec(),
    }
}

/// Events that begin a turn of an agent that runs a command.
pub fn works_on(id: &str, command: &str) -> Vec<serde_json::Value> {
    let session = format!("ses_{id}");
    let (user, answer) = (format!("msg_{id}_1"), format!("msg_{id}_2"));
    let began = NOON.0 - 42_000;
    vec![
        json!({"type": "session.status", "properties": {
            "sessionID": session, "status": {"type": "busy"}}}),
        json!({"type": "message.updated", "properties": {"info": {
            "id": user, "sessionID": session, "role": "user", "time": {"created": began}}}}),
        json!({"type": "message.part.updated", "properties": {"part": {
            "id": format!("prt_{id}_1"), "sessionID": session, "messageID": user,
            "type": "text", "text": "Make the tests pass."}}}),
        json!({"type": "message.updated", "properties": {"info": {
            "id": answer, "sessionID": session, "role": "assistant", "parentID": user,
            "time": {"created": began}}}}),
        json!({"type": "message.part.updated", "properties": {"part": {
            "id": format!("prt_{id}_2"), "sessionID": session, "messageID": answer,
            "type": "text", "text": "I run the **tests** first.",
            "time": {"start": began, "end": began}}}}),
        json!({"type": "message.part.updated", "properties": {"part": {
            "id": format!("prt_{id}_3"), "sessionID": session, "messageID": answer,
            "type": "tool", "callID": format!("call_{id}"), "tool": "bash",
            "state": {"status": "running", "input": {"command": command},
                "metadata": {"output": "running 12 tests\ntest a ... ok\n"},
                "time": {"start": began}}}}}),
    ]
}

/// The event of a permission request.
pub fn asks_permission(id: &str, command: &str) -> serde_json::Value {
    json!({"type": "permission.asked", "properties": {
        "id": format!("per_{id}"), "sessionID": format!("ses_{id}"), "permission": "bash",
        "patterns": [command], "always": ["cargo *"], "metadata": {"command": command},
        "tool": {"messageID": format!("msg_{id}_2"), "callID": format!("call_{id}")}}})
}

/// The event of a turn that ended.
pub fn goes_idle(id: &str) -> serde_json::Value {
    json!({"type": "session.status", "properties": {
        "sessionID": format!("ses_{id}"), "status": {"type": "idle"}}})
}
