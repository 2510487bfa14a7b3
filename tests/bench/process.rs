//! What a process costs: memory and CPU as Linux counts them in `/proc`.

use std::fs;
use std::io::{Error, Result};
use std::time::Duration;

/// The cost of a process up to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Its share of memory (PSS), in bytes: shared pages are divided among those who share them.
    pub memory: u64,
    /// Time on a CPU, in its own code and in the kernel for it.
    pub cpu: Duration,
    /// How often it went to sleep by itself, over all its threads: each is a wake-up later.
    pub sleeps: u64,
}

impl Cost {
    /// Reads the cost of a process.
    pub fn of(pid: u32) -> Result<Self> {
        let folder = format!("/proc/{pid}");
        let memory = fs::read_to_string(format!("{folder}/smaps_rollup"))?;
        let memory = field(&memory, "Pss:").ok_or_else(|| Error::other("no PSS"))?;
        let stat = fs::read_to_string(format!("{folder}/stat"))?;
        let cpu = cpu_of(&stat, rustix::param::clock_ticks_per_second());
        let mut sleeps = 0;
        for task in fs::read_dir(format!("{folder}/task"))? {
            // A thread may have ended since it was listed.
            if let Ok(status) = fs::read_to_string(task?.path().join("status")) {
                sleeps += field(&status, "voluntary_ctxt_switches:").unwrap_or(0);
            }
        }
        Ok(Self {
            memory: memory * 1024,
            cpu: cpu.ok_or_else(|| Error::other("no CPU times"))?,
            sleeps,
        })
    }

    /// Reads the cost of this process.
    pub fn own() -> Result<Self> {
        Self::of(std::process::id())
    }
}

/// The number after `name` at the start of a line.
pub fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time of a line of `/proc/PID/stat`; the name in it may hold anything.
pub fn cpu_of(stat: &str, ticks_per_second: u64) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    let millis = (user + system).checked_mul(1000)? / ticks_per_second.max(1);
    Some(Duration::from_millis(millis))
}
