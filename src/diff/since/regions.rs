//! The parts of one file that a patch shows, laid over those that another one shows.
//!
//! A [`Piece`] is a hunk at its place in the base. Pieces of both patches that meet form a region, in
//! which both heads are known line by line: what one patch does not show there it leaves as the base
//! has it, which the other one shows. Places are lines of the present base, from 1; those of an
//! earlier base are moved there by lines that both patches show once.

use std::collections::HashMap;

use crate::diff::{
    patch::{Hunk, LineKind, Patch, PatchFile, PatchLine},
    since::lines::{Interner, Step, anchors, steps},
};

/// Whether both patches start from the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Same,
    Moved,
}

/// What one patch shows of a file.
#[derive(Default)]
pub(super) struct Shown<'a> {
    pieces: Vec<Piece<'a>>,
}

/// A line of a head or base.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub text: &'a str,
    pub lacks_newline: bool,
    /// Equal for equal lines.
    id: u32,
    kind: LineKind,
    /// Its number in the head, from 1.
    number: i64,
}

struct Piece<'a> {
    /// The first line of the base that it shows.
    start: i64,
    /// The first line behind it.
    end: i64,
    /// The number of its first line in the head.
    head_start: i64,
    base: Vec<Line<'a>>,
    head: Vec<Line<'a>>,
    section: &'a str,
}

/// A part of a file, from one head to the other.
pub(super) struct Region<'a> {
    pub entries: Vec<Entry<'a>>,
    /// What stands behind the second `@@` when its first line is shown.
    pub section: &'a str,
}

/// One line on the way from one head to the other.
pub(super) struct Entry<'a> {
    pub kind: LineKind,
    pub line: Line<'a>,
    /// The number of the next line of the earlier head.
    pub old: i64,
    /// The number of the next line of the present head.
    pub new: i64,
}

impl<'a> Shown<'a> {
    /// The hunks of a file; when it was made of a deleted `source`, both are one hunk.
    pub fn new(
        patch: &'a Patch,
        file: &'a PatchFile,
        source: Option<&'a PatchFile>,
        interner: &mut Interner<'a>,
    ) -> Self {
        let mut pieces: Vec<Piece<'_>> = patch
            .hunks_of(file)
            .iter()
            .map(|hunk| Piece::new(patch, hunk, interner))
            .collect();
        let sources = source.map(|source| patch.hunks_of(source));
        for hunk in sources.unwrap_or_default() {
            let base = Piece::new(patch, hunk, interner);
            if pieces.is_empty() {
                pieces.push(base);
            } else if let Some(piece) = pieces.first_mut() {
                (piece.start, piece.end, piece.base) = (base.start, base.end, base.base);
            }
        }
        let mut shown = Self { pieces };
        shown.straighten();
        shown
    }

    /// Makes pieces ascend, as those of a file that was replaced do not.
    fn straighten(&mut self) {
        let mut end = i64::MIN;
        for piece in &mut self.pieces {
            piece.start = piece.start.max(end);
            piece.end = piece.end.max(piece.start);
            end = piece.end;
        }
    }

    fn base_lines(&self) -> impl Iterator<Item = (i64, &Line<'a>)> {
        self.pieces
            .iter()
            .flat_map(|piece| (piece.start..).zip(&piece.base))
    }

    /// Moves the pieces to where the other patch's base has them.
    fn follow(&mut self, other: &Self) {
        let (mine, theirs): (Vec<_>, Vec<_>) =
            (self.base_lines().collect(), other.base_lines().collect());
        let ids = |lines: &[(i64, &Line<'a>)]| -> Vec<u32> {
            lines.iter().map(|(_, line)| line.id).collect()
        };
        let found: Vec<(i64, i64)> = anchors(&ids(&mine), &ids(&theirs))
            .into_iter()
            .filter_map(|(from, to)| Some((mine.get(from)?.0, theirs.get(to)?.0)))
            .collect();
        let mut rest = found.as_slice();
        let mut shift = found.first().map_or(0, |(from, to)| to - from);
        for piece in &mut self.pieces {
            let inside = rest.partition_point(|(from, _)| *from < piece.end);
            let (own, behind) = rest.split_at(inside);
            rest = behind;
            let before = own.first().map_or(shift, |(from, to)| to - from);
            shift = own.last().map_or(shift, |(from, to)| to - from);
            piece.start += before;
            piece.end += shift;
        }
        self.straighten();
    }
}

impl<'a> Piece<'a> {
    fn new(patch: &'a Patch, hunk: &'a Hunk, interner: &mut Interner<'a>) -> Self {
        let lines: Vec<Line<'_>> = patch
            .lines_of(hunk)
            .iter()
            .map(|line| Line::new(patch, line, interner))
            .collect();
        let without = |kind: LineKind| -> Vec<Line<'a>> {
            let lines = lines.iter().copied();
            lines.filter(|line| line.kind != kind).collect()
        };
        // Without lines, a start is the line behind which the hunk stands.
        let first = |start: u32, count: u32| i64::from(start) + i64::from(count == 0);
        let start = first(hunk.old_start, hunk.old_count);
        Self {
            start,
            end: start + i64::from(hunk.old_count),
            head_start: first(hunk.new_start, hunk.new_count),
            base: without(LineKind::Added),
            head: without(LineKind::Removed),
            section: patch.piece(hunk.section.clone()),
        }
    }

