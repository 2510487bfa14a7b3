//! All integration tests, one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

mod client;
mod fake;
mod feed;
mod hosts;
mod opencode_agent;
mod practice;
mod sample;
mod server;
mod sse;
mod supervise;
mod text;
mod text_hostile;
mod themes;
mod transcript;
mod transcript_traces;
