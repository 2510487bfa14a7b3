//! What comes through: state, events, gaps, merging, commands.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use kortix_tui::api::feed::FeedCommand;
use tokio::time::sleep;

use crate::fake::{Fake, Reply, STREAM, answer, connected, event, json};

use super::{EVENTS, Followed, agent, delta, options, rest, status};

#[tokio::test]
async fn the_state_comes_first_then_what_was_said_meanwhile() {
    let events = format!(
        "{STREAM}{}{}{}",
        event(&connected()),
        event(&delta(1)),
        event(&delta(2))
    );
    let fake = Fake::start(move |request| {
        if request.is(EVENTS) {
            Reply::Hang(events.clone().into_bytes())
        } else if request.line.contains("/permission") {
            Reply::Late(
                Duration::from_millis(60),
                answer(200, "application/json", "", "[]"),
            )
        } else {
            rest(request)
        }
    })
    .await;
    let mut feed = Followed::start(&fake, options());
    feed.until("it is live and said two words", |f| {
        f.is_live() && f.text == "1 2 "
    })
    .await;
    assert_eq!(feed.order, "Se", "two deltas are one event");
    let snapshot = &feed.snapshots[0];
    assert_eq!(snapshot.gap, None);
    assert_eq!(snapshot.statuses.as_ref().map(|map| map.len()), Some(1));
    assert_eq!(snapshot.permissions, Some(vec![]));
    let page = &snapshot.messages[&"ses_1".into()];
    assert_eq!(
        (page.messages.len(), page.older.as_deref()),
        (1, Some("c1"))
    );
    assert_eq!(snapshot.todos.len(), 1);
    let asked = &fake.requests(EVENTS)[0];
    assert_eq!(asked.header("accept"), Some("text/event-stream"));
}

#[tokio::test]
async fn a_cut_at_any_byte_loses_no_later_event_and_doubles_none() {
    let events = [connected(), delta(1), status(2), delta(3)];
    let whole = format!("{STREAM}{}", events.map(|data| event(&data)).concat());
    let cuts: Vec<usize> = (STREAM.len()..=whole.len()).collect();
    for some in cuts.chunks(24) {
        join_all(some.iter().map(|cut| survive_cut(&whole, *cut))).await;
    }
}

async fn survive_cut(whole: &str, cut: usize) {
    let bytes = whole.as_bytes()[..cut].to_vec();
    let count = AtomicUsize::new(0);
    let fake = Fake::start(move |request| {
        if !request.is(EVENTS) {
            rest(request)
        } else if count.fetch_add(1, Ordering::SeqCst) == 0 {
            Reply::Raw(bytes.clone())
        } else {
            let again = [connected(), delta(3), delta(4)].map(|data| event(&data));
            Reply::Hang(format!("{STREAM}{}", again.concat()).into_bytes())
        }
    })
    .await;
    let mut feed = Followed::start(&fake, options());
    feed.until("the last word", |f| f.text.ends_with("4 ") && f.is_live())
        .await;
    let unique: BTreeSet<_> = feed.ids.iter().collect();
    assert_eq!(unique.len(), feed.ids.len(), "cut at {cut}: {:?}", feed.ids);
    assert_eq!(feed.text.matches("3 ").count(), 1, "cut at {cut}");
    assert_eq!(feed.malformed, 0, "half an event is thrown away");
    let was_heard = whole[STREAM.len()..cut].contains("\n\n");
    if was_heard {
        let last = feed.snapshots.last().unwrap();
        assert!(last.gap.is_some(), "cut at {cut}: the gap is told");
    }
}

#[tokio::test]
async fn after_a_gap_the_state_is_fetched_and_the_gap_is_told() {
    let (fake, events) = agent(Some(Duration::from_millis(150))).await;
    let mut options = options();
    options.pace.rotate_least = Duration::from_secs(60);
    let mut feed = Followed::start(&fake, options);
    feed.until("two states", |f| f.snapshots.len() >= 2).await;
    assert_eq!(feed.snapshots[0].gap, None);
    let gap = feed.snapshots[1].gap.unwrap();
    assert!(gap < Duration::from_secs(2), "{gap:?}");
    let second = &fake.requests(EVENTS)[1];
    assert!(
        second.line.contains("directory=%2Fwork+space"),
        "{}",
        second.line
    );
    drop(events);
}

