//! Another program on the same files, run by turns with ours, so that both meet the same noise.

use std::{
    ffi::OsStr,
    io::{self, Error},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    Effort, Outcome,
    statistics::{Times, readable},
};

/// Our program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_kortix-tui");

/// Programs on some files.
pub struct Race<'a> {
    /// The folder in which they run.
    pub folder: &'a Path,
    /// Our arguments before the files.
    pub ours: &'a [&'a str],
    /// The other program and its arguments before the files.
    pub theirs: &'a [&'a str],
    /// The files.
    pub files: &'a [String],
}

impl Race<'_> {
    /// Runs both, one after the other in each round; the other one only where it is on PATH.
    pub fn run(&self, effort: Effort, rounds: usize) -> io::Result<Outcome> {
        let (rival, options) = self
            .theirs
            .split_first()
            .ok_or_else(|| Error::other("no rival"))?;
        let is_there = which::which(rival).is_ok();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..effort.rounds(rounds) {
            ours.push(self.time(PROGRAM, self.ours)?);
            if is_there {
                theirs.push(self.time(rival, options)?);
            }
        }
        let times: Times = ours.into_iter().collect();
        let note = if is_there {
            let theirs: Times = theirs.into_iter().collect();
            let (our, their) = (times.percentile(50), theirs.percentile(50));
            let ratio = their.as_secs_f64() / our.as_secs_f64().max(1e-9);
            format!("{rival}: {}, {ratio:.2} x ours", readable(their))
        } else {
            format!("no {rival} on PATH")
        };
        Ok(Outcome { times, note })
    }

    fn time(&self, program: &str, options: &[&str]) -> io::Result<Duration> {
        let start = Instant::now();
        let status = Command::new(program)
            .current_dir(self.folder)
            .args(options.iter().map(OsStr::new))
            .args(self.files)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        let took = start.elapsed();
        // 1 says that there are findings; all else is no measurement.
        match status.code() {
            Some(0 | 1) => Ok(took),
            _ => Err(Error::other(format!("{program}: {status}"))),
        }
    }
}
