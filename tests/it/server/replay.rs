//! The official CLI's recorded requests get answers with the keys and types of the real server.
//!
//! Runs only when `KORTIX_TUI_SHARED` names the folder with the recordings.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Outcome, Place, Plane,
    changes::{branch, open},
    read,
    shape::differences,
    text,
};

const PROJECT: &str = "dddddddd-0000-4000-8000-000000000001";

/// A session that the recordings ask for and that does not exist.
const NOBODY: &str = "aaaaaaaa-0000-4000-8000-000000000099";

/// Objects whose keys depend on the project, and the platform's catalog of experiments.
const OPEN: [&str; 4] = ["metadata", "manifest", "experimental_features", "sharing"];

/// The recording of an answer for each kind of request.
const ANSWERS: [(&str, &str, &str); 27] = [
    ("GET", "/v1/accounts/me", "02-accounts-me"),
    ("GET", "/v1/projects", "03-projects-list-owner"),
    ("GET", "…", "03-project-get"),
    ("GET", "…/detail", "03-project-detail"),
    ("GET", "…/branches", "03-branches"),
    ("GET", "…/commits", "03-commits"),
    ("GET", "…/files", "03-files"),
    ("GET", "…/secrets", "03-secrets"),
    ("GET", "…/triggers", "03-triggers"),
    ("GET", "…/access", "03-access"),
    ("GET", "…/sessions", "13-ready-session-list"),
    ("POST", "…/sessions", "08-session-create-201"),
    ("GET", "…/sessions/*", "13-ready-session-get-2"),
    ("PATCH", "…/sessions/*", "08-session-rename"),
    (
        "POST",
        "…/sessions/*/restart",
        "08-session-restart-running-202",
    ),
    (
        "GET",
        "…/sessions/*/transcript",
        "04-session-transcript-failed",
    ),
    ("GET", "…/change-requests", "05-cr-list-all-final"),
    ("POST", "…/change-requests", "05-cr-open-ff"),
    ("GET", "…/change-requests/*", "05-cr-get-ff"),
    ("GET", "…/change-requests/*/diff", "05-cr-diff-kitchen"),
    (
        "GET",
        "…/change-requests/*/merge-preview",
        "05-cr-preview-conflict",
    ),
    ("POST", "…/change-requests/*/merge", "05-cr-merge-ff-200"),
    ("POST", "…/change-requests/*/close", "05-cr-close-200"),
    ("POST", "…/change-requests/*/reopen", "05-cr-reopen-200"),
    ("GET", "…/sandbox-templates", "06-sandboxes-demo"),
    ("GET", "…/snapshots", "06-snapshots-demo"),
    ("GET", "…/sandbox-health", "06-sandbox-health-demo"),
];

fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("KORTIX_TUI_SHARED").map(PathBuf::from);
    if shared.is_none() {
        skip();
    }
    shared
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip() {
    eprintln!("skipped: KORTIX_TUI_SHARED does not name the recordings");
}

fn recorded(shared: &Path, name: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let path = shared
        .join("contract/captures")
        .join(format!("{name}.json"));
    let capture: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    Ok(capture["body"].clone())
}

/// A recorded path with its ids replaced by stars, for looking up the answer.
fn kind(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let path = path.replace(&format!("/v1/projects/{PROJECT}"), "…");
    let pieces = path
        .split('/')
        .map(|piece| if piece.len() == 36 { "*" } else { piece });
    pieces.collect::<Vec<_>>().join("/")
}

/// What our answers have besides the real ones.
const OURS: [&str; 1] = [".merge.landing is ours only"];

/// The recorded change requests with the branches that they are between.
const CHANGES: [(&str, &str, &str); 5] = [
    (
        "13284e62-f309-452a-84fc-eafd2a76fe2c",
        "feature/ff",
        "release",
    ),
    (
        "413cbdaf-bce8-4959-a064-5d139efdc4ea",
        "feature/conflict",
        "main",
    ),
    (
        "3cf06bd0-8200-407c-bed0-87d01f88f32f",
        "feature/bad-manifest",
        "main",
    ),
    (
        "18f21faa-c3bc-4e6e-8a8e-bd2896ff3e72",
        "feature/three-way",
        "release",
    ),
    (
        "2e39f1a9-2fa1-40df-a5d7-e3dcb8b5f876",
        "feature/kitchen-sink",
        "release",
    ),
];

/// Branches that end as the recorded ones did.
fn cut_branches(place: &Place) -> Outcome {
    for (branch_name, file, content) in [
        ("feature/ff", "README.md", "# Demo\n\nMore.\n"),
        ("feature/conflict", "notes.md", "theirs\n"),
        ("feature/bad-manifest", "kortix.toml", "this is [not toml\n"),
        ("feature/three-way", "three.md", "three\n"),
        ("feature/kitchen-sink", "docs/sink.md", "sink\n"),
    ] {
        branch(place, branch_name, "main", file, content)?;
    }
    place.git(&["branch", "--quiet", "release"])?;
    fs::write(place.repo().join("notes.md"), "ours\n")?;
    place.commit("Ours")?;
    Ok(())
}

/// What stands for the recorded ids.
struct Stand {
    session: String,
    changes: Vec<(&'static str, String)>,
}

impl Stand {
    async fn build(plane: &Plane) -> Result<Self, reqwest::Error> {
        let session = plane.session(json!({"initial_prompt": "Hello"})).await?;
        let mut changes = Vec::new();
        for (id, head, base) in CHANGES {
            let change = open(plane, head, base).await?;
            changes.push((id, text(&change, "cr_id").to_owned()));
        }
        Ok(Self {
            session: text(&session, "session_id").to_owned(),
            changes,
        })
    }

