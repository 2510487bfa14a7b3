//! Findings as text, annotations and lines for an agent, from reports that are put together here.

use std::ops::Range;

use kortix_tui::diagnostic::{
    Edit, Family, Finding, Fix, Report, Severity,
    render::{Look, Palette, agent, github, summary, text, verdict},
};

/// A report on a text with a finding at each place.
fn report(text: &str, places: &[Range<usize>]) -> Report {
    let findings = places.iter().map(|place| finding(place.clone()));
    Report {
        path: "a/kortix.toml".to_owned(),
        text: text.to_owned(),
        findings: findings.collect(),
        is_valid: false,
    }
}

/// Places of one byte.
fn places(starts: &[usize]) -> Vec<Range<usize>> {
    starts.iter().map(|at| *at..at + 1).collect()
}

fn finding(span: Range<usize>) -> Finding {
    Finding {
        code: "manifest/test",
        family: Family::Manifest,
        severity: Severity::Error,
        path: String::new(),
        span,
        message: "it is wrong".to_owned(),
        help: None,
        fix: None,
    }
}

/// Where a word is in a text.
fn place(text: &str, word: &str) -> Range<usize> {
    let start = text.find(word).unwrap();
    start..start + word.len()
}

/// The lines of the source of the only finding, as they are shown.
fn source(whole: &str, word: &str, columns: usize) -> String {
    let report = report(whole, &[place(whole, word)]);
    let shown = text(&[report], &Look::plain(columns));
    let lines = shown.lines().skip(2).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn carets_stand_under_their_word_behind_tabs_and_wide_letters() {
    let shown = source("\tname\t= \"漢字é\u{301}👍\" + wrong # 字", "wrong", 80);
    insta::assert_snapshot!(shown, @r#"
      |
    1 |     name    = "漢字é́👍" + wrong # 字
      |                           ^^^^^
      |
    "#);
}

#[test]
fn a_place_that_is_wide_has_as_many_carets_as_it_has_columns() {
    let shown = source("a = 漢\t字", "漢\t字", 80);
    insta::assert_snapshot!(shown, @r"
      |
    1 | a = 漢    字
      |     ^^^^^^^^
      |
    ");
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let long = format!("{} = wrong # {}", "k".repeat(5_000), "z".repeat(5_000));
    let shown = source(&long, "wrong", 60);
    insta::assert_snapshot!(shown, @r"
      |
    1 | …kkkkkkkkkkkkkkkkkkkkkk = wrong # zzzzzzzzzzzzzzzzzzzzz…
      |                           ^^^^^
      |
    ");
}

#[test]
fn a_long_place_is_cut_at_its_end() {
    let long = format!("a = \"{}\"", "w".repeat(5_000));
    let shown = source(&long, &long, 50);
    insta::assert_snapshot!(shown, @r#"
      |
    1 | a = "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww…
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
    "#);
}

#[test]
fn a_place_of_many_lines_shows_the_first_and_the_last() {
    let whole = "FROM a\nRUN b \\\n  c \\\n  d \\\n  e && f\nRUN g\n";
    let shown = source(whole, "b \\\n  c \\\n  d \\\n  e", 80);
    insta::assert_snapshot!(shown, @r"
      |
    2 | RUN b \
      |     ^^^
    ...
    5 |   e && f
      |   ^
      |
    ");
}

#[test]
fn a_place_that_ends_with_its_line_does_not_show_the_next() {
    let shown = source("a = 1\r\nb = 2\r\n", "= 1\r\n", 80);
    insta::assert_snapshot!(shown, @r"
      |
    1 | a = 1
      |   ^^^
      |
    ");
}

#[test]
fn nothing_at_the_end_of_an_empty_text_is_one_caret() {
    insta::assert_snapshot!(source("", "", 80), @r"
      |
    1 |
      | ^
      |
    ");
}

#[test]
fn help_of_several_lines_stands_under_its_first_word() {
    let mut report = report("a = 1\n", &places(&[0]));
    report.findings[0].help = Some("write this:\nb = 1".to_owned());
    report.findings[0].fix = Some(fix("rename it", true));
    let shown = text(&[report.clone()], &Look::plain(80)) + &summary(&[report], &Look::plain(80));
    insta::assert_snapshot!(shown, @r"
    error[manifest/test]: it is wrong
     --> a/kortix.toml:1:1
      |
    1 | a = 1
      | ^
      |
      = help: write this:
              b = 1
      = fix: rename it

    1 file: 1 error; --fix mends 1
    ");
}

fn fix(title: &str, is_safe: bool) -> Fix {
    Fix {
        title: title.to_owned(),
        edits: vec![Edit {
            span: 0..1,
            text: "b".to_owned(),
        }],
        is_safe,
    }
}

#[test]
fn colors_are_those_of_the_palette_and_end_with_their_words() {
    let look = Look {
        palette: Palette {
            error: "<red>".to_owned(),
            ..Palette::default()
        },
        ..Look::plain(80)
    };
    let shown = text(&[report("a = 1\n", &places(&[0]))], &look);
    assert!(
        shown.starts_with("<red>error[manifest/test]\x1b[m: it is wrong\n"),
        "{shown}"
    );
    assert!(shown.contains(" <red>^\x1b[m\n"), "{shown}");
}

#[test]
fn many_findings_in_one_long_line_take_no_longer_than_in_many_lines() {
    // Ten thousand findings in a line of two megabytes: anything but a constant time for each of
    // them would take minutes.
    let whole = "ä".repeat(1 << 20);
    let places: Vec<_> = (0..10_000).map(|at| at * 200..at * 200 + 2).collect();
    let shown = text(&[report(&whole, &places)], &Look::plain(80));
    assert_eq!(
        shown.lines().filter(|line| line.contains("-->")).count(),
        10_000
    );
    assert!(shown.contains("--> a/kortix.toml:1:999901\n"));
}

#[test]
fn annotations_escape_what_has_a_meaning_and_have_columns_on_one_line_only() {
    let mut report = report("a = 1\nb = 2\n", &[4..5, 4..11]);
    report.path = "a,b:c%.toml".to_owned();
    report.findings[0].message = "100% wrong:\r\nreally, yes".to_owned();
    report.findings[1].severity = Severity::Hint;
    report.findings[1].help = Some("write 3".to_owned());
    insta::assert_snapshot!(github(&[report]), @r"
    ::error file=a%2Cb%3Ac%25.toml,line=1,endLine=1,col=5,endColumn=6,title=manifest/test::100%25 wrong:%0Areally, yes
    ::notice file=a%2Cb%3Ac%25.toml,line=1,endLine=2,title=manifest/test::it is wrong%0Ahelp: write 3
    ");
}

#[test]
fn an_agent_reads_the_worst_first_and_the_verdict_last() {
    let mut one = report("a = 1\nb = 2\n", &[0..1, 6..7]);
    one.findings[0].severity = Severity::Hint;
    one.findings[0].fix = Some(fix("rename `a`\nto `b`", true));
    one.findings[1].severity = Severity::Warning;
    one.findings[1].fix = Some(fix("write 3", false));
    let mut other = report("c = 3\n", &places(&[0]));
    other.path = "b.toml".to_owned();
    other.findings[0].help = Some("take it out".to_owned());
    insta::assert_snapshot!(agent(&[one, other]), @r"
    b.toml:1:1 error manifest/test it is wrong | help: take it out
    a/kortix.toml:2:1 warning manifest/test it is wrong | fix: write 3 (a guess)
    a/kortix.toml:1:1 hint manifest/test it is wrong | fix: rename `a`⏎to `b`
    verdict: invalid; 1 error, 1 warning, 1 hint in 2 files; --fix makes 1 of the fixes
    ");
}

#[test]
fn an_agent_reads_no_more_than_it_can_mend_and_how_much_more_there_is() {
    let starts: Vec<usize> = (0..500).map(|at| at * 2).collect();
    let many = report(&"x\n".repeat(500), &places(&starts));
    let read = agent(&[many]);
    let last: Vec<&str> = read.lines().rev().take(2).collect();
    assert_eq!(read.lines().count(), 202);
    assert_eq!(
        last,
        [
            "verdict: invalid; 500 errors in 1 file",
            "not listed: 300 errors"
        ]
    );
}

#[test]
fn the_verdict_is_about_manifests_only() {
    let bad = report("a = 1\n", &places(&[0]));
    let mut dockerfile = bad.clone();
    dockerfile.findings[0].family = Family::Dockerfile;
    let mut dropped = bad.clone();
    dropped.is_valid = true;
    dropped.findings[0].severity = Severity::Warning;
    assert!(verdict(&[]));
    assert!(verdict(&[dockerfile.clone(), dropped]));
    assert!(!verdict(&[dockerfile, bad]));
}
