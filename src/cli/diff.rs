//! `diff`: what a change request would change, for a pipe or a pager.
//!
//! Into a pipe goes the patch itself, byte for byte as the server sent it, so that `git apply` takes
//! it. On a terminal, with `--side-by-side` or with `--color`, it is drawn as the review draws it,
//! with nothing in it that could control a terminal.

use std::{
    io::{self, BufWriter, IsTerminal, Write},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use ratatui::buffer::{Buffer, Cell};

use crate::{
    api::{Client, Error, Limits},
    app::review::printing::{self, Print},
    cli::{
        Failure,
        args::{Diff, Screen},
        console::{self, Code, print_bytes, warn},
        crs, line, tui,
    },
    config::{
        environment::Environment,
        hosts::{HostEntry, Hosts},
    },
    diff::{
        changeset::Changeset,
        paint::{self, Limits as PaintLimits},
        rows::Layout,
    },
    model::{
        change::{ChangeRequest, Difference},
        id::ChangeKey,
        project::Project,
    },
    theme::{Theme, sequence},
    view::review::printing as page,
};

/// How long one call may take; a large difference takes a server its time.
const DEADLINE: Duration = Duration::from_secs(40);
/// Columns where nobody says how many there are.
const COLUMNS: u16 = 100;
/// The same side by side.
const WIDE: u16 = 160;
/// The least columns that something can be read in.
const NARROWEST: u16 = 40;

pub(super) fn run(
    options: &Diff,
    screen: &Screen,
    environment: &Environment,
) -> Result<ExitCode, Failure> {
    let number = number(&options.number)?;
    let hosts = Hosts::load(environment);
    for problem in &hosts.problems {
        warn(&line(&problem.to_string()));
    }
    let chosen = crs::choose(&hosts, options.host.as_deref())?;
    let (key, difference) = crs::wait(find(&chosen, &options.project, number))??;
    if difference.patch.is_empty() && difference.files_changed > 0 {
        return Err(too_large(&difference));
    }
    let is_terminal = io::stdout().is_terminal();
    let is_colored = tui::wants_color(screen.color, is_terminal, environment);
    let is_drawn = options.side_by_side || options.columns.is_some();
    if !is_terminal && !is_colored && !is_drawn {
        return print_bytes(difference.patch.as_bytes());
    }
    let columns = options
        .columns
        .or_else(|| console::width().filter(|_| is_terminal));
    let page = Page {
        print: Print {
            layout: if options.side_by_side {
                Layout::Split
            } else {
                Layout::Unified
            },
            columns: columns
                .unwrap_or(if options.side_by_side { WIDE } else { COLUMNS })
                .max(NARROWEST),
            ascii: screen.ascii,
        },
        theme: is_colored.then(|| tui::printed_theme(screen, environment)),
    };
    page.write(&key, Arc::new(Changeset::new(difference)))
}

/// `7` or `#7`.
fn number(text: &str) -> Result<u64, Failure> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    digits.parse().map_err(|_| {
        let message = format!("`{}` is not the number of a change request", line(text));
        Failure::new(Code::Usage, message).hint("`kortix-tui crs` lists them with their numbers")
    })
}

fn too_large(difference: &Difference) -> Failure {
    let files = difference.files.iter().map(|file| {
        format!(
            "\n  {:>8} {:>8}  {}",
            format!("+{}", file.additions),
            format!("-{}", file.deletions),
            line(&file.path)
        )
    });
    let message = format!(
        "the server leaves patches over 10 MiB out; it names {} files:{}",
        difference.files_changed,
        files.collect::<String>()
    );
    let (base, head) = (line(&difference.base_ref), line(&difference.head_ref));
    Failure::new(Code::Failed, message).hint(format!(
        "in a clone: `git fetch origin {base} {head} && git diff -M origin/{base}...origin/{head}`"
    ))
}

/// Looks for the project on the hosts, one after the other, and fetches the difference.
async fn find(
    hosts: &[&HostEntry],
    project: &str,
    number: u64,
) -> Result<(ChangeKey, Difference), Failure> {
    let mut refusal = None;
    for entry in hosts {
        match on_host(entry, project, number).await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(failure) => refusal = refusal.or(Some(failure)),
        }
    }
    Err(refusal.unwrap_or_else(|| {
        let message = format!("there is no project `{}`", line(project));
        Failure::new(Code::Failed, message).hint("`kortix-tui crs` names the projects")
    }))
}

