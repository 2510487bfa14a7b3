//! Permissions and questions: asked by a turn, answered over HTTP.
//!
//! "Always" holds for every session until the process ends, and answers what else it covers.
//! Refusing one permission refuses all of its session. An ask outlives an aborted turn until
//! somebody answers it, as in OpenCode.

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{
    desk::Desk,
    state::{Ask, Reply, Rule, Verdict},
};

/// How a permission is answered on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// This time.
    Once,
    /// From now on.
    Always,
    /// No, with what the person says to it.
    Reject(Option<String>),
}

impl Answer {
    /// Reads `{reply, message?}` or the older `{response}`.
    pub fn from_json(body: &Value) -> Option<Self> {
        let word = body["reply"].as_str().or(body["response"].as_str())?;
        let message = body["message"].as_str().filter(|text| !text.is_empty());
        match word {
            "once" => Some(Self::Once),
            "always" => Some(Self::Always),
            "reject" => Some(Self::Reject(message.map(str::to_owned))),
            _ => None,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Always => "always",
            Self::Reject(_) => "reject",
        }
    }
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn covered(allowed: &[Rule], body: &Value) -> bool {
    let permission = body["permission"].as_str().unwrap_or_default();
    strings(&body["patterns"])
        .all(|pattern| allowed.iter().any(|rule| rule.covers(permission, pattern)))
}

impl Desk {
    /// Asks for a permission; `None` when it was given for good before.
    pub fn ask_permission(&self, mut body: Value) -> Option<oneshot::Receiver<Verdict>> {
        let mut state = self.state();
        if covered(&state.allowed, &body) {
            return None;
        }
        body["id"] = self.ids.rising("per").into();
        self.emit("permission.asked", &body);
        let (reply, verdict) = oneshot::channel();
        state.asks.push(Ask {
            body,
            reply: Reply::Permission(reply),
        });
        Some(verdict)
    }

    /// Asks questions.
    pub fn ask_questions(&self, mut body: Value) -> oneshot::Receiver<Option<Vec<Vec<String>>>> {
        let mut state = self.state();
        body["id"] = self.ids.rising("que").into();
        self.emit("question.asked", &body);
        let (reply, answers) = oneshot::channel();
        state.asks.push(Ask {
            body,
            reply: Reply::Question(reply),
        });
        answers
    }

    /// The permissions that nobody answered yet.
    pub fn open_permissions(&self) -> Vec<Value> {
        let state = self.state();
        let open = state.asks.iter().filter(|ask| ask.is_permission());
        open.map(|ask| ask.body.clone()).collect()
    }

    /// The questions that nobody answered yet.
    pub fn open_questions(&self) -> Vec<Value> {
        let state = self.state();
        let open = state.asks.iter().filter(|ask| !ask.is_permission());
        open.map(|ask| ask.body.clone()).collect()
    }

    /// Answers a permission and what else the answer settles; false when there is no such request.
    pub fn answer_permission(&self, id: &str, answer: &Answer) -> bool {
        let mut state = self.state();
        let Some(at) = state
            .asks
            .iter()
            .position(|ask| ask.is_permission() && ask.body["id"] == id)
        else {
            return false;
        };
        let ask = state.asks.remove(at);
        let session = ask.body["sessionID"].clone();
        if *answer == Answer::Always {
            let permission = ask.body["permission"].as_str().unwrap_or_default();
            let rules = strings(&ask.body["always"]).map(|pattern| Rule {
                permission: permission.to_owned(),
                pattern: pattern.to_owned(),
            });
            state.allowed.extend(rules);
        }
        self.settle_permission(ask, answer);
        let allowed = state.allowed.clone();
        let (settled, open): (Vec<_>, Vec<_>) = std::mem::take(&mut state.asks)
            .into_iter()
            .partition(|ask| {
                ask.is_permission()
                    && match answer {
                        Answer::Once => false,
                        Answer::Always => covered(&allowed, &ask.body),
                        Answer::Reject(_) => ask.body["sessionID"] == session,
                    }
            });
        state.asks = open;
        for ask in settled {
            self.settle_permission(ask, answer);
        }
        true
    }

    fn settle_permission(&self, ask: Ask, answer: &Answer) {
        let properties = json!({
            "sessionID": ask.body["sessionID"],
            "requestID": ask.body["id"],
            "reply": answer.word(),
        });
        self.emit("permission.replied", &properties);
        let Reply::Permission(reply) = ask.reply else {
            return;
        };
        // Nobody listens when the turn was aborted meanwhile.
        let _ = reply.send(match answer {
            Answer::Once | Answer::Always => Verdict::Allowed,
            Answer::Reject(reason) => Verdict::Refused(reason.clone()),
        });
    }

    /// Answers questions, or dismisses them; false when there is no such request.
    pub fn answer_questions(&self, id: &str, answers: Option<Vec<Vec<String>>>) -> bool {
        let mut state = self.state();
        let Some(at) = state
            .asks
            .iter()
            .position(|ask| !ask.is_permission() && ask.body["id"] == id)
        else {
            return false;
        };
        let ask = state.asks.remove(at);
        let (session, id) = (&ask.body["sessionID"], &ask.body["id"]);
        match &answers {
            Some(answers) => self.emit(
                "question.replied",
                &json!({"sessionID": session, "requestID": id, "answers": answers}),
            ),
            None => self.emit(
                "question.rejected",
                &json!({"sessionID": session, "requestID": id}),
            ),
        }
        if let Reply::Question(reply) = ask.reply {
            // Nobody listens when the turn was aborted meanwhile.
            let _ = reply.send(answers);
        }
        true
    }
}

impl Ask {
    fn is_permission(&self) -> bool {
        matches!(self.reply, Reply::Permission(_))
    }
}
