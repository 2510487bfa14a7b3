//! Any bytes: no panic, places inside of the file, time in proportion to the size.

use kortix_tui::{
    diagnostic::Severity,
    image::{
        self, Scope,
        dockerfile::{Dockerfile, Problem, ProblemKind},
    },
};
use proptest::prelude::*;

/// Pieces of which files are made that come close to all rules.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "FROM ",
        "ubuntu:24.04",
        "RUN ",
        "COPY ",
        "ADD ",
        "ENV ",
        "ARG ",
        "ONBUILD ",
        "EXPOSE ",
        "SHELL ",
        "USER ",
        "ENTRYPOINT ",
        "\n",
        "\r\n",
        "\\\n",
        "\\",
        "`",
        "# escape=`\n",
        "#",
        "<<EOF",
        "<<-'A B'",
        "EOF\n",
        "\t",
        " ",
        "\"",
        "'",
        "$",
        "${",
        "}",
        ":-",
        ":+",
        "A",
        "=",
        "8000",
        "-",
        "/",
        "@",
        "[\"",
        "\"]",
        ",",
        "é",
        "\u{feff}",
        "\u{1f600}",
        "https://a:b@",
        "apt-get clean",
        "--mount=",
        " AS b",
        "PORT",
        "TOKEN",
        "AKIA0000000000000000",
        "BEGIN PRIVATE KEY",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn assert_places(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for finding in image::lint(bytes, Scope::RulesAndAdvice) {
        let span = &finding.span;
        assert!(
            span.start <= span.end && span.end <= bytes.len(),
            "{finding:?}"
        );
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let places = edits.map(|edit| &edit.span).chain([span]);
        if text.len() == bytes.len() {
            for place in places {
                assert!(text.get(place.clone()).is_some(), "{finding:?}");
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert_eq!(image::masked(text).len(), text.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_linted(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_places(&bytes);
    }

    #[test]
    fn any_file_is_linted(pieces in prop::collection::vec(piece(), 0..40)) {
        assert_places(pieces.concat().as_bytes());
    }

    #[test]
    fn any_reference_is_judged(reference in "\\PC{0,60}") {
        for finding in image::lint_reference(&reference, 0..1) {
            prop_assert_eq!(finding.span, 0..1);
        }
    }
}

/// Files that make a careless reader slow, of about a size.
fn hostile(size: usize) -> Vec<(&'static str, String)> {
    let lines = |line: &str| line.repeat(size / line.len());
    let names: String = (0..size / 24)
        .map(|at| format!("FROM s{at} AS s{}\n", at + 1))
        .collect();
    let heredocs: String = (0..size / 16).map(|at| format!(" <<E{at}")).collect();
    let laughs: String = (0..size / 12).map(|_| "ENV A=$A$A\n".to_owned()).collect();
    vec![
        ("one word", lines("x")),
        ("one line", format!("RUN {}", lines("a b "))),
        (
            "continuations",
            format!("FROM a:1\nRUN {}", lines("a \\\n")),
        ),
        (
            "comments in a continuation",
            format!("RUN a \\\n{}", lines("# x\n")),
        ),
        ("stages", format!("FROM a:1 AS s0\n{names}")),
        (
            "children",
            format!("FROM a:1 AS a\nONBUILD RUN x\n{}", lines("FROM a\n")),
        ),
        ("openers", format!("RUN{heredocs}\n")),
        ("heredocs", lines("RUN <<E\nx\nE\n")),
        ("open heredocs", format!("FROM a:1\n{}", lines("RUN <<E\n"))),
        (
            "variables",
            format!("FROM a:1\nENV A=xx\n{laughs}EXPOSE $A\n"),
        ),
        ("braces", format!("FROM {}", lines("${a:-"))),
        ("quotes", format!("RUN {}", lines("\"$'"))),
        ("flags", format!("RUN {}", lines("--a "))),
        ("sources", format!("FROM a:1\nCOPY {}", lines("a "))),
        ("array", format!("CMD [{}\"\"]", lines("\"a\","))),
        ("brackets", format!("CMD {}", lines("["))),
        ("keys", format!("RUN {}", lines("BEGIN PRIVATE KEY"))),
        ("urls", format!("RUN {}", lines("a://b:"))),
        ("users", format!("# {}", lines("a://u"))),
        ("unknown", lines("xyz \n")),
        (
            "shells",
            format!("FROM a:1\nRUN {}", lines("sh -c \"sh -c ")),
        ),
        ("ports", format!("FROM a:1\n{}", lines("EXPOSE 1-65535\n"))),
        ("bytes", lines("\u{0}")),
    ]
}

#[test]
fn hostile_files_are_linted_to_their_end() {
    // What takes more time than the size allows does not end; the benches say how long it takes.
    for (name, text) in hostile(1 << 17) {
        let found = image::lint(text.as_bytes(), Scope::RulesAndAdvice);
        assert!(found.len() <= 10_001, "{name}: {}", found.len());
    }
}

#[test]
fn of_very_many_findings_the_rest_is_counted_and_errors_are_never_lost() {
    let text = format!("FROM a:1\n{}RUNN x\n", "EXPOSE 8000\n".repeat(6_000));
    let found = image::lint(text.as_bytes(), Scope::RulesAndAdvice);
    let count = |severity| {
        let of = found.iter().filter(|finding| finding.severity == severity);
        of.count()
    };
    assert_eq!(count(Severity::Error), 1);
    assert_eq!(count(Severity::Warning) + count(Severity::Hint), 5_001);
    let last = found.last().map(|finding| finding.code);
    assert_eq!(last, Some("local/more"));
}

#[test]
fn instructions_are_read_up_to_a_number_that_fits_the_memory() {
    let text = "RUN\n".repeat(500_001);
    let file = Dockerfile::parse(&text);
    assert_eq!(file.instructions.len(), 500_000);
    let problem = Problem {
        kind: ProblemKind::TooMany(500_000),
        span: 2_000_000..2_000_003,
    };
    assert_eq!(file.problems, [problem]);
}

#[test]
fn a_line_of_ten_megabytes_is_linted() {
    let text = format!("FROM ubuntu:24.04\nRUN echo {}\n", "a".repeat(10_000_000));
    assert_eq!(image::lint(text.as_bytes(), Scope::Rules), []);
}
