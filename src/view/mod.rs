//! Drawing: the state in, cells out. Pure, but for caches of rows that are expensive to make.
//!
//! The head line says where one is and how the hosts are, the foot line says what just happened or
//! which keys do what; between them is the screen, and above it the overlays.

pub mod board;
pub mod builds;
pub mod changes;
mod code;
mod foot;
mod head;
pub mod manifest;
pub mod overlay;
pub mod pen;
pub mod review;
pub mod session;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
};

use crate::{
    app::{Screen, State, event::Measures},
    theme::{Role, Theme},
};

/// The smallest terminal that the screens are drawn on, columns and rows.
const SMALLEST: (u16, u16) = (20, 5);

/// Rows that were expensive to make, kept from frame to frame.
#[derive(Debug, Default)]
pub struct Caches {
    /// Rows of transcripts.
    pub session: session::RowCache,
}

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, state: &State, theme: &Theme, caches: &mut Caches) -> Measures {
    let whole = frame.area();
    if whole.width < SMALLEST.0 || whole.height < SMALLEST.1 {
        let text = format!("needs {}x{}", SMALLEST.0, SMALLEST.1);
        pen::write(
            frame.buffer_mut(),
            whole,
            0,
            &text,
            theme.style(Role::Warning),
        );
        return state.measures;
    }
    let [top, body, bottom] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(whole);
    head::draw(frame.buffer_mut(), top, state, theme);
    let measures = match &state.screen {
        Screen::Board => board::draw(frame.buffer_mut(), body, state, theme),
        Screen::Changes => changes::draw(frame.buffer_mut(), body, state, theme),
        Screen::Review(key) => review::draw(frame, body, state, key, theme, caches),
        Screen::Builds => builds::draw(frame.buffer_mut(), body, state, theme),
        Screen::Manifest => manifest::draw(frame.buffer_mut(), body, state, theme),
        Screen::Session(key) => session::draw(frame, body, state, key, theme, caches),
    };
    foot::draw(frame, bottom, state, theme);
    overlay::draw(frame, body, state, theme);
    if state.setup.ascii {
        spell_in_ascii(frame.buffer_mut());
    }
    measures
}

/// Divides an area into a list and a preview beside it, which gets two fifths of the width. An area of
/// less than `from` columns has no preview.
fn beside(area: Rect, from: u16) -> (Rect, Option<Rect>) {
    if area.width < from {
        return (area, None);
    }
    let side = area.width * 2 / 5;
    let list = Rect {
        width: area.width - side - 1,
        ..area
    };
    let side = Rect {
        x: area.right() - side,
        width: side,
        ..area
    };
    (list, Some(side))
}

/// Replaces the marks that text is cut and joined with; letters of people's own words stay.
fn spell_in_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let plain = match cell.symbol() {
            "…" => "~",
            "·" => "-",
            "⏎" => "|",
            "⟨" => "<",
            "⟩" => ">",
            _ => continue,
        };
        cell.set_symbol(plain);
    }
}
