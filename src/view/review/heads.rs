//! Rows that are not code: heads of files and hunks, notes on files without lines, and gaps.
//!
//! In: a file, hunk or gap of the difference. Out: one row each. What is cut first when there is no
//! room is said last. Not for: the head of the whole screen (`head`).

use ratatui::style::Style;

use crate::{
    action::Action,
    app::review::folding::Reason,
    diff::{
        changeset::{FileEntry, FileId},
        patch::{FileContent, Hunk, HunkId, PatchFile},
        rows::{Gap, Whitespace},
    },
    model::change::FileStatus,
    text,
    theme::{Role, Symbols},
    view::{code::over, pen::Pen, review::Drawing},
};

/// Columns that the path of a file keeps, whatever else is to be said.
const PATH: usize = 16;

/// The letter of what happened to a file, as git writes it.
pub(super) fn letter(status: &FileStatus) -> (&'static str, Role) {
    match status {
        FileStatus::Added => ("A", Role::Additions),
        FileStatus::Modified => ("M", Role::Warning),
        FileStatus::Deleted => ("D", Role::Deletions),
        FileStatus::Renamed => ("R", Role::Accent),
        FileStatus::Copied => ("C", Role::Accent),
        FileStatus::TypeChanged => ("T", Role::Warning),
        FileStatus::Other(_) => ("?", Role::Warning),
    }
}

/// Draws the head of a file behind its mark.
pub(super) fn file(drawing: &Drawing<'_>, pen: &mut Pen<'_>, id: FileId, ground: Style) {
    let Some(entry) = drawing.all.file(id) else {
        return;
    };
    let style = |role: Role| over(drawing.style(role), ground);
    let is_folded = drawing.sheet().shape.folded_files.contains(&id);
    let (letter, letter_role) = letter(&entry.status);
    pen.put(fold_glyph(drawing.symbols, is_folded), style(Role::Dim))
        .skip(1)
        .put(letter, style(letter_role))
        .skip(1);
    let reviewed = drawing.sheet().reviewed.contains(&id);
    let reviewed = reviewed.then(|| format!(" {} reviewed ", drawing.symbols.good));
    let end = reviewed.as_deref().map_or(0, text::width);
    let counts = counts(entry, drawing.symbols);
    let facts = file_facts(drawing, id, entry, is_folded);
    let room = pen.room().saturating_sub(end);
    let facts = fitting(
        facts,
        room.saturating_sub(PATH + text::width(&counts.0) + 6),
    );
    let taken = [&*counts.0, &*counts.1, &*facts];
    let taken: usize = taken.iter().map(|text| text::width(text) + 1).sum();
    let path = path(entry, drawing.symbols, room.saturating_sub(taken + 1));
    pen.put(&path, style(Role::Title)).skip(1);
    if !counts.0.is_empty() {
        pen.put(&counts.0, style(Role::Additions)).skip(1);
    }
    if !counts.1.is_empty() {
        pen.put(&counts.1, style(Role::Deletions)).skip(1);
    }
    if !facts.is_empty() {
        pen.put(&facts, style(Role::Dim)).skip(1);
    }
    let dashes = pen.room().saturating_sub(end);
    pen.put(
        &drawing.symbols.horizontal.repeat(dashes),
        style(Role::Border),
    );
    if let Some(reviewed) = reviewed {
        pen.put(&reviewed, style(Role::Good));
    }
}

/// The name of a file in a row, cut in the middle to some columns; a renamed one with its old name.
pub(super) fn path(entry: &FileEntry, symbols: &Symbols, columns: usize) -> String {
    let new = text::sanitize_line(&entry.path);
    let Some(old) = &entry.old_path else {
        return text::truncate_middle(&new, columns).into_owned();
    };
    let old = text::sanitize_line(old);
    let between = format!(" {} ", symbols.into);
    let whole = format!("{old}{between}{new}");
    if text::width(&whole) <= columns {
        return whole;
    }
    let half = columns.saturating_sub(text::width(&between)) / 2;
    let (wide, narrow) = (text::width(&old), text::width(&new));
    // The shorter name leaves the longer one what it does not need.
    let rest = 2 * half;
    let first = wide.min(half.max(rest.saturating_sub(narrow)));
    let old = text::truncate_middle(&old, first);
    let new = text::truncate_middle(&new, rest - first);
    format!("{old}{between}{new}")
}

