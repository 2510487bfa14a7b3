//! Branches, commits and files of a project's repository, and two branches compared.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::local::{
    changes,
    git::{
        compare::Range,
        name::{self, Branch},
        read::{self, Page},
    },
    project::Project,
    routes::{Shared, projects, refusal::Refusal},
};

type Words = Query<HashMap<String, String>>;

/// What an answer carries when the repository could not be read.
const UNAVAILABLE: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-kortix-repo-status"),
    HeaderValue::from_static("unavailable"),
);

/// `GET …/branches`.
pub async fn branches(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Response, Refusal> {
    let project = projects::find(&plane, &project)?;
    let default = project.mirror.source.default_branch.as_str();
    let is_fresh = project.mirror.refresh_if_stale().await.is_ok();
    match read::branches(&project.mirror).await {
        Ok(branches) => {
            let body = Json(json!({ "default_branch": default, "branches": branches }));
            Ok(if is_fresh {
                body.into_response()
            } else {
                ([UNAVAILABLE], body).into_response()
            })
        }
        Err(_) => {
            let body = Json(json!({ "default_branch": default, "branches": [] }));
            Ok(([UNAVAILABLE], body).into_response())
        }
    }
}

/// A commit that a query names, with the name as it was given.
struct Named {
    given: String,
    commit: String,
}

/// The commit of `?ref=`, by default the default branch's.
async fn named(project: &Arc<Project>, words: &Words) -> Result<Named, Refusal> {
    let branch = match words.get("ref").filter(|name| !name.is_empty()) {
        Some(name) => Branch::parse(name).ok_or_else(Refusal::invalid_ref)?,
        None => project.mirror.source.default_branch.clone(),
    };
    // A source that cannot be read right now still has its last copy.
    let _ = project.mirror.refresh_if_stale().await;
    let Some(commit) = read::resolve(&project.mirror, &branch).await else {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            format!(
                "fatal: ambiguous argument '{branch}': unknown revision or path not in the working tree."
            ),
        ));
    };
    Ok(Named {
        given: branch.as_str().to_owned(),
        commit,
    })
}

/// The path of a query, checked.
fn path(words: &Words) -> Result<Option<&str>, Refusal> {
    match words.get("path").map(|path| path.trim_end_matches('/')) {
        None | Some("") => Ok(None),
        Some(path) => match name::file(path) {
            Some(path) => Ok(Some(path)),
            None => Err(Refusal::new(StatusCode::BAD_REQUEST, "Invalid path")),
        },
    }
}

/// `GET …/commits`.
pub async fn commits(
    State(plane): Shared,
    Path(project): Path<String>,
    words: Words,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let named = named(&project, &words).await?;
    let path = path(&words)?;
    let number = |key: &str| words.get(key).and_then(|text| text.parse::<usize>().ok());
    let page = Page {
        limit: number("limit").unwrap_or(50).clamp(1, 200),
        skip: number("skip").unwrap_or(0).min(1_000_000),
    };
    let (commits, has_more) = read::log(&project.mirror, &named.commit, path, page).await?;
    Ok(Json(json!({
        "ref": named.given,
        "path": path,
        "commits": commits,
        "hasMore": has_more,
    })))
}

async fn known_commit(project: &Project, sha: &str) -> Result<String, Refusal> {
    if !name::is_hash(sha) {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "Invalid commit"));
    }
    project
        .mirror
        .commit(sha)
        .await
        .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, format!("fatal: bad object {sha}")))
}

/// `GET …/commits/{sha}`.
pub async fn commit(
    State(plane): Shared,
    Path((project, sha)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let commit = known_commit(&project, &sha).await?;
    let Some((row, files)) = read::commit(&project.mirror, &commit).await? else {
        return Err(Refusal::not_found());
    };
    let mut body = json!(row);
    body["files"] = json!(files);
    Ok(Json(body))
}

/// `GET …/commits/{sha}/diff`.
pub async fn commit_diff(
    State(plane): Shared,
    Path((project, sha)): Path<(String, String)>,
    words: Words,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let commit = known_commit(&project, &sha).await?;
    let path = path(&words)?;
    let parent = project.mirror.commit(&format!("{commit}^")).await;
    let patch = read::patch(&project.mirror, &commit, parent.as_deref(), path).await?;
    Ok(Json(
        json!({ "path": path, "hash": commit, "parent": parent, "patch": patch }),
    ))
}

/// `GET …/files`.
pub async fn files(
    State(plane): Shared,
    Path(project): Path<String>,
    words: Words,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let named = named(&project, &words).await?;
    let files = read::files(&project.mirror, &named.commit, path(&words)?).await?;
    Ok(Json(
        files.iter().map(|path| projects::file_row(path)).collect(),
    ))
}

/// `GET …/files/content`.
pub async fn content(
    State(plane): Shared,
    Path(project): Path<String>,
    words: Words,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let Some(path) = path(&words)? else {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "path is required"));
    };
    let named = named(&project, &words).await?;
    match read::file(&project.mirror, &named.commit, path).await? {
        Some(content) => Ok(Json(
            json!({ "path": path, "ref": named.given, "content": content }),
        )),
        None => Err(Refusal::new(StatusCode::NOT_FOUND, "File not found")),
    }
}

/// `GET …/version-diff?from=&into=`: what one branch has that another does not, in numbers.
pub async fn version_diff(
    State(plane): Shared,
    Path(project): Path<String>,
    words: Words,
) -> Result<Json<Value>, Refusal> {
    let project = projects::find(&plane, &project)?;
    let word = |one: &str, other: &str| {
        let text = words.get(one).or_else(|| words.get(other))?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let (Some(from), Some(into)) = (word("from", "head"), word("into", "base")) else {
        let error = "from and into query params are required";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, error));
    };
    if Branch::parse(&from).is_none() || Branch::parse(&into).is_none() {
        return Err(Refusal::invalid_ref());
    }
    let mut body = json!({
        "from": from, "into": into, "from_sha": null, "into_sha": null, "merge_base": null,
        "files_changed": 0, "additions": 0, "deletions": 0, "is_up_to_date": true,
        "is_same_ref": from == into,
    });
    if from == into {
        return Ok(Json(body));
    }
    changes::freshen(&plane, &project, &from).await;
    let tips = changes::tips(&project, &into, &from).await?;
    let range = Range::between(&project.mirror, &tips.base, &tips.head).await?;
    body["is_up_to_date"] = (tips.base == tips.head).into();
    body["files_changed"] = range.files.len().into();
    body["additions"] = range.additions().into();
    body["deletions"] = range.deletions().into();
    body["merge_base"] = range.merge_base.into();
    body["from_sha"] = tips.head.into();
    body["into_sha"] = tips.base.into();
    Ok(Json(body))
}
