//! `crs`: the list on the command line.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use std::process::Output;

use serde_json::{Value, json};

use crate::{
    cli::{run, text},
    fake::{self, Fake, Reply},
    home::Home,
};

/// Change requests of two projects, as a host lists them.
fn rows(project: &str) -> Value {
    let row = |number: u64, title: &str, status: &str, day: u8| {
        json!({
            "cr_id": format!("cr-{project}-{number}"),
            "number": number,
            "title": title,
            "description": "Long.",
            "base_ref": "main",
            "head_ref": format!("work-{number}"),
            "status": status,
            "head_commit_sha": "bbbb",
            "base_commit_sha": null,
            "origin_session_id": null,
            "merged_at": (status == "merged").then_some("2026-11-21T01:00:00.000Z"),
            "created_at": format!("2026-11-{day:02}T01:00:00.000Z"),
            "updated_at": "2026-11-20T01:00:00.000Z",
        })
    };
    match project {
        "p1" => json!([
            row(2, "Check \u{1b}[31mtwice", "open", 9),
            row(1, "Begin", "merged", 1)
        ]),
        _ => json!([row(1, "Another font, with a rather long title", "open", 12)]),
    }
}

/// A host with two projects; the lists of `refused` get this answer.
async fn host(refused: &'static str, status: u16, body: &'static str) -> Fake {
    Fake::start(move |request| answer(request.line.as_str(), (refused, status, body))).await
}

fn answer(line: &str, (refused, status, body): (&str, u16, &str)) -> Reply {
    let Some(rest) = line.strip_prefix("GET /v1/projects/") else {
        let projects = [("p1", "demo"), ("p2", "website")];
        let projects = projects.map(|(id, name)| json!({"project_id": id, "name": name}));
        return fake::json(200, &json!(projects).to_string());
    };
    let project = rest.split('/').next().unwrap_or_default();
    if project == refused {
        return fake::json(status, body);
    }
    fake::json(200, &json!({"change_requests": rows(project)}).to_string())
}

/// Runs the program against a host that the environment names.
async fn crs(url: String, arguments: &'static [&'static str]) -> Output {
    let ran = tokio::task::spawn_blocking(move || {
        let home = Home::new().unwrap();
        let environment = [
            ("KORTIX_CLI_TOKEN", fake::TOKEN),
            ("KORTIX_API_URL", url.as_str()),
        ];
        run(&home, arguments, &environment, "").unwrap()
    });
    ran.await.unwrap()
}

#[tokio::test]
async fn open_change_requests_of_all_projects_are_listed_in_columns() {
    let fake = host("", 200, "").await;
    let output = crs(fake.url(), &["crs"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    assert!(!printed.contains('\u{1b}'), "{printed}");
    let lines: Vec<Vec<&str>> = printed
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    let without_age = |line: &Vec<&str>| {
        let mut line = line.clone();
        line.remove(3);
        line.join("|")
    };
    let found: Vec<String> = lines.iter().map(without_age).collect();
    assert_eq!(
        found,
        [
            "PROJECT|#|STATE|SIZE|BRANCH|TITLE",
            "website|#1|open|work-1|Another font, with a rather long title",
            "demo|#2|open|work-2|Check twice",
        ]
    );
}

#[tokio::test]
async fn json_has_every_field_also_where_nothing_is_known() {
    let fake = host("", 200, "").await;
    let output = crs(
        fake.url(),
        &["crs", "--status", "all", "--project", "demo", "--json"],
    )
    .await;
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    let merged = json!({
        "host": "sandbox",
        "project_id": "p1",
        "project": "demo",
        "number": 1,
        "id": "cr-p1-1",
        "title": "Begin",
        "status": "merged",
        "head_ref": "work-1",
        "base_ref": "main",
        "head_sha": "bbbb",
        "base_sha": null,
        "session_id": null,
        "created_at": "2026-11-01T01:00:00.000Z",
        "updated_at": "2026-11-20T01:00:00.000Z",
        "merged_at": "2026-11-21T01:00:00.000Z",
        "closed_at": null,
        "additions": null,
        "deletions": null,
        "files": null,
    });
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    assert_eq!(rows[0]["title"], "Check \u{1b}[31mtwice", "JSON escapes it");
    assert_eq!(rows[1], merged);
}

#[tokio::test]
async fn a_project_that_refuses_does_not_hide_the_others() {
    let fake = host("p1", 403, r#"{"error":"your role does not let you"}"#).await;
    let output = crs(fake.url(), &["crs"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("Another font"));
    let said = text(&output.stderr);
    assert!(
        said.contains("demo on sandbox: not allowed: your role"),
        "{said}"
    );
}

#[tokio::test]
async fn a_server_without_change_requests_says_so() {
    let body = r#"{"error":true,"message":"Not found","status":404}"#;
    let fake = host("p1", 404, body).await;
    let output = crs(fake.url(), &["crs", "--project", "p1", "--json"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "[]\n");
    assert!(text(&output.stderr).contains("this server has no change requests"));
}

#[tokio::test]
async fn an_unknown_project_and_an_unknown_host_are_named() {
    let fake = host("", 200, "").await;
    let output = crs(fake.url(), &["crs", "--project", "nowhere"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("there is no project `nowhere`"));
    let output = crs(fake.url(), &["crs", "--host", "nowhere"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there is no host `nowhere`"));
}

#[tokio::test]
async fn hosts_that_cannot_be_reached_or_know_nobody_have_their_own_codes() {
    let output = crs("http://127.0.0.1:9".to_owned(), &["crs"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let refusal = r#"{"error":true,"message":"Invalid or expired token","status":401}"#;
    let fake = Fake::start(move |_| fake::json(401, refusal)).await;
    let output = crs(fake.url(), &["crs"]).await;
    assert_eq!(output.status.code(), Some(4));
    let said = text(&output.stderr);
    assert!(said.contains("sandbox: not signed in"), "{said}");
    assert!(!said.contains(fake::TOKEN), "{said}");
}

#[test]
fn without_a_sign_in_nothing_is_asked() {
    let home = Home::new().unwrap();
    let output = run(&home, &["crs"], &[], "").unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("nobody is signed in to `cloud`"));
}

#[tokio::test]
async fn all_hosts_that_somebody_is_signed_in_to_are_listed_together() {
    let (one, two) = (host("", 200, "").await, host("", 200, "").await);
    let urls = [one.url(), two.url()];
    let output = tokio::task::spawn_blocking(move || {
        let home = Home::new().unwrap();
        for (name, url) in ["east", "west"].into_iter().zip(&urls) {
            let arguments = ["hosts", "add", name, url, "--token-stdin"];
            assert!(
                run(&home, &arguments, &[], fake::TOKEN)
                    .unwrap()
                    .status
                    .success()
            );
        }
        run(&home, &["crs", "--json"], &[], "").unwrap()
    });
    let output = output.await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<String> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["host"].as_str().unwrap(), row["number"]))
        .collect();
    assert_eq!(found, ["east 1", "west 1", "east 2", "west 2"]);
}
