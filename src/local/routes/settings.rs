//! What the manifest and the account say about a project beside its sessions: names of secrets,
//! triggers, access. Nothing here can be changed, and no value of a secret is known.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use crate::local::{
    manifest::{self, Verdict},
    project::MANIFEST_PATH,
    routes::{Shared, accounts::EMAIL, body, projects, refusal::Refusal},
};

/// `POST …/manifest/validate`: what the merge gate would say about a text.
pub async fn validate(
    State(plane): Shared,
    Path(project): Path<String>,
    bytes: Bytes,
) -> Result<Json<Verdict>, Refusal> {
    projects::find(&plane, &project)?;
    let members = body::object(&bytes)?;
    let Some(raw) = members
        .get("raw")
        .and_then(Value::as_str)
        .filter(|raw| !raw.is_empty())
    else {
        let message = "Missing `raw` (TOML string) in body.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, message));
    };
    Ok(Json(manifest::judge(raw)))
}

/// `GET …/secrets`.
pub async fn secrets(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let manifest = project.manifest().await?;
    let status = match (&manifest.raw, &manifest.error) {
        (None, _) => "missing",
        (Some(_), Some(_)) => "error",
        (Some(_), None) => "loaded",
    };
    let mut body = json!({
        "items": [],
        "required": manifest.required,
        "optional": manifest.optional,
        "can_manage": true,
        "manifest_status": status,
        "manifest_path": MANIFEST_PATH,
    });
    if let Some(error) = manifest.error {
        body["manifest_error"] = error.into();
    }
    Ok(Json(body))
}

/// `GET …/triggers`: declared ones, none of which fires here.
pub async fn triggers(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let manifest = project.manifest().await?.json();
    let declared = manifest["triggers"].as_array().cloned().unwrap_or_default();
    let triggers: Vec<Value> = declared.iter().filter_map(trigger).collect();
    Ok(Json(
        json!({ "triggers": triggers, "triggers_paused": true, "errors": [] }),
    ))
}

fn trigger(declared: &Value) -> Option<Value> {
    let slug = declared["slug"].as_str()?;
    let text = |key: &str, default: &str| declared[key].as_str().unwrap_or(default).to_owned();
    Some(json!({
        "slug": slug,
        "path": format!("{MANIFEST_PATH}#triggers.{slug}"),
        "name": text("name", slug),
        "type": text("type", "cron"),
        "agent": text("agent", "default"),
        "enabled": declared["enabled"].as_bool().unwrap_or(true),
        "cron": declared["cron"],
        "run_at": declared["run_at"],
        "timezone": text("timezone", "UTC"),
        "secret_env": declared["secret_env"],
        "prompt_template": text("prompt", ""),
        "session_mode": text("session_mode", "fresh"),
        "owner_user_id": null,
        "last_fired_at": null,
        "last_status": null,
        "last_error": null,
        "last_attempt_at": null,
        "webhook_url": null,
    }))
}

/// `GET …/access`: the one user.
pub async fn access(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let account = &plane.account;
    let since = account.created_at.to_rfc3339();
    Ok(Json(json!({
        "project_id": project.id,
        "account_id": account.account_id,
        "can_manage": true,
        "viewer_user_id": account.user_id,
        "members": [{
            "user_id": account.user_id,
            "email": EMAIL,
            "account_role": "owner",
            "project_role": "manager",
            "effective_project_role": "manager",
            "has_implicit_access": true,
            "effective_source": "implicit",
            "group_sources": [],
            "joined_at": since,
            "granted_by": account.user_id,
            "granted_at": since,
            "updated_at": since,
            "expires_at": null,
        }],
    })))
}
