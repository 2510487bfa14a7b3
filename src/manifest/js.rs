//! Text and numbers as the control plane's language reads them.
//!
//! The control plane trims, converts and compares with the functions of JavaScript, whose white
//! space and number syntax are not Rust's.
//!
//! Not for: dates, which are in `moment`.

/// Whether the control plane's trimming removes the character.
pub fn is_space(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202f}'
                | '\u{205f}'
                | '\u{3000}'
                | '\u{feff}'
    )
}

/// The text without white space around it.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The number that a text stands for; `None` when it is none. A blank text is none.
pub fn number(text: &str) -> Option<f64> {
    let text = trim(text);
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (text.get(2..)?, 16),
        [b'0', b'o' | b'O', ..] => (text.get(2..)?, 8),
        [b'0', b'b' | b'B', ..] => (text.get(2..)?, 2),
        _ => return decimal(text),
    };
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0.0, |sum, digit| {
        Some(sum * f64::from(radix) + f64::from(digit.to_digit(radix)?))
    })
}

fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned == "Infinity" {
        let is_negative = text.starts_with('-');
        return Some(if is_negative {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        });
    }
    let is_decimal =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    // What is left of Rust's syntax after this check is JavaScript's.
    if unsigned.is_empty() || !text.bytes().all(is_decimal) {
        return None;
    }
    text.parse().ok()
}

/// Whether it is the name of an environment variable in capitals: `[A-Z_][A-Z0-9_]*`.
pub fn is_variable(name: &str) -> bool {
    let is_start = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    let mut bytes = name.bytes();
    bytes.next().is_some_and(is_start) && bytes.all(|byte| is_start(byte) || byte.is_ascii_digit())
}

/// Whether it is a slug: `[a-z0-9][a-z0-9_-]*`, at most 128 characters.
pub fn is_slug(text: &str) -> bool {
    let is_start = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut bytes = text.bytes();
    text.len() <= 128
        && bytes.next().is_some_and(is_start)
        && bytes.all(|byte| is_start(byte) || matches!(byte, b'-' | b'_'))
}
