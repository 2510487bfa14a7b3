//! Reads OpenCode's events one by one, plainly: what the program's own decoder is measured against.

use std::io::{self, Error};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde_json::Value;
use tokio::time::timeout;

/// The longest wait for one event; heartbeats come every 10 s.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stream of events.
pub struct Events {
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    rest: Vec<u8>,
    /// The types of what came so far, for the message of a wait in vain.
    types: Vec<String>,
}

impl Events {
    /// Reads the events of a response.
    pub fn new(response: reqwest::Response) -> Self {
        Self {
            bytes: Box::pin(response.bytes_stream()),
            rest: Vec::new(),
            types: Vec::new(),
        }
    }

    /// Waits for the next event of a type and returns its properties; drops those before it.
    pub async fn wait_for(&mut self, kind: &str) -> io::Result<Value> {
        self.wait_until(kind, |event| event["type"] == kind).await
    }

    /// Waits for the next event for which `condition` holds; `what` names it if it never comes.
    pub async fn wait_until(
        &mut self,
        what: &str,
        mut condition: impl FnMut(&Value) -> bool,
    ) -> io::Result<Value> {
        let search = async {
            loop {
                let mut event = self.next().await?;
                if condition(&event) {
                    return Ok(event["properties"].take());
                }
            }
        };
        match timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => {
                let seen = self.types.join(", ");
                Err(Error::other(format!("waited for {what}; came: {seen}")))
            }
        }
    }

    async fn next(&mut self) -> io::Result<Value> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|two| two == b"\n\n") {
                let frame: Vec<u8> = self.rest.drain(..end + 2).collect();
                let Some(data) = frame.strip_prefix(b"data: ") else {
                    continue;
                };
                let event: Value = serde_json::from_slice(data)?;
                let kind = event["type"].as_str().unwrap_or_default();
                self.types.push(kind.to_owned());
                return Ok(event);
            }
            let chunk = self.bytes.next().await;
            let chunk = chunk.ok_or_else(|| Error::other("the events ended"))?;
            self.rest.extend(chunk.map_err(Error::other)?);
        }
    }
}
