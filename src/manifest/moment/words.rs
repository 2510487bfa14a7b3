//! Splits a date into numbers, words and signs.

use std::ops::RangeInclusive;

use crate::manifest::js::is_space;

/// A piece of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Digits: their number, and how many there are.
    Number(i64, usize),
    /// The name of a month, from 1.
    Month(i64),
    /// 0 for am, 12 for pm.
    Half(i64),
    /// The name of a zone, hours from UTC.
    Zone(i64),
    /// The `T` between date and time.
    T,
    /// Any other word.
    Garbage,
    /// `+` or `-`.
    Sign(i64),
    /// Another character.
    Symbol(char),
    /// White space.
    Space,
    /// Nothing is left.
    End,
}

/// A text that is read piece by piece.
#[derive(Debug, Clone)]
pub struct Words<'t> {
    rest: &'t str,
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

const ZONES: [(&str, i64); 12] = [
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

impl<'t> Words<'t> {
    /// Begins at the start of the text.
    pub fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    /// The next piece.
    pub fn next(&mut self) -> Word {
        let (word, length) = self.scan();
        self.rest = self.rest.get(length..).unwrap_or_default();
        word
    }

    /// The next piece, left where it is.
    pub fn peek(&self) -> Word {
        self.scan().0
    }

    /// The piece after the next.
    pub fn after_next(&self) -> Word {
        let mut ahead = self.clone();
        ahead.next();
        ahead.peek()
    }

    /// Whether the next piece is a lone `Z`.
    pub fn is_z(&self) -> bool {
        self.scan().1 == 1
    }

    /// Takes the character if it is next.
    pub fn skip(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes a number of so many digits if it is next and in range.
    pub fn number(&mut self, digits: usize, range: RangeInclusive<i64>) -> Option<i64> {
        match self.peek() {
            Word::Number(number, length) if length == digits && range.contains(&number) => {
                self.next();
                Some(number)
            }
            _ => None,
        }
    }

    /// Takes the digits behind a point as milliseconds.
    pub fn fraction(&mut self) -> Option<i64> {
        let digits = self.digits();
        let mut millis = 0;
        for at in 0..3 {
            let digit = digits.as_bytes().get(at).map_or(0, |byte| byte - b'0');
            millis = millis * 10 + i64::from(digit);
        }
        self.rest = self.rest.get(digits.len()..).unwrap_or_default();
        (!digits.is_empty()).then_some(millis)
    }

    /// Skips what is in parentheses, whose opening one was taken.
    pub fn skip_parentheses(&mut self) {
        let mut depth = 1;
        for (at, character) in self.rest.char_indices() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = self.rest.get(at + 1..).unwrap_or_default();
                return;
            }
        }
        self.rest = "";
    }

    fn digits(&self) -> &'t str {
        let end = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        self.rest.get(..end).unwrap_or_default()
    }

    /// The next piece and its length in bytes.
    fn scan(&self) -> (Word, usize) {
        // The control plane ends a date at the first NUL.
        let first = self.rest.chars().next().filter(|first| *first != '\0');
        let Some(first) = first else {
            return (Word::End, 0);
        };
        if first.is_ascii_digit() {
            let digits = self.digits();
            // More digits than that are no year anyway.
            let number = digits.parse().unwrap_or(i64::from(u32::MAX));
            return (
                Word::Number(number.min(i64::from(u32::MAX)), digits.len()),
                digits.len(),
            );
        }
        if is_space(first) {
            let end = self.rest.find(|character| !is_space(character));
            return (Word::Space, end.unwrap_or(self.rest.len()));
        }
        if first >= 'A' {
            let end = self
                .rest
                .find(|character| character < 'A' || is_space(character))
                .unwrap_or(self.rest.len());
            return (keyword(self.rest.get(..end).unwrap_or_default()), end);
        }
        let word = match first {
            '+' => Word::Sign(1),
            '-' => Word::Sign(-1),
            other => Word::Symbol(other),
        };
        (word, first.len_utf8())
    }
}

fn keyword(word: &str) -> Word {
    let word = word.to_ascii_lowercase();
    let beginning = word.get(..3).unwrap_or(&word);
    if let Some(month) = MONTHS.iter().position(|month| *month == beginning) {
        return Word::Month(month as i64 + 1);
    }
    match word.as_str() {
        "am" => return Word::Half(0),
        "pm" => return Word::Half(12),
        "t" => return Word::T,
        _ => {}
    }
    let zone = ZONES.iter().find(|(name, _)| *name == word);
    zone.map_or(Word::Garbage, |(_, hours)| Word::Zone(*hours))
}
