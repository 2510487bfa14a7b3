//! Which agents are followed, as the engine wants it.

use std::collections::{BTreeSet, HashMap};

use tokio::sync::mpsc;

use crate::{
    api::{
        Client,
        feed::{FeedCommand, FeedHandle, FeedOptions, FeedOutput, Wake, follow},
    },
    app::{State, event::Detail},
    model::id::{AgentSessionId, HostName, SessionKey},
    runtime::hosts::Clients,
};

/// The feeds that run and those that wait for their host's client.
#[derive(Debug)]
pub struct Feeds {
    sender: mpsc::Sender<FeedOutput>,
    running: HashMap<SessionKey, Feed>,
    waiting: HashMap<SessionKey, (Detail, Wake)>,
}

#[derive(Debug)]
struct Feed {
    handle: FeedHandle,
    detail: Detail,
    watched: BTreeSet<AgentSessionId>,
}

impl Feeds {
    /// No feeds; what they say goes to `sender`.
    pub fn new(sender: mpsc::Sender<FeedOutput>) -> Self {
        Self {
            sender,
            running: HashMap::new(),
            waiting: HashMap::new(),
        }
    }

    /// Follows an agent, or follows it in another detail.
    pub fn follow(
        &mut self,
        state: &State,
        clients: &Clients,
        key: &SessionKey,
        detail: Detail,
        wake: Wake,
    ) {
        if let Some(feed) = self.running.get_mut(key)
            && !feed.handle.is_finished()
        {
            feed.detail = detail;
            feed.watched = watched(state, key, detail);
            let command = FeedCommand::Watch(feed.watched.clone());
            if feed.handle.tell(command) {
                feed.handle.tell(FeedCommand::Resync);
                return;
            }
        }
        match clients.ready(&key.host) {
            Some(client) => self.start(state, &client, key, detail, wake),
            None => {
                self.waiting.insert(key.clone(), (detail, wake));
            }
        }
    }

    /// Starts the feeds that waited for a host.
    pub fn host_ready(&mut self, state: &State, clients: &Clients, host: &HostName) {
        let Some(client) = clients.ready(host) else {
            return;
        };
        let keys: Vec<SessionKey> = self
            .waiting
            .keys()
            .filter(|key| key.host == *host)
            .cloned()
            .collect();
        for key in keys {
            if let Some((detail, wake)) = self.waiting.remove(&key) {
                self.start(state, &client, &key, detail, wake);
            }
        }
    }

    /// Ends a feed.
    pub fn unfollow(&mut self, key: &SessionKey) {
        self.running.remove(key);
        self.waiting.remove(key);
    }

    /// Tells a feed something, when it runs.
    pub fn tell(&self, key: &SessionKey, command: FeedCommand) {
        if let Some(feed) = self.running.get(key) {
            feed.handle.tell(command);
        }
    }

    /// Has the messages of sessions fetched that have come to be since the feed began.
    pub fn took_news(&mut self, state: &State, key: &SessionKey) {
        let Some(feed) = self.running.get_mut(key) else {
            return;
        };
        let wanted = watched(state, key, feed.detail);
        if !wanted.is_subset(&feed.watched) && feed.handle.tell(FeedCommand::Watch(wanted.clone()))
        {
            feed.watched = wanted;
        }
    }

    fn start(
        &mut self,
        state: &State,
        client: &Client,
        key: &SessionKey,
        detail: Detail,
        wake: Wake,
    ) {
        let watched = watched(state, key, detail);
        let entry = state.fleet.sessions.get(key);
        let options = FeedOptions {
            address: entry.and_then(crate::app::fleet::SessionEntry::address),
            wake,
            watch: watched.clone(),
            ..FeedOptions::default()
        };
        let handle = follow(client, key.clone(), options, self.sender.clone());
        let feed = Feed {
            handle,
            detail,
            watched,
        };
        self.running.insert(key.clone(), feed);
    }
}

/// The agent's sessions whose messages are wanted; the feed finds the root when there is none yet.
fn watched(state: &State, key: &SessionKey, detail: Detail) -> BTreeSet<AgentSessionId> {
    let Some(entry) = state.fleet.sessions.get(key) else {
        return BTreeSet::new();
    };
    let root = entry.root();
    match detail {
        Detail::Preview => root.into_iter().collect(),
        Detail::Full => {
            let all = entry
                .transcript
                .sessions()
                .map(|session| session.id.clone());
            all.chain(root).collect()
        }
    }
}
