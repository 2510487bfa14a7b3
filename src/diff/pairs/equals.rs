//! Lines of two sides that are equal, found by their sums.
//!
//! In: a number for each line of either side, 0 for blank ones. Out: places, ascending on both sides.
//! Sorting finds what occurs once on either side; that is less than a longest common part would be,
//! and never takes longer than a sort.

use std::ops::Range;

/// Places of equal sums, ascending on both sides: those at the two ends, those that occur once on
/// either side, and their neighbors.
pub(super) fn places(old: &[u64], new: &[u64]) -> Vec<(usize, usize)> {
    let alike = |(first, second): &(&u64, &u64)| first == second;
    let top = old.iter().zip(new).take_while(alike).count();
    let (old, new) = (
        old.get(top..).unwrap_or_default(),
        new.get(top..).unwrap_or_default(),
    );
    let backwards = old.iter().rev().zip(new.iter().rev());
    let bottom = backwards.take_while(alike).count();
    let (old_end, new_end) = (old.len() - bottom, new.len() - bottom);
    let middle = (
        old.get(..old_end).unwrap_or_default(),
        new.get(..new_end).unwrap_or_default(),
    );
    let mut found: Vec<(usize, usize)> = (0..top).map(|index| (index, index)).collect();
    let anchors = ascending(&singles(middle.0, middle.1));
    for (first, second) in with_neighbors(middle.0, middle.1, &anchors) {
        found.push((first + top, second + top));
    }
    found.extend((0..bottom).map(|index| (old_end + top + index, new_end + top + index)));
    found
}

/// Places of sums that occur once on either side and are not of blank lines, by the old place.
fn singles(old: &[u64], new: &[u64]) -> Vec<(usize, usize)> {
    let once = |sums: &[u64]| -> Vec<(u64, usize)> {
        let mut sorted: Vec<(u64, usize)> = sums.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        let alone = sorted.chunk_by(|one, other| one.0 == other.0);
        let alone = alone.filter(|chunk| chunk.len() == 1).flatten();
        alone.filter(|(sum, _)| *sum != 0).copied().collect()
    };
    let (old, new) = (once(old), once(new));
    let mut news = new.iter().peekable();
    let mut found = Vec::new();
    for (sum, place) in old {
        while news.next_if(|(other, _)| *other < sum).is_some() {}
        if let Some((_, partner)) = news.next_if(|(other, _)| *other == sum) {
            found.push((place, *partner));
        }
    }
    found.sort_unstable();
    found
}

/// The longest part of the pairs in which both places ascend.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // `ends` holds, for each length, the pair with the smallest end; `before` chains them.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |index: &usize| pairs.get(*index).map(|pair| pair.1);
    for (index, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| second(end) < Some(pair.1));
        before.push(
            length
                .checked_sub(1)
                .and_then(|last| ends.get(last).copied()),
        );
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let chain = std::iter::successors(ends.last().copied(), |index| {
        before.get(*index).copied().flatten()
    });
    let mut found: Vec<_> = chain
        .filter_map(|index| pairs.get(index).copied())
        .collect();
    found.reverse();
    found
}

/// The anchors, and from each of them up and down what is equal too.
fn with_neighbors(old: &[u64], new: &[u64], anchors: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (index, anchor) in anchors.iter().enumerate() {
        let floor = found.last().map_or((0, 0), |last| (last.0 + 1, last.1 + 1));
        let next = anchors.get(index + 1).copied();
        let ceiling = next.unwrap_or((old.len(), new.len()));
        let above = part(old, floor.0..anchor.0).rev();
        let above = above.zip(part(new, floor.1..anchor.1).rev());
        let up = above.take_while(|(one, other)| one == other).count();
        let below = part(old, anchor.0..ceiling.0).zip(part(new, anchor.1..ceiling.1));
        let down = below.take_while(|(one, other)| one == other).count();
        let (first, second) = (anchor.0 - up, anchor.1 - up);
        found.extend((0..up + down).map(|step| (first + step, second + step)));
    }
    found
}

fn part(sums: &[u64], range: Range<usize>) -> std::slice::Iter<'_, u64> {
    sums.get(range).unwrap_or_default().iter()
}
