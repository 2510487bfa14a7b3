//! The calls of the control plane.
//!
//! `GET /v1/projects/{id}` is missing on purpose: it changes the order of the project list.

use std::time::Duration;

use reqwest::{Method, Url};
use serde_json::{Value, json};

use crate::{
    api::{
        Client, Error,
        reply::{malformed, read, read_list},
        transport::{Ask, Lane, Repeat},
    },
    model::{
        account::Me,
        git::{Branches, Commit},
        id::{AccountId, ProjectId, SessionId},
        project::{Project, Secret},
        sandbox::StartResult,
        server::Health,
        session::{NewSession, Session, TranscriptDigest},
        template::{SandboxHealth, Snapshots, TemplateList},
    },
};

/// The longest time for which the server holds a start back, in milliseconds.
const LONGEST_WAIT: u64 = 8_000;
/// Pages of a session list that are followed.
const PAGES: usize = 200;

/// What became of the wish for a session.
#[derive(Debug, Clone, PartialEq)]
pub enum Creation {
    /// It exists; its sandbox is being made.
    Made(Box<Session>),
    /// The server took the wish and works on it; the session appears in the list later.
    Queued {
        /// The session to come, when the server knows it.
        session: Option<SessionId>,
        /// The server's word for why it takes longer.
        reason: Option<String>,
    },
}

impl Client {
    /// What the server says about itself; sent without the token.
    pub async fn health(&self) -> Result<Health, Error> {
        let mut ask = Ask::get("the server's health", self.url(&["health"]));
        ask.is_anonymous = true;
        read(self.json(&ask).await?, ask.what)
    }

    /// Who is signed in.
    pub async fn me(&self) -> Result<Me, Error> {
        let ask = Ask::get("the account", self.url(&["accounts", "me"]));
        read(self.json(&ask).await?, ask.what)
    }

    /// The projects of an account; without one, of the account joined first.
    pub async fn projects(&self, account: Option<&AccountId>) -> Result<Vec<Project>, Error> {
        let mut url = self.url(&["projects"]);
        if let Some(account) = account {
            url.query_pairs_mut()
                .append_pair("account_id", account.as_str());
        }
        let ask = Ask::get("the list of projects", url);
        read_list(self.json(&ask).await?, ask.what)
    }

    /// The branches of a project.
    pub async fn branches(&self, project: &ProjectId) -> Result<Branches, Error> {
        let ask = Ask::get(
            "the list of branches",
            self.of_project(project, &["branches"]),
        );
        read(self.json(&ask).await?, ask.what)
    }

    /// The newest commits of a branch; of the default branch without one. At most 200.
    pub async fn commits(
        &self,
        project: &ProjectId,
        branch: Option<&str>,
        limit: u16,
    ) -> Result<Vec<Commit>, Error> {
        let mut url = self.of_project(project, &["commits"]);
        url.query_pairs_mut()
            .append_pair("limit", &limit.clamp(1, 200).to_string());
        if let Some(branch) = branch {
            url.query_pairs_mut().append_pair("ref", branch);
        }
        let ask = Ask::get("the list of commits", url);
        let mut answer = self.json(&ask).await?;
        read_list(take(&mut answer, "commits"), ask.what)
    }

