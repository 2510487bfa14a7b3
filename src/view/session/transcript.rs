//! Draws the visible part of a transcript.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    app::{
        State,
        event::Placed,
        session::{Focus, SessionPane},
    },
    text,
    theme::Role,
    transcript::Conversation,
    view::session::{
        brush::{Brush, fit, key_of},
        cache::RowCache,
        placing::Window,
    },
};

/// Columns before the text, for the mark of the cursor.
const GUTTER: u16 = 2;

/// What is drawn.
pub(super) struct Shown<'a> {
    pub(super) state: &'a State,
    pub(super) pane: &'a SessionPane,
    /// Whether more is to come.
    pub(super) works: bool,
    pub(super) conversation: &'a Conversation,
}

/// Draws a transcript and says where it put it.
pub(super) fn draw(
    shown: &Shown<'_>,
    area: Rect,
    buffer: &mut Buffer,
    brush: &Brush<'_>,
    cache: &mut RowCache,
) -> Placed {
    let Shown {
        pane, conversation, ..
    } = *shown;
    let brush = Brush {
        columns: usize::from(area.width.saturating_sub(GUTTER + 1)).max(1),
        ..*brush
    };
    let rows = usize::from(area.height);
    let placed = Window::place(conversation, &pane.reading, rows, |index| {
        cache.rows(conversation, index, &pane.reading, &brush).len()
    });
    paint(shown, area, buffer, &brush, cache, placed);
    mark(shown, area, buffer, &brush, placed);
    placed
}

fn paint(
    shown: &Shown<'_>,
    area: Rect,
    buffer: &mut Buffer,
    brush: &Brush<'_>,
    cache: &mut RowCache,
    placed: Placed,
) {
    let reading = &shown.pane.reading;
    let has_focus = shown.pane.focus == Focus::Transcript && shown.pane.line().is_none();
    let query = reading.query.to_lowercase();
    let mut y = area.top();
    let mut skip = placed.first_row;
    for index in placed.first..shown.conversation.len() {
        let rows = cache.rows(shown.conversation, index, reading, brush);
        for row in rows.iter().skip(skip) {
            if y >= area.bottom() {
                return;
            }
            let is_under_cursor = has_focus && index == placed.cursor && row.width() > 0;
            if is_under_cursor {
                let style = brush.style(Role::Accent);
                buffer.set_stringn(area.x, y, brush.symbols.cursor, 1, style);
            }
            let columns = area.width.saturating_sub(GUTTER);
            let x = area.x.saturating_add(GUTTER).min(area.right());
            buffer.set_line(x, y, row, columns);
            if !query.is_empty() {
                highlight(row, &query, Rect::new(x, y, columns, 1), buffer, brush);
            }
            y += 1;
        }
        skip = 0;
    }
}

/// Marks what is searched for in a row.
fn highlight(row: &Line<'_>, query: &str, area: Rect, buffer: &mut Buffer, brush: &Brush<'_>) {
    let content: String = row.spans.iter().map(|span| span.content.as_ref()).collect();
    let lower = content.to_lowercase();
    // Where lower case has another length, places in it say nothing about the row.
    if lower.len() != content.len() {
        return;
    }
    for (at, found) in lower.match_indices(query) {
        let column = |end: usize| content.get(..end).map(text::width);
        let (Some(start), Some(end)) = (column(at), column(at + found.len())) else {
            continue;
        };
        let place = |column: usize| {
            let column = u16::try_from(column).unwrap_or(u16::MAX);
            area.x.saturating_add(column).min(area.right())
        };
        let (start, end) = (place(start), place(end));
        let marked = Rect::new(start, area.y, end - start, 1);
        buffer.set_style(marked, brush.style(Role::Match));
    }
}

/// Says what is beyond the screen: older messages on their way, new ones below.
fn mark(shown: &Shown<'_>, area: Rect, buffer: &mut Buffer, brush: &Brush<'_>, placed: Placed) {
    let reading = &shown.pane.reading;
    let awaits = reading.awaits_older(shown.conversation);
    if placed.is_at_top && awaits {
        corner(
            " loading older… ",
            Role::Dim,
            area,
            area.top(),
            buffer,
            brush,
        );
    }
    if placed.is_at_end || reading.is_following() {
        return;
    }
    let unread = reading.unread(shown.conversation);
    let key = key_of(shown.state, crate::action::Action::Bottom);
    let arrow = if shown.state.setup.ascii { "v" } else { "↓" };
    let bottom = area.bottom().saturating_sub(1);
    if unread > 0 {
        let text = format!(" {arrow} {unread} new · {key} ");
        corner(&text, Role::Fresh, area, bottom, buffer, brush);
    } else if shown.works {
        let text = format!(" {arrow} goes on · {key} ");
        corner(&text, Role::Dim, area, bottom, buffer, brush);
    }
}

fn corner(text: &str, role: Role, area: Rect, y: u16, buffer: &mut Buffer, brush: &Brush<'_>) {
    let width = u16::try_from(text::width(text)).unwrap_or(u16::MAX);
    if area.height == 0 || width >= area.width {
        return;
    }
    let line = fit(vec![brush.span(text, role)], usize::from(width));
    buffer.set_line(area.right() - width, y, &line, width);
}
