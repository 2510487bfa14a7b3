//! The manifest and its Dockerfiles as files: whether they are there, and whether git knows them.

use crate::{
    diagnostic::{Edit, Finding, Fix},
    manifest::{Manifest, Placed, codes::Code, quoted},
    text,
    validation::{
        codes,
        tree::{Entry, MANIFEST, ROOT, Tracked, Tree},
    },
};

/// How a file begins in whose place Git LFS keeps a pointer.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// From which likeness on, 0 to 1, a name is taken for a slip of the pen.
const LEAST_LIKENESS: f32 = 0.6;

/// How many names of a folder a guess is made among.
const MOST_GUESSES: usize = 200;

/// The folders of Dockerfiles that are not there, in which another name may be meant.
pub(super) fn wanted(tree: &Tree, manifest: &Manifest) -> Vec<String> {
    let paths = manifest.templates.iter().filter_map(|template| {
        let path = &template.source.dockerfile()?.value;
        (tree.get(path) == Some(&Entry::Absent)).then(|| folder_of(path))
    });
    paths.collect()
}

/// Looks at the manifest and at the Dockerfile of every template.
pub(super) fn check(tree: &Tree, manifest: &Manifest, findings: &mut Vec<Finding>) {
    if let Some(Entry::File { tracked, .. }) = tree.get(MANIFEST)
        && matches!(tracked, Tracked::No | Tracked::Ignored)
    {
        findings.push(Finding {
            help: Some(format!("add it with `git add {MANIFEST}`")),
            ..finding(
                &codes::MANIFEST_UNTRACKED,
                "",
                0..0,
                "git does not know this file, so the control plane does not see it".to_owned(),
            )
        });
    }
    for template in &manifest.templates {
        if let Some(dockerfile) = template.source.dockerfile() {
            let path = format!("{}.dockerfile", template.path);
            findings.extend(look(tree, &path, dockerfile));
        }
    }
}

fn look(tree: &Tree, path: &str, dockerfile: &Placed<String>) -> Option<Finding> {
    let name = text::truncate(&dockerfile.value, 80);
    let (code, message, help) = match tree.get(&dockerfile.value)? {
        Entry::Absent => return Some(missing(tree, path, dockerfile)),
        Entry::Folder(_) => (
            &codes::DOCKERFILE_FOLDER,
            format!("`{name}` is a folder"),
            format!(
                "name the file in it, such as `{}/Dockerfile`",
                name.trim_end_matches('/')
            ),
        ),
        Entry::Unreadable(why) => (
            &codes::DOCKERFILE_UNREADABLE,
            format!(
                "cannot read `{name}`: {}",
                text::truncate(&text::sanitize_line(why), 200)
            ),
            "check where the path leads and who may read it".to_owned(),
        ),
        Entry::File { bytes, .. } if bytes.starts_with(LFS_POINTER) => (
            &codes::DOCKERFILE_LFS,
            format!("`{name}` is a Git LFS pointer"),
            "take it out of `.gitattributes` and add its text with `git add --renormalize`"
                .to_owned(),
        ),
        Entry::File { tracked, .. } => untracked(*tracked, &name)?,
    };
    let span = dockerfile.span.clone();
    Some(Finding {
        help: Some(help),
        ..finding(code, path, span, message)
    })
}

/// What is wrong with a file that git does not know.
fn untracked(tracked: Tracked, name: &str) -> Option<(&'static Code, String, String)> {
    match tracked {
        Tracked::Yes | Tracked::Unknown => None,
        Tracked::No => Some((
            &codes::DOCKERFILE_UNTRACKED,
            format!("git does not know `{name}`, and images are built from commits"),
            format!("add it with `git add {name}`"),
        )),
        Tracked::Ignored => Some((
            &codes::DOCKERFILE_IGNORED,
            format!("git ignores `{name}`, and images are built from commits"),
            format!("take it out of `.gitignore`, or add it with `git add --force {name}`"),
        )),
        Tracked::Submodule => Some((
            &codes::DOCKERFILE_SUBMODULE,
            format!("`{name}` is in a submodule, whose files are not part of a commit"),
            "keep the Dockerfile in the repository itself".to_owned(),
        )),
    }
}

fn missing(tree: &Tree, path: &str, dockerfile: &Placed<String>) -> Finding {
    let folder = folder_of(&dockerfile.value);
    let nearest = nearest(
        tree.names(&folder).unwrap_or_default(),
        file_of(&dockerfile.value),
    );
    let nearest = nearest.map(|name| match folder.as_str() {
        ROOT => name.to_owned(),
        folder => format!("{folder}{name}"),
    });
    let mean = text::did_you_mean(nearest.as_deref());
    let name = text::truncate(&dockerfile.value, 80);
    let span = dockerfile.span.clone();
    let fix = nearest.map(|nearest| Fix {
        title: format!("write `{nearest}`"),
        edits: vec![Edit {
            span: span.clone(),
            text: quoted(&nearest),
        }],
        is_safe: false,
    });
    Finding {
        help: Some("create it, or write its path from the root of the repository".to_owned()),
        fix,
        ..finding(
            &codes::DOCKERFILE_MISSING,
            path,
            span,
            format!("there is no `{name}`{mean}"),
        )
    }
}

/// The file of a folder that another name most likely means.
fn nearest<'a>(names: &'a [String], wrong: &str) -> Option<&'a str> {
    let files = names.iter().map(String::as_str);
    let mut files = files.filter(|name| !name.ends_with('/') && name.len() <= 64);
    let same = files.clone().find(|name| name.eq_ignore_ascii_case(wrong));
    same.or_else(|| {
        let files: Vec<&str> = files.by_ref().take(MOST_GUESSES).collect();
        let wrong = wrong.get(..64).unwrap_or(wrong);
        similar::get_close_matches(wrong, &files, 1, LEAST_LIKENESS)
            .first()
            .copied()
    })
}

/// The folder of a path, with a slash at its end.
fn folder_of(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/"),
        None => ROOT.to_owned(),
    }
}

fn file_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A finding of one of our codes without help or fix.
pub(super) fn finding(
    code: &Code,
    path: &str,
    span: std::ops::Range<usize>,
    message: String,
) -> Finding {
    Finding {
        code: code.name,
        family: code.family,
        severity: code.severity,
        path: path.to_owned(),
        span,
        message,
        help: None,
        fix: None,
    }
}
