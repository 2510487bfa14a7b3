//! Patches written by hand: binary files, missing ids, cuts, size.

use std::fmt::Write;

use kortix_tui::diff::{patch::Patch, since::between};

use super::files;

fn told(before: &str, now: &str) -> Vec<String> {
    let text = between(&Patch::parse(before), &Patch::parse(now));
    files(&Patch::parse(text))
}

fn binary(path: &str, blobs: &str) -> String {
    format!(
        "diff --git a/{path} b/{path}\nindex {blobs} 100644\n\
         Binary files a/{path} and b/{path} differ\n"
    )
}

fn edit(path: &str, line: &str) -> String {
    format!(
        "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,2 +1,2 @@\n-a\n+{line}\n b\n"
    )
}

#[test]
fn binary_files_are_told_by_their_ids() {
    let before = binary("same", "1111111..2222222") + &binary("other", "1111111..3333333");
    let now = binary("same", "1111111111..2222222222") + &binary("other", "1111111..4444444");
    let text = between(&Patch::parse(before.as_str()), &Patch::parse(now));
    assert_eq!(
        text,
        "diff --git a/other b/other\nindex 3333333..4444444 100644\n\
         Binary files a/other and b/other differ\n"
    );
    let text = between(&Patch::parse(before), &Patch::parse(""));
    assert!(text.contains("index 2222222..1111111 100644\nBinary files a/same and b/same differ"));
}

#[test]
fn without_ids_the_lines_decide() {
    let before = edit("x", "one") + &edit("y", "one");
    let now = edit("x", "one") + &edit("y", "two");
    assert_eq!(told(&before, &now), ["modified y +1 -1"]);
    assert_eq!(told(&before, &before), [""; 0]);
}

#[test]
fn what_is_behind_a_cut_is_not_guessed() {
    let whole = edit("x", "one") + &edit("y", "one");
    let cut = &whole[..whole.find("diff --git a/y").unwrap() - 3];
    assert!(Patch::parse(cut).is_cut());
    assert_eq!(told(&whole, cut), [""; 0]);
    assert_eq!(told(cut, &whole), [""; 0]);
}

#[test]
fn a_submodule_goes_from_head_to_head() {
    let at = |commit: &str| {
        format!(
            "diff --git a/lib b/lib\nindex 1111111..{commit} 160000\n--- a/lib\n+++ b/lib\n\
             @@ -1 +1 @@\n-Subproject commit 1111111\n+Subproject commit {commit}\n"
        )
    };
    let (before, now) = (at("2222222"), at("3333333"));
    let text = between(&Patch::parse(before), &Patch::parse(now));
    assert_eq!(
        text,
        "diff --git a/lib b/lib\nindex 2222222..3333333 160000\n--- a/lib\n+++ b/lib\n\
         @@ -1 +1 @@\n-Subproject commit 2222222\n+Subproject commit 3333333\n"
    );
}

#[test]
fn a_copy_that_was_taken_back_is_gone() {
    let copy = "diff --git a/x b/y\nsimilarity index 90%\ncopy from x\ncopy to y\n\
        index 1111111..2222222 100644\n--- a/x\n+++ b/y\n@@ -1,2 +1,2 @@\n-a\n+c\n b\n";
    assert_eq!(told(copy, ""), ["deleted y +0 -0"]);
    assert_eq!(told("", copy), ["copied y < x +1 -1"]);
}

/// A new file of lines that stand in it many times, which makes comparing slow.
fn repeated(count: u32, step: u32, seed: u32) -> String {
    let mut text = format!(
        "diff --git a/x b/x\nnew file mode 100644\nindex 0000000..{seed:07}\n--- /dev/null\n\
         +++ b/x\n@@ -0,0 +1,{count} @@\n"
    );
    let mut state = seed;
    for _ in 0..count {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writeln!(text, "+{}", (state >> 16) % step).unwrap();
    }
    text
}

#[test]
fn large_files_of_repeated_lines_are_compared_at_once() {
    let before = Patch::parse(repeated(60_000, 50, 1_111_111));
    let now = Patch::parse(repeated(60_000, 50, 2_222_222));
    let found = Patch::parse(between(&before, &now));
    assert!(found.files()[0].added > 50_000);
    assert!(!found.is_cut());
}
