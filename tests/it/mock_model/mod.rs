//! A model provider without a model: speaks the chat completions of OpenAI on a loopback port.
//!
//! OpenCode is pointed at [`MockModel::url`]; what the "model" answers is chosen by what the user
//! wrote, see [`script`]. It keeps a list of what it was asked. The server ends with the value.

mod script;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use script::Act;
pub use script::Request;

/// A running server.
pub struct MockModel {
    url: String,
    seen: Arc<Seen>,
    /// Aborts the server when dropped.
    _tasks: JoinSet<io::Result<()>>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Request>>,
    /// How often each body was sent, so that a script can refuse only some times.
    repeats: Mutex<HashMap<Bytes, u64>>,
}

impl MockModel {
    /// Starts a server on a free port of the loopback address.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let seen = Arc::new(Seen::default());
        let routes = Router::new()
            .route("/v1/models", get(models))
            .route("/v1/chat/completions", post(complete))
            .with_state(Arc::clone(&seen));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, routes).await });
        Ok(Self {
            url,
            seen,
            _tasks: tasks,
        })
    }

    /// The base of the API, with `/v1`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What was asked so far, in order, requests for titles too.
    pub fn requests(&self) -> Vec<Request> {
        let requests = &self.seen.requests;
        requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn models() -> Json<Value> {
    Json(json!({"object": "list", "data": [{"id": "m", "object": "model"}]}))
}

async fn complete(State(seen): State<Arc<Seen>>, body: Bytes) -> Response {
    let Ok(json) = serde_json::from_slice(&body) else {
        return refusal(400, "the body is not JSON");
    };
    let request = Request::from_json(&json);
    let earlier = {
        let mut repeats = seen.repeats.lock().unwrap_or_else(PoisonError::into_inner);
        let count = repeats.entry(body).or_default();
        *count += 1;
        *count - 1
    };
    let acts = request.acts(earlier);
    seen.requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(request);
    if let [Act::Refuse { status, message }] = &acts[..] {
        return refusal(*status, message);
    }
    if json["stream"] == true {
        stream_of(acts)
    } else {
        whole(&acts)
    }
}

fn refusal(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = json!({"error": {"message": message, "type": "mock_refusal"}});
    // Soon, so that a test of retries does not take long.
    (status, [("retry-after-ms", "300")], Json(body)).into_response()
}

/// An answer in one piece, for a client that does not stream.
fn whole(acts: &[Act]) -> Response {
    let text: String = acts
        .iter()
        .filter_map(|act| match act {
            Act::Say { text, .. } => Some(text.as_str()),
            Act::Think { .. } | Act::Call { .. } | Act::Refuse { .. } => None,
        })
        .collect();
    let message = json!({"role": "assistant", "content": text});
    Json(json!({
        "id": "mock", "object": "chat.completion", "created": 0, "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage(),
    }))
    .into_response()
}

/// An answer as server-sent events; the pauses are the model's pace.
fn stream_of(acts: Vec<Act>) -> Response {
    let body = stream::unfold(frames(acts).into_iter(), |mut frames| async move {
        let (pause, frame) = frames.next()?;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Some((Ok::<_, io::Error>(frame), frames))
    });
    let kind = [(header::CONTENT_TYPE, "text/event-stream")];
    (kind, Body::from_stream(body)).into_response()
}

fn frames(acts: Vec<Act>) -> Vec<(Duration, String)> {
    let mut frames = vec![(
        Duration::ZERO,
        chunk(&json!({"role": "assistant", "content": ""}), None),
    )];
    let mut calls = 0;
    for act in acts {
        match act {
            Act::Say { text, pause } => frames.extend(
                text.split_inclusive(' ')
                    .map(|word| (pause, chunk(&json!({ "content": word }), None))),
            ),
            Act::Think { text } => frames.extend(text.split_inclusive(' ').map(|word| {
                (
                    Duration::ZERO,
                    chunk(&json!({ "reasoning_content": word }), None),
                )
            })),
            Act::Call { tool, input } => {
                frames.extend(call(calls, tool, &input).map(|frame| (Duration::ZERO, frame)));
                calls += 1;
            }
            Act::Refuse { .. } => unreachable!("a refusal is not streamed"),
        }
    }
    let reason = if calls > 0 { "tool_calls" } else { "stop" };
    let end = json!({"id": "mock", "object": "chat.completion.chunk", "created": 0, "model": "m",
                     "choices": [], "usage": usage()});
    frames.push((Duration::ZERO, chunk(&json!({}), Some(reason))));
    frames.push((Duration::ZERO, format!("data: {end}\n\ndata: [DONE]\n\n")));
    frames
}

/// The frames of one tool call: its name, then its arguments in two pieces.
fn call(index: usize, tool: &str, input: &Value) -> impl Iterator<Item = String> {
    let id = format!("call_{}", uuid::Uuid::new_v4().simple());
    let text = input.to_string();
    let mut middle = text.len() / 2;
    while !text.is_char_boundary(middle) {
        middle -= 1;
    }
    let (first, second) = text.split_at(middle);
    let open = json!({"index": index, "id": id, "type": "function",
                      "function": {"name": tool, "arguments": first}});
    let rest = json!({"index": index, "function": {"arguments": second}});
    [open, rest]
        .map(|call| chunk(&json!({ "tool_calls": [call] }), None))
        .into_iter()
}

fn chunk(delta: &Value, finish: Option<&str>) -> String {
    let chunk = json!({
        "id": "mock", "object": "chat.completion.chunk", "created": 0, "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    });
    format!("data: {chunk}\n\n")
}

fn usage() -> Value {
    json!({"prompt_tokens": 1200, "completion_tokens": 34, "total_tokens": 1234})
}
