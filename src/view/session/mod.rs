//! Draws a session's screen.
//!
//! Head, transcript, facts at the right where there is room, the card with an ask, the composer.
//! Input is the state; output are cells and where the transcript was put. Not for: what keys do.

mod brush;
mod cache;
mod card;
pub(in crate::view) mod composer;
mod facts;
mod head;
mod placing;
mod question;
mod rows;
mod status;
mod transcript;

use ratatui::{Frame, layout::Rect, text::Line};

use crate::{
    app::{
        State,
        event::{Measures, Placed},
        fleet::SessionEntry,
        session::{Focus, SessionPane, Visibility, shown_session},
    },
    model::{
        agent::stream::LinkState,
        id::{AgentSessionId, SessionKey},
        session::SessionStatus,
    },
    theme::{Role, Theme},
    view::{
        Caches,
        session::{brush::Brush, card::Card},
    },
};

pub use cache::RowCache;
pub(in crate::view) use head::short_branch;

/// The fewest rows of the transcript beside a card.
const FEW_ROWS: u16 = 3;

/// Draws a session's screen.
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    key: &SessionKey,
    theme: &Theme,
    caches: &mut Caches,
) -> Measures {
    if area.height == 0 || area.width == 0 {
        return Measures::default();
    }
    let brush = Brush::new(state, theme, usize::from(area.width));
    let (Some(entry), Some(pane)) = (state.fleet.sessions.get(key), state.panes.get(key)) else {
        let gone = brush.row("this session is no longer listed", Role::Warning);
        frame
            .buffer_mut()
            .set_line(area.x, area.y, &gone, area.width);
        return Measures::default();
    };
    let top = Rect { height: 1, ..area };
    head::draw(state, entry, pane, top, frame.buffer_mut(), &brush);
    let below = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let shown = shown_session(state, key);
    let (main, side) = split(pane, below);
    if let Some(side) = side {
        let shown = shown.as_ref();
        facts::draw(state, key, entry, shown, side, frame.buffer_mut(), &brush);
    }
    let screen = Screen {
        state,
        key,
        entry,
        pane,
        shown: shown.as_ref(),
        brush: Brush {
            columns: usize::from(main.width),
            folder: folder(entry, shown.as_ref()),
            ..brush
        },
    };
    screen.draw(frame, main, &mut caches.session)
}

/// The folder that the shown agent session works in.
fn folder<'a>(entry: &'a SessionEntry, shown: Option<&AgentSessionId>) -> &'a str {
    let session = shown.and_then(|shown| entry.transcript.session(shown));
    session.map_or("", |session| session.directory.as_str())
}

/// The place for the transcript and, at its right, the one for the facts.
fn split(pane: &SessionPane, area: Rect) -> (Rect, Option<Rect>) {
    const NARROWEST: u16 = 60;
    let wanted = pane.facts_at(area.width) == Visibility::Shown;
    if !wanted || area.width < NARROWEST {
        return (area, None);
    }
    let width = (area.width / 4).clamp(26, 44);
    let main = Rect {
        width: area.width - width,
        ..area
    };
    let side = Rect {
        x: main.right(),
        width,
        ..area
    };
    (main, Some(side))
}

/// A session's screen without head and facts.
struct Screen<'a> {
    state: &'a State,
    key: &'a SessionKey,
    entry: &'a SessionEntry,
    pane: &'a SessionPane,
    shown: Option<&'a AgentSessionId>,
    brush: Brush<'a>,
}

/// Where the parts of the screen go.
struct Layout {
    transcript: Rect,
    status: Rect,
    card: Rect,
    composer: Rect,
}

