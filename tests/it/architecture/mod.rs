//! Keeps the order of the layers and the form of the source: what a reader was promised.
//!
//! In a single crate these tests stand for the compiler's crate border. Each lists every place
//! that breaks its rule as `path:line: why`.

mod source;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use source::Facts;

/// The hard end of a file, in lines; aim at fewer than 500.
const LONGEST_FILE: usize = 600;
/// The hard end of a function, in lines; aim at fewer than 25.
const LONGEST_FUNCTION: usize = 60;

const L0: [&str; 3] = ["model", "text", "diagnostic"];
const L1: [&str; 9] = [
    "manifest",
    "image",
    "validation",
    "diff",
    "transcript",
    "attention",
    "theme",
    "keymap",
    "action",
];

/// What `module` may name besides itself; `None` when no layer holds it.
fn allowed(module: &str) -> Option<Vec<&'static str>> {
    let lower = [L0.as_slice(), L1.as_slice()].concat();
    Some(match module {
        "model" | "text" => vec![],
        "diagnostic" => vec!["text"],
        _ if L1.contains(&module) => lower,
        "api" => [lower.as_slice(), &["config"]].concat(),
        "config" => [lower.as_slice(), &["api"]].concat(),
        "local" => [lower.as_slice(), &["config"]].concat(),
        "app" => [lower.as_slice(), &["api", "config"]].concat(),
        "view" => [lower.as_slice(), &["api", "config", "app"]].concat(),
        "runtime" | "cli" | "main" | "lib" => {
            let upper = [
                "api", "config", "local", "app", "view", "runtime", "cli", "lib",
            ];
            [lower.as_slice(), &upper].concat()
        }
        _ => return None,
    })
}

struct Source {
    /// Relative to the crate, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The path below `src`, if the file is there.
    fn below_src(&self) -> Option<&str> {
        self.path.strip_prefix("src/")
    }

    /// The module of the crate's root that the file belongs to.
    fn module(&self) -> Option<&str> {
        let first = self.below_src()?.split('/').next()?;
        Some(first.strip_suffix(".rs").unwrap_or(first))
    }

    fn facts(&self) -> Facts {
        let path = self.below_src().unwrap_or(&self.path);
        match source::read(path, &self.text) {
            Ok(facts) => facts,
            Err(error) => panic!("{}: {error}", self.path),
        }
    }
}

/// All files below a folder of the crate whose names end with `ending`, sorted by path.
fn sources(folder: &str, ending: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    if let Err(error) = list(&root.join(folder), &mut paths) {
        panic!("cannot list `{folder}`: {error}");
    }
    paths.sort();
    paths
        .iter()
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .filter_map(|path| {
            let text = fs::read_to_string(path).ok()?;
            let path = path.strip_prefix(root).ok()?.to_string_lossy().into_owned();
            Some(Source { path, text })
        })
        .collect()
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn rust(folders: &[&str]) -> Vec<Source> {
    folders
        .iter()
        .flat_map(|folder| sources(folder, ".rs"))
        .collect()
}

#[track_caller]
fn none(what: &str, places: &[String]) {
    assert!(
        places.is_empty(),
        "{what}:\n  {}\n",
        places.join("\n  ").trim_end()
    );
}

#[test]
fn lower_layers_never_name_higher_ones() {
    let mut broken = Vec::new();
    for source in rust(&["src"]) {
        let module = source.module().unwrap_or_default();
        let Some(allowed) = allowed(module) else {
            broken.push(format!("{}: `{module}` is in no layer", source.path));
            continue;
        };
        for mention in source.facts().mentions {
            let named = mention.module.as_str();
            if named != module && !allowed.contains(&named) {
                broken.push(format!(
                    "{}:{}: `{module}` must not use `crate::{named}`",
                    source.path, mention.line
                ));
            }
        }
    }
    none("the order of the layers is broken", &broken);
}

#[test]
fn files_end_before_they_are_too_long() {
    let long: Vec<String> = rust(&["src", "tests"])
        .iter()
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(source, lines)| format!("{}: {lines} lines", source.path))
        .collect();
    none(
        "files over 600 lines; split them by noun, aim below 500",
        &long,
    );
}

#[test]
fn functions_end_before_they_are_too_long() {
    let mut long = Vec::new();
    for source in rust(&["src", "tests"]) {
        for function in source.facts().functions {
            if function.lines > LONGEST_FUNCTION {
                long.push(format!(
                    "{}:{}: `{}` has {} lines",
                    source.path, function.line, function.name, function.lines
                ));
            }
        }
    }
    none("functions over 60 lines; aim below 25", &long);
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = rust(&["src"])
        .into_iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path)
        .collect();
    none("files that do not begin with `//!`", &silent);
}

#[test]
fn colors_come_from_themes_only() {
    let mut painted = Vec::new();
    for source in rust(&["src"]) {
        if source.module() != Some("theme") {
            for line in source.facts().colors {
                painted.push(format!("{}:{line}", source.path));
            }
        }
    }
    none("`Color::` outside src/theme; use a role instead", &painted);
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together here, so that this file does not find itself.
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME")];
    let mut left = Vec::new();
    for source in rust(&["src", "tests"]) {
        for line in source.facts().unfinished {
            left.push(format!("{}:{line}: a body that is not there", source.path));
        }
        for (line, text) in (1..).zip(source.text.lines()) {
            if let Some(mark) = marks.iter().find(|mark| has_word(text, mark)) {
                left.push(format!("{}:{line}: {mark}", source.path));
            }
        }
    }
    none("unfinished places", &left);
}

/// Whether `word` stands in a line by itself, not as a part of a name.
fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|part| part == word)
}

#[test]
fn nothing_points_at_one_machine() {
    let mut all = rust(&["src", "tests"]);
    for folder in ["themes", ".ci"] {
        if Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).exists() {
            all.extend(sources(folder, ""));
        }
    }
    let mut found = Vec::new();
    for source in &all {
        for (line, text) in (1..).zip(source.text.lines()) {
            if names_a_home(text) {
                found.push(format!("{}:{line}: {}", source.path, text.trim()));
            }
        }
    }
    none("absolute paths of a developer's machine", &found);
}

/// Whether a line holds an absolute path into the place where somebody develops.
fn names_a_home(line: &str) -> bool {
    let folders = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];
    let home = concat!("/ho", "me/");
    folders
        .iter()
        .any(|folder| begins_a_path(line, folder).is_some())
        || begins_a_path(line, home)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// What follows `folder` where it begins a path, not where it continues one.
fn begins_a_path<'a>(line: &'a str, folder: &str) -> Option<&'a str> {
    line.match_indices(folder).find_map(|(at, _)| {
        let before = line[..at].chars().next_back();
        let continues = before.is_some_and(|c| c.is_alphanumeric() || "_-.}~)".contains(c));
        (!continues).then(|| &line[at + folder.len()..])
    })
}

#[test]
fn a_path_of_one_machine_is_told_from_a_relative_one() {
    assert!(names_a_home(concat!("cd /wo", "rk/main")));
    assert!(names_a_home(concat!("\"/ho", "me/ana/x\"")));
    assert!(!names_a_home(concat!("$TEMP/ho", "me/ana")));
    assert!(!names_a_home(concat!("{root}/wo", "rk/main")));
    assert!(!names_a_home(concat!("/ho", "me/{name}")));
}
