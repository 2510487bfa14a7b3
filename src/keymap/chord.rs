//! One key with its modifiers, as it is written in the settings: `ctrl-p`, `esc`, `G`, `f1`.

use std::{fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::keymap::Keys;

/// A key with its modifiers. Shift is part of the character where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Why a key cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The name of the key is unknown.
    #[error("`{0}` is not the name of a key")]
    UnknownKey(String),
    /// More than two chords.
    #[error("`{0}` has more than two keys")]
    TooLong(String),
    /// Nothing.
    #[error("a key is missing")]
    Empty,
}

/// Keys with a name of more than one character.
const NAMES: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

impl Chord {
    /// Whether the key would be typed where text is taken.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }
}

impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Self {
        let mut modifiers =
            key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match key.code {
            KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            KeyCode::Char(character) if modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(with_control(character))
            }
            code => code,
        };
        if matches!(code, KeyCode::Char(_) | KeyCode::BackTab) {
            modifiers.remove(KeyModifiers::SHIFT);
        }
        Self { code, modifiers }
    }
}

/// The character that a control key is known by. Terminals without the newer keyboard protocol send
/// bytes for which the input layer names digits.
fn with_control(character: char) -> char {
    match character {
        '4' => '\\',
        '5' => ']',
        '6' => '^',
        '7' | '/' => '_',
        other => other.to_ascii_lowercase(),
    }
}

impl FromStr for Chord {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut modifiers = KeyModifiers::empty();
        let mut rest = text;
        let prefixes = [
            ("ctrl-", KeyModifiers::CONTROL),
            ("alt-", KeyModifiers::ALT),
            ("shift-", KeyModifiers::SHIFT),
        ];
        while let Some((tail, modifier)) = prefixes
            .iter()
            .find_map(|(prefix, modifier)| rest.strip_prefix(prefix).map(|tail| (tail, *modifier)))
            .filter(|(tail, _)| !tail.is_empty())
        {
            modifiers |= modifier;
            rest = tail;
        }
        let unknown = || ParseError::UnknownKey(text.to_owned());
        let code = match NAMES.iter().find(|(name, _)| *name == rest) {
            Some((_, code)) => *code,
            None => single(rest)
                .or_else(|| function_key(rest))
                .ok_or_else(unknown)?,
        };
        Ok(Self::from(KeyEvent::new(code, modifiers)))
    }
}

fn single(text: &str) -> Option<KeyCode> {
    let mut characters = text.chars();
    let character = characters.next()?;
    characters
        .next()
        .is_none()
        .then_some(KeyCode::Char(character))
}

fn function_key(text: &str) -> Option<KeyCode> {
    let number = text.strip_prefix('f')?.parse().ok()?;
    (1..=24).contains(&number).then_some(KeyCode::F(number))
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match NAMES.iter().find(|(_, code)| *code == self.code) {
            Some((name, _)) => f.write_str(name),
            None => match self.code {
                KeyCode::Char(character) => write!(f, "{character}"),
                KeyCode::F(number) => write!(f, "f{number}"),
                other => write!(f, "{other:?}"),
            },
        }
    }
}

impl Keys {
    /// Reads keys separated by commas; a comma itself is written alone.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, ParseError> {
        if text.trim() == "," {
            return Ok(vec![",".parse()?]);
        }
        text.split(", ")
            .map(str::trim)
            .filter(|keys| !keys.is_empty())
            .map(str::parse)
            .collect()
    }
}

impl FromStr for Keys {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut chords = text.split_whitespace();
        let first = chords.next().ok_or(ParseError::Empty)?.parse()?;
        let second = chords.next().map(str::parse).transpose()?;
        match chords.next() {
            Some(_) => Err(ParseError::TooLong(text.to_owned())),
            None => Ok(Self { first, second }),
        }
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        match self.second {
            Some(second) => write!(f, " {second}"),
            None => Ok(()),
        }
    }
}
