//! The files that `validate` was given, as what is checked together.
//!
//! In: a path on the command line. Out: a [`Project`], which makes reports whose paths are as the
//! person wrote them. Not for: printing.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    cli::{Failure, console::Code, line},
    diagnostic::Report,
    local::git::Git,
    manifest::Options,
    runtime::checkout,
    validation::{self, Entry, MANIFEST, ROOT, Tracked, Tree, facts},
};

/// The name of standard input among the paths.
pub(super) const STDIN: &str = "-";
/// The key of a Dockerfile that is checked by itself.
const DOCKERFILE: &str = "Dockerfile";
/// Projects whose files are asked of git in one go: an argument list has an end.
const AT_ONCE: usize = 500;

/// What all paths are looked at with.
pub(super) struct Means<'a> {
    /// What paths are relative to.
    pub folder: &'a Path,
    /// `None` where there is no git or nobody wants to know what is tracked.
    pub git: Option<Git>,
    pub options: Options,
    /// What was on standard input, if it was asked for.
    pub stdin: Option<Vec<u8>>,
}

/// What was found in a project.
pub(super) struct Found {
    /// The reports, the manifest's first.
    pub reports: Vec<Report>,
    /// What the manifest comes to, line by line.
    pub facts: Vec<String>,
}

/// Files that are checked together: what is below one path of the command line.
#[derive(Clone)]
pub(super) struct Project {
    tree: Tree,
    kind: Kind,
    /// The files of which git was not asked yet.
    files: Vec<String>,
}

#[derive(Clone)]
enum Kind {
    /// A manifest with the files that it names.
    Folder { root: PathBuf, given: PathBuf },
    /// A manifest by itself; `None` from standard input.
    Manifest(Option<One>),
    /// A Dockerfile by itself.
    Dockerfile(One),
}

/// One file.
#[derive(Clone)]
struct One {
    given: PathBuf,
    file: PathBuf,
}

impl Means<'_> {
    /// Loads what is below a path.
    pub fn load(&self, path: &Path) -> Result<Project, Failure> {
        if path.as_os_str() == STDIN {
            let bytes = self.stdin.clone().unwrap_or_default();
            return Ok(Project::one(Kind::Manifest(None), MANIFEST, bytes));
        }
        let file = self.folder.join(path);
        if file.is_dir() {
            return self.load_folder(file, path.to_owned());
        }
        let is_manifest = path.extension().is_some_and(|ending| ending == "toml");
        if is_manifest && path.file_name().is_some_and(|name| name == MANIFEST) {
            let root = file.parent().unwrap_or(self.folder).to_owned();
            let given = path.parent().unwrap_or(Path::new("")).to_owned();
            return self.load_folder(root, given);
        }
        let bytes = checkout::bytes(&file).map_err(|error| unreadable(path, &error))?;
        let given = path.to_owned();
        let one = One { given, file };
        Ok(if is_manifest {
            Project::one(Kind::Manifest(Some(one)), MANIFEST, bytes)
        } else {
            Project::one(Kind::Dockerfile(one), DOCKERFILE, bytes)
        })
    }

    fn load_folder(&self, root: PathBuf, given: PathBuf) -> Result<Project, Failure> {
        let mut tree = Tree::default();
        let files = checkout::complete(&mut tree, &root);
        let error = match tree.get(MANIFEST) {
            Some(Entry::File { .. }) => {
                let kind = Kind::Folder { root, given };
                return Ok(Project { tree, kind, files });
            }
            Some(Entry::Unreadable(why)) => io::Error::other(why.clone()),
            Some(Entry::Absent | Entry::Folder(_)) | None => {
                return Err(missing(&tree, &root, &given));
            }
        };
        Err(unreadable(&given.join(MANIFEST), &error))
    }

    /// Loads what the files of a project name and what is not loaded yet.
    pub fn complete(&self, project: &mut Project) {
        if let Kind::Folder { root, .. } = &project.kind {
            project.files = checkout::complete(&mut project.tree, root);
            self.track([project]);
        }
    }

    /// Asks git which files of some projects it knows, each repository once.
    pub fn track<'a>(&self, projects: impl IntoIterator<Item = &'a mut Project>) {
        let Some(git) = &self.git else {
            return;
        };
        let mut repositories: BTreeMap<PathBuf, Vec<(&mut Project, PathBuf)>> = BTreeMap::new();
        for project in projects {
            if let Some((repository, below)) =
                project.repository().filter(|_| !project.files.is_empty())
            {
                repositories
                    .entry(repository)
                    .or_default()
                    .push((project, below));
            }
        }
        for (repository, mut projects) in repositories {
            for projects in projects.chunks_mut(AT_ONCE) {
                // Without a runtime nothing is said of what is tracked.
                let _ =
                    runtime().map(|runtime| runtime.block_on(track(git, &repository, projects)));
            }
        }
    }

    /// The paths on whose change a path is to be looked at again, whether or not they exist.
    pub fn watched(&self, path: &Path, project: Option<&Project>) -> Vec<PathBuf> {
        let file = self.folder.join(path);
        let mut paths = vec![file.join(MANIFEST)];
        if !file.is_dir() {
            paths.push(file);
        }
        if let Some(project) = project
            && let Kind::Folder { root, .. } = &project.kind
        {
            paths.extend(project.tree.paths().map(|path| root.join(path)));
        }
        paths
    }
}

impl Project {
    fn one(kind: Kind, key: &str, bytes: Vec<u8>) -> Self {
        let mut project = Self {
            tree: Tree::default(),
            kind,
            files: Vec::new(),
        };
        project.put(key, bytes);
        project
    }

