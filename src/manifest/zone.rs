//! Names of time zones as the running control plane knows them.
//!
//! In: the text of `timezone`. Out: the zone, and whether every engine of the control plane knows
//! it. The data is bundled, so that the answer is the same on every machine.

use std::sync::LazyLock;

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use super::js;

/// A zone that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Its clock.
    pub zone: TimeZone,
    /// Whether some engines refuse the name.
    pub is_shaky: bool,
}

/// Abbreviations that only some engines know, with what they stand for.
const ABBREVIATIONS: [(&str, &str); 25] = [
    ("act", "Australia/Darwin"),
    ("aet", "Australia/Sydney"),
    ("agt", "America/Argentina/Buenos_Aires"),
    ("art", "Africa/Cairo"),
    ("ast", "America/Anchorage"),
    ("bet", "America/Sao_Paulo"),
    ("bst", "Asia/Dhaka"),
    ("cat", "Africa/Harare"),
    ("cnt", "America/St_Johns"),
    ("cst", "America/Chicago"),
    ("ctt", "Asia/Shanghai"),
    ("eat", "Africa/Addis_Ababa"),
    ("ect", "Europe/Paris"),
    ("iet", "America/Indiana/Indianapolis"),
    ("ist", "Asia/Kolkata"),
    ("jst", "Asia/Tokyo"),
    ("mit", "Pacific/Apia"),
    ("net", "Asia/Yerevan"),
    ("nst", "Pacific/Auckland"),
    ("plt", "Asia/Karachi"),
    ("pnt", "America/Phoenix"),
    ("prt", "America/Puerto_Rico"),
    ("pst", "America/Los_Angeles"),
    ("sst", "Pacific/Guadalcanal"),
    ("vst", "Asia/Ho_Chi_Minh"),
];

/// About how many names of zones there are.
pub const COUNT: usize = 600;

/// Finds a zone by its name in any case; a blank name is UTC; `None` when no engine knows it.
pub fn read(name: &str) -> Option<Known> {
    let name = js::trim(name);
    let known = |zone, is_shaky| Some(Known { zone, is_shaky });
    if name.is_empty() {
        return known(TimeZone::UTC, false);
    }
    if name.starts_with(['+', '-']) {
        return known(TimeZone::fixed(offset(name)?), true);
    }
    let lower = name.to_ascii_lowercase();
    if lower == "factory" {
        return known(TimeZone::UTC, true);
    }
    let database = TimeZoneDatabase::bundled();
    if let Some((_, zone)) = ABBREVIATIONS.iter().find(|(short, _)| *short == lower) {
        return known(database.get(zone).ok()?, true);
    }
    // These are no zones but files that a database of zones is delivered with.
    if matches!(lower.as_str(), "posixrules" | "localtime" | "etc/unknown") {
        return None;
    }
    known(database.get(name).ok()?, false)
}

/// The names of all zones.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let database = TimeZoneDatabase::bundled();
    let names = database.available().map(|name| name.to_string());
    names.collect()
});

/// The zone most like a name that nobody knows.
pub fn nearest(name: &str) -> Option<String> {
    let name = js::trim(name).replace(' ', "_");
    if name.len() > 40 {
        return None;
    }
    let names: Vec<&str> = NAMES.iter().map(String::as_str).collect();
    similar::get_close_matches(name.as_str(), &names, 1, 0.75)
        .first()
        .map(|name| (*name).to_owned())
}

/// `+02`, `+0200` or `+02:00`.
fn offset(text: &str) -> Option<Offset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..)?;
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let is_number = |text: &&str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let hours: i32 = Some(hours).filter(is_number)?.parse().ok()?;
    let minutes: i32 = Some(minutes).filter(is_number)?.parse().ok()?;
    let is_clock = hours < 24 && minutes < 60;
    Offset::from_seconds(sign * (hours * 60 + minutes) * 60)
        .ok()
        .filter(|_| is_clock)
}
