//! Text as geometry.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use kortix_tui::text::{
    AnsiColor, AnsiColors, Line, MarkdownCache, Meaning, Span, Tone, ago, ansi, count, duration,
    markdown, money, pad, sanitize, sanitize_line, short_age, stable_prefix, tokens, truncate,
    truncate_middle, width, wrap,
};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

fn rows(lines: &[Line]) -> Vec<String> {
    lines.iter().map(Line::text).collect()
}

#[test]
fn escapes_are_visible_and_colors_are_dropped() {
    assert_eq!(sanitize("a\x1b[31mb\x1b[0mc"), "abc");
    assert_eq!(sanitize("a\x1b[2Jb"), "a␛[2Jb");
    assert_eq!(sanitize("\x1b]0;title\x07x"), "␛]0;title␇x");
    assert_eq!(sanitize("a\u{9b}31m"), "a\u{fffd}31m");
}

#[test]
fn a_carriage_return_cannot_hide_what_was_before_it() {
    assert_eq!(sanitize("rm -rf /\recho hi\r\n"), "rm -rf /␍echo hi\n");
}

#[test]
fn what_reorders_or_hides_text_is_named() {
    assert_eq!(sanitize("a\u{202e}b"), "a⟨U+202E⟩b");
    assert_eq!(sanitize("ma\u{200b}in"), "ma⟨U+200B⟩in");
    let payload: String = std::iter::repeat_n('\u{e0041}', 50).collect();
    let shown = sanitize(&payload);
    assert_eq!(shown, "⟨U+E0041⟩⟨U+E0041⟩⟨U+E0041⟩⟨47 more hidden⟩");
}

#[test]
fn a_base_carries_few_marks_and_a_lone_mark_gets_a_base() {
    let zalgo: String = std::iter::once('Z')
        .chain(std::iter::repeat_n('\u{335}', 90))
        .collect();
    assert_eq!(sanitize(&zalgo).chars().count(), 5);
    assert_eq!(sanitize("\u{301}a"), "◌\u{301}a");
}

#[test]
fn letters_of_the_world_stay_as_they_are() {
    for text in [
        "naïve café",
        "日本語 ✓ 🎉",
        "क्‍ष",
        "می‌خواهم",
        "한국어",
        "🇩🇪",
        "👍🏽",
        "e\u{301}",
    ] {
        assert_eq!(sanitize(text), text);
    }
    assert_eq!(sanitize("❤\u{fe0f}"), "❤");
}

#[test]
fn tabs_become_spaces_up_to_the_next_stop() {
    assert_eq!(sanitize("a\tb\n\tc"), "a       b\n        c");
}

#[test]
fn one_row_stays_one_row() {
    assert_eq!(sanitize_line("title\n  forged\n"), "title⏎  forged");
}

#[test]
fn text_is_cut_between_letters_and_never_too_wide() {
    assert_eq!(truncate("hello", 5), "hello");
    assert_eq!(truncate("hello!", 5), "hell…");
    assert_eq!(truncate("日本語", 4), "日…");
    assert_eq!(truncate("日本語", 0), "");
    assert_eq!(truncate_middle("src/transcript/mod.rs", 11), "src/t…od.rs");
    assert_eq!(pad("日本", 5), "日本 ");
    assert_eq!(pad("abcdef", 3), "ab…");
}

#[test]
fn rows_break_after_spaces_and_indent_what_follows() {
    let line = Line::plain("the quick brown fox");
    assert_eq!(rows(&wrap(&line, 10, 0)), ["the quick ", "brown fox"]);
    assert_eq!(
        rows(&wrap(&line, 10, 2)),
        ["the quick ", "  brown ", "  fox"]
    );
    assert_eq!(
        rows(&wrap(&Line::plain("abcdefgh"), 3, 0)),
        ["abc", "def", "gh"]
    );
    assert_eq!(
        rows(&wrap(&Line::plain("日本語です"), 4, 0)),
        ["日本", "語で", "す"]
    );
    assert_eq!(rows(&wrap(&Line::default(), 4, 0)), [""]);
}

#[test]
fn wrapped_spans_keep_their_tones() {
    let code = Tone::of(Meaning::Code);
    let line = Line {
        spans: vec![
            Span::new("run ", Tone::default()),
            Span::new("cargo test", code),
        ],
    };
    let wrapped = wrap(&line, 9, 0);
    assert_eq!(rows(&wrapped), ["run cargo ", "test"]);
    assert!(wrapped[1].spans.iter().all(|span| span.tone == code));
}

