//! Identifiers in OpenCode's measured format.
//!
//! A prefix, 12 hexadecimal digits of `(ms * 4096 + n) mod 2^48` and 14 random letters or digits.
//! Within one agent they rise strictly, whatever the clock does; sessions have their bits inverted,
//! so that the newest sorts first.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

const MASK: u64 = (1 << 48) - 1;

/// The milliseconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Makes identifiers for one agent.
#[derive(Debug, Default)]
pub(super) struct Ids {
    last: AtomicU64,
}

impl Ids {
    /// Makes an identifier that sorts after all earlier ones of its kind.
    pub fn rising(&self, prefix: &str) -> String {
        format!("{prefix}_{:012x}{}", self.next() & MASK, letters())
    }

    /// Makes an identifier that sorts before all earlier ones of its kind.
    pub fn falling(&self, prefix: &str) -> String {
        format!("{prefix}_{:012x}{}", !self.next() & MASK, letters())
    }

    fn next(&self) -> u64 {
        let floor = now().saturating_mul(4096).saturating_add(1);
        let step = |last: u64| Some(floor.max(last + 1));
        let previous = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, step)
            .unwrap_or_default();
        floor.max(previous + 1)
    }
}

fn letters() -> String {
    std::iter::repeat_with(fastrand::alphanumeric)
        .take(14)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn identifiers_rise_within_one_millisecond() {
        let ids = Ids::default();
        let made: Vec<String> = (0..5000).map(|_| ids.rising("msg")).collect();
        assert!(made.is_sorted());
        assert!(made.iter().all(|id| id.len() == "msg_".len() + 26));
    }

    #[test]
    fn newer_sessions_sort_first() {
        let ids = Ids::default();
        let (older, newer) = (ids.falling("ses"), ids.falling("ses"));
        assert!(newer < older);
    }
}
