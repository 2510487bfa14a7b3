//! `explain`, and the plans that it prints.

mod command;
mod plans;
mod server;
mod verdicts;

use kortix_tui::validation::{
    Entry, Tracked, Tree,
    plan::{Plan, Plans},
};

/// Plans of a manifest and its files.
fn plans(files: &[(&str, &str)]) -> Plans {
    let mut tree = Tree::default();
    for (path, text) in files {
        let bytes = text.as_bytes().to_vec();
        let tracked = Tracked::Yes;
        tree.insert(*path, Entry::File { bytes, tracked });
    }
    let wanted = kortix_tui::validation::wanted(&tree);
    for path in wanted {
        tree.insert(path, Entry::Absent);
    }
    Plans::of(&tree)
}

/// Plans of one template, `web`, made from `Dockerfile`.
fn of_dockerfile(text: &str) -> Plans {
    plans(&[("kortix.toml", ONE), (".kortix/Dockerfile", text)])
}

/// Plans of a manifest with these templates and no other file.
fn of_templates(templates: &str) -> Plans {
    let manifest = format!("kortix_version = 1\n[project]\nname = \"shop\"\n{templates}");
    plans(&[("kortix.toml", &manifest)])
}

/// The plan of a slug.
fn plan<'a>(plans: &'a Plans, slug: &str) -> &'a Plan {
    plans.find(slug).unwrap()
}

const ONE: &str = "kortix_version = 1
[project]
name = \"shop\"
[[sandbox.templates]]
slug = \"web\"
dockerfile = \".kortix/Dockerfile\"
";
