//! Which agents OpenCode knows in a project.
//!
//! In: a tree, and the folder that the manifest names. Out: the agents' names, or `None` while the
//! folder is not known, so that nothing is said without having looked. Agents are Markdown files below
//! `agent/` and `agents/` of a configuration folder, by their path or by the `name` at their top, and
//! keys of `agent` in `opencode.json` or `opencode.jsonc`; some are built in.
//!
//! Not for: who names agents, which is `agents`.

use std::collections::BTreeSet;

use jsonc_parser::{JsonValue, ParseOptions, parse_to_value};

use crate::validation::tree::{Entry, Tree};

/// The folder of OpenCode's configuration unless the manifest names another one.
pub(super) const DEFAULT_FOLDER: &str = ".kortix/opencode/";

/// A project's own folder, which OpenCode reads beside it.
const OWN_FOLDER: &str = ".opencode/";

/// The names of configuration files.
const FILES: [&str; 2] = ["opencode.json", "opencode.jsonc"];

/// The folders with an agent in each file.
const AGENT_FOLDERS: [&str; 2] = ["agent/", "agents/"];

/// Agents that need no file.
const BUILT_IN: [&str; 4] = ["build", "explore", "general", "plan"];

/// Names that are right but that nobody is told of: agents that OpenCode uses by itself, and the
/// control plane's word for the one that OpenCode starts with.
const HIDDEN: [&str; 4] = ["compaction", "default", "summary", "title"];

/// How deep folders with agents are looked into: each level costs a host a round of requests.
const DEEPEST: usize = 4;
/// How many folders with agents are looked into.
const MOST_FOLDERS: usize = 64;

/// How many files with agents are read.
const MOST_FILES: usize = 200;

/// The folder of a `config_dir`, with a slash at its end; the default where the daemon refuses it.
pub(super) fn folder(config_dir: Option<&str>) -> String {
    let Some(named) = config_dir else {
        return DEFAULT_FOLDER.to_owned();
    };
    let named = named.trim_end_matches('/');
    if named.is_empty() || named.starts_with('/') || named.split('/').any(|part| part == "..") {
        return DEFAULT_FOLDER.to_owned();
    }
    format!("{named}/")
}

/// Whether a folder holds a configuration; `None` when that is not known.
pub(super) fn is_configured(tree: &Tree, folder: &str) -> Option<bool> {
    match tree.get(folder)? {
        Entry::Folder(names) => Some(names.iter().any(|name| FILES.contains(&name.as_str()))),
        Entry::Absent => Some(false),
        Entry::File { .. } | Entry::Unreadable(_) => None,
    }
}

/// What must be known of a tree for [`agents`] to answer; `named` are the names in question.
pub(super) fn wanted(tree: &Tree, folder: &str, named: &[&str]) -> Vec<String> {
    let mut paths: Vec<String> = [folder, DEFAULT_FOLDER, OWN_FOLDER]
        .map(str::to_owned)
        .into();
    paths.extend(FILES.map(str::to_owned));
    for folder in folders(tree, folder) {
        let names = tree.names(&folder).unwrap_or_default();
        let files = names.iter().filter(|name| FILES.contains(&name.as_str()));
        paths.extend(files.map(|name| format!("{folder}{name}")));
        paths.extend(agent_folders(tree, &folder));
    }
    let is_settled = |known: BTreeSet<String>| named.iter().all(|name| known.contains(*name));
    // A file may give its agent another name than its own; it is read only where that matters.
    if agents(tree, folder).is_none_or(|known| !is_settled(known)) {
        paths.extend(agent_files(tree, folder).into_iter().map(|(path, _)| path));
    }
    paths
}

