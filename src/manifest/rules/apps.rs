//! `[[channels]]` and `[[apps]]`.

use std::collections::HashSet;

use super::shape::{self, Spacing};
use crate::manifest::codes;
use crate::manifest::node::View;
use crate::manifest::sink::Sink;

/// Checks where agents are talked to and what is deployed.
pub fn check(root: View<'_>, sink: &mut Sink) {
    check_channels(root, sink);
    check_apps(root, sink);
}

fn check_channels(root: View<'_>, sink: &mut Sink) {
    let mut seen = HashSet::new();
    for (path, channel) in shape::tables(sink, root, "", "channels") {
        let platform = channel
            .field("platform")
            .and_then(|field| field.value.filled());
        if platform.is_none() {
            shape::missing(sink, &codes::PLATFORM_MISSING, channel, &path, "platform")
                .help("add `platform = \"slack\"`");
        } else {
            shape::unique(sink, channel, &path, "platform", &mut seen);
        }
        shape::boolean(sink, channel, &path, "enabled");
        shape::strings(sink, channel, &path, "events");
    }
}

fn check_apps(root: View<'_>, sink: &mut Sink) {
    let mut seen = HashSet::new();
    for (path, app) in shape::tables(sink, root, "", "apps") {
        shape::slug(sink, app, &path, "slug", &mut seen);
        shape::string(sink, app, &path, "name");
        shape::string(sink, app, &path, "framework");
        shape::boolean(sink, app, &path, "enabled");
        shape::strings(sink, app, &path, "domains");
        if let Some(source) = shape::table(sink, app, &path, "source") {
            shape::word(
                sink,
                source,
                &format!("{path}.source"),
                "type",
                &["git", "tar"],
                Spacing::Exact,
            );
        }
        shape::table(sink, app, &path, "build");
        shape::table(sink, app, &path, "env");
    }
}
