//! Agents and change requests: what the practice agent opens, and what a session's token is good for.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Outcome, Place, Plane, git_in, read, text};

/// Answers everything that a session's agent asks, until it has opened or moved a change request
/// and rests: questions with their first option, permissions with yes.
async fn agree(
    plane: &Plane,
    session: &Value,
    head: &str,
) -> Result<Value, Box<dyn std::error::Error>> {
    let base = text(session, "sandbox_url").replace(plane.server.url(), "");
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        let asked = plane.get(&format!("{base}/permission")).await?.body;
        for ask in asked.as_array().into_iter().flatten() {
            let path = format!("{base}/permission/{}/reply", text(ask, "id"));
            plane.post(&path, json!({"reply": "once"})).await?;
        }
        let asked = plane.get(&format!("{base}/question")).await?.body;
        for ask in asked.as_array().into_iter().flatten() {
            let questions = ask["questions"].as_array().cloned().unwrap_or_default();
            let answers: Vec<Value> = questions
                .iter()
                .map(|question| json!([question["options"][0]["label"]]))
                .collect();
            let path = format!("{base}/question/{}/reply", text(ask, "id"));
            plane.post(&path, json!({ "answers": answers })).await?;
        }
        let status = plane.get(&format!("{base}/session/status")).await?.body;
        let list = plane.get("…/change-requests?status=open").await?.body;
        let change = &list["change_requests"][0];
        let is_idle = status.as_object().is_some_and(serde_json::Map::is_empty);
        if is_idle && change.is_object() && text(change, "head_commit_sha") != head {
            return Ok(list);
        }
    }
    Err("the agent opened no change request".into())
}

#[tokio::test]
async fn the_practice_agent_ends_its_job_with_a_change_request() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({"initial_prompt": "/notes"})).await?;
    let id = text(&session, "session_id").to_owned();
    let list = agree(&plane, &session, "").await?;
    let change = &list["change_requests"][0];
    let workspace = place.data().join("sandboxes").join(&id).join("workspace");
    assert_eq!(
        [
            text(change, "title"),
            text(change, "head_ref"),
            text(change, "base_ref"),
            text(change, "origin_session_id"),
            text(change, "head_commit_sha"),
            text(change, "description"),
        ],
        [
            "Add notes about the repository",
            &id,
            "main",
            &id,
            &git_in(&workspace, &["rev-parse", "HEAD"])?,
            "Add notes about the repository.\n\n- Changed: `NOTES.md`\n\n*Practice agent, no model.*",
        ]
    );
    let diff = plane.get("…/change-requests/1/diff").await?.body;
    assert_eq!(diff["files"][0]["path"], "NOTES.md");
    let base = text(&session, "sandbox_url").replace(plane.server.url(), "");
    let root = text(&session, "opencode_session_id");
    let messages = plane
        .get(&format!("{base}/session/{root}/message"))
        .await?
        .body;
    let call = tool_call(&messages, "kortix cr open ").ok_or("it is not in the transcript")?;
    assert!(
        text(&call["input"], "command")
            .starts_with("kortix cr open --base 'main' --title 'Add notes")
    );
    assert!(text(call, "output").starts_with("✓ opened #1: Add notes about the repository\n"));
    assert_eq!(call["metadata"]["exit"], 0);
    assert!(
        !messages.to_string().contains("kortix_pat_"),
        "no token is shown"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_later_job_of_a_session_moves_its_open_change_request() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({"initial_prompt": "/notes"})).await?;
    let list = agree(&plane, &session, "").await?;
    let change = &list["change_requests"][0];
    let sandbox = place
        .data()
        .join("sandboxes")
        .join(text(&session, "session_id"));
    let workspace = sandbox.join("workspace");
    let base = text(&session, "sandbox_url").replace(plane.server.url(), "");
    let root = text(&session, "opencode_session_id");
    let prompt = json!({"parts": [{"type": "text", "text": "/tour"}]});
    plane
        .post(&format!("{base}/session/{root}/prompt_async"), prompt)
        .await?;
    let list = agree(&plane, &session, text(change, "head_commit_sha")).await?;
    assert_eq!(list["change_requests"].as_array().map(Vec::len), Some(1));
    let moved = &list["change_requests"][0];
    assert_eq!(
        (&moved["number"], text(moved, "head_commit_sha")),
        (
            &json!(1),
            git_in(&workspace, &["rev-parse", "HEAD"])?.as_str()
        )
    );
    let messages = plane
        .get(&format!("{base}/session/{root}/message"))
        .await?
        .body;
    let call = tool_call(&messages, "kortix cr show 1").ok_or("it is not in the transcript")?;
    assert!(text(call, "output").starts_with("● #1: "));
    plane.server.shutdown().await;
    Ok(())
}

/// The state of the tool call with a command.
fn tool_call<'a>(messages: &'a Value, command: &str) -> Option<&'a Value> {
    let parts = messages
        .as_array()?
        .iter()
        .filter_map(|message| message["parts"].as_array())
        .flatten();
    let mut states = parts.map(|part| &part["state"]);
    states.find(|state| text(&state["input"], "command").starts_with(command))
}

