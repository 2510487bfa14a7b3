//! `/v1/p/{external_id}/{port}/…`: everything a client says to a session's agent.
//!
//! Bodies stream in both directions without a buffer, so an event stream is as live as the agent
//! sends it; when the client goes, the request to the agent is dropped. Credentials of the control
//! plane stay here, and the agent's own are added.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use crate::local::{
    clock,
    plane::Plane,
    routes::{Shared, refusal::Refusal, session_json::AGENT_PORT},
    sessions::{Door, Visit},
};

/// How long an agent may take to begin its answer; a blocking prompt takes as long as the turn.
const HEADER_DEADLINE: Duration = Duration::from_secs(600);

/// How much one request may carry: prompts hold whole files.
const MOST_SENT: usize = 64 * 1024 * 1024;

/// OpenCode's own port inside a real sandbox; here the same as [`AGENT_PORT`].
const RAW_PORT: u16 = 4096;

/// Headers that belong to one connection, and those that carry credentials or our own choices.
const KEPT_BACK: [HeaderName; 12] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    header::AUTHORIZATION,
    header::COOKIE,
    HeaderName::from_static("x-kortix-token"),
];

/// What a path below `/v1/p/` says.
struct Target<'a> {
    external_id: &'a str,
    port: u16,
    path: &'a str,
}

impl<'a> Target<'a> {
    fn parse(path: &'a str) -> Result<Self, Refusal> {
        let rest = path.strip_prefix("/v1/p/").ok_or_else(Refusal::not_found)?;
        let (external_id, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let (port, _) = rest.split_once('/').unwrap_or((rest, ""));
        let path = rest
            .get(port.len()..)
            .filter(|path| !path.is_empty())
            .unwrap_or("/");
        match port.parse() {
            Ok(port) if port > 0 => Ok(Self {
                external_id,
                port,
                path,
            }),
            _ => Err(Refusal::http(StatusCode::BAD_REQUEST, "Invalid port")),
        }
    }
}

/// Any request below `/v1/p/`.
pub async fn pass(State(plane): Shared, request: Request) -> Result<Response, Refusal> {
    let uri = request.uri().clone();
    let target = Target::parse(uri.path())?;
    let Some(door) = plane.sandboxes.door(target.external_id) else {
        return Err(absent(&plane, &target).await?);
    };
    match (target.port, target.path) {
        (AGENT_PORT, "/kortix/health") => Ok(Json(health(&plane, &door)).into_response()),
        (AGENT_PORT, path) if path.starts_with("/kortix/") => {
            Err(Refusal::new(StatusCode::NOT_FOUND, "not found"))
        }
        (AGENT_PORT | RAW_PORT, path) => {
            let path_and_query = match uri.query() {
                Some(query) => format!("{path}?{query}"),
                None => path.to_owned(),
            };
            forward(&plane, door, &path_and_query, target.port, request).await
        }
        // Other ports of a sandbox are ports of this machine, which are nobody's business.
        (port, _) => Err(unreachable(port)),
    }
}

/// Why there is no door: the sandbox is unknown, or not up.
async fn absent(plane: &Plane, target: &Target<'_>) -> Result<Refusal, Refusal> {
    let row = plane
        .store
        .by_external_id(target.external_id.to_owned())
        .await?;
    let status = row.and_then(|row| row.sandbox_status);
    Ok(match status {
        None => Refusal::new(StatusCode::NOT_FOUND, "sandbox not found"),
        Some(status) => Refusal::with(
            StatusCode::SERVICE_UNAVAILABLE,
            json!({
                "error": format!("sandbox not ready (status: {status})"),
                "port": target.port,
                "status": 503,
            }),
        ),
    })
}

fn unreachable(port: u16) -> Refusal {
    Refusal::with(
        StatusCode::BAD_GATEWAY,
        json!({ "error": "sandbox upstream unreachable", "port": port, "status": 502 }),
    )
}

async fn forward(
    plane: &Plane,
    door: Arc<Door>,
    path_and_query: &str,
    port: u16,
    request: Request,
) -> Result<Response, Refusal> {
    let visit = Visit::begin(&door);
    let (parts, body) = request.into_parts();
    let mut upstream = door
        .request(&plane.http, parts.method, path_and_query)
        .headers(passed_on(&parts.headers))
        .header(header::ACCEPT_ENCODING, "identity");
    if !body.is_end_stream() {
        upstream = upstream.body(reqwest::Body::wrap_stream(limited(body)));
    }
    let answer = tokio::select! {
        () = door.closed.cancelled() => return Err(unreachable(port)),
        answer = tokio::time::timeout(HEADER_DEADLINE, upstream.send()) => answer,
    };
    let Ok(Ok(answer)) = answer else {
        return Err(unreachable(port));
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    *response.headers_mut() = passed_on(answer.headers());
    let closed = door.closed.clone();
    let stream = answer
        .bytes_stream()
        .take_until(closed.cancelled_owned())
        .map(move |chunk| {
            // The visit lasts as long as the stream does.
            let _visit = &visit;
            chunk
        });
    *response.body_mut() = Body::from_stream(stream);
    Ok(response)
}

/// A request's body, broken off when it is too long.
fn limited(body: Body) -> impl futures_util::Stream<Item = Result<bytes::Bytes, std::io::Error>> {
    let mut sent = 0;
    body.into_data_stream()
        .map_err(std::io::Error::other)
        .and_then(move |chunk| {
            sent += chunk.len();
            std::future::ready(if sent > MOST_SENT {
                Err(std::io::ErrorKind::FileTooLarge.into())
            } else {
                Ok(chunk)
            })
        })
}

/// The headers that go through, without those that `Connection` names.
fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut passed: HeaderMap<HeaderValue> = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let is_kept_back = KEPT_BACK.contains(name)
            || *name == header::ACCEPT_ENCODING
            || named.iter().any(|named| named == name.as_str());
        if !is_kept_back {
            passed.append(name, value.clone());
        }
    }
    passed
}

/// What the daemon in a real sandbox says about itself; here the agent answers, or there is no door.
fn health(plane: &Plane, door: &Door) -> Value {
    let uptime = door.since.age(clock::now()).as_secs();
    json!({
        "daemon": "ok",
        "status": "ok",
        "runtimeReady": true,
        "opencode": "ok",
        "uptime_s": uptime,
        "opencode_pid": null,
        "static_web_port": null,
        "repo_required": true,
        "repo_ready": true,
        "repo": plane.url,
        "branch": door.session_id,
        "commit_sha": door.commit,
        "boot_error": null,
        "opencode_session_id": door.root_session,
        "opencode_session_required": true,
        "boot_timeline": [],
        "auth": "configured",
    })
}
