//! Sessions: their life, their limits, and what a stop keeps and loses.

use std::time::{Duration, Instant};

use kortix_tui::local::agent::AgentKind;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Outcome, Place, Plane, git_in, read, text};

#[tokio::test]
async fn a_session_boots_on_a_branch_of_its_own() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let made = plane
        .post(
            "…/sessions",
            json!({"initial_prompt": "Hello", "name": "First"}),
        )
        .await?;
    assert_eq!(
        (made.status, &made.body["status"]),
        (StatusCode::CREATED, &json!("provisioning"))
    );
    assert_eq!(made.body["sandbox_url"], json!(null));
    assert_eq!(made.headers["x-ratelimit-limit"], "4");
    assert_eq!(made.headers["x-ratelimit-remaining"], "3");
    let id = text(&made.body, "session_id").to_owned();
    let session = plane.settled(&id).await?;
    assert_eq!(session["status"], "running", "{session}");
    assert_eq!(
        (text(&session, "branch_name"), text(&session, "base_ref")),
        (id.as_str(), "main")
    );
    assert_eq!(session["metadata"]["initial_prompt"], "Hello");
    assert_eq!(session["metadata"]["uncommitted_files"], 0);
    let started = plane
        .post(&format!("…/sessions/{id}/start"), json!({}))
        .await?
        .body;
    assert_eq!(
        (&started["stage"], &started["retriable"]),
        (&json!("ready"), &json!(false))
    );
    let external = text(&started["sandbox"], "external_id");
    assert_eq!(
        text(&session, "sandbox_url"),
        format!("{}/v1/p/{external}/8000", plane.server.url())
    );
    let branches = plane.get("…/branches").await?.body.to_string();
    assert!(branches.contains(&id));
    assert_eq!(
        place.git(&["branch", "--list", &id])?,
        "",
        "the user's repository is not written"
    );
    let builds = plane.get("…/snapshots").await?.body;
    assert_eq!(
        (&builds["builds"][0]["slug"], &builds["builds"][0]["source"]),
        (&json!("dev"), &json!("session-start"))
    );
    assert_eq!(builds["templates"][1]["ready"], true);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn the_same_key_gives_the_same_session() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let create = |key: &str| {
        let request = plane
            .request(Method::POST, "…/sessions")
            .json(&json!({"name": "x"}));
        read(request.header("Idempotency-Key", key))
    };
    let (first, second) = tokio::join!(create("a-key"), create("a-key"));
    let (first, second) = (first?, second?);
    assert_eq!(
        (first.status, second.status),
        (StatusCode::CREATED, StatusCode::CREATED)
    );
    assert_eq!(first.body["session_id"], second.body["session_id"]);
    assert_eq!(
        create("a key").await?.body["code"],
        "INVALID_IDEMPOTENCY_KEY"
    );
    let list = plane.get("…/sessions").await?.body;
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn more_sessions_than_allowed_are_refused_as_the_real_one_refuses() -> Outcome {
    let place = Place::new()?;
    let mut options = place.options();
    options.max_sessions = 1;
    let plane = Plane::start(options).await?;
    let first = plane.session(json!({})).await?;
    let refused = plane.post("…/sessions", json!({})).await?;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let said = "You're at your 1-session limit. Close a running session or upgrade for more.";
    let body = json!({
        "error": said, "message": said, "code": "concurrent_session_limit", "limit": 1, "active_sessions": 1,
    });
    assert_eq!(refused.body, body);
    let id = text(&first, "session_id");
    plane
        .post(&format!("…/sessions/{id}/stop"), json!({}))
        .await?;
    let second = plane.session(json!({})).await?;
    assert_eq!(second["status"], "running");
    let resumed = plane
        .post(&format!("…/sessions/{id}/start"), json!({}))
        .await?;
    assert_eq!(resumed.status, StatusCode::TOO_MANY_REQUESTS);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_stop_keeps_commits_says_what_is_lost_and_a_start_goes_on_from_there() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id").to_owned();
    let workspace = place.data().join("sandboxes").join(&id).join("workspace");
    std::fs::write(workspace.join("kept.txt"), "kept")?;
    git_in(&workspace, &["add", "kept.txt"])?;
    git_in(&workspace, &["commit", "--quiet", "--message", "Keep this"])?;
    std::fs::write(workspace.join("lost.txt"), "lost")?;
    let before = plane.get(&format!("…/sessions/{id}")).await?.body;
    assert_eq!(before["metadata"]["uncommitted_files"], 1);
    let stopped = plane
        .post(&format!("…/sessions/{id}/stop"), json!({}))
        .await?;
    assert_eq!(stopped.status, StatusCode::OK);
    assert_eq!(
        (&stopped.body["lost_files"], &stopped.body["lost"]),
        (&json!(1), &json!(["lost.txt"]))
    );
    assert!(!workspace.exists());
    let row = plane.get(&format!("…/sessions/{id}")).await?.body;
    assert_eq!(
        (&row["status"], &row["sandbox_url"]),
        (&json!("stopped"), &json!(null))
    );
    let again = plane
        .post(&format!("…/sessions/{id}/stop"), json!({}))
        .await?;
    assert_eq!(
        (again.status, &again.body["status"]),
        (StatusCode::CONFLICT, &json!("stopped"))
    );
    let back = plane.settled(&id).await?;
    assert_eq!(back["status"], "running");
    assert_ne!(back["sandbox_url"], session["sandbox_url"]);
    assert!(workspace.join("kept.txt").exists() && !workspace.join("lost.txt").exists());
    let log = plane
        .get(&format!("…/commits?ref={id}&limit=1"))
        .await?
        .body;
    assert_eq!(log["commits"][0]["subject"], "Keep this");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_missing_base_fails_with_a_reason_and_a_bad_one_is_refused() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({"base_ref": "no-such-branch"})).await?;
    assert_eq!(session["status"], "failed");
    assert_eq!(
        session["error"],
        "the repository has no branch `no-such-branch` to start from"
    );
    let id = text(&session, "session_id");
    let started = plane
        .post(&format!("…/sessions/{id}/start"), json!({}))
        .await?
        .body;
    assert_eq!(
        (&started["stage"], &started["sandbox"]),
        (&json!("failed"), &json!(null))
    );
    assert!(!place.data().join("sandboxes").join(id).exists());
    let refusals = [
        (json!({"base_ref": "--upload-pack=x"}), "Invalid ref"),
        (json!({"session_id": "x"}), "Invalid session id"),
        (
            json!({"provider": "hetzner"}),
            "Unknown or disabled sandbox provider: hetzner",
        ),
        (
            json!({"sandbox_slug": "nope"}),
            "No sandbox template with slug \"nope\" in this project.",
        ),
    ];
    for (body, error) in refusals {
        let answer = plane.post("…/sessions", body).await?;
        assert_eq!(
            (answer.status, &answer.body["error"]),
            (StatusCode::BAD_REQUEST, &json!(error))
        );
    }
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_session_is_renamed() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane
        .session(json!({"base_ref": "feature/x", "name": "auto"}))
        .await?;
    let id = text(&session, "session_id").to_owned();
    let patch = |body| {
        let request = plane.request(Method::PATCH, &format!("…/sessions/{id}"));
        read(request.json(&body))
    };
    let named = patch(json!({"name": "Mine"})).await?.body;
    assert_eq!(
        (&named["name"], &named["custom_name"]),
        (&json!("Mine"), &json!("Mine"))
    );
    assert_eq!(
        patch(json!({"name": ""})).await?.body["custom_name"],
        json!(null)
    );
    assert_eq!(
        patch(json!({"status": "x"})).await?.body["error"],
        "field is server-managed: status"
    );
    assert_eq!(
        patch(json!({"foo": 1})).await?.body["error"],
        "field is not user-editable: foo"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_session_is_restarted_and_deleted() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id").to_owned();
    let restarted = plane
        .post(&format!("…/sessions/{id}/restart"), json!({}))
        .await?;
    assert_eq!(restarted.status, StatusCode::ACCEPTED);
    assert_eq!(
        restarted.body,
        json!({"ok": true, "session_id": id, "status": "provisioning"})
    );
    let now = plane.get(&format!("…/sessions/{id}")).await?.body;
    assert_eq!(
        (&now["status"], &now["sandbox_url"]),
        (&json!("provisioning"), &json!(null))
    );
    let back = plane.settled(&id).await?;
    assert_eq!(back["status"], "running");
    assert_ne!(back["sandbox_url"], session["sandbox_url"]);
    for _ in 0..2 {
        let gone = read(plane.request(Method::DELETE, &format!("…/sessions/{id}"))).await?;
        assert_eq!(
            (gone.status, gone.body),
            (StatusCode::OK, json!({"ok": true}))
        );
    }
    assert_eq!(plane.get("…/sessions").await?.body, json!([]));
    let row = plane.get(&format!("…/sessions/{id}")).await?.body;
    assert!(row["metadata"]["deletedAt"].is_string());
    assert!(
        plane
            .get("…/branches")
            .await?
            .body
            .to_string()
            .contains(&id),
        "the branch stays"
    );
    let bad = plane.get("…/sessions/nope").await?;
    assert_eq!(
        (bad.status, bad.body),
        (
            StatusCode::BAD_REQUEST,
            json!({"error": "Invalid session id"})
        )
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_list_of_running_sessions_gets_titles_without_moving_them() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let mut list = plane.get("…/sessions").await?.body;
    for _ in 0..1000 {
        if list[0]["opencode_sessions"]
            .as_array()
            .is_some_and(|sessions| !sessions.is_empty())
        {
            break;
        }
        list = plane.get("…/sessions").await?.body;
    }
    assert_eq!(
        list[0]["opencode_sessions"][0]["id"],
        list[0]["opencode_session_id"]
    );
    assert_eq!(list[0]["updated_at"], session["updated_at"]);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn an_idle_session_is_put_to_rest_and_says_why() -> Outcome {
    let place = Place::new()?;
    let mut options = place.options();
    options.idle_stop = Some(Duration::from_millis(100));
    let plane = Plane::start(options).await?;
    let made = plane.post("…/sessions", json!({})).await?;
    let path = format!("…/sessions/{}", text(&made.body, "session_id"));
    let deadline = Instant::now() + Duration::from_secs(30);
    let row = loop {
        let row = plane.get(&path).await?.body;
        if row["status"] == "stopped" || Instant::now() > deadline {
            break row;
        }
    };
    assert_eq!(
        (&row["status"], &row["metadata"]["stop_reason"]),
        (&json!("stopped"), &json!("idle"))
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn an_agent_that_cannot_be_started_fails_the_session_with_a_reason() -> Outcome {
    let place = Place::new()?;
    let mut options = place.options();
    options.agent.kind = AgentKind::OpenCode;
    options.agent.opencode = Some(place.folder.path().join("no opencode here"));
    let plane = Plane::start(options).await?;
    let session = plane.session(json!({})).await?;
    assert_eq!(session["status"], "failed");
    let error = text(&session, "error");
    assert!(
        error.starts_with("cannot start the agent: cannot find"),
        "{error}"
    );
    assert_eq!(
        std::fs::read_dir(place.data().join("sandboxes"))?.count(),
        0
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_session_starts_from_what_was_committed_a_moment_ago() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    plane.get("…/branches").await?;
    std::fs::write(place.repo().join("fresh.txt"), "fresh")?;
    place.commit("Fresh")?;
    let session = plane.session(json!({})).await?;
    let workspace = place
        .data()
        .join("sandboxes")
        .join(text(&session, "session_id"));
    assert!(workspace.join("workspace/fresh.txt").exists());
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_stop_during_the_boot_leaves_nothing() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    for _ in 0..4 {
        let made = plane.post("…/sessions", json!({})).await?;
        let id = text(&made.body, "session_id").to_owned();
        let stopped = plane
            .post(&format!("…/sessions/{id}/stop"), json!({}))
            .await?;
        assert_eq!(stopped.status, StatusCode::OK, "{}", stopped.body);
        let row = plane.get(&format!("…/sessions/{id}")).await?.body;
        assert_eq!(row["status"], "stopped");
        assert!(!place.data().join("sandboxes").join(&id).exists());
    }
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn stops_and_starts_in_a_hurry_end_in_one_state() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let made = plane.post("…/sessions", json!({})).await?;
    let path = format!("…/sessions/{}", text(&made.body, "session_id"));
    let (stop, start, restart) = (
        format!("{path}/stop"),
        format!("{path}/start"),
        format!("{path}/restart"),
    );
    for _ in 0..5 {
        let hurry = tokio::join!(
            plane.post(&stop, json!({})),
            plane.post(&start, json!({})),
            plane.post(&restart, json!({})),
            plane.post(&stop, json!({})),
        );
        hurry.0?;
        hurry.1?;
        hurry.2?;
        hurry.3?;
    }
    plane.post(&restart, json!({})).await?;
    let row = plane.settled(text(&made.body, "session_id")).await?;
    assert_eq!(row["status"], "running", "{row}");
    let agent = plane
        .get(&format!(
            "{}/session",
            text(&row, "sandbox_url").replace(plane.server.url(), "")
        ))
        .await?;
    assert_eq!(agent.status, StatusCode::OK);
    let stopped = plane.post(&stop, json!({})).await?;
    assert_eq!(stopped.status, StatusCode::OK);
    assert_eq!(plane.get(&path).await?.body["status"], "stopped");
    plane.server.shutdown().await;
    Ok(())
}
