//! Control sequences (`ESC [ …` and `ESC O …`): keys with modifiers, mouse, focus, answers.

use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::{
    app::event::Event,
    runtime::input::{
        Answer, Input,
        parser::{Piece, Wait, key},
    },
};

/// Bytes before the parameters: `ESC [`.
const HEAD: usize = 2;
/// The longest control sequence that makes sense.
const LONGEST: usize = 256;

/// Reads what follows `ESC [`.
pub(super) fn piece(rest: &[u8]) -> Piece {
    match rest {
        [] => return Piece::Part(Wait::Key),
        // The Linux console writes F1 to F5 as `ESC [ [ A`.
        [b'['] => return Piece::Part(Wait::Sequence),
        [b'[', letter, ..] => {
            let number = letter.wrapping_sub(b'A').wrapping_add(1);
            let input = (1..=5)
                .contains(&number)
                .then(|| key(KeyCode::F(number), KeyModifiers::NONE));
            return Piece::Whole(HEAD + 2, input);
        }
        // Mouse reports of the oldest kind, which are not asked for, carry three raw bytes.
        [b'M', body @ ..] => {
            return if body.len() < 3 {
                Piece::Part(Wait::Sequence)
            } else {
                Piece::Whole(HEAD + 4, None)
            };
        }
        _ => {}
    }
    let end = rest.iter().position(|byte| !(0x20..0x40).contains(byte));
    match end {
        None if rest.len() > LONGEST => Piece::Whole(HEAD + rest.len(), None),
        None => Piece::Part(Wait::Sequence),
        Some(end) if (0x40..0x7f).contains(&rest[end]) => {
            Piece::Whole(HEAD + end + 1, sequence(&rest[..end], rest[end]))
        }
        // Another sequence begins inside this one, or it is broken.
        Some(end) => Piece::Whole(HEAD + end, None),
    }
}

/// Reads what follows `ESC O`.
pub(super) fn single_shift(rest: &[u8]) -> Piece {
    let Some(letter) = rest.first() else {
        return Piece::Part(Wait::Key);
    };
    let code = match letter {
        b'P'..=b'S' => Some(KeyCode::F(letter - b'P' + 1)),
        b'M' => Some(KeyCode::Enter),
        _ => cursor_key(*letter),
    };
    match code {
        Some(code) => Piece::Whole(3, Some(key(code, KeyModifiers::NONE))),
        None => Piece::Whole(2, Some(key(KeyCode::Char('O'), KeyModifiers::ALT))),
    }
}

fn cursor_key(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        _ => return None,
    })
}

/// The parameters of a sequence: numbers separated by `;`, each with parts separated by `:`.
struct Parameters<'a>(&'a str);

impl Parameters<'_> {
    fn part(&self, number: usize, part: usize) -> Option<u32> {
        let parameter = self.0.split(';').nth(number)?;
        parameter.split(':').nth(part)?.parse().ok()
    }

    fn number(&self, number: usize) -> Option<u32> {
        self.part(number, 0)
    }

    /// The modifiers and the kind of a key event, in the second parameter.
    fn modifiers(&self) -> (KeyModifiers, KeyEventKind) {
        let bits = self.number(1).unwrap_or(1).saturating_sub(1);
        let mut modifiers = KeyModifiers::NONE;
        for (bit, modifier) in [
            (1, KeyModifiers::SHIFT),
            (2, KeyModifiers::ALT),
            (4, KeyModifiers::CONTROL),
            (8, KeyModifiers::SUPER),
        ] {
            if bits & bit != 0 {
                modifiers |= modifier;
            }
        }
        let kind = match self.part(1, 1) {
            Some(2) => KeyEventKind::Repeat,
            Some(3) => KeyEventKind::Release,
            _ => KeyEventKind::Press,
        };
        (modifiers, kind)
    }
}

