//! The forms of a patch one by one, written by hand.

use kortix_tui::{
    diff::patch::{FileContent, LineId, LineKind, Patch, PatchFile},
    model::change::FileStatus,
};

/// Each line as its numbers, sign and text.
fn lines(patch: &Patch) -> Vec<String> {
    let show = |place: usize| {
        let id = LineId(u32::try_from(place).unwrap());
        let line = patch.line(id).unwrap();
        let sign = match line.kind {
            LineKind::Context => ' ',
            LineKind::Added => '+',
            LineKind::Removed => '-',
        };
        let end = if line.lacks_newline { "$" } else { "" };
        let text = patch.line_text(id);
        format!("{} {} {sign}{text}{end}", line.old, line.new)
    };
    (0..patch.lines().len()).map(show).collect()
}

fn only(patch: &Patch) -> &PatchFile {
    let [file] = patch.files() else {
        panic!("{:#?}", patch.files());
    };
    file
}

fn paths(patch: &Patch) -> Vec<(Option<&str>, Option<&str>)> {
    patch
        .files()
        .iter()
        .map(|file| (file.old_path.as_deref(), file.new_path.as_deref()))
        .collect()
}

#[test]
fn a_change_has_numbers_on_both_sides() {
    let patch = Patch::parse(
        "diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n\
         @@ -3,3 +4,3 @@ fn main() {\n one\n-two\n+zwei\n three\n",
    );
    let file = only(&patch);
    assert_eq!(file.status, FileStatus::Modified);
    assert_eq!(file.content, FileContent::Text);
    assert_eq!(
        (file.old_mode, file.new_mode),
        (Some(0o100_644), Some(0o100_644))
    );
    assert_eq!(file.old_blob.as_deref(), Some("1234567"));
    assert_eq!(file.new_blob.as_deref(), Some("89abcde"));
    assert_eq!((file.added, file.removed), (1, 1));
    assert_eq!(
        lines(&patch),
        ["3 4  one", "4 0 -two", "0 5 +zwei", "5 6  three"]
    );
    let hunk = &patch.hunks()[0];
    assert_eq!(patch.piece(hunk.section.clone()), "fn main() {");
    assert!(!patch.is_cut());
}

#[test]
fn lines_that_look_like_heads_belong_to_their_hunk() {
    let patch = Patch::parse(
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,4 +1,4 @@\n--- a/y\n+++ b/y\n\
         -diff --git a/q b/q\n+@@ -1 +1 @@\n diff --git a/z b/z\n-\n+\n\
         diff --git a/w b/w\nnew file mode 100644\n",
    );
    assert_eq!(
        lines(&patch),
        [
            "1 0 --- a/y",
            "0 1 +++ b/y",
            "2 0 -diff --git a/q b/q",
            "0 2 +@@ -1 +1 @@",
            "3 3  diff --git a/z b/z",
            "4 0 -",
            "0 4 +"
        ]
    );
    assert_eq!(paths(&patch), [(Some("x"), Some("x")), (None, Some("w"))]);
}

#[test]
fn an_empty_context_line_may_have_lost_its_blank() {
    let patch = Patch::parse("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n-a\n+b\n\n c\n");
    assert_eq!(lines(&patch), ["1 0 -a", "0 1 +b", "2 2  ", "3 3  c"]);
}

#[test]
fn a_missing_newline_is_known_of_each_side() {
    let patch = Patch::parse(
        "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\
         \\ Kein Zeilenumbruch\n",
    );
    assert_eq!(lines(&patch), ["1 0 -a$", "0 1 +a", "0 2 +b$"]);
}

#[test]
fn carriage_returns_belong_to_the_text_but_not_to_heads() {
    let patch = Patch::parse(
        "diff --git a/x b/x\r\nindex 1234567..89abcde 100644\r\n--- a/x\r\n+++ b/x\r\n\
         @@ -1,2 +1,2 @@ top\r\n-a\rb\r\n+c\r\n\r\n\\ No newline at end of file\r\n",
    );
    assert_eq!(paths(&patch), [(Some("x"), Some("x"))]);
    assert_eq!(only(&patch).new_mode, Some(0o100_644));
    assert_eq!(patch.piece(patch.hunks()[0].section.clone()), "top");
    assert_eq!(lines(&patch), ["1 0 -a\rb\r", "0 1 +c\r", "2 2  \r$"]);
}

