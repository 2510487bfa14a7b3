//! What only we look at: findings of the family `local`.
//!
//! The control plane's validation lets all of this pass; its running part ignores, drops or never
//! fires what is found here. None of it makes a manifest invalid.

mod daemon;
mod dropped;
mod env;
mod keys;
mod triggers;
mod words;

use super::node::View;
use super::sink::Sink;

/// Looks at all sections.
pub fn check(text: &str, root: View<'_>, sink: &mut Sink) {
    keys::check(root, sink);
    env::check(root, sink);
    triggers::check(root, sink);
    dropped::check(root, sink);
    words::check(root, sink);
    daemon::check(text, root, sink);
}
