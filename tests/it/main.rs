//! All integration tests, one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

mod board;
mod client;
mod engine;
mod fake;
mod feed;
mod hosts;
mod keys;
mod opencode_agent;
mod overlays;
mod practice;
mod sample;
mod screen;
mod server;
mod session_screen;
mod sse;
mod supervise;
mod text;
mod text_hostile;
mod themes;
mod transcript;
mod transcript_traces;
