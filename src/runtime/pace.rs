//! Decides when the next frame may be drawn.
//!
//! Given "something changed" it answers "draw at t". It owns no timer and draws nothing. News leads
//! to at most one frame in [`INTERVAL`]; what a person did is shown [`PROMPT`] after the last frame
//! already, so that a busy board does not make keys feel slow.

use std::time::{Duration, Instant};

/// The least time between two frames.
const INTERVAL: Duration = Duration::from_millis(16);
/// The least time between a frame and one that answers a key.
const PROMPT: Duration = Duration::from_millis(3);

/// When the next frame may be drawn.
#[derive(Debug)]
pub struct Pace {
    is_dirty: bool,
    /// Whether a person waits for the next frame.
    is_awaited: bool,
    /// When a frame with news may be drawn.
    next: Instant,
    /// When a frame that answers a key may be drawn.
    soonest: Instant,
}

impl Pace {
    /// Nothing was drawn yet, so that the first frame is due at `now`.
    pub fn new(now: Instant) -> Self {
        Self {
            is_dirty: true,
            is_awaited: false,
            next: now,
            soonest: now,
        }
    }

    /// Notes that what is on the screen is out of date.
    pub fn touch(&mut self) {
        self.is_dirty = true;
    }

    /// Notes that a person did something and waits to see what comes of it.
    pub fn hurry(&mut self) {
        self.is_awaited = true;
    }

    /// Whether a frame is to be drawn, now or later.
    pub fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    /// When the next frame may be drawn, should one be needed.
    pub fn due(&self) -> Instant {
        if self.is_awaited {
            self.soonest
        } else {
            self.next
        }
    }

    /// Notes that a frame is drawn at `now`; false when nothing had changed.
    pub fn begin(&mut self, now: Instant) -> bool {
        self.is_awaited = false;
        let is_dirty = std::mem::take(&mut self.is_dirty);
        if is_dirty {
            self.next = now + INTERVAL;
            self.soonest = now + PROMPT;
        }
        is_dirty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_waits_for_the_interval_and_a_key_does_not() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert_eq!(pace.due(), start);
        assert!(pace.begin(start));
        assert!(!pace.begin(start));
        pace.touch();
        assert_eq!(pace.due(), start + INTERVAL);
        pace.hurry();
        assert_eq!(pace.due(), start + PROMPT);
    }
}