/// Lines added and removed, each empty when there are none.
pub(super) fn counts(entry: &FileEntry, symbols: &Symbols) -> (String, String) {
    let (added, removed) = (entry.additions, entry.deletions);
    let of = |sign: &str, count: u64| match count {
        0 => String::new(),
        count => format!("{sign}{count}"),
    };
    (of("+", added), of(symbols.minus, removed))
}

/// What else there is to say of a file, the most important first.
fn file_facts(
    drawing: &Drawing<'_>,
    id: FileId,
    entry: &FileEntry,
    is_folded: bool,
) -> Vec<String> {
    let mut facts = Vec::new();
    let sheet = drawing.sheet();
    let hidden = sheet.shape.comments.in_file(drawing.all, id);
    if is_folded && hidden > 0 {
        let comments = text::count(hidden, "comment", "comments");
        facts.push(format!("{comments} inside"));
    }
    if is_folded {
        let patch_file = entry.patch_file;
        // Else the note below says it.
        if let Some(file) = patch_file.and_then(|file| drawing.all.patch.file(file)) {
            facts.extend(content_word(file.content).map(str::to_owned));
            facts.extend(mode_words(file, drawing.symbols));
        }
        let reason = sheet.folded_for.get(&id).copied();
        facts.push(reason.map_or("folded", Reason::phrase).to_owned());
    }
    facts
}

fn content_word(content: FileContent) -> Option<&'static str> {
    match content {
        FileContent::Binary => Some("binary"),
        FileContent::Symlink => Some("symbolic link"),
        FileContent::Submodule => Some("submodule"),
        FileContent::Text | FileContent::Nothing => None,
    }
}

fn mode_words(file: &PatchFile, symbols: &Symbols) -> Option<String> {
    let (old, new) = file.old_mode.zip(file.new_mode)?;
    let words = format!("mode {old:o} {} {new:o}", symbols.into);
    (old != new).then_some(words)
}

/// As many facts as fit, with separators between.
fn fitting(facts: Vec<String>, columns: usize) -> String {
    let mut fitting = String::new();
    for fact in facts {
        let between = if fitting.is_empty() { "" } else { " · " };
        if text::width(&fitting) + text::width(between) + text::width(&fact) > columns {
            break;
        }
        fitting.push_str(between);
        fitting.push_str(&fact);
    }
    fitting
}

fn fold_glyph(symbols: &Symbols, is_folded: bool) -> &'static str {
    if is_folded {
        symbols.folded
    } else {
        symbols.unfolded
    }
}

/// Draws why a file has no lines, or a mode that changed.
pub(super) fn note(drawing: &Drawing<'_>, pen: &mut Pen<'_>, id: FileId, ground: Style) {
    let Some(entry) = drawing.all.file(id) else {
        return;
    };
    let patch_file = entry
        .patch_file
        .and_then(|file| drawing.all.patch.file(file));
    let words = match patch_file {
        Some(file) => note_words(entry, file, drawing.symbols),
        None if drawing.all.is_too_large => "its lines were left out".to_owned(),
        None => "the host names it, but sent no lines of it".to_owned(),
    };
    let style = over(drawing.style(Role::Dim), ground);
    pen.skip(2).put(&words, style);
}

fn note_words(entry: &FileEntry, file: &PatchFile, symbols: &Symbols) -> String {
    let what = match file.content {
        FileContent::Binary => "binary: its bytes are not shown",
        FileContent::Symlink => "a symbolic link; the lines are what it leads to",
        FileContent::Submodule => "a submodule; the lines are its commits",
        FileContent::Nothing | FileContent::Text if !file.hunks.is_empty() => "",
        FileContent::Nothing | FileContent::Text => match entry.status {
            FileStatus::Added => "an empty file",
            FileStatus::Deleted => "it was empty",
            FileStatus::Renamed => "moved without a change",
            FileStatus::Copied => "copied without a change",
            FileStatus::Modified | FileStatus::TypeChanged | FileStatus::Other(_) => {
                if file.old_mode == file.new_mode {
                    "nothing that can be shown changed"
                } else {
                    ""
                }
            }
        },
    };
    let mode = mode_words(file, symbols).unwrap_or_default();
    match (what, &*mode) {
        (what, "") => what.to_owned(),
        ("", mode) => mode.to_owned(),
        (what, mode) => format!("{what} · {mode}"),
    }
}

