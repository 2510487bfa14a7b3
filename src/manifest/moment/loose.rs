//! The fallback grammar: numbers, names of months and zones, and words that are skipped.

use super::Parts;
use super::words::{Word, Words};

/// Reads what the ISO form left; `None` when it is no date.
pub fn read(words: &mut Words<'_>, parts: &mut Parts) -> Option<()> {
    let mut has_number = !parts.day.is_empty();
    loop {
        match words.next() {
            Word::End => return Some(()),
            Word::Number(number, _) => {
                has_number = true;
                read_number(words, parts, number)?;
            }
            Word::Half(half) if !parts.clock.is_empty() => parts.half = Some(half),
            Word::Month(month) => {
                parts.named_month = Some(month);
                words.skip('-');
            }
            Word::Zone(hours) if has_number => {
                parts.sign = if hours < 0 { -1 } else { 1 };
                parts.offset_hour = Some(hours.abs());
                parts.offset_minute = Some(0);
            }
            Word::Half(_) | Word::Zone(_) | Word::T | Word::Garbage => {
                // Words are skipped only before the first number, and apart from it.
                if has_number || matches!(words.peek(), Word::Number(..)) {
                    return None;
                }
            }
            Word::Sign(sign) if is_offset_due(parts) => {
                has_number = true;
                read_offset(words, parts, sign)?;
            }
            Word::Sign(_) | Word::Symbol(')') if has_number => return None,
            Word::Symbol('(') => words.skip_parentheses(),
            Word::Sign(_) | Word::Symbol(_) | Word::Space => {}
        }
    }
}

fn is_offset_due(parts: &Parts) -> bool {
    let is_utc = parts.offset_hour == Some(0) && parts.offset_minute == Some(0);
    is_utc || !parts.clock.is_empty()
}

fn read_number(words: &mut Words<'_>, parts: &mut Parts, number: i64) -> Option<()> {
    if words.skip(':') {
        if words.skip(':') {
            parts.clock.is_empty().then_some(())?;
            parts.clock = vec![number, 0];
            return Some(());
        }
        (parts.clock.len() < 4).then(|| parts.clock.push(number))?;
        words.skip('.');
        return Some(());
    }
    let is_clock = is_clock_next(parts, number);
    if words.skip('.') && is_clock {
        parts.clock.push(number);
        let millis = words.fraction()?;
        return finish_clock(parts, millis);
    }
    if parts.offset_hour.is_some() && parts.offset_minute.is_none() && (0..60).contains(&number) {
        parts.offset_minute = Some(number);
        return Some(());
    }
    if is_clock {
        finish_clock(parts, number)?;
        let next = words.peek();
        let is_apart = matches!(next, Word::End | Word::Space | Word::Sign(_))
            || next == Word::Zone(0) && words.is_z();
        return is_apart.then_some(());
    }
    (parts.day.len() < 3).then(|| parts.day.push(number))?;
    words.skip('-');
    Some(())
}

fn is_clock_next(parts: &Parts, number: i64) -> bool {
    match parts.clock.len() {
        1 | 2 => (0..60).contains(&number),
        3 => (0..1000).contains(&number),
        _ => false,
    }
}

fn finish_clock(parts: &mut Parts, number: i64) -> Option<()> {
    (parts.clock.len() < 4).then(|| parts.clock.push(number))?;
    parts.clock.resize(4, 0);
    Some(())
}

fn read_offset(words: &mut Words<'_>, parts: &mut Parts, sign: i64) -> Option<()> {
    parts.sign = sign;
    let (number, length) = match words.peek() {
        Word::Number(number, length) => {
            words.next();
            (number, length)
        }
        _ => (0, 0),
    };
    (parts.offset_hour, parts.offset_minute) = match length {
        _ if words.peek() == Word::Symbol(':') => (Some(number), None),
        1 | 2 => (Some(number), Some(0)),
        3 | 4 => (Some(number / 100), Some(number % 100)),
        _ => return None,
    };
    Some(())
}
