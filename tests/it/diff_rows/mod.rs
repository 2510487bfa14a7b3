//! Rows of a difference: which there are, where they are, and what they leave out.

mod edits;
mod files_of_git;
mod properties;

use std::collections::BTreeSet;

use kortix_tui::{
    diff::{
        changeset::{Changeset, FileId},
        patch::{HunkId, LineId, Side},
        review::comment::CommentId,
        rows::{Contents, Gap, Layout, Opened, Row, Rows, Shape, Whitespace},
    },
    model::change::{ChangedFile, Difference, FileStatus},
};

use edits::{Edited, Edits, listed};

/// One file before and after.
fn edited(old: &str, new: &str) -> Edits {
    Edits::new(vec![Edited {
        old: old.to_owned(),
        new: new.to_owned(),
    }])
}

/// Thirty numbered lines, and the same with another tenth, without the twentieth and with a last one.
fn thirty() -> Edits {
    let old: Vec<String> = (1..=30).map(|line| line.to_string()).collect();
    let mut new = old.clone();
    new[9] = "ten".to_owned();
    new.remove(19);
    edited(&(old.join("\n") + "\n"), &(new.join("\n") + "\n"))
}

fn split() -> Shape {
    Shape {
        layout: Layout::Split,
        ..Shape::default()
    }
}

fn hidden(layout: Layout) -> Shape {
    Shape {
        layout,
        whitespace: Whitespace::Hidden,
        ..Shape::default()
    }
}

/// Rows as text: numbers before and after, then what is there.
fn sketch(changeset: &Changeset, shape: &Shape) -> Vec<String> {
    let side = |line: Option<LineId>, side: Side| {
        let text = line.map(|line| changeset.patch.line_text(line));
        let line = line.and_then(|line| changeset.patch.line(line));
        let number = line.map(|line| match side {
            Side::Old => line.old,
            Side::New => line.new,
        });
        let number = number.filter(|number| *number > 0);
        let number = number.map_or("-".to_owned(), |number| number.to_string());
        (number, text.unwrap_or_default())
    };
    let row = |row: &Row| match row {
        Row::File(file) => format!("file {}", changeset.file(*file).unwrap().path),
        Row::Note(_) => "note".to_owned(),
        Row::Hunk(_, hunk) => format!("hunk {}", hunk.0),
        Row::Gap(gap, left) => format!("gap {} of {left:?}", gap.before),
        Row::Context { file, old, new } => {
            format!("{old} {new} ={}", shape.contents[file].line(*new))
        }
        Row::Comment(comment) => format!("comment {}", comment.0),
        Row::Line(_, line) => {
            let (new, text) = side(Some(*line), Side::New);
            format!("{} {new} {text}", side(Some(*line), Side::Old).0)
        }
        Row::Same(_, old, new) => {
            let (number, text) = side(Some(*new), Side::New);
            format!("{} {number} ~{text}", side(Some(*old), Side::Old).0)
        }
        Row::Pair(_, old, new) => {
            let (old, new) = (side(*old, Side::Old), side(*new, Side::New));
            format!("{} {} | {} {}", old.0, old.1, new.0, new.1)
        }
    };
    listed(changeset, shape).iter().map(row).collect()
}

#[test]
fn one_column_has_removed_lines_above_added_ones() {
    let edits = edited("a\nb\nc\n", "a\nx\ny\nc\n");
    assert_eq!(
        sketch(&edits.changeset, &Shape::default()),
        [
            "file f0",
            "hunk 0",
            "1 1 a",
            "2 - b",
            "- 2 x",
            "- 3 y",
            "3 4 c",
            "gap 1 of None"
        ]
    );
}

#[test]
fn two_columns_have_them_beside_each_other() {
    let edits = edited("a\nlet b = 1;\nc\n", "a\nx\nlet b = 2;\nc\n");
    assert_eq!(
        sketch(&edits.changeset, &split()),
        [
            "file f0",
            "hunk 0",
            "1 a | 1 a",
            "-  | 2 x",
            "2 let b = 1; | 3 let b = 2;",
            "3 c | 4 c",
            "gap 1 of None"
        ]
    );
}