#[test]
fn markdown_becomes_rows_for_reading() {
    let text = "# Title\n\nSome *soft* and **loud** `code`.\n\n- one\n- two\n  1. deep\n  2. deeper\n- [x] done\n\n> quoted\n> more\n\n```rust\nfn main() {}\n```\n\n---\n\n[here](https://a.b) <https://c.d> ~~gone~~";
    let lines = markdown(text, 60);
    assert_eq!(
        rows(&lines),
        [
            "# Title",
            "",
            "Some soft and loud code.",
            "",
            "• one",
            "• two",
            "  1. deep",
            "  2. deeper",
            "• [x] done",
            "",
            "│ quoted more",
            "",
            "  rust",
            "  fn main() {}",
            "",
            &"─".repeat(40),
            "",
            "here (https://a.b) https://c.d gone",
        ]
    );
    assert_eq!(lines[0].spans[1].tone.meaning, Meaning::Heading(1));
    assert!(
        lines[2]
            .spans
            .iter()
            .any(|span| span.tone.bold && span.text == "loud")
    );
}

#[test]
fn a_table_is_aligned_when_it_fits_and_listed_when_not() {
    let text = "|name|n|\n|:--|--:|\n|apples|3|\n|fig|12|\n";
    assert_eq!(
        rows(&markdown(text, 40)),
        ["name   │  n", "───────┼───", "apples │  3", "fig    │ 12"]
    );
    assert_eq!(
        rows(&markdown(text, 9)),
        ["name: ", "  apples", "n: 3", "", "name: fig", "n: 12"]
    );
}

#[test]
fn wrapped_items_and_quotes_keep_their_indents() {
    let text = "- alpha beta gamma\n\n> one two three";
    assert_eq!(
        rows(&markdown(text, 12)),
        ["• alpha beta ", "  gamma", "", "│ one two ", "│ three"]
    );
}

#[test]
fn entities_and_html_cannot_smuggle_escapes() {
    let text = rows(&markdown(
        "a &#27;[2J b <b onclick=\"x\">c</b> &#x202e;",
        60,
    ))
    .concat();
    assert!(!text.contains(['\x1b', '\u{202e}']));
    assert!(text.contains("<b onclick=\"x\">c</b>"));
}

#[test]
fn an_unfinished_fence_is_code_so_far() {
    let lines = markdown("text\n\n```sh\ncargo te", 40);
    assert_eq!(rows(&lines), ["text", "", "  sh", "  cargo te"]);
    assert_eq!(lines[3].spans[0].tone.meaning, Meaning::CodeBlock);
}

#[test]
fn colors_of_programs_become_tones() {
    let lines =
        ansi("\x1b[1;31merror\x1b[0m: \x1b[38;5;213mx\x1b[48;2;1;2;3my\n\x1b]0;t\x07z\x1b[2J");
    assert_eq!(rows(&lines), ["error: xy", "z"]);
    let colors = AnsiColors {
        fg: AnsiColor::Index(1),
        bg: AnsiColor::Default,
    };
    let expected = Tone {
        bold: true,
        ..Tone::of(Meaning::Ansi(colors))
    };
    assert_eq!(lines[0].spans[0].tone, expected);
    let y = lines[0].spans.last().unwrap().tone.meaning;
    let colors = AnsiColors {
        fg: AnsiColor::Index(213),
        bg: AnsiColor::Rgb(1, 2, 3),
    };
    assert_eq!(y, Meaning::Ansi(colors));
}

#[test]
fn a_progress_bar_shows_its_last_state() {
    assert_eq!(
        rows(&ansi("10%\r50%\r100% done\r\nok\n")),
        ["100% done", "ok"]
    );
    assert_eq!(rows(&ansi("downloading…\r\x1b[Kdone")), ["done"]);
    assert_eq!(rows(&ansi("abc\x08\x08X")), ["aXc"]);
}

#[test]
fn a_sequence_left_open_does_not_swallow_the_next_line() {
    assert_eq!(rows(&ansi("a\x1b]2;never ends\nnext")), ["a", "next"]);
}

#[test]
fn output_is_bounded_in_rows_and_columns() {
    let lines = ansi(&"x\n".repeat(9_000));
    assert_eq!(lines.len(), 5_001);
    assert_eq!(lines[0].text(), "… 4000 earlier lines");
    assert_eq!(ansi(&"x".repeat(50_000))[0].width(), 10_000);
}

#[test]
fn times_counts_and_sums_read_well() {
    let seconds = Duration::from_secs;
    assert_eq!(ago(seconds(0)), "just now");
    assert_eq!(ago(seconds(200)), "3m ago");
    assert_eq!(short_age(seconds(90_000)), "1d");
    assert_eq!(duration(seconds(64)), "1m 04s");
    assert_eq!(duration(Duration::from_millis(4_250)), "4.2s");
    assert_eq!(count(1, "file", "files"), "1 file");
    assert_eq!(count(2, "entry", "entries"), "2 entries");
    assert_eq!(
        (tokens(950), tokens(12_345), tokens(1_250_000)),
        ("950".into(), "12.3k".into(), "1.2M".into())
    );
    assert_eq!(
        (money(0.0), money(0.001), money(1.254)),
        ("$0".into(), "<$0.01".into(), "$1.25".into())
    );
}

