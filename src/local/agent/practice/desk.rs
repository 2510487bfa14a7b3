//! The practice agent's desk: every change to its state, with the events that announce it.
//!
//! A change and its events happen under one lock, so the order of events is the order of causes
//! and a snapshot is never ahead of the stream. Nothing here waits.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    MODEL, PROVIDER, VERSION,
    events::Hub,
    ids::{Ids, now},
    state::{Conversation, Message, State, Work},
};
use crate::local::agent::whole::write_whole;

/// The tools and the memory of one practice agent.
pub(super) struct Desk {
    /// The folder it works in.
    pub workspace: PathBuf,
    /// What distinguishes its choices from those of other agents.
    pub seed: u64,
    /// Divides all pauses.
    pub speed: f64,
    /// The environment of its commands.
    pub env: Vec<(String, String)>,
    /// Its identifiers.
    pub ids: Arc<Ids>,
    /// Its streams.
    pub hub: Hub,
    /// Ends everything.
    pub life: CancellationToken,
    /// All its tasks.
    pub tasks: TaskTracker,
    /// Where its state is kept.
    pub file: PathBuf,
    /// Held while the state is written, so that an older one never replaces a newer one.
    pub saving: tokio::sync::Mutex<()>,
    /// Its state; use [`Desk::state`].
    pub memory: Mutex<State>,
}

/// A wire event about to be sent.
fn event(ids: &Ids, kind: &str, properties: &Value) -> Value {
    json!({"id": ids.rising("evt"), "type": kind, "properties": properties})
}

impl Desk {
    /// The state, for reading or for a change that needs no event.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an event; call it while the state is locked.
    pub fn emit(&self, kind: &str, properties: &Value) {
        self.hub.publish(&event(&self.ids, kind, properties));
    }

    /// Writes the conversations to disk; a failure leaves the last good copy.
    pub async fn save(&self) {
        let _guard = self.saving.lock().await;
        let Ok(content) = serde_json::to_vec(&*self.state()) else {
            return;
        };
        let file = self.file.clone();
        let written = tokio::task::spawn_blocking(move || write_whole(&file, &content)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(%error, "cannot save the practice agent's conversation");
        }
    }

    /// Makes a session, announced but without messages.
    pub fn open_session(&self, wishes: &Value) -> Value {
        let at = now();
        let mut info = json!({
            "id": self.ids.falling("ses"),
            "slug": format!("practice-{:04x}", fastrand::u16(..)),
            "version": VERSION,
            "projectID": "practice",
            "directory": self.directory(),
            "path": "",
            "title": format!("New practice session - {}", moment(at)),
            "cost": 0,
            "tokens": tokens(0, 0),
            "time": {"created": at, "updated": at},
        });
        for key in [
            "parentID",
            "title",
            "agent",
            "model",
            "metadata",
            "permission",
        ] {
            if let Some(value) = wishes.get(key).filter(|value| !value.is_null()) {
                info[key] = value.clone();
            }
        }
        let mut state = self.state();
        state.conversations.push(Conversation {
            info: info.clone(),
            todos: json!([]),
            ..Conversation::default()
        });
        let properties = json!({"sessionID": info["id"], "info": info});
        self.emit("session.created", &properties);
        info
    }

    /// Changes a session's description and announces it; `None` when there is no such session.
    pub fn revise(&self, session: &str, change: impl FnOnce(&mut Value)) -> Option<Value> {
        let mut state = self.state();
        self.revise_in(&mut state, session, change)
    }

    /// [`Self::revise`] for a caller that holds the state.
    pub fn revise_in(
        &self,
        state: &mut State,
        session: &str,
        change: impl FnOnce(&mut Value),
    ) -> Option<Value> {
        let conversation = state.conversation(session)?;
        change(&mut conversation.info);
        conversation.info["time"]["updated"] = now().into();
        let info = conversation.info.clone();
        self.emit(
            "session.updated",
            &json!({"sessionID": session, "info": info}),
        );
        Some(info)
    }

    /// Puts a message in place of the one with its id, or at the end, and announces it.
    pub fn put_message(&self, info: Value) {
        let mut state = self.state();
        self.put_message_in(&mut state, info);
    }

