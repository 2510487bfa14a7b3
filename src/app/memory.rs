//! What the program keeps from one run to the next.
//!
//! The shell writes it to the cache (0600, no token in it) and brings it back as the first event,
//! so that the first frame shows rows before any host was asked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    app::changes::facts::ChangeFacts,
    model::{
        change::ChangeRequest,
        id::{ChangeKey, HostName, ProjectKey},
        project::Project,
        session::Session,
        time::Millis,
    },
};

/// What is kept. Parts that are absent are left as they are on disk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The last lists of projects and sessions.
    pub fleet: Option<Fleet>,
    /// Texts that were typed and not sent.
    pub drafts: Option<Drafts>,
    /// Prompts that were sent, oldest first.
    pub history: Option<Vec<String>>,
}

/// The last lists of projects, sessions and change requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fleet {
    /// When they were fetched.
    pub at: Millis,
    /// The projects of each host.
    pub projects: BTreeMap<HostName, Vec<Project>>,
    /// The sessions of each project.
    pub sessions: Vec<(ProjectKey, Vec<Session>)>,
    /// The change requests of each project, newest number first.
    pub changes: Vec<(ProjectKey, Vec<ChangeRequest>)>,
    /// What is known of change requests beside their rows.
    pub change_facts: Vec<(ChangeKey, ChangeFacts)>,
}

/// Texts that were typed and not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Drafts {
    /// Prompts by session id.
    pub prompts: BTreeMap<String, String>,
    /// The new-session form's prompt.
    pub new_session: Option<String>,
}
