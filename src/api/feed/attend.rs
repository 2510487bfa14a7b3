//! Attending to one open stream: events, the state behind it, the watchdog, the next stream.

use std::time::Duration;

use futures_util::future::{BoxFuture, pending};
use tokio::{
    select,
    time::{Instant, sleep_until},
};

use crate::{
    api::{
        Agent, Error,
        feed::{
            FeedCommand,
            fetch::{self, Fetched, Wanted},
            outbox::Unheard,
            rotation::{Rotation, Seam, Step, is_of_one_stream},
            stream::{EventStream, Heard},
            task::{Fate, Feed, wall_clock},
        },
        sse::Frame,
    },
    model::agent::{
        event::Envelope,
        stream::{LinkState, StreamEvent},
    },
};

/// Times that a piece of the state is asked for again.
const FETCHES: u32 = 6;

pub(super) struct Attendance<'a> {
    feed: &'a mut Feed,
    agent: Agent,
    stream: EventStream,
    /// Until when the first event must come; absent once it came.
    ready_by: Option<Instant>,
    rotation: Rotation,
    /// Whether events carry ids, without which streams must not overlap.
    has_ids: bool,
    is_stale: bool,
    wanted: Wanted,
    /// Not before this the next fetch.
    fetch_at: Instant,
    fetch_failures: u32,
    fetch: Option<BoxFuture<'static, Fetched>>,
    history: Option<BoxFuture<'static, Option<StreamEvent>>>,
    /// How long nothing was heard before the state that is to be fetched.
    gap: Option<Duration>,
}

enum Happening {
    Sent,
    Command(FeedCommand),
    Fetched(Fetched),
    Older(Option<StreamEvent>),
    Next(Step),
    Heard(Heard),
    Alarm,
}

impl<'a> Attendance<'a> {
    pub(super) fn new(feed: &'a mut Feed, agent: Agent, stream: EventStream) -> Self {
        Self {
            rotation: Rotation::plan(&feed.client, &stream),
            ready_by: Some(stream.opened + feed.pace.header_deadline),
            feed,
            agent,
            has_ids: true,
            is_stale: false,
            wanted: Wanted::default(),
            fetch_at: stream.opened,
            fetch_failures: 0,
            fetch: None,
            history: None,
            gap: None,
            stream,
        }
    }

    /// Attends until the stream is over and no other has taken its place.
    pub(super) async fn run(mut self) -> Result<Fate, Unheard> {
        // What comes before the state was fetched is folded after it.
        self.feed.outbox.hold();
        let fate = loop {
            self.begin();
            let happening = self.wait().await?;
            if let Some(fate) = self.take(happening) {
                break fate;
            }
        };
        self.feed.outbox.release_as_is();
        self.feed.seen.narrow();
        self.feed.deaf_since.get_or_insert_with(Instant::now);
        Ok(fate)
    }

    /// Begins the work that is due.
    fn begin(&mut self) {
        let (agent, messages) = (&self.agent, self.feed.pace.messages);
        let is_due = self.ready_by.is_none() && self.fetch_at <= Instant::now();
        if is_due && self.fetch.is_none() && !self.wanted.is_nothing() {
            self.feed.outbox.hold();
            let wanted = std::mem::take(&mut self.wanted);
            let fetching = fetch::snapshot(agent.clone(), wanted, messages, self.gap.take());
            self.fetch = Some(Box::pin(fetching));
        }
        if self.history.is_none()
            && let Some((session, before)) = self.feed.older.pop_front()
        {
            let fetching = fetch::history(agent.clone(), session, before, messages);
            self.history = Some(Box::pin(fetching));
        }
        let may_rotate = self.ready_by.is_none() && self.has_ids && self.fetch.is_none();
        if may_rotate && self.rotation.begin(agent, self.feed.pace.header_deadline) {
            self.feed.seen.widen();
        }
    }

    async fn wait(&mut self) -> Result<Happening, Unheard> {
        let alarm = self.alarm();
        let Self {
            feed,
            stream,
            rotation,
            fetch,
            history,
            ..
        } = self;
        let Feed { outbox, inbox, .. } = &mut **feed;
        let may_read = !outbox.is_full();
        Ok(select! {
            biased;
            sent = outbox.flush() => sent.map(|()| Happening::Sent)?,
            command = inbox.recv() => Happening::Command(command.ok_or(Unheard)?),
            fetched = finished(fetch) => Happening::Fetched(fetched),
            older = finished(history) => Happening::Older(older),
            step = rotation.progress(), if may_read => Happening::Next(step),
            heard = stream.next(), if may_read => Happening::Heard(heard),
            () = sleep_until(alarm) => Happening::Alarm,
        })
    }

