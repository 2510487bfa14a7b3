//! One turn of the practice agent: from a prompt taken up to the session idle again.
//!
//! The order of events is that of OpenCode 1.18, tails of aborted, refused and failed turns
//! included. Scripts see only [`Turn`]: they think, say and use tools, and pass on [`Stop`].
//! Not for: what is said and done, which is `script`.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    desk::{Desk, tokens},
    ids::now,
    script::{self, Script},
    state::State,
};

/// The first line of what the agent says in a turn.
pub(super) const SIGNATURE: &str = "*Practice agent, no model.*\n\n";

/// Why a turn ends before its script does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stop {
    /// Somebody aborted it, or the agent ends.
    Aborted,
    /// A person refused something without saying how to go on.
    Refused,
    /// It failed; the error as on the wire.
    Failed(Value),
}

/// What a step of a script gives, or why the turn ends there.
pub(super) type Flow<T = ()> = Result<T, Stop>;

/// A turn in progress.
pub(super) struct Turn {
    /// The agent.
    pub desk: Arc<Desk>,
    /// The session it happens in.
    pub session: String,
    /// What the person wrote, several queued prompts joined.
    pub prompt: String,
    /// Whether it is the first turn of its session.
    pub is_first: bool,
    /// Tells when to stop.
    pub token: CancellationToken,
    /// Tool calls that have not ended.
    pub calls: Vec<Value>,
    /// Changes of files in this turn, as on the wire.
    pub diffs: Vec<Value>,
    /// Files changed in this step, absolute.
    pub touched: Vec<String>,
    /// Set while the model is "tried again".
    pub is_retrying: bool,
    question: String,
    agent: String,
    message: Option<Value>,
    prose: Option<Value>,
    is_signed: bool,
    written: usize,
}

/// Takes up prompts until none is left, then leaves the session idle.
pub(super) async fn converse(
    desk: Arc<Desk>,
    session: String,
    token: CancellationToken,
    mut errand: Option<Script>,
) {
    while let Some(mut turn) = Turn::take_up(&desk, &session, &token) {
        let script = errand.take().unwrap_or_else(|| Script::choose(&turn));
        let outcome = script::play(script, &mut turn).await;
        let goes_on = turn.conclude(outcome);
        desk.save().await;
        if !goes_on {
            break;
        }
    }
    desk.save().await;
}

impl Turn {
    /// Takes up all waiting prompts of a session; without any, announces that it is idle.
    fn take_up(desk: &Arc<Desk>, session: &str, token: &CancellationToken) -> Option<Self> {
        let mut state = desk.state();
        let conversation = state.conversation(session)?;
        let queue = std::mem::take(&mut conversation.queue);
        let Some(question) = queue.last().cloned() else {
            finish(desk, &mut state, session);
            return None;
        };
        let is_first = conversation
            .messages
            .iter()
            .all(|message| message.info["role"] == "user");
        let prompts: Vec<String> = queue
            .iter()
            .filter_map(|id| conversation.message(id).map(|message| message.text()))
            .collect();
        let prompt = prompts.join("\n");
        let asked = conversation.message(&question)?.info["agent"].clone();
        Some(Self {
            desk: Arc::clone(desk),
            session: session.to_owned(),
            prompt,
            is_first,
            token: token.clone(),
            calls: Vec::new(),
            diffs: Vec::new(),
            touched: Vec::new(),
            is_retrying: false,
            question,
            agent: asked.as_str().unwrap_or(super::PROVIDER).to_owned(),
            message: None,
            prose: None,
            is_signed: false,
            written: 0,
        })
    }

    /// Waits as long as a person would notice, divided by the speed; ends the turn on an abort.
    pub async fn pause(&self, millis: f64) -> Flow {
        let wait = Duration::try_from_secs_f64(millis / 1000.0 / self.desk.speed.max(0.001))
            .unwrap_or_default();
        if wait < Duration::from_micros(500) {
            tokio::task::yield_now().await;
        } else {
            self.sleep(wait).await?;
        }
        if self.token.is_cancelled() {
            return Err(Stop::Aborted);
        }
        Ok(())
    }

