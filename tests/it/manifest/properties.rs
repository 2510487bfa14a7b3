//! What holds for every text.

use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use kortix_tui::diagnostic::{Family, Severity, apply, mend};
use kortix_tui::manifest::{Checked, Options, check};

use super::checked;

/// Lines of manifests, right and wrong.
const LINES: &[&str] = &[
    "[[triggers]]",
    "[[sandbox.templates]]",
    "[sandbox]",
    "[env]",
    "[project]",
    "[[agents]]",
    "[[connectors]]",
    "[[apps]]",
    "[a.b]",
    "[a]",
    "[[a]]",
    "[a.b.c]",
    "[[a.b]]",
    "[[triggers]",
    "slug = 'a'",
    "slug = 'A b'",
    "type = 'CRON'",
    "type = 'cron'",
    "prompt = 'x'",
    "cron = '* *  * * *'",
    "schedule = '@daily'",
    "enabled = 'true'",
    "image = 'x'",
    "image = 'x:latest'",
    "cpu = '4GB'",
    "cpu = 99",
    "memory = 1.5",
    "cpu = 4,",
    "required = ['A', 'b-c']",
    "required = 'A'",
    "default = 'b'",
    "name = 1",
    "kortix_cli = ['read']",
    "connectors = 'x'",
    "provider = 'Http'",
    "auth = { type = 'Basic', secret = 1 }",
    "b.c = 1",
    "b = 1",
    "b.c.d = {}",
    "c = [1, {a.b = 2}]",
    "timezone = 'Europe/Berln'",
    "secret_env = 'a-b'",
    "config_dir = '/x'",
    "x = [1 # c",
    "y = {",
    "]",
    "}",
    "kortix_version = '1'",
    "[triggers]",
    "timezone = 1",
    "mem = 1",
    "memory_gb = 'x'",
    "requird = ['1A']",
    "sessionMode = 1",
    "runAt = 'x'",
    "secretEnv = 'a'",
    "type = ' Webhook'",
    "'a=b' c = 1",
    "d = 2026-02-30",
    "e = 1\u{a0}",
    "f = 1 # \u{1}",
    "g = 'ä\r'",
];

/// Pieces of TOML.
const PIECES: &[&str] = &[
    "[", "]", "{", "}", "=", ".", ",", "'", "\"", "'''", "\"\"\"", "#", "\\", "\r", "a", "1", " ",
    "é", "\u{feff}", "\0",
];

/// Mostly a line of a manifest, sometimes pieces in a row.
fn line() -> impl Strategy<Value = String> {
    let whole = prop::sample::select(LINES);
    let pieces = prop::sample::select(PIECES);
    prop_oneof![
        8 => whole.prop_map(|line: &str| line.to_owned()),
        1 => prop::collection::vec(pieces, 0..12).prop_map(|pieces: Vec<&str>| pieces.concat()),
    ]
}

fn manifest() -> impl Strategy<Value = String> {
    let head = prop_oneof![Just(""), Just("kortix_version = 1\n"), Just("\u{feff}")];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    (head, prop::collection::vec((line(), end), 0..24)).prop_map(|(head, lines)| {
        let lines = lines.into_iter().map(|(line, end)| line + end);
        head.to_owned() + &lines.collect::<String>()
    })
}

fn errors(checked: &Checked) -> usize {
    let verdict = checked
        .findings
        .iter()
        .filter(|finding| finding.family == Family::Manifest);
    verdict
        .filter(|finding| finding.severity == Severity::Error)
        .count()
}

proptest! {
    #[test]
    fn any_bytes_are_checked_and_places_are_inside_of_the_text(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let checked = check(&bytes, Options::default());
        for finding in &checked.findings {
            prop_assert!(checked.text.get(finding.span.clone()).is_some(), "{finding:?}");
        }
    }

    #[test]
    fn places_and_fixes_are_inside_of_the_text(text in manifest()) {
        let checked = checked(&text);
        for finding in &checked.findings {
            prop_assert!(text.get(finding.span.clone()).is_some(), "{finding:?}");
            let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
            for edit in edits {
                prop_assert!(text.get(edit.span.clone()).is_some(), "{finding:?}");
            }
        }
    }

    #[test]
    fn the_verdict_is_invalid_if_and_only_if_it_has_an_error(text in manifest()) {
        let checked = checked(&text);
        prop_assert_eq!(checked.is_valid, errors(&checked) == 0);
    }

    #[test]
    fn a_fix_leaves_a_file_that_parses_and_has_no_more_errors(text in manifest()) {
        let checked = checked(&text);
        if checked.manifest.is_some() {
            for finding in &checked.findings {
                let Some(fix) = &finding.fix else { continue };
                let fixed = super::checked(&apply(&text, fix).unwrap());
                prop_assert!(fixed.manifest.is_some(), "{finding:?} in {text:?}");
                prop_assert!(errors(&fixed) <= errors(&checked), "{finding:?} in {text:?}");
            }
        }
    }

    #[test]
    fn mending_never_adds_errors_to_a_file_that_parses(text in manifest()) {
        let checked = checked(&text);
        if checked.manifest.is_some() {
            let mended = super::checked(&mend(&text, &checked.findings).text);
            prop_assert!(mended.manifest.is_some() && errors(&mended) <= errors(&checked), "{text:?}");
        }
    }

    #[test]
    fn what_parses_here_parses_elsewhere_and_the_other_way_round_but_for_the_dialect(text in manifest()) {
        let ours = checked(&text);
        let is_dialect = ours.findings.iter().any(|finding| {
            matches!(finding.code, "manifest/dialect" | "manifest/byte-order-mark")
        });
        if !is_dialect {
            prop_assert_eq!(ours.manifest.is_some(), toml::from_str::<toml::Table>(&text).is_ok());
        }
    }
}
