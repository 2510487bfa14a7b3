//! What the benches are about: rows as a host lists them, and events as an agent sends them.
//!
//! Everything is made from numbers, so that two runs measure the same.

use std::io::{self, Error};

use kortix_tui::model::{
    agent::{event::Envelope, stream::StreamEvent},
    id::SessionKey,
    project::Project,
    session::{AgentSessionSummary, Session, SessionStatus},
    time::Millis,
};
use serde_json::{Value, json};

/// When everything happens.
pub const NOON: Millis = Millis(1_795_262_400_000);

/// The host of all benches.
pub const HOST: &str = "cloud";

const SENTENCES: [&str; 5] = [
    "The limiter loses its state when the worker restarts. ",
    "I read `src/limits/store.rs` and the **three** tests beside it. ",
    "A bucket is filled *before* the clock is read, so the first request is free. ",
    "That explains what the log says:\n\n- a burst at 12:00\n- another one a minute later\n\n",
    "Next I write the test that fails — größer als 10 µs — and then the fix. ",
];

/// Some prose of an agent.
pub fn prose(seed: usize, sentences: usize) -> String {
    let sentences = (0..sentences).map(|at| SENTENCES[(seed + at) % SENTENCES.len()]);
    sentences.collect()
}

/// The projects of the host.
pub fn projects(count: usize) -> Vec<Project> {
    let project = |number: usize| Project {
        project_id: project_id(number).as_str().into(),
        name: format!("service-{number:02}"),
        default_branch: "main".to_owned(),
        ..Project::default()
    };
    (0..count).map(project).collect()
}

fn project_id(number: usize) -> String {
    format!("7f000000-0000-4000-8000-{number:012x}")
}

/// The key of a session in one of `projects` projects.
pub fn key(number: usize, projects: usize) -> SessionKey {
    SessionKey {
        host: HOST.into(),
        project: project_id(number % projects).as_str().into(),
        session: format!("5e550000-0000-4000-8000-{number:012x}")
            .as_str()
            .into(),
    }
}

/// The id of a session's agent session.
pub fn agent_id(number: usize) -> String {
    format!("ses_{number:026}")
}

/// A session's row; the first `running` of all run.
pub fn row(number: usize, projects: usize, running: usize) -> Session {
    let made = Millis(NOON.0 - i64::try_from(number).unwrap_or_default() * 61_000);
    let status = match number % 20 {
        _ if number < running => SessionStatus::Running,
        7 => SessionStatus::Failed,
        3 => SessionStatus::Completed,
        _ => SessionStatus::Stopped,
    };
    let is_running = status == SessionStatus::Running;
    let key = key(number, projects);
    let agent = AgentSessionSummary {
        id: agent_id(number).as_str().into(),
        title: Some(format!("Fix the limiter of worker {number}")),
        created_at: Some(made),
        updated_at: Some(Millis(made.0 + 30_000)),
        ..AgentSessionSummary::default()
    };
    Session {
        branch_name: key.session.as_str().to_owned(),
        session_id: key.session,
        account_id: "acc00000-0000-4000-8000-000000000001".into(),
        project_id: key.project,
        base_ref: "main".to_owned(),
        sandbox_provider: "daytona".to_owned(),
        sandbox_url: is_running.then(|| format!("https://api.example.com/v1/p/sbx-{number}/4096")),
        opencode_session_id: Some(agent.id.clone()),
        name: Some(format!(
            "Fix the rate limiter in worker {number} of the queue"
        )),
        agent_name: "default".to_owned(),
        error: (status == SessionStatus::Failed)
            .then(|| "the image could not be pulled: manifest unknown".to_owned()),
        status,
        metadata: json!({"initial_prompt": prose(number, 2), "sandbox_slug": "default",
            "start_reason": "manual"}),
        opencode_sessions: vec![agent],
        is_owner: Some(true),
        created_at: made.to_rfc3339(),
        updated_at: made.to_rfc3339(),
        ..Session::default()
    }
}

/// The events of one agent session, in the form of its stream.
#[derive(Debug, Clone)]
pub struct Script {
    session: String,
    exchanges: u64,
    parts: u64,
    events: u64,
}

impl Script {
    /// The events of the session of this number.
    pub fn new(number: usize) -> Self {
        Self {
            session: agent_id(number),
            exchanges: 0,
            parts: 0,
            events: 0,
        }
    }

    fn event(&mut self, kind: &str, properties: Value) -> Value {
        self.events += 1;
        let id = format!("evt_{}{:020}", &self.session[20..], self.events);
        json!({"id": id, "type": kind, "properties": properties})
    }

