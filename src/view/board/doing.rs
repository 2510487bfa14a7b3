//! What a session does now, in a few words.

use crate::{
    app::fleet::{Deed, SessionEntry},
    attention::Standing,
    model::{agent::stream::LinkState, id::AgentSessionId, session::SessionStatus, time::Millis},
    text,
    transcript::{AskBody, Doing, State as AgentState},
};

/// What the session does now, as it came: not yet safe to draw.
pub(super) fn words(entry: &SessionEntry, standing: Standing, now: Millis) -> String {
    if let Some(deed) = entry.pending {
        return underway(deed).to_owned();
    }
    if let Some(error) = entry.row.error.as_deref().filter(|_| failed(standing)) {
        return error.to_owned();
    }
    match standing {
        Standing::AwaitsPermission | Standing::AwaitsAnswer => ask(entry),
        Standing::Failed | Standing::FailedBefore => failure(entry),
        Standing::Working => activity(entry, now),
        Standing::Finished => match entry.unseen_since {
            Some(at) => format!("finished {}", text::ago(at.age(now))),
            None => String::new(),
        },
        Standing::Underway => match &entry.row.status {
            SessionStatus::Queued => "waits for its turn".to_owned(),
            SessionStatus::Branching => "its branch is cut".to_owned(),
            SessionStatus::Provisioning => "its sandbox is made".to_owned(),
            other => other.to_string(),
        },
        Standing::Idle => match &entry.link {
            LinkState::Connecting { what } => what.clone(),
            _ => String::new(),
        },
        Standing::ToReview => match &entry.to_review {
            Some(change) => format!("#{} {}", change.number, change.title),
            None => String::new(),
        },
        Standing::Asleep | Standing::Over => String::new(),
    }
}

fn failed(standing: Standing) -> bool {
    matches!(standing, Standing::Failed | Standing::FailedBefore)
}

fn underway(deed: Deed) -> &'static str {
    match deed {
        Deed::Create => "is being made",
        Deed::Start => "starts",
        Deed::Stop => "is being stopped",
        Deed::Restart => "boots again",
        Deed::Delete => "is being deleted",
    }
}

fn ask(entry: &SessionEntry) -> String {
    let mut asks = entry.transcript.asks();
    match asks.next().map(|ask| ask.body) {
        Some(AskBody::Permission(permission)) => {
            let what = permission.patterns.join(", ");
            format!("{}: {what}", permission.permission)
        }
        Some(AskBody::Question(question)) => question
            .questions
            .first()
            .map(|item| item.question.clone())
            .unwrap_or_default(),
        None => String::new(),
    }
}

fn root(entry: &SessionEntry) -> Option<&AgentSessionId> {
    let named = entry.row.opencode_session_id.as_ref();
    named.or_else(|| entry.transcript.newest_root())
}

fn failure(entry: &SessionEntry) -> String {
    match root(entry).map(|root| entry.transcript.state(root)) {
        Some(AgentState::Failed { error }) => error.message,
        Some(AgentState::Interrupted) => "the agent died in the middle of a turn".to_owned(),
        Some(_) | None => String::new(),
    }
}

fn activity(entry: &SessionEntry, now: Millis) -> String {
    let Some(activity) = root(entry).and_then(|root| entry.transcript.activity(root)) else {
        return String::new();
    };
    let what = match activity.doing {
        Doing::Tool { name, about } if about.is_empty() => name,
        Doing::Tool { name, about } => format!("{name}: {about}"),
        Doing::Thinking => "thinking".to_owned(),
        Doing::Writing => "writing".to_owned(),
        Doing::Compacting => "summarizing its history".to_owned(),
        Doing::Retrying => "waits for the provider".to_owned(),
    };
    match activity.since {
        Some(since) => format!("{what} · {}", text::short_age(since.age(now))),
        None => what,
    }
}

/// How fresh what the agent says is, in a word; empty where nobody listens.
pub(super) fn link(entry: &SessionEntry, now: Millis) -> String {
    match &entry.link {
        LinkState::Off => String::new(),
        LinkState::Connecting { .. } => "connects".to_owned(),
        LinkState::Live => "live".to_owned(),
        LinkState::Stale { since } => format!("silent {}", text::short_age(since.age(now))),
        LinkState::Reconnecting { at, .. } => {
            // The time until then is the age of now, seen from then.
            format!("retry {}", text::short_age(now.age(*at)))
        }
        LinkState::Polled => "polled".to_owned(),
        LinkState::Closed { .. } => "closed".to_owned(),
    }
}
