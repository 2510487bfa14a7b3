//! A served project: its row, its mirror, and what its manifest says at the default branch.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use uuid::Uuid;

use crate::{
    local::{
        StartError, clock,
        folder::DataFolder,
        git::{
            Error, Git,
            mirror::{Mirror, Source, Unusable},
            read,
        },
        manifest::{Base, Manifest, TemplateSpec},
        store::{NewProject, Store},
    },
    model::time::Millis,
};

/// The manifest's name in every repository.
pub const MANIFEST_PATH: &str = "kortix.toml";

/// A project that a server answers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedProject {
    /// Its id, a UUID.
    pub project_id: String,
    /// Its name.
    pub name: String,
    /// What the user should know about how the repository was read, as sentences' fragments.
    pub notes: Vec<String>,
}

/// A served project.
#[derive(Debug)]
pub struct Project {
    /// Its id, a UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was first served.
    pub created_at: Millis,
    /// Its repository.
    pub mirror: Mirror,
    /// Held while a merge is brought to the user's repository.
    pub landing: tokio::sync::Mutex<()>,
    opened: AtomicI64,
    manifest: Mutex<Option<(String, Manifest)>>,
}

impl Project {
    /// Makes or finds the project of a repository, with a mirror that is up to date.
    pub async fn adopt(
        store: &Store,
        folder: &DataFolder,
        git: &Git,
        path: &Path,
    ) -> Result<Self, StartError> {
        let source = Source::inspect(git, path)
            .await
            .map_err(|unusable| explain(unusable, path))?;
        let known = store.project_of(source.path.clone()).await?;
        let id = known.as_ref().map_or_else(
            || Uuid::new_v4().hyphenated().to_string(),
            |row| row.id.clone(),
        );
        let repository: PathBuf = source.path.clone();
        let name = source.name();
        let mirror = Mirror::open(git, source, folder.mirror(&id))
            .await
            .map_err(|source| StartError::Repository {
                path: path.to_owned(),
                source,
            })?;
        let row = match known {
            Some(row) => row,
            // The row comes after the mirror, so that a row always has one.
            None => {
                store
                    .adopt_project(NewProject {
                        id,
                        name,
                        repository,
                        now: clock::now(),
                    })
                    .await?
            }
        };
        Ok(Self {
            id: row.id,
            name: row.name,
            created_at: row.created_at,
            mirror,
            landing: tokio::sync::Mutex::default(),
            opened: AtomicI64::new(0),
            manifest: Mutex::new(None),
        })
    }

    /// What the server's owner is told.
    pub fn served(&self) -> ServedProject {
        let source = &self.mirror.source;
        let notes = source
            .notes
            .iter()
            .map(|note| format!("{note}; sessions start from `{}`", source.default_branch))
            .collect();
        ServedProject {
            project_id: self.id.clone(),
            name: self.name.clone(),
            notes,
        }
    }

    /// Notes that somebody looked at the project.
    pub fn open(&self) {
        self.opened.store(clock::now().0, Ordering::Relaxed);
    }

    /// When somebody last looked at the project in this run.
    pub fn opened(&self) -> Option<Millis> {
        let at = self.opened.load(Ordering::Relaxed);
        (at > 0).then_some(Millis(at))
    }

    /// The commit at the tip of the default branch.
    pub async fn head(&self) -> Option<String> {
        self.mirror.tip(&self.mirror.source.default_branch).await
    }

    /// The manifest at the default branch; read again only when the branch has moved.
    pub async fn manifest(&self) -> Result<Manifest, Error> {
        let Some(head) = self.head().await else {
            return Ok(Manifest::default());
        };
        if let Some((commit, manifest)) = self.remembered().clone()
            && commit == head
        {
            return Ok(manifest);
        }
        let manifest = Manifest::read(read::file(&self.mirror, &head, MANIFEST_PATH).await?);
        *self.remembered() = Some((head, manifest.clone()));
        Ok(manifest)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Option<(String, Manifest)>> {
        self.manifest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The text of a template's Dockerfile at the default branch; empty for other templates,
    /// `None` when the file is missing or blank.
    pub async fn dockerfile(&self, template: &TemplateSpec) -> Result<Option<String>, Error> {
        let Base::Dockerfile(path) = &template.base else {
            return Ok(Some(String::new()));
        };
        let path = path.trim_start_matches("./");
        let (Some(head), Some(path)) = (self.head().await, crate::local::git::name::file(path))
        else {
            return Ok(None);
        };
        let text = read::file(&self.mirror, &head, path).await?;
        Ok(text.filter(|text| !text.trim().is_empty()))
    }
}

fn explain(unusable: Unusable, path: &Path) -> StartError {
    let path = path.to_owned();
    match unusable {
        Unusable::NotARepository => StartError::NotARepository { path },
        Unusable::NoCommits => StartError::NoCommits { path },
        Unusable::Git(source) => StartError::Repository { path, source },
    }
}
