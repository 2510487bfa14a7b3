//! When a pattern fires next.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::Pattern;
use super::field::LAST;

/// How many days are searched: a leap day that falls on a given weekday comes within 40 years.
const LONGEST_SEARCH: usize = 366 * 41;

impl Pattern {
    /// The next time strictly after another, on the clock of a zone.
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut civil = zone.to_datetime(after);
        // A second try is needed where the clock was set back and the time found lies before.
        for _ in 0..8 {
            civil = self.next_civil(civil)?;
            let ambiguous = zone.to_ambiguous_timestamp(civil);
            let times = [ambiguous.compatible(), ambiguous.later()];
            let mut times = times.into_iter().filter_map(Result::ok);
            if let Some(time) = times.find(|time| *time > after) {
                return Some(time);
            }
        }
        None
    }

    fn next_civil(&self, after: DateTime) -> Option<DateTime> {
        let earliest = after.checked_add(1.second()).ok()?;
        let earliest = earliest.with().subsec_nanosecond(0).build().ok()?;
        let mut date = earliest.date();
        let mut from = earliest.time();
        for _ in 0..LONGEST_SEARCH {
            let time = self.holds_date(date).then(|| self.next_time(from));
            if let Some(time) = time.flatten() {
                return Some(date.to_datetime(time));
            }
            date = date.tomorrow().ok()?;
            from = Time::midnight();
        }
        None
    }

    fn holds_date(&self, date: Date) -> bool {
        if !self.month.holds(date.month()) {
            return false;
        }
        let is_last = date.day() == date.days_in_month();
        let day = self.day.holds(date.day()) || self.day.has_last && is_last;
        let weekday = self.holds_weekday(date);
        match (self.day.is_any, self.weekday.is_any) {
            (false, false) => day || weekday,
            (true, false) => weekday,
            (false, true) => day,
            (true, true) => true,
        }
    }

    fn holds_weekday(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_zero_offset();
        let nth = usize::try_from(weekday)
            .ok()
            .and_then(|at| self.weekday.nth.get(at));
        let nth = nth.copied().unwrap_or(0);
        let mut bit = 1 << ((date.day() - 1) / 7 + 1);
        if date.day() + 7 > date.days_in_month() {
            bit |= LAST;
        }
        self.weekday.holds(weekday) && (nth == 0 || nth & bit != 0)
    }

    fn next_time(&self, from: Time) -> Option<Time> {
        for hour in from.hour()..24 {
            if !self.hour.holds(hour) {
                continue;
            }
            let is_first_hour = hour == from.hour();
            for minute in (if is_first_hour { from.minute() } else { 0 })..60 {
                if !self.minute.holds(minute) {
                    continue;
                }
                let is_first = is_first_hour && minute == from.minute();
                let start = if is_first { from.second() } else { 0 };
                let second = (start..60).find(|second| self.second.holds(*second));
                if let Some(second) = second {
                    return Time::new(hour, minute, second, 0).ok();
                }
            }
        }
        None
    }
}
