//! The lines of a hunk as pieces: as the patch has them, side by side, or without whitespace.

use std::{collections::BTreeMap, ops::Range};

use crate::diff::{
    changeset::FileId,
    pairs::{self, Pair, Run, Segment},
    patch::{Hunk, LineId, Patch},
    review::comment::CommentId,
    rows::{
        Layout, Shape, Whitespace,
        build::Builder,
        piece::{Kind, Sides},
    },
};

/// What becomes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is shown as a change.
    Change,
    /// It is shown as unchanged.
    Same,
    /// It is not shown.
    LeftOut,
}

/// A run of a hunk when whitespace is hidden.
enum Stretch {
    Context(Range<u32>),
    /// A change as a whole.
    Change(Vec<Segment>),
    /// The whole run, and its pairs with what becomes of each.
    Judged(Segment, Vec<(Pair, Fate)>),
}

/// Puts the lines of a hunk and returns how many changed lines are hidden as whitespace.
pub(super) fn put(builder: &mut Builder<'_>, file: FileId, hunk: &Hunk) -> u32 {
    let lines = LineId(hunk.lines.start)..LineId(hunk.lines.end);
    let comments = &builder.shape.comments.lines;
    let mut writer = Writer {
        patch: &builder.changeset.patch,
        shape: builder.shape,
        has_comments: !lines.is_empty() && comments.range(lines).next().is_some(),
        builder,
        file,
        old: hunk.lines.start,
        new: hunk.lines.start,
    };
    match (writer.shape.whitespace, writer.shape.layout) {
        (Whitespace::Shown, Layout::Unified) => {
            writer.put(Sides::Patch, hunk.lines.len());
            0
        }
        (Whitespace::Shown, Layout::Split) => {
            writer.side_by_side(hunk);
            0
        }
        (Whitespace::Hidden, _) => writer.without_whitespace(hunk),
    }
}

struct Writer<'b, 'a> {
    patch: &'a Patch,
    shape: &'a Shape,
    has_comments: bool,
    builder: &'b mut Builder<'a>,
    file: FileId,
    /// The next line before.
    old: u32,
    /// The next line after.
    new: u32,
}

impl Writer<'_, '_> {
    fn side_by_side(&mut self, hunk: &Hunk) {
        for run in pairs::runs(self.patch, hunk) {
            match run {
                Run::Context(lines) => self.context(&lines),
                Run::Change { removed, added } if removed.len().max(added.len()) == 1 => {
                    self.segments(&[Segment { removed, added }]);
                }
                Run::Change { removed, added } => {
                    let parts = pairs::segments(self.patch, removed, added);
                    self.segments(&parts.list);
                }
            }
        }
    }

    /// Puts the lines with whitespace hidden, none when nothing else changed and nobody commented.
    fn without_whitespace(&mut self, hunk: &Hunk) -> u32 {
        let patch = self.patch;
        let stretches: Vec<Stretch> = pairs::runs(patch, hunk)
            .map(|run| stretch(patch, run))
            .collect();
        let hidden = stretches.iter().map(Stretch::hidden).sum();
        if hidden > 0 && !self.has_comments && !stretches.iter().any(Stretch::has_change) {
            return hidden;
        }
        for stretch in stretches {
            match stretch {
                Stretch::Context(lines) => self.context(&lines),
                Stretch::Change(list) => self.change(&list),
                Stretch::Judged(whole, pairs) => {
                    (self.old, self.new) = (whole.removed.start, whole.added.start);
                    self.judged(&pairs);
                }
            }
        }
        hidden
    }

    fn context(&mut self, lines: &Range<u32>) {
        (self.old, self.new) = (lines.start, lines.start);
        match self.shape.layout {
            Layout::Unified => self.put(Sides::Patch, lines.len()),
            Layout::Split => self.put(Sides::Both, lines.len()),
        }
    }

    /// Puts a run that is a change as a whole.
    fn change(&mut self, list: &[Segment]) {
        let Some((first, last)) = list.first().zip(list.last()) else {
            return;
        };
        match self.shape.layout {
            Layout::Unified => {
                (self.old, self.new) = (first.removed.start, first.added.start);
                self.put(Sides::Old, (first.removed.start..last.removed.end).len());
                self.put(Sides::New, (first.added.start..last.added.end).len());
            }
            Layout::Split => self.segments(list),
        }
    }

    /// Puts the parts of a run side by side.
    fn segments(&mut self, list: &[Segment]) {
        for segment in list {
            (self.old, self.new) = (segment.removed.start, segment.added.start);
            let (olds, news) = (segment.removed.len(), segment.added.len());
            if !segment.is_by_likeness() {
                let both = olds.min(news);
                self.put(Sides::Both, both);
                self.put(Sides::Old, olds - both);
                self.put(Sides::New, news - both);
            } else if self.has_comments {
                self.pairs(&pairs::of_segment(self.patch, segment));
            } else {
                // Which line stands beside which is found when somebody looks.
                let kind = Kind::Segment(self.file, short(olds), short(news));
                self.builder.push(kind, self.old, self.new, olds.max(news));
            }
        }
    }

    fn pairs(&mut self, pairs: &[Pair]) {
        for alike in pairs.chunk_by(|one, next| sides(one) == sides(next)) {
            self.put(alike.first().map_or(Sides::Both, sides), alike.len());
        }
    }

