//! The lines above a file's hunks, and the first line of a hunk.
//!
//! In: header lines one by one. Out: what they say together as a [`PatchFile`]. Paths come from the
//! `rename`/`copy` lines, which have no prefix; else from `---`/`+++`; else from `diff --git`, whose
//! two names can only be told apart because they are equal or quoted.

use crate::{
    diff::patch::{FileContent, PatchFile, quoted::unquote},
    model::change::FileStatus,
};

/// The bits of a mode that tell files, links and submodules apart.
pub(super) const TYPE: u32 = 0o170_000;
const SYMLINK: u32 = 0o120_000;
const SUBMODULE: u32 = 0o160_000;

/// The header of one file, as far as it was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Header<'a> {
    /// The names behind `diff --git`; empty for a patch that git did not write.
    names: &'a str,
    old_name: Option<&'a str>,
    new_name: Option<&'a str>,
    from: Option<&'a str>,
    to: Option<&'a str>,
    status: Option<FileStatus>,
    old_mode: Option<u32>,
    new_mode: Option<u32>,
    similarity: Option<u8>,
    old_blob: Option<&'a str>,
    new_blob: Option<&'a str>,
    is_binary: bool,
}

/// The two names of a file, `None` for the side where it is not.
#[derive(Debug, Default)]
struct Names {
    old: Option<String>,
    new: Option<String>,
}

/// What the first line of a hunk says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HunkHead {
    pub old_start: u32,
    pub old_count: u32,
    pub new_start: u32,
    pub new_count: u32,
    /// Where the text behind the second `@@` begins in the line.
    pub section: usize,
}

impl<'a> Header<'a> {
    /// The header that begins with `diff --git` and these names.
    pub fn git(names: &'a str) -> Self {
        Self {
            names,
            ..Self::default()
        }
    }

    /// The header of a combined diff, which has one name.
    pub fn combined(name: &'a str) -> Self {
        Self {
            from: Some(name),
            to: Some(name),
            ..Self::default()
        }
    }

    /// Takes what one more line says; unknown lines say nothing.
    pub fn note(&mut self, line: &'a str) {
        let Some((word, rest)) = KEYS
            .iter()
            .find_map(|word| Some((*word, line.strip_prefix(word)?)))
        else {
            return;
        };
        match word {
            "--- " => self.old_name = Some(rest),
            "+++ " => self.new_name = Some(rest),
            "old mode " => self.old_mode = mode(rest),
            "new mode " => self.new_mode = mode(rest),
            "new file mode " => {
                self.status = Some(FileStatus::Added);
                self.new_mode = mode(rest);
            }
            "deleted file mode " => {
                self.status = Some(FileStatus::Deleted);
                self.old_mode = mode(rest);
            }
            "rename from " => {
                self.status = Some(FileStatus::Renamed);
                self.from = Some(rest);
            }
            "copy from " => {
                self.status = Some(FileStatus::Copied);
                self.from = Some(rest);
            }
            "rename to " | "copy to " => self.to = Some(rest),
            "similarity index " => {
                let percent = rest.trim_end_matches('%');
                self.similarity = percent.parse().ok().filter(|percent| *percent <= 100);
            }
            "index " => self.index(rest),
            _ => self.is_binary = true,
        }
    }

    /// Takes the ids of `1234567..89abcde 100644`.
    fn index(&mut self, rest: &'a str) {
        let (blobs, kind) = rest.split_once(' ').unwrap_or((rest, ""));
        let Some((old, new)) = blobs.split_once("..") else {
            return;
        };
        // A combined diff has several before.
        let old = old.split(',').next();
        self.old_blob = old.filter(|id| !is_null(id));
        self.new_blob = Some(new).filter(|id| !is_null(id));
        if let Some(kind) = mode(kind) {
            self.old_mode = Some(kind);
            self.new_mode = Some(kind);
        }
    }

    /// The file that the header describes; its lines are not counted yet.
    pub fn finish(self, has_hunks: bool) -> PatchFile {
        let mut names = self.names();
        if names.old.is_none() && names.new.is_none() {
            // Not as git writes it: the whole line is better than no name.
            names.old = Some(self.names.to_owned());
            names.new = names.old.clone();
        }
        let status = self.status(&names);
        let content = self.content(has_hunks);
        let mut file = PatchFile {
            old_path: names.old,
            new_path: names.new,
            old_mode: self.old_mode,
            new_mode: self.new_mode,
            similarity: self.similarity,
            old_blob: self.old_blob.map(str::to_owned),
            new_blob: self.new_blob.map(str::to_owned),
            content,
            hunks: 0..0,
            added: 0,
            removed: 0,
            status,
        };
        if file.status == FileStatus::Added {
            file.new_path = file.new_path.or(file.old_path.take());
            (file.old_path, file.old_mode) = (None, None);
        } else if file.status == FileStatus::Deleted {
            file.old_path = file.old_path.or(file.new_path.take());
            (file.new_path, file.new_mode) = (None, None);
        }
        file
    }

    fn status(&self, names: &Names) -> FileStatus {
        if let Some(status) = &self.status {
            return status.clone();
        }
        if names.old.is_none() && names.new.is_some() {
            return FileStatus::Added;
        }
        if names.new.is_none() {
            return FileStatus::Deleted;
        }
        match (self.old_mode, self.new_mode) {
            (Some(old), Some(new)) if old & TYPE != new & TYPE => FileStatus::TypeChanged,
            _ => FileStatus::Modified,
        }
    }

