//! A session and its sandbox on the wire.

use serde_json::{Map, Value, json};

use crate::{
    local::{plane::Plane, store::SessionRow},
    model::{session::SessionStatus, time::Millis},
};

/// Who runs sandboxes here.
pub const PROVIDER: &str = "host";

/// The port on which a sandbox's agent is reached through the proxy.
pub const AGENT_PORT: u16 = 8000;

/// A session.
pub fn session(plane: &Plane, row: &SessionRow) -> Value {
    let agent_sessions: Value =
        serde_json::from_str(&row.agent_sessions).unwrap_or_else(|_| json!([]));
    json!({
        "session_id": row.id,
        "account_id": plane.account.account_id,
        "project_id": row.project_id,
        "branch_name": row.id,
        "base_ref": row.base_ref,
        "sandbox_provider": PROVIDER,
        "sandbox_id": row.id,
        "sandbox_url": sandbox_url(plane, row),
        "opencode_session_id": row.root_session,
        "name": row.custom_name.as_ref().or(row.title.as_ref()),
        "custom_name": row.custom_name,
        "agent_name": row.agent_name,
        "status": row.status.as_str(),
        "error": row.error,
        "metadata": metadata(plane, row, &agent_sessions),
        "opencode_sessions": agent_sessions,
        "created_by": plane.account.user_id,
        "owner_email": null,
        "visibility": "private",
        "sharing": {"mode": "private", "ownerId": ""},
        "is_owner": true,
        "can_manage_sharing": true,
        "created_at": row.created_at.to_rfc3339(),
        "updated_at": row.updated_at.to_rfc3339(),
    })
}

/// Where the proxy has the session's agent; only while there is one.
fn sandbox_url(plane: &Plane, row: &SessionRow) -> Option<String> {
    let external_id = row.external_id.as_ref()?;
    let is_running = row.status == SessionStatus::Running;
    is_running.then(|| format!("{}/v1/p/{external_id}/{AGENT_PORT}", plane.url))
}

fn metadata(plane: &Plane, row: &SessionRow, agent_sessions: &Value) -> Value {
    let mut facts: Map<String, Value> = serde_json::from_str(&row.metadata).unwrap_or_default();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            facts.insert(key.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    put("name", text(&row.title));
    put("custom_name", text(&row.custom_name));
    put("initial_prompt", text(&row.initial_prompt));
    put("opencode_model", text(&row.model));
    // Where the branch can be fetched from; the user's own repository is never written.
    let mirror = plane.folder.mirror(&row.project_id);
    put("mirror", mirror.to_str().map(Value::from));
    put("sandbox_slug", text(&row.template));
    let has_agents = agent_sessions
        .as_array()
        .is_some_and(|list| !list.is_empty());
    put(
        "opencode_sessions",
        has_agents.then(|| agent_sessions.clone()),
    );
    put("deletedAt", row.deleted_at.map(|at| at.to_rfc3339().into()));
    put(
        "deletedBy",
        row.deleted_at
            .map(|_| plane.account.user_id.as_str().into()),
    );
    Value::Object(facts)
}

/// How far a session is, in the words of `POST …/start`.
pub fn stage(row: &SessionRow) -> &'static str {
    match &row.status {
        _ if row.deleted_at.is_some() => "stopped",
        SessionStatus::Running => "ready",
        SessionStatus::Queued | SessionStatus::Branching | SessionStatus::Provisioning => {
            "provisioning"
        }
        SessionStatus::Failed => "failed",
        SessionStatus::Stopped | SessionStatus::Completed | SessionStatus::Other(_) => "stopped",
    }
}

/// The answer of `POST …/start`.
pub fn started(plane: &Plane, row: &SessionRow) -> Value {
    let stage = stage(row);
    let mut body = json!({
        "stage": stage,
        "retriable": stage == "provisioning",
        "sandbox": sandbox(plane, row),
        "opencode_session_id": row.root_session,
    });
    if stage == "ready" {
        body["reason"] = "unchanged".into();
    }
    body
}

/// The sandbox's row; `null` while there is none.
fn sandbox(plane: &Plane, row: &SessionRow) -> Value {
    let (Some(status @ ("provisioning" | "active")), Some(since)) =
        (row.sandbox_status.as_deref(), row.sandbox_since)
    else {
        return Value::Null;
    };
    let is_active = status == "active";
    json!({
        "sandbox_id": row.id,
        "session_id": row.id,
        "project_id": row.project_id,
        "account_id": plane.account.account_id,
        "provider": PROVIDER,
        "external_id": row.external_id.as_ref().filter(|_| is_active),
        "base_url": sandbox_url(plane, row),
        "status": status,
        "config": {"llmGatewayEnabled": false},
        "metadata": sandbox_metadata(row, since, is_active),
        "last_used_at": is_active.then(|| row.updated_at.to_rfc3339()),
        "created_at": since.to_rfc3339(),
        "updated_at": row.updated_at.to_rfc3339(),
    })
}

fn sandbox_metadata(row: &SessionRow, since: Millis, is_active: bool) -> Value {
    let mut facts = json!({
        "source": "ui",
        "project_id": row.project_id,
        "session_id": row.id,
        "initStatus": if is_active { "ready" } else { "provisioning" },
        "initAttempts": 1,
        "initMaxAttempts": 1,
        "initUpdatedAt": row.updated_at.to_rfc3339(),
        "initStartedAt": since.to_rfc3339(),
        "lastInitError": null,
        "healthStatus": "unknown",
        "provisioningStage": if is_active { "ready" } else { "creating" },
    });
    if let (true, Some(hash), Some(name)) = (is_active, &row.content_hash, &row.snapshot_name) {
        facts["snapshot"] = name.as_str().into();
        facts["runtimeArtifact"] = json!({
            "artifactType": "host",
            "providerArtifactRef": name,
            "contentHash": hash,
            "sandboxSlug": row.template.as_deref().unwrap_or("default"),
            "isPlatformDefault": name.starts_with("kortix-default-"),
            "branch": row.base_ref,
            "provider": PROVIDER,
        });
    }
    facts
}
