//! Finds where comments stand in a changeset, also after the head moved.
//!
//! In: comments with their anchors, a changeset, and the contents of files as far as they are known.
//! Out: a [`Placement`] for each. Lines are looked for in this order:
//! 1. on their own side of the file in the patch and, where its contents are known, outside of the
//!    hunks: the same text, best by neighbors, number and nearness; else the same but for whitespace;
//! 2. on the other side: an unchanged line that is removed now, a removed one that is back;
//! 3. when no file of this name is left, in files of other names, if neighbors agree in one place only.
//!
//! Lines of nothing but punctuation are found only where a neighbor or the number agrees. What is
//! found nowhere is outdated and shown on its file, or at the top.

use std::collections::BTreeMap;

use crate::{
    diff::{
        changeset::{Changeset, FileEntry, FileId},
        patch::{FileContent, LineId, PatchFile, Side},
        review::{
            Review,
            comment::{Anchor, Comment, CommentId, Placement, Target},
            strip::{Fit, Likeness, Strip, says_something},
        },
        rows::{CommentPlaces, Contents},
    },
    model::change::FileStatus,
};

/// What the neighbors have to score before lines are believed to be those of a file with another name.
const ELSEWHERE: u32 = 4;

/// Where all comments of a review stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    /// Where to show them.
    pub places: CommentPlaces,
    /// Those whose lines or file are gone.
    pub outdated: Vec<CommentId>,
    /// Files whose contents would tell whether an outdated comment's lines are still there, outside of
    /// the hunks.
    pub wanted: Vec<FileId>,
}

impl Comment {
    /// Finds what the comment is about in the patch alone.
    pub fn place(&self, changeset: &Changeset) -> Placement {
        self.place_with(changeset, &BTreeMap::new())
    }

    /// Finds what the comment is about, also on unchanged lines of the files whose contents are known.
    pub fn place_with(
        &self,
        changeset: &Changeset,
        contents: &BTreeMap<FileId, Contents>,
    ) -> Placement {
        match &self.target {
            Target::Change => Placement::Change,
            Target::File { path } => match files_of(changeset, path, Side::New).first() {
                Some(file) => Placement::File(*file),
                None => Placement::Outdated(None),
            },
            Target::Lines { path, side, anchor } => {
                let search = Search {
                    changeset,
                    contents,
                    anchor,
                };
                search.find(path, *side)
            }
        }
    }
}

impl Review {
    /// Finds where all comments stand; those at the same place are in the order of the review.
    pub fn places(&self, changeset: &Changeset, contents: &BTreeMap<FileId, Contents>) -> Placed {
        let mut placed = Placed::default();
        for comment in &self.comments {
            let placement = comment.place_with(changeset, contents);
            placed.add(comment.id, placement);
            if let Placement::Outdated(Some(file)) = placement
                && !contents.contains_key(&file)
                && !placed.wanted.contains(&file)
                && has_gaps(changeset, file)
            {
                placed.wanted.push(file);
            }
        }
        placed
    }
}

impl Placed {
    fn add(&mut self, id: CommentId, placement: Placement) {
        let places = &mut self.places;
        let list = match placement {
            Placement::Change | Placement::Outdated(None) => &mut places.change,
            Placement::File(file) | Placement::Outdated(Some(file)) => {
                places.files.entry(file).or_default()
            }
            Placement::Lines { last, .. } => places.lines.entry(last).or_default(),
            Placement::Context { file, line } => places.context.entry((file, line)).or_default(),
        };
        list.push(id);
        if matches!(placement, Placement::Outdated(_)) {
            self.outdated.push(id);
        }
    }
}

/// Comments by where they stand: on the whole, then by file and line, outdated ones of a file behind
/// its others, those without a file last; the given order among equals.
pub fn in_order<'a>(
    changeset: &Changeset,
    comments: impl IntoIterator<Item = &'a Comment>,
) -> Vec<&'a Comment> {
    let mut comments: Vec<&Comment> = comments.into_iter().collect();
    comments.sort_by_cached_key(|comment| match comment.place(changeset) {
        Placement::Change => (0, 0, 0),
        Placement::File(file) => (1, file.0, 0),
        Placement::Lines { file, first, .. } => (1, file.0, first.0.saturating_add(1)),
        Placement::Context { file, .. } | Placement::Outdated(Some(file)) => (1, file.0, u32::MAX),
        Placement::Outdated(None) => (2, 0, 0),
    });
    comments
}

/// The files that a path on a side may mean, the likeliest first.
fn files_of(changeset: &Changeset, path: &str, side: Side) -> Vec<FileId> {
    let likelihood = |entry: &FileEntry| {
        let is_now = entry.path == path;
        let was = entry.old_path.as_deref() == Some(path);
        match side {
            Side::New if is_now => Some(0),
            Side::New => was.then_some(1),
            Side::Old if was && entry.status == FileStatus::Renamed => Some(0),
            Side::Old if is_now && entry.old_path.is_none() => Some(0),
            Side::Old if was => Some(1),
            Side::Old => is_now.then_some(2),
        }
    };
    let known = ids(changeset).zip(&changeset.files);
    let mut files: Vec<(u8, FileId)> = known
        .filter_map(|(id, entry)| Some((likelihood(entry)?, id)))
        .collect();
    files.sort_unstable();
    files.into_iter().map(|(_, id)| id).collect()
}

fn ids(changeset: &Changeset) -> impl Iterator<Item = FileId> {
    let count = u32::try_from(changeset.files.len()).unwrap_or(u32::MAX);
    (0..count).map(FileId)
}

