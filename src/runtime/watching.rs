//! Notices that files change, appear or go.
//!
//! In: paths, which need not exist. Out: one ring for each burst of changes, [`QUIET`] after the
//! last of them and at most [`LONGEST`] after the first. Folders are watched rather than files, so
//! that an editor that renames a new file over the old one is noticed; reading a file rings nothing.
//! A path that is a folder rings when something in it changes, appears or goes, but not what is
//! deeper.
//!
//! ```text
//! let mut watching = Watching::new([root.join("kortix.toml")])?;
//! loop { look_at_the_files(); watching.changed().await? }
//! ```
//!
//! Not for: what is in the files, and which of them changed: who is rung for looks at all.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{self, Path, PathBuf},
    time::Duration,
};

use notify::{
    Config, Event, EventHandler, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode,
    Watcher,
    event::{AccessKind, AccessMode},
};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::{Instant, timeout_at},
};

/// How long nothing must change before a burst is over.
pub const QUIET: Duration = Duration::from_millis(80);
/// How long a burst is waited for at most.
pub const LONGEST: Duration = Duration::from_secs(1);
/// How often is looked where the system does not tell of changes.
const POLL: Duration = Duration::from_secs(1);

/// Why nothing can be watched.
#[derive(Debug, thiserror::Error)]
#[error("files cannot be watched: {0}")]
pub struct Error(#[source] notify::Error);

/// Watches a set of paths until it is dropped.
pub struct Watching {
    paths: BTreeSet<PathBuf>,
    /// Holds the folders; `None` before the first.
    watcher: Option<Box<dyn Watcher + Send>>,
    bell: Receiver<()>,
    ringer: Sender<()>,
    /// Whether a ring was heard that nobody was told of yet.
    is_rung: bool,
}

impl Watching {
    /// Begins to watch; paths that do not exist yet are waited for.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Result<Self, Error> {
        // One ring that waits says the same as many.
        let (ringer, bell) = channel(1);
        let mut watching = Self {
            paths: BTreeSet::new(),
            watcher: None,
            bell,
            ringer,
            is_rung: false,
        };
        watching.set(paths)?;
        Ok(watching)
    }

    /// Watches these paths in place of those before. True when one is new: what was read of it
    /// before may be old already.
    pub fn set(&mut self, paths: impl IntoIterator<Item = PathBuf>) -> Result<bool, Error> {
        let paths = paths.into_iter().map(path::absolute);
        let paths: BTreeSet<PathBuf> = paths.filter_map(io::Result::ok).collect();
        let has_new = !paths.is_subset(&self.paths);
        if paths != self.paths {
            self.paths = paths;
            self.arm()?;
        }
        Ok(has_new)
    }

    /// Waits for the next burst of changes; nothing is lost when the wait is given up.
    pub async fn changed(&mut self) -> Result<(), Error> {
        if !self.is_rung {
            // Never closed: one sender lives here.
            let _ = self.bell.recv().await;
            self.is_rung = true;
        }
        let last = Instant::now() + LONGEST;
        while Instant::now() < last {
            let until = last.min(Instant::now() + QUIET);
            if timeout_at(until, self.bell.recv()).await.is_err() {
                break;
            }
        }
        // A folder that came, or that another took the place of, is not watched yet.
        self.arm()?;
        self.is_rung = false;
        Ok(())
    }

    /// Watches the folders that hold the paths now, or the nearest ones that exist.
    fn arm(&mut self) -> Result<(), Error> {
        let wanted: BTreeSet<PathBuf> = self.paths.iter().flat_map(|path| real(path)).collect();
        let itself = wanted.iter().filter(|path| path.is_dir());
        let listed: BTreeSet<PathBuf> = itself.cloned().collect();
        let above = |path: &PathBuf| {
            let existing = path.ancestors().skip(1).find(|folder| folder.is_dir());
            existing.map(Path::to_owned)
        };
        let mut folders: BTreeSet<PathBuf> = wanted.iter().filter_map(above).collect();
        folders.extend(listed.iter().cloned());
        let mut watcher = watcher(&Ear {
            wanted,
            listed,
            bell: self.ringer.clone(),
        })?;
        for folder in folders {
            // One that cannot be watched cannot be read, and the check says so.
            let _ = watcher.watch(&folder, RecursiveMode::NonRecursive);
        }
        self.watcher = Some(watcher);
        Ok(())
    }
}

fn watcher(ear: &Ear) -> Result<Box<dyn Watcher + Send>, Error> {
    if let Ok(watcher) = RecommendedWatcher::new(ear.clone(), Config::default()) {
        return Ok(Box::new(watcher));
    }
    // The system may have no watch left to give; looking again and again needs none.
    let often = Config::default().with_poll_interval(POLL);
    match PollWatcher::new(ear.clone(), often) {
        Ok(watcher) => Ok(Box::new(watcher)),
        Err(error) => Err(Error(error)),
    }
}

/// What the watcher tells of events.
#[derive(Clone)]
struct Ear {
    wanted: BTreeSet<PathBuf>,
    /// Those that are folders.
    listed: BTreeSet<PathBuf>,
    bell: Sender<()>,
}

impl EventHandler for Ear {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        let is_news = match event {
            Ok(event) => event.need_rescan() || changes(event.kind) && self.is_wanted(&event.paths),
            // What was missed may be a change.
            Err(_) => true,
        };
        if is_news {
            // A full channel holds a ring already.
            let _ = self.bell.try_send(());
        }
    }
}

impl Ear {
    /// Whether one of the paths is watched, is a folder above one that is, or is in a folder that is.
    fn is_wanted(&self, paths: &[PathBuf]) -> bool {
        let is_above = |path: &PathBuf| self.wanted.iter().any(|wanted| wanted.starts_with(path));
        let is_in = |path: &Path| {
            path.parent()
                .is_some_and(|folder| self.listed.contains(folder))
        };
        paths.iter().any(|path| is_above(path) || is_in(path))
    }
}

/// Whether events of a kind are changes; reading is none.
fn changes(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

/// The same path by its folder's real name, and where it leads when it is a link; the system tells
/// of changes by these names.
fn real(path: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for folder in path.ancestors().skip(1) {
        if let (Ok(real), Ok(rest)) = (fs::canonicalize(folder), path.strip_prefix(folder)) {
            all.push(real.join(rest));
            break;
        }
    }
    all.extend(fs::canonicalize(path));
    all
}
