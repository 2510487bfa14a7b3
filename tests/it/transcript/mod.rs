//! The fold of agent events: a small agent session to fold into, and what its blocks show.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use kortix_tui::{
    model::{
        agent::{
            event::Envelope,
            message::{MessageInfo, Part},
            stream::{Message, MessagePage, Snapshot, StreamEvent},
        },
        id::AgentSessionId,
        time::Millis,
    },
    transcript::{BlockBody, Changes, Conversation, State, Transcript},
};
use serde_json::{Value, json};

const SESSION: &str = "ses_1";

mod blocks;
mod properties;
mod states;

struct Fold(Transcript);

impl Fold {
    /// A session with a prompt and an answer that is being written.
    fn answering() -> Self {
        let mut fold = Self(Transcript::default());
        for event in beginning() {
            fold.0.apply(&event, Millis(1_000));
        }
        fold
    }

    fn send(&mut self, kind: &str, properties: Value) -> Changes {
        self.0.apply(&event(kind, properties), Millis(2_000))
    }

    fn status(&mut self, status: Value) -> Changes {
        self.send(
            "session.status",
            json!({"sessionID": SESSION, "status": status}),
        )
    }

    fn text(&mut self, id: &str, text: &str, end: Value) -> Changes {
        self.0.apply(&text_part(id, text, end), Millis(2_000))
    }

    fn delta(&mut self, id: &str, delta: &str) -> Changes {
        self.0.apply(&delta_event(id, delta), Millis(2_000))
    }

    fn snapshot(&mut self, snapshot: Snapshot) -> Changes {
        let event = StreamEvent::Snapshot(Box::new(snapshot));
        self.0.apply(&event, Millis(3_000))
    }

    fn conversation(&self) -> &Conversation {
        self.0.conversation(&session()).unwrap()
    }

    fn shown(&self) -> Vec<String> {
        let blocks = self.conversation().blocks().iter();
        blocks.map(|block| shown(&block.body)).collect()
    }

    fn state(&self) -> State {
        self.0.state(&session())
    }
}

fn session() -> AgentSessionId {
    SESSION.into()
}

fn event(kind: &str, properties: Value) -> StreamEvent {
    let data = json!({"id": "evt_1", "type": kind, "properties": properties});
    StreamEvent::Event(Envelope::parse(data.to_string().as_bytes()).unwrap())
}

fn beginning() -> Vec<StreamEvent> {
    vec![
        event(
            "session.created",
            json!({"sessionID": SESSION, "info": record(SESSION, 1)}),
        ),
        event("message.updated", json!({"info": user("msg_1", 10)})),
        part(
            "msg_1",
            json!({"id": "prt_1", "type": "text", "text": "fix it"}),
        ),
        event(
            "session.status",
            json!({"sessionID": SESSION, "status": {"type": "busy"}}),
        ),
        event(
            "message.updated",
            json!({"info": assistant("msg_2", 20, Value::Null)}),
        ),
    ]
}

fn record(id: &str, created: i64) -> Value {
    json!({"id": id, "title": "t", "time": {"created": created, "updated": created}})
}

fn user(id: &str, created: i64) -> Value {
    json!({"id": id, "sessionID": SESSION, "role": "user", "time": {"created": created}})
}

fn assistant(id: &str, created: i64, completed: Value) -> Value {
    let finish = if completed.is_null() {
        Value::Null
    } else {
        json!("stop")
    };
    json!({"id": id, "sessionID": SESSION, "role": "assistant", "parentID": "msg_1",
        "time": {"created": created, "completed": completed}, "finish": finish})
}

fn part(message: &str, mut part: Value) -> StreamEvent {
    part["sessionID"] = json!(SESSION);
    part["messageID"] = json!(message);
    event("message.part.updated", json!({"part": part}))
}

fn text_part(id: &str, text: &str, end: Value) -> StreamEvent {
    let time = json!({"start": 21, "end": end});
    part(
        "msg_2",
        json!({"id": id, "type": "text", "text": text, "time": time}),
    )
}

fn tool(id: &str, status: &str, extra: Value) -> StreamEvent {
    let mut state = json!({"status": status, "input": {"command": "ls"}, "time": {"start": 30}});
    for (key, value) in extra.as_object().unwrap() {
        state[key] = value.clone();
    }
    part(
        "msg_2",
        json!({"id": id, "type": "tool", "tool": "bash", "callID": "call_1", "state": state}),
    )
}

fn delta_event(id: &str, delta: &str) -> StreamEvent {
    event(
        "message.part.delta",
        json!({"sessionID": SESSION, "messageID": "msg_2", "partID": id, "field": "text", "delta": delta}),
    )
}

fn shown(body: &BlockBody) -> String {
    match body {
        BlockBody::Prompt(prompt) if prompt.queued => format!("queued {}", prompt.text),
        BlockBody::Prompt(prompt) => format!("> {}", prompt.text),
        BlockBody::Text(passage) => {
            let mut text = passage.text.clone();
            for gap in passage.gaps.iter().rev() {
                text.insert_str(*gap, "[…]");
            }
            text
        }
        BlockBody::Reasoning { passage, .. } => format!("thinks {}", passage.text),
        BlockBody::Tool { tool, stopped } => {
            format!(
                "{} {:?}{}",
                tool.name,
                tool.state,
                if *stopped { " stopped" } else { "" }
            )
        }
        BlockBody::Gap { text_missing, .. } => format!("gap {text_missing}"),
        BlockBody::Retry { attempt, .. } => format!("retry {attempt}"),
        BlockBody::Error(error) => format!("error {}", error.name),
        BlockBody::StepEnd(_) => "end".to_owned(),
        BlockBody::Reverted => "reverted".to_owned(),
        BlockBody::Unknown { kind } => format!("unknown {kind}"),
        other => format!("{other:?}"),
    }
}

fn page(messages: &[(Value, Vec<Value>)], older: Option<&str>) -> Snapshot {
    let message = |(info, parts): &(Value, Vec<Value>)| Message {
        info: MessageInfo::from_json(info).unwrap(),
        parts: parts.iter().map(|part| located(info, part)).collect(),
    };
    let page = MessagePage {
        messages: messages.iter().map(message).collect(),
        older: older.map(str::to_owned),
    };
    Snapshot {
        messages: BTreeMap::from([(session(), page)]),
        ..Snapshot::default()
    }
}

fn located(info: &Value, part: &Value) -> Part {
    let mut part = part.clone();
    part["sessionID"] = json!(SESSION);
    part["messageID"] = info["id"].clone();
    Part::from_json(&part).unwrap()
}

fn streaming_page() -> Snapshot {
    page(
        &[
            (
                user("msg_1", 10),
                vec![json!({"id": "prt_1", "type": "text", "text": "fix it"})],
            ),
            (
                assistant("msg_2", 20, Value::Null),
                vec![json!({"id": "prt_2", "type": "text", "text": "", "time": {"start": 21}})],
            ),
        ],
        None,
    )
}
