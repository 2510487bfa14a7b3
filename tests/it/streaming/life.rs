//! Restart, stop and resume, seen by somebody who follows.

use std::{fs, path::Path};

use kortix_tui::model::{agent::stream::LinkState, id::SessionId, session::SessionStatus};

use super::follow;
use crate::{
    follower::Follower,
    stage::{Stage, git},
};

/// Leaves one file committed and one not.
fn work(workspace: &Path) {
    fs::write(workspace.join("kept.txt"), "kept\n").unwrap();
    git(workspace, &["add", "kept.txt"]);
    git(workspace, &["commit", "--quiet", "--message=Keep this"]);
    fs::write(workspace.join("lost file.txt"), "lost\n").unwrap();
}

/// Whether only what was committed is there.
fn keeps_commits_only(stage: &Stage, session: &SessionId) -> bool {
    let workspace = stage.workspace(session);
    workspace.join("kept.txt").exists() && !workspace.join("lost file.txt").exists()
}

#[tokio::test]
async fn a_restart_keeps_commits_and_the_conversation_and_the_follower_finds_it() {
    let stage = Stage::practice(f64::INFINITY).await;
    let session = stage.session().await;
    let id = session.session_id.clone();
    let mut follower = follow(&stage, &session);
    follower.agreeably("/help").await;
    let before = follower.told();
    work(&stage.workspace(&id));
    let links = follower.links.len();
    stage.client().restart(&stage.project(), &id).await.unwrap();
    follower
        .until("live again", |one| one.links.len() > links && one.is_live())
        .await;
    let again = stage.ready(&id).await;
    assert_ne!(again.sandbox_url, session.sandbox_url);
    assert!(keeps_commits_only(&stage, &id));
    assert_eq!(follower.told(), before);
    follower.ask_instead(stage.agent(&again));
    follower.agreeably("/tour").await;
    follower.equals_the_agents_state().await;
    stage.end().await;
}

#[tokio::test]
async fn a_stop_tells_before_what_is_lost_and_a_resume_goes_on_from_the_branch() {
    let stage = Stage::practice(f64::INFINITY).await;
    let session = stage.session().await;
    let id = session.session_id.clone();
    let (client, project) = (stage.client(), stage.project());
    let mut follower = follow(&stage, &session);
    follower.agreeably("/help").await;
    let before = follower.told();
    work(&stage.workspace(&id));
    let changes = stage.agent(&session).file_status().await.unwrap();
    let paths: Vec<&str> = changes.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["lost file.txt"]);
    let row = client.session(&project, &id).await.unwrap();
    assert_eq!(row.metadata["uncommitted_files"], 1);
    client.stop(&project, &id).await.unwrap();
    let closed = |one: &Follower| matches!(one.links.last(), Some(LinkState::Closed { .. }));
    follower.until("closed", closed).await;
    assert_eq!(follower.told(), before, "what was said is still shown");
    let row = client.session(&project, &id).await.unwrap();
    assert_eq!(
        (row.status, row.sandbox_url),
        (SessionStatus::Stopped, None)
    );
    let again = stage.ready(&id).await;
    assert!(keeps_commits_only(&stage, &id));
    let mut follower = follow(&stage, &again);
    follower.until("live", Follower::is_live).await;
    assert_eq!(follower.told(), before);
    follower.agreeably("/fix").await;
    follower.equals_the_agents_state().await;
    stage.end().await;
}
