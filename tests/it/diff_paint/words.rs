//! Which words of a changed line are marked.

use proptest::prelude::*;

use super::{paint_first, painted_lines, patch_of, with_words};

/// A removed and an added line with marks at the words that were found.
fn marked(old: &str, new: &str) -> [String; 2] {
    let patch = patch_of("a.txt", &[&format!("-{old}"), &format!("+{new}")]);
    let painted = paint_first(&patch, "a.txt");
    assert!(painted.lines.iter().all(|line| !line.is_plain));
    let lines: Vec<String> = painted_lines(&patch, &painted)
        .map(|(text, line)| with_words(text, line))
        .collect();
    lines.try_into().unwrap()
}

/// Takes the marks from both lines away, compares, and checks the marks.
#[track_caller]
fn assert_marks(old: &str, new: &str) {
    let plain = |line: &str| line.replace(['«', '»'], "");
    assert_eq!(marked(&plain(old), &plain(new)), [old, new]);
}

#[test]
fn a_renamed_identifier_is_marked_as_a_whole() {
    assert_marks(
        "let «total_count» = items.len();",
        "let «total_sum» = items.len();",
    );
    assert_marks("    self.«fooBar»(x);", "    self.«fooBaz»(x);");
}

#[test]
fn a_changed_argument_is_marked_alone() {
    assert_marks("retry(3, «true», \"x\")", "retry(3, «false», \"x\")");
    assert_marks("sleep(«10»);", "sleep(«250»);");
    assert_marks("a.b(«c».d)", "a.b(«x».d)");
}

#[test]
fn an_added_parameter_is_marked_with_its_comma() {
    assert_marks(
        "fn open(path: &Path) {",
        "fn open(path: &Path«, mode: Mode») {",
    );
    assert_marks("f(a, c)", "f(a, «b, »c)");
    assert_marks("f()", "f(«a»)");
}

#[test]
fn a_changed_word_of_a_string_is_marked_alone() {
    assert_marks(
        "log(\"cannot «open» the file\")",
        "log(\"cannot «read» the file\")",
    );
}

#[test]
fn indentation_is_marked_by_what_was_added() {
    assert_marks("  return x;", "  «  »return x;");
    assert_marks("«\t»return x;", "«    »return x;");
    assert_marks("return x;«  »", "return x;");
}

#[test]
fn an_added_trailing_comma_is_marked() {
    assert_marks("    timeout: 3", "    timeout: 3«,»");
    assert_marks("    \"eslint\": \"8.1.0\"", "    \"eslint\": \"8.1.0\"«,»");
}

#[test]
fn wrapping_marks_what_was_put_around() {
    assert_marks("let x = value;", "let x = «Some(»value«)»;");
    assert_marks("foo.bar()", "foo.bar()«.await?»");
    assert_marks("    if a {", "    if a «&& !b »{");
}

#[test]
fn words_around_a_blank_or_a_joint_are_one_mark() {
    assert_marks("-- the «old house» here", "-- the «new garden» here");
    assert_marks("use crate::«app.rows»;", "use crate::«view.lines»;");
    assert_marks("f(«a»[«1»])", "f(«b»[«2»])");
}

#[test]
fn versions_and_hashes_are_marked_by_their_parts() {
    assert_marks("serde = \"1.0.«219»\"", "serde = \"1.0.«228»\"");
    assert_marks("commit = \"«8c0d9f1»\"", "commit = \"«aa41e7b»\"");
}

#[test]
fn ideographs_are_words_of_their_own() {
    assert_marks("打开«文»件失败", "打开«软»件失败");
    assert_marks("これは«本»です", "これは«紙»です");
    assert_marks("이것은 «책입니다»", "이것은 «종이입니다»");
}

#[test]
fn letters_that_combine_stay_together() {
    assert_marks("«cafe\u{301}» noir", "«café» noir");
    assert_marks("ok «👩\u{200d}💻» done", "ok «👨\u{200d}💻» done");
}

#[test]
fn lines_with_little_in_common_have_no_marks() {
    assert_marks("alpha", "omega");
    assert_marks("let a = 1;", "struct Config { name: String }");
    assert_marks("return early(x, y);", "for item in list.iter() {");
    assert_marks("}", "fn next(&mut self) -> Option<u8> {");
}

#[test]
fn a_line_that_is_kept_whole_in_a_longer_one_has_marks() {
    assert_marks(
        "run()",
        "«let outcome = runner.with_retries(3).»run()«.map_err(wrap)?;»",
    );
}

#[test]
fn only_paired_lines_are_compared() {
    let patch = patch_of("a.txt", &["-let a = 1;", "-gone", "+let a = 2;", " same"]);
    let painted = paint_first(&patch, "a.txt");
    let lines: Vec<String> = painted_lines(&patch, &painted)
        .map(|(text, line)| with_words(text, line))
        .collect();
    assert_eq!(lines, ["let a = «1»;", "gone", "let a = «2»;", "same"]);
}

#[test]
fn a_carriage_return_that_came_is_marked() {
    assert_marks("line", "line«\r»");
}

/// Lines that look like source, with letters that need care.
fn line() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        4 => "[a-c]{1,3}",
        2 => "[ \t]{1,3}",
        2 => "[(){}.,;:\"'<>=-]",
        1 => "[é漢字ひ\u{301}\u{200d}👩💻\u{200b}한]",
    ];
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

/// What is left of a line without its marked words, blanks apart.
fn unmarked(line: &str, words: &[std::ops::Range<u32>]) -> String {
    let mut rest = line.to_owned();
    for range in words.iter().rev() {
        rest.replace_range(range.start as usize..range.end as usize, "");
    }
    rest.retain(|letter| !letter.is_whitespace());
    rest
}

proptest! {
    #[test]
    fn marks_lie_in_the_line_and_leave_what_both_lines_share(old in line(), new in line()) {
        let patch = patch_of("a.txt", &[&format!("-{old}"), &format!("+{new}")]);
        let painted = paint_first(&patch, "a.txt");
        prop_assert_eq!(&painted, &paint_first(&patch, "a.txt"));
        let mut rests = Vec::new();
        for (text, line) in painted_lines(&patch, &painted) {
            let mut last = 0;
            for range in &line.words {
                prop_assert!(last <= range.start && range.start < range.end);
                prop_assert!(text.get(range.start as usize..range.end as usize).is_some());
                last = range.end + 1;
            }
            rests.push(unmarked(text, &line.words));
        }
        let is_marked = painted.lines.iter().any(|line| !line.words.is_empty());
        if is_marked {
            prop_assert_eq!(&rests[0], &rests[1]);
        }
    }
}