    /// Puts the pairs of one run whose fates are known.
    fn judged(&mut self, pairs: &[(Pair, Fate)]) {
        for alike in pairs.chunk_by(|one, next| one.1 == next.1) {
            let fate = alike.first().map_or(Fate::Change, |first| first.1);
            let only: Vec<Pair> = alike.iter().map(|(pair, _)| *pair).collect();
            let olds = only.iter().filter(|pair| pair.old.is_some()).count();
            let news = only.iter().filter(|pair| pair.new.is_some()).count();
            match (fate, self.shape.layout) {
                (Fate::Same, _) => self.put(Sides::Same, only.len()),
                (Fate::LeftOut, _) => self.leave_out(olds, news),
                (Fate::Change, Layout::Unified) => {
                    self.put(Sides::Old, olds);
                    self.put(Sides::New, news);
                }
                (Fate::Change, Layout::Split) => self.pairs(&only),
            }
        }
    }

    /// Puts the next lines of some sides and, behind each, its comments.
    fn put(&mut self, sides: Sides, count: usize) {
        let mut left = u32::try_from(count).unwrap_or(u32::MAX);
        if self.has_comments {
            let mut done = 0;
            for (offset, comments) in self.comments(sides, left) {
                self.push(sides, offset + 1 - done);
                left -= offset + 1 - done;
                done = offset + 1;
                self.builder.comments(&comments, self.old, self.new);
            }
        }
        self.push(sides, left);
    }

    fn push(&mut self, sides: Sides, count: u32) {
        let kind = Kind::Lines(self.file, sides);
        self.builder.push(kind, self.old, self.new, count as usize);
        self.old += if sides.has_old() { count } else { 0 };
        self.new += if sides.has_new() { count } else { 0 };
    }

    /// Goes past lines; their comments stay.
    fn leave_out(&mut self, olds: usize, news: usize) {
        for (sides, count) in [(Sides::Old, olds), (Sides::New, news)] {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            let comments = self.comments(sides, count).into_values().flatten();
            let comments: Vec<CommentId> = comments.collect();
            self.old += if sides.has_old() { count } else { 0 };
            self.new += if sides.has_new() { count } else { 0 };
            self.builder.comments(&comments, self.old, self.new);
        }
    }

    /// The comments on the next lines of some sides, by offset; a context line counts once.
    fn comments(&self, sides: Sides, count: u32) -> BTreeMap<u32, Vec<CommentId>> {
        let mut found = BTreeMap::<u32, Vec<CommentId>>::new();
        let mut add = |first: u32| {
            let lines = LineId(first)..LineId(first.saturating_add(count));
            for (line, comments) in self.shape.comments.lines.range(lines) {
                found.entry(line.0 - first).or_default().extend(comments);
            }
        };
        if sides.has_old() {
            add(self.old);
        }
        if sides.has_new() && !(sides.has_old() && self.old == self.new) {
            add(self.new);
        }
        found
    }
}

impl Stretch {
    /// How many changed lines are hidden.
    fn hidden(&self) -> u32 {
        let Self::Judged(_, pairs) = self else {
            return 0;
        };
        let hidden = pairs.iter().filter(|(_, fate)| *fate != Fate::Change);
        let lines =
            hidden.map(|(pair, _)| u32::from(pair.old.is_some()) + u32::from(pair.new.is_some()));
        lines.sum()
    }

    fn has_change(&self) -> bool {
        match self {
            Self::Context(_) => false,
            Self::Change(_) => true,
            Self::Judged(_, pairs) => pairs.iter().any(|(_, fate)| *fate == Fate::Change),
        }
    }
}

/// What becomes of a run when whitespace is hidden. Blank lines that came or went are left out only
/// where nothing else changed in the run.
fn stretch(patch: &Patch, run: Run) -> Stretch {
    let (removed, added) = match run {
        Run::Context(lines) => return Stretch::Context(lines),
        Run::Change { removed, added } => (removed, added),
    };
    let is_mixed = !removed.is_empty() && !added.is_empty();
    let is_blank = |line| pairs::is_blank(patch.line_text(LineId(line)));
    let are_blank = !is_mixed && removed.clone().chain(added.clone()).all(is_blank);
    let whole = Segment { removed, added };
    let parts = pairs::segments(patch, whole.removed.clone(), whole.added.clone());
    if !parts.may_have_equals && !are_blank {
        return Stretch::Change(parts.list);
    }
    let list = parts.list.iter();
    let pairs = list.flat_map(|part| pairs::of_segment(patch, part));
    let mut judged: Vec<(Pair, Fate)> = pairs.map(|pair| (pair, fate(patch, &pair))).collect();
    if judged.iter().any(|(_, fate)| *fate == Fate::Change) {
        let left_out = judged.iter_mut().filter(|(_, fate)| *fate == Fate::LeftOut);
        left_out.for_each(|(_, fate)| *fate = Fate::Change);
    }
    Stretch::Judged(whole, judged)
}

fn fate(patch: &Patch, pair: &Pair) -> Fate {
    match (pair.old, pair.new) {
        (Some(old), Some(new)) => {
            let (old, new) = (patch.line_text(old), patch.line_text(new));
            let is_same = pairs::is_same_but_whitespace(old, new);
            if is_same { Fate::Same } else { Fate::Change }
        }
        (Some(line), None) | (None, Some(line)) if pairs::is_blank(patch.line_text(line)) => {
            Fate::LeftOut
        }
        (Some(_), None) | (None, Some(_)) | (None, None) => Fate::Change,
    }
}

fn sides(pair: &Pair) -> Sides {
    match (pair.old, pair.new) {
        (Some(_), None) => Sides::Old,
        (None, Some(_)) => Sides::New,
        (Some(_), Some(_)) | (None, None) => Sides::Both,
    }
}

/// A count of lines that are few.
fn short(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}
