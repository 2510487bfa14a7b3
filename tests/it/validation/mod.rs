//! What is wrong across the files of a project, and what its manifest comes to.

mod agents;
mod checkout;
mod facts;
mod files;
mod images;

use kortix_tui::{
    diagnostic::Finding,
    manifest::Options,
    validation::{Entry, MANIFEST, Tracked, Tree, check, wanted},
};

/// A file that git knows.
fn file(text: &str) -> Entry {
    Entry::File {
        bytes: text.as_bytes().to_vec(),
        tracked: Tracked::Yes,
    }
}

/// A folder with these names in it.
fn folder(names: &[&str]) -> Entry {
    Entry::Folder(names.iter().map(|name| (*name).to_owned()).collect())
}

/// A tree with these lines as its manifest, and these entries beside it.
fn tree(lines: &str, entries: &[(&str, Entry)]) -> Tree {
    let mut tree = Tree::default();
    tree.insert(MANIFEST, file(&format!("kortix_version = 1\n{lines}")));
    for (path, entry) in entries {
        tree.insert(*path, entry.clone());
    }
    tree
}

/// Every path that is ever wanted of a tree in which what is not given is absent.
fn asked(tree: &mut Tree) -> Vec<String> {
    let mut asked = Vec::new();
    loop {
        let paths = wanted(tree);
        if paths.is_empty() {
            return asked;
        }
        for path in paths {
            tree.insert(path.clone(), Entry::Absent);
            asked.push(path);
        }
    }
}

/// The findings on the manifest.
fn findings(tree: &Tree) -> Vec<Finding> {
    check(tree, Options::default()).reports.remove(0).findings
}

/// The findings on the manifest, each as its code, its path and its message.
fn told(tree: &Tree) -> Vec<String> {
    let findings = findings(tree);
    let lines = findings.iter().map(|finding| {
        let Finding {
            code,
            path,
            message,
            ..
        } = finding;
        format!("{code} {path}: {message}")
    });
    lines.collect()
}

#[test]
fn findings_across_files_change_no_verdict_and_can_be_switched_off() {
    let tree = tree(
        "[[sandbox.templates]]\nslug = 'a'\ndockerfile = 'D'\n",
        &[("D", Entry::Absent)],
    );
    let local = check(&tree, Options::default());
    let off = Options {
        is_local_wanted: false,
    };
    let without = check(&tree, off);
    assert!(local.is_valid && local.reports[0].is_valid);
    assert_eq!(local.reports[0].findings.len(), 1);
    assert_eq!(without.reports[0].findings, []);
}
