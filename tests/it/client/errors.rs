//! Every failure has its name, in time, without secrets.

use std::time::{Duration, Instant};

use kortix_tui::{
    api::{Client, Error, Limits},
    model::session::SandboxAddress,
};

use crate::fake::{Fake, Reply, TOKEN, answer, host, json, limits};

use super::{OK, always, project, session};

async fn error_of(status: u16, body: &'static str) -> Error {
    let fake = always(status, "application/json", "", body).await;
    let client = fake.client();
    client.restart(&project(), &session()).await.unwrap_err()
}

/// Asks for something and compares what is made of the answers.
async fn assert_errors<const N: usize>(cases: [(u16, &'static str, Error); N]) {
    for (status, body, expected) in cases {
        assert_eq!(error_of(status, body).await, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn errors_about_the_caller_say_what_to_do() {
    assert_errors([
        (
            401,
            r#"{"error":true,"message":"PAT expired","status":401}"#,
            Error::Unauthorized {
                message: "PAT expired".into(),
            },
        ),
        (
            401,
            r#"{"error":true,"message":"Validation error","status":401}"#,
            Error::ServerIll {
                status: 401,
                message: "Validation error".into(),
            },
        ),
        (
            403,
            r#"{"error":"no\nsecond line"}"#,
            Error::Forbidden {
                message: "no".into(),
            },
        ),
        (
            404,
            r#"{"error":"Not found"}"#,
            Error::NotFound {
                what: "restarting a session".into(),
            },
        ),
        (
            404,
            r#"{"error":true,"message":"Not found","status":404}"#,
            Error::MissingRoute {
                feature: "restarting a session".into(),
            },
        ),
    ])
    .await;
}

#[tokio::test]
async fn errors_about_limits_say_what_to_do() {
    assert_errors([
        (
            409,
            r#"{"error":"no"}"#,
            Error::Conflict { message: "no".into() },
        ),
        (
            402,
            r#"{"error":"no","code":"insufficient_credits","balance":0}"#,
            Error::Payment {
                message: "no".into(),
                code: Some("insufficient_credits".into()),
            },
        ),
        (
            429,
            r#"{"error":"no","code":"concurrent_session_limit","limit":9007199254740991,"active_sessions":3}"#,
            Error::LimitReached {
                limit: 9_007_199_254_740_991,
                active: 3,
            },
        ),
        (
            429,
            r#"{"error":"rate_limit_exceeded","message":"slow"}"#,
            Error::RateLimited {
                retry_after: None,
                message: "rate_limit_exceeded".into(),
            },
        ),
    ])
    .await;
}

#[tokio::test]
async fn errors_about_requests_and_servers_say_what_to_do() {
    assert_errors([
        (
            400,
            r#"{"error":true,"message":"no","status":400,"issues":[{"path":["a",0],"message":"bad"},{"path":"b","message":"worse"}]}"#,
            Error::Invalid {
                message: "no".into(),
                code: None,
                issues: vec!["a.0: bad".into(), "b: worse".into()],
            },
        ),
        (
            503,
            r#"{"error":"no","code":"KORTIX_URL_UNREACHABLE"}"#,
            Error::ServerIll {
                status: 503,
                message: "no".into(),
            },
        ),
        (
            500,
            r#"{"name":"UnknownError","data":{"message":"no"}}"#,
            Error::ServerIll {
                status: 500,
                message: "no".into(),
            },
        ),
        (
            418,
            "[]",
            Error::Invalid {
                message: "HTTP 418 i'm a teapot".into(),
                code: None,
                issues: vec![],
            },
        ),
        (
            407,
            "{}",
            Error::Proxy {
                message: "it wants a user name and a password (407)".into(),
            },
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_refused_token_is_not_believed_while_the_server_is_ill() {
    let refused = r#"{"error":true,"message":"Invalid or expired token","status":401}"#;
    let ill = Fake::start(move |request| match request.is("GET /v1/health") {
        true => json(503, r#"{"status":"degraded"}"#),
        false => json(401, refused),
    });
    let error = ill.await.client().me().await.unwrap_err();
    assert!(
        matches!(error, Error::ServerIll { status: 401, .. }),
        "{error:?}"
    );
    let well = always(401, "application/json", "", refused).await;
    let error = well.client().me().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
    let asked = &well.requests("GET /v1/health")[0];
    assert_eq!(asked.header("authorization"), None);
}

#[tokio::test]
async fn web_pages_are_not_the_api_and_missing_agent_routes_are_missing() {
    let page = always(200, "text/html; charset=utf-8", "", "<html>").await;
    let client = page.client();
    let error = client.projects(None).await.unwrap_err();
    assert_eq!(
        error,
        Error::NotTheApi {
            content_type: "a web page".into()
        }
    );
    let agent = client.agent(SandboxAddress {
        external_id: "x".into(),
        port: 8000,
    });
    let error = agent.statuses().await.unwrap_err();
    assert!(matches!(error, Error::MissingRoute { .. }), "{error:?}");
    let gateway = always(502, "text/html", "", "<html>").await;
    let error = gateway
        .client()
        .restart(&project(), &session())
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::ServerIll { status: 502, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn answers_that_are_no_json_are_malformed() {
    let fake = always(200, "application/json", "", "{\"a\":").await;
    let error = fake.client().me().await.unwrap_err();
    assert_eq!(
        error,
        Error::Malformed {
            what: "the account".into()
        }
    );
}

#[tokio::test]
async fn nothing_and_too_much_are_errors_in_time() {
    let silent = Fake::start(|_| Reply::Hang(Vec::new())).await;
    let hasty = Limits {
        deadline: Duration::from_millis(50),
        attempts: 2,
        ..limits()
    };
    let started = Instant::now();
    let error = silent.client_with(hasty.clone()).me().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(silent.requests("GET").len(), 2);

    let half =
        Fake::start(|_| Reply::Hang(answer(200, "application/json", "", OK)[..70].to_vec())).await;
    let error = half.client_with(hasty).me().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");

    let little = Limits {
        body: 100,
        headers: 2_000,
        ..limits()
    };
    let big = Fake::start(|_| json(200, &format!("{:200}", "[]"))).await;
    let error = big
        .client_with(little.clone())
        .projects(None)
        .await
        .unwrap_err();
    assert_eq!(error, Error::TooLarge { limit: 100 });
    let headers = format!("X-Much: {}\r\n", "x".repeat(3_000));
    let heads =
        Fake::start(move |_| Reply::Raw(answer(200, "application/json", &headers, "[]"))).await;
    let error = heads.client_with(little).projects(None).await.unwrap_err();
    assert_eq!(error, Error::TooLarge { limit: 2_000 });
}

#[tokio::test]
async fn an_endless_body_without_a_length_is_cut_at_the_limit() {
    let fake = Fake::start(|_| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
        Reply::Raw([head.as_bytes(), &[b' '; 300_000]].concat())
    });
    let little = Limits {
        body: 1_000,
        ..limits()
    };
    let error = fake
        .await
        .client_with(little)
        .projects(None)
        .await
        .unwrap_err();
    assert_eq!(error, Error::TooLarge { limit: 1_000 });
}

#[tokio::test]
async fn a_closed_port_and_a_broken_answer_are_unreachable_and_name_the_host() {
    let gone = Fake::start(|_| Reply::Raw(Vec::new())).await;
    let url = gone.url();
    let error = gone.client().me().await.unwrap_err();
    assert!(
        matches!(&error, Error::Unreachable { host, .. } if *host == url),
        "{error:?}"
    );
    drop(gone);
    let client = Client::new(host(&url), limits()).unwrap();
    let mut error = client.me().await.unwrap_err();
    for _ in 0..50 {
        // The port is free as soon as the listener's task is gone.
        if error.to_string().contains("refused") {
            break;
        }
        tokio::task::yield_now().await;
        error = client.me().await.unwrap_err();
    }
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(error.hint().is_some());
}

#[tokio::test]
async fn addresses_that_are_none_are_refused_at_once() {
    for url in ["", "ftp://x", "x.test", "http://"] {
        let error = Client::new(host(url), limits()).unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{url}");
    }
}

#[tokio::test]
async fn redirects_stay_on_the_origin_and_end() {
    let other = always(200, "application/json", "", "[]").await;
    let target = other.url();
    let away = Fake::start(move |_| {
        let headers = format!("Location: {target}/v1/projects?token=secret\r\n");
        Reply::Raw(answer(307, "text/plain", &headers, ""))
    });
    let error = away.await.client().projects(None).await.unwrap_err();
    let expected = format!("a redirect to {}/v1/projects", other.url());
    assert_eq!(
        error,
        Error::NotTheApi {
            content_type: expected
        }
    );
    assert_eq!(other.requests("").len(), 0);

    let loops = always(307, "text/plain", "Location: /v1/again\r\n", "").await;
    assert!(loops.client().projects(None).await.is_err());
    assert!(loops.requests("GET").len() <= 12);

    let here = Fake::start(|request| match request.is("GET /v1/projects") {
        true => Reply::Raw(answer(307, "text/plain", "Location: /there\r\n", "")),
        false => json(200, "[]"),
    });
    let here = here.await;
    assert_eq!(here.client().projects(None).await, Ok(vec![]));
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(
        here.requests("GET /there")[0].header("authorization"),
        Some(&*bearer)
    );
}

#[tokio::test]
async fn the_token_shows_in_no_error_and_no_debug() {
    let fake = Fake::start(|request| {
        let token = request
            .header("authorization")
            .unwrap_or_default()
            .to_owned();
        json(
            403,
            &format!(r#"{{"error":"\u001b]0;x\u0007{token} may not"}}"#),
        )
    });
    let client = fake.await.client();
    let error = client.me().await.unwrap_err();
    let shown = format!("{error:?} {error} {client:?}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{7}'));
}
