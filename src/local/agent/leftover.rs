//! Ends an agent's processes that outlived a crash of ours.
//!
//! A process number alone proves nothing, because the system uses it again. So each agent has a
//! random mark in its environment, and its state folder holds a file with the mark; only processes
//! that carry it are touched. Where the system does not show environments (no `/proc`), the
//! supervisor has to do without us.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::Path,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use super::{supervise::MARK, whole::write_whole};

/// The file in the state folder.
const FILE: &str = "agent-process.json";

/// How long processes get to end by themselves.
const GRACE: Duration = Duration::from_secs(2);

/// What is known of a process group that we started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Marker {
    /// The group, which is also the process that leads it.
    pub group: u32,
    /// The mark in its environment.
    pub mark: String,
}

impl Marker {
    /// Remembers the group.
    pub fn write(&self, state_dir: &Path) -> io::Result<()> {
        write_whole(&state_dir.join(FILE), &serde_json::to_vec(self)?)
    }

    /// Forgets the group.
    pub fn remove(state_dir: &Path) {
        // It may never have been written.
        let _ = fs::remove_file(state_dir.join(FILE));
    }
}

/// Ends what is left of an agent's process group after a crash of ours.
///
/// Does nothing when the state folder does not prove that the group is ours. Blocks for up to two
/// seconds while processes end.
pub fn end_leftover(process_group: u32, state_dir: &Path) {
    let marker = fs::read(state_dir.join(FILE))
        .ok()
        .and_then(|content| serde_json::from_slice::<Marker>(&content).ok())
        .filter(|marker| marker.group == process_group && !marker.mark.is_empty());
    let Some(marker) = marker else {
        return;
    };
    let mark = OsString::from(marker.mark);
    send(&mark, Signal::TERM);
    let end = Instant::now() + GRACE;
    while Instant::now() < end && !marked(&mark).is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    send(&mark, Signal::KILL);
    Marker::remove(state_dir);
}

fn send(mark: &OsStr, signal: Signal) {
    for process in marked(mark) {
        // It may have ended meanwhile.
        let _ = kill_process(process, signal);
    }
}

/// The living processes that carry a mark.
pub(super) fn marked(mark: &OsStr) -> Vec<Pid> {
    let mut wanted = OsString::from(MARK);
    wanted.push("=");
    wanted.push(mark);
    processes()
        .into_iter()
        .filter(|process| {
            let environment = fs::read(format!("/proc/{}/environ", process.as_raw_nonzero()));
            let environment = environment.unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == wanted.as_bytes())
        })
        .filter(|process| !is_dead(*process))
        .collect()
}

/// Whether a process has ended and only waits to be collected.
pub(super) fn is_dead(process: Pid) -> bool {
    match stat(process) {
        Some((state, _)) => matches!(state, 'Z' | 'X'),
        None => true,
    }
}

/// The process group of a process; absent when it is gone.
///
/// The system call is no good: it answers 0 for processes outside of a container.
pub(super) fn group_of(process: Pid) -> Option<i32> {
    stat(process).map(|(_, group)| group)
}

/// The state and the group of a process.
fn stat(process: Pid) -> Option<(char, i32)> {
    let text = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).ok()?;
    // The program's name in front may hold anything, blanks and parentheses included.
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let group = fields.nth(1)?.parse().ok()?;
    Some((state, group))
}

/// All processes; none where the system has no `/proc`.
pub(super) fn processes() -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_vec();
            let number = String::from_utf8(name).ok()?.parse().ok()?;
            Pid::from_raw(number)
        })
        .collect()
}
