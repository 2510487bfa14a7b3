//! Change requests: proposals to merge one branch of a project into another.
//!
//! Rows are in the store, commits in the project's mirror. Every look at the branches begins with
//! fresh ones: the user's repository is read again, and what a running session has committed is
//! brought in. [`merge`] merges;
//! [`refs`] keeps the commits that somebody looked at.
//!
//! Not for: how a change request looks on the wire (`routes`).

pub mod merge;

mod refs;

use std::time::Instant;

use crate::local::{
    clock,
    git::{
        self,
        compare::{self, Range, Trial},
        name::{self, Branch},
        workspace::Workspace,
    },
    plane::Plane,
    project::Project,
    store::{self, ChangeRow, ChangeStatus, NewChange, Tips},
};

/// Why a look at a change request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A branch is not there, or not any more.
    #[error(
        "fatal: ambiguous argument 'refs/heads/{branch}': unknown revision or path not in the working tree."
    )]
    NoBranch {
        /// Its name.
        branch: String,
    },
    /// Git failed.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What a change request is opened with.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Its title.
    pub title: String,
    /// What was done; may be empty.
    pub description: String,
    /// The branch to merge into.
    pub base: Branch,
    /// The branch to be merged.
    pub head: Branch,
    /// The session it comes from; one that the project does not have is left out.
    pub origin_session: Option<String>,
}

/// Opens a change request for two branches as they are now.
pub async fn open(
    plane: &Plane,
    project: &Project,
    proposal: Proposal,
) -> Result<ChangeRow, Error> {
    freshen(plane, project, proposal.head.as_str()).await;
    let tips = tips(project, proposal.base.as_str(), proposal.head.as_str()).await?;
    let new = NewChange {
        project_id: project.id.clone(),
        title: proposal.title,
        description: proposal.description,
        base_ref: proposal.base.to_string(),
        head_ref: proposal.head.to_string(),
        tips,
        origin_session: proposal.origin_session,
        now: clock::now(),
    };
    let row = plane.store.open_change(new).await?;
    refs::keep_head(&project.mirror, &row).await;
    Ok(row)
}

/// A change request with its branches looked at again, if it is open.
///
/// Where a branch is gone, the commits that were last seen stay.
pub async fn refreshed(
    plane: &Plane,
    project: &Project,
    row: ChangeRow,
) -> Result<ChangeRow, Error> {
    if row.status != ChangeStatus::Open {
        return Ok(row);
    }
    freshen(plane, project, &row.head_ref).await;
    if let Some(merged) = settle(plane, project, &row).await? {
        return Ok(merged);
    }
    let tips = match tips(project, &row.base_ref, &row.head_ref).await {
        Ok(tips) if tips != row.tips => tips,
        Ok(_) | Err(_) => return Ok(row),
    };
    let moved = plane
        .store
        .move_change(row.id.clone(), tips, clock::now())
        .await?;
    let row = moved.map_or(row, |moved| moved.row);
    refs::keep_head(&project.mirror, &row).await;
    Ok(row)
}

/// Notes a merge whose branch moved and whose row was not written, because the server died.
async fn settle(
    plane: &Plane,
    project: &Project,
    row: &ChangeRow,
) -> Result<Option<ChangeRow>, Error> {
    let Some((before, commit)) = refs::merged(&project.mirror, row.number).await else {
        return Ok(None);
    };
    let noted = plane
        .store
        .merge_change(row.id.clone(), before, commit, clock::now())
        .await?;
    Ok(noted.map(|noted| noted.row))
}

/// What a change request would change.
#[derive(Debug)]
pub struct Difference {
    /// The commits that are compared.
    pub tips: Tips,
    /// What the head has since it parted from the base.
    pub range: Range,
    /// The patch; empty when it is too long.
    pub patch: String,
}

/// What a change request changes: its branches as they are now, or as they were merged.
pub async fn difference(
    plane: &Plane,
    project: &Project,
    row: &ChangeRow,
) -> Result<Difference, Error> {
    let tips = match row.status {
        ChangeStatus::Merged => row.tips.clone(),
        ChangeStatus::Open | ChangeStatus::Closed => {
            freshen(plane, project, &row.head_ref).await;
            tips(project, &row.base_ref, &row.head_ref).await?
        }
    };
    let range = Range::between(&project.mirror, &tips.base, &tips.head).await?;
    let patch = range.patch(&project.mirror, &tips.head).await?;
    Ok(Difference { tips, range, patch })
}

/// How a merge would end.
#[derive(Debug)]
pub struct Preview {
    /// The commits that would be merged.
    pub tips: Tips,
    /// Where they parted.
    pub merge_base: Option<String>,
    /// How it would end.
    pub trial: Trial,
}

/// Tries to merge the branches of a change request as they are now, whatever its status.
pub async fn preview(plane: &Plane, project: &Project, row: &ChangeRow) -> Result<Preview, Error> {
    freshen(plane, project, &row.head_ref).await;
    let tips = tips(project, &row.base_ref, &row.head_ref).await?;
    rehearse(project, tips).await
}

async fn rehearse(project: &Project, tips: Tips) -> Result<Preview, Error> {
    let mirror = &project.mirror;
    let merge_base = compare::merge_base(mirror, &tips.base, &tips.head).await?;
    let trial = compare::trial(mirror, merge_base.as_deref(), &tips.base, &tips.head).await?;
    Ok(Preview {
        tips,
        merge_base,
        trial,
    })
}

/// The commits of two branches as the mirror has them.
pub async fn tips(project: &Project, base: &str, head: &str) -> Result<Tips, Error> {
    let (base, head) = tokio::join!(tip(project, base), tip(project, head));
    Ok(Tips {
        base: base?,
        head: head?,
    })
}

async fn tip(project: &Project, branch: &str) -> Result<String, Error> {
    let known = match Branch::parse(branch) {
        Some(branch) => project.mirror.tip(&branch).await,
        None => None,
    };
    known.ok_or_else(|| Error::NoBranch {
        branch: branch.to_owned(),
    })
}

/// Reads the user's repository again and brings in what a running session has on the branch.
pub async fn freshen(plane: &Plane, project: &Project, head: &str) {
    if let Err(error) = project.mirror.refresh_after(Instant::now()).await {
        tracing::warn!(%error, "the repository could not be read again; its last copy is used");
    }
    let (Some(session), Some(branch)) = (name::session(head), Branch::parse(head)) else {
        return;
    };
    let workspace = Workspace {
        path: plane.folder.workspace(&session),
        branch,
    };
    // A session that is not running has no work tree, and its commits are in the mirror.
    let Some(commit) = workspace.tip() else {
        return;
    };
    if project.mirror.tip(&workspace.branch).await != Some(commit)
        && let Err(error) = project.mirror.keep(&workspace).await
    {
        tracing::warn!(%session, %error, "commits are not saved yet");
    }
}
