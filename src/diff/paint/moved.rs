//! Finds blocks of lines that were removed in one place and added in another.
//!
//! In: a whole patch. Out: which line went where, each line once. Lines are alike when they differ in
//! nothing but whitespace. A block begins at a line that is not too frequent ([`FREQUENT`]) and goes
//! as far as both sides agree; it counts when it holds enough letters ([`LETTERS`]) or lines
//! ([`LINES`]). Lines of one run of changes are never moved: they changed in their place. Costs one
//! sort and one pass over the lines.

use std::ops::Range;

use crate::diff::{
    paint::Moved,
    pairs::{self, Run},
    patch::{LineId, Patch},
};

/// A line that was removed more often than this begins no block.
const FREQUENT: usize = 16;
/// Letters and digits of a block that count as enough.
const LETTERS: usize = 20;
/// Lines of a block that count as enough, blank ones apart.
const LINES: usize = 3;

/// Finds the blocks.
pub(super) fn find(patch: &Patch) -> Moved {
    let mut search = Search::new(patch);
    for lines in std::mem::take(&mut search.added) {
        let mut at = lines.start;
        while at < lines.end {
            let block = search.block(at, &lines);
            at = block.map_or(at + 1, |block| block.to + block.length);
            if let Some(block) = block {
                search.take(block);
            }
        }
    }
    Moved {
        lines: search.found.into_iter().collect(),
    }
}

/// Lines that are alike: where they were, where they are, and how many.
#[derive(Clone, Copy)]
struct Block {
    from: u32,
    to: u32,
    length: u32,
}

struct Search<'a> {
    patch: &'a Patch,
    /// All lines of the patch.
    lines: Vec<Line>,
    /// The added lines of each run that has some.
    added: Vec<Range<u32>>,
    /// Removed lines that are not blank, by what they say, then by place.
    removed: Vec<(u64, u32)>,
    found: Vec<(LineId, LineId)>,
}

/// What is known about a line of the patch.
#[derive(Clone, Copy, Default)]
struct Line {
    /// The same for lines that differ only in whitespace, 0 for blank ones.
    sum: u64,
    /// Its run of changes, from 1; 0 for context.
    run: u32,
    is_removed: bool,
    is_taken: bool,
}

impl<'a> Search<'a> {
    fn new(patch: &'a Patch) -> Self {
        let mut search = Self {
            patch,
            lines: vec![Line::default(); patch.lines().len()],
            added: Vec::new(),
            removed: Vec::new(),
            found: Vec::new(),
        };
        let mut number = 0;
        for hunk in patch.hunks() {
            for run in pairs::runs(patch, hunk) {
                if let Run::Change { removed, added } = run {
                    number += 1;
                    search.read(number, removed, added);
                }
            }
        }
        search.removed.sort_unstable();
        search
    }

    fn read(&mut self, run: u32, removed: Range<u32>, added: Range<u32>) {
        for place in removed.start..added.end {
            let sum = pairs::sum(self.patch.line_text(LineId(place)));
            let is_removed = place < removed.end;
            if is_removed && sum != 0 {
                self.removed.push((sum, place));
            }
            if let Some(line) = self.lines.get_mut(place as usize) {
                *line = Line {
                    sum,
                    run,
                    is_removed,
                    is_taken: false,
                };
            }
        }
        if !added.is_empty() {
            self.added.push(added);
        }
    }

    fn line(&self, place: u32) -> Line {
        self.lines.get(place as usize).copied().unwrap_or_default()
    }

    /// The longest block around an added line of this run; `None` when none counts.
    fn block(&self, to: u32, run: &Range<u32>) -> Option<Block> {
        let added = self.line(to);
        let start = self.removed.partition_point(|(sum, _)| *sum < added.sum);
        let rest = self.removed.get(start..).unwrap_or_default();
        let same = rest.iter().take(FREQUENT + 1);
        let places = same.take_while(|(sum, _)| *sum == added.sum);
        let places: Vec<u32> = places.map(|(_, place)| *place).collect();
        if places.len() > FREQUENT {
            return None;
        }
        let is_only = places.len() == 1;
        let free = places.into_iter().filter(|from| {
            let removed = self.line(*from);
            removed.run != added.run && !removed.is_taken
        });
        let blocks = free.map(|from| self.around(from, to, run));
        // Of blocks of one length the first is taken.
        let longest = blocks.reduce(|best, block| {
            if block.length > best.length {
                block
            } else {
                best
            }
        });
        longest.filter(|block| self.counts(*block, is_only))
    }

    /// Goes up and down from two lines that are alike as far as their runs stay alike.
    fn around(&self, from: u32, to: u32, run: &Range<u32>) -> Block {
        let home = self.line(from).run;
        let is_alike = |(from, to): &(u32, u32)| {
            let (removed, added) = (self.line(*from), self.line(*to));
            let is_free = removed.is_removed && !removed.is_taken && !added.is_taken;
            removed.run == home && is_free && removed.sum == added.sum
        };
        let above = (0..from).rev().zip((run.start..to).rev());
        let up = self.solid(above.take_while(is_alike));
        let below = (from..).zip(to..run.end);
        let down = self.solid(below.take_while(is_alike));
        Block {
            from: from - up,
            to: to - up,
            length: up + down,
        }
    }

    /// How many of these pairs of lines there are up to the last one that is not blank.
    fn solid(&self, steps: impl Iterator<Item = (u32, u32)>) -> u32 {
        let counted = (1..).zip(steps);
        let solid = counted.filter(|(_, (_, to))| self.line(*to).sum != 0);
        solid.last().map_or(0, |(count, _)| count)
    }

    /// Whether a block holds enough; a single line must be the only one of its kind.
    fn counts(&self, block: Block, is_only: bool) -> bool {
        let (mut letters, mut lines, mut last) = (0, 0, 0);
        for place in block.to..block.to + block.length {
            let text = self.patch.line_text(LineId(place));
            let count = text.bytes().filter(|byte| is_letter(*byte)).count();
            let sum = self.line(place).sum;
            letters += count;
            lines += usize::from(count > 0 && sum != last);
            last = sum;
        }
        let is_long = letters >= LETTERS || lines >= LINES;
        is_long && (lines > 1 || is_only)
    }

    fn take(&mut self, block: Block) {
        for step in 0..block.length {
            let (from, to) = (block.from + step, block.to + step);
            for place in [from, to] {
                if let Some(line) = self.lines.get_mut(place as usize) {
                    line.is_taken = true;
                }
            }
            self.found.push((LineId(from), LineId(to)));
            self.found.push((LineId(to), LineId(from)));
        }
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}
