//! Merging a change request: by moving the base forward, or with a merge commit.
//!
//! The base of the mirror moves from the commit that was looked at and from no other, together
//! with references that say that it was done ([`refs`]); so of two merges at once one wins, and a
//! server that dies in between finds the truth there. Then the result is brought to the user's
//! repository ([`landing`]). Once begun it goes on to its end, also when the client goes away.

use std::{sync::Arc, time::Instant};

use crate::local::{
    changes::{self, Error, Preview, refs},
    clock,
    git::{
        compare::Trial,
        landing::{self, Delivery, Landing},
        mirror::Mirror,
        name::{self, Branch},
        read,
    },
    manifest::{self, Issue},
    plane::Plane,
    project::{MANIFEST_PATH, Project},
    store::{self, ChangeRow, ChangeStatus, Tips},
};

/// Who made the merge commits.
const AUTHOR: (&str, &str) = ("Kortix", "noreply@kortix.ai");

/// How a client wants a change request merged.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// The message of the merge commit, instead of the usual one.
    pub message: Option<String>,
    /// The commit of the base that the client has looked at.
    pub expected_base: Option<String>,
    /// The commit of the head that the client has looked at.
    pub expected_head: Option<String>,
}

/// A merge that was made.
#[derive(Debug)]
pub struct Merged {
    /// The change request after it.
    pub row: ChangeRow,
    /// Where the base was.
    pub before: String,
    /// Where it is now.
    pub commit: String,
    /// Whether the base only moved forward, without a merge commit.
    pub is_fast_forward: bool,
    /// What became of the user's repository.
    pub landing: Landing,
}

/// Why a change request was not merged; nothing has moved then.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It is merged or closed.
    #[error("Change request is {}", .0.as_str())]
    NotOpen(ChangeStatus),
    /// A branch is not where it was looked at.
    #[error(
        "`{branch}` has moved from {} to {}; look at the change request again, then merge it",
        short(expected),
        short(found)
    )]
    Moved {
        /// The branch.
        branch: String,
        /// Where it was expected.
        expected: String,
        /// Where it is.
        found: String,
    },
    /// The head's manifest has errors.
    #[error("Manifest validation failed — merge blocked.")]
    Manifest(Vec<Issue>),
    /// There is nothing to merge.
    #[error("Branches already point at the same commit")]
    Same,
    /// The branches conflict in these files.
    #[error("Merge conflicts detected — resolve before merging")]
    Conflicts(Vec<String>),
    /// The branches have nothing in common.
    #[error("refusing to merge unrelated histories")]
    Unrelated,
    /// The base belongs to a session that is running, whose own commits would replace the merge.
    #[error("`{branch}` belongs to a running session; stop the session, then merge")]
    InUse {
        /// The base.
        branch: String,
    },
    /// The look at the branches failed.
    #[error(transparent)]
    Look(#[from] Error),
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self::Look(error.into())
    }
}

impl From<crate::local::git::Error> for Refused {
    fn from(error: crate::local::git::Error) -> Self {
        Self::Look(error.into())
    }
}

fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

/// Merges a change request and brings the result to the user's repository.
pub async fn merge(
    plane: &Arc<Plane>,
    project: &Arc<Project>,
    row: ChangeRow,
    wish: Wish,
) -> Result<Merged, Refused> {
    let (plane, project) = (Arc::clone(plane), Arc::clone(project));
    let tracker = plane.merges.clone();
    let work = tracker.spawn(async move { carry_out(&plane, &project, row, wish).await });
    // The task only fails to end when the runtime is being shut down.
    work.await.map_err(|_| store::Error::Ending)?
}

async fn carry_out(
    plane: &Plane,
    project: &Project,
    row: ChangeRow,
    wish: Wish,
) -> Result<Merged, Refused> {
    let row = changes::refreshed(plane, project, row).await?;
    if row.status != ChangeStatus::Open {
        return Err(Refused::NotOpen(row.status));
    }
    let Some(base) = Branch::parse(&row.base_ref) else {
        return Err(Error::NoBranch {
            branch: row.base_ref,
        }
        .into());
    };
    if is_in_use(plane, project, &row.base_ref).await? {
        return Err(Refused::InUse {
            branch: row.base_ref,
        });
    }
    let tips = changes::tips(project, &row.base_ref, &row.head_ref).await?;
    wish.check(&row, &tips)?;
    let manifest = read::file(&project.mirror, &tips.head, MANIFEST_PATH).await?;
    let issues = manifest.map_or_else(Vec::new, |text| manifest::gate(&text));
    if !issues.is_empty() {
        return Err(Refused::Manifest(issues));
    }
    let preview = changes::rehearse(project, tips).await?;
    let target = Target::of(&project.mirror, &row, &preview, wish.message).await?;
    let tips = preview.tips;
    if let Err(error) = refs::advance(&project.mirror, &row, &tips, &target.commit).await {
        return Err(why_not(project, &row, &tips, error).await);
    }
    let merged = plane
        .store
        .merge_change(
            row.id.clone(),
            tips.clone(),
            target.commit.clone(),
            clock::now(),
        )
        .await?;
    let landing = land(project, &base, row.number, &target.commit).await;
    Ok(Merged {
        row: merged.map_or(row, |merged| merged.row),
        before: tips.base,
        commit: target.commit,
        is_fast_forward: target.is_fast_forward,
        landing,
    })
}

