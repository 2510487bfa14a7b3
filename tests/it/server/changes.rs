//! Change requests without a merge: their numbers, their life, their diff and their preview.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Outcome, Place, Plane, read, text};

/// Opens a change request and gives it.
pub async fn open(plane: &Plane, head: &str, base: &str) -> Result<Value, reqwest::Error> {
    let body = json!({"title": format!("{head} into {base}"), "head_ref": head, "base_ref": base});
    let opened = plane.post("…/change-requests", body).await?;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
    Ok(opened.body)
}

/// The path of a change request.
pub fn path(change: &Value) -> String {
    format!("…/change-requests/{}", text(change, "cr_id"))
}

/// A branch `name` cut from `from` with one commit that writes a file; `main` is checked out after.
pub fn branch(place: &Place, name: &str, from: &str, file: &str, content: &str) -> Outcome {
    place.git(&["checkout", "--quiet", "-B", name, from])?;
    if let Some(folder) = place.repo().join(file).parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(place.repo().join(file), content)?;
    place.commit(&format!("Write {file} on {name}"))?;
    place.git(&["checkout", "--quiet", "main"])?;
    Ok(())
}

async fn patch(plane: &Plane, path: &str, body: Value) -> Result<Answer, reqwest::Error> {
    read(plane.request(Method::PATCH, path).json(&body)).await
}

#[track_caller]
fn assert_refused(answer: &Answer, status: StatusCode, error: &str) {
    assert_eq!(
        (answer.status, &answer.body),
        (status, &json!({ "error": error }))
    );
}

