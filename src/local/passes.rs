//! The tokens of running sessions: what an agent shows when it asks the control plane.
//!
//! Each boot gets a fresh one, which is known in memory only and ends with the sandbox. It speaks
//! for its project and no other, reads, and opens and edits change requests; merging them, and
//! everything about sessions, is a person's. Where the real control plane knows grants, here all
//! agents have this one.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::http::{Method, StatusCode};
use sha2::{Digest, Sha256};

use crate::local::token::Token;

/// Who holds a session's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The session.
    pub session: String,
    /// Its project.
    pub project: String,
    /// The name of its agent.
    pub agent: String,
}

/// A request that a session's token is not good for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Forbidden {
    /// Why, as the real control plane says it.
    pub message: String,
}

impl Forbidden {
    /// The status that goes with it.
    pub const STATUS: StatusCode = StatusCode::FORBIDDEN;

    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl Holder {
    /// Whether the holder may send a request with this method to this path.
    pub fn may(&self, method: &Method, path: &str) -> Result<(), Forbidden> {
        let pieces: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let (project, rest) = match pieces.as_slice() {
            ["v1", "accounts", "me"] => return Ok(()),
            ["v1", "accounts", ..] => {
                let message = "Project-scoped token cannot call account-level routes";
                return Err(Forbidden::new(message));
            }
            ["v1", "projects"] => {
                return Err(Forbidden::new("Project-scoped token cannot list projects"));
            }
            ["v1", "projects", project, rest @ ..] => (project, rest),
            _ => {
                return Err(Forbidden::new(
                    "Project-scoped token cannot call this surface",
                ));
            }
        };
        if !project.eq_ignore_ascii_case(&self.project) {
            let message = "Project-scoped token cannot access a different project";
            return Err(Forbidden::new(message));
        }
        if *method == Method::GET || *method == Method::HEAD {
            return Ok(());
        }
        let is_post = *method == Method::POST;
        match rest {
            ["change-requests"] if is_post => Ok(()),
            ["change-requests", _] if *method == Method::PATCH => Ok(()),
            ["change-requests", _, "close" | "reopen"] if is_post => Ok(()),
            ["change-requests", _, "merge"] => Err(self.lacks("project.cr.merge")),
            _ => Err(self.lacks("project.write")),
        }
    }

    fn lacks(&self, grant: &str) -> Forbidden {
        let agent = &self.agent;
        Forbidden::new(format!("Agent \"{agent}\" is not granted \"{grant}\"."))
    }
}

/// The tokens that are good now.
#[derive(Debug, Default)]
pub struct Passes {
    // Looked up by their hashes, so that the time a look-up takes tells nothing about a token.
    holders: Mutex<HashMap<[u8; 32], Holder>>,
}

impl Passes {
    /// Makes the token of a session that boots; an earlier one is not good any more.
    pub fn issue(&self, holder: Holder) -> Token {
        let token = Token::given_or_random(None);
        let mut holders = self.holders();
        holders.retain(|_, other| other.session != holder.session);
        holders.insert(hash(token.expose()), holder);
        token
    }

    /// Ends the token of a session.
    pub fn revoke(&self, session: &str) {
        self.holders().retain(|_, holder| holder.session != session);
    }

    /// Who holds a token; `None` when it is none of these.
    pub fn holder(&self, offered: &str) -> Option<Holder> {
        self.holders().get(&hash(offered)).cloned()
    }

    fn holders(&self) -> MutexGuard<'_, HashMap<[u8; 32], Holder>> {
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::{Holder, Passes};

    fn holder() -> Holder {
        Holder {
            session: "s".to_owned(),
            project: "AB".to_owned(),
            agent: "build".to_owned(),
        }
    }

    #[test]
    fn a_session_reads_its_project_and_proposes_changes_and_no_more() {
        let may = |method: &Method, path: &str| holder().may(method, path).is_ok();
        for (method, path) in [
            (Method::GET, "/v1/accounts/me"),
            (Method::GET, "/v1/projects/ab/sessions"),
            (Method::POST, "/v1/projects/ab/change-requests"),
            (Method::PATCH, "/v1/projects/ab/change-requests/1"),
            (Method::POST, "/v1/projects/ab/change-requests/1/close"),
        ] {
            assert!(may(&method, path), "{method} {path}");
        }
        for (method, path) in [
            (Method::GET, "/v1/projects"),
            (Method::GET, "/v1/accounts"),
            (Method::GET, "/v1/projects/abc/sessions"),
            (Method::GET, "/v1/p/x/8000/session"),
            (Method::POST, "/v1/projects/ab/change-requests/1/merge"),
            (Method::POST, "/v1/projects/ab/change-requests/1/%6derge"),
            (Method::POST, "/v1/projects/ab/sessions"),
            (Method::DELETE, "/v1/projects/ab/sessions/s"),
        ] {
            assert!(!may(&method, path), "{method} {path}");
        }
    }

    #[test]
    fn a_token_ends_with_the_next_one_and_with_its_session() {
        let passes = Passes::default();
        let first = passes.issue(holder());
        let second = passes.issue(holder());
        assert_eq!(passes.holder(first.expose()), None);
        assert_eq!(passes.holder(second.expose()), Some(holder()));
        passes.revoke("s");
        assert_eq!(passes.holder(second.expose()), None);
    }
}