    fn id<'a>(&'a self, recorded: &'a str) -> &'a str {
        let mut changes = self.changes.iter();
        match changes.find(|(id, _)| *id == recorded) {
            Some((_, ours)) => ours,
            None if recorded.len() == 36 => &self.session,
            None => recorded,
        }
    }
}

/// Whether this server answers the request; builds are another's work.
fn is_covered(label: &str, line: &str) -> bool {
    let is_owner = !["env-token", "viewer", "expired"]
        .iter()
        .any(|other| label.contains(other));
    let is_other = ["/build", "/rebuild", "/fix-with-agent", "/v1/p/"];
    is_owner && !is_other.iter().any(|part| line.contains(part))
}

#[tokio::test]
async fn recorded_requests_of_the_official_cli_get_answers_of_the_same_shape() -> Outcome {
    let Some(shared) = shared() else {
        return Ok(());
    };
    let place = Place::new()?;
    cut_branches(&place)?;
    let plane = place.serve().await?;
    let stand = Stand::build(&plane).await?;
    let mut complaints = BTreeMap::new();
    let mut asked = 0;
    let mut files: Vec<PathBuf> = fs::read_dir(shared.join("contract/official-cli"))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    for file in files {
        let run: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
        let label = file.display().to_string();
        for request in run["requests"].as_array().into_iter().flatten() {
            let line = text(request, "request_line");
            if !is_covered(&label, line) {
                continue;
            }
            asked += 1;
            if let Some(complaint) = replay(&plane, &shared, &stand, request).await? {
                complaints.insert(line.to_owned(), complaint);
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
    assert!(asked > 50, "only {asked} requests were found");
    plane.server.shutdown().await;
    Ok(())
}

/// Gives a request the headers and the body that were recorded.
fn as_recorded(mut sent: reqwest::RequestBuilder, request: &Value) -> reqwest::RequestBuilder {
    for header in request["headers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if let Some((name, value)) = header.split_once(": ")
            && ["User-Agent", "Accept", "Content-Type"].contains(&name)
        {
            sent = sent.header(name, value);
        }
    }
    let mut body = text(request, "body").to_owned();
    if let Ok(Value::Object(mut members)) = serde_json::from_str(&body) {
        // The recorded id is made once; a second run of the same recording needs its own.
        members.remove("session_id");
        body = Value::Object(members).to_string();
    }
    sent.body(body)
}

/// Sends one recorded request; gives what is different in the answer.
async fn replay(
    plane: &Plane,
    shared: &Path,
    stand: &Stand,
    request: &Value,
) -> Result<Option<String>, Box<dyn std::error::Error>> {
    let line = text(request, "request_line");
    let mut words = line.split(' ');
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let ours: Vec<&str> = path
        .split('/')
        .map(|piece| match piece {
            PROJECT => plane.project(),
            NOBODY => NOBODY,
            piece => stand.id(piece),
        })
        .collect();
    let sent = plane.request(Method::from_bytes(method.as_bytes())?, &ours.join("/"));
    let answer = read(as_recorded(sent, request)).await?;
    let status = text(request, "response_status")
        .split(' ')
        .nth(1)
        .unwrap_or_default();
    // A run that was broken off has no status.
    if !status.is_empty() && answer.status.as_str() != status {
        return Ok(Some(format!(
            "{} instead of {status}: {}",
            answer.status, answer.body
        )));
    }
    let kind = kind(path);
    let known = ANSWERS
        .iter()
        .find(|(of, path, _)| *of == method && *path == kind);
    let Some((_, _, capture)) = known.filter(|_| answer.status.is_success()) else {
        return Ok(None);
    };
    let mut found = differences(&recorded(shared, capture)?, &answer.body, &OPEN);
    found.retain(|difference| !OURS.contains(&difference.as_str()));
    Ok((!found.is_empty()).then(|| found.join("; ")))
}

#[tokio::test]
async fn further_answers_have_the_recorded_shape() -> Outcome {
    let Some(shared) = shared() else {
        return Ok(());
    };
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id");
    let head = place.git(&["rev-parse", "feature/x"])?;
    let mut found = Vec::new();
    for (path, capture) in [
        ("/v1/health", "00-health"),
        ("/v1/health/live", "00-health-live"),
        ("/v1/accounts", "02-accounts"),
        ("…/detail", "03-project-detail"),
        ("…/sandboxes", "06-sandboxes-demo"),
        ("…/files/content?path=README.md", "03-files-content"),
        ("…/change-requests", "05-cr-list-empty"),
        ("…/version-diff?from=feature/x&into=main", "03-version-diff"),
        (&format!("…/commits/{head}"), "03-commit-get"),
        (&format!("…/commits/{head}/diff"), "03-commit-diff"),
        (
            &format!("…/sessions/{id}/transcript"),
            "04-session-transcript-failed",
        ),
    ] {
        let answer = plane.get(path).await?;
        let differences = differences(&recorded(&shared, capture)?, &answer.body, &OPEN);
        found.extend(differences.into_iter().map(|it| format!("{path}: {it}")));
    }
    let started = plane
        .post(&format!("…/sessions/{id}/start"), json!({}))
        .await?;
    found.extend(differences(
        &recorded(&shared, "13-ready-session-start")?,
        &started.body,
        &OPEN,
    ));
    assert!(found.is_empty(), "{found:#?}");
    plane.server.shutdown().await;
    Ok(())
}
