//! Newtypes for every identifier, so that one cannot be passed for another.
//!
//! An id is opaque text. Nothing here validates: a client shows what it was given, and the server
//! side (`local`) checks every id that reaches a path or a git argument itself.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub String);

            impl $name {
                /// The id as text.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl From<&str> for $name {
                fn from(text: &str) -> Self {
                    Self(text.to_owned())
                }
            }

            impl From<String> for $name {
                fn from(text: String) -> Self {
                    Self(text)
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&self.0)
                }
            }
        )+
    };
}

ids! {
    /// The name of a host in the hosts file, for example `cloud` or `local`.
    HostName
    /// An account, a UUID.
    AccountId
    /// A project, a UUID.
    ProjectId
    /// A Kortix session, a lowercase UUID; also the name of its branch.
    SessionId
    /// The id by which the proxy knows a sandbox; it changes at each restart and is read from `sandbox_url`.
    ExternalId
    /// A change request, a UUID.
    ChangeId
    /// A sandbox template's row.
    TemplateId
    /// A snapshot build's row.
    BuildId
    /// An OpenCode session (`ses_…`).
    AgentSessionId
    /// An OpenCode message (`msg_…`).
    MessageId
    /// A part of a message (`prt_…`).
    PartId
    /// A tool call; joins a permission to the tool part it is about.
    CallId
    /// A permission request (`per_…`).
    PermissionId
    /// A question (`que_…`).
    QuestionId
    /// A server-sent event (`evt_…`), the same on every subscriber.
    EventId
}

impl SessionId {
    /// The first eight characters, which is what lists show.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

/// A session on a host: the key under which the program keeps everything about a session.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionKey {
    /// The host that has the session.
    pub host: HostName,
    /// The project that the session belongs to.
    pub project: ProjectId,
    /// The session.
    pub session: SessionId,
}

/// A change request on a host.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChangeKey {
    /// The host that has the change request.
    pub host: HostName,
    /// The project that it would change.
    pub project: ProjectId,
    /// The change request.
    pub change: ChangeId,
}

impl ChangeKey {
    /// The project of this change request.
    pub fn project_key(&self) -> ProjectKey {
        ProjectKey {
            host: self.host.clone(),
            project: self.project.clone(),
        }
    }
}

/// A project on a host.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProjectKey {
    /// The host that has the project.
    pub host: HostName,
    /// The project.
    pub project: ProjectId,
}

impl ProjectKey {
    /// A change request of this project.
    pub fn change(&self, change: &ChangeId) -> ChangeKey {
        ChangeKey {
            host: self.host.clone(),
            project: self.project.clone(),
            change: change.clone(),
        }
    }

    /// A session of this project.
    pub fn session(&self, session: &SessionId) -> SessionKey {
        SessionKey {
            host: self.host.clone(),
            project: self.project.clone(),
            session: session.clone(),
        }
    }
}

impl SessionKey {
    /// The project of this session.
    pub fn project_key(&self) -> ProjectKey {
        ProjectKey {
            host: self.host.clone(),
            project: self.project.clone(),
        }
    }
}
