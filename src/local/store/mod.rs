//! Rows: projects, sessions, idempotency keys, builds and change requests, in one SQLite database.
//!
//! Write-ahead log with `synchronous=FULL`: what was acknowledged survives a `kill -9` and a power
//! cut. One connection behind a lock, used on blocking threads; every change is one transaction.
//!
//! Not for: what the rows mean over time (`sessions`) or how they look on the wire (`routes`).

mod builds;
mod changes;
mod schema;
mod sessions;

use std::{
    ffi::OsStr,
    fs::Permissions,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, params};

pub use builds::BuildRow;
pub use changes::{Altered, ChangeRow, ChangeStatus, NewChange, Tips};
pub use sessions::{Admission, Insertion, NewRow, Sandbox, SessionRow, Synced};

use crate::model::time::Millis;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused.
    #[error("the database refused")]
    Refused(#[from] rusqlite::Error),
    /// The file could not be made private.
    #[error("cannot make the database private")]
    File(#[source] std::io::Error),
    /// It was written by a newer version.
    #[error("the database has schema {found}, newer than {known}")]
    TooNew {
        /// Its schema.
        found: i64,
        /// The newest known one.
        known: i64,
    },
    /// The thread that worked on it was ended by the runtime's shutdown.
    #[error("the program is ending")]
    Ending,
}

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
}

/// A project's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRow {
    /// Its id, a UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was first served.
    pub created_at: Millis,
}

/// A project that is served for the first time.
#[derive(Debug)]
pub struct NewProject {
    /// Its id, a UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The repository's folder.
    pub repository: PathBuf,
    /// The present moment.
    pub now: Millis,
}

impl Store {
    /// Opens the database, or makes it, and brings it to the newest schema.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut connection = Connection::open(path)?;
        std::fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(Error::File)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        schema::migrate(&mut connection)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Runs one piece of work on a blocking thread.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let connection = Arc::clone(&self.connection);
        let task = tokio::task::spawn_blocking(move || {
            // A panic in other work rolled its transaction back, so the connection is sound.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        });
        task.await.map_err(|_| Error::Ending)?.map_err(Error::from)
    }

    /// A fact about the data folder; `fresh` is kept when there is none yet.
    pub async fn fact(&self, name: &'static str, fresh: String) -> Result<String, Error> {
        self.run(move |connection| {
            connection.execute(
                "INSERT INTO facts (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![name, fresh],
            )?;
            connection.query_row("SELECT value FROM facts WHERE name = ?1", [name], |row| {
                row.get(0)
            })
        })
        .await
    }

    /// The project of a repository's folder.
    pub async fn project_of(&self, repository: PathBuf) -> Result<Option<ProjectRow>, Error> {
        self.run(move |connection| find_project(connection, repository.as_os_str()))
            .await
    }

    /// Keeps a new project.
    pub async fn adopt_project(&self, new: NewProject) -> Result<ProjectRow, Error> {
        self.run(move |connection| {
            connection.execute(
                "INSERT INTO projects (project_id, name, repository, created_at) VALUES (?1, ?2, ?3, ?4)",
                params![new.id, new.name, new.repository.as_os_str().as_bytes(), new.now.0],
            )?;
            Ok(ProjectRow {
                id: new.id,
                name: new.name,
                created_at: new.now,
            })
        })
        .await
    }
}

fn find_project(
    connection: &Connection,
    repository: &OsStr,
) -> rusqlite::Result<Option<ProjectRow>> {
    connection
        .query_row(
            "SELECT project_id, name, created_at FROM projects WHERE repository = ?1",
            [repository.as_bytes()],
            |row| {
                Ok(ProjectRow {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    created_at: Millis(row.get(2)?),
                })
            },
        )
        .optional()
}
