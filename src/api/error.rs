//! What can go wrong between this program and a control plane, named for what the reader can do.
//!
//! In: the outcome of a request. Out: a value that compares, clones and prints one line. Servers'
//! messages are cut to their first line and stripped of control characters; tokens are never inside.

use std::time::Duration;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No connection, or it broke before the answer was whole.
    #[error("cannot reach `{host}`: {reason}")]
    Unreachable {
        /// The host's address.
        host: String,
        /// Why, one line.
        reason: String,
    },
    /// The host took longer than it may.
    #[error("`{host}` did not answer within {}", seconds(*.after))]
    TimedOut {
        /// The host's address.
        host: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The proxy in between refuses.
    #[error("the proxy refuses: {message}")]
    Proxy {
        /// Its reason.
        message: String,
    },
    /// The token is missing, wrong, revoked or expired.
    #[error("not signed in: {message}")]
    Unauthorized {
        /// The server's word for it.
        message: String,
    },
    /// The token is good but may not do this.
    #[error("not allowed: {message}")]
    Forbidden {
        /// The server's reason.
        message: String,
    },
    /// It does not exist, or not for this user.
    #[error("{what} was not found")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// This server has no such feature.
    #[error("this server cannot do this: {feature}")]
    MissingRoute {
        /// The feature, a few words.
        feature: String,
    },
    /// The state of things does not permit it now.
    #[error("{message}")]
    Conflict {
        /// The server's reason.
        message: String,
    },
    /// The branches of a change request cannot be merged by themselves.
    #[error("{message}")]
    MergeConflict {
        /// The server's reason.
        message: String,
        /// The paths in conflict, unquoted; empty when the server does not say.
        paths: Vec<String>,
    },
    /// Too many requests; the client waits by itself when the time is short.
    #[error("the server asks to slow down: {message}")]
    RateLimited {
        /// How long to wait, when the server said so.
        retry_after: Option<Duration>,
        /// The server's reason.
        message: String,
    },
    /// As many sessions run as may run at once.
    #[error("{active} of {limit} sessions run already")]
    LimitReached {
        /// How many may run.
        limit: u64,
        /// How many do.
        active: u64,
    },
    /// The account cannot pay for it.
    #[error("{message}")]
    Payment {
        /// The server's reason.
        message: String,
        /// Its code: `insufficient_credits`, `subscription_required`, `no_account`, or a newer word.
        code: Option<String>,
    },
    /// The request was refused for what is in it.
    #[error("{message}")]
    Invalid {
        /// The server's reason.
        message: String,
        /// Its code, such as `UNKNOWN_SANDBOX_TEMPLATE`.
        code: Option<String>,
        /// Its findings, one line each.
        issues: Vec<String>,
    },
    /// The server, or something behind it, is in trouble; this includes refused tokens while it is.
    #[error("the server is in trouble ({status}): {message}")]
    ServerIll {
        /// The HTTP status.
        status: u16,
        /// The server's words.
        message: String,
    },
    /// Something answers at this address, but not the Kortix API.
    #[error("what answers there is not the Kortix API but {content_type}")]
    NotTheApi {
        /// The media type of the answer, or where it wants to send us.
        content_type: String,
    },
    /// The answer is larger than this program takes.
    #[error("the answer is larger than {}", mebibytes(*.limit))]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The answer is not what it should be.
    #[error("the answer to `{what}` cannot be read")]
    Malformed {
        /// What was asked for.
        what: String,
    },
}

impl Error {
    /// A way out, when there is one: a sentence.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } => Some(
                "Check the address with `kortix-tui hosts` and the connection; it is tried again by itself.",
            ),
            Self::Proxy { .. } => Some(
                "Give its user name and password in `HTTPS_PROXY`, or name the host in `NO_PROXY`.",
            ),
            Self::Unauthorized { .. } => Some(
                "Sign in again with `kortix login`, or give a token with `kortix-tui hosts add`.",
            ),
            Self::Forbidden { .. } => Some("Ask a manager of the project for the right."),
            Self::NotFound { .. } => {
                Some("It may have been deleted, or is no longer shared with you.")
            }
            Self::MissingRoute { .. } => Some("A newer server may have it."),
            Self::Conflict { .. } => Some("Refresh and look at its state."),
            Self::MergeConflict { .. } => {
                Some("Ask the session's agent to merge the base into its branch, then try again.")
            }
            Self::RateLimited { .. } => Some("Wait a moment."),
            Self::LimitReached { .. } => Some("Stop a session, then try again."),
            Self::Payment { .. } => Some("Look at the account's billing page."),
            Self::Invalid { .. } | Self::Malformed { .. } => None,
            Self::ServerIll { .. } => {
                Some("Wait; it is tried again by itself. Nobody was signed out.")
            }
            Self::NotTheApi { .. } => Some(
                "Check the address with `kortix-tui hosts`; a sign-in page or a proxy may be in between.",
            ),
            Self::TooLarge { .. } => Some("Ask for less at once."),
        }
    }

    /// Whether other calls to the host would fail alike, so that it is better left alone.
    pub fn is_about_the_host(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Unauthorized { .. }
            | Self::RateLimited { .. }
            | Self::ServerIll { .. }
            | Self::NotTheApi { .. }
            | Self::Proxy { .. } => true,
            Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::MissingRoute { .. }
            | Self::Conflict { .. }
            | Self::MergeConflict { .. }
            | Self::LimitReached { .. }
            | Self::Payment { .. }
            | Self::Invalid { .. }
            | Self::TooLarge { .. }
            | Self::Malformed { .. } => false,
        }
    }

    /// How long the server asks to be left alone; absent when it does not say.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::RateLimited { .. }
            | Self::ServerIll { .. } => true,
            Self::Proxy { .. }
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::MissingRoute { .. }
            | Self::Conflict { .. }
            | Self::MergeConflict { .. }
            | Self::LimitReached { .. }
            | Self::Payment { .. }
            | Self::Invalid { .. }
            | Self::NotTheApi { .. }
            | Self::TooLarge { .. }
            | Self::Malformed { .. } => false,
        }
    }
}

fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{} s", duration.as_secs())
    }
}

fn mebibytes(bytes: u64) -> String {
    if bytes < 1024 * 1024 {
        format!("{} KiB", bytes / 1024)
    } else {
        format!("{} MiB", bytes / 1024 / 1024)
    }
}
