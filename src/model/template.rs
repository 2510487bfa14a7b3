//! Sandbox templates, snapshots and their builds.

use serde::{Deserialize, Serialize};

use crate::model::{
    id::{BuildId, TemplateId},
    open_words,
};

open_words! {
    /// The state of a snapshot build.
    BuildStatus {
        /// Being built.
        Building = "building",
        /// Built.
        Ready = "ready",
        /// Not built; `error` says why.
        Failed = "failed",
    }
}

impl Default for BuildStatus {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// A sandbox template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Template {
    /// The template's row; absent where the server made it up.
    pub template_id: Option<TemplateId>,
    /// Its short name, unique in the project.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether it is the platform's default (not the manifest's `[sandbox] default`).
    pub is_default: bool,
    /// Where it comes from: `platform`, `toml`, `ui`, or a newer word.
    pub source: String,
    /// Who builds it.
    pub provider: String,
    /// The image, for a template made from one.
    pub image: Option<String>,
    /// The Dockerfile, for a template made from one.
    pub dockerfile_path: Option<String>,
    /// Virtual processors.
    pub cpu: u32,
    /// Memory in GiB.
    pub memory_gb: u32,
    /// Disk in GiB.
    pub disk_gb: u32,
    /// The snapshot's name.
    pub snapshot_name: String,
    /// The snapshot's identity, lowercase hex.
    pub content_hash: String,
    /// The commit it was built from, when known.
    pub built_from_commit: Option<String>,
    /// The provider's word for the snapshot's state: `active`, `building`, `missing`, …, open-ended.
    pub provider_state: String,
    /// Whether a session can boot from it now.
    pub ready: bool,
}

/// The templates of a project (`GET …/sandbox-templates`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateList {
    /// The templates.
    pub items: Vec<Template>,
    /// The platform's default template.
    pub default_slug: String,
}

/// One snapshot build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Build {
    /// The build.
    pub build_id: BuildId,
    /// The template it builds.
    pub slug: String,
    /// The snapshot it makes.
    pub snapshot_name: String,
    /// The snapshot's identity, lowercase hex.
    pub content_hash: String,
    /// Its state.
    pub status: BuildStatus,
    /// Why it failed.
    pub error: Option<String>,
    /// The kind of failure, an open word: `dockerfile`, `quota`, `runtime`, …
    pub error_category: Option<String>,
    /// What started it, an open word: `session-start`, `manual`, `cr-merge`, …
    pub source: String,
    /// When it started, RFC 3339.
    pub started_at: String,
    /// When it ended, RFC 3339; absent while it runs.
    pub finished_at: Option<String>,
}

/// Templates and the last builds of a project (`GET …/snapshots`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshots {
    /// The templates.
    pub templates: Vec<Template>,
    /// Why templates could not be read from the repository.
    pub templates_error: Option<String>,
    /// The last builds, newest first, at most 25.
    pub builds: Vec<Build>,
}

/// Whether sessions of a project can boot (`GET …/sandbox-health`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SandboxHealth {
    /// The template that new sessions use.
    pub primary_slug: String,
    /// Whether a session can boot from it now.
    pub ready: bool,
    /// Whether the newest build is still running; may be true while `ready` is too.
    pub building: bool,
    /// The newest build.
    pub latest_build: Option<Build>,
    /// The newest build that failed; may be long ago.
    pub latest_failure: Option<Build>,
}
