//! Files that do not parse, and the control plane's dialect.

use kortix_tui::diagnostic::{Family, LineIndex, Position, mend};
use kortix_tui::manifest::{Options, check};

use super::{checked, findings, findings_of};

/// The code of the verdict on a text that does not parse.
fn verdict(text: &str) -> String {
    let checked = checked(text);
    let mut verdict = checked
        .findings
        .iter()
        .filter(|finding| finding.family == Family::Manifest);
    let code = verdict.next().map_or("valid", |finding| finding.code);
    assert_eq!(verdict.next(), None);
    assert_eq!(checked.is_valid, code == "valid");
    code.to_owned()
}

#[test]
fn an_error_of_syntax_is_the_only_verdict_and_the_rest_is_still_looked_at() {
    let text = "kortix_version = 1\n[project\nname = 1\n[[triggers]]\nslug = 'A'\nx = = 2\n";
    assert_eq!(
        findings(text),
        [
            "manifest/syntax <toml> `[project`",
            "local/beyond-syntax project.name `1`",
            "local/beyond-syntax triggers[0].type ``",
            "local/beyond-syntax triggers[0].prompt ``",
            "local/beyond-syntax triggers[0].slug `'A'`",
            "local/unknown-key triggers[0].x `x`",
            "local/further-syntax <toml> `=`",
        ]
    );
}

#[test]
fn a_place_has_a_line_and_a_column() {
    let text = "kortix_version = 1\r\n[project]\r\nname = 'ä' 'b'\r\n";
    let checked = checked(text);
    let span = &checked.findings[0].span;
    let position = LineIndex::new(text).position(text, span.start);
    assert_eq!(
        position,
        Position {
            line: 3,
            column: 12
        }
    );
}

#[test]
fn what_only_bugs_of_the_control_plane_accept_is_refused_in_words() {
    let lines = [
        "a = 1,",
        "a = true ,",
        "[[triggers]",
        "[[triggers]\r\n",
        "[[triggers]x # c",
        "a = [1 # c\n 2]",
        "a = {b = 1 # c\n c = 2}",
        "a = 1\u{a0}",
        "a = 1\u{b}",
        "a = 1\u{feff}",
        "a = 1 # \u{1}",
        "a = 1\r",
        "a = 1 # c\rd",
        "a = 2026-02-30",
        "a = 2026-06-01Z",
        "a = 09:00:00+02:00",
        "a = 09:00Z",
        "a = 2026-02-30Z",
        "'a=b' junk = 1",
        "'a=b' junk.'c' = 1",
        "'a=b'\njunk\n= 1",
        "a = {\"b=c\" junk = 1}",
        "\"name = \"worker\"\nfile = 2",
        "'a'\u{a0}= 1",
        "['a'\r]",
        "a = [1\n\u{3000}]",
        "a = [1\n # c\n 'x']",
        "a = 1 \u{c} ,\r\n",
        "a = [\r1,\r'x'\r]",
    ];
    for line in lines {
        let text = format!("kortix_version = 1\n{line}");
        let checked = checked(&text);
        let finding = checked
            .findings
            .iter()
            .find(|finding| finding.family == Family::Manifest);
        let finding = finding.unwrap();
        assert_eq!(
            (line, finding.code, checked.is_valid),
            (line, "manifest/let-pass", false)
        );
        assert!(
            finding
                .message
                .ends_with("not valid TOML; the control plane of 2026 lets it pass")
        );
    }
}

#[test]
fn one_real_error_beside_what_is_let_pass_is_the_verdict() {
    for line in [
        "=",
        "a = 1, # c",
        "a = 1, ",
        "a = 1,,",
        "[[triggers] ",
        "[[triggers]\nslug = 'a'",
        "[[triggers]\u{1f600}",
        "a = 'x'\u{a0}",
        "a = ['x' # c\n 2]",
        "a = [1 # \u{1}\n]",
        "a = [\u{a0}]",
        "'a=b' junk.c d = 1",
        "'ab' junk = 1",
        "'a=b' junk = x",
        "'a=b' junk",
        "a = 2026-06-01T09:00:00ZZ",
        "a = ['x'\r, 1]",
    ] {
        let text = format!("kortix_version = 1,\n{line}\n");
        assert_eq!(verdict(&text), "manifest/syntax", "{line}");
    }
}

#[test]
fn a_control_character_in_a_comment_passes_unless_the_place_that_is_checked_has_one() {
    assert_eq!(verdict("\na = 1 # \u{1}\n"), "manifest/syntax");
    assert_eq!(verdict("\n\n\n\na = 1 # \u{1}\n"), "manifest/let-pass");
    assert_eq!(verdict("x=1\na = 1 # \u{1}\n"), "manifest/let-pass");
    assert_eq!(verdict("x=1\na=11111111 # \u{1}\n"), "manifest/syntax");
    assert_eq!(verdict("x=1\na = 'x' # \u{1}\n"), "manifest/syntax");
}

