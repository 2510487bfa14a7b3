//! What actions do on a session's screen.

use crate::{
    action::Action,
    app::{
        Screen, State, board, changes,
        event::{Effect, Level},
        fleet::Deed,
        input::Done,
        overlay,
        session::{
            Focus, Visibility, asked, composing,
            field::Field,
            reading::{Direction, Move, Reading, block_text},
            shown_session,
        },
    },
    model::id::{AgentSessionId, SessionKey},
    text,
    transcript::{Block, BlockBody, Conversation},
};

/// From this many columns on the facts are shown beside the transcript unless hidden.
pub const WIDE: u16 = 110;

pub(super) fn act(state: &mut State, key: &SessionKey, action: Action) -> Done {
    let typed = state
        .panes
        .get(key)
        .is_some_and(|pane| pane.line().is_some());
    let asked_first = state
        .panes
        .get(key)
        .is_some_and(|pane| pane.focus == Focus::Ask);
    if typed {
        return act_on_line(state, key, action);
    }
    if asked_first && asked::step(state, key, action) == Done::Yes {
        return Done::Yes;
    }
    let done = [
        composing::act,
        asked::act,
        move_around,
        fold_and_find,
        act_on_session,
    ]
    .into_iter()
    .any(|part| part(state, key, action) == Done::Yes);
    if done { Done::Yes } else { Done::No }
}

fn act_on_line(state: &mut State, key: &SessionKey, action: Action) -> Done {
    let searches = state
        .panes
        .get(key)
        .is_some_and(|pane| pane.search.is_some());
    match (action, searches) {
        (Action::Accept, true) => search(state, key),
        (Action::Cancel, true) => {
            if let Some(pane) = state.panes.get_mut(key) {
                pane.search = None;
            }
        }
        (Action::Accept, false) => asked::accept_line(state, key),
        (Action::Cancel, false) => asked::cancel_line(state, key),
        (Action::InputNext | Action::InputPrevious, _) => {}
        _ => return Done::No,
    }
    Done::Yes
}

/// Lends the conversation that is shown together with where it is read.
fn with_reading<T>(
    state: &mut State,
    key: &SessionKey,
    change: impl FnOnce(&mut Reading, &Conversation) -> T,
) -> Option<T> {
    let shown = shown_session(state, key)?;
    let entry = state.fleet.sessions.get(key)?;
    let conversation = entry.transcript.conversation(&shown)?;
    let pane = state.panes.get_mut(key)?;
    Some(change(&mut pane.reading, conversation))
}

fn move_around(state: &mut State, key: &SessionKey, action: Action) -> Done {
    let step = match action {
        Action::Up => Move::Up,
        Action::Down => Move::Down,
        Action::HalfPageUp => Move::HalfPageUp,
        Action::HalfPageDown => Move::HalfPageDown,
        Action::PageUp => Move::PageUp,
        Action::PageDown => Move::PageDown,
        Action::Top => {
            with_reading(state, key, |reading, conversation| {
                reading.retry_older();
                reading.jump(conversation, 0);
            });
            return Done::Yes;
        }
        Action::Bottom => {
            with_reading(state, key, |reading, _| reading.follow());
            return Done::Yes;
        }
        Action::NextPrompt => {
            leap(
                state,
                key,
                Direction::Forward,
                is_prompt,
                "there is no later prompt",
            );
            return Done::Yes;
        }
        Action::PreviousPrompt => {
            leap(
                state,
                key,
                Direction::Backward,
                is_prompt,
                "there is no earlier prompt",
            );
            return Done::Yes;
        }
        _ => return Done::No,
    };
    with_reading(state, key, |reading, conversation| {
        reading.step(conversation, step);
    });
    Done::Yes
}

fn is_prompt(block: &Block) -> bool {
    matches!(block.body, BlockBody::Prompt(_))
}

/// Jumps to the nearest block that is wanted, or says that there is none.
fn leap(
    state: &mut State,
    key: &SessionKey,
    direction: Direction,
    wanted: impl Fn(&Block) -> bool,
    none: &str,
) {
    let found = with_reading(state, key, |reading, conversation| {
        let found = reading.find(conversation, direction, wanted)?;
        reading.jump(conversation, found);
        Some(found)
    });
    if found.flatten().is_none() {
        state.say(Level::Info, none);
    }
}

fn fold_and_find(state: &mut State, key: &SessionKey, action: Action) -> Done {
    match action {
        Action::Open if open_subagent(state, key) => {}
        Action::Fold | Action::Open => {
            with_reading(state, key, |reading, conversation| {
                let index = reading.cursor_index(conversation);
                if let Some(block) = conversation.get(index) {
                    reading.toggle(block);
                }
            });
        }
        Action::FoldAll => {
            with_reading(state, key, |reading, _| reading.toggle_all());
        }
        Action::Reasoning => {
            with_reading(state, key, |reading, _| reading.toggle_reasoning());
        }
        Action::Filter => {
            if let Some(pane) = state.panes.get_mut(key) {
                pane.search = Some(Field::with(&pane.reading.query));
            }
        }
        Action::NextMatch => next_match(state, key, Direction::Forward),
        Action::PreviousMatch => next_match(state, key, Direction::Backward),
        Action::Copy => copy(state, key),
        Action::CopyId => {
            let id = key.session.as_str().to_owned();
            state.say(Level::Info, "the session's id is copied");
            state.effects.push(Effect::Copy(id));
        }
        _ => return Done::No,
    }
    Done::Yes
}

