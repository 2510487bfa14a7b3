//! The log: a file that only its owner can read, written by a thread of its own.
//!
//! Lines that the disk is too slow for are dropped; without a line there is no file. The level comes
//! from `KORTIX_TUI_LOG` (`warn` without it). Tokens have no text form, so none can get here.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    filter::Targets, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::config::cache::make_folder;

/// Lines that may wait for the disk.
const WAITING: usize = 1024;
/// Bytes after which the log is begun anew; the one before is kept.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Starts the log; nothing when another one runs already.
pub fn start(path: PathBuf, filter: Option<&str>) {
    let (sender, lines) = sync_channel(WAITING);
    let spawned = std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || write(&path, &lines));
    if spawned.is_err() {
        return;
    }
    // `Targets` reads `info,kortix_tui=debug`; what more `EnvFilter` knows costs a megabyte.
    let wanted = filter.and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Lines(sender));
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .try_init();
}

struct Lines(SyncSender<Vec<u8>>);

/// One line on its way.
pub struct Line<'a> {
    sender: &'a SyncSender<Vec<u8>>,
    bytes: Vec<u8>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            sender: &self.0,
            bytes: Vec::new(),
        }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let _ = self.sender.try_send(std::mem::take(&mut self.bytes));
    }
}

fn write(path: &Path, lines: &Receiver<Vec<u8>>) {
    let Ok(first) = lines.recv() else { return };
    let Ok(mut file) = open(path) else { return };
    let mut room = LARGEST.saturating_sub(file.metadata().map_or(0, |meta| meta.len()));
    let mut next = Some(first);
    while let Some(line) = next {
        room = room.saturating_sub(u64::try_from(line.len()).unwrap_or(u64::MAX));
        if room == 0 {
            return;
        }
        if file.write_all(&line).is_err() {
            return;
        }
        next = lines.recv().ok();
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    if fs::metadata(path).is_ok_and(|meta| meta.len() > LARGEST / 2) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}
