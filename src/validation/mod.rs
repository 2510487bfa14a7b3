//! Everything that is wrong in a project: its manifest, and the files that the manifest names.
//!
//! In: a [`Tree`], what is known of a project's files, wherever they come from: a folder, a revision
//! of a repository, a host. Out: one [`Report`] for each file that was looked at. [`wanted`] says
//! which paths must still be loaded; who has files loads until it names none:
//!
//! ```text
//! loop { let paths = wanted(&tree); if paths.is_empty() { break } load(paths, &mut tree) }
//! ```
//!
//! A path that ends with `/` is a folder whose names are wanted; who cannot list folders answers
//! [`Entry::Unreadable`], and nothing is said of what may be in it.
//!
//! Findings across files are of the family `local`: they never change the verdict, and
//! [`Options::is_local_wanted`] switches them off. [`facts`] has what is worth knowing of a manifest
//! in which nothing is wrong, and [`plan`] says what sandboxes would be made from and whether a
//! change builds them again.
//!
//! Not for: reading files (`runtime`, `cli`), and for rules of one file by itself (`manifest`, `image`).

mod agents;
pub mod codes;
pub mod facts;
mod files;
mod opencode;
pub mod plan;
mod tree;

use std::collections::HashSet;

use crate::{
    diagnostic::{Finding, Report, Severity},
    image::{self, Scope},
    manifest::{self, Checked, Manifest, Options, Source},
};

pub use tree::{Entry, MANIFEST, ROOT, Tracked, Tree};

/// A project's reports, and what its manifest asks for.
#[derive(Debug, Clone)]
pub struct Validated {
    /// The manifest's report first, then those of the files it names, by path.
    pub reports: Vec<Report>,
    /// What the manifest asks for; `None` when there is none or it does not parse.
    pub manifest: Option<Manifest>,
    /// The control plane's verdict on the manifest; true when there is none.
    pub is_valid: bool,
}

/// The paths that a tree must still be asked for, so that a check knows everything; sorted, each
/// once, empty when all is known. Those of folders end with `/`.
pub fn wanted(tree: &Tree) -> Vec<String> {
    let mut paths = match tree.get(MANIFEST) {
        None => vec![MANIFEST.to_owned()],
        // What else is there helps to say what is missing.
        Some(Entry::Absent) => vec![ROOT.to_owned()],
        Some(Entry::File { .. } | Entry::Folder(_) | Entry::Unreadable(_)) => Vec::new(),
    };
    if let Some(manifest) = tree.asked() {
        paths.extend(dockerfiles(manifest));
        paths.extend(files::wanted(tree, manifest));
        paths.extend(agents::wanted(tree, manifest));
    }
    paths.retain(|path| tree.get(path).is_none());
    paths.sort();
    paths.dedup();
    paths
}

/// Checks a project as far as its tree is known.
pub fn check(tree: &Tree, options: Options) -> Validated {
    let Some(bytes) = tree.get(MANIFEST).and_then(Entry::bytes) else {
        return Validated {
            reports: Vec::new(),
            manifest: None,
            is_valid: true,
        };
    };
    let Checked {
        text,
        mut findings,
        is_valid,
        manifest,
    } = manifest::check(bytes, options);
    let mut reports = Vec::new();
    if let Some(manifest) = &manifest {
        let images = images(manifest, &findings);
        findings.extend(images);
        if options.is_local_wanted {
            files::check(tree, manifest, &mut findings);
            agents::check(tree, manifest, &mut findings);
        }
        findings.sort_by_key(|finding| finding.span.start);
        for path in dockerfiles(manifest) {
            if let Some(bytes) = tree.get(&path).and_then(Entry::bytes) {
                reports.push(dockerfile(&path, bytes, options));
            }
        }
    }
    let first = Report {
        path: MANIFEST.to_owned(),
        text,
        findings,
        is_valid,
    };
    reports.insert(0, first);
    Validated {
        reports,
        manifest,
        is_valid,
    }
}

/// The report on one Dockerfile by itself; its text has every credential covered.
pub fn dockerfile(path: &str, bytes: &[u8], options: Options) -> Report {
    let scope = if options.is_local_wanted {
        Scope::RulesAndAdvice
    } else {
        Scope::Rules
    };
    let findings = image::lint(bytes, scope);
    let has_error = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    Report {
        path: path.to_owned(),
        text: image::masked(&image::text(bytes)),
        is_valid: !has_error,
        findings,
    }
}

/// How many Dockerfiles of a project are looked at.
const MOST_DOCKERFILES: usize = 1_000;

/// The Dockerfiles that templates name, sorted, each once; all of them lie in the repository.
fn dockerfiles(manifest: &Manifest) -> Vec<String> {
    let paths = manifest.templates.iter().filter_map(|template| {
        let path = template.source.dockerfile()?;
        Some(path.value.clone())
    });
    let mut paths: Vec<String> = paths.collect();
    paths.sort();
    paths.dedup();
    paths.truncate(MOST_DOCKERFILES);
    paths
}

/// How many images of a project are looked at.
const MOST_IMAGES: usize = 1_000;

/// What is wrong with the images that templates name, less what the verdict says of them.
fn images(manifest: &Manifest, verdict: &[Finding]) -> Vec<Finding> {
    let tags = [
        image::codes::IMAGE_UNTAGGED.name,
        image::codes::IMAGE_LATEST.name,
    ];
    let of_verdict = [
        manifest::codes::IMAGE_UNTAGGED.name,
        manifest::codes::IMAGE_LATEST.name,
    ];
    let told: HashSet<&str> = verdict
        .iter()
        .filter(|finding| of_verdict.contains(&finding.code))
        .map(|finding| finding.path.as_str())
        .collect();
    let mut found = Vec::new();
    for template in manifest.templates.iter().take(MOST_IMAGES) {
        let Source::Image(reference) = &template.source else {
            continue;
        };
        let path = format!("{}.image", template.path);
        let is_told = told.contains(path.as_str());
        for mut finding in image::lint_reference(&reference.value, reference.span.clone()) {
            if !(is_told && tags.contains(&finding.code)) {
                finding.path.clone_from(&path);
                found.push(finding);
            }
        }
    }
    found
}
