//! The embedded control plane: the Kortix API over local git repositories.
//!
//! Input are [`Options`] (repositories, a data folder, an address); output is a [`Server`] that
//! answers on loopback with the paths, fields and errors of the real control plane, boots an agent
//! for each session ([`agent`]) on a branch of its own, and keeps its state in SQLite. Every branch
//! lives in a mirror in the data folder; the user's repositories are only read, until a merge is
//! brought to one, and that never touches work that is not committed.
//!
//! Not for: what a client makes of the answers (`api`), or running agents elsewhere than here.

pub mod agent;

pub mod sample;

mod account;
mod changes;
mod clock;
mod error;
mod folder;
pub mod git;
mod identity;
mod manifest;
mod passes;
mod plane;
mod project;
mod routes;
mod sessions;
mod store;
mod token;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use error::StartError;
pub use identity::FINGERPRINT;
pub use project::ServedProject;
pub use token::Token;

use crate::local::{
    account::Account, folder::DataFolder, git::Git, plane::Plane, project::Project,
    sessions::Sandboxes, store::Store,
};

/// How long a shutdown waits for requests that are still being answered.
const DRAIN: Duration = Duration::from_secs(5);

/// How long a shutdown waits for agents to end and their work to be kept.
const REST: Duration = Duration::from_secs(30);

/// What a control plane is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The repositories to serve, one project each: a work tree, a folder in one, or a bare one.
    pub repositories: Vec<PathBuf>,
    /// Where state, mirrors and sandboxes are kept; made when missing, used by one server at a time.
    pub data_dir: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether an address other than loopback is allowed.
    pub allow_remote: bool,
    /// The token that requests must carry; a random one when absent.
    pub token: Option<String>,
    /// How many sessions may be live at once.
    pub max_sessions: usize,
    /// After how long without requests an idle agent is stopped; never when absent.
    pub idle_stop: Option<Duration>,
    /// Which agent answers in sessions.
    pub agent: agent::AgentOptions,
    /// Whether the sample project is served too.
    pub sample: bool,
}

/// A running control plane; [`Server::shutdown`] ends it in order.
#[derive(Debug)]
pub struct Server {
    plane: Arc<Plane>,
    served: Vec<ServedProject>,
    url: String,
    closing: CancellationToken,
    listener: JoinHandle<()>,
}

impl Server {
    /// Opens the data folder, repairs what a crash left, copies the repositories and listens.
    ///
    /// Nothing is left half made when it fails: a new mirror appears whole or not at all.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let git = Git::find().ok_or(StartError::NoGit)?;
        if !options.listen.ip().is_loopback() && !options.allow_remote {
            return Err(StartError::NotLoopback {
                address: options.listen,
            });
        }
        let listener = bind(options.listen).await?;
        let address = listener.local_addr().map_err(|source| StartError::Listen {
            address: options.listen,
            source,
        })?;
        let folder = DataFolder::open(&options.data_dir).await?;
        let store = Store::open(&folder.database())?;
        let account = Account::load(&store).await?;
        sessions::repair(&store, &folder, &git).await?;
        let repositories = repositories(&options, &folder).await?;
        let mut projects = Vec::with_capacity(repositories.len());
        for repository in &repositories {
            let project = Project::adopt(&store, &folder, &git, repository).await?;
            if !projects
                .iter()
                .any(|known: &Project| known.id == project.id)
            {
                projects.push(project);
            }
        }
        let url = format!("http://{}", reachable(address));
        let served = projects.iter().map(Project::served).collect();
        let closing = CancellationToken::new();
        let plane = Arc::new(Plane {
            token: Token::given_or_random(options.token.as_deref()),
            account,
            projects: projects.into_iter().map(Arc::new).collect(),
            sandboxes: Sandboxes::new(closing.clone()),
            passes: passes::Passes::default(),
            merges: TaskTracker::new(),
            http: plane::loopback_client()?,
            url: url.clone(),
            started: clock::now(),
            allow_remote: options.allow_remote,
            max_sessions: options.max_sessions,
            idle_stop: options.idle_stop,
            agent: options.agent,
            store,
            folder,
            git,
        });
        let router = routes::router(Arc::clone(&plane));
        let listener = tokio::spawn(serve(listener, router, closing.clone()));
        Ok(Self {
            plane,
            served,
            url,
            closing,
            listener,
        })
    }

    /// Where it answers, for example `http://127.0.0.1:41234`, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The token that requests must carry.
    pub fn token(&self) -> &Token {
        &self.plane.token
    }

    /// The projects it serves, in the order they were named.
    pub fn projects(&self) -> &[ServedProject] {
        &self.served
    }

    /// Keeps the committed work of running sessions, ends their agents, and stops listening.
    ///
    /// The sessions are `stopped` afterwards and can be started again by the next server.
    pub async fn shutdown(mut self) {
        self.closing.cancel();
        if tokio::time::timeout(REST, self.plane.sandboxes.rest())
            .await
            .is_err()
        {
            tracing::warn!("some sessions did not end in time; the next start repairs them");
        }
        self.plane.merges.close();
        if tokio::time::timeout(REST, self.plane.merges.wait())
            .await
            .is_err()
        {
            tracing::warn!("a merge did not end in time");
        }
        if tokio::time::timeout(DRAIN, &mut self.listener)
            .await
            .is_err()
        {
            self.listener.abort();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Without `shutdown` this is a crash on purpose or by panic: nothing may keep running.
        self.closing.cancel();
        self.listener.abort();
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => StartError::AddressInUse { address },
            _ => StartError::Listen { address, source },
        })
}

/// An address that a client on this machine can connect to.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The named repositories, and the sample where it is asked for.
async fn repositories(options: &Options, folder: &DataFolder) -> Result<Vec<PathBuf>, StartError> {
    let mut repositories = options.repositories.clone();
    if options.sample {
        let place = folder.sample();
        let made = tokio::task::spawn_blocking(move || sample::create(&place)).await;
        // The task only fails to end when the runtime is being shut down.
        let made = made.map_err(|_| store::Error::Ending)?;
        repositories.push(made.map_err(|source| StartError::Sample { source })?);
    }
    Ok(repositories)
}

async fn serve(listener: TcpListener, router: axum::Router, closing: CancellationToken) {
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(closing.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the control plane stopped listening");
    }
}