#[test]
fn names_are_unquoted_and_told_apart() {
    let patch = Patch::parse(
        "diff --git a/a file b/a file\nold mode 100644\nnew mode 100755\n\
         diff --git \"a/\\303\\274\\t\\\"\\\\\" \"b/\\303\\274\\t\\\"\\\\\"\nold mode 100644\n\
         new mode 100755\n\
         diff --git a/a b/c b/a b/c\nnew file mode 100644\n\
         diff --git a/plain \"b/\\377\"\nsimilarity index 100%\nrename from plain\n\
         rename to \"\\377\"\n\
         diff --git \"a/\\001\" b/plain\nindex 1234567..89abcde\n\
         Binary files \"a/\\001\" and b/plain differ\n\
         diff --git a/s p b/s p\n--- a/s p\t\n+++ b/s p\t\n@@ -0,0 +1 @@\n+x\n",
    );
    assert_eq!(
        paths(&patch),
        [
            (Some("a file"), Some("a file")),
            (Some("ü\t\"\\"), Some("ü\t\"\\")),
            (None, Some("a b/c")),
            (Some("plain"), Some("\u{fffd}")),
            (Some("\u{1}"), Some("plain")),
            (Some("s p"), Some("s p")),
        ]
    );
}

#[test]
fn prefixes_may_be_missing_or_others() {
    let patch = Patch::parse(
        "diff --git a/x a/x\n--- a/x\n+++ a/x\n@@ -1 +1 @@\n-1\n+2\n\
         diff --git b/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+1\n\
         diff --git i/y w/y\n--- i/y\n+++ w/y\n@@ -1 +1 @@\n-1\n+2\n",
    );
    assert_eq!(
        paths(&patch),
        [
            (Some("a/x"), Some("a/x")),
            (None, Some("b/new")),
            (Some("y"), Some("y")),
        ]
    );
}

#[test]
fn a_patch_of_another_program_has_files_too() {
    let patch = Patch::parse(
        "Only in b: z\n--- a/x\t2026-01-02 03:04:05\n+++ b/x\t2026-01-02 03:04:06\n\
         @@ -1 +1 @@\n-1\n+2\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+1\n-- \n2.47.3\n",
    );
    assert_eq!(paths(&patch), [(Some("x"), Some("x")), (None, Some("y"))]);
    assert_eq!(patch.files()[1].status, FileStatus::Added);
    assert_eq!(lines(&patch), ["1 0 -1", "0 1 +2", "0 1 +1"]);
}

#[test]
fn binary_patches_have_no_lines() {
    let patch = Patch::parse(
        "diff --git a/x b/x\nindex 1234567..89abcde 100644\nGIT binary patch\nliteral 3\n\
         KcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n\
         diff --git a/y b/y\ndeleted file mode 100644\nindex 1234567..0000000\n\
         Binary files a/y and /dev/null differ\n",
    );
    let contents: Vec<_> = patch.files().iter().map(|file| file.content).collect();
    assert_eq!(contents, [FileContent::Binary; 2]);
    assert_eq!(paths(&patch), [(Some("x"), Some("x")), (Some("y"), None)]);
    assert_eq!(patch.files()[1].new_blob, None);
    assert!(patch.lines().is_empty());
}

