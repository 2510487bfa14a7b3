//! One request from its turn in the queue to a whole answer, with deadlines and repeats.

use std::{
    error::Error as _,
    time::{Duration, SystemTime},
};

use reqwest::{
    Method, Response, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, HeaderValue, RETRY_AFTER},
};
use serde_json::Value;
use tokio::{
    sync::SemaphorePermit,
    time::{Instant, sleep, timeout, timeout_at},
};

use crate::api::{
    Client, Error,
    client::{Shared, Urgency, is_loopback},
    reply::{Answer, line},
};

/// Routes that are held are waited for this long; longer holds are an error at once.
const SHORT_HOLD: Duration = Duration::from_secs(10);

/// A request to be.
pub(super) struct Ask {
    /// What it is about, for errors: `the session`, `sending a prompt`.
    pub(super) what: &'static str,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Value>,
    pub(super) idempotency_key: Option<String>,
    pub(super) repeat: Repeat,
    pub(super) lane: Lane,
    /// For one attempt; the client's own when absent.
    pub(super) deadline: Option<Duration>,
    /// Health is asked without showing the token.
    pub(super) is_anonymous: bool,
}

/// Whether a request may be sent again when nobody knows what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Sending it twice is as good as once.
    Harmless,
    /// It would count twice.
    Never,
}

/// Which queue a request stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// By the urgency of the client.
    Usual,
    /// Answered late on purpose; counted apart so that it keeps nobody waiting.
    LongPoll,
}

impl Ask {
    /// A `GET`, or a `DELETE` or `PUT`, which may be repeated.
    pub(super) fn get(what: &'static str, url: Url) -> Self {
        Self {
            what,
            method: Method::GET,
            url,
            body: None,
            idempotency_key: None,
            repeat: Repeat::Harmless,
            lane: Lane::Usual,
            deadline: None,
            is_anonymous: false,
        }
    }

    /// A `POST`, which is sent once.
    pub(super) fn post(what: &'static str, url: Url, body: Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            repeat: Repeat::Never,
            ..Self::get(what, url)
        }
    }

    /// The route for holds: the method and the path without its query.
    fn route(&self) -> String {
        format!("{} {}", self.method, self.url.path())
    }
}

