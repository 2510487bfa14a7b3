//! What a host says of a project's templates, within a short time.

use std::{collections::BTreeMap, path::Path, time::Duration};

use crate::{
    api::{Client, Error, Limits},
    cli::{
        Failure, args::Explain, console::Code, crs, explain::account::Shelf, line,
        tui::not_signed_in,
    },
    config::{
        environment::Environment,
        hosts::{HostEntry, Hosts},
    },
    local,
    model::{
        id::ProjectId,
        template::{Build, BuildStatus, Snapshots, Template},
    },
    validation::plan::{self, Beside, Changed, Content, Plan, Plans, judge},
};

/// How long the host may take in all; the rest of the answer waits for it.
const PATIENCE: Duration = Duration::from_secs(6);

/// What a host says.
pub(super) enum Server {
    /// No host was asked.
    NotAsked,
    /// A host answered.
    Answered(Box<Answer>),
    /// A host was asked in vain.
    Silent(Failure),
}

/// A host's answer.
pub(super) struct Answer {
    pub host: String,
    pub project: ProjectId,
    pub snapshots: Snapshots,
    /// The fingerprint of its runtime, where it is known.
    pub fingerprint: Option<&'static str>,
    /// What templates would be made from at the commits that snapshots were built from.
    past: BTreeMap<String, Plans>,
}

/// What a host says of one template.
pub(super) struct Told<'a> {
    pub template: &'a Template,
    pub beside: Beside,
    /// What happened to the template since its last build's commit; `None` when that is not known.
    pub since_build: Option<String>,
    /// The newest build.
    pub build: Option<&'a Build>,
}

impl Server {
    /// Asks the host that is named or that the folder is linked to; only a name that stands for no
    /// host is an error.
    pub(super) async fn ask(
        options: &Explain,
        folder: &Path,
        environment: &Environment,
        shelf: Option<&Shelf<'_>>,
    ) -> Result<Self, Failure> {
        let hosts = Hosts::load_for(environment, folder);
        let entry = match &options.host {
            Some(name) => Some(hosts.find(name).ok_or_else(|| {
                Failure::new(Code::Usage, format!("there is no host `{}`", line(name)))
                    .hint("`kortix-tui hosts` lists those there are")
            })?),
            None => hosts.for_project(),
        };
        let is_asked = options.project.is_some() || options.host.is_some();
        let is_linked = hosts.project.is_some() && !options.offline;
        let Some(entry) = entry.filter(|_| is_asked || is_linked) else {
            return Ok(Self::NotAsked);
        };
        if entry.host.token.is_empty() {
            return Ok(Self::Silent(not_signed_in(entry)));
        }
        let asked = answer(entry, options.project.as_deref(), hosts.project.as_ref());
        Ok(match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(mut answer)) => {
                if let Some(shelf) = shelf {
                    answer.look_back(shelf).await;
                }
                Self::Answered(Box::new(answer))
            }
            Ok(Err(failure)) => Self::Silent(failure),
            Err(_) => {
                let name = line(entry.host.name.as_str());
                let seconds = PATIENCE.as_secs();
                let message = format!("{name} did not answer within {seconds} s");
                Self::Silent(Failure::new(Code::Network, message))
            }
        })
    }

    /// Why a host was asked in vain; `None` when it was not.
    pub(super) fn problem(&self) -> Option<&Failure> {
        match self {
            Self::Silent(failure) => Some(failure),
            Self::NotAsked | Self::Answered(_) => None,
        }
    }

    /// The answer, when there is one.
    pub(super) fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Answered(answer) => Some(answer),
            Self::NotAsked | Self::Silent(_) => None,
        }
    }
}

