//! A practice agent in a fresh repository, a client, and its stream of events.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use futures_util::StreamExt;
use kortix_tui::local::agent::{AgentKind, AgentOptions, Boot, RunningAgent, start};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// No wait in these tests is longer.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running practice agent.
pub struct Agent {
    pub folder: TempDir,
    pub running: Option<RunningAgent>,
    pub root: String,
    client: reqwest::Client,
    options: AgentOptions,
}

/// A stream of events.
pub struct Events {
    chunks:
        std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    buffer: Vec<u8>,
    /// All events received.
    pub seen: Vec<Value>,
}

pub fn git(folder: &Path, arguments: &[&str]) -> Outcome<String> {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Ada Example",
            "-c",
            "user.email=ada@example.org",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn repository(folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder.join("tests"))?;
    git(folder, &["init", "-q", "-b", "main"])?;
    std::fs::write(folder.join("README.md"), "# Abacus\n\nCounts beads.\n")?;
    std::fs::write(folder.join("count.py"), "# we recieve beads\nprint(3)\n")?;
    std::fs::write(
        folder.join("tests/test_count.py"),
        "# a test\nassert 3 == 3\n",
    )?;
    git(folder, &["add", "."])?;
    git(folder, &["commit", "-q", "-m", "Count beads"])?;
    Ok(())
}

impl Agent {
    /// An agent that makes no pauses.
    pub async fn new() -> Outcome<Self> {
        Self::at_speed(f64::INFINITY).await
    }

    pub async fn at_speed(speed: f64) -> Outcome<Self> {
        Self::made(speed, true).await
    }

    /// An agent that makes no pauses, in a folder that is no repository.
    pub async fn bare() -> Outcome<Self> {
        Self::made(f64::INFINITY, false).await
    }

