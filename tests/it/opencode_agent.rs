//! OpenCode under our control: starting, dying, stopping, and what a crash of ours leaves.
//!
//! `tests/fixtures/opencode` stands in for it; where it has to answer, it runs this test program
//! again as [`the_fake_opencode`].

use std::{error::Error, path::PathBuf, time::Duration};

use axum::{
    Json, Router,
    extract::Path,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use kortix_tui::local::agent::{
    self, AgentKind, AgentOptions, Boot, RunningAgent, end_leftover, start,
};
use serde_json::{Value, json};
use tempfile::TempDir;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const PATIENCE: Duration = Duration::from_secs(20);

/// Serves a few of OpenCode's routes when it is run as the stand-in, and does nothing else.
#[tokio::test]
async fn the_fake_opencode() -> Outcome {
    let Ok(port) = std::env::var("FAKE_OPENCODE_PORT") else {
        return Ok(());
    };
    let password = std::env::var("OPENCODE_SERVER_PASSWORD")?;
    let home = std::env::var("HOME").unwrap_or_default();
    let health = move |headers: HeaderMap| async move {
        use base64::Engine;
        let basic =
            base64::engine::general_purpose::STANDARD.encode(format!("opencode:{password}"));
        let given = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        if given == Some(&format!("Basic {basic}")) {
            (
                StatusCode::OK,
                Json(json!({"healthy": true, "version": "1.18.33", "home": home})),
            )
        } else {
            (StatusCode::UNAUTHORIZED, Json(json!({})))
        }
    };
    let folder = std::env::current_dir()?.to_string_lossy().into_owned();
    let app = fake_routes(&folder).route("/global/health", get(health));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}

/// The routes of the stand-in but for its health.
fn fake_routes(folder: &str) -> Router {
    let session = json!({"id": "ses_fake", "directory": folder});
    let (opened, found) = (session.clone(), session);
    Router::new()
        .route(
            "/agent",
            get(|| async { Json(json!([{"name": "build", "mode": "primary"}])) }),
        )
        .route(
            "/session",
            post(move || async move {
                let _ = std::fs::OpenOptions::new()
                    .append(true)
                    .create(true)
                    .open("opened")
                    .map(|file| std::io::Write::write_all(&mut &file, b"x"));
                Json(opened)
            }),
        )
        .route(
            "/session/{id}",
            get(move |Path(_): Path<String>| async move { Json(found) }),
        )
        .route(
            "/session/{id}/prompt_async",
            post(|body: String| async move {
                let _ = std::fs::write("prompt", body);
                StatusCode::NO_CONTENT
            }),
        )
        .route(
            "/die",
            get(|| async {
                // The agent's log is its standard error.
                let _ =
                    std::io::Write::write_all(&mut std::io::stderr(), b"out of \x1b[1mmemory\n");
                std::process::exit(9);
                #[expect(unreachable_code, reason = "the handler needs a type")]
                StatusCode::OK
            }),
        )
}

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("workspace"))?;
        Ok(Self { folder })
    }

    fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn options(&self) -> AgentOptions {
        AgentOptions {
            kind: AgentKind::OpenCode,
            opencode: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/opencode").into()),
            isolated_home: Some(self.folder.path().join("home")),
            supervisor: Some(env!("CARGO_BIN_EXE_kortix-tui").into()),
            ..AgentOptions::default()
        }
    }

    fn boot(&self, mode: &str) -> Outcome<Boot> {
        let program = std::env::current_exe()?.to_string_lossy().into_owned();
        let env = [("FAKE_OPENCODE", mode), ("FAKE_OPENCODE_PROGRAM", &program)];
        Ok(Boot {
            workspace: self.workspace(),
            state_dir: self.state(),
            session_id: "s1".to_owned(),
            branch: "main".to_owned(),
            agent_name: "default".to_owned(),
            initial_prompt: Some("hello".to_owned()),
            model: Some("mock/m".to_owned()),
            env: env
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        })
    }

    async fn start(&self) -> Outcome<RunningAgent> {
        Ok(start(&self.options(), self.boot("serve")?).await?)
    }
}

async fn fetch(agent: &RunningAgent, path: &str) -> Outcome<Value> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .build()?;
    let url = format!("http://{}{path}", agent.address);
    let authorization = agent.authorization.clone().unwrap_or_default();
    let request = client.get(url).header("authorization", authorization);
    Ok(request.send().await?.error_for_status()?.json().await?)
}

