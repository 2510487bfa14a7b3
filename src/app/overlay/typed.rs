//! One line of text being typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

/// One line of text with a cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    text: String,
    /// A byte offset at the border of a grapheme.
    cursor: usize,
}

impl Typed {
    /// A line with a text in it and the cursor at its end.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let cursor = text.len();
        Self { text, cursor }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before and after the cursor.
    pub fn halves(&self) -> (&str, &str) {
        self.text
            .split_at_checked(self.cursor)
            .unwrap_or((&self.text, ""))
    }

    /// Types text; line ends become spaces.
    pub fn insert(&mut self, text: &str) {
        let line = text.replace("\r\n", " ").replace(['\n', '\r'], " ");
        self.text.insert_str(self.cursor, &line);
        self.cursor += line.len();
    }

    /// Takes a key, and says whether the text changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let is_ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let is_alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('u') if is_ctrl => self.cut(0..self.cursor),
            KeyCode::Char('k') if is_ctrl => self.cut(self.cursor..self.text.len()),
            KeyCode::Char('w') if is_ctrl => self.cut(self.word_start()..self.cursor),
            KeyCode::Char('a') if is_ctrl => self.go(0),
            KeyCode::Char('e') if is_ctrl => self.go(self.text.len()),
            KeyCode::Char('h') if is_ctrl => self.cut(self.before()..self.cursor),
            KeyCode::Backspace if is_ctrl || is_alt => self.cut(self.word_start()..self.cursor),
            KeyCode::Backspace => self.cut(self.before()..self.cursor),
            KeyCode::Delete => self.cut(self.cursor..self.after()),
            KeyCode::Left => self.go(self.before()),
            KeyCode::Right => self.go(self.after()),
            KeyCode::Home => self.go(0),
            KeyCode::End => self.go(self.text.len()),
            KeyCode::Char(letter) if !is_ctrl && !is_alt => {
                self.insert(letter.encode_utf8(&mut [0; 4]));
                true
            }
            _ => false,
        }
    }

    fn go(&mut self, to: usize) -> bool {
        self.cursor = to;
        false
    }

    fn cut(&mut self, range: std::ops::Range<usize>) -> bool {
        self.cursor = range.start;
        let is_something = !range.is_empty();
        self.text.replace_range(range, "");
        is_something
    }

    fn before(&self) -> usize {
        let (before, _) = self.halves();
        let last = before.graphemes(true).next_back().map_or(0, str::len);
        self.cursor - last
    }

    fn after(&self) -> usize {
        let (_, after) = self.halves();
        self.cursor + after.graphemes(true).next().map_or(0, str::len)
    }

    fn word_start(&self) -> usize {
        let (before, _) = self.halves();
        let word = before.trim_end().rfind(char::is_whitespace);
        word.map_or(0, |space| {
            let width = before[space..].chars().next().map_or(1, char::len_utf8);
            space + width
        })
    }
}
