//! What was said to the person: a line at the foot for some seconds, and a log that stays.

use std::{collections::VecDeque, time::Duration};

use crate::{app::event::Level, model::time::Millis};

/// How many messages the log keeps.
const KEPT: usize = 500;

/// What was said to the person.
#[derive(Debug, Default)]
pub struct MessageLog {
    messages: VecDeque<Message>,
    shown_until: Option<Millis>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When it was said last.
    pub at: Millis,
    /// How serious it is.
    pub level: Level,
    /// What it says.
    pub text: String,
    /// How often it was said in a row.
    pub times: u32,
}

impl MessageLog {
    /// Says something. The same text again counts up instead of filling the log.
    pub fn say(&mut self, now: Millis, level: Level, text: String) {
        self.shown_until = Some(now.plus(shown_for(level)));
        if let Some(last) = self.messages.back_mut()
            && last.text == text
        {
            last.times += 1;
            last.at = now;
            return;
        }
        if self.messages.len() == KEPT {
            self.messages.pop_front();
        }
        self.messages.push_back(Message {
            at: now,
            level,
            text,
            times: 1,
        });
    }

    /// The message that flashes at the foot now.
    pub fn current(&self) -> Option<&Message> {
        self.shown_until.and(self.messages.back())
    }

    /// When the message at the foot goes.
    pub fn ends_at(&self) -> Option<Millis> {
        self.shown_until
    }

    /// Takes the message at the foot away when its time is over, and says whether it did.
    pub fn expire(&mut self, now: Millis) -> bool {
        let over = self.shown_until.is_some_and(|until| until <= now);
        if over {
            self.shown_until = None;
        }
        over
    }

    /// All messages, the newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &Message> {
        self.messages.iter().rev()
    }
}

fn shown_for(level: Level) -> Duration {
    match level {
        Level::Info => Duration::from_secs(4),
        Level::Warning => Duration::from_secs(8),
        Level::Error => Duration::from_secs(15),
    }
}
