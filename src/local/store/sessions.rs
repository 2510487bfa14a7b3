//! Rows of sessions and every change that is made to them.
//!
//! `updated_at` moves when something happened to the session, never by a read or a synced title.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::{
    local::store::{Error, Store},
    model::{session::SessionStatus, time::Millis},
};

/// A session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRow {
    /// Its id, a lowercase UUID; also the name of its branch.
    pub id: String,
    /// Its project.
    pub project_id: String,
    /// The branch it started from.
    pub base_ref: String,
    /// The agent it asks for.
    pub agent_name: String,
    /// The model it asks for, as `provider/model`.
    pub model: Option<String>,
    /// The template it asks for, by slug.
    pub template: Option<String>,
    /// The first prompt.
    pub initial_prompt: Option<String>,
    /// The automatic title.
    pub title: Option<String>,
    /// The name that a person gave it.
    pub custom_name: Option<String>,
    /// Its state.
    pub status: SessionStatus,
    /// Why it failed.
    pub error: Option<String>,
    /// Further facts: a JSON object.
    pub metadata: String,
    /// The agent's sessions as last asked: a JSON array.
    pub agent_sessions: String,
    /// The agent's root session, once there was one.
    pub root_session: Option<String>,
    /// The proxy's name of its last sandbox.
    pub external_id: Option<String>,
    /// The state of its last sandbox: `provisioning`, `active`, `stopped`, `error`, `archived`.
    pub sandbox_status: Option<String>,
    /// When its last sandbox was made.
    pub sandbox_since: Option<Millis>,
    /// The process group of its agent, while one may run.
    pub process_group: Option<u32>,
    /// The snapshot it booted from.
    pub snapshot_name: Option<String>,
    /// That snapshot's identity.
    pub content_hash: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// When something last happened to it.
    pub updated_at: Millis,
    /// When it was deleted.
    pub deleted_at: Option<Millis>,
}

impl SessionRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("session_id")?,
            project_id: row.get("project_id")?,
            base_ref: row.get("base_ref")?,
            agent_name: row.get("agent_name")?,
            model: row.get("model")?,
            template: row.get("template")?,
            initial_prompt: row.get("initial_prompt")?,
            title: row.get("title")?,
            custom_name: row.get("custom_name")?,
            status: row.get::<_, String>("status")?.into(),
            error: row.get("error")?,
            metadata: row.get("metadata")?,
            agent_sessions: row.get("agent_sessions")?,
            root_session: row.get("root_session")?,
            external_id: row.get("external_id")?,
            sandbox_status: row.get("sandbox_status")?,
            sandbox_since: row.get::<_, Option<i64>>("sandbox_since")?.map(Millis),
            process_group: row.get("process_group")?,
            snapshot_name: row.get("snapshot_name")?,
            content_hash: row.get("content_hash")?,
            created_at: Millis(row.get("created_at")?),
            updated_at: Millis(row.get("updated_at")?),
            deleted_at: row.get::<_, Option<i64>>("deleted_at")?.map(Millis),
        })
    }
}

/// A session to be made.
#[derive(Debug, Clone)]
pub struct NewRow {
    /// Its id, a lowercase UUID.
    pub id: String,
    /// Its project.
    pub project_id: String,
    /// The branch it starts from.
    pub base_ref: String,
    /// The agent it asks for.
    pub agent_name: String,
    /// The model it asks for.
    pub model: Option<String>,
    /// The template it asks for.
    pub template: Option<String>,
    /// The first prompt.
    pub initial_prompt: Option<String>,
    /// The first title.
    pub title: Option<String>,
    /// Further facts: a JSON object.
    pub metadata: String,
    /// The caller's key against making it twice.
    pub key: Option<String>,
    /// The present moment.
    pub now: Millis,
}

/// What became of a session to be made.
#[derive(Debug)]
pub enum Insertion {
    /// It was made.
    Made(Box<SessionRow>),
    /// The key was used before; this is the session that was made then.
    Repeated(Box<SessionRow>),
    /// The id is taken.
    Taken,
    /// Too many sessions are live.
    Full {
        /// How many.
        active: usize,
    },
}

/// Whether a session may be live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is `provisioning` now, or was live already.
    Admitted,
    /// Too many others are live.
    Full {
        /// How many.
        active: usize,
    },
}

/// A sandbox that a session booted in.
#[derive(Debug, Clone)]
pub struct Sandbox {
    /// The proxy's name of it.
    pub external_id: String,
    /// The agent's root session.
    pub root_session: String,
    /// The agent's process group.
    pub process_group: Option<u32>,
    /// The snapshot's name.
    pub snapshot_name: String,
    /// The snapshot's identity.
    pub content_hash: String,
}

