//! Long texts, and the log of messages.

use crate::{
    action::Action,
    app::{
        State,
        event::{Effect, Level},
        input::Done,
        overlay::{Overlay, room, scroll::scroll},
    },
    text::{self, Line},
};

/// Something long that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// What it is.
    pub title: String,
    /// What is read.
    pub body: Body,
    /// The first row that is seen.
    pub first: usize,
}

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A text as it came from outside.
    Text(String),
    /// The log of messages as it is now.
    Messages,
}

/// A row of a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderRow {
    /// How serious it is, for messages.
    pub level: Option<Level>,
    /// Its text, safe and no wider than the room.
    pub text: String,
}

impl Reader {
    /// A reader of a text from outside.
    pub fn text(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            body: Body::Text(text.into()),
            first: 0,
        }
    }

    /// A reader of the log of messages.
    pub fn messages() -> Self {
        Self {
            title: "Messages, the newest first".to_owned(),
            body: Body::Messages,
            first: 0,
        }
    }

    /// All its rows in a room of `width` columns.
    pub fn rows(&self, state: &State, width: usize) -> Vec<ReaderRow> {
        match &self.body {
            Body::Text(text) => {
                let clean = text::sanitize(text);
                let lines = clean.lines().flat_map(|line| wrapped(line, width, 0));
                lines.map(|text| ReaderRow { level: None, text }).collect()
            }
            Body::Messages => {
                let messages = state.log.newest_first();
                messages
                    .flat_map(|message| {
                        let age = text::short_age(message.at.age(state.now));
                        let times = match message.times {
                            0 | 1 => String::new(),
                            times => format!(" ({times} times)"),
                        };
                        let clean = text::sanitize_line(&message.text).into_owned();
                        let line = format!("{age:>4}  {clean}{times}");
                        let level = Some(message.level);
                        wrapped(&line, width, 6).map(move |text| ReaderRow { level, text })
                    })
                    .collect()
            }
        }
    }
}

fn wrapped(line: &str, width: usize, hanging: usize) -> impl Iterator<Item = String> + use<> {
    text::wrap(&Line::plain(line), width, hanging)
        .into_iter()
        // Blanks at the end of a wrapped row would take a column that is not there.
        .map(|row| row.text().trim_end().to_owned())
}

/// Opens a reader.
pub(in crate::app) fn open(state: &mut State, reader: Reader) {
    state.overlays.push(Overlay::Reader(reader));
    state.touch();
}

/// Does an action in the reader.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    let (width, height) = room(state.size);
    let Some(Overlay::Reader(reader)) = state.overlays.last() else {
        return Done::No;
    };
    let rows = reader.rows(state, width).len();
    let text = match &reader.body {
        Body::Text(text) => Some(text::sanitize(text).into_owned()),
        Body::Messages => None,
    };
    let Some(Overlay::Reader(reader)) = state.overlays.last_mut() else {
        return Done::No;
    };
    if scroll(&mut reader.first, action, rows, height) {
        return Done::Yes;
    }
    match (action, text) {
        (Action::Close | Action::Back, _) => {
            state.overlays.pop();
        }
        (Action::Copy, Some(text)) => {
            state.effects.push(Effect::Copy(text));
            state.say(Level::Info, "copied the text");
        }
        _ => return Done::No,
    }
    Done::Yes
}
