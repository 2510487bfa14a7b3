//! Sessions of a real embedded server, followed through a network that does its worst.
//!
//! Whatever happens on the way, what was followed must at last be what the agent's own state says:
//! nothing lost, nothing doubled.

mod asks;
mod every_byte;
mod faults;
mod life;
mod proxy;

use std::time::Duration;

use kortix_tui::{api::feed::Pace, model::session::Session};

use crate::{follower::Follower, stage::Stage};

/// Waits short enough for tests, long enough for a busy machine.
fn pace() -> Pace {
    let ms = Duration::from_millis;
    Pace {
        reconnect_soon: ms(20),
        backoff_first: ms(15),
        backoff_longest: ms(80),
        healthy_after: ms(300),
        poll_every: ms(50),
        ..Pace::default()
    }
}

/// Follows a session without anything in between.
fn follow(stage: &Stage, session: &Session) -> Follower {
    let key = stage.key(&session.session_id);
    Follower::start(stage.client(), stage.agent(session), key, session, pace())
}
