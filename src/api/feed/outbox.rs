//! Events on their way to the program: merged, batched, sent when there is room.
//!
//! Deltas of one part become one, newer states of a tool call replace older ones, and a batch leaves
//! a few milliseconds after its first event or when it is full. While the channel has no room all
//! this goes on; above [`FULL`] the feed stops reading, so memory is bounded by text.

use std::{collections::HashMap, future::pending, pin::Pin};

use tokio::{
    sync::mpsc::{OwnedPermit, Sender, error::SendError},
    time::{Instant, sleep_until},
};

use crate::{
    api::feed::{FeedOutput, Pace},
    model::{
        agent::{
            event::{AgentEvent, Envelope},
            message::{Part, PartBody},
            stream::{LinkState, Snapshot, StreamEvent},
        },
        id::{PartId, SessionKey},
    },
};

/// Weight in bytes, and number of events, at which nothing more should be added.
const FULL: (usize, usize) = (8 * 1024 * 1024, 20_000);
/// What an event weighs besides its text.
const OVERHEAD: usize = 256;

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Unheard;

type Reservation =
    Pin<Box<dyn Future<Output = Result<OwnedPermit<FeedOutput>, SendError<()>>> + Send>>;

pub(super) struct Outbox {
    key: SessionKey,
    sender: Sender<FeedOutput>,
    /// A place in the queue for room in the channel; kept while other things happen.
    reservation: Option<Reservation>,
    pending: Vec<StreamEvent>,
    /// From where on events wait for a snapshot that goes before them.
    held_from: Option<usize>,
    /// Where in `pending` the last event of a part is, while later ones may be merged into it.
    slots: HashMap<PartId, Slot>,
    first_at: Option<Instant>,
    weight: usize,
    link: Option<LinkState>,
    last_link: LinkState,
    pace: Pace,
}

#[derive(Clone, Copy)]
enum Slot {
    Delta(usize),
    Tool(usize),
}

impl Outbox {
    pub(super) fn new(key: SessionKey, sender: Sender<FeedOutput>, pace: Pace) -> Self {
        Self {
            key,
            sender,
            reservation: None,
            pending: Vec::new(),
            held_from: None,
            slots: HashMap::new(),
            first_at: None,
            weight: 0,
            link: None,
            last_link: LinkState::Off,
            pace,
        }
    }

    /// Takes an event of the stream.
    pub(super) fn push(&mut self, envelope: Envelope) {
        self.first_at.get_or_insert_with(Instant::now);
        let index = self.pending.len();
        match &envelope.event {
            AgentEvent::Delta { part, delta, .. } => {
                self.weight += delta.len();
                if self.merge_delta(&envelope.event) {
                    return;
                }
                self.slots.insert(part.clone(), Slot::Delta(index));
            }
            AgentEvent::Part(part) if matches!(part.body, PartBody::Tool(_)) => {
                self.weight += weight_of(part);
                if let Some(Slot::Tool(at)) = self.slots.get(&part.id).copied() {
                    self.replace(at, envelope);
                    return;
                }
                self.slots.insert(part.id.clone(), Slot::Tool(index));
            }
            AgentEvent::Part(part) => {
                self.weight += weight_of(part);
                self.slots.remove(&part.id);
            }
            AgentEvent::PartRemoved { part, .. } => drop(self.slots.remove(part)),
            AgentEvent::Session(_)
            | AgentEvent::Message(_)
            | AgentEvent::Todos { .. }
            | AgentEvent::PermissionAsked(_)
            | AgentEvent::PermissionReplied { .. }
            | AgentEvent::QuestionAsked(_)
            | AgentEvent::QuestionSettled { .. }
            | AgentEvent::Other { .. } => {}
            // After these a part's text may mean something else: nothing is merged across them.
            AgentEvent::Connected
            | AgentEvent::Heartbeat
            | AgentEvent::Disposed
            | AgentEvent::SessionDeleted(_)
            | AgentEvent::Status { .. }
            | AgentEvent::Error { .. }
            | AgentEvent::Compacted(_)
            | AgentEvent::MessageRemoved { .. } => self.slots.clear(),
        }
        self.add(StreamEvent::Event(envelope));
    }

    /// Counts an event that could not be read.
    pub(super) fn push_malformed(&mut self) {
        self.first_at.get_or_insert_with(Instant::now);
        let is_mergeable = self.held_from != Some(self.pending.len());
        if let Some(StreamEvent::Malformed { count }) =
            self.pending.last_mut().filter(|_| is_mergeable)
        {
            *count += 1;
            return;
        }
        self.slots.clear();
        self.add(StreamEvent::Malformed { count: 1 });
    }

    /// Takes older messages.
    pub(super) fn push_history(&mut self, history: StreamEvent) {
        // It goes before what is held: it is about messages that no event touches.
        let at = self.held_from.unwrap_or(self.pending.len());
        self.insert(at, history);
    }