impl Screen<'_> {
    fn draw(&self, frame: &mut Frame<'_>, area: Rect, cache: &mut RowCache) -> Measures {
        let card = Card::of(self.state, self.entry, self.pane, &self.brush);
        let status = status::rows(self.state, self.entry, self.pane, self.shown, &self.brush);
        let layout = self.lay_out(area, card.as_ref(), status.len());
        let placed = self.transcript(frame, layout.transcript, cache);
        for (row, y) in status
            .iter()
            .zip(layout.status.top()..layout.status.bottom())
        {
            let width = layout.status.width;
            let x = layout.status.x + 1;
            frame.buffer_mut().set_line(x, y, row, width - 1);
        }
        let mut card_scroll = 0;
        if let Some(card) = card.filter(|_| layout.card.height > 0) {
            card_scroll = card.draw(frame, layout.card, &self.brush);
        }
        self.foot(frame, layout.composer);
        Measures {
            viewport_rows: usize::from(layout.transcript.height),
            content_rows: placed.map_or(0, |placed| placed.blocks),
            first_row: placed.map_or(0, |placed| placed.first),
            placed,
            card_scroll,
        }
    }

    fn lay_out(&self, area: Rect, card: Option<&Card<'_>>, status: usize) -> Layout {
        let asks = self.pane.focus == Focus::Ask;
        let most = if asks { 1 } else { (area.height / 2).max(2) };
        let composer = composer::height(self.pane, area.width, most).min(area.height);
        let status = u16::try_from(status).unwrap_or(u16::MAX);
        let status = status.min(area.height.saturating_sub(composer + FEW_ROWS));
        let left = area.height - composer - status;
        let card = card.map_or(0, |card| {
            let room = left.saturating_sub(FEW_ROWS).max(left.min(3));
            card.height().min(room.min(area.height * 7 / 10))
        });
        let mut y = area.y;
        let mut take = |height: u16| {
            let part = Rect { y, height, ..area };
            y += height;
            part
        };
        Layout {
            transcript: take(left - card),
            status: take(status),
            card: take(card),
            composer: take(composer),
        }
    }

    fn transcript(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        cache: &mut RowCache,
    ) -> Option<Placed> {
        let session = self.shown?;
        let conversation = self.entry.transcript.conversation(session);
        let conversation = conversation.filter(|conversation| !conversation.is_empty());
        let Some(conversation) = conversation else {
            self.empty(frame, area);
            return None;
        };
        cache.begin(self.key, session, self.brush.theme);
        let shown = transcript::Shown {
            state: self.state,
            pane: self.pane,
            works: self.entry.transcript.activity(session).is_some(),
            conversation,
        };
        let placed = transcript::draw(&shown, area, frame.buffer_mut(), &self.brush, cache);
        cache.end();
        Some(placed)
    }

    /// Says what would be here.
    fn empty(&self, frame: &mut Frame<'_>, area: Rect) {
        let text = match (&self.entry.row.status, &self.entry.link) {
            (SessionStatus::Stopped | SessionStatus::Completed, _) => {
                "What was said here is in the sandbox, which is asleep."
            }
            (SessionStatus::Failed, _) => "The session did not start.",
            (SessionStatus::Queued | SessionStatus::Branching | SessionStatus::Provisioning, _) => {
                "The agent is not there yet. You can write the first prompt already."
            }
            (SessionStatus::Running | SessionStatus::Other(_), LinkState::Live) => {
                "Nothing has been said yet. Write the first prompt below."
            }
            (SessionStatus::Running | SessionStatus::Other(_), _) => {
                "What was said will be here when the agent answers."
            }
        };
        let rows: Vec<Line<'static>> = self.brush.wrapped(text, Role::Dim, 2);
        let y = area.y + area.height / 3;
        for (row, y) in rows.iter().zip(y..area.bottom()) {
            frame.buffer_mut().set_line(area.x, y, row, area.width);
        }
    }

    fn foot(&self, frame: &mut Frame<'_>, area: Rect) {
        match &self.pane.search {
            Some(field) if area.height > 0 => {
                composer::draw_line(frame, area, "search: ", field, &self.brush);
            }
            Some(_) | None => {
                let (state, pane) = (self.state, self.pane);
                composer::draw(frame, area, state, self.entry, pane, &self.brush);
            }
        }
    }
}
