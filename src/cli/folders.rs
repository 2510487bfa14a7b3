//! The folders of this machine whose manifests the screen can look at.
//!
//! In: the folders that were named, or the one that the program was started in. Out: the roots of
//! their projects, each once: the nearest folder with a `kortix.toml`, else the root of the
//! repository. A folder in neither, and a repository without a work tree, is left out.

use std::path::{Path, PathBuf};

use crate::{
    app::LocalFolder, cli::line, config::environment::Environment, model::id::ProjectId,
    validation::MANIFEST,
};

/// The projects of some folders; the first is `link`ed to a project when that is given.
pub(super) fn of(
    folders: &[PathBuf],
    link: Option<&ProjectId>,
    environment: &Environment,
) -> Vec<LocalFolder> {
    let mut found: Vec<LocalFolder> = Vec::new();
    for (place, folder) in folders.iter().enumerate() {
        let Some(path) = root(&environment.cwd.join(folder)) else {
            continue;
        };
        if found.iter().all(|known| known.path != path) {
            found.push(LocalFolder {
                name: name(&path, environment),
                project: link.filter(|_| place == 0).cloned(),
                path,
            });
        }
    }
    found
}

fn root(folder: &Path) -> Option<PathBuf> {
    let folder = std::fs::canonicalize(folder).ok()?;
    let is_root = |folder: &&Path| folder.join(MANIFEST).is_file() || folder.join(".git").exists();
    folder.ancestors().find(is_root).map(Path::to_owned)
}

/// A path for people, from the home folder where it is in there.
fn name(path: &Path, environment: &Environment) -> String {
    let home = environment.home.as_deref();
    let below = home.and_then(|home| path.strip_prefix(home).ok());
    match below {
        Some(below) if below.as_os_str().is_empty() => "~".to_owned(),
        Some(below) => line(&format!("~/{}", below.display())),
        None => line(&path.display().to_string()),
    }
}
