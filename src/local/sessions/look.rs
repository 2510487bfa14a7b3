//! Asking a running agent: its sessions and titles, and whether it works.

use std::{sync::Arc, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};

use crate::local::{plane::Plane, sessions::Door, store::Synced};

/// How long an agent may take to answer.
const DEADLINE: Duration = Duration::from_secs(3);

/// Asks the agent for its sessions and keeps them in the row; silent when it does not answer.
pub async fn titles(plane: Arc<Plane>, door: Arc<Door>) {
    let Some(Value::Array(sessions)) = ask(&plane, &door, "/session").await else {
        return;
    };
    let synced = synced(&sessions, &door.root_session);
    if let Err(error) = plane.store.synced(door.session_id.clone(), synced).await {
        tracing::warn!(%error, "titles could not be kept");
    }
}

/// Whether the agent says that none of its sessions works; `false` when it does not answer.
pub async fn is_idle(plane: &Plane, door: &Door) -> bool {
    let Some(Value::Object(busy)) = ask(plane, door, "/session/status").await else {
        return false;
    };
    // A session that is not in the answer is idle.
    busy.values().all(|status| status["type"] == "idle")
}

async fn ask(plane: &Plane, door: &Door, path: &str) -> Option<Value> {
    let request = door.request(&plane.http, Method::GET, path);
    let answer = request.timeout(DEADLINE).send().await.ok()?;
    answer.error_for_status().ok()?.json().await.ok()
}

fn synced(sessions: &[Value], pinned: &str) -> Synced {
    let rows: Vec<Value> = sessions.iter().map(summary).collect();
    let root = root(sessions, pinned);
    let title = sessions
        .iter()
        .find(|session| session["id"] == root)
        .and_then(|session| session["title"].as_str())
        .map(str::trim)
        // What OpenCode calls a conversation before it has a title says nothing.
        .filter(|title| !title.is_empty() && !title.starts_with("New session - "));
    Synced {
        title: title.map(str::to_owned),
        root_session: root,
        agent_sessions: Value::Array(rows).to_string(),
    }
}

fn summary(session: &Value) -> Value {
    json!({
        "id": session["id"],
        "title": session["title"],
        "parent_id": session["parentID"],
        "project_id": session["projectID"],
        "created_at": session["time"]["created"],
        "updated_at": session["time"]["updated"],
        "archived_at": session["time"]["archived"],
    })
}

/// The pinned root while it exists, else the root that changed last.
fn root(sessions: &[Value], pinned: &str) -> String {
    if sessions.iter().any(|session| session["id"] == pinned) {
        return pinned.to_owned();
    }
    sessions
        .iter()
        .filter(|session| session["parentID"].is_null())
        .max_by_key(|session| session["time"]["updated"].as_i64())
        .and_then(|session| session["id"].as_str())
        .unwrap_or(pinned)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::synced;

    #[test]
    fn the_pinned_root_gives_the_title_and_a_lost_one_is_replaced() {
        let sessions = [
            json!({"id": "ses_a", "title": "First", "time": {"created": 1, "updated": 5}}),
            json!({"id": "ses_b", "title": "New session - 2026", "time": {"created": 1, "updated": 9}}),
            json!({"id": "ses_c", "title": "Child", "parentID": "ses_a", "time": {"created": 1, "updated": 99}}),
        ];
        assert_eq!(synced(&sessions, "ses_a").title.as_deref(), Some("First"));
        let replaced = synced(&sessions, "ses_gone");
        assert_eq!(
            (replaced.root_session.as_str(), replaced.title),
            ("ses_b", None)
        );
    }
}
