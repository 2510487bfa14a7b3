//! Bytes of a terminal to keys, pastes, mouse events and answers.
//!
//! Any cut between two reads is legal. `esc` alone is told from the beginning of a sequence by time.
//! What a terminal sends that is not known, late answers above all, is dropped as a whole and never
//! becomes typed text.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::{
    app::event::Event,
    runtime::input::{Answer, Input, csi},
};

/// How long the rest of an answer is waited for before what came of it is dropped.
const REST: Duration = Duration::from_secs(2);
/// The longest sequence that is kept; more of it is dropped.
const LONGEST: usize = 8 * 1024;
/// The largest paste; the rest of a larger one is dropped.
const LARGEST_PASTE: usize = 8 * 1024 * 1024;
const PASTE_BEGIN: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// Splits what a terminal sends into what it means.
#[derive(Debug)]
pub struct Parser {
    escape: Duration,
    buffer: Vec<u8>,
    paste: Option<Vec<u8>>,
    due: Option<Instant>,
}

/// What stands at the beginning of the bytes at hand.
pub(super) enum Piece {
    /// So many bytes mean this, or nothing.
    Whole(usize, Option<Input>),
    /// More bytes are needed, for so long at most.
    Part(Wait),
}

/// How long the rest of a sequence is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// It may be a key by itself.
    Key,
    /// It can only be an answer or a broken sequence.
    Sequence,
}

impl Parser {
    /// `escape` is how long `esc` is waited on to become a sequence.
    pub fn new(escape: Duration) -> Self {
        Self {
            escape,
            buffer: Vec::new(),
            paste: None,
            due: None,
        }
    }

    /// When [`Parser::feed`] must be called again even if nothing more comes.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Takes what was read, perhaps nothing, and returns what is whole by now.
    pub fn feed(&mut self, bytes: &[u8], now: Instant) -> Vec<Input> {
        let mut found = Vec::new();
        if bytes.is_empty() && self.due.is_some_and(|due| due <= now) {
            self.give_up(&mut found);
        }
        self.buffer.extend_from_slice(bytes);
        self.due = None;
        let mut at = 0;
        while at < self.buffer.len() {
            if self.paste.is_some() {
                at += self.paste_on(at, now, &mut found);
                if self.paste.is_some() {
                    break;
                }
                continue;
            }
            match piece(&self.buffer[at..]) {
                Piece::Whole(length, input) => {
                    if self.buffer[at..].starts_with(PASTE_BEGIN) {
                        self.paste = Some(Vec::new());
                        self.due = Some(now + REST);
                    }
                    found.extend(input);
                    at += length;
                }
                Piece::Part(wait) => {
                    self.due = Some(now + self.patience(wait));
                    break;
                }
            }
        }
        self.buffer.drain(..at);
        if self.paste.is_none() && self.buffer.len() > LONGEST {
            self.buffer.clear();
        }
        found
    }

    fn patience(&self, wait: Wait) -> Duration {
        match wait {
            Wait::Key => self.escape,
            Wait::Sequence => REST,
        }
    }

    /// The rest of a sequence never came: what is there means what it means alone, or nothing.
    fn give_up(&mut self, found: &mut Vec<Input>) {
        if let Some(mut paste) = self.paste.take() {
            paste.append(&mut self.buffer);
            found.push(pasted(paste));
        }
        let buffer = std::mem::take(&mut self.buffer);
        match buffer.as_slice() {
            [0x1b] => found.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            [0x1b, byte] if (0x20..0x7f).contains(byte) => {
                found.push(key(KeyCode::Char(char::from(*byte)), KeyModifiers::ALT));
            }
            _ => {}
        }
    }

    /// Takes what belongs to the paste, from a position on; returns how many bytes that were.
    fn paste_on(&mut self, at: usize, now: Instant, found: &mut Vec<Input>) -> usize {
        let rest = &self.buffer[at..];
        let end = find(rest, PASTE_END).map(|first| inner_end(rest, first));
        // The beginning of an end mark may be the last that has come.
        let taken = end.unwrap_or(rest.len().saturating_sub(PASTE_END.len() - 1));
        let paste = self.paste.get_or_insert_default();
        let room = LARGEST_PASTE.saturating_sub(paste.len());
        paste.extend_from_slice(&rest[..taken.min(room)]);
        self.due = Some(now + REST);
        if end.is_none() {
            return taken;
        }
        self.due = None;
        found.extend(self.paste.take().map(pasted));
        taken + PASTE_END.len()
    }
}

