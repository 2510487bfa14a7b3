//! The mirror between the user's repository and the sessions.

use std::fs;

use serde_json::json;

use super::{Outcome, Place, git_in, text};

#[tokio::test]
async fn the_mirror_follows_the_repository_and_keeps_what_sessions_made() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id").to_owned();
    fs::write(place.repo().join("later.txt"), "later")?;
    place.commit("Later")?;
    place.git(&["branch", "-D", "feature/x"])?;
    place.git(&["branch", "other"])?;
    plane.server.shutdown().await;
    let plane = place.serve().await?;
    let branches = plane.get("…/branches").await?.body;
    let mut names: Vec<&str> = branches["branches"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| text(it, "name"))
        .collect();
    names.sort_unstable();
    let mut expected = [id.as_str(), "main", "other"];
    expected.sort_unstable();
    assert_eq!(names, expected);
    let log = plane.get("…/commits").await?.body;
    assert_eq!(log["commits"][0]["subject"], "Later");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn what_an_agent_pushes_to_a_branch_survives_a_refresh() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id").to_owned();
    let workspace = place.data().join("sandboxes").join(&id).join("workspace");
    fs::write(workspace.join("pushed.txt"), "x")?;
    git_in(&workspace, &["add", "pushed.txt"])?;
    git_in(&workspace, &["commit", "--quiet", "--message", "Pushed"])?;
    git_in(
        &workspace,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    )?;
    plane.server.shutdown().await;
    let plane = place.serve().await?;
    let log = plane.get("…/commits?limit=1").await?.body;
    assert_eq!(log["commits"][0]["subject"], "Pushed");
    assert_eq!(place.git(&["log", "-1", "--format=%s", "main"])?, "Begin");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn nothing_of_the_users_repository_changes_or_runs() -> Outcome {
    let place = Place::new()?;
    let hook = place.repo().join(".git/hooks/post-checkout");
    fs::create_dir_all(place.repo().join(".git/hooks"))?;
    fs::write(&hook, "#!/bin/sh\ntouch ../ran-a-hook\n")?;
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    fs::write(place.repo().join("dirty.txt"), "mine")?;
    let before = (
        place.git(&["for-each-ref"])?,
        place.git(&["status", "--porcelain"])?,
    );
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id");
    assert!(
        !place
            .data()
            .join("sandboxes")
            .join(id)
            .join("workspace/dirty.txt")
            .exists()
    );
    plane.server.shutdown().await;
    assert_eq!(
        before,
        (
            place.git(&["for-each-ref"])?,
            place.git(&["status", "--porcelain"])?
        )
    );
    assert!(!place.folder.path().join("ran-a-hook").exists());
    Ok(())
}

#[tokio::test]
async fn a_branch_can_become_a_folder_of_branches() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    place.git(&["branch", "--quiet", "-m", "feature/x", "feature/x/y"])?;
    place.git(&["tag", "v1"])?;
    plane.session(json!({})).await?;
    place.git(&["tag", "--force", "v1", "feature/x/y"])?;
    plane.session(json!({})).await?;
    let branches = plane.get("…/branches").await?.body.to_string();
    assert!(branches.contains("feature/x/y"), "{branches}");
    let tagged = plane.get("…/commits?ref=v1&limit=1").await?.body;
    assert_eq!(tagged["commits"][0]["subject"], "Rename the readme");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn work_on_a_renamed_branch_is_kept_out_of_the_way() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id").to_owned();
    let workspace = place.data().join("sandboxes").join(&id).join("workspace");
    git_in(&workspace, &["branch", "--quiet", "-m", "mine"])?;
    fs::write(workspace.join("a.txt"), "x")?;
    git_in(&workspace, &["add", "a.txt"])?;
    git_in(&workspace, &["commit", "--quiet", "--message", "On mine"])?;
    plane
        .post(&format!("…/sessions/{id}/stop"), json!({}))
        .await?;
    let mirror = place
        .data()
        .join("mirrors")
        .join(format!("{}.git", plane.project()));
    let subject = git_in(
        &mirror,
        &[
            "log",
            "-1",
            "--format=%s",
            &format!("refs/sessions/{id}/heads/mine"),
        ],
    )?;
    assert_eq!(subject, "On mine");
    assert_eq!(plane.settled(&id).await?["status"], "running");
    plane.server.shutdown().await;
    Ok(())
}
