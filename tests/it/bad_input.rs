//! What a person can get wrong, through the real program: one clear message with a way out.
//!
//! Nothing half made is left, and a repository is never written, whatever happens. The same faults
//! inside the server and the client are tested where those are.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use kortix_tui::model::{
    id::ProjectId,
    session::{NewSession, SessionStatus},
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{
    fake::{Fake, Reply, answer, json},
    home::Home,
    stage::{self, git, make_repository},
};

/// How long the program may take for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// No files.
const NOTHING: [PathBuf; 0] = [];

fn program(home: &Home, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kortix-tui"));
    command
        .args(arguments)
        .env_clear()
        .envs(home.environment())
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs a program that must refuse: exit code, message, way out.
async fn refusal(mut command: Command) -> (Option<i32>, String, String) {
    let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let said = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    let [message, way_out] = lines[..] else {
        panic!("a message and a way out are wanted: {said}");
    };
    let message = message.strip_prefix("kortix-tui: ").unwrap().to_owned();
    let way_out = way_out.strip_prefix("  ").unwrap().to_owned();
    (output.status.code(), message, way_out)
}

/// Every file below a folder with its content.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                all.insert(path.clone(), fs::read(path).unwrap());
            }
        }
    }
    all
}

/// What was made for projects and sessions in the data folder.
fn made(home: &Home) -> Vec<PathBuf> {
    let data = home.path().join(".local/share/kortix-tui");
    ["mirrors", "sandboxes", "agents", "sample"]
        .iter()
        .filter_map(|name| fs::read_dir(data.join(name)).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[tokio::test]
async fn what_is_no_repository_is_refused_and_nothing_is_made() {
    let home = Home::new().unwrap();
    fs::create_dir(home.path().join("plain")).unwrap();
    fs::write(home.path().join("file"), "text").unwrap();
    git(home.path(), &["init", "--quiet", "empty"]);
    let before = contents(&home.path().join("empty"));
    let cases = [
        ("plain", "is not a git repository", "git init"),
        ("file", "is not a git repository", "git init"),
        ("not\u{1b}[2Jthere", "is not a git repository", "git init"),
        ("empty", "has no commits", "first commit"),
    ];
    for (name, wanted, hint) in cases {
        let (code, message, way_out) = refusal(program(&home, &["serve", name])).await;
        assert_eq!(code, Some(1));
        assert!(message.contains(wanted), "{name}: {message}");
        assert!(!message.contains('\u{1b}'), "it cannot move the cursor");
        assert!(way_out.contains(hint), "{name}: {way_out}");
        assert_eq!(made(&home), NOTHING);
    }
    assert_eq!(contents(&home.path().join("empty")), before);
}

#[tokio::test]
async fn a_machine_that_lacks_something_is_told_what() {
    let home = Home::new().unwrap();
    make_repository(&home.path().join("demo"));
    let before = contents(&home.path().join("demo"));
    fs::write(home.path().join("file"), "text").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut without_git = program(&home, &["serve", "demo"]);
    without_git.env("PATH", "/nonexistent");
    let cases = [
        (without_git, "cannot find the program `git`", "install git"),
        (
            program(&home, &["serve", "demo", "--data-dir", "file/data"]),
            "cannot use the data folder",
            "--data-dir",
        ),
        (
            program(&home, &["serve", "demo", "--listen", &address]),
            "is in use",
            "--listen",
        ),
    ];
    for (command, wanted, hint) in cases {
        let (code, message, way_out) = refusal(command).await;
        assert_eq!(code, Some(1));
        assert!(message.contains(wanted), "{message}");
        assert!(way_out.contains(hint), "{way_out}");
        assert_eq!(made(&home), NOTHING);
    }
    assert_eq!(contents(&home.path().join("demo")), before);
}

/// A server that runs, and what it announced.
struct Running {
    child: Child,
    client: kortix_tui::api::Client,
    projects: Vec<(ProjectId, String)>,
}

impl Running {
    async fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
        let said: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let projects = said["projects"].as_array().unwrap().iter();
        Self {
            child,
            client: stage::client(&text(&said["url"]), &text(&said["token"])),
            projects: projects
                .map(|one| (text(&one["project_id"]).into(), text(&one["name"])))
                .collect(),
        }
    }

    /// Ends it in order; what it said on standard error.
    async fn end(mut self) -> (ExitStatus, String) {
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
        let status = timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        let mut said = String::new();
        let mut errors = self.child.stderr.take().unwrap();
        errors.read_to_string(&mut said).await.unwrap();
        (status, said)
    }
}

#[tokio::test]
async fn unusual_repositories_work_and_are_never_written() {
    let home = Home::new().unwrap();
    let plain = home.path().join("größe & mehr 日本");
    make_repository(&plain);
    fs::write(plain.join("naïve datei.txt"), "x").unwrap();
    git(&plain, &["add", "--all"]);
    git(&plain, &["commit", "--quiet", "--message=Zwei"]);
    fs::write(plain.join("README.md"), "changed, not committed").unwrap();
    let source = format!("file://{}", plain.display());
    for (name, how) in [
        ("bare.git", "--bare"),
        ("shallow", "--depth=1"),
        ("detached", "--quiet"),
    ] {
        git(home.path(), &["clone", "--quiet", how, &source, name]);
    }
    git(
        &home.path().join("detached"),
        &["checkout", "--quiet", "--detach"],
    );
    let folders = ["größe & mehr 日本", "bare.git", "shallow", "detached"];
    let before: Vec<_> = folders.map(|name| contents(&home.path().join(name))).into();
    let mut arguments = vec!["serve", "--agent", "practice", "--speed", "1000"];
    arguments.extend(folders);
    let server = Running::start(program(&home, &arguments)).await;
    let names: Vec<&str> = server
        .projects
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(names, ["größe & mehr 日本", "bare", "shallow", "detached"]);
    for (project, name) in &server.projects {
        let session = stage::session(&server.client, project).await;
        assert_eq!(session.status, SessionStatus::Running, "{name}");
        server
            .client
            .stop(project, &session.session_id)
            .await
            .unwrap();
    }
    let (status, said) = server.end().await;
    assert!(status.success(), "{status}");
    assert!(
        said.contains("shallow") && said.contains("HEAD is detached"),
        "{said}"
    );
    let after: Vec<_> = folders.map(|name| contents(&home.path().join(name))).into();
    assert!(before == after, "a repository was written");
}

#[tokio::test]
async fn an_opencode_that_does_not_start_fails_the_session_with_its_own_words() {
    let home = Home::new().unwrap();
    make_repository(&home.path().join("demo"));
    let broken = home.path().join("broken");
    fs::write(
        &broken,
        "#!/bin/sh\necho 'no \u{1b}[31mmodel is set' >&2\nexit 3\n",
    )
    .unwrap();
    fs::set_permissions(&broken, fs::Permissions::from_mode(0o755)).unwrap();
    let cases = [
        ("./broken", "no model is set"),
        ("./missing", "install OpenCode"),
    ];
    for (opencode, wanted) in cases {
        let data = format!("data{}", opencode.len());
        let arguments = [
            "serve",
            "demo",
            "--agent",
            "opencode",
            "--opencode",
            opencode,
            "--data-dir",
            &data,
        ];
        let server = Running::start(program(&home, &arguments)).await;
        let (project, _) = &server.projects[0];
        let wish = NewSession::default();
        server
            .client
            .create_session(project, &wish, "one-key")
            .await
            .unwrap();
        let id = server.client.sessions(project).await.unwrap()[0]
            .session_id
            .clone();
        let row = stage::settled(&server.client, project, &id).await;
        assert_eq!(row.status, SessionStatus::Failed, "{row:?}");
        let error = row.error.unwrap();
        assert!(
            error.contains(wanted) && !error.contains('\u{1b}'),
            "{error}"
        );
        let sandboxes = home.path().join(data).join("sandboxes");
        assert_eq!(fs::read_dir(sandboxes).unwrap().count(), 0);
        server.end().await;
    }
}

#[tokio::test]
async fn a_host_that_refuses_or_answers_nonsense_has_one_line_and_an_exit_code() {
    let ill = |name: &'static str| {
        move |_: &crate::fake::Request| match name {
            "html" => Reply::Raw(answer(
                200,
                "text/html",
                "",
                "<html><title>Hi</title></html>",
            )),
            "nothing" => Reply::Raw(Vec::new()),
            "too much" => Reply::Raw(answer(200, "application/json", "", &" ".repeat(40 << 20))),
            _ => json(
                401,
                r#"{"error":true,"message":"Invalid token","status":401}"#,
            ),
        }
    };
    let cases = [("html", 3), ("nothing", 3), ("too much", 3), ("token", 4)];
    for (name, code) in cases {
        let fake = Fake::start(ill(name)).await;
        let home = Home::new().unwrap();
        let mut doctor = program(&home, &["doctor", "--json"]);
        doctor.env("KORTIX_CLI_TOKEN", crate::fake::TOKEN);
        doctor.env("KORTIX_API_URL", fake.url());
        let output = timeout(PATIENCE, doctor.output()).await.unwrap().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}: {said}");
        assert!(!said.contains(crate::fake::TOKEN));
        let checks: serde_json::Value = serde_json::from_str(&said).unwrap();
        let host = checks.as_array().unwrap().last().unwrap();
        assert_eq!(host["state"], "bad", "{name}: {host}");
        assert!(
            host["hint"].as_str().is_some_and(|hint| !hint.is_empty()),
            "{name}: {host}"
        );
    }
}
