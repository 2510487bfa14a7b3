//! Between transcript and composer: prompts on their way, what the agent does, and how to go on
//! where it does nothing.

use ratatui::text::Line;

use crate::{
    action::Action,
    app::{
        State,
        fleet::{Deed, SessionEntry},
        session::{Outgoing, OutgoingState, SessionPane},
    },
    model::{id::AgentSessionId, session::SessionStatus, time::Millis},
    text,
    theme::Role,
    transcript::{self, Doing},
    view::session::{
        brush::{Brush, key_of, whole_seconds},
        composer::hints,
    },
};

/// The most prompts on their way that are shown.
const MAX_OUTGOING: usize = 3;

/// The rows between transcript and composer.
pub(super) fn rows(
    state: &State,
    entry: &SessionEntry,
    pane: &SessionPane,
    shown: Option<&AgentSessionId>,
    brush: &Brush<'_>,
) -> Vec<Line<'static>> {
    let mut rows = Vec::new();
    let hidden = pane.outbox.len().saturating_sub(MAX_OUTGOING);
    if hidden > 0 {
        let count = text::count(hidden, "prompt", "prompts");
        rows.push(brush.row(format!("  … {count} before"), Role::Dim));
    }
    for outgoing in pane.outbox.iter().skip(hidden) {
        rows.push(outgoing_row(outgoing, entry, brush));
    }
    rows.extend(standing(state, entry, brush).or_else(|| {
        let shown = shown?;
        activity_row(state, entry, shown, brush)
    }));
    rows
}