#[test]
fn lines_between_hunks_are_gaps_that_count_them() {
    let rows = sketch(&thirty().changeset, &Shape::default());
    let gaps: Vec<&String> = rows.iter().filter(|row| row.starts_with("gap")).collect();
    assert_eq!(
        gaps,
        ["gap 0 of Some(6)", "gap 1 of Some(3)", "gap 2 of None"]
    );
}

#[test]
fn opened_context_has_the_numbers_of_both_sides() {
    let edits = thirty();
    let file = FileId(0);
    let mut shape = Shape::default();
    let contents = Contents::new(edits.files[0].new.as_str());
    shape.contents.insert(file, contents);
    let mut open = |before, top, bottom| {
        shape
            .opened
            .insert(Gap { file, before }, Opened { top, bottom });
    };
    open(0, 1, 2);
    open(1, 3, 3);
    open(2, 2, 0);
    let rows = sketch(&edits.changeset, &shape);
    let rows: Vec<&String> = rows
        .iter()
        .filter(|row| row.contains('=') || row.starts_with(['g', 'h']))
        .collect();
    assert_eq!(
        rows,
        [
            "1 1 =1",
            "gap 0 of Some(3)",
            "5 5 =5",
            "6 6 =6",
            "hunk 0",
            "14 14 =14",
            "15 15 =15",
            "16 16 =16",
            "hunk 1",
            "24 23 =24",
            "25 24 =25",
            "gap 2 of Some(5)"
        ]
    );
}

#[test]
fn without_contents_nothing_can_be_opened() {
    let edits = thirty();
    let gap = Gap {
        file: FileId(0),
        before: 0,
    };
    let mut shape = Shape::default();
    shape.opened.insert(gap, Opened { top: 9, bottom: 9 });
    assert_eq!(edits.rows(&shape), edits.rows(&Shape::default()));
}

#[test]
fn a_file_that_ends_near_its_last_change_has_no_gap_behind_it() {
    let old: Vec<String> = (1..=30).map(|line| line.to_string()).collect();
    let new = format!("{}\nlast\n30\n", old[..29].join("\n"));
    let rows = sketch(
        &edited(&(old.join("\n") + "\n"), &new).changeset,
        &Shape::default(),
    );
    assert_eq!(rows.last().unwrap(), "30 31 30");
}

#[test]
fn a_comment_on_a_line_that_is_not_shown_stands_under_its_gap() {
    let edits = thirty();
    let mut shape = Shape::default();
    let context = &mut shape.comments.context;
    context.insert((FileId(0), 5), vec![CommentId(5)]);
    context.insert((FileId(0), 15), vec![CommentId(15)]);
    context.insert((FileId(0), 28), vec![CommentId(28)]);
    let rows = sketch(&edits.changeset, &shape);
    for (gap, comment) in [("gap 0", 5), ("gap 1", 15), ("gap 2", 28)] {
        let place = rows.iter().position(|row| row.starts_with(gap)).unwrap();
        assert_eq!(rows[place + 1], format!("comment {comment}"));
    }
    let rows = sketch(&edits.changeset, &edits.opened(shape));
    let place = rows.iter().position(|row| row == "comment 28").unwrap();
    assert_eq!(rows[place - 1], "29 28 =29");
}

#[test]
fn comments_on_a_file_stay_when_it_is_folded() {
    let edits = thirty();
    let mut shape = edits.commented(Shape::default());
    shape.folded_files.insert(FileId(0));
    assert_eq!(
        sketch(&edits.changeset, &shape),
        ["comment 1", "file f0", "comment 2", "comment 3"]
    );
    let all = edits.changeset.patch.lines().len().div_ceil(3);
    let hidden = shape.comments.in_file(&edits.changeset, FileId(0));
    assert_eq!(hidden, all + 1);
}

#[test]
fn a_line_in_something_folded_is_found_at_its_head() {
    let edits = thirty();
    let line = LineId(4);
    let mut shape = Shape::default();
    shape.folded_hunks.insert(HunkId(0));
    let rows = Rows::new(&edits.changeset, &shape);
    assert_eq!(
        rows.of_line(&edits.changeset, &shape, line),
        rows.of_hunk(HunkId(0))
    );
    shape.folded_files = BTreeSet::from([FileId(0)]);
    let rows = Rows::new(&edits.changeset, &shape);
    assert_eq!(
        rows.of_line(&edits.changeset, &shape, line),
        rows.of_file(FileId(0))
    );
    assert_eq!(rows.of_hunk(HunkId(0)), None);
}

