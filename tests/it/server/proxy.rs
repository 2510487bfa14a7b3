//! The proxy to a session's agent.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Outcome, Place, Plane, read, text};

/// A running session and the path of its agent behind the proxy.
async fn agent(plane: &Plane) -> Result<(String, String), reqwest::Error> {
    let session = plane.session(json!({})).await?;
    let url = text(&session, "sandbox_url");
    let path = url
        .strip_prefix(plane.server.url())
        .unwrap_or(url)
        .to_owned();
    Ok((text(&session, "session_id").to_owned(), path))
}

#[tokio::test]
async fn both_ports_reach_the_agent_and_others_do_not() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let (_, base) = agent(&plane).await?;
    let raw = base.replace("/8000", "/4096");
    for base in [&base, &raw] {
        let sessions = plane.get(&format!("{base}/session")).await?;
        assert_eq!(sessions.status, StatusCode::OK);
        assert!(text(&sessions.body[0], "id").starts_with("ses_"));
    }
    let made = plane
        .post(&format!("{base}/session"), json!({"title": "Other"}))
        .await?;
    assert_eq!(text(&made.body, "title"), "Other", "bodies go through");
    let health = plane.get(&format!("{base}/kortix/health")).await?.body;
    assert_eq!(
        (&health["daemon"], &health["runtimeReady"]),
        (&json!("ok"), &json!(true))
    );
    let other = plane
        .get(&format!("{}/session", base.replace("/8000", "/22")))
        .await?;
    assert_eq!(
        (other.status, &other.body["port"]),
        (StatusCode::BAD_GATEWAY, &json!(22))
    );
    let bad = plane.get(&base.replace("/8000", "/x/")).await?;
    assert_eq!(
        (bad.status, &bad.body["error"]),
        (StatusCode::BAD_REQUEST, &json!(true))
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn an_unknown_sandbox_is_not_found_and_a_stopped_one_is_not_ready() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let (id, base) = agent(&plane).await?;
    let unknown = plane.get(&format!("/v1/p/{id}/4096/session")).await?;
    assert_eq!(
        (unknown.status, unknown.body),
        (StatusCode::NOT_FOUND, json!({"error": "sandbox not found"}))
    );
    plane
        .post(&format!("…/sessions/{id}/stop"), json!({}))
        .await?;
    let stopped = plane.get(&format!("{base}/session")).await?;
    let body = json!({"error": "sandbox not ready (status: stopped)", "port": 8000, "status": 503});
    assert_eq!(
        (stopped.status, stopped.body),
        (StatusCode::SERVICE_UNAVAILABLE, body)
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn events_arrive_as_they_are_sent_and_end_with_the_session() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let (id, base) = agent(&plane).await?;
    let request = plane.request(Method::GET, &format!("{base}/event"));
    let response = request.header("Accept", "text/event-stream").send().await?;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(
        response.headers()["content-type"]
            .to_str()?
            .starts_with("text/event-stream")
    );
    let mut stream = response.bytes_stream();
    let limit = Duration::from_secs(20);
    let first = tokio::time::timeout(limit, stream.next()).await?;
    let first = first.ok_or("no event")??;
    assert!(String::from_utf8_lossy(&first).contains("server.connected"));
    plane
        .post(&format!("{base}/session"), json!({"title": "Watched"}))
        .await?;
    let mut seen = String::new();
    while !seen.contains("Watched") {
        let chunk = tokio::time::timeout(limit, stream.next())
            .await?
            .ok_or("the stream ended")??;
        seen.push_str(&String::from_utf8_lossy(&chunk));
    }
    plane
        .post(&format!("…/sessions/{id}/stop"), json!({}))
        .await?;
    let rest = tokio::time::timeout(limit, async {
        while let Some(Ok(_)) = stream.next().await {}
    });
    rest.await?;
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_transcript_is_asked_from_the_agent() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane
        .session(json!({"initial_prompt": "What is here?"}))
        .await?;
    let id = text(&session, "session_id").to_owned();
    let path = format!("…/sessions/{id}/transcript");
    let mut digest = plane.get(&path).await?.body;
    for _ in 0..500 {
        if digest["message_count"].as_u64() > Some(0) {
            break;
        }
        digest = plane.get(&path).await?.body;
    }
    assert_eq!(digest["available"], true, "{digest}");
    assert_eq!(
        (
            &digest["messages"][0]["role"],
            &digest["messages"][0]["text"]
        ),
        (&json!("user"), &json!("What is here?"))
    );
    let bad = plane.get(&format!("{path}?limit=9999")).await?;
    assert_eq!(
        (bad.status, bad.body),
        (
            StatusCode::BAD_REQUEST,
            json!({"error": "limit must be an integer between 1 and 500"})
        )
    );
    let stop = plane.request(Method::POST, &format!("…/sessions/{id}/stop"));
    read(stop).await?;
    let digest = plane.get(&path).await?.body;
    assert_eq!(
        digest["reason"],
        "session is stopped; live transcript requires a running sandbox"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_session_that_somebody_watches_is_not_idle_until_the_watcher_goes() -> Outcome {
    let place = Place::new()?;
    let mut options = place.options();
    options.idle_stop = Some(Duration::from_millis(1_500));
    let plane = Plane::start(options).await?;
    let (watched, base) = agent(&plane).await?;
    let request = plane.request(Method::GET, &format!("{base}/event"));
    let response = request.header("Accept", "text/event-stream").send().await?;
    assert_eq!(response.status(), StatusCode::OK);
    let made = plane.post("…/sessions", json!({})).await?.body;
    wait_for(&plane, text(&made, "session_id"), "stopped").await?;
    wait_for(&plane, &watched, "running").await?;
    drop(response);
    wait_for(&plane, &watched, "stopped").await?;
    plane.server.shutdown().await;
    Ok(())
}

async fn wait_for(plane: &Plane, id: &str, status: &str) -> Outcome {
    let poll = async {
        loop {
            let row = plane.get(&format!("…/sessions/{id}")).await?.body;
            if row["status"] == status {
                return Ok(());
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), poll).await?
}
