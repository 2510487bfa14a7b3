//! All integration tests, one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

mod architecture;
mod bad_input;
mod bench_numbers;
mod board;
mod cache;
mod change_dialogs;
mod changes;
mod changes_client;
mod cli;
mod client;
mod crs;
mod diff_fit;
mod diff_paint;
mod diff_pairs;
mod diff_patch;
mod diff_repo;
mod diff_review;
mod diff_rows;
mod diff_search;
mod diff_since;
mod engine;
mod fake;
mod feed;
mod follower;
mod home;
mod hosts;
mod input;
mod journey;
mod keys;
mod mock_model;
mod opencode;
mod opencode_agent;
mod overlays;
mod practice;
mod readme;
mod real_opencode;
mod review;
mod review_screen;
mod sample;
mod screen;
mod server;
mod session_screen;
mod settings;
mod sse;
mod stage;
mod streaming;
mod supervise;
#[cfg(target_os = "linux")]
mod terminal;
mod text;
mod text_hostile;
mod themes;
mod transcript;
mod transcript_traces;