#[test]
fn a_file_that_becomes_a_link_is_one_file() {
    let patch = Patch::parse(
        "diff --git a/x b/x\ndeleted file mode 100644\nindex 1234567..0000000\n--- a/x\n\
         +++ /dev/null\n@@ -1,2 +0,0 @@\n-1\n-2\ndiff --git a/x b/x\nnew file mode 120000\n\
         index 0000000..89abcde\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+y\n\
         \\ No newline at end of file\n",
    );
    let file = only(&patch);
    assert_eq!(file.status, FileStatus::TypeChanged);
    assert_eq!(file.content, FileContent::Symlink);
    assert_eq!((file.added, file.removed), (1, 2));
    assert_eq!(
        (file.old_mode, file.new_mode),
        (Some(0o100_644), Some(0o120_000))
    );
    assert_eq!(
        (file.old_blob.as_deref(), file.new_blob.as_deref()),
        (Some("1234567"), Some("89abcde"))
    );
    assert!(patch.hunks().iter().all(|hunk| hunk.file.0 == 0));
    assert_eq!(file.hunks, 0..2);
    assert_eq!(lines(&patch), ["1 0 -1", "2 0 -2", "0 1 +y$"]);
}

#[test]
fn a_combined_diff_gives_its_file_without_lines() {
    let patch = Patch::parse(
        "diff --cc src/x y.rs\nindex 1234567,2345678..89abcde\n--- a/src/x y.rs\n\
         +++ b/src/x y.rs\n@@@ -1,2 -1,2 +1,2 @@@\n- a\n -b\n++c\n  d\n\
         diff --git a/z b/z\nold mode 100644\nnew mode 100755\n",
    );
    assert_eq!(
        paths(&patch),
        [
            (Some("src/x y.rs"), Some("src/x y.rs")),
            (Some("z"), Some("z"))
        ]
    );
    assert_eq!(patch.files()[0].old_blob.as_deref(), Some("1234567"));
    assert!(patch.hunks().is_empty());
}

#[test]
fn a_cut_patch_keeps_what_is_there_and_says_so() {
    let whole = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@\n a\n+b\n c\n d\n";
    assert!(!Patch::parse(whole).is_cut());
    let patch = Patch::parse(&whole[..whole.len() - 4]);
    assert!(patch.is_cut());
    assert_eq!(lines(&patch), ["1 1  a", "0 2 +b", "2 3  c"]);
    let hunk = &patch.hunks()[0];
    assert_eq!((hunk.old_count, hunk.new_count), (2, 3));
}

#[test]
fn a_hunk_that_is_shorter_than_announced_ends_where_the_next_file_begins() {
    let patch = Patch::parse(
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\ndiff --git a/y b/y\n\
         --- a/y\n+++ b/y\n@@ -1 +1 @@\n-1\n+2\n",
    );
    assert_eq!(lines(&patch), ["1 1  a", "1 0 -1", "0 1 +2"]);
    assert_eq!(patch.files().len(), 2);
    assert!(patch.is_cut());
}

#[test]
fn huge_numbers_neither_overflow_nor_allocate() {
    let patch = Patch::parse(
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n\
         @@ -4294967295,4294967295 +99999999999999999999,4294967295 @@\n a\n b\n+c\n\
         @@ -1,99999999999999999999 +1 @@\n-a\n+b\n",
    );
    assert_eq!(
        lines(&patch),
        [
            "4294967295 4294967295  a",
            "4294967295 4294967295  b",
            "0 4294967295 +c",
            "1 0 -a",
            "0 1 +b"
        ]
    );
}

#[test]
fn text_without_a_patch_has_nothing() {
    for text in [
        "",
        "\n\n",
        "hello\n",
        "@@ -1 +1 @@\n-a\n+b\n",
        "+++ x\n--- y\n",
        "index 1..2\nrename from x\n",
    ] {
        let patch = Patch::parse(text);
        assert!(patch.files().is_empty(), "{text:?}");
        assert!(patch.hunks().is_empty() && patch.lines().is_empty());
    }
}

#[test]
fn a_line_of_a_megabyte_is_one_line() {
    let long = "x".repeat(1 << 20);
    let patch = Patch::parse(format!(
        "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{long}\n+{long}y\n"
    ));
    assert_eq!(patch.line_text(LineId(0)).len(), 1 << 20);
    assert_eq!(patch.line_text(LineId(1)).len(), (1 << 20) + 1);
    assert_eq!(patch.line_text(LineId(2)), "");
}
