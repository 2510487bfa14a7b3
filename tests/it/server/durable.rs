//! What survives a `kill -9`, and how the next start puts things in order.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use kortix_tui::local::Server;
use serde_json::{Value, json};

use super::{Outcome, Place, git_in, text};

const PLACE: &str = "KORTIX_TUI_TEST_PLACE";

/// A server in a process of its own; killed when dropped.
struct Process {
    child: Child,
    url: String,
    token: String,
    project: String,
}

impl Process {
    async fn start(place: &Place) -> Result<Self, Box<dyn std::error::Error>> {
        // The first client of this process may be made here, before any server.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let announced = place.folder.path().join("announced.json");
        let child = Command::new(std::env::current_exe()?)
            .args([
                "--exact",
                "server::durable::a_server_to_be_killed",
                "--nocapture",
            ])
            .env(PLACE, place.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let deadline = Instant::now() + Duration::from_secs(60);
        let announcement = loop {
            if let Ok(text) = fs::read_to_string(&announced) {
                break serde_json::from_str::<Value>(&text)?;
            }
            if Instant::now() > deadline {
                return Err("the server did not start".into());
            }
            tokio::task::yield_now().await;
        };
        fs::remove_file(announced)?;
        let part = |key: &str| text(&announcement, key).to_owned();
        Ok(Self {
            child,
            url: part("url"),
            token: part("token"),
            project: part("project"),
        })
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, reqwest::Error> {
        let url = format!("{}/v1/projects/{}/{path}", self.url, self.project);
        let request = reqwest::Client::builder().no_proxy().build()?.post(url);
        request
            .bearer_auth(&self.token)
            .json(&body)
            .send()
            .await?
            .json()
            .await
    }

    fn kill(mut self) -> std::io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

/// Not a test: the process that [`Process`] starts.
#[tokio::test]
async fn a_server_to_be_killed() -> Outcome {
    let Some(folder) = std::env::var_os(PLACE).map(std::path::PathBuf::from) else {
        return Ok(());
    };
    let mut options = Place::bare_folder()?.options();
    options.repositories = vec![folder.join("the repo")];
    options.data_dir = folder.join("data");
    let server = Server::start(options).await?;
    let announcement = json!({
        "url": server.url(),
        "token": server.token().expose(),
        "project": server.projects()[0].project_id,
    });
    let draft = folder.join("announced.draft");
    fs::write(&draft, announcement.to_string())?;
    fs::rename(draft, folder.join("announced.json"))?;
    tokio::time::sleep(Duration::from_secs(120)).await;
    server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_killed_server_loses_no_acknowledged_write_and_is_repaired() -> Outcome {
    let place = Place::new()?;
    let process = Process::start(&place).await?;
    let made = process.post("sessions", json!({"name": "worked"})).await?;
    let id = text(&made, "session_id").to_owned();
    let started = process
        .post(&format!("sessions/{id}/start?wait_ms=8000"), json!({}))
        .await?;
    assert_eq!(started["stage"], "ready", "{started}");
    let workspace = place.data().join("sandboxes").join(&id).join("workspace");
    fs::write(workspace.join("kept.txt"), "kept")?;
    git_in(&workspace, &["add", "kept.txt"])?;
    git_in(
        &workspace,
        &["commit", "--quiet", "--message", "Before the kill"],
    )?;
    let mut hasty = Vec::new();
    for number in 0..3 {
        let made = process
            .post("sessions", json!({"name": format!("hasty {number}")}))
            .await?;
        hasty.push(text(&made, "session_id").to_owned());
    }
    process.kill()?;

    let plane = place.serve().await?;
    let list = plane.get("…/sessions").await?.body;
    assert_eq!(list.as_array().map(Vec::len), Some(4));
    let worked = plane.get(&format!("…/sessions/{id}")).await?.body;
    assert_eq!(
        (&worked["status"], &worked["name"]),
        (&json!("stopped"), &json!("worked"))
    );
    let log = plane
        .get(&format!("…/commits?ref={id}&limit=1"))
        .await?
        .body;
    assert_eq!(log["commits"][0]["subject"], "Before the kill");
    for id in &hasty {
        let session = plane.get(&format!("…/sessions/{id}")).await?.body;
        let is_settled = match text(&session, "status") {
            "failed" => text(&session, "error").contains("the control plane ended"),
            "stopped" => true,
            _ => false,
        };
        assert!(is_settled, "{session}");
    }
    assert_eq!(fs::read_dir(place.data().join("sandboxes"))?.count(), 0);
    assert_eq!(plane.settled(&id).await?["status"], "running");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn half_made_sessions_are_failed_with_a_reason_and_can_be_restarted() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id").to_owned();
    plane.server.shutdown().await;
    let database = rusqlite::Connection::open(place.data().join("control.db"))?;
    database.execute(
        "UPDATE sessions SET status = 'provisioning', sandbox_status = 'provisioning'",
        [],
    )?;
    drop(database);
    let half = place
        .data()
        .join("sandboxes")
        .join(&id)
        .join("workspace/.git");
    fs::create_dir_all(&half)?;
    fs::write(half.join("HEAD"), "ref: refs/heads/nothing\n")?;
    fs::create_dir_all(place.data().join("sandboxes/something else"))?;
    let draft = place.data().join("mirrors/unfinished.draft");
    fs::create_dir_all(&draft)?;

    let plane = place.serve().await?;
    let failed = plane.get(&format!("…/sessions/{id}")).await?.body;
    let reason = "the control plane ended while the session was being prepared";
    assert!(!draft.exists());
    assert_eq!(
        (&failed["status"], &failed["error"]),
        (&json!("failed"), &json!(reason))
    );
    assert_eq!(fs::read_dir(place.data().join("sandboxes"))?.count(), 0);
    plane
        .post(&format!("…/sessions/{id}/restart"), json!({}))
        .await?;
    assert_eq!(plane.settled(&id).await?["status"], "running");
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_shutdown_stops_sessions_and_the_next_server_has_the_same_project() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let project = plane.project().to_owned();
    let session = plane.session(json!({})).await?;
    let id = text(&session, "session_id").to_owned();
    plane.server.shutdown().await;
    let plane = place.serve().await?;
    assert_eq!(plane.project(), project);
    let row = plane.get(&format!("…/sessions/{id}")).await?.body;
    assert_eq!(
        (&row["status"], &row["metadata"]["stop_reason"]),
        (&json!("stopped"), &json!("the control plane ended"))
    );
    plane.server.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_data_folder_of_the_first_version_gets_change_requests_and_keeps_the_rest() -> Outcome {
    let place = Place::new()?;
    let plane = place.serve().await?;
    let session = plane.session(json!({"name": "Old"})).await?;
    plane.server.shutdown().await;
    let database = rusqlite::Connection::open(place.data().join("control.db"))?;
    database.execute_batch(
        "DROP TABLE change_requests; ALTER TABLE projects DROP COLUMN last_change;
         PRAGMA user_version = 1;",
    )?;
    drop(database);
    let plane = place.serve().await?;
    let body = json!({"title": "New", "head_ref": text(&session, "session_id"), "session_id": text(&session, "session_id")});
    let opened = plane.post("…/change-requests", body).await?.body;
    assert_eq!(
        (&opened["number"], &opened["origin_session_id"]),
        (&json!(1), &session["session_id"])
    );
    plane.server.shutdown().await;
    Ok(())
}
