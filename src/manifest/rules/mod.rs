//! The rules of schema version 1, one module per section.
//!
//! Each section's `check` reads its part of the document and reports to the [`Sink`]. The path and
//! severity of each report are the control plane's; message, help and fix are ours.
//!
//! Not for: what only we look at, which is in `local`.

mod agents;
mod apps;
mod connectors;
mod root;
mod sandbox;
pub mod shape;
pub mod size;
mod triggers;

use super::node::View;
use super::sink::Sink;

pub use connectors::PROVIDERS;
pub use root::has_parent;

/// Checks all sections.
pub fn check(root: View<'_>, sink: &mut Sink) {
    root::check(root, sink);
    sandbox::check(root, sink);
    triggers::check(root, sink);
    connectors::check(root, sink);
    agents::check(root, sink);
    apps::check(root, sink);
}
