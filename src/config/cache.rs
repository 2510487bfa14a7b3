//! Files that keep what a run knew for the next one: JSON in an envelope with a version, mode 0600.
//!
//! In and out: any value that serde knows. A file is replaced as a whole (written beside, flushed to
//! the disk, renamed), so that a crash leaves the old one or the new one. A file that cannot be read is
//! set aside with the ending `.bad`. Not for: settings, which people write.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The version of the files' form.
const VERSION: u32 = 1;
/// Bytes of a file that are read at most.
const LARGEST: u64 = 32 * 1024 * 1024;
/// How often another instance that writes is waited for.
const TRIES: u32 = 20;
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
struct Envelope<T> {
    version: u32,
    value: Option<T>,
}

#[derive(Serialize)]
struct EnvelopeRef<'a, T> {
    version: u32,
    value: &'a T,
}

/// Reads a file; `Ok(None)` when there is none or a newer program wrote it.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Problem> {
    let unreadable = |error: io::Error| Problem::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    let mut limited = file.take(LARGEST + 1);
    limited.read_to_end(&mut bytes).map_err(unreadable)?;
    let is_whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST);
    let envelope = serde_json::from_slice::<Envelope<T>>(&bytes);
    match envelope {
        Ok(envelope) if is_whole => Ok((envelope.version == VERSION)
            .then_some(envelope.value)
            .flatten()),
        Ok(_) | Err(_) => Err(set_aside(path)),
    }
}

/// Replaces a file as a whole.
pub fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Problem> {
    replace(path, value).map_err(|error| Problem::Unwritable {
        path: path.to_owned(),
        reason: error.to_string(),
    })
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

/// Makes a folder for files that only their owner may read.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn replace<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    make_folder(folder)?;
    // Made with mode 0600.
    let mut file = tempfile::Builder::new()
        .prefix(".kortix-tui-")
        .tempfile_in(folder)?;
    let version = VERSION;
    let mut writer = io::BufWriter::new(file.as_file_mut());
    serde_json::to_writer(&mut writer, &EnvelopeRef { version, value })?;
    writer.flush()?;
    drop(writer);
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
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
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    make_folder(path.parent()?).ok()?;
    let file = File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(name)
        .ok()?;
    for _ in 0..TRIES {
        if file.try_lock().is_ok() {
            return Some(file);
        }
        std::thread::sleep(PAUSE);
    }
    None
}
