//! Why a control plane could not be started, each with a way out.

use std::{io, net::SocketAddr, path::PathBuf};

use crate::local::{git, sample, store};

/// Why a control plane could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no `git` on the `PATH`.
    #[error("cannot find the program `git`")]
    NoGit,
    /// The path is not in a git repository.
    #[error("`{}` is not a git repository", path.display())]
    NotARepository {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The repository has no commit yet.
    #[error("the repository `{}` has no commits", path.display())]
    NoCommits {
        /// The repository.
        path: PathBuf,
    },
    /// Git could not read or copy the repository.
    #[error("cannot copy the repository `{}`", path.display())]
    Repository {
        /// The repository.
        path: PathBuf,
        /// What git said.
        #[source]
        source: git::Error,
    },
    /// The data folder cannot be made or written.
    #[error("cannot use the data folder `{}`", path.display())]
    DataFolder {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another server uses the data folder.
    #[error("another server is using the data folder `{}`", path.display())]
    DataFolderInUse {
        /// The folder.
        path: PathBuf,
    },
    /// The database was written by a newer version.
    #[error("the data folder was written by a newer version (schema {found}, known {known})")]
    StoreTooNew {
        /// The database's schema.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// The database cannot be opened or read.
    #[error("cannot open the database")]
    Store {
        /// What the database said.
        #[source]
        source: store::Error,
    },
    /// Somebody else listens there.
    #[error("the address {address} is in use")]
    AddressInUse {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The address can be reached from other machines.
    #[error("{address} can be reached from other machines")]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The sample project cannot be made.
    #[error("cannot make the sample project")]
    Sample {
        /// What was in the way.
        #[source]
        source: sample::SampleError,
    },
    /// The HTTP client for agents cannot be made.
    #[error("cannot prepare connections to agents")]
    Client {
        /// What the client said.
        #[source]
        source: reqwest::Error,
    },
}

impl StartError {
    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoGit => "install git 2.41 or newer and check `PATH`",
            Self::NotARepository { .. } => {
                "name a folder of a git repository, run `git init` there, or use `--sample`"
            }
            Self::NoCommits { .. } => "make a first commit, or use `--sample`",
            Self::Repository { .. } => {
                "check that the repository can be read with `git fsck` and that it belongs to you"
            }
            Self::DataFolder { .. } => {
                "name a folder that you can write with `--data-dir`, and check the free space"
            }
            Self::DataFolderInUse { .. } => {
                "end the other server, connect to it, or name another folder with `--data-dir`"
            }
            Self::StoreTooNew { .. } => {
                "update this program, or name another folder with `--data-dir`"
            }
            Self::Store { .. } => {
                "move the damaged `control.db` away, or name another folder with `--data-dir`"
            }
            Self::AddressInUse { .. } => {
                "choose another port with `--listen`; port 0 takes a free one"
            }
            Self::Listen { .. } => "choose an address of this machine with `--listen`",
            Self::NotLoopback { .. } => {
                "use a loopback address, or add `--allow-remote` on a network that you trust"
            }
            Self::Sample { .. } => {
                "name a repository of your own, or another folder with `--data-dir`"
            }
            Self::Client { .. } => "check the certificates of this machine",
        }
    }
}

impl From<store::Error> for StartError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::TooNew { found, known } => Self::StoreTooNew { found, known },
            source => Self::Store { source },
        }
    }
}
