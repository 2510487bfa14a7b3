//! Writing text into cells, row by row, never outside its area.
//!
//! Every text passes `text::sanitize_line` on its way, and is cut to the room that is left.

use std::borrow::Cow;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    text::{self, Line},
    theme::Theme,
};

/// A row of cells that is being written from left to right.
#[derive(Debug)]
pub struct Pen<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    y: u16,
    end: u16,
}

impl<'a> Pen<'a> {
    /// A pen at the start of a row of `area`, the first being 0; `None` outside of it.
    pub fn at(buffer: &'a mut Buffer, area: Rect, row: usize) -> Option<Self> {
        let area = area.intersection(buffer.area);
        let row = u16::try_from(row).ok().filter(|row| *row < area.height)?;
        (area.width > 0).then(|| Self {
            buffer,
            x: area.x,
            y: area.y + row,
            end: area.right(),
        })
    }

    /// How many columns are left.
    pub fn room(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    /// The next column.
    pub fn column(&self) -> u16 {
        self.x
    }

    /// Writes text as far as there is room.
    pub fn put(&mut self, text: &str, style: Style) -> &mut Self {
        let room = self.room();
        let clean = text::sanitize_line(text);
        let cut = text::truncate(&clean, room);
        self.write(&cut, style);
        self
    }

    /// Writes text cut or filled to exactly `columns`.
    pub fn put_padded(&mut self, text: &str, columns: usize, style: Style) -> &mut Self {
        let columns = columns.min(self.room());
        let clean = text::sanitize_line(text);
        self.write(&text::pad(&clean, columns), style);
        self
    }

    /// Writes text at the right end of `columns`.
    pub fn put_right(&mut self, text: &str, columns: usize, style: Style) -> &mut Self {
        let columns = columns.min(self.room());
        let clean = text::sanitize_line(text);
        let cut = text::truncate(&clean, columns);
        self.skip(columns.saturating_sub(text::width(&cut)));
        self.write(&cut, style);
        self
    }

    /// Writes a line of tones on top of a style.
    pub fn put_line(&mut self, line: &Line, theme: &Theme, base: Style) -> &mut Self {
        let (last, others) = match line.spans.split_last() {
            Some(parts) => parts,
            None => return self,
        };
        for span in others {
            self.put(&span.text, base.patch(theme.tone(span.tone)));
        }
        // Blanks at the end of a wrapped row take no room.
        self.put(last.text.trim_end(), base.patch(theme.tone(last.tone)))
    }

    /// Leaves columns out.
    pub fn skip(&mut self, columns: usize) -> &mut Self {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        self.x = self.x.saturating_add(columns).min(self.end);
        self
    }

    /// Styles the cells from a column up to here.
    pub fn restyle(&mut self, from: u16, style: Style) {
        let area = Rect::new(from, self.y, self.x.saturating_sub(from), 1);
        self.buffer.set_style(area, style);
    }

    fn write(&mut self, text: &str, style: Style) {
        let room = self.room();
        if room > 0 {
            let (x, _) = self.buffer.set_stringn(self.x, self.y, text, room, style);
            self.x = x;
        }
    }
}

/// Writes one text on a row of an area.
pub fn write(buffer: &mut Buffer, area: Rect, row: usize, text: &str, style: Style) {
    if let Some(mut pen) = Pen::at(buffer, area, row) {
        pen.put(text, style);
    }
}

/// Breaks safe text into rows of at most `columns`.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let clean: Cow<'_, str> = text::sanitize(text);
    clean
        .lines()
        .flat_map(|line| text::wrap(&Line::plain(line), columns, 0))
        .map(|row| row.text().trim_end().to_owned())
        .collect()
}
