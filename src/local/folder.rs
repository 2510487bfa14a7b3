//! The data folder: what lies where, who may read it, and that one server uses it at a time.
//!
//! ```text
//! lock           held by the running server
//! control.db     projects, sessions, builds, change requests
//! mirrors/       one bare repository for each project
//! sandboxes/     one folder for each running session, thrown away with it
//! rescued/       sandboxes whose committed work could not be copied into the mirror
//! agents/        what an agent keeps between two boots, thrown away with the session
//! sample/        the sample project
//! ```

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::Instant;

use crate::{local::StartError, model::time::Millis};

/// How long a lock that somebody holds is tried again.
const PATIENCE: Duration = Duration::from_millis(600);

/// The data folder, locked for as long as this lives.
#[derive(Debug)]
pub struct DataFolder {
    root: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder where it is missing, private to its owner, and locks it.
    pub async fn open(path: &Path) -> Result<Self, StartError> {
        let refused = |path: &Path| {
            let path = path.to_owned();
            move |source| StartError::DataFolder { path, source }
        };
        make_private(path).map_err(refused(path))?;
        let root = fs::canonicalize(path).map_err(refused(path))?;
        let lock = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(root.join("lock"))
            .map_err(refused(path))?;
        match hold(&lock).await {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StartError::DataFolderInUse { path: root });
            }
            Err(TryLockError::Error(source)) => return Err(refused(&root)(source)),
        }
        for name in ["mirrors", "sandboxes", "agents"] {
            let folder = root.join(name);
            make_private(&folder).map_err(refused(&folder))?;
        }
        Ok(Self { root, _lock: lock })
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.root.join("control.db")
    }

    /// The folder of all bare repositories.
    pub fn mirrors(&self) -> PathBuf {
        self.root.join("mirrors")
    }

    /// The bare repository of a project.
    pub fn mirror(&self, project: &str) -> PathBuf {
        self.mirrors().join(format!("{project}.git"))
    }

    /// The folder of all sandboxes.
    pub fn sandboxes(&self) -> PathBuf {
        self.root.join("sandboxes")
    }

    /// The folder of a session's sandbox.
    pub fn sandbox(&self, session: &str) -> PathBuf {
        self.sandboxes().join(session)
    }

    /// The work tree in a session's sandbox.
    pub fn workspace(&self, session: &str) -> PathBuf {
        self.sandbox(session).join("workspace")
    }

    /// What a session's agent keeps between two boots.
    pub fn agent_state(&self, session: &str) -> PathBuf {
        self.root.join("agents").join(session)
    }

    /// Moves a sandbox whose work could not be kept out of the way of the next one.
    pub fn rescue(&self, session: &str, now: Millis) -> io::Result<PathBuf> {
        let rescued = self.root.join("rescued");
        make_private(&rescued)?;
        let place = rescued.join(format!("{session}-{}", now.0));
        fs::rename(self.sandbox(session), &place)?;
        Ok(place)
    }

    /// The sample project.
    pub fn sample(&self) -> PathBuf {
        self.root.join("sample")
    }
}

/// Takes the lock, patiently: a child that was just forked shares it until it runs its program.
async fn hold(lock: &File) -> Result<(), TryLockError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                tokio::time::sleep(PATIENCE / 20).await;
            }
            outcome => return outcome,
        }
    }
}

/// Makes a folder and its parents, readable by the owner only.
pub fn make_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Removes a folder with all that is in it; a missing one is fine.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}
