//! The network: the control plane, the agent behind the session proxy, feeds.
//!
//! The only code that knows URLs. [`Client`] speaks to one host: it bounds what is in flight, gives
//! every request a deadline, repeats what may be repeated, and turns every failure into an
//! [`Error`] that says what the reader can do. [`Agent`] speaks to the OpenCode server of one
//! sandbox through the same client. [`feed::follow`] keeps one agent's events coming.
//!
//! Not for: what the answers mean over time (`transcript`, `app`).

mod agent;
mod change;
mod client;
mod control;
mod error;
mod prompt;
mod reply;
mod transport;

pub mod feed;
pub mod sse;

pub use agent::{Agent, AgentHealth, AgentKind, FileChange};
pub use change::MergeWish;
pub use client::{Client, Limits};
pub use control::Creation;
pub use error::Error;
pub use prompt::{PromptIds, prompt_ids};
