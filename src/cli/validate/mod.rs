//! `validate`: what is wrong in `kortix.toml` and in the Dockerfiles that it names, without a network.
//!
//! In: files, folders, or `-` for standard input. Out: findings with their places, in one of several
//! formats. Exit code 0 without errors, 1 with some (or with warnings under `--strict`), 2 when a
//! path cannot be read; the others are reported all the same.

mod codes;
mod fix;
mod gather;
mod watch;

use std::{
    collections::HashSet,
    fs,
    io::{self, IsTerminal, Read, Write},
    panic,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{
    cli::{
        Failure,
        args::{Format, Screen, Validate},
        console::{self, Code, complain, print, print_json, table},
        line, tui,
    },
    config::environment::Environment,
    diagnostic::{
        Report,
        render::{self, Look, Palette, Tally},
    },
    local::git::Git,
    manifest::Options,
    runtime::checkout,
    theme::{Role, Theme, sequence},
};
use gather::{Found, Means, Project, STDIN};

/// Columns where nobody says how many there are.
const COLUMNS: u16 = 120;
/// Paths whose manifests are shown as what they come to, at most.
const MOST_WITH_FACTS: usize = 10;

pub(super) fn run(
    options: &Validate,
    screen: &Screen,
    environment: &Environment,
) -> Result<ExitCode, Failure> {
    if options.codes {
        return print_codes(options.format);
    }
    let mut check = Check::new(options, screen, environment)?;
    if options.watch {
        return watch::run(&check);
    }
    let mut failures = Vec::new();
    if options.fix {
        failures = fix::run(&mut check)?;
    }
    let mut outcome = check.look();
    outcome.failures.splice(0..0, failures);
    check.tell(&outcome)?;
    Ok(check.exit_code(&outcome))
}

/// What is checked and how it is told.
struct Check<'a> {
    options: &'a Validate,
    means: Means<'a>,
    paths: Vec<PathBuf>,
    look: Look,
}

/// What a check found.
#[derive(Default)]
struct Outcome {
    reports: Vec<Report>,
    /// What the manifests come to, line by line.
    facts: Vec<String>,
    /// Why some paths have no report.
    failures: Vec<Failure>,
    /// What is to be looked at again when it changes.
    watched: Vec<PathBuf>,
}

impl Outcome {
    /// Adds the reports of a project, less those on files that were `told` of already.
    fn add(&mut self, project: &Project, found: Found, told: &mut HashSet<PathBuf>) {
        let has_facts = !found.facts.is_empty();
        for (at, mut report) in found.reports.into_iter().enumerate() {
            let file = project.file(&report.path);
            report.path = project.name(&report.path);
            let real = file.map(|file| fs::canonicalize(&file).unwrap_or(file));
            if real.is_some_and(|real| !told.insert(real)) {
                continue;
            }
            if at == 0 && has_facts {
                self.facts.push(format!("{}:", line(&report.path)));
                self.facts
                    .extend(found.facts.iter().map(|fact| format!("  {fact}")));
            }
            self.reports.push(report);
        }
    }
}

impl<'a> Check<'a> {
    fn new(
        options: &'a Validate,
        screen: &Screen,
        environment: &'a Environment,
    ) -> Result<Self, Failure> {
        let paths = match options.paths.as_slice() {
            [] => vec![PathBuf::from(".")],
            paths => paths.to_vec(),
        };
        let has_stdin = paths.iter().any(|path| path.as_os_str() == STDIN);
        if has_stdin && options.watch {
            return Err(
                Failure::new(Code::Usage, "standard input cannot be watched")
                    .hint("give the path of a file or folder"),
            );
        }
        let is_local_wanted = !options.no_local;
        let means = Means {
            folder: &environment.cwd,
            git: is_local_wanted.then(Git::find).flatten(),
            options: Options { is_local_wanted },
            stdin: if has_stdin { Some(stdin()?) } else { None },
        };
        let is_terminal = io::stdout().is_terminal() && !(has_stdin && options.fix);
        let columns = console::width().filter(|_| is_terminal).unwrap_or(COLUMNS);
        let is_colored = tui::wants_color(screen.color, is_terminal, environment);
        let theme = is_colored.then(|| tui::printed_theme(screen, environment));
        Ok(Self {
            options,
            means,
            paths,
            look: Look {
                columns: columns.into(),
                palette: theme.as_ref().map(palette).unwrap_or_default(),
                offers_fix: !options.fix,
            },
        })
    }

