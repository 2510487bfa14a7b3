//! What the hosts of a test would answer.

use kortix_tui::{
    api,
    app::call::{AgentCall, Call, Reply},
    model::{
        account::Me,
        git::{Branch, Branches},
        id::{HostName, ProjectId, SessionKey},
        project::Project,
        session::{Session, SessionStatus},
        template::Snapshots,
    },
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
    /// What agents say is not committed; nobody can tell when absent.
    pub uncommitted: Option<Vec<String>>,
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

    /// The answer to a call.
    pub fn answer(&self, _host: &HostName, call: &Call) -> Result<Reply, api::Error> {
        if self.is_down {
            return Err(unreachable_host());
        }
        Ok(match call {
            Call::Me => Reply::Me(Me::default()),
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
