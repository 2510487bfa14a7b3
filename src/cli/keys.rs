//! `keys`: the keys as they are set.

use std::process::ExitCode;

use serde::Serialize;

use crate::{
    action::{Context, TABLE},
    cli::{
        Failure,
        console::{print, print_json, table},
    },
    config::{environment::Environment, paths::Paths, settings::Settings},
    keymap::Keymap,
};

#[derive(Serialize)]
struct Row {
    context: &'static str,
    action: &'static str,
    keys: Vec<String>,
    does: &'static str,
}

pub(super) fn run(
    json: bool,
    markdown: bool,
    environment: &Environment,
) -> Result<ExitCode, Failure> {
    let paths = Paths::find(environment);
    let (settings, problems) = paths
        .as_ref()
        .map(|paths| Settings::load(&paths.settings))
        .unwrap_or_default();
    if let (Some(paths), false) = (&paths, problems.is_empty()) {
        for problem in problems {
            super::console::warn(&format!("{}:{problem}", paths.settings.display()));
        }
    }
    let rows = rows(&settings.keymap);
    if json {
        return print_json(&rows);
    }
    if markdown {
        return print(&in_markdown(&rows));
    }
    let mut text = String::new();
    for context in contexts() {
        text.push_str(&format!("{}\n", context.name()));
        let lines = rows.iter().filter(|row| row.context == context.name());
        let cells: Vec<Vec<String>> = lines
            .map(|row| {
                let keys = row.keys.join(", ");
                vec![
                    format!("  {keys}"),
                    row.action.to_owned(),
                    row.does.to_owned(),
                ]
            })
            .collect();
        text.push_str(&table(&cells));
        text.push('\n');
    }
    print(text.trim_end_matches('\n')).and_then(|_| print("\n"))
}

fn rows(keymap: &Keymap) -> Vec<Row> {
    TABLE
        .iter()
        .map(|entry| Row {
            context: entry.context.name(),
            action: entry.name,
            keys: keymap
                .keys_of(entry.action)
                .iter()
                .map(ToString::to_string)
                .collect(),
            does: entry.doc,
        })
        .collect()
}

/// The contexts in the order of the table.
fn contexts() -> Vec<Context> {
    let mut contexts: Vec<Context> = TABLE.iter().map(|entry| entry.context).collect();
    contexts.dedup();
    contexts
}

fn in_markdown(rows: &[Row]) -> String {
    let mut text = String::new();
    for context in contexts() {
        text.push_str(&format!("**{}**\n\n", context.name()));
        text.push_str("| keys | action | does |\n|---|---|---|\n");
        for row in rows.iter().filter(|row| row.context == context.name()) {
            let keys: Vec<String> = row
                .keys
                .iter()
                .map(|key| format!("`{}`", key.replace('|', "\\|")))
                .collect();
            let keys = keys.join(" ");
            text.push_str(&format!("| {keys} | `{}` | {} |\n", row.action, row.does));
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
