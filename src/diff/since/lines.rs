//! Compares two lists of lines in a time that grows with their length only.
//!
//! Lines are numbers, equal for equal lines. A block of up to [`EXACT`] lines is compared as well as it
//! can be. A larger one is first cut at lines that stand once on each side; what then is still too
//! large counts as replaced as a whole.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Lines of both sides together that are compared exactly.
const EXACT: usize = 2048;

/// How often a block is cut again.
const DEEPEST: usize = 6;

/// Gives equal lines equal numbers.
#[derive(Default)]
pub(super) struct Interner<'a> {
    known: HashMap<(&'a str, bool), u32>,
}

/// A step of the way from one list to the other, with how many lines it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Same(usize),
    Gone(usize),
    Came(usize),
}

impl<'a> Interner<'a> {
    /// The number of a line; one without its line feed is another line.
    pub fn number(&mut self, text: &'a str, lacks_newline: bool) -> u32 {
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        *self.known.entry((text, lacks_newline)).or_insert(next)
    }
}

/// The way from `old` to `new`.
pub(super) fn steps(old: &[u32], new: &[u32]) -> Vec<Step> {
    let mut steps = Vec::new();
    compare(old, new, DEEPEST, &mut steps);
    steps
}

fn compare(old: &[u32], new: &[u32], depth: usize, steps: &mut Vec<Step>) {
    let common = |pairs: &mut dyn Iterator<Item = (&u32, &u32)>| -> usize {
        pairs.take_while(|(old, new)| old == new).count()
    };
    let prefix = common(&mut old.iter().zip(new));
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let suffix = common(&mut old.iter().rev().zip(new.iter().rev()));
    let (old, new) = (&old[..old.len() - suffix], &new[..new.len() - suffix]);
    steps.push(Step::Same(prefix));
    if old.is_empty() || new.is_empty() {
        steps.extend([Step::Gone(old.len()), Step::Came(new.len())]);
    } else if old.len() + new.len() <= EXACT {
        let found = capture_diff_slices(Algorithm::Myers, old, new);
        steps.extend(found.iter().flat_map(as_steps));
    } else {
        cut(old, new, depth, steps);
    }
    steps.push(Step::Same(suffix));
}

fn as_steps(found: &DiffOp) -> [Step; 2] {
    match *found {
        DiffOp::Equal { len, .. } => [Step::Same(len), Step::Same(0)],
        DiffOp::Delete { old_len, .. } => [Step::Gone(old_len), Step::Same(0)],
        DiffOp::Insert { new_len, .. } => [Step::Came(new_len), Step::Same(0)],
        DiffOp::Replace {
            old_len, new_len, ..
        } => [Step::Gone(old_len), Step::Came(new_len)],
    }
}

/// Compares the pieces between lines that stand once on each side.
fn cut(old: &[u32], new: &[u32], depth: usize, steps: &mut Vec<Step>) {
    let anchors = if depth == 0 {
        Vec::new()
    } else {
        anchors(old, new)
    };
    if anchors.is_empty() {
        steps.extend([Step::Gone(old.len()), Step::Came(new.len())]);
        return;
    }
    let (mut old_at, mut new_at) = (0, 0);
    for (old_end, new_end) in anchors {
        compare(
            &old[old_at..old_end],
            &new[new_at..new_end],
            depth - 1,
            steps,
        );
        steps.push(Step::Same(1));
        (old_at, new_at) = (old_end + 1, new_end + 1);
    }
    compare(&old[old_at..], &new[new_at..], depth - 1, steps);
}

/// Places of lines that stand once on each side, ascending on both: the most that are possible.
pub(super) fn anchors(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let places = unique(new);
    let mut pairs: Vec<(usize, usize)> = unique(old)
        .into_iter()
        .filter_map(|(line, old)| Some((old, *places.get(&line)?)))
        .collect();
    pairs.sort_unstable();
    ascending(&pairs)
}

fn unique(lines: &[u32]) -> HashMap<u32, usize> {
    let mut places: HashMap<u32, (usize, usize)> = HashMap::with_capacity(lines.len());
    for (place, line) in lines.iter().enumerate() {
        places.entry(*line).or_insert((place, 0)).1 += 1;
    }
    let once = places.into_iter().filter(|(_, (_, count))| *count == 1);
    once.map(|(line, (place, _))| (line, place)).collect()
}

/// The longest chain of pairs that ascends on both sides; the pairs ascend on the first.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The last pair of the best chain of each length, and the pair before each pair.
    let mut ends: Vec<usize> = Vec::new();
    let mut earlier: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (place, (_, new)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *new);
        earlier.push(length.checked_sub(1).map(|length| ends[length]));
        if length == ends.len() {
            ends.push(place);
        } else {
            ends[length] = place;
        }
    }
    let mut chain = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(place) = at {
        chain.push(pairs[place]);
        at = earlier[place];
    }
    chain.reverse();
    chain
}
