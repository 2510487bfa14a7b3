//! The first row of a session's screen: how the session is, where its work goes, and how fresh what
//! is shown is.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use crate::{
    app::{
        State,
        fleet::{Deed, SessionEntry},
        session::SessionPane,
    },
    model::{agent::stream::LinkState, id::AgentSessionId, session::SessionStatus},
    text,
    theme::Role,
    transcript,
    view::session::brush::{Brush, fit, whole_seconds},
};

/// What a session is in, for a glyph and a word.
pub(super) struct Condition {
    pub(super) glyph: &'static str,
    pub(super) word: String,
    pub(super) role: Role,
}

/// Draws the head.
pub(super) fn draw(
    state: &State,
    entry: &SessionEntry,
    pane: &SessionPane,
    area: Rect,
    buffer: &mut Buffer,
    brush: &Brush<'_>,
) {
    let (link, role) = health(state, entry);
    let columns = usize::from(area.width);
    let right = fit(vec![brush.span(link, role)], columns / 2);
    let room = columns.saturating_sub(right.width() + 2);
    let left = fit(place(pane, entry, brush), room);
    buffer.set_line(area.x, area.y, &left, area.width);
    let width = u16::try_from(right.width()).unwrap_or(area.width);
    let x = area.right().saturating_sub(width).max(area.x);
    buffer.set_line(x, area.y, &right, width.min(area.width));
}

/// What the session is in, the subagent that is shown, and where the work goes.
fn place(pane: &SessionPane, entry: &SessionEntry, brush: &Brush<'_>) -> Vec<Span<'static>> {
    let condition = condition(entry, brush);
    let words = format!(" {} {}", condition.glyph, condition.word);
    let separator = format!(" {} ", brush.symbols.separator);
    let mut spans = vec![
        brush.span(words, condition.role),
        brush.span(separator, Role::Dim),
    ];
    if let Some(shown) = &pane.shown {
        let title = entry
            .transcript
            .session(shown)
            .map(|session| session.title.as_str());
        let name = title.filter(|title| !title.is_empty());
        spans.push(brush.span("subagent ", Role::Dim));
        spans.push(brush.foreign(name.unwrap_or("without a title"), Role::Accent));
        spans.push(brush.span(place_among(entry, shown), Role::Dim));
        return spans;
    }
    let row = &entry.row;
    for (name, value) in [
        ("branch ", row.branch_name.as_str()),
        ("from ", &row.base_ref),
    ] {
        if !value.is_empty() {
            spans.push(brush.span(name, Role::Dim));
            spans.push(brush.foreign(short_branch(value), Role::Text));
            spans.push(brush.span(" ", Role::Dim));
        }
    }
    spans
}

/// A branch that is named after its session is shown as the session's id is.
pub(in crate::view) fn short_branch(name: &str) -> &str {
    let is_uuid = name.len() == 36 && name.bytes().filter(|byte| *byte == b'-').count() == 4;
    if is_uuid {
        name.get(..8).unwrap_or(name)
    } else {
        name
    }
}

fn place_among(entry: &SessionEntry, shown: &AgentSessionId) -> String {
    let transcript = &entry.transcript;
    let Some(root) = entry.root() else {
        return String::new();
    };
    let family = || {
        transcript
            .sessions()
            .filter(|session| session.id != root && *transcript.root_of(&session.id) == root)
    };
    let place = family().position(|session| session.id == *shown);
    let count = family().count();
    place.map_or(String::new(), |place| {
        format!(" ({} of {count})", place + 1)
    })
}

/// What a session is in.
pub(super) fn condition(entry: &SessionEntry, brush: &Brush<'_>) -> Condition {
    let symbols = brush.symbols;
    let of = |glyph, word: &str, role| Condition {
        glyph,
        word: text::sanitize_line(word).into_owned(),
        role,
    };
    if let Some(deed) = entry.pending {
        let word = match deed {
            Deed::Create => "is being made",
            Deed::Start => "is being started",
            Deed::Stop => "is being stopped",
            Deed::Restart => "is being restarted",
            Deed::Delete => "is being deleted",
        };
        return of(symbols.starting, word, Role::Working);
    }
    match &entry.row.status {
        SessionStatus::Queued | SessionStatus::Branching | SessionStatus::Provisioning => {
            of(symbols.starting, entry.row.status.as_str(), Role::Working)
        }
        SessionStatus::Running => agent_condition(entry, brush),
        SessionStatus::Stopped => of(symbols.asleep, "asleep", Role::Dim),
        SessionStatus::Failed => of(symbols.bad, "failed", Role::Bad),
        SessionStatus::Completed => of(symbols.good, "completed", Role::Good),
        SessionStatus::Other(word) if word.is_empty() => of(symbols.idle, "unknown", Role::Dim),
        SessionStatus::Other(word) => of(symbols.warning, word, Role::Warning),
    }
}

fn agent_condition(entry: &SessionEntry, brush: &Brush<'_>) -> Condition {
    let symbols = brush.symbols;
    let state = entry.root().map(|root| entry.transcript.state(&root));
    let (glyph, word, role) = match state {
        None => (symbols.starting, "agent starts", Role::Working),
        Some(transcript::State::Idle) => (symbols.idle, "idle", Role::Dim),
        Some(transcript::State::Busy) => (symbols.working, "working", Role::Working),
        Some(transcript::State::Compacting) => (symbols.working, "compacting", Role::Working),
        Some(transcript::State::Retrying { .. }) => (symbols.warning, "retrying", Role::Warning),
        Some(transcript::State::AwaitingPermission) => {
            (symbols.waiting, "asks permission", Role::Waiting)
        }
        Some(transcript::State::AwaitingAnswer) => (symbols.waiting, "asks you", Role::Waiting),
        Some(transcript::State::Failed { .. }) => (symbols.bad, "failed", Role::Bad),
        Some(transcript::State::Interrupted) => (symbols.bad, "interrupted", Role::Bad),
    };
    Condition {
        glyph,
        word: word.to_owned(),
        role,
    }
}

/// How fresh what is on the screen is.
fn health(state: &State, entry: &SessionEntry) -> (String, Role) {
    let now = state.now;
    match &entry.link {
        LinkState::Live => ("live".into(), Role::Good),
        LinkState::Polled => ("polled".into(), Role::Dim),
        LinkState::Connecting { what } if what.is_empty() => ("connecting".into(), Role::Working),
        LinkState::Connecting { what } => (text::sanitize_line(what).into_owned(), Role::Working),
        LinkState::Stale { since } => {
            let age = whole_seconds(since.age(now));
            (format!("silent for {age}"), Role::Warning)
        }
        LinkState::Reconnecting { at, attempt, .. } => {
            let wait = now.age(*at).as_secs_f64().ceil();
            let when = if wait > 0.0 {
                format!("reconnecting in {wait:.0} s")
            } else {
                "reconnecting".to_owned()
            };
            let tries = if *attempt > 1 {
                format!(" (try {attempt})")
            } else {
                String::new()
            };
            (format!("{when}{tries}"), Role::Warning)
        }
        LinkState::Closed { reason } => (
            format!("closed: {}", text::sanitize_line(reason)),
            Role::Bad,
        ),
        LinkState::Off => match (entry.fetched, state.recalled_at) {
            (None, Some(at)) => (format!("from cache {}", text::ago(at.age(now))), Role::Dim),
            (Some(_), _) | (None, None) => (String::new(), Role::Dim),
        },
    }
}