#[test]
fn an_indented_block_is_unchanged_without_whitespace() {
    let edits = edited("a\nb;\nc;\nd\n", "a\nif x {\n\tb;\n\tc;\n}\nd\n");
    assert_eq!(
        sketch(&edits.changeset, &hidden(Layout::Unified)),
        [
            "file f0",
            "hunk 0",
            "1 1 a",
            "- 2 if x {",
            "2 3 ~\tb;",
            "3 4 ~\tc;",
            "- 5 }",
            "4 6 d",
            "gap 1 of None"
        ]
    );
    let one = sketch(&edits.changeset, &hidden(Layout::Split));
    assert_eq!(one[4..6], ["2 3 ~\tb;", "3 4 ~\tc;"]);
    assert_eq!(one[3], "-  | 2 if x {");
}

#[test]
fn a_hunk_of_whitespace_is_its_head_and_says_how_much_is_hidden() {
    let edits = edited("a\n  b\nc\nd\n", "a\n\tb\nc\n\nd\n");
    for layout in [Layout::Unified, Layout::Split] {
        let mut shape = hidden(layout);
        let rows = sketch(&edits.changeset, &shape);
        assert_eq!(rows, ["file f0", "hunk 0", "gap 1 of None"]);
        let rows = Rows::new(&edits.changeset, &shape);
        assert_eq!(rows.hunk(HunkId(0)).unwrap().hidden, 3);
        // What somebody said stays in sight, and what it is about.
        shape.comments.lines.insert(LineId(1), vec![CommentId(1)]);
        let rows = sketch(&edits.changeset, &shape);
        assert_eq!(rows[3..5], ["2 2 ~\tb", "comment 1"]);
    }
}

#[test]
fn a_blank_line_beside_another_change_is_shown() {
    let edits = edited("a\nb\n", "a\nx\n\nb\n");
    let rows = sketch(&edits.changeset, &hidden(Layout::Unified));
    assert_eq!(rows[3..5], ["- 2 x", "- 3 "]);
}

#[test]
fn other_spaces_than_those_of_ascii_are_a_change() {
    let edits = edited("a b\n", "a\u{a0}b\n");
    let rows = sketch(&edits.changeset, &hidden(Layout::Unified));
    assert_eq!(rows[2..4], ["1 - a b", "- 1 a\u{a0}b"]);
}

#[test]
fn files_without_a_patch_have_a_note() {
    let file = ChangedFile {
        path: "big.bin".to_owned(),
        status: FileStatus::Modified,
        ..ChangedFile::default()
    };
    let changeset = Changeset::new(Difference {
        files: vec![file],
        files_changed: 1,
        ..Difference::default()
    });
    assert_eq!(
        sketch(&changeset, &Shape::default()),
        ["file big.bin", "note"]
    );
}

#[test]
fn a_cursor_in_a_gap_that_was_opened_goes_to_its_first_line() {
    let edits = thirty();
    let shape = edits.opened(Shape::default());
    let rows = Rows::new(&edits.changeset, &shape);
    let gap = |before| {
        let file = FileId(0);
        rows.of_gap(Gap { file, before }).unwrap()
    };
    let rows = sketch(&edits.changeset, &shape);
    assert_eq!(rows[gap(0)], "1 1 =1");
    assert_eq!(rows[gap(1)], "14 14 =14");
    assert_eq!(rows[gap(2)], "24 23 =24");
}

#[test]
fn a_line_of_a_gap_that_was_closed_is_found_at_the_gap() {
    let edits = thirty();
    let rows = Rows::new(&edits.changeset, &Shape::default());
    let sketch = sketch(&edits.changeset, &Shape::default());
    let at = |number| &sketch[rows.of_context(FileId(0), number).unwrap()];
    assert_eq!(at(3), "gap 0 of Some(6)");
    assert_eq!(at(15), "gap 1 of Some(3)");
    assert_eq!(at(29), "gap 2 of None");
}
