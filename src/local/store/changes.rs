//! Rows of change requests and every change that is made to them.
//!
//! A number is taken from its project's counter in the transaction that makes the row, so numbers
//! follow each other without gaps, however many are opened at once, and none is given twice.

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use uuid::Uuid;

use crate::{
    local::store::{Error, Store},
    model::time::Millis,
};

/// Whether a change request can be merged, was, or was put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeStatus {
    /// It can be merged.
    Open,
    /// It was merged, for good.
    Merged,
    /// It was put aside, and can be opened again.
    Closed,
}

impl ChangeStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Merged, Self::Closed];

    /// The word on the wire and in the rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Closed => "closed",
        }
    }

    /// The status of a word, whatever its case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(word))
    }
}

/// The commits of the two branches of a change request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tips {
    /// Of the branch that is merged into.
    pub base: String,
    /// Of the branch that is merged.
    pub head: String,
}

/// A change request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its id, a UUID.
    pub id: String,
    /// Its project.
    pub project_id: String,
    /// Its number in the project, from 1.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// What was done; may be empty.
    pub description: String,
    /// The branch that is merged into.
    pub base_ref: String,
    /// The branch that is merged.
    pub head_ref: String,
    /// Its state.
    pub status: ChangeStatus,
    /// The commits as they were last seen, or as they were when it was merged.
    pub tips: Tips,
    /// What the base moved to when it was merged.
    pub merge_commit: Option<String>,
    /// The session it came from.
    pub origin_session: Option<String>,
    /// Further facts: a JSON object.
    pub metadata: String,
    /// When it was opened.
    pub created_at: Millis,
    /// When something last happened to it.
    pub updated_at: Millis,
    /// When it was merged.
    pub merged_at: Option<Millis>,
    /// When it was closed.
    pub closed_at: Option<Millis>,
}

impl ChangeRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let status: String = row.get("status")?;
        Ok(Self {
            id: row.get("cr_id")?,
            project_id: row.get("project_id")?,
            number: row.get("number")?,
            title: row.get("title")?,
            description: row.get("description")?,
            base_ref: row.get("base_ref")?,
            head_ref: row.get("head_ref")?,
            // The table holds no other word.
            status: ChangeStatus::parse(&status).unwrap_or(ChangeStatus::Closed),
            tips: Tips {
                base: row.get("base_commit")?,
                head: row.get("head_commit")?,
            },
            merge_commit: row.get("merge_commit")?,
            origin_session: row.get("origin_session")?,
            metadata: row.get("metadata")?,
            created_at: Millis(row.get("created_at")?),
            updated_at: Millis(row.get("updated_at")?),
            merged_at: row.get::<_, Option<i64>>("merged_at")?.map(Millis),
            closed_at: row.get::<_, Option<i64>>("closed_at")?.map(Millis),
        })
    }
}

/// A change request after somebody tried to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    /// As it is now.
    pub row: ChangeRow,
    /// Whether its state allowed the change.
    pub is_applied: bool,
}

/// A change request to be opened.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// Its project.
    pub project_id: String,
    /// Its title.
    pub title: String,
    /// What was done.
    pub description: String,
    /// The branch that is merged into.
    pub base_ref: String,
    /// The branch that is merged.
    pub head_ref: String,
    /// Their commits.
    pub tips: Tips,
    /// The session it came from; one that the project does not have is left out.
    pub origin_session: Option<String>,
    /// The present moment.
    pub now: Millis,
}

fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<ChangeRow>> {
    connection
        .prepare_cached("SELECT * FROM change_requests WHERE cr_id = ?1")?
        .query_row([id], ChangeRow::read)
        .optional()
}