async fn answer(
    entry: &HostEntry,
    named: Option<&str>,
    linked: Option<&ProjectId>,
) -> Result<Answer, Failure> {
    let name = entry.host.name.as_str();
    let told = |error: Error| match error {
        Error::MissingRoute { .. } => {
            let message = format!("{}: this server tells nothing of snapshots", line(name));
            Failure::new(Code::Failed, message)
        }
        error => crs::failure(name, &error),
    };
    let limits = Limits {
        connect: PATIENCE,
        deadline: PATIENCE,
        patience: PATIENCE,
        ..Limits::default()
    };
    let client = Client::new(entry.host.clone(), limits).map_err(told)?;
    let project = match (named, linked) {
        (Some(named), _) => {
            let projects = client.projects(entry.account.as_ref()).await;
            let projects = projects.map_err(told)?;
            let mut projects = projects.into_iter();
            let found = projects
                .find(|project| project.name == named || project.project_id.as_str() == named);
            let missing = || {
                let message = format!("{} has no project `{}`", line(name), line(named));
                Failure::new(Code::Failed, message)
            };
            found.ok_or_else(missing)?.project_id
        }
        (None, Some(linked)) => linked.clone(),
        (None, None) => {
            let message = format!("which project of {} it is is not known", line(name));
            return Err(Failure::new(Code::Usage, message)
                .hint("give `--project`, or link the folder with `kortix projects link`"));
        }
    };
    let snapshots = client.snapshots(&project).await.map_err(told)?;
    Ok(Answer {
        host: line(name),
        fingerprint: plan::fingerprint(&snapshots.templates, &[local::FINGERPRINT]),
        project,
        snapshots,
        past: BTreeMap::new(),
    })
}

impl Answer {
    /// Loads the plans at the commits of past builds, as far as the repository has them.
    async fn look_back(&mut self, shelf: &Shelf<'_>) {
        let templates = self.snapshots.templates.iter();
        let commits: Vec<String> = templates
            .filter_map(|template| template.built_from_commit.clone())
            .collect();
        for commit in commits {
            if !self.past.contains_key(&commit)
                && let Some(plans) = shelf.plans_at(&commit).await
            {
                self.past.insert(commit, plans);
            }
        }
    }

    /// What the host says of a plan's template; `None` when it does not know the slug.
    pub(super) fn on(&self, plan: &Plan) -> Option<Told<'_>> {
        let mut templates = self.snapshots.templates.iter();
        let template = templates.find(|template| template.slug == plan.slug)?;
        let commit = template.built_from_commit.as_ref();
        let past = commit.and_then(|commit| self.past.get(commit)?.find(&plan.slug));
        let mut builds = self.snapshots.builds.iter();
        Some(Told {
            template,
            beside: Beside::of(plan, template, self.fingerprint),
            since_build: past.map(|past| judge(past, plan, &Changed::Unknown).words()),
            build: builds.find(|build| build.slug == plan.slug),
        })
    }

    /// The templates that only the host has.
    pub(super) fn others(&self, plans: &Plans) -> impl Iterator<Item = &Template> {
        let templates = self.snapshots.templates.iter();
        templates.filter(|template| plans.find(&template.slug).is_none())
    }
}

impl Told<'_> {
    /// Whether the host's snapshot has the content of the plan, in words.
    pub(super) fn content(&self) -> String {
        let differences = self.beside.differences.iter();
        let differences: Vec<String> = differences.map(plan::Difference::words).collect();
        match (self.beside.content, differences.as_slice()) {
            (Content::Same, _) => "the same content as here".to_owned(),
            (Content::Other, []) => "other content than here".to_owned(),
            (Content::Unknown, []) => {
                "cannot tell whether it has the same content as here".to_owned()
            }
            (Content::Other | Content::Unknown, differences) => {
                format!("not as here: {}", differences.join("; "))
            }
        }
    }

    /// Why the last build failed; `None` when it did not, or when a session can boot all the same.
    pub(super) fn failure(&self) -> Option<String> {
        let build = self
            .build
            .filter(|build| build.status == BuildStatus::Failed)?;
        if self.template.ready {
            return None;
        }
        let error = build.error.as_deref().unwrap_or_default();
        let first = error.lines().next().unwrap_or_default();
        let kind = build.error_category.as_deref().unwrap_or("unknown");
        Some(format!("its last build failed ({kind}): {first}"))
    }
}
