//! A stage for whole journeys: an embedded control plane on a repository, and sessions on it.

#![expect(
    clippy::unwrap_used,
    reason = "a stage that does not stand ends the test"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use kortix_tui::{
    api::{Agent, Client, Creation},
    local::{
        Options, Server,
        agent::{AgentKind, AgentOptions},
    },
    model::{
        host::{Host, Token},
        id::{ProjectId, SessionId, SessionKey},
        sandbox::Stage as Readiness,
        session::{NewSession, Session, SessionStatus},
    },
};
use tempfile::TempDir;

use crate::fake;

/// A running control plane with one project; its folders go with it.
pub struct Stage {
    server: Server,
    client: Client,
    folder: TempDir,
}

impl Stage {
    /// A control plane with practice agents that work `speed` times as fast as a person.
    pub async fn practice(speed: f64) -> Self {
        Self::start(AgentOptions {
            kind: AgentKind::Practice,
            speed,
            seed: Some(1),
            ..AgentOptions::default()
        })
        .await
    }

    /// A control plane with these agents.
    pub async fn start(agent: AgentOptions) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("kortix-tui-stage-")
            .tempdir()
            .unwrap();
        let repository = folder.path().join("demo");
        make_repository(&repository);
        let server = Server::start(Options {
            repositories: vec![repository],
            data_dir: folder.path().join("data"),
            listen: ([127, 0, 0, 1], 0).into(),
            allow_remote: false,
            token: None,
            max_sessions: 16,
            idle_stop: None,
            agent,
            sample: false,
        })
        .await
        .unwrap();
        let client = client(server.url(), server.token().expose());
        Self {
            server,
            client,
            folder,
        }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// The token that it takes.
    pub fn token(&self) -> String {
        self.server.token().expose().to_owned()
    }

    /// A client that reaches it directly.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A client that reaches it by another address.
    pub fn client_at(&self, url: &str) -> Client {
        client(url, self.server.token().expose())
    }

    /// Its project.
    pub fn project(&self) -> ProjectId {
        self.server.projects()[0].project_id.as_str().into()
    }

    /// The key of a session.
    pub fn key(&self, session: &SessionId) -> SessionKey {
        SessionKey {
            host: "test".into(),
            project: self.project(),
            session: session.clone(),
        }
    }

    /// Makes a session and waits until its agent answers.
    pub async fn session(&self) -> Session {
        session(&self.client, &self.project()).await
    }

    /// Starts a session unless it runs, and waits until its agent answers.
    pub async fn ready(&self, session: &SessionId) -> Session {
        ready(&self.client, &self.project(), session).await
    }

    /// The agent of a session, reached directly.
    pub fn agent(&self, session: &Session) -> Agent {
        self.client.agent(session.sandbox_address().unwrap())
    }

    /// The folder that a session's agent works in.
    pub fn workspace(&self, session: &SessionId) -> PathBuf {
        let sandboxes = self.folder.path().join("data/sandboxes");
        sandboxes.join(session.as_str()).join("workspace")
    }

    /// Ends it in order.
    pub async fn end(self) {
        self.server.shutdown().await;
    }
}

/// Makes a session and waits until its agent answers.
pub async fn session(client: &Client, project: &ProjectId) -> Session {
    let key = uuid::Uuid::new_v4().to_string();
    let wish = NewSession::default();
    let made = client.create_session(project, &wish, &key).await;
    let Creation::Made(session) = made.unwrap() else {
        panic!("the session was queued");
    };
    ready(client, project, &session.session_id).await
}

async fn ready(client: &Client, project: &ProjectId, session: &SessionId) -> Session {
    let row = settled(client, project, session).await;
    assert_eq!(row.status, SessionStatus::Running, "{row:?}");
    row
}

/// Starts a session unless it runs, and waits until its agent answers or never will.
pub async fn settled(client: &Client, project: &ProjectId, session: &SessionId) -> Session {
    for _ in 0..40 {
        // Shorter than the deadline of a request in tests.
        let wait = Duration::from_secs(2);
        let start = client.start(project, session, wait).await.unwrap();
        if matches!(start.stage, Readiness::Ready | Readiness::Failed) {
            return client.session(project, session).await.unwrap();
        }
    }
    panic!("the session did not become ready");
}

/// A client of a control plane.
pub fn client(url: &str, token: &str) -> Client {
    let host = Host {
        name: "test".into(),
        url: url.to_owned(),
        token: Token::new(token),
    };
    Client::new(host, fake::limits()).unwrap()
}

/// Makes a small git repository.
pub fn make_repository(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("README.md"), "# Demo\n\nA thing to test.\n").unwrap();
    fs::write(folder.join("main.py"), "print(\"hello\")\n").unwrap();
    git(folder, &["init", "--quiet", "--initial-branch=main"]);
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message=Begin"]);
}

/// Runs git in a folder and gives what it printed.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.test"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {complaint}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
