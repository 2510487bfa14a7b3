//! All integration tests, one binary.

mod text;
mod text_hostile;
mod transcript;
mod transcript_traces;
