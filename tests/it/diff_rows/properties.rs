//! What holds for the rows of any difference.

use std::collections::BTreeSet;

use kortix_tui::diff::{
    changeset::FileId,
    pairs,
    patch::LineId,
    rows::{Contents, Layout, Row, Rows, Shape, Whitespace},
};
use proptest::prelude::*;

use super::edits::{Edits, edits, hunks, lines_of, listed, numbered, rebuilt};

const LAYOUTS: [Layout; 2] = [Layout::Unified, Layout::Split];

fn shown(layout: Layout) -> Shape {
    Shape {
        layout,
        ..Shape::default()
    }
}

fn hidden(layout: Layout) -> Shape {
    Shape {
        whitespace: Whitespace::Hidden,
        ..shown(layout)
    }
}

/// Every shape that is worth a look, with a name for messages.
fn shapes(edits: &Edits) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for layout in LAYOUTS {
        for shape in [shown(layout), hidden(layout)] {
            let folded = Shape {
                folded_files: BTreeSet::from([FileId(1)]),
                folded_hunks: hunks(&edits.changeset).step_by(2).collect(),
                ..shape.clone()
            };
            shapes.push(edits.commented(edits.opened(shape.clone())));
            shapes.push(edits.commented(folded.clone()));
            shapes.push(edits.opened(folded));
            shapes.push(shape);
        }
    }
    shapes
}

