//! Manifests for the manifest screen: of folders and of hosts, read and checked off the loop.
//!
//! In: what the engine asks. Out: checkups as events and replies. Not for: what is wrong
//! (`validation`), and which look is the newest (`app::manifest`).

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use jiff::Timestamp;
use tokio::runtime::Handle;

use crate::{
    api::{Client, Error},
    app::{
        event::{Event, Level},
        manifest::checkup::{Checkup, Digest},
    },
    diagnostic::Fix,
    local::git::Git,
    model::id::ProjectId,
    runtime::{
        checkout::{self, plain},
        handover, mending,
        shell::{Message, Shell},
        watching::{self, Watching},
    },
    validation::{self, Entry, MANIFEST, Tracked, Tree},
};

/// Files of a host that are fetched for one look at most.
const MOST: usize = 100;
/// As many files a host lists at most.
const LISTED: usize = 1_000;

impl Shell {
    /// Reads and checks a folder.
    pub(super) fn check_folder(&mut self, edition: u64, folder: PathBuf) {
        let messages = self.messages.clone();
        let handle = Handle::current();
        self.tasks.spawn(async move {
            let checked = tokio::task::spawn_blocking(move || {
                let git = Git::find();
                let tree = handle.block_on(checkout::folder(&folder, git.as_ref()));
                Arc::new(Checkup::of(&tree, Timestamp::now()))
            });
            // The task cannot fail but by a defect, which the log has.
            let outcome = checked
                .await
                .map_err(|_| "the check failed; the log has the reason".to_owned());
            let event = Event::ManifestChecked { edition, outcome };
            let _ = messages.send(Message::Event(event)).await;
        });
    }

    /// Watches these files instead of those before.
    pub(super) fn watch(&mut self, paths: Vec<PathBuf>) {
        if let Some(before) = self.watcher.take() {
            before.abort();
        }
        if paths.is_empty() {
            return;
        }
        let messages = self.messages.clone();
        self.watcher = Some(self.tasks.spawn(async move {
            let ended = async {
                let mut watching = Watching::new(paths)?;
                // What was read may have changed before it was watched.
                let mut is_open = true;
                while is_open {
                    let changed = Message::Event(Event::FilesChanged);
                    is_open = messages.send(changed).await.is_ok();
                    watching.changed().await?;
                }
                Ok::<(), watching::Error>(())
            };
            if let Err(error) = ended.await {
                let notice = Event::Notice(Level::Warning, error.to_string());
                let _ = messages.send(Message::Event(notice)).await;
            }
        }));
    }

    /// Lets the person edit a file.
    pub(super) fn edit_file(&mut self, path: PathBuf, line: usize, column: usize) {
        let tool = handover::Tool::editor(&self.environment);
        self.hand_over(async move {
            let outcome = tool.open_at(&path, line, column).await;
            Event::FileEdited(outcome.map_err(|error| error.to_string()))
        });
    }

    /// Makes a fix in a file.
    pub(super) fn mend(&mut self, path: PathBuf, digest: Digest, fix: Fix) {
        let messages = self.messages.clone();
        self.tasks.spawn_blocking(move || {
            let outcome = mending::mend(&path, &digest, &fix)
                .map(|()| format!("done: {}", fix.title))
                .map_err(|error| error.to_string());
            let _ = messages.blocking_send(Message::Event(Event::Mended(outcome)));
        });
    }
}

/// Fetches a manifest with the files that it names and checks them; `commit` may be empty.
pub(super) async fn fetch(
    client: &Client,
    project: &ProjectId,
    manifest: &str,
    (commit, branch): (&str, &str),
) -> Result<Arc<Checkup>, Error> {
    let mut host = Host {
        client,
        project,
        commit,
        branch,
        listed: None,
        fetched: 0,
    };
    let mut tree = Tree::default();
    loop {
        let wanted = validation::wanted(&tree);
        if wanted.is_empty() {
            break;
        }
        for name in wanted {
            let entry = match name.as_str() {
                MANIFEST => host.file(manifest).await?,
                folder if folder.ends_with('/') => host.folder(folder).await,
                path => host.named(path).await,
            };
            tree.insert(name, entry);
        }
    }
    let checked = tokio::task::spawn_blocking(move || Checkup::of(&tree, Timestamp::now()));
    // The task cannot fail but by a defect; the log has it.
    let checkup = checked.await.map_err(|_| Error::Malformed {
        what: "the manifest".to_owned(),
    })?;
    Ok(Arc::new(checkup))
}

/// The files of a commit or branch on a host.
struct Host<'a> {
    client: &'a Client,
    project: &'a ProjectId,
    commit: &'a str,
    branch: &'a str,
    /// The paths of all files, or why they are not known; `None` until somebody wants them.
    listed: Option<Result<Vec<String>, String>>,
    fetched: usize,
}

impl Host<'_> {
    async fn file(&mut self, path: &str) -> Result<Entry, Error> {
        self.fetched += 1;
        let text = self
            .client
            .file_text(self.project, path, self.commit, self.branch);
        match text.await {
            Ok(text) => Ok(Entry::File {
                bytes: text.into_bytes(),
                tracked: Tracked::Yes,
            }),
            Err(Error::NotFound { .. }) => Ok(Entry::Absent),
            Err(error) => Err(error),
        }
    }

    /// A file that the manifest names. One that is not listed is not asked for.
    async fn named(&mut self, path: &str) -> Entry {
        let plain = plain(path);
        if let Ok(listed) = self.listed().await
            && !listed.contains(&plain)
        {
            return Entry::Absent;
        }
        if self.fetched >= MOST {
            return Entry::Unreadable(format!("only {MOST} files are fetched from a host"));
        }
        let found = self.file(&plain).await;
        found.unwrap_or_else(|error| Entry::Unreadable(error.to_string()))
    }

    /// The names of what is in a folder.
    async fn folder(&mut self, folder: &str) -> Entry {
        let below = match plain(folder) {
            below if below.is_empty() => below,
            below => format!("{below}/"),
        };
        let listed = match self.listed().await {
            Ok(listed) => listed,
            Err(reason) => return Entry::Unreadable(reason.clone()),
        };
        let below = listed.iter().filter_map(|path| path.strip_prefix(&below));
        let names = below.map(|path| match path.split_once('/') {
            Some((folder, _)) => format!("{folder}/"),
            None => path.to_owned(),
        });
        let names: BTreeSet<String> = names.collect();
        if names.is_empty() {
            return Entry::Absent;
        }
        Entry::Folder(names.into_iter().collect())
    }

    /// All files. A list that may lack some is none.
    async fn listed(&mut self) -> Result<&Vec<String>, &String> {
        if self.listed.is_none() {
            let listed = self.client.files(self.project, self.commit, self.branch);
            self.listed = Some(match listed.await {
                // A host that cannot read the repository says that there are none.
                Ok(paths) if paths.is_empty() => Err("the host lists no file".to_owned()),
                Ok(paths) if paths.len() >= LISTED => {
                    Err(format!("the host lists only {LISTED} files"))
                }
                Ok(paths) => Ok(paths),
                Err(error) => Err(error.to_string()),
            });
        }
        match &self.listed {
            Some(listed) => listed.as_ref(),
            None => unreachable!("it was just set"),
        }
    }
}
