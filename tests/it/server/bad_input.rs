//! What is no good repository, folder or address: one clear message, a way out, nothing half made.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use kortix_tui::local::{Options, Server, StartError};
use serde_json::json;

use super::{Outcome, Place, Plane, git_in, text};

/// Starts a server that must not start, and gives what it said.
async fn refusal(options: Options) -> Result<StartError, String> {
    match Server::start(options).await {
        Ok(server) => {
            server.shutdown().await;
            Err("the server started".to_owned())
        }
        Err(error) => {
            assert!(!error.hint().is_empty());
            let said = error.to_string();
            assert!(
                said.chars()
                    .next()
                    .is_some_and(|first| !first.is_uppercase()),
                "{said}"
            );
            Ok(error)
        }
    }
}

fn mirrors(place: &Place) -> Vec<PathBuf> {
    let entries = fs::read_dir(place.data().join("mirrors"));
    entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect()
}

#[tokio::test]
async fn a_folder_without_a_repository_is_told() -> Outcome {
    let place = Place::bare_folder()?;
    let error = refusal(place.options()).await?;
    assert!(
        matches!(error, StartError::NotARepository { .. }),
        "{error}"
    );
    let mut options = place.options();
    options.repositories = vec![place.repo().join("not there")];
    let error = refusal(options).await?;
    assert!(
        matches!(error, StartError::NotARepository { .. }),
        "{error}"
    );
    assert!(mirrors(&place).is_empty());
    Ok(())
}

#[tokio::test]
async fn a_repository_without_commits_is_told() -> Outcome {
    let place = Place::bare_folder()?;
    place.git(&["init", "--quiet"])?;
    let error = refusal(place.options()).await?;
    assert!(matches!(error, StartError::NoCommits { .. }), "{error}");
    assert!(mirrors(&place).is_empty());
    Ok(())
}

#[tokio::test]
async fn a_broken_repository_is_told_and_leaves_no_mirror() -> Outcome {
    let place = Place::new()?;
    let objects = place.repo().join(".git/objects");
    for entry in fs::read_dir(&objects)?.flatten() {
        if entry.file_name().len() == 2 {
            fs::remove_dir_all(entry.path())?;
        }
    }
    let error = refusal(place.options()).await?;
    assert!(
        matches!(
            error,
            StartError::Repository { .. } | StartError::NoCommits { .. }
        ),
        "{error}"
    );
    assert!(mirrors(&place).is_empty());
    Ok(())
}

#[tokio::test]
async fn a_port_in_use_is_told() -> Outcome {
    let place = Place::new()?;
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let mut options = place.options();
    options.listen = taken.local_addr()?;
    let error = refusal(options).await?;
    assert!(matches!(error, StartError::AddressInUse { .. }), "{error}");
    assert!(!place.data().exists());
    Ok(())
}

