//! The program's time: the wall clock's, but never going back.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::model::time::Millis;

/// A difference up to which the wall clock is left alone.
const LEEWAY: Duration = Duration::from_secs(2);

/// Tells the time.
#[derive(Debug)]
pub struct Clock {
    wall: Duration,
    steady: Instant,
}

impl Clock {
    /// A clock that starts with the wall clock.
    pub fn start() -> Self {
        Self {
            wall: wall(),
            steady: Instant::now(),
        }
    }

    /// The time. It follows the wall clock forward, after sleep for example; when the wall clock is
    /// set back it goes on at its own pace, so that nothing waits for hours.
    pub fn now(&mut self) -> Millis {
        let steady = Instant::now();
        let expected = self.wall + (steady - self.steady);
        let wall = wall();
        if wall > expected + LEEWAY {
            self.wall = wall;
            self.steady = steady;
            return millis(wall);
        }
        millis(expected)
    }
}

fn wall() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

fn millis(since_epoch: Duration) -> Millis {
    Millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
