//! Sessions: list, create, look, rename, start, restart, stop, delete.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    local::{
        clock,
        git::{
            name::{self, Branch},
            workspace::Workspace,
        },
        plane::Plane,
        project::Project,
        routes::{
            Shared, body,
            projects::find as find_project,
            refusal::Refusal,
            session_json::{self, PROVIDER},
        },
        sessions::{Lost, Order},
        store::{Admission, Insertion, NewRow, SessionRow},
    },
    model::session::SessionStatus,
};

/// The longest wait of `POST …/start`.
const LONGEST_WAIT: u64 = 8000;

/// How many lost files an answer names.
const MOST_NAMED: usize = 100;

/// A project and a session of a path.
pub struct Found {
    /// The project.
    pub project: Arc<Project>,
    /// The session, deleted ones too.
    pub row: SessionRow,
}

/// Finds the session of a path, or gives the real refusal.
pub async fn find(plane: &Plane, project: &str, session: &str) -> Result<Found, Refusal> {
    let project = find_project(plane, project)?;
    let id = name::session(session)
        .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "Invalid session id"))?;
    let row = plane.store.session(project.id.clone(), id).await?;
    Ok(Found {
        row: row.ok_or_else(Refusal::not_found)?,
        project,
    })
}

/// `GET …/sessions`.
pub async fn list(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let project = find_project(&plane, &project)?;
    let rows = plane.store.sessions(project.id.clone()).await?;
    let sessions = rows.iter().map(|row| {
        look(&plane, row);
        session_json::session(&plane, row)
    });
    Ok(Json(sessions.collect()))
}

/// Wakes the owner of a running session; its answer is in the next list.
fn look(plane: &Plane, row: &SessionRow) {
    if row.status == SessionStatus::Running {
        plane.sandboxes.look(&row.id);
    }
}