    fn take(&mut self, happening: Happening) -> Option<Fate> {
        match happening {
            Happening::Sent => None,
            Happening::Command(command) => {
                self.obey(command);
                None
            }
            Happening::Fetched(fetched) => self.fetched(fetched),
            Happening::Older(history) => {
                if let Some(history) = history {
                    self.feed.outbox.push_history(history);
                }
                None
            }
            Happening::Next(step) => {
                let Feed { seen, pace, .. } = &*self.feed;
                self.rotation.take(step, seen, pace);
                self.turn_over();
                None
            }
            Happening::Heard(Heard::Frames(frames)) => self.hear(frames),
            Happening::Heard(Heard::End) => self.ended(None),
            Happening::Heard(Heard::Broken(reason)) => self.ended(Some(reason)),
            Happening::Alarm => self.look_around(),
        }
    }

    fn obey(&mut self, command: FeedCommand) {
        match command {
            FeedCommand::Resync => self.want_all(),
            FeedCommand::Watch(sessions) => {
                let new = sessions.difference(&self.feed.watch).cloned();
                self.wanted.sessions.extend(new);
                self.feed.watch = sessions;
                self.fetch_at = Instant::now();
            }
            FeedCommand::LoadOlder { .. } => self.feed.note(command),
        }
    }

    fn want_all(&mut self) {
        self.wanted.lists = true;
        self.wanted.sessions = self.feed.watch.clone();
        self.fetch_at = Instant::now();
        self.fetch_failures = 0;
    }

    fn hear(&mut self, frames: Vec<Frame>) -> Option<Fate> {
        if std::mem::take(&mut self.is_stale) {
            self.feed.outbox.set_link(LinkState::Live);
        }
        for frame in frames {
            match frame {
                Frame::Event(event) => match Envelope::parse(event.data.as_bytes()) {
                    Ok(envelope) => self.hear_one(envelope),
                    Err(_) => self.feed.outbox.push_malformed(),
                },
                Frame::Retry(pause) => {
                    self.feed.retry_floor = pause.min(self.feed.pace.backoff_longest);
                }
                Frame::Oversized => {
                    self.feed.outbox.push_malformed();
                    self.want_all();
                }
                Frame::Endless => {
                    return Some(self.failed("a line of the stream has no end".to_owned()));
                }
            }
        }
        self.turn_over();
        None
    }

    fn hear_one(&mut self, envelope: Envelope) {
        if self.ready_by.take().is_some() {
            self.gap = self.feed.deaf_since.take().map(|since| since.elapsed());
            self.want_all();
        }
        if !is_of_one_stream(&envelope.event) {
            self.has_ids = envelope.id.is_some();
            self.rotation.note(envelope.id.as_ref());
            self.hand_over(envelope);
        }
    }

    /// Hands an event over unless that was done already.
    fn hand_over(&mut self, envelope: Envelope) {
        let is_new = |id| self.feed.seen.insert(id);
        if envelope.id.as_ref().is_none_or(is_new) {
            self.feed.outbox.push(envelope);
        }
    }

    fn fetched(&mut self, fetched: Fetched) -> Option<Fate> {
        self.fetch = None;
        if let Some(error @ (Error::Unauthorized { .. } | Error::Forbidden { .. })) =
            fetched.failure
        {
            self.feed.outbox.release_as_is();
            return Some(self.feed.fate_of(error));
        }
        self.feed.learn_directory(&fetched.snapshot);
        if fetched.is_empty {
            // Without it events are better than nothing; the gap is told with the next one.
            self.gap = fetched.snapshot.gap;
            self.feed.outbox.release_as_is();
        } else {
            self.feed.outbox.release(fetched.snapshot);
            if !self.is_stale {
                self.feed.outbox.set_link(LinkState::Live);
            }
        }
        if fetched.missing.is_nothing() {
            self.fetch_failures = 0;
            return None;
        }
        self.fetch_failures += 1;
        if self.fetch_failures < FETCHES {
            self.wanted.lists |= fetched.missing.lists;
            self.wanted.sessions.extend(fetched.missing.sessions);
            self.fetch_at = Instant::now() + self.feed.pace.backoff_first * self.fetch_failures;
            return None;
        }
        let reason = fetched.failure.filter(|_| fetched.is_empty);
        reason.map(|error| self.feed.fate_of(error))
    }