    /// Waits whatever the speed is; ends the turn on an abort.
    pub async fn sleep(&self, wait: Duration) -> Flow {
        tokio::select! {
            () = self.token.cancelled() => Err(Stop::Aborted),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    /// Begins a step of the "model" unless one is open.
    pub fn begin_step(&mut self) {
        if self.message.is_some() {
            return;
        }
        let desk = Arc::clone(&self.desk);
        desk.set_status(&self.session, json!({"type": "busy"}));
        let info = json!({
            "id": desk.ids.rising("msg"),
            "parentID": self.question,
            "role": "assistant",
            "sessionID": self.session,
            "mode": self.agent,
            "agent": self.agent,
            "path": {"cwd": desk.directory(), "root": desk.directory()},
            "cost": 0,
            "tokens": tokens(0, 0),
            "modelID": super::MODEL,
            "providerID": super::PROVIDER,
            "time": {"created": now()},
        });
        self.message = Some(info.clone());
        desk.put_message(info);
        if self.is_first {
            self.name_session();
        }
        desk.set_status(&self.session, json!({"type": "busy"}));
        self.announce_diffs();
        self.put(json!({"type": "step-start"}));
    }

    /// Ends the open step; `reason` is `stop` for the last one and `tool-calls` before others.
    pub fn end_step(&mut self, reason: &str) {
        let Some(mut info) = self.message.clone() else {
            return;
        };
        let usage = tokens(
            self.prompt.len() as u64 / 4,
            std::mem::take(&mut self.written) as u64 / 4,
        );
        self.put(json!({"type": "step-finish", "reason": reason, "cost": 0, "tokens": usage}));
        info["finish"] = reason.into();
        info["tokens"] = usage.clone();
        self.desk.put_message(info.clone());
        let touched = std::mem::take(&mut self.touched);
        if !touched.is_empty() {
            let hash = format!("{:016x}", hash(&touched.join("\n")));
            self.put(json!({"type": "patch", "hash": hash, "files": touched}));
        }
        info["time"]["completed"] = now().into();
        self.desk.put_message(info);
        self.message = None;
        self.desk.revise(&self.session, |session| {
            for key in ["input", "output", "total"] {
                let sum = session["tokens"][key].as_u64().unwrap_or_default()
                    + usage[key].as_u64().unwrap_or_default();
                session["tokens"][key] = sum.into();
            }
        });
    }

    /// Ends a step in the middle of a turn and takes a breath.
    pub async fn next_step(&mut self) -> Flow {
        self.end_step("tool-calls");
        self.pause(450.0).await
    }

    /// Streams text at reading pace; the first of a turn says who speaks.
    pub async fn say(&mut self, text: &str) -> Flow {
        let signed = if std::mem::replace(&mut self.is_signed, true) {
            text.to_owned()
        } else {
            format!("{SIGNATURE}{text}")
        };
        self.stream("text", &signed, 38.0).await
    }

    /// Streams what the agent "thinks".
    pub async fn think(&mut self, text: &str) -> Flow {
        self.stream("reasoning", text, 30.0).await
    }

    async fn stream(&mut self, kind: &str, text: &str, pace: f64) -> Flow {
        self.begin_prose(kind);
        for chunk in chunks(text) {
            self.pause(pace).await?;
            self.write(chunk);
        }
        self.end_prose();
        self.pause(200.0).await
    }

    /// Begins a text or reasoning part; its text is in no snapshot until it ends.
    pub fn begin_prose(&mut self, kind: &str) {
        self.begin_step();
        let part = self.put(json!({"type": kind, "text": "", "time": {"start": now()}}));
        self.prose = Some(part);
    }

    /// Appends to the open text or reasoning part.
    pub fn write(&mut self, delta: &str) {
        let Some(part) = &mut self.prose else {
            return;
        };
        self.written += delta.len();
        let properties = json!({
            "sessionID": part["sessionID"],
            "messageID": part["messageID"],
            "partID": part["id"],
            "field": "text",
            "delta": delta,
        });
        if let Value::String(text) = &mut part["text"] {
            text.push_str(delta);
        }
        let _state = self.desk.state();
        self.desk.emit("message.part.delta", &properties);
    }

    /// Ends the open text or reasoning part with its whole text.
    pub fn end_prose(&mut self) {
        if let Some(mut part) = self.prose.take() {
            part["time"]["end"] = now().into();
            self.desk.put_part(part);
        }
    }

    /// Leaves the open text part behind, as a retried attempt of a model does.
    pub fn abandon_prose(&mut self) {
        self.prose = None;
    }

    /// Puts a new part into the open step and returns it with its id.
    pub fn put(&mut self, mut part: Value) -> Value {
        part["id"] = self.desk.ids.rising("prt").into();
        part["sessionID"] = self.session.clone().into();
        part["messageID"] = self.message_id().into();
        self.desk.put_part(part.clone());
        part
    }

    /// The id of the message of the open step.
    pub fn message_id(&self) -> String {
        let id = self.message.as_ref().and_then(|info| info["id"].as_str());
        id.unwrap_or_default().to_owned()
    }

    fn name_session(&self) {
        let words: Vec<&str> = self.prompt.split_whitespace().take(9).collect();
        let title: String = words.join(" ").chars().take(60).collect();
        self.desk.revise(&self.session, |info| {
            if info["title"]
                .as_str()
                .is_some_and(|old| old.starts_with("New practice session"))
            {
                info["title"] = format!("Practice: {title}").into();
            }
        });
    }

    /// Announces the changes of files so far, which belong to the user's message.
    pub fn announce_diffs(&self) {
        let diffs = Value::from(self.diffs.clone());
        let mut state = self.desk.state();
        let sum = |key: &str| -> u64 {
            self.diffs
                .iter()
                .filter_map(|diff| diff[key].as_u64())
                .sum()
        };
        let summary = json!({
            "additions": sum("additions"),
            "deletions": sum("deletions"),
            "files": self.diffs.len(),
        });
        self.desk
            .revise_in(&mut state, &self.session, |info| info["summary"] = summary);
        self.desk.emit(
            "session.diff",
            &json!({"sessionID": self.session, "diff": []}),
        );
        let user = state
            .conversation(&self.session)
            .and_then(|one| one.message(&self.question))
            .map(|message| message.info.clone());
        if let Some(mut user) = user {
            user["summary"] = json!({"diffs": diffs});
            self.desk.put_message_in(&mut state, user);
        }
    }

    /// Ends the turn as its script ended; false when the session is idle now.
    fn conclude(mut self, outcome: Flow) -> bool {
        match outcome {
            Ok(()) => {
                self.end_prose();
                self.end_step("stop");
                self.announce_diffs();
                true
            }
            Err(Stop::Refused) => {
                self.end_prose();
                self.end_step("tool-calls");
                true
            }
            Err(Stop::Failed(error)) => self.break_off(&error, "Tool execution failed"),
            Err(Stop::Aborted) if self.is_retrying => self.leave_retry(),
            Err(Stop::Aborted) => {
                let error = json!({"name": "MessageAbortedError", "data": {"message": "Aborted"}});
                if let Some(one) = self.desk.state().conversation(&self.session) {
                    one.queue.clear();
                }
                self.break_off(&error, "Tool execution aborted")
            }
        }
    }

    /// The tail of a failed or aborted turn: idle twice, and the message changes in between.
    fn break_off(&mut self, error: &Value, of_tools: &str) -> bool {
        let desk = Arc::clone(&self.desk);
        let mut state = desk.state();
        let properties = json!({"sessionID": self.session, "error": error});
        desk.emit("session.error", &properties);
        desk.announce_idle(&self.session);
        if let Some(mut part) = self.prose.take() {
            part["time"]["end"] = now().into();
            desk.put_part_in(&mut state, part);
        }
        for call in std::mem::take(&mut self.calls) {
            desk.put_part_in(&mut state, super::tools::broken_off(call, of_tools));
        }
        if let Some(mut info) = self.message.take() {
            info["error"] = error.clone();
            info["time"]["completed"] = now().into();
            desk.put_message_in(&mut state, info);
        }
        desk.announce_idle(&self.session);
        leave(&mut state, &self.session)
    }

    /// The tail of a turn aborted while it waited to try again: no error at all.
    fn leave_retry(&mut self) -> bool {
        let desk = Arc::clone(&self.desk);
        let mut state = desk.state();
        if let Some(mut info) = self.message.take() {
            info["time"]["completed"] = now().into();
            desk.put_message_in(&mut state, info);
        }
        desk.announce_idle(&self.session);
        if let Some(one) = state.conversation(&self.session) {
            one.queue.clear();
        }
        leave(&mut state, &self.session)
    }
}

/// Lets go of a session whose idleness is announced, unless prompts wait; false when idle.
fn leave(state: &mut State, session: &str) -> bool {
    let Some(conversation) = state.conversation(session) else {
        return false;
    };
    if !conversation.queue.is_empty() {
        return true;
    }
    conversation.work = None;
    conversation.busy.send_replace(false);
    false
}

/// The tail of a turn that ended well.
fn finish(desk: &Desk, state: &mut State, session: &str) {
    let busy = json!({"sessionID": session, "status": {"type": "busy"}});
    desk.emit("session.status", &busy);
    desk.announce_idle(session);
    leave(state, session);
    desk.revise_in(state, session, |_| ());
    desk.emit("session.diff", &json!({"sessionID": session, "diff": []}));
    let user = state.conversation(session).and_then(|one| {
        let mut users = one.messages.iter().rev();
        users
            .find(|message| message.info["role"] == "user")
            .map(|message| message.info.clone())
    });
    if let Some(user) = user {
        desk.put_message_in(state, user);
    }
}

/// A stable number for a text; not for anything secret.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A text in pieces of one or a few words.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        // Only the places behind a blank are cut at, so no letter is cut in two.
        let end = rest
            .match_indices([' ', '\n'])
            .map(|(at, _)| at + 1)
            .find(|end| *end > 10)
            .unwrap_or(rest.len());
        let (chunk, tail) = rest.split_at(end);
        rest = tail;
        Some(chunk)
    })
}
