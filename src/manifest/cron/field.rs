//! One field of a cron expression.

use super::Malformed;

/// Which field it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 0 to 59.
    Second,
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// 1 to 31, or `L` for the last.
    Day,
    /// 1 to 12 or a name.
    Month,
    /// 0 to 7 or a name; 0 and 7 are Sunday.
    Weekday,
}

/// The values of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// A bit for each value.
    pub values: u64,
    /// Whether it is `*`, so that it restricts nothing.
    pub is_any: bool,
    /// Whether the last day of the month counts too.
    pub has_last: bool,
    /// Which of its kind in the month each weekday must be: bits 1 to 5, and 6 for the last; 0 for all.
    pub nth: [u8; 7],
}

/// The bit of [`Field::nth`] that stands for the last of its kind in the month.
pub const LAST: u8 = 1 << 6;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day of the month",
            Self::Month => "month",
            Self::Weekday => "weekday",
        }
    }

    /// The smallest and the largest value.
    fn range(self) -> (i64, i64) {
        match self {
            Self::Second | Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 7),
        }
    }

    /// How many different values there are.
    fn count(self) -> i64 {
        match self {
            Self::Weekday => 7,
            Self::Second | Self::Minute | Self::Hour | Self::Day | Self::Month => {
                self.range().1 - self.range().0 + 1
            }
        }
    }
}

impl Field {
    /// Reads a field; `now` is what `?` stands for.
    pub fn parse(kind: Kind, text: &str, now: i64) -> Result<Self, Malformed> {
        let mut field = Self {
            is_any: text == "*",
            ..Self::default()
        };
        let mut text = text.to_ascii_uppercase().replace('?', &now.to_string());
        match kind {
            Kind::Month => text = numbered(text, &MONTHS, 1),
            Kind::Weekday => text = numbered(text, &WEEKDAYS, 0),
            Kind::Day => {
                field.has_last = text.contains('L');
                text = text.replace('L', "");
            }
            Kind::Second | Kind::Minute | Kind::Hour => {}
        }
        let is_legal = |character: char| {
            matches!(character, '/' | '*' | '0'..='9' | ',' | '-')
                || kind == Kind::Weekday && matches!(character, 'L' | '#')
        };
        if let Some(illegal) = text.chars().find(|character| !is_legal(*character)) {
            return Err(Malformed(format!(
                "the {} does not take `{illegal}`",
                kind.name()
            )));
        }
        if text.is_empty() && field.has_last {
            return Ok(field);
        }
        for part in text.split(',') {
            field.add(kind, part)?;
        }
        Ok(field)
    }

    /// Whether it holds a value.
    pub fn holds(&self, value: i8) -> bool {
        u32::try_from(value).is_ok_and(|value| self.values & (1 << value) != 0)
    }

    fn add(&mut self, kind: Kind, part: &str) -> Result<(), Malformed> {
        let wrong = || Malformed(format!("the {} cannot be `{part}`", kind.name()));
        let (part, nth) = match part.split_once('#') {
            Some((part, nth)) => (part, nth_bits(nth).ok_or_else(wrong)?),
            None => (part, 0),
        };
        let (span, step) = match part.split_once('/') {
            Some((span, step)) => (span, Some(step_of(kind, step).ok_or_else(wrong)?)),
            None => (part, None),
        };
        let (low, high) = kind.range();
        let (from, to) = match span.split_once('-') {
            Some((from, to)) => (
                strict(from).ok_or_else(wrong)?,
                strict(to).ok_or_else(wrong)?,
            ),
            None if span == "*" || span.is_empty() && step.is_some() => {
                (low, low + kind.count() - 1)
            }
            None => {
                let from = leading(span).ok_or_else(wrong)?;
                (
                    from,
                    if step.is_some() {
                        low + kind.count() - 1
                    } else {
                        from
                    },
                )
            }
        };
        if from < low || to > high || from > to {
            return Err(wrong());
        }
        let step = usize::try_from(step.unwrap_or(1)).map_err(|_| wrong())?;
        for value in (from..=to).step_by(step) {
            let value = if kind == Kind::Weekday {
                value % 7
            } else {
                value
            };
            self.values |= 1 << value;
            let at = usize::try_from(value)
                .ok()
                .filter(|_| kind == Kind::Weekday);
            if let Some(bits) = at.and_then(|at| self.nth.get_mut(at)) {
                *bits |= nth;
            }
        }
        Ok(())
    }
}

fn numbered(text: String, names: &[&str], first: usize) -> String {
    let names = names.iter().enumerate();
    names.fold(text, |text, (at, name)| {
        text.replace(name, &(at + first).to_string())
    })
}

fn nth_bits(text: &str) -> Option<u8> {
    if text == "L" {
        return Some(LAST);
    }
    let nth: u8 = text.parse().ok()?;
    (1..=5).contains(&nth).then(|| 1 << nth)
}

fn step_of(kind: Kind, text: &str) -> Option<i64> {
    strict(text).filter(|step| (1..=kind.count()).contains(step))
}

fn strict(text: &str) -> Option<i64> {
    let is_short = (1..=4).contains(&text.len());
    text.parse().ok().filter(|_| is_short)
}

/// The number at the beginning; an `L` behind a weekday changes nothing.
fn leading(text: &str) -> Option<i64> {
    strict(text.strip_suffix('L').unwrap_or(text))
}
