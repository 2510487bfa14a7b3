//! `crs`: the change requests of all projects, as the screen lists them.
//!
//! In: the hosts that somebody is signed in to. Out: aligned columns, or one JSON array whose fields
//! stay as they are: new ones may come, none goes or changes its kind. What a host does not say is
//! `null`; sizes are those that the program counted when it last showed them. A host or project that
//! fails is named on standard error and does not stop the others.

use std::{
    collections::BTreeMap,
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures_util::future::join_all;
use serde::Serialize;

use crate::{
    api::{Client, Error, Limits},
    app::{
        changes::{
            facts::ChangeFacts,
            list::{Rank, dated},
        },
        memory::Fleet,
    },
    cli::{
        Failure,
        args::{Crs, Status},
        console::{Code, complain, print, print_json, table, warn},
        hosts, line,
        tui::not_signed_in,
    },
    config::{
        cache,
        environment::Environment,
        hosts::{HostEntry, Hosts, Source},
        paths::Paths,
    },
    model::{
        change::{ChangeRequest, ChangeSize, ChangeStatus},
        id::{ChangeKey, ProjectKey},
        project::Project,
        time::Millis,
    },
    text,
};

/// How long one call may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// One change request as `--json` prints it.
#[derive(Debug, Serialize)]
struct Row {
    /// The host's name in the hosts file.
    host: String,
    project_id: String,
    /// The project's name.
    project: String,
    number: u64,
    id: String,
    title: String,
    /// `open`, `merged`, `closed`, or a newer word.
    status: String,
    head_ref: String,
    base_ref: String,
    head_sha: Option<String>,
    base_sha: Option<String>,
    /// The session that made it.
    session_id: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    merged_at: Option<String>,
    closed_at: Option<String>,
    additions: Option<u64>,
    deletions: Option<u64>,
    files: Option<u64>,
    #[serde(skip)]
    rank: Rank,
    #[serde(skip)]
    dated: Option<Millis>,
}

/// What was found, and what could not be.
#[derive(Default)]
struct Listed {
    rows: Vec<Row>,
    /// What failed.
    failures: Vec<Failure>,
    /// How many projects there are under the filter.
    projects: usize,
}

pub(super) fn run(options: &Crs, environment: &Environment) -> Result<ExitCode, Failure> {
    let hosts = Hosts::load(environment);
    for problem in &hosts.problems {
        warn(&line(&problem.to_string()));
    }
    let chosen = choose(&hosts, options.host.as_deref())?;
    let paths = Paths::find(environment);
    let asked = chosen
        .iter()
        .map(|entry| of_host(entry, options, paths.as_ref()));
    let listed = wait(join_all(asked))?;
    let mut all = Listed::default();
    for of_host in listed {
        all.take(of_host);
    }
    all.rows.sort_by_key(|row| row.rank);
    finish(all, options)
}

/// Waits for work on the network; what it leaves open is dropped.
pub(super) fn wait<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Code::Failed, format!("cannot use the network: {error}")))?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(done)
}

fn finish(all: Listed, options: &Crs) -> Result<ExitCode, Failure> {
    all.failures.iter().for_each(complain);
    let printed = if options.json {
        print_json(&all.rows)
    } else {
        print(&in_columns(&all.rows))
    }?;
    // A host without an answer matters more than one project's refusal.
    let codes = all.failures.iter().map(|failure| failure.code.number());
    if let Some(worst) = codes.max() {
        return Ok(ExitCode::from(worst));
    }
    match &options.project {
        Some(name) if all.projects == 0 => Err(Failure::new(
            Code::Failed,
            format!("there is no project `{}`", line(name)),
        )
        .hint("give its whole name or its id")),
        Some(_) | None => Ok(printed),
    }
}

/// The hosts to ask: the named one, that of the environment, or all that somebody is signed in to.
pub(super) fn choose<'a>(
    hosts: &'a Hosts,
    host: Option<&str>,
) -> Result<Vec<&'a HostEntry>, Failure> {
    if let Some(name) = host {
        let entry = hosts.find(name).ok_or_else(|| {
            Failure::new(Code::Usage, format!("there is no host `{}`", line(name)))
                .hint("`kortix-tui hosts` lists those there are")
        })?;
        if entry.host.token.is_empty() {
            return Err(not_signed_in(entry));
        }
        return Ok(vec![entry]);
    }
    let active = hosts.active();
    if let Some(entry) = active.filter(|entry| entry.source == Source::Environment) {
        return Ok(vec![entry]);
    }
    let entries = hosts.hosts.iter();
    let signed_in: Vec<&HostEntry> = entries
        .filter(|entry| !entry.host.token.is_empty())
        .collect();
    match (signed_in.as_slice(), hosts.problems.first(), active) {
        ([], Some(problem), _) => Err(hosts::failure(problem.clone())),
        ([], None, Some(entry)) => Err(not_signed_in(entry)),
        ([], None, None) => Err(Failure::new(Code::NotSignedIn, "nobody is signed in")),
        _ => Ok(signed_in),
    }
}

