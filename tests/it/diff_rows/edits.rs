//! Files before and after random edits, and their difference.

use std::fmt;

use kortix_tui::{
    diff::{
        changeset::{Changeset, FileId},
        patch::{HunkId, LineId, LineKind},
        review::comment::CommentId,
        rows::{Contents, Gap, Opened, Row, Rows, Shape},
    },
    model::change::Difference,
};
use proptest::{collection::vec, prelude::*, sample::select};
use similar::TextDiff;

/// A file before and after.
#[derive(Debug, Clone)]
pub struct Edited {
    pub old: String,
    pub new: String,
}

/// What was edited, and the difference.
pub struct Edits {
    pub files: Vec<Edited>,
    pub changeset: Changeset,
}

impl fmt::Debug for Edits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:?}\n{}",
            self.files,
            self.changeset.patch.text()
        )
    }
}

#[derive(Debug, Clone)]
enum Edit {
    Keep,
    Remove,
    Replace(&'static str),
    Insert(&'static str),
    Indent,
}

const LINES: [&str; 10] = [
    "",
    "  ",
    "}",
    "\treturn x;",
    "let a = 1;",
    "let a  = 1;",
    "- item",
    "+ plus",
    "用例 é\r",
    "@@ -1 +1 @@",
];

impl Edits {
    /// Reads the patch that a difference of these files has.
    pub fn new(files: Vec<Edited>) -> Self {
        let patch: String = (0..)
            .zip(&files)
            .map(|(place, file)| patch(place, file))
            .collect();
        let changeset = Changeset::new(Difference {
            patch,
            ..Difference::default()
        });
        Self { files, changeset }
    }

    /// The rows in a shape.
    pub fn rows(&self, shape: &Shape) -> Vec<Row> {
        listed(&self.changeset, shape)
    }

    /// The shape with every gap opened.
    pub fn opened(&self, mut shape: Shape) -> Shape {
        for id in (0..self.changeset.files.len() as u32).map(FileId) {
            let contents = Contents::new(self.file(id).new.as_str());
            shape.contents.insert(id, contents);
        }
        all_opened(&self.changeset, shape)
    }

    /// The file of an entry; an unchanged file has no entry.
    pub fn file(&self, id: FileId) -> &Edited {
        let path = &self.changeset.file(id).unwrap().path;
        let place: usize = path.trim_start_matches('f').parse().unwrap();
        &self.files[place]
    }

    /// A comment on every third line, on each file, on an unchanged line, and on the whole.
    pub fn commented(&self, mut shape: Shape) -> Shape {
        let ids = &mut (1..).map(CommentId);
        let mut next = || ids.next().unwrap();
        shape.comments.change.push(next());
        for id in (0..self.changeset.files.len() as u32).map(FileId) {
            shape.comments.files.insert(id, vec![next(), next()]);
            shape.comments.context.insert((id, 2), vec![next()]);
        }
        for line in (0..self.changeset.patch.lines().len() as u32).step_by(3) {
            shape.comments.lines.insert(LineId(line), vec![next()]);
        }
        shape
    }
}

/// The shape with every gap opened, for which it needs contents.
pub fn all_opened(changeset: &Changeset, mut shape: Shape) -> Shape {
    for (file, entry) in (0..).map(FileId).zip(&changeset.files) {
        let hunks = changeset
            .patch
            .file(entry.patch_file.unwrap())
            .unwrap()
            .hunks
            .len();
        for before in 0..=hunks as u32 {
            let (top, bottom) = (7, u32::MAX);
            shape
                .opened
                .insert(Gap { file, before }, Opened { top, bottom });
        }
    }
    shape
}

/// All rows, one by one.
pub fn listed(changeset: &Changeset, shape: &Shape) -> Vec<Row> {
    let rows = Rows::new(changeset, shape);
    let all: Vec<Row> = (0..rows.len())
        .map(|row| rows.at(changeset, shape, row).unwrap())
        .collect();
    assert_eq!(rows.at(changeset, shape, rows.len()), None);
    all
}

/// The lines of the patch that a row shows.
pub fn lines_of(row: Row) -> Vec<LineId> {
    match row {
        Row::Line(_, line) => vec![line],
        Row::Same(_, old, new) => vec![old, new],
        Row::Pair(_, old, new) if old == new => old.into_iter().collect(),
        Row::Pair(_, old, new) => old.into_iter().chain(new).collect(),
        Row::File(_)
        | Row::Note(_)
        | Row::Hunk(..)
        | Row::Gap(..)
        | Row::Context { .. }
        | Row::Comment(_) => Vec::new(),
    }
}

/// Hunks of a changeset.
pub fn hunks(changeset: &Changeset) -> impl Iterator<Item = HunkId> {
    (0..changeset.patch.hunks().len() as u32).map(HunkId)
}

/// The lines of one side, each with its number.
type Numbered = Vec<(u32, String)>;

/// Both sides of each file as rows show them.
pub fn rebuilt(changeset: &Changeset, shape: &Shape) -> Vec<[Numbered; 2]> {
    let mut files = vec![[Vec::new(), Vec::new()]; changeset.files.len()];
    let rows = Rows::new(changeset, shape);
    for (place, row) in listed(changeset, shape).into_iter().enumerate() {
        let Some(file) = rows.file_at(place) else {
            continue;
        };
        let [before, after] = &mut files[file.0 as usize];
        if let Row::Context { file, old, new } = row {
            let text = shape.contents[&file].line(new);
            before.push((old, text.to_owned()));
            after.push((new, text.to_owned()));
        }
        for id in lines_of(row) {
            let line = changeset.patch.line(id).unwrap();
            let text = changeset.patch.line_text(id).to_owned();
            if line.kind != LineKind::Added {
                before.push((line.old, text.clone()));
            }
            if line.kind != LineKind::Removed {
                after.push((line.new, text));
            }
        }
    }
    files
}

/// A text's lines with their numbers.
pub fn numbered(text: &str) -> Numbered {
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let lines = lines.filter(|_| !text.is_empty()).map(str::to_owned);
    (1..).zip(lines).collect()
}

fn patch(place: usize, file: &Edited) -> String {
    if file.old == file.new {
        return String::new();
    }
    let head = format!("diff --git a/f{place} b/f{place}\nindex 1..2 100644\n");
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<_>>();
    let (old, new) = (lines(&file.old), lines(&file.new));
    let mut config = TextDiff::configure();
    let text = config.newline_terminated(true).diff_slices(&old, &new);
    let (old, new) = (format!("a/f{place}"), format!("b/f{place}"));
    let body = text.unified_diff().header(&old, &new).to_string();
    head + &body
}

/// Edits of one to three files.
pub fn edits() -> impl Strategy<Value = Edits> {
    vec(edited(), 1..4).prop_map(Edits::new)
}

fn edited() -> impl Strategy<Value = Edited> {
    let edit = prop_oneof![
        12 => Just(Edit::Keep),
        1 => Just(Edit::Remove),
        1 => select(&LINES[..]).prop_map(Edit::Replace),
        1 => select(&LINES[..]).prop_map(Edit::Insert),
        1 => Just(Edit::Indent),
    ];
    let lines = vec((select(&LINES[..]), edit), 0..90);
    let ends = (any::<bool>(), any::<bool>());
    (lines, ends).prop_map(|(lines, ends)| {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (place, (line, edit)) in lines.into_iter().enumerate() {
            // Numbers make most lines unique, as they are in code.
            let line = if place % 3 == 0 {
                line.to_owned()
            } else {
                format!("{line} // {place}")
            };
            old.push(line.clone());
            match edit {
                Edit::Keep => new.push(line),
                Edit::Remove => {}
                Edit::Replace(other) => new.push(other.to_owned()),
                Edit::Insert(other) => new.extend([other.to_owned(), line]),
                Edit::Indent => new.push(format!("    {line}")),
            }
        }
        Edited {
            old: text(&old, ends.0),
            new: text(&new, ends.1),
        }
    })
}

fn text(lines: &[String], is_ended: bool) -> String {
    let mut text = lines.join("\n");
    // The library that makes the patches takes a lone carriage return at the end for a line feed.
    let is_ended = is_ended || text.ends_with('\r');
    if is_ended && !lines.is_empty() {
        text.push('\n');
    }
    text
}
