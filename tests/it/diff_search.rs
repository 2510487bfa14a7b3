//! Finding text in a patch.

use kortix_tui::diff::{
    patch::{LineId, Patch},
    search::{MOST, Match, find},
};
use proptest::prelude::*;

const PATCH: &str = "\
diff --git a/open.rs b/open.rs
index 1..2 100644
--- a/open.rs
+++ b/open.rs
@@ -1,3 +1,3 @@ fn open()
 let open = Open::new();
-open(\"STRASSE\");\r
+++open(\"Straße Öl\"); // K \u{212a}
 \t}
";

fn at(line: u32, range: std::ops::Range<u32>) -> Match {
    Match {
        line: LineId(line),
        range,
    }
}

fn texts(patch: &Patch, needle: &str) -> Vec<String> {
    let found = find(patch, needle).into_iter();
    let text = |found: Match| {
        let range = found.range.start as usize..found.range.end as usize;
        patch.line_text(found.line)[range].to_owned()
    };
    found.map(text).collect()
}

#[test]
fn small_letters_match_both_cases_and_heads_are_not_text() {
    let found = find(&Patch::parse(PATCH), "open");
    let expected = [at(0, 4..8), at(0, 11..15), at(1, 0..4), at(2, 2..6)];
    assert_eq!(found, expected);
}

#[test]
fn a_capital_letter_matches_itself() {
    let patch = Patch::parse(PATCH);
    assert_eq!(find(&patch, "Open"), [at(0, 11..15)]);
    assert_eq!(texts(&patch, "Ö"), ["Ö"]);
}

#[test]
fn letters_beyond_ascii_have_cases_too() {
    let patch = Patch::parse(PATCH);
    assert_eq!(texts(&patch, "öl"), ["Öl"]);
    assert_eq!(texts(&patch, "straße"), ["Straße"]);
    assert_eq!(texts(&patch, " k"), [" K", " \u{212a}"]);
}

#[test]
fn signs_are_not_text_but_plus_signs_of_the_line_are() {
    let patch = Patch::parse(PATCH);
    assert_eq!(find(&patch, "++"), [at(2, 0..2)]);
    assert_eq!(find(&patch, "-"), []);
    assert_eq!(find(&patch, "+++"), []);
}

#[test]
fn nothing_matches_across_lines_or_nothing() {
    let patch = Patch::parse(PATCH);
    assert_eq!(find(&patch, ""), []);
    assert_eq!(find(&patch, ";\n-open"), []);
    assert_eq!(find(&patch, ";\r"), [at(1, 15..17)]);
    assert_eq!(find(&patch, "\t}"), [at(3, 0..2)]);
}

#[test]
fn a_needle_is_no_pattern() {
    assert_eq!(find(&Patch::parse(PATCH), ".*"), []);
    assert_eq!(find(&Patch::parse(PATCH), "new()"), [at(0, 17..22)]);
}

#[test]
fn there_is_an_end_to_matches() {
    let line = format!("+{}\n", "x".repeat(1000));
    let head = "--- /dev/null\n+++ b/x\n@@ -0,0 +1,200 @@\n";
    let patch = Patch::parse(format!("diff --git a/x b/x\n{head}{}", line.repeat(200)));
    assert_eq!(find(&patch, "x").len(), MOST);
}

proptest! {
    #[test]
    fn matches_are_what_each_line_has(
        lines in proptest::collection::vec("[-+ab\\\\]{0,9}", 1..20),
        needle in "[-+ab\\\\]{1,3}",
    ) {
        let count = lines.len();
        let body: String = lines.iter().map(|line| format!("+{line}\n")).collect();
        let head = format!("--- /dev/null\n+++ b/x\n@@ -0,0 +1,{count} @@\n");
        let patch = Patch::parse(format!("diff --git a/x b/x\nnew file mode 100644\n{head}{body}"));
        let mut expected = Vec::new();
        for (id, line) in (0..).zip(&lines) {
            for (start, _) in line.match_indices(&needle) {
                let range = start as u32..(start + needle.len()) as u32;
                expected.push(at(id, range));
            }
        }
        prop_assert_eq!(find(&patch, &needle), expected);
    }
}
