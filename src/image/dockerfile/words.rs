//! Takes arguments apart: words, pairs, flags, arrays.
//!
//! All ranges are bytes of the text that was given.

use std::ops::Range;

use serde_json::Value;

use crate::image::dockerfile::ProblemKind;

/// A name with its value, both as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The name.
    pub name: &'a str,
    /// The value; `None` where an `ARG` has none.
    pub value: Option<&'a str>,
    /// Where it ends in the arguments, in bytes.
    pub end: usize,
}

impl Pair<'_> {
    /// The place of the value in the arguments.
    pub fn value_place(&self) -> Range<usize> {
        let length = self.value.map_or(0, str::len);
        self.end.saturating_sub(length)..self.end
    }
}

/// Whether a character is between words of an instruction.
pub fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// A range without the blanks at its ends.
pub fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.start + part.trim_end().len();
    start..end.max(start)
}

/// The words between blanks.
pub fn split(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let part = text.get(range.clone()).unwrap_or_default();
    let mut words = Vec::new();
    let mut at = range.start;
    for word in part.split(is_blank) {
        if !word.is_empty() {
            words.push(at..at + word.len());
        }
        at += word.len() + 1;
    }
    words
}

/// The leading words of `range` that begin with two dashes, and what follows them.
pub fn flags(text: &str, range: Range<usize>) -> (Vec<Range<usize>>, Range<usize>) {
    let mut flags = Vec::new();
    let mut rest = trim(text, range);
    while text
        .get(rest.clone())
        .is_some_and(|rest| rest.starts_with("--"))
    {
        let part = text.get(rest.clone()).unwrap_or_default();
        let word = rest.start..rest.start + quoted_word(part, '\\');
        rest = trim(text, word.end..rest.end);
        if word.len() == 2 {
            break;
        }
        flags.push(word);
    }
    (flags, rest)
}

/// The pairs of an `ENV` or a `LABEL`: `name=value …`, or one `name value`.
pub fn pairs(arguments: &str, escape: char) -> Result<Vec<Pair<'_>>, ProblemKind> {
    let pairs = declarations(arguments, escape);
    if pairs.first().is_some_and(|first| first.value.is_none()) {
        let (name, value) = arguments.split_once(is_blank).ok_or(ProblemKind::NoValue)?;
        return Ok(vec![Pair {
            name,
            value: Some(value.trim_start_matches(is_blank)),
            end: arguments.len(),
        }]);
    }
    match pairs.iter().all(|pair| pair.value.is_some()) {
        true => Ok(pairs),
        false => Err(ProblemKind::NoEquals),
    }
}

/// The names of an `ARG` with their defaults.
pub fn declarations(arguments: &str, escape: char) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    let mut rest = arguments.trim_start();
    while !rest.is_empty() {
        let (word, behind) = rest.split_at(quoted_word(rest, escape));
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let end = arguments.len() - behind.len();
        pairs.push(Pair { name, value, end });
        rest = behind.trim_start();
    }
    pairs
}

/// The length of the first word, where quotes and escapes hold blanks together.
fn quoted_word(text: &str, escape: char) -> usize {
    let mut quote = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match quote {
            None if letter.is_whitespace() => return at,
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            Some(open) if letter == open => quote = None,
            _ => {}
        }
        if letter == escape && quote != Some('\'') {
            letters.next();
        }
    }
    text.len()
}

/// The strings of an array in JSON; `None` when it is not one.
pub fn list(arguments: &str) -> Option<Vec<String>> {
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    };
    array(arguments)?.into_iter().map(text).collect()
}

/// Whether this is an array in JSON that holds something else than strings.
pub fn is_list_of_others(arguments: &str) -> bool {
    array(arguments).is_some_and(|items| !items.iter().all(Value::is_string))
}

fn array(arguments: &str) -> Option<Vec<Value>> {
    let text = arguments.trim_start();
    let is_array = text.starts_with('[') && text.trim_end().ends_with(']');
    is_array.then(|| serde_json::from_str(text).ok())?
}

/// The words of a shell's line as BuildKit splits it: quotes and `${…}` hold blanks together;
/// `None` when one of them does not end.
pub fn shell_words(line: &str) -> Option<Vec<Range<usize>>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter.is_whitespace() {
            words.extend(start.take().map(|start| start..at));
            continue;
        }
        start.get_or_insert(at);
        match letter {
            '\\' => {
                letters.next();
            }
            '\'' => {
                letters.find(|(_, letter)| *letter == '\'')?;
            }
            '"' => skip_quoted(&mut letters)?,
            '$' if letters.next_if(|(_, next)| *next == '{').is_some() => {
                skip_substitution(&mut letters)?;
            }
            _ => {}
        }
    }
    words.extend(start.map(|start| start..line.len()));
    Some(words)
}

type Letters<'a> = std::iter::Peekable<std::str::CharIndices<'a>>;

fn skip_quoted(letters: &mut Letters<'_>) -> Option<()> {
    loop {
        match letters.next()?.1 {
            '"' => return Some(()),
            '\\' => {
                letters.next_if(|(_, next)| matches!(next, '"' | '$' | '\\'));
            }
            '$' if letters.next_if(|(_, next)| *next == '{').is_some() => {
                skip_substitution(letters)?;
            }
            _ => {}
        }
    }
}

/// Goes behind the `}` of a substitution that BuildKit can read.
fn skip_substitution(letters: &mut Letters<'_>) -> Option<()> {
    let is_special = |(_, c): &(usize, char)| "@*#?-$!".contains(*c);
    if letters.next_if(is_special).is_none() {
        while letters
            .next_if(|(_, c)| c.is_alphanumeric() || *c == '_')
            .is_some()
        {}
    }
    match letters.next()?.1 {
        '}' => return Some(()),
        ':' | '+' | '-' | '?' | '#' | '%' | '/' => {}
        _ => return None,
    }
    let mut depth = 1_usize;
    while depth > 0 {
        match letters.next()?.1 {
            '}' => depth -= 1,
            '\\' => {
                letters.next();
            }
            '\'' => {
                letters.find(|(_, letter)| *letter == '\'')?;
            }
            '$' if letters.next_if(|(_, next)| *next == '{').is_some() => depth += 1,
            _ => {}
        }
    }
    Some(())
}
