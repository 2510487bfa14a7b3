//! `explain`: what the sandboxes of a project are made from, and which snapshots a change builds again.
//!
//! In: a folder or a commit, with `--base` two sides of a change. Out: for each template its source,
//! its size, its layers and the inputs of its snapshot's identity, or a verdict on the change; as text
//! for people or as one JSON object. Needs no network: a host is only asked where the folder is linked
//! to one or where it is named, and when it does not answer, the rest is told without it.
//!
//! Exit code 0, also when a snapshot is built again; 1 when something cannot be built or understood;
//! 2 when there is nothing to look at; 3 and 4 when a host that was named does not answer.

mod account;
mod json;
mod page;
mod server;
mod text;

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    cli::{
        Failure,
        args::{Explain, Screen},
        console::{self, Code, print, print_json, warn},
        crs, line, tui,
    },
    config::environment::Environment,
    validation::MANIFEST,
};

use account::Account;
use page::Page;

/// Columns where nobody says how many there are.
const COLUMNS: usize = 80;
/// The most columns: longer lines are hard to read.
const WIDEST: usize = 110;
/// The least columns that something can be read in.
const NARROWEST: usize = 40;

pub(super) fn run(
    options: &Explain,
    screen: &Screen,
    environment: &Environment,
) -> Result<ExitCode, Failure> {
    let folder = folder(&environment.cwd, &options.path)?;
    let account = crs::wait(Account::give(options, &folder, environment))??;
    if options.json {
        if let Some(problem) = account.server.problem() {
            warn(&problem.message);
        }
        print_json(&json::Whole::of(&account))?;
    } else {
        let is_terminal = io::stdout().is_terminal();
        let is_colored = tui::wants_color(screen.color, is_terminal, environment);
        let columns = console::width()
            .filter(|_| is_terminal)
            .map_or(COLUMNS, usize::from);
        let theme = is_colored.then(|| tui::printed_theme(screen, environment));
        let mut page = Page::new(columns.clamp(NARROWEST, WIDEST), theme);
        text::write(&account, &mut page);
        print(&page.finish())?;
    }
    let is_named = options.host.is_some() || options.project.is_some();
    let unanswered = account.server.problem().filter(|_| is_named);
    let code = match unanswered {
        Some(problem) => problem.code.number(),
        None => u8::from(account.has_problem()),
    };
    Ok(ExitCode::from(code))
}

/// The folder that is meant: one by itself, or that of a manifest.
fn folder(cwd: &Path, given: &Path) -> Result<PathBuf, Failure> {
    let whole = cwd.join(given);
    if whole.is_dir() {
        return Ok(whole);
    }
    let is_manifest = whole.is_file() && whole.file_name().is_some_and(|name| name == MANIFEST);
    match whole.parent().filter(|_| is_manifest) {
        Some(folder) => Ok(folder.to_owned()),
        None => {
            let given = line(&given.display().to_string());
            Err(
                Failure::new(Code::Usage, format!("there is no folder `{given}`"))
                    .hint("give the folder of a project, the one that has `kortix.toml`"),
            )
        }
    }
}