    /// Lets the next stream take over as soon as it may.
    fn turn_over(&mut self) {
        let seam = self.rotation.seam(self.stream.last_byte, &self.feed.pace);
        if let Some(seam) = seam {
            self.switch(seam);
        }
    }

    fn switch(&mut self, seam: Seam) {
        let Some(successor) = self.rotation.finish() else {
            return;
        };
        if seam == Seam::Doubtful {
            self.gap = Some(self.stream.last_byte.elapsed());
            self.want_all();
            self.feed.outbox.hold();
        }
        self.stream = successor.stream;
        for envelope in successor.backlog {
            self.hand_over(envelope);
        }
        for _ in 0..successor.malformed {
            self.feed.outbox.push_malformed();
        }
        self.feed.seen.narrow();
        self.rotation = Rotation::plan(&self.feed.client, &self.stream);
    }

    /// The stream is over; the next one takes its place when it is there.
    fn ended(&mut self, reason: Option<String>) -> Option<Fate> {
        let age = self.stream.opened.elapsed();
        let pace = &self.feed.pace;
        if age >= pace.rotate_least {
            let (before, believe) = (self.feed.last_age, pace.rotate_believed);
            self.feed.client.note_stream_end(age, before, believe);
            self.feed.last_age = Some(age);
        }
        let seam = self.rotation.seam(self.stream.last_byte, pace);
        if let Some(successor) = self.rotation.finish() {
            let is_tight = seam == Some(Seam::Tight);
            return self.inherit(successor, is_tight);
        }
        Some(match reason {
            None => Fate::Ended(age),
            Some(reason) => self.failed(reason),
        })
    }

    /// Goes on with a stream that was not ready when the old one ended.
    fn inherit(&mut self, successor: super::rotation::Successor, is_tight: bool) -> Option<Fate> {
        if !is_tight {
            self.feed.deaf_since = Some(self.stream.last_byte);
            self.feed.outbox.hold();
        }
        self.stream = successor.stream;
        self.rotation = Rotation::plan(&self.feed.client, &self.stream);
        if !is_tight {
            match successor.ready_at {
                None => self.ready_by = Some(self.stream.opened + self.feed.pace.header_deadline),
                Some(_) => {
                    self.gap = self.feed.deaf_since.take().map(|since| since.elapsed());
                    self.want_all();
                }
            }
        }
        for envelope in successor.backlog {
            self.hand_over(envelope);
        }
        None
    }

    fn failed(&self, reason: String) -> Fate {
        Fate::Failed {
            reason,
            at_least: Duration::ZERO,
            age: self.stream.opened.elapsed(),
        }
    }

    /// When something must happen even if nothing comes.
    fn alarm(&self) -> Instant {
        let pace = &self.feed.pace;
        let silence = if self.is_stale {
            pace.dead_after
        } else {
            pace.stale_after
        };
        let wants = self.fetch.is_none() && self.ready_by.is_none() && !self.wanted.is_nothing();
        let others = [
            self.ready_by,
            wants.then_some(self.fetch_at),
            self.rotation
                .alarm(pace)
                .filter(|_| self.has_ids && self.ready_by.is_none() && self.fetch.is_none()),
        ];
        let watchdog = self.stream.last_byte + silence;
        others.into_iter().flatten().fold(watchdog, Instant::min)
    }

    /// Looks at everything that time alone decides.
    fn look_around(&mut self) -> Option<Fate> {
        let pace = self.feed.pace.clone();
        self.rotation.expire(&pace);
        self.turn_over();
        if self.ready_by.is_some_and(|by| by <= Instant::now()) {
            return Some(self.failed("the stream says nothing".to_owned()));
        }
        if self.feed.outbox.is_full() {
            // The silence is ours: nobody reads.
            self.stream.last_byte = Instant::now();
        }
        let silence = self.stream.last_byte.elapsed();
        if silence >= pace.dead_after {
            let seconds = pace.dead_after.as_secs();
            return Some(self.failed(format!("nothing came for {seconds} s")));
        }
        if silence >= pace.stale_after && !self.is_stale {
            self.is_stale = true;
            let since = wall_clock().0 - i64::try_from(silence.as_millis()).unwrap_or(0);
            let since = crate::model::time::Millis(since);
            self.feed.outbox.set_link(LinkState::Stale { since });
        }
        None
    }
}

/// Waits for a piece of work that may not exist; then for ever.
async fn finished<T>(work: &mut Option<BoxFuture<'static, T>>) -> T {
    match work {
        Some(running) => {
            let done = running.await;
            *work = None;
            done
        }
        None => pending().await,
    }
}