fn solid(text: &str) -> String {
    let letters = text.chars().filter(|letter| !letter.is_ascii_whitespace());
    letters.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn both_layouts_show_every_line_once(edits in edits()) {
        let all: Vec<LineId> = (0..edits.changeset.patch.lines().len() as u32).map(LineId).collect();
        for layout in LAYOUTS {
            let rows = edits.rows(&shown(layout));
            let mut lines: Vec<LineId> = rows.into_iter().flat_map(lines_of).collect();
            lines.sort_unstable();
            prop_assert_eq!(&lines, &all);
        }
    }

    #[test]
    fn rows_with_all_context_are_the_two_files(edits in edits()) {
        for layout in LAYOUTS {
            let shape = edits.opened(shown(layout));
            let files = (0..edits.changeset.files.len() as u32).map(|file| edits.file(FileId(file)));
            let files = files.map(|file| [numbered(&file.old), numbered(&file.new)]);
            prop_assert_eq!(rebuilt(&edits.changeset, &shape), files.collect::<Vec<_>>());
            prop_assert!(!edits.rows(&shape).iter().any(|row| matches!(row, Row::Gap(..))));
        }
    }

    #[test]
    fn every_row_is_found_again(edits in edits()) {
        for shape in shapes(&edits) {
            let rows = Rows::new(&edits.changeset, &shape);
            for (place, row) in edits.rows(&shape).into_iter().enumerate() {
                prop_assert_eq!(rows.of_row(&edits.changeset, &shape, row), Some(place), "{:?}", row);
                for line in lines_of(row) {
                    prop_assert_eq!(rows.of_line(&edits.changeset, &shape, line), Some(place));
                }
            }
            for line in (0..edits.changeset.patch.lines().len() as u32).map(LineId) {
                prop_assert!(rows.of_line(&edits.changeset, &shape, line) < Some(rows.len()));
                prop_assert!(rows.of_line(&edits.changeset, &shape, line).is_some());
            }
        }
    }

    #[test]
    fn every_step_goes_to_the_nearest(edits in edits()) {
        for shape in shapes(&edits) {
            let rows = Rows::new(&edits.changeset, &shape);
            let all = edits.rows(&shape);
            let near = |place: usize, is: fn(&Row) -> bool| {
                let above = all[..place].iter().rposition(is);
                let below = all[place + 1..].iter().position(is);
                [above, below.map(|offset| place + 1 + offset)]
            };
            let mut file = None;
            for (place, row) in all.iter().enumerate() {
                if let Row::File(id) = row {
                    file = Some(*id);
                }
                prop_assert_eq!(rows.file_at(place), file);
                let files = [rows.previous_file(place), rows.next_file(place)];
                prop_assert_eq!(files, near(place, |row| matches!(row, Row::File(_))));
                let hunks = [rows.previous_hunk(place), rows.next_hunk(place)];
                prop_assert_eq!(hunks, near(place, |row| matches!(row, Row::Hunk(..))));
                let comments = [rows.previous_comment(place), rows.next_comment(place)];
                prop_assert_eq!(comments, near(place, |row| matches!(row, Row::Comment(_))));
            }
        }
    }

    #[test]
    fn folding_takes_rows_away_and_nothing_else(edits in edits()) {
        for layout in LAYOUTS {
            let open = edits.commented(edits.opened(shown(layout)));
            let rows = Rows::new(&edits.changeset, &open);
            for hunk in hunks(&edits.changeset) {
                let folded = Shape { folded_hunks: BTreeSet::from([hunk]), ..open.clone() };
                let mut expected = edits.rows(&open);
                let range = rows.hunk(hunk).unwrap().rows.clone();
                let gone: Vec<Row> = expected.drain(range.start + 1..range.end).collect();
                prop_assert_eq!(edits.rows(&folded), expected);
                let comments = gone.iter().filter(|row| matches!(row, Row::Comment(_)));
                prop_assert_eq!(open.comments.in_hunk(&edits.changeset, hunk), comments.count());
            }
            for file in (0..edits.changeset.files.len() as u32).map(FileId) {
                let folded = Shape { folded_files: BTreeSet::from([file]), ..open.clone() };
                let mut expected = edits.rows(&open);
                let start = rows.of_file(file).unwrap();
                let end = rows.next_file(start).unwrap_or(rows.len());
                let gone: Vec<Row> = expected.drain(start + 3..end).collect();
                prop_assert_eq!(edits.rows(&folded), expected);
                let comments = gone.iter().filter(|row| matches!(row, Row::Comment(_)));
                prop_assert_eq!(open.comments.in_file(&edits.changeset, file), comments.count());
            }
        }
    }

    #[test]
    fn comments_stand_under_their_lines(edits in edits()) {
        for shape in LAYOUTS.map(|layout| edits.commented(shown(layout))) {
            let mut shown: Vec<Row> = edits.rows(&shape);
            let rows = Rows::new(&edits.changeset, &shape);
            for (line, comments) in &shape.comments.lines {
                for comment in comments {
                    let place = rows.of_comment(&edits.changeset, &shape, *comment).unwrap();
                    prop_assert_eq!(shown[place], Row::Comment(*comment));
                    let above = shown[..place].iter().rfind(|row| !matches!(row, Row::Comment(_)));
                    prop_assert!(lines_of(*above.unwrap()).contains(line));
                }
            }
            shown.retain(|row| !matches!(row, Row::Comment(_)));
            let without = Shape { comments: Default::default(), ..shape };
            prop_assert_eq!(shown, edits.rows(&without));
        }
    }

    #[test]
    fn nothing_but_whitespace_is_hidden(edits in edits()) {
        let patch = &edits.changeset.patch;
        for layout in LAYOUTS {
            let shape = hidden(layout);
            let rows = Rows::new(&edits.changeset, &shape);
            let mut seen = BTreeSet::new();
            for row in edits.rows(&shape) {
                if let Row::Same(_, old, new) = row {
                    prop_assert_eq!(solid(patch.line_text(old)), solid(patch.line_text(new)));
                }
                seen.extend(lines_of(row));
            }
            for hunk in hunks(&edits.changeset) {
                let rows = rows.hunk(hunk).unwrap();
                let hunk = patch.hunk(hunk).unwrap();
                let mut unseen: Vec<LineId> = hunk.lines.clone().map(LineId).collect();
                unseen.retain(|line| !seen.contains(line));
                if rows.rows.len() > 1 {
                    let unseen: String = unseen.iter().map(|line| patch.line_text(*line)).collect();
                    prop_assert_eq!(solid(&unseen), "");
                } else {
                    let mut sides = [String::new(), String::new()];
                    for line in unseen {
                        let text = solid(patch.line_text(line));
                        let numbers = patch.line(line).unwrap();
                        for (side, number) in sides.iter_mut().zip([numbers.old, numbers.new]) {
                            side.push_str(if number > 0 { &text } else { "" });
                        }
                    }
                    prop_assert_eq!(&sides[0], &sides[1]);
                }
            }
        }
    }

    #[test]
    fn a_split_stands_lines_beside_each_other_as_the_pairs_say(edits in edits()) {
        let patch = &edits.changeset.patch;
        let pairs = patch.hunks().iter().flat_map(|hunk| pairs::of_hunk(patch, hunk));
        let pairs: Vec<_> = pairs.map(|pair| (pair.old, pair.new)).collect();
        let rows = edits.rows(&shown(Layout::Split)).into_iter();
        let shown: Vec<_> = rows.filter_map(|row| match row {
            Row::Pair(_, old, new) => Some((old, new)),
            _ => None,
        }).collect();
        prop_assert_eq!(shown, pairs);
    }

    #[test]
    fn contents_match_their_own_tip_only(edits in edits(), other in edits()) {
        for entry in &edits.changeset.files {
            let file = entry.patch_file.unwrap();
            let matches = |text: &str| Contents::new(text).matches(&edits.changeset.patch, file);
            let own = edits.file(edits.changeset.by_path(&entry.path).unwrap());
            prop_assert!(matches(&own.new));
            let foreign = &other.files[0].new;
            let shows = |text: &str| -> Vec<(u32, String)> {
                let hunks = edits.changeset.patch.hunks_of(edits.changeset.patch.file(file).unwrap());
                let lines = hunks.iter().flat_map(|hunk| edits.changeset.patch.lines_of(hunk));
                let all = numbered(text);
                lines.filter(|line| line.new > 0)
                    .map(|line| all.get(line.new as usize - 1).cloned().unwrap_or_default())
                    .collect()
            };
            if shows(foreign) != shows(&own.new) {
                prop_assert!(!matches(foreign));
            }
        }
    }
}

#[test]
fn an_empty_difference_has_no_rows() {
    let edits = Edits::new(Vec::new());
    assert_eq!(listed(&edits.changeset, &Shape::default()), []);
}
