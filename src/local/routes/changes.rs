//! Change requests: list, open, look, edit, compare, try, close, reopen.
//!
//! A list, one, and a merge come in an envelope; opening, editing, closing and reopening answer
//! with the bare object, as on the real control plane. A path names one by its id or its number.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde_json::{Map, Value, json};

use crate::{
    local::{
        changes::{self, Difference, Preview, Proposal},
        clock,
        git::{compare::Trial, name::Branch},
        plane::Plane,
        project::Project,
        routes::{Shared, body, projects, refusal::Refusal},
        store::{Altered, ChangeRow, ChangeStatus},
    },
    model::time::Millis,
};

/// A project and a change request of a path.
pub struct Found {
    /// The project.
    pub project: Arc<Project>,
    /// The change request.
    pub row: ChangeRow,
}

/// Finds the change request of a path, or gives the real refusal.
pub async fn find(plane: &Plane, project: &str, change: &str) -> Result<Found, Refusal> {
    let project = projects::find(plane, project)?;
    let row = plane
        .store
        .change_named(project.id.clone(), change.to_owned())
        .await?;
    Ok(Found {
        row: row.ok_or_else(missing)?,
        project,
    })
}

fn missing() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "Change request not found")
}

fn conflict(error: String) -> Refusal {
    Refusal::new(StatusCode::CONFLICT, error)
}

impl From<changes::Error> for Refusal {
    fn from(error: changes::Error) -> Self {
        match error {
            changes::Error::NoBranch { .. } => {
                Self::new(StatusCode::BAD_REQUEST, error.to_string())
            }
            changes::Error::Git(error) => error.into(),
            changes::Error::Store(error) => error.into(),
        }
    }
}

/// A change request on the wire.
pub fn object(plane: &Plane, row: &ChangeRow) -> Value {
    let user = &plane.account.user_id;
    let by = |at: Option<Millis>| at.map(|_| user);
    let metadata: Value = serde_json::from_str(&row.metadata).unwrap_or_else(|_| json!({}));
    json!({
        "cr_id": row.id,
        "account_id": plane.account.account_id,
        "project_id": row.project_id,
        "number": row.number,
        "title": row.title,
        "description": row.description,
        "base_ref": row.base_ref,
        "head_ref": row.head_ref,
        "status": row.status.as_str(),
        "head_commit_sha": row.tips.head,
        "base_commit_sha": row.tips.base,
        "origin_session_id": row.origin_session,
        "created_by": user,
        "merged_at": row.merged_at.map(Millis::to_rfc3339),
        "merged_by": by(row.merged_at),
        "merge_commit_sha": row.merge_commit,
        "closed_at": row.closed_at.map(Millis::to_rfc3339),
        "closed_by": by(row.closed_at),
        "metadata": metadata,
        "created_at": row.created_at.to_rfc3339(),
        "updated_at": row.updated_at.to_rfc3339(),
    })
}

/// `GET …/change-requests?status=`: from the rows, without a look at the branches.
pub async fn list(
    State(plane): Shared,
    Path(project): Path<String>,
    Query(words): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let status = match words.get("status").map(String::as_str) {
        None | Some("") => None,
        Some(word) if word.eq_ignore_ascii_case("all") => None,
        Some(word) => Some(
            ChangeStatus::parse(word)
                .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "Invalid status filter"))?,
        ),
    };
    let rows = plane.store.changes(project.id.clone(), status).await?;
    let objects: Vec<Value> = rows.iter().map(|row| object(&plane, row)).collect();
    Ok(Json(json!({ "change_requests": objects })))
}

/// `POST …/change-requests`.
pub async fn open(
    State(plane): Shared,
    Path(project): Path<String>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let project = projects::find(&plane, &project)?;
    let proposal = proposal(&project, &body::object(&bytes)?)?;
    let row = changes::open(&plane, &project, proposal).await?;
    Ok((StatusCode::CREATED, Json(object(&plane, &row))))
}

