//! One connection to an agent's event stream.

use std::time::Duration;

use reqwest::Response;
use tokio::time::{Instant, sleep_until, timeout};

use crate::api::{
    Agent, Client, Error,
    reply::{describe, line, media_type},
    sse::{Decoder, Frame},
    transport::{Ask, Lane, causes, jittered},
};

/// An open stream.
pub(super) struct EventStream {
    response: Response,
    decoder: Decoder,
    /// When its headers came.
    pub(super) opened: Instant,
    /// When its last byte came, or when reading it was taken up again.
    pub(super) last_byte: Instant,
}

/// What came of listening.
pub(super) enum Heard {
    /// Bytes, and the frames that they completed; perhaps none.
    Frames(Vec<Frame>),
    /// The stream ended in order.
    End,
    /// The connection broke.
    Broken(String),
}

/// Why there is no stream.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The request failed.
    Failed(Error),
    /// The server says that there is nothing to come (204).
    Nothing,
    /// The answer is something else than a stream.
    NotAStream(String),
}

impl EventStream {
    /// Opens the stream of an agent's folder, in turn with the host's other streams.
    pub(super) async fn open(agent: Agent, deadline: Duration) -> Result<Self, Refusal> {
        let client = &agent.client;
        client.stream_slot().await;
        let ask = Ask::get("the event stream", agent.url(&["event"]));
        let _turn = client.turn(Lane::Usual).await;
        let opening = client.dispatch(&ask, "text/event-stream");
        let response = match timeout(deadline, opening).await {
            Ok(response) => response.map_err(Refusal::Failed)?,
            Err(_) => return Err(Refusal::Failed(client.timed_out(deadline))),
        };
        if !response.status().is_success() {
            let reading = timeout(deadline, client.receive(response)).await;
            let answer = reading.unwrap_or_else(|_| Err(client.timed_out(deadline)));
            let answer = answer.map_err(Refusal::Failed)?;
            return Err(Refusal::Failed(client.refusal(&ask, &answer).await));
        }
        if response.status().as_u16() == 204 {
            return Err(Refusal::Nothing);
        }
        let kind = media_type(response.headers());
        if kind != "text/event-stream" {
            return Err(Refusal::NotAStream(describe(&kind)));
        }
        let now = Instant::now();
        Ok(Self {
            response,
            decoder: Decoder::default(),
            opened: now,
            last_byte: now,
        })
    }

    /// Waits for bytes. Cancelling loses nothing.
    pub(super) async fn next(&mut self) -> Heard {
        match self.response.chunk().await {
            Ok(Some(bytes)) => {
                self.last_byte = Instant::now();
                Heard::Frames(self.decoder.push(&bytes))
            }
            Ok(None) => Heard::End,
            Err(error) => Heard::Broken(line(&causes(&error))),
        }
    }
}

impl Client {
    /// Waits for this stream's turn: many that were cut at once come back one after the other.
    async fn stream_slot(&self) {
        let spacing = self.shared.limits.stream_spacing;
        let at = {
            let mut learned = self.learned();
            let now = Instant::now();
            let at = learned.next_stream.map_or(now, |next| next.max(now));
            learned.next_stream = Some(at + spacing + (spacing - jittered(spacing)));
            at
        };
        sleep_until(at).await;
    }

    /// The age at which this host ends streams, when that is known and still believed.
    pub(super) fn stream_life(&self) -> Option<Duration> {
        let (life, believed_until) = self.learned().stream_life?;
        (Instant::now() < believed_until).then_some(life)
    }

    /// Takes note that a stream ended in order at an age; `before` is the age of the one before it.
    ///
    /// Twice at about the same age, or once at an age known from before, is how the host is.
    pub(super) fn note_stream_end(
        &self,
        age: Duration,
        before: Option<Duration>,
        believe: Duration,
    ) {
        let mut learned = self.learned();
        let suspected = learned.stream_life.map(|(life, _)| life);
        let matches = |other: &Duration| {
            let (short, long) = (age.min(*other), age.max(*other));
            short.mul_f64(1.25) >= long
        };
        if before.as_ref().is_some_and(matches) || suspected.as_ref().is_some_and(matches) {
            learned.stream_life = Some((age.min(before.unwrap_or(age)), Instant::now() + believe));
        }
    }
}
