//! The real program: how long it takes to say its version, which is what every start costs, and
//! from its start in a terminal to the first byte and to the first row of 50 sessions from the
//! cache, while its host is dead.

#[path = "../it/terminal/pty.rs"]
mod pty;

use std::{
    fs::{self, File},
    io::{self, Error, Read},
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use kortix_tui::{
    app::memory::Fleet,
    config::{cache, environment::Environment, paths::Paths},
    model::id::{HostName, ProjectKey},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::Winsize,
};
use tempfile::TempDir;

use crate::{
    Bench, Effort, Outcome,
    process::Cost,
    statistics::{Times, readable},
    world,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_kortix-tui");
const SESSIONS: usize = 50;
const PROJECTS: usize = 5;
/// What the host of the environment is called.
const HOST: &str = "sandbox";
/// A word in the name of every session.
const ROW: &str = "limiter";
const PATIENCE: Duration = Duration::from_secs(10);
/// How long after the first row the memory is looked at.
const SETTLED: Duration = Duration::from_millis(300);

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    vec![
        Bench {
            name: "start: --version, whole process",
            run: version,
        },
        Bench {
            name: "start: to the first byte",
            run: |effort| paint(effort, |start| start.byte),
        },
        Bench {
            name: "start: to the first row of 50",
            run: |effort| paint(effort, |start| start.row),
        },
    ]
}

fn version(effort: Effort) -> io::Result<Outcome> {
    let mut times = Vec::new();
    for _ in 0..effort.rounds(200) {
        let start = Instant::now();
        let status = Command::new(PROGRAM)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()?;
        times.push(start.elapsed());
        if !status.success() {
            return Err(Error::other(format!("--version: {status}")));
        }
    }
    let size = fs::metadata(PROGRAM)?.len();
    Ok(Outcome {
        times: times.into_iter().collect(),
        note: format!("binary {:.1} MB", size as f64 / 1e6),
    })
}

/// What one start took.
struct Start {
    byte: Duration,
    row: Duration,
    cost: Cost,
}

fn paint(effort: Effort, of: fn(&Start) -> Duration) -> io::Result<Outcome> {
    let home = home()?;
    let mut starts = Vec::new();
    for _ in 0..effort.rounds(40) {
        starts.push(start(&home)?);
    }
    let times: Times = starts.iter().map(of).collect();
    let memory = starts.iter().map(|start| start.cost.memory).max();
    let cpu: Times = starts.iter().map(|start| start.cost.cpu).collect();
    let note = format!(
        "program: PSS {:.1} MB, CPU {}",
        memory.unwrap_or_default() as f64 / 1e6,
        readable(cpu.percentile(50))
    );
    Ok(Outcome { times, note })
}

/// A home folder whose cache has 50 sessions.
fn home() -> io::Result<TempDir> {
    let home = tempfile::tempdir()?;
    let environment = Environment {
        home: Some(home.path().to_owned()),
        ..Environment::default()
    };
    let paths = Paths::find(&environment).ok_or_else(|| Error::other("no folders"))?;
    let mut fleet = Fleet {
        at: world::NOON,
        ..Fleet::default()
    };
    for project in world::projects(PROJECTS) {
        let key = ProjectKey {
            host: HOST.into(),
            project: project.project_id.clone(),
        };
        let rows = (0..SESSIONS).map(|number| world::row(number, PROJECTS, 0));
        let rows = rows.filter(|row| row.project_id == project.project_id);
        fleet.sessions.push((key, rows.collect()));
        let projects = fleet.projects.entry(HostName::from(HOST)).or_default();
        projects.push(project);
    }
    cache::make_folder(&paths.cache)?;
    cache::write(&paths.fleet(HOST), &fleet).map_err(Error::other)?;
    Ok(home)
}

fn start(home: &TempDir) -> io::Result<Start> {
    let size = Winsize {
        ws_row: 40,
        ws_col: 120,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let (terminal, theirs) = pty::open(size)?;
    let mut command = Command::new(PROGRAM);
    command
        .env_clear()
        .env("HOME", home.path())
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("KORTIX_API_URL", "http://127.0.0.1:1")
        .env("KORTIX_CLI_TOKEN", "kortix_pat_bench");
    let began = Instant::now();
    let mut child = pty::spawn(&mut command, theirs)?;
    drop(command);
    let seen = watch(terminal, began, &child);
    child.kill()?;
    child.wait()?;
    seen
}

/// Reads what the program writes until a row is there.
fn watch(terminal: OwnedFd, began: Instant, child: &Child) -> io::Result<Start> {
    let mut terminal = File::from(terminal);
    let mut byte = None;
    let mut seen = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while began.elapsed() < PATIENCE {
        let wait = Timespec::try_from(Duration::from_millis(100)).map_err(Error::other)?;
        poll(&mut [PollFd::new(&terminal, PollFlags::IN)], Some(&wait))?;
        let count = match terminal.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        };
        let now = began.elapsed();
        byte.get_or_insert(now);
        seen.extend_from_slice(&buffer[..count]);
        if seen.windows(ROW.len()).any(|word| word == ROW.as_bytes()) {
            std::thread::sleep(SETTLED);
            return Ok(Start {
                byte: byte.unwrap_or(now),
                row: now,
                cost: Cost::of(child.id())?,
            });
        }
    }
    let seen = String::from_utf8_lossy(&seen).escape_debug().to_string();
    Err(Error::other(format!("no row was drawn: {seen}")))
}
