//! What changed between two patches of the same change request: "since I last looked".
//!
//! In: the patch that was looked at and the present one. Out: the text of a patch between the two
//! heads, made from what both patches show of the new side, so that it needs neither a repository nor
//! the server. Unchanged files are left out; so is what only the base's movement explains.
//!
//! Where a file's base is the same in both (the `index` lines tell), a line that neither patch shows is
//! the same in both heads, and the result is exact: it leads from one head to the other. Only its
//! context can be shorter than git's. Where the base moved, lines are matched by what they say; then
//! line numbers, and lines that the base changed next to the work, are as good as the patches tell.
//!
//! Files that the present patch no longer has are shown as taken back, even if the base has their
//! change now. A patch that the server left out as too large tells nothing and must not be given.

mod document;
mod lines;
mod pairs;
mod regions;

use crate::{
    diff::{
        patch::{FileContent, Patch, PatchFile},
        since::{
            document::{Document, Head, Text},
            lines::Interner,
            pairs::{Pair, paired},
            regions::{Base, Shown, regions},
        },
    },
    model::change::FileStatus,
};

/// The patch from the head of `before` to the head of `now`, as text that [`Patch::parse`] reads.
pub fn between(before: &Patch, now: &Patch) -> String {
    let mut document = Document::default();
    if before.text() == now.text() {
        return document.text();
    }
    for pair in paired(before, now) {
        match pair {
            // What a cut patch does not have may be behind the cut.
            Pair::New(_) if before.is_cut() => {}
            Pair::Undone(_) if now.is_cut() => {}
            Pair::New(file) => new(&mut document, now, file),
            Pair::Undone(file) => undone(&mut document, before, file),
            Pair::Both(both) => {
                let comparison = Comparison {
                    old: Version::new(before, both.before, both.split_before),
                    new: Version::new(now, both.now, both.split_now),
                };
                comparison.write(&mut document);
            }
        }
    }
    document.text()
}

/// Writes a file that only the present patch has: what it says of it.
fn new(document: &mut Document, now: &Patch, file: &PatchFile) {
    let text = if file.content == FileContent::Binary {
        Text::Binary
    } else {
        let mut interner = Interner::default();
        let shown = Shown::new(now, file, None, &mut interner);
        let nothing = Shown::default();
        Text::Regions(regions(nothing, shown, Base::Same))
    };
    let old = Head::before(file);
    document.file(&old, &Head::after(file), is_copy(file), text);
}

/// Writes a file that only the earlier patch has: the way back.
fn undone(document: &mut Document, before: &Patch, file: &PatchFile) {
    let is_copy = is_copy(file);
    let text = if file.content == FileContent::Binary {
        Text::Binary
    } else if is_copy {
        // Of the copy that is gone only the changes are known.
        Text::Regions(Vec::new())
    } else {
        let mut interner = Interner::default();
        let shown = Shown::new(before, file, None, &mut interner);
        Text::Regions(regions(shown, Shown::default(), Base::Same))
    };
    let new = if is_copy {
        Head::default()
    } else {
        Head::before(file)
    };
    document.file(&Head::after(file), &new, false, text);
}

fn is_copy(file: &PatchFile) -> bool {
    file.status == FileStatus::Copied
}

/// A file in one of the two patches.
#[derive(Clone, Copy)]
struct Version<'a> {
    patch: &'a Patch,
    file: &'a PatchFile,
    /// The deleted file that this one was made from, when git saw no rename.
    source: Option<&'a PatchFile>,
}

/// Which patches are to be laid over each other.
enum Known {
    /// Both: they start from one base.
    Both,
    /// The earlier one, backwards: the present head is its base.
    Before,
    /// The present one: its base is the earlier head.
    Now,
}

/// A file that both patches have.
struct Comparison<'a> {
    old: Version<'a>,
    new: Version<'a>,
}

impl<'a> Version<'a> {
    fn new(patch: &'a Patch, file: &'a PatchFile, source: Option<&'a PatchFile>) -> Self {
        Self {
            patch,
            file,
            source,
        }
    }

    fn base_blob(&self) -> Option<&'a str> {
        self.source.unwrap_or(self.file).old_blob.as_deref()
    }

    fn has_base(&self) -> bool {
        self.source.is_some() || self.file.old_path.is_some()
    }

    /// The content's id after; `base` is the id before according to the other patch.
    fn head_blob(&self, base: Option<&'a str>) -> Option<&'a str> {
        let is_unchanged = self.file.content == FileContent::Nothing && self.has_base();
        let own = self.file.new_blob.as_deref();
        own.or(base.filter(|_| is_unchanged))
    }

    fn shown(&self, interner: &mut Interner<'a>) -> Shown<'a> {
        Shown::new(self.patch, self.file, self.source, interner)
    }

    fn head(&self, blob: Option<&'a str>) -> Head<'a> {
        Head {
            blob,
            ..Head::after(self.file)
        }
    }
}

impl<'a> Comparison<'a> {
    fn write(&self, document: &mut Document) {
        let old_blob = self.old.head_blob(self.new.base_blob());
        let new_blob = self.new.head_blob(self.old.base_blob());
        let old = self.old.head(old_blob);
        let new = self.new.head(new_blob);
        document.file(&old, &new, false, self.text(old_blob, new_blob));
    }

    fn text(&self, old_blob: Option<&str>, new_blob: Option<&str>) -> Text<'a> {
        let is_binary = |version: &Version<'_>| version.file.content == FileContent::Binary;
        if is_same(old_blob, new_blob) {
            return Text::Regions(Vec::new());
        }
        if is_binary(&self.old) || is_binary(&self.new) {
            return Text::Binary;
        }
        let mut interner = Interner::default();
        let mut before = self.old.shown(&mut interner);
        let mut now = self.new.shown(&mut interner);
        match self.known(old_blob, new_blob) {
            Known::Both => {}
            Known::Before => now = Shown::default(),
            Known::Now => before = Shown::default(),
        }
        Text::Regions(regions(before, now, self.base()))
    }

    /// Which patch alone leads from one head to the other.
    fn known(&self, old_blob: Option<&str>, new_blob: Option<&str>) -> Known {
        let (old, new) = (self.old, self.new);
        if is_same(old_blob, new.base_blob()) {
            return Known::Now;
        }
        if is_same(new_blob, old.base_blob()) {
            return Known::Before;
        }
        match (old.has_base(), new.has_base()) {
            (true, true) | (false, false) => Known::Both,
            // The base got the file; what is in it now is close to the head of then.
            (false, true) if new.file.new_path.is_some() => Known::Now,
            (false, true) => Known::Before,
            // The base lost the file, so that the present patch has all of it.
            (true, false) => Known::Now,
        }
    }

    /// Whether both patches start from the same content.
    fn base(&self) -> Base {
        let is_new = !self.old.has_base() && !self.new.has_base();
        let comes_or_goes = self.old.file.new_path.is_some() != self.new.file.new_path.is_some();
        if is_new || comes_or_goes || is_same(self.old.base_blob(), self.new.base_blob()) {
            Base::Same
        } else {
            Base::Moved
        }
    }
}

/// Whether two ids, which may be cut to different lengths, are of the same content.
fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    let length = one.len().min(other.len());
    length >= 4 && one.get(..length) == other.get(..length)
}
