//! Opening a change request at the end of a job, as an agent does it with the `kortix` command.
//!
//! In the transcript it is that command with its output. There may be no such program on the
//! machine, so the request that it would send is sent from here, with the address and the token
//! that the command would find in the environment. Without them nothing is proposed.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    command::Ran,
    script::quoted,
    turn::{Flow, Stop, Turn},
};

/// How long the control plane may take; a large repository is read again first.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The most letters of a title.
const LONGEST_TITLE: usize = 72;

/// What the environment says about the control plane.
struct ControlPlane {
    changes: String,
    token: String,
    branch: String,
    base: String,
    session: String,
}

impl ControlPlane {
    fn of(env: &[(String, String)]) -> Option<Self> {
        let value = |wanted: &str| {
            let mut pairs = env.iter();
            pairs
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.clone())
        };
        let (url, project) = (value("KORTIX_API_URL")?, value("KORTIX_PROJECT_ID")?);
        Some(Self {
            changes: format!("{url}/projects/{project}/change-requests"),
            token: value("KORTIX_CLI_TOKEN")?,
            branch: value("KORTIX_HEAD_REF")?,
            base: value("KORTIX_BASE_REF")?,
            session: value("KORTIX_SESSION_ID")?,
        })
    }

    /// Sends a request; the answer's body, or what went wrong in the words of the command.
    async fn ask(&self, method: Method, below: &str, body: Option<Value>) -> Result<Value, String> {
        let client = super::super::client().map_err(|error| error.to_string())?;
        let mut request = client
            .request(method, format!("{}{below}", self.changes))
            .bearer_auth(&self.token)
            .timeout(TIME_LIMIT);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| format!("HTTP 0: network error: {}", error.without_url()))?;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        if status.is_success() {
            return Ok(body);
        }
        let text = body["error"].as_str().or_else(|| body["message"].as_str());
        Err(format!("HTTP {}: {}", status.as_u16(), text.unwrap_or("")))
    }

    /// The open change request of the session's branch, with the branch looked at again.
    async fn find(&self) -> Result<Option<Value>, String> {
        let list = self.ask(Method::GET, "?status=open", None).await?;
        let open = list["change_requests"].as_array();
        let ours = open
            .into_iter()
            .flatten()
            .find(|change| change["head_ref"] == self.branch.as_str());
        let Some(id) = ours.and_then(|change| change["cr_id"].as_str()) else {
            return Ok(None);
        };
        let mut found = self.ask(Method::GET, &format!("/{id}"), None).await?;
        Ok(Some(found["change_request"].take()))
    }

    async fn open(&self, title: &str, description: &str) -> Result<Value, String> {
        let body = json!({
            "title": title,
            "description": description,
            "head_ref": self.branch,
            "base_ref": self.base,
            "session_id": self.session,
        });
        self.ask(Method::POST, "", Some(body)).await
    }
}

impl Turn {
    /// Opens a change request for what is committed, or shows that the open one has it now.
    ///
    /// Gives its number; `None` without a control plane, and when it refused.
    pub async fn propose(&mut self, subject: &str, done: &str) -> Flow<Option<u64>> {
        let Some(plane) = ControlPlane::of(&self.desk.env) else {
            return Ok(None);
        };
        let title = title(&self.prompt, subject);
        let known = self.unless_aborted(plane.find()).await?;
        let (command, what) = match &known {
            Ok(Some(change)) => (
                format!("kortix cr show {}", change["number"]),
                "Look at the change request",
            ),
            Ok(None) | Err(_) => (
                format!(
                    "kortix cr open --base {} --title {} --description {}",
                    quoted(&plane.base),
                    quoted(&title),
                    quoted(done)
                ),
                "Open a change request",
            ),
        };
        let call = self.begin_command(&command, what).await?;
        let (outcome, lead) = match known {
            Ok(Some(change)) => (Ok(change), "●"),
            Ok(None) => (
                self.unless_aborted(plane.open(&title, done)).await?,
                "✓ opened",
            ),
            Err(error) => (Err(error), ""),
        };
        let ran = match &outcome {
            Ok(change) => Ran {
                output: told(lead, change),
                exit: Some(0),
            },
            Err(error) => Ran {
                output: format!("✗ {error}\n"),
                exit: Some(1),
            },
        };
        self.end_command(&call, &command, &ran).await?;
        Ok(outcome.ok().and_then(|change| change["number"].as_u64()))
    }

    async fn unless_aborted<T>(&self, work: impl Future<Output = T>) -> Flow<T> {
        tokio::select! {
            () = self.token.cancelled() => Err(Stop::Aborted),
            done = work => Ok(done),
        }
    }
}

/// The task in one line; the commit's subject when a steering word was all of it.
fn title(prompt: &str, subject: &str) -> String {
    let task = prompt.lines().map(str::trim).find(|line| !line.is_empty());
    let task = task
        .filter(|line| !line.starts_with('/'))
        .unwrap_or(subject);
    if task.chars().count() <= LONGEST_TITLE {
        return task.to_owned();
    }
    let mut short: String = task.chars().take(LONGEST_TITLE - 1).collect();
    short.push('…');
    short
}

fn told(lead: &str, change: &Value) -> String {
    let text = |key: &str| change[key].as_str().unwrap_or_default();
    let commit = text("head_commit_sha");
    format!(
        "{lead} #{}: {}\n{} {} → {}\n",
        change["number"],
        text("title"),
        text("head_ref"),
        commit.get(..7).unwrap_or(commit),
        text("base_ref"),
    )
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn the_title_is_the_task_or_what_was_committed() {
        assert_eq!(title("\n Fix it \nplease", "Add notes"), "Fix it");
        assert_eq!(title("/notes", "Add notes"), "Add notes");
        assert_eq!(title(&"é".repeat(99), "x").chars().count(), 72);
    }
}
