//! Files that keep what a run knew for the next one: JSON in an envelope with a version, mode 0600.
//!
//! In and out: any value that serde knows. A file is replaced as a whole (written beside, flushed to
//! the disk, renamed), so that a crash leaves the old one or the new one. A file that cannot be read is
//! set aside with the ending `.bad`. Not for: settings, which people write.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// The version of the files' form.
const VERSION: u32 = 1;
/// Bytes of a file that are read at most.
const LARGEST: u64 = 32 * 1024 * 1024;
/// How often another instance that writes is waited for.
const TRIES: u32 = 20;
/// The same for what must not be lost.
const SURE_TRIES: u32 = 300;
/// How the names of files that are being written begin.
pub(super) const UNFINISHED: &str = ".kortix-tui-";
/// How long between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// What went wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// What stood in it cannot be used.
    #[error("`{}` is damaged and was set aside as `.bad`", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be opened.
    #[error("`{}` cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// It cannot be written; the old one is as it was.
    #[error("`{}` cannot be written: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Envelope<'a> {
    version: u32,
    /// Not looked at before the version is known.
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct EnvelopeRef<'a, T> {
    version: u32,
    value: &'a T,
}

/// What was found where a file may be.
enum Found<T> {
    Nothing,
    /// A newer program wrote it.
    Newer,
    Value(T),
}

/// Reads a file; `Ok(None)` when there is none or a newer program wrote it.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Problem> {
    match find(path)? {
        Found::Value(value) => Ok(Some(value)),
        Found::Nothing | Found::Newer => Ok(None),
    }
}

fn find<T: DeserializeOwned>(path: &Path) -> Result<Found<T>, Problem> {
    let unreadable = |error: io::Error| Problem::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    let mut limited = file.take(LARGEST + 1);
    limited.read_to_end(&mut bytes).map_err(unreadable)?;
    let is_whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST);
    let found = is_whole.then(|| open(&bytes).ok()).flatten();
    found.ok_or_else(|| set_aside(path))
}

fn open<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<Found<T>> {
    let envelope = serde_json::from_slice::<Envelope<'_>>(bytes)?;
    match envelope.value {
        _ if envelope.version != VERSION => Ok(Found::Newer),
        Some(value) => serde_json::from_str(value.get()).map(Found::Value),
        None => Ok(Found::Nothing),
    }
}

/// Replaces a file as a whole.
pub fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Problem> {
    let version = VERSION;
    replace(path, |writer| {
        Ok(serde_json::to_writer(
            writer,
            &EnvelopeRef { version, value },
        )?)
    })
}

/// Replaces a file of plain text as a whole.
pub fn write_text(path: &Path, text: &str) -> Result<(), Problem> {
    replace(path, |writer| writer.write_all(text.as_bytes()))
}

/// Reads a file, lets `change` make the new content of the old one, and replaces the file; other
/// instances that do the same wait.
pub fn update<T: DeserializeOwned + Serialize>(
    path: &Path,
    change: impl FnOnce(Option<T>) -> T,
) -> Result<(), Problem> {
    let _lock = lock(path);
    let old = read(path).unwrap_or_default();
    write(path, &change(old))
}

/// Like [`update`], for what must not be lost: returns the new content, and leaves everything as it is
/// when the lock cannot be had, the file cannot be read or a newer program wrote it.
pub fn update_surely<T: DeserializeOwned + Serialize>(
    path: &Path,
    change: impl FnOnce(Option<T>) -> T,
) -> Result<T, Problem> {
    let refusal = |reason: &str| Problem::Unwritable {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let held = lock_within(path, SURE_TRIES);
    let _lock = held.ok_or_else(|| refusal("another instance of the program holds it"))?;
    let old = match find(path) {
        Ok(Found::Value(value)) => Some(value),
        Ok(Found::Newer) => return Err(refusal("a newer version of the program wrote it")),
        // What was damaged stands beside it now.
        Ok(Found::Nothing) | Err(Problem::Damaged { .. }) => None,
        Err(problem @ (Problem::Unreadable { .. } | Problem::Unwritable { .. })) => {
            return Err(problem);
        }
    };
    let new = change(old);
    write(path, &new)?;
    Ok(new)
}

/// Removes a file with its lock and with others that belong to it, if `is_doomed` still says so when
/// nobody else is writing; true when it was removed.
pub fn remove_if<T: DeserializeOwned>(
    path: &Path,
    others: &[PathBuf],
    is_doomed: impl FnOnce(&T) -> bool,
) -> bool {
    let Some(_lock) = lock(path) else {
        return false;
    };
    let Ok(Found::Value(value)) = find(path) else {
        return false;
    };
    if !is_doomed(&value) || fs::remove_file(path).is_err() {
        return false;
    }
    for other in others.iter().chain([&lock_of(path)]) {
        // What is not there need not be removed.
        let _ = fs::remove_file(other);
    }
    true
}

/// Makes a folder for files that only their owner may read.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn replace(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Problem> {
    let replaced = || -> io::Result<()> {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        make_folder(folder)?;
        // Made with mode 0600.
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(folder)?;
        let mut writer = io::BufWriter::new(file.as_file_mut());
        fill(&mut writer)?;
        writer.flush()?;
        drop(writer);
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    replaced().map_err(|error| Problem::Unwritable {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn set_aside(path: &Path) -> Problem {
    let mut bad = path.as_os_str().to_owned();
    bad.push(".bad");
    match fs::rename(path, bad) {
        Ok(()) => Problem::Damaged {
            path: path.to_owned(),
        },
        Err(error) => Problem::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        },
    }
}

/// The lock beside a file; `None` when it cannot be had in time, which costs at most what another
/// instance writes at this very moment.
fn lock(path: &Path) -> Option<File> {
    lock_within(path, TRIES)
}

fn lock_within(path: &Path, tries: u32) -> Option<File> {
    let name = lock_of(path);
    make_folder(path.parent()?).ok()?;
    for _ in 0..tries {
        let file = File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&name)
            .ok()?;
        // Whoever removed a file with its lock left a lock that keeps nobody out.
        if file.try_lock().is_ok() && is_at(&file, &name) {
            return Some(file);
        }
        std::thread::sleep(PAUSE);
    }
    None
}

fn lock_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn is_at(file: &File, path: &Path) -> bool {
    let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let there = fs::metadata(path).map(place).ok();
    there.is_some() && there == file.metadata().map(place).ok()
}