    /// How far the lines behind it are from their place in the base.
    fn shift(&self) -> i64 {
        let length = i64::try_from(self.head.len()).unwrap_or(i64::MAX);
        self.head_start.saturating_add(length) - self.end
    }

    /// The lines of the base from one place to another, as far as it has them.
    fn base_between(&self, start: i64, end: i64) -> &[Line<'a>] {
        let place = |at: i64| {
            let place = usize::try_from(at - self.start).unwrap_or(0);
            place.min(self.base.len())
        };
        self.base.get(place(start)..place(end)).unwrap_or_default()
    }
}

impl<'a> Line<'a> {
    fn new(patch: &'a Patch, line: &PatchLine, interner: &mut Interner<'a>) -> Self {
        let text = patch.piece(line.start..line.end);
        Self {
            text,
            lacks_newline: line.lacks_newline,
            id: interner.number(text, line.lacks_newline),
            kind: line.kind,
            number: i64::from(line.new),
        }
    }
}

/// The regions of a file that differ, in order.
pub(super) fn regions<'a>(before: Shown<'a>, now: Shown<'a>, base: Base) -> Vec<Region<'a>> {
    let mut before = before;
    if base == Base::Moved {
        before.follow(&now);
    }
    let (mut old, mut new) = (before.pieces.as_slice(), now.pieces.as_slice());
    let mut shifts = [first_shift(old), first_shift(new)];
    let mut regions = Vec::new();
    while let Some((start, end)) = extent(old, new) {
        let (old_here, old_rest) = split(old, end);
        let (new_here, new_rest) = split(new, end);
        let area = |own, other, shift| Area {
            own,
            other,
            start,
            end,
            shift,
        };
        let old_side = area(old_here, new_here, shifts[0]);
        let new_side = area(new_here, old_here, shifts[1]);
        let mut entries = Vec::new();
        let explained = (base == Base::Moved).then(|| Explained::new(old_here, new_here));
        Walk {
            old: old_side.lines(),
            new: new_side.lines(),
            old_next: old_side.first(),
            new_next: new_side.first(),
            explained,
            entries: &mut entries,
        }
        .run();
        if entries.iter().any(|entry| entry.kind != LineKind::Context) {
            let section = section(new_here, start).or(section(old_here, start));
            regions.push(Region {
                entries,
                section: section.unwrap_or_default(),
            });
        }
        shifts[0] = old_here.last().map_or(shifts[0], Piece::shift);
        shifts[1] = new_here.last().map_or(shifts[1], Piece::shift);
        (old, new) = (old_rest, new_rest);
    }
    regions
}

fn section<'a>(pieces: &[Piece<'a>], start: i64) -> Option<&'a str> {
    let first = pieces.first().filter(|piece| piece.start == start)?;
    Some(first.section)
}

/// How far the lines before the first piece are from their place in the base.
fn first_shift(pieces: &[Piece<'_>]) -> i64 {
    pieces
        .first()
        .map_or(0, |piece| piece.head_start - piece.start)
}

/// Where the next region begins and ends: it takes all pieces that meet.
fn extent(old: &[Piece<'_>], new: &[Piece<'_>]) -> Option<(i64, i64)> {
    let start = |pieces: &[Piece<'_>]| pieces.first().map(|piece| piece.start);
    let begin = [start(old), start(new)].into_iter().flatten().min()?;
    let mut end = begin;
    let (mut old, mut new) = (old, new);
    loop {
        let next = [&mut old, &mut new]
            .into_iter()
            .filter(|pieces| start(pieces).is_some_and(|start| start <= end))
            .find_map(|pieces| pieces.split_off_first());
        match next {
            Some(piece) => end = end.max(piece.end),
            None => return Some((begin, end)),
        }
    }
}

/// The pieces that begin up to a place, and the rest.
fn split<'a, 'b>(pieces: &'b [Piece<'a>], end: i64) -> (&'b [Piece<'a>], &'b [Piece<'a>]) {
    pieces.split_at(pieces.partition_point(|piece| piece.start <= end))
}

/// A region seen from one head.
struct Area<'a, 'b> {
    own: &'b [Piece<'a>],
    other: &'b [Piece<'a>],
    start: i64,
    end: i64,
    /// How far lines before the first own piece are from their place in the base.
    shift: i64,
}

