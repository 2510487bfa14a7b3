//! Which removed line stands beside which added one.

use std::fmt::Display;

use kortix_tui::diff::{
    pairs::{self, FEW, Pair, Run},
    patch::{LineId, LineKind, Patch},
};
use proptest::prelude::*;

/// A patch of one hunk with these lines, signs in front.
fn patch(lines: &[String]) -> Patch {
    let count = |sign| lines.iter().filter(|line| !line.starts_with(sign)).count();
    let (old, new) = (count('+'), count('-'));
    let head = format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,{old} +1,{new} @@\n");
    Patch::parse(head + &lines.join("\n") + "\n")
}

/// The pairs of one run as text: before, `|`, after.
fn paired<T: Display>(removed: &[T], added: &[T]) -> Vec<String> {
    let removed = removed.iter().map(|line| format!("-{line}"));
    let added = added.iter().map(|line| format!("+{line}"));
    let patch = patch(&removed.chain(added).collect::<Vec<_>>());
    let text = |line: Option<LineId>| line.map_or("", |line| patch.line_text(line));
    let pairs = pairs::of_hunk(&patch, &patch.hunks()[0]).into_iter();
    pairs
        .map(|pair| format!("{}|{}", text(pair.old), text(pair.new)))
        .collect()
}

#[test]
fn as_many_lines_on_both_sides_are_paired_place_by_place() {
    assert_eq!(paired(&["a", "b"], &["b()", "a()"]), ["a|b()", "b|a()"]);
}

#[test]
fn an_added_line_is_alone_where_the_others_are_alike() {
    assert_eq!(
        paired(
            &["let first = 1;", "let second = 2;"],
            &["let first = 10;", "log(first);", "let second = 20;"]
        ),
        [
            "let first = 1;|let first = 10;",
            "|log(first);",
            "let second = 2;|let second = 20;"
        ]
    );
}

#[test]
fn a_removed_line_is_alone_where_the_others_are_alike() {
    assert_eq!(
        paired(&["use a;", "fn run(x: u8) {"], &["fn run(x: u16) {"]),
        ["use a;|", "fn run(x: u8) {|fn run(x: u16) {"]
    );
}

#[test]
fn lines_without_anything_in_common_are_paired_from_the_top() {
    assert_eq!(
        paired(&["aaa"], &["bbb", "ccc", "ddd"]),
        ["aaa|bbb", "|ccc", "|ddd"]
    );
}

#[test]
fn lines_that_differ_in_whitespace_find_each_other_across_a_long_run() {
    let old: Vec<String> = (0..200).map(|line| format!("call({line});")).collect();
    let mut new: Vec<String> = old.iter().map(|line| format!("\t{line}")).collect();
    new.insert(0, "if x {".to_owned());
    new.push("}".to_owned());
    let pairs = paired(&old, &new);
    assert_eq!(pairs[0], "|if x {");
    assert_eq!(pairs[201], "|}");
    for (pair, line) in pairs[1..201].iter().zip(&old) {
        assert_eq!(*pair, format!("{line}|\t{line}"));
    }
}

#[test]
fn more_than_a_few_lines_are_paired_from_the_top() {
    let old: Vec<String> = (0..=FEW).map(|line| format!("old {line}")).collect();
    let new: Vec<String> = (0..FEW).map(|line| format!("{line} new")).collect();
    let pairs = paired(&old, &new);
    assert_eq!(pairs[FEW - 1], format!("old {}|{} new", FEW - 1, FEW - 1));
    assert_eq!(pairs[FEW], format!("old {FEW}|"));
}

#[test]
fn added_lines_in_front_of_removed_ones_are_a_run_of_their_own() {
    let patch = patch(&["+a", "+b", "-a", " c"].map(str::to_owned));
    let runs: Vec<Run> = pairs::runs(&patch, &patch.hunks()[0]).collect();
    let change = |removed, added| Run::Change { removed, added };
    assert_eq!(
        runs,
        [change(0..0, 0..2), change(2..3, 3..3), Run::Context(3..4)]
    );
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let line = ("[-+ ]", "[ \t]{0,2}", "(a|b|ab|abc|\\}|let a = b;)?");
    let line = line.prop_map(|(sign, indent, text)| format!("{sign}{indent}{text}"));
    proptest::collection::vec(line, 1..80)
}

proptest! {
    #[test]
    fn each_line_is_in_one_pair_and_both_sides_ascend(lines in lines()) {
        let patch = patch(&lines);
        let pairs = pairs::of_hunk(&patch, &patch.hunks()[0]);
        let mut sides = [Vec::new(), Vec::new()];
        for Pair { old, new } in &pairs {
            prop_assert!(old.is_some() || new.is_some());
            sides[0].extend(*old);
            sides[1].extend(*new);
        }
        let expected = [LineKind::Added, LineKind::Removed].map(|other| -> Vec<LineId> {
            let all = (0..).map(LineId).zip(patch.lines());
            all.filter(|(_, line)| line.kind != other).map(|(id, _)| id).collect()
        });
        prop_assert_eq!(sides, expected);
    }

    #[test]
    fn parts_of_a_run_are_the_run(lines in lines()) {
        let patch = patch(&lines);
        for run in pairs::runs(&patch, &patch.hunks()[0]) {
            let Run::Change { removed, added } = run else { continue };
            let parts = pairs::segments(&patch, removed.clone(), added.clone());
            let mut at = (removed.start, added.start);
            for part in &parts.list {
                prop_assert_eq!((part.removed.start, part.added.start), at);
                let most = part.removed.len().max(part.added.len());
                prop_assert_eq!(pairs::of_segment(&patch, part).len(), most);
                at = (part.removed.end, part.added.end);
            }
            prop_assert_eq!(at, (removed.end, added.end));
            let text = |line| patch.line_text(LineId(line));
            let has_equals = removed.clone().any(|old| {
                added.clone().any(|new| pairs::is_same_but_whitespace(text(old), text(new)))
            });
            prop_assert!(parts.may_have_equals || !has_equals);
        }
    }
}
