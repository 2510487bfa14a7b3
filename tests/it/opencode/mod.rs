//! The real OpenCode, isolated: found, started with a home of its own and the mock model, ended.
//!
//! It is looked for in `KORTIX_TUI_OPENCODE`, on PATH, and where `.ci/run` installs it. Tests that
//! need it say that they were skipped where it is absent. Besides [`Server`], [`environment`] is
//! for tests in which our own program starts OpenCode.

mod events;
mod turns;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::home::Home;
use crate::mock_model::MockModel;

pub use events::Events;

/// It takes 3 to 7 s to start, more on a busy machine.
const START: Duration = Duration::from_secs(90);
/// The longest that one request may take.
const REQUEST: Duration = Duration::from_secs(60);

/// The OpenCode to test with, or `None` with a line that says that `test` was skipped.
#[expect(clippy::print_stdout, reason = "a skipped test must say so")]
pub fn or_skip(test: &str) -> Option<PathBuf> {
    let found = installed();
    if found.is_none() {
        println!("skipped: {test}: no opencode in KORTIX_TUI_OPENCODE or on PATH");
    }
    found
}

fn installed() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("KORTIX_TUI_OPENCODE").filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/opencode/node_modules");
    let ours = [
        ".bin/opencode",
        "opencode-linux-x64-baseline/bin/opencode",
        "opencode-linux-arm64/bin/opencode",
    ];
    which::which("opencode").ok().or_else(|| {
        ours.iter()
            .map(|path| modules.join(path))
            .find(|path| path.is_file())
    })
}

/// What makes OpenCode use only `home` and `model`; to be added to the environment of the home.
///
/// Its configuration asks for permission before `touch`, and allows everything else.
pub fn environment(home: &Home, model: &MockModel) -> io::Result<Vec<(OsString, OsString)>> {
    let file = home.path().join("opencode.json");
    fs::write(&file, configuration(model).to_string())?;
    let fixed = [
        ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
        ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
        ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1"),
        ("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1"),
        // Nothing answers there, so it installs nothing in the background.
        ("npm_config_registry", "http://127.0.0.1:1/"),
    ];
    let mut all = vec![("OPENCODE_CONFIG".into(), file.into())];
    all.extend(fixed.map(|(name, value)| (name.into(), value.into())));
    Ok(all)
}

/// The configuration that makes OpenCode use only `model`.
pub fn configuration(model: &MockModel) -> Value {
    json!({
        "autoupdate": false,
        "share": "disabled",
        "enabled_providers": ["mock"],
        "model": "mock/m",
        "small_model": "mock/m",
        "permission": {"bash": {"*": "allow", "touch *": "ask"}},
        "provider": {"mock": {
            "npm": "@ai-sdk/openai-compatible",
            "name": "Mock",
            "options": {"baseURL": model.url(), "apiKey": "mock"},
            "models": {"m": {
                "name": "Mock model", "tool_call": true, "reasoning": true,
                "limit": {"context": 200_000, "output": 32_000},
            }},
        }},
    })
}

/// Makes a git repository with one commit.
pub async fn repository(folder: &Path, home: &Home) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("README.md"), "# A sample\n")?;
    let commit = [
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.com",
        "commit",
        "--quiet",
        "--message=Start",
    ];
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "."],
        &commit,
    ] {
        let status = Command::new("git")
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs(home.environment())
            .status()
            .await?;
        if !status.success() {
            return Err(Error::other(format!("git {arguments:?}: {status}")));
        }
    }
    Ok(())
}

/// A running `opencode serve`; its process group ends with the value.
pub struct Server {
    url: String,
    client: reqwest::Client,
    child: Child,
    /// Keeps its output from filling up.
    _output: JoinSet<()>,
}

impl Server {
    /// Starts it in `workspace` and waits until it listens.
    pub async fn start(
        program: &Path,
        home: &Home,
        model: &MockModel,
        workspace: &Path,
    ) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(["serve", "--hostname", "127.0.0.1", "--port", "0"])
            .current_dir(workspace)
            .env_clear()
            .envs(home.environment())
            .envs(environment(home, model)?)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(home.path().join("opencode.stderr"))?)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or_else(|| Error::other("no pipe"))?;
        let mut lines = BufReader::new(output).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, url)) = line.split_once("listening on ") {
                    return Ok(url.trim().to_owned());
                }
            }
            let why = fs::read_to_string(home.path().join("opencode.stderr"))?;
            Err(Error::other(format!("opencode left: {why}")))
        };
        let url = timeout(START, listening).await.map_err(Error::other)??;
        let mut drain = JoinSet::new();
        drain.spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            url,
            client: client()?,
            child,
            _output: drain,
        })
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Follows its events from now on.
    pub async fn events(&self) -> io::Result<Events> {
        let asked = self.client.get(format!("{}/event", self.url)).send();
        let response = timeout(REQUEST, asked).await.map_err(Error::other)?;
        let response = response.and_then(reqwest::Response::error_for_status);
        Ok(Events::new(response.map_err(Error::other)?))
    }

    /// Fetches a path as JSON.
    pub async fn fetch(&self, path: &str) -> io::Result<Value> {
        let request = self.client.get(format!("{}{path}", self.url));
        self.send(request).await
    }

    /// Posts JSON; an answer without a body is `null`.
    pub async fn post(&self, path: &str, body: &Value) -> io::Result<Value> {
        let request = self.client.post(format!("{}{path}", self.url)).json(body);
        self.send(request).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> io::Result<Value> {
        let response = request.timeout(REQUEST).send().await;
        let response = response.and_then(reqwest::Response::error_for_status);
        let body = response.map_err(Error::other)?.bytes().await;
        let body = body.map_err(Error::other)?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok());
        if let Some(group) = pid.and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// A client without a proxy; plain HTTP, but it wants a TLS provider all the same.
fn client() -> io::Result<reqwest::Client> {
    // An error means that another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build();
    client.map_err(Error::other)
}