/// Shows the subagent that the block under the cursor has handed work to; false when there is none.
fn open_subagent(state: &mut State, key: &SessionKey) -> bool {
    let handed = with_reading(state, key, |reading, conversation| {
        let block = conversation.get(reading.cursor_index(conversation))?;
        let BlockBody::Tool { tool, .. } = &block.body else {
            return None;
        };
        let session = tool.metadata.get("sessionId")?.as_str()?;
        Some(AgentSessionId::from(session))
    });
    let Some(session) = handed.flatten() else {
        return false;
    };
    let entry = state.fleet.sessions.get(key);
    let is_known = entry.is_some_and(|entry| entry.transcript.session(&session).is_some());
    if let Some(pane) = state.panes.get_mut(key).filter(|_| is_known) {
        pane.show(Some(session));
    }
    is_known
}

fn search(state: &mut State, key: &SessionKey) {
    let Some(pane) = state.panes.get_mut(key) else {
        return;
    };
    let query = pane.search.take().map(|field| field.text());
    pane.reading.query = query.unwrap_or_default().trim().to_owned();
    if pane.reading.query.is_empty() {
        return;
    }
    pane.focus = Focus::Transcript;
    let here = with_reading(state, key, |reading, conversation| {
        let query = reading.query.to_lowercase();
        let block = conversation.get(reading.cursor_index(conversation));
        block.is_some_and(|block| says(block, &query))
    });
    if here != Some(true) {
        next_match(state, key, Direction::Backward);
    }
}

fn says(block: &Block, query: &str) -> bool {
    block_text(block).to_lowercase().contains(query)
}

fn next_match(state: &mut State, key: &SessionKey, direction: Direction) {
    let query = state
        .panes
        .get(key)
        .map(|pane| pane.reading.query.to_lowercase());
    let query = query.unwrap_or_default();
    if query.is_empty() {
        return state.say(Level::Info, "search for something first");
    }
    let none = match direction {
        Direction::Forward => "no later match",
        Direction::Backward => "no earlier match",
    };
    leap(state, key, direction, |block| says(block, &query), none);
}

fn copy(state: &mut State, key: &SessionKey) {
    let copied = with_reading(state, key, |reading, conversation| {
        let block = conversation.get(reading.cursor_index(conversation))?;
        Some(text::sanitize(&block_text(block)).into_owned())
    });
    let Some(copied) = copied.flatten().filter(|text| !text.is_empty()) else {
        return state.say(Level::Info, "there is nothing to copy here");
    };
    let lines = text::count(copied.lines().count(), "line", "lines");
    state.say(Level::Info, format!("{lines} copied"));
    state.effects.push(Effect::Copy(copied));
}

fn act_on_session(state: &mut State, key: &SessionKey, action: Action) -> Done {
    match action {
        Action::Abort => abort(state, key),
        Action::Facts => {
            let width = state.size.0;
            if let Some(pane) = state.panes.get_mut(key) {
                pane.facts = Some(pane.facts_at(width).opposite());
            }
        }
        Action::Child => next_child(state, key),
        Action::SessionStart => state.start_session(key),
        Action::SessionStop => overlay::confirm::open(state, Deed::Stop, key),
        Action::SessionRestart => overlay::confirm::open(state, Deed::Restart, key),
        Action::SessionChange => changes::open_of_session(state, key),
        Action::SessionNextWaiting => next_waiting(state, key),
        Action::Back => return leave(state, key),
        _ => return Done::No,
    }
    Done::Yes
}

fn abort(state: &mut State, key: &SessionKey) {
    let works = state
        .fleet
        .sessions
        .get(key)
        .is_some_and(|entry| entry.transcript.is_working());
    if works {
        state.abort_turn(key);
    } else {
        state.say(Level::Info, "the agent does nothing that could be aborted");
    }
}

/// Goes one step back: from a search, from a subagent, from the screen.
fn leave(state: &mut State, key: &SessionKey) -> Done {
    let Some(pane) = state.panes.get_mut(key) else {
        return Done::No;
    };
    if !pane.reading.query.is_empty() {
        pane.reading.query.clear();
        return Done::Yes;
    }
    if pane.shown.is_some() {
        pane.show(None);
        return Done::Yes;
    }
    Done::No
}

/// Shows the next subagent, or the root after the last one.
fn next_child(state: &mut State, key: &SessionKey) {
    let Some(entry) = state.fleet.sessions.get(key) else {
        return;
    };
    let Some(root) = entry.root() else { return };
    let transcript = &entry.transcript;
    let mut family = Vec::new();
    for session in transcript.sessions() {
        if session.id != root && *transcript.root_of(&session.id) == root {
            family.push(session.id.clone());
        }
    }
    let Some(pane) = state.panes.get_mut(key) else {
        return;
    };
    if family.is_empty() && pane.shown.is_none() {
        return state.say(Level::Info, "this session has no subagents");
    }
    let next = match &pane.shown {
        None => family.first(),
        Some(shown) => {
            let here = family.iter().position(|id| id == shown);
            here.and_then(|index| family.get(index + 1))
        }
    };
    let next = next.cloned();
    pane.show(next);
}

/// Opens the next session, in the order of the board, that needs a person.
fn next_waiting(state: &mut State, key: &SessionKey) {
    match board::next_waiting(state, Some(key)).filter(|next| next != key) {
        Some(next) => state.show(Screen::Session(next)),
        None => state.say(Level::Info, "no other session needs you"),
    }
}

impl super::SessionPane {
    /// Whether the facts are shown beside the transcript on a screen of this width.
    pub fn facts_at(&self, width: u16) -> Visibility {
        match self.facts {
            Some(chosen) => chosen,
            None if width >= WIDE => Visibility::Shown,
            None => Visibility::Hidden,
        }
    }
}

impl Visibility {
    fn opposite(self) -> Self {
        match self {
            Self::Shown => Self::Hidden,
            Self::Hidden => Self::Shown,
        }
    }
}