fn insert(connection: &Connection, new: &NewChange) -> rusqlite::Result<ChangeRow> {
    let number: i64 = connection.query_row(
        "UPDATE projects SET last_change = last_change + 1 WHERE project_id = ?1
         RETURNING last_change",
        [&new.project_id],
        |row| row.get(0),
    )?;
    let id = Uuid::new_v4().hyphenated().to_string();
    connection.execute(
        "INSERT INTO change_requests (cr_id, project_id, number, title, description, base_ref,
         head_ref, status, base_commit, head_commit, origin_session, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open', ?8, ?9,
         (SELECT session_id FROM sessions WHERE session_id = ?10 AND project_id = ?2), ?11, ?11)",
        params![
            id,
            new.project_id,
            number,
            new.title,
            new.description,
            new.base_ref,
            new.head_ref,
            new.tips.base,
            new.tips.head,
            new.origin_session,
            new.now.0
        ],
    )?;
    find(connection, &id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

impl Store {
    /// Opens a change request under the next number of its project.
    pub async fn open_change(&self, new: NewChange) -> Result<ChangeRow, Error> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let row = insert(&transaction, &new)?;
            transaction.commit()?;
            Ok(row)
        })
        .await
    }

    /// The change requests of a project, the newest first; those of one status, or all.
    pub async fn changes(
        &self,
        project: String,
        status: Option<ChangeStatus>,
    ) -> Result<Vec<ChangeRow>, Error> {
        self.run(move |connection| {
            connection
                .prepare_cached(
                    "SELECT * FROM change_requests WHERE project_id = ?1
                     AND (?2 IS NULL OR status = ?2) ORDER BY number DESC",
                )?
                .query_map(
                    params![project, status.map(ChangeStatus::as_str)],
                    ChangeRow::read,
                )?
                .collect()
        })
        .await
    }

    /// The change request of a project that a path names, by its id in any case or by its number.
    pub async fn change_named(
        &self,
        project: String,
        name: String,
    ) -> Result<Option<ChangeRow>, Error> {
        self.run(move |connection| {
            connection
                .prepare_cached(
                    "SELECT * FROM change_requests WHERE project_id = ?1
                     AND (cr_id = lower(?2) OR number = ?3)",
                )?
                .query_row(
                    params![project, name, name.parse::<i64>().ok()],
                    ChangeRow::read,
                )
                .optional()
        })
        .await
    }

    /// Gives an open change request another title or description, whichever is given.
    pub async fn edit_change(
        &self,
        id: String,
        title: Option<String>,
        description: Option<String>,
        now: Millis,
    ) -> Result<Option<Altered>, Error> {
        self.alter_change(
            "UPDATE change_requests SET title = coalesce(?2, title),
             description = coalesce(?3, description), updated_at = ?4
             WHERE cr_id = ?1 AND status = 'open'",
            (id.clone(), title, description, now.0),
            id,
        )
        .await
    }

    /// Closes a change request unless it was merged; an already closed one is closed anew.
    pub async fn close_change(&self, id: String, now: Millis) -> Result<Option<Altered>, Error> {
        self.alter_change(
            "UPDATE change_requests SET status = 'closed', closed_at = ?2, updated_at = ?2
             WHERE cr_id = ?1 AND status <> 'merged'",
            (id.clone(), now.0),
            id,
        )
        .await
    }

    /// Opens a closed change request again.
    pub async fn reopen_change(&self, id: String, now: Millis) -> Result<Option<Altered>, Error> {
        self.alter_change(
            "UPDATE change_requests SET status = 'open', closed_at = NULL, updated_at = ?2
             WHERE cr_id = ?1 AND status = 'closed'",
            (id.clone(), now.0),
            id,
        )
        .await
    }

    /// Notes where the branches of an open change request are now.
    pub async fn move_change(
        &self,
        id: String,
        tips: Tips,
        now: Millis,
    ) -> Result<Option<Altered>, Error> {
        self.alter_change(
            "UPDATE change_requests SET base_commit = ?2, head_commit = ?3, updated_at = ?4
             WHERE cr_id = ?1 AND status = 'open'",
            (id.clone(), tips.base, tips.head, now.0),
            id,
        )
        .await
    }

    /// Notes that a change request was merged, also when somebody closed it at the same moment:
    /// the branch has moved already.
    pub async fn merge_change(
        &self,
        id: String,
        before: Tips,
        merge_commit: String,
        now: Millis,
    ) -> Result<Option<Altered>, Error> {
        self.alter_change(
            "UPDATE change_requests SET status = 'merged', base_commit = ?2, head_commit = ?3,
             merge_commit = ?4, merged_at = ?5, closed_at = NULL, updated_at = ?5
             WHERE cr_id = ?1 AND status <> 'merged'",
            (id.clone(), before.base, before.head, merge_commit, now.0),
            id,
        )
        .await
    }

    /// Changes one row and gives it as it is then.
    async fn alter_change(
        &self,
        sql: &'static str,
        values: impl rusqlite::Params + Send + 'static,
        id: String,
    ) -> Result<Option<Altered>, Error> {
        self.run(move |connection| {
            let is_applied = connection.prepare_cached(sql)?.execute(values)? > 0;
            let row = find(connection, &id)?;
            Ok(row.map(|row| Altered { row, is_applied }))
        })
        .await
    }
}
