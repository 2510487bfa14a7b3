//! Applies what was read of a file to its text, strictly: an oracle for numbers, kinds and texts.

use kortix_tui::{
    diff::patch::{LineKind, Patch, PatchFile, PatchLine, Side},
    model::change::FileStatus,
};

/// One side's text of a file and how far it was used.
struct Source<'a> {
    lines: Vec<&'a str>,
    at: usize,
    made: String,
}

/// The text after, made from the text before and the hunks of a file.
pub fn applied(before: &str, patch: &Patch, file: &PatchFile) -> Result<String, String> {
    walked(before, patch, file, Side::Old)
}

/// The text before, made from the text after.
pub fn reversed(after: &str, patch: &Patch, file: &PatchFile) -> Result<String, String> {
    walked(after, patch, file, Side::New)
}

fn walked(text: &str, patch: &Patch, file: &PatchFile, from: Side) -> Result<String, String> {
    let mut source = Source {
        lines: text.split_inclusive('\n').collect(),
        at: 0,
        made: String::new(),
    };
    for hunk in patch.hunks_of(file) {
        let (start, count) = match from {
            Side::Old => (hunk.old_start, hunk.old_count),
            Side::New => (hunk.new_start, hunk.new_count),
        };
        // A hunk without lines on a side stands behind the line it names.
        let mut first = if count == 0 { start } else { start - 1 } as usize;
        if file.status == FileStatus::TypeChanged {
            // The second of the two hunks is one of an empty file.
            first = first.max(source.at);
        }
        source.copy_to(first)?;
        for line in patch.lines_of(hunk) {
            source.line(patch, line, from)?;
        }
    }
    source.copy_to(source.lines.len())?;
    Ok(source.made)
}

impl Source<'_> {
    fn copy_to(&mut self, place: usize) -> Result<(), String> {
        let lines = self
            .lines
            .get(self.at..place)
            .ok_or_else(|| format!("no lines {}..{place}", self.at))?;
        self.made.extend(lines.iter().copied());
        self.at = place;
        Ok(())
    }

    fn line(&mut self, patch: &Patch, line: &PatchLine, from: Side) -> Result<(), String> {
        let text = patch.piece(line.start..line.end);
        let text = format!("{text}{}", if line.lacks_newline { "" } else { "\n" });
        let (number, gone) = match from {
            Side::Old => (line.old, LineKind::Removed),
            Side::New => (line.new, LineKind::Added),
        };
        if number == 0 {
            self.made.push_str(&text);
            return Ok(());
        }
        if self.at + 1 != number as usize || self.lines.get(self.at) != Some(&&*text) {
            let there = self.lines.get(self.at);
            return Err(format!("line {number} is {there:?}, not {text:?}"));
        }
        self.at += 1;
        if line.kind != gone {
            self.made.push_str(&text);
        }
        Ok(())
    }
}
