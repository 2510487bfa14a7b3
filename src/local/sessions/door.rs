//! The way to one running agent: where it listens, and who is using it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use crate::{local::clock, model::time::Millis};

/// The way to one running agent.
#[derive(Debug)]
pub struct Door {
    /// The proxy's name of the sandbox.
    pub external_id: String,
    /// The session.
    pub session_id: String,
    /// Where the agent listens.
    pub address: SocketAddr,
    /// The `Authorization` that the agent wants; a secret.
    pub authorization: Option<Secret>,
    /// The agent's root session.
    pub root_session: String,
    /// The commit that the session booted from.
    pub commit: String,
    /// When the sandbox was made.
    pub since: Millis,
    /// Cancelled when the sandbox is going away; every stream through the door ends then.
    pub closed: CancellationToken,
    /// When a request last began or ended.
    pub last_used: AtomicI64,
    /// How many requests are open.
    pub visits: AtomicUsize,
}

/// Text that `Debug` does not show.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Door {
    /// How long nobody has used the door; zero while somebody does.
    pub fn idle(&self) -> Duration {
        if self.visits.load(Ordering::Relaxed) > 0 {
            return Duration::ZERO;
        }
        Millis(self.last_used.load(Ordering::Relaxed)).age(clock::now())
    }

    /// Starts a request to the agent.
    pub fn request(
        &self,
        http: &reqwest::Client,
        method: reqwest::Method,
        path_and_query: &str,
    ) -> reqwest::RequestBuilder {
        let request = http.request(method, format!("http://{}{path_and_query}", self.address));
        match &self.authorization {
            Some(Secret(authorization)) => {
                request.header(reqwest::header::AUTHORIZATION, authorization)
            }
            None => request,
        }
    }
}

/// One open request; the door counts as used until it is dropped.
#[derive(Debug)]
pub struct Visit(Arc<Door>);

impl Visit {
    /// Begins a request.
    pub fn begin(door: &Arc<Door>) -> Self {
        door.visits.fetch_add(1, Ordering::Relaxed);
        door.last_used.store(clock::now().0, Ordering::Relaxed);
        Self(Arc::clone(door))
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.visits.fetch_sub(1, Ordering::Relaxed);
        self.0.last_used.store(clock::now().0, Ordering::Relaxed);
    }
}
