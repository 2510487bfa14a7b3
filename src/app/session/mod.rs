//! A session's screen: transcript, asks, composer.
//!
//! Positions, choices and drafts of each session that was opened. The facts themselves are in the
//! fleet; what a key does is in `acting`, `asked` and `composing`. Not for: drawing.

pub mod answers;
pub mod asking;
pub mod field;
pub mod outbox;
pub mod reading;

mod acting;
mod asked;
mod composing;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    mem,
};

use crossterm::event::{KeyCode, KeyEvent};

use crate::{
    action::{Action, Context},
    app::{
        Screen, State,
        event::{Effect, Measures},
        input::Done,
        session::{
            asking::{AskId, Asking, Turn},
            composing::Browsing,
            field::Field,
            reading::Reading,
        },
    },
    model::{
        id::{AgentSessionId, MessageId, SessionKey},
        time::Millis,
    },
    transcript::Transcript,
};

pub use outbox::{Outgoing, OutgoingState};

/// The screen of one session: positions, choices and drafts.
#[derive(Debug, Default)]
pub struct SessionPane {
    /// The agent session that is shown, when not the root.
    pub shown: Option<AgentSessionId>,
    /// Prompts on their way.
    pub outbox: Vec<Outgoing>,
    /// How many prompts were sent; numbers them.
    pub sent: u64,
    /// What has the focus.
    pub focus: Focus,
    /// The prompt that is being written.
    pub composer: Field,
    /// Where somebody reads.
    pub reading: Reading,
    /// What the agent asks.
    pub asking: Asking,
    /// What is searched for, while it is typed.
    pub search: Option<Field>,
    /// Whether the facts beside the transcript are shown; `None` leaves it to the width.
    pub facts: Option<Visibility>,
    browsing: Option<Browsing>,
    /// Positions in the agent's other sessions.
    parked: HashMap<Option<AgentSessionId>, Reading>,
    /// Messages that were matched with prompts of the outbox.
    claimed: HashSet<MessageId>,
    /// What had the focus before the card took it.
    before_ask: Focus,
    /// When a key was last pressed here.
    touched_at: Millis,
}

/// What has the focus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Focus {
    /// The composer.
    #[default]
    Composer,
    /// The transcript.
    Transcript,
    /// The card with what the agent asks.
    Ask,
}

/// Whether something is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// It is.
    Shown,
    /// It is not.
    Hidden,
}

impl SessionPane {
    /// The session is opened again: what was put off is asked again.
    pub(super) fn reopen(&mut self) {
        self.asking.ask_again();
    }

