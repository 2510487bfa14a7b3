//! What only we look at: findings of the family `local`.
//!
//! The control plane's validation lets all of this pass; its running part ignores, drops or never
//! fires what is found here. None of it makes a manifest invalid.

mod dropped;
mod env;
mod keys;
mod triggers;

use super::node::View;
use super::sink::Sink;

/// Looks at all sections.
pub fn check(root: View<'_>, sink: &mut Sink) {
    keys::check(root, sink);
    env::check(root, sink);
    triggers::check(root, sink);
    dropped::check(root, sink);
}
