//! What makes a hunk easy to read: changed words, moved blocks, syntax.

mod bounds;
mod moved;
mod syntax;
mod words;

use std::{fmt::Write, time::Duration};

use kortix_tui::diff::{
    paint::{self, Class, Limits, Painted, PaintedLine},
    patch::{HunkId, LineId, Patch},
};

/// A patch of one file with one hunk; each line begins with its sign.
fn patch_of(path: &str, lines: &[&str]) -> Patch {
    Patch::parse(file_patch(path, &[(1, lines)]))
}

/// The patch of one file; each hunk has the number of its first line and its lines.
fn file_patch(path: &str, hunks: &[(u32, &[&str])]) -> String {
    let mut text = format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n");
    for (start, lines) in hunks {
        let count = |sign: char| {
            let counted = lines.iter().filter(|line| line.starts_with([' ', sign]));
            counted.count()
        };
        let (old, new) = (count('-'), count('+'));
        writeln!(text, "@@ -{start},{old} +{start},{new} @@").unwrap();
        for line in *lines {
            writeln!(text, "{line}").unwrap();
        }
    }
    text
}

/// So much time that a slow machine gives the same answer as a fast one: sizes alone are limits.
const ENOUGH: Limits = Limits {
    pair: Duration::from_secs(600),
    hunk: Duration::from_secs(600),
    syntax: Duration::from_secs(600),
};

fn paint_first(patch: &Patch, path: &str) -> Painted {
    paint::hunk(patch, HunkId(0), path, ENOUGH)
}

/// The lines of a hunk with their signs and what was painted on each.
fn painted_lines<'a>(
    patch: &'a Patch,
    painted: &'a Painted,
) -> impl Iterator<Item = (&'a str, &'a PaintedLine)> {
    (0..)
        .zip(&painted.lines)
        .map(|(place, line)| (patch.line_text(LineId(place)), line))
}

/// A line with its marked words between `«` and `»`.
fn with_words(text: &str, painted: &PaintedLine) -> String {
    let mut marked = text.to_owned();
    for range in painted.words.iter().rev() {
        marked.insert(range.end as usize, '»');
        marked.insert(range.start as usize, '«');
    }
    marked
}

/// The classes of a line, each with what it stands for.
fn classes<'a>(text: &'a str, painted: &PaintedLine) -> Vec<(&'a str, Class)> {
    let pieces = painted.syntax.iter();
    pieces
        .map(|(range, class)| (&text[range.start as usize..range.end as usize], *class))
        .collect()
}
