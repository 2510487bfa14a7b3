//! Keys that nobody reads.

use crate::manifest::codes;
use crate::manifest::facts::tables;
use crate::manifest::node::{Field, View};
use crate::manifest::rules::shape;
use crate::manifest::sink::Sink;
use crate::text;

/// The keys that the control plane reads in a table, and older names that it still reads.
struct Known {
    keys: &'static [&'static str],
    /// Keys that have a finding of their own.
    told: &'static [&'static str],
    older: &'static [(&'static str, &'static str)],
}

const ROOT: Known = Known {
    keys: &[
        "kortix_version",
        "project",
        "env",
        "opencode",
        "sandbox",
        "triggers",
        "connectors",
        "agents",
        "channels",
        "apps",
    ],
    told: &["sandboxes", "runtime", "policy", "policies", "tool"],
    older: &[],
};
const PROJECT: Known = Known {
    keys: &["name", "description"],
    told: &[],
    older: &[],
};
const OPENCODE: Known = Known {
    keys: &["config_dir"],
    told: &[],
    older: &[],
};
const SANDBOX: Known = Known {
    keys: &["templates", "default", "on_boot"],
    told: &[
        "image",
        "dockerfile",
        "slug",
        "cpu",
        "memory",
        "disk",
        "entrypoint",
        "context",
        "context_dir",
        "gpu",
    ],
    older: &[],
};
const TEMPLATE: Known = Known {
    keys: &[
        "slug",
        "name",
        "image",
        "dockerfile",
        "cpu",
        "memory",
        "disk",
        "entrypoint",
    ],
    told: &["gpu"],
    older: &[
        ("cpus", "cpu"),
        ("memory_gb", "memory"),
        ("mem", "memory"),
        ("disk_gb", "disk"),
    ],
};
const TRIGGER: Known = Known {
    keys: &[
        "slug",
        "name",
        "description",
        "type",
        "prompt",
        "run_at",
        "cron",
        "timezone",
        "secret_env",
        "enabled",
        "session_mode",
        "agent",
    ],
    told: &[],
    older: &[
        ("prompt_template", "prompt"),
        ("schedule", "cron"),
        ("runAt", "run_at"),
        ("secretEnv", "secret_env"),
        ("agent_name", "agent"),
        ("sessionMode", "session_mode"),
    ],
};
const CONNECTOR: Known = Known {
    keys: &[
        "slug",
        "name",
        "provider",
        "app",
        "url",
        "endpoint",
        "base_url",
        "auth",
        "policies",
        "enabled",
        "credential",
        "transport",
        "spec",
        "platform",
        "account",
    ],
    told: &[],
    older: &[("baseUrl", "base_url")],
};
const AUTH: Known = Known {
    keys: &["type", "in", "name", "prefix"],
    told: &["secret"],
    older: &[],
};
const POLICY: Known = Known {
    keys: &["match", "action"],
    told: &[],
    older: &[],
};
const AGENT: Known = Known {
    keys: &["name", "connectors", "kortix_cli", "enabled", "file"],
    told: &[],
    older: &[],
};
const CHANNEL: Known = Known {
    keys: &["platform", "enabled", "events", "agent", "prompt_prefix"],
    told: &[],
    older: &[],
};
const APP: Known = Known {
    keys: &[
        "slug",
        "name",
        "framework",
        "enabled",
        "domains",
        "source",
        "build",
        "env",
    ],
    told: &[],
    older: &[],
};

/// Looks at the keys of all sections.
pub fn check(root: View<'_>, sink: &mut Sink) {
    look(sink, root, "", &ROOT);
    for (key, known) in [
        ("project", &PROJECT),
        ("opencode", &OPENCODE),
        ("sandbox", &SANDBOX),
    ] {
        if let Some(field) = root.field(key) {
            look(sink, field.value, key, known);
        }
    }
    if let Some(sandbox) = root.field("sandbox") {
        repeated(sink, sandbox.value, "sandbox.", "templates", &TEMPLATE);
    }
    for (key, known) in [
        ("triggers", &TRIGGER),
        ("connectors", &CONNECTOR),
        ("agents", &AGENT),
        ("channels", &CHANNEL),
        ("apps", &APP),
    ] {
        repeated(sink, root, "", key, known);
    }
    for (at, connector) in tables(root, "connectors") {
        let path = format!("connectors[{at}].");
        if let Some(auth) = connector.field("auth") {
            look(sink, auth.value, &format!("{path}auth"), &AUTH);
        }
        repeated(sink, connector, &path, "policies", &POLICY);
    }
}

fn repeated(sink: &mut Sink, parent: View<'_>, prefix: &str, key: &str, known: &Known) {
    for (at, table) in tables(parent, key) {
        look(sink, table, &format!("{prefix}{key}[{at}]"), known);
    }
}

fn look(sink: &mut Sink, table: View<'_>, path: &str, known: &Known) {
    for field in table.fields() {
        if known.keys.contains(&field.key) || known.told.contains(&field.key) {
            continue;
        }
        let path = shape::join(path, field.key);
        match known.older.iter().find(|(older, _)| *older == field.key) {
            Some((_, newer)) => older(sink, table, &field, path, newer, known),
            None => unknown(sink, table, &field, path, known),
        }
    }
}

fn older(
    sink: &mut Sink,
    table: View<'_>,
    field: &Field<'_>,
    path: String,
    newer: &str,
    known: &Known,
) {
    let message = format!(
        "`{}` is the older name of `{newer}`, which the validation does not know",
        field.key
    );
    // Only one of several older names can become the newer one.
    let mut names = known.older.iter().filter(|(_, name)| *name == newer);
    let first = names.find(|(older, _)| table.field(older).is_some());
    let is_first = first.is_some_and(|(older, _)| *older == field.key);
    let draft = sink.report(&codes::OLD_KEY, path, field.key_span.clone(), message);
    let draft = draft.help(format!("write `{newer}`"));
    if is_first && table.field(newer).is_none() {
        draft.fix(
            format!("rename it to `{newer}`"),
            field.key_span.clone(),
            newer,
        );
    }
}

fn unknown(sink: &mut Sink, table: View<'_>, field: &Field<'_>, path: String, known: &Known) {
    let nearest = shape::nearest(sink, &field.key.to_lowercase(), known.keys);
    let nearest = nearest.filter(|nearest| table.field(nearest).is_none());
    let mean = text::did_you_mean(nearest);
    let message = format!(
        "`{}` is not a key that is read here{mean}",
        shape::shown(field.key)
    );
    let code = if nearest.is_some() {
        &codes::MISSPELLED_KEY
    } else {
        &codes::UNKNOWN_KEY
    };
    let draft = sink.report(code, path, field.key_span.clone(), message);
    match nearest {
        Some(key) => {
            draft.guess(format!("rename it to `{key}`"), field.key_span.clone(), key);
        }
        None => {
            draft.help(format!("keys that are read: {}", shape::listed(known.keys)));
        }
    }
}
