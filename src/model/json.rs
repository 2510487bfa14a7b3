//! Reading JSON from servers that cut text where they like.
//!
//! In: bytes. Out: a value. Bytes that are no UTF-8, and halves of surrogate pairs as JavaScript
//! writes them when a text is cut inside an emoji, become U+FFFD instead of costing the whole answer.

use serde_json::Value;

/// The text for a half of a surrogate pair, escaped.
const REPLACEMENT: &str = "\\ufffd";

/// Reads a JSON value; fails only where no replacement of single characters helps.
pub fn read(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(bytes)
        .or_else(|_| serde_json::from_str(&mended(&String::from_utf8_lossy(bytes))))
}

/// The text with every half of a surrogate pair replaced.
fn mended(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        mended.push_str(plain);
        let is_pair = is_high(unit(escape)) && is_low(escape.get(6..).and_then(unit));
        let length = match unit(escape) {
            Some(_) if is_pair => 12,
            Some(_) => 6,
            None => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (whole, after) = escape.split_at(length);
        let is_half = !is_pair && (is_high(unit(escape)) || is_low(unit(escape)));
        mended.push_str(if is_half { REPLACEMENT } else { whole });
        rest = after;
    }
    mended.push_str(rest);
    mended
}

/// The UTF-16 unit of an escape at the start of a text.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}

fn is_high(unit: Option<u16>) -> bool {
    matches!(unit, Some(0xd800..=0xdbff))
}

fn is_low(unit: Option<u16>) -> bool {
    matches!(unit, Some(0xdc00..=0xdfff))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &[u8]) -> Option<String> {
        read(json).ok()?.as_str().map(str::to_owned)
    }

    #[test]
    fn half_an_emoji_costs_one_character() {
        assert_eq!(text(br#""a\ud83d b""#).as_deref(), Some("a\u{fffd} b"));
        assert_eq!(
            text(br#""a\ude00\\ud83d""#).as_deref(),
            Some("a\u{fffd}\\ud83d")
        );
        assert_eq!(
            text(br#""\ud83d\ud83d\ude00""#).as_deref(),
            Some("\u{fffd}😀")
        );
        assert_eq!(text(br#""\ud83d""#).as_deref(), Some("\u{fffd}"));
    }

    #[test]
    fn bytes_that_are_no_text_cost_one_character() {
        assert_eq!(
            text(b"\"a\xe7\x81 b\\n\"").as_deref(),
            Some("a\u{fffd} b\n")
        );
    }

    #[test]
    fn what_is_no_json_stays_an_error() {
        for broken in [&b"{"[..], b"\"\\", b"\"\\u12", b"\"\\\xff", b"<html>", b""] {
            assert!(read(broken).is_err());
        }
    }
}
