//! What holds for manifests as people type them: sections that are right, then a few mistakes.

use proptest::{
    prelude::{Just, Strategy, any, prop, prop_oneof, proptest},
    test_runner::TestCaseError,
};

use crate::{
    laws,
    mistakes::{Typed, mistaken},
};

/// A word for a value or a name, mostly right.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z][a-z0-9-]{0,8}",
        1 => "[A-Z_][A-Z0-9_]{0,8}",
        1 => "\\PC{0,6}",
    ]
}

fn quoted(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    text.prop_map(|text| toml::Value::from(text).to_string())
}

/// A value of any type.
fn value() -> impl Strategy<Value = String> {
    let single = prop_oneof![
        4 => quoted(word()),
        2 => (0..200_i64).prop_map(|number| number.to_string()),
        1 => any::<bool>().prop_map(|value| value.to_string()),
        1 => any::<f64>().prop_map(|value| format!("{value:?}")),
        1 => Just("2026-06-01T09:00:00Z".to_owned()),
        1 => Just("2026-02-30".to_owned()),
        1 => Just("1979-05-27 07:32:00.5".to_owned()),
    ];
    single.prop_recursive(3, 12, 4, |inner| {
        let pair = (word(), inner.clone()).prop_map(|(key, value)| format!("{key:?} = {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(", "))),
            prop::collection::vec(pair, 0..3).prop_map(|all| format!("{{ {} }}", all.join(", "))),
        ]
    })
}

/// A header, and its keys with values of which most are right.
type Section = (
    &'static str,
    &'static [(&'static str, &'static [&'static str])],
);

const SECTIONS: &[Section] = &[
    (
        "[project]",
        &[("name", &["'Shop'"]), ("description", &["'''\nall\n'''"])],
    ),
    (
        "[env]",
        &[
            ("required", &["['A', 'B_C']"]),
            ("optional", &["['KORTIX_X']", "[]"]),
        ],
    ),
    (
        "[sandbox]",
        &[("default", &["'base'", "'default'"]), ("on_boot", &["'x'"])],
    ),
    (
        "[[sandbox.templates]]",
        &[
            ("slug", &["'base'", "'default'", "'Base One'"]),
            ("image", &["'ubuntu:24.04'", "'ubuntu'", "'a:latest'"]),
            ("dockerfile", &["'Dockerfile'", "'/Dockerfile'"]),
            ("cpu", &["4", "'4GB'", "1.5", "99"]),
            ("memory_gb", &["8"]),
            ("disk", &["'20'"]),
        ],
    ),
    (
        "[[triggers]]",
        &[
            ("slug", &["'nightly'", "'Nightly'"]),
            ("type", &["'cron'", "'webhook'", "'CRON'"]),
            ("prompt", &["'go'", "\"\"\"\ngo\n\"\"\""]),
            ("cron", &["'0 9 * * *'", "'0  9 * * *'", "'0 0 30 2 *'"]),
            ("timezone", &["'Europe/Berlin'", "'Europe/Berln'"]),
            ("runAt", &["'2026-06-01T09:00:00Z'", "'tomorrow'"]),
            ("secret_env", &["'TOKEN'", "'a-b'"]),
            ("enabled", &["true", "'true'"]),
        ],
    ),
    (
        "[[connectors]]",
        &[
            ("slug", &["'git'"]),
            ("provider", &["'http'", "'openapi'", "'HTTP'"]),
            ("baseUrl", &["'https://a'"]),
            (
                "auth",
                &["{ type = 'bearer', secret = 'x' }", "{ type = 'custom' }"],
            ),
            ("policies", &["[{ match = '*', action = 'block' }]", "[1]"]),
        ],
    ),
    (
        "[[agents]]",
        &[
            ("name", &["'kortix'"]),
            ("connectors", &["'all'", "['a']"]),
            (
                "kortix_cli",
                &["['project.read', 'project.wrte']", "'none'"],
            ),
        ],
    ),
    (
        "[[apps]]",
        &[
            ("slug", &["'web'"]),
            (
                "source",
                &["{ type = 'git' }", "{ type = 'tar', url = 'x' }"],
            ),
            ("env", &["{ A = 'b' }"]),
        ],
    ),
    (
        "[opencode]",
        &[("config_dir", &["'.kortix/opencode'", "'/etc'"])],
    ),
];

/// A section with some of its keys.
fn section() -> impl Strategy<Value = Vec<String>> {
    prop::sample::select(SECTIONS).prop_flat_map(|(header, keys)| {
        let keys = prop::sample::subsequence(keys, 0..=keys.len());
        let keys = keys.prop_flat_map(|keys| {
            let lines = keys.into_iter().map(|(key, values)| line(key, values));
            lines.collect::<Vec<_>>()
        });
        keys.prop_map(move |mut lines| {
            lines.insert(0, header.to_owned());
            lines
        })
    })
}

/// A key with one of its values, sometimes with any.
fn line(key: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = String> {
    let known = prop::sample::select(values).prop_map(str::to_owned);
    let comment = prop_oneof![6 => Just(""), 1 => Just(" # why")];
    (
        prop_oneof![6 => known.boxed(), 1 => value().boxed()],
        comment,
    )
        .prop_map(move |(value, comment)| format!("{key} = {value}{comment}"))
}

/// A manifest of a few sections, after up to four mistakes.
fn typed() -> impl Strategy<Value = Typed> {
    let sections = prop::collection::vec(section(), 0..6);
    let lines = sections.prop_map(|sections| {
        let mut lines = vec!["kortix_version = 1".to_owned()];
        lines.extend(sections.concat());
        lines
    });
    mistaken(lines)
}

proptest! {
    #[test]
    fn a_manifest_with_mistakes_gets_findings_that_fit(text in typed()) {
        laws::manifest::check(&text.0).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn safe_fixes_of_a_manifest_with_mistakes_never_add_errors(text in typed()) {
        laws::manifest::fixes(&String::from_utf8_lossy(&text.0)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn reports_of_a_manifest_with_mistakes_can_be_printed(text in typed()) {
        let other = b"FROM a\nRUN apt-get clean\\\n";
        laws::report::printed(&text.0, other).map_err(TestCaseError::fail)?;
    }
}
