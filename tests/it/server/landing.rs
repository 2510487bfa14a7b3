//! Where a merge goes: into the user's repository when nothing of the user's is in its way.

use std::{collections::BTreeMap, fs, io::Write, net::TcpStream, path::Path};

use serde_json::{Value, json};

use super::{
    Outcome, Place, Plane,
    changes::{branch, open, path},
    git_in, text,
};

/// Merges `head` into `main` and gives what became of it.
async fn merge(plane: &Plane, head: &str) -> Result<Value, reqwest::Error> {
    let change = open(plane, head, "main").await?;
    let merged = plane
        .post(&format!("{}/merge", path(&change)), json!({}))
        .await?;
    assert_eq!(merged.status, 200, "{}", merged.body);
    Ok(merged.body["merge"].clone())
}

/// Every file of a work tree but git's own, byte for byte.
fn files(top: &Path) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.ends_with(".git") {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(top).unwrap_or(&path);
                found.insert(name.display().to_string(), fs::read(&path)?);
            }
        }
    }
    Ok(found)
}

/// Everything of the user's that a merge must not touch when it is kept in the mirror.
fn belongings(place: &Place, top: &Path) -> Result<Vec<String>, std::io::Error> {
    let git = |args: &[&str]| git_in(top, args);
    Ok(vec![
        place.git(&["for-each-ref"])?,
        git(&["symbolic-ref", "HEAD"]).unwrap_or_default(),
        git(&["rev-parse", "HEAD"])?,
        git(&[
            "status",
            "--porcelain",
            "--untracked-files=all",
            "--ignored",
        ])?,
        git(&["ls-files", "--stage"])?,
        git(&["diff"])?,
        git(&["diff", "--cached"])?,
        git(&["stash", "list"])?,
        format!("{:?}", files(top)?),
    ])
}

/// The mirror's branch, which has the merge whatever happened to the user's.
fn mirrored(place: &Place, plane: &Plane) -> Result<String, std::io::Error> {
    let mirror = format!("{}.git", plane.project());
    git_in(
        &place.data().join("mirrors").join(mirror),
        &["rev-parse", "main"],
    )
}

/// Merges `topic` while something is in the way, and expects that nothing of the user's changed.
async fn kept(place: &Place, plane: &Plane, reason: &str) -> Outcome {
    let before = belongings(place, &place.repo())?;
    let merge = merge(plane, "topic").await?;
    assert_eq!(belongings(place, &place.repo())?, before);
    let landing = &merge["landing"];
    assert_eq!(text(landing, "state"), "kept_in_mirror", "{landing}");
    assert!(text(landing, "reason").contains(reason), "{landing}");
    assert_eq!(mirrored(place, plane)?, text(&merge, "base_sha_after"));
    plane.get("…/branches").await?;
    let again = open(plane, "feature/x", "main").await?;
    assert_eq!(
        text(&again, "base_commit_sha"),
        text(&merge, "base_sha_after"),
        "a refresh does not lose the merge"
    );
    assert!(!place.repo().join(".git/index.lock").exists());
    Ok(())
}

fn topic() -> Result<Place, Box<dyn std::error::Error>> {
    let place = Place::new()?;
    branch(&place, "topic", "main", "new/topic.txt", "topic\n")?;
    Ok(place)
}

