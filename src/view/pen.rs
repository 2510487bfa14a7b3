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
    start: u16,
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
            start: area.x,
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

    /// Writes text over what stands there; a wide letter whose second half it covers goes.
    pub fn cover(&mut self, text: &str, style: Style) -> &mut Self {
        let left = self.x.checked_sub(1).filter(|x| *x >= self.start);
        let left = left.and_then(|x| self.buffer.cell_mut((x, self.y)));
        if let Some(cell) = left.filter(|cell| text::width(cell.symbol()) > 1) {
            cell.set_symbol(" ");
        }
        self.put(text, style)
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

    /// Goes back over columns that were written.
    pub fn back(&mut self, columns: usize) -> &mut Self {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        self.x = self.x.saturating_sub(columns).max(self.start);
        self
    }

    /// A pen for the next columns only, which this one does not leave behind.
    pub fn part(&mut self, columns: usize) -> Pen<'_> {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        Pen {
            buffer: self.buffer,
            start: self.x,
            x: self.x,
            y: self.y,
            end: self.x.saturating_add(columns).min(self.end),
        }
    }

    /// Empties the columns that are left, without leaving them behind.
    pub fn clear(&mut self) {
        for x in self.x..self.end {
            if let Some(cell) = self.buffer.cell_mut((x, self.y)) {
                cell.reset();
            }
        }
    }

    /// Styles the next columns without leaving them behind.
    pub fn fill(&mut self, columns: usize, style: Style) -> &mut Self {
        let columns = columns.min(self.room());
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        let area = Rect::new(self.x, self.y, columns, 1);
        self.buffer.set_style(area, style);
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

/// Writes texts below each other, indented, with an empty row before each.
pub fn paragraphs(buffer: &mut Buffer, area: Rect, texts: &[String], style: Style) {
    let width = usize::from(area.width).saturating_sub(6).max(1);
    let mut row = 1;
    for text in texts {
        for line in wrapped(text, width) {
            write(buffer, area, row, &format!("   {line}"), style);
            row += 1;
        }
        row += 1;
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