impl Wish {
    /// Refuses when a branch is not where the client saw it.
    fn check(&self, row: &ChangeRow, tips: &Tips) -> Result<(), Refused> {
        for (branch, expected, found) in [
            (&row.head_ref, &self.expected_head, &tips.head),
            (&row.base_ref, &self.expected_base, &tips.base),
        ] {
            if let Some(expected) = expected
                && !expected.eq_ignore_ascii_case(found)
            {
                return Err(Refused::Moved {
                    branch: branch.clone(),
                    expected: expected.clone(),
                    found: found.clone(),
                });
            }
        }
        Ok(())
    }
}

async fn is_in_use(plane: &Plane, project: &Project, branch: &str) -> Result<bool, Refused> {
    let Some(session) = name::session(branch) else {
        return Ok(false);
    };
    let session = plane.store.session(project.id.clone(), session).await?;
    Ok(session.is_some_and(|session| session.status.is_live()))
}

/// What the base is to move to.
struct Target {
    commit: String,
    is_fast_forward: bool,
}

impl Target {
    async fn of(
        mirror: &Mirror,
        row: &ChangeRow,
        preview: &Preview,
        message: Option<String>,
    ) -> Result<Self, Refused> {
        let tree = match &preview.trial {
            Trial::Same => return Err(Refused::Same),
            Trial::Unrelated => return Err(Refused::Unrelated),
            Trial::Conflicts { paths } => return Err(Refused::Conflicts(paths.clone())),
            Trial::FastForward => {
                return Ok(Self {
                    commit: preview.tips.head.clone(),
                    is_fast_forward: true,
                });
            }
            Trial::Clean { tree } => tree,
        };
        let message = message.unwrap_or_else(|| usual_message(row));
        Ok(Self {
            commit: commit(mirror, tree, &preview.tips, message).await?,
            is_fast_forward: false,
        })
    }
}

fn usual_message(row: &ChangeRow) -> String {
    let words: Vec<&str> = row.title.split_whitespace().collect();
    format!("Merge CR #{}: {}", row.number, words.join(" "))
}

async fn commit(
    mirror: &Mirror,
    tree: &str,
    parents: &Tips,
    message: String,
) -> Result<String, crate::local::git::Error> {
    let mut call = mirror.call();
    for role in ["AUTHOR", "COMMITTER"] {
        call = call
            .env(&format!("GIT_{role}_NAME"), AUTHOR.0)
            .env(&format!("GIT_{role}_EMAIL"), AUTHOR.1);
    }
    // Git takes no message with a zero byte in it.
    let message = message.replace('\0', "");
    call.args(["-c", "i18n.commitEncoding=UTF-8"])
        .args([
            "commit-tree",
            tree,
            "-p",
            &parents.base,
            "-p",
            &parents.head,
        ])
        .args(["-F", "-"])
        .input(message.trim().as_bytes().to_vec())
        .text()
        .await
}

/// Why the base did not move: somebody else was faster, or git could not.
async fn why_not(
    project: &Project,
    row: &ChangeRow,
    tips: &Tips,
    error: crate::local::git::Error,
) -> Refused {
    if refs::merged(&project.mirror, row.number).await.is_some() {
        return Refused::NotOpen(ChangeStatus::Merged);
    }
    let now = match changes::tips(project, &row.base_ref, &row.head_ref).await {
        Ok(now) => now,
        Err(error) => return error.into(),
    };
    let moved = [
        (&row.base_ref, &tips.base, now.base),
        (&row.head_ref, &tips.head, now.head),
    ];
    for (branch, expected, found) in moved {
        if *expected != found {
            return Refused::Moved {
                branch: branch.clone(),
                expected: expected.clone(),
                found,
            };
        }
    }
    error.into()
}

async fn land(project: &Project, base: &Branch, number: i64, commit: &str) -> Landing {
    let _one_at_a_time = project.landing.lock().await;
    let delivery = Delivery {
        branch: base,
        commit,
        reference: &refs::merged_reference(number),
        note: &format!("kortix: merge change request #{number}"),
    };
    let landing = landing::land(&project.mirror, &delivery).await;
    // What the mirror knows of the user's branch is from before the merge.
    if let Err(error) = project.mirror.refresh_after(Instant::now()).await {
        tracing::warn!(%error, "the repository could not be read again");
    }
    landing
}
