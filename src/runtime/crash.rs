//! What happens when the program panics: the terminal first, then a report.
//!
//! A panic on the loop's thread ends the program; one in a task is logged and costs only that task.

use std::{
    backtrace::Backtrace,
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    panic::{self, PanicHookInfo},
    path::{Path, PathBuf},
};

use crate::{config::cache::make_folder, runtime::terminal::Terminal, text::sanitize_line};

/// Has panics on this thread give the terminal back and leave a report in `folder`.
pub fn watch(terminal: Terminal, folder: Option<PathBuf>) {
    let loop_thread = std::thread::current().id();
    panic::set_hook(Box::new(move |info| {
        let what = describe(info);
        if std::thread::current().id() != loop_thread {
            tracing::error!(panic = %what, "a task failed");
            return;
        }
        terminal.leave();
        let path = folder.as_ref().map(|folder| folder.join("crash.txt"));
        let written = path.filter(|path| report(path, &what).is_ok());
        let mut stderr = io::stderr().lock();
        let _ = writeln!(stderr, "kortix-tui: an error in the program: {what}");
        if let Some(path) = written {
            let _ = writeln!(stderr, "The report is in `{}`.", path.display());
        }
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let text = info.payload_as_str().unwrap_or("without a message");
    match info.location() {
        Some(place) => format!("{} ({place})", sanitize_line(text)),
        None => sanitize_line(text).into_owned(),
    }
}

fn report(path: &Path, what: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    let version = env!("CARGO_PKG_VERSION");
    let trace = Backtrace::force_capture();
    writeln!(file, "kortix-tui {version}\n{what}\n\n{trace}")
}
