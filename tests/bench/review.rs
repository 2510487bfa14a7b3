//! Reviews of large changes: from a patch's bytes to the first screen, moving through 100,000 changed
//! lines, the worst lines for word differences, and `delta` on the same patch where it is installed.

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    io::{self, Error, Read},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use crossterm::event::KeyCode;
use kortix_tui::{
    app::{
        Screen,
        call::{Call, Reply},
        event::{Effect, Event},
    },
    diff::{
        changeset::Changeset,
        paint::{self, Limits},
        patch::{HunkId, Patch},
        review::Review,
    },
    model::{
        change::{ChangeRequest, ChangeStatus, Difference, MergePreview},
        id::ChangeKey,
    },
};

use crate::{
    Bench, Effort, Measure, Outcome,
    process::Cost,
    stage::{Shown, Stage, Watch, key, letter, outcome},
    statistics::Times,
    world,
};

const SIZE: (u16, u16) = (120, 40);
const WIDE: (u16, u16) = (200, 60);
/// Changed lines of one file.
const OF_A_FILE: usize = 2_000;
/// Changed lines of one hunk; half of them are removed, half added.
const OF_A_HUNK: usize = 20;
const LARGE: usize = 100_000;

/// The benches of this file.
pub fn benches() -> Vec<Bench> {
    let ours: [(&'static str, Measure); 10] = [
        ("review: 1,000 lines, patch to screen", |effort| {
            open(effort, 1_000)
        }),
        ("review: 10,000 lines, patch to screen", |effort| {
            open(effort, 10_000)
        }),
        ("review: 100,000 lines, patch to screen", |effort| {
            open(effort, LARGE)
        }),
        ("review: 100,000 lines, j", |effort| {
            scroll(effort, SIZE, KeyCode::Char('j'))
        }),
        ("review: 100,000 lines, page down", |effort| {
            scroll(effort, SIZE, KeyCode::PageDown)
        }),
        ("review: side by side, page down", |effort| {
            scroll(effort, WIDE, KeyCode::PageDown)
        }),
        ("review: 100,000 lines, G and g", ends),
        ("review: words of two lines of 1 MB", |effort| {
            words(effort, &long_lines())
        }),
        ("review: words of 5,000 alien lines", |effort| {
            words(effort, &alien_lines())
        }),
        ("review: moved blocks in 100,000 lines", moved),
    ];
    let theirs: [(&'static str, Measure); 3] = [
        ("delta: 100,000 lines, to the first byte", |effort| {
            delta(effort, &[], |run| run.first)
        }),
        ("delta: 100,000 lines, to the end", |effort| {
            delta(effort, &[], |run| run.end)
        }),
        ("delta: side by side, to the end", |effort| {
            delta(effort, &["--side-by-side", "--width=200"], |run| run.end)
        }),
    ];
    let bench = |(name, run)| Bench { name, run };
    let mut all: Vec<Bench> = ours.map(bench).into();
    if which::which("delta").is_ok() {
        all.extend(theirs.map(bench));
    }
    all
}

/// A patch of so many changed lines, as `git diff` writes it: code whose lines change by a word.
fn patch(lines: usize) -> String {
    let words =
        "let fn match self session stream event buffer render diff hunk line cursor key area";
    let words: Vec<&str> = words.split(' ').collect();
    let code = |file: usize, line: usize, edition: usize| {
        let word = |step: usize| words[(line * step + file) % words.len()];
        format!(
            "    {}_{line}({}, {}); // edition {edition}\n",
            word(7),
            word(1),
            word(3)
        )
    };
    let mut text = String::new();
    for file in 0..lines.div_ceil(OF_A_FILE) {
        let name = format!("src/part{:02}/file{file:03}.rs", file % 10);
        let _ = write!(
            text,
            "diff --git a/{name} b/{name}\nindex 1111111..2222222 100644\n--- a/{name}\n+++ b/{name}\n"
        );
        let changed = OF_A_FILE.min(lines - file * OF_A_FILE);
        for hunk in 0..changed.div_ceil(OF_A_HUNK) {
            let half = OF_A_HUNK.min(changed - hunk * OF_A_HUNK) / 2;
            let first = hunk * 40 + 1;
            let count = half + 6;
            let _ = writeln!(
                text,
                "@@ -{first},{count} +{first},{count} @@ fn part_{hunk}()"
            );
            for (sign, edition, range) in [
                (' ', 0, first..first + 3),
                ('-', 0, first + 3..first + 3 + half),
                ('+', 1, first + 3..first + 3 + half),
                (' ', 0, first + 3 + half..first + 6 + half),
            ] {
                for line in range {
                    text.push(sign);
                    text.push_str(&code(file, line, edition));
                }
            }
        }
    }
    text
}

fn difference(patch: String) -> Difference {
    Difference {
        base_ref: "main".to_owned(),
        head_ref: "work".to_owned(),
        base_sha: "a".repeat(40),
        head_sha: "b".repeat(40),
        merge_base: Some("a".repeat(40)),
        patch,
        ..Difference::default()
    }
}

fn change() -> (ChangeKey, ChangeRequest) {
    let project = &world::projects(1)[0];
    let row = ChangeRequest {
        cr_id: "cr-1".into(),
        number: 1,
        title: "Edit many lines".to_owned(),
        base_ref: "main".to_owned(),
        head_ref: "work".to_owned(),
        status: ChangeStatus::Open,
        ..ChangeRequest::default()
    };
    let key = ChangeKey {
        host: world::HOST.into(),
        project: project.project_id.clone(),
        change: row.cr_id.clone(),
    };
    (key, row)
}

/// A stage on the review's screen that waits for the difference.
fn waiting(size: (u16, u16)) -> io::Result<Stage> {
    let mut stage = Stage::new(size)?;
    stage.settle(&world::projects(1), &[]);
    let (key, row) = change();
    stage
        .state
        .fleet
        .take_change(&key.project_key(), row.clone());
    stage.state.show(Screen::Review(key.clone()));
    stage.feed(Event::ReviewRecalled(key, Box::<Review>::default()));
    for (op, call) in std::mem::take(&mut stage.calls) {
        let reply = match call {
            Call::Changes(_) => Reply::Changes(vec![row.clone()]),
            Call::Change(..) => Reply::Change(Box::new(row.clone())),
            Call::Preview(..) => Reply::Preview(MergePreview {
                can_merge: true,
                can_fast_forward: true,
                ..MergePreview::default()
            }),
            other => {
                stage.calls.push((op, other));
                continue;
            }
        };
        stage.feed(Event::Reply(op, Ok(reply)));
    }
    stage.paint();
    Ok(stage)
}

/// Answers the call for the difference; gives the first frame with lines.
fn arrive(stage: &mut Stage, difference: Difference) -> io::Result<Shown> {
    let place = stage
        .calls
        .iter()
        .position(|(_, call)| matches!(call, Call::Difference(..)));
    let place = place.ok_or_else(|| Error::other("the difference was not asked for"))?;
    let (op, _) = stage.calls.remove(place);
    let watch = Watch::start();
    let changeset = Arc::new(Changeset::new(difference));
    stage.feed(Event::Reply(op, Ok(Reply::Difference(changeset))));
    let bytes = stage.paint();
    Ok(watch.stop(bytes))
}

fn open(effort: Effort, lines: usize) -> io::Result<Outcome> {
    let text = patch(lines);
    let mut frames = Vec::new();
    let mut grown = 0;
    for round in 0..effort.rounds(20) {
        let mut stage = waiting(SIZE)?;
        let difference = difference(text.clone());
        let before = Cost::own()?.memory;
        frames.push(arrive(&mut stage, difference)?);
        if round == 0 {
            // The patch itself was there before.
            grown = Cost::own()?.memory.saturating_sub(before) + text.len() as u64;
        }
    }
    let mut outcome = outcome(&frames);
    let _ = write!(
        outcome.note,
        "; patch {:.1} MB, held in {:.1} x its size",
        text.len() as f64 / 1e6,
        grown as f64 / text.len() as f64
    );
    Ok(outcome)
}

fn opened(size: (u16, u16)) -> io::Result<Stage> {
    let mut stage = waiting(size)?;
    arrive(&mut stage, difference(patch(LARGE)))?;
    let effects = stage.feed(Event::Focus(true));
    settle(&mut stage, effects);
    Ok(stage)
}

/// Carries out what the program does on other threads, outside of what is measured.
fn settle(stage: &mut Stage, effects: Vec<Effect>) {
    for effect in effects {
        if let Effect::Paint {
            change,
            edition,
            changeset,
            hunks,
        } = effect
        {
            let hunks = hunks.into_iter().map(|(hunk, path)| {
                let painted = paint::hunk(&changeset.patch, hunk, &path, Limits::default());
                (hunk, painted)
            });
            let painted = Event::Painted {
                change,
                edition,
                hunks: hunks.collect(),
            };
            stage.feed(painted);
            stage.draw();
        }
    }
}

fn press(stage: &mut Stage, event: Event) -> Shown {
    stage.pass(Duration::from_millis(33));
    let watch = Watch::start();
    let effects = stage.feed(event);
    let bytes = stage.draw();
    let shown = watch.stop(bytes);
    settle(stage, effects);
    shown
}

fn scroll(effort: Effort, size: (u16, u16), code: KeyCode) -> io::Result<Outcome> {
    let mut stage = opened(size)?;
    let mut frames = Vec::new();
    for _ in 0..effort.rounds(1_000) {
        frames.push(press(&mut stage, key(code)));
    }
    Ok(outcome(&frames))
}

fn ends(effort: Effort) -> io::Result<Outcome> {
    let mut stage = opened(SIZE)?;
    let mut frames = Vec::new();
    for round in 0..effort.rounds(200) {
        let end = if round % 2 == 0 { 'G' } else { 'g' };
        frames.push(press(&mut stage, letter(end)));
    }
    Ok(outcome(&frames))
}

/// One hunk of two lines of a megabyte that differ in every fourth word.
fn long_lines() -> String {
    let line = |edition: &str| {
        let words = (0..150_000).map(|number| match number % 4 {
            0 => format!("{edition}{number}"),
            _ => format!("w{number}"),
        });
        words.collect::<Vec<_>>().join(" ")
    };
    format!(
        "diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n@@ -1 +1 @@\n-{}\n+{}\n",
        line("old"),
        line("new")
    )
}

/// One hunk of 5,000 removed and 5,000 added lines that have nothing in common.
fn alien_lines() -> String {
    let mut text =
        "diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n@@ -1,5000 +1,5000 @@\n".to_owned();
    for (sign, letters) in [('-', "abcdefgh"), ('+', "stuvwxyz")] {
        for number in 0..5_000_usize {
            text.push(sign);
            for step in 0..12 {
                let at = (number * 7 + step * 3) % letters.len();
                let _ = write!(text, "{}{} ", &letters[at..], &letters[..at]);
            }
            text.push('\n');
        }
    }
    text
}

fn words(effort: Effort, text: &str) -> io::Result<Outcome> {
    let patch = Patch::parse(text);
    let times = crate::measure(effort.rounds(20), || {
        black_box(paint::hunk(&patch, HunkId(0), "a.js", Limits::default()));
    });
    let painted = paint::hunk(&patch, HunkId(0), "a.js", Limits::default());
    let plain = painted.lines.iter().filter(|line| line.is_plain).count();
    let note = format!("{plain} of {} lines marked as plain", painted.lines.len());
    Ok(Outcome { times, note })
}

fn moved(effort: Effort) -> io::Result<Outcome> {
    let patch = Patch::parse(patch(LARGE));
    let times = crate::measure(effort.rounds(20), || {
        black_box(paint::moved(&patch));
    });
    let note = format!("{} lines", patch.lines().len());
    Ok(Outcome { times, note })
}

/// One run of another program over the patch.
struct Run {
    first: Duration,
    end: Duration,
}

fn delta(effort: Effort, options: &[&str], of: fn(&Run) -> Duration) -> io::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("patch");
    let text = patch(LARGE);
    fs::write(&file, &text)?;
    let mut runs = Vec::new();
    for _ in 0..effort.rounds(5) {
        runs.push(run_delta(options, &file)?);
    }
    let times: Times = runs.iter().map(of).collect();
    let note = format!("patch {:.1} MB", text.len() as f64 / 1e6);
    Ok(Outcome { times, note })
}

fn run_delta(options: &[&str], patch: &std::path::Path) -> io::Result<Run> {
    let start = Instant::now();
    let mut child = Command::new("delta")
        .args(["--no-gitconfig", "--paging=never"])
        .args(options)
        .stdin(fs::File::open(patch)?)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut output = child
        .stdout
        .take()
        .ok_or_else(|| Error::other("no output"))?;
    let mut buffer = vec![0; 64 * 1024];
    let mut first = None;
    while output.read(&mut buffer)? > 0 {
        first.get_or_insert_with(|| start.elapsed());
    }
    let end = start.elapsed();
    child.wait()?;
    let first = first.ok_or_else(|| Error::other("delta printed nothing"))?;
    Ok(Run { first, end })
}
