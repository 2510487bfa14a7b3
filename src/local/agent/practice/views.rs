//! What the practice agent says about itself and its folder: agents, commands, providers, git.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{MODEL, PROVIDER, desk::Desk, repository, script};

/// The routes that only look.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/agent", get(agents))
        .route("/command", get(commands))
        .route("/config/providers", get(providers))
        .route("/path", get(path))
        .route("/vcs", get(vcs))
        .route("/file/status", get(file_status))
}

async fn agents() -> Response {
    let agent = |name: &str, mode: &str, description: &str| {
        json!({
            "name": name,
            "description": description,
            "mode": mode,
            "native": true,
            "permission": [],
            "options": {},
        })
    };
    Json(json!([
        agent(PROVIDER, "primary", "Practice agent: scripted, no model"),
        agent(
            "explore",
            "subagent",
            "Practice subagent: scripted, no model"
        ),
    ]))
    .into_response()
}

async fn commands() -> Response {
    let commands: Vec<Value> = script::COMMANDS
        .iter()
        .map(
            |(name, description)| json!({"name": name, "description": description, "template": ""}),
        )
        .collect();
    Json(commands).into_response()
}

async fn providers() -> Response {
    let model = json!({
        "id": MODEL,
        "providerID": PROVIDER,
        "name": "No model",
        "limit": {"context": 0, "output": 0},
        "cost": {"input": 0, "output": 0, "cache": {"read": 0, "write": 0}},
    });
    Json(json!({
        "providers": [{"id": PROVIDER, "name": "Practice agent", "source": "custom", "env": [], "options": {}, "models": {MODEL: model}}],
        "default": {PROVIDER: MODEL},
    }))
    .into_response()
}

async fn path(State(desk): State<Arc<Desk>>) -> Response {
    let directory = desk.directory();
    Json(json!({"directory": directory, "worktree": directory})).into_response()
}

async fn vcs(State(desk): State<Arc<Desk>>) -> Response {
    let branch = repository::git(&desk.workspace, &["branch", "--show-current"]).await;
    Json(json!({"branch": branch.trim()})).into_response()
}

/// Changes that are not committed, as Kortix' daemon reports them.
async fn file_status(State(desk): State<Arc<Desk>>) -> Response {
    // With `-z` a path comes as it is, whatever letters are in it.
    let changed = repository::git(
        &desk.workspace,
        &["diff", "--numstat", "-z", "--no-renames", "HEAD"],
    )
    .await;
    let status = repository::git(
        &desk.workspace,
        &[
            "status",
            "--porcelain",
            "-z",
            "--no-renames",
            "--untracked-files=all",
        ],
    )
    .await;
    let mut files: Vec<Value> = status
        .split('\0')
        .filter_map(|line| Some((line.get(..2)?, line.get(3..)?)))
        .map(|(letters, path)| {
            let word = if letters.contains('D') {
                "deleted"
            } else if letters.contains(['A', '?']) {
                "added"
            } else {
                "modified"
            };
            json!({"path": path, "added": 0, "removed": 0, "status": word})
        })
        .collect();
    for line in changed.split('\0') {
        let mut fields = line.splitn(3, '\t');
        let mut count = || fields.next().and_then(|field| field.parse::<u64>().ok());
        let (added, removed) = (count().unwrap_or(0), count().unwrap_or(0));
        let path = fields.next().unwrap_or_default();
        if let Some(file) = files.iter_mut().find(|file| file["path"] == path) {
            file["added"] = added.into();
            file["removed"] = removed.into();
        }
    }
    Json(files).into_response()
}
