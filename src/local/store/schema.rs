//! The database's schema and its versions; `user_version` counts the steps that were taken.

use rusqlite::Connection;

use crate::local::store::Error;

/// The steps from an empty database to the newest schema; never edit one that was released.
const STEPS: [&str; 2] = [
    r"
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE projects (
    project_id TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    repository BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    session_id     TEXT PRIMARY KEY,
    project_id     TEXT NOT NULL REFERENCES projects (project_id),
    base_ref       TEXT NOT NULL,
    agent_name     TEXT NOT NULL,
    model          TEXT,
    template       TEXT,
    initial_prompt TEXT,
    title          TEXT,
    custom_name    TEXT,
    status         TEXT NOT NULL,
    error          TEXT,
    metadata       TEXT NOT NULL,
    agent_sessions TEXT NOT NULL DEFAULT '[]',
    root_session   TEXT,
    external_id    TEXT UNIQUE,
    sandbox_status TEXT,
    sandbox_since  INTEGER,
    process_group  INTEGER,
    snapshot_name  TEXT,
    content_hash   TEXT,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    deleted_at     INTEGER
) STRICT;

CREATE INDEX sessions_of_project ON sessions (project_id, updated_at DESC);

CREATE TABLE idempotency (
    key        TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (session_id)
) STRICT;

CREATE TABLE builds (
    build_id      TEXT PRIMARY KEY,
    project_id    TEXT NOT NULL REFERENCES projects (project_id),
    slug          TEXT NOT NULL,
    snapshot_name TEXT NOT NULL,
    content_hash  TEXT NOT NULL,
    source        TEXT NOT NULL,
    started_at    INTEGER NOT NULL,
    finished_at   INTEGER NOT NULL,
    UNIQUE (project_id, content_hash)
) STRICT;
",
    // The last number given to a change request of a project: kept beside the rows, so that no
    // number is given twice whatever happens to a row.
    r"
ALTER TABLE projects ADD COLUMN last_change INTEGER NOT NULL DEFAULT 0;

CREATE TABLE change_requests (
    cr_id          TEXT PRIMARY KEY,
    project_id     TEXT NOT NULL REFERENCES projects (project_id),
    number         INTEGER NOT NULL,
    title          TEXT NOT NULL,
    description    TEXT NOT NULL,
    base_ref       TEXT NOT NULL,
    head_ref       TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('open', 'merged', 'closed')),
    base_commit    TEXT NOT NULL,
    head_commit    TEXT NOT NULL,
    merge_commit   TEXT,
    origin_session TEXT,
    metadata       TEXT NOT NULL DEFAULT '{}',
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    merged_at      INTEGER,
    closed_at      INTEGER,
    UNIQUE (project_id, number)
) STRICT;
",
];

/// Takes the steps that are missing, each in a transaction of its own.
pub fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let known = STEPS.len() as i64;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(Error::TooNew { found, known });
    }
    for (number, step) in (1..).zip(STEPS).skip_while(|(number, _)| *number <= found) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}
