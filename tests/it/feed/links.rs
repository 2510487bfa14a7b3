//! How the feed finds, loses, waits for and gives up its agent.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use kortix_tui::{
    api::{
        Limits,
        feed::{FeedOptions, FeedOutput, Wake, follow},
    },
    model::agent::stream::LinkState,
};
use tokio::{sync::mpsc, time::timeout};

use crate::fake::{Fake, Reply, STREAM, answer, connected, event, json, limits};

use super::{EVENTS, Followed, SESSION, agent, delta, key, options, rest};

#[tokio::test]
async fn silence_is_stale_and_then_a_reason_to_reconnect() {
    let (fake, _events) = agent(None).await;
    let mut options = options();
    options.pace.stale_after = Duration::from_millis(80);
    options.pace.dead_after = Duration::from_millis(200);
    let mut feed = Followed::start(&fake, options);
    feed.until("stale", |f| {
        matches!(f.links.last(), Some(LinkState::Stale { .. }))
    })
    .await;
    feed.until("reconnecting", Followed::was_reconnecting).await;
    feed.until("live again", Followed::is_live).await;
    assert!(fake.requests(EVENTS).len() >= 2);
    assert!(feed.snapshots.last().unwrap().gap.is_some());
}

#[tokio::test]
async fn a_word_after_silence_is_fresh_again() {
    let (fake, events) = agent(None).await;
    let mut options = options();
    options.pace.stale_after = Duration::from_millis(60);
    let mut feed = Followed::start(&fake, options);
    feed.until("stale", |f| {
        matches!(f.links.last(), Some(LinkState::Stale { .. }))
    })
    .await;
    events.send(delta(1)).unwrap();
    feed.until("live", Followed::is_live).await;
    assert_eq!(fake.requests(EVENTS).len(), 1);
}

/// A feed whose stream is answered like this, run until it is closed.
async fn closed_by(reply: impl Fn() -> Reply + Send + Sync + 'static) -> String {
    let fake = Fake::start(move |request| match request.is(EVENTS) {
        true => reply(),
        false => rest(request),
    })
    .await;
    let mut feed = Followed::start(&fake, options());
    feed.until("closed", |f| f.closed().is_some()).await;
    assert_eq!(fake.requests(EVENTS).len(), 1, "it is not tried again");
    feed.closed().unwrap().to_owned()
}

