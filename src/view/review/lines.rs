//! The lines of a review: the rows from the first one that is seen to the foot of the area.
//!
//! Only these rows are made, each once. The head of a file that has scrolled away stays above its
//! lines, where the area is high enough and the cursor is not on that row.

use ratatui::{Frame, buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::{
        review::{Focus, geometry},
        session::field::Field,
    },
    diff::rows::Row,
    text,
    theme::Role,
    view::{
        code::over,
        pen::Pen,
        review::{
            Drawing,
            comment::{self, CommentBox},
            heads,
            line::CodeRow,
        },
        session::composer::lay_out,
    },
};

/// From this many rows on the head of the file that is read stays in view.
const STICKY_FROM: u16 = 10;

/// What a row shows, made once for all its rows on the screen.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and most are the large one"
)]
enum Shown<'a> {
    Code(CodeRow<'a>),
    Comment(CommentBox<'a>),
    Other(Row),
}

/// Draws the lines.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, drawing: &Drawing<'_>) {
    let sheet = drawing.sheet();
    let reading = &sheet.reading;
    let (mut place, mut skipped) = (reading.top, reading.top_part);
    let mut y = 0;
    while y < usize::from(area.height) {
        let Some(row) = sheet.row(place) else { break };
        let height = geometry::height(drawing.state, drawing.pane, drawing.geometry, place);
        let shown = Shown::of(drawing, place, row);
        for part in skipped..height {
            let Some(mut pen) = Pen::at(frame.buffer_mut(), area, y) else {
                break;
            };
            shown.draw(drawing, &mut pen, place, (part, height));
            y += 1;
        }
        skipped = skipped.saturating_sub(height);
        if let Some(field) = &drawing.pane.writing
            && place == reading.cursor
        {
            let rows = geometry::field_height(drawing.pane, drawing.geometry);
            let below = below(area, y);
            comment::field(frame, below, drawing, field, (rows, skipped));
            y += rows.saturating_sub(skipped);
        }
        skipped = 0;
        place += 1;
    }
    sticky(frame, area, drawing);
}

/// Draws one row into a buffer as high as it is.
pub(super) fn row(
    buffer: &mut Buffer,
    drawing: &Drawing<'_>,
    place: usize,
    row: Row,
    height: usize,
) {
    let area = buffer.area;
    let shown = Shown::of(drawing, place, row);
    for part in 0..height {
        if let Some(mut pen) = Pen::at(buffer, area, part) {
            shown.draw(drawing, &mut pen, place, (part, height));
        }
    }
}

/// The part of an area from a row on.
fn below(area: Rect, row: usize) -> Rect {
    let row = u16::try_from(row).unwrap_or(u16::MAX).min(area.height);
    Rect {
        y: area.y + row,
        height: area.height - row,
        ..area
    }
}

impl<'a> Shown<'a> {
    fn of(drawing: &'a Drawing<'a>, place: usize, row: Row) -> Self {
        if let Row::Comment(id) = row
            && let Some(shown) = CommentBox::of(drawing, id)
        {
            return Self::Comment(shown);
        }
        CodeRow::of(drawing, place, row).map_or(Self::Other(row), Self::Code)
    }

    /// Draws a part of the row of so many parts.
    fn draw(
        &self,
        drawing: &Drawing<'_>,
        pen: &mut Pen<'_>,
        place: usize,
        (part, height): (usize, usize),
    ) {
        let ground = ground(drawing, place);
        let columns = pen.room();
        pen.fill(columns, ground);
        mark(drawing, pen, place, ground);
        match self {
            Self::Code(row) => row.draw(drawing, pen, part, ground),
            Self::Comment(shown) => shown.draw(pen, part, height, ground),
            Self::Other(row) => other(drawing, pen, *row, ground),
        }
    }
}

fn other(drawing: &Drawing<'_>, pen: &mut Pen<'_>, row: Row, ground: Style) {
    match row {
        Row::File(file) => heads::file(drawing, pen, file, ground),
        Row::Note(file) => heads::note(drawing, pen, file, ground),
        Row::Hunk(_, hunk) => heads::hunk(drawing, pen, hunk, ground),
        Row::Gap(gap, lines) => heads::gap(drawing, pen, gap, lines, ground),
        Row::Line(..) | Row::Same(..) | Row::Pair(..) | Row::Context { .. } | Row::Comment(_) => {}
    }
}

/// What lies under a row: the cursor's row and the rows of the range stand out.
fn ground(drawing: &Drawing<'_>, place: usize) -> Style {
    let reading = &drawing.sheet().reading;
    if place == reading.cursor {
        return match drawing.pane.focus {
            Focus::Lines => drawing.style(Role::Selection),
            Focus::Tree => drawing.style(Role::SelectionInactive),
        };
    }
    if reading.range_from.is_none() || !reading.rows().contains(&place) {
        return Style::new();
    }
    // Attributes over many rows would be noise; the bar at their left says it.
    let style = drawing.style(Role::SelectionInactive);
    style.bg.map_or(Style::new(), |bg| Style::new().bg(bg))
}

/// Draws what a row begins with.
fn mark(drawing: &Drawing<'_>, pen: &mut Pen<'_>, place: usize, ground: Style) {
    let reading = &drawing.sheet().reading;
    let role = match drawing.pane.focus {
        Focus::Lines => Role::Accent,
        Focus::Tree => Role::Dim,
    };
    let style = over(drawing.style(role), ground);
    if place == reading.cursor {
        pen.put(drawing.symbols.cursor, style);
    } else if reading.range_from.is_some() && reading.rows().contains(&place) {
        pen.put(drawing.symbols.range, style);
    } else {
        pen.skip(1);
    }
}

/// Draws what is searched for, while it is typed, with how often it was found.
pub(super) fn search(frame: &mut Frame<'_>, area: Rect, drawing: &Drawing<'_>, field: &Field) {
    let style = |role: Role| drawing.style(role);
    let count = drawing.sheet().found.count().unwrap_or_default();
    let Some(mut pen) = Pen::at(frame.buffer_mut(), area, 0) else {
        return;
    };
    pen.put(" search ", style(Role::Title))
        .put(drawing.symbols.prompt, style(Role::Key))
        .skip(1);
    let columns = pen.room().saturating_sub(text::width(&count) + 3).max(1);
    let typed = lay_out(field, columns, 1);
    let from = pen.column();
    for row in &typed.rows {
        pen.put(row, style(Role::Prompt));
    }
    pen.skip(2).put(&count, style(Role::Dim));
    let column = u16::try_from(typed.cursor.1).unwrap_or(u16::MAX);
    let x = from.saturating_add(column);
    if x < area.right() && area.height > 0 {
        frame.set_cursor_position((x, area.y));
    }
}

/// Keeps the head of the file that is read in view.
fn sticky(frame: &mut Frame<'_>, area: Rect, drawing: &Drawing<'_>) {
    let sheet = drawing.sheet();
    let top = sheet.reading.top;
    if area.height < STICKY_FROM || top == sheet.reading.cursor {
        return;
    }
    let file = sheet.rows.file_at(top);
    let Some(file) = file.filter(|file| sheet.rows.of_file(*file) != Some(top)) else {
        return;
    };
    let Some(mut pen) = Pen::at(frame.buffer_mut(), area, 0) else {
        return;
    };
    pen.clear();
    let dim = drawing.style(Role::Dim);
    pen.skip(1);
    heads::file(drawing, &mut pen, file, dim);
}
