//! Merging a change request: what a client asks for, and every way it can end.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Map, Value, json};

use crate::local::{
    changes::{
        self,
        merge::{Merged, Refused, Wish},
    },
    git::{self, landing::Landing, name},
    routes::{
        Shared, body,
        changes::{Found, find, object},
        refusal::Refusal,
    },
};

/// `POST …/change-requests/{id}/merge`.
///
/// Besides the real `message`, a client may say which commits it has looked at, as
/// `expected_base_sha` and `expected_head_sha`; nothing is merged when a branch is elsewhere.
pub async fn merge(
    State(plane): Shared,
    Path((project, change)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let Found { project, row } = find(&plane, &project, &change).await?;
    let wish = wish(&body::object(&bytes)?)?;
    let Merged {
        row,
        before,
        commit,
        is_fast_forward,
        landing,
    } = changes::merge::merge(&plane, &project, row, wish).await?;
    Ok(Json(json!({
        "change_request": object(&plane, &row),
        "merge": {
            "merge_commit_sha": commit,
            "fast_forward": is_fast_forward,
            "base_sha_before": before,
            "base_sha_after": commit,
            "landing": landing_json(&landing),
        },
    })))
}

fn wish(members: &Map<String, Value>) -> Result<Wish, Refusal> {
    Ok(Wish {
        message: body::text(members, "message", "message"),
        expected_base: expected(members, "expected_base_sha", "expectedBaseSha")?,
        expected_head: expected(members, "expected_head_sha", "expectedHeadSha")?,
    })
}

/// The commit that a client expects; one that cannot be read must not pass for none.
fn expected(
    members: &Map<String, Value>,
    snake: &str,
    camel: &str,
) -> Result<Option<String>, Refusal> {
    match members.get(snake).or_else(|| members.get(camel)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(commit)) if name::is_hash(commit) => Ok(Some(commit.clone())),
        Some(_) => {
            let error = format!("{snake} must be a commit");
            Err(Refusal::new(StatusCode::BAD_REQUEST, error))
        }
    }
}

fn landing_json(landing: &Landing) -> Value {
    match landing {
        Landing::Landed { work_tree } => json!({
            "state": "landed",
            "work_tree": work_tree.as_ref().map(|path| path.display().to_string()),
        }),
        Landing::Kept { reason, fetch } => json!({
            "state": "kept_in_mirror",
            "reason": reason,
            "fetch": fetch,
        }),
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let error = refused.to_string();
        let conflict = |body| Self::with(StatusCode::CONFLICT, body);
        match refused {
            Refused::NotOpen(_) | Refused::Same | Refused::Unrelated => {
                conflict(json!({ "error": error }))
            }
            Refused::Moved {
                branch,
                expected,
                found,
            } => conflict(json!({
                "error": error, "code": "HEAD_MOVED", "branch": branch,
                "expected": expected, "found": found,
            })),
            Refused::Conflicts(paths) => conflict(json!({
                "error": error, "code": "MERGE_CONFLICT", "conflicts": paths,
            })),
            Refused::InUse { branch } => conflict(json!({
                "error": error, "code": "BASE_IN_USE", "branch": branch,
            })),
            Refused::Manifest(issues) => Self::with(
                StatusCode::UNPROCESSABLE_ENTITY,
                json!({ "error": error, "code": "MANIFEST_INVALID", "issues": issues }),
            ),
            // What git does not do is a conflict with the state of the branches, as it is there.
            Refused::Look(
                changes::Error::NoBranch { .. } | changes::Error::Git(git::Error::Refused { .. }),
            ) => conflict(json!({ "error": error })),
            Refused::Look(other) => other.into(),
        }
    }
}
