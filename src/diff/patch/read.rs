//! Walks through the text of a patch once and gathers files, hunks and lines.
//!
//! The body of a hunk is measured by the counts of its head, because a removed line `-- a` looks like
//! the head of a file. It ends early where a line cannot belong to it.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use crate::{
    diff::patch::{
        FileContent, Hunk, LineKind, PatchFile, PatchFileId, PatchLine,
        header::{Header, HunkHead, TYPE, hunk_head},
    },
    model::change::FileStatus,
};

/// What a patch consists of.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub files: Vec<PatchFile>,
    pub hunks: Vec<Hunk>,
    pub lines: Vec<PatchLine>,
    pub is_cut: bool,
}

/// Reads the text of a patch, up to the offset that a line can name.
pub(super) fn read(text: &str) -> Found {
    let most = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
    let end = text.floor_char_boundary(text.len().min(most));
    let mut reader = Reader::new(text.get(..end).unwrap_or_default());
    while let Some(line) = reader.next() {
        reader.outside(line);
    }
    reader.finish_file();
    reader.found.lines.shrink_to_fit();
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    header: Option<Header<'a>>,
    /// The first hunk of the file that is being read.
    first_hunk: u32,
    added: u32,
    removed: u32,
    found: Found,
}

/// How much of a hunk is still to come, and the numbers of its next line.
struct Body {
    old: u32,
    new: u32,
    old_left: u32,
    new_left: u32,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let lines = memchr_iter(b'\n', text.as_bytes()).count() + 1;
        Self {
            text,
            at: 0,
            header: None,
            first_hunk: 0,
            added: 0,
            removed: 0,
            found: Found {
                lines: Vec::with_capacity(lines),
                ..Found::default()
            },
        }
    }

    /// The bytes of the next line without its line feed, which stays where it is.
    fn peek(&self) -> Option<Range<usize>> {
        let rest = self.text.as_bytes().get(self.at..)?;
        if rest.is_empty() {
            return None;
        }
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        Some(self.at..self.at + length)
    }

    fn next(&mut self) -> Option<Range<usize>> {
        let line = self.peek()?;
        self.at = line.end + 1;
        Some(line)
    }

    fn text_of(&self, line: Range<usize>) -> &'a str {
        let text = self.text.get(line).unwrap_or_default();
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// Takes a line that is in no hunk.
    fn outside(&mut self, range: Range<usize>) {
        let start = range.start;
        let line = self.text_of(range);
        if let Some(names) = line.strip_prefix("diff --git ") {
            self.begin_file(Header::git(names));
        } else if let Some(name) = line
            .strip_prefix("diff --cc ")
            .or_else(|| line.strip_prefix("diff --combined "))
        {
            self.begin_file(Header::combined(name));
        } else if let Some(head) = hunk_head(line).filter(|_| self.header.is_some()) {
            self.hunk(head, start, start + line.len());
        } else if line.starts_with("--- ") && self.begins_plain_file() {
            self.begin_file(Header::default());
            self.note(line);
        } else if !self.has_hunks() {
            self.note(line);
        }
    }

    fn note(&mut self, line: &'a str) {
        if let Some(header) = &mut self.header {
            header.note(line);
        }
    }

    /// Whether a `---` line begins a file of its own, as in a patch that git did not write.
    fn begins_plain_file(&self) -> bool {
        let follows = || {
            let line = self.peek()?;
            self.text.get(line)?.strip_prefix("+++ ")
        };
        (self.header.is_none() || self.has_hunks()) && follows().is_some()
    }

    fn has_hunks(&self) -> bool {
        self.hunk_count() > self.first_hunk
    }

    // Neither files, hunks nor lines can be more than the bytes, which are counted in 32 bits.
    fn hunk_count(&self) -> u32 {
        u32::try_from(self.found.hunks.len()).unwrap_or(u32::MAX)
    }

    fn line_count(&self) -> u32 {
        u32::try_from(self.found.lines.len()).unwrap_or(u32::MAX)
    }

    fn file_id(&self) -> PatchFileId {
        PatchFileId(u32::try_from(self.found.files.len()).unwrap_or(u32::MAX))
    }

    fn begin_file(&mut self, header: Header<'a>) {
        self.finish_file();
        self.header = Some(header);
        self.first_hunk = self.hunk_count();
        (self.added, self.removed) = (0, 0);
    }

    fn finish_file(&mut self) {
        let Some(header) = self.header.take() else {
            return;
        };
        let mut file = header.finish(self.has_hunks());
        file.hunks = self.first_hunk..self.hunk_count();
        (file.added, file.removed) = (self.added, self.removed);
        if let Some(before) = self.found.files.last_mut()
            && is_replacement(before, &file)
        {
            replace(before, file);
            let id = PatchFileId(self.file_id().0 - 1);
            for hunk in self.found.hunks.iter_mut().skip(self.first_hunk as usize) {
                hunk.file = id;
            }
        } else {
            self.found.files.push(file);
        }
    }

    /// Reads the body of a hunk whose head was just read.
    fn hunk(&mut self, mut head: HunkHead, start: usize, end: usize) {
        let first = self.line_count();
        head.old_start = head.old_start.max(u32::from(head.old_count > 0));
        head.new_start = head.new_start.max(u32::from(head.new_count > 0));
        let mut body = Body {
            old: head.old_start,
            new: head.new_start,
            old_left: head.old_count,
            new_left: head.new_count,
        };
        while body.old_left > 0 || body.new_left > 0 {
            let Some(line) = self.peek() else { break };
            if !self.body_line(&mut body, line.clone(), first) {
                break;
            }
            self.at = line.end + 1;
        }
        self.closing_mark(first);
        self.found.is_cut |= body.old_left > 0 || body.new_left > 0;
        let old_count = head.old_count - body.old_left;
        let new_count = head.new_count - body.new_left;
        let hunk = Hunk {
            file: self.file_id(),
            old_start: place(head.old_start, head.old_count, old_count),
            old_count,
            new_start: place(head.new_start, head.new_count, new_count),
            new_count,
            section: offset(start + head.section)..offset(end),
            lines: first..self.line_count(),
        };
        self.found.hunks.push(hunk);
    }

    /// Takes one line of a hunk; false when it belongs to none.
    fn body_line(&mut self, body: &mut Body, line: Range<usize>, first: u32) -> bool {
        let bytes = self.text.as_bytes();
        let sign = bytes.get(line.start).filter(|_| !line.is_empty());
        let is_bare = line.is_empty() || (line.len() == 1 && sign == Some(&b'\r'));
        let (kind, start) = match sign {
            Some(b'+') if body.new_left > 0 => (LineKind::Added, line.start + 1),
            Some(b'-') if body.old_left > 0 => (LineKind::Removed, line.start + 1),
            Some(b'\\') => {
                self.mark_newline(first);
                return true;
            }
            // Mail programs take the blank from an empty line.
            _ if is_bare && body.old_left > 0 && body.new_left > 0 => {
                (LineKind::Context, line.start)
            }
            Some(b' ') if body.old_left > 0 && body.new_left > 0 => {
                (LineKind::Context, line.start + 1)
            }
            _ => return false,
        };
        let (old, new) = body.take(kind);
        match kind {
            LineKind::Context => {}
            LineKind::Added => self.added += 1,
            LineKind::Removed => self.removed += 1,
        }
        self.found.lines.push(PatchLine {
            start: offset(start),
            end: offset(line.end),
            old,
            new,
            kind,
            lacks_newline: false,
        });
        true
    }

    /// Takes the remark behind a hunk's last line.
    fn closing_mark(&mut self, first: u32) {
        if let Some(line) = self.peek()
            && self.text.as_bytes().get(line.start) == Some(&b'\\')
        {
            self.mark_newline(first);
            self.at = line.end + 1;
        }
    }

    fn mark_newline(&mut self, first: u32) {
        if self.line_count() > first
            && let Some(line) = self.found.lines.last_mut()
        {
            line.lacks_newline = true;
        }
    }
}

