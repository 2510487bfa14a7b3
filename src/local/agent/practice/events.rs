//! The practice agent's event streams: one publisher, any number of `/event` readers.
//!
//! Every event has an id that is the same for all readers. A reader that falls behind by
//! [`BACKLOG`] events is cut off; it comes back and fetches, as after any cut.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::Instant};

use super::ids::Ids;

/// How many events wait for a slow reader; some seconds of the fastest stream.
const BACKLOG: usize = 16_384;

/// How often a stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Hands every event to every reader.
#[derive(Default)]
pub(super) struct Hub {
    readers: Mutex<Vec<mpsc::Sender<Bytes>>>,
}

impl Hub {
    /// Sends an event to all readers, cutting off those that are too far behind.
    pub fn publish(&self, event: &Value) {
        let mut readers = self.readers();
        if readers.is_empty() {
            return;
        }
        let bytes = Bytes::from(event.to_string());
        readers.retain(|reader| reader.try_send(bytes.clone()).is_ok());
    }

    /// Ends all streams.
    pub fn close(&self) {
        self.readers().clear();
    }

    fn subscribe(&self) -> mpsc::Receiver<Bytes> {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        self.readers().push(sender);
        receiver
    }

    fn readers(&self) -> MutexGuard<'_, Vec<mpsc::Sender<Bytes>>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which of the two streams a reader asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// `/event`: plain events of this folder.
    Instance,
    /// `/event` of some other folder: silent but for its own signs of life.
    Elsewhere,
    /// `/global/event`: events wrapped with the folder they belong to.
    Global {
        /// The folder.
        directory: String,
    },
}

struct Stream {
    events: mpsc::Receiver<Bytes>,
    scope: Scope,
    ids: Arc<Ids>,
    beat: tokio::time::Interval,
    queue: VecDeque<Bytes>,
}

/// Opens a stream; its first event is `server.connected`.
pub(super) fn stream(hub: &Hub, ids: Arc<Ids>, scope: Scope) -> Response {
    let mut state = Stream {
        events: hub.subscribe(),
        scope,
        ids,
        beat: tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT),
        queue: VecDeque::new(),
    };
    let hello = state.own("server.connected");
    state.queue.push_back(hello);
    let frames = futures_util::stream::unfold(state, |mut state| async {
        let frame = state.next().await?;
        Some((Ok::<_, Infallible>(frame), state))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(frames)).into_response()
}

impl Stream {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(frame) = self.queue.pop_front() {
            return Some(frame);
        }
        loop {
            tokio::select! {
                event = self.events.recv() => match self.scope {
                    Scope::Elsewhere => { event?; }
                    Scope::Instance | Scope::Global { .. } => return Some(self.frame(&event?)),
                },
                _ = self.beat.tick() => return Some(self.own("server.heartbeat")),
            }
        }
    }

    /// An event of the stream itself; on `/global/event` it belongs to no folder.
    fn own(&self, kind: &str) -> Bytes {
        let event = json!({"id": self.ids.rising("evt"), "type": kind, "properties": {}});
        match self.scope {
            Scope::Instance | Scope::Elsewhere => sse(event.to_string().as_bytes()),
            Scope::Global { .. } => sse(json!({"payload": event}).to_string().as_bytes()),
        }
    }

    fn frame(&self, event: &[u8]) -> Bytes {
        let Scope::Global { directory } = &self.scope else {
            return sse(event);
        };
        let mut wrapped = format!(
            "{{\"directory\":{},\"project\":\"global\",\"payload\":",
            Value::from(directory.as_str())
        )
        .into_bytes();
        wrapped.extend_from_slice(event);
        wrapped.push(b'}');
        sse(&wrapped)
    }
}

fn sse(data: &[u8]) -> Bytes {
    [b"data: ", data, b"\n\n"].concat().into()
}
