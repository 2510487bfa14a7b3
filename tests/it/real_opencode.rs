//! The real OpenCode with a mock model, in sessions of our server, followed through its proxy.
//!
//! One session goes through everything, because OpenCode takes seconds to start. No network.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use std::{
    fs,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use kortix_tui::{
    api::feed::Pace,
    local::agent::{AgentKind, AgentOptions},
    model::{
        agent::{
            ask::{PermissionReply, QuestionReply},
            message::ToolState,
            stream::LinkState,
        },
        session::{Session, SessionStatus},
    },
    transcript::{BlockBody, State},
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{
    follower::{Follower, Told},
    home::Home,
    mock_model::MockModel,
    opencode::{configuration, or_skip},
    stage::{self, Stage, git},
};

/// How long processes may take to be gone.
const END: Duration = Duration::from_secs(20);

/// Makes the home that OpenCode is given instead of the user's, with only the mock model in it.
fn isolated(home: &Path, model: &MockModel) {
    let folder = home.join("config/opencode");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("opencode.json"),
        configuration(model).to_string(),
    )
    .unwrap();
}

fn follow(stage: &Stage, session: &Session) -> Follower {
    let key = stage.key(&session.session_id);
    let agent = stage.agent(session);
    Follower::start(stage.client(), agent, key, session, Pace::default())
}

/// The processes that work in a folder, also when it is gone.
fn processes_in(folder: &Path) -> Vec<String> {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let works_there = |cwd: &Path| cwd.starts_with(folder);
    all.filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| works_there(&cwd)))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

