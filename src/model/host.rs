//! A control plane and the token for it.

use std::fmt;

use crate::model::id::HostName;

/// A bearer token; printing it in any way shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Wraps a token; white space around it is dropped, an empty one means "not signed in".
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The secret itself, for the header of a request and for the hosts file only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A control plane: where it is and how to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name in the hosts file, or `env` and `sandbox` for those that the environment makes up.
    pub name: HostName,
    /// Its base URL; may end in `/v1`.
    pub url: String,
    /// The token; empty when nobody is signed in.
    pub token: Token,
}
