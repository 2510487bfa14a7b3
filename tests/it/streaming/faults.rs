//! Chunks of every size, cuts, stalls, streams that end: the conversation comes out the same.

use std::time::Duration;

use futures_util::future::join_all;
use kortix_tui::{
    api::feed::Pace,
    model::{agent::stream::LinkState, session::Session},
};

use super::{
    follow, pace,
    proxy::{Fault, Proxy},
};
use crate::{follower::Follower, follower::blocks, stage::Stage};

/// Follows a session through a proxy.
fn follow_by(stage: &Stage, session: &Session, proxy: &Proxy, pace: Pace) -> Follower {
    let client = stage.client_at(&proxy.url());
    let key = stage.key(&session.session_id);
    Follower::start(&client, stage.agent(session), key, session, pace)
}

#[tokio::test]
async fn a_whole_stream_needs_one_connection_and_shows_no_gap() {
    let stage = Stage::practice(40.0).await;
    let session = stage.session().await;
    let proxy = Proxy::start(stage.url(), |_| Fault::None).await;
    let mut follower = follow_by(&stage, &session, &proxy, pace());
    for prompt in ["/tests", "/notes", "/retry", "/long 2"] {
        follower.agreeably(prompt).await;
        follower.equals_the_agents_state().await;
    }
    assert_eq!((proxy.streams(), follower.gaps), (1, 0));
    assert!(!follower.shows_a_gap());
    stage.end().await;
}

#[tokio::test]
async fn the_size_of_chunks_makes_no_difference() {
    let stage = Stage::practice(f64::INFINITY).await;
    let session = stage.session().await;
    for size in [1, 2, 3, 7, 64] {
        let proxy = Proxy::start(stage.url(), move |_| Fault::Chunks(size)).await;
        let mut follower = follow_by(&stage, &session, &proxy, pace());
        follower.agreeably("/fix").await;
        follower.agreeably("/long 1").await;
        follower.equals_the_agents_state().await;
        assert_eq!((proxy.streams(), follower.gaps), (1, 0), "size {size}");
        assert!(!follower.shows_a_gap());
    }
    stage.end().await;
}

/// Follows a turn whose first stream breaks in a certain way; the later ones are whole.
async fn survive(stage: &Stage, session: &Session, fault: Fault, pace: Pace) -> Follower {
    let plan = move |number| if number == 0 { fault } else { Fault::None };
    let proxy = Proxy::start(stage.url(), plan).await;
    let mut follower = follow_by(stage, session, &proxy, pace);
    follower.agreeably("/ask").await;
    // However late the cut was meant to come, it came.
    follower.agreeably("/long 2").await;
    follower.equals_the_agents_state().await;
    assert!(proxy.streams() >= 2, "{fault:?}");
    assert!(follower.gaps >= 1, "{fault:?}: the gap is told");
    follower
}

#[tokio::test]
async fn a_cut_or_a_half_closed_connection_anywhere_loses_nothing() {
    let stage = Stage::practice(60.0).await;
    let cuts: Vec<usize> = (300..6_000).step_by(450).collect();
    // Several sessions at once, each cut at several places one after the other.
    let stage_of_all = &stage;
    join_all(cuts.chunks(4).map(|cuts| async move {
        let stage = stage_of_all;
        let session = stage.session().await;
        for cut in cuts {
            survive(stage, &session, Fault::Cut(*cut), pace()).await;
            survive(stage, &session, Fault::HalfClose(*cut + 225), pace()).await;
        }
    }))
    .await;
    stage.end().await;
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_noticed_and_replaced() {
    let stage = Stage::practice(60.0).await;
    let session = stage.session().await;
    let quick = Pace {
        stale_after: Duration::from_millis(400),
        dead_after: Duration::from_millis(900),
        ..pace()
    };
    for silent_after in [400, 2_500, 4_700] {
        let fault = Fault::Stall(silent_after);
        let follower = survive(&stage, &session, fault, quick.clone()).await;
        let was_stale = |link: &LinkState| matches!(link, LinkState::Stale { .. });
        assert!(follower.links.iter().any(was_stale));
    }
    stage.end().await;
}

#[tokio::test]
async fn where_every_stream_ends_at_one_age_nothing_is_lost_and_soon_nothing_is_missed() {
    let stage = Stage::practice(40.0).await;
    let session = stage.session().await;
    let life = Duration::from_millis(800);
    let proxy = Proxy::start(stage.url(), move |_| Fault::Life(life)).await;
    let short = Pace {
        rotate_least: Duration::from_millis(300),
        overlap_longest: Duration::from_millis(300),
        ..pace()
    };
    let mut follower = follow_by(&stage, &session, &proxy, short);
    follower.agreeably("/flood 150 4").await;
    follower.equals_the_agents_state().await;
    assert!(proxy.streams() >= 4, "{} streams", proxy.streams());
    // Two to learn the age from, and one for a machine that was busy at the wrong moment.
    assert!(follower.gaps <= 3, "{} gaps", follower.gaps);
    stage.end().await;
}

#[tokio::test]
async fn two_followers_see_the_same_though_one_is_cut_again_and_again() {
    let stage = Stage::practice(40.0).await;
    let session = stage.session().await;
    let proxy = Proxy::start(stage.url(), |number| Fault::Cut(900 + 700 * number)).await;
    let mut troubled = follow_by(&stage, &session, &proxy, pace());
    let mut calm = follow(&stage, &session);
    troubled.until("live", Follower::is_live).await;
    calm.agreeably("/tests").await;
    calm.agreeably("/long 3").await;
    calm.equals_the_agents_state().await;
    troubled.equals_the_agents_state().await;
    assert_eq!(blocks(troubled.conversation()), blocks(calm.conversation()));
    assert!(proxy.streams() > 3);
    assert_eq!(calm.gaps, 0);
    stage.end().await;
}