impl Client {
    /// Sends a request and returns the answer whatever its status, or why there is none.
    ///
    /// Repeats it with growing, jittered pauses where that does no harm.
    pub(super) async fn send(&self, ask: &Ask) -> Result<Answer, Error> {
        let started = Instant::now();
        let patience = started + self.shared.limits.patience;
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.wait_for_hold(ask, patience).await?;
            let outcome = match timeout_at(patience, self.turn(ask.lane)).await {
                Ok(_turn) => self.attempt(ask).await,
                Err(_) => Err(self.timed_out(started.elapsed())),
            };
            let pause = match &outcome {
                Ok(answer) => self.note_hold(ask, answer),
                Err(error) => error.is_passing().then(|| self.backoff(attempt)),
            };
            let may = ask.repeat == Repeat::Harmless && attempt < self.shared.limits.attempts;
            let pause = match (pause, &outcome) {
                (Some(pause), _) => Some(pause),
                (None, Ok(answer)) if is_passing(answer) => Some(self.backoff(attempt)),
                (None, _) => None,
            };
            match pause {
                Some(pause) if may && Instant::now() + pause < patience => sleep(pause).await,
                _ => return outcome,
            }
        }
    }

    /// Sends a request and turns every status but 2xx into its error.
    pub(super) async fn fetch(&self, ask: &Ask) -> Result<Answer, Error> {
        let answer = self.send(ask).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(self.refusal(ask, &answer).await)
    }

    /// What an answer with a status other than 2xx means; a refused token is checked first.
    pub(super) async fn refusal(&self, ask: &Ask, answer: &Answer) -> Error {
        match answer.error(ask.what) {
            Error::RateLimited { message, .. } => Error::RateLimited {
                retry_after: self.retry_after(answer),
                message,
            },
            Error::Unauthorized { message } => self.doubt(message).await,
            other => other,
        }
    }

    /// Sends a request and reads the answer as JSON.
    pub(super) async fn json(&self, ask: &Ask) -> Result<Value, Error> {
        self.fetch(ask).await?.json(ask.what)
    }

    /// A refused token is believed only when the server is well otherwise.
    async fn doubt(&self, message: String) -> Error {
        let mut ask = Ask::get("the server's health", self.url(&["health"]));
        ask.is_anonymous = true;
        ask.deadline = Some(self.shared.limits.deadline.min(Duration::from_secs(3)));
        let Ok(health) = self.attempt(&ask).await else {
            return Error::ServerIll {
                status: 401,
                message,
            };
        };
        let says = health.json(ask.what).unwrap_or(Value::Null);
        let word = says.get("status").and_then(Value::as_str).unwrap_or("ok");
        if health.status.is_server_error() || word != "ok" {
            return Error::ServerIll {
                status: 401,
                message,
            };
        }
        Error::Unauthorized { message }
    }

    /// A server's text without the token, should it have echoed it.
    fn redacted(&self, text: String) -> String {
        let token = self.shared.host.token.expose();
        if token.is_empty() {
            text
        } else {
            text.replace(token, "…")
        }
    }

    /// Waits for a place among the requests in flight; it is given back on drop.
    pub(super) async fn turn(&self, lane: Lane) -> Turn<'_> {
        let shared = &*self.shared;
        let queues = match (lane, self.urgency) {
            (Lane::LongPoll, _) => [Some(&shared.long_polls), None],
            (Lane::Usual, Urgency::Person) => [Some(&shared.all), None],
            // The smaller queue first: what waits there takes no place of the others.
            (Lane::Usual, Urgency::Background) => [Some(&shared.background), Some(&shared.all)],
        };
        let mut permits = [None, None];
        for (queue, permit) in queues.into_iter().zip(&mut permits) {
            if let Some(queue) = queue {
                // The semaphores are never closed; without a permit the request goes out all the same.
                *permit = queue.acquire().await.ok();
            }
        }
        Turn { _permits: permits }
    }

    async fn attempt(&self, ask: &Ask) -> Result<Answer, Error> {
        let deadline = ask.deadline.unwrap_or(self.shared.limits.deadline);
        let exchange = async {
            let response = self.dispatch(ask, "application/json").await?;
            self.receive(response).await
        };
        match timeout(deadline, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.timed_out(deadline)),
        }
    }

    /// Sends a request and returns as soon as the headers are there.
    pub(super) async fn dispatch(
        &self,
        ask: &Ask,
        accept: &'static str,
    ) -> Result<Response, Error> {
        let Shared { http, host, .. } = &*self.shared;
        let mut request = http
            .request(ask.method.clone(), ask.url.clone())
            .header(ACCEPT, accept);
        if !ask.is_anonymous && !host.token.is_empty() {
            let value = HeaderValue::from_str(&format!("Bearer {}", host.token.expose()));
            let mut value = value.map_err(|_| Error::Unauthorized {
                message: "the token has characters that no token has".to_owned(),
            })?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if accept == "text/event-stream" {
            request = request.header("accept-encoding", "identity");
        }
        if let Some(key) = &ask.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = &ask.body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| self.failure(&error))?;
        let size: usize = response
            .headers()
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        let limit = self.shared.limits.headers;
        if size as u64 > limit {
            return Err(Error::TooLarge { limit });
        }
        Ok(response)
    }

    /// Reads a body up to the limit.
    pub(super) async fn receive(&self, mut response: Response) -> Result<Answer, Error> {
        let limit = self.shared.limits.body;
        if response
            .content_length()
            .is_some_and(|length| length > limit)
        {
            return Err(Error::TooLarge { limit });
        }
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.failure(&error))?
        {
            if (body.len() + chunk.len()) as u64 > limit {
                return Err(Error::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        let status = response.status();
        if !status.is_success() {
            body = self
                .redacted(String::from_utf8_lossy(&body).into_owned())
                .into_bytes();
        }
        Ok(Answer {
            status,
            headers: response.headers().clone(),
            body,
        })
    }

    /// What a failure of the library means.
    pub(super) fn failure(&self, error: &reqwest::Error) -> Error {
        if error.is_timeout() {
            return self.timed_out(self.shared.limits.connect);
        }
        let mut reason = line(&causes(error));
        if reason.contains("proxy auth") || reason.contains("407") {
            let message = "it wants a user name and a password (407)".to_owned();
            return Error::Proxy { message };
        }
        if error.is_connect()
            && !is_loopback(&self.shared.base)
            && let Some(proxy) = proxy_in_use(self.shared.base.scheme())
        {
            reason = format!("{reason} ({proxy})");
        }
        Error::Unreachable {
            host: self.origin(),
            reason: self.redacted(reason),
        }
    }

    pub(super) fn timed_out(&self, after: Duration) -> Error {
        Error::TimedOut {
            host: self.origin(),
            after,
        }
    }

    fn backoff(&self, attempt: u32) -> Duration {
        jittered(
            self.shared.limits.backoff * 2_u32.saturating_pow(attempt.saturating_sub(1).min(10)),
        )
    }

    /// Leaves a route alone as long as the server asked; fails when that is long.
    async fn wait_for_hold(&self, ask: &Ask, patience: Instant) -> Result<(), Error> {
        let until = self.learned().holds.get(&ask.route()).copied();
        let Some(until) = until.filter(|until| *until > Instant::now()) else {
            return Ok(());
        };
        let wait = until - Instant::now();
        if wait > SHORT_HOLD || until > patience {
            return Err(Error::RateLimited {
                retry_after: Some(wait),
                message: "waiting as asked before".to_owned(),
            });
        }
        tokio::time::sleep_until(until).await;
        Ok(())
    }

    /// Remembers a `Retry-After`; returns it for this call's own waiting.
    fn note_hold(&self, ask: &Ask, answer: &Answer) -> Option<Duration> {
        let is_refusal = matches!(
            answer.status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        );
        let pause = self.retry_after(answer).filter(|_| is_refusal)?;
        let now = Instant::now();
        let mut learned = self.learned();
        learned.holds.retain(|_, until| *until > now);
        learned.holds.insert(ask.route(), now + pause);
        Some(pause + jittered(self.shared.limits.backoff) / 4)
    }

    /// `Retry-After` in seconds or as a date; a date in the past is a short pause, all is capped.
    pub(super) fn retry_after(&self, answer: &Answer) -> Option<Duration> {
        let text = answer.header(RETRY_AFTER.as_str())?;
        let limits = &self.shared.limits;
        let pause = match text.trim().parse::<u64>() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => {
                let date = httpdate::parse_http_date(text.trim()).ok()?;
                let ahead = date.duration_since(SystemTime::now()).unwrap_or_default();
                ahead.max(jittered(limits.backoff))
            }
        };
        Some(pause.min(limits.retry_after))
    }
}

/// A place among the requests in flight.
pub(super) struct Turn<'a> {
    _permits: [Option<SemaphorePermit<'a>>; 2],
}

/// Whether the answer is one of those that a second try may better.
fn is_passing(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 500 | 502..=504)
}

/// Between half and all of it, so that many do not come back at the same moment.
pub(super) fn jittered(duration: Duration) -> Duration {
    duration.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// The innermost causes of a failure, without the URL, which may carry a query.
pub(super) fn causes(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
        source = cause.source();
    }
    let generic = [
        "client error (Connect)",
        "tcp connect error",
        "error trying to connect",
    ];
    texts.retain(|text| !generic.contains(&text.as_str()));
    if texts.is_empty() {
        "the connection failed".to_owned()
    } else {
        texts.join(": ")
    }
}

/// The proxy that the environment names for a scheme, and the variable, without credentials.
fn proxy_in_use(scheme: &str) -> Option<String> {
    let names: &[&str] = match scheme {
        "https" => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    names.iter().find_map(|name| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        let address = value.rsplit('@').next().unwrap_or_default();
        Some(format!("`{name}` names the proxy {}", line(address)))
    })
}
