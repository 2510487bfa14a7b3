//! The account as one JSON object; its fields stay as they are: new ones may come, none goes or
//! changes its kind. What is not known is `null`.

use serde::Serialize;

use crate::{
    cli::explain::{
        account::{Account, View},
        server::{Answer, Told},
    },
    image::layer::{self, STEPS},
    manifest::{Size, SizeReason},
    validation::plan::{
        self, BaseImage, Content, Inputs, Layer, Origin, Outcome, Part, Plan, Reading, Verdict,
        words,
    },
};

/// All of it.
#[derive(Serialize)]
pub(super) struct Whole {
    /// The folder as it was given.
    path: String,
    #[serde(flatten)]
    head: Side,
    /// The change, with `--base`.
    comparison: Option<Comparison>,
    /// What the platform appends to every Dockerfile.
    injected: Vec<Step>,
    /// Files that plans are made from and that no commit has as they are.
    uncommitted: Vec<String>,
    server: Option<Server>,
    /// Why something is not known, in words.
    problems: Vec<String>,
}

#[derive(Serialize)]
struct Side {
    /// The name of the revision; absent for the files in the folder.
    revision: Option<String>,
    commit: Option<String>,
    /// `understood`, `absent` or `unknown`.
    manifest: &'static str,
    /// How many errors the manifest has; absent when it is not understood.
    manifest_errors: Option<usize>,
    /// The slug that sessions boot unless they name one.
    booted: String,
    templates: Vec<Template>,
}

#[derive(Serialize)]
struct Comparison {
    base: Side,
    templates: Vec<Compared>,
}

#[derive(Serialize)]
struct Compared {
    slug: String,
    verdict: &'static str,
    words: String,
    changed: Vec<Changed>,
}

#[derive(Serialize)]
struct Changed {
    input: &'static str,
    words: String,
}

#[derive(Serialize)]
struct Step {
    instruction: &'static str,
    does: &'static str,
    asks: Option<&'static str>,
}

#[derive(Serialize)]
struct Template {
    slug: String,
    name: Option<String>,
    booted: bool,
    source: Source,
    cpu: Hardware,
    memory: Hardware,
    disk: Hardware,
    layers: Vec<Line>,
    /// The inputs of the identity; absent when no snapshot can come of it.
    inputs: Option<Identity>,
    /// Why no snapshot can come of it.
    problem: Option<String>,
    server: Option<There>,
}

#[derive(Serialize)]
struct Source {
    /// `platform`, `dockerfile`, `image` or `none`.
    kind: &'static str,
    path: Option<String>,
    image: Option<String>,
    registry: Option<String>,
}

#[derive(Serialize)]
struct Hardware {
    asked: Option<f64>,
    effective: u32,
    /// `default`, `unusable`, `asked`, `rounded` or `clamped`.
    reason: &'static str,
}

#[derive(Serialize)]
struct Line {
    line: usize,
    instruction: String,
    /// The builder stage that it belongs to; absent in the image and before all stages.
    builder: Option<String>,
}

#[derive(Serialize)]
struct Identity {
    dockerfile_units: usize,
    dockerfile_sha256: String,
    tree: String,
    hardware: String,
    /// Absent where only the server knows it.
    runtime: Option<&'static str>,
    /// Absent without the runtime's fingerprint.
    content_hash: Option<String>,
    snapshot_name: Option<String>,
    context: Option<Context>,
}

#[derive(Serialize)]
struct Context {
    folder: String,
    git_tree: Option<String>,
    copies: Vec<String>,
    /// Whether it is a part of the identity: not on servers of mid-2026.
    hashed: bool,
}

#[derive(Serialize)]
struct Server {
    host: String,
    project_id: String,
    runtime: Option<&'static str>,
    /// The slugs of templates that only the server has.
    others: Vec<String>,
}

#[derive(Serialize)]
struct There {
    snapshot_name: String,
    content_hash: String,
    state: String,
    ready: bool,
    /// `same`, `other` or `unknown`.
    content: &'static str,
    differences: Vec<Difference>,
    built_from_commit: Option<String>,
    /// What happened since that commit, in words.
    since_build: Option<String>,
    last_failure: Option<String>,
}

#[derive(Serialize)]
struct Difference {
    what: &'static str,
    words: String,
}

impl Whole {
    pub(super) fn of(account: &Account) -> Self {
        let answer = account.server.answer();
        let silent = account.server.problem();
        let silent = silent.map(|failure| failure.message.clone());
        let reading = match &account.head.plans.manifest {
            Reading::Unknown { why } => Some(why.clone()),
            Reading::Understood { .. } | Reading::Absent => None,
        };
        let unread = answer.and_then(|answer| answer.snapshots.templates_error.clone());
        let problems = [reading, account.no_git.clone(), silent, unread];
        Self {
            path: account.path.clone(),
            head: Side::of(&account.head, answer),
            comparison: account.change.as_ref().map(|change| Comparison {
                base: Side::of(&change.base, None),
                templates: change.rows.iter().map(Compared::of).collect(),
            }),
            injected: STEPS.iter().map(Step::of).collect(),
            uncommitted: account.uncommitted.clone(),
            server: answer.map(|answer| Server {
                host: answer.host.clone(),
                project_id: answer.project.to_string(),
                runtime: answer.fingerprint,
                others: answer
                    .others(&account.head.plans)
                    .map(|template| template.slug.clone())
                    .collect(),
            }),
            problems: problems.into_iter().flatten().collect(),
        }
    }
}