    async fn made(speed: f64, is_repository: bool) -> Outcome<Self> {
        let folder = TempDir::new()?;
        std::fs::create_dir(folder.path().join("workspace"))?;
        if is_repository {
            repository(&folder.path().join("workspace"))?;
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()?;
        let options = AgentOptions {
            kind: AgentKind::Practice,
            speed,
            seed: Some(1),
            ..AgentOptions::default()
        };
        let mut agent = Self {
            folder,
            running: None,
            root: String::new(),
            client,
            options,
        };
        agent.boot().await?;
        Ok(agent)
    }

    /// Starts the agent, again if it was stopped.
    pub async fn boot(&mut self) -> Outcome {
        let boot = Boot {
            workspace: self.workspace(),
            state_dir: self.folder.path().join("state"),
            session_id: "s1".to_owned(),
            branch: "main".to_owned(),
            agent_name: "default".to_owned(),
            initial_prompt: None,
            model: None,
            env: Vec::new(),
        };
        let running = start(&self.options, boot).await?;
        self.root = running.root_session.clone();
        self.running = Some(running);
        Ok(())
    }

    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    pub fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    pub fn git(&self, arguments: &[&str]) -> Outcome<String> {
        git(&self.workspace(), arguments)
    }

    pub fn request(&self, method: Method, path: &str) -> Outcome<reqwest::RequestBuilder> {
        let running = self.running.as_ref().ok_or("the agent is stopped")?;
        let authorization = running.authorization.clone().ok_or("no authorization")?;
        let url = format!("http://{}{path}", running.address);
        Ok(self
            .client
            .request(method, url)
            .header("authorization", authorization))
    }

    pub async fn fetch(&self, path: &str) -> Outcome<Value> {
        Ok(self
            .request(Method::GET, path)?
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    }

    pub async fn post(&self, path: &str, body: Value) -> Outcome<StatusCode> {
        Ok(self
            .request(Method::POST, path)?
            .json(&body)
            .send()
            .await?
            .status())
    }

    pub async fn prompt(&self, text: &str) -> Outcome {
        let body = json!({"parts": [{"type": "text", "text": text}]});
        let status = self
            .post(&format!("/session/{}/prompt_async", self.root), body)
            .await?;
        assert_eq!(status, StatusCode::NO_CONTENT);
        Ok(())
    }

    pub async fn messages(&self) -> Outcome<Vec<Value>> {
        let messages = self
            .fetch(&format!("/session/{}/message", self.root))
            .await?;
        Ok(messages.as_array().cloned().unwrap_or_default())
    }

    /// What the agent said in the conversation, all of it.
    pub async fn said(&self) -> Outcome<String> {
        let mut text = String::new();
        for message in self.messages().await? {
            if message["info"]["role"] == "assistant" {
                for part in message["parts"].as_array().into_iter().flatten() {
                    text.push_str(part["text"].as_str().unwrap_or_default());
                }
            }
        }
        Ok(text)
    }

    pub async fn events(&self) -> Outcome<Events> {
        self.events_at("/event").await
    }

    pub async fn events_at(&self, path: &str) -> Outcome<Events> {
        let response = self
            .request(Method::GET, path)?
            .send()
            .await?
            .error_for_status()?;
        let mut events = Events {
            chunks: Box::pin(response.bytes_stream()),
            buffer: Vec::new(),
            seen: Vec::new(),
        };
        let first = events.next().await?;
        let payload = first.get("payload").unwrap_or(&first);
        assert_eq!(payload["type"], "server.connected");
        Ok(events)
    }
}

impl Events {
    pub async fn next(&mut self) -> Outcome<Value> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                let frame: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let data = frame
                    .strip_prefix(b"data: ")
                    .ok_or("a frame without data")?;
                let event: Value = serde_json::from_slice(data)?;
                self.seen.push(event.clone());
                return Ok(event);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.chunks.next()).await?;
            self.buffer
                .extend_from_slice(&chunk.ok_or("the stream ended")??);
        }
    }

    /// The properties of the next event of a type.
    pub async fn until(&mut self, kind: &str) -> Outcome<Value> {
        loop {
            let mut event = self.next().await?;
            if event["type"] == kind {
                return Ok(event["properties"].take());
            }
        }
    }

    /// Reads on until a session is idle; the words of what happened, repetitions of deltas merged.
    pub async fn until_idle(&mut self, session: &str) -> Outcome<Vec<String>> {
        let mut words: Vec<String> = Vec::new();
        loop {
            let event = self.next().await?;
            let word = word(&event);
            if words.last() != Some(&word) || !word.starts_with("delta") {
                words.push(word);
            }
            if event["type"] == "session.idle" && event["properties"]["sessionID"] == session {
                return Ok(words);
            }
        }
    }
}

/// An event in a few words.
pub fn word(event: &Value) -> String {
    let properties = &event["properties"];
    let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match event["type"].as_str().unwrap_or_default() {
        "message.part.delta" => "delta".to_owned(),
        "message.part.updated" => {
            let part = &properties["part"];
            let end = if part["time"]["end"].is_number() {
                " end"
            } else {
                ""
            };
            match part["type"].as_str() {
                Some("tool") => format!("{} {}", of(&part["tool"]), of(&part["state"]["status"])),
                _ => format!("{}{end}", of(&part["type"])),
            }
        }
        "message.updated" => {
            let info = &properties["info"];
            let end = if info["time"]["completed"].is_number() {
                " completed"
            } else {
                ""
            };
            let finish = info["finish"]
                .as_str()
                .map(|word| format!(" {word}"))
                .unwrap_or_default();
            format!("{}{finish}{end}", of(&info["role"]))
        }
        "session.status" => of(&properties["status"]["type"]),
        kind => kind.to_owned(),
    }
}

/// Leaves out what may come at any time.
pub fn essence(words: &[String]) -> Vec<&str> {
    let noise = ["session.updated", "session.diff", "user", "file.edited"];
    words
        .iter()
        .map(String::as_str)
        .filter(|word| !noise.contains(word))
        .collect()
}