fn shown(changeset: &Changeset, file: FileId) -> Option<&PatchFile> {
    changeset.patch.file(changeset.file(file)?.patch_file?)
}

/// Whether a file may have lines that are on both sides and outside of its hunks.
fn has_gaps(changeset: &Changeset, file: FileId) -> bool {
    shown(changeset, file).is_some_and(|shown| {
        let is_on_both = shown.old_path.is_some() && shown.new_path.is_some();
        is_on_both && shown.content == FileContent::Text && !shown.hunks.is_empty()
    })
}

/// One search for the lines of an anchor.
struct Search<'a> {
    changeset: &'a Changeset,
    contents: &'a BTreeMap<FileId, Contents>,
    anchor: &'a Anchor,
}

/// A place that was found.
type Found = (Fit, Placement);

impl Search<'_> {
    fn find(&self, path: &str, side: Side) -> Placement {
        let files = files_of(self.changeset, path, side);
        let other = match side {
            Side::Old => Side::New,
            Side::New => Side::Old,
        };
        let tries = [
            (side, Likeness::Same),
            (side, Likeness::Spaced),
            (other, Likeness::Same),
        ];
        let mut found = tries
            .into_iter()
            .filter_map(|(on, likeness)| self.best(&files, on, likeness));
        match (found.next(), files.first()) {
            (Some(placement), _) => placement,
            (None, Some(file)) => Placement::Outdated(Some(*file)),
            (None, None) => self.elsewhere(side).unwrap_or(Placement::Outdated(None)),
        }
    }

    /// The best place in some files, the first of them when two are as good.
    fn best(&self, files: &[FileId], side: Side, likeness: Likeness) -> Option<Placement> {
        if likeness == Likeness::Spaced && !self.says_something() {
            return None;
        }
        let files = files.iter().rev();
        let found = files.flat_map(|file| {
            let patch = self.in_patch(*file, side, likeness);
            let contents = self.in_contents(*file, likeness);
            patch.into_iter().chain(contents)
        });
        found
            .filter(|(fit, _)| self.is_believable(fit))
            .max_by_key(|(fit, _)| fit.rank())
            .map(|(_, placement)| placement)
    }

    fn says_something(&self) -> bool {
        self.anchor.lines.iter().any(|line| says_something(line))
    }

    fn is_believable(&self, fit: &Fit) -> bool {
        let is_alone = self.anchor.before.is_empty() && self.anchor.after.is_empty();
        fit.score > 0 || is_alone || self.says_something()
    }

    fn in_patch(&self, file: FileId, side: Side, likeness: Likeness) -> Vec<Found> {
        let patch = &self.changeset.patch;
        let hunks = shown(self.changeset, file).map(|shown| patch.hunks_of(shown));
        let mut found = Vec::new();
        for hunk in hunks.unwrap_or_default() {
            let strip = Strip::of_hunk(patch, hunk, side);
            for fit in strip.fits(self.anchor, likeness) {
                let end = fit.from + self.anchor.lines.len();
                if let Some([first, .., last] | [first @ last]) = strip.ids.get(fit.from..end) {
                    let (first, last) = (*first, *last);
                    found.push((fit, Placement::Lines { file, first, last }));
                }
            }
        }
        found
    }

    /// Places outside of the hunks, or across their border.
    fn in_contents(&self, file: FileId, likeness: Likeness) -> Vec<Found> {
        let contents = self.contents.get(&file);
        let Some(contents) = contents.filter(|_| has_gaps(self.changeset, file)) else {
            return Vec::new();
        };
        let strip = Strip::of_contents(contents);
        let fits = strip.fits(self.anchor, likeness);
        fits.filter_map(|fit| Some((fit, self.beyond(file, fit.first)?)))
            .collect()
    }

    /// Where lines from a number on stand; `None` when the patch shows them all.
    fn beyond(&self, file: FileId, first: u32) -> Option<Placement> {
        let count = self.anchor.lines.len();
        let last = first.saturating_add(u32::try_from(count).ok()?.checked_sub(1)?);
        let patch = &self.changeset.patch;
        let hunks = patch.hunks_of(shown(self.changeset, file)?);
        let lines = hunks.iter().flat_map(|hunk| {
            let ids = (hunk.lines.start..).map(LineId);
            ids.zip(patch.lines_of(hunk))
        });
        let visible: Vec<_> = lines
            .filter(|(_, line)| (first..=last).contains(&line.new))
            .collect();
        if visible.len() >= count {
            return None;
        }
        Some(match (visible.first(), visible.last()) {
            (Some((from, _)), Some((to, line))) if line.new == last => Placement::Lines {
                file,
                first: *from,
                last: *to,
            },
            _ => Placement::Context { file, line: last },
        })
    }

    /// The one place in all files at which enough neighbors agree.
    fn elsewhere(&self, side: Side) -> Option<Placement> {
        if !self.says_something() {
            return None;
        }
        let files = ids(self.changeset);
        let found = files.flat_map(|file| self.in_patch(file, side, Likeness::Same));
        let mut found: Vec<Found> = found.filter(|(fit, _)| fit.score >= ELSEWHERE).collect();
        found.sort_by_key(|(fit, _)| fit.score);
        let (best, placement) = found.pop()?;
        let is_clear = found.last().is_none_or(|(next, _)| next.score < best.score);
        is_clear.then_some(placement)
    }
}