async fn on_host(
    entry: &HostEntry,
    project: &str,
    number: u64,
) -> Result<Option<(ChangeKey, Difference)>, Failure> {
    let limits = Limits {
        deadline: DEADLINE,
        patience: DEADLINE,
        ..Limits::default()
    };
    let told = |error: Error| crs::failure(entry.host.name.as_str(), &error);
    let client = Client::new(entry.host.clone(), limits).map_err(told)?;
    let projects = client
        .projects(entry.account.as_ref())
        .await
        .map_err(told)?;
    let is_meant = |other: &&Project| other.name == project || other.project_id.as_str() == project;
    let Some(project) = projects.iter().find(is_meant) else {
        return Ok(None);
    };
    let changes = client.changes(&project.project_id).await.map_err(told)?;
    let is_meant = |row: &&ChangeRequest| row.number == number;
    let Some(row) = changes.iter().find(is_meant) else {
        let message = format!("`{}` has no change request #{number}", line(&project.name));
        return Err(Failure::new(Code::Failed, message)
            .hint("`kortix-tui crs --status all` lists those there are"));
    };
    let difference = client.difference(&project.project_id, &row.cr_id);
    let key = ChangeKey {
        host: entry.host.name.clone(),
        project: project.project_id.clone(),
        change: row.cr_id.clone(),
    };
    Ok(Some((key, difference.await.map_err(told)?)))
}

/// A difference on its way to a page.
struct Page {
    print: Print,
    /// The colors; `None` for none, and then no escape sequence at all.
    theme: Option<Theme>,
}

impl Page {
    fn write(&self, key: &ChangeKey, changeset: Arc<Changeset>) -> Result<ExitCode, Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        match self
            .rows(key, &changeset, &mut out)
            .and_then(|()| out.flush())
        {
            Ok(()) => Ok(ExitCode::SUCCESS),
            // A pager that was left early has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            Err(error) => Err(Failure::new(Code::Failed, format!("cannot print: {error}"))),
        }
    }

    fn rows(
        &self,
        key: &ChangeKey,
        changeset: &Arc<Changeset>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut state = printing::state(key, Arc::clone(changeset), self.print);
        let plain = Theme::default();
        let theme = self.theme.as_ref().unwrap_or(&plain);
        let mut line = String::new();
        for place in 0.. {
            if let Some(pane) = state.reviews.get_mut(key).filter(|_| self.theme.is_some())
                && let Some(hunk) = pane.begins(place)
            {
                let file = changeset.patch.hunk(hunk).map(|hunk| hunk.file);
                let file = file.and_then(|file| changeset.patch.file(file));
                let path = file.map_or("", |file| file.path());
                let limits = PaintLimits::default();
                let painted = paint::hunk(&changeset.patch, hunk, path, limits);
                pane.paint_only(hunk, painted);
            }
            let Some(buffer) = page::row(&state, key, place, theme) else {
                return Ok(());
            };
            for y in 0..buffer.area.height {
                line.clear();
                text_of(&buffer, y, self.theme.is_some(), &mut line);
                line.push('\n');
                out.write_all(line.as_bytes())?;
            }
        }
        Ok(())
    }
}

/// A row of cells as text, with colors when they are wanted, without blanks at its end.
fn text_of(buffer: &Buffer, y: u16, is_colored: bool, line: &mut String) {
    let cells: Vec<&Cell> = (0..buffer.area.width)
        .filter_map(|x| buffer.cell((x, y)))
        .collect();
    let is_blank = |cell: &&Cell| {
        let has_ground = is_colored && (cell.style().bg.is_some_and(|bg| bg != Cell::EMPTY.bg));
        cell.symbol() == " " && !has_ground
    };
    let length = cells
        .iter()
        .rposition(|cell| !is_blank(cell))
        .map_or(0, |last| last + 1);
    let mut last = Cell::EMPTY;
    let mut hidden = 0;
    for cell in cells.into_iter().take(length) {
        // The cell behind a wide letter is part of it.
        if hidden > 0 {
            hidden -= 1;
            continue;
        }
        if is_colored && !looks_like(&last, cell) {
            line.push_str(&sequence(cell.style()));
            last = cell.clone();
        }
        line.push_str(cell.symbol());
        hidden = crate::text::width(cell.symbol()).saturating_sub(1);
    }
    if !looks_like(&last, &Cell::EMPTY) {
        line.push_str("\x1b[m");
    }
}

fn looks_like(one: &Cell, other: &Cell) -> bool {
    one.fg == other.fg && one.bg == other.bg && one.modifier == other.modifier
}
