//! Writes a patch as git does.

use std::{fmt::Write, ops::Range};

use crate::diff::{
    patch::{LineKind, PatchFile, quoted::quote},
    since::{
        is_same,
        regions::{Entry, Region},
    },
};

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// A patch that is being written.
#[derive(Default)]
pub(super) struct Document {
    text: String,
}

/// A file in one of the two heads; without a path it is not there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Head<'a> {
    pub path: Option<&'a str>,
    pub mode: Option<u32>,
    pub blob: Option<&'a str>,
}

/// What is written below a file's header.
pub(super) enum Text<'a> {
    /// That bytes differ.
    Binary,
    /// Lines; none when the content is the same.
    Regions(Vec<Region<'a>>),
}

impl<'a> Head<'a> {
    /// A file after the change of its patch.
    pub fn after(file: &'a PatchFile) -> Self {
        Self {
            path: file.new_path.as_deref(),
            mode: file.new_mode,
            blob: file.new_blob.as_deref(),
        }
    }

    /// A file before the change of its patch.
    pub fn before(file: &'a PatchFile) -> Self {
        Self {
            path: file.old_path.as_deref(),
            mode: file.old_mode,
            blob: file.old_blob.as_deref(),
        }
    }
}

impl Document {
    /// The whole patch.
    pub fn text(self) -> String {
        self.text
    }

    /// Writes a file, unless nothing is different.
    pub fn file(&mut self, old: &Head<'_>, new: &Head<'_>, is_copy: bool, text: Text<'_>) {
        let has_modes = old.mode.is_some() && new.mode.is_some();
        let is_other_mode = has_modes && old.mode != new.mode;
        let has_text = match &text {
            Text::Binary => true,
            Text::Regions(regions) => !regions.is_empty(),
        };
        let Some(any) = old.path.or(new.path) else {
            return;
        };
        if old.path == new.path && !is_other_mode && !has_text {
            return;
        }
        let names = [old, new].map(|head| head.path.unwrap_or(any));
        self.line(&format!(
            "diff --git {} {}",
            quote(&format!("a/{}", names[0])),
            quote(&format!("b/{}", names[1]))
        ));
        self.modes(old, new);
        if names[0] != names[1] {
            let word = if is_copy { "copy" } else { "rename" };
            self.line(&format!("{word} from {}", quote(names[0])));
            self.line(&format!("{word} to {}", quote(names[1])));
        }
        self.index(old, new);
        let names = [side("a/", old), side("b/", new)];
        match text {
            Text::Binary => {
                let [old, new] = names;
                self.line(&format!("Binary files {old} and {new} differ"));
            }
            Text::Regions(regions) => self.regions(&regions, names),
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn modes(&mut self, old: &Head<'_>, new: &Head<'_>) {
        // A file whose mode is not known is most likely a plain one.
        let mode = |head: &Head<'_>| head.mode.unwrap_or(0o100_644);
        if old.path.is_none() {
            self.line(&format!("new file mode {:06o}", mode(new)));
        } else if new.path.is_none() {
            self.line(&format!("deleted file mode {:06o}", mode(old)));
        } else if let (Some(old), Some(new)) = (old.mode, new.mode)
            && old != new
        {
            self.line(&format!("old mode {old:06o}"));
            self.line(&format!("new mode {new:06o}"));
        }
    }

    fn index(&mut self, old: &Head<'_>, new: &Head<'_>) {
        let id = |head: &Head<'_>| -> Option<String> {
            match head.path {
                Some(_) => head.blob.map(str::to_owned),
                None => Some("0000000".to_owned()),
            }
        };
        let (Some(before), Some(after)) = (id(old), id(new)) else {
            return;
        };
        if is_same(Some(&before), Some(&after)) {
            return;
        }
        let mode = old.mode.filter(|mode| new.mode == Some(*mode));
        let mode = mode.map(|mode| format!(" {mode:06o}")).unwrap_or_default();
        self.line(&format!("index {before}..{after}{mode}"));
    }

    fn regions(&mut self, regions: &[Region<'_>], [old, new]: [String; 2]) {
        if regions.is_empty() {
            return;
        }
        for (sign, name) in [("---", old), ("+++", new)] {
            // What follows a name with blanks would be part of it.
            let end = if name.contains(' ') { "\t" } else { "" };
            self.line(&format!("{sign} {name}{end}"));
        }
        for region in regions {
            for range in hunks(&region.entries) {
                let section = if range.start == 0 { region.section } else { "" };
                self.hunk(region.entries.get(range).unwrap_or_default(), section);
            }
        }
    }

    fn hunk(&mut self, entries: &[Entry<'_>], section: &str) {
        let Some(first) = entries.first() else {
            return;
        };
        let count = |other: LineKind| entries.iter().filter(|entry| entry.kind != other).count();
        let old = span(first.old, count(LineKind::Added));
        let new = span(first.new, count(LineKind::Removed));
        let blank = if section.is_empty() { "" } else { " " };
        self.line(&format!("@@ -{old} +{new} @@{blank}{section}"));
        for entry in entries {
            self.text.push(match entry.kind {
                LineKind::Context => ' ',
                LineKind::Added => '+',
                LineKind::Removed => '-',
            });
            self.line(entry.line.text);
            if entry.line.lacks_newline {
                self.line("\\ No newline at end of file");
            }
        }
    }
}

/// A path with its prefix behind `---` or `+++`.
fn side(prefix: &str, head: &Head<'_>) -> String {
    match head.path {
        Some(path) => quote(&format!("{prefix}{path}")).into_owned(),
        None => "/dev/null".to_owned(),
    }
}

/// `3,4`, or what git writes when there is one line or none.
fn span(start: i64, count: usize) -> String {
    let mut text = String::new();
    let start = if count == 0 { start - 1 } else { start };
    // Writing to a string cannot fail.
    let _ = write!(text, "{}", start.max(0));
    if count != 1 {
        let _ = write!(text, ",{count}");
    }
    text
}

/// The changes with the lines around them; those whose surroundings meet are one hunk.
fn hunks(entries: &[Entry<'_>]) -> Vec<Range<usize>> {
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        if entry.kind == LineKind::Context {
            continue;
        }
        let range = place.saturating_sub(CONTEXT)..entries.len().min(place + 1 + CONTEXT);
        match hunks.last_mut() {
            Some(last) if last.end >= range.start => last.end = range.end,
            _ => hunks.push(range),
        }
    }
    hunks
}
