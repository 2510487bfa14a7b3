//! The practice agent's HTTP: OpenCode's v1 paths, answers and error shapes for a terminal client.
//!
//! Every request needs the agent's credentials. An unknown path is 404 with JSON, where OpenCode
//! would send its web page.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::{
    VERSION,
    asks::Answer,
    desk::Desk,
    events::{self, Scope},
    prompt::{Rejection, accept},
    views,
};

/// How long an abort waits for the turn to end.
const ABORT_LIMIT: Duration = Duration::from_secs(5);

type Agent = State<Arc<Desk>>;

type Parameters = Query<HashMap<String, String>>;

/// All routes of one agent.
pub(super) fn app(desk: Arc<Desk>, authorization: String) -> Router {
    let guard = move |request: Request, next: Next| {
        let given = request.headers().get(header::AUTHORIZATION);
        let given = given.map(|value| value.as_bytes()).unwrap_or_default();
        let is_known = bool::from(given.ct_eq(authorization.as_bytes()));
        async move {
            if is_known {
                next.run(request).await
            } else {
                unauthorized()
            }
        }
    };
    Router::new()
        .route("/global/health", get(health))
        .route("/event", get(event))
        .route("/global/event", get(global_event))
        .merge(sessions())
        .merge(asks())
        .merge(views::routes())
        .fallback(|| async { not_found("no such route") })
        .layer(middleware::from_fn(guard))
        .with_state(desk)
}

fn sessions() -> Router<Arc<Desk>> {
    Router::new()
        .route("/session", get(list).post(create))
        .route("/session/status", get(status))
        .route("/session/{id}", get(read).patch(update).delete(remove))
        .route("/session/{id}/children", get(children))
        .route("/session/{id}/message", get(messages).post(prompt_and_wait))
        .route("/session/{id}/message/{message}", get(message))
        .route("/session/{id}/prompt_async", post(prompt))
        .route("/session/{id}/abort", post(abort))
        .route("/session/{id}/todo", get(todo))
        .route("/session/{id}/diff", get(diff))
}

fn asks() -> Router<Arc<Desk>> {
    Router::new()
        .route("/permission", get(permissions))
        .route("/permission/{id}/reply", post(permission_reply))
        .route(
            "/session/{id}/permissions/{permission}",
            post(old_permission_reply),
        )
        .route("/question", get(questions))
        .route("/question/{id}/reply", post(question_reply))
        .route("/question/{id}/reject", post(question_reject))
}

fn unauthorized() -> Response {
    let challenge = [(header::WWW_AUTHENTICATE, "Basic realm=\"Secure Area\"")];
    (StatusCode::UNAUTHORIZED, challenge).into_response()
}

fn not_found(message: &str) -> Response {
    let body = json!({"name": "NotFoundError", "data": {"message": message}});
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

fn no_session(id: &str) -> Response {
    not_found(&format!("Session not found: {id}"))
}

fn bad_request() -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"_tag": "BadRequest"}))).into_response()
}

/// A JSON body; an empty one is an empty object.
fn body(bytes: &Bytes) -> Option<Value> {
    if bytes.is_empty() {
        return Some(json!({}));
    }
    serde_json::from_slice(bytes).ok().filter(Value::is_object)
}

/// Whether a request is about another folder than the agent's.
fn is_elsewhere(desk: &Desk, parameters: &HashMap<String, String>, headers: &HeaderMap) -> bool {
    let header = headers
        .get("x-opencode-directory")
        .and_then(|value| value.to_str().ok());
    let Some(directory) = parameters.get("directory").map(String::as_str).or(header) else {
        return false;
    };
    let directory = std::path::Path::new(directory);
    let is_same =
        |path: &std::path::Path| path.canonicalize().ok() == desk.workspace.canonicalize().ok();
    directory != desk.workspace && !is_same(directory)
}

async fn health() -> Response {
    Json(json!({"healthy": true, "version": VERSION})).into_response()
}

async fn event(State(desk): Agent, Query(query): Parameters, headers: HeaderMap) -> Response {
    let scope = if is_elsewhere(&desk, &query, &headers) {
        Scope::Elsewhere
    } else {
        Scope::Instance
    };
    events::stream(&desk.hub, Arc::clone(&desk.ids), scope)
}

async fn global_event(State(desk): Agent) -> Response {
    let directory = desk.directory();
    events::stream(
        &desk.hub,
        Arc::clone(&desk.ids),
        Scope::Global { directory },
    )
}

