//! Cron expressions as the running control plane reads them, and when they fire.
//!
//! In: the text of `cron`. Out: a [`Schedule`], or why it never fires. Five fields (minute first) or
//! six (second first), names of months and weekdays, `L`, `5#2`, `?`, nicknames such as `@daily`,
//! or an ISO 8601 instant for a single run. The day of the month and the weekday are joined by
//! *or* when both are given.
//!
//! Crates for cron read another dialect: `croner` takes `15W`, `LW`, `+1`, years, steps beyond the
//! range and white space around, does not take instants, and `5L` is the last Friday to it but every
//! Friday to the control plane. So the few rules are here; where the dialects agree a test compares
//! the two.

mod field;
mod next;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{js, moment};
use field::{Field, Kind};

/// A cron expression that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(Form);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    /// Again and again.
    Repeated(Box<Pattern>),
    /// An expression with `?`, which stands for the time at which it is looked at.
    Relative(String),
    /// Once, at a time of the trigger's zone.
    OnceLocal(DateTime),
    /// Once, at an instant.
    Once(Timestamp),
}

/// When to fire, field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    second: Field,
    minute: Field,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
}

/// Why an expression never fires, a fragment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

const NICKNAMES: [(&str, &str); 6] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

impl Schedule {
    /// Reads an expression; white space around it is an error.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.find(':').is_some_and(|at| at > 0) {
            return once(text);
        }
        let pattern = Pattern::parse(text, DateTime::constant(2024, 1, 1, 0, 0, 0, 0))?;
        Ok(Self(if text.contains('?') {
            Form::Relative(text.to_owned())
        } else {
            Form::Repeated(Box::new(pattern))
        }))
    }

    /// The next time after another at which it fires; `None` when there is none. Where the clock is
    /// set back it may lie up to an hour before, as in the control plane.
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match &self.0 {
            Form::Repeated(pattern) => pattern.next(after, zone),
            Form::Relative(text) => {
                let now = zone.to_datetime(after);
                Pattern::parse(text, now).ok()?.next(after, zone)
            }
            Form::OnceLocal(time) => {
                let time = next::instant(*time, zone)?;
                (time > after).then_some(time)
            }
            Form::Once(time) => (*time > after).then_some(*time),
        }
    }

    /// The next few times at which it fires.
    pub fn next_runs(&self, after: Timestamp, zone: &TimeZone, count: usize) -> Vec<Timestamp> {
        let next = |time: &Timestamp| self.next(*time, zone);
        std::iter::successors(self.next(after, zone), next)
            .take(count)
            .collect()
    }

    /// Whether it fires only once.
    pub fn is_single(&self) -> bool {
        match self.0 {
            Form::OnceLocal(_) | Form::Once(_) => true,
            Form::Repeated(_) | Form::Relative(_) => false,
        }
    }
}

/// A single time, which is read as loosely as `run_at`, to the second.
fn once(text: &str) -> Result<Schedule, Malformed> {
    let malformed =
        || Malformed("it has a colon but is no time such as `2026-06-01T09:00:00`".to_owned());
    let time = moment::read(text)
        .and_then(|moment| Timestamp::from_second(moment.millis.div_euclid(1000)).ok())
        .ok_or_else(malformed)?;
    // The control plane looks for an offset from the tenth character on.
    let has_offset = text
        .chars()
        .skip(10)
        .any(|letter| matches!(letter, 'Z' | '+' | '-'));
    Ok(Schedule(if has_offset {
        Form::Once(time)
    } else {
        Form::OnceLocal(TimeZone::UTC.to_datetime(time))
    }))
}

impl Pattern {
    fn parse(text: &str, now: DateTime) -> Result<Self, Malformed> {
        let lower = js::trim(text).to_ascii_lowercase();
        let nickname = NICKNAMES.iter().find(|(name, _)| *name == lower);
        let text = nickname.map_or(text, |(_, pattern)| pattern);
        let mut parts = words(text);
        if parts.len() == 5 {
            parts.insert(0, "0");
        }
        let [second, minute, hour, day, month, weekday] = *parts.as_slice() else {
            return Err(wrong_count(text, parts.len()));
        };
        if parts.contains(&"") {
            return Err(wrong_count(text, parts.len()));
        }
        Ok(Self {
            second: Field::parse(Kind::Second, second, i64::from(now.second()))?,
            minute: Field::parse(Kind::Minute, minute, i64::from(now.minute()))?,
            hour: Field::parse(Kind::Hour, hour, i64::from(now.hour()))?,
            day: Field::parse(Kind::Day, day, i64::from(now.day()))?,
            month: Field::parse(Kind::Month, month, i64::from(now.month()))?,
            weekday: Field::parse(
                Kind::Weekday,
                weekday,
                i64::from(now.weekday().to_sunday_zero_offset()),
            )?,
        })
    }
}

/// The fields between white space; white space at an end makes an empty one.
fn words(text: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = js::trim(text)
        .split(js::is_space)
        .filter(|part| !part.is_empty())
        .collect();
    if text.starts_with(js::is_space) {
        parts.insert(0, "");
    }
    if text.ends_with(js::is_space) {
        parts.push("");
    }
    parts
}

fn wrong_count(text: &str, count: usize) -> Malformed {
    Malformed(if js::trim(text) != text {
        "it has white space around it".to_owned()
    } else if text.starts_with('@') {
        "there is no such nickname; there are `@yearly`, `@monthly`, `@weekly`, `@daily`, `@hourly`"
            .to_owned()
    } else {
        format!("it has {count} fields; five or six are needed")
    })
}