async fn are_gone(folder: &Path) {
    let start = Instant::now();
    while !processes_in(folder).is_empty() {
        // Nothing tells of the end of a process that is not ours.
        sleep(Duration::from_millis(50)).await;
        let left = processes_in(folder);
        assert!(start.elapsed() < END, "still running: {left:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_with_the_real_opencode_lives_through_everything() {
    let Some(program) = or_skip("a session with the real opencode") else {
        return;
    };
    let home = Home::new().unwrap();
    let model = MockModel::start().await.unwrap();
    isolated(home.path(), &model);
    let stage = Stage::start(AgentOptions {
        kind: AgentKind::OpenCode,
        opencode: Some(program),
        isolated_home: Some(home.path().to_owned()),
        supervisor: Some(env!("CARGO_BIN_EXE_kortix-tui").into()),
        ..AgentOptions::default()
    })
    .await;
    let session = stage.session().await;
    let mut follower = follow(&stage, &session);
    talks_and_works(&mut follower, &stage).await;
    asks_for_permission(&mut follower, &stage, &session).await;
    asks_questions(&mut follower, &stage, &session).await;
    is_stopped_and_fails(&mut follower, &stage, &session).await;
    is_restarted_and_stopped(follower, &stage, &session).await;
    dies_and_is_told(&stage, &session).await;
    stage.end().await;
}

async fn talks_and_works(follower: &mut Follower, stage: &Stage) {
    follower.agreeably("@think").await;
    let has_title = |one: &Follower| {
        let session = one.transcript.session(&one.root);
        session.is_some_and(|session| session.title == "A title from the mock model")
    };
    follower.until("a title", has_title).await;
    follower.equals_the_agents_state().await;
    let told = follower.told();
    let thought = Told("reasoning", "First I look, then I leap.".to_owned());
    assert!(told.contains(&thought), "{told:#?}");
    assert!(follower.says("I looked and leaped."));
    follower.agreeably("@tools {\"file\":\"made.txt\"}").await;
    follower.equals_the_agents_state().await;
    let names: Vec<String> = follower.tools().into_iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["bash", "write", "edit"]);
    let workspace = stage.workspace(&follower.key.session);
    let made = fs::read_to_string(workspace.join("made.txt")).unwrap();
    assert_eq!(made, "alpha\nBETA\ngamma\n");
}

async fn asks_for_permission(follower: &mut Follower, stage: &Stage, session: &Session) {
    let (agent, workspace) = (stage.agent(session), stage.workspace(&session.session_id));
    let reason = Some("Not that one".to_owned());
    let replies = [
        ("refused.txt", PermissionReply::Reject { reason }),
        ("once.txt", PermissionReply::Once),
        ("always.txt", PermissionReply::Always),
    ];
    for (file, reply) in replies {
        let text = format!("@bash {{\"command\":\"touch {file}\"}}");
        let prompt = follower.prompt(&text).await;
        follower
            .until("a permission", |one| one.permission().is_some())
            .await;
        assert_eq!(follower.state(), State::AwaitingPermission);
        let asked = follower.permission().unwrap();
        assert_eq!(asked.patterns, [format!("touch {file}")]);
        assert!(!workspace.join(file).exists());
        agent.reply_permission(&asked.id, &reply).await.unwrap();
        follower.settled(&prompt).await;
        follower.equals_the_agents_state().await;
        let is_refused = matches!(reply, PermissionReply::Reject { .. });
        assert_eq!(workspace.join(file).exists(), !is_refused, "{file}");
        let last = follower.tools().pop().unwrap();
        match last.state {
            ToolState::Error { message } => assert!(is_refused && message.contains("Not that one")),
            state => assert!(!is_refused && state == ToolState::Completed),
        }
    }
    follower
        .agreeably("@bash {\"command\":\"touch more.txt\"}")
        .await;
    assert!(workspace.join("more.txt").exists());
}

async fn asks_questions(follower: &mut Follower, stage: &Stage, session: &Session) {
    let prompt = follower.prompt("@question").await;
    follower
        .until("a question", |one| one.question().is_some())
        .await;
    assert_eq!(follower.state(), State::AwaitingAnswer);
    let asked = follower.question().unwrap();
    assert!(asked.questions[1].multiple);
    let answers = [vec!["SQLite"], vec!["Login", "Search"]];
    let answers = answers.map(|all| all.into_iter().map(str::to_owned).collect());
    let reply = QuestionReply::Answers(answers.into());
    let agent = stage.agent(session);
    agent.reply_question(&asked.id, &reply).await.unwrap();
    follower.settled(&prompt).await;
    assert!(follower.says("Thank you for the answers."));
    follower.equals_the_agents_state().await;
}

async fn is_stopped_and_fails(follower: &mut Follower, stage: &Stage, session: &Session) {
    let prompt = follower.prompt("@slow").await;
    follower
        .until("some words", |one| one.says("plain words from"))
        .await;
    stage.agent(session).abort(&follower.root).await.unwrap();
    follower.settled(&prompt).await;
    follower.equals_the_agents_state().await;
    assert_eq!(follower.state(), State::Idle);
    let mut blocks = follower.conversation().blocks().iter();
    assert!(blocks.any(|block| matches!(&block.body, BlockBody::Error(why) if why.is_abort())));
    let prompt = follower.prompt("@refuse {\"status\":400}").await;
    follower
        .until("the failure", |one| {
            one.is_settled(&prompt) && matches!(one.state(), State::Failed { .. })
        })
        .await;
    let State::Failed { error } = follower.state() else {
        unreachable!("it was waited for")
    };
    assert_eq!(error.status_code, Some(400), "{error:?}");
    follower.equals_the_agents_state().await;
    assert_eq!(follower.gaps, 0, "one stream was enough");
}

async fn is_restarted_and_stopped(mut follower: Follower, stage: &Stage, session: &Session) {
    let id = &session.session_id;
    let workspace = stage.workspace(id);
    git(&workspace, &["add", "made.txt"]);
    git(&workspace, &["commit", "--quiet", "--message=Keep this"]);
    let (told, links) = (follower.told(), follower.links.len());
    stage.client().restart(&stage.project(), id).await.unwrap();
    follower
        .until("live again", |one| one.links.len() > links && one.is_live())
        .await;
    assert!(workspace.join("made.txt").exists());
    assert!(!workspace.join("once.txt").exists());
    let again = stage.ready(id).await;
    assert_eq!(again.opencode_session_id, session.opencode_session_id);
    follower.ask_instead(stage.agent(&again));
    assert_eq!(follower.told(), told);
    follower.agreeably("and on").await;
    assert!(follower.says("You said: and on"));
    follower.equals_the_agents_state().await;
    assert!(!processes_in(&workspace).is_empty());
    stage.client().stop(&stage.project(), id).await.unwrap();
    are_gone(&workspace).await;
}

async fn dies_and_is_told(stage: &Stage, session: &Session) {
    let (project, id) = (stage.project(), &session.session_id);
    let mut follower = follow(stage, &stage.ready(id).await);
    follower.until("live", Follower::is_live).await;
    for process in processes_in(&stage.workspace(id)) {
        let pid = Pid::from_raw(process.parse().unwrap()).unwrap();
        // Some end with the first one.
        let _ = kill_process(pid, Signal::KILL);
    }
    let is_closed = |one: &Follower| matches!(one.links.last(), Some(LinkState::Closed { .. }));
    follower.until("closed", is_closed).await;
    let row = stage.client().session(&project, id).await.unwrap();
    assert_eq!(row.status, SessionStatus::Failed);
    let error = row.error.unwrap();
    assert!(error.contains("the agent ended by itself"), "{error}");
    assert!(!stage.workspace(id).exists());
    stage.client().restart(&project, id).await.unwrap();
    let mut follower = follow(stage, &stage.ready(id).await);
    follower.agreeably("and on again").await;
    assert!(follower.says("You said: and on again"));
    assert!(stage.workspace(id).join("made.txt").exists());
}

/// Our own program as a server, in a home of its own.
async fn serve(home: &Home, program: &Path) -> (Child, serde_json::Value) {
    let repository = home.path().join("demo");
    stage::make_repository(&repository);
    let mut child = Command::new(env!("CARGO_BIN_EXE_kortix-tui"))
        .args(["serve", "--agent", "opencode", "--opencode"])
        .arg(program)
        .arg("--isolated-home")
        .arg(home.path().join("oc"))
        .arg("--data-dir")
        .arg(home.path().join("data"))
        .arg(&repository)
        .env_clear()
        .envs(home.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = timeout(END, lines.next_line()).await.unwrap().unwrap();
    let announced = serde_json::from_str(&line.unwrap()).unwrap();
    (child, announced)
}

#[tokio::test]
async fn nothing_of_opencode_outlives_a_killed_server() {
    let Some(program) = or_skip("a killed server") else {
        return;
    };
    let home = Home::new().unwrap();
    let model = MockModel::start().await.unwrap();
    isolated(&home.path().join("oc"), &model);
    let (mut server, announced) = serve(&home, &program).await;
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let client = stage::client(&text(&announced["url"]), &text(&announced["token"]));
    let project = text(&announced["projects"][0]["project_id"]).into();
    let session = stage::session(&client, &project).await;
    let agent = client.agent(session.sandbox_address().unwrap());
    let root = session.opencode_session_id.unwrap();
    let command = "@bash {\"command\":\"sleep 600\"}";
    agent
        .prompt_async(&root, command, None, None)
        .await
        .unwrap();
    let data = home.path().join("data");
    let start = Instant::now();
    // The supervisor, OpenCode, a shell, and what it runs.
    while processes_in(&data).len() < 3 {
        sleep(Duration::from_millis(50)).await;
        assert!(start.elapsed() < END, "the command does not run");
    }
    server.kill().await.unwrap();
    are_gone(&data).await;
}
