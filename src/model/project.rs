//! Projects (`GET /v1/projects`).

use serde::{Deserialize, Serialize};

use crate::model::id::{AccountId, ProjectId};

/// A project: one git repository with a `kortix.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Project {
    /// The project, a UUID.
    pub project_id: ProjectId,
    /// The account that owns it.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// The repository's URL.
    pub repo_url: String,
    /// The branch that work is merged into.
    pub default_branch: String,
    /// The manifest's path in the repository, usually `kortix.toml`.
    pub manifest_path: String,
    /// `active`, or a word of a newer server.
    pub status: String,
    /// The caller's role with everything inherited: `manager`, `editor`, `viewer`, …; absent on old servers.
    pub effective_project_role: Option<String>,
    /// Where the project is on the web.
    pub dashboard_url: Option<String>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When the row last changed, RFC 3339; reads change it too, so it says nothing about work.
    pub updated_at: String,
}

/// The name of a secret; values never leave the server (`GET …/secrets`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Secret {
    /// The name of the environment variable.
    pub name: String,
}