/// Asks one host for everything.
async fn of_host(entry: &HostEntry, options: &Crs, paths: Option<&Paths>) -> Listed {
    let mut listed = Listed::default();
    let limits = Limits {
        deadline: DEADLINE,
        patience: DEADLINE,
        ..Limits::default()
    };
    let client = Client::new(entry.host.clone(), limits);
    let projects = match &client {
        Ok(client) => client.projects(entry.account.as_ref()).await,
        Err(error) => Err(error.clone()),
    };
    let (client, projects) = match (client, projects) {
        (Ok(client), Ok(projects)) => (client, projects),
        (_, Err(error)) | (Err(error), _) => {
            listed.failed(entry.host.name.as_str(), &error);
            return listed;
        }
    };
    let is_wanted = |project: &Project| {
        let mut wanted = options.project.iter();
        wanted.all(|name| *name == project.name || *name == project.project_id.as_str())
    };
    let projects: Vec<Project> = projects.into_iter().filter(is_wanted).collect();
    listed.projects = projects.len();
    let asked = projects.iter().map(|it| client.changes(&it.project_id));
    let answers = join_all(asked).await;
    let facts = counted(entry, paths);
    for (project, answer) in projects.iter().zip(answers) {
        match answer {
            Ok(rows) => {
                let rows = rows.into_iter().filter(|row| admits(options.status, row));
                let rows = rows.map(|row| Row::new(entry, project, row, &facts));
                listed.rows.extend(rows);
            }
            Err(error) => {
                let whose = format!("{} on {}", project.name, entry.host.name);
                listed.failed(&whose, &error);
            }
        }
    }
    listed
}

/// What the screen counted when it last showed this host.
fn counted(entry: &HostEntry, paths: Option<&Paths>) -> BTreeMap<ChangeKey, ChangeFacts> {
    let path = paths.map(|paths| paths.fleet(entry.host.name.as_str()));
    let fleet = path.and_then(|path| cache::read::<Fleet>(&path).ok().flatten());
    let facts = fleet.into_iter().flat_map(|fleet| fleet.change_facts);
    facts.collect()
}

fn admits(status: Status, row: &ChangeRequest) -> bool {
    match status {
        Status::Open => row.status == ChangeStatus::Open,
        Status::Merged => row.status == ChangeStatus::Merged,
        Status::Closed => row.status == ChangeStatus::Closed,
        Status::All => true,
    }
}

impl Listed {
    fn take(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.failures.extend(other.failures);
        self.projects += other.projects;
    }

    fn failed(&mut self, whose: &str, error: &Error) {
        self.failures.push(failure(whose, error));
    }
}

/// What failed of a host or project, with the exit code for it, and what to do.
pub(super) fn failure(whose: &str, error: &Error) -> Failure {
    let code = match error {
        Error::Unauthorized { .. } => Code::NotSignedIn,
        error if error.is_about_the_host() => Code::Network,
        _ => Code::Failed,
    };
    let what = match error {
        Error::MissingRoute { .. } => "this server has no change requests".to_owned(),
        error => error.to_string(),
    };
    let failure = Failure::new(code, line(&format!("{whose}: {what}")));
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

impl Row {
    fn new(
        entry: &HostEntry,
        project: &Project,
        row: ChangeRequest,
        facts: &BTreeMap<ChangeKey, ChangeFacts>,
    ) -> Self {
        let key = ProjectKey {
            host: entry.host.name.clone(),
            project: project.project_id.clone(),
        };
        let facts = facts.get(&key.change(&row.cr_id));
        let size: Option<ChangeSize> = facts.and_then(|facts| facts.size_of(&row));
        let told = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            host: key.host.0,
            project_id: key.project.0,
            project: project.name.clone(),
            rank: Rank::of(&row),
            dated: dated(&row),
            number: row.number,
            id: row.cr_id.0,
            title: row.title,
            status: row.status.as_str().to_owned(),
            head_ref: row.head_ref,
            base_ref: row.base_ref,
            head_sha: row.head_commit_sha,
            base_sha: row.base_commit_sha,
            session_id: row.origin_session_id.map(|id| id.0),
            created_at: told(row.created_at),
            updated_at: told(row.updated_at),
            merged_at: row.merged_at,
            closed_at: row.closed_at,
            additions: size.map(|size| size.additions),
            deletions: size.map(|size| size.deletions),
            files: size.map(|size| size.files),
        }
    }

    /// `+12 -3`; empty when nobody counted.
    fn size(&self) -> String {
        match (self.additions, self.deletions) {
            (Some(added), Some(removed)) => format!("+{added} -{removed}"),
            (_, _) => String::new(),
        }
    }
}

/// Aligned columns with the title last, so that it is never cut.
fn in_columns(rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let several = rows
        .iter()
        .any(|row| Some(&row.host) != rows.first().map(|row| &row.host));
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = i64::try_from(now.unwrap_or_default().as_millis()).unwrap_or(i64::MAX);
    let headings = [
        "HOST", "PROJECT", "#", "STATE", "AGE", "SIZE", "BRANCH", "TITLE",
    ];
    let mut cells = vec![headings.map(str::to_owned).to_vec()];
    cells.extend(rows.iter().map(|row| {
        let age = row.dated.map(|at| text::short_age(at.age(Millis(now))));
        vec![
            line(&row.host),
            line(&row.project),
            format!("#{}", row.number),
            line(&row.status),
            age.unwrap_or_default(),
            row.size(),
            line(&row.head_ref),
            line(&row.title),
        ]
    }));
    if !several {
        for row in &mut cells {
            row.remove(0);
        }
    }
    table(&cells)
}
