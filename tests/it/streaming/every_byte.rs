//! One turn, its stream cut after every single byte, and all of it told again after the state.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use futures_util::future::join_all;
use kortix_tui::model::{id::SessionKey, session::Session};
use serde_json::{Value, json};

use super::pace;
use crate::{
    fake::{Fake, Reply, Request, STREAM, answer, connected, event, json as reply},
    follower::{Follower, Told},
};

const LAST: &str = "evt_9";

/// A user's message, an agent's message with a command and text, and their parts.
fn messages() -> Value {
    let of = |message: &str, part: Value| {
        let mut part = part;
        part["sessionID"] = json!("ses_1");
        part["messageID"] = json!(message);
        part
    };
    let tool = json!({
        "id": "prt_3", "type": "tool", "tool": "bash", "callID": "c1",
        "state": {"status": "completed", "input": {"command": "ls"}, "output": "größe\n", "title": "ls", "time": {"start": 3, "end": 4}},
    });
    let text = json!({"id": "prt_4", "type": "text", "text": "Grüße 👋 an alle", "time": {"start": 5, "end": 6}});
    json!([
        {
            "info": {"id": "msg_1", "sessionID": "ses_1", "role": "user", "time": {"created": 1}},
            "parts": [of("msg_1", json!({"id": "prt_1", "type": "text", "text": "Los"}))],
        },
        {
            "info": {"id": "msg_2", "sessionID": "ses_1", "role": "assistant", "parentID": "msg_1", "time": {"created": 2, "completed": 7}},
            "parts": [of("msg_2", tool), of("msg_2", text)],
        },
    ])
}

/// The turn as it was streamed.
fn events() -> Vec<String> {
    let all = messages();
    let message = |at: usize| ("message.updated", json!({"info": all[at]["info"]}));
    let part = |at: usize, part: usize| {
        let part = all[at]["parts"][part].clone();
        ("message.part.updated", json!({ "part": part }))
    };
    let delta = |text: &str| {
        let to = json!({"sessionID": "ses_1", "messageID": "msg_2", "partID": "prt_4", "field": "text", "delta": text});
        ("message.part.delta", to)
    };
    let (mut begun, mut empty) = (message(1), part(1, 1));
    begun.1["info"]["time"] = json!({"created": 2});
    empty.1["part"]["text"] = json!("");
    empty.1["part"]["time"] = json!({"start": 5});
    let idle = json!({"sessionID": "ses_1", "status": {"type": "idle"}});
    let all = [
        message(0),
        part(0, 0),
        begun,
        part(1, 0),
        empty,
        delta("Grü"),
        delta("ße 👋 an alle"),
        part(1, 1),
        message(1),
        ("session.status", idle),
    ];
    let numbered = all.into_iter().enumerate();
    numbered
        .map(|(at, (kind, properties))| {
            json!({"id": format!("evt_{at}"), "type": kind, "properties": properties}).to_string()
        })
        .collect()
}

fn rest(line: &str) -> Reply {
    if line.contains("/event") {
        unreachable!("streams are answered elsewhere")
    } else if line.contains("/message") {
        reply(200, &messages().to_string())
    } else if line.contains("/session/status") {
        reply(200, "{}")
    } else if line.contains("/session?") {
        let session = json!([{"id": "ses_1", "title": "Gruß", "directory": "/w", "time": {"created": 1, "updated": 7}}]);
        Reply::Raw(answer(200, "application/json", "", &session.to_string()))
    } else if line.contains("/v1/projects/") {
        let id = line.rsplit('/').next().unwrap();
        let row = json!({"session_id": id, "status": "running", "sandbox_url": format!("http://h/v1/p/{id}/8000")});
        reply(200, &row.to_string())
    } else {
        reply(200, "[]")
    }
}

/// An agent whose sandbox `cutN` cuts its first stream after N bytes and tells all in the second.
async fn agent() -> (Fake, usize) {
    let told = std::iter::once(connected()).chain(events());
    let whole: String = told.map(|data| event(&data)).collect();
    let length = whole.len();
    let streams: Arc<Mutex<HashMap<usize, usize>>> = Arc::default();
    let fake = Fake::start(move |request: &Request| {
        let cut = request.line.split("/cut").nth(1);
        let number = cut.and_then(|rest| rest.split('/').next()?.parse().ok());
        let (Some(cut), true) = (number, request.line.contains("/event")) else {
            return rest(&request.line);
        };
        let mut streams = streams.lock().unwrap();
        let count = streams.entry(cut).or_default();
        *count += 1;
        match count {
            1 => Reply::Raw([STREAM.as_bytes(), &whole.as_bytes()[..cut]].concat()),
            _ => Reply::Hang(format!("{STREAM}{whole}").into_bytes()),
        }
    })
    .await;
    (fake, length)
}

async fn survive(fake: &Fake, cut: usize) {
    let name = format!("cut{cut}");
    let session = Session {
        session_id: name.as_str().into(),
        opencode_session_id: Some("ses_1".into()),
        sandbox_url: Some(format!("http://h/v1/p/{name}/8000")),
        ..Session::default()
    };
    let key = SessionKey {
        host: "test".into(),
        project: "p1".into(),
        session: session.session_id.clone(),
    };
    let client = fake.client();
    let agent = client.agent(session.sandbox_address().unwrap());
    let mut follower = Follower::start(&client, agent, key, &session, pace());
    follower
        .until("the last event", |one| {
            one.events.iter().any(|id| id == LAST) && one.is_live()
        })
        .await;
    follower.equals_the_agents_state().await;
    let told = follower.told();
    assert_eq!(told.len(), 3, "cut at {cut}");
    assert_eq!(told[2], Told("text", "Grüße 👋 an alle".to_owned()));
}

#[tokio::test]
async fn a_turn_cut_after_any_byte_is_whole_in_the_end() {
    let (fake, length) = agent().await;
    let cuts: Vec<usize> = (0..=length).collect();
    for some in cuts.chunks(16) {
        join_all(some.iter().map(|cut| survive(&fake, *cut))).await;
    }
}
