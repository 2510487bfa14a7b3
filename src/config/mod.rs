//! Settings, hosts, cache and reviews on disk.

pub mod cache;
pub mod environment;
pub mod hosts;
pub mod paths;
pub mod reviews;
pub mod settings;
