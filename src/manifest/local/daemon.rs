//! Keys that the daemon in a sandbox finds by their lines, not by their meaning.
//!
//! It looks for a header on a line of its own and for a quoted value on a line below. What is written
//! in another way is the same to TOML and to the validation, and not seen by the daemon.

use crate::manifest::codes;
use crate::manifest::node::{Field, View};
use crate::manifest::rules::has_parent;
use crate::manifest::sink::Sink;

/// Where OpenCode's configuration is when nothing else is seen.
const DEFAULT_FOLDER: &str = ".kortix/opencode";

/// Looks at `[opencode] config_dir` and `[sandbox] on_boot`.
pub fn check(text: &str, root: View<'_>, sink: &mut Sink) {
    if let Some((table, field)) = named(root, "opencode", "config_dir") {
        // What is no path below the root is a matter of the verdict.
        let folder = field.value.filled();
        let folder = folder.filter(|folder| !folder.starts_with('/') && !has_parent(folder));
        if folder.is_some_and(|folder| folder.trim_end_matches('/') != DEFAULT_FOLDER) {
            let otherwise = "the daemon uses `.kortix/opencode` instead";
            look(text, &table, &field, "opencode", otherwise, sink);
        }
    }
    if let Some((table, field)) = named(root, "sandbox", "on_boot") {
        let otherwise = "the daemon does not run it";
        look(text, &table, &field, "sandbox", otherwise, sink);
    }
}

fn named<'a>(root: View<'a>, table: &str, key: &str) -> Option<(Field<'a>, Field<'a>)> {
    let table = root.field(table)?;
    let field = table.value.field(key)?;
    Some((table, field))
}

fn look(
    text: &str,
    table: &Field<'_>,
    field: &Field<'_>,
    name: &str,
    otherwise: &str,
    sink: &mut Sink,
) {
    let header = format!("[{name}]");
    let why = if !is_alone(text, table, &header) {
        format!("`{header}` is not alone on a line")
    } else if !is_plain(text, field) {
        "the value is not one line in quotes".to_owned()
    } else {
        return;
    };
    let path = format!("{name}.{}", field.key);
    let message = format!("{why}, so {otherwise}");
    sink.report(&codes::DAEMON_BLIND, path, field.key_span.clone(), message)
        .help(format!(
            "write `{header}` on a line of its own, without a comment, and below it `{} = \"…\"`",
            field.key
        ));
}

/// Whether a table has its header and nothing else is on that line.
fn is_alone(text: &str, table: &Field<'_>, header: &str) -> bool {
    let span = table.value.span();
    let rest = text.get(span.end..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    text.get(span) == Some(header) && line.trim().is_empty()
}

/// Whether a value is a string on one line without quotes inside.
fn is_plain(text: &str, field: &Field<'_>) -> bool {
    let written = text.get(field.value.span()).unwrap_or_default();
    let inner = written
        .strip_prefix(['"', '\''])
        .and_then(|written| written.strip_suffix(['"', '\'']));
    field.value.text().is_some() && inner.is_some_and(|inner| !inner.contains(['"', '\'', '\n']))
}