#[tokio::test]
async fn some_answers_end_the_feed_for_good() {
    let nothing = || Reply::Raw(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n".to_vec());
    assert_eq!(closed_by(nothing).await, "the server ended the stream");
    let refused = || {
        json(
            401,
            r#"{"error":true,"message":"PAT expired","status":401}"#,
        )
    };
    assert_eq!(closed_by(refused).await, "not signed in: PAT expired");
    let forbidden = || json(403, r#"{"error":"not yours"}"#);
    assert_eq!(closed_by(forbidden).await, "not allowed: not yours");
}

#[tokio::test]
async fn a_refusal_by_an_ill_server_is_waited_out() {
    let count = AtomicUsize::new(0);
    let fake = Fake::start(move |request| {
        if request.is(EVENTS) && count.fetch_add(1, Ordering::SeqCst) < 2 {
            json(
                401,
                r#"{"error":true,"message":"Validation error","status":401}"#,
            )
        } else if request.is(EVENTS) {
            Reply::Hang(format!("{STREAM}{}", event(&connected())).into_bytes())
        } else {
            rest(request)
        }
    })
    .await;
    let mut feed = Followed::start(&fake, options());
    feed.until("live", Followed::is_live).await;
    assert!(feed.was_reconnecting());
}

#[tokio::test]
async fn without_a_stream_the_state_is_fetched_again_and_again() {
    let fake = Fake::start(|request| match request.is(EVENTS) {
        true => Reply::Raw(answer(200, "text/html", "", "<html>")),
        false => rest(request),
    })
    .await;
    let mut feed = Followed::start(&fake, options());
    feed.until("three states", |f| f.snapshots.len() >= 3).await;
    assert_eq!(feed.links.last(), Some(&LinkState::Polled));
    assert_eq!(fake.requests(EVENTS).len(), 1);
}

#[tokio::test]
async fn a_replaced_sandbox_is_found_by_the_session() {
    let fake = Fake::start(|request| {
        if request.line.contains("/v1/p/ext/") {
            json(404, r#"{"error":"sandbox not found"}"#)
        } else if request.is("GET /v1/projects/p1/sessions/s1") {
            json(200, &SESSION.replace("/ext/8000", "/new/4096"))
        } else if request.is("GET /v1/p/new/4096/event") {
            Reply::Hang(format!("{STREAM}{}", event(&connected())).into_bytes())
        } else {
            rest(request)
        }
    })
    .await;
    let mut feed = Followed::start(&fake, options());
    feed.until("live", Followed::is_live).await;
    assert_eq!(fake.requests("POST").len(), 0, "nothing was woken");
}

/// A control plane whose session row can be changed.
async fn control(row: &str) -> (Fake, Arc<Mutex<String>>) {
    let row = Arc::new(Mutex::new(row.to_owned()));
    let shown = row.clone();
    let fake = Fake::start(move |request| {
        if request.is("GET /v1/projects/p1/sessions/s1") {
            json(200, &shown.lock().unwrap())
        } else if request.is("POST /v1/projects/p1/sessions/s1/start") {
            let url = r#"{"base_url":"http://h/v1/p/ext/8000","external_id":"ext"}"#;
            json(200, &format!(r#"{{"stage":"ready","sandbox":{url}}}"#))
        } else if request.is(EVENTS) {
            Reply::Hang(format!("{STREAM}{}", event(&connected())).into_bytes())
        } else {
            rest(request)
        }
    });
    (fake.await, row)
}

#[tokio::test]
async fn a_sandbox_that_starts_is_waited_for_and_never_woken() {
    let (fake, row) = control(r#"{"status":"provisioning"}"#).await;
    let unknown = FeedOptions {
        address: None,
        ..options()
    };
    let mut feed = Followed::start(&fake, unknown);
    let starts = LinkState::Connecting {
        what: "sandbox starts".to_owned(),
    };
    feed.until("it waits", |f| f.links.last() == Some(&starts))
        .await;
    *row.lock().unwrap() = SESSION.to_owned();
    feed.until("live", Followed::is_live).await;
    assert_eq!(fake.requests("POST").len(), 0);
}

#[tokio::test]
async fn a_stopped_session_closes_the_feed_unless_it_may_wake_it() {
    let (fake, _row) = control(r#"{"status":"stopped"}"#).await;
    let asleep = FeedOptions {
        address: None,
        ..options()
    };
    let mut feed = Followed::start(&fake, asleep.clone());
    feed.until("closed", |f| f.closed() == Some("the session is stopped"))
        .await;
    assert_eq!(fake.requests("POST").len(), 0);
    let waking = FeedOptions {
        wake: Wake::Once,
        ..asleep
    };
    let mut feed = Followed::start(&fake, waking);
    feed.until("live", Followed::is_live).await;
    assert_eq!(fake.requests("POST").len(), 1);
}

#[tokio::test]
async fn dropping_the_handle_closes_the_connection() {
    let (fake, _events) = agent(None).await;
    let mut feed = Followed::start(&fake, options());
    feed.until("live", Followed::is_live).await;
    drop(feed.handle);
    timeout(Duration::from_secs(5), async {
        while fake.open_now() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_server_that_is_down_is_tried_with_growing_pauses() {
    let (fake, _events) = agent(None).await;
    let client = fake.client();
    drop(fake);
    let (sender, mut outputs) = mpsc::channel(64);
    let _handle = follow(&client, key(), options(), sender);
    let mut attempts = Vec::new();
    while attempts.len() < 4 {
        let output = timeout(Duration::from_secs(10), outputs.recv()).await;
        if let FeedOutput::Link(
            _,
            LinkState::Reconnecting {
                attempt, reason, ..
            },
        ) = output.unwrap().unwrap()
        {
            assert!(
                reason.starts_with("cannot reach `http://127.0.0.1:"),
                "{reason}"
            );
            attempts.push(attempt);
        }
    }
    assert_eq!(attempts, [1, 2, 3, 4]);
}

#[tokio::test]
async fn many_streams_cut_at_once_come_back_one_after_the_other() {
    let (fake, _events) = agent(Some(Duration::from_millis(900))).await;
    let limits = Limits {
        stream_spacing: Duration::from_millis(10),
        in_flight: 64,
        ..limits()
    };
    let client = fake.client_with(limits);
    let (sender, mut outputs) = mpsc::channel(4096);
    let unwatched = FeedOptions {
        watch: BTreeSet::new(),
        ..options()
    };
    let handles: Vec<_> = (0..20)
        .map(|_| follow(&client, key(), unwatched.clone(), sender.clone()))
        .collect();
    while fake.requests(EVENTS).len() < 40 {
        let output = timeout(Duration::from_secs(10), outputs.recv()).await;
        assert!(output.is_ok(), "{} streams", fake.requests(EVENTS).len());
    }
    let requests = fake.requests(EVENTS);
    let took = |range: std::ops::Range<usize>| {
        let times = requests[range].iter().map(|one| one.at);
        times.clone().max().unwrap() - times.min().unwrap()
    };
    for round in [took(0..20), took(20..40)] {
        assert!(round >= Duration::from_millis(150), "{round:?}");
    }
    drop(handles);
}
