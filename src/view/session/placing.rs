//! Which rows of a transcript are on the screen.
//!
//! Input is where somebody reads (an anchor, a cursor, moves since the last frame) and the heights
//! of blocks, asked for one by one near the screen; output is the first row and the cursor. Pure
//! arithmetic; ten thousand blocks cost no more than those that are looked at.

use crate::{
    app::{
        event::Placed,
        session::reading::{Move, Reading},
    },
    transcript::Conversation,
};

/// How far from the screen, in blocks, the cursor is looked for.
const REACH: usize = 500;

/// A window on a transcript.
pub(super) struct Window<H> {
    blocks: usize,
    rows: usize,
    height: H,
    first: usize,
    row: usize,
    cursor: usize,
}

impl<H: FnMut(usize) -> usize> Window<H> {
    /// Places a window of so many rows where somebody reads, and does the moves at hand.
    pub(super) fn place(
        conversation: &Conversation,
        reading: &Reading,
        rows: usize,
        height: H,
    ) -> Placed {
        let mut window = Self {
            blocks: conversation.len(),
            rows: rows.max(1),
            height,
            first: 0,
            row: 0,
            cursor: reading.cursor_index(conversation),
        };
        if window.blocks == 0 {
            return Placed {
                moves: reading.moves.len(),
                is_at_top: true,
                is_at_end: true,
                ..Placed::default()
            };
        }
        let anchor = reading.anchor.as_ref();
        let anchored = anchor.and_then(|anchor| {
            let index = conversation.position(&anchor.block)?;
            Some((index, anchor.row))
        });
        (window.first, window.row) = anchored.unwrap_or_else(|| window.end());
        window.settle();
        if window.cursor.abs_diff(window.first) > REACH {
            window.cursor = window.first;
        }
        if anchored.is_none() && reading.cursor.is_none() {
            window.cursor = window.last_filled();
        }
        for step in &reading.moves {
            window.step(*step);
        }
        window.report(reading.moves.len())
    }

    fn report(&mut self, moves: usize) -> Placed {
        let is_at_bottom = (self.first, self.row) >= self.end();
        Placed {
            blocks: self.blocks,
            first: self.first,
            first_row: self.row,
            cursor: self.cursor,
            moves,
            is_at_top: self.first == 0 && self.row == 0,
            is_at_end: is_at_bottom && self.cursor >= self.last_filled(),
        }
    }

    fn step(&mut self, step: Move) {
        let half = (self.rows / 2).max(1);
        let page = self.rows.saturating_sub(2).max(1);
        match step {
            Move::Up => self.up(),
            Move::Down => self.down(),
            Move::HalfPageUp => self.page_up(half),
            Move::HalfPageDown => self.page_down(half),
            Move::PageUp => self.page_up(page),
            Move::PageDown => self.page_down(page),
        }
    }

    /// To the next block, or down a row where the present one ends below the screen.
    fn down(&mut self) {
        let top = self.top_of(self.cursor);
        let height = (self.height)(self.cursor);
        let rows = signed(self.rows);
        if top + signed(height) > rows {
            return self.scroll_down(1);
        }
        let Some(next) = (self.cursor + 1..self.blocks).find(|index| (self.height)(*index) > 0)
        else {
            return;
        };
        self.cursor = next;
        let top = self.top_of(next);
        let below = top + signed((self.height)(next)) - rows;
        self.scroll_down(unsigned(below.min(top)));
    }

    /// To the block before, or up a row where the present one begins above the screen.
    fn up(&mut self) {
        if self.top_of(self.cursor) < 0 {
            return self.scroll_up(1);
        }
        let filled = (0..self.cursor)
            .rev()
            .find(|index| (self.height)(*index) > 0);
        let Some(before) = filled else {
            return self.scroll_up(self.rows);
        };
        self.cursor = before;
        let top = self.top_of(before);
        // Of a tall block as much as fills half of the screen is enough to go on reading upwards.
        let visible = unsigned(top + signed((self.height)(before)));
        let missing = (self.rows / 2).max(1).saturating_sub(visible);
        self.scroll_up(unsigned(-top).min(missing));
    }

    fn page_down(&mut self, rows: usize) {
        self.scroll_down(rows);
        if (self.first, self.row) >= self.end() {
            self.cursor = self.last_filled();
        } else if self.top_of(self.cursor) + signed((self.height)(self.cursor)) <= 0 {
            self.cursor = self.first;
        }
    }

    fn page_up(&mut self, rows: usize) {
        self.scroll_up(rows);
        if (self.first, self.row) == (0, 0) {
            self.cursor = 0;
            return;
        }
        while self.cursor > self.first && self.top_of(self.cursor) >= signed(self.rows) {
            self.cursor -= 1;
        }
    }

    fn scroll_down(&mut self, rows: usize) {
        self.row += rows;
        self.settle();
    }

    fn scroll_up(&mut self, rows: usize) {
        let mut left = rows;
        while left > self.row && self.first > 0 {
            left -= self.row;
            self.first -= 1;
            self.row = (self.height)(self.first);
        }
        self.row = self.row.saturating_sub(left);
        self.settle();
    }

    /// Carries rows beyond a block into the next ones; never goes beyond the end.
    fn settle(&mut self) {
        loop {
            let height = (self.height)(self.first);
            if self.row < height || self.first + 1 >= self.blocks {
                break;
            }
            self.row -= height;
            self.first += 1;
        }
        let end = self.end();
        if (self.first, self.row) > end {
            (self.first, self.row) = end;
        }
    }

    /// The first row on the screen when the last one is at its foot.
    fn end(&mut self) -> (usize, usize) {
        let mut missing = self.rows;
        for index in (0..self.blocks).rev() {
            let height = (self.height)(index);
            if height >= missing {
                return (index, height - missing);
            }
            missing -= height;
        }
        (0, 0)
    }

    fn last_filled(&mut self) -> usize {
        let filled = (0..self.blocks)
            .rev()
            .take(REACH)
            .find(|index| (self.height)(*index) > 0);
        filled.unwrap_or(self.blocks - 1)
    }

    /// The row of the screen on which a block begins; negative above it.
    fn top_of(&mut self, index: usize) -> i64 {
        let mut top = -signed(self.row);
        if index >= self.first {
            for between in self.first..index {
                top += signed((self.height)(between));
            }
        } else {
            for between in index..self.first {
                top -= signed((self.height)(between));
            }
        }
        top
    }
}

fn signed(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

fn unsigned(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or(0)
}
