//! Places and safe changes, whoever makes the findings.

use proptest::prelude::{Strategy, any, prop, prop_assert_eq, proptest};

use kortix_tui::diagnostic::{Edit, Family, Finding, Fix, LineIndex, Severity, apply, mend};

use crate::laws;

fn finding(edits: Vec<Edit>) -> Finding {
    Finding {
        code: "local/test",
        family: Family::Local,
        severity: Severity::Hint,
        path: String::new(),
        span: 0..0,
        message: "a change".to_owned(),
        help: None,
        fix: Some(Fix {
            title: "change it".to_owned(),
            edits,
            is_safe: true,
        }),
    }
}

/// Lines of a few letters and lines of thousands, of one to four bytes each.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec!["a", "ä", "😀", "\r", "\n", "\r\n", "\t"]);
    let pieces = prop::collection::vec((piece, 0..600_usize), 0..8);
    pieces.prop_map(|pieces| {
        let pieces = pieces.into_iter().map(|(piece, times)| piece.repeat(times));
        pieces.collect::<String>().chars().take(1000).collect()
    })
}

/// Changes of at most six of twelve bytes.
fn edit() -> impl Strategy<Value = Edit> {
    (0..12_usize, 0..6_usize, any::<bool>()).prop_map(|(start, length, is_empty)| Edit {
        span: start..(start + length).min(12),
        text: if is_empty { "" } else { "x" }.to_owned(),
    })
}

proptest! {
    #[test]
    fn a_place_is_the_one_that_counting_from_the_start_gives(text in text()) {
        let everywhere: Vec<Finding> = text
            .char_indices()
            .map(|(at, _)| Finding { span: at..at, fix: None, ..finding(Vec::new()) })
            .collect();
        prop_assert_eq!(laws::findings_fit(&text, &everywhere), Ok(()));
    }

    #[test]
    fn of_changes_that_overlap_the_first_is_made(edits in prop::collection::vec(edit(), 0..8)) {
        let text = "abcdefghijkl";
        let findings: Vec<Finding> = edits.iter().map(|edit| finding(vec![edit.clone()])).collect();
        let overlap = |one: &Edit, other: &Edit| {
            let (one, other) = (&one.span, &other.span);
            one.start == other.start || one.start < other.end && other.start < one.end
        };
        let mut kept: Vec<(usize, &Edit)> = Vec::new();
        for (at, edit) in edits.iter().enumerate() {
            if !kept.iter().any(|(_, other)| overlap(edit, other)) {
                kept.push((at, edit));
            }
        }
        let mended = mend(text, &findings);
        let places: Vec<usize> = kept.iter().map(|(at, _)| *at).collect();
        prop_assert_eq!(&mended.mended, &places);
        prop_assert_eq!(mended.mended.len() + mended.left.len(), findings.len());
        let mut whole = text.to_owned();
        kept.sort_by_key(|(_, edit)| std::cmp::Reverse(edit.span.start));
        for (_, edit) in kept {
            whole.replace_range(edit.span.clone(), &edit.text);
        }
        prop_assert_eq!(mended.text, whole);
    }
}

#[test]
fn a_fix_whose_changes_overlap_cannot_be_made() {
    let edit = |span, text: &str| Edit {
        span,
        text: text.to_owned(),
    };
    let fix = |edits| finding(edits).fix.unwrap();
    let apart = fix(vec![edit(2..3, "C"), edit(0..1, "A")]);
    assert_eq!(apply("abc", &apart), Some("AbC".to_owned()));
    let overlapping = fix(vec![edit(0..2, ""), edit(1..3, "")]);
    assert_eq!(apply("abc", &overlapping), None);
    let outside = fix(vec![edit(2..4, "")]);
    assert_eq!(apply("abc", &outside), None);
}

#[test]
fn a_place_behind_the_text_is_its_end_and_one_inside_of_a_character_its_beginning() {
    let text = "aä\nb";
    let index = LineIndex::new(text);
    let places = [1, 2, 99].map(|at| {
        let place = index.position(text, at);
        (place.line, place.column)
    });
    assert_eq!(places, [(1, 2), (1, 2), (2, 2)]);
}
