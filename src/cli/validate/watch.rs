//! `validate --watch`: checks again whenever one of the files changes.
//!
//! In: a check. Out: its findings, again and again, until ctrl-c; then the exit code of the last.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use tokio::signal::unix::{SignalKind, signal};

use super::{Check, Outcome};
use crate::{
    cli::{
        Failure,
        args::Format,
        console::{Code, complain},
    },
    runtime::watching::Watching,
    text::count,
};

/// Clears the screen and goes to its top; what scrolled away stays.
const CLEAR: &str = "\x1b[H\x1b[2J";

pub(super) fn run(check: &Check<'_>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| unable(&error))?;
    let mut watching = Watching::new([]).map_err(|error| unable(&error))?;
    // Taken over before the first findings are out: who reads them may interrupt at once.
    let mut interrupted = {
        let _inside = runtime.enter();
        signal(SignalKind::interrupt()).map_err(|error| unable(&error))?
    };
    let mut is_first = true;
    loop {
        let outcome = latest(check, &mut watching)?;
        let told = tell(check, &outcome, is_first);
        is_first = false;
        if let Err(error) = told {
            // A reader that has left wants no more.
            return match error.kind() {
                io::ErrorKind::BrokenPipe => Ok(check.exit_code(&outcome)),
                _ => Err(Failure::new(Code::Failed, format!("cannot print: {error}"))),
            };
        }
        let is_over = runtime.block_on(async {
            tokio::select! {
                biased;
                _ = interrupted.recv() => Ok(true),
                changed = watching.changed() => changed.map(|()| false),
            }
        });
        if is_over.map_err(|error| unable(&error))? {
            return Ok(check.exit_code(&outcome));
        }
    }
}

/// Checks, and again when it turns out that more files are to be watched: they may have changed
/// between.
fn latest(check: &Check<'_>, watching: &mut Watching) -> Result<Outcome, Failure> {
    loop {
        let outcome = check.look();
        let watched = outcome.watched.iter().cloned();
        if !watching.set(watched).map_err(|error| unable(&error))? {
            return Ok(outcome);
        }
    }
}

fn tell(check: &Check<'_>, outcome: &Outcome, is_first: bool) -> io::Result<()> {
    let is_text = check.options.format == Format::Text;
    let mut stdout = io::stdout().lock();
    let is_terminal = stdout.is_terminal();
    let gap = match (is_terminal && is_text, is_first) {
        (true, _) => CLEAR,
        (false, false) if is_text => "\n",
        (false, _) => "",
    };
    stdout.write_all(gap.as_bytes())?;
    stdout.write_all(check.rendered(outcome).as_bytes())?;
    stdout.flush()?;
    for failure in &outcome.failures {
        complain(failure);
    }
    if is_terminal && is_text {
        match outcome.reports.len() {
            0 => writeln!(stdout, "watching for files to appear; ctrl-c ends")?,
            files => {
                let files = count(files, "file", "files");
                writeln!(stdout, "watching {files}; ctrl-c ends")?;
            }
        }
    }
    stdout.flush()
}

fn unable(error: &dyn std::error::Error) -> Failure {
    Failure::new(Code::Failed, format!("cannot watch: {error}"))
}
