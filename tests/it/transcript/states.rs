//! States, asks and activities of agent sessions.

use std::collections::BTreeMap;

use kortix_tui::{
    model::{agent::stream::Snapshot, id::AgentSessionId, time::Millis},
    transcript::{AskBody, Doing, State, Transcript},
};
use serde_json::{Value, json};

use super::{Fold, SESSION, assistant, beginning, record, session, tool};

#[test]
fn an_error_before_any_answer_is_shown_once() {
    let mut fold = Fold(Transcript::default());
    for event in beginning().into_iter().take(4) {
        fold.0.apply(&event, Millis(0));
    }
    let error = |message| json!({"sessionID": SESSION, "error": {"name": "UnknownError", "data": {"message": message}}});
    fold.send("session.error", error("no such model"));
    fold.send("session.error", error("a stack trace"));
    fold.send("session.idle", json!({"sessionID": SESSION}));
    assert_eq!(fold.shown(), ["> fix it", "error UnknownError"]);
    assert!(matches!(fold.state(), State::Failed { error } if error.message == "no such model"));
}

#[test]
fn an_abort_is_no_failure() {
    let mut fold = Fold::answering();
    fold.send(
        "session.error",
        json!({"sessionID": SESSION, "error": {"name": "MessageAbortedError", "data": {}}}),
    );
    fold.send("session.idle", json!({"sessionID": SESSION}));
    assert_eq!(fold.state(), State::Idle);
}

#[test]
fn a_session_without_status_and_with_an_open_answer_was_interrupted() {
    let mut fold = Fold::answering();
    fold.0
        .apply(&tool("prt_3", "running", json!({})), Millis(0));
    fold.snapshot(Snapshot {
        statuses: Some(BTreeMap::new()),
        ..Snapshot::default()
    });
    assert_eq!(fold.state(), State::Interrupted);
    assert_eq!(fold.shown(), ["> fix it", "bash Running stopped"]);
}

fn permission(session: &str, id: &str) -> Value {
    json!({"id": id, "sessionID": session, "permission": "bash", "patterns": ["ls"],
        "tool": {"messageID": "msg_2", "callID": "call_1"}})
}

#[test]
fn an_ask_of_a_subagent_rises_to_the_root() {
    let mut fold = Fold::answering();
    let mut child = record("ses_2", 2);
    child["parentID"] = json!(SESSION);
    fold.send(
        "session.created",
        json!({"sessionID": "ses_2", "info": child}),
    );
    fold.send(
        "session.status",
        json!({"sessionID": "ses_2", "status": {"type": "busy"}}),
    );
    assert!(
        fold.send("permission.asked", permission("ses_2", "per_1"))
            .asks
    );
    let asks: Vec<_> = fold.0.asks().collect();
    assert_eq!(asks.len(), 1);
    assert_eq!((asks[0].root, asks[0].since), (&session(), Millis(2_000)));
    assert!(matches!(asks[0].body, AskBody::Permission(_)));
    assert_eq!(fold.state(), State::AwaitingPermission);
    fold.send(
        "permission.replied",
        json!({"sessionID": "ses_2", "requestID": "per_1", "reply": "once"}),
    );
    assert_eq!(fold.state(), State::Busy);
    assert_eq!(fold.0.children(&session()), [AgentSessionId::from("ses_2")]);
}

#[test]
fn an_ask_left_over_from_an_abort_stays_dead() {
    let mut fold = Fold::answering();
    fold.send("permission.asked", permission(SESSION, "per_1"));
    fold.send("session.idle", json!({"sessionID": SESSION}));
    fold.status(json!({"type": "busy"}));
    let left = serde_json::from_value(permission(SESSION, "per_1")).unwrap();
    fold.snapshot(Snapshot {
        permissions: Some(vec![left]),
        ..Snapshot::default()
    });
    assert_eq!(fold.0.asks().count(), 0);
}

#[test]
fn an_ask_whose_tool_has_ended_is_not_live() {
    let mut fold = Fold::answering();
    fold.send("permission.asked", permission(SESSION, "per_1"));
    assert_eq!(fold.0.asks().count(), 1);
    fold.0.apply(
        &tool("prt_3", "error", json!({"error": "Tool execution aborted"})),
        Millis(0),
    );
    assert_eq!(fold.0.asks().count(), 0);
}

#[test]
fn the_activity_names_the_tool_that_runs() {
    let mut fold = Fold::answering();
    assert_eq!(fold.0.activity(&session()).unwrap().doing, Doing::Thinking);
    fold.text("prt_2", "", Value::Null);
    assert_eq!(fold.0.activity(&session()).unwrap().doing, Doing::Writing);
    fold.0
        .apply(&tool("prt_3", "running", json!({})), Millis(0));
    let activity = fold.0.activity(&session()).unwrap();
    assert_eq!(
        activity.doing,
        Doing::Tool {
            name: "bash".into(),
            about: "ls".into()
        }
    );
    assert_eq!(activity.since, Some(Millis(30)));
    fold.status(json!({"type": "idle"}));
    assert_eq!(fold.0.activity(&session()), None);
}

#[test]
fn an_answer_after_an_error_ends_the_failure() {
    let mut fold = Fold::answering();
    let error = json!({"name": "ContextOverflowError", "data": {"message": "too long"}});
    fold.send(
        "session.error",
        json!({"sessionID": SESSION, "error": error}),
    );
    let answer = assistant("msg_3", 30, json!(40));
    fold.send("message.updated", json!({"info": answer}));
    fold.send("session.idle", json!({"sessionID": SESSION}));
    assert_eq!(fold.state(), State::Idle);
}