    /// Checks all paths at the same time; what two of them hold is told once.
    fn look(&self) -> Outcome {
        let mut loaded = on_all_processors(&self.paths, |path| {
            let project = self.means.load(path);
            let watched = self.means.watched(path, project.as_ref().ok());
            (project, watched)
        });
        let projects = loaded.iter_mut().map(|(project, _)| project.as_mut());
        self.means.track(projects.filter_map(Result::ok));
        let found = on_all_processors(&loaded, |(project, _)| {
            let project = project.as_ref().ok()?;
            Some(project.check(self.means.options))
        });
        let mut outcome = Outcome::default();
        let mut told = HashSet::new();
        for ((project, watched), found) in loaded.into_iter().zip(found) {
            outcome.watched.extend(watched);
            match (project, found) {
                (Ok(project), Some(found)) => outcome.add(&project, found, &mut told),
                (Err(failure), _) => outcome.failures.push(failure),
                (Ok(_), None) => {}
            }
        }
        outcome
    }

    /// The findings in the format that was asked for; empty when nothing could be read.
    fn rendered(&self, outcome: &Outcome) -> String {
        let reports = &outcome.reports;
        if reports.is_empty() && !outcome.failures.is_empty() {
            return String::new();
        }
        match self.options.format {
            Format::Text => [
                render::text(reports, &self.look),
                self.facts(outcome),
                render::summary(reports, &self.look),
            ]
            .concat(),
            Format::Json => render::json(reports),
            Format::Sarif => render::sarif(reports, &codes::all(), env!("CARGO_PKG_VERSION")),
            Format::Github => render::github(reports),
            Format::Agent => render::agent(reports),
        }
    }

    /// What few manifests come to; of many nobody wants to know.
    fn facts(&self, outcome: &Outcome) -> String {
        if self.paths.len() > MOST_WITH_FACTS || outcome.facts.is_empty() {
            return String::new();
        }
        outcome.facts.join("\n") + "\n\n"
    }

    /// Prints findings and failures; findings go to standard error when standard output has a
    /// changed manifest.
    fn tell(&self, outcome: &Outcome) -> Result<(), Failure> {
        let text = self.rendered(outcome);
        if self.options.fix && self.means.stdin.is_some() {
            let _ = io::stderr().write_all(text.as_bytes());
        } else {
            print(&text)?;
        }
        for failure in &outcome.failures {
            complain(failure);
        }
        Ok(())
    }

    fn exit_code(&self, outcome: &Outcome) -> ExitCode {
        let tally = Tally::of(&outcome.reports);
        let is_bad = tally.errors > 0 || self.options.strict && tally.warnings > 0;
        let failures = outcome.failures.iter();
        let worst = failures.map(|failure| failure.code.number()).max();
        ExitCode::from(worst.unwrap_or(0).max(u8::from(is_bad)))
    }
}

fn stdin() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let stdin = io::stdin().lock();
    match stdin.take(checkout::LARGEST).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => {
            let message = format!("cannot read standard input: {error}");
            Err(Failure::new(Code::Usage, message))
        }
    }
}

fn palette(theme: &Theme) -> Palette {
    let color = |role| sequence(theme.style(role));
    Palette {
        error: color(Role::Bad),
        warning: color(Role::Warning),
        hint: color(Role::Accent),
        strong: color(Role::Title),
        frame: color(Role::Dim),
        advice: color(Role::Good),
        added: color(Role::Additions),
        removed: color(Role::Deletions),
    }
}

fn print_codes(format: Format) -> Result<ExitCode, Failure> {
    let rules = codes::all();
    match format {
        Format::Json => print_json(&rules),
        Format::Sarif => print(&render::sarif(&[], &rules, env!("CARGO_PKG_VERSION"))),
        Format::Text | Format::Github | Format::Agent => {
            let rows = rules.iter().map(|rule| {
                let name = rule.code.to_owned();
                vec![name, rule.explanation.to_owned()]
            });
            print(&table(&rows.collect::<Vec<_>>()))
        }
    }
}

/// Does the same with each item on all processors; the answers are in the order of the items.
fn on_all_processors<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if processors.min(items.len()) < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else {
                return done;
            };
            done.push((at, work(item)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers = 0..processors.min(items.len());
        let workers: Vec<_> = workers.map(|_| scope.spawn(share)).collect();
        let shares = workers.into_iter().map(|worker| {
            let share = worker.join();
            share.unwrap_or_else(|reason| panic::resume_unwind(reason))
        });
        shares.flatten().collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, answer)| answer).collect()
}