/// Draws the head of a hunk behind its mark.
pub(super) fn hunk(drawing: &Drawing<'_>, pen: &mut Pen<'_>, id: HunkId, ground: Style) {
    let sheet = drawing.sheet();
    let patch = &drawing.all.patch;
    let Some(hunk) = patch.hunk(id) else {
        return;
    };
    let style = |role: Role| over(drawing.style(role), ground);
    let is_folded = sheet.shape.folded_hunks.contains(&id);
    let marks = &drawing.pane.review.marks;
    let is_reviewed = marks.has_hunk(&sheet.digests, id);
    let reviewed = match is_reviewed {
        true => format!(" {} reviewed ", drawing.symbols.good),
        false => String::new(),
    };
    let facts = fitting(hunk_facts(drawing, id, hunk, is_folded), pen.room() / 2);
    pen.skip(2)
        .put(fold_glyph(drawing.symbols, is_folded), style(Role::Dim))
        .skip(1)
        .put(&ranges(hunk), style(Role::DiffGutter))
        .skip(1);
    let taken = text::width(&facts) + text::width(&reviewed) + 2;
    let section = text::sanitize_line(patch.piece(hunk.section.clone()));
    let section = text::truncate(section.trim(), pen.room().saturating_sub(taken));
    pen.put(&section, style(Role::DiffHead)).skip(1);
    pen.put(&facts, style(Role::Dim));
    let blanks = pen.room().saturating_sub(text::width(&reviewed));
    pen.skip(blanks).put(&reviewed, style(Role::Good));
}

/// Where a hunk is, as git writes it.
fn ranges(hunk: &Hunk) -> String {
    let side = |start: u32, count: u32| match count {
        1 => start.to_string(),
        _ => format!("{start},{count}"),
    };
    let old = side(hunk.old_start, hunk.old_count);
    let new = side(hunk.new_start, hunk.new_count);
    format!("@@ -{old} +{new} @@")
}

fn hunk_facts(drawing: &Drawing<'_>, id: HunkId, hunk: &Hunk, is_folded: bool) -> Vec<String> {
    let sheet = drawing.sheet();
    let mut facts = Vec::new();
    let comments = sheet.shape.comments.in_hunk(drawing.all, id);
    if is_folded && comments > 0 {
        let comments = text::count(comments, "comment", "comments");
        facts.push(format!("{comments} inside"));
    }
    if is_folded {
        let lines = text::count(hunk.lines.len(), "line", "lines");
        facts.push(format!("{lines} folded"));
    }
    let hidden = sheet.rows.hunk(id).map_or(0, |rows| rows.hidden);
    if sheet.shape.whitespace == Whitespace::Hidden && hidden > 0 {
        let lines = text::count(hidden as usize, "change", "changes");
        facts.push(format!("{lines} of whitespace hidden"));
    }
    facts
}

/// Draws lines that are left out.
pub(super) fn gap(
    drawing: &Drawing<'_>,
    pen: &mut Pen<'_>,
    gap: Gap,
    lines: Option<u32>,
    ground: Style,
) {
    let style = |role: Role| over(drawing.style(role), ground);
    let words = match lines {
        Some(lines) => text::count(lines as usize, "unchanged line", "unchanged lines"),
        None => "the rest of the file".to_owned(),
    };
    let is_asked = drawing.sheet().fetching.contains_key(&gap.file);
    let columns = usize::from(drawing.geometry.number);
    pen.put(&drawing.symbols.gap.repeat(columns), style(Role::DiffGap))
        .skip(1)
        .put(&words, style(Role::DiffGap));
    let hint = match (is_asked, drawing.key(Action::MoreContext)) {
        (true, _) => "asking for the file".to_owned(),
        (false, key) if key.is_empty() => return,
        (false, key) => format!("{key} shows more"),
    };
    pen.put(" · ", style(Role::DiffGap))
        .put(&hint, style(Role::DiffGap));
}