/// Text with what hostile text is made of.
fn wild() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z0-9 .,/*_#>|`~!\\[\\]()-]{0,12}",
        "\\PC{0,6}",
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "\n",
            "\r",
            "\t",
            "\x1b[31m",
            "\x1b[",
            "\x1b]0;t\x07",
            "\u{9b}",
            "\u{202e}",
            "\u{200d}",
            "\u{fe0f}",
            "\u{301}",
            "👨\u{200d}👩",
            "日本",
            "```\n",
            "\n\n",
            "\n- ",
            "\n> ",
            "|a|b|\n|-|-|\n",
            "&#27;",
            "**",
            "\u{e0041}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn is_harmless(text: &str) -> bool {
    !text.contains(|c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e0fff}' | '\u{fe0f}')
            && !matches!(c, '\u{200c}' | '\u{200d}')
    })
}

/// Whether a row fits. A cluster cannot be broken, so one that is wider than two columns may stand
/// over the edge of a narrow row.
fn fits(row: &str, columns: usize) -> bool {
    let clusters = row.trim_end_matches(' ').graphemes(true);
    clusters.map(|cluster| width(cluster).min(2)).sum::<usize>() <= columns
}

#[test]
fn a_cluster_wider_than_the_row_has_a_row_to_itself() {
    let line = Line::plain("a👩\u{1930}b");
    assert_eq!(rows(&wrap(&line, 2, 0)), ["a", "👩\u{1930}", "b"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn sanitized_text_is_harmless_and_stays_the_same(text in wild()) {
        let once = sanitize(&text).into_owned();
        prop_assert!(is_harmless(&once.replace('\n', "")), "{once:?}");
        prop_assert_eq!(sanitize(&once), once.as_str());
        let row = sanitize_line(&text).into_owned();
        prop_assert!(is_harmless(&row));
        prop_assert_eq!(sanitize_line(&row), row.as_str());
    }

    #[test]
    fn cut_text_fits(text in wild(), columns in 0_usize..40) {
        let text = sanitize_line(&text);
        prop_assert!(width(&truncate(&text, columns)) <= columns);
        prop_assert!(width(&truncate_middle(&text, columns)) <= columns);
        prop_assert_eq!(width(&pad(&text, columns)), columns);
    }

    #[test]
    fn wrapped_rows_concatenate_to_the_line_and_fit(words in prop::collection::vec(wild(), 1..5), columns in 2_usize..30, hanging in 0_usize..6) {
        let spans = words.iter().map(|word| Span::new(sanitize_line(word), Tone::default())).collect();
        let line = Line { spans };
        let wrapped = wrap(&line, columns, 0);
        prop_assert_eq!(rows(&wrapped).concat(), line.text());
        for row in &wrapped {
            prop_assert!(fits(&row.text(), columns), "{row:?}");
        }
        let indent = hanging.min(columns / 2);
        let hung: String = wrap(&line, columns, hanging).iter().enumerate()
            .map(|(index, row)| row.text().get(if index == 0 { 0 } else { indent }..).unwrap().to_owned()).collect();
        prop_assert_eq!(hung, line.text());
    }

    #[test]
    fn markdown_of_any_text_is_harmless_and_fits(text in wild(), columns in 4_usize..60) {
        for line in markdown(&text, columns) {
            prop_assert!(is_harmless(&line.text()), "{line:?}");
            prop_assert!(fits(&line.text(), columns), "{line:?} in {columns}");
        }
    }

    #[test]
    fn a_stable_prefix_stays_stable(text in wild(), more in wild()) {
        let cut = stable_prefix(&text);
        prop_assert!(text.is_char_boundary(cut));
        let grown = format!("{text}{more}");
        prop_assert!(stable_prefix(&grown) >= cut, "{grown:?}");
    }

    #[test]
    fn output_of_any_program_is_harmless(text in wild()) {
        for line in ansi(&text) {
            prop_assert!(is_harmless(&line.text()), "{line:?}");
        }
    }
}

#[test]
fn growing_markdown_renders_as_it_would_at_once() {
    let text = "# A\n\nfirst *para*\nmore\n\n- one\n- two\n\n  still two\n\n```rust\nlet x = 1;\n\nlet y;\n```\n\n> q\n\n|a|b|\n|-|-|\n|1|2|\n\n1. x\n2. y\n\nend\n---\n\nlast words";
    let mut cache = MarkdownCache::default();
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        let grown = &text[..end];
        assert_eq!(cache.rows(grown, 30), markdown(grown, 30), "{grown:?}");
    }
    assert!(stable_prefix(text) > text.len() / 2);
    assert_eq!(cache.rows("other", 30), markdown("other", 30));
}
