//! What sandboxes would be made from, and whether their snapshots are built again.
//!
//! In: a [`Tree`], and optionally what git says of the build contexts. Out: [`Plans`]: for each
//! template its source, its size, its layers, and the [`Inputs`] of its snapshot's identity.
//! [`compare`] says for two of them which snapshots are reused and which are built again, and why;
//! [`Beside`] puts what a server says of a template beside a plan:
//!
//! ```text
//! let (before, after) = (Plans::of(&base), Plans::of(&head));
//! for row in compare(&before, &after, &Changed::Paths(paths)) { row.verdict.words() }
//! ```
//!
//! The runtime's fingerprint is an input too, but only a server knows its own. So two plans can be
//! compared here, and the hash of one can only be predicted with a fingerprint that is known.
//! The git tree of the build context is shown and compared, but no part of the identity: servers of
//! mid-2026 hash a constant in its place, although the platform's documents name it.
//!
//! Not for: what is wrong in the files ([`crate::validation::check`]), and for building anything.

mod layers;
mod server;
mod verdict;
pub mod words;

use std::{borrow::Cow, collections::BTreeMap};

use sha2::{Digest, Sha256};

use crate::{
    diagnostic::Severity,
    image::{
        self,
        identity::{self, Hardware, Identity, PLATFORM_DOCKERFILE, Source},
    },
    manifest::{self, DEFAULTS, Options, Size, SizeReason, Template, Why},
    validation::{Entry, MANIFEST, Tree},
};

pub use layers::{BaseImage, Layer, Part};
pub use server::{Beside, Content, Difference, fingerprint};
pub use verdict::{Changed, Compared, Edit, Input, LeftOut, Newness, Verdict, compare, judge};

/// The slug of the platform's own template.
pub const PLATFORM: &str = "default";

/// What the sandboxes of a project would be made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Plans {
    /// What became of the manifest.
    pub manifest: Reading,
    /// The slug of the template that sessions boot unless they name one.
    pub booted: String,
    /// The platform's template first, then those of the manifest in its order, also dropped ones.
    pub plans: Vec<Plan>,
}

/// What became of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It was understood; it may still have errors that keep it from being merged.
    Understood {
        /// How many errors it has.
        errors: usize,
    },
    /// There is none, so that all sessions boot the platform's image.
    Absent,
    /// Its templates are not known; a server keeps those that it knew.
    Unknown {
        /// Why, as a fragment.
        why: String,
    },
}

/// What the sandboxes of one template would be made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The slug as it is written; empty without one.
    pub slug: String,
    /// Its name for people.
    pub name: Option<String>,
    /// What its image begins with.
    pub origin: Origin,
    /// Processor cores.
    pub cpu: Size,
    /// Memory in GiB.
    pub memory: Size,
    /// Disk in GiB.
    pub disk: Size,
    /// The instructions before the platform's own steps ([`image::layer::STEPS`]).
    pub layers: Vec<Layer>,
    /// Whether a snapshot can come of it.
    pub outcome: Outcome,
}

/// What an image begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The platform's own Dockerfile.
    Platform(BaseImage),
    /// A Dockerfile of the repository.
    Dockerfile {
        /// Its path as it is written.
        path: String,
        /// What its last stage begins with; `None` when that cannot be told.
        base: Option<BaseImage>,
    },
    /// An image from a registry.
    Image(BaseImage),
    /// The template names nothing.
    Missing,
}

/// Whether a snapshot can come of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It can; this is what its identity is made of.
    Builds(Inputs),
    /// Building fails.
    Fails(Fault),
    /// The control plane drops the template.
    Dropped(Why),
}

/// Why building fails, or why that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is no such Dockerfile.
    NoDockerfile(String),
    /// The Dockerfile cannot be read.
    Unreadable {
        /// Its path.
        path: String,
        /// Why, as a fragment.
        why: String,
    },
    /// Nothing is left of the Dockerfile to build: it is blank.
    Blank(String),
    /// Nothing is left of the Dockerfile to build: it is only the starter block.
    OnlyStarter(String),
    /// The template names neither a Dockerfile nor an image.
    NoSource,
}

/// What a snapshot's identity is made of, but for the runtime's fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    slug: String,
    made_from: MadeFrom,
    /// Cores, GiB of memory, GiB of disk.
    hardware: [u32; 3],
    /// The build context; `None` for a template without a Dockerfile of the repository.
    pub context: Option<Context>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum MadeFrom {
    Platform,
    /// The text as it is in the repository.
    Dockerfile(String),
    Image(String),
}

/// The folder that the documents call the build context, which no server of mid-2026 hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The Dockerfile's folder below the project's root; empty for the root itself.
    pub folder: String,
    /// The id of its git tree; `None` when it is not known.
    pub tree: Option<String>,
    /// What the Dockerfile takes from it, as written.
    pub copies: Vec<String>,
}

