//! Which ask of the agent is looked at, and when it may be answered by a key.
//!
//! A card must never take keys that were meant for something else. It takes the focus only after
//! nothing was typed for [`QUIET`] since it appeared and while the composer is empty, and a key that
//! comes within [`SETTLE`] of that does not answer it. A card that takes the place of another one
//! does not take answers for [`QUIET`] either.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    app::session::{answers::Answers, field::Field},
    model::{
        id::{PermissionId, QuestionId},
        time::Millis,
    },
    transcript::{Ask, AskBody, Transcript},
};

/// How long nothing may be typed before a new card takes the focus.
pub const QUIET: Duration = Duration::from_millis(700);
/// How long after it took the focus by itself a card does not take answers.
pub const SETTLE: Duration = Duration::from_millis(300);

/// Names an ask.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AskId {
    /// A permission request.
    Permission(PermissionId),
    /// Questions.
    Question(QuestionId),
}

/// Which ask is looked at, and what was chosen so far.
#[derive(Debug, Clone, Default)]
pub struct Asking {
    /// The ask that is looked at; `None` when there is none.
    pub current: Option<AskId>,
    /// How many rows of the card are scrolled away.
    pub scroll: usize,
    /// The reason of a refusal while it is typed.
    pub reason: Option<Field>,
    /// The answers so far, when the ask is a question.
    pub answers: Answers,
    sent: BTreeSet<AskId>,
    aside: BTreeSet<AskId>,
    shown_at: Millis,
    answerable_at: Millis,
}

/// How the ask that is looked at changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is the same.
    Same,
    /// It is another one that waits for an answer.
    Another,
    /// None waits for an answer, or only such as were set aside.
    Over,
}

impl Asking {
    /// Takes note of the asks that are live, and turns to another one when the present one is over.
    pub fn attend(&mut self, transcript: &Transcript, now: Millis) -> Turn {
        let live: Vec<AskId> = transcript.asks().map(|ask| AskId::of(&ask)).collect();
        self.sent.retain(|id| live.contains(id));
        self.aside.retain(|id| live.contains(id));
        let open = |id: &&AskId| !self.sent.contains(*id);
        let stays = |id: &AskId| live.contains(id) && !self.sent.contains(id);
        if self.current.as_ref().is_some_and(stays) {
            return Turn::Same;
        }
        let fresh = live
            .iter()
            .filter(open)
            .find(|id| !self.aside.contains(*id));
        let next = fresh.or_else(|| live.iter().find(open)).or(live.first());
        if next == self.current.as_ref() {
            return Turn::Same;
        }
        let next = next.cloned();
        let waits = next
            .as_ref()
            .is_some_and(|id| !self.sent.contains(id) && !self.aside.contains(id));
        self.look_at(next, now);
        if waits { Turn::Another } else { Turn::Over }
    }

    /// Forgets that asks were put off: the session was opened again.
    pub fn ask_again(&mut self) {
        self.aside.clear();
    }

    fn look_at(&mut self, id: Option<AskId>, now: Millis) {
        self.current = id;
        self.scroll = 0;
        self.reason = None;
        self.answers = Answers::default();
        self.shown_at = now;
        self.answerable_at = now.plus(QUIET);
    }

    /// When the card may take the focus by itself, if nothing is typed after `touched`; `None` when
    /// it may not.
    pub fn focus_due(&self, touched: Millis) -> Option<Millis> {
        let id = self.current.as_ref()?;
        if self.is_sent(id) || self.aside.contains(id) {
            return None;
        }
        Some(self.shown_at.max(touched).plus(QUIET))
    }

    /// Gives the card the focus by itself; it takes answers soon.
    pub fn settle_in(&mut self, now: Millis) {
        self.answerable_at = now.plus(SETTLE);
    }

    /// Gives the card the focus because a person asked for it; it takes answers at once.
    pub fn choose_focus(&mut self, now: Millis) {
        if let Some(id) = &self.current {
            self.aside.remove(id);
        }
        self.answerable_at = now;
    }

    /// Whether a key may answer now.
    pub fn takes_answers(&self, now: Millis) -> bool {
        self.answerable_at <= now
    }

    /// Sets the card aside: it stays, and does not ask for the focus again.
    pub fn set_aside(&mut self) {
        self.reason = None;
        self.answers.typing = None;
        self.aside.extend(self.current.clone());
    }

    /// Whether the card was set aside.
    pub fn is_aside(&self, id: &AskId) -> bool {
        self.aside.contains(id)
    }

    /// Looks at the ask after the present one, and says whether there is another one.
    pub fn next(&mut self, transcript: &Transcript, now: Millis) -> bool {
        let open: Vec<AskId> = transcript
            .asks()
            .map(|ask| AskId::of(&ask))
            .filter(|id| !self.sent.contains(id))
            .collect();
        let here = open.iter().position(|id| self.current.as_ref() == Some(id));
        let next = here.map_or(0, |index| index + 1) % open.len().max(1);
        if open.len() < 2 {
            return false;
        }
        self.look_at(open.get(next).cloned(), now);
        true
    }

    /// Notes that an answer to the present ask is on its way.
    pub fn note_sent(&mut self) {
        self.reason = None;
        self.sent.extend(self.current.clone());
    }

    /// Whether an answer to an ask is on its way.
    pub fn is_sent(&self, id: &AskId) -> bool {
        self.sent.contains(id)
    }

    /// Takes an ask whose answer was refused back.
    pub fn refused(&mut self, id: &AskId) {
        self.sent.remove(id);
    }
}

impl AskId {
    /// The name of an ask.
    pub fn of(ask: &Ask<'_>) -> Self {
        match ask.body {
            AskBody::Permission(permission) => Self::Permission(permission.id.clone()),
            AskBody::Question(question) => Self::Question(question.id.clone()),
        }
    }

    /// The ask of this name, while it is live.
    pub fn find<'a>(&self, transcript: &'a Transcript) -> Option<Ask<'a>> {
        transcript.asks().find(|ask| Self::of(ask) == *self)
    }
}
