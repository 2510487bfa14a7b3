//! Prompts coming in: stored at once, answered by a turn when the session is free.
//!
//! A prompt that is sent again with the same message and part ids is the same prompt. Prompts that
//! arrive while a turn runs wait, and one later turn answers them together.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    MODEL, PROVIDER,
    desk::{Desk, model},
    ids::now,
    state::{State, Work},
    turn::converse,
};

/// Why a prompt was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rejection {
    /// There is no such session.
    NoSession,
    /// The body makes no sense.
    Malformed,
}

/// Stores a prompt and starts or continues the session's work on it.
///
/// A prompt whose message id is known is not a new one: its parts replace those with the same ids.
pub(super) fn accept(desk: &Arc<Desk>, session: &str, body: &Value) -> Result<(), Rejection> {
    let parts = body["parts"].as_array().ok_or(Rejection::Malformed)?;
    let chosen = body["messageID"].as_str();
    if chosen.is_some_and(|id| !id.starts_with("msg")) {
        return Err(Rejection::Malformed);
    }
    let id = chosen.map_or_else(|| desk.ids.rising("msg"), str::to_owned);
    let agent = body["agent"].as_str().unwrap_or(PROVIDER).to_owned();
    let mut state = desk.state();
    let conversation = state.conversation(session).ok_or(Rejection::NoSession)?;
    let is_new = conversation.message(&id).is_none();
    if is_new {
        desk.revise_in(&mut state, session, |info| {
            info["agent"] = agent.clone().into();
            info["model"] = json!({"id": MODEL, "providerID": PROVIDER});
        });
        let info = json!({
            "id": id,
            "role": "user",
            "sessionID": session,
            "time": {"created": now()},
            "agent": agent,
            "model": model(),
        });
        desk.put_message_in(&mut state, info);
    }
    for part in parts {
        let mut part = part.clone();
        if !part["id"].is_string() {
            part["id"] = desk.ids.rising("prt").into();
        }
        part["messageID"] = id.clone().into();
        part["sessionID"] = session.into();
        desk.put_part_in(&mut state, part);
    }
    desk.revise_in(&mut state, session, |_| ());
    if is_new && body["noReply"] != true {
        enqueue(desk, &mut state, session, id);
    }
    Ok(())
}

fn enqueue(desk: &Arc<Desk>, state: &mut State, session: &str, id: String) {
    let Some(conversation) = state.conversation(session) else {
        return;
    };
    conversation.queue.push(id);
    if conversation.work.is_none() && !desk.life.is_cancelled() {
        let token = desk.life.child_token();
        conversation.work = Some(Work::busy(token.clone()));
        conversation.busy.send_replace(true);
        let work = converse(Arc::clone(desk), session.to_owned(), token, None);
        desk.tasks.spawn(work);
    }
}