impl Plans {
    /// Makes the plans as far as a tree is known; the ids of git trees are left open.
    pub fn of(tree: &Tree) -> Self {
        let (reading, manifest) = read(tree);
        let manifest = manifest.unwrap_or_default();
        let templates = manifest.templates.iter();
        let templates = templates.map(|template| Plan::of(template, tree));
        let booted = manifest.default_template.map(|slug| slug.value);
        Self {
            manifest: reading,
            booted: booted.unwrap_or_else(|| PLATFORM.to_owned()),
            plans: std::iter::once(Plan::platform()).chain(templates).collect(),
        }
    }

    /// The folders of all build contexts, sorted, each once.
    pub fn folders(&self) -> Vec<String> {
        let contexts = self.plans.iter().filter_map(Plan::context);
        let mut folders: Vec<String> = contexts.map(|context| context.folder.clone()).collect();
        folders.sort();
        folders.dedup();
        folders
    }

    /// Notes the ids of git trees by their folders.
    pub fn note_trees(&mut self, trees: &BTreeMap<String, String>) {
        for plan in &mut self.plans {
            if let Outcome::Builds(inputs) = &mut plan.outcome
                && let Some(context) = &mut inputs.context
            {
                context.tree = trees.get(&context.folder).cloned();
            }
        }
    }

    /// The plan that a slug stands for; never a dropped one.
    pub fn find(&self, slug: &str) -> Option<&Plan> {
        self.kept().find(|plan| plan.slug == slug)
    }

    /// The plans of templates that the control plane keeps.
    pub fn kept(&self) -> impl Iterator<Item = &Plan> {
        let plans = self.plans.iter();
        plans.filter(|plan| !matches!(plan.outcome, Outcome::Dropped(_)))
    }
}

impl Plan {
    fn platform() -> Self {
        let [cpu, memory, disk] = DEFAULTS.map(|effective| Size {
            asked: None,
            effective,
            reason: SizeReason::Default,
        });
        let base = layers::base(PLATFORM_DOCKERFILE);
        Self {
            slug: PLATFORM.to_owned(),
            name: None,
            origin: Origin::Platform(base.unwrap_or_else(|| BaseImage::of("scratch"))),
            cpu,
            memory,
            disk,
            layers: layers::layers(PLATFORM_DOCKERFILE),
            outcome: Outcome::Builds(Inputs {
                slug: PLATFORM.to_owned(),
                made_from: MadeFrom::Platform,
                hardware: DEFAULTS,
                context: None,
            }),
        }
    }

    fn of(template: &Template, tree: &Tree) -> Self {
        let slug = template.slug.as_ref();
        let slug = slug.map_or_else(String::new, |slug| slug.value.clone());
        let found = found(&template.source, tree);
        let outcome = match (template.dropped, found.made_from) {
            (Some(why), _) => Outcome::Dropped(why),
            (None, Err(fault)) => Outcome::Fails(fault),
            (None, Ok(made_from)) => Outcome::Builds(Inputs {
                slug: slug.clone(),
                made_from,
                hardware: [&template.cpu, &template.memory, &template.disk]
                    .map(|size| size.effective),
                context: found.context,
            }),
        };
        Self {
            slug,
            name: template.name.clone(),
            origin: found.origin,
            cpu: template.cpu.clone(),
            memory: template.memory.clone(),
            disk: template.disk.clone(),
            layers: found.layers,
            outcome,
        }
    }

    /// What its identity is made of; `None` when no snapshot can come of it.
    pub fn inputs(&self) -> Option<&Inputs> {
        match &self.outcome {
            Outcome::Builds(inputs) => Some(inputs),
            Outcome::Fails(_) | Outcome::Dropped(_) => None,
        }
    }

    /// The sizes with their names and units, in the order of the identity.
    pub fn sizes(&self) -> [(&'static str, &'static str, &Size); 3] {
        [
            ("cpu", "", &self.cpu),
            ("memory", " GiB", &self.memory),
            ("disk", " GiB", &self.disk),
        ]
    }

    fn context(&self) -> Option<&Context> {
        self.inputs()?.context.as_ref()
    }
}

