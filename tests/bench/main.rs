//! The numbers: `cargo bench`, or `cargo bench -- NAME` for those whose name contains NAME.
//!
//! Each bench gives times; the table shows p50, p95 and p99 of them, and what the bench cost this
//! process. `--quick` runs each only a few times, to see that it works. The first row is the noise
//! of the machine: always the same work, whose spread no code of ours explains.

mod agents;
mod board;
mod diff;
mod fold;
mod hostile;
mod process;
mod review;
mod rivals;
mod session;
mod sse;
mod stage;
mod start;
mod statistics;
mod streams;
mod validate;
mod wire;
mod world;

use std::io::{self, Error, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use process::Cost;
use statistics::{Times, readable};

/// The hidden argument before the name of the one bench to run.
const ROW: &str = "--row";

/// How long to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Enough for a p99.
    Full,
    /// Only that it works.
    Quick,
}

impl Effort {
    /// How many rounds to run where a full run takes `full`.
    pub fn rounds(self, full: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => full.min(3),
        }
    }
}

/// What a bench found.
pub struct Outcome {
    /// The times that the table sums up.
    pub times: Times,
    /// What else there is to say, such as a throughput.
    pub note: String,
}

/// How a bench measures.
pub type Measure = fn(Effort) -> io::Result<Outcome>;

/// One bench.
pub struct Bench {
    /// What it measures, such as `wire: 1000 events to values`.
    pub name: &'static str,
    /// Measures it.
    pub run: Measure,
}

fn benches() -> Vec<Bench> {
    let noise = Bench {
        name: "noise of the machine",
        run: noise,
    };
    let mut all = vec![noise];
    all.extend(start::benches());
    all.extend(wire::benches());
    all.extend(sse::benches());
    all.extend(fold::benches());
    all.extend(board::benches());
    all.extend(session::benches());
    all.extend(review::benches());
    all.extend(streams::benches());
    all.extend(diff::benches());
    all.extend(validate::benches());
    all
}

/// Times `work` for `rounds` rounds, after one that warms up.
pub fn measure(rounds: usize, mut work: impl FnMut()) -> Times {
    work();
    (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect()
}

fn noise(effort: Effort) -> io::Result<Outcome> {
    let mut sum = 0_u64;
    let times = measure(effort.rounds(2000), || {
        for step in 0..500_000_u64 {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(step));
        }
    });
    let note = "the same additions every time".to_owned();
    Ok(Outcome { times, note })
}

fn main() -> io::Result<()> {
    let mut effort = Effort::Full;
    let mut wanted = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            agents::ARGUMENT => return agents::serve(),
            ROW => {
                let name = arguments.next().unwrap_or_default();
                return row(&mut io::stdout().lock(), &name, effort);
            }
            "--quick" => effort = Effort::Quick,
            // What cargo adds by itself.
            "--bench" => {}
            _ => wanted.push(argument),
        }
    }
    table(&wanted, effort)
}

/// Prints a row for each bench; each runs in a process of its own, so that its memory is its own.
fn table(wanted: &[String], effort: Effort) -> io::Result<()> {
    writeln!(
        io::stdout(),
        "{:<41} {:>9} {:>9} {:>9} {:>7}  notes",
        "bench",
        "p50",
        "p95",
        "p99",
        "rounds"
    )?;
    for bench in benches() {
        if !wanted.is_empty() && !wanted.iter().any(|word| bench.name.contains(word.as_str())) {
            continue;
        }
        let mut command = Command::new(std::env::current_exe()?);
        if effort == Effort::Quick {
            command.arg("--quick");
        }
        let status = command.args([ROW, bench.name]).status()?;
        if !status.success() {
            return Err(Error::other(format!("{}: {status}", bench.name)));
        }
    }
    Ok(())
}

fn row(out: &mut impl Write, name: &str, effort: Effort) -> io::Result<()> {
    let bench = benches().into_iter().find(|bench| bench.name == name);
    let bench = bench.ok_or_else(|| Error::other(format!("there is no bench `{name}`")))?;
    let before = Cost::own()?;
    let Outcome { times, note } = (bench.run)(effort)?;
    let after = Cost::own()?;
    let cpu = after.cpu.saturating_sub(before.cpu);
    let [p50, p95, p99] = [50, 95, 99].map(|percent| readable(times.percentile(percent)));
    writeln!(
        out,
        "{:<41} {p50:>9} {p95:>9} {p99:>9} {:>7}  {note}; cpu {}, memory {} MB",
        bench.name,
        times.count(),
        if cpu < Duration::from_millis(10) {
            "under 10 ms".to_owned()
        } else {
            readable(cpu)
        },
        after.memory / 1_000_000,
    )?;
    out.flush()
}