fn outgoing_row(outgoing: &Outgoing, entry: &SessionEntry, brush: &Brush<'_>) -> Line<'static> {
    let symbols = brush.symbols;
    let (glyph, word, role) = match outgoing.state {
        OutgoingState::Waiting => (symbols.starting, "waits for the agent", Role::Waiting),
        OutgoingState::Sent => (symbols.starting, "sent", Role::Working),
        OutgoingState::Accepted if entry.transcript.is_working() => {
            (symbols.good, "accepted, queued", Role::Good)
        }
        OutgoingState::Accepted => (symbols.good, "accepted", Role::Good),
    };
    brush.fit(vec![
        brush.span(format!("{glyph} {word} "), role),
        brush.span(format!("{} ", symbols.prompt), Role::Prompt),
        brush.foreign(
            outgoing.text.lines().next().unwrap_or_default(),
            Role::Prompt,
        ),
    ])
}

/// Why nothing happens, and what starts it again; `None` while the agent can be talked to.
fn standing(state: &State, entry: &SessionEntry, brush: &Brush<'_>) -> Option<Line<'static>> {
    let symbols = brush.symbols;
    let start = key_of(state, Action::SessionStart);
    let (glyph, role, text, action) = match (&entry.pending, &entry.row.status) {
        (Some(deed), _) => {
            let text = deed_words(*deed).to_owned();
            (symbols.starting, Role::Working, text, None)
        }
        (None, SessionStatus::Stopped) => {
            let text = "the sandbox is asleep; the branch is safe".to_owned();
            (symbols.asleep, Role::Dim, text, Some("starts it again"))
        }
        (None, SessionStatus::Failed) => {
            let why = entry.row.error.as_deref().unwrap_or("no reason was given");
            let text = format!("failed: {}", text::sanitize_line(why));
            (symbols.bad, Role::Bad, text, Some("tries again"))
        }
        (None, SessionStatus::Completed) => {
            let text = "the session is over".to_owned();
            (symbols.good, Role::Good, text, Some("starts it again"))
        }
        (None, SessionStatus::Queued | SessionStatus::Branching | SessionStatus::Provisioning) => {
            let since = Millis::from_rfc3339(&entry.row.created_at);
            let age = since.map(|since| text::short_age(since.age(state.now)));
            let phase = match &entry.row.status {
                SessionStatus::Queued => "waits for its turn",
                SessionStatus::Branching => "its branch is being cut",
                _ => "its sandbox is being made",
            };
            let text = match age {
                Some(age) => format!("{phase} · {age}"),
                None => phase.to_owned(),
            };
            (symbols.starting, Role::Working, text, None)
        }
        (None, SessionStatus::Running | SessionStatus::Other(_)) => return None,
    };
    let mut spans = Vec::new();
    if let Some(what) = action {
        spans = hints(&[(start, what)], brush);
        spans.push(brush.span(format!(" {} ", symbols.separator), Role::Dim));
    }
    spans.insert(0, brush.span(format!("{glyph} "), role));
    spans.push(brush.span(text, role));
    Some(brush.fit(spans))
}

fn deed_words(deed: Deed) -> &'static str {
    match deed {
        Deed::Create => "the session is being made",
        Deed::Start => "the sandbox is being started",
        Deed::Stop => "the session is being stopped",
        Deed::Restart => "the sandbox is being booted again from the branch",
        Deed::Delete => "the session is being deleted",
    }
}

/// What the agent does now, or how its last turn ended badly.
fn activity_row(
    state: &State,
    entry: &SessionEntry,
    shown: &AgentSessionId,
    brush: &Brush<'_>,
) -> Option<Line<'static>> {
    let symbols = brush.symbols;
    let transcript = &entry.transcript;
    let Some(activity) = transcript.activity(shown) else {
        return ending(state, &transcript.state(shown), brush);
    };
    let what = match &activity.doing {
        Doing::Tool { name, about } if about.is_empty() => name.clone(),
        Doing::Tool { name, about } => format!("{name}: {about}"),
        Doing::Thinking => "thinking".to_owned(),
        Doing::Writing => "writing".to_owned(),
        Doing::Compacting => "summarizing the history".to_owned(),
        Doing::Retrying => "waiting to try again".to_owned(),
    };
    let age = |since: Millis| {
        format!(
            "{} {} ",
            symbols.separator,
            whole_seconds(since.age(state.now))
        )
    };
    let since = activity.since.map(age).unwrap_or_default();
    let who = if activity.session == *shown {
        ""
    } else {
        "subagent "
    };
    let abort = hints(&[(key_of(state, Action::Abort), "aborts")], brush);
    let tail = format!(" {since} ");
    let abort_columns: usize = abort.iter().map(ratatui::text::Span::width).sum();
    let used = 2 + text::width(&tail) + abort_columns;
    let what = text::sanitize_line(&format!("{who}{what}")).into_owned();
    let what = text::truncate(&what, brush.columns.saturating_sub(used)).into_owned();
    let mut spans = vec![
        brush.span(format!("{} ", symbols.working), Role::Working),
        brush.span(what, Role::Text),
        brush.span(tail, Role::Dim),
    ];
    spans.extend(abort);
    Some(brush.fit(spans))
}

fn ending(state: &State, ended: &transcript::State, brush: &Brush<'_>) -> Option<Line<'static>> {
    let write = key_of(state, Action::Compose);
    match ended {
        transcript::State::Interrupted => {
            let text = "the agent was interrupted in the middle of a turn; a new prompt goes on";
            let mut spans = vec![brush.span(format!("{} {text} ", brush.symbols.bad), Role::Bad)];
            spans.extend(hints(&[(write, "writes")], brush));
            Some(brush.fit(spans))
        }
        transcript::State::Failed { error } => {
            let text = format!("the last turn failed: {}", error.name);
            Some(brush.fit(vec![
                brush.span(format!("{} ", brush.symbols.bad), Role::Bad),
                brush.foreign(&text, Role::Bad),
            ]))
        }
        transcript::State::Idle
        | transcript::State::Busy
        | transcript::State::Compacting
        | transcript::State::Retrying { .. }
        | transcript::State::AwaitingPermission
        | transcript::State::AwaitingAnswer => None,
    }
}
