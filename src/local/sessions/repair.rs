//! Putting rows, folders and processes in order that a crash left behind.
//!
//! Sessions that were being prepared are `failed` with a reason; those that ran are `stopped` and
//! can be started again. Commits in their sandboxes are kept; the sandboxes go.

use std::{fs, io};

use serde_json::json;

use crate::{
    local::{
        StartError, agent, clock,
        folder::{self, DataFolder},
        git::{
            Git,
            name::{self, Branch},
            workspace::Workspace,
        },
        store::{SessionRow, Store},
    },
    model::session::SessionStatus,
};

const INTERRUPTED: &str = "the control plane ended while the session was being prepared";

/// Repairs a data folder that nobody uses.
pub async fn repair(store: &Store, folder: &DataFolder, git: &Git) -> Result<(), StartError> {
    let unfinished = store.unfinished().await?;
    for row in &unfinished {
        if let Some(group) = row.process_group {
            agent::end_leftover(group, &folder.agent_state(&row.id));
        }
    }
    clear_sandboxes(store, folder, git).await?;
    clear_drafts(folder)?;
    for row in unfinished {
        settle(store, row).await?;
    }
    Ok(())
}

async fn settle(store: &Store, row: SessionRow) -> Result<(), StartError> {
    let now = clock::now();
    match row.status {
        SessionStatus::Queued | SessionStatus::Branching | SessionStatus::Provisioning => {
            let facts = json!({ "provisioning_error": INTERRUPTED }).to_string();
            store
                .failed(row.id, INTERRUPTED.to_owned(), facts, now)
                .await?;
        }
        SessionStatus::Running | SessionStatus::Stopped => {
            let facts = json!({ "stop_reason": "the control plane ended without warning" });
            store.stopped(row.id, facts.to_string(), now).await?;
        }
        SessionStatus::Failed | SessionStatus::Completed | SessionStatus::Other(_) => {
            let error = row.error.unwrap_or_else(|| INTERRUPTED.to_owned());
            store.failed(row.id, error, "{}".to_owned(), now).await?;
        }
    }
    Ok(())
}

async fn clear_sandboxes(store: &Store, folder: &DataFolder, git: &Git) -> Result<(), StartError> {
    let refused = |source: io::Error| StartError::DataFolder {
        path: folder.sandboxes(),
        source,
    };
    for entry in fs::read_dir(folder.sandboxes()).map_err(refused)? {
        let entry = entry.map_err(refused)?;
        let id = entry.file_name().to_str().and_then(name::session);
        let is_kept = match &id {
            Some(id) => keep_commits(store, folder, git, id).await?,
            None => true,
        };
        match id {
            Some(id) if !is_kept => folder
                .rescue(&id, clock::now())
                .map(drop)
                .map_err(refused)?,
            _ => folder::remove(&entry.path()).map_err(refused)?,
        }
    }
    Ok(())
}

/// Removes copies of repositories that were being made.
fn clear_drafts(folder: &DataFolder) -> Result<(), StartError> {
    let mirrors = folder.mirrors();
    let clear = || -> io::Result<()> {
        for entry in fs::read_dir(&mirrors)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "draft") {
                folder::remove(&path)?;
            }
        }
        Ok(())
    };
    clear().map_err(|source| StartError::DataFolder {
        path: mirrors.clone(),
        source,
    })
}

/// Saves the commits of a leftover sandbox; `false` when they could not be saved.
async fn keep_commits(
    store: &Store,
    folder: &DataFolder,
    git: &Git,
    id: &str,
) -> Result<bool, StartError> {
    let Some(branch) = Branch::parse(id) else {
        return Ok(true);
    };
    let workspace = Workspace {
        path: folder.workspace(id),
        branch,
    };
    let Some(project) = store.project_of_session(id.to_owned()).await? else {
        return Ok(true);
    };
    if !workspace.is_whole(git).await {
        // The crash came while the branch was being checked out: nothing was committed here.
        return Ok(true);
    }
    Ok(workspace.save(git, &folder.mirror(&project)).await.is_ok())
}
