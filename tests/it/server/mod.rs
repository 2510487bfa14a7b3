//! The embedded control plane: a real server on a temporary repository, asked over HTTP.

mod bad_input;
mod changes;
mod durable;
mod git;
mod guard;
mod landing;
mod merge;
mod proposals;
mod proxy;
mod replay;
mod routes;
mod sessions;
mod shape;

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use kortix_tui::local::{
    Options, Server, StartError,
    agent::{AgentKind, AgentOptions},
};
use reqwest::{Method, StatusCode};
use serde_json::Value;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What the test project declares.
const MANIFEST: &str = r#"
kortix_version = 1
[project]
name = "demo"
[env]
optional = ["ANTHROPIC_API_KEY"]
[sandbox]
default = "dev"
[[sandbox.templates]]
slug = "dev"
name = "Dev box"
dockerfile = ".kortix/Dockerfile"
cpu = 2
memory = 4
[[sandbox.templates]]
slug = "py"
name = "Python image"
image = "python:3.12-slim"
[[triggers]]
slug = "daily"
name = "Daily digest"
type = "cron"
cron = "0 0 9 * * 1-5"
prompt = "Summarize yesterday."
"#;

/// A folder that goes with the test, with a repository and a data folder in it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A repository with a manifest, some history, and a branch beside `main`.
    fn new() -> Result<Self, std::io::Error> {
        let place = Self::bare_folder()?;
        let repo = place.repo();
        std::fs::create_dir_all(repo.join(".kortix/opencode/agents"))?;
        place.git(&["init", "--quiet", "--initial-branch=main"])?;
        std::fs::write(repo.join("kortix.toml"), MANIFEST)?;
        std::fs::write(repo.join(".kortix/Dockerfile"), "FROM ubuntu:24.04\n")?;
        std::fs::write(
            repo.join(".kortix/opencode/agents/kortix.md"),
            "---\ndescription: General agent\nmode: primary\n---\n",
        )?;
        std::fs::write(repo.join("README.md"), "# Demo\n")?;
        std::fs::write(repo.join("grün und blau.md"), "Farben\n")?;
        place.commit("Begin")?;
        place.git(&["checkout", "--quiet", "-b", "feature/x"])?;
        std::fs::rename(repo.join("README.md"), repo.join("GUIDE.md"))?;
        place.commit("Rename the readme")?;
        place.git(&["checkout", "--quiet", "main"])?;
        Ok(place)
    }

    /// Folders only.
    fn bare_folder() -> Result<Self, std::io::Error> {
        let folder = tempfile::Builder::new().prefix("wörk place ").tempdir()?;
        let place = Self { folder };
        std::fs::create_dir_all(place.repo())?;
        Ok(place)
    }

    fn repo(&self) -> PathBuf {
        self.folder.path().join("the repo")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn git(&self, args: &[&str]) -> Result<String, std::io::Error> {
        git_in(&self.repo(), args)
    }

    fn commit(&self, subject: &str) -> Result<(), std::io::Error> {
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--message", subject])
            .map(drop)
    }

    fn options(&self) -> Options {
        Options {
            repositories: vec![self.repo()],
            data_dir: self.data(),
            listen: ([127, 0, 0, 1], 0).into(),
            allow_remote: false,
            token: None,
            max_sessions: 4,
            idle_stop: None,
            agent: AgentOptions {
                kind: AgentKind::Practice,
                speed: f64::INFINITY,
                seed: Some(1),
                ..AgentOptions::default()
            },
            sample: false,
        }
    }

    async fn serve(&self) -> Result<Plane, StartError> {
        Plane::start(self.options()).await
    }
}

fn git_in(folder: &Path, args: &[&str]) -> Result<String, std::io::Error> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args([
            "-c",
            "user.name=Ada Example",
            "-c",
            "user.email=ada@example.test",
        ])
        .args(args)
        .output()?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(std::io::Error::other(complaint));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A running server with a client for its first project.
struct Plane {
    server: Server,
    http: reqwest::Client,
}

/// An answer that was read to its end.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Plane {
    async fn start(options: Options) -> Result<Self, StartError> {
        let server = Server::start(options).await?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .map_err(|source| StartError::Client { source })?;
        Ok(Self { server, http })
    }

    fn project(&self) -> &str {
        &self.server.projects()[0].project_id
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.url())
    }

    /// A request with the token; `…` in the path stands for the project's.
    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let path = path.replace('…', &format!("/v1/projects/{}", self.project()));
        self.http
            .request(method, self.url(&path))
            .bearer_auth(self.server.token().expose())
            .timeout(Duration::from_secs(60))
    }

    async fn get(&self, path: &str) -> Result<Answer, reqwest::Error> {
        read(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: Value) -> Result<Answer, reqwest::Error> {
        read(self.request(Method::POST, path).json(&body)).await
    }

    /// Makes a session and waits until its agent answers.
    async fn session(&self, body: Value) -> Result<Value, reqwest::Error> {
        let made = self.post("…/sessions", body).await?;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let id = made.body["session_id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        self.settled(&id).await
    }

    /// Waits until a session is not `provisioning` any more.
    async fn settled(&self, id: &str) -> Result<Value, reqwest::Error> {
        for _ in 0..8 {
            let path = format!("…/sessions/{id}/start?wait_ms=8000");
            let started = self.post(&path, serde_json::json!({})).await?;
            if started.body["stage"] != "provisioning" {
                break;
            }
        }
        Ok(self.get(&format!("…/sessions/{id}")).await?.body)
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await?;
    Ok(Answer {
        status,
        headers,
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    })
}

/// A text member of an object.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