async fn reason(agent: &RunningAgent) -> Outcome<String> {
    let mut exited = agent.exited();
    let reason = tokio::time::timeout(PATIENCE, exited.wait_for(Option::is_some)).await??;
    Ok(reason.clone().unwrap_or_default())
}

#[tokio::test]
async fn an_opencode_that_does_not_start_says_why_without_control_letters() -> Outcome {
    let place = Place::new()?;
    let Err(error) = start(&place.options(), place.boot("refuse")?).await else {
        return Err("it started".into());
    };
    assert!(matches!(error, agent::Error::Died { .. }));
    let text = error.to_string();
    assert!(
        text.ends_with("(exit status: 3): Error: the configuration is broken"),
        "{text}"
    );
    Ok(())
}

#[tokio::test]
async fn no_opencode_is_one_clear_error() -> Outcome {
    let place = Place::new()?;
    let options = AgentOptions {
        opencode: Some("/no/such/opencode".into()),
        ..place.options()
    };
    let outcome = start(&options, place.boot("serve")?).await;
    assert!(matches!(outcome, Err(agent::Error::NotFound { .. })));
    Ok(())
}

#[tokio::test]
async fn the_first_prompt_and_the_model_reach_the_root_session() -> Outcome {
    let place = Place::new()?;
    let agent = place.start().await?;
    assert_eq!(agent.root_session, "ses_fake");
    let prompt: Value = serde_json::from_slice(&std::fs::read(place.workspace().join("prompt"))?)?;
    let expected = json!({
        "parts": [{"type": "text", "text": "hello"}],
        "model": {"providerID": "mock", "modelID": "m"},
    });
    assert_eq!(prompt, expected);
    let health = fetch(&agent, "/global/health").await?;
    assert_eq!(
        health["home"],
        place
            .folder
            .path()
            .join("home/home")
            .to_string_lossy()
            .as_ref()
    );
    agent.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_restart_adopts_the_root_session() -> Outcome {
    let place = Place::new()?;
    for _ in 0..2 {
        let agent = place.start().await?;
        assert_eq!(agent.root_session, "ses_fake");
        agent.stop().await;
    }
    assert_eq!(std::fs::read(place.workspace().join("opened"))?, b"x");
    Ok(())
}

#[tokio::test]
async fn an_opencode_that_dies_tells_its_last_words() -> Outcome {
    let place = Place::new()?;
    let agent = place.start().await?;
    assert!(fetch(&agent, "/die").await.is_err());
    let reason = reason(&agent).await?;
    assert_eq!(reason, "OpenCode ended (exit status: 9): out of memory");
    Ok(())
}

#[tokio::test]
async fn a_stopped_opencode_is_gone_and_nothing_is_called_a_death() -> Outcome {
    let place = Place::new()?;
    let agent = place.start().await?;
    let (exited, address) = (agent.exited(), agent.address);
    agent.stop().await;
    assert_eq!(*exited.borrow(), None);
    assert!(std::net::TcpStream::connect(address).is_err());
    Ok(())
}

#[tokio::test]
async fn an_agent_let_go_without_a_stop_ends_all_the_same() -> Outcome {
    let place = Place::new()?;
    let agent = place.start().await?;
    let address = agent.address;
    drop(agent);
    let gone = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await?;
    Ok(())
}

#[tokio::test]
async fn a_leftover_is_ended_only_when_the_state_folder_proves_it_ours() -> Outcome {
    let place = Place::new()?;
    let agent = place.start().await?;
    let group = agent.process.ok_or("no process group")?;
    let other = tempfile::tempdir()?;
    end_leftover(group, other.path());
    end_leftover(group + 1, &place.state());
    assert_eq!(fetch(&agent, "/global/health").await?["healthy"], true);
    let state = place.state();
    tokio::task::spawn_blocking(move || end_leftover(group, &state)).await?;
    assert!(std::net::TcpStream::connect(agent.address).is_err());
    assert!(reason(&agent).await?.starts_with("OpenCode ended"));
    Ok(())
}

#[tokio::test]
async fn the_password_stands_in_no_argument() -> Outcome {
    let place = Place::new()?;
    let agent = place.start().await?;
    let group = agent.process.ok_or("no process group")?;
    let arguments = std::fs::read_to_string(format!("/proc/{group}/cmdline"))?;
    assert!(arguments.contains("supervise") && arguments.contains("--port"));
    assert!(!arguments.to_lowercase().contains("password"));
    agent.stop().await;
    Ok(())
}