impl Side {
    fn of(view: &View, answer: Option<&Answer>) -> Self {
        let (manifest, manifest_errors) = match &view.plans.manifest {
            Reading::Understood { errors } => ("understood", Some(*errors)),
            Reading::Absent => ("absent", None),
            Reading::Unknown { .. } => ("unknown", None),
        };
        let booted = &view.plans.booted;
        let plans = view.plans.plans.iter();
        Self {
            revision: view.commit.as_ref().map(|_| view.label.clone()),
            commit: view.commit.clone(),
            manifest,
            manifest_errors,
            booted: booted.clone(),
            templates: plans
                .map(|plan| Template::of(plan, booted, answer))
                .collect(),
        }
    }
}

impl Compared {
    fn of(row: &plan::Compared) -> Self {
        let inputs = match &row.verdict {
            Verdict::Rebuilds { changed } => changed.as_slice(),
            Verdict::Reuses(_)
            | Verdict::New(_)
            | Verdict::Gone
            | Verdict::Fails(_)
            | Verdict::CannotTell(_) => &[],
        };
        Self {
            slug: row.slug.clone(),
            verdict: row.verdict.name(),
            words: row.verdict.words(),
            changed: inputs
                .iter()
                .map(|input| Changed {
                    input: input.name(),
                    words: input.words(),
                })
                .collect(),
        }
    }
}

impl Step {
    fn of(step: &layer::Step) -> Self {
        Self {
            instruction: step.instruction,
            does: step.does,
            asks: step.asks,
        }
    }
}

impl Template {
    fn of(plan: &Plan, booted: &str, answer: Option<&Answer>) -> Self {
        let problem = match &plan.outcome {
            Outcome::Builds(_) => None,
            Outcome::Fails(fault) => Some(fault.words()),
            Outcome::Dropped(why) => Some(format!("dropped: {}", words::dropped(*why))),
        };
        let is_kept = !matches!(plan.outcome, Outcome::Dropped(_));
        let told = answer
            .filter(|_| is_kept)
            .and_then(|answer| answer.on(plan));
        let runtime = answer.and_then(|answer| answer.fingerprint);
        Self {
            slug: plan.slug.clone(),
            name: plan.name.clone(),
            booted: is_kept && plan.slug == booted,
            source: Source::of(&plan.origin),
            cpu: Hardware::of(&plan.cpu),
            memory: Hardware::of(&plan.memory),
            disk: Hardware::of(&plan.disk),
            layers: plan.layers.iter().map(Line::of).collect(),
            inputs: plan.inputs().map(|inputs| Identity::of(inputs, runtime)),
            problem,
            server: told.map(|told| There::of(&told)),
        }
    }
}

impl Source {
    fn of(origin: &Origin) -> Self {
        let of = |kind, path: Option<&String>, base: Option<&BaseImage>| Self {
            kind,
            path: path.cloned(),
            image: base.map(|base| base.reference.clone()),
            registry: base.and_then(|base| base.registry.clone()),
        };
        match origin {
            Origin::Platform(base) => of("platform", None, Some(base)),
            Origin::Dockerfile { path, base } => of("dockerfile", Some(path), base.as_ref()),
            Origin::Image(image) => of("image", None, Some(image)),
            Origin::Missing => of("none", None, None),
        }
    }
}

impl Hardware {
    fn of(size: &Size) -> Self {
        Self {
            asked: size.asked.as_ref().map(|asked| asked.value),
            effective: size.effective,
            reason: match size.reason {
                SizeReason::Default => "default",
                SizeReason::Unusable => "unusable",
                SizeReason::Asked => "asked",
                SizeReason::Rounded => "rounded",
                SizeReason::Clamped => "clamped",
            },
        }
    }
}

impl Line {
    fn of(layer: &Layer) -> Self {
        Self {
            line: layer.line,
            instruction: layer.text.clone(),
            builder: match &layer.part {
                Part::Builder(name) => Some(name.clone()),
                Part::Head | Part::Image => None,
            },
        }
    }
}

impl Identity {
    fn of(inputs: &Inputs, runtime: Option<&'static str>) -> Self {
        let identity = runtime.map(|runtime| inputs.identity(runtime));
        Self {
            dockerfile_units: inputs.units(),
            dockerfile_sha256: inputs.text_hash(),
            tree: inputs.tree(),
            hardware: inputs.hardware(),
            runtime,
            content_hash: identity.as_ref().map(|it| it.content_hash.clone()),
            snapshot_name: identity.map(|it| it.snapshot_name),
            context: inputs.context.as_ref().map(|context| Context {
                folder: context.folder.clone(),
                git_tree: context.tree.clone(),
                copies: context.copies.clone(),
                hashed: false,
            }),
        }
    }
}

impl There {
    fn of(told: &Told<'_>) -> Self {
        let template = told.template;
        let differences = told.beside.differences.iter();
        Self {
            snapshot_name: template.snapshot_name.clone(),
            content_hash: template.content_hash.clone(),
            state: template.provider_state.clone(),
            ready: template.ready,
            content: match told.beside.content {
                Content::Same => "same",
                Content::Other => "other",
                Content::Unknown => "unknown",
            },
            differences: differences
                .map(|difference| Difference {
                    what: difference.name(),
                    words: difference.words(),
                })
                .collect(),
            built_from_commit: template.built_from_commit.clone(),
            since_build: told.since_build.clone(),
            last_failure: told.failure(),
        }
    }
}
