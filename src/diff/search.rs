//! Finds text in the lines of a patch: all matches at once, in order.
//!
//! Letters match both cases unless the needle has a capital one. Only the text of lines is searched:
//! never their signs, heads or anything across lines; tabs and carriage returns are text. Matches
//! never overlap.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::diff::patch::{LineId, Patch, PatchLine};

/// A place where the needle stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The line.
    pub line: LineId,
    /// The bytes of its text.
    pub range: Range<u32>,
}

/// Matches that are kept at most.
pub const MOST: usize = 100_000;

/// All matches in a patch's lines, at most [`MOST`]; none for an empty needle or one that is too long
/// to be looked for.
pub fn find(patch: &Patch, needle: &str) -> Vec<Match> {
    let mut matches = Vec::new();
    let Some(needle) = compile(needle) else {
        return matches;
    };
    let mut from = 0;
    let mut line = 0;
    while let Some(found) = needle.find_at(patch.text(), from) {
        let rest = patch.lines().get(line..).unwrap_or_default();
        let above = |line: &&PatchLine| line.end as usize <= found.start();
        line += rest.iter().take_while(above).count();
        let Some(place) = patch.lines().get(line) else {
            break;
        };
        if found.start() < place.start as usize {
            // A sign or a head; the line behind it may hold a match that overlaps this one.
            from = place.start as usize;
            continue;
        }
        from = found.end();
        if found.end() <= place.end as usize {
            matches.extend(within(line, place.start, found.range()));
        }
        if matches.len() == MOST {
            break;
        }
    }
    matches
}

/// The needle as an expression that matches it literally.
fn compile(needle: &str) -> Option<Regex> {
    if needle.is_empty() {
        return None;
    }
    RegexBuilder::new(&regex::escape(needle))
        .case_insensitive(!needle.chars().any(char::is_uppercase))
        .build()
        .ok()
}

fn within(line: usize, start: u32, range: Range<usize>) -> Option<Match> {
    let from_start = |offset: usize| u32::try_from(offset).ok()?.checked_sub(start);
    Some(Match {
        line: LineId(u32::try_from(line).ok()?),
        range: from_start(range.start)?..from_start(range.end)?,
    })
}
