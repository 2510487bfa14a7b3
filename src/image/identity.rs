//! The identity of a snapshot: a hash that answers "will it be built again?".
//!
//! In: what a template is made from, its slug, its hardware, and the runtime's fingerprint. Out: the
//! hash and the names that the control plane derives from it. The fingerprint of a real server
//! depends on files of that server, so away from it two identities can be compared, not predicted.
//!
//! Files that a Dockerfile copies, commits and entrypoints are no part of it.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// The Dockerfile of the platform's default template.
pub const PLATFORM_DOCKERFILE: &str = "\
# syntax=docker/dockerfile:1.7
# Kortix platform default sandbox base.
# Sessions clone the project workspace at boot — nothing project-specific
# is baked in here. Customize via `[[sandbox.templates]]` in kortix.toml.
FROM ubuntu:24.04

WORKDIR /workspace

";

/// The block of old starter files that is taken out before anything else happens.
const STARTER_BLOCK: &str = r"# Bring in baseline tooling. The Kortix layer on top also installs
# git/curl/ca-certificates/nodejs/npm, but having them in your base
# makes interactive sessions snappier.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates \
        curl \
        git \
        build-essential \
    && rm -rf /var/lib/apt/lists/*

";

/// How many digits of a hash stand in names.
const SHORT: usize = 12;

/// What a template is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// The platform's own Dockerfile.
    Platform,
    /// The text of the project's Dockerfile.
    Dockerfile(&'a str),
    /// An image reference.
    Image(&'a str),
}

/// The hardware of a template; what is absent is not hashed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Hardware {
    /// Virtual processors.
    pub cpu: Option<f64>,
    /// Memory in GiB.
    pub memory: Option<f64>,
    /// Disk in GiB.
    pub disk: Option<f64>,
}

/// What goes into a snapshot's hash.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inputs<'a> {
    /// The Dockerfile as it is built, without the platform's layer.
    pub dockerfile: &'a str,
    /// The constant in place of a tree: `platform-default` or `template:<slug>`.
    pub tree: &'a str,
    /// The hardware.
    pub hardware: Hardware,
    /// The runtime's fingerprint.
    pub runtime: &'a str,
}

/// A snapshot's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Lowercase hex, 64 digits.
    pub content_hash: String,
    /// The snapshot's name, which ends in the first 12 digits.
    pub snapshot_name: String,
}

impl<'a> Source<'a> {
    /// Chooses like the builder: a Dockerfile before an image; `None` when a template has neither.
    pub fn choose(dockerfile: Option<&'a str>, image: Option<&'a str>) -> Option<Self> {
        match (dockerfile, image) {
            (Some(text), _) => Some(Self::Dockerfile(text)),
            (None, Some(image)) => Some(Self::Image(image)),
            (None, None) => None,
        }
    }

    /// The Dockerfile as it is built, without the platform's layer.
    pub fn dockerfile(&self) -> Cow<'a, str> {
        match self {
            Self::Platform => Cow::Borrowed(PLATFORM_DOCKERFILE),
            Self::Dockerfile(text) => without_starter(text),
            Self::Image(image) => Cow::Owned(format!("FROM {image}\n")),
        }
    }

    /// Whether nothing is left to build, which the builder refuses.
    pub fn is_blank(&self) -> bool {
        // White space as the server's language has it.
        let is_space = |c: char| c.is_whitespace() && c != '\u{85}' || c == '\u{feff}';
        self.dockerfile().chars().all(is_space)
    }
}

impl Identity {
    /// The identity of a template's snapshot.
    pub fn of(source: Source<'_>, slug: &str, hardware: Hardware, runtime: &str) -> Self {
        let (tree, prefix) = match source {
            Source::Platform => ("platform-default".to_owned(), "kortix-default"),
            Source::Dockerfile(_) | Source::Image(_) => (format!("template:{slug}"), "kortix-tpl"),
        };
        let content_hash = content_hash(&Inputs {
            dockerfile: &source.dockerfile(),
            tree: &tree,
            hardware,
            runtime,
        });
        Self {
            snapshot_name: format!("{prefix}-{}", short(&content_hash)),
            content_hash,
        }
    }

    /// The first 12 digits; of an identity over the fingerprint without the agent it is the swap key.
    pub fn short(&self) -> &str {
        short(&self.content_hash)
    }
}

/// The hash over all inputs, lowercase hex.
pub fn content_hash(inputs: &Inputs<'_>) -> String {
    let Inputs {
        dockerfile,
        tree,
        hardware,
        runtime,
    } = inputs;
    let units = dockerfile.encode_utf16().count();
    let mut text = format!("dockerfile={units}:{dockerfile}\ntree_oid={tree}\nruntime={runtime}");
    let parts = [
        ("cpu", hardware.cpu),
        ("memory", hardware.memory),
        ("disk", hardware.disk),
    ];
    let parts = parts.into_iter().filter_map(|(name, number)| {
        let number = number?;
        Some(format!("{name}:{}", decimal(number)))
    });
    let hardware = parts.collect::<Vec<_>>().join(",");
    if !hardware.is_empty() {
        text.push_str("\nspec=");
        text.push_str(&hardware);
    }
    let digest = Sha256::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A Dockerfile without the first starter block, as far as one is there byte for byte.
pub fn without_starter(dockerfile: &str) -> Cow<'_, str> {
    match starter_block(dockerfile) {
        None => Cow::Borrowed(dockerfile),
        Some(block) => {
            let (before, _) = dockerfile.split_at(block.start);
            let (_, after) = dockerfile.split_at(block.end);
            Cow::Owned([before, after].concat())
        }
    }
}

/// Where the first starter block is, in bytes.
pub fn starter_block(dockerfile: &str) -> Option<std::ops::Range<usize>> {
    let start = dockerfile.find(STARTER_BLOCK)?;
    Some(start..start + STARTER_BLOCK.len())
}

fn short(hash: &str) -> &str {
    hash.get(..SHORT).unwrap_or(hash)
}

/// A number as the server's language prints it.
fn decimal(number: f64) -> String {
    let size = number.abs();
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    if size >= 1e21 {
        return format!("{number:e}").replace('e', "e+");
    }
    if size < 1e-6 {
        return format!("{number:e}");
    }
    number.to_string()
}