/// Runs what the answer says, as a person would.
fn follow(place: &Place, landing: &Value) -> Outcome {
    let ran = std::process::Command::new("sh")
        .args(["-c", text(landing, "fetch")])
        .current_dir(place.repo())
        .env("GIT_CONFIG_COUNT", "2")
        .envs([
            ("GIT_CONFIG_KEY_0", "user.name"),
            ("GIT_CONFIG_VALUE_0", "Ada"),
        ])
        .envs([
            ("GIT_CONFIG_KEY_1", "user.email"),
            ("GIT_CONFIG_VALUE_1", "a@example.test"),
        ])
        .env("GIT_EDITOR", "true")
        .output()?;
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_branch_that_is_not_checked_out_moves() -> Outcome {
    let place = topic()?;
    place.git(&["checkout", "--quiet", "-b", "elsewhere"])?;
    fs::write(place.repo().join("README.md"), "not committed\n")?;
    let plane = place.serve().await?;
    let before = files(&place.repo())?;
    let merge = merge(&plane, "topic").await?;
    assert_eq!(
        merge["landing"],
        json!({"state": "landed", "work_tree": null})
    );
    assert_eq!(
        place.git(&["rev-parse", "main"])?,
        text(&merge, "base_sha_after")
    );
    assert_eq!(files(&place.repo())?, before);
    assert_eq!(place.git(&["status", "--porcelain"])?, "M README.md");
    assert!(!place.repo().join(".git/FETCH_HEAD").exists());
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_clean_work_tree_moves_with_its_branch() -> Outcome {
    let place = topic()?;
    fs::write(place.repo().join("mine.txt"), "untracked, not in the way\n")?;
    let hooks = place.repo().join(".git/hooks");
    fs::create_dir_all(&hooks)?;
    for hook in [
        "post-checkout",
        "post-merge",
        "reference-transaction",
        "post-index-change",
    ] {
        fs::write(hooks.join(hook), "#!/bin/sh\ntouch ../ran-a-hook\n")?;
        fs::set_permissions(
            hooks.join(hook),
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )?;
    }
    let plane = place.serve().await?;
    let merge = merge(&plane, "topic").await?;
    let top = place.repo().canonicalize()?;
    assert_eq!(
        merge["landing"],
        json!({"state": "landed", "work_tree": top})
    );
    assert!(!place.folder.path().join("ran-a-hook").exists());
    fs::remove_dir_all(&hooks)?;
    assert_eq!(place.git(&["symbolic-ref", "HEAD"])?, "refs/heads/main");
    assert_eq!(
        place.git(&["rev-parse", "HEAD"])?,
        text(&merge, "base_sha_after")
    );
    assert_eq!(place.git(&["status", "--porcelain"])?, "?? mine.txt");
    assert_eq!(
        fs::read_to_string(place.repo().join("new/topic.txt"))?,
        "topic\n"
    );
    let logged = place.git(&["reflog", "-1", "--format=%gs"])?;
    assert_eq!(logged, "kortix: merge change request #1");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_changed_file_keeps_the_merge_in_the_mirror_and_the_answer_fetches_it() -> Outcome {
    let place = topic()?;
    fs::write(place.repo().join("README.md"), "stashed\n")?;
    place.git(&["stash"])?;
    fs::write(place.repo().join("README.md"), "staged\n")?;
    place.git(&["add", "README.md"])?;
    fs::write(place.repo().join("README.md"), "not even staged\n")?;
    fs::write(place.repo().join("kortix.toml"), "# mine\n")?;
    let plane = place.serve().await?;
    kept(
        &place,
        &plane,
        "has changes that are not committed: `README.md` and 1 more",
    )
    .await?;
    let list = plane.get("…/change-requests?status=merged").await?.body;
    assert_eq!(list["change_requests"][0]["number"], 1);
    place.git(&["stash"])?;
    branch(&place, "second", "main", "second.txt", "second\n")?;
    let merge = merge(&plane, "second").await?;
    assert_eq!(
        text(&merge["landing"], "state"),
        "landed",
        "the next merge brings both"
    );
    assert!(place.repo().join("new/topic.txt").exists());
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_kept_merge_is_fetched_by_the_command_of_the_answer() -> Outcome {
    let place = topic()?;
    fs::write(place.repo().join("README.md"), "mine\n")?;
    let plane = place.serve().await?;
    let kept = merge(&plane, "topic").await?;
    assert_eq!(text(&kept["landing"], "state"), "kept_in_mirror");
    follow(&place, &kept["landing"])?;
    assert_eq!(
        place.git(&["rev-parse", "main"])?,
        text(&kept, "base_sha_after")
    );
    assert_eq!(
        fs::read_to_string(place.repo().join("README.md"))?,
        "mine\n"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn an_untracked_or_ignored_file_is_never_replaced() -> Outcome {
    let place = topic()?;
    fs::create_dir(place.repo().join("new"))?;
    fs::write(place.repo().join("new/topic.txt"), "mine\n")?;
    let plane = place.serve().await?;
    kept(&place, &plane, "`new/topic.txt` in ").await?;
    plane.server.shutdown().await;
    let place = topic()?;
    fs::create_dir(place.repo().join("new"))?;
    fs::write(place.repo().join("new/topic.txt"), "secret\n")?;
    fs::write(place.repo().join(".git/info/exclude"), "new/\n")?;
    let plane = place.serve().await?;
    kept(&place, &plane, "is not in git and would be replaced").await?;
    plane.server.shutdown().await;
    let place = topic()?;
    fs::write(place.repo().join("new"), "a file where a folder belongs\n")?;
    fs::write(place.repo().join(".git/info/exclude"), "new\n")?;
    let plane = place.serve().await?;
    kept(&place, &plane, "`new` in ").await?;
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn changes_that_git_was_told_not_to_see_are_not_replaced() -> Outcome {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let place = Place::new()?;
        branch(&place, "topic", "main", "README.md", "# Theirs\n")?;
        place.git(&["update-index", flag, "README.md"])?;
        fs::write(place.repo().join("README.md"), "# Mine\n")?;
        let plane = place.serve().await?;
        kept(
            &place,
            &plane,
            "git was told not to see changes of `README.md`",
        )
        .await?;
        plane.server.shutdown().await;
    }
    Ok(())
}

#[tokio::test]
async fn a_branch_that_moved_on_is_not_overwritten_and_both_sides_stay() -> Outcome {
    let place = topic()?;
    fs::write(place.repo().join("README.md"), "mine\n")?;
    let plane = place.serve().await?;
    kept(&place, &plane, "not committed").await?;
    place.commit("Mine, after the merge")?;
    let mine = place.git(&["rev-parse", "main"])?;
    branch(&place, "second", "main~1", "second.txt", "second\n")?;
    let merge = merge(&plane, "second").await?;
    let landing = &merge["landing"];
    assert_eq!(
        text(landing, "reason"),
        "`main` of your repository has commits that the merge does not have"
    );
    assert_eq!(place.git(&["rev-parse", "main"])?, mine);
    follow(&place, landing)?;
    for file in ["new/topic.txt", "second.txt"] {
        assert!(place.repo().join(file).exists(), "{file}");
    }
    assert_eq!(
        fs::read_to_string(place.repo().join("README.md"))?,
        "mine\n"
    );
    let reunited = place.git(&["rev-parse", "main"])?;
    let change = open(&plane, "feature/x", "main").await?;
    assert_eq!(text(&change, "base_commit_sha"), reunited);
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_branch_that_the_user_rewinds_after_the_landing_is_followed() -> Outcome {
    let place = topic()?;
    let plane = place.serve().await?;
    let before = place.git(&["rev-parse", "main"])?;
    merge(&plane, "topic").await?;
    place.git(&["reset", "--quiet", "--hard", &before])?;
    let change = open(&plane, "feature/x", "main").await?;
    assert_eq!(text(&change, "base_commit_sha"), before);
    let merged = plane.get("…/change-requests/1/diff").await?.body;
    assert_eq!(merged["files"][0]["path"], "new/topic.txt");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_detached_head_does_not_hold_the_branch() -> Outcome {
    let place = topic()?;
    place.git(&["checkout", "--quiet", "--detach"])?;
    fs::write(place.repo().join("README.md"), "mine\n")?;
    let plane = place.serve().await?;
    let before = (files(&place.repo())?, place.git(&["rev-parse", "HEAD"])?);
    let merge = merge(&plane, "topic").await?;
    assert_eq!(text(&merge["landing"], "state"), "landed");
    assert_eq!(
        place.git(&["rev-parse", "main"])?,
        text(&merge, "base_sha_after")
    );
    assert_eq!(
        (files(&place.repo())?, place.git(&["rev-parse", "HEAD"])?),
        before
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_linked_work_tree_moves_like_any_other() -> Outcome {
    let place = topic()?;
    place.git(&["checkout", "--quiet", "-b", "elsewhere"])?;
    let linked = place.folder.path().join("linked tree");
    place.git(&[
        "worktree",
        "add",
        "--quiet",
        &linked.display().to_string(),
        "main",
    ])?;
    fs::write(place.repo().join("README.md"), "mine\n")?;
    let plane = place.serve().await?;
    let before = files(&place.repo())?;
    let merge_one = merge(&plane, "topic").await?;
    assert_eq!(
        merge_one["landing"],
        json!({"state": "landed", "work_tree": linked.canonicalize()?})
    );
    assert_eq!(git_in(&linked, &["status", "--porcelain"])?, "");
    assert!(linked.join("new/topic.txt").exists());
    assert_eq!(files(&place.repo())?, before);
    fs::write(linked.join("README.md"), "dirty there\n")?;
    place.git(&["branch", "--quiet", "--force", "third", "feature/x"])?;
    let before = belongings(&place, &linked)?;
    let merge_two = merge(&plane, "third").await?;
    assert!(text(&merge_two["landing"], "reason").contains("README.md"));
    assert_eq!(belongings(&place, &linked)?, before);
    fs::remove_dir_all(&linked)?;
    place.git(&["branch", "--quiet", "fourth", "third"])?;
    let merge_three = merge(&plane, "fourth").await?;
    assert!(
        text(&merge_three["landing"], "reason").contains("cannot be found"),
        "{merge_three}"
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_bare_repository_gets_the_merge() -> Outcome {
    let place = topic()?;
    let bare = place.folder.path().join("bare.git");
    let (from, to) = (
        place.repo().display().to_string(),
        bare.display().to_string(),
    );
    place.git(&["clone", "--quiet", "--bare", &from, &to])?;
    let mut options = place.options();
    options.repositories = vec![bare.clone()];
    let plane = Plane::start(options).await?;
    let merge = merge(&plane, "topic").await?;
    assert_eq!(
        merge["landing"],
        json!({"state": "landed", "work_tree": null})
    );
    assert_eq!(
        git_in(&bare, &["rev-parse", "main"])?,
        text(&merge, "base_sha_after")
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_shallow_clone_gets_the_merge() -> Outcome {
    let place = topic()?;
    fs::write(place.repo().join("later.txt"), "later\n")?;
    place.commit("Later")?;
    let shallow = place.folder.path().join("shallow");
    let from = format!("file://{}", place.repo().display());
    let to = shallow.display().to_string();
    place.git(&["clone", "--quiet", "--depth=1", "--branch=main", &from, &to])?;
    git_in(&shallow, &["checkout", "--quiet", "-b", "topic"])?;
    fs::write(shallow.join("shallow.txt"), "shallow\n")?;
    git_in(&shallow, &["add", "shallow.txt"])?;
    git_in(&shallow, &["commit", "--quiet", "--message", "On top"])?;
    git_in(&shallow, &["checkout", "--quiet", "main"])?;
    let mut options = place.options();
    options.repositories = vec![shallow.clone()];
    let plane = Plane::start(options).await?;
    let merge = merge(&plane, "topic").await?;
    assert_eq!(text(&merge["landing"], "state"), "landed", "{merge}");
    assert!(shallow.join("shallow.txt").exists());
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn work_in_progress_in_git_keeps_the_merge_in_the_mirror() -> Outcome {
    let place = topic()?;
    fs::write(
        place.repo().join(".git/MERGE_HEAD"),
        format!("{}\n", place.git(&["rev-parse", "feature/x"])?),
    )?;
    let plane = place.serve().await?;
    kept(&place, &plane, "a merge is going on in ").await?;
    plane.server.shutdown().await;

    let place = topic()?;
    let plane = place.serve().await?;
    fs::write(place.repo().join(".git/index.lock"), "")?;
    let locked = merge(&plane, "topic").await?;
    let reason = text(&locked["landing"], "reason").to_owned();
    assert!(
        reason.starts_with("another git command is running in "),
        "{reason}"
    );
    assert!(
        place.repo().join(".git/index.lock").exists(),
        "somebody else's"
    );
    assert!(!place.repo().join("new").exists());
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn files_go_back_when_the_branch_cannot_move() -> Outcome {
    let place = topic()?;
    let plane = place.serve().await?;
    fs::write(place.repo().join(".git/refs/heads/main.lock"), "")?;
    kept(&place, &plane, "git refused: ").await?;
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_branch_that_is_being_rebased_does_not_move() -> Outcome {
    let place = topic()?;
    fs::write(place.repo().join("README.md"), "# Mine\n")?;
    place.commit("Mine")?;
    branch(&place, "topic", "main", "new/topic.txt", "topic\n")?;
    branch(&place, "upstream", "main~1", "README.md", "# Theirs\n")?;
    assert!(place.git(&["rebase", "upstream"]).is_err(), "it conflicts");
    let plane = place.serve().await?;
    kept(&place, &plane, "git refused: ").await?;
    place.git(&["rebase", "--abort"])?;
    assert_eq!(place.git(&["log", "-1", "--format=%s"])?, "Mine");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn sparse_trees_submodules_and_filters_are_left_to_the_user() -> Outcome {
    let place = topic()?;
    place.git(&["sparse-checkout", "set", ".kortix"])?;
    let plane = place.serve().await?;
    kept(&place, &plane, "is a sparse checkout").await?;
    plane.server.shutdown().await;

    let place = Place::new()?;
    place.git(&["checkout", "--quiet", "-b", "topic"])?;
    let commit = place.git(&["rev-parse", "HEAD"])?;
    place.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{commit},module"),
    ])?;
    place.git(&["commit", "--quiet", "--message", "Add a submodule"])?;
    place.git(&["checkout", "--quiet", "main"])?;
    let plane = place.serve().await?;
    kept(&place, &plane, "the merge changes the submodule `module`").await?;
    plane.server.shutdown().await;

    let place = topic()?;
    place.git(&["config", "filter.shout.smudge", "tr a-z A-Z"])?;
    fs::write(
        place.repo().join(".git/info/attributes"),
        "*.txt filter=shout\n",
    )?;
    let plane = place.serve().await?;
    kept(&place, &plane, "goes through the filter `shout`").await?;
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_merge_goes_on_when_the_client_goes_away() -> Outcome {
    let place = topic()?;
    let plane = place.serve().await?;
    let change = open(&plane, "topic", "main").await?;
    let address = plane.server.url().trim_start_matches("http://");
    let path = path(&change).replace('…', &format!("/v1/projects/{}", plane.project()));
    let request = format!(
        "POST {path}/merge HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Length: 0\r\n\r\n",
        plane.server.token().expose()
    );
    // Somebody else's lock holds the landing up, until the merge is seen and the client has gone.
    let lock = place.repo().join(".git/index.lock");
    fs::write(&lock, "")?;
    let mut client = TcpStream::connect(address)?;
    client.write_all(request.as_bytes())?;
    let merged = "…/change-requests?status=merged";
    for _ in 0..10_000 {
        if plane.get(merged).await?.body["change_requests"] != json!([]) {
            break;
        }
    }
    drop(client);
    fs::remove_file(lock)?;
    plane.server.shutdown().await;
    assert!(place.repo().join("new/topic.txt").exists());
    assert_eq!(place.git(&["status", "--porcelain"])?, "");
    Ok(())
}