fn proposal(project: &Project, members: &Map<String, Value>) -> Result<Proposal, Refusal> {
    let bad = |error: &str| Refusal::new(StatusCode::BAD_REQUEST, error);
    let text = |snake, camel| body::text(members, snake, camel);
    let title = text("title", "title").ok_or_else(|| bad("title is required"))?;
    let head = text("head_ref", "headRef").ok_or_else(|| bad("head_ref is required"))?;
    let base = match text("base_ref", "baseRef") {
        Some(base) => branch(&base)?,
        None => project.mirror.source.default_branch.clone(),
    };
    let head = branch(&head)?;
    if head == base {
        return Err(bad("head_ref and base_ref must differ"));
    }
    Ok(Proposal {
        title: title.trim().to_owned(),
        description: text("description", "description").unwrap_or_default(),
        base,
        head,
        origin_session: text("session_id", "sessionId").map(|id| id.to_ascii_lowercase()),
    })
}

fn branch(name: &str) -> Result<Branch, Refusal> {
    Branch::parse(name.trim()).ok_or_else(Refusal::invalid_ref)
}

/// `GET …/change-requests/{id}`: with its branches as they are now, if it is open.
pub async fn one(
    State(plane): Shared,
    Path((project, change)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let Found { project, row } = find(&plane, &project, &change).await?;
    let row = changes::refreshed(&plane, &project, row).await?;
    Ok(Json(json!({ "change_request": object(&plane, &row) })))
}

/// `PATCH …/change-requests/{id}`: another title or description; a blank title is ignored.
pub async fn edit(
    State(plane): Shared,
    Path((project, change)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let Found { row, .. } = find(&plane, &project, &change).await?;
    let members = body::object(&bytes)?;
    let title = body::text(&members, "title", "title").map(|title| title.trim().to_owned());
    let description = members.get("description").and_then(Value::as_str);
    let edited = plane
        .store
        .edit_change(row.id, title, description.map(str::to_owned), clock::now())
        .await?;
    let Altered { row, is_applied } = edited.ok_or_else(missing)?;
    if !is_applied {
        let status = row.status.as_str();
        return Err(conflict(format!("Cannot edit a {status} change request")));
    }
    Ok(Json(object(&plane, &row)))
}

/// `POST …/change-requests/{id}/close`.
pub async fn close(
    State(plane): Shared,
    Path((project, change)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let Found { row, .. } = find(&plane, &project, &change).await?;
    let closed = plane.store.close_change(row.id, clock::now()).await?;
    let Altered { row, is_applied } = closed.ok_or_else(missing)?;
    if !is_applied {
        return Err(conflict("Cannot close a merged change request".to_owned()));
    }
    Ok(Json(object(&plane, &row)))
}

/// `POST …/change-requests/{id}/reopen`.
pub async fn reopen(
    State(plane): Shared,
    Path((project, change)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let Found { row, .. } = find(&plane, &project, &change).await?;
    let reopened = plane.store.reopen_change(row.id, clock::now()).await?;
    let Altered { row, is_applied } = reopened.ok_or_else(missing)?;
    if !is_applied {
        let status = row.status.as_str();
        return Err(conflict(format!("Cannot reopen a {status} change request")));
    }
    Ok(Json(object(&plane, &row)))
}

/// `GET …/change-requests/{id}/diff`.
pub async fn diff(
    State(plane): Shared,
    Path((project, change)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let Found { project, row } = find(&plane, &project, &change).await?;
    let Difference { tips, range, patch } = changes::difference(&plane, &project, &row).await?;
    Ok(Json(json!({
        "cr_id": row.id,
        "base_ref": row.base_ref,
        "head_ref": row.head_ref,
        "base_sha": tips.base,
        "head_sha": tips.head,
        "merge_base": range.merge_base,
        "files": range.files,
        "files_changed": range.files.len(),
        "additions": range.additions(),
        "deletions": range.deletions(),
        "patch": patch,
    })))
}

/// `GET …/change-requests/{id}/merge-preview`.
pub async fn preview(
    State(plane): Shared,
    Path((project, change)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let Found { project, row } = find(&plane, &project, &change).await?;
    let Preview {
        tips,
        merge_base,
        trial,
    } = changes::preview(&plane, &project, &row).await?;
    let conflicts: &[String] = match &trial {
        Trial::Conflicts { paths } => paths,
        Trial::Same | Trial::FastForward | Trial::Clean { .. } | Trial::Unrelated => &[],
    };
    Ok(Json(json!({
        "base_sha": tips.base,
        "head_sha": tips.head,
        "merge_base": merge_base,
        "can_fast_forward": trial == Trial::FastForward,
        "can_merge": matches!(trial, Trial::FastForward | Trial::Clean { .. }),
        "conflicts": conflicts,
        "is_up_to_date": trial == Trial::Same,
    })))
}