#[tokio::test]
async fn an_agent_that_committed_nothing_proposes_nothing() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({"initial_prompt": "/long 1"})).await?;
    let base = text(&session, "sandbox_url").replace(plane.server.url(), "");
    let root = text(&session, "opencode_session_id");
    for _ in 0..1000 {
        let messages = plane
            .get(&format!("{base}/session/{root}/message"))
            .await?
            .body;
        if messages[1]["info"]["time"]["completed"].is_number() {
            break;
        }
    }
    let list = plane.get("…/change-requests").await?.body;
    assert_eq!(list, json!({"change_requests": []}));
    plane.server.shutdown().await;
    Ok(())
}

/// The environment of the commands that a session's agent runs.
async fn environment(
    place: &Place,
    plane: &Plane,
) -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
    let out = place.folder.path().join("environment");
    let hook = format!(
        "#!/bin/sh\nenv | grep '^KORTIX_' > '{}.draft' && mv '{0}.draft' '{0}'\n",
        out.display()
    );
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id");
    let hooks = place
        .data()
        .join("sandboxes")
        .join(id)
        .join("workspace/.git/hooks");
    std::fs::create_dir_all(&hooks)?;
    std::fs::write(hooks.join("post-commit"), hook)?;
    std::fs::set_permissions(
        hooks.join("post-commit"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )?;
    let base = text(&session, "sandbox_url").replace(plane.server.url(), "");
    let root = text(&session, "opencode_session_id");
    let prompt = json!({"parts": [{"type": "text", "text": "/notes"}]});
    plane
        .post(&format!("{base}/session/{root}/prompt_async"), prompt)
        .await?;
    agree(plane, &session, "").await?;
    let lines = std::fs::read_to_string(out)?;
    let pairs = lines.lines().filter_map(|line| line.split_once('='));
    Ok(pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

async fn with_token(
    plane: &Plane,
    token: &str,
    method: Method,
    path: &str,
    body: Value,
) -> Result<Answer, reqwest::Error> {
    let path = path.replace('…', &format!("/v1/projects/{}", plane.project()));
    let request = plane.http.request(method, plane.url(&path));
    read(request.bearer_auth(token).json(&body)).await
}

async fn refuses_the_rest(plane: &Plane, token: &str) -> Outcome {
    for (method, path, message) in [
        (
            Method::POST,
            "…/change-requests/1/merge",
            "Agent \"default\" is not granted \"project.cr.merge\".",
        ),
        (
            Method::POST,
            "…/sessions",
            "Agent \"default\" is not granted \"project.write\".",
        ),
        (
            Method::GET,
            "/v1/projects",
            "Project-scoped token cannot list projects",
        ),
        (
            Method::GET,
            "/v1/accounts",
            "Project-scoped token cannot call account-level routes",
        ),
        (
            Method::GET,
            "/v1/p/x/8000/session",
            "Project-scoped token cannot call this surface",
        ),
        (
            Method::GET,
            "/v1/projects/aaaaaaaa-0000-4000-8000-000000000001/sessions",
            "Project-scoped token cannot access a different project",
        ),
    ] {
        let answer = with_token(plane, token, method, path, json!({})).await?;
        assert_eq!(
            (answer.status, answer.body),
            (
                StatusCode::FORBIDDEN,
                json!({"error": true, "message": message, "status": 403})
            ),
            "{path}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_session_has_a_token_that_proposes_and_does_not_merge() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let environment = environment(&place, &plane).await?;
    let value = |wanted: &str| {
        let mut pairs = environment.iter();
        let pair = pairs.find(|(name, _)| name == wanted);
        pair.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    assert_eq!(value("KORTIX_API_URL"), plane.url("/v1"));
    assert_eq!(value("KORTIX_PROJECT_ID"), plane.project());
    let session = value("KORTIX_SESSION_ID");
    assert_eq!(value("KORTIX_HEAD_REF"), session);
    let token = value("KORTIX_CLI_TOKEN");
    assert_eq!(token.len(), "kortix_pat_".len() + 32);
    assert_ne!(token, plane.server.token().expose());
    let ask = async |method, path, body| with_token(&plane, &token, method, path, body).await;
    let nothing = json!({});
    let list = ask(Method::GET, "…/change-requests", nothing.clone()).await?;
    assert_eq!(list.status, StatusCode::OK);
    let body = json!({"title": "Mine", "head_ref": "feature/x"});
    let opened = ask(Method::POST, "…/change-requests", body).await?;
    assert_eq!(opened.status, StatusCode::CREATED);
    refuses_the_rest(&plane, &token).await?;
    plane
        .post(&format!("…/sessions/{session}/stop"), json!({}))
        .await?;
    let ended = ask(Method::GET, "…/change-requests", nothing).await?;
    assert_eq!(
        ended.status,
        StatusCode::UNAUTHORIZED,
        "it ends with the sandbox"
    );
    plane.server.shutdown().await;
    Ok(())
}