    /// The contexts that a key is looked up in, the innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        if self.line().is_some() {
            return vec![Context::Input];
        }
        match self.focus {
            Focus::Composer => vec![Context::Composer, Context::Session],
            Focus::Transcript => vec![Context::Session, Context::List],
            Focus::Ask => {
                let inner = match self.asking.current {
                    Some(AskId::Question(_)) => Context::Question,
                    Some(AskId::Permission(_)) | None => Context::Permission,
                };
                // A key that is no answer means nothing here, so that a word begun on a question
                // never stops a session, and `esc` need not wait for a second one.
                vec![inner, Context::List]
            }
        }
    }

    /// The line of text that is being typed: search, reason, or an answer in one's own words.
    pub fn line(&self) -> Option<&Field> {
        let asked = self.asking.reason.as_ref();
        let asked = asked.or(self.asking.answers.typing.as_ref());
        self.search
            .as_ref()
            .or(asked.filter(|_| self.focus == Focus::Ask))
    }

    fn line_mut(&mut self) -> Option<&mut Field> {
        if self.search.is_some() {
            return self.search.as_mut();
        }
        if self.focus != Focus::Ask {
            return None;
        }
        let asking = &mut self.asking;
        asking.reason.as_mut().or(asking.answers.typing.as_mut())
    }

    /// Puts a text into the composer.
    pub fn set_draft(&mut self, text: String) {
        self.composer = Field::with(&text);
    }

    /// What was typed or sent and is not yet with the agent.
    pub fn unsent(&self) -> String {
        let underway = self
            .outbox
            .iter()
            .filter(|outgoing| outgoing.state != OutgoingState::Accepted)
            .map(|outgoing| outgoing.text.clone());
        let draft = match &self.browsing {
            Some(browsing) => browsing.draft.clone(),
            None => self.composer.text(),
        };
        let texts = underway.chain([draft]);
        let filled: Vec<String> = texts.filter(|text| !text.trim().is_empty()).collect();
        filled.join("\n\n")
    }

    /// Takes note of a changed transcript: prompts that arrived leave the outbox.
    pub fn took_news(&mut self, transcript: &Transcript, root: Option<AgentSessionId>) {
        let gone = |id: &AgentSessionId| transcript.session(id).is_none();
        if self.shown.as_ref().is_some_and(gone) {
            self.show(None);
        }
        if self.outbox.is_empty() {
            return;
        }
        let children = transcript.sessions().map(|session| session.id.clone());
        let sessions: BTreeSet<AgentSessionId> = children.chain(root).collect();
        for session in &sessions {
            if let Some(conversation) = transcript.conversation(session) {
                outbox::settle(&mut self.outbox, &mut self.claimed, conversation);
            }
        }
    }

    /// The numbers of the prompts that wait to be sent.
    pub fn waiting(&self) -> impl Iterator<Item = u64> + '_ {
        let waits = |outgoing: &&Outgoing| outgoing.state == OutgoingState::Waiting;
        self.outbox
            .iter()
            .filter(waits)
            .map(|outgoing| outgoing.number)
    }

    /// Marks a prompt as sent and gives its text; `None` when it is not waiting.
    pub fn depart(&mut self, number: u64) -> Option<String> {
        let waits = |outgoing: &&mut Outgoing| {
            outgoing.number == number && outgoing.state == OutgoingState::Waiting
        };
        let outgoing = self.outbox.iter_mut().find(waits)?;
        outgoing.state = OutgoingState::Sent;
        Some(outgoing.text.clone())
    }

    /// Marks a prompt as accepted by the agent.
    pub fn accepted(&mut self, number: u64) {
        if let Some(outgoing) = self
            .outbox
            .iter_mut()
            .find(|outgoing| outgoing.number == number)
        {
            outgoing.state = OutgoingState::Accepted;
        }
    }

    /// Takes a refused prompt out of the outbox, back into the composer before what was typed since.
    pub fn refused(&mut self, number: u64) {
        self.bring_back(|outgoing| outgoing.number == number);
    }

    /// Takes prompts that wait for an agent that does not come back into the composer.
    pub fn return_waiting(&mut self) {
        self.bring_back(|outgoing| outgoing.state == OutgoingState::Waiting);
    }

    fn bring_back(&mut self, is_back: impl Fn(&Outgoing) -> bool) {
        let (back, stay): (Vec<Outgoing>, Vec<Outgoing>) =
            mem::take(&mut self.outbox).into_iter().partition(is_back);
        self.outbox = stay;
        self.end_browsing();
        for outgoing in back.iter().rev() {
            self.composer.prepend(&outgoing.text);
        }
    }

    /// Shows the root (`None`) or a subagent.
    pub(in crate::app) fn show(&mut self, session: Option<AgentSessionId>) {
        if self.shown == session {
            return;
        }
        let reading = self.parked.remove(&session).unwrap_or_default();
        let left = mem::replace(&mut self.shown, session);
        self.parked
            .insert(left, mem::replace(&mut self.reading, reading));
    }

    fn focus_ask(&mut self) {
        if self.focus != Focus::Ask {
            self.before_ask = self.focus;
            self.focus = Focus::Ask;
        }
    }

    fn leave_ask(&mut self) {
        if self.focus == Focus::Ask {
            self.focus = self.before_ask;
        }
    }

    /// When the card takes the focus by itself if nothing happens until then.
    fn focus_due(&self) -> Option<Millis> {
        let may = self.focus != Focus::Ask && self.composer.is_empty() && self.search.is_none();
        self.asking.focus_due(self.touched_at).filter(|_| may)
    }
}

/// The agent session that a session's screen shows: a subagent, or the root.
pub fn shown_session(state: &State, key: &SessionKey) -> Option<AgentSessionId> {
    let chosen = state.panes.get(key).and_then(|pane| pane.shown.clone());
    chosen.or_else(|| state.fleet.sessions.get(key)?.root())
}