    /// The sessions of a project, newest change first; all pages where the server pages.
    pub async fn sessions(&self, project: &ProjectId) -> Result<Vec<Session>, Error> {
        let mut sessions = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut url = self.of_project(project, &["sessions"]);
            if let Some(cursor) = &cursor {
                url.query_pairs_mut().append_pair("cursor", cursor);
            }
            let ask = Ask::get("the list of sessions", url);
            let answer = self.fetch(&ask).await?;
            let page: Vec<Session> = read_list(answer.json(ask.what)?, ask.what)?;
            let is_last = page.is_empty();
            sessions.extend(page);
            let next = answer.header("x-next-cursor");
            if is_last || next.is_none() || next == cursor {
                break;
            }
            cursor = next;
        }
        Ok(sessions)
    }

    /// One session, also one that the list hides.
    pub async fn session(
        &self,
        project: &ProjectId,
        session: &SessionId,
    ) -> Result<Session, Error> {
        let ask = Ask::get("the session", self.of_session(project, session, &[]));
        read(self.json(&ask).await?, ask.what)
    }

    /// Asks for a session. The same `idempotency_key` never makes two, so the call repeats itself.
    pub async fn create_session(
        &self,
        project: &ProjectId,
        wish: &NewSession,
        idempotency_key: &str,
    ) -> Result<Creation, Error> {
        let url = self.of_project(project, &["sessions"]);
        let body = serde_json::to_value(wish).map_err(|_| malformed("the new session"))?;
        let mut ask = Ask::post("the new session", url, body);
        ask.repeat = Repeat::Harmless;
        ask.idempotency_key = Some(idempotency_key.to_owned());
        let answer = self.fetch(&ask).await?;
        let value = answer.json(ask.what)?;
        if answer.status.as_u16() == 202 {
            let text = |key| value.get(key).and_then(Value::as_str);
            return Ok(Creation::Queued {
                session: text("session_id").map(Into::into),
                reason: text("reason").map(super::reply::line),
            });
        }
        Ok(Creation::Made(Box::new(read(value, ask.what)?)))
    }

    /// Gives a session a name; an empty one takes the given name away.
    pub async fn rename(
        &self,
        project: &ProjectId,
        session: &SessionId,
        name: &str,
    ) -> Result<Session, Error> {
        let url = self.of_session(project, session, &[]);
        let mut ask = Ask::post("renaming the session", url, json!({ "name": name }));
        ask.method = Method::PATCH;
        ask.repeat = Repeat::Harmless;
        read(self.json(&ask).await?, ask.what)
    }

    /// Wakes a session and says how far it is; waits up to `wait` (8 s at most) for its agent.
    ///
    /// Spends compute: only for sessions that a person opened.
    pub async fn start(
        &self,
        project: &ProjectId,
        session: &SessionId,
        wait: Duration,
    ) -> Result<StartResult, Error> {
        let wait = u64::try_from(wait.as_millis()).unwrap_or(LONGEST_WAIT);
        let mut url = self.of_session(project, session, &["start"]);
        url.query_pairs_mut()
            .append_pair("wait_ms", &wait.min(LONGEST_WAIT).to_string());
        let mut ask = Ask::post("starting the session", url, json!({}));
        ask.lane = Lane::LongPoll;
        read(self.json(&ask).await?, ask.what)
    }

    /// Boots a session's sandbox anew; what was not committed may be lost.
    pub async fn restart(&self, project: &ProjectId, session: &SessionId) -> Result<(), Error> {
        let url = self.of_session(project, session, &["restart"]);
        let ask = Ask::post("restarting a session", url, json!({}));
        self.fetch(&ask).await.map(drop)
    }

    /// Stops a session's sandbox; the branch stays. Older servers have no such route.
    pub async fn stop(&self, project: &ProjectId, session: &SessionId) -> Result<(), Error> {
        let url = self.of_session(project, session, &["stop"]);
        let ask = Ask::post("stopping a session", url, json!({}));
        self.fetch(&ask).await.map(drop)
    }

    /// Deletes a session and its sandbox; the branch stays.
    pub async fn delete(&self, project: &ProjectId, session: &SessionId) -> Result<(), Error> {
        let mut ask = Ask::get(
            "deleting the session",
            self.of_session(project, session, &[]),
        );
        ask.method = Method::DELETE;
        self.fetch(&ask).await.map(drop)
    }

    /// The server's digest of a conversation; wakes nothing. `limit` 1 to 500, `chars` 80 to 5000.
    pub async fn transcript(
        &self,
        project: &ProjectId,
        session: &SessionId,
        limit: u16,
        chars: u16,
    ) -> Result<TranscriptDigest, Error> {
        let mut url = self.of_session(project, session, &["transcript"]);
        url.query_pairs_mut()
            .append_pair("limit", &limit.clamp(1, 500).to_string())
            .append_pair("chars", &chars.clamp(80, 5000).to_string());
        let ask = Ask::get("the transcript", url);
        read(self.json(&ask).await?, ask.what)
    }

    /// The sandbox templates of a project.
    pub async fn templates(&self, project: &ProjectId) -> Result<TemplateList, Error> {
        let url = self.of_project(project, &["sandbox-templates"]);
        let ask = Ask::get("the list of templates", url);
        read(self.json(&ask).await?, ask.what)
    }

    /// The templates and the last builds of a project.
    pub async fn snapshots(&self, project: &ProjectId) -> Result<Snapshots, Error> {
        let ask = Ask::get(
            "the list of builds",
            self.of_project(project, &["snapshots"]),
        );
        read(self.json(&ask).await?, ask.what)
    }

    /// Whether sessions of a project can boot.
    pub async fn sandbox_health(&self, project: &ProjectId) -> Result<SandboxHealth, Error> {
        let url = self.of_project(project, &["sandbox-health"]);
        let ask = Ask::get("the health of the sandboxes", url);
        read(self.json(&ask).await?, ask.what)
    }

    /// The names of a project's secrets.
    pub async fn secrets(&self, project: &ProjectId) -> Result<Vec<Secret>, Error> {
        let ask = Ask::get(
            "the list of secrets",
            self.of_project(project, &["secrets"]),
        );
        let mut answer = self.json(&ask).await?;
        read_list(take(&mut answer, "items"), ask.what)
    }

    pub(super) fn of_project(&self, project: &ProjectId, rest: &[&str]) -> Url {
        self.url(&[&["projects", project.as_str()], rest].concat())
    }

    fn of_session(&self, project: &ProjectId, session: &SessionId, rest: &[&str]) -> Url {
        let path = ["projects", project.as_str(), "sessions", session.as_str()];
        self.url(&[&path, rest].concat())
    }
}

/// The value under a key, taken out; null when missing.
pub(super) fn take(value: &mut Value, key: &str) -> Value {
    value.get_mut(key).map(Value::take).unwrap_or_default()
}
