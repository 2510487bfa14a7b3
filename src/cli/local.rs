//! `local` and `serve`: the control plane on this machine.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    cli::{
        Failure,
        args::{AgentChoice, Plane, Serve},
        console::{Code, print, warn},
        line, tui,
    },
    config::{environment::Environment, paths::Paths, settings::Settings},
    local::{
        Options, Server, StartError,
        agent::{AgentKind, AgentOptions},
    },
    runtime::hosts::{Running, StartProblem, Starting},
};

/// How many sessions run at once unless somebody says otherwise.
const MAX_SESSIONS: usize = 8;
/// After how many minutes an agent without work is stopped unless somebody says otherwise.
const IDLE_STOP: u64 = 30;
/// How long a server may take to end in order.
const STOP: Duration = Duration::from_secs(20);

/// What `serve` prints.
#[derive(Serialize)]
struct Announcement<'a> {
    url: &'a str,
    token: &'a str,
    projects: Vec<ProjectLine<'a>>,
}

#[derive(Serialize)]
struct ProjectLine<'a> {
    project_id: &'a str,
    name: &'a str,
}

/// A future that starts the control plane for the screen of this process.
pub(super) fn starting(
    plane: &Plane,
    settings: &Settings,
    environment: &Environment,
) -> Result<Starting, Failure> {
    let options = options(plane, settings, environment)?;
    Ok(Box::pin(async move {
        let server = Server::start(options)
            .await
            .map_err(|error| problem(&error))?;
        let host = tui::embedded_host(server.url(), server.token().expose());
        Ok(Running {
            host,
            stop: Box::pin(server.shutdown()),
        })
    }))
}

/// Runs the control plane until a signal ends it.
pub(super) fn serve(arguments: &Serve, environment: &Environment) -> Result<ExitCode, Failure> {
    let (settings, problems) = Paths::find(environment)
        .map(|paths| Settings::load(&paths.settings))
        .unwrap_or_default();
    for problem in problems {
        warn(&line(&format!("settings: {problem}")));
    }
    if let Some(paths) = Paths::find(environment) {
        crate::runtime::log::start(paths.log(), environment.var("KORTIX_TUI_LOG"));
    }
    let mut options = options(&arguments.plane, &settings, environment)?;
    options.listen = arguments.listen;
    options.allow_remote = arguments.allow_remote;
    if arguments.allow_remote && !arguments.listen.ip().is_loopback() {
        warn("other machines can reach this server; whoever has the token runs commands here");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Code::Failed, format!("cannot start: {error}")))?;
    let outcome = runtime.block_on(run(options));
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

async fn run(options: Options) -> Result<ExitCode, Failure> {
    let unusable =
        |error: std::io::Error| Failure::new(Code::Failed, format!("cannot start: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(unusable)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(unusable)?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(unusable)?;
    let started = tokio::select! {
        started = Server::start(options) => started,
        _ = terminate.recv() => return Ok(ExitCode::from(143)),
        _ = interrupt.recv() => return Ok(ExitCode::from(130)),
    };
    let server = started.map_err(|error| failure(&error))?;
    announce(&server)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hang_up.recv() => {}
    }
    let ended = tokio::time::timeout(STOP, server.shutdown()).await;
    Ok(if ended.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Prints the one line that programs read; nothing else shows the token.
fn announce(server: &Server) -> Result<(), Failure> {
    let projects = server.projects();
    for note in projects.iter().flat_map(|project| &project.notes) {
        warn(&line(note));
    }
    let announcement = Announcement {
        url: server.url(),
        token: server.token().expose(),
        projects: projects
            .iter()
            .map(|project| ProjectLine {
                project_id: &project.project_id,
                name: &project.name,
            })
            .collect(),
    };
    let text = serde_json::to_string(&announcement)
        .map_err(|error| Failure::new(Code::Failed, format!("cannot print: {error}")))?;
    print(&format!("{text}\n")).map(drop)
}

fn failure(error: &StartError) -> Failure {
    let problem = problem(error);
    Failure::new(Code::Failed, problem.message).hint(problem.hint)
}

fn problem(error: &StartError) -> StartProblem {
    let mut message = line(&error.to_string());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message = format!("{message}: {}", line(&cause.to_string()));
        source = cause.source();
    }
    StartProblem {
        message,
        hint: error.hint().to_owned(),
    }
}

fn options(
    plane: &Plane,
    settings: &Settings,
    environment: &Environment,
) -> Result<Options, Failure> {
    let data_dir = match &plane.data_dir {
        Some(folder) => environment.cwd.join(folder),
        None => {
            Paths::find(environment)
                .ok_or_else(|| {
                    Failure::new(Code::Failed, "no home folder is known")
                        .hint("name a folder for the sessions with `--data-dir`")
                })?
                .data
        }
    };
    let idle = settings.local.idle_stop_minutes.unwrap_or(IDLE_STOP);
    Ok(Options {
        repositories: repositories(plane, environment),
        data_dir,
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        allow_remote: false,
        token: None,
        max_sessions: plane
            .max_sessions
            .or(settings.local.max_sessions)
            .unwrap_or(MAX_SESSIONS),
        idle_stop: (idle > 0).then(|| Duration::from_secs(idle * 60)),
        agent: agent(plane, settings),
        sample: plane.sample || is_outside(plane, environment),
    })
}

/// The repositories that are named; else that of the current folder, when there is one.
pub(super) fn repositories(plane: &Plane, environment: &Environment) -> Vec<PathBuf> {
    if plane.repositories.is_empty() && !plane.sample && !is_outside(plane, environment) {
        return vec![environment.cwd.clone()];
    }
    let named = plane.repositories.iter();
    named.map(|path| environment.cwd.join(path)).collect()
}

/// Whether no repository is named and the current folder is in none.
fn is_outside(plane: &Plane, environment: &Environment) -> bool {
    let mut folders = environment.cwd.ancestors();
    let is_bare = environment.cwd.join("HEAD").exists() && environment.cwd.join("objects").exists();
    plane.repositories.is_empty() && !is_bare && !folders.any(|folder| folder.join(".git").exists())
}

fn agent(plane: &Plane, settings: &Settings) -> AgentOptions {
    let set = match settings.local.agent.as_deref() {
        Some("practice") => AgentKind::Practice,
        Some("opencode") => AgentKind::OpenCode,
        Some(_) | None => AgentKind::Auto,
    };
    AgentOptions {
        kind: match plane.agent {
            Some(AgentChoice::Auto) => AgentKind::Auto,
            Some(AgentChoice::Practice) => AgentKind::Practice,
            Some(AgentChoice::Opencode) => AgentKind::OpenCode,
            None => set,
        },
        opencode: plane.opencode.clone().or(settings.local.opencode.clone()),
        isolated_home: plane.isolated_home.clone(),
        speed: plane.speed,
        seed: plane.seed,
        supervisor: None,
    }
}
