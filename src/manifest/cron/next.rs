//! When a pattern fires next, to the second as in the control plane.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::Pattern;
use super::field::LAST;

/// How many days are searched: a leap day that falls on a given weekday comes within 40 years.
const LONGEST_SEARCH: usize = 366 * 41;

impl Pattern {
    /// The next time after another, on the clock of a zone.
    ///
    /// Where the clock is set back it may lie before: the control plane takes a time that comes twice
    /// for one of the two, whichever it comes from.
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let civil = self.next_civil(zone.to_datetime(after))?;
        instant(civil, zone)
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
            date = self.after(date)?;
            from = Time::midnight();
        }
        None
    }

    /// The date that is looked at behind another.
    ///
    /// The control plane looks for a day up to the 31st in every month. If it does not find one before
    /// and the 31st of February is in the pattern, that is the 3rd of March, and the days before it are
    /// never looked at.
    fn after(&self, date: Date) -> Option<Date> {
        let tomorrow = date.tomorrow().ok()?;
        let is_searched = self.month.holds(date.month()) && !self.holds_date(date);
        if tomorrow.month() == date.month() || !is_searched {
            return Some(tomorrow);
        }
        let beyond = (date.day() + 1..=31).zip(tomorrow.series(1.day()));
        let mut beyond = beyond.filter(|(day, date)| {
            let weekday = date.weekday().to_sunday_zero_offset();
            self.joins(self.day.holds(*day), self.weekday.holds_each(weekday))
        });
        beyond.next().map(|(_, date)| date).or(Some(tomorrow))
    }

    fn holds_date(&self, date: Date) -> bool {
        if !self.month.holds(date.month()) {
            return false;
        }
        let is_last = date.day() == date.days_in_month();
        let day = self.day.holds(date.day()) || self.day.has_last && is_last;
        self.joins(day, self.holds_weekday(date))
    }

    /// Joins what the day of the month and the weekday say.
    fn joins(&self, day: bool, weekday: bool) -> bool {
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

/// The instant of a time on the clock of a zone.
///
/// The control plane guesses the offset as if the time were one of UTC, and corrects the guess twice.
/// A time that comes twice is the first or the second, one that is left out comes later.
pub fn instant(civil: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let utc = TimeZone::UTC.to_timestamp(civil).ok()?;
    let guess = |offset: Offset| utc.checked_sub(i64::from(offset.seconds()).seconds()).ok();
    let first = zone.to_offset(utc);
    let guess_1 = guess(first)?;
    let second = zone.to_offset(guess_1);
    if second == first {
        return Some(guess_1);
    }
    let guess_2 = guess(second)?;
    let third = zone.to_offset(guess_2);
    Some(if third >= second { guess_2 } else { guess_1 })
}