#[test]
fn what_the_control_plane_refuses_is_refused() {
    let dialect = [
        "a = 9007199254740992",
        "a = -9007199254740992",
        "a = 23:59:60",
        "a = {b =\n1}",
        "a = {b\n= 1}",
        "[a.b.c]\n[a]\nb.d = 1",
    ];
    for line in dialect {
        assert_eq!(verdict(line), "manifest/dialect", "{line}");
    }
    let refused = [
        "a = 'x',",
        "a = 1,,",
        "[[a]xy",
        "a = ['x' # c\n 'y']",
        "a = 1\u{85}",
        "a = 'x' # \u{1}",
        "a = 2026-06-32",
        "a = 2026-06-01+02:00",
        "é = 1",
        "a = 'x\ry'",
        "a = 1\na = 2",
        "a = 1\n[a]",
        "a.b = 1\n[a]",
        "a = {}\na.b = 1",
        "a = []\n[[a]]",
        "[a]\n[a]",
        "a = 9223372036854775808",
        "a = '''",
    ];
    for line in refused {
        assert_eq!(verdict(line), "manifest/syntax", "{line}");
    }
    let accepted = [
        "a = 1e400",
        "a = 9007199254740991",
        "[a.b]\n[a]\nc = 1",
        "[a]\nb.c = 1\nb.d = 2\n[a.b.e]",
        "[[a]]\n[a.b]\n[[a]]\n[a.b]",
        "a = { b.c = 1, b.d = 2, }",
        "a = \"\\e\\x41\"",
    ];
    for line in accepted {
        assert_eq!(
            verdict(&format!("kortix_version = 1\n{line}")),
            "valid",
            "{line}"
        );
    }
}

#[test]
fn arrays_nest_a_thousand_deep_and_no_deeper() {
    let nested = |depth: usize| {
        format!(
            "kortix_version = 1\na = {}{}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert_eq!(verdict(&nested(1000)), "valid");
    assert_eq!(verdict(&nested(1001)), "manifest/syntax");
    let dotted = format!("kortix_version = 1\n{}a = 1", "a.".repeat(5000));
    assert_eq!(verdict(&dotted), "valid");
}

#[test]
fn what_the_control_plane_never_ends_on_is_said_to_be_so() {
    assert_eq!(
        verdict("kortix_version = 1\na = [1 # c"),
        "manifest/endless"
    );
    assert_eq!(
        verdict("kortix_version = 1\n# a, b]\na = {b = 1 # c"),
        "manifest/endless"
    );
    assert_eq!(
        verdict("kortix_version = 1\na = [1 # c\n"),
        "manifest/syntax"
    );
    assert_eq!(verdict("[a]\nb = [1 # c"), "manifest/syntax");
}

#[test]
fn a_byte_order_mark_is_refused_and_can_be_deleted() {
    let text = "\u{feff}kortix_version = 1\n";
    assert_eq!(verdict(text), "manifest/byte-order-mark");
    let mended = mend(text, &checked(text).findings);
    assert_eq!(mended.text, "kortix_version = 1\n");
}

#[test]
fn bytes_that_are_not_utf_8_are_replaced_and_pointed_out() {
    let checked = check(b"kortix_version = 1 # \xff\n", Options::default());
    let codes: Vec<_> = checked
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect();
    assert_eq!((codes, checked.is_valid), (vec!["local/not-utf8"], true));
    assert_eq!(checked.text, "kortix_version = 1 # \u{fffd}\n");
}

#[test]
fn keys_of_quoted_names_and_dates_have_their_paths() {
    assert_eq!(
        findings_of("[env]\n\"\" = 1"),
        ["manifest/env-key env. `\"\"`"]
    );
}

#[test]
fn safe_fixes_are_made_together_and_leave_a_valid_file() {
    let text = "[[triggers]]\nslug = 'a'\ntype = 'CRON'\nprompt = 'x'\nschedule = '@daily'\nenabled = 'true'";
    let mended = mend(text, &checked(text).findings);
    assert_eq!(
        mended.text,
        "kortix_version = 1\n[[triggers]]\nslug = 'a'\ntype = \"cron\"\nprompt = 'x'\ncron = '@daily'\nenabled = true"
    );
    assert_eq!(
        (findings(&mended.text), mended.left),
        (Vec::<String>::new(), Vec::<usize>::new())
    );
}