/// What an agent says about its sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// The root session's title, when it has one worth showing.
    pub title: Option<String>,
    /// The root session.
    pub root_session: String,
    /// All of them: a JSON array.
    pub agent_sessions: String,
}

const LIVE: &str = "status IN ('queued', 'branching', 'provisioning', 'running')";

fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<SessionRow>> {
    connection
        .prepare_cached("SELECT * FROM sessions WHERE session_id = ?1")?
        .query_row([id], SessionRow::read)
        .optional()
}

fn live_but(connection: &Connection, id: &str) -> rusqlite::Result<usize> {
    let count: i64 = connection.query_row(
        &format!("SELECT count(*) FROM sessions WHERE {LIVE} AND session_id <> ?1"),
        [id],
        |row| row.get(0),
    )?;
    Ok(usize::try_from(count).unwrap_or(0))
}

impl Store {
    /// Makes a session unless its key was used, its id is taken, or `limit` sessions are live.
    pub async fn insert_session(&self, new: NewRow, limit: usize) -> Result<Insertion, Error> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let outcome = insert(&transaction, &new, limit)?;
            transaction.commit()?;
            Ok(outcome)
        })
        .await
    }

    /// A session of a project, deleted ones too.
    pub async fn session(&self, project: String, id: String) -> Result<Option<SessionRow>, Error> {
        self.run(move |connection| find(connection, &id))
            .await
            .map(|row| row.filter(|row| row.project_id == project))
    }

    /// The sessions of a project that are not deleted, the last changed first.
    pub async fn sessions(&self, project: String) -> Result<Vec<SessionRow>, Error> {
        self.run(move |connection| {
            connection
                .prepare_cached(
                    "SELECT * FROM sessions WHERE project_id = ?1 AND deleted_at IS NULL
                     ORDER BY updated_at DESC, created_at DESC, session_id",
                )?
                .query_map([project], SessionRow::read)?
                .collect()
        })
        .await
    }

    /// Sessions of all projects whose sandbox or agent may still exist.
    pub async fn unfinished(&self) -> Result<Vec<SessionRow>, Error> {
        self.run(move |connection| {
            connection
                .prepare(&format!(
                    "SELECT * FROM sessions WHERE {LIVE} OR process_group IS NOT NULL
                     OR sandbox_status IN ('provisioning', 'active')"
                ))?
                .query_map([], SessionRow::read)?
                .collect()
        })
        .await
    }

    /// The project of a session.
    pub async fn project_of_session(&self, id: String) -> Result<Option<String>, Error> {
        self.run(move |connection| Ok(find(connection, &id)?.map(|row| row.project_id)))
            .await
    }

    /// The session that the proxy knows by a name.
    pub async fn by_external_id(&self, external_id: String) -> Result<Option<SessionRow>, Error> {
        self.run(move |connection| {
            connection
                .prepare_cached("SELECT * FROM sessions WHERE external_id = ?1")?
                .query_row([external_id], SessionRow::read)
                .optional()
        })
        .await
    }

    /// How many sessions are live.
    pub async fn live(&self) -> Result<usize, Error> {
        self.run(|connection| live_but(connection, "")).await
    }

    /// Makes a session live again unless `limit` others are.
    pub async fn admit(&self, id: String, limit: usize, now: Millis) -> Result<Admission, Error> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let active = live_but(&transaction, &id)?;
            if active >= limit {
                return Ok(Admission::Full { active });
            }
            transaction.execute(
                "UPDATE sessions SET status = 'provisioning', error = NULL, sandbox_status = NULL,
                 updated_at = ?2 WHERE session_id = ?1 AND deleted_at IS NULL",
                params![id, now.0],
            )?;
            transaction.commit()?;
            Ok(Admission::Admitted)
        })
        .await
    }

    /// Notes that a sandbox is being made under a new name, unless its boot was given up meanwhile.
    pub async fn booting(&self, id: String, external_id: String, now: Millis) -> Result<(), Error> {
        self.change(
            "UPDATE sessions SET external_id = ?2, sandbox_status = 'provisioning', sandbox_since = ?3
             WHERE session_id = ?1 AND status = 'provisioning'",
            (id, external_id, now.0),
        )
        .await
    }

    /// Notes that a session's agent answers.
    pub async fn running(&self, id: String, sandbox: Sandbox, now: Millis) -> Result<(), Error> {
        self.change(
            "UPDATE sessions SET status = 'running', error = NULL, sandbox_status = 'active',
             external_id = ?2, root_session = ?3, process_group = ?4, snapshot_name = ?5,
             content_hash = ?6, updated_at = ?7,
             metadata = json_set(metadata, '$.remote_branch', json_object('branch', session_id,
                 'status', 'ready', 'updated_at', ?8))
             WHERE session_id = ?1",
            (
                id,
                sandbox.external_id,
                sandbox.root_session,
                sandbox.process_group,
                sandbox.snapshot_name,
                sandbox.content_hash,
                now.0,
                now.to_rfc3339(),
            ),
        )
        .await
    }

    /// Notes that a session's sandbox is gone, with further facts as a JSON object.
    pub async fn stopped(&self, id: String, facts: String, now: Millis) -> Result<(), Error> {
        self.change(
            "UPDATE sessions SET status = 'stopped', sandbox_status = 'stopped', process_group = NULL,
             metadata = json_patch(metadata, ?2), updated_at = ?3 WHERE session_id = ?1",
            (id, facts, now.0),
        )
        .await
    }

    /// Notes that a session could not be started or ended by itself.
    pub async fn failed(
        &self,
        id: String,
        error: String,
        facts: String,
        now: Millis,
    ) -> Result<(), Error> {
        self.change(
            "UPDATE sessions SET status = 'failed', error = ?2, sandbox_status = 'error',
             process_group = NULL, metadata = json_patch(metadata, ?3), updated_at = ?4
             WHERE session_id = ?1",
            (id, error, facts, now.0),
        )
        .await
    }

    /// Gives a session a name, or takes it away.
    pub async fn rename(&self, id: String, name: Option<String>, now: Millis) -> Result<(), Error> {
        self.change(
            "UPDATE sessions SET custom_name = ?2, updated_at = ?3 WHERE session_id = ?1",
            (id, name, now.0),
        )
        .await
    }

    /// Merges a JSON object into a session's facts.
    pub async fn annotate(&self, id: String, facts: String, now: Millis) -> Result<(), Error> {
        self.change(
            "UPDATE sessions SET metadata = json_patch(metadata, ?2), updated_at = ?3
             WHERE session_id = ?1",
            (id, facts, now.0),
        )
        .await
    }

    /// Deletes a session; its row stays for those who know its id.
    pub async fn delete(&self, id: String, now: Millis) -> Result<(), Error> {
        self.change(
            "UPDATE sessions SET status = 'stopped', sandbox_status = 'archived', process_group = NULL,
             deleted_at = coalesce(deleted_at, ?2), updated_at = ?2 WHERE session_id = ?1",
            (id, now.0),
        )
        .await
    }

    /// Keeps what the agent says; `updated_at` stays.
    pub async fn synced(&self, id: String, synced: Synced) -> Result<(), Error> {
        self.change(
            "UPDATE sessions SET title = coalesce(?2, title), root_session = ?3, agent_sessions = ?4
             WHERE session_id = ?1",
            (id, synced.title, synced.root_session, synced.agent_sessions),
        )
        .await
    }

    async fn change(
        &self,
        sql: &'static str,
        values: impl rusqlite::Params + Send + 'static,
    ) -> Result<(), Error> {
        self.run(move |connection| connection.prepare_cached(sql)?.execute(values).map(drop))
            .await
    }
}

