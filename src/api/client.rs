//! One host's client: a cheap handle that all calls, agents and feeds of the host share.
//!
//! A real server spends about 50 ms of CPU on every token and checks them one after the other, so
//! at most [`Limits::in_flight`] requests of a host are open at once, some of them kept free for
//! what a person waits for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, Once, PoisonError},
    time::Duration,
};

use reqwest::{Url, redirect};
use tokio::{sync::Semaphore, time::Instant};

use crate::{
    api::{Agent, Error},
    model::{host::Host, id::HostName, session::SandboxAddress},
};

/// Hops that a redirect may take, all to the same origin.
const REDIRECTS: usize = 10;

/// How long a client waits and how much it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, with name resolution and TLS.
    pub connect: Duration,
    /// For one attempt from the first byte sent to the last received.
    pub deadline: Duration,
    /// How long a call may go on, with waiting for its turn and repeating.
    pub patience: Duration,
    /// Attempts of a call that may be repeated.
    pub attempts: u32,
    /// Waiting time after the first failure; it doubles from there.
    pub backoff: Duration,
    /// The longest `Retry-After` that is believed.
    pub retry_after: Duration,
    /// Requests open at once.
    pub in_flight: usize,
    /// How many of them are kept for what a person waits for.
    pub reserved: usize,
    /// Calls open at once that the server answers late on purpose.
    pub long_polls: usize,
    /// Bytes of a body.
    pub body: u64,
    /// Bytes of an answer's headers.
    pub headers: u64,
    /// The time between two streams opened at the same host, so that many do not come back at once.
    pub stream_spacing: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            deadline: Duration::from_secs(30),
            patience: Duration::from_secs(60),
            attempts: 3,
            backoff: Duration::from_millis(250),
            retry_after: Duration::from_secs(300),
            in_flight: 6,
            reserved: 2,
            long_polls: 4,
            body: 32 * 1024 * 1024,
            headers: 64 * 1024,
            stream_spacing: Duration::from_millis(12),
        }
    }
}

/// A handle on one host; clones share connections, limits and what was learned about the host.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Arc<Shared>,
    pub(super) urgency: Urgency,
}

/// Who waits for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// A person.
    Person,
    /// Nobody in particular.
    Background,
}

pub(super) struct Shared {
    pub(super) host: Host,
    pub(super) base: Url,
    pub(super) limits: Limits,
    pub(super) http: reqwest::Client,
    pub(super) all: Semaphore,
    pub(super) background: Semaphore,
    pub(super) long_polls: Semaphore,
    learned: Mutex<Learned>,
}

/// What is known about the host by experience.
#[derive(Default)]
pub(super) struct Learned {
    /// Routes that the server asked to leave alone, and until when.
    pub(super) holds: HashMap<String, Instant>,
    /// When the next stream may be opened.
    pub(super) next_stream: Option<Instant>,
    /// At which age the host ends healthy streams, and until when this is believed.
    pub(super) stream_life: Option<(Duration, Instant)>,
}

impl Client {
    /// Makes the client of a host; nothing is sent yet.
    ///
    /// For an `https` address this reads the system's certificates, which takes some milliseconds.
    pub fn new(host: Host, limits: Limits) -> Result<Self, Error> {
        let base = base_url(&host.url).ok_or_else(|| Error::Unreachable {
            host: super::reply::line(&host.url),
            reason: "the address is not an http or https URL".to_owned(),
        })?;
        let http = http_client(&base, &limits).map_err(|error| Error::Unreachable {
            host: origin(&base),
            reason: super::reply::line(&super::transport::causes(&error)),
        })?;
        let reserved = limits.reserved.min(limits.in_flight.saturating_sub(1));
        let shared = Shared {
            all: Semaphore::new(limits.in_flight.max(1)),
            background: Semaphore::new((limits.in_flight - reserved).max(1)),
            long_polls: Semaphore::new(limits.long_polls.max(1)),
            host,
            base,
            limits,
            http,
            learned: Mutex::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
            urgency: Urgency::Person,
        })
    }

    /// The same client for calls that nobody waits for; they leave room for the others.
    pub fn background(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            urgency: Urgency::Background,
        }
    }

    /// The host's name.
    pub fn host(&self) -> &HostName {
        &self.shared.host.name
    }

    /// The agent in a sandbox, behind the host's session proxy.
    pub fn agent(&self, address: SandboxAddress) -> Agent {
        Agent::new(self.clone(), address)
    }

    /// The URL of a path under `/v1`, each segment escaped.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.shared.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1").extend(segments);
        }
        url
    }

    /// The host as errors name it.
    pub(super) fn origin(&self) -> String {
        origin(&self.shared.base)
    }

    pub(super) fn learned(&self) -> MutexGuard<'_, Learned> {
        let poisoned = PoisonError::into_inner;
        self.shared.learned.lock().unwrap_or_else(poisoned)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Client")
            .field(&self.shared.host.name)
            .finish()
    }
}

/// The base without a trailing slash, `/v1`, query or credentials; `None` when it is no web address.
fn base_url(text: &str) -> Option<Url> {
    let trimmed = text.trim().trim_end_matches('/');
    let trimmed = trimmed.strip_suffix("/v1").unwrap_or(trimmed);
    let mut url = Url::parse(trimmed).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn http_client(base: &Url, limits: &Limits) -> reqwest::Result<reqwest::Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Fails only when a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("kortix-tui/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(limits.connect)
        .tcp_nodelay(true)
        // One connection for each stream: over HTTP/2 they would share a window, so that one feed
        // that nobody reads stops the others, and servers allow only about a hundred on each.
        .http1_only()
        .pool_idle_timeout(Duration::from_secs(20))
        .redirect(same_origin());
    if is_loopback(base) {
        builder = builder.no_proxy();
    }
    if base.scheme() == "http" {
        // Redirects stay on the origin, so no certificate is ever looked at: skip reading them.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

/// Follows redirects that stay on the origin; others are handed back as they are.
fn same_origin() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let first = attempt.previous().first();
        let stays = first.is_some_and(|first| first.origin() == attempt.url().origin());
        if stays && attempt.previous().len() <= REDIRECTS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback_ip = bare
        .parse::<std::net::IpAddr>()
        .is_ok_and(|ip| ip.is_loopback());
    is_loopback_ip || bare == "localhost" || bare.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_may_end_in_v1_or_a_slash_and_loses_credentials() {
        for text in [
            "https://u:p@api.test/v1/",
            "https://api.test/v1",
            " https://api.test/ ",
            "https://api.test",
        ] {
            assert_eq!(
                base_url(text).map(|url| url.to_string()),
                Some("https://api.test/".to_owned()),
                "{text}"
            );
        }
        assert_eq!(base_url("ftp://api.test"), None);
        assert_eq!(base_url("api.test"), None);
    }
}