    /// [`Self::put_message`] for a caller that holds the state.
    pub fn put_message_in(&self, state: &mut State, info: Value) {
        let session = info["sessionID"].as_str().unwrap_or_default().to_owned();
        let Some(conversation) = state.conversation(&session) else {
            return;
        };
        self.emit(
            "message.updated",
            &json!({"sessionID": session, "info": info}),
        );
        match conversation.message(info["id"].as_str().unwrap_or_default()) {
            Some(message) => message.info = info,
            None => conversation.messages.push(Message {
                info,
                parts: Vec::new(),
            }),
        }
    }

    /// Puts a part in place of the one with its id, or at the end, and announces it.
    pub fn put_part(&self, part: Value) {
        let mut state = self.state();
        self.put_part_in(&mut state, part);
    }

    /// [`Self::put_part`] for a caller that holds the state.
    pub fn put_part_in(&self, state: &mut State, part: Value) {
        let session = part["sessionID"].as_str().unwrap_or_default().to_owned();
        let Some(message) = state
            .conversation(&session)
            .and_then(|one| one.message(part["messageID"].as_str().unwrap_or_default()))
        else {
            return;
        };
        let properties = json!({"sessionID": session, "part": part, "time": now()});
        self.emit("message.part.updated", &properties);
        match message.parts.iter_mut().find(|old| old["id"] == part["id"]) {
            Some(old) => *old = part,
            None => message.parts.push(part),
        }
    }

    /// Sets and announces the status of a session that works.
    pub fn set_status(&self, session: &str, status: Value) {
        let mut state = self.state();
        if let Some(work) = state
            .conversation(session)
            .and_then(|one| one.work.as_mut())
        {
            work.status = status.clone();
        }
        self.emit(
            "session.status",
            &json!({"sessionID": session, "status": status}),
        );
    }

    /// Announces that a session is idle, as OpenCode does it: by two events.
    pub fn announce_idle(&self, session: &str) {
        let idle = json!({"sessionID": session, "status": {"type": "idle"}});
        self.emit("session.status", &idle);
        self.emit("session.idle", &json!({"sessionID": session}));
    }

    /// Replaces a session's todo list and announces it.
    pub fn set_todos(&self, session: &str, todos: &Value) {
        let mut state = self.state();
        if let Some(conversation) = state.conversation(session) {
            conversation.todos = todos.clone();
        }
        self.emit(
            "todo.updated",
            &json!({"sessionID": session, "todos": todos}),
        );
    }

    /// Removes a session and its subagents' sessions, stopping what runs in them.
    pub fn delete_session(&self, session: &str) -> bool {
        let mut state = self.state();
        let mut doomed = vec![session.to_owned()];
        for one in &state.conversations {
            let parent = one.info["parentID"].as_str().unwrap_or_default();
            if doomed.iter().any(|id| id == parent) {
                doomed.push(one.id().to_owned());
            }
        }
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut state.conversations)
            .into_iter()
            .partition(|one| doomed.iter().any(|id| id == one.id()));
        state.conversations = kept;
        for one in &gone {
            if let Some(work) = &one.work {
                work.token.cancel();
            }
            let properties = json!({"sessionID": one.id(), "info": one.info});
            self.emit("session.deleted", &properties);
        }
        !gone.is_empty()
    }

    /// The folder as it stands on the wire.
    pub fn directory(&self) -> String {
        self.workspace.to_string_lossy().into_owned()
    }

    /// The path as it stands on the wire, absolute.
    pub fn absolute(&self, path: &Path) -> String {
        self.workspace.join(path).to_string_lossy().into_owned()
    }
}

impl Work {
    /// A turn that begins.
    pub fn busy(token: CancellationToken) -> Self {
        Self {
            token,
            status: json!({"type": "busy"}),
        }
    }
}

/// A token count as on the wire; the practice agent counts four letters as one token.
pub(super) fn tokens(input: u64, output: u64) -> Value {
    json!({
        "total": input + output,
        "input": input,
        "output": output,
        "reasoning": 0,
        "cache": {"read": 0, "write": 0},
    })
}

/// The only model there is: none.
pub(super) fn model() -> Value {
    json!({"providerID": PROVIDER, "modelID": MODEL})
}

fn moment(millis: u64) -> String {
    i64::try_from(millis)
        .ok()
        .and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok())
        .map(|at| at.to_string())
        .unwrap_or_default()
}
