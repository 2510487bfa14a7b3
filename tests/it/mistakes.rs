//! Texts that are almost right: what a person has in front of them while typing.
//!
//! In: lines of a good file. Out: the file after a few mistakes in bytes and lines.

use std::fmt;

use proptest::{
    prelude::{Just, Strategy, any, prop, prop_oneof},
    sample::Index,
};

/// A mistake.
#[derive(Debug, Clone)]
enum Mistake {
    /// A line is gone.
    Drop(Index),
    /// A line is there twice.
    Double(Index),
    /// Two lines changed places.
    Swap(Index, Index),
    /// The text ends early.
    Cut(Index),
    /// A few bytes are gone.
    Hole(Index, usize),
    /// Something was typed that does not belong there.
    Insert(Index, Vec<u8>),
    /// One byte is another one.
    Flip(Index, u8),
    /// Another line end everywhere.
    Ends(&'static str),
}

/// A text with its mistakes, shown as a text where a test fails.
#[derive(Clone)]
pub struct Typed(pub Vec<u8>);

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// What slips into texts, as bytes.
const STRAY: &[&[u8]] = &[
    b"\r",
    b"\n",
    b"\r\n",
    b"\0",
    b"\"",
    b"'",
    b"'''",
    b"\"\"\"",
    b"[",
    b"]",
    b"{",
    b"}",
    b"=",
    b",",
    b".",
    b"#",
    b"\\",
    b" ",
    b"\t",
    b"$",
    b"<<E",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3",
    b"\xc2\xa0",
    "\u{2028}".as_bytes(),
    "é".as_bytes(),
    "😀".as_bytes(),
    b"1",
    b"-",
    b"_",
];

fn mistake() -> impl Strategy<Value = Mistake> {
    let at = any::<Index>;
    let stray = prop::sample::select(STRAY).prop_map(<[u8]>::to_vec);
    prop_oneof![
        2 => at().prop_map(Mistake::Drop),
        2 => at().prop_map(Mistake::Double),
        1 => (at(), at()).prop_map(|(one, other)| Mistake::Swap(one, other)),
        1 => at().prop_map(Mistake::Cut),
        2 => (at(), 1..6_usize).prop_map(|(at, length)| Mistake::Hole(at, length)),
        4 => (at(), stray).prop_map(|(at, bytes)| Mistake::Insert(at, bytes)),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Mistake::Flip(at, byte)),
        1 => prop_oneof![Just("\r\n"), Just("\r")].prop_map(Mistake::Ends),
    ]
}

/// A text of such lines after up to four mistakes.
pub fn mistaken(lines: impl Strategy<Value = Vec<String>>) -> impl Strategy<Value = Typed> {
    let mistakes = prop::collection::vec(mistake(), 0..5);
    (lines, mistakes).prop_map(|(lines, mistakes)| {
        let whole: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let made = |bytes, mistake: &Mistake| mistake.made(bytes);
        Typed(mistakes.iter().fold(whole.into_bytes(), made))
    })
}

impl Mistake {
    fn made(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let place = |at: &Index| at.index(bytes.len() + 1);
        match self {
            Self::Drop(at) => in_lines(&bytes, |lines| {
                lines.remove(at.index(lines.len()));
            }),
            Self::Double(at) => in_lines(&bytes, |lines| {
                let at = at.index(lines.len());
                lines.insert(at, lines[at]);
            }),
            Self::Swap(one, other) => in_lines(&bytes, |lines| {
                let count = lines.len();
                lines.swap(one.index(count), other.index(count));
            }),
            Self::Cut(at) => {
                bytes.truncate(place(at));
                bytes
            }
            Self::Hole(at, length) => {
                let start = place(at);
                let end = (start + length).min(bytes.len());
                bytes.drain(start..end);
                bytes
            }
            Self::Insert(at, stray) => {
                let at = place(at);
                bytes.splice(at..at, stray.iter().copied());
                bytes
            }
            Self::Flip(at, byte) => {
                let at = place(at);
                if let Some(flipped) = bytes.get_mut(at) {
                    *flipped = *byte;
                }
                bytes
            }
            Self::Ends(end) => {
                let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
                lines.join(end.as_bytes())
            }
        }
    }
}

/// The bytes with a change of their lines, of which there is always one.
fn in_lines(bytes: &[u8], change: impl FnOnce(&mut Vec<&[u8]>)) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    if !lines.is_empty() {
        change(&mut lines);
    }
    lines.concat()
}
