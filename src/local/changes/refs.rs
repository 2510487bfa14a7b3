//! References of the mirror that belong to change requests, so that no commit they name is lost.
//!
//! ```text
//! refs/kortix/changes/7/heads/<commit>   every head that was ever seen
//! refs/kortix/changes/7/base             the base before the merge
//! refs/kortix/changes/7/head             the head that was merged
//! refs/kortix/changes/7/merged           what the base moved to
//! ```
//!
//! The last three are made in the transaction that moves the base, so they tell for certain
//! whether a change request was merged. Clients and sessions never see them.

use crate::local::{
    git::{Error, mirror::Mirror},
    store::{ChangeRow, Tips},
};

fn folder(number: i64) -> String {
    format!("refs/kortix/changes/{number}")
}

/// The reference that holds what a merge made.
pub fn merged_reference(number: i64) -> String {
    format!("{}/merged", folder(number))
}

/// Keeps the head of a change request reachable, whatever becomes of its branch.
pub async fn keep_head(mirror: &Mirror, row: &ChangeRow) {
    let head = &row.tips.head;
    let reference = format!("{}/heads/{head}", folder(row.number));
    let kept = mirror.call().args(["update-ref", &reference, head]);
    if let Err(error) = kept.run().await {
        tracing::warn!(%error, "the head of a change request is held by its branch only");
    }
}

/// The commits of a finished merge: the branches before it, and what the base moved to.
pub async fn merged(mirror: &Mirror, number: i64) -> Option<(Tips, String)> {
    let commit = mirror.commit(&merged_reference(number)).await?;
    let before = Tips {
        base: mirror.commit(&format!("{}/base", folder(number))).await?,
        head: mirror.commit(&format!("{}/head", folder(number))).await?,
    };
    Some((before, commit))
}

/// Moves the base from the commit that was looked at, and only from it, and notes the merge.
///
/// All of it happens or nothing: it fails when the base or the head has moved, and when the
/// change request was merged before.
pub async fn advance(
    mirror: &Mirror,
    row: &ChangeRow,
    tips: &Tips,
    commit: &str,
) -> Result<(), Error> {
    let (base, head) = (&row.base_ref, &row.head_ref);
    let place = folder(row.number);
    let orders = [
        format!("update refs/heads/{base} {commit} {}", tips.base),
        format!("verify refs/heads/{head} {}", tips.head),
        format!("create {place}/base {}", tips.base),
        format!("create {place}/head {}", tips.head),
        format!("create {place}/merged {commit}"),
    ];
    mirror
        .call()
        .args(["update-ref", "--stdin"])
        .input((orders.join("\n") + "\n").into_bytes())
        .run()
        .await
        .map(drop)
}
