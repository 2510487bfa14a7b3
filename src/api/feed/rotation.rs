//! Make before break: the next stream is opened before a proxy ends the present one.
//!
//! Both streams carry the same events with the same ids, in the same order. What the next stream
//! says is kept aside until the present one has said the first of it, or both have been silent for
//! a moment: then nothing can be missing, and the next one takes over.

use std::time::Duration;

use futures_util::future::{BoxFuture, pending};
use tokio::time::Instant;

use crate::{
    api::{
        Agent, Client,
        feed::{
            Pace,
            seen::Seen,
            stream::{EventStream, Heard, Refusal},
        },
        sse::Frame,
    },
    model::{
        agent::event::{AgentEvent, Envelope},
        id::EventId,
    },
};

/// The part of a stream's known life after which the next one is opened.
const EARLY: f64 = 0.72;

pub(super) struct Rotation {
    next: Next,
    /// When to open the next stream; absent while nothing ends them.
    at: Option<Instant>,
}

enum Next {
    Absent,
    Opening(BoxFuture<'static, Result<EventStream, Refusal>>),
    Listening(Box<Successor>),
}

/// The stream that is to take over.
pub(super) struct Successor {
    pub(super) stream: EventStream,
    /// When its first event came.
    pub(super) ready_at: Option<Instant>,
    /// What it said so far.
    pub(super) backlog: Vec<Envelope>,
    /// Events of it that could not be read.
    pub(super) malformed: u64,
    has_met: bool,
}

/// What happened to the next stream.
pub(super) enum Step {
    Opened(Result<Box<EventStream>, Refusal>),
    Heard(Heard),
}

/// How sure it is that nothing was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seam {
    /// Nothing can be missing.
    Tight,
    /// Something may be missing; the state must be fetched.
    Doubtful,
}

impl Rotation {
    /// Plans the next rotation of a stream by what is known about the host.
    pub(super) fn plan(client: &Client, stream: &EventStream) -> Self {
        let early = EARLY * (0.9 + fastrand::f64() / 10.0);
        Self {
            next: Next::Absent,
            at: client
                .stream_life()
                .map(|life| stream.opened + life.mul_f64(early)),
        }
    }

    /// Begins when it is time; true when it just did.
    pub(super) fn begin(&mut self, agent: &Agent, deadline: Duration) -> bool {
        let is_time = self.at.is_some_and(|at| at <= Instant::now());
        if !is_time || !matches!(self.next, Next::Absent) {
            return false;
        }
        self.next = Next::Opening(Box::pin(EventStream::open(agent.clone(), deadline)));
        true
    }

    /// Waits for the next stream to get on; for ever when there is none. Cancelling loses nothing.
    pub(super) async fn progress(&mut self) -> Step {
        match &mut self.next {
            Next::Absent => pending().await,
            Next::Opening(opening) => Step::Opened(opening.await.map(Box::new)),
            Next::Listening(successor) => Step::Heard(successor.stream.next().await),
        }
    }

    /// Takes what happened to the next stream; a failure puts it off.
    pub(super) fn take(&mut self, step: Step, seen: &Seen, pace: &Pace) {
        match (step, &mut self.next) {
            (Step::Opened(Ok(stream)), _) => {
                self.next = Next::Listening(Box::new(Successor {
                    stream: *stream,
                    ready_at: None,
                    backlog: Vec::new(),
                    malformed: 0,
                    has_met: false,
                }));
            }
            (Step::Heard(Heard::Frames(frames)), Next::Listening(successor)) => {
                frames
                    .into_iter()
                    .for_each(|frame| successor.take(frame, seen));
            }
            (Step::Opened(Err(_)) | Step::Heard(_), _) => {
                self.next = Next::Absent;
                self.at = Some(Instant::now() + pace.backoff_first);
            }
        }
    }

    /// Takes note that the present stream said an event.
    pub(super) fn note(&mut self, id: Option<&EventId>) {
        if let Next::Listening(successor) = &mut self.next
            && let (Some(id), Some(first)) = (id, successor.backlog.first())
        {
            successor.has_met |= first.id.as_ref() == Some(id);
        }
    }

    /// Whether the next stream may take over now.
    pub(super) fn seam(&self, old_last_byte: Instant, pace: &Pace) -> Option<Seam> {
        let Next::Listening(successor) = &self.next else {
            return None;
        };
        let waited = successor.ready_at?.elapsed();
        let is_silent = successor.backlog.is_empty()
            && waited >= pace.reconnect_soon
            && old_last_byte.elapsed() >= pace.reconnect_soon;
        if successor.has_met || is_silent {
            Some(Seam::Tight)
        } else if waited >= pace.overlap_longest {
            let is_tight = successor.backlog.is_empty();
            Some(if is_tight {
                Seam::Tight
            } else {
                Seam::Doubtful
            })
        } else {
            None
        }
    }

    /// Takes the next stream out.
    pub(super) fn finish(&mut self) -> Option<Successor> {
        match std::mem::replace(&mut self.next, Next::Absent) {
            Next::Listening(successor) => Some(*successor),
            Next::Absent | Next::Opening(_) => None,
        }
    }

    /// When it should be looked at again.
    pub(super) fn alarm(&self, pace: &Pace) -> Option<Instant> {
        match &self.next {
            Next::Absent => self.at,
            Next::Opening(_) => None,
            Next::Listening(successor) => Some(match successor.ready_at {
                Some(_) => Instant::now() + pace.reconnect_soon / 2,
                None => successor.stream.opened + pace.header_deadline,
            }),
        }
    }

    /// Gives up a next stream that says nothing.
    pub(super) fn expire(&mut self, pace: &Pace) {
        if let Next::Listening(successor) = &self.next
            && successor.ready_at.is_none()
            && successor.stream.opened.elapsed() >= pace.header_deadline
        {
            self.next = Next::Absent;
            self.at = Some(Instant::now() + pace.backoff_first);
        }
    }
}

impl Successor {
    fn take(&mut self, frame: Frame, seen: &Seen) {
        let Frame::Event(event) = frame else {
            return;
        };
        self.ready_at.get_or_insert_with(Instant::now);
        match Envelope::parse(event.data.as_bytes()) {
            Ok(envelope) if is_of_one_stream(&envelope.event) => {}
            Ok(envelope) => {
                self.has_met |= envelope.id.as_ref().is_some_and(|id| seen.contains(id));
                self.backlog.push(envelope);
            }
            Err(_) => self.malformed += 1,
        }
    }
}

/// Whether an event is about the stream itself, not about the agent.
pub(super) fn is_of_one_stream(event: &AgentEvent) -> bool {
    matches!(
        event,
        AgentEvent::Connected | AgentEvent::Heartbeat | AgentEvent::Disposed
    )
}
