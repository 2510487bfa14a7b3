//! What stands behind a value without quotes, as the control plane's parser takes it.
//!
//! That parser cuts a bare value out up to the end of its line, or up to the next comma or closing
//! bracket, and trims it with its language's idea of white space; of a comment on the line it checks
//! the wrong place. So it lets pass what is not TOML: a comma, invisible characters, a lone carriage
//! return, control characters in the comment.
//!
//! Not for: what TOML allows there; then nothing is reported.

use std::ops::Range;

use super::faults::{Fault, edit};
use crate::diagnostic::Fix;
use crate::manifest::js;

/// What is let pass behind a value.
pub struct Tail {
    /// The finding, with a repair.
    pub fault: Fault,
    /// Up to where the text is dealt with, in bytes.
    pub until: usize,
}

/// The value without the white space at its end that only the control plane takes for some.
pub fn value(token: &str) -> &str {
    token.trim_end_matches(js::is_space)
}

/// The longest line of which the end is looked at, in bytes from the value on.
const LONGEST_LINE: usize = 4096;

/// Looks behind a value outside of arrays and inline tables; `place` is its token.
pub fn on_line(text: &str, place: &Range<usize>) -> Option<Tail> {
    let behind = place.start + value(text.get(place.clone())?).len();
    let rest = text.get(behind..)?;
    let is_blank = |letter: char| js::is_space(letter) && letter != '\n';
    let next = rest.find(|letter| !is_blank(letter)).unwrap_or(rest.len());
    let (blank, rest) = rest.split_at_checked(next)?;
    let at = behind + next;
    let mut fault = if let Some(line) = rest.strip_prefix(',') {
        if !(line.is_empty() || line.starts_with('\n') || line.starts_with("\r\n")) {
            return None;
        }
        let mut fault = Fault::new(at..at + 1, "a comma after the value");
        fault.help = Some("only elements of arrays and inline tables take commas".to_owned());
        fault
    } else if rest.is_empty() || rest.starts_with(['\n', '#']) {
        // Only with a line feed behind it is a carriage return part of the line's end.
        let blank = match rest.starts_with('\n') {
            true => blank.strip_suffix('\r').unwrap_or(blank),
            false => blank,
        };
        let comment = line(rest).filter(|_| rest.starts_with('#'));
        let odd = blank.find(is_odd).map(|odd| behind + odd);
        let control = comment.and_then(|comment| comment.find(is_control));
        let (what, odd) = match (odd, control) {
            (Some(odd), _) => ("an invisible character after the value", odd),
            (None, Some(control)) => ("a control character in a comment", at + control),
            (None, None) => return None,
        };
        if rest.starts_with('#') && !is_early_text_clean(text, text.get(place.start..at)?) {
            return None;
        }
        Fault::new(odd..odd + width(text, odd), what)
    } else {
        return None;
    };
    let line_end = at + memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
    fault.let_through(edit(behind..line_end, ""));
    Some(mended(fault, line_end))
}

/// The line at the beginning of a text, without its end; `None` when it is too long.
fn line(text: &str) -> Option<&str> {
    let most = text.get(..text.floor_char_boundary(LONGEST_LINE))?;
    match most.find('\n') {
        Some(end) => most
            .get(..end)
            .map(|line| line.strip_suffix('\r').unwrap_or(line)),
        None => (most.len() == text.len()).then_some(most),
    }
}

/// Looks behind a value inside of an array or inline table; `place` is its token.
pub fn in_brackets(text: &str, place: &Range<usize>) -> Option<Tail> {
    let value = Some(value(text.get(place.clone())?)).filter(|value| !value.is_empty())?;
    let behind = place.start + value.len();
    let rest = text.get(behind..)?;
    let next = rest.find(|letter| !js::is_space(letter))?;
    let blank = rest.get(..next)?;
    let is_end = rest.get(next..)?.starts_with([',', ']', '}', '#']);
    let odd = blank.char_indices().find(|(at, letter)| {
        let is_line_end = blank
            .get(*at..)
            .is_some_and(|rest| rest.starts_with("\r\n"));
        is_odd(*letter) && !is_line_end
    });
    let (at, letter) = odd.filter(|_| is_end)?;
    let at = behind + at;
    let span = at..at + letter.len_utf8();
    let mut fault = Fault::new(span, "an invisible character after the value");
    let until = behind + next;
    fault.let_through(edit(behind..until, " "));
    Some(mended(fault, until))
}

/// Looks behind a key in quotes; `key` is its place.
///
/// The control plane trims what follows, and it looks for the `=` of a pair from the beginning of the
/// key on, so that one inside of the quotes makes it skip what is behind them.
pub fn behind_key(text: &str, key: Range<usize>, is_header: bool) -> Option<Tail> {
    let rest = text.get(key.end..)?;
    let is_blank = |letter: char| js::is_space(letter) && letter != '\n';
    let next = rest.find(|letter| !is_blank(letter))?;
    let blank = rest.get(..next)?;
    let ends: &[char] = if is_header { &[']', '.'] } else { &['=', '.'] };
    if blank.contains(is_odd) && rest.get(next..)?.starts_with(ends) {
        let at = key.end + blank.find(is_odd)?;
        let fault = Fault::new(
            at..at + width(text, at),
            "an invisible character after the key",
        );
        return Some(without(fault, key.end..key.end + next));
    }
    let has_equals = text.get(key)?.contains('=') && !is_header;
    if !has_equals || rest.trim_start_matches([' ', '\t']).starts_with(ends) || !rest.contains('=')
    {
        return None;
    }
    // What follows a dot is read as the next part of the key.
    let length = rest.find(['=', '.'])?;
    let junk = text.len() - rest.len();
    let fault = Fault::new(junk..junk + length, "text between the key and its `=`");
    Some(without(fault, junk..junk + length))
}

/// A tail that the control plane reads as if it were not there.
fn without(mut fault: Fault, place: Range<usize>) -> Tail {
    let until = place.end;
    fault.let_through(edit(place, ""));
    Tail { fault, until }
}

fn mended(mut fault: Fault, until: usize) -> Tail {
    fault.fix = Some(Fix {
        title: format!("delete {}", what(&fault)),
        edits: vec![edit(fault.span.clone(), "")],
        is_safe: true,
    });
    Tail { fault, until }
}

fn what(fault: &Fault) -> &'static str {
    if fault.what.contains("comma") {
        "the comma"
    } else if fault.what.contains("invisible") {
        "the invisible character"
    } else {
        "the control character"
    }
}

/// Whether the place that the control plane checks in place of the comment is clean: it counts from
/// the beginning of the file as many units as the comment is away from its value's beginning.
fn is_early_text_clean(text: &str, code: &str) -> bool {
    if code.len() > LONGEST_LINE {
        return false;
    }
    let units = code.encode_utf16().count();
    let mut letters = text.chars();
    let mut passed = 0;
    while passed < units {
        let Some(letter) = letters.next() else {
            return true;
        };
        passed += letter.len_utf16();
    }
    line(letters.as_str()).is_some_and(|early| !early.contains(is_control))
}

/// Whether a character is no white space to TOML.
fn is_odd(letter: char) -> bool {
    !matches!(letter, ' ' | '\t' | '\n' | ',')
}

fn is_control(letter: char) -> bool {
    letter.is_ascii_control() && letter != '\t'
}

fn width(text: &str, at: usize) -> usize {
    let letter = text.get(at..).and_then(|rest| rest.chars().next());
    letter.map_or(0, char::len_utf8)
}
