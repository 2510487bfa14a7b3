//! The feed's task: find the sandbox, open the stream, attend to it, recover, again.

use std::{
    collections::{BTreeSet, VecDeque},
    pin::pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{
    select,
    sync::mpsc,
    time::{Instant, sleep},
};

use crate::{
    api::{
        Agent, Client, Error,
        feed::{
            FeedCommand, FeedOptions, FeedOutput, Pace, Wake,
            attend::Attendance,
            fetch::{self, Place, Wanted},
            outbox::{Outbox, Unheard},
            seen::Seen,
            stream::{EventStream, Refusal},
        },
        transport::jittered,
    },
    model::{
        agent::stream::{LinkState, Snapshot},
        id::{AgentSessionId, SessionKey},
        session::SandboxAddress,
        time::Millis,
    },
};

/// Requests for older messages that wait.
const OLDER: usize = 16;
/// Fetches without a stream after which the stream is tried again.
const POLLS: u32 = 20;
/// Tries after which waiting for a sandbox becomes slow.
const PATIENT_TRIES: u32 = 20;

pub(super) struct Feed {
    pub(super) client: Client,
    pub(super) key: SessionKey,
    pub(super) pace: Pace,
    pub(super) inbox: mpsc::Receiver<FeedCommand>,
    pub(super) outbox: Outbox,
    pub(super) seen: Seen,
    pub(super) watch: BTreeSet<AgentSessionId>,
    /// Requests for older messages: the session and the cursor.
    pub(super) older: VecDeque<(AgentSessionId, String)>,
    /// The agent's folder, once it is known.
    pub(super) directory: Option<String>,
    /// Since when no stream has been open; absent while there is one and before the first.
    pub(super) deaf_since: Option<Instant>,
    /// The age at which the last stream ended.
    pub(super) last_age: Option<Duration>,
    /// The shortest pause that the server asks for.
    pub(super) retry_floor: Duration,
    address: Option<SandboxAddress>,
    /// Whether the address may be of a sandbox that was replaced.
    is_doubtful: bool,
    wake: Wake,
    failures: u32,
    is_hurried: bool,
}

/// How one try ended.
#[derive(Debug)]
pub(super) enum Fate {
    /// The stream ended in order, at this age.
    Ended(Duration),
    /// It failed; `at_least` is how long the server asked to wait.
    Failed {
        reason: String,
        at_least: Duration,
        /// The age of the stream that broke; zero when there was none.
        age: Duration,
    },
    /// There is nothing to connect to yet.
    Waiting(String),
    /// It will not work again by itself.
    Closed(String),
}

impl Feed {
    pub(super) fn new(
        client: Client,
        key: SessionKey,
        options: FeedOptions,
        sender: mpsc::Sender<FeedOutput>,
        inbox: mpsc::Receiver<FeedCommand>,
    ) -> Self {
        let FeedOptions {
            address,
            wake,
            watch,
            pace,
        } = options;
        Self {
            client,
            outbox: Outbox::new(key.clone(), sender, pace.clone()),
            key,
            pace,
            inbox,
            seen: Seen::new(),
            watch,
            older: VecDeque::new(),
            directory: None,
            deaf_since: None,
            last_age: None,
            retry_floor: Duration::ZERO,
            is_doubtful: address.is_none(),
            address,
            wake,
            failures: 0,
            is_hurried: false,
        }
    }

    /// Runs until it is closed for good or nobody listens.
    pub(super) async fn run(mut self) {
        self.connecting("agent");
        loop {
            let fate = match self.once().await {
                Ok(fate) => fate,
                Err(Unheard) => return,
            };
            if let Fate::Closed(reason) = fate {
                self.outbox.set_link(LinkState::Closed { reason });
                self.outbox.drain().await;
                return;
            }
            if self.recover(fate).await.is_err() {
                return;
            }
        }
    }

    /// One try: from finding the sandbox to the end of its stream.
    async fn once(&mut self) -> Result<Fate, Unheard> {
        let agent = match self.find().await? {
            Ok(agent) => agent,
            Err(fate) => return Ok(fate),
        };
        let opening = EventStream::open(agent.clone(), self.pace.header_deadline);
        match self.during(opening).await? {
            Ok(stream) => Attendance::new(self, agent, stream).run().await,
            Err(Refusal::Failed(error)) => Ok(self.fate_of(error)),
            Err(Refusal::Nothing) => Ok(Fate::Closed("the server ended the stream".to_owned())),
            Err(Refusal::NotAStream(kind)) => {
                tracing::info!(kind, session = %self.key.session, "no event stream, fetching instead");
                self.poll(agent).await
            }
        }
    }

    /// The agent, or why there is none to speak to.
    async fn find(&mut self) -> Result<Result<Agent, Fate>, Unheard> {
        if self.is_doubtful || self.wake == Wake::Once {
            let (client, key) = (self.client.clone(), self.key.clone());
            let place = match self.wake {
                Wake::Once => self.during(fetch::wake(client, key)).await?,
                Wake::Never => {
                    let last = self.address.clone();
                    self.during(fetch::locate(client, key, last)).await?
                }
            };
            match place {
                Place::Found(address) => self.found(address),
                Place::NotYet(what) => return Ok(Err(Fate::Waiting(what))),
                Place::Gone(reason) => return Ok(Err(Fate::Closed(reason))),
                Place::Failed(error) => return Ok(Err(self.fate_of(error))),
            }
        }
        let Some(address) = self.address.clone() else {
            self.is_doubtful = true;
            return Ok(Err(Fate::Waiting("sandbox starts".to_owned())));
        };
        let agent = self.client.agent(address);
        let agent = agent.in_directory(self.directory.clone());
        let agent = agent.with_deadline(self.pace.fetch_deadline);
        Ok(Ok(agent.once_only()))
    }

    fn found(&mut self, address: SandboxAddress) {
        if self.address.as_ref().is_some_and(|known| *known != address) {
            // Another sandbox has other folders, and its streams end as they like.
            self.directory = None;
            self.last_age = None;
        }
        self.address = Some(address);
        self.is_doubtful = false;
        self.wake = Wake::Never;
    }

    /// Waits as long as an ended try asks for, telling what is being waited for.
    async fn recover(&mut self, fate: Fate) -> Result<(), Unheard> {
        let soon = self.pace.reconnect_soon.max(self.retry_floor);
        let pause = match fate {
            Fate::Ended(age) => {
                self.survived(age);
                self.failures += 1;
                match self.failures {
                    // The usual case with a proxy that ends streams: too short to be shown.
                    1 => soon.mul_f64(fastrand::f64()),
                    _ => {
                        let pause = self.backoff().max(soon);
                        self.reconnecting(pause, "the stream ended".to_owned());
                        pause
                    }
                }
            }
            Fate::Failed {
                reason,
                at_least,
                age,
            } => {
                self.survived(age);
                self.failures += 1;
                let pause = self.backoff().max(at_least).max(self.retry_floor);
                self.reconnecting(pause, reason);
                pause
            }
            Fate::Waiting(what) => {
                self.failures += 1;
                self.connecting(&what);
                let longest = match self.failures {
                    ..PATIENT_TRIES => self.pace.poll_every,
                    _ => self.pace.backoff_longest,
                };
                self.backoff().min(longest)
            }
            Fate::Closed(_) => Duration::ZERO,
        };
        self.pause(pause).await
    }

    /// A stream that lived long enough makes earlier failures history.
    fn survived(&mut self, age: Duration) {
        if age >= self.pace.healthy_after {
            self.failures = 0;
        }
    }

    fn backoff(&self) -> Duration {
        let doublings = self.failures.saturating_sub(1).min(16);
        let pause = self.pace.backoff_first.saturating_mul(1 << doublings);
        jittered(pause.min(self.pace.backoff_longest))
    }

    fn reconnecting(&mut self, pause: Duration, reason: String) {
        self.outbox.set_link(LinkState::Reconnecting {
            at: wall_clock().plus(pause),
            attempt: self.failures,
            reason,
        });
    }

    fn connecting(&mut self, what: &str) {
        let what = what.to_owned();
        self.outbox.set_link(LinkState::Connecting { what });
    }

    /// What a failure means for the next try.
    pub(super) fn fate_of(&mut self, error: Error) -> Fate {
        let mut at_least = Duration::ZERO;
        match &error {
            Error::Unauthorized { .. }
            | Error::Forbidden { .. }
            | Error::Payment { .. }
            | Error::LimitReached { .. }
            | Error::Proxy { .. } => return Fate::Closed(error.to_string()),
            Error::ServerIll {
                status: 503,
                message,
            } if message.contains("not ready") => {
                self.is_doubtful = true;
                return Fate::Waiting(message.clone());
            }
            Error::Unreachable { .. } | Error::TimedOut { .. } => {
                // A connection may fail once; then it is time to ask whether the sandbox moved.
                self.is_doubtful |= self.failures >= 1;
            }
            Error::RateLimited { retry_after, .. } => at_least = retry_after.unwrap_or_default(),
            Error::ServerIll { .. }
            | Error::NotFound { .. }
            | Error::MissingRoute { .. }
            | Error::NotTheApi { .. }
            | Error::Conflict { .. }
            | Error::MergeConflict { .. }
            | Error::Invalid { .. }
            | Error::TooLarge { .. }
            | Error::Malformed { .. } => self.is_doubtful = true,
        }
        Fate::Failed {
            reason: error.to_string(),
            at_least,
            age: Duration::ZERO,
        }
    }

    /// Fetches the state again and again, for servers without a stream.
    async fn poll(&mut self, agent: Agent) -> Result<Fate, Unheard> {
        self.deaf_since = None;
        for _ in 0..POLLS {
            let wanted = Wanted {
                lists: true,
                sessions: self.watch.clone(),
            };
            let fetching = fetch::snapshot(agent.clone(), wanted, self.pace.messages, None);
            let fetched = self.during(fetching).await?;
            if let (true, Some(error)) = (fetched.is_empty, fetched.failure) {
                return Ok(self.fate_of(error));
            }
            self.learn_directory(&fetched.snapshot);
            self.failures = 0;
            self.outbox.release(fetched.snapshot);
            self.outbox.set_link(LinkState::Polled);
            while let Some((session, before)) = self.older.pop_front() {
                let fetching = fetch::history(agent.clone(), session, before, self.pace.messages);
                if let Some(history) = self.during(fetching).await? {
                    self.outbox.push_history(history);
                }
            }
            self.pause(self.pace.poll_every).await?;
        }
        self.failures = 0;
        Ok(Fate::Ended(Duration::ZERO))
    }

    /// Remembers the folder in which the sessions work, for the next stream.
    pub(super) fn learn_directory(&mut self, snapshot: &Snapshot) {
        let sessions = snapshot.sessions.as_deref().unwrap_or_default();
        let watched = sessions.iter().find(|one| self.watch.contains(&one.id));
        let root = || sessions.iter().find(|one| one.parent_id.is_none());
        if let Some(session) = watched.or_else(root)
            && !session.directory.is_empty()
        {
            self.directory = Some(session.directory.clone());
        }
    }

    /// Takes note of a command that cannot be followed at once.
    pub(super) fn note(&mut self, command: FeedCommand) {
        match command {
            FeedCommand::LoadOlder { session, before } => {
                if self.older.len() < OLDER {
                    self.older.push_back((session, before));
                }
            }
            FeedCommand::Resync => self.is_hurried = true,
            FeedCommand::Watch(sessions) => self.watch = sessions,
        }
    }

    /// Waits for `work` while batches leave and commands are noted.
    async fn during<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Unheard> {
        let mut work = pin!(work);
        loop {
            select! {
                biased;
                sent = self.outbox.flush() => sent?,
                command = self.inbox.recv() => self.note(command.ok_or(Unheard)?),
                done = &mut work => return Ok(done),
            }
        }
    }

    /// Waits, unless somebody is in a hurry.
    async fn pause(&mut self, pause: Duration) -> Result<(), Unheard> {
        let mut over = pin!(sleep(pause));
        while !std::mem::take(&mut self.is_hurried) {
            select! {
                biased;
                sent = self.outbox.flush() => sent?,
                command = self.inbox.recv() => self.note(command.ok_or(Unheard)?),
                () = &mut over => break,
            }
        }
        Ok(())
    }
}

/// The time of day, for people.
pub(super) fn wall_clock() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Millis(since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }))
}
