//! Answering what the agent asks.

use crate::{
    action::Action,
    app::{
        State,
        event::Level,
        input::Done,
        session::{SessionPane, answers::Submission, asking::AskId, field::Field},
    },
    model::{
        agent::ask::{PermissionReply, Question, QuestionReply},
        id::SessionKey,
    },
    transcript::AskBody,
};

/// Does an action of the card with the ask.
pub(super) fn act(state: &mut State, key: &SessionKey, action: Action) -> Done {
    match action {
        Action::NextAsk => look(state, key),
        Action::AllowOnce => permit(state, key, PermissionReply::Once),
        Action::AllowAlways => permit(state, key, PermissionReply::Always),
        Action::Deny => permit(state, key, PermissionReply::Reject { reason: None }),
        Action::DenyWithReason => {
            if may_answer(state, key) {
                pane(state, key).asking.reason = Some(Field::default());
            }
        }
        Action::NextRequest => turn(state, key),
        Action::LaterPermission | Action::LaterQuestion => {
            let pane = pane(state, key);
            pane.asking.set_aside();
            pane.leave_ask();
        }
        Action::RejectQuestion => answer(state, key, QuestionReply::Reject),
        Action::SubmitAnswers => submit(state, key),
        Action::Choose => with_question(state, key, |pane, question| {
            pane.asking.answers.choose(question);
        }),
        Action::FreeText => with_question(state, key, |pane, question| {
            pane.asking.answers.type_custom(question);
        }),
        Action::NextQuestion => with_question(state, key, |pane, question| {
            pane.asking.answers.next(question);
        }),
        Action::PreviousQuestion => with_question(state, key, |pane, question| {
            pane.asking.answers.previous(question);
        }),
        _ => return Done::No,
    }
    Done::Yes
}

/// Moves within the card.
pub(super) fn step(state: &mut State, key: &SessionKey, action: Action) -> Done {
    let rows = state.measures.viewport_rows.max(2);
    if let Some(question) = question(state, key) {
        let answers = &mut pane(state, key).asking.answers;
        match action {
            Action::Up => answers.up(),
            Action::Down => answers.down(&question),
            _ => return Done::No,
        }
        return Done::Yes;
    }
    let scroll = &mut pane(state, key).asking.scroll;
    *scroll = match action {
        Action::Up => scroll.saturating_sub(1),
        Action::Down => *scroll + 1,
        Action::HalfPageUp | Action::PageUp => scroll.saturating_sub(rows / 2),
        Action::HalfPageDown | Action::PageDown => *scroll + rows / 2,
        Action::Top => 0,
        Action::Bottom => usize::MAX / 2,
        _ => return Done::No,
    };
    Done::Yes
}

/// Takes the line that was typed: a reason, or an answer in one's own words.
pub(super) fn accept_line(state: &mut State, key: &SessionKey) {
    let asking = &mut pane(state, key).asking;
    if let Some(field) = &asking.reason {
        let reason = field.text().trim().to_owned();
        if reason.is_empty() {
            return state.say(
                Level::Info,
                "write a reason, or go back and refuse without one",
            );
        }
        let reason = Some(reason);
        return permit(state, key, PermissionReply::Reject { reason });
    }
    with_question(state, key, |pane, question| {
        pane.asking.answers.accept_custom(question);
    });
}

/// Leaves the line that was typed.
pub(super) fn cancel_line(state: &mut State, key: &SessionKey) {
    let asking = &mut pane(state, key).asking;
    asking.reason = None;
    asking.answers.typing = None;
}

fn pane<'a>(state: &'a mut State, key: &SessionKey) -> &'a mut SessionPane {
    state.panes.entry(key.clone()).or_default()
}

/// Gives the card the focus because a person asked for it.
fn look(state: &mut State, key: &SessionKey) {
    let now = state.now;
    let waits = state.panes.get(key).is_some_and(|pane| {
        let current = pane.asking.current.as_ref();
        current.is_some_and(|id| !pane.asking.is_sent(id))
    });
    if !waits {
        return state.say(Level::Info, "the agent asks nothing now");
    }
    let pane = pane(state, key);
    pane.focus_ask();
    pane.asking.choose_focus(now);
}

fn turn(state: &mut State, key: &SessionKey) {
    let now = state.now;
    let Some(entry) = state.fleet.sessions.get(key) else {
        return;
    };
    let Some(pane) = state.panes.get_mut(key) else {
        return;
    };
    if pane.asking.next(&entry.transcript, now) {
        pane.asking.choose_focus(now);
    } else {
        state.say(Level::Info, "this is the only request");
    }
}

/// Whether an answer may leave now; says why when it may not.
fn may_answer(state: &mut State, key: &SessionKey) -> bool {
    let now = state.now;
    let Some(pane) = state.panes.get(key) else {
        return false;
    };
    if !pane.asking.takes_answers(now) {
        let text = "this request has only just appeared; press the key again to answer it";
        state.say(Level::Warning, text);
        return false;
    }
    let entry = state.fleet.sessions.get(key);
    if entry.and_then(|entry| entry.address()).is_none() {
        state.say(Level::Warning, "the agent cannot be reached");
        return false;
    }
    true
}

fn permit(state: &mut State, key: &SessionKey, reply: PermissionReply) {
    if !may_answer(state, key) {
        return;
    }
    let asking = &mut pane(state, key).asking;
    let Some(AskId::Permission(id)) = asking.current.clone() else {
        return;
    };
    asking.note_sent();
    state.answer_permission(key, id, reply);
}

fn answer(state: &mut State, key: &SessionKey, reply: QuestionReply) {
    if !may_answer(state, key) {
        return;
    }
    let asking = &mut pane(state, key).asking;
    let Some(AskId::Question(id)) = asking.current.clone() else {
        return;
    };
    asking.note_sent();
    state.answer_question(key, id, reply);
}

fn submit(state: &mut State, key: &SessionKey) {
    let Some(question) = question(state, key) else {
        return;
    };
    if !may_answer(state, key) {
        return;
    }
    match pane(state, key).asking.answers.submit(&question) {
        Submission::Next => {}
        Submission::Missing => state.say(Level::Info, "choose an answer first"),
        Submission::Complete(answers) => answer(state, key, QuestionReply::Answers(answers)),
    }
}

fn question(state: &State, key: &SessionKey) -> Option<Question> {
    let current = state.panes.get(key)?.asking.current.as_ref()?;
    let ask = current.find(&state.fleet.sessions.get(key)?.transcript)?;
    match ask.body {
        AskBody::Question(question) => Some(question.clone()),
        AskBody::Permission(_) => None,
    }
}

fn with_question(
    state: &mut State,
    key: &SessionKey,
    change: impl FnOnce(&mut SessionPane, &Question),
) {
    if let Some(question) = question(state, key) {
        change(pane(state, key), &question);
    }
}