fn sequence(parameters: &[u8], last: u8) -> Option<Input> {
    let text = std::str::from_utf8(parameters).ok()?;
    if let Some(rest) = text.strip_prefix('<') {
        return mouse(&Parameters(rest), last);
    }
    if let Some(rest) = text.strip_prefix('?') {
        let answer = match last {
            b'u' => Answer::Keyboard,
            b'c' => Answer::Device,
            _ => return None,
        };
        return rest
            .starts_with(|c: char| c.is_ascii_digit())
            .then_some(Input::Answer(answer));
    }
    let numbers = Parameters(text);
    match last {
        b'n' if text == "0" => Some(Input::Answer(Answer::Ready)),
        b'I' => Some(Input::Event(Event::Focus(true))),
        b'O' => Some(Input::Event(Event::Focus(false))),
        b'Z' => Some(key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        b'~' => tilde(&numbers),
        b'u' => {
            let code = unicode(numbers.number(0)?)?;
            event(code, &numbers)
        }
        // `ESC [ row ; column R` would be a cursor report, which is not asked for.
        b'P' | b'Q' | b'R' | b'S' if numbers.number(0).is_none_or(|first| first == 1) => {
            event(KeyCode::F(last - b'P' + 1), &numbers)
        }
        _ => event(cursor_key(last)?, &numbers),
    }
}

fn event(code: KeyCode, numbers: &Parameters<'_>) -> Option<Input> {
    let (modifiers, kind) = numbers.modifiers();
    let code = match code {
        KeyCode::Char(letter) if modifiers.contains(KeyModifiers::SHIFT) => {
            KeyCode::Char(shifted(letter, numbers))
        }
        KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        code => code,
    };
    match kind {
        KeyEventKind::Release => None,
        KeyEventKind::Press | KeyEventKind::Repeat => Some(Input::Event(Event::Key(
            KeyEvent::new_with_kind(code, modifiers, kind),
        ))),
    }
}

/// The character that shift makes of a key, by the terminal's word or for letters.
fn shifted(letter: char, numbers: &Parameters<'_>) -> char {
    numbers
        .part(0, 1)
        .and_then(char::from_u32)
        .unwrap_or_else(|| letter.to_ascii_uppercase())
}

fn tilde(numbers: &Parameters<'_>) -> Option<Input> {
    let number = numbers.number(0)?;
    let code = match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(u8::try_from(number - 10).ok()?),
        17..=21 => KeyCode::F(u8::try_from(number - 11).ok()?),
        23..=26 => KeyCode::F(u8::try_from(number - 12).ok()?),
        28 | 29 => KeyCode::F(u8::try_from(number - 13).ok()?),
        31..=34 => KeyCode::F(u8::try_from(number - 14).ok()?),
        // xterm writes other keys with modifiers as `27 ; modifiers ; code ~`.
        27 => unicode(numbers.number(2)?)?,
        _ => return None,
    };
    event(code, numbers)
}

/// A key by its number in Unicode or in kitty's private range.
fn unicode(number: u32) -> Option<KeyCode> {
    const KEYPAD: &[(u32, KeyCode)] = &[
        (57_414, KeyCode::Enter),
        (57_417, KeyCode::Left),
        (57_418, KeyCode::Right),
        (57_419, KeyCode::Up),
        (57_420, KeyCode::Down),
        (57_421, KeyCode::PageUp),
        (57_422, KeyCode::PageDown),
        (57_423, KeyCode::Home),
        (57_424, KeyCode::End),
        (57_425, KeyCode::Insert),
        (57_426, KeyCode::Delete),
    ];
    Some(match number {
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        8 | 127 => KeyCode::Backspace,
        57_399..=57_408 => KeyCode::Char(char::from_digit(number - 57_399, 10)?),
        57_409 => KeyCode::Char('.'),
        57_410 => KeyCode::Char('/'),
        57_411 => KeyCode::Char('*'),
        57_412 => KeyCode::Char('-'),
        57_413 => KeyCode::Char('+'),
        57_415 => KeyCode::Char('='),
        57_344..=63_743 => KEYPAD.iter().find(|(known, _)| *known == number)?.1,
        _ => KeyCode::Char(char::from_u32(number).filter(|c| !c.is_control())?),
    })
}

fn mouse(numbers: &Parameters<'_>, last: u8) -> Option<Input> {
    let bits = numbers.number(0)?;
    let place = |number: Option<u32>| u16::try_from(number?.saturating_sub(1)).ok();
    let button = match bits & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (bits & 0b1100_0000, bits & 3) {
        (64, 0) => MouseEventKind::ScrollUp,
        (64, 1) => MouseEventKind::ScrollDown,
        (64, 2) => MouseEventKind::ScrollLeft,
        (64, _) => MouseEventKind::ScrollRight,
        (0, 3) => MouseEventKind::Moved,
        (0, _) if bits & 32 != 0 => MouseEventKind::Drag(button),
        (0, _) if last == b'm' => MouseEventKind::Up(button),
        (0, _) => MouseEventKind::Down(button),
        _ => return None,
    };
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [
        (4, KeyModifiers::SHIFT),
        (8, KeyModifiers::ALT),
        (16, KeyModifiers::CONTROL),
    ] {
        if bits & bit != 0 {
            modifiers |= modifier;
        }
    }
    Some(Input::Event(Event::Mouse(MouseEvent {
        kind,
        column: place(numbers.number(1))?,
        row: place(numbers.number(2))?,
        modifiers,
    })))
}
