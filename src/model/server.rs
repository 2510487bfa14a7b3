//! What a control plane says about itself (`GET /v1/health`).

use serde::{Deserialize, Serialize};

/// A control plane's account of itself; it needs no token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// `ok`, or what is wrong.
    pub status: String,
    /// The program that answers.
    pub service: String,
    /// Its version.
    pub version: String,
    /// When it started, RFC 3339.
    pub started_at: String,
}

impl Health {
    /// Whether the server calls itself well.
    pub fn is_ok(&self) -> bool {
        self.status == "ok"
    }
}
