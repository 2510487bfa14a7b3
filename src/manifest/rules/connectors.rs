//! `[[connectors]]`, with `auth` and `policies`.

use std::collections::HashSet;

use super::shape::{self, Spacing};
use crate::manifest::codes;
use crate::manifest::node::View;
use crate::manifest::sink::Sink;

/// The providers, each with the key that it needs.
pub const PROVIDERS: [(&str, Option<&str>); 5] = [
    ("pipedream", Some("app")),
    ("mcp", Some("url")),
    ("openapi", None),
    ("graphql", Some("endpoint")),
    ("http", Some("base_url")),
];

/// Checks what agents reach the outside through.
pub fn check(root: View<'_>, sink: &mut Sink) {
    let mut seen = HashSet::new();
    for (path, connector) in shape::tables(sink, root, "", "connectors") {
        shape::slug(sink, connector, &path, "slug", &mut seen);
        check_provider(sink, connector, &path);
        if let Some(auth) = shape::table(sink, connector, &path, "auth") {
            check_auth(sink, auth, &format!("{path}.auth"));
        }
        for (path, policy) in shape::tables(sink, connector, &path, "policies") {
            let pattern = policy.field("match").and_then(|field| field.value.filled());
            if pattern.is_none() {
                shape::missing(sink, &codes::MATCH_MISSING, policy, &path, "match")
                    .help("add `match = \"…\"`: a glob over the names of tools");
            }
            let actions = ["always_run", "require_approval", "block"];
            shape::word(sink, policy, &path, "action", &actions, Spacing::Exact);
        }
    }
}

fn check_provider(sink: &mut Sink, connector: View<'_>, path: &str) {
    let provider = connector.field("provider");
    let name = provider.as_ref().and_then(|field| field.value.text());
    let known = PROVIDERS
        .iter()
        .find(|(provider, _)| Some(*provider) == name);
    let Some((provider, key)) = known else {
        if let (Some("channel"), Some(field)) = (name, &provider) {
            let message = "`channel` connectors are made by the control plane itself, and its validation refuses them";
            sink.report(&codes::UNKNOWN_WORD, format!("{path}.provider"), field.value.span(), message)
                .help("delete the entry, or merge without it: connecting a channel commits it, and the next merge is blocked");
            return;
        }
        let words = PROVIDERS.map(|(provider, _)| provider);
        shape::word(sink, connector, path, "provider", &words, Spacing::Exact);
        return;
    };
    let Some(key) = key else {
        return;
    };
    if connector
        .field(key)
        .is_none_or(|field| field.value.text().is_none())
    {
        shape::missing(sink, &codes::CONNECTOR_KEY, connector, path, key)
            .help(format!("`{provider}` needs `{key} = \"…\"`"));
    }
}

fn check_auth(sink: &mut Sink, auth: View<'_>, path: &str) {
    let words = ["bearer", "basic", "custom", "none"];
    shape::word(sink, auth, path, "type", &words, Spacing::Exact);
    if let Some(field) = auth.field("secret") {
        let message = "`auth.secret` is not supported any more";
        sink.report(&codes::AUTH_SECRET, format!("{path}.secret"), field.key_span, message)
            .help("delete it and set the credential in the control plane; its own edits may write it back");
    }
}