    /// The session's record.
    pub fn record(&mut self) -> Value {
        let info = json!({"id": self.session, "title": "Fix the limiter", "version": "1.18.0",
            "projectID": "p", "directory": "/workspace", "cost": 0.42,
            "time": {"created": NOON.0, "updated": NOON.0}});
        self.event(
            "session.updated",
            json!({"sessionID": self.session, "info": info}),
        )
    }

    /// The session works.
    pub fn busy(&mut self) -> Value {
        let status = json!({"sessionID": self.session, "status": {"type": "busy"}});
        self.event("session.status", status)
    }

    fn message(&mut self, role: &str) -> Value {
        let created = NOON.0 + i64::try_from(self.exchanges).unwrap_or_default() * 10;
        let mut info = json!({"id": self.message_id(role), "sessionID": self.session,
            "role": role, "time": {"created": created}});
        if role == "assistant" {
            info["parentID"] = json!(self.message_id("user"));
            info["time"]["created"] = json!(created + 1);
            info["tokens"] = json!({"input": 1200, "output": 80, "reasoning": 0,
                "cache": {"read": 30_000, "write": 0}});
            info["cost"] = json!(0.01);
        }
        self.event(
            "message.updated",
            json!({"sessionID": self.session, "info": info}),
        )
    }

    fn message_id(&self, role: &str) -> String {
        let order = if role == "user" { 'a' } else { 'b' };
        format!("msg_{:012}{order}", self.exchanges)
    }

    /// The id of the part that was begun last.
    fn part_id(&self) -> String {
        format!("prt_{:014}", self.parts)
    }

    fn part(&mut self, role: &str, mut part: Value) -> Value {
        self.parts += 1;
        part["id"] = json!(self.part_id());
        part["sessionID"] = json!(self.session);
        part["messageID"] = json!(self.message_id(role));
        let properties = json!({"sessionID": self.session, "part": part, "time": NOON.0});
        self.event("message.part.updated", properties)
    }

    /// A whole part of a command with so much output.
    pub fn command(&mut self, bytes: usize) -> Value {
        let seed = usize::try_from(self.parts).unwrap_or_default();
        let line = format!("test limits::case_{seed} ... \u{1b}[32mok\u{1b}[0m\n");
        let output = line.repeat(bytes / line.len() + 1);
        let state = json!({"status": "completed", "title": "Run the tests",
            "input": {"command": format!("cargo test limits::case_{seed}")},
            "output": output, "metadata": {"exit": 0},
            "time": {"start": NOON.0, "end": NOON.0 + 900}});
        let call = format!("call_{seed}");
        self.part(
            "assistant",
            json!({"type": "tool", "tool": "bash", "callID": call,
            "state": state}),
        )
    }

    fn text(&mut self, role: &str, kind: &str, sentences: usize) -> Value {
        let seed = usize::try_from(self.parts).unwrap_or_default();
        let time = json!({"start": NOON.0, "end": NOON.0 + 5});
        let text = prose(seed, sentences);
        self.part(role, json!({"type": kind, "text": text, "time": time}))
    }

    /// Begins an exchange: a prompt and an answer without anything in it.
    pub fn begin(&mut self) -> Vec<Value> {
        self.exchanges += 1;
        let prompt = self.message("user");
        vec![
            prompt,
            self.text("user", "text", 2),
            self.message("assistant"),
        ]
    }

    /// A whole exchange of ten blocks: a prompt, reasoning, two texts, six commands.
    pub fn exchange(&mut self) -> Vec<Value> {
        let mut events = self.begin();
        events.push(self.text("assistant", "reasoning", 3));
        events.push(self.text("assistant", "text", 4));
        events.extend((0..6).map(|_| self.command(300)));
        events.push(self.text("assistant", "text", 3));
        events
    }

    /// Begins a text that [`Script::delta`] continues.
    pub fn open_text(&mut self) -> Value {
        let time = json!({"start": NOON.0});
        self.part(
            "assistant",
            json!({"type": "text", "text": "", "time": time}),
        )
    }

    /// Some words more of the text that was begun last.
    pub fn delta(&mut self) -> Value {
        let words = [
            "the limiter ",
            "keeps its state, ",
            "so that ",
            "nothing is lost.\n",
        ];
        let delta = words[usize::try_from(self.events).unwrap_or_default() % words.len()];
        let properties = json!({"sessionID": self.session, "field": "text",
            "messageID": self.message_id("assistant"), "partID": self.part_id(),
            "delta": delta});
        self.event("message.part.delta", properties)
    }
}

/// Events as a feed hands them over.
pub fn stream(events: &[Value]) -> io::Result<Vec<StreamEvent>> {
    let parse = |event: &Value| {
        let envelope = Envelope::parse(event.to_string().as_bytes()).map_err(Error::other)?;
        Ok(StreamEvent::Event(envelope))
    };
    events.iter().map(parse).collect()
}
