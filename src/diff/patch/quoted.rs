//! Paths as git writes them: in quotes with backslashes when they have special characters.
//!
//! In and out: one path. Bytes that are no UTF-8 become U+FFFD, as they do in the server's list.

use std::{borrow::Cow, fmt::Write};

/// Reads a quoted path at the beginning of a text: the path, and where the text goes on behind the
/// closing quote; `None` when it is not quoted as git does it.
pub fn unquote(text: &str) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let mut path = Vec::new();
    let mut at = 1;
    if bytes.first() != Some(&b'"') {
        return None;
    }
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        match byte {
            b'"' => break,
            b'\\' => {
                let (byte, length) = escaped(bytes.get(at..)?)?;
                path.push(byte);
                at += length;
            }
            other => path.push(other),
        }
    }
    Some((String::from_utf8_lossy(&path).into_owned(), at))
}

/// The byte that stands behind a backslash, and how long its name is.
fn escaped(name: &[u8]) -> Option<(u8, usize)> {
    let byte = match name.first()? {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        same @ (b'"' | b'\\') => *same,
        b'0'..=b'3' => return Some((octal(name.get(..3)?)?, 3)),
        _ => return None,
    };
    Some((byte, 1))
}

fn octal(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(text, 8).ok()
}

/// Writes a path as git does: in quotes when it has control characters, quotes or backslashes.
pub fn quote(path: &str) -> Cow<'_, str> {
    let is_special = |letter: char| letter.is_ascii_control() || matches!(letter, '"' | '\\');
    if !path.contains(is_special) {
        return Cow::Borrowed(path);
    }
    let mut quoted = String::with_capacity(path.len() + 8);
    quoted.push('"');
    for letter in path.chars() {
        if matches!(letter, '"' | '\\') {
            quoted.push('\\');
            quoted.push(letter);
        } else if letter.is_ascii_control() {
            // Writing to a string cannot fail.
            let _ = write!(quoted, "\\{:03o}", u32::from(letter));
        } else {
            quoted.push(letter);
        }
    }
    quoted.push('"');
    Cow::Owned(quoted)
}
