//! Server-sent events, bytes in, frames out.
//!
//! [`Decoder::push`] takes chunks cut anywhere, inside a letter or between CR and LF, and returns
//! the frames that they complete, by the WHATWG rules: CR, LF or CRLF, a byte order mark, comments,
//! no space after the colon. An event above the cap is dropped with a notice; invalid UTF-8 becomes
//! U+FFFD. Not for: what an event says (`model::agent::event`).

use std::time::Duration;

/// The largest event that is kept, in bytes.
pub const EVENT_CAP: usize = 16 * 1024 * 1024;
/// The shortest pause that a server may ask for between two connections.
const SHORTEST_RETRY: Duration = Duration::from_millis(250);

/// Something that a stream of bytes turned out to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// An event.
    Event(Event),
    /// The server's wish for the pause before a new connection, 250 ms at least.
    Retry(Duration),
    /// An event was larger than the cap and is lost.
    Oversized,
    /// An event goes on for more than twice the cap: there is no end to be expected.
    Endless,
}

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its type; empty stands for `message`.
    pub kind: String,
    /// Its data, lines joined with LF.
    pub data: String,
    /// The last id that the stream gave.
    pub id: String,
}

/// The state between two chunks.
#[derive(Debug)]
pub struct Decoder {
    cap: usize,
    /// The line that is not complete yet.
    line: Vec<u8>,
    kind: String,
    data: Vec<u8>,
    has_data: bool,
    id: String,
    /// Whether the byte order mark is still to be looked for.
    is_start: bool,
    /// Whether the last byte was a CR, so that an LF belongs to it.
    after_cr: bool,
    /// Bytes of the present event that were thrown away.
    dropped: usize,
    /// Whether bytes of the present line are among them.
    is_line_cut: bool,
    is_endless: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::with_cap(EVENT_CAP)
    }
}

impl Decoder {
    /// A decoder that drops events of more than `cap` bytes.
    pub fn with_cap(cap: usize) -> Self {
        Self {
            cap,
            line: Vec::new(),
            kind: String::new(),
            data: Vec::new(),
            has_data: false,
            id: String::new(),
            is_start: true,
            after_cr: false,
            dropped: 0,
            is_line_cut: false,
            is_endless: false,
        }
    }

    /// Takes the next bytes and returns the frames that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut rest = bytes;
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = memchr::memchr2(b'\n', b'\r', rest) {
            let (line, tail) = rest.split_at(end);
            self.take_line(line, &mut frames);
            rest = match tail {
                [b'\r', b'\n', after @ ..] => after,
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                [_, after @ ..] => after,
                [] => &[],
            };
        }
        self.keep(rest, &mut frames);
        frames
    }

    /// Completes a line: what was kept of it, and its end.
    fn take_line(&mut self, end: &[u8], frames: &mut Vec<Frame>) {
        let is_cut = std::mem::take(&mut self.is_line_cut);
        let length = self.line.len() + end.len();
        if is_cut || (length > 0 && !self.has_room(end.len())) {
            self.skip(end.len(), frames);
            return;
        }
        if self.line.is_empty() {
            self.read_line(end, frames);
            return;
        }
        self.line.extend_from_slice(end);
        let line = std::mem::take(&mut self.line);
        self.read_line(&line, frames);
        // Its room serves the next cut line, unless it is large.
        if line.capacity() <= 64 * 1024 {
            self.line = line;
            self.line.clear();
        }
    }

    /// Keeps the beginning of a line until its end comes, up to the cap.
    fn keep(&mut self, bytes: &[u8], frames: &mut Vec<Frame>) {
        if bytes.is_empty() {
            return;
        }
        if self.has_room(bytes.len()) {
            self.line.extend_from_slice(bytes);
        } else {
            self.is_line_cut = true;
            self.skip(bytes.len(), frames);
        }
    }

    fn has_room(&self, more: usize) -> bool {
        self.dropped == 0 && self.line.len() + self.data.len() + more <= self.cap
    }

    /// Gives up the present event, or goes on skipping the rest of it.
    fn skip(&mut self, more: usize, frames: &mut Vec<Frame>) {
        self.is_start = false;
        if self.dropped == 0 {
            self.dropped = self.line.len() + self.data.len();
            self.line = Vec::new();
            self.data = Vec::new();
            frames.push(Frame::Oversized);
        }
        self.dropped += more;
        if self.dropped > self.cap.saturating_mul(2) && !self.is_endless {
            self.is_endless = true;
            frames.push(Frame::Endless);
        }
    }

    fn read_line(&mut self, line: &[u8], frames: &mut Vec<Frame>) {
        let line = if self.is_start {
            self.is_start = false;
            line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
        } else {
            line
        };
        if line.is_empty() {
            self.dispatch(frames);
            return;
        }
        let (field, value) = match memchr::memchr(b':', line) {
            Some(colon) => {
                let (field, value) = line.split_at(colon);
                let value = value.get(1..).unwrap_or_default();
                (field, value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &[][..]),
        };
        self.read_field(field, value, frames);
    }

    fn read_field(&mut self, field: &[u8], value: &[u8], frames: &mut Vec<Frame>) {
        match field {
            b"data" => {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
            }
            b"event" => self.kind = String::from_utf8_lossy(value).into_owned(),
            b"id" if !value.contains(&0) => self.id = String::from_utf8_lossy(value).into_owned(),
            b"retry" => frames.extend(retry(value).map(Frame::Retry)),
            _ => {}
        }
    }

    /// An empty line: the event is complete.
    fn dispatch(&mut self, frames: &mut Vec<Frame>) {
        let kind = std::mem::take(&mut self.kind);
        let data = std::mem::take(&mut self.data);
        self.has_data = false;
        self.is_endless = false;
        let was_dropped = std::mem::take(&mut self.dropped) > 0;
        if was_dropped || data.is_empty() {
            return;
        }
        frames.push(Frame::Event(Event {
            kind,
            data: lossy(data),
            id: self.id.clone(),
        }));
    }
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn retry(value: &[u8]) -> Option<Duration> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let millis = std::str::from_utf8(value).ok()?.parse().ok()?;
    Some(Duration::from_millis(millis).max(SHORTEST_RETRY))
}
