//! A project's files on this machine as a [`Tree`]: those of a folder, or of a commit.
//!
//! In: a folder, and for a commit its name. Out: what [`validation::wanted`] asks for. Nothing
//! outside of the folder is read, also not through a symbolic link.
//!
//! Not for: files on a host (`calls`), and for what is wrong in them (`validation`).

use std::{
    collections::HashSet,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::{
    local::git::{Error, Git, read::tokens},
    validation::{self, Entry, Tracked, Tree},
};

/// Bytes of a file that are read at most.
pub const LARGEST: u64 = 64 * 1024 * 1024;

/// How many names of a folder are taken.
const MOST_NAMES: usize = 10_000;

/// Loads what a check of a folder wants; without git nothing is known of what is tracked.
pub async fn folder(root: &Path, git: Option<&Git>) -> Tree {
    let mut tree = Tree::default();
    let files = complete(&mut tree, root);
    if let Some(git) = git {
        for (path, tracked) in tracked(git, root, &files).await {
            tree.track(&path, tracked);
        }
    }
    tree
}

/// Loads what a check of a folder still wants of a tree, and says which files that were; whether git
/// knows them is not asked.
pub fn complete(tree: &mut Tree, root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    loop {
        let wanted = validation::wanted(tree);
        if wanted.is_empty() {
            return files;
        }
        for path in wanted {
            let entry = entry(root, &path);
            if entry.bytes().is_some() {
                files.push(path.clone());
            }
            tree.insert(path, entry);
        }
    }
}

/// Loads what a check of a commit wants; the error says that there is no such commit.
pub async fn revision(git: &Git, root: &Path, revision: &str) -> Result<Tree, Error> {
    let commit = git
        .call(root)
        .args(["rev-parse", "--verify", "--end-of-options"])
        .arg(format!("{revision}^{{commit}}"))
        .text()
        .await?;
    // The folder may lie below the repository's root.
    let below = git.call(root).args(["rev-parse", "--show-prefix"]);
    let below = below.text().await?;
    let mut tree = Tree::default();
    loop {
        let wanted = validation::wanted(&tree);
        if wanted.is_empty() {
            return Ok(tree);
        }
        for path in wanted {
            let name = format!("{commit}:{below}{}", plain(&path));
            let entry = if path.ends_with('/') {
                listed(git, root, name.trim_end_matches('/')).await
            } else {
                committed(git, root, &name).await
            };
            tree.insert(path, entry);
        }
    }
}

/// A path without what leaves it the same: parts that are empty or `.`.
pub(super) fn plain(path: &str) -> String {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    parts.collect::<Vec<_>>().join("/")
}

/// A file of a commit.
async fn committed(git: &Git, root: &Path, name: &str) -> Entry {
    let blob = git.call(root).args(["cat-file", "blob"]).arg(name);
    match blob.run().await {
        Ok(bytes) => Entry::File {
            bytes,
            tracked: Tracked::Yes,
        },
        Err(Error::Refused { .. }) => other(git, root, name).await,
        Err(error) => Entry::Unreadable(error.to_string()),
    }
}

/// What is in a commit where a file was looked for.
async fn other(git: &Git, root: &Path, name: &str) -> Entry {
    let folder = listed(git, root, name).await;
    if folder != Entry::Absent {
        return folder;
    }
    let Some((commit, path)) = name.split_once(':') else {
        return Entry::Absent;
    };
    let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    let folders: Vec<&str> = folders.collect();
    if folders.is_empty() {
        return Entry::Absent;
    }
    let rows = git
        .call(root)
        .args(["ls-tree", "-z", "--full-tree", commit, "--"]);
    match rows.args(folders).run().await {
        Ok(rows) if tokens(&rows).any(|row| row.starts_with("160000 ")) => {
            Entry::Unreadable("a commit holds only the hash of the submodule it is in".to_owned())
        }
        Ok(_) | Err(_) => Entry::Absent,
    }
}

/// The names in a folder of a commit.
async fn listed(git: &Git, root: &Path, name: &str) -> Entry {
    let rows = git
        .call(root)
        .args(["ls-tree", "-z", "--full-tree"])
        .arg(name)
        .run()
        .await;
    match rows {
        Ok(rows) => {
            let names = tokens(&rows).filter_map(|row| {
                let (kind, name) = row.split_once('\t')?;
                let end = if kind.contains(" tree ") { "/" } else { "" };
                Some(format!("{name}{end}"))
            });
            Entry::Folder(names.take(MOST_NAMES).collect())
        }
        Err(Error::Refused { .. }) => Entry::Absent,
        Err(error) => Entry::Unreadable(error.to_string()),
    }
}

fn entry(root: &Path, path: &str) -> Entry {
    let found = inside(root, path).and_then(|found| {
        if found.is_dir() {
            return names(&found).map(Entry::Folder);
        }
        if path.ends_with('/') {
            return Ok(Entry::Absent);
        }
        // A pipe or a device may never end.
        if !found.is_file() {
            return Err(io::Error::other("it is no ordinary file"));
        }
        bytes(&found).map(|bytes| Entry::File {
            bytes,
            tracked: Tracked::Unknown,
        })
    });
    match found {
        Ok(entry) => entry,
        Err(error) if is_nothing(&error) => Entry::Absent,
        Err(error) => Entry::Unreadable(error.to_string()),
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Where a path leads, if it stays in the folder.
fn inside(root: &Path, path: &str) -> io::Result<PathBuf> {
    let file = fs::canonicalize(root.join(path))?;
    if file.starts_with(fs::canonicalize(root)?) {
        return Ok(file);
    }
    Err(io::Error::other("a symbolic link leads out of the project"))
}

/// The names in a folder, sorted; folders end with `/`, also those behind a symbolic link.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)?.take(MOST_NAMES) {
        let entry = entry?;
        let end = if entry.path().is_dir() { "/" } else { "" };
        // A name that is not UTF-8 cannot stand in a manifest.
        if let Ok(name) = entry.file_name().into_string() {
            names.push(format!("{name}{end}"));
        }
    }
    names.sort();
    Ok(names)
}

/// The bytes of a file, of a large one the beginning.
pub fn bytes(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let opened = fs::File::open(file)?;
    opened.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether git knows each of some files; nothing where it could not be asked.
pub async fn tracked(git: &Git, root: &Path, paths: &[String]) -> Vec<(String, Tracked)> {
    let mut known = Vec::new();
    let plain: Vec<(&String, String)> = paths.iter().map(|path| (path, plain(path))).collect();
    let names = plain.iter().map(|(_, name)| name);
    let listed = git.call(root).args(["ls-files", "-z", "--"]).args(names);
    let Ok(listed) = listed.run().await else {
        return known;
    };
    let listed: HashSet<String> = tokens(&listed).collect();
    let mut rest = Vec::new();
    for (path, name) in plain {
        if listed.contains(&name) {
            known.push((path.clone(), Tracked::Yes));
        } else if is_in_another(root, &name) {
            known.push((path.clone(), Tracked::Submodule));
        } else {
            rest.push((path, name));
        }
    }
    let ignored = ignored(git, root, &rest).await;
    for (path, name) in rest {
        let is_ignored = ignored.contains(&name);
        let tracked = if is_ignored {
            Tracked::Ignored
        } else {
            Tracked::No
        };
        known.push((path.clone(), tracked));
    }
    known
}

/// Whether a folder on the way to a file is a repository of its own, such as a submodule.
fn is_in_another(root: &Path, name: &str) -> bool {
    let mut folders = name.match_indices('/').filter_map(|(at, _)| name.get(..at));
    folders.any(|folder| root.join(folder).join(".git").exists())
}

/// Which of some files a `.gitignore` keeps out.
async fn ignored(git: &Git, root: &Path, files: &[(&String, String)]) -> HashSet<String> {
    if files.is_empty() {
        return HashSet::new();
    }
    let names = files.iter().map(|(_, name)| name);
    let call = git
        .call(root)
        .args(["ls-files", "-z", "--others", "--ignored"]);
    let call = call.args(["--exclude-standard", "--"]).args(names);
    match call.run().await {
        Ok(listed) => tokens(&listed).collect(),
        Err(_) => HashSet::new(),
    }
}
