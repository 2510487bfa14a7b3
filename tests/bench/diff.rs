//! How fast a large difference is read, and how fast two of them are compared: 10 MiB in 100,000
//! changed lines of 500 files, and the same size in the shortest lines there are.

use std::{
    fmt::Write,
    io::{self, Error},
    sync::Arc,
};

use kortix_tui::diff::{
    patch::{Hunk, Patch, PatchFile, PatchLine},
    since::between,
};

use crate::{Bench, Effort, Outcome, measure};

const FILES: u32 = 500;
/// Changed lines of a file, half of them removed and half added.
const CHANGED: u32 = 200;
const SIZE: usize = 10 * 1024 * 1024;

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    vec![
        Bench {
            name: "diff: parse 10 MiB, 100,000 changed lines",
            run: parse,
        },
        Bench {
            name: "diff: parse 10 MiB of the shortest lines",
            run: parse_short,
        },
        Bench {
            name: "diff: between two of 100,000 lines",
            run: compare,
        },
    ]
}

fn parse(effort: Effort) -> io::Result<Outcome> {
    parsed(effort, long(0))
}

fn parse_short(effort: Effort) -> io::Result<Outcome> {
    let lines = SIZE / 2;
    let text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n".to_owned()
        + &format!("@@ -0,0 +1,{lines} @@\n")
        + &"+\n".repeat(lines);
    parsed(effort, text)
}

fn parsed(effort: Effort, text: String) -> io::Result<Outcome> {
    let text: Arc<str> = text.into();
    let patch = Patch::parse(Arc::clone(&text));
    if patch.is_cut() || patch.lines().is_empty() {
        return Err(Error::other("the patch of the bench was not understood"));
    }
    let kept = size_of_val::<[PatchLine]>(patch.lines())
        + size_of_val::<[Hunk]>(patch.hunks())
        + size_of_val::<[PatchFile]>(patch.files());
    let times = measure(effort.rounds(100), || {
        std::hint::black_box(Patch::parse(Arc::clone(&text)));
    });
    let second = times.percentile(50).as_secs_f64().max(f64::EPSILON);
    let note = format!(
        "{:.0} MB/s, {} lines, keeps {:.1} times the text",
        text.len() as f64 / 1e6 / second,
        patch.lines().len(),
        (text.len() + kept) as f64 / text.len() as f64
    );
    Ok(Outcome { times, note })
}

fn compare(effort: Effort) -> io::Result<Outcome> {
    let (before, now) = (Patch::parse(long(0)), Patch::parse(long(1)));
    let found = between(&before, &now);
    if found.is_empty() || found.len() > before.text().len() / 10 {
        return Err(Error::other("the patches of the bench differ otherwise"));
    }
    let times = measure(effort.rounds(30), || {
        std::hint::black_box(between(&before, &now));
    });
    let note = format!("a patch of {} bytes", found.len());
    Ok(Outcome { times, note })
}

/// A patch of many files; another seed has another line in each file.
fn long(seed: u32) -> String {
    let mut text = String::with_capacity(SIZE + SIZE / 8);
    for file in 0..FILES {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "diff --git a/src/{file}.rs b/src/{file}.rs\nindex 1111111..{:07x} 100644\n\
             --- a/src/{file}.rs\n+++ b/src/{file}.rs\n",
            seed * FILES + file + 1
        );
        for hunk in 0..CHANGED / 4 {
            let start = hunk * 20 + 1;
            let _ = writeln!(text, "@@ -{start},8 +{start},8 @@ fn part_{hunk}()");
            for (sign, line) in "   --++   ".chars().zip(start..) {
                let seed = if sign == '+' && hunk == 7 { seed } else { 0 };
                let _ = writeln!(
                    text,
                    "{sign}{:<42} // {seed}",
                    format!("let v{line} = {file};")
                );
            }
        }
    }
    text
}
