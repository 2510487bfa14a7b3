//! Points in time as the program carries them.

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, as OpenCode sends them and as the clock event carries them.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// How long before `now` this was; zero when it lies in the future (clocks differ).
    pub fn age(self, now: Self) -> std::time::Duration {
        std::time::Duration::from_millis(u64::try_from(now.0.saturating_sub(self.0)).unwrap_or(0))
    }

    /// This moment and `duration` more.
    pub fn plus(self, duration: std::time::Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// Reads an RFC 3339 time such as `2026-11-20T12:00:00.000Z`; `None` when it is not one.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|stamp| Self(stamp.as_millisecond()))
    }

    /// RFC 3339 in UTC with milliseconds, the form of the control plane's database times.
    pub fn to_rfc3339(self) -> String {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(stamp) => format!("{stamp:.3}"),
            Err(_) => String::new(),
        }
    }
}
