//! Health and the one account.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use crate::local::{
    clock,
    plane::Plane,
    routes::{Shared, refusal::Refusal},
};

/// How the account is called.
const NAME: &str = "Local";

/// The user's address; nobody can write to it.
pub const EMAIL: &str = "you@localhost";

/// `GET /v1/health`.
pub async fn health(State(plane): Shared) -> Json<Value> {
    let now = clock::now();
    Json(json!({
        "status": "ok",
        "service": "kortix-tui",
        "version": env!("CARGO_PKG_VERSION"),
        "commit": "unknown",
        "environment": "local",
        "instance": "unknown",
        "started_at": plane.started.to_rfc3339(),
        "uptime_seconds": plane.started.age(now).as_secs(),
        "memory_mb": memory_mb(),
        "timestamp": now.to_rfc3339(),
        "billing_enabled": false,
        "warm_snapshots": false,
        "warm_pool": {"enabled": false, "default_size": 0, "clone_at_park": false, "presence_minutes": 15},
        "tunnel": {"enabled": false, "connectedAgents": 0},
        "leader": false,
        "trigger_scheduler": {
            "lastSweepStartedAt": null, "lastSweepCompletedAt": null, "lastSweepDurationMs": null,
            "lastResult": null, "lastError": null, "stale": false,
        },
    }))
}

/// Resident memory in MiB; zero where the system does not say.
fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = resident.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

/// `GET /v1/health/live`.
pub async fn live() -> Json<Value> {
    Json(json!({ "status": "ok", "event_loop_lag_ms": 0 }))
}

/// `GET /v1/accounts/me`.
pub async fn me(State(plane): Shared) -> Json<Value> {
    let account = &plane.account;
    Json(json!({
        "user_id": account.user_id,
        "email": EMAIL,
        "accounts": [{
            "account_id": account.account_id,
            "slug": account.slug(),
            "name": NAME,
            "role": "owner",
        }],
    }))
}

/// `GET /v1/accounts`.
pub async fn list(State(plane): Shared) -> Json<Value> {
    let account = &plane.account;
    Json(json!([{
        "account_id": account.account_id,
        "name": NAME,
        "slug": account.slug(),
        "created_at": account.created_at.to_rfc3339(),
        "updated_at": account.created_at.to_rfc3339(),
        "account_role": "owner",
        "is_primary_owner": true,
    }]))
}

/// Refuses a query for somebody else's account.
pub fn check_account(
    plane: &Plane,
    Query(query): &Query<HashMap<String, String>>,
) -> Result<(), Refusal> {
    let is_foreign = query
        .get("account_id")
        .is_some_and(|id| !id.is_empty() && !id.eq_ignore_ascii_case(&plane.account.account_id));
    if is_foreign {
        return Err(Refusal::http(
            StatusCode::FORBIDDEN,
            "You do not have access to this account",
        ));
    }
    Ok(())
}