async fn list(State(desk): Agent, Query(query): Parameters, headers: HeaderMap) -> Response {
    if is_elsewhere(&desk, &query, &headers) {
        return Json(json!([])).into_response();
    }
    let mut found: Vec<Value> = {
        let state = desk.state();
        state
            .conversations
            .iter()
            .map(|one| one.info.clone())
            .collect()
    };
    if query.get("roots").is_some_and(|value| value == "true") {
        found.retain(|info| info["parentID"].is_null());
    }
    if let Some(words) = query.get("search") {
        let words = words.to_lowercase();
        let title = |info: &Value| info["title"].as_str().unwrap_or_default().to_lowercase();
        found.retain(|info| title(info).contains(&words));
    }
    found.sort_by_key(|info| std::cmp::Reverse(info["time"]["updated"].as_u64()));
    let limit = query.get("limit").and_then(|limit| limit.parse().ok());
    found.truncate(limit.unwrap_or(100));
    Json(found).into_response()
}

async fn create(State(desk): Agent, bytes: Bytes) -> Response {
    let Some(body) = body(&bytes) else {
        return bad_request();
    };
    let info = desk.open_session(&body);
    desk.save().await;
    Json(info).into_response()
}

async fn read(State(desk): Agent, Path(id): Path<String>) -> Response {
    match desk.state().conversation(&id) {
        Some(one) => Json(one.info.clone()).into_response(),
        None => no_session(&id),
    }
}

async fn update(State(desk): Agent, Path(id): Path<String>, bytes: Bytes) -> Response {
    let Some(body) = body(&bytes) else {
        return bad_request();
    };
    let revised = desk.revise(&id, |info| {
        for key in ["title", "metadata", "permission"] {
            if !body[key].is_null() {
                info[key] = body[key].clone();
            }
        }
        if !body["time"]["archived"].is_null() {
            info["time"]["archived"] = body["time"]["archived"].clone();
        }
    });
    let Some(info) = revised else {
        return no_session(&id);
    };
    desk.save().await;
    Json(info).into_response()
}

async fn remove(State(desk): Agent, Path(id): Path<String>) -> Response {
    if !desk.delete_session(&id) {
        return no_session(&id);
    }
    desk.save().await;
    Json(true).into_response()
}

async fn children(State(desk): Agent, Path(id): Path<String>) -> Response {
    let state = desk.state();
    let children = state
        .conversations
        .iter()
        .filter(|one| one.info["parentID"] == id);
    Json(children.map(|one| one.info.clone()).collect::<Vec<_>>()).into_response()
}

async fn status(State(desk): Agent, Query(query): Parameters, headers: HeaderMap) -> Response {
    if is_elsewhere(&desk, &query, &headers) {
        return Json(json!({})).into_response();
    }
    let state = desk.state();
    let busy = state.conversations.iter().filter_map(|one| {
        let work = one.work.as_ref()?;
        Some((one.id().to_owned(), work.status.clone()))
    });
    Json(busy.collect::<serde_json::Map<_, _>>()).into_response()
}

/// The newest `limit` messages, or those before a cursor; the next cursor while there are older ones.
async fn messages(
    State(desk): Agent,
    Path(id): Path<String>,
    Query(query): Parameters,
) -> Response {
    let limit = query.get("limit").map(|limit| limit.parse::<usize>());
    let before = query.get("before");
    let (limit, cursor) = match (limit, before) {
        (Some(Err(_)), _) | (None, Some(_)) => return bad_request(),
        (Some(Ok(limit)), before) => (Some(limit), before),
        (None, None) => (None, None),
    };
    let mut state = desk.state();
    let Some(conversation) = state.conversation(&id) else {
        return no_session(&id);
    };
    let all = &conversation.messages;
    let end = match cursor {
        None => all.len(),
        Some(cursor) => match position(all, cursor) {
            Some(at) => at,
            None => return bad_request(),
        },
    };
    let start = limit.map_or(0, |limit| end.saturating_sub(limit));
    let page: Vec<Value> = all
        .iter()
        .take(end)
        .skip(start)
        .map(|message| message.wire())
        .collect();
    let mut response = Json(page).into_response();
    let oldest = all.get(start).filter(|_| start > 0);
    let next = oldest.and_then(|message| URL_SAFE_NO_PAD.encode(message.id()).parse().ok());
    if let Some(next) = next {
        response.headers_mut().insert("x-next-cursor", next);
    }
    response
}

fn position(messages: &[super::state::Message], cursor: &str) -> Option<usize> {
    let id = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    messages
        .iter()
        .position(|message| message.id().as_bytes() == id)
}

async fn message(State(desk): Agent, Path((id, message)): Path<(String, String)>) -> Response {
    let mut state = desk.state();
    let found = state
        .conversation(&id)
        .and_then(|one| one.message(&message));
    match found {
        Some(message) => Json(message.wire()).into_response(),
        None => not_found(&format!("Message not found: {message}")),
    }
}