/// The agents that OpenCode knows; `None` when the folder is not known.
pub(super) fn agents(tree: &Tree, folder: &str) -> Option<BTreeSet<String>> {
    is_configured(tree, folder)?;
    let built_in = BUILT_IN.iter().chain(&HIDDEN);
    let mut known: BTreeSet<String> = built_in.map(|name| (*name).to_owned()).collect();
    for (path, name) in agent_files(tree, folder) {
        let given = tree.get(&path).and_then(Entry::bytes).and_then(given_name);
        known.extend(given);
        known.insert(name);
    }
    let own = FILES.map(str::to_owned).into_iter();
    let listed = folders(tree, folder).into_iter();
    let listed = listed.flat_map(|folder| FILES.map(|file| format!("{folder}{file}")));
    for path in own.chain(listed) {
        match tree.get(&path) {
            Some(Entry::File { bytes, .. }) => configured(bytes, &mut known)?,
            Some(Entry::Unreadable(_)) => return None,
            Some(Entry::Folder(_) | Entry::Absent) | None => {}
        }
    }
    Some(known)
}

/// Whether people are told of an agent.
pub(super) fn is_shown(name: &str) -> bool {
    !HIDDEN.contains(&name)
}

/// The folders of configuration that are there.
fn folders(tree: &Tree, folder: &str) -> Vec<String> {
    let folder = match is_configured(tree, folder) {
        Some(false) => DEFAULT_FOLDER,
        Some(true) | None => folder,
    };
    [folder, OWN_FOLDER].map(str::to_owned).into()
}

/// The folders with agents below a folder of configuration, as far as they are listed.
fn agent_folders(tree: &Tree, folder: &str) -> Vec<String> {
    let names = tree.names(folder).unwrap_or_default();
    let mut found: Vec<String> = names
        .iter()
        .filter(|name| AGENT_FOLDERS.contains(&name.as_str()))
        .map(|name| format!("{folder}{name}"))
        .collect();
    let mut at = 0;
    while let Some(inner) = found.get(at).cloned() {
        let names = tree.names(&inner).unwrap_or_default();
        let below = inner.strip_prefix(folder).unwrap_or_default();
        let is_deep = below.matches('/').count() >= DEEPEST;
        let deeper = names.iter().filter(|name| name.ends_with('/') && !is_deep);
        let room = MOST_FOLDERS.saturating_sub(found.len());
        found.extend(deeper.take(room).map(|name| format!("{inner}{name}")));
        at += 1;
    }
    found
}

/// The files with agents, each with its agent's name.
fn agent_files(tree: &Tree, folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in folders(tree, folder) {
        for inner in agent_folders(tree, &folder) {
            let below = inner.strip_prefix(&folder).unwrap_or_default();
            let (_, below) = below.split_once('/').unwrap_or_default();
            let names = tree.names(&inner).unwrap_or_default();
            files.extend(names.iter().filter_map(|file| {
                let name = file.strip_suffix(".md")?;
                Some((format!("{inner}{file}"), format!("{below}{name}")))
            }));
        }
    }
    files.truncate(MOST_FILES);
    files
}

/// The `name` at the top of a Markdown file.
fn given_name(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    lines.next().filter(|first| first.trim_end() == "---")?;
    let mut top = lines.take_while(|line| line.trim_end() != "---");
    let name = top.find_map(|line| line.strip_prefix("name:"))?;
    let name = name.trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// Adds the agents of a configuration file, and takes away those that it switches off; `None` when
/// the file cannot be read.
fn configured(bytes: &[u8], known: &mut BTreeSet<String>) -> Option<()> {
    let text = std::str::from_utf8(bytes).ok()?;
    let Some(JsonValue::Object(config)) = parse_to_value(text, &ParseOptions::default()).ok()?
    else {
        return None;
    };
    for section in ["agent", "mode"] {
        let agents = config.get_object(section);
        for (name, agent) in agents
            .into_iter()
            .flat_map(|agents| agents.clone().take_inner())
        {
            let is_disabled = match agent {
                JsonValue::Object(agent) => agent.get_boolean("disable") == Some(true),
                _ => false,
            };
            if is_disabled {
                known.remove(&*name);
            } else {
                known.insert(name.into_owned());
            }
        }
    }
    Some(())
}
