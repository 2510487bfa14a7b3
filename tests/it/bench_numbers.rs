//! The arithmetic behind `tests/bench`: a number that nobody checked is worth nothing.

#[path = "../bench/process.rs"]
mod process;
#[path = "../bench/statistics.rs"]
mod statistics;

use std::time::Duration;

use process::{Cost, cpu_of, field};
use statistics::{Times, readable};

#[test]
fn percentiles_are_times_that_were_measured() {
    let times: Times = (1..=200).rev().map(Duration::from_millis).collect();
    let [p50, p95, p99, all] = [50, 95, 99, 100].map(|percent| times.percentile(percent));
    assert_eq!(
        [p50, p95, p99, all].map(|t| t.as_millis()),
        [100, 190, 198, 200]
    );
    assert_eq!(times.count(), 200);
    assert_eq!(Times::default().percentile(99), Duration::ZERO);
}

#[test]
fn times_keep_three_digits() {
    let shown = [999, 1_234, 56_780, 987_654, 1_000_000_000].map(Duration::from_nanos);
    assert_eq!(
        shown.map(readable),
        ["999 ns", "1.23 µs", "56.8 µs", "988 µs", "1.00 s"]
    );
}

#[test]
fn the_kernels_lines_are_read_whatever_a_program_is_called() {
    let stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 1 0 99";
    assert_eq!(cpu_of(stat, 100), Some(Duration::from_secs(2)));
    assert_eq!(cpu_of("42 (short) S 1", 100), None);
    assert_eq!(field("Rss: 9 kB\nPss:   123 kB\n", "Pss:"), Some(123));
}

#[test]
#[cfg(target_os = "linux")]
fn work_costs_cpu_and_memory() -> std::io::Result<()> {
    let before = Cost::own()?;
    let mut kept = vec![0_u8; 8_000_000];
    let mut spent = Cost::own()?;
    // Until the kernel's clock of 10 ms has moved; the whole test binary counts.
    while spent.cpu == before.cpu {
        kept.iter_mut()
            .for_each(|byte| *byte = byte.wrapping_add(1));
        spent = Cost::own()?;
    }
    assert!(std::hint::black_box(&kept).len() == 8_000_000);
    assert!(spent.memory > 1_000_000);
    assert!(spent.sleeps > 0);
    Ok(())
}
