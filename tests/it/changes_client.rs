//! The calls about change requests: what they send, what they read, how they are refused.
//!
//! The recorded answers of a real control plane are read only when `KORTIX_TUI_SHARED` names the
//! folder with the recordings.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::{fs, path::PathBuf};

use kortix_tui::{
    api::{Client, Error, MergeWish},
    model::{
        change::{BranchDifference, ChangeStatus},
        id::{ChangeId, ProjectId},
    },
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::fake::{self, Fake};

const WISH: MergeWish<'static> = MergeWish {
    message: Some("Merge it"),
    head_sha: "bbbb",
    base_sha: "aaaa",
};

fn project() -> ProjectId {
    "p1".into()
}

fn change() -> ChangeId {
    "c1".into()
}

/// A server that answers everything alike.
async fn answering(status: u16, body: Value) -> Fake {
    Fake::start(move |_| fake::json(status, &body.to_string())).await
}

async fn refused_merge(status: u16, body: Value) -> Error {
    let fake = answering(status, body).await;
    let outcome = fake
        .client()
        .merge_change(&project(), &change(), WISH)
        .await;
    outcome.unwrap_err()
}

#[tokio::test]
async fn the_list_is_asked_for_in_all_states() {
    let fake = answering(
        200,
        json!({"change_requests": [{"number": 2}, {"number": 1}]}),
    )
    .await;
    let rows = fake.client().changes(&project()).await.unwrap();
    let numbers: Vec<u64> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [2, 1]);
    let asked = fake.requests("GET /v1/projects/p1/change-requests?status=all");
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn a_size_is_asked_for_by_the_names_of_the_branches() {
    let body = json!({"from_sha": "bbbb", "into_sha": null, "files_changed": 2, "additions": 8});
    let fake = answering(200, body).await;
    let client = fake.client();
    let size = client
        .branch_difference(&project(), "fix/a&b", "main")
        .await;
    let expected = BranchDifference {
        from_sha: Some("bbbb".to_owned()),
        files_changed: 2,
        additions: 8,
        ..BranchDifference::default()
    };
    assert_eq!(size, Ok(expected));
    let asked = fake.requests("GET /v1/projects/p1/version-diff?from=fix%2Fa%26b&into=main");
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn a_merge_names_the_tips_that_were_seen_and_is_sent_once() {
    let fake = answering(503, json!({"error": "deadline"})).await;
    let outcome = fake
        .client()
        .merge_change(&project(), &change(), WISH)
        .await;
    assert!(matches!(outcome, Err(Error::ServerIll { status: 503, .. })));
    let sent = fake.requests("POST /v1/projects/p1/change-requests/c1/merge");
    assert_eq!(sent.len(), 1);
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    let expected = json!({
        "message": "Merge it", "expected_head_sha": "bbbb", "expected_base_sha": "aaaa"});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn what_was_asked_of_a_row_goes_to_its_route() {
    let fake = answering(200, json!({"number": 7, "status": "closed"})).await;
    let (client, project, change) = (fake.client(), project(), change());
    let rows = [
        client.close_change(&project, &change).await,
        client.reopen_change(&project, &change).await,
        client.edit_change(&project, &change, "A", "b").await,
    ];
    for row in rows {
        let row = row.unwrap();
        assert_eq!((row.number, row.status), (7, ChangeStatus::Closed));
    }
    for line in ["POST …/close", "POST …/reopen", "PATCH …"] {
        let line = line.replace('…', "/v1/projects/p1/change-requests/c1");
        assert_eq!(fake.requests(&line).len(), 1, "{line}");
    }
}

#[tokio::test]
async fn conflicts_of_a_merge_are_named_where_the_server_names_them() {
    let message = "Merge conflicts detected".to_owned();
    assert_eq!(
        refused_merge(409, json!({"error": message})).await,
        Error::Conflict {
            message: message.clone()
        },
    );
    assert_eq!(
        refused_merge(409, json!({"error": message, "code": "MERGE_CONFLICT"})).await,
        Error::MergeConflict {
            message: message.clone(),
            paths: vec![]
        },
    );
    let conflicts = [
        "main.py",
        "\"docs/caf\\303\\251.md\"",
        "\"odd",
        "two\nlines",
    ];
    let body = json!({"error": message, "code": "X", "conflicts": conflicts});
    assert_eq!(
        refused_merge(409, body).await,
        Error::MergeConflict {
            message,
            paths: ["main.py", "docs/café.md", "\"odd", "two"]
                .map(str::to_owned)
                .to_vec(),
        },
    );
}

#[tokio::test]
async fn a_head_that_moved_is_a_conflict_with_the_servers_words() {
    let body = json!({"error": "The head branch moved", "code": "HEAD_MOVED"});
    let message = "The head branch moved".to_owned();
    assert_eq!(refused_merge(409, body).await, Error::Conflict { message });
}

#[tokio::test]
async fn findings_of_the_manifest_are_kept_one_line_each() {
    let body = json!({"error": "Manifest validation failed", "code": "MANIFEST_INVALID", "issues": [
        {"path": "sandbox.cpu", "message": "must be ≤ 32", "severity": "warning"},
        {"path": "<toml>", "message": "Syntax error:\nmore", "severity": "error",
            "line": 3, "column": 7},
        {"path": "", "message": "no agents"},
    ]});
    let issues = [
        "sandbox.cpu: must be ≤ 32 (warning)",
        "<toml>:3:7: Syntax error: (error)",
        "no agents",
    ];
    assert_eq!(
        refused_merge(422, body).await,
        Error::Invalid {
            message: "Manifest validation failed".to_owned(),
            code: Some("MANIFEST_INVALID".to_owned()),
            issues: issues.map(str::to_owned).to_vec(),
        },
    );
}

#[tokio::test]
async fn a_role_that_may_not_merge_is_told_whom_to_ask() {
    let words = "Your role on this project doesn't let you change this project.";
    let error = refused_merge(403, json!({"error": true, "message": words, "status": 403})).await;
    assert_eq!(error.to_string(), format!("not allowed: {words}"));
    assert_eq!(
        error.hint(),
        Some("Ask a manager of the project for the right.")
    );
}

#[tokio::test]
async fn a_server_without_change_requests_is_told_from_a_missing_one() {
    let fake = answering(
        404,
        json!({"error": true, "message": "Not found", "status": 404}),
    )
    .await;
    let outcome = fake.client().changes(&project()).await;
    assert!(
        matches!(outcome, Err(Error::MissingRoute { .. })),
        "{outcome:?}"
    );
    let fake = answering(404, json!({"error": "Not found"})).await;
    let outcome = fake.client().change(&project(), &change()).await;
    assert!(
        matches!(outcome, Err(Error::NotFound { .. })),
        "{outcome:?}"
    );
}

/// An answer that a real control plane gave.
struct Capture {
    name: String,
    method: String,
    path: String,
    status: u16,
    body: Value,
}

/// The recorded answers about change requests; none, and a word about it, without the folder.
fn captures() -> Vec<Capture> {
    let Some(shared) = std::env::var_os("KORTIX_TUI_SHARED").map(PathBuf::from) else {
        eprintln!("skipped: KORTIX_TUI_SHARED does not name the recordings");
        return Vec::new();
    };
    let mut captures = Vec::new();
    for entry in fs::read_dir(shared.join("contract/captures")).unwrap() {
        let path = entry.unwrap().path();
        let value: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        captures.push(Capture {
            name: text(&value["name"]),
            method: text(&value["request"]["method"]),
            path: text(&value["request"]["path"]),
            status: u16::try_from(value["status"].as_u64().unwrap_or(0)).unwrap(),
            body: value["body"].clone(),
        });
    }
    let is_of_changes =
        |it: &Capture| it.path.contains("/change-requests") || it.path.contains("/version-diff");
    captures.retain(is_of_changes);
    assert!(captures.len() > 80, "{} recordings", captures.len());
    captures
}

/// What the client makes of an answer, and the part of the answer that it should be.
async fn read(client: &Client, capture: &Capture) -> Option<(Result<Value, Error>, Value)> {
    let (project, change) = (project(), change());
    let path = capture.path.split('?').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let body = &capture.body;
    Some(match (capture.method.as_str(), last) {
        ("GET", "change-requests") => {
            let rows = client.changes(&project).await;
            (rows.map(value), body["change_requests"].clone())
        }
        ("GET", "diff") => (
            client.difference(&project, &change).await.map(value),
            body.clone(),
        ),
        ("GET", "merge-preview") => {
            let preview = client.merge_preview(&project, &change).await;
            (preview.map(value), body.clone())
        }
        ("GET", "version-diff") => {
            let size = client.branch_difference(&project, "a", "b").await;
            (size.map(value), body.clone())
        }
        ("GET", _) => {
            let row = client.change(&project, &change).await;
            (row.map(value), body["change_request"].clone())
        }
        ("POST", "merge") => {
            let merged = client.merge_change(&project, &change, WISH).await;
            let merged = merged.map(|(row, merge)| json!([value(row), value(merge)]));
            (merged, json!([body["change_request"], body["merge"]]))
        }
        ("POST", "close") => (
            client.close_change(&project, &change).await.map(value),
            body.clone(),
        ),
        ("POST", "reopen") => {
            let row = client.reopen_change(&project, &change).await;
            (row.map(value), body.clone())
        }
        ("PATCH", _) => {
            let row = client.edit_change(&project, &change, "a", "b").await;
            (row.map(value), body.clone())
        }
        // The program opens none.
        (_, _) => return None,
    })
}

fn value(read: impl Serialize) -> Value {
    serde_json::to_value(read).unwrap()
}

/// Whether all that was read is what was sent; what the program has no use for is left out.
fn agrees(read: &Value, sent: &Value) -> bool {
    match (read, sent) {
        (Value::Object(read), Value::Object(sent)) => read
            .iter()
            .all(|(key, read)| agrees(read, sent.get(key).unwrap_or(&Value::Null))),
        (Value::Array(read), Value::Array(sent)) => {
            read.len() == sent.len() && read.iter().zip(sent).all(|(read, sent)| agrees(read, sent))
        }
        (read, sent) => read == sent,
    }
}

#[tokio::test]
async fn recorded_answers_are_read_whole_and_recorded_refusals_have_a_name() {
    for capture in captures() {
        let (status, body) = (capture.status, capture.body.clone());
        let fake = answering(status, body).await;
        let mut limits = fake::limits();
        limits.attempts = 1;
        let Some((read, sent)) = read(&fake.client_with(limits), &capture).await else {
            continue;
        };
        let name = &capture.name;
        match read {
            Ok(read) => {
                assert!(status < 300, "{name}: {status} is no success");
                assert!(agrees(&read, &sent), "{name}: {read:#} is not {sent:#}");
            }
            Err(error) => {
                let is_named = match status {
                    400 | 422 => matches!(error, Error::Invalid { .. }),
                    403 => matches!(error, Error::Forbidden { .. }),
                    404 => matches!(error, Error::NotFound { .. } | Error::MissingRoute { .. }),
                    409 => matches!(error, Error::Conflict { .. }),
                    _ => status >= 500 && matches!(error, Error::ServerIll { .. }),
                };
                assert!(is_named, "{name}: {status} is {error:?}");
                let said = error.to_string();
                assert!(!said.contains('\n') && !said.is_empty(), "{name}: {said}");
            }
        }
    }
}
