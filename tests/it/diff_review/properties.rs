//! What holds for any difference and any comment.

use std::collections::BTreeMap;

use kortix_tui::{
    diff::{
        changeset::{Changeset, FileId},
        patch::{LineId, LineKind, Side},
        review::{
            Review,
            comment::{Anchor, Comment, Placement, Target},
            export,
            marks::{Digests, Marks},
        },
        rows::Contents,
    },
    model::change::{ChangeRequest, Difference},
};
use proptest::{collection::vec, prelude::*, sample::select};
use similar::TextDiff;

use super::draft;

fn text() -> impl Strategy<Value = String> {
    let line = select(vec!["", "}", "a", "b", "  a", "c d", "```"]);
    vec(line, 0..30).prop_map(|lines| lines.iter().map(|line| format!("{line}\n")).collect())
}

fn difference(before: &str, after: &str) -> Changeset {
    let diff = TextDiff::from_lines(before, after);
    let patch = diff.unified_diff().header("a/f", "b/f").to_string();
    Changeset::new(Difference {
        patch: format!("diff --git a/f b/f\n{patch}"),
        ..Difference::default()
    })
}

/// Lines as a hostile patch may have them.
fn hostile() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("diff --git a/f b/f".to_owned()),
        Just("--- a/f".to_owned()),
        Just("+++ b/f".to_owned()),
        Just("rename from g".to_owned()),
        Just("rename to f".to_owned()),
        "@@ -[0-9]{1,10},[0-9] \\+[0-9]{1,10},[0-9] @@",
        "[-+ ][ab}`]{0,3}",
        "[ -~]{0,8}",
    ];
    vec(line, 0..40).prop_map(|lines| lines.join("\n"))
}

fn comments() -> impl Strategy<Value = Vec<Comment>> {
    let lines = || vec(select(vec!["", "a", "}", "b", "```", "\u{1b}[2J"]), 0..4);
    let anchor = (any::<u32>(), lines(), lines(), lines());
    let comment = (anchor, any::<bool>(), select(vec!["f", "g", "a`b\n# c"]));
    let comment = comment.prop_map(|((first, lines, before, after), is_old, path)| {
        let owned = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect();
        Target::Lines {
            path: path.to_owned(),
            side: if is_old { Side::Old } else { Side::New },
            anchor: Anchor {
                first,
                lines: owned(lines),
                before: owned(before),
                after: owned(after),
            },
        }
    });
    vec(comment, 0..6).prop_map(|targets| {
        let targets = (0..).zip(targets);
        targets
            .map(|(id, target)| draft(id, target, "why?"))
            .collect()
    })
}

/// The ids that a comment must be in: every list of places, flat.
fn shown(
    review: &Review,
    changeset: &Changeset,
    contents: &BTreeMap<FileId, Contents>,
) -> Vec<u64> {
    let places = review.places(changeset, contents).places;
    let mut ids: Vec<u64> = places
        .change
        .iter()
        .chain(places.files.values().flatten())
        .chain(places.lines.values().flatten())
        .chain(places.context.values().flatten())
        .map(|id| id.0)
        .collect();
    ids.sort_unstable();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn on_an_unchanged_head_a_comment_is_exactly_where_it_was_made(
        (before, after) in (text(), text()),
        knows in any::<bool>(),
    ) {
        let changeset = difference(&before, &after);
        let file = FileId(0);
        let known = knows.then(|| (file, Contents::new(after.as_str())));
        let contents: BTreeMap<_, _> = known.into_iter().collect();
        for hunk in changeset.patch.hunks() {
            for first in hunk.lines.clone() {
                for last in first..hunk.lines.end.min(first + 4) {
                    let (first, last) = (LineId(first), LineId(last));
                    let target = Target::of_lines(&changeset, file, first, last).unwrap();
                    let Target::Lines { side, .. } = target else { panic!("{target:?}") };
                    let is_on_side = |id: &LineId| match (side, changeset.patch.line(*id).unwrap().kind) {
                        (Side::Old, LineKind::Added) | (Side::New, LineKind::Removed) => false,
                        (Side::Old | Side::New, LineKind::Added | LineKind::Removed | LineKind::Context) => true,
                    };
                    let chosen: Vec<LineId> = (first.0..=last.0).map(LineId).filter(is_on_side).collect();
                    let expected = Placement::Lines {
                        file,
                        first: chosen[0],
                        last: chosen[chosen.len() - 1],
                    };
                    let placed = draft(1, target, "").place_with(&changeset, &contents);
                    prop_assert_eq!(placed, expected);
                }
            }
        }
    }

    #[test]
    fn every_comment_is_shown_once_in_any_difference(
        patch in hostile(),
        comments in comments(),
        contents in text(),
    ) {
        let changeset = Changeset::new(Difference { patch, ..Difference::default() });
        let ids: Vec<u64> = comments.iter().map(|comment| comment.id.0).collect();
        let review = Review { comments, ..Review::default() };
        let contents = BTreeMap::from([(FileId(0), Contents::new(contents))]);
        prop_assert_eq!(&shown(&review, &changeset, &BTreeMap::new()), &ids);
        prop_assert_eq!(&shown(&review, &changeset, &contents), &ids);
        let all: Vec<&Comment> = review.comments.iter().collect();
        let change = ChangeRequest::default();
        for text in [
            export::prompt(&change, &changeset, &all),
            export::markdown(&change, &changeset, &all),
        ] {
            prop_assert!(!text.contains('\x1b'));
            prop_assert!(!text.contains("\n# c"));
            prop_assert_eq!(text.matches("why?").count(), all.len());
        }
    }

    #[test]
    fn every_file_can_be_marked_and_taken_back(patch in hostile()) {
        let changeset = Changeset::new(Difference { patch, ..Difference::default() });
        let digests = Digests::of(&changeset);
        prop_assert_eq!(digests.hunks.len(), changeset.patch.hunks().len());
        let mut marks = Marks::default();
        let files = || (0..changeset.files.len() as u32).map(FileId);
        for file in files() {
            if !marks.has_file(&changeset, &digests, file) {
                marks.toggle_file(&changeset, &digests, file);
            }
        }
        let progress = marks.progress(&changeset, &digests);
        prop_assert_eq!(progress.done, progress.total);
        for file in files() {
            if marks.has_file(&changeset, &digests, file) {
                marks.toggle_file(&changeset, &digests, file);
            }
        }
        prop_assert_eq!(marks, Marks::default());
    }
}
