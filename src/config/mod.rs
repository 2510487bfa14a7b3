//! Settings, hosts and cache on disk.

pub mod cache;
pub mod environment;
pub mod hosts;
pub mod paths;
pub mod settings;
