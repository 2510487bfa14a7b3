//! Rows of builds: one for the first use of each snapshot identity in a project.

use rusqlite::{Row, params};
use uuid::Uuid;

use crate::{
    image::identity::Identity,
    local::store::{Error, Store},
    model::time::Millis,
};

/// A build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildRow {
    /// Its id, a UUID.
    pub build_id: String,
    /// The template's slug.
    pub slug: String,
    /// The snapshot's name.
    pub snapshot_name: String,
    /// The snapshot's identity.
    pub content_hash: String,
    /// What asked for it.
    pub source: String,
    /// When it started.
    pub started_at: Millis,
    /// When it ended.
    pub finished_at: Millis,
}

impl BuildRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            build_id: row.get("build_id")?,
            slug: row.get("slug")?,
            snapshot_name: row.get("snapshot_name")?,
            content_hash: row.get("content_hash")?,
            source: row.get("source")?,
            started_at: Millis(row.get("started_at")?),
            finished_at: Millis(row.get("finished_at")?),
        })
    }

    /// A build that a session's start made.
    pub fn of_session_start(
        slug: &str,
        identity: &Identity,
        started_at: Millis,
        finished_at: Millis,
    ) -> Self {
        Self {
            build_id: Uuid::new_v4().hyphenated().to_string(),
            slug: slug.to_owned(),
            snapshot_name: identity.snapshot_name.clone(),
            content_hash: identity.content_hash.clone(),
            source: "session-start".to_owned(),
            started_at,
            finished_at,
        }
    }
}

impl Store {
    /// Keeps a build unless the project already has one of the same identity.
    pub async fn note_build(&self, project: String, build: BuildRow) -> Result<(), Error> {
        self.run(move |connection| {
            connection.execute(
                "INSERT INTO builds (build_id, project_id, slug, snapshot_name, content_hash, source, started_at, finished_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
                params![
                    build.build_id,
                    project,
                    build.slug,
                    build.snapshot_name,
                    build.content_hash,
                    build.source,
                    build.started_at.0,
                    build.finished_at.0
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// The builds of a project, the newest first.
    pub async fn builds(&self, project: String) -> Result<Vec<BuildRow>, Error> {
        self.run(move |connection| {
            connection
                .prepare_cached(
                    "SELECT * FROM builds WHERE project_id = ?1 ORDER BY started_at DESC, rowid DESC",
                )?
                .query_map([project], BuildRow::read)?
                .collect()
        })
        .await
    }
}
