//! Merging change requests: forward, three ways, in a race, and everything that is refused.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Outcome, Place, Plane,
    changes::{branch, open, path},
    git_in, text,
};

async fn merge(plane: &Plane, change: &Value, body: Value) -> Result<Answer, reqwest::Error> {
    plane.post(&format!("{}/merge", path(change)), body).await
}

#[track_caller]
fn assert_conflict(answer: &Answer, body: Value) {
    assert_eq!((answer.status, &answer.body), (StatusCode::CONFLICT, &body));
}

/// The status of a change request as a list has it.
async fn status(plane: &Plane, number: i64) -> Result<String, reqwest::Error> {
    let list = plane.get("…/change-requests").await?.body;
    let found = list["change_requests"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|change| change["number"] == number)
        .cloned();
    Ok(text(&found.unwrap_or_default(), "status").to_owned())
}

#[tokio::test]
async fn a_base_that_did_not_move_goes_forward() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let change = open(&plane, "feature/x", "main").await?;
    let before = place.git(&["rev-parse", "main"])?;
    let head = place.git(&["rev-parse", "feature/x"])?;
    let merged = merge(&plane, &change, json!({})).await?;
    assert_eq!(merged.status, StatusCode::OK, "{}", merged.body);
    assert_eq!(
        merged.body["merge"],
        json!({
            "merge_commit_sha": head, "fast_forward": true, "base_sha_before": before,
            "base_sha_after": head,
            "landing": {"state": "landed", "work_tree": place.repo().canonicalize()?},
        })
    );
    let mut expected = change.clone();
    let after = &merged.body["change_request"];
    for key in ["merged_at", "updated_at"] {
        assert!(after[key].is_string());
        expected[key] = after[key].clone();
    }
    expected["status"] = "merged".into();
    expected["merge_commit_sha"] = head.as_str().into();
    expected["merged_by"] = change["created_by"].clone();
    assert_eq!(*after, expected);
    let seen = plane.get(&path(&change)).await?.body;
    assert_eq!(seen["change_request"], expected);
    assert_eq!(place.git(&["rev-parse", "main"])?, head);
    assert!(place.repo().join("GUIDE.md").exists());
    assert_conflict(
        &merge(&plane, &change, json!({})).await?,
        json!({"error": "Change request is merged"}),
    );
    for (action, error) in [
        ("close", "Cannot close a merged change request"),
        ("reopen", "Cannot reopen a merged change request"),
    ] {
        let answer = plane
            .post(&format!("{}/{action}", path(&change)), json!({}))
            .await?;
        assert_conflict(&answer, json!({ "error": error }));
    }
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn branches_that_parted_get_a_merge_commit_of_a_fixed_author() -> Outcome {
    let place = Place::new()?;
    branch(&place, "topic", "main", "topic.txt", "topic\n")?;
    branch(&place, "other", "main", "other.txt", "other\n")?;
    branch(&place, "third", "main", "third.txt", "third\n")?;
    let plane = place.serve().await?;
    let other = open(&plane, "other", "main").await?;
    assert_eq!(
        merge(&plane, &other, json!({})).await?.body["merge"]["fast_forward"],
        true
    );
    let topic = open(&plane, "topic", "main").await?;
    let merged = merge(&plane, &topic, json!({})).await?.body;
    assert_eq!(merged["merge"]["fast_forward"], false);
    let shown = |format: &str| place.git(&["log", "-1", &format!("--format={format}"), "main"]);
    assert_eq!(shown("%H")?, text(&merged["merge"], "merge_commit_sha"));
    assert_eq!(
        shown("%an <%ae> %cn <%ce> %B")?,
        "Kortix <noreply@kortix.ai> Kortix <noreply@kortix.ai> Merge CR #2: topic into main"
    );
    assert_eq!(
        shown("%P")?,
        format!(
            "{} {}",
            place.git(&["rev-parse", "other"])?,
            place.git(&["rev-parse", "topic"])?
        )
    );
    let third = open(&plane, "third", "main").await?;
    let message = "Ship it\n\nWith café.";
    merge(&plane, &third, json!({ "message": message })).await?;
    assert_eq!(shown("%B")?, message);
    for file in ["topic.txt", "other.txt", "third.txt"] {
        assert!(place.repo().join(file).exists(), "{file}");
    }
    assert_eq!(place.git(&["status", "--porcelain"])?, "");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn conflicts_are_listed_with_plain_names_and_nothing_moves() -> Outcome {
    let place = Place::new()?;
    place.git(&["checkout", "--quiet", "-b", "clash"])?;
    for (file, content) in [
        ("docs/café.md", "theirs\n"),
        ("README.md", "# Theirs\n"),
        ("a \"b\".txt", "theirs\n"),
    ] {
        std::fs::create_dir_all(place.repo().join("docs"))?;
        std::fs::write(place.repo().join(file), content)?;
    }
    place.commit("Theirs")?;
    place.git(&["checkout", "--quiet", "main"])?;
    std::fs::create_dir_all(place.repo().join("docs"))?;
    std::fs::write(place.repo().join("docs/café.md"), "ours\n")?;
    std::fs::write(place.repo().join("a \"b\".txt"), "ours\n")?;
    std::fs::remove_file(place.repo().join("README.md"))?;
    place.commit("Ours")?;
    let plane = place.serve().await?;
    let change = open(&plane, "clash", "main").await?;
    let main = place.git(&["rev-parse", "main"])?;
    assert_conflict(
        &merge(&plane, &change, json!({})).await?,
        json!({
            "error": "Merge conflicts detected — resolve before merging",
            "code": "MERGE_CONFLICT",
            "conflicts": ["README.md", "a \"b\".txt", "docs/café.md"],
        }),
    );
    assert_eq!(place.git(&["rev-parse", "main"])?, main);
    assert_eq!(status(&plane, 1).await?, "open");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_merged_is_refused_in_the_real_words() -> Outcome {
    let place = Place::new()?;
    place.git(&["branch", "--quiet", "same"])?;
    branch(&place, "doomed", "main", "doomed.txt", "x\n")?;
    place.git(&["checkout", "--quiet", "--orphan", "stranger"])?;
    place.commit("Nothing in common")?;
    place.git(&["checkout", "--quiet", "main"])?;
    let plane = place.serve().await?;
    let refused = async |head: &str, error: &str| -> Outcome {
        let change = open(&plane, head, "main").await?;
        assert_conflict(
            &merge(&plane, &change, json!({})).await?,
            json!({ "error": error }),
        );
        Ok(())
    };
    refused("same", "Branches already point at the same commit").await?;
    refused("stranger", "refusing to merge unrelated histories").await?;
    let doomed = open(&plane, "doomed", "main").await?;
    place.git(&["branch", "--quiet", "-D", "doomed"])?;
    assert_conflict(
        &merge(&plane, &doomed, json!({})).await?,
        json!({"error": "fatal: ambiguous argument 'refs/heads/doomed': unknown revision or path not in the working tree."}),
    );
    let closed = open(&plane, "feature/x", "main").await?;
    plane
        .post(&format!("{}/close", path(&closed)), json!({}))
        .await?;
    assert_conflict(
        &merge(&plane, &closed, json!({})).await?,
        json!({"error": "Change request is closed"}),
    );
    let missing = plane.post("…/change-requests/99/merge", json!({})).await?;
    assert_eq!(
        (missing.status, missing.body),
        (
            StatusCode::NOT_FOUND,
            json!({"error": "Change request not found"})
        )
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_head_that_the_base_has_already_gets_an_empty_merge_commit() -> Outcome {
    let place = Place::new()?;
    place.git(&["branch", "--quiet", "behind"])?;
    std::fs::write(place.repo().join("later.txt"), "later\n")?;
    place.commit("Later")?;
    let plane = place.serve().await?;
    let change = open(&plane, "behind", "main").await?;
    let merged = merge(&plane, &change, json!({})).await?.body;
    assert_eq!(merged["merge"]["fast_forward"], false);
    assert_eq!(place.git(&["diff", "main~1", "main"])?, "");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn rules_of_the_manifest_block_a_merge_and_warnings_do_not() -> Outcome {
    let place = Place::new()?;
    let errors = "kortix_version = 1\n\n[[triggers]]\nslug = \"nightly\"\n";
    branch(&place, "errors", "main", "kortix.toml", errors)?;
    let warnings = "kortix_version = 1\n\n[env]\nrequierd = [\"A\"]\n";
    branch(&place, "warnings", "main", "kortix.toml", warnings)?;
    let plane = place.serve().await?;
    let raw = json!({ "raw": errors });
    let verdict = plane.post("…/manifest/validate", raw).await?;
    assert_eq!(verdict.body["valid"], json!(false));
    let refused = open(&plane, "errors", "main").await?;
    let answer = merge(&plane, &refused, json!({})).await?;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body["issues"], verdict.body["issues"]);
    let warned = open(&plane, "warnings", "main").await?;
    assert_eq!(
        merge(&plane, &warned, json!({})).await?.status,
        StatusCode::OK
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_broken_manifest_blocks_the_merge_and_a_missing_one_does_not() -> Outcome {
    let place = Place::new()?;
    branch(
        &place,
        "broken",
        "main",
        "kortix.toml",
        "this is [not toml\n",
    )?;
    place.git(&["checkout", "--quiet", "-b", "without", "main"])?;
    std::fs::remove_file(place.repo().join("kortix.toml"))?;
    place.commit("Without a manifest")?;
    place.git(&["checkout", "--quiet", "main"])?;
    let plane = place.serve().await?;
    let broken = open(&plane, "broken", "main").await?;
    let answer = merge(&plane, &broken, json!({})).await?;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        (text(&answer.body, "error"), text(&answer.body, "code")),
        (
            "Manifest validation failed — merge blocked.",
            "MANIFEST_INVALID"
        )
    );
    let issue = &answer.body["issues"][0];
    assert_eq!(
        (text(issue, "path"), text(issue, "severity")),
        ("<toml>", "error")
    );
    assert!(
        text(issue, "message").starts_with("not valid TOML: "),
        "{issue}"
    );
    assert_eq!((&issue["line"], &issue["column"]), (&json!(1), &json!(6)));
    assert_eq!(status(&plane, 1).await?, "open");
    let without = open(&plane, "without", "main").await?;
    assert_eq!(
        merge(&plane, &without, json!({})).await?.status,
        StatusCode::OK
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn only_what_was_looked_at_is_merged() -> Outcome {
    let place = Place::new()?;
    branch(&place, "topic", "main", "topic.txt", "topic\n")?;
    let plane = place.serve().await?;
    let change = open(&plane, "topic", "main").await?;
    let preview = plane
        .get(&format!("{}/merge-preview", path(&change)))
        .await?
        .body;
    let seen = json!({
        "expected_base_sha": preview["base_sha"], "expected_head_sha": preview["head_sha"],
    });
    branch(&place, "topic", "topic", "more.txt", "more\n")?;
    let head = place.git(&["rev-parse", "topic"])?;
    let moved = merge(&plane, &change, seen.clone()).await?;
    let old = text(&preview, "head_sha");
    assert_conflict(
        &moved,
        json!({
            "error": format!("`topic` has moved from {} to {}; look at the change request again, then merge it", &old[..7], &head[..7]),
            "code": "HEAD_MOVED", "branch": "topic", "expected": old, "found": head,
        }),
    );
    std::fs::write(place.repo().join("later.txt"), "later\n")?;
    place.commit("Later")?;
    let seen = json!({"expectedBaseSha": preview["base_sha"], "expectedHeadSha": head});
    let moved = merge(&plane, &change, seen).await?;
    assert_eq!(
        (text(&moved.body, "code"), text(&moved.body, "branch")),
        ("HEAD_MOVED", "main")
    );
    for wrong in [json!(7), json!("main"), json!("")] {
        let answer = merge(&plane, &change, json!({ "expected_base_sha": wrong })).await?;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    }
    let main = place.git(&["rev-parse", "main"])?;
    let seen = json!({"expected_base_sha": main, "expected_head_sha": head});
    assert_eq!(merge(&plane, &change, seen).await?.status, StatusCode::OK);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn of_two_merges_of_what_was_looked_at_one_wins() -> Outcome {
    let place = Place::new()?;
    branch(&place, "left", "main", "left.txt", "left\n")?;
    branch(&place, "right", "main", "right.txt", "right\n")?;
    let plane = place.serve().await?;
    let left = open(&plane, "left", "main").await?;
    let right = open(&plane, "right", "main").await?;
    let seen = json!({"expected_base_sha": left["base_commit_sha"]});
    let (one, other) = tokio::join!(
        merge(&plane, &left, seen.clone()),
        merge(&plane, &right, seen)
    );
    let answers = [one?, other?];
    let mut statuses = answers.each_ref().map(|answer| answer.status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let lost = answers
        .iter()
        .find(|answer| answer.status == StatusCode::CONFLICT);
    let lost = &lost.ok_or("nobody lost")?.body;
    assert_eq!(
        (text(lost, "code"), text(lost, "branch")),
        ("HEAD_MOVED", "main")
    );
    assert!(
        text(lost, "error").starts_with("`main` has moved from "),
        "{lost}"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_change_request_is_merged_once_however_often_it_is_asked_for() -> Outcome {
    let place = Place::new()?;
    branch(&place, "topic", "main", "topic.txt", "topic\n")?;
    std::fs::write(place.repo().join("later.txt"), "later\n")?;
    place.commit("Later")?;
    let plane = place.serve().await?;
    let change = open(&plane, "topic", "main").await?;
    let answers =
        futures_util::future::join_all((0..6).map(|_| merge(&plane, &change, json!({})))).await;
    let mut won = 0;
    for answer in answers {
        let answer = answer?;
        match answer.status {
            StatusCode::OK => won += 1,
            status => assert_eq!(status, StatusCode::CONFLICT, "{}", answer.body),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(
        place.git(&["rev-list", "--count", "--merges", "main"])?,
        "1"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn the_diff_of_a_merged_one_stays_when_its_branches_go_on_or_go_away() -> Outcome {
    let place = Place::new()?;
    branch(&place, "topic", "main", "topic.txt", "topic\n")?;
    std::fs::write(place.repo().join("later.txt"), "later\n")?;
    place.commit("Later")?;
    let plane = place.serve().await?;
    let change = open(&plane, "topic", "main").await?;
    let forward = open(&plane, "feature/x", "topic").await?;
    let diff = async |change| plane.get(&format!("{}/diff", path(change))).await;
    let before = diff(&change).await?.body;
    merge(&plane, &change, json!({})).await?;
    assert_eq!(diff(&change).await?.body, before);
    branch(&place, "topic", "topic", "after.txt", "after\n")?;
    std::fs::write(place.repo().join("even-later.txt"), "later\n")?;
    place.commit("Even later")?;
    assert_eq!(diff(&change).await?.body, before);
    place.git(&["branch", "--quiet", "-D", "topic"])?;
    assert_eq!(diff(&change).await?.body, before);
    assert_eq!(diff(&forward).await?.status, StatusCode::BAD_REQUEST);
    let preview = plane
        .get(&format!("{}/merge-preview", path(&change)))
        .await?;
    assert_eq!(
        preview.status,
        StatusCode::BAD_REQUEST,
        "a preview is of now"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_merge_whose_row_was_not_written_is_found_again() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let change = open(&plane, "feature/x", "main").await?;
    let merged = merge(&plane, &change, json!({})).await?.body;
    plane.server.shutdown().await;
    let database = rusqlite::Connection::open(place.data().join("control.db"))?;
    database.execute(
        "UPDATE change_requests SET status = 'open', merge_commit = NULL, merged_at = NULL",
        [],
    )?;
    drop(database);
    let plane = place.serve().await?;
    assert_conflict(
        &merge(&plane, &change, json!({})).await?,
        json!({"error": "Change request is merged"}),
    );
    let found = plane.get(&path(&change)).await?.body["change_request"].clone();
    for key in [
        "status",
        "merge_commit_sha",
        "base_commit_sha",
        "head_commit_sha",
    ] {
        assert_eq!(found[key], merged["change_request"][key], "{key}");
    }
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn nothing_is_merged_into_the_branch_of_a_running_session() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id").to_owned();
    let change = open(&plane, "feature/x", &id).await?;
    let refused = merge(&plane, &change, json!({})).await?;
    assert_eq!(
        (refused.status, text(&refused.body, "code")),
        (StatusCode::CONFLICT, "BASE_IN_USE")
    );
    plane
        .post(&format!("…/sessions/{id}/stop"), json!({}))
        .await?;
    let merged = merge(&plane, &change, json!({})).await?.body;
    let landing = &merged["merge"]["landing"];
    assert_eq!(text(landing, "state"), "kept_in_mirror");
    assert_eq!(
        text(landing, "reason"),
        format!("your repository has no branch `{id}`")
    );
    assert_eq!(
        plane
            .post(&format!("…/sessions/{id}/start"), json!({}))
            .await?
            .status,
        StatusCode::OK
    );
    assert_eq!(plane.settled(&id).await?["status"], "running");
    let workspace = place.data().join("sandboxes").join(&id).join("workspace");
    assert!(
        workspace.join("GUIDE.md").exists(),
        "the session goes on from the merge"
    );
    assert_eq!(
        git_in(&workspace, &["rev-parse", "HEAD"])?,
        text(&merged["merge"], "merge_commit_sha")
    );
    plane.server.shutdown().await;
    Ok(())
}