/// The end of a paste whose text holds end marks: the last one before another paste begins.
fn inner_end(rest: &[u8], first: usize) -> usize {
    let mut end = first;
    loop {
        let after = end + PASTE_END.len();
        let tail = &rest[after..];
        let Some(next) = find(tail, PASTE_END) else {
            return end;
        };
        if find(&tail[..next], PASTE_BEGIN).is_some() {
            return end;
        }
        end = after + next;
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

fn pasted(bytes: Vec<u8>) -> Input {
    let text = String::from_utf8_lossy(&bytes);
    let text = text.replace(std::str::from_utf8(PASTE_END).unwrap_or_default(), "");
    Input::Event(Event::Paste(text.replace("\r\n", "\n").replace('\r', "\n")))
}

/// A key press.
pub(super) fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Event(Event::Key(KeyEvent::new(code, modifiers)))
}

fn piece(bytes: &[u8]) -> Piece {
    match bytes {
        [0x1b] => Piece::Part(Wait::Key),
        [0x1b, b'[', rest @ ..] => csi::piece(rest),
        [0x1b, b'O', rest @ ..] => csi::single_shift(rest),
        [0x1b, b']' | b'P' | b'_' | b'^', rest @ ..] => string(bytes, rest),
        [0x1b, 0x1b, ..] => Piece::Whole(1, Some(key(KeyCode::Esc, KeyModifiers::NONE))),
        [0x1b, rest @ ..] => match plain(rest) {
            Piece::Whole(length, input) => Piece::Whole(
                length + 1,
                input.map(|input| with(input, KeyModifiers::ALT)),
            ),
            Piece::Part(wait) => Piece::Part(wait),
        },
        _ => plain(bytes),
    }
}

fn with(input: Input, modifiers: KeyModifiers) -> Input {
    match input {
        Input::Event(Event::Key(event)) => key(event.code, event.modifiers | modifiers),
        other => other,
    }
}

/// A string that ends in BEL or ST: the answer to a question, or noise.
fn string(bytes: &[u8], rest: &[u8]) -> Piece {
    if rest.is_empty() {
        return Piece::Part(Wait::Key);
    }
    let bell = rest.iter().position(|byte| *byte == 0x07);
    let terminator = find(rest, b"\x1b\\");
    let (body, length) = match (bell, terminator) {
        (Some(bell), Some(end)) if end < bell => (end, end + 2),
        (Some(bell), _) => (bell, bell + 1),
        (None, Some(end)) => (end, end + 2),
        (None, None) => return Piece::Part(Wait::Sequence),
    };
    let answer = (bytes[1] == b']')
        .then(|| background(&rest[..body]))
        .flatten()
        .map(Input::Answer);
    Piece::Whole(2 + length, answer)
}

/// Reads `11;rgb:rrrr/gggg/bbbb`, each color one to four digits.
fn background(body: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(body).ok()?;
    let colors = text.strip_prefix("11;rgb:").or_else(|| {
        let rest = text.strip_prefix("11;rgba:")?;
        rest.rsplit_once('/').map(|(colors, _)| colors)
    })?;
    let mut parts = colors.split('/').map(|digits| {
        let value = u32::from_str_radix(digits, 16).ok()?;
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)? - 1;
        u16::try_from(value * 0xffff / most.max(1)).ok()
    });
    let mut next = || parts.next().flatten();
    Some(Answer::Background(next()?, next()?, next()?))
}

/// A key without an escape before it.
fn plain(bytes: &[u8]) -> Piece {
    let Some(first) = bytes.first().copied() else {
        return Piece::Part(Wait::Key);
    };
    let control = |character: char| key(KeyCode::Char(character), KeyModifiers::CONTROL);
    let simple = |code: KeyCode| key(code, KeyModifiers::NONE);
    let input = match first {
        b'\r' => simple(KeyCode::Enter),
        b'\t' => simple(KeyCode::Tab),
        0x08 | 0x7f => simple(KeyCode::Backspace),
        0x00 => control(' '),
        0x01..=0x1a => control(char::from(first - 1 + b'a')),
        0x1b => simple(KeyCode::Esc),
        0x1c..=0x1f => control(char::from(first + 0x40)),
        _ => return character(bytes),
    };
    Piece::Whole(1, Some(input))
}

fn character(bytes: &[u8]) -> Piece {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    if bytes.len() < length && bytes[1..].iter().all(|byte| byte & 0xc0 == 0x80) {
        return Piece::Part(Wait::Sequence);
    }
    let text = bytes
        .get(..length)
        .and_then(|b| std::str::from_utf8(b).ok());
    match text.and_then(|text| text.chars().next()) {
        Some(character) if !character.is_control() => Piece::Whole(
            length,
            Some(key(KeyCode::Char(character), shift_of(character))),
        ),
        // Not a character of any encoding that we read; a byte is dropped.
        Some(_) => Piece::Whole(length, None),
        None => Piece::Whole(1, None),
    }
}

fn shift_of(character: char) -> KeyModifiers {
    if character.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    }
}
