//! The embedded control plane: the Kortix API over local git repositories.
//!
//! Input are [`Options`] (repositories, a data folder, an address); output is a [`Server`] that
//! answers on loopback with the paths, fields and errors of the real control plane, boots an agent
//! for each session ([`agent`]) on a branch of its own, and keeps its state in SQLite. The user's
//! repositories are read, never written: every branch lives in a mirror in the data folder.
//!
//! Not for: what a client makes of the answers (`api`), or running agents elsewhere than here.

pub mod agent;
pub mod sample;
