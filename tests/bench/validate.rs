//! What is wrong in manifests and Dockerfiles: one of the usual size, very large ones, a thousand,
//! and texts that are made to hurt; as a function and as a process, the latter beside `taplo check`
//! and `hadolint` on the same files where they are installed.

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    io::{self, Error},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use kortix_tui::{
    diagnostic::{Finding, LineIndex, mend},
    image::{self, Scope},
    manifest::{self, Options},
};

use crate::{
    Bench, Effort, Measure, Outcome, hostile,
    rivals::Race,
    statistics::{Times, readable},
};

/// A manifest as projects have it, with nothing to find.
const MANIFEST: &str = include_str!("manifest.toml");
/// A Dockerfile as projects have it, with nothing to find.
const DOCKERFILE: &str = include_str!("Dockerfile.sample");
/// What very large texts have, in bytes.
const LARGE: usize = 10_000_000;
/// How many files many files are.
const MANY: usize = 1_000;
/// What hostile texts have in a full run, in bytes; a quick one takes a part of it.
const HOSTILE: usize = 1_000_000;

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    let all: [(&'static str, Measure); 13] = [
        ("validate: a usual manifest", |effort| {
            of_manifest(effort, MANIFEST, 2_000)
        }),
        ("validate: a manifest of 10 MB", |effort| {
            of_manifest(effort, &large_manifest(effort), 20)
        }),
        ("validate: a manifest of 10 MB, all wrong", |effort| {
            of_manifest(effort, &wrong_manifest(effort), 20)
        }),
        ("validate: a usual Dockerfile", |effort| {
            of_dockerfile(effort, DOCKERFILE, 2_000)
        }),
        ("validate: a Dockerfile of 10 MB", |effort| {
            of_dockerfile(effort, &large_dockerfile(effort), 20)
        }),
        ("validate: hostile manifests of 1 MB", |effort| {
            hostile_texts(effort, hostile::manifests, check)
        }),
        ("validate: hostile Dockerfiles of 1 MB", |effort| {
            hostile_texts(effort, hostile::dockerfiles, lint)
        }),
        ("validate, process: a usual manifest", one_manifest),
        ("validate, process: a manifest of 10 MB", one_large_manifest),
        ("validate, process: 1,000 manifests", many_manifests),
        ("validate, process: 1,000 projects", many_projects),
        ("validate, process: a usual Dockerfile", one_dockerfile),
        ("validate, process: 1,000 Dockerfiles", many_dockerfiles),
    ];
    all.map(|(name, run)| Bench { name, run }).into()
}

/// The size of large texts: a quick run, which is not optimized, takes a fiftieth.
fn size(effort: Effort, full: usize) -> usize {
    match effort {
        Effort::Full => full,
        Effort::Quick => full / 50,
    }
}

/// A manifest with nothing to find and as many triggers, templates and connectors as fit.
fn large_manifest(effort: Effort) -> String {
    let size = size(effort, LARGE);
    let mut text = "kortix_version = 1\n".to_owned();
    let mut at = 0;
    while text.len() < size {
        let _ = write!(
            text,
            "\n[[triggers]]\nslug = \"trigger-{at}\"\ntype = \"cron\"\ncron = \"0 3 * * MON-FRI\"\n\
             timezone = \"Europe/Berlin\"\nprompt = \"Look at part {at} of the project.\"\n\
             \n[[sandbox.templates]]\nslug = \"template-{at}\"\nimage = \"python:3.12-slim\" # slim\n\
             cpu = 2\nmemory = 4\n\
             \n[[connectors]]\nslug = \"tickets-{at}\"\nprovider = \"http\"\n\
             base_url = \"https://tickets.example.com/{at}\"\nauth = {{ type = \"bearer\" }}\n"
        );
        at += 1;
    }
    text
}

/// A manifest in which every line is wrong.
fn wrong_manifest(effort: Effort) -> String {
    let piece = "[[triggers]]\nslug = 'A b'\ntype = 'crn'\ntimezone = 'Europe/Berln'\nprmpt = 1\n";
    piece.repeat(size(effort, LARGE) / piece.len())
}

/// A Dockerfile of many stages, each from the one before, the last without a finding.
fn large_dockerfile(effort: Effort) -> String {
    let (size, mut at) = (size(effort, LARGE), 0);
    let mut text = "FROM ubuntu:24.04 AS stage0\n".to_owned();
    while text.len() < size {
        at += 1;
        let _ = write!(
            text,
            "FROM stage{} AS stage{at}\nARG VERSION=1.{at}\nENV HOME_{at}=/opt/$VERSION\n\
             RUN apt-get update && apt-get install -y --no-install-recommends \\\n        curl \\\n\
             \x20   && rm -rf /var/lib/apt/lists/*\n",
            at - 1
        );
    }
    text
}

fn check(text: &str) -> Vec<Finding> {
    manifest::check(text.as_bytes(), Options::default()).findings
}

fn lint(text: &str) -> Vec<Finding> {
    image::lint(text.as_bytes(), Scope::RulesAndAdvice)
}

fn of_manifest(effort: Effort, text: &str, rounds: usize) -> io::Result<Outcome> {
    measured(effort, text, rounds, check)
}

