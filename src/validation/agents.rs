//! Names of agents in the manifest that OpenCode does not know, and a folder that it does not use.

use crate::{
    diagnostic::{Edit, Finding, Fix},
    manifest::{Manifest, quoted},
    text,
    validation::{codes, files::finding, opencode, tree::Tree},
};

/// From which likeness on, 0 to 1, a name is taken for a slip of the pen.
const LEAST_LIKENESS: f32 = 0.6;

/// The longest name that a guess is made for, in bytes.
const LONGEST_GUESS: usize = 64;

/// How many agents are listed in a sentence.
const MOST_LISTED: usize = 8;

/// How many names that are not known are told.
const MOST_FINDINGS: usize = 200;

/// What must be known of the folder of OpenCode's configuration.
pub(super) fn wanted(tree: &Tree, manifest: &Manifest) -> Vec<String> {
    let folder = folder(manifest);
    let named: Vec<&str> = manifest
        .agent_uses
        .iter()
        .map(|used| used.name.value.as_str())
        .collect();
    if !named.is_empty() {
        return opencode::wanted(tree, &folder, &named);
    }
    manifest.config_dir.iter().map(|_| folder.clone()).collect()
}

/// Looks at every place that names an agent, and at the folder where they are.
pub(super) fn check(tree: &Tree, manifest: &Manifest, findings: &mut Vec<Finding>) {
    let folder = folder(manifest);
    check_folder(tree, manifest, &folder, findings);
    let Some(known) = opencode::agents(tree, &folder) else {
        return;
    };
    let shown = known.iter().map(String::as_str);
    let names: Vec<&str> = shown.filter(|name| opencode::is_shown(name)).collect();
    let unknown = manifest.agent_uses.iter();
    let unknown = unknown.filter(|used| !known.contains(&used.name.value));
    for used in unknown.take(MOST_FINDINGS) {
        let name = text::truncate(&used.name.value, 80);
        let nearest = Some(used.name.value.as_str())
            .filter(|name| name.len() <= LONGEST_GUESS)
            .and_then(|name| {
                let close = similar::get_close_matches(name, &names, 1, LEAST_LIKENESS);
                close.first().copied()
            });
        let mean = text::did_you_mean(nearest);
        let span = used.name.span.clone();
        let fix = nearest.map(|nearest| Fix {
            title: format!("write `{nearest}`"),
            edits: vec![Edit {
                span: span.clone(),
                text: quoted(nearest),
            }],
            is_safe: false,
        });
        findings.push(Finding {
            help: Some(help(&folder, &names)),
            fix,
            ..finding(
                &codes::AGENT_UNKNOWN,
                &used.path,
                span,
                format!("OpenCode knows no agent `{name}`{mean}"),
            )
        });
    }
}

fn help(folder: &str, names: &[&str]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST_LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > MOST_LISTED {
        ", …"
    } else {
        ""
    };
    format!(
        "add it below `{folder}agents/`, or name one of {}{more}",
        shown.join(", ")
    )
}

fn check_folder(tree: &Tree, manifest: &Manifest, folder: &str, findings: &mut Vec<Finding>) {
    let Some(named) = &manifest.config_dir else {
        return;
    };
    if folder == opencode::DEFAULT_FOLDER || opencode::is_configured(tree, folder) != Some(false) {
        return;
    }
    let name = text::truncate(&named.value, 80);
    findings.push(Finding {
        help: Some(format!(
            "add an `opencode.json` to `{name}`, or delete `config_dir`"
        )),
        ..finding(
            &codes::CONFIG_DIR_UNUSED,
            "opencode.config_dir",
            named.span.clone(),
            format!(
                "`{name}` has no `opencode.json` or `opencode.jsonc`, so `{}` is used instead",
                opencode::DEFAULT_FOLDER.trim_end_matches('/')
            ),
        )
    });
}

fn folder(manifest: &Manifest) -> String {
    opencode::folder(
        manifest
            .config_dir
            .as_ref()
            .map(|named| named.value.as_str()),
    )
}
