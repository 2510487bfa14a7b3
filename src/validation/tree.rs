//! What is known of a project's files.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use crate::manifest::{self, Manifest};

/// The manifest's path in a project.
pub const MANIFEST: &str = "kortix.toml";

/// The path of the project's root as a folder.
pub const ROOT: &str = "./";

/// What is known of a project's files, by path from its root with `/`; paths of folders end with
/// `/`.
///
/// A path that is not in it was not asked for yet.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    entries: BTreeMap<String, Entry>,
    /// What the manifest asks for, read once.
    asked: OnceLock<Option<Arc<Manifest>>>,
}

/// What is known of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File {
        /// Its bytes; of a large file only its beginning.
        bytes: Vec<u8>,
        /// Whether git knows it.
        tracked: Tracked,
    },
    /// A folder with the names of what is in it; folders end with `/`.
    Folder(Vec<String>),
    /// There is nothing, or a file where a folder was asked for.
    Absent,
    /// There is something that cannot be read, or nobody can tell; and why.
    Unreadable(String),
}

/// Whether git knows a file: a session sees only what is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracked {
    /// It is in the index, or comes from a commit.
    Yes,
    /// It is not.
    No,
    /// It is not, and a `.gitignore` keeps it out.
    Ignored,
    /// It is in a submodule, of which a commit holds only a hash.
    Submodule,
    /// There is no repository, or git could not be asked.
    Unknown,
}

impl Tree {
    /// Tells what is at a path.
    pub fn insert(&mut self, path: impl Into<String>, entry: Entry) {
        let path = path.into();
        if path == MANIFEST {
            self.asked = OnceLock::new();
        }
        self.entries.insert(path, entry);
    }

    /// Tells whether git knows a file; nothing happens where there is none.
    pub fn track(&mut self, path: &str, is: Tracked) {
        if let Some(Entry::File { tracked, .. }) = self.entries.get_mut(path) {
            *tracked = is;
        }
    }

    /// All paths that were asked for, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// What is at a path; `None` when it was not asked for.
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// The names in a folder; `None` when it is no folder or not known.
    pub fn names(&self, folder: &str) -> Option<&[String]> {
        match self.get(folder) {
            Some(Entry::Folder(names)) => Some(names),
            Some(Entry::File { .. } | Entry::Absent | Entry::Unreadable(_)) | None => None,
        }
    }

    /// What the manifest asks for; `None` when there is none or it does not parse.
    pub(super) fn asked(&self) -> Option<&Manifest> {
        let read = || {
            let bytes = self.get(MANIFEST)?.bytes()?;
            manifest::read(bytes).map(Arc::new)
        };
        self.asked.get_or_init(read).as_deref()
    }
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for Tree {}

impl Entry {
    /// The bytes of a file; `None` for everything else.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::File { bytes, .. } => Some(bytes),
            Self::Folder(_) | Self::Absent | Self::Unreadable(_) => None,
        }
    }
}
