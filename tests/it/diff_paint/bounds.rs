//! Painting ends soon whatever it is given, and says where it gave up.

use std::{fmt::Write, time::Duration};

use kortix_tui::diff::{
    paint::{self, Limits, Painted},
    patch::{HunkId, Patch},
};

use super::{ENOUGH, paint_first, painted_lines, patch_of, with_words};

fn is_plain(painted: &Painted) -> Vec<bool> {
    painted.lines.iter().map(|line| line.is_plain).collect()
}

#[test]
fn without_time_for_a_pair_or_a_hunk_lines_are_plain() {
    let patch = patch_of(
        "a.rs",
        &["-let a = 1;", "+let a = 2;", " let b = 3;", "+gone"],
    );
    for limits in [
        Limits {
            pair: Duration::ZERO,
            ..ENOUGH
        },
        Limits {
            hunk: Duration::ZERO,
            ..ENOUGH
        },
    ] {
        let painted = paint::hunk(&patch, HunkId(0), "a.rs", limits);
        assert_eq!(is_plain(&painted), [true, true, false, false]);
        assert!(painted.lines.iter().all(|line| line.words.is_empty()));
        assert!(
            !painted.lines[0].syntax.is_empty(),
            "syntax has its own time"
        );
    }
}

#[test]
fn without_time_for_syntax_there_is_none_and_words_stay() {
    let patch = patch_of("a.rs", &["-let a = 1;", "+let a = 2;"]);
    let limits = Limits {
        syntax: Duration::ZERO,
        ..ENOUGH
    };
    let painted = paint::hunk(&patch, HunkId(0), "a.rs", limits);
    assert!(painted.lines.iter().all(|line| line.syntax.is_empty()));
    assert!(painted.lines.iter().all(|line| line.words.len() == 1));
}

#[test]
fn a_small_change_in_a_line_of_a_megabyte_is_found() {
    let (head, tail) = ("a,".repeat(300_000), ";b".repeat(200_000));
    let patch = patch_of(
        "a.js",
        &[&format!("-{head}old{tail}"), &format!("+{head}new{tail}")],
    );
    let painted = paint_first(&patch, "a.js");
    for line in &painted.lines {
        assert_eq!(line.words.len(), 1);
        assert_eq!(line.words.first(), Some(&(600_000..600_003)));
        assert!(line.syntax.is_empty(), "long lines have no syntax");
    }
}

#[test]
fn two_lines_of_a_megabyte_that_differ_throughout_are_plain() {
    let line = |seed: u32| -> String { (0..150_000).map(|n| format!("{} ", n * seed)).collect() };
    let patch = patch_of(
        "a.js",
        &[&format!("-{}", line(7)), &format!("+{}", line(11))],
    );
    assert_eq!(is_plain(&paint_first(&patch, "a.js")), [true, true]);
}

#[test]
fn thousands_of_lines_without_a_common_one_are_painted_in_part() {
    let mut lines = Vec::new();
    for (sign, word) in [('-', "alpha"), ('+', "omega")] {
        lines
            .extend((0..5_000).map(|n| format!("{sign}{word}{n} = call_{word}({n}, \"{word}\");")));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let patch = patch_of("a.txt", &lines);
    let painted = paint_first(&patch, "a.txt");
    assert_eq!(painted.lines.len(), 10_000);
    assert!(
        painted.lines.last().unwrap().is_plain,
        "the last is behind the limit"
    );
    assert!(!painted.lines[0].is_plain);
    assert_eq!(paint::moved(&patch).lines.len(), 0);
}

#[test]
fn hostile_lines_are_left_without_syntax_and_others_keep_it() {
    let hostile = [
        "(".repeat(2_000),
        " ".repeat(900),
        "a".repeat(400),
        "~".repeat(300),
    ];
    for line in hostile {
        let patch = patch_of("a.md", &["+# Title", &format!("+{line}"), "+# Other"]);
        let painted = paint_first(&patch, "a.md");
        let pieces: Vec<usize> = painted.lines.iter().map(|line| line.syntax.len()).collect();
        assert_eq!(pieces, [1, 0, 1]);
    }
}

#[test]
fn comments_behind_a_word_end_in_every_language() {
    // Some engines of patterns never come back from this line of JavaScript.
    for path in [
        "a.js", "a.ts", "a.tsx", "a.rs", "a.css", "a.go", "a.java", "a.cpp", "a.php",
    ] {
        let patch = patch_of(path, &["+word /* one */ /* two */", "+word /**/ /*"]);
        let painted = paint_first(&patch, path);
        assert!(!painted.lines[0].syntax.is_empty(), "{path}");
    }
}

#[test]
fn a_block_that_repeats_throughout_is_matched_in_one_pass() {
    let mut text = String::new();
    for (start, sign) in [(1, '-'), (100_000, '+')] {
        let lines: Vec<String> = (0..20_000)
            .map(|n| format!("{sign}same line {}", n % 10))
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        text += &super::file_patch("a.txt", &[(start, &lines)]);
    }
    assert_eq!(
        paint::moved(&Patch::parse(text)).lines.len(),
        0,
        "all are too frequent"
    );
}

#[test]
fn letters_of_every_kind_are_painted_within_their_lines() {
    let mut odd = String::new();
    for letter in [
        '\0',
        '\u{7}',
        '\u{200d}',
        '\u{fe0f}',
        '\u{1f468}',
        '漢',
        '\u{301}',
        '\r',
        '\t',
    ] {
        write!(odd, "{letter}x\"{letter}").unwrap();
    }
    let patch = patch_of("a.py", &[&format!("-{odd}"), &format!("+y{odd}")]);
    let painted = paint_first(&patch, "a.py");
    let lines: Vec<String> = painted_lines(&patch, &painted)
        .map(|(text, line)| with_words(text, line))
        .collect();
    assert_eq!(lines, [odd.clone(), format!("«y»{odd}")]);
    for (text, line) in painted_lines(&patch, &painted) {
        for (range, _) in &line.syntax {
            assert!(text.get(range.start as usize..range.end as usize).is_some());
        }
    }
}

#[test]
fn a_hunk_of_another_patch_has_no_lines() {
    let patch = patch_of("a.rs", &["+x"]);
    let painted = paint::hunk(&patch, HunkId(7), "a.rs", ENOUGH);
    assert_eq!(painted, Painted::default());
}