    /// From now on events wait for a snapshot.
    pub(super) fn hold(&mut self) {
        if self.held_from.is_none() {
            self.held_from = Some(self.pending.len());
            self.slots.clear();
        }
    }

    /// The snapshot is there: it goes, and what waited for it goes after it.
    pub(super) fn release(&mut self, snapshot: Snapshot) {
        let at = self.held_from.unwrap_or(self.pending.len());
        self.insert(at, StreamEvent::Snapshot(Box::new(snapshot)));
        self.held_from = None;
    }

    /// No snapshot will come: what waited for it goes as it is.
    pub(super) fn release_as_is(&mut self) {
        self.held_from = None;
    }

    /// Tells how fresh the data is, after what is pending; repeats are left out.
    pub(super) fn set_link(&mut self, state: LinkState) {
        self.link = (state != self.last_link).then_some(state);
    }

    /// Whether the feed should stop reading until something was sent.
    pub(super) fn is_full(&self) -> bool {
        let (bytes, events) = FULL;
        self.weight > bytes || self.pending.len() > events
    }

    /// Waits until something is due and there is room, sends it, and returns. Cancelling loses nothing.
    pub(super) async fn flush(&mut self) -> Result<(), Unheard> {
        let Some(due) = self.due() else {
            return pending().await;
        };
        sleep_until(due).await;
        let sender = &self.sender;
        let reservation = self
            .reservation
            .get_or_insert_with(|| Box::pin(sender.clone().reserve_owned()));
        let permit = reservation.await;
        self.reservation = None;
        let output = self.take();
        permit.map_err(|_| Unheard)?.send(output);
        Ok(())
    }

    /// Sends all there is, for the last time.
    pub(super) async fn drain(&mut self) {
        self.release_as_is();
        while self.due().is_some() {
            if self.flush().await.is_err() {
                return;
            }
        }
    }

    fn due(&self) -> Option<Instant> {
        let ready = self.held_from.unwrap_or(self.pending.len());
        if self.link.is_some() || ready >= self.pace.batch_events {
            return Some(Instant::now());
        }
        let first = self.first_at.unwrap_or_else(Instant::now);
        (ready > 0).then(|| first + self.pace.batch_delay)
    }

    fn take(&mut self) -> FeedOutput {
        let ready = self.held_from.unwrap_or(self.pending.len());
        if ready == 0
            && let Some(state) = self.link.take()
        {
            self.last_link = state.clone();
            return FeedOutput::Link(self.key.clone(), state);
        }
        let rest = self.pending.split_off(ready);
        let batch = std::mem::replace(&mut self.pending, rest);
        if self.pending.is_empty() {
            self.first_at = None;
            self.weight = 0;
        }
        self.held_from = self.held_from.map(|_| 0);
        self.slots.clear();
        FeedOutput::Batch(self.key.clone(), batch)
    }

    fn add(&mut self, event: StreamEvent) {
        self.weight += OVERHEAD;
        self.pending.push(event);
    }

    fn insert(&mut self, at: usize, event: StreamEvent) {
        self.first_at.get_or_insert_with(Instant::now);
        self.slots.clear();
        self.weight += OVERHEAD;
        self.pending.insert(at.min(self.pending.len()), event);
        self.held_from = self.held_from.map(|held| held + 1);
    }

    /// Appends a delta to the one of the same part that waits; false when there is none.
    fn merge_delta(&mut self, event: &AgentEvent) -> bool {
        let AgentEvent::Delta {
            part, field, delta, ..
        } = event
        else {
            return false;
        };
        let Some(Slot::Delta(at)) = self.slots.get(part).copied() else {
            return false;
        };
        let Some(StreamEvent::Event(Envelope {
            event:
                AgentEvent::Delta {
                    field: known,
                    delta: text,
                    ..
                },
            ..
        })) = self.pending.get_mut(at)
        else {
            return false;
        };
        if known != field {
            return false;
        }
        text.push_str(delta);
        true
    }

    fn replace(&mut self, at: usize, envelope: Envelope) {
        if let Some(slot) = self.pending.get_mut(at) {
            if let StreamEvent::Event(Envelope {
                event: AgentEvent::Part(old),
                ..
            }) = slot
            {
                self.weight = self.weight.saturating_sub(weight_of(old));
            }
            *slot = StreamEvent::Event(envelope);
        }
    }
}

/// The bytes of a part's text, roughly.
fn weight_of(part: &Part) -> usize {
    match &part.body {
        PartBody::Text(prose) | PartBody::Reasoning(prose) => prose.text.len(),
        PartBody::Tool(tool) => tool.output.len(),
        PartBody::Patch { files } => files.iter().map(String::len).sum(),
        PartBody::StepStart
        | PartBody::StepFinish { .. }
        | PartBody::File { .. }
        | PartBody::Subtask { .. }
        | PartBody::Compaction { .. }
        | PartBody::Unknown { .. } => 0,
    }
}
