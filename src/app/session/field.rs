//! A text that is being typed: lines, a cursor, undo.
//!
//! Wraps the text area so that what reaches it has no control characters and so that the rest of the
//! program does not depend on its crate. Not for: drawing, which `view` does from lines and cursor.

use crossterm::event::KeyEvent;
use tui_textarea::{CursorMove, DataCursor, TextArea};

/// A text that is being typed.
#[derive(Debug, Clone, Default)]
pub struct Field {
    area: TextArea<'static>,
}

impl Field {
    /// A field that holds a text, with the cursor at its end.
    pub fn with(text: &str) -> Self {
        let mut field = Self::default();
        field.insert(text);
        field
    }

    /// The text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.area.lines().iter().all(String::is_empty)
    }

    /// Its lines.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and character of the cursor.
    pub fn cursor(&self) -> (usize, usize) {
        let DataCursor(line, character) = self.area.cursor();
        (line, character)
    }

    /// Types a key and says whether the text changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        self.area.input(key)
    }

    /// Begins a new line.
    pub fn new_line(&mut self) {
        self.area.insert_newline();
    }

    /// Inserts text at the cursor. Control characters become visible signs.
    pub fn insert(&mut self, text: &str) {
        self.area.insert_str(visible(text));
    }

    /// Inserts text of one line: line ends become spaces.
    pub fn insert_line(&mut self, text: &str) {
        self.area.insert_str(visible(text).replace('\n', " "));
    }

    /// Replaces the text; undo brings the old one back.
    pub fn set(&mut self, text: &str) {
        self.clear();
        self.insert(text);
    }

    /// Puts text before what is there, as a paragraph of its own; the cursor stays where it was.
    pub fn prepend(&mut self, text: &str) {
        if self.is_empty() {
            return self.set(text);
        }
        let (line, character) = self.cursor();
        let before = format!("{}\n\n", text.trim_end_matches('\n'));
        let added = before.matches('\n').count();
        self.area.move_cursor(CursorMove::Top);
        self.area.move_cursor(CursorMove::Head);
        self.insert(&before);
        let place = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(place(line + added), place(character)));
    }

    /// Takes all text away; undo brings it back.
    pub fn clear(&mut self) {
        if !self.is_empty() || self.area.lines().len() > 1 {
            self.area.select_all();
            self.area.cut();
        }
    }

    /// Takes the last change back and says whether there was one.
    pub fn undo(&mut self) -> bool {
        self.area.undo()
    }
}

/// Text without characters that control a terminal; tabs and line ends stay.
fn visible(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let show = |letter: char| match letter {
        '\n' | '\t' => letter,
        '\r' => '\n',
        '\u{7f}' => '␡',
        control @ '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(control)).unwrap_or('␀'),
        control if control.is_control() => '\u{fffd}',
        other => other,
    };
    text.chars().map(show).collect()
}
