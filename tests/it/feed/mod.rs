//! The feed against an agent that is cut, replaced, slow, silent or gone.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

mod events;
mod links;

use std::{collections::BTreeSet, time::Duration};

use kortix_tui::{
    api::feed::{FeedHandle, FeedOptions, FeedOutput, Pace, follow},
    model::{
        agent::{
            event::AgentEvent,
            stream::{LinkState, Snapshot, StreamEvent},
        },
        id::SessionKey,
        session::SandboxAddress,
    },
};
use tokio::{
    sync::{broadcast, mpsc},
    time::timeout,
};

use crate::fake::{Fake, Reply, Request, answer, json};

pub(super) const SESSION: &str =
    r#"{"session_id":"s1","status":"running","sandbox_url":"http://h/v1/p/ext/8000"}"#;
pub(super) const EVENTS: &str = "GET /v1/p/ext/8000/event";

pub(super) fn key() -> SessionKey {
    SessionKey {
        host: "test".into(),
        project: "p1".into(),
        session: "s1".into(),
    }
}

pub(super) fn pace() -> Pace {
    let ms = Duration::from_millis;
    Pace {
        header_deadline: ms(500),
        fetch_deadline: ms(500),
        batch_delay: ms(4),
        reconnect_soon: ms(20),
        backoff_first: ms(15),
        backoff_longest: ms(80),
        healthy_after: ms(300),
        poll_every: ms(20),
        rotate_least: ms(100),
        overlap_longest: ms(200),
        ..Pace::default()
    }
}

pub(super) fn options() -> FeedOptions {
    FeedOptions {
        address: Some(SandboxAddress {
            external_id: "ext".into(),
            port: 8000,
        }),
        watch: BTreeSet::from(["ses_1".into()]),
        pace: pace(),
        ..FeedOptions::default()
    }
}

/// What an agent's REST interface says about nothing in particular.
pub(super) fn rest(request: &Request) -> Reply {
    let line = &request.line;
    if line.starts_with("GET /v1/projects/p1/sessions/s1") {
        json(200, SESSION)
    } else if line.starts_with("GET /v1/health") {
        json(200, r#"{"status":"ok"}"#)
    } else if line.contains("/session/status") {
        json(200, r#"{"ses_1":{"type":"busy"}}"#)
    } else if line.contains("/message") {
        let page = r#"[{"info":{"id":"msg_1","sessionID":"ses_1","role":"user"},"parts":[]}]"#;
        let cursor = if line.contains("before=c1") {
            ""
        } else {
            "X-Next-Cursor: c1\r\n"
        };
        Reply::Raw(answer(200, "application/json", cursor, page))
    } else if line.contains("/session?") {
        json(200, r#"[{"id":"ses_1","directory":"/work space"}]"#)
    } else {
        json(200, "[]")
    }
}

pub(super) fn delta(n: usize) -> String {
    format!(
        r#"{{"id":"evt_{n}","type":"message.part.delta","properties":{{"sessionID":"ses_1","messageID":"msg_1","partID":"prt_1","field":"text","delta":"{n} "}}}}"#
    )
}

pub(super) fn status(n: usize) -> String {
    format!(
        r#"{{"id":"evt_{n}","type":"session.status","properties":{{"sessionID":"ses_1","status":{{"type":"busy"}}}}}}"#
    )
}

/// A feed under test and what it said.
pub(super) struct Followed {
    pub(super) handle: FeedHandle,
    pub(super) outputs: mpsc::Receiver<FeedOutput>,
    pub(super) snapshots: Vec<Snapshot>,
    pub(super) links: Vec<LinkState>,
    pub(super) text: String,
    pub(super) ids: Vec<String>,
    pub(super) malformed: u64,
    pub(super) batches: usize,
    pub(super) histories: usize,
    /// What came, one letter each: S(napshot), e(vent), H(istory), m(alformed).
    pub(super) order: String,
}

impl Followed {
    pub(super) fn start(fake: &Fake, options: FeedOptions) -> Self {
        Self::with_room(fake, options, 64)
    }

    pub(super) fn with_room(fake: &Fake, options: FeedOptions, room: usize) -> Self {
        let (sender, outputs) = mpsc::channel(room);
        Self {
            handle: follow(&fake.client(), key(), options, sender),
            outputs,
            snapshots: Vec::new(),
            links: Vec::new(),
            text: String::new(),
            ids: Vec::new(),
            malformed: 0,
            batches: 0,
            histories: 0,
            order: String::new(),
        }
    }

    /// Takes outputs until a condition holds.
    pub(super) async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            let output = timeout(Duration::from_secs(10), self.outputs.recv()).await;
            match output {
                Ok(Some(output)) => self.take(output),
                Ok(None) => panic!("the feed ended before: {what}; links {:?}", self.links),
                Err(_) => panic!(
                    "nothing came for 10 s before: {what}; {:?} {}",
                    self.links, self.order
                ),
            }
        }
    }

    pub(super) fn take(&mut self, output: FeedOutput) {
        match output {
            FeedOutput::Link(_, state) => self.links.push(state),
            FeedOutput::Batch(_, events) => {
                self.batches += 1;
                events.into_iter().for_each(|event| self.fold(event));
            }
        }
    }

    pub(super) fn fold(&mut self, event: StreamEvent) {
        let letter = match event {
            StreamEvent::Event(envelope) => {
                self.ids.extend(envelope.id.map(|id| id.0));
                if let AgentEvent::Delta { delta, .. } = envelope.event {
                    self.text.push_str(&delta);
                }
                'e'
            }
            StreamEvent::Snapshot(snapshot) => {
                self.snapshots.push(*snapshot);
                'S'
            }
            StreamEvent::History { older, .. } => {
                assert_eq!(older, None);
                self.histories += 1;
                'H'
            }
            StreamEvent::Malformed { count } => {
                self.malformed += count;
                'm'
            }
        };
        self.order.push(letter);
    }

    pub(super) fn is_live(&self) -> bool {
        self.links.last() == Some(&LinkState::Live)
    }

    pub(super) fn closed(&self) -> Option<&str> {
        match self.links.last() {
            Some(LinkState::Closed { reason }) => Some(reason),
            _ => None,
        }
    }

    pub(super) fn was_reconnecting(&self) -> bool {
        let is_it = |link: &LinkState| matches!(link, LinkState::Reconnecting { .. });
        self.links.iter().any(is_it)
    }
}

/// A well agent whose events come from a channel.
pub(super) async fn agent(life: Option<Duration>) -> (Fake, broadcast::Sender<String>) {
    let (sender, _) = broadcast::channel(20_000);
    let events = sender.clone();
    let fake = Fake::start(move |request| match request.is(EVENTS) {
        true => Reply::Live(events.subscribe(), life),
        false => rest(request),
    });
    (fake.await, sender)
}