    /// Checks all files; the paths of the reports are keys for [`Project::bytes`] and the like.
    pub fn check(&self, options: Options) -> Found {
        if let Kind::Dockerfile(_) = &self.kind {
            let bytes = self.bytes(DOCKERFILE).unwrap_or_default();
            let report = validation::dockerfile(DOCKERFILE, bytes, options);
            return Found {
                reports: vec![report],
                facts: Vec::new(),
            };
        }
        let validated = validation::check(&self.tree, options);
        let facts = validated.manifest.as_ref();
        let facts = facts.map(|manifest| facts::of(manifest, Timestamp::now()).lines());
        Found {
            reports: validated.reports,
            facts: facts.unwrap_or_default(),
        }
    }

    /// The repository that the project is in, and where in it; `None` where it is in none.
    fn repository(&self) -> Option<(PathBuf, PathBuf)> {
        let Kind::Folder { root, .. } = &self.kind else {
            return None;
        };
        let root = std::fs::canonicalize(root).ok()?;
        let repository = root
            .ancestors()
            .find(|folder| folder.join(".git").exists())?;
        let below = root.strip_prefix(repository).ok()?;
        Some((repository.to_owned(), below.to_owned()))
    }

    /// What a file holds.
    pub fn bytes(&self, key: &str) -> Option<&[u8]> {
        self.tree.get(key)?.bytes()
    }

    /// Gives a file another content, here only.
    pub fn put(&mut self, key: &str, bytes: Vec<u8>) {
        let tracked = match self.tree.get(key) {
            Some(Entry::File { tracked, .. }) => *tracked,
            Some(Entry::Folder(_) | Entry::Absent | Entry::Unreadable(_)) | None => {
                Tracked::Unknown
            }
        };
        self.tree.insert(key, Entry::File { bytes, tracked });
    }

    /// What a file is called, as the person wrote it.
    pub fn name(&self, key: &str) -> String {
        match &self.kind {
            Kind::Manifest(None) => "<stdin>".to_owned(),
            Kind::Folder { .. } | Kind::Manifest(_) | Kind::Dockerfile(_) => {
                shown(&self.given(key))
            }
        }
    }

    /// Where a file is; `None` for standard input.
    pub fn file(&self, key: &str) -> Option<PathBuf> {
        match &self.kind {
            Kind::Folder { root, .. } => Some(root.join(key)),
            Kind::Manifest(one) => one.as_ref().map(|one| one.file.clone()),
            Kind::Dockerfile(one) => Some(one.file.clone()),
        }
    }

    fn given(&self, key: &str) -> PathBuf {
        match &self.kind {
            Kind::Folder { given, .. } => given.join(key),
            Kind::Manifest(Some(one)) | Kind::Dockerfile(one) => one.given.clone(),
            Kind::Manifest(None) => PathBuf::new(),
        }
    }
}

/// Says that a folder has no manifest, with what it has instead.
fn missing(tree: &Tree, root: &Path, given: &Path) -> Failure {
    let here = match shown(given) {
        given if given.is_empty() => "this folder".to_owned(),
        given => format!("`{given}`"),
    };
    let names = tree.names(ROOT).unwrap_or_default();
    let has = |name: &str| names.iter().any(|other| other == name);
    let newer = ["kortix.yaml", "kortix.yml"]
        .into_iter()
        .find(|name| has(name));
    if let Some(newer) = newer {
        let message = format!("{here} has a `{newer}`, which is of version 2 and not checked here");
        return Failure::new(Code::Usage, message)
            .hint(format!("only `{MANIFEST}` of version 1 is checked"));
    }
    if has(".kortix/") {
        let message = format!("{here} has `.kortix/` but no `{MANIFEST}`");
        return Failure::new(Code::Usage, message).hint(format!(
            "write a `{MANIFEST}` that begins with `kortix_version = 1`; without one a project has no settings"
        ));
    }
    let above = root
        .ancestors()
        .skip(1)
        .find(|folder| folder.join(MANIFEST).is_file());
    let failure = unreadable(&given.join(MANIFEST), &rustix::io::Errno::NOENT.into());
    match above {
        Some(folder) => failure.hint(format!(
            "there is one in `{}`: the manifest is at the root of a repository",
            shown(folder)
        )),
        None => failure,
    }
}

/// Asks git which files of some projects it knows, which are below one repository.
async fn track(git: &Git, repository: &Path, projects: &mut [(&mut Project, PathBuf)]) {
    let mut owners = HashMap::new();
    for (at, (project, below)) in projects.iter_mut().enumerate() {
        for file in std::mem::take(&mut project.files) {
            let name = below.join(&file);
            // A name that is not UTF-8 cannot stand in a manifest.
            if let Some(name) = name.to_str() {
                owners.insert(name.to_owned(), (at, file));
            }
        }
    }
    let names: Vec<String> = owners.keys().cloned().collect();
    for (name, tracked) in checkout::tracked(git, repository, &names).await {
        let Some((at, file)) = owners.get(&name) else {
            continue;
        };
        if let Some((project, _)) = projects.get_mut(*at) {
            project.tree.track(file, tracked);
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Code::Failed, format!("cannot start: {error}")))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot read `{}`: {error}", line(&shown(path)));
    Failure::new(Code::Usage, message)
        .hint("give a `kortix.toml`, a Dockerfile, a folder that has one, or `-`")
}

/// A path as the person wrote it, but for a leading `./`.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    path.display().to_string()
}
