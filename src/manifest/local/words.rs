//! Words that nobody understands where the validation does not look.
//!
//! The running control plane takes its default in their place, without a word.

use crate::manifest::codes;
use crate::manifest::facts::tables;
use crate::manifest::node::View;
use crate::manifest::rules::shape;
use crate::manifest::sink::Sink;

/// What a policy may do.
const ACTIONS: [&str; 3] = ["always_run", "require_approval", "block"];

/// Looks at connectors, and at the project's own policies.
pub fn check(root: View<'_>, sink: &mut Sink) {
    for (at, connector) in tables(root, "connectors") {
        let path = format!("connectors[{at}]");
        word(
            sink,
            connector,
            &path,
            "credential",
            &["shared", "per_user"],
        );
        let provider = connector.field("provider");
        if provider.is_some_and(|field| field.value.text() == Some("mcp")) {
            word(sink, connector, &path, "transport", &["http", "sse"]);
        }
        if let Some(auth) = connector.field("auth") {
            word(
                sink,
                auth.value,
                &format!("{path}.auth"),
                "in",
                &["header", "query"],
            );
        }
    }
    if let Some(policy) = root.field("policy") {
        word(
            sink,
            policy.value,
            "policy",
            "default_mode",
            &["risk", "allow_all"],
        );
    }
    for (at, policy) in tables(root, "policies") {
        check_policy(sink, policy, &format!("policies[{at}]"));
    }
}

/// Reports a value that is none of some words, in any case.
fn word(sink: &mut Sink, table: View<'_>, path: &str, key: &str, words: &[&str]) {
    let Some(field) = table.field(key) else {
        return;
    };
    let written = field.value.trimmed().map(str::to_lowercase);
    if written
        .as_deref()
        .is_some_and(|written| words.contains(&written))
    {
        return;
    }
    let what = match field.value.text() {
        Some(text) => format!("`{}`", shape::shown(text)),
        None => field.value.kind().to_owned(),
    };
    let message = format!("`{key}` is {what}, which is not understood and counts as absent");
    let nearest = written.and_then(|written| shape::nearest(sink, &written, words));
    let draft = sink.report(
        &codes::WORD_IGNORED,
        shape::join(path, key),
        field.value.span(),
        message,
    );
    let draft = draft.help(format!("write one of {}", shape::listed(words)));
    if let Some(word) = nearest {
        draft.guess(
            format!("write `{word}`"),
            field.value.span(),
            shape::quoted(word),
        );
    }
}

fn check_policy(sink: &mut Sink, policy: View<'_>, path: &str) {
    let filled = |key: &str| policy.field(key).and_then(|field| field.value.filled());
    let action = filled("action").map(str::to_lowercase);
    let key = if filled("match").is_none() {
        "match"
    } else if !action.is_some_and(|action| ACTIONS.contains(&action.as_str())) {
        "action"
    } else {
        return;
    };
    let span = policy
        .field(key)
        .map_or_else(|| policy.gap(), |field| field.value.span());
    let message = format!("a policy without a usable `{key}` is dropped");
    sink.report(
        &codes::POLICY_DROPPED,
        format!("{path}.{key}"),
        span,
        message,
    )
    .help(match key {
        "match" => "add `match = \"…\"`: a glob over the names of tools".to_owned(),
        _ => format!("write one of {}", shape::listed(&ACTIONS)),
    });
}
