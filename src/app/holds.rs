//! Background calls that were refused, and until when each is left alone.
//!
//! For refusals that say nothing about the host, such as a 403 or an answer that is too large: the
//! other calls go on. Not for: a host that fails as a whole, which `fleet::Host` remembers.

use std::time::Duration;

use crate::{
    app::ops::Purpose,
    model::{id::HostName, time::Millis},
};

/// The longest that a refused call is left alone.
pub(super) const LONGEST_REFUSED: Duration = Duration::from_secs(300);

/// Background calls that were refused.
#[derive(Debug, Default)]
pub(super) struct Holds(Vec<Hold>);

#[derive(Debug)]
struct Hold {
    host: HostName,
    purpose: Purpose,
    failures: u32,
    until: Millis,
}

/// How long to wait after so many failures in a row: one second, doubling up to `longest`.
pub(super) fn backoff(failures: u32, longest: Duration) -> Duration {
    Duration::from_millis(500 << failures.min(16)).min(longest)
}

impl Holds {
    /// Until when a call is left alone; the beginning of time when it was not refused.
    pub fn until(&self, host: &HostName, purpose: &Purpose) -> Millis {
        let hold = self.0.iter().find(|hold| hold.is_of(host, purpose));
        hold.map(|hold| hold.until).unwrap_or_default()
    }

    /// Takes note of a refusal; true for the first of a call.
    pub fn refuse(&mut self, host: &HostName, purpose: &Purpose, now: Millis) -> bool {
        let known = self.0.iter().position(|hold| hold.is_of(host, purpose));
        let mut hold = match known {
            Some(index) => self.0.swap_remove(index),
            None => Hold {
                host: host.clone(),
                purpose: purpose.clone(),
                failures: 0,
                until: now,
            },
        };
        hold.failures = hold.failures.saturating_add(1);
        hold.until = now.plus(backoff(hold.failures, LONGEST_REFUSED));
        self.0.push(hold);
        known.is_none()
    }

    /// Forgets the refusal of a call that works again.
    pub fn release(&mut self, host: &HostName, purpose: &Purpose) {
        self.0.retain(|hold| !hold.is_of(host, purpose));
    }

    /// Forgets all, for a person who wants to know now.
    pub fn release_all(&mut self) {
        self.0.clear();
    }
}

impl Hold {
    fn is_of(&self, host: &HostName, purpose: &Purpose) -> bool {
        self.host == *host && self.purpose == *purpose
    }
}
