//! What is sent, how often, in which order, and how leniently it is read.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use kortix_tui::{
    api::{Client, Creation, Error, PromptIds},
    model::session::{NewSession, SandboxAddress, SessionStatus},
};

use crate::fake::{Fake, Reply, answer, host, json, limits};

use super::{always, project, session};

/// Fails `failures` times with `status`, then answers.
async fn recovering(failures: usize, status: u16, body: &'static str) -> Fake {
    let count = Arc::new(AtomicUsize::new(0));
    Fake::start(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) < failures {
            json(status, r#"{"error":"later"}"#)
        } else {
            json(200, body)
        }
    })
    .await
}

#[tokio::test]
async fn reads_are_repeated_and_deeds_are_not() {
    let fake = recovering(2, 503, "[]").await;
    assert_eq!(fake.client().projects(None).await, Ok(vec![]));
    assert_eq!(fake.requests("GET").len(), 3);
    let fake = recovering(1, 503, "{}").await;
    assert!(fake.client().restart(&project(), &session()).await.is_err());
    assert_eq!(fake.requests("POST").len(), 1);
    let fake = recovering(1, 400, "[]").await;
    assert!(fake.client().projects(None).await.is_err());
    assert_eq!(fake.requests("GET").len(), 1);
}

#[tokio::test]
async fn a_session_is_asked_for_again_under_the_same_key() {
    let fake = recovering(2, 500, r#"{"session_id":"s9","status":"provisioning"}"#).await;
    let wish = NewSession {
        initial_prompt: Some("hi".into()),
        ..NewSession::default()
    };
    let made = fake
        .client()
        .create_session(&project(), &wish, "key-1")
        .await
        .unwrap();
    let Creation::Made(made) = made else {
        panic!("{made:?}");
    };
    assert_eq!(made.session_id.as_str(), "s9");
    let sent = fake.requests("POST /v1/projects/p1/sessions");
    assert_eq!(sent.len(), 3);
    assert!(
        sent.iter()
            .all(|one| one.header("idempotency-key") == Some("key-1"))
    );
    assert!(
        sent.iter()
            .all(|one| one.body == r#"{"initial_prompt":"hi"}"#)
    );
}

#[tokio::test]
async fn a_queued_session_is_told_as_such() {
    let fake = always(
        202,
        "application/json",
        "",
        r#"{"status":"queued","session_id":null,"reason":"busy"}"#,
    )
    .await;
    let made = fake
        .client()
        .create_session(&project(), &NewSession::default(), "k")
        .await;
    assert_eq!(
        made,
        Ok(Creation::Queued {
            session: None,
            reason: Some("busy".into())
        })
    );
}

#[tokio::test]
async fn retry_after_holds_the_route_for_everybody() {
    let count = Arc::new(AtomicUsize::new(0));
    let fake = Fake::start(move |request| {
        if request.is("GET /v1/projects") && count.fetch_add(1, Ordering::SeqCst) == 0 {
            Reply::Raw(answer(
                429,
                "application/json",
                "Retry-After: 1\r\n",
                r#"{"error":"slow"}"#,
            ))
        } else {
            json(200, "[]")
        }
    })
    .await;
    let client = fake.client();
    let started = Instant::now();
    let first = client.projects(None);
    let other = async {
        while fake.requests("GET /v1/projects").is_empty() {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        client.sessions(&project()).await.unwrap();
        assert!(
            started.elapsed() < Duration::from_millis(900),
            "other routes go on"
        );
        client.projects(None).await
    };
    let (first, second) = tokio::join!(first, other);
    assert_eq!((first, second), (Ok(vec![]), Ok(vec![])));
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_retry_after_in_the_past_is_a_short_pause_and_a_long_one_is_told() {
    let past = always(
        503,
        "application/json",
        "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n",
        "{}",
    )
    .await;
    let started = Instant::now();
    assert!(past.client().me().await.is_err());
    assert_eq!(past.requests("GET /v1/accounts/me").len(), 3);
    assert!(started.elapsed() < Duration::from_secs(1));
    let long = always(
        429,
        "application/json",
        "Retry-After: 86400\r\n",
        r#"{"error":"x"}"#,
    )
    .await;
    let client = long.client();
    for _ in 0..2 {
        let error = client.me().await.unwrap_err();
        let Error::RateLimited {
            retry_after: Some(wait),
            ..
        } = error
        else {
            panic!("{error:?}");
        };
        assert!(wait <= Duration::from_secs(300), "capped: {wait:?}");
        assert!(wait > Duration::from_secs(290));
    }
    assert_eq!(
        long.requests("GET").len(),
        1,
        "the second one did not leave"
    );
}

#[tokio::test]
async fn few_requests_are_open_at_once_and_people_go_first() {
    let fake = Fake::start(|_| {
        Reply::Late(
            Duration::from_millis(150),
            answer(200, "application/json", "", "[]"),
        )
    })
    .await;
    let client = fake.client();
    let quiet = client.background();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let quiet = quiet.clone();
        tasks.spawn(async move { quiet.projects(None).await.map(drop) });
    }
    while fake.requests("GET").len() < 4 {
        tokio::task::yield_now().await;
    }
    let started = Instant::now();
    client.projects(None).await.unwrap();
    assert!(
        started.elapsed() < Duration::from_millis(290),
        "{:?}",
        started.elapsed()
    );
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
    assert!(fake.most_open() <= 5, "{} open", fake.most_open());
}

#[tokio::test]
async fn lists_are_read_leniently_and_page_by_page() {
    let fake = Fake::start(
        |request| match request.is("GET /v1/projects/p1/sessions?cursor=c2") {
            true => json(
                200,
                r#"[{"session_id":"s3","status":"dreaming","new_field":[]}]"#,
            ),
            false => Reply::Raw(answer(
                200,
                "application/json",
                "X-Next-Cursor: c2\r\n",
                r#"[{"session_id":"s1","name":null,"agent_name":null,"status":"running"},{"session_id":7},{}]"#,
            )),
        },
    );
    let fake = fake.await;
    let client = Client::new(host(&format!("{}/v1/", fake.url())), limits()).unwrap();
    let sessions = client.sessions(&project()).await.unwrap();
    let seen: Vec<_> = sessions
        .iter()
        .map(|s| (s.session_id.as_str(), &s.status))
        .collect();
    let other = SessionStatus::Other("dreaming".into());
    let none = SessionStatus::Other(String::new());
    assert_eq!(
        seen,
        [("s1", &SessionStatus::Running), ("", &none), ("s3", &other)]
    );
}

#[tokio::test]
async fn ids_cannot_leave_their_place_in_the_path() {
    let fake = always(200, "application/json", "", "{}").await;
    fake.client()
        .session(&"../x?y#z".into(), &"a/b".into())
        .await
        .unwrap();
    assert_eq!(
        fake.requests("GET")[0].line,
        "GET /v1/projects/..%2Fx%3Fy%23z/sessions/a%2Fb"
    );
}

#[tokio::test]
async fn a_prompt_with_ids_is_sent_again_and_one_without_is_not() {
    let address = SandboxAddress {
        external_id: "ext-1".into(),
        port: 4096,
    };
    let ids = PromptIds {
        message: "msg_1".into(),
        part: "prt_1".into(),
    };
    let count = Arc::new(AtomicUsize::new(0));
    let fake = Fake::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 | 2 => json(502, "{}"),
        _ => Reply::Raw(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n".to_vec()),
    });
    let fake = fake.await;
    let agent = fake.client().agent(address);
    agent
        .prompt_async(&"ses_1".into(), "go", Some("plan"), Some(&ids))
        .await
        .unwrap();
    assert!(
        agent
            .prompt_async(&"ses_1".into(), "go", None, None)
            .await
            .is_err()
    );
    let sent = fake.requests("POST /v1/p/ext-1/4096/session/ses_1/prompt_async");
    assert_eq!(sent.len(), 3);
    assert_eq!(
        sent[0].body,
        r#"{"agent":"plan","messageID":"msg_1","parts":[{"id":"prt_1","text":"go","type":"text"}]}"#
    );
    assert_eq!(sent[1].body, sent[0].body);
    assert_eq!(sent[2].body, r#"{"parts":[{"text":"go","type":"text"}]}"#);
}
