//! Projects, repository reads, templates: statuses, fields and refusals.

use reqwest::StatusCode;
use serde_json::json;

use super::{Outcome, Place, Plane, text};

#[tokio::test]
async fn the_account_and_the_project_are_there() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let health = plane.get("/v1/health").await?;
    assert_eq!(
        (health.status, &health.body["status"]),
        (StatusCode::OK, &json!("ok"))
    );
    let me = plane.get("/v1/accounts/me").await?.body;
    let account = text(&me["accounts"][0], "account_id").to_owned();
    let projects = plane
        .get(&format!("/v1/projects?account_id={account}"))
        .await?
        .body;
    assert_eq!(text(&projects[0], "project_id"), plane.project());
    assert_eq!(text(&projects[0], "name"), "the repo");
    assert_eq!(text(&projects[0], "default_branch"), "main");
    assert_eq!(projects[0]["metadata"]["default_sandbox_slug"], "dev");
    let foreign = plane
        .get("/v1/projects?account_id=aaaaaaaa-0000-4000-8000-000000000001")
        .await?;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    for id in ["not-a-uuid", "aaaaaaaa-0000-4000-8000-000000000001"] {
        let answer = plane.get(&format!("/v1/projects/{id}")).await?;
        assert_eq!(
            (answer.status, answer.body),
            (StatusCode::NOT_FOUND, json!({"error": "Not found"}))
        );
    }
    let upper = plane
        .get(&format!("/v1/projects/{}", plane.project().to_uppercase()))
        .await?;
    assert_eq!(upper.status, StatusCode::OK);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn the_repository_can_be_read() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let branches = plane.get("…/branches").await?.body;
    let feature = &branches["branches"][0];
    assert_eq!(feature["name"], "feature/x");
    assert_eq!(
        (&feature["ahead"], &feature["behind"]),
        (&json!(1), &json!(0))
    );
    let log = plane.get("…/commits?ref=feature/x&limit=1").await?.body;
    assert_eq!(
        (&log["hasMore"], &log["ref"]),
        (&json!(true), &json!("feature/x"))
    );
    let sha = text(&log["commits"][0], "hash").to_owned();
    let commit = plane.get(&format!("…/commits/{sha}")).await?.body;
    let rename = json!([{"path": "GUIDE.md", "old_path": "README.md", "status": "renamed", "additions": 0, "deletions": 0}]);
    assert_eq!(commit["files"], rename);
    let diff = plane.get(&format!("…/commits/{sha}/diff")).await?.body;
    assert!(text(&diff, "patch").contains("rename to GUIDE.md"));
    let files = plane.get("…/files").await?.body;
    assert!(
        files
            .as_array()
            .is_some_and(|files| files.iter().any(|file| file["path"] == "grün und blau.md"))
    );
    let content = plane.get("…/files/content?path=README.md").await?.body;
    assert_eq!(
        content,
        json!({"path": "README.md", "ref": "main", "content": "# Demo\n"})
    );
    let missing = plane.get("…/files/content?path=nope.md").await?;
    assert_eq!(
        (missing.status, missing.body),
        (StatusCode::NOT_FOUND, json!({"error": "File not found"}))
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn names_that_git_could_misread_are_refused() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    for name in [
        "--upload-pack=x",
        "-x",
        "a..b",
        "@{u}",
        "main^{commit}",
        "HEAD",
        "a b",
    ] {
        let name = name
            .replace('{', "%7B")
            .replace('}', "%7D")
            .replace('^', "%5E")
            .replace(' ', "%20");
        for path in ["commits", "files", "files/content?path=README.md&x=y"] {
            let mark = if path.contains('?') { '&' } else { '?' };
            let answer = plane.get(&format!("…/{path}{mark}ref={name}")).await?;
            assert_eq!(
                (answer.status, answer.body),
                (StatusCode::BAD_REQUEST, json!({"error": "Invalid ref"}))
            );
        }
    }
    for path in ["../../etc/passwd", "/etc/passwd", "a/../../b", ".git/../x"] {
        let answer = plane.get(&format!("…/files/content?path={path}")).await?;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
    }
    let unknown = plane.get("…/commits?ref=no-such-branch").await?;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(text(&unknown.body, "error").starts_with("fatal: ambiguous argument 'no-such-branch'"));
    for sha in ["zz", "--all", "0000000000000000000000000000000000000000"] {
        let answer = plane.get(&format!("…/commits/{sha}")).await?;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{sha}");
    }
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn templates_come_from_the_manifest_and_settings_have_their_shape() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let list = plane.get("…/sandbox-templates").await?.body;
    let slugs: Vec<&str> = list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| text(item, "slug"))
        .collect();
    assert_eq!(slugs, ["default", "dev", "py"]);
    assert_eq!(
        (
            &list["items"][0]["ready"],
            &list["items"][1]["provider_state"]
        ),
        (&json!(true), &json!("missing"))
    );
    assert_eq!(plane.get("…/sandboxes").await?.body, list);
    let snapshots = plane.get("…/snapshots").await?.body;
    assert_eq!(
        (&snapshots["builds"], &snapshots["templates_error"]),
        (&json!([]), &json!(null))
    );
    let secrets = plane.get("…/secrets").await?.body;
    assert_eq!(secrets["optional"], json!(["ANTHROPIC_API_KEY"]));
    assert_eq!(
        plane.get("…/triggers").await?.body["triggers"][0]["slug"],
        "daily"
    );
    assert_eq!(
        plane.get("…/change-requests?status=OPEN").await?.body,
        json!({"change_requests": []})
    );
    assert_eq!(
        plane.get("…/change-requests?status=x").await?.status,
        StatusCode::BAD_REQUEST
    );
    let detail = plane.get("…/detail").await?.body;
    assert_eq!(
        detail["config"]["agents"][0]["description"],
        "General agent"
    );
    assert_eq!(detail["file_count"], 5);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_missing_dockerfile_is_told_and_the_other_templates_stay() -> Outcome {
    let place = Place::new()?;
    std::fs::remove_file(place.repo().join(".kortix/Dockerfile"))?;
    place.commit("Remove the Dockerfile")?;
    let plane = place.serve().await?;
    let snapshots = plane.get("…/snapshots").await?.body;
    assert_eq!(snapshots["templates"][1]["provider_state"], "error");
    assert_eq!(snapshots["templates"][2]["provider_state"], "missing");
    assert!(text(&snapshots, "templates_error").contains(".kortix/Dockerfile"));
    let session = plane.session(json!({})).await?;
    assert_eq!(session["status"], "failed");
    assert!(text(&session, "error").contains("Dockerfile `.kortix/Dockerfile` is missing"));
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn the_sample_project_is_served_beside_a_repository() -> Outcome {
    let place = Place::new()?;
    let mut options = place.options();
    options.sample = true;
    let plane = Plane::start(options).await?;
    let projects = plane.server.projects();
    assert_eq!(projects.len(), 2);
    let sample = format!("/v1/projects/{}", projects[1].project_id);
    let detail = plane.get(&format!("{sample}/detail")).await?.body;
    assert_eq!(detail["config"]["is_kortix_repo"], true);
    let made = plane.post(&format!("{sample}/sessions"), json!({})).await?;
    let start = format!(
        "{sample}/sessions/{}/start?wait_ms=8000",
        text(&made.body, "session_id")
    );
    assert_eq!(plane.post(&start, json!({})).await?.body["stage"], "ready");
    plane.server.shutdown().await;
    Ok(())
}
