//! `kortix_version`, `[project]`, `[env]`, `[opencode]`.

use super::shape;
use crate::manifest::codes;
use crate::manifest::js;
use crate::manifest::node::{Field, View};
use crate::manifest::sink::Sink;
use crate::text;

const ENV_KEYS: [&str; 2] = ["required", "optional"];

/// Checks the keys that every manifest may have once.
pub fn check(root: View<'_>, sink: &mut Sink) {
    version(root, sink);
    if let Some(project) = shape::table(sink, root, "", "project") {
        shape::string(sink, project, "project", "name");
        shape::string(sink, project, "project", "description");
    }
    if let Some(env) = shape::table(sink, root, "", "env") {
        check_env(env, sink);
    }
    let opencode = shape::table(sink, root, "", "opencode");
    if let Some(field) = opencode.and_then(|opencode| opencode.field("config_dir")) {
        relative_path(sink, "opencode.config_dir", field.value);
    }
}

fn version(root: View<'_>, sink: &mut Sink) {
    const PATH: &str = "kortix_version";
    let Some(field) = root.field(PATH) else {
        sink.report(
            &codes::VERSION_MISSING,
            PATH,
            0..0,
            "`kortix_version` is missing",
        )
        .help("add `kortix_version = 1` before the first table")
        .fix("add `kortix_version = 1`", 0..0, "kortix_version = 1\n");
        return;
    };
    let span = field.value.span();
    match field.value.number() {
        Some(number) if number.is_finite() && number >= 1.0 && number.fract() == 0.0 => {
            if number > 1.0 {
                let message = format!(
                    "schema version {number} is newer than the control plane, which knows 1"
                );
                sink.report(&codes::VERSION_UNSUPPORTED, PATH, span.clone(), message)
                    .help("a `kortix.toml` is of version 1")
                    .guess("write 1", span, "1");
            }
        }
        number => {
            let what = number.map_or_else(
                || field.value.kind().to_owned(),
                |number| number.to_string(),
            );
            let message = format!("`kortix_version` is {what}; it must be a positive integer");
            let draft = sink.report(&codes::VERSION_INVALID, PATH, span.clone(), message);
            if field.value.trimmed() == Some("1") {
                draft.fix("write 1 without quotes", span, "1");
            }
        }
    }
}

fn check_env(env: View<'_>, sink: &mut Sink) {
    for key in ENV_KEYS {
        let Some(names) = shape::array(sink, env, "env", key) else {
            continue;
        };
        for (at, name) in names {
            env_name(sink, || format!("env.{key}[{at}]"), name);
        }
    }
    for field in env.fields().filter(|field| !ENV_KEYS.contains(&field.key)) {
        unknown_env_key(sink, &field);
    }
}

fn env_name(sink: &mut Sink, path: impl Fn() -> String, name: View<'_>) {
    let Some(text) = name.trimmed() else {
        shape::not_a_string(sink, path(), name);
        return;
    };
    if !js::is_variable(&text.to_uppercase()) {
        let message = format!(
            "`{}` is not the name of an environment variable",
            shape::shown(text)
        );
        sink.report(&codes::ENV_NAME, path(), name.span(), message)
            .help("use letters, digits and `_`, not beginning with a digit");
    }
}

fn unknown_env_key(sink: &mut Sink, field: &Field<'_>) {
    let nearest = shape::nearest(sink, &field.key.to_lowercase(), &ENV_KEYS);
    let nearest = nearest.filter(|_| field.value.elements().is_some());
    let mean = text::did_you_mean(nearest);
    let path = format!("env.{}", field.key);
    let message = format!("`{}` is no key of `[env]`{mean}", shape::shown(field.key));
    let draft = sink.report(&codes::ENV_KEY, path, field.key_span.clone(), message);
    let draft = if nearest.is_some() {
        draft
    } else {
        draft.help("list names in `required` or `optional`; values are set in the control plane")
    };
    if let Some(key) = nearest {
        draft.guess(format!("rename it to `{key}`"), field.key_span.clone(), key);
    }
}

/// Checks a path below the root of the repository.
pub fn relative_path(sink: &mut Sink, path: &str, value: View<'_>) {
    let span = value.span();
    let Some(text) = value.trimmed() else {
        shape::not_a_string(sink, path.to_owned(), value);
        return;
    };
    if text.is_empty() {
        sink.report(&codes::PATH_EMPTY, path, span, format!("`{path}` is empty"))
            .help("write a path from the root of the repository, or delete the key");
    } else if let Some(rest) = text.strip_prefix('/') {
        let rest = rest.trim_start_matches('/');
        let message = format!("`{}` is an absolute path", shape::shown(text));
        let draft = sink.report(&codes::PATH_ABSOLUTE, path, span.clone(), message);
        let draft = draft.help("write it from the root of the repository");
        if !rest.is_empty() && !has_parent(rest) {
            draft.guess("leave out the first `/`", span, shape::quoted(rest));
        }
    } else if has_parent(text) {
        let message = format!("`{}` has a `..` part", shape::shown(text));
        sink.report(&codes::PATH_ESCAPES, path, span, message)
            .help("write it from the root of the repository, without `..`");
    }
}

/// Whether a part of the path is `..`.
pub fn has_parent(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}