impl Inputs {
    /// The Dockerfile as it is hashed: for an image one line, without the first starter block.
    pub fn dockerfile(&self) -> Cow<'_, str> {
        self.source().dockerfile()
    }

    /// The length of the Dockerfile in UTF-16 code units, which is hashed before its text.
    pub fn units(&self) -> usize {
        self.dockerfile().encode_utf16().count()
    }

    /// The SHA-256 of the Dockerfile's text, lowercase hex; no part of the identity, for people.
    pub fn text_hash(&self) -> String {
        let digest = Sha256::digest(self.dockerfile().as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The constant that stands where the documents have the build context's tree.
    pub fn tree(&self) -> String {
        match self.made_from {
            MadeFrom::Platform => "platform-default".to_owned(),
            MadeFrom::Dockerfile(_) | MadeFrom::Image(_) => format!("template:{}", self.slug),
        }
    }

    /// The hardware as it is hashed, such as `cpu:2,memory:6,disk:20`.
    pub fn hardware(&self) -> String {
        let [cpu, memory, disk] = self.hardware;
        format!("cpu:{cpu},memory:{memory},disk:{disk}")
    }

    /// The identity on a server whose runtime has this fingerprint.
    pub fn identity(&self, fingerprint: &str) -> Identity {
        let [cpu, memory, disk] = self.hardware.map(|size| Some(f64::from(size)));
        let hardware = Hardware { cpu, memory, disk };
        Identity::of(self.source(), &self.slug, hardware, fingerprint)
    }

    fn source(&self) -> Source<'_> {
        match &self.made_from {
            MadeFrom::Platform => Source::Platform,
            MadeFrom::Dockerfile(text) => Source::Dockerfile(text),
            MadeFrom::Image(reference) => Source::Image(reference),
        }
    }
}

/// Reads the manifest of a tree.
fn read(tree: &Tree) -> (Reading, Option<manifest::Manifest>) {
    let unknown = |why: &str| Reading::Unknown {
        why: why.to_owned(),
    };
    let bytes = match tree.get(MANIFEST) {
        Some(Entry::File { bytes, .. }) => bytes,
        Some(Entry::Absent) => return (Reading::Absent, None),
        Some(Entry::Unreadable(why)) => return (unknown(why), None),
        Some(Entry::Folder(_)) => return (unknown("it is a folder"), None),
        None => return (unknown("it was not looked at"), None),
    };
    let only_rules = Options {
        is_local_wanted: false,
    };
    let checked = manifest::check(bytes, only_rules);
    let errors = checked.findings.iter();
    let mut errors = errors.filter(|finding| finding.severity == Severity::Error);
    let reading = match checked.manifest {
        Some(_) => Reading::Understood {
            errors: errors.count(),
        },
        None => {
            let first = errors.next().map(|finding| finding.message.as_str());
            unknown(first.unwrap_or("it does not parse"))
        }
    };
    (reading, checked.manifest)
}

/// What a tree has of a template's source.
struct Found {
    origin: Origin,
    layers: Vec<Layer>,
    made_from: Result<MadeFrom, Fault>,
    context: Option<Context>,
}

fn found(source: &manifest::Source, tree: &Tree) -> Found {
    match source {
        manifest::Source::Dockerfile(path) => found_dockerfile(&path.value, tree),
        manifest::Source::Image(reference) => {
            let made_from = MadeFrom::Image(reference.value.clone());
            let line = Source::Image(&reference.value).dockerfile();
            Found {
                origin: Origin::Image(BaseImage::of(&reference.value)),
                layers: layers::layers(&line),
                made_from: Ok(made_from),
                context: None,
            }
        }
        manifest::Source::Missing => Found {
            origin: Origin::Missing,
            layers: Vec::new(),
            made_from: Err(Fault::NoSource),
            context: None,
        },
    }
}

fn found_dockerfile(path: &str, tree: &Tree) -> Found {
    let whole = path.to_owned();
    let unreadable = |why: &str| Fault::Unreadable {
        path: whole.clone(),
        why: why.to_owned(),
    };
    let text = match tree.get(path) {
        Some(Entry::File { bytes, .. }) => Ok(String::from_utf8_lossy(bytes).into_owned()),
        Some(Entry::Absent) => Err(Fault::NoDockerfile(whole.clone())),
        Some(Entry::Unreadable(why)) => Err(unreadable(why)),
        Some(Entry::Folder(_)) => Err(unreadable("it is a folder")),
        None => Err(unreadable("it was not looked at")),
    };
    let shown = text.as_deref().unwrap_or_default();
    let context = Context {
        folder: folder(path),
        tree: None,
        copies: image::copied(shown),
    };
    Found {
        origin: Origin::Dockerfile {
            path: whole.clone(),
            base: layers::base(shown),
        },
        layers: layers::layers(shown),
        context: Some(context),
        made_from: text.and_then(|text| match Source::Dockerfile(&text).is_blank() {
            false => Ok(MadeFrom::Dockerfile(text)),
            true if identity::starter_block(&text).is_some() => Err(Fault::OnlyStarter(whole)),
            true => Err(Fault::Blank(whole)),
        }),
    }
}

/// The folder of a path below the root, without steps that lead nowhere.
fn folder(path: &str) -> String {
    let (folder, _) = path.rsplit_once('/').unwrap_or_default();
    let steps = folder.split('/');
    let steps: Vec<&str> = steps
        .filter(|step| !step.is_empty() && *step != ".")
        .collect();
    steps.join("/")
}