#[tokio::test]
async fn a_change_request_lives_from_open_to_closed_and_back() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let tips = [
        place.git(&["rev-parse", "main"])?,
        place.git(&["rev-parse", "feature/x"])?,
    ];
    let body = json!({"title": " Rename ", "headRef": "feature/x", "description": "Why\n\nnot"});
    let opened = plane.post("…/change-requests", body).await?.body;
    let me = plane.get("/v1/accounts/me").await?.body;
    let expected = json!({
        "cr_id": opened["cr_id"], "account_id": me["accounts"][0]["account_id"],
        "project_id": plane.project(), "number": 1, "title": "Rename",
        "description": "Why\n\nnot", "base_ref": "main", "head_ref": "feature/x",
        "status": "open", "head_commit_sha": tips[1], "base_commit_sha": tips[0],
        "origin_session_id": null, "created_by": opened["created_by"], "merged_at": null,
        "merged_by": null, "merge_commit_sha": null, "closed_at": null, "closed_by": null,
        "metadata": {}, "created_at": opened["created_at"], "updated_at": opened["created_at"],
    });
    assert_eq!(opened, expected);
    assert!(opened["created_at"].is_string() && opened["created_by"].is_string());
    let path = path(&opened);
    let edited = patch(&plane, &path, json!({"title": "   ", "description": ""})).await?;
    assert_eq!(
        (
            edited.status,
            text(&edited.body, "title"),
            text(&edited.body, "description")
        ),
        (StatusCode::OK, "Rename", "")
    );
    let closed = plane.post(&format!("{path}/close"), json!({})).await?;
    assert_eq!(
        (closed.status, text(&closed.body, "status")),
        (StatusCode::OK, "closed")
    );
    assert_eq!(closed.body["closed_by"], opened["created_by"]);
    let again = plane.post(&format!("{path}/close"), json!({})).await?;
    assert_eq!(again.status, StatusCode::OK);
    assert!(text(&again.body, "closed_at") >= text(&closed.body, "closed_at"));
    assert_refused(
        &patch(&plane, &path, json!({"title": "x"})).await?,
        StatusCode::CONFLICT,
        "Cannot edit a closed change request",
    );
    let reopened = plane.post(&format!("{path}/reopen"), json!({})).await?;
    assert_eq!(
        (text(&reopened.body, "status"), &reopened.body["closed_at"]),
        ("open", &Value::Null)
    );
    assert_refused(
        &plane.post(&format!("{path}/reopen"), json!({})).await?,
        StatusCode::CONFLICT,
        "Cannot reopen a open change request",
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_in_the_real_words() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let open = |body| plane.post("…/change-requests", body);
    for (body, error) in [
        (json!({"head_ref": "feature/x"}), "title is required"),
        (
            json!({"title": " ", "head_ref": "feature/x"}),
            "title is required",
        ),
        (json!({"title": "x"}), "head_ref is required"),
        (
            json!({"title": "x", "head_ref": "main"}),
            "head_ref and base_ref must differ",
        ),
        (json!({"title": "x", "head_ref": "bad..ref"}), "Invalid ref"),
        (json!({"title": "x", "head_ref": "--all"}), "Invalid ref"),
        (
            json!({"title": "x", "head_ref": "no/such"}),
            "fatal: ambiguous argument 'refs/heads/no/such': unknown revision or path not in the working tree.",
        ),
    ] {
        assert_refused(&open(body).await?, StatusCode::BAD_REQUEST, error);
    }
    let array = open(json!([1])).await?;
    assert_eq!(
        (array.status, text(&array.body, "message")),
        (StatusCode::BAD_REQUEST, "Validation failed")
    );
    let list = plane.get("…/change-requests").await?.body;
    assert_eq!(list, json!({"change_requests": []}), "no number is used up");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn numbers_follow_each_other_also_when_sixteen_are_opened_at_once() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let opened =
        futures_util::future::join_all((0..16).map(|_| open(&plane, "feature/x", "main"))).await;
    let mut numbers = Vec::new();
    for change in opened {
        numbers.push(change?["number"].as_i64().unwrap_or_default());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=16).collect::<Vec<i64>>());
    let list = plane.get("…/change-requests?status=ALL").await?.body;
    let listed: Vec<i64> = list["change_requests"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|change| change["number"].as_i64())
        .collect();
    assert_eq!(listed, (1..=16).rev().collect::<Vec<i64>>());
    plane.server.shutdown().await;
    let plane = place.serve().await?;
    assert_eq!(open(&plane, "feature/x", "main").await?["number"], 17);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_change_request_is_found_by_its_id_in_any_case_and_by_its_number() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let change = open(&plane, "feature/x", "main").await?;
    for name in [&text(&change, "cr_id").to_uppercase(), "1"] {
        let found = plane.get(&format!("…/change-requests/{name}")).await?;
        assert_eq!(found.body["change_request"], change, "{name}");
    }
    for name in ["2", "0", "-1", "x", "eeeeeeee-0000-4000-8000-000000000001"] {
        for part in ["", "/diff", "/merge-preview"] {
            let path = format!("…/change-requests/{name}{part}");
            assert_refused(
                &plane.get(&path).await?,
                StatusCode::NOT_FOUND,
                "Change request not found",
            );
        }
        let closed = plane
            .post(&format!("…/change-requests/{name}/close"), json!({}))
            .await?;
        assert_refused(&closed, StatusCode::NOT_FOUND, "Change request not found");
    }
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn lists_are_filtered_by_status() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let first = open(&plane, "feature/x", "main").await?;
    open(&plane, "feature/x", "main").await?;
    plane
        .post(&format!("{}/close", path(&first)), json!({}))
        .await?;
    for (filter, expected) in [
        ("", vec![2, 1]),
        ("?status=", vec![2, 1]),
        ("?status=all&limit=1", vec![2, 1]),
        ("?status=Open", vec![2]),
        ("?status=closed", vec![1]),
        ("?status=merged", vec![]),
    ] {
        let list = plane.get(&format!("…/change-requests{filter}")).await?.body;
        let numbers: Vec<i64> = list["change_requests"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|change| change["number"].as_i64())
            .collect();
        assert_eq!(numbers, expected, "{filter}");
    }
    assert_refused(
        &plane.get("…/change-requests?status=x").await?,
        StatusCode::BAD_REQUEST,
        "Invalid status filter",
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_look_follows_the_branches_and_a_list_does_not() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let opened = open(&plane, "feature/x", "main").await?;
    branch(&place, "feature/x", "feature/x", "more.txt", "more\n")?;
    let moved = place.git(&["rev-parse", "feature/x"])?;
    let list = plane.get("…/change-requests").await?.body;
    assert_eq!(list["change_requests"][0], opened);
    let seen = plane.get(&path(&opened)).await?.body["change_request"].clone();
    assert_eq!(text(&seen, "head_commit_sha"), moved);
    assert!(text(&seen, "updated_at") > text(&opened, "updated_at"));
    place.git(&["branch", "--quiet", "-D", "feature/x"])?;
    let gone = plane.get(&path(&opened)).await?;
    assert_eq!(
        (gone.status, &gone.body["change_request"]),
        (StatusCode::OK, &seen)
    );
    for part in ["diff", "merge-preview"] {
        assert_refused(
            &plane.get(&format!("{}/{part}", path(&opened))).await?,
            StatusCode::BAD_REQUEST,
            "fatal: ambiguous argument 'refs/heads/feature/x': unknown revision or path not in the working tree.",
        );
    }
    let mirror = place
        .data()
        .join("mirrors")
        .join(format!("{}.git", plane.project()));
    super::git_in(&mirror, &["reflog", "expire", "--expire=now", "--all"])?;
    super::git_in(&mirror, &["gc", "--quiet", "--prune=now"])?;
    for sha in [text(&opened, "head_commit_sha"), moved.as_str()] {
        let kept = plane
            .get(&format!("…/files/content?path=GUIDE.md&ref={sha}"))
            .await?;
        assert_eq!(
            kept.body,
            json!({"path": "GUIDE.md", "ref": sha, "content": "# Demo\n"}),
            "a head that was seen is never lost"
        );
    }
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_diff_has_the_counts_that_are_right() -> Outcome {
    let place = Place::new()?;
    place.git(&["checkout", "--quiet", "-b", "edge"])?;
    let repo = place.repo();
    std::fs::write(repo.join("grün und blau.md"), "Farben\nund mehr\n")?;
    std::fs::rename(repo.join("README.md"), repo.join("GUIDE.md"))?;
    std::fs::write(repo.join("GUIDE.md"), "# Demo\n\nLonger.\n")?;
    std::fs::write(repo.join("say \"hi\".txt"), "hi\n")?;
    std::fs::write(repo.join("logo.bin"), [0, 1, 2, 0])?;
    std::fs::remove_file(repo.join(".kortix/Dockerfile"))?;
    std::os::unix::fs::symlink("kortix.toml", repo.join(".kortix/Dockerfile"))?;
    place.commit("Edges")?;
    place.git(&["checkout", "--quiet", "main"])?;
    let plane = place.serve().await?;
    let change = open(&plane, "edge", "main").await?;
    let diff = plane.get(&format!("{}/diff", path(&change))).await?.body;
    let file = |path: &str, old: Option<&str>, status: &str, additions: u64, deletions: u64| json!({"path": path, "old_path": old, "status": status, "additions": additions, "deletions": deletions});
    assert_eq!(
        diff["files"],
        json!([
            file(".kortix/Dockerfile", None, "typechange", 1, 1),
            file("GUIDE.md", None, "added", 3, 0),
            file("README.md", None, "deleted", 0, 1),
            file("grün und blau.md", None, "modified", 1, 0),
            file("logo.bin", None, "added", 0, 0),
            file("say \"hi\".txt", None, "added", 1, 0),
        ])
    );
    let main = place.git(&["rev-parse", "main"])?;
    let mut rest = diff.clone();
    rest["files"] = Value::Null;
    rest["patch"] = Value::Null;
    assert_eq!(
        rest,
        json!({
            "cr_id": change["cr_id"], "base_ref": "main", "head_ref": "edge", "base_sha": main,
            "head_sha": place.git(&["rev-parse", "edge"])?, "merge_base": main, "files": null,
            "files_changed": 6, "additions": 6, "deletions": 2, "patch": null,
        })
    );
    let patch = text(&diff, "patch");
    assert!(patch.contains("Binary files /dev/null and b/logo.bin differ"));
    assert_eq!(patch.matches("\ndiff --git ").count(), 6, "{patch}");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_diff_begins_where_the_branches_parted() -> Outcome {
    let place = Place::new()?;
    branch(&place, "topic", "main", "topic.txt", "topic\n")?;
    std::fs::write(place.repo().join("later.txt"), "later\n")?;
    place.commit("Later")?;
    let plane = place.serve().await?;
    let change = open(&plane, "topic", "main").await?;
    let diff = plane.get(&format!("{}/diff", path(&change))).await?.body;
    assert_eq!(
        (&diff["files"][0]["path"], &diff["files_changed"]),
        (&json!("topic.txt"), &json!(1))
    );
    assert_eq!(
        text(&diff, "merge_base"),
        place.git(&["rev-parse", "main~1"])?
    );
    plane
        .post(&format!("{}/close", path(&change)), json!({}))
        .await?;
    branch(&place, "topic", "topic", "after.txt", "after\n")?;
    let closed = plane.get(&format!("{}/diff", path(&change))).await?.body;
    assert_eq!(
        closed["files_changed"], 2,
        "a closed one is compared as it is"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_patch_that_is_too_long_is_empty_and_its_files_are_there() -> Outcome {
    let place = Place::new()?;
    let line = "0123456789abcdef0123456789abcdef\n";
    branch(&place, "huge", "main", "huge.txt", &line.repeat(330_000))?;
    let plane = place.serve().await?;
    let change = open(&plane, "huge", "main").await?;
    let diff = plane.get(&format!("{}/diff", path(&change))).await?;
    assert_eq!(diff.status, StatusCode::OK);
    assert_eq!(
        (
            &diff.body["patch"],
            &diff.body["additions"],
            &diff.body["files_changed"]
        ),
        (&json!(""), &json!(330_000), &json!(1))
    );
    plane.server.shutdown().await;
    Ok(())
}

/// A preview without its commits.
async fn previewed(plane: &Plane, head: &str, base: &str) -> Result<Value, reqwest::Error> {
    let change = open(plane, head, base).await?;
    let preview = plane
        .get(&format!("{}/merge-preview", path(&change)))
        .await?;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.body);
    let mut preview = preview.body;
    for key in ["base_sha", "head_sha"] {
        assert!(preview[key].is_string());
        preview.as_object_mut().map(|members| members.remove(key));
    }
    preview["merge_base"] = preview["merge_base"].is_string().into();
    Ok(preview)
}

#[tokio::test]
async fn a_preview_tells_how_a_merge_would_end() -> Outcome {
    let place = Place::new()?;
    branch(&place, "clean", "main", "clean.txt", "clean\n")?;
    branch(&place, "clash", "main", "docs/café.md", "theirs\n")?;
    place.git(&["branch", "--quiet", "same"])?;
    place.git(&["branch", "--quiet", "behind"])?;
    place.git(&["checkout", "--quiet", "--orphan", "stranger"])?;
    place.commit("Nothing in common")?;
    place.git(&["checkout", "--quiet", "main"])?;
    let plane = place.serve().await?;
    let outcome = |can_fast_forward, can_merge, conflicts: Value| {
        json!({
            "merge_base": true, "can_fast_forward": can_fast_forward, "can_merge": can_merge,
            "conflicts": conflicts, "is_up_to_date": false,
        })
    };
    let ahead = previewed(&plane, "clean", "main").await?;
    assert_eq!(ahead, outcome(true, true, json!([])));
    let mut same = outcome(false, false, json!([]));
    same["is_up_to_date"] = true.into();
    assert_eq!(previewed(&plane, "same", "main").await?, same);
    std::fs::create_dir_all(place.repo().join("docs"))?;
    std::fs::write(place.repo().join("docs/café.md"), "ours\n")?;
    place.commit("Move on")?;
    let parted = previewed(&plane, "clean", "main").await?;
    assert_eq!(parted, outcome(false, true, json!([])));
    let behind = previewed(&plane, "behind", "main").await?;
    assert_eq!(behind, outcome(false, true, json!([])));
    let clash = previewed(&plane, "clash", "main").await?;
    assert_eq!(clash, outcome(false, false, json!(["docs/café.md"])));
    let mut stranger = outcome(false, false, json!([]));
    stranger["merge_base"] = false.into();
    assert_eq!(previewed(&plane, "stranger", "main").await?, stranger);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn what_a_running_session_has_committed_is_in_its_change_request() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id").to_owned();
    let workspace = place.data().join("sandboxes").join(&id).join("workspace");
    let commit = |file: &str| {
        std::fs::write(workspace.join(file), "work\n")?;
        super::git_in(&workspace, &["add", file])?;
        super::git_in(&workspace, &["commit", "--quiet", "--message", file])?;
        super::git_in(&workspace, &["rev-parse", "HEAD"])
    };
    let first = commit("one.txt")?;
    let body = json!({"title": "Work", "head_ref": id, "session_id": id.to_uppercase()});
    let change = plane.post("…/change-requests", body).await?.body;
    assert_eq!(
        (
            text(&change, "head_commit_sha"),
            text(&change, "origin_session_id")
        ),
        (first.as_str(), id.as_str())
    );
    let second = commit("two.txt")?;
    let diff = plane.get(&format!("{}/diff", path(&change))).await?.body;
    assert_eq!(
        (text(&diff, "head_sha"), &diff["files_changed"]),
        (second.as_str(), &json!(2))
    );
    let foreign = json!({"title": "x", "head_ref": "feature/x", "session_id": "nobody"});
    let foreign = plane.post("…/change-requests", foreign).await?;
    assert_eq!(
        (foreign.status, &foreign.body["origin_session_id"]),
        (StatusCode::CREATED, &Value::Null)
    );
    read(plane.request(Method::DELETE, &format!("…/sessions/{id}"))).await?;
    let kept = plane.get(&path(&change)).await?.body["change_request"].clone();
    assert_eq!(
        (text(&kept, "status"), text(&kept, "origin_session_id")),
        ("open", id.as_str()),
        "the change request outlives its session"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn two_branches_are_compared_without_a_change_request() -> Outcome {
    let place = Place::new()?;
    branch(&place, "topic", "feature/x", "new.txt", "one\ntwo\n")?;
    let plane = place.serve().await?;
    let numbers = plane.get("…/version-diff?head=topic&base=main").await?.body;
    let tips = [
        place.git(&["rev-parse", "topic"])?,
        place.git(&["rev-parse", "main"])?,
    ];
    assert_eq!(
        numbers,
        json!({
            "from": "topic", "into": "main", "from_sha": tips[0], "into_sha": tips[1],
            "merge_base": tips[1], "files_changed": 2, "additions": 2, "deletions": 0,
            "is_up_to_date": false, "is_same_ref": false,
        })
    );
    let same = plane.get("…/version-diff?from=main&into=main").await?.body;
    assert_eq!(
        (
            &same["is_same_ref"],
            &same["is_up_to_date"],
            &same["from_sha"]
        ),
        (&json!(true), &json!(true), &Value::Null)
    );
    for (query, error) in [
        ("?from=main", "from and into query params are required"),
        ("?from=a..b&into=main", "Invalid ref"),
        (
            "?from=nope&into=main",
            "fatal: ambiguous argument 'refs/heads/nope': unknown revision or path not in the working tree.",
        ),
    ] {
        assert_refused(
            &plane.get(&format!("…/version-diff{query}")).await?,
            StatusCode::BAD_REQUEST,
            error,
        );
    }
    plane.server.shutdown().await;
    Ok(())
}
