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
        let mut text = text.replace('?', &now.to_string());
        match kind {
            Kind::Month => text = numbered(text, &MONTHS, 1),
            Kind::Weekday => {
                // Behind a hyphen Sunday is the end of the week.
                let last = without_case(&text, "-SUN").replace("-SUN", "-7");
                text = numbered(last, &WEEKDAYS, 0);
            }
            Kind::Day => {
                field.has_last = text.contains('L');
                text = text.replacen('L', "", 1);
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
        for part in text.split(',') {
            // Beside `L` nothing may stand.
            if part.is_empty() && field.has_last {
                continue;
            }
            field.add(kind, part)?;
        }
        Ok(field)
    }

    /// Whether it holds a value.
    pub fn holds(&self, value: i8) -> bool {
        u32::try_from(value).is_ok_and(|value| self.values & (1 << value) != 0)
    }

    /// Whether it holds a weekday wherever in the month that is.
    pub fn holds_each(&self, weekday: i8) -> bool {
        let nth = usize::try_from(weekday)
            .ok()
            .and_then(|at| self.nth.get(at));
        self.holds(weekday) && nth == Some(&0)
    }

    fn add(&mut self, kind: Kind, part: &str) -> Result<(), Malformed> {
        let wrong = || Malformed(format!("the {} cannot be `{part}`", kind.name()));
        let mut pieces = part.split('#');
        let span = pieces.next().unwrap_or_default();
        let nth = match pieces.next() {
            None | Some("") => 0,
            Some(nth) => nth_bits(nth).ok_or_else(wrong)?,
        };
        let (low, high) = kind.range();
        let all = (low, low + kind.count() - 1);
        let (span, step) = match span.split_once('/') {
            Some((span, step)) => (span, Some(step_of(kind, step).ok_or_else(wrong)?)),
            None => (span, None),
        };
        let (from, to) = match span.split_once('-') {
            // Together with a step the numbers are read strictly.
            Some((from, to)) if !to.contains('-') && (step.is_none() || is_plain(part)) => (
                leading(from).ok_or_else(wrong)?,
                leading(to).ok_or_else(wrong)?,
            ),
            Some(_) => return Err(wrong()),
            None if span == "*" && nth == 0 && !part.contains('#') => all,
            None if matches!(span, "*" | "") && step.is_some() => all,
            None => {
                let from = leading(span).ok_or_else(wrong)?;
                (from, if step.is_some() { all.1 } else { from })
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
        without_case(&text, name).replace(name, &(at + first).to_string())
    })
}

/// A text in which a name has capitals wherever it is.
fn without_case(text: &str, name: &str) -> String {
    let upper = text.to_ascii_uppercase();
    let mut text = text.to_owned();
    for (at, _) in upper.match_indices(name) {
        text.replace_range(at..at + name.len(), name);
    }
    text
}

fn nth_bits(text: &str) -> Option<u8> {
    if text == "L" {
        return Some(LAST);
    }
    let nth: u8 = text.parse().ok()?;
    (1..=5).contains(&nth).then(|| 1 << nth)
}

fn step_of(kind: Kind, text: &str) -> Option<i64> {
    let is_single = !text.contains(['/', '-']);
    leading(text).filter(|step| is_single && (1..=kind.count()).contains(step))
}

/// Whether there are only digits but for what makes a range and a step.
fn is_plain(part: &str) -> bool {
    part.bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/'))
}

/// The number at the beginning; what follows it changes nothing.
fn leading(text: &str) -> Option<i64> {
    let rest = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let digits = text
        .strip_suffix(rest)
        .filter(|digits| !digits.is_empty())?;
    // More digits than that are beyond every range.
    Some(digits.parse().unwrap_or(i64::MAX))
}