impl<'a> Area<'a, '_> {
    /// The number of its first line in the head.
    fn first(&self) -> i64 {
        match self.own.first() {
            Some(piece) => piece.head_start - (piece.start - self.start),
            None => self.start + self.shift,
        }
    }

    /// The lines of the head.
    fn lines(&self) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        let mut at = self.start;
        let mut shift = self.first() - self.start;
        for piece in self.own {
            self.fill(at, piece.start, shift, &mut lines);
            lines.extend(piece.head.iter().copied());
            shift = piece.shift();
            at = piece.end;
        }
        self.fill(at, self.end, shift, &mut lines);
        lines
    }

    /// Adds lines of the base that only the other patch shows.
    fn fill(&self, start: i64, end: i64, shift: i64, lines: &mut Vec<Line<'a>>) {
        for piece in self.other {
            let from = start.max(piece.start);
            let found = piece.base_between(from, end.min(piece.end));
            lines.extend(found.iter().zip(from..).map(|(line, place)| Line {
                kind: LineKind::Context,
                number: place + shift,
                ..*line
            }));
        }
    }
}

/// What tells a change of the heads from one of the base: the lines that each head removed.
struct Explained {
    removed_before: HashMap<u32, u32>,
    removed_now: HashMap<u32, u32>,
}

impl Explained {
    fn new(before: &[Piece<'_>], now: &[Piece<'_>]) -> Self {
        let removed = |pieces: &[Piece<'_>]| {
            let mut counts = HashMap::new();
            for line in pieces.iter().flat_map(|piece| &piece.base) {
                if line.kind == LineKind::Removed {
                    *counts.entry(line.id).or_insert(0) += 1;
                }
            }
            counts
        };
        Self {
            removed_before: removed(before),
            removed_now: removed(now),
        }
    }
}

/// Whether a line of the base that only one head has was removed by the other one.
fn is_removed(counts: &mut HashMap<u32, u32>, line: &Line<'_>) -> bool {
    match counts.get_mut(&line.id) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    }
}

/// Goes through a region and notes what leads from one head to the other.
struct Walk<'a, 'b> {
    old: Vec<Line<'a>>,
    new: Vec<Line<'a>>,
    old_next: i64,
    new_next: i64,
    explained: Option<Explained>,
    entries: &'b mut Vec<Entry<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn run(mut self) {
        let ids = |lines: &[Line<'_>]| -> Vec<u32> { lines.iter().map(|line| line.id).collect() };
        let steps = steps(&ids(&self.old), &ids(&self.new));
        let (old, new) = (std::mem::take(&mut self.old), std::mem::take(&mut self.new));
        let (mut old, mut new) = (old.into_iter(), new.into_iter());
        let mut came: Vec<Line<'a>> = Vec::new();
        for step in steps {
            match step {
                Step::Gone(count) => {
                    for line in old.by_ref().take(count) {
                        self.gone(line);
                    }
                }
                Step::Came(count) => came.extend(new.by_ref().take(count)),
                Step::Same(0) => {}
                Step::Same(count) => {
                    self.came(&mut came);
                    for (old, new) in old.by_ref().zip(new.by_ref()).take(count) {
                        self.same(old, new);
                    }
                }
            }
        }
        self.came(&mut came);
    }

    fn push(&mut self, kind: LineKind, line: Line<'a>) {
        self.entries.push(Entry {
            kind,
            line,
            old: self.old_next,
            new: self.new_next,
        });
    }

    fn same(&mut self, old: Line<'a>, new: Line<'a>) {
        (self.old_next, self.new_next) = (old.number, new.number);
        self.push(LineKind::Context, new);
        (self.old_next, self.new_next) = (old.number + 1, new.number + 1);
    }

    /// A line that is no longer there is left out when the base lost it.
    fn gone(&mut self, line: Line<'a>) {
        self.old_next = line.number;
        let is_own = line.kind == LineKind::Added;
        let is_change = match &mut self.explained {
            Some(explained) => is_own || is_removed(&mut explained.removed_now, &line),
            None => true,
        };
        if is_change {
            self.push(LineKind::Removed, line);
        }
        self.old_next = line.number + 1;
    }

    /// A new line counts as context when the base got it.
    fn came(&mut self, lines: &mut Vec<Line<'a>>) {
        for line in lines.drain(..) {
            self.new_next = line.number;
            let is_own = line.kind == LineKind::Added;
            let is_change = match &mut self.explained {
                Some(explained) => is_own || is_removed(&mut explained.removed_before, &line),
                None => true,
            };
            let kind = if is_change {
                LineKind::Added
            } else {
                LineKind::Context
            };
            self.push(kind, line);
            self.new_next = line.number + 1;
        }
    }
}