#[tokio::test]
async fn an_address_that_others_can_reach_needs_consent() -> Outcome {
    let place = Place::new()?;
    let mut options = place.options();
    options.listen = ([0, 0, 0, 0], 0).into();
    let error = refusal(options).await?;
    assert!(matches!(error, StartError::NotLoopback { .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_data_folder_is_used_by_one_server_and_private() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let error = refusal(place.options()).await?;
    assert!(
        matches!(error, StartError::DataFolderInUse { .. }),
        "{error}"
    );
    let mode = |path: PathBuf| fs::metadata(path).map(|found| found.permissions().mode() & 0o777);
    assert_eq!(mode(place.data())?, 0o700);
    assert_eq!(mode(place.data().join("control.db"))?, 0o600);
    plane.server.shutdown().await;
    place.serve().await?.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_told() -> Outcome {
    let place = Place::new()?;
    fs::write(place.folder.path().join("file"), "")?;
    let mut options = place.options();
    options.data_dir = place.folder.path().join("file").join("data");
    let error = refusal(options).await?;
    assert!(matches!(error, StartError::DataFolder { .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() -> Outcome {
    let place = Place::new()?;
    place.serve().await?.server.shutdown().await;
    let database = rusqlite::Connection::open(place.data().join("control.db"))?;
    database.pragma_update(None, "user_version", 99)?;
    drop(database);
    let error = refusal(place.options()).await?;
    assert!(
        matches!(error, StartError::StoreTooNew { found: 99, .. }),
        "{error}"
    );
    fs::write(
        place.data().join("control.db"),
        "this is not a database, not at all",
    )?;
    let error = refusal(place.options()).await?;
    assert!(matches!(error, StartError::Store { .. }), "{error}");
    Ok(())
}

/// Serves a repository and boots one session in it.
async fn works(place: &Place, repository: PathBuf) -> Result<Plane, Box<dyn std::error::Error>> {
    let mut options = place.options();
    options.repositories = vec![repository];
    let plane = Plane::start(options).await?;
    let session = plane.session(json!({})).await?;
    assert_eq!(session["status"], "running", "{session}");
    let id = text(&session, "session_id").to_owned();
    let workspace = place.data().join("sandboxes").join(&id).join("workspace");
    fs::write(workspace.join("new.txt"), "new")?;
    git_in(&workspace, &["add", "new.txt"])?;
    git_in(&workspace, &["commit", "--quiet", "--message", "Work"])?;
    plane
        .post(&format!("…/sessions/{id}/stop"), json!({}))
        .await?;
    let log = plane.get(&format!("…/commits?ref={id}")).await?.body;
    assert_eq!(log["commits"][0]["subject"], "Work");
    Ok(plane)
}

#[tokio::test]
async fn a_bare_repository_works() -> Outcome {
    let place = Place::new()?;
    let bare = place.folder.path().join("demo.git");
    let target = bare.display().to_string();
    place.git(&["clone", "--quiet", "--bare", ".", &target])?;
    let plane = works(&place, bare).await?;
    assert_eq!(plane.server.projects()[0].name, "demo");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_detached_head_and_a_folder_inside_work() -> Outcome {
    let place = Place::new()?;
    place.git(&["checkout", "--quiet", "--detach"])?;
    let plane = works(&place, place.repo().join(".kortix")).await?;
    let project = &plane.server.projects()[0];
    assert_eq!(
        project.notes,
        ["HEAD is detached; sessions start from `main`"]
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_detached_head_without_any_branch_works() -> Outcome {
    let place = Place::new()?;
    place.git(&["checkout", "--quiet", "--detach"])?;
    place.git(&["branch", "--quiet", "-D", "main", "feature/x"])?;
    let plane = works(&place, place.repo()).await?;
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_shallow_clone_works_and_says_so() -> Outcome {
    let place = Place::new()?;
    fs::write(place.repo().join("more.txt"), "more")?;
    place.commit("More")?;
    let shallow = place.folder.path().join("shallow");
    let (source, target) = (
        format!("file://{}", place.repo().display()),
        shallow.display().to_string(),
    );
    place.git(&["clone", "--quiet", "--depth=1", &source, &target])?;
    let plane = works(&place, shallow).await?;
    assert!(plane.server.projects()[0].notes[0].contains("shallow"));
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_linked_work_tree_works() -> Outcome {
    let place = Place::new()?;
    let linked = place.folder.path().join("linked");
    place.git(&[
        "worktree",
        "add",
        "--quiet",
        &linked.display().to_string(),
        "feature/x",
    ])?;
    let plane = works(&place, linked).await?;
    plane.server.shutdown().await;
    Ok(())
}

/// Not a test by itself: runs in a process whose `PATH` holds no programs.
#[tokio::test]
async fn a_start_where_there_is_no_git() -> Outcome {
    if std::env::var_os("PATH").is_some_and(|path| path != "/nonexistent") {
        return Ok(());
    }
    let place = Place::bare_folder()?;
    let error = refusal(place.options()).await?;
    assert!(matches!(error, StartError::NoGit), "{error}");
    assert!(!place.data().exists());
    Ok(())
}

#[test]
fn a_machine_without_git_is_told() -> std::io::Result<()> {
    let output = std::process::Command::new(std::env::current_exe()?)
        .args([
            "--exact",
            "server::bad_input::a_start_where_there_is_no_git",
        ])
        .env("PATH", "/nonexistent")
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
async fn with_consent_other_machines_are_served_but_not_other_sites() -> Outcome {
    let place = Place::new()?;
    let mut options = place.options();
    options.listen = ([0, 0, 0, 0], 0).into();
    options.allow_remote = true;
    let plane = Plane::start(options).await?;
    assert!(plane.server.url().starts_with("http://127.0.0.1:"));
    let named = || {
        plane
            .request(reqwest::Method::GET, "/v1/projects")
            .header("Host", "box.example:80")
    };
    assert_eq!(super::read(named()).await?.status, 200);
    let foreign = named().header("Origin", "http://evil.example");
    assert_eq!(super::read(foreign).await?.status, 403);
    plane.server.shutdown().await;
    Ok(())
}