    fn content(&self, has_hunks: bool) -> FileContent {
        let kind = self.new_mode.or(self.old_mode).map(|mode| mode & TYPE);
        match kind {
            _ if self.is_binary => FileContent::Binary,
            Some(SYMLINK) => FileContent::Symlink,
            Some(SUBMODULE) => FileContent::Submodule,
            _ if has_hunks => FileContent::Text,
            _ => FileContent::Nothing,
        }
    }

    fn names(&self) -> Names {
        let both = split(self.names);
        let has_prefix = match (self.old_side(), self.new_side(), &both) {
            (Some(Some(old)), Some(Some(new)), _) => is_prefixed(&old, &new),
            (_, _, Some((old, new))) => is_prefixed(old, new),
            _ => true,
        };
        let (old, new) = both.unzip();
        let bare = |name: String| {
            if has_prefix {
                without_prefix(&name)
            } else {
                name
            }
        };
        Names {
            old: match self.from {
                Some(from) => Some(plain(from)),
                None => self.old_side().unwrap_or(old).map(bare),
            },
            new: match self.to {
                Some(to) => Some(plain(to)),
                None => self.new_side().unwrap_or(new).map(bare),
            },
        }
    }

    /// What stands behind `---`: a name, or that there is none; `None` without such a line.
    fn old_side(&self) -> Option<Option<String>> {
        self.old_name.map(side)
    }

    fn new_side(&self) -> Option<Option<String>> {
        self.new_name.map(side)
    }
}

/// The beginnings of header lines that say something; the longer of two that begin alike first.
const KEYS: [&str; 14] = [
    "index ",
    "--- ",
    "+++ ",
    "old mode ",
    "new mode ",
    "new file mode ",
    "deleted file mode ",
    "rename from ",
    "rename to ",
    "copy from ",
    "copy to ",
    "similarity index ",
    "Binary files ",
    "GIT binary patch",
];

fn mode(text: &str) -> Option<u32> {
    u32::from_str_radix(text.trim_end(), 8).ok()
}

fn is_null(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// A name as it stands alone on a line: quoted, or up to a tab.
fn plain(name: &str) -> String {
    if let Some((path, _)) = unquote(name) {
        return path;
    }
    let end = name.find('\t').unwrap_or(name.len());
    name.get(..end).unwrap_or(name).to_owned()
}

/// A name behind `---` or `+++`; `None` where the file is not.
fn side(name: &str) -> Option<String> {
    Some(plain(name)).filter(|name| name != "/dev/null")
}

/// The two names of `diff --git`, with their prefixes.
fn split(names: &str) -> Option<(String, String)> {
    if let Some((old, end)) = unquote(names) {
        let new = names.get(end..)?.strip_prefix(' ')?;
        return Some((old, plain(new)));
    }
    if names.ends_with('"')
        && let Some((old, new)) = names.split_once(" \"")
        && let Some((new, _)) = unquote(&format!("\"{new}"))
    {
        return Some((old.to_owned(), new));
    }
    let middle = names.len() / 2;
    if names.as_bytes().get(middle) == Some(&b' ') {
        let (old, new) = (names.get(..middle)?, names.get(middle + 1..)?);
        if old == new || (is_prefixed(old, new) && old.get(2..) == new.get(2..)) {
            return Some((old.to_owned(), new.to_owned()));
        }
    }
    let (old, new) = names.split_once(" b/")?;
    Some((old.to_owned(), format!("b/{new}")))
}

/// Whether both names begin with the letters that git puts before them.
fn is_prefixed(old: &str, new: &str) -> bool {
    prefix(old).is_some() && prefix(new).is_some() && prefix(old) != prefix(new)
}

fn prefix(name: &str) -> Option<u8> {
    let [letter, b'/', _, ..] = name.as_bytes() else {
        return None;
    };
    b"abciow12".contains(letter).then_some(*letter)
}

fn without_prefix(name: &str) -> String {
    let rest = prefix(name).and_then(|_| name.get(2..));
    rest.unwrap_or(name).to_owned()
}

/// Reads `@@ -1,2 +3,4 @@ section`; a number too large for its place is the largest.
pub(super) fn hunk_head(line: &str) -> Option<HunkHead> {
    let rest = line.strip_prefix("@@ -")?;
    let (old_start, old_count, rest) = span(rest)?;
    let (new_start, new_count, rest) = span(rest.strip_prefix(" +")?)?;
    let section = rest.strip_prefix(" @@")?;
    let section = section.strip_prefix(' ').unwrap_or(section);
    Some(HunkHead {
        old_start,
        old_count,
        new_start,
        new_count,
        section: line.len() - section.len(),
    })
}

/// A start with an optional count, 1 when it is left out, and what follows.
fn span(text: &str) -> Option<(u32, u32, &str)> {
    let (start, rest) = number(text)?;
    match rest.strip_prefix(',') {
        Some(rest) => {
            let (count, rest) = number(rest)?;
            Some((start, count, rest))
        }
        None => Some((start, 1, rest)),
    }
}

fn number(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return None;
    }
    Some((digits.parse().unwrap_or(u32::MAX), rest))
}
