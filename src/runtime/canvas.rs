//! Turns changed cells into the fewest bytes, in memory.
//!
//! A `ratatui` backend that knows its size because it is told, asks the terminal nothing, and ends
//! every frame where it began: attributes off. Not for: sending, which `output` does.

use std::{convert::Infallible, fmt::Write};

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
    style::{Modifier, Style},
};
use unicode_width::UnicodeWidthStr;

use crate::theme::{Ground, push_color};

/// Frames of more bytes are marked, so that a terminal shows them at once.
const LARGE: usize = 512;

/// Which characters a terminal can show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Charset {
    /// All.
    #[default]
    Unicode,
    /// ASCII; others become question marks.
    Ascii,
}

/// A frame in the making.
#[derive(Debug, Default)]
pub struct Canvas {
    size: Size,
    charset: Charset,
    bytes: String,
    /// Where the terminal's cursor is, when that is certain.
    at: Option<Position>,
    is_cursor_shown: bool,
    /// Where the cursor was left by the last frame.
    cursor: Option<Position>,
    pen: Pen,
}

/// How the terminal writes at present.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Pen {
    style: Style,
}

impl Pen {
    fn of(cell: &Cell) -> Self {
        let mut style = cell.style();
        style.underline_color = None;
        style.sub_modifier = Modifier::empty();
        Self { style }
    }

    fn plain() -> Self {
        Self::of(&Cell::EMPTY)
    }
}

const ATTRIBUTES: [(Modifier, &str); 8] = [
    (Modifier::BOLD, "1;"),
    (Modifier::DIM, "2;"),
    (Modifier::ITALIC, "3;"),
    (Modifier::UNDERLINED, "4;"),
    (Modifier::SLOW_BLINK, "5;"),
    (Modifier::REVERSED, "7;"),
    (Modifier::HIDDEN, "8;"),
    (Modifier::CROSSED_OUT, "9;"),
];

impl Canvas {
    /// An empty canvas.
    pub fn new(size: (u16, u16), charset: Charset) -> Self {
        Self {
            size: size.into(),
            charset,
            pen: Pen::plain(),
            ..Self::default()
        }
    }

    /// Gives the canvas another size.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.size = size.into();
    }

    /// Forgets what is known about the terminal: somebody else wrote to it.
    pub fn forget(&mut self) {
        self.bytes.clear();
        self.at = None;
        self.cursor = None;
        self.is_cursor_shown = false;
        self.pen = Pen::plain();
    }

    /// The bytes of the frame; none when nothing differs.
    pub fn take(&mut self) -> Vec<u8> {
        let frame = std::mem::take(&mut self.bytes);
        if frame.len() > LARGE {
            format!("\x1b[?2026h{frame}\x1b[?2026l").into_bytes()
        } else {
            frame.into_bytes()
        }
    }

    fn go(&mut self, to: Position) {
        if self.at == Some(to) {
            return;
        }
        let (row, column) = (u32::from(to.y) + 1, u32::from(to.x) + 1);
        let _ = match self.at {
            Some(at) if at.y == to.y && at.x < to.x && to.x - at.x < 10 => {
                write!(self.bytes, "\x1b[{}C", to.x - at.x)
            }
            _ if column == 1 => write!(self.bytes, "\x1b[{row}H"),
            _ => write!(self.bytes, "\x1b[{row};{column}H"),
        };
        self.at = Some(to);
    }

    fn pick(&mut self, pen: Pen) {
        if self.pen == pen {
            return;
        }
        let plain = Pen::plain();
        let mut sequence = String::from("\x1b[");
        let (had, wants) = (self.pen.style.add_modifier, pen.style.add_modifier);
        let mut from = self.pen;
        if !(had - wants).is_empty() || pen == plain {
            sequence.push_str("0;");
            from = plain;
        }
        for (modifier, number) in ATTRIBUTES {
            let has = from.style.add_modifier.contains(modifier);
            if wants.contains(modifier) && !has {
                sequence.push_str(number);
            }
        }
        let grounds = [
            (Ground::Fore, from.style.fg, pen.style.fg),
            (Ground::Back, from.style.bg, pen.style.bg),
        ];
        for (ground, before, wanted) in grounds {
            if let Some(color) = wanted.filter(|_| before != wanted) {
                push_color(&mut sequence, color, ground);
            }
        }
        sequence.pop();
        sequence.push('m');
        if pen == plain {
            sequence = "\x1b[m".to_owned();
        }
        self.bytes.push_str(&sequence);
        self.pen = pen;
    }

    fn put(&mut self, to: Position, symbol: &str) {
        let width = u16::try_from(symbol.width()).unwrap_or(1).max(1);
        let is_simple = symbol.len() == 1 || is_certain(symbol);
        if self.charset == Charset::Ascii && !symbol.is_ascii() {
            (0..width).for_each(|_| self.bytes.push('?'));
        } else {
            self.bytes.push_str(symbol);
        }
        let next = Position::new(to.x.saturating_add(width), to.y);
        // In the last column terminals wait with wrapping; and not all agree how wide a cluster is.
        self.at = (is_simple && next.x < self.size.width).then_some(next);
    }
}

/// Whether all terminals agree that this takes one column.
fn is_certain(symbol: &str) -> bool {
    let mut characters = symbol.chars();
    let is_one = |character: char| {
        character.is_ascii_graphic()
            || character == ' '
            || ('\u{a1}'..='\u{2ff}').contains(&character) && character != '\u{ad}'
            || ('\u{370}'..='\u{3ff}').contains(&character)
            || ('\u{2500}'..='\u{259f}').contains(&character)
            || matches!(
                character,
                '…' | '·' | '–' | '—' | '‘' | '’' | '“' | '”' | '•'
            )
    };
    characters.next().is_some_and(is_one) && characters.next().is_none()
}

impl Backend for Canvas {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            let to = Position::new(x, y);
            self.go(to);
            self.pick(Pen::of(cell));
            self.put(to, cell.symbol());
        }
        self.pick(Pen::plain());
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        if std::mem::take(&mut self.is_cursor_shown) {
            self.bytes.push_str("\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        if !std::mem::replace(&mut self.is_cursor_shown, true) {
            self.bytes.push_str("\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        let position = position.into();
        self.go(position);
        self.cursor = Some(position);
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        self.pick(Pen::plain());
        self.bytes.push_str(match region {
            ClearType::All => "\x1b[2J",
            ClearType::AfterCursor => "\x1b[J",
            ClearType::BeforeCursor => "\x1b[1J",
            ClearType::CurrentLine => "\x1b[2K",
            ClearType::UntilNewLine => "\x1b[K",
        });
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