impl Body {
    /// The numbers of the next line of a kind, 0 on the side where it is not.
    fn take(&mut self, kind: LineKind) -> (u32, u32) {
        let (old, new) = (self.old, self.new);
        let in_old = kind != LineKind::Added;
        let in_new = kind != LineKind::Removed;
        if in_old {
            self.old = old.saturating_add(1);
            self.old_left -= 1;
        }
        if in_new {
            self.new = new.saturating_add(1);
            self.new_left -= 1;
        }
        (if in_old { old } else { 0 }, if in_new { new } else { 0 })
    }
}

/// The start of a hunk's side; when all its announced lines are missing, the line before them.
fn place(start: u32, announced: u32, count: u32) -> u32 {
    let is_missing = announced > 0 && count == 0;
    start.saturating_sub(u32::from(is_missing))
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Whether a new file stands in the place of a deleted one of another type: git writes such a change
/// as two files.
fn is_replacement(before: &PatchFile, file: &PatchFile) -> bool {
    let kind = |mode: Option<u32>| mode.map(|mode| mode & TYPE);
    before.status == FileStatus::Deleted
        && file.status == FileStatus::Added
        && before.old_path == file.new_path
        && kind(before.old_mode) != kind(file.new_mode)
}

/// Makes one file of both.
fn replace(before: &mut PatchFile, file: PatchFile) {
    before.status = FileStatus::TypeChanged;
    before.new_path = file.new_path;
    before.new_mode = file.new_mode;
    before.new_blob = file.new_blob;
    let is_emptied = file.content == FileContent::Nothing && !before.hunks.is_empty();
    before.content = if is_emptied {
        FileContent::Text
    } else {
        file.content
    };
    before.hunks.end = file.hunks.end;
    before.added = before.added.saturating_add(file.added);
    before.removed = before.removed.saturating_add(file.removed);
}
