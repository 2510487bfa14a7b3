//! `doctor`: what the program needs, looked at one by one.

use std::{
    io::{self, IsTerminal},
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

use serde::Serialize;

use crate::{
    api::{Client, Error, Limits},
    cli::{
        Failure,
        console::{Code, print, print_json, table},
        line,
    },
    config::{
        cache::make_folder,
        environment::Environment,
        hosts::{HostEntry, Hosts, Problem},
        paths::Paths,
        settings::Settings,
    },
};

/// How long a host may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a look at one thing found.
#[derive(Debug, Clone, Serialize)]
struct Check {
    name: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip)]
    code: Option<Code>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Good,
    /// Something is missing that can be done without.
    Warning,
    /// The program does not work like this.
    Bad,
}

impl Check {
    fn new(name: &'static str, state: State, found: impl Into<String>) -> Self {
        Self {
            name,
            state,
            found: found.into(),
            hint: None,
            code: (state == State::Bad).then_some(Code::Failed),
        }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

pub(super) fn run(json: bool, environment: &Environment) -> Result<ExitCode, Failure> {
    let paths = Paths::find(environment);
    let hosts = Hosts::load(environment);
    let mut checks = vec![
        git(),
        opencode(environment, paths.as_ref()),
        terminal(environment),
    ];
    checks.push(settings(paths.as_ref()));
    checks.push(folders(paths.as_ref()));
    checks.push(hosts_file(&hosts));
    checks.extend(hosts.active().map(host));
    if json {
        print_json(&checks)?;
    } else {
        print(&in_words(&checks))?;
    }
    let worst = checks.iter().filter_map(|check| check.code);
    // A missing program matters more than a host that cannot be reached.
    let code = worst.map(Code::number).min();
    Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from))
}

fn in_words(checks: &[Check]) -> String {
    let mut cells = Vec::new();
    for check in checks {
        let word = match check.state {
            State::Good => "ok",
            State::Warning => "warning",
            State::Bad => "bad",
        };
        cells.push(vec![
            word.to_owned(),
            check.name.to_owned(),
            check.found.clone(),
        ]);
        if let Some(hint) = &check.hint {
            cells.push(vec![String::new(), String::new(), hint.clone()]);
        }
    }
    table(&cells)
}

/// The first line of what a program says about its version.
fn version(program: &std::path::Path) -> Option<String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let first = text.lines().next().unwrap_or_default();
    output.status.success().then(|| line(first))
}

fn git() -> Check {
    match which::which("git").ok().and_then(|path| version(&path)) {
        Some(version) => Check::new("git", State::Good, version),
        None => Check::new("git", State::Bad, "not found")
            .hint("install git 2.41 or newer; `local` and `serve` need it"),
    }
}

fn opencode(environment: &Environment, paths: Option<&Paths>) -> Check {
    let set = paths.and_then(|paths| Settings::load(&paths.settings).0.local.opencode);
    let wanted = set.unwrap_or_else(|| "opencode".into());
    let found = which::which_in(&wanted, environment.var("PATH"), &environment.cwd);
    match found {
        Ok(path) => Check::new("OpenCode", State::Good, line(&path.display().to_string())),
        Err(_) => Check::new("OpenCode", State::Warning, "not found")
            .hint("without it `local` uses a practice agent that has no model"),
    }
}

fn terminal(environment: &Environment) -> Check {
    let term = environment.var("TERM").unwrap_or_default();
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Check::new(
            "terminal",
            State::Warning,
            "standard input or output is none",
        );
    }
    if term.is_empty() || term == "dumb" {
        return Check::new("terminal", State::Bad, "$TERM is unset or `dumb`")
            .hint("use a terminal that can place the cursor");
    }
    Check::new("terminal", State::Good, line(term))
}

fn settings(paths: Option<&Paths>) -> Check {
    let Some(paths) = paths else {
        return Check::new("settings", State::Warning, "no home folder is known");
    };
    let (_, problems) = Settings::load(&paths.settings);
    let file = line(&paths.settings.display().to_string());
    match problems.first() {
        None if paths.settings.exists() => Check::new("settings", State::Good, file),
        None => Check::new(
            "settings",
            State::Good,
            format!("{file} (not there: defaults)"),
        ),
        Some(first) => {
            let others = match problems.len() - 1 {
                0 => String::new(),
                more => format!(" (and {more} more)"),
            };
            Check::new(
                "settings",
                State::Bad,
                line(&format!("{file}:{first}{others}")),
            )
        }
    }
}

fn folders(paths: Option<&Paths>) -> Check {
    let Some(paths) = paths else {
        return Check::new("folders", State::Bad, "no home folder is known")
            .hint("set $HOME, or name a folder with `--data-dir`");
    };
    for folder in [&paths.data, &paths.state, &paths.cache] {
        let tried = make_folder(folder).and_then(|()| tempfile::tempfile_in(folder));
        if let Err(error) = tried {
            let found = line(&format!(
                "`{}` cannot be written: {error}",
                folder.display()
            ));
            return Check::new("folders", State::Bad, found)
                .hint("free some space, or set $XDG_DATA_HOME and its kind to other folders");
        }
    }
    Check::new(
        "folders",
        State::Good,
        line(&paths.data.display().to_string()),
    )
}

fn hosts_file(hosts: &Hosts) -> Check {
    let Some(problem) = hosts.problems.first() else {
        let count = crate::text::count(hosts.hosts.len(), "host", "hosts");
        return Check::new("hosts", State::Good, count);
    };
    let is_fatal = matches!(
        problem,
        Problem::Corrupt { .. } | Problem::Unreadable { .. }
    );
    let state = if is_fatal { State::Bad } else { State::Warning };
    let check = Check::new("hosts", state, line(&problem.to_string()));
    match problem.hint() {
        Some(hint) => check.hint(hint),
        None => check,
    }
}

/// Asks the active host whether it is there and knows the token.
fn host(entry: &HostEntry) -> Check {
    let name = line(entry.host.name.as_str());
    if entry.host.token.is_empty() {
        let check = Check::new(
            "host",
            State::Warning,
            format!("nobody is signed in to `{name}`"),
        );
        return check.hint("`kortix-tui local` works without; `kortix login` signs in");
    }
    match ask(entry) {
        Ok(()) => Check::new(
            "host",
            State::Good,
            format!("`{name}` answers and knows you"),
        ),
        Err(error) => {
            let mut check = Check::new("host", State::Bad, line(&error.to_string()));
            check.hint = error.hint().map(str::to_owned);
            check.code = Some(match error {
                Error::Unauthorized { .. } => Code::NotSignedIn,
                _ => Code::Network,
            });
            check
        }
    }
}

fn ask(entry: &HostEntry) -> Result<(), Error> {
    let unreachable = |reason: &str| Error::Unreachable {
        host: line(&entry.host.url),
        reason: reason.to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| unreachable("no network in this process"))?;
    let limits = Limits {
        connect: PATIENCE,
        deadline: PATIENCE,
        patience: PATIENCE,
        attempts: 1,
        ..Limits::default()
    };
    let client = Client::new(entry.host.clone(), limits)?;
    let asked = runtime.block_on(async { tokio::time::timeout(PATIENCE, client.me()).await });
    runtime.shutdown_background();
    match asked {
        Ok(outcome) => outcome.map(drop),
        Err(_) => Err(unreachable("it did not answer in time")),
    }
}
