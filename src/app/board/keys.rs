//! What keys do on the board.

use crate::{
    action::Action,
    app::{
        Screen, State,
        board::SHIFTED,
        changes, cursor,
        event::{Effect, Level},
        fleet::Deed,
        input::Done,
        overlay::{self, LinePurpose},
    },
    attention::Standing,
    model::id::SessionKey,
    text,
};

/// Does an action on the board.
pub(in crate::app) fn act(state: &mut State, action: Action) -> Done {
    if step(state, action) {
        return Done::Yes;
    }
    match action {
        Action::Filter => overlay::open_line(state, LinePurpose::Filter),
        Action::OnlyWaiting => {
            state.board.only_waiting = !state.board.only_waiting;
            state.board.taken = None;
            state.board.touched = true;
        }
        Action::NextWaiting => go_to_waiting(state),
        Action::Order => {
            state.board.order = state.board.order.next();
            state.board.resort(&state.fleet);
            let name = state.board.order.name();
            state.say(Level::Info, format!("order: {name}"));
        }
        Action::Refresh => {
            state.board.resort(&state.fleet);
            // What else it does is the same on all screens.
            return Done::No;
        }
        Action::Preview => state.board.preview = !state.board.preview,
        Action::NewSession => overlay::form::open(state),
        Action::Back => {
            state.board.set_filter(String::new());
            if std::mem::take(&mut state.board.only_waiting) {
                state.board.taken = None;
            }
        }
        Action::Open
        | Action::QuickPrompt
        | Action::Stop
        | Action::Restart
        | Action::Delete
        | Action::Rename
        | Action::ShowChange
        | Action::Copy
        | Action::CopyId => on_session(state, action),
        _ => return Done::No,
    }
    Done::Yes
}

/// Moves the cursor; false when the action is no movement.
fn step(state: &mut State, action: Action) -> bool {
    let height = state.measures.viewport_rows;
    let Some(to) = cursor::target(action, state.board.cursor.place, height) else {
        return false;
    };
    state.board.go(to, height);
    state.follow_soon();
    true
}

fn go_to_waiting(state: &mut State) {
    let from = state.board.selected().cloned();
    match next_waiting(state, from.as_ref()) {
        Some(key) => {
            state.board.touched = true;
            let place = |board: &super::Board| {
                let index = board.roster.find(&key)?;
                board.shown.iter().position(|shown| *shown == index)
            };
            if place(&state.board).is_none() {
                // What needs a person is never hidden by a filter that was forgotten.
                state.board.set_filter(String::new());
                state.board.keep(&state.fleet, state.now);
            }
            let height = state.measures.viewport_rows;
            if let Some(place) = place(&state.board) {
                state.board.go(place, height);
            }
            state.follow_soon();
        }
        None => state.say(Level::Info, "nothing needs you"),
    }
}

/// The next session after `from`, in the order of the board, that needs a person.
pub fn next_waiting(state: &mut State, from: Option<&SessionKey>) -> Option<SessionKey> {
    state.board.keep(&state.fleet, state.now);
    let roster = &state.board.roster;
    let index = from.and_then(|key| roster.find(key));
    let place = index.and_then(|index| roster.order.iter().position(|other| *other == index));
    let after = place.map_or(0, |place| place + 1);
    let (before, after) = roster.order.split_at_checked(after)?;
    let round = after.iter().chain(before);
    let mut waiting = round.filter_map(|index| roster.rows.get(*index));
    let found = waiting.find(|row| row.standing.needs_a_person());
    found.map(|row| row.key.clone())
}

/// Does something to the session under the cursor.
fn on_session(state: &mut State, action: Action) {
    let Some(key) = state.board.selected().cloned() else {
        return state.say(Level::Info, "there is no session under the cursor");
    };
    let shifted = state.board.shifted_at.take();
    if shifted.is_some_and(|at| state.now < at.plus(SHIFTED)) {
        let text = "the list changed under the cursor; press the key again";
        return state.say(Level::Warning, text);
    }
    state.board.touched = true;
    match action {
        Action::Open => state.show(Screen::Session(key)),
        Action::QuickPrompt => quick(state, key),
        Action::Stop => overlay::confirm::open(state, Deed::Stop, &key),
        Action::Restart => overlay::confirm::open(state, Deed::Restart, &key),
        Action::Delete => overlay::confirm::open(state, Deed::Delete, &key),
        Action::ShowChange => changes::open_of_session(state, &key),
        Action::Rename => overlay::open_line(state, LinePurpose::Rename(key)),
        Action::Copy => copy(state, &key, |entry| entry.row.title().to_owned()),
        Action::CopyId => copy(state, &key, |entry| entry.row.session_id.0.clone()),
        _ => {}
    }
}

/// Answers what the session asks, else takes a prompt.
fn quick(state: &mut State, key: SessionKey) {
    let standing = state.board.row(&key).map(|row| row.standing);
    match standing {
        Some(Standing::AwaitsPermission) => overlay::permission::open(state, &key),
        Some(Standing::AwaitsAnswer) => state.show(Screen::Session(key)),
        Some(_) | None => overlay::open_line(state, LinePurpose::Prompt(key)),
    }
}

fn copy(
    state: &mut State,
    key: &SessionKey,
    of: impl Fn(&crate::app::fleet::SessionEntry) -> String,
) {
    let Some(value) = state.fleet.sessions.get(key).map(of) else {
        return;
    };
    let value = text::sanitize_line(&value).into_owned();
    state.say(
        Level::Info,
        format!("copied {}", text::truncate(&value, 40)),
    );
    state.effects.push(Effect::Copy(value));
}
