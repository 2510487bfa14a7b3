//! What a program switched on in the terminal, asked it, and did to the person behind it.
//!
//! In: every byte that the program wrote, in any pieces. Out: the modes that are not as they were
//! at the start, the questions that a real terminal would answer, window titles and clipboard
//! writes. It knows nothing about what the screen shows.

use std::collections::BTreeMap;

use vte::{Params, Parser, Perform};

/// Private modes (`CSI ? n h`) that are on in a terminal that nobody touched.
const ON_AT_START: [u16; 2] = [7, 25];

/// A question to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    /// `CSI c`: what are you.
    Attributes,
    /// `CSI 6 n`.
    CursorPosition,
    /// `CSI ? u`.
    KeyboardFlags,
    /// `OSC 10 ; ?`.
    Foreground,
    /// `OSC 11 ; ?`.
    Background,
    /// `CSI ? n $ p`: is mode `n` known.
    Mode(u16),
}

/// Follows the bytes of one program.
#[derive(Default)]
pub struct Modes {
    parser: Parser,
    seen: Seen,
}

#[derive(Default)]
struct Seen {
    private: BTreeMap<u16, bool>,
    /// Pushed keyboard flags on the main and on the alternate screen, which keep their own.
    keyboard: [usize; 2],
    keyboard_set: [bool; 2],
    modify_other_keys: bool,
    keypad: bool,
    cursor_shape: bool,
    scroll_region: bool,
    titles: Vec<String>,
    clipboard: Vec<String>,
    queries: Vec<Query>,
}

impl Modes {
    /// Reads what the program wrote and returns what it asked for.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Query> {
        self.parser.advance(&mut self.seen, bytes);
        std::mem::take(&mut self.seen.queries)
    }

    /// The window titles that were set, in order.
    pub fn titles(&self) -> &[String] {
        &self.seen.titles
    }

    /// What was written to the clipboard (base64, as sent), in order.
    pub fn clipboard(&self) -> &[String] {
        &self.seen.clipboard
    }

    /// Names what is not as in a terminal that nobody touched; empty after a clean exit.
    pub fn left_on(&self) -> Vec<String> {
        let seen = &self.seen;
        let mut left: Vec<String> = seen
            .private
            .iter()
            .filter(|(mode, on)| **on != ON_AT_START.contains(mode))
            .map(|(mode, _)| name(*mode))
            .collect();
        let others = [
            (
                seen.keyboard != [0, 0] || seen.keyboard_set != [false, false],
                "keyboard flags",
            ),
            (seen.modify_other_keys, "modify other keys"),
            (seen.keypad, "application keypad"),
            (seen.cursor_shape, "cursor shape"),
            (seen.scroll_region, "scroll region"),
        ];
        left.extend(
            others
                .into_iter()
                .filter(|(on, _)| *on)
                .map(|(_, name)| name.to_owned()),
        );
        left
    }
}

fn name(mode: u16) -> String {
    match mode {
        1 => "application cursor keys".to_owned(),
        7 => "no automatic wrap".to_owned(),
        25 => "hidden cursor".to_owned(),
        47 | 1047 | 1049 => "alternate screen".to_owned(),
        1000 | 1002 | 1003 => format!("mouse reports ({mode})"),
        1005 | 1006 | 1015 | 1016 => format!("mouse encoding ({mode})"),
        1004 => "focus reports".to_owned(),
        2004 => "bracketed paste".to_owned(),
        2026 => "synchronized update".to_owned(),
        2031 => "color scheme reports".to_owned(),
        _ => format!("private mode {mode}"),
    }
}

impl Seen {
    /// Which of the two keyboard stacks is in force.
    fn screen(&self) -> usize {
        let alternate = [47, 1047, 1049]
            .iter()
            .any(|mode| self.private.get(mode) == Some(&true));
        usize::from(alternate)
    }

    fn keyboard(&mut self, kind: u8, first: u16) {
        let screen = self.screen();
        match kind {
            b'>' => self.keyboard[screen] += 1,
            b'<' => {
                let popped = usize::from(first.max(1));
                self.keyboard[screen] = self.keyboard[screen].saturating_sub(popped);
            }
            b'=' => self.keyboard_set[screen] = first != 0,
            b'?' => self.queries.push(Query::KeyboardFlags),
            _ => {}
        }
    }
}