#[tokio::test]
async fn streams_that_always_end_at_one_age_are_joined_without_loss() {
    let (fake, events) = agent(Some(Duration::from_millis(400))).await;
    let mut feed = Followed::start(&fake, options());
    feed.until("it is live", Followed::is_live).await;
    let sender = tokio::spawn(async move {
        for n in 0..900 {
            let data = if n % 3 == 0 { status(n) } else { delta(n) };
            let _ = events.send(data);
            sleep(Duration::from_millis(4)).await;
        }
        events
    });
    // The last event may fall into the seam of two streams, so not it but one before is waited for.
    feed.until("the end", |f| f.ids.iter().any(|id| id == "evt_894"))
        .await;
    let _events = sender.await.unwrap();
    let gaps = feed
        .snapshots
        .iter()
        .filter(|one| one.gap.is_some())
        .count();
    assert!(
        (1..=3).contains(&gaps),
        "{gaps} gaps: two to learn from, no more"
    );
    let unique: BTreeSet<_> = feed.ids.iter().collect();
    assert_eq!(unique.len(), feed.ids.len(), "nothing twice");
    // Streams live 400 ms; after three of them rotation must hold: nothing of the last 500 is missing.
    let numbers: Vec<usize> = feed
        .text
        .split_whitespace()
        .map(|n| n.parse().unwrap())
        .collect();
    let late: Vec<usize> = numbers
        .iter()
        .copied()
        .filter(|n| (400..890).contains(n))
        .collect();
    let expected: Vec<usize> = (400..890).filter(|n| n % 3 != 0).collect();
    assert_eq!(late, expected, "in order and whole");
    assert!(fake.requests(EVENTS).len() >= 8);
}

#[tokio::test]
async fn doubles_are_dropped_and_broken_events_counted() {
    let data = [
        connected(),
        delta(1),
        delta(1),
        "{oops".to_owned(),
        r#"{"a":1}"#.to_owned(),
        delta(2),
    ];
    let bytes = format!("{STREAM}{}", data.map(|one| event(&one)).concat());
    let fake = Fake::start(move |request| match request.is(EVENTS) {
        true => Reply::Hang(bytes.clone().into_bytes()),
        false => rest(request),
    })
    .await;
    let mut feed = Followed::start(&fake, options());
    feed.until("the second word", |f| f.text == "1 2 ").await;
    assert_eq!(feed.malformed, 2);
}

#[tokio::test]
async fn a_feed_that_nobody_reads_merges_what_it_holds() {
    let (fake, events) = agent(None).await;
    let mut feed = Followed::with_room(&fake, options(), 1);
    feed.until("live", Followed::is_live).await;
    let before = feed.batches;
    let mut expected = String::new();
    for n in 0..10_000 {
        events.send(delta(n)).unwrap();
        expected.push_str(&format!("{n} "));
    }
    while !events.is_empty() {
        tokio::task::yield_now().await;
    }
    feed.until("all text", |f| f.text.len() >= expected.len())
        .await;
    assert_eq!(feed.text, expected);
    let batches = feed.batches - before;
    assert!(batches < 200, "{batches} batches");
    assert!(feed.ids.len() < 200, "{} events", feed.ids.len());
}

#[tokio::test]
async fn commands_fetch_more() {
    let (fake, _events) = agent(None).await;
    let mut feed = Followed::start(&fake, options());
    feed.until("live", Followed::is_live).await;
    let older = FeedCommand::LoadOlder {
        session: "ses_1".into(),
        before: "c1".to_owned(),
    };
    assert!(feed.handle.tell(older));
    feed.until("older messages", |f| f.histories == 1).await;
    assert!(feed.handle.tell(FeedCommand::Resync));
    feed.until("the state again", |f| f.snapshots.len() == 2)
        .await;
    let both = BTreeSet::from(["ses_1".into(), "ses_2".into()]);
    assert!(feed.handle.tell(FeedCommand::Watch(both)));
    feed.until("the other's messages", |f| f.snapshots.len() == 3)
        .await;
    let last = feed.snapshots.last().unwrap();
    assert_eq!(last.sessions, None);
    let keys: Vec<_> = last.messages.keys().map(|id| id.as_str()).collect();
    assert_eq!(keys, ["ses_2"]);
    assert!(feed.snapshots.iter().all(|one| one.gap.is_none()));
}

#[tokio::test]
async fn pieces_of_the_state_that_fail_are_fetched_again() {
    let count = AtomicUsize::new(0);
    let fake = Fake::start(move |request| {
        if request.is(EVENTS) {
            Reply::Hang(format!("{STREAM}{}", event(&connected())).into_bytes())
        } else if request.line.contains("/permission") && count.fetch_add(1, Ordering::SeqCst) == 0
        {
            json(500, "{}")
        } else {
            rest(request)
        }
    })
    .await;
    let mut feed = Followed::start(&fake, options());
    feed.until("two states", |f| f.snapshots.len() == 2).await;
    assert_eq!(feed.snapshots[0].permissions, None);
    assert!(feed.snapshots[0].statuses.is_some());
    assert_eq!(feed.snapshots[1].permissions, Some(vec![]));
}