fn take(desk: &Arc<Desk>, session: &str, bytes: &Bytes) -> Result<(), Rejection> {
    let body = body(bytes).ok_or(Rejection::Malformed)?;
    accept(desk, session, &body)
}

fn rejected(rejection: Rejection, session: &str) -> Response {
    match rejection {
        Rejection::NoSession => no_session(session),
        Rejection::Malformed => bad_request(),
    }
}

async fn prompt(State(desk): Agent, Path(id): Path<String>, bytes: Bytes) -> Response {
    if let Err(rejection) = take(&desk, &id, &bytes) {
        return rejected(rejection, &id);
    }
    desk.save().await;
    StatusCode::NO_CONTENT.into_response()
}

/// The blocking form: not a byte is sent before the turn ends, and dropping the request stops nothing.
async fn prompt_and_wait(State(desk): Agent, Path(id): Path<String>, bytes: Bytes) -> Response {
    if let Err(rejection) = take(&desk, &id, &bytes) {
        return rejected(rejection, &id);
    }
    desk.save().await;
    until_idle(&desk, &id).await;
    let mut state = desk.state();
    let last = state.conversation(&id).and_then(|one| one.messages.last());
    match last {
        Some(message) => Json(message.wire()).into_response(),
        None => no_session(&id),
    }
}

/// Returns once a session is idle or gone.
async fn until_idle(desk: &Desk, session: &str) {
    let busy = desk
        .state()
        .conversation(session)
        .map(|one| one.busy.subscribe());
    if let Some(mut busy) = busy {
        // An error means that the session was deleted, which ends its work too.
        let _ = busy.wait_for(|busy| !busy).await;
    }
}

async fn abort(State(desk): Agent, Path(id): Path<String>) -> Response {
    let token = {
        let mut state = desk.state();
        let work = state.conversation(&id).and_then(|one| one.work.as_ref());
        work.map(|work| work.token.clone())
    };
    if let Some(token) = token {
        token.cancel();
        let _ = tokio::time::timeout(ABORT_LIMIT, until_idle(&desk, &id)).await;
    }
    Json(true).into_response()
}

async fn todo(State(desk): Agent, Path(id): Path<String>) -> Response {
    match desk.state().conversation(&id) {
        Some(one) => Json(one.todos.clone()).into_response(),
        None => no_session(&id),
    }
}

/// As in 1.18: nothing unless a user's message is named.
async fn diff(State(desk): Agent, Path(id): Path<String>, Query(query): Parameters) -> Response {
    let message = query.get("messageID").cloned().unwrap_or_default();
    let mut state = desk.state();
    let found = state
        .conversation(&id)
        .and_then(|one| one.message(&message));
    let diffs = found.map(|message| message.info["summary"]["diffs"].clone());
    Json(diffs.filter(Value::is_array).unwrap_or_else(|| json!([]))).into_response()
}

async fn permissions(State(desk): Agent) -> Response {
    Json(desk.open_permissions()).into_response()
}

fn missing(tag: &str, id: &str) -> Response {
    let body = json!({"_tag": tag, "requestID": id, "message": format!("no such request: {id}")});
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

async fn permission_reply(State(desk): Agent, Path(id): Path<String>, bytes: Bytes) -> Response {
    let Some(answer) = body(&bytes).as_ref().and_then(Answer::from_json) else {
        return bad_request();
    };
    if desk.answer_permission(&id, &answer) {
        Json(true).into_response()
    } else {
        missing("PermissionNotFoundError", &id)
    }
}

async fn old_permission_reply(
    desk: Agent,
    Path((_, id)): Path<(String, String)>,
    bytes: Bytes,
) -> Response {
    permission_reply(desk, Path(id), bytes).await
}

async fn questions(State(desk): Agent) -> Response {
    Json(desk.open_questions()).into_response()
}

async fn question_reply(State(desk): Agent, Path(id): Path<String>, bytes: Bytes) -> Response {
    let answers = body(&bytes).and_then(|mut body| {
        serde_json::from_value::<Vec<Vec<String>>>(body["answers"].take()).ok()
    });
    let Some(answers) = answers else {
        return bad_request();
    };
    settle(&desk, &id, Some(answers))
}

async fn question_reject(State(desk): Agent, Path(id): Path<String>) -> Response {
    settle(&desk, &id, None)
}

fn settle(desk: &Desk, id: &str, answers: Option<Vec<Vec<String>>>) -> Response {
    if desk.answer_questions(id, answers) {
        Json(true).into_response()
    } else {
        missing("QuestionNotFoundError", id)
    }
}
