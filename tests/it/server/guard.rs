//! Who may ask: tokens, hosts, origins, bodies.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Outcome, Place, read};

#[tokio::test]
async fn a_request_without_the_token_is_refused_as_the_real_one_refuses() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let cases = [
        (None, "Missing or invalid Authorization header"),
        (Some("Basic abc"), "Missing or invalid Authorization header"),
        (Some("Bearer "), "Missing or invalid Authorization header"),
        (
            Some("bearer kortix_pat_x"),
            "Missing or invalid Authorization header",
        ),
        (Some("Bearer garbage"), "Invalid or expired token"),
        (Some("Bearer kortix_pat_x"), "PAT not found or revoked"),
    ];
    for path in ["/v1/projects", "/v1/accounts/me", "/v1/projects/x/nope"] {
        for (header, message) in cases {
            let mut request = plane.http.get(plane.url(path));
            if let Some(header) = header {
                request = request.header("Authorization", header);
            }
            let answer = read(request).await?;
            let expected = json!({"error": true, "message": message, "status": 401});
            assert_eq!(
                (answer.status, answer.body),
                (StatusCode::UNAUTHORIZED, expected)
            );
        }
    }
    let proxied = read(plane.http.get(plane.url("/v1/p/x/8000/session"))).await?;
    assert_eq!(proxied.body["message"], "Missing authentication token");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_page_of_another_site_cannot_reach_the_server() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    for (name, value) in [
        ("Host", "evil.example"),
        ("Host", "127.0.0.1.evil.example"),
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1:1"),
    ] {
        let request = plane
            .request(Method::GET, "/v1/projects")
            .header(name, value);
        let answer = read(request).await?;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
        assert_eq!(answer.body["error"], true);
    }
    let tunnel = plane
        .request(Method::GET, "/v1/projects")
        .header("Host", "localhost:9999");
    assert_eq!(read(tunnel).await?.status, StatusCode::OK);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_body_that_is_too_long_or_no_object_is_refused() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let huge = json!({ "name": "x".repeat(3 * 1024 * 1024) });
    let answer = plane.post("…/sessions", huge).await?;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.body["status"], 413);
    let broken = plane.request(Method::POST, "…/sessions").body("{\"name\":");
    let answer = read(broken).await?;
    assert_eq!(answer.body["message"], "Malformed JSON in request body");
    let answer = plane.post("…/sessions", json!([])).await?;
    assert_eq!(answer.body["message"], "Validation failed");
    assert_eq!(plane.get("…/sessions").await?.body, json!([]));
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_unknown_routes_are_not_found() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let nothing = json!({"error": true, "message": "Not found", "status": 404});
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/v1/nope"),
        (Method::GET, "…/nope"),
        (Method::GET, "…/"),
        (Method::PUT, "…/change-requests"),
        (
            Method::GET,
            "…/sessions/aaaaaaaa-0000-4000-8000-000000000001/logs",
        ),
        (Method::POST, "/v1/health"),
        (Method::GET, "/v1/p/%FF/1/"),
    ] {
        let answer = read(plane.request(method.clone(), path)).await?;
        assert_eq!(answer.body, nothing, "{method} {path}");
        assert!(answer.headers.contains_key("x-request-id"));
    }
    plane.server.shutdown().await;
    Ok(())
}