fn insert(
    transaction: &Transaction<'_>,
    new: &NewRow,
    limit: usize,
) -> rusqlite::Result<Insertion> {
    if let Some(key) = &new.key {
        let earlier: Option<String> = transaction
            .query_row(
                "SELECT session_id FROM idempotency WHERE key = ?1",
                [key],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(row) = earlier
            .map(|id| find(transaction, &id))
            .transpose()?
            .flatten()
        {
            return Ok(Insertion::Repeated(Box::new(row)));
        }
    }
    let active = live_but(transaction, "")?;
    if active >= limit {
        return Ok(Insertion::Full { active });
    }
    if find(transaction, &new.id)?.is_some() {
        return Ok(Insertion::Taken);
    }
    transaction.execute(
        "INSERT INTO sessions (session_id, project_id, base_ref, agent_name, model, template,
         initial_prompt, title, status, metadata, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'provisioning', ?9, ?10, ?10)",
        params![
            new.id,
            new.project_id,
            new.base_ref,
            new.agent_name,
            new.model,
            new.template,
            new.initial_prompt,
            new.title,
            new.metadata,
            new.now.0
        ],
    )?;
    if let Some(key) = &new.key {
        transaction.execute(
            "INSERT INTO idempotency (key, session_id) VALUES (?1, ?2)",
            params![key, new.id],
        )?;
    }
    let row = find(transaction, &new.id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(Insertion::Made(Box::new(row)))
}