/// Turns to asks that came or went on the open session, and gives the card the focus when it may.
pub(super) fn attend(state: &mut State) {
    let now = state.now;
    let Some((entry, pane)) = open(state) else {
        return;
    };
    let mut changed = match pane.asking.attend(&entry.transcript, now) {
        Turn::Same => false,
        Turn::Another => true,
        Turn::Over => {
            pane.leave_ask();
            true
        }
    };
    if pane.focus_due().is_some_and(|at| at <= now) {
        pane.focus_ask();
        pane.asking.settle_in(now);
        changed = true;
    }
    if let Some(root) = entry.root() {
        outbox::forget(&mut pane.outbox, &entry.transcript, &root, now);
    }
    if changed {
        state.touch();
    }
}

/// When [`attend`] has something to do though nothing happens.
pub(super) fn attention_at(state: &State) -> Option<Millis> {
    let Screen::Session(key) = &state.screen else {
        return None;
    };
    let due = state.panes.get(key)?.focus_due()?;
    (due > state.now).then_some(due)
}

/// Takes where drawing put the transcript of the open session, and asks for older messages at its
/// top.
pub(super) fn measured(state: &mut State, measures: Measures) {
    let Screen::Session(key) = state.screen.clone() else {
        return;
    };
    let Some(shown) = shown_session(state, &key) else {
        return;
    };
    let Some((entry, pane)) = open(state) else {
        return;
    };
    pane.asking.scroll = pane.asking.scroll.min(measures.card_scroll);
    let Some(conversation) = entry.transcript.conversation(&shown) else {
        return;
    };
    let Some(placed) = measures.placed else {
        return;
    };
    pane.reading.placed(conversation, placed);
    let is_live = entry.link == crate::model::agent::stream::LinkState::Live;
    if placed.is_at_top
        && is_live
        && let Some(before) = pane.reading.wants_older(conversation)
    {
        state.effects.push(Effect::LoadOlder {
            session: key,
            agent: shown,
            before,
        });
        state.touch();
    }
}

/// Brings an ask back whose answer the agent did not take.
pub(super) fn answer_refused(state: &mut State, key: &SessionKey, ask: &AskId) {
    if let Some(pane) = state.panes.get_mut(key) {
        pane.asking.refused(ask);
    }
}

fn open(state: &mut State) -> Option<(&super::fleet::SessionEntry, &mut SessionPane)> {
    let Screen::Session(key) = &state.screen else {
        return None;
    };
    Some((state.fleet.sessions.get(key)?, state.panes.get_mut(key)?))
}

/// Does an action on a session's screen.
pub(super) fn act(state: &mut State, key: &SessionKey, action: Action) -> Done {
    let now = state.now;
    if let Some(pane) = state.panes.get_mut(key) {
        pane.touched_at = now;
    }
    acting::act(state, key, action)
}

/// Types a key into the composer, or into the line that is being typed.
pub(super) fn type_key(state: &mut State, session: &SessionKey, key: KeyEvent) {
    let now = state.now;
    let Some(pane) = state.panes.get_mut(session) else {
        return;
    };
    pane.touched_at = now;
    if let Some(line) = pane.line_mut() {
        if key.code != KeyCode::Enter {
            line.key(key);
        }
        return;
    }
    let scroll = match key.code {
        KeyCode::PageUp => Some(Action::PageUp),
        KeyCode::PageDown => Some(Action::PageDown),
        _ => None,
    };
    match scroll {
        Some(action) => {
            acting::act(state, session, action);
        }
        None => composing::type_key(state, session, key),
    }
}

/// Pastes text into the composer, or into the line that is being typed.
pub(super) fn paste(state: &mut State, session: &SessionKey, text: &str) {
    let now = state.now;
    let Some(pane) = state.panes.get_mut(session) else {
        return;
    };
    pane.touched_at = now;
    if let Some(line) = pane.line_mut() {
        return line.insert_line(text);
    }
    // Pasted text is never an answer: it goes where text goes.
    pane.leave_ask();
    pane.focus = Focus::Composer;
    pane.end_browsing();
    pane.composer.insert(text);
    state.remember_soon();
}

/// Takes the prompt from `$EDITOR`.
pub(super) fn take_edited(state: &mut State, key: &SessionKey, text: String) {
    let pane = state.panes.entry(key.clone()).or_default();
    pane.end_browsing();
    pane.composer.set(text.trim_end_matches('\n'));
    pane.focus = Focus::Composer;
    state.remember_soon();
}
