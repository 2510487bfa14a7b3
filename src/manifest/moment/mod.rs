//! Reads dates as loosely as the control plane does.
//!
//! In: the text of a `run_at`. Out: whether it is a date at all, and whether it is ISO 8601. The
//! control plane first tries ISO 8601 and then falls back to a grammar of browsers, in which almost
//! any words around numbers are a date.
//!
//! Not for: TOML's own dates.

mod loose;
mod words;

use words::{Word, Words};

/// What a text says about a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 in UTC; a text without offset is taken for UTC.
    pub millis: i64,
    /// Whether it is ISO 8601 rather than guessed.
    pub is_iso: bool,
}

/// The latest time that the control plane can hold, in milliseconds from 1970.
const LATEST: i64 = 8_640_000_000_000_000;

/// The numbers of a date before they are checked.
#[derive(Debug, Clone, Default)]
struct Parts {
    day: Vec<i64>,
    named_month: Option<i64>,
    clock: Vec<i64>,
    /// 0 for am, 12 for pm.
    half: Option<i64>,
    /// The offset's sign, hours and minutes.
    sign: i64,
    offset_hour: Option<i64>,
    offset_minute: Option<i64>,
    is_iso: bool,
}

/// Reads a date and time; `None` when the control plane can make nothing of it.
pub fn read(text: &str) -> Option<Moment> {
    let mut words = Words::new(text);
    let mut parts = Parts {
        sign: 1,
        ..Parts::default()
    };
    match iso(&mut words, &mut parts) {
        Iso::Whole => parts.is_iso = true,
        Iso::Wrong => return None,
        Iso::Begun => loose::read(&mut words, &mut parts)?,
    }
    parts.moment()
}

enum Iso {
    /// The text is ISO 8601 to its end.
    Whole,
    /// It has a time in the form of ISO 8601 that is wrong; nothing else is tried.
    Wrong,
    /// It is not, from here on.
    Begun,
}

fn iso(words: &mut Words<'_>, parts: &mut Parts) -> Iso {
    if iso_date(words, parts).is_none() {
        return Iso::Begun;
    }
    match words.peek() {
        Word::End => {
            parts.offset_hour = Some(0);
            Iso::Whole
        }
        Word::T => {
            words.next();
            iso_time(words, parts).map_or(Iso::Wrong, |()| Iso::Whole)
        }
        _ => Iso::Begun,
    }
}

/// A year, a month if there is one, a day if there is one; `None` when something else follows.
fn iso_date(words: &mut Words<'_>, parts: &mut Parts) -> Option<()> {
    if let Word::Sign(sign) = words.peek() {
        let signed = words.after_next();
        let Word::Number(year, 6) = signed else {
            return None;
        };
        words.next();
        words.next();
        if sign < 0 && year == 0 {
            return None;
        }
        parts.day.push(sign * year);
    } else {
        parts.day.push(words.number(4, 0..=9999)?);
    }
    for range in [1..=12, 1..=31] {
        if !words.skip('-') {
            return Some(());
        }
        parts.day.push(words.number(2, range)?);
    }
    Some(())
}

/// What follows the `T`.
fn iso_time(words: &mut Words<'_>, parts: &mut Parts) -> Option<()> {
    let hour = words.number(2, 0..=24)?;
    words.skip(':').then_some(())?;
    let latest = if hour == 24 { 0 } else { 59 };
    parts.clock = vec![hour, words.number(2, 0..=latest)?];
    if words.skip(':') {
        parts.clock.push(words.number(2, 0..=latest)?);
        if words.skip('.') {
            let millis = words.fraction()?;
            (hour < 24 || millis == 0).then_some(())?;
            parts.clock.push(millis);
        }
    }
    match words.peek() {
        Word::Zone(0) if words.is_z() => {
            words.next();
            parts.offset_hour = Some(0);
        }
        Word::Sign(sign) => {
            words.next();
            parts.sign = sign;
            iso_offset(words, parts)?;
        }
        _ => {}
    }
    (words.peek() == Word::End).then_some(())
}

fn iso_offset(words: &mut Words<'_>, parts: &mut Parts) -> Option<()> {
    let (hour, minute) = match words.next() {
        Word::Number(both, 4) => (both / 100, both % 100),
        Word::Number(hour, 2) => {
            words.skip(':').then_some(())?;
            (hour, words.number(2, 0..=59)?)
        }
        _ => return None,
    };
    parts.offset_hour = Some(hour).filter(|hour| *hour < 24);
    parts.offset_minute = Some(minute).filter(|minute| *minute < 60);
    parts.offset_hour.and(parts.offset_minute).map(|_| ())
}

impl Parts {
    fn moment(mut self) -> Option<Moment> {
        let (year, month, day) = self.date()?;
        let clock = self.clock_millis()?;
        let hours = self.offset_hour.unwrap_or(0);
        let offset = self.sign * (hours * 60 + self.offset_minute.unwrap_or(0));
        let millis = days_from_civil(year, month, day) * 86_400_000 + clock - offset * 60_000;
        (-LATEST..=LATEST).contains(&millis).then_some(Moment {
            millis,
            is_iso: self.is_iso,
        })
    }

    fn date(&mut self) -> Option<(i64, i64, i64)> {
        let is_iso = self.is_iso;
        if self.day.is_empty() {
            return None;
        }
        self.day.resize(3, 1);
        let [first, second, third] = *self.day.as_slice() else {
            return None;
        };
        let is_day = |number: i64| (1..=31).contains(&number);
        let (year, month, day) = match self.named_month {
            None if is_iso || !is_day(first) => (first, second, third),
            None => (third, first, second),
            Some(month) if is_day(first) => (second, month, first),
            Some(month) => (first, month, second),
        };
        let year = match year {
            0..=49 if !is_iso => year + 2000,
            50..=99 if !is_iso => year + 1900,
            _ => year,
        };
        let is_right = (1..=12).contains(&month) && is_day(day) && year.abs() < 1_000_000;
        is_right.then_some((year, month, day))
    }

    fn clock_millis(&mut self) -> Option<i64> {
        self.clock.resize(4, 0);
        let [mut hour, minute, second, millis] = *self.clock.as_slice() else {
            return None;
        };
        if let Some(half) = self.half {
            if !(0..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + half;
        }
        let is_clock = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..1000).contains(&millis);
        let is_midnight = hour == 24 && minute == 0 && second == 0 && millis == 0;
        let sum = ((hour * 60 + minute) * 60 + second) * 1000 + millis;
        (is_clock || is_midnight).then_some(sum)
    }
}

/// The days from 1970-01-01 to a date; a day beyond the month's end runs over into the next.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day is their last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
