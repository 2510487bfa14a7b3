//! Times, counts, tokens and money as people read them.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How long ago something was: `just now`, `42s ago`, `3m ago`, `5h ago`, `12d ago`.
pub fn ago(age: Duration) -> String {
    if age.as_secs() == 0 {
        return "just now".to_owned();
    }
    format!("{} ago", short_age(age))
}

/// A length of time in its largest unit: `42s`, `3m`, `5h`, `12d`.
pub fn short_age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..DAY => format!("{}h", seconds / HOUR),
        DAY.. => format!("{}d", seconds / DAY),
    }
}

/// A length of time in its two largest units: `340ms`, `4.2s`, `42s`, `1m 04s`, `2h 05m`, `3d 04h`.
pub fn duration(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0 => format!("{}ms", length.as_millis()),
        1..10 => format!("{seconds}.{}s", length.subsec_millis() / 100),
        10..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m {:02}s", seconds / MINUTE, seconds % MINUTE),
        HOUR..DAY => format!("{}h {:02}m", seconds / HOUR, seconds % HOUR / MINUTE),
        DAY.. => format!("{}d {:02}h", seconds / DAY, seconds % DAY / HOUR),
    }
}

/// A number with its noun: `count(1, "file", "files")` is `1 file`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The start of a commit's hash, which is enough for people.
pub fn short_hash(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
}

/// A number of tokens: `950`, `12.3k`, `1.2M`.
pub fn tokens(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..100_000 => format!("{}.{}k", number / 1_000, number % 1_000 / 100),
        100_000..1_000_000 => format!("{}k", number / 1_000),
        1_000_000.. => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
    }
}

/// An amount of US dollars: `$0`, `<$0.01`, `$1.25`, `$1234`.
pub fn money(dollars: f64) -> String {
    if !dollars.is_finite() || dollars <= 0.0 {
        return "$0".to_owned();
    }
    if dollars < 0.01 {
        return "<$0.01".to_owned();
    }
    if dollars < 1_000.0 {
        return format!("${dollars:.2}");
    }
    format!("${dollars:.0}")
}
/// The end of a message about an unknown word: the valid word that is most like it, when there is one.
pub fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |word| format!("; did you mean `{word}`?"))
}
