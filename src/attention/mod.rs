//! What needs a person, and in which order.
//!
//! Given what is known about a session it answers where the session stands. Pure; knows no clock.
//! Not for: how that looks (`view`), or keeping lists in order (`app::board`).

use crate::{
    model::session::SessionStatus,
    transcript::{self, AskBody, Transcript},
};

/// Where a session stands, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Its agent waits to be allowed something.
    AwaitsPermission,
    /// Its agent waits for an answer.
    AwaitsAnswer,
    /// It failed and nobody looked yet.
    Failed,
    /// Its change request waits to be looked at.
    ToReview,
    /// Its turn ended and nobody looked yet.
    Finished,
    /// Its agent works.
    Working,
    /// Its sandbox is being started, stopped or deleted.
    Underway,
    /// Its agent waits for a prompt.
    Idle,
    /// It failed, and somebody looked.
    FailedBefore,
    /// Its sandbox is gone or asleep.
    Asleep,
    /// It is over.
    Over,
}

/// What is known about a session.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The state of its row.
    pub status: &'a SessionStatus,
    /// Whether something that a person asked for is under way.
    pub is_underway: bool,
    /// Whether something ended in it that nobody looked at.
    pub is_unseen: bool,
    /// Whether it has an open change request whose work nobody looked at.
    pub has_to_review: bool,
    /// What its agent said.
    pub transcript: &'a Transcript,
}

impl Standing {
    /// Whether a person should look.
    pub fn needs_a_person(self) -> bool {
        match self {
            Self::AwaitsPermission
            | Self::AwaitsAnswer
            | Self::Failed
            | Self::ToReview
            | Self::Finished => true,
            Self::Working
            | Self::Underway
            | Self::Idle
            | Self::FailedBefore
            | Self::Asleep
            | Self::Over => false,
        }
    }

    /// The word beside the glyph.
    pub fn word(self) -> &'static str {
        match self {
            Self::AwaitsPermission => "permission",
            Self::AwaitsAnswer => "question",
            Self::Failed | Self::FailedBefore => "failed",
            Self::ToReview => "review",
            Self::Finished => "finished",
            Self::Working => "working",
            Self::Underway => "under way",
            Self::Idle => "idle",
            Self::Asleep => "asleep",
            Self::Over => "over",
        }
    }
}

/// Where a session stands.
pub fn standing(facts: Facts<'_>) -> Standing {
    if facts.is_underway {
        return Standing::Underway;
    }
    match facts.status {
        SessionStatus::Queued | SessionStatus::Branching | SessionStatus::Provisioning => {
            Standing::Underway
        }
        SessionStatus::Failed if facts.is_unseen => Standing::Failed,
        SessionStatus::Failed => Standing::FailedBefore,
        SessionStatus::Completed | SessionStatus::Stopped if facts.has_to_review => {
            Standing::ToReview
        }
        SessionStatus::Completed => Standing::Over,
        SessionStatus::Stopped => Standing::Asleep,
        SessionStatus::Running | SessionStatus::Other(_) => of_agent(facts),
    }
}

fn of_agent(facts: Facts<'_>) -> Standing {
    let mut asks = facts.transcript.asks();
    if let Some(first) = asks.next() {
        // Permissions come first.
        return match first.body {
            AskBody::Permission(_) => Standing::AwaitsPermission,
            AskBody::Question(_) => Standing::AwaitsAnswer,
        };
    }
    if facts.transcript.is_working() {
        return Standing::Working;
    }
    let root = facts.transcript.newest_root();
    let failed = root.is_some_and(|root| match facts.transcript.state(root) {
        transcript::State::Failed { .. } | transcript::State::Interrupted => true,
        transcript::State::Idle
        | transcript::State::Busy
        | transcript::State::Compacting
        | transcript::State::Retrying { .. }
        | transcript::State::AwaitingPermission
        | transcript::State::AwaitingAnswer => false,
    });
    match (failed, facts.is_unseen) {
        (true, true) => Standing::Failed,
        (true, false) => Standing::FailedBefore,
        (false, _) if facts.has_to_review => Standing::ToReview,
        (false, true) => Standing::Finished,
        (false, false) => Standing::Idle,
    }
}