/// `GET …/sessions/{id}`, with what a stop would lose while it runs.
pub async fn one(
    State(plane): Shared,
    Path((project, session)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let Found { row, .. } = find(&plane, &project, &session).await?;
    look(&plane, &row);
    let mut body = session_json::session(&plane, &row);
    if row.status == SessionStatus::Running
        && let Some(branch) = Branch::parse(&row.id)
    {
        let workspace = Workspace {
            path: plane.folder.workspace(&row.id),
            branch,
        };
        if let Ok(files) = workspace.uncommitted(&plane.git).await {
            body["metadata"]["uncommitted_files"] = files.len().into();
        }
    }
    Ok(Json(body))
}

/// `POST …/sessions`.
pub async fn create(
    State(plane): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let project = find_project(&plane, &project)?;
    let new = read_new(&plane, &project, &headers, &bytes).await?;
    let inserted = plane.store.insert_session(new, plane.max_sessions).await?;
    let row = match inserted {
        Insertion::Made(row) => {
            plane
                .sandboxes
                .order(&plane, &project, &row.id, Order::Boot)
                .await;
            row
        }
        Insertion::Repeated(row) if row.project_id == project.id => row,
        Insertion::Repeated(_) => {
            let error = "Idempotency-Key was used in another project";
            return Err(Refusal::new(StatusCode::CONFLICT, error));
        }
        Insertion::Taken => {
            let error = "A session with this id exists already";
            return Err(Refusal::new(StatusCode::CONFLICT, error));
        }
        Insertion::Full { active } => return Ok(full(&plane, active)),
    };
    let live = plane.store.live().await?;
    let body = Json(session_json::session(&plane, &row));
    Ok((StatusCode::CREATED, limits(&plane, live), body).into_response())
}

fn limits(plane: &Plane, live: usize) -> [(HeaderName, HeaderValue); 2] {
    let number = |number: usize| HeaderValue::from(u64::try_from(number).unwrap_or(u64::MAX));
    [
        (
            HeaderName::from_static("x-ratelimit-limit"),
            number(plane.max_sessions),
        ),
        (
            HeaderName::from_static("x-ratelimit-remaining"),
            number(plane.max_sessions.saturating_sub(live)),
        ),
    ]
}

fn full(plane: &Plane, active: usize) -> Response {
    let limit = plane.max_sessions;
    let text = format!(
        "You're at your {limit}-session limit. Close a running session or upgrade for more."
    );
    let refusal = Refusal::with(
        StatusCode::TOO_MANY_REQUESTS,
        json!({
            "error": text,
            "message": text,
            "code": "concurrent_session_limit",
            "limit": limit,
            "active_sessions": active,
        }),
    );
    (limits(plane, active), refusal).into_response()
}

async fn read_new(
    plane: &Plane,
    project: &Project,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Result<NewRow, Refusal> {
    let members = body::object(bytes)?;
    let text = |snake, camel| body::text(&members, snake, camel);
    let bad = |error: String| Refusal::new(StatusCode::BAD_REQUEST, error);
    let id = match members
        .get("session_id")
        .or_else(|| members.get("sessionId"))
    {
        None | Some(Value::Null) => Uuid::new_v4().hyphenated().to_string(),
        Some(id) => id
            .as_str()
            .and_then(name::session)
            .ok_or_else(|| bad("Invalid session id".to_owned()))?,
    };
    if let Some(provider) = text("provider", "sandboxProvider").filter(|name| name != PROVIDER) {
        return Err(bad(format!(
            "Unknown or disabled sandbox provider: {provider}"
        )));
    }
    let base_ref = match text("base_ref", "baseRef") {
        Some(base) => base,
        None => project.mirror.source.default_branch.as_str().to_owned(),
    };
    if Branch::parse(&base_ref).is_none() {
        return Err(Refusal::invalid_ref());
    }
    let template = text("sandbox_slug", "sandboxSlug");
    check_template(project, template.as_deref()).await?;
    let key = headers
        .get("idempotency-key")
        .map(|key| key.to_str().unwrap_or_default());
    if key.is_some_and(|key| !is_key(key)) {
        let body = json!({ "error": "Invalid Idempotency-Key", "code": "INVALID_IDEMPOTENCY_KEY" });
        return Err(Refusal::with(StatusCode::BAD_REQUEST, body));
    }
    let mut metadata = match members.get("metadata") {
        Some(Value::Object(facts)) => facts.clone(),
        _ => Map::new(),
    };
    metadata.insert("source".to_owned(), "ui".into());
    Ok(NewRow {
        id,
        project_id: project.id.clone(),
        base_ref,
        agent_name: text("agent_name", "agentName").unwrap_or_else(|| "default".to_owned()),
        model: text("opencode_model", "opencodeModel"),
        template,
        initial_prompt: text("initial_prompt", "initialPrompt"),
        title: text("name", "name"),
        metadata: Value::Object(metadata).to_string(),
        key: key.map(|key| format!("{}:{key}", plane.account.account_id)),
        now: clock::now(),
    })
}

fn is_key(key: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._:+/=-".contains(&byte);
    (1..=255).contains(&key.len()) && key.bytes().all(is_letter)
}

async fn check_template(project: &Project, slug: Option<&str>) -> Result<(), Refusal> {
    let Some(slug) = slug else {
        return Ok(());
    };
    // Somebody may just have added it.
    let _ = project.mirror.refresh_if_stale().await;
    if project.manifest().await?.template(Some(slug)).is_some() {
        return Ok(());
    }
    Err(Refusal::with(
        StatusCode::BAD_REQUEST,
        json!({
            "error": format!("No sandbox template with slug \"{slug}\" in this project."),
            "code": "UNKNOWN_SANDBOX_TEMPLATE",
        }),
    ))
}

/// `PATCH …/sessions/{id}`: the name, and free facts.
pub async fn change(
    State(plane): Shared,
    Path((project, session)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let Found { project, row } = find(&plane, &project, &session).await?;
    let members = body::object(&bytes)?;
    for key in members.keys() {
        check_editable(key)?;
    }
    match members.get("name") {
        None => {}
        Some(Value::String(name)) => {
            let name = name.trim();
            let name = (!name.is_empty()).then(|| name.chars().take(200).collect());
            plane
                .store
                .rename(row.id.clone(), name, clock::now())
                .await?;
        }
        Some(_) => {
            plane
                .store
                .rename(row.id.clone(), None, clock::now())
                .await?
        }
    }
    if let Some(Value::Object(facts)) = members.get("metadata") {
        if let Some(key) = facts
            .keys()
            .find(|key| SERVER_FACTS.contains(&key.as_str()))
        {
            let error = format!("metadata field is server-managed: {key}");
            return Err(Refusal::new(StatusCode::BAD_REQUEST, error));
        }
        let facts = Value::Object(facts.clone()).to_string();
        plane
            .store
            .annotate(row.id.clone(), facts, clock::now())
            .await?;
    }
    let row = plane.store.session(project.id.clone(), row.id).await?;
    let row = row.ok_or_else(Refusal::not_found)?;
    Ok(Json(session_json::session(&plane, &row)))
}

/// Facts that no caller may change.
const SERVER_FACTS: [&str; 12] = [
    "custom_name",
    "deletedAt",
    "deletedBy",
    "initial_prompt",
    "lost_files",
    "name",
    "opencode_model",
    "opencode_sessions",
    "remote_branch",
    "sandbox_slug",
    "stop_reason",
    "uncommitted_files",
];

fn check_editable(key: &str) -> Result<(), Refusal> {
    const SERVER: [&str; 6] = [
        "status",
        "sandbox_url",
        "sandboxUrl",
        "error",
        "opencode_session_id",
        "opencodeSessionId",
    ];
    let error = match key {
        "name" | "metadata" => return Ok(()),
        key if SERVER.contains(&key) => format!("field is server-managed: {key}"),
        key => format!("field is not user-editable: {key}"),
    };
    Err(Refusal::new(StatusCode::BAD_REQUEST, error))
}

/// `POST …/sessions/{id}/start?wait_ms=`: boots a stopped session, and waits for it if asked to.
pub async fn start(
    State(plane): Shared,
    Path((project, session)): Path<(String, String)>,
    Query(words): Query<HashMap<String, String>>,
) -> Result<Response, Refusal> {
    let Found { project, mut row } = find(&plane, &project, &session).await?;
    if row.status == SessionStatus::Stopped && row.deleted_at.is_none() {
        let admitted = plane
            .store
            .admit(row.id.clone(), plane.max_sessions, clock::now())
            .await?;
        if let Admission::Full { active } = admitted {
            return Ok(full(&plane, active));
        }
        plane
            .sandboxes
            .order(&plane, &project, &row.id, Order::Boot)
            .await;
    }
    let wait = words
        .get("wait_ms")
        .and_then(|text| text.parse::<u64>().ok())
        .unwrap_or(0);
    let deadline = Instant::now() + Duration::from_millis(wait.min(LONGEST_WAIT));
    let mut phase = plane.sandboxes.phase(&row.id);
    loop {
        if let Some(phase) = &mut phase {
            phase.borrow_and_update();
        }
        row = find(&plane, &project.id, &row.id).await?.row;
        let Some(phase) = phase
            .as_mut()
            .filter(|_| session_json::stage(&row) == "provisioning")
        else {
            break;
        };
        let changed = tokio::select! {
            changed = tokio::time::timeout_at(deadline, phase.changed()) => changed,
            () = plane.sandboxes.closing().cancelled() => break,
        };
        if !matches!(changed, Ok(Ok(()))) {
            break;
        }
    }
    Ok(Json(session_json::started(&plane, &row)).into_response())
}

/// `POST …/sessions/{id}/restart`: boots again from the branch, also a failed session.
pub async fn restart(
    State(plane): Shared,
    Path((project, session)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let Found { project, row } = find(&plane, &project, &session).await?;
    if row.deleted_at.is_some() {
        return Err(Refusal::not_found());
    }
    let admitted = plane
        .store
        .admit(row.id.clone(), plane.max_sessions, clock::now())
        .await?;
    if let Admission::Full { active } = admitted {
        return Ok(full(&plane, active));
    }
    plane
        .sandboxes
        .order(&plane, &project, &row.id, Order::Restart)
        .await;
    let body = json!({ "ok": true, "session_id": row.id, "status": "provisioning" });
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}

/// `POST …/sessions/{id}/stop`: the sandbox goes, the branch stays; says what was lost.
pub async fn stop(
    State(plane): Shared,
    Path((project, session)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let Found { project, row } = find(&plane, &project, &session).await?;
    if !row.status.is_live() {
        return Err(Refusal::with(
            StatusCode::CONFLICT,
            json!({ "error": "Session sandbox is not running", "status": row.status.as_str() }),
        ));
    }
    let Some(Lost { mut files }) = plane.sandboxes.stop(&plane, &project, &row.id).await else {
        let error = "the session is still stopping";
        return Err(Refusal::new(StatusCode::BAD_GATEWAY, error));
    };
    let lost = files.len();
    files.truncate(MOST_NAMED);
    Ok(Json(json!({
        "ok": true,
        "session_id": row.id,
        "status": "stopped",
        "lost_files": lost,
        "lost": files,
    })))
}

/// `DELETE …/sessions/{id}`: stops it for good; the row and the branch stay.
pub async fn delete(
    State(plane): Shared,
    Path((project, session)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let Found { project, row } = find(&plane, &project, &session).await?;
    if row.deleted_at.is_none() {
        plane.sandboxes.delete(&plane, &project, &row.id).await;
        plane.store.delete(row.id, clock::now()).await?;
    }
    Ok(Json(json!({ "ok": true })))
}