impl Perform for Seen {
    fn csi_dispatch(&mut self, params: &Params, marks: &[u8], _ignore: bool, action: char) {
        let numbers: Vec<u16> = params
            .iter()
            .map(|sub| sub.first().copied().unwrap_or(0))
            .collect();
        let first = numbers.first().copied().unwrap_or(0);
        match (marks, action) {
            (b"?", 'h') => self
                .private
                .extend(numbers.iter().map(|mode| (*mode, true))),
            (b"?", 'l') => self
                .private
                .extend(numbers.iter().map(|mode| (*mode, false))),
            (b"?$", 'p') => self.queries.push(Query::Mode(first)),
            ([kind], 'u') => self.keyboard(*kind, first),
            (b">", 'm') => {
                self.modify_other_keys = first == 4 && numbers.get(1).is_some_and(|n| *n != 0);
            }
            (b" ", 'q') => self.cursor_shape = first != 0,
            (b"", 'r') => self.scroll_region = numbers.iter().any(|n| *n != 0),
            (b"", 'c') => self.queries.push(Query::Attributes),
            (b"", 'n') if first == 6 => self.queries.push(Query::CursorPosition),
            _ => {}
        }
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], _bell_terminated: bool) {
        let text = |index: usize| {
            let bytes = params.get(index).copied().unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        match (params.first().copied(), params.get(1).copied()) {
            (Some(b"0" | b"1" | b"2"), _) => self.titles.push(text(1)),
            (Some(b"52"), _) => self.clipboard.push(text(2)),
            (Some(b"10"), Some(b"?")) => self.queries.push(Query::Foreground),
            (Some(b"11"), Some(b"?")) => self.queries.push(Query::Background),
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, marks: &[u8], _ignore: bool, byte: u8) {
        match (marks, byte) {
            (b"", b'=') => self.keypad = true,
            (b"", b'>') => self.keypad = false,
            (b"", b'c') => *self = Self::default(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(bytes: &[u8]) -> Vec<String> {
        let mut modes = Modes::default();
        for byte in bytes {
            modes.read(&[*byte]);
        }
        modes.left_on()
    }

    #[test]
    fn what_was_switched_on_and_off_again_is_not_left_on() {
        let on = b"\x1b[?1049h\x1b[>1u\x1b[?25l\x1b[?2004h\x1b[?1000;1006h\x1b[5 q";
        assert_eq!(
            after(on),
            [
                "hidden cursor",
                "mouse reports (1000)",
                "mouse encoding (1006)",
                "alternate screen",
                "bracketed paste",
                "keyboard flags",
                "cursor shape",
            ]
        );
        let off = b"\x1b[0 q\x1b[?1000;1006l\x1b[?2004l\x1b[?25h\x1b[<u\x1b[?1049l";
        assert!(after(&[on.as_slice(), off].concat()).is_empty());
    }

    #[test]
    fn keyboard_flags_are_popped_on_the_screen_that_pushed_them() {
        let wrong = b"\x1b[?1049h\x1b[>1u\x1b[?1049l\x1b[<u";
        assert_eq!(after(wrong), ["keyboard flags"]);
    }

    #[test]
    fn switching_off_what_was_never_on_leaves_nothing() {
        assert!(after(b"\x1b[?1003l\x1b[?25h\x1b[r\x1b>").is_empty());
    }

    #[test]
    fn questions_titles_and_clipboard_writes_are_seen() {
        let mut modes = Modes::default();
        let asked = modes.read(
            b"\x1b]11;?\x1b\\\x1b[?u\x1b[c\x1b[6n\x1b[?2026$p\x1b]0;hi\x07\x1b]52;c;aGk=\x07",
        );
        assert_eq!(
            asked,
            [
                Query::Background,
                Query::KeyboardFlags,
                Query::Attributes,
                Query::CursorPosition,
                Query::Mode(2026),
            ]
        );
        assert_eq!(modes.titles(), ["hi"]);
        assert_eq!(modes.clipboard(), ["aGk="]);
    }
}