fn of_dockerfile(effort: Effort, text: &str, rounds: usize) -> io::Result<Outcome> {
    measured(effort, text, rounds, lint)
}

fn measured(
    effort: Effort,
    text: &str,
    rounds: usize,
    find: fn(&str) -> Vec<Finding>,
) -> io::Result<Outcome> {
    let times = crate::measure(effort.rounds(rounds), || {
        black_box(find(text));
    });
    let speed = text.len() as f64 / 1e6 / times.percentile(50).as_secs_f64().max(1e-9);
    let note = format!(
        "{} bytes, {speed:.0} MB/s, {} findings",
        text.len(),
        find(text).len()
    );
    Ok(Outcome { times, note })
}

/// Each text once at a size and once at twice the size, with places and safe changes.
fn hostile_texts(
    effort: Effort,
    texts: fn(usize) -> Vec<(&'static str, String)>,
    find: fn(&str) -> Vec<Finding>,
) -> io::Result<Outcome> {
    let time = |text: &str| {
        let start = Instant::now();
        let findings = find(text);
        let index = LineIndex::new(text);
        for finding in &findings {
            black_box(index.position(text, finding.span.start));
            black_box(index.position(text, finding.span.end));
        }
        black_box(mend(text, &findings));
        start.elapsed()
    };
    let fastest = |text: &str| (0..effort.rounds(3)).map(|_| time(text)).min();
    let size = size(effort, HOSTILE);
    let (mut times, mut slowest, mut steepest) = (Vec::new(), (Duration::ZERO, ""), (0.0, ""));
    for ((name, text), (_, twice)) in texts(size).into_iter().zip(texts(2 * size)) {
        let (once, twice) = (fastest(&text), fastest(&twice));
        let (once, twice) = once.zip(twice).ok_or_else(|| Error::other("no rounds"))?;
        if once > slowest.0 {
            slowest = (once, name);
        }
        // Of what takes no time the growth is noise.
        let growth = twice.as_secs_f64() / once.max(Duration::from_millis(5)).as_secs_f64();
        if growth > steepest.0 {
            steepest = (growth, name);
        }
        times.push(once);
    }
    let note = format!(
        "slowest: {} ({}); twice the size takes at most {:.1} x the time ({})",
        slowest.1,
        readable(slowest.0),
        steepest.0,
        steepest.1
    );
    Ok(Outcome {
        times: times.into_iter().collect::<Times>(),
        note,
    })
}

/// Writes so many files of a text; gives their names.
fn files(folder: &Path, count: usize, ending: &str, text: &str) -> io::Result<Vec<String>> {
    let names = (0..count).map(|at| format!("file{at:04}.{ending}"));
    let names: Vec<String> = names.collect();
    for name in &names {
        fs::write(folder.join(name), text)?;
    }
    Ok(names)
}

fn race(
    effort: Effort,
    rounds: usize,
    theirs: &[&str],
    ending: &str,
    (count, text): (usize, &str),
) -> io::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let race = Race {
        folder: folder.path(),
        ours: &["validate"],
        theirs,
        files: &files(folder.path(), count, ending, text)?,
    };
    race.run(effort, rounds)
}

const TAPLO: &[&str] = &["taplo", "check"];
const HADOLINT: &[&str] = &["hadolint"];

fn one_manifest(effort: Effort) -> io::Result<Outcome> {
    race(effort, 100, TAPLO, "toml", (1, MANIFEST))
}

fn one_large_manifest(effort: Effort) -> io::Result<Outcome> {
    race(effort, 5, TAPLO, "toml", (1, &large_manifest(effort)))
}

fn many_manifests(effort: Effort) -> io::Result<Outcome> {
    race(effort, 10, TAPLO, "toml", (size(effort, MANY), MANIFEST))
}

fn one_dockerfile(effort: Effort) -> io::Result<Outcome> {
    race(effort, 100, HADOLINT, "Dockerfile", (1, DOCKERFILE))
}

fn many_dockerfiles(effort: Effort) -> io::Result<Outcome> {
    let many = (size(effort, MANY), DOCKERFILE);
    race(effort, 10, HADOLINT, "Dockerfile", many)
}

/// Folders of one repository, each with a manifest and the Dockerfile that it names.
fn many_projects(effort: Effort) -> io::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let names = (0..size(effort, MANY)).map(|at| format!("project{at:04}/kortix.toml"));
    let names: Vec<String> = names.collect();
    for name in &names {
        let manifest = folder.path().join(name);
        let project = manifest.parent().ok_or_else(|| Error::other("no folder"))?;
        fs::create_dir_all(project.join(".kortix"))?;
        fs::write(project.join(".kortix/Dockerfile"), DOCKERFILE)?;
        fs::write(&manifest, MANIFEST)?;
    }
    for arguments in [&["init", "--quiet"][..], &["add", "--all"]] {
        let status = Command::new("git")
            .current_dir(folder.path())
            .args(arguments)
            .stdout(Stdio::null())
            .status()?;
        if !status.success() {
            return Err(Error::other(format!("git: {status}")));
        }
    }
    let race = Race {
        folder: folder.path(),
        ours: &["validate"],
        theirs: TAPLO,
        files: &names,
    };
    race.run(effort, 5)
}
