//! Each rule, with the place that it points at.

use std::collections::BTreeSet;

use kortix_tui::diagnostic::{Family, Severity, apply};
use kortix_tui::manifest::{Options, check, codes};

use super::{checked, findings, findings_of};

/// Lines of a manifest, and what is found in them.
type Case = (&'static str, &'static [&'static str]);

#[track_caller]
fn agree(cases: &[Case]) {
    let ours: Vec<_> = cases
        .iter()
        .map(|(text, _)| (*text, findings_of(text)))
        .collect();
    let expected: Vec<_> = cases
        .iter()
        .map(|(text, lines)| {
            (
                *text,
                lines
                    .iter()
                    .map(|line| (*line).to_owned())
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(ours, expected);
}

const ROOT: &[Case] = &[
    ("", &[]),
    ("project = 1", &["manifest/expected-table project `1`"]),
    (
        "project.name = 1",
        &["manifest/expected-string project.name `1`"],
    ),
    ("project = 2026-06-01", &[]),
    ("env = []", &["manifest/expected-table env `[]`"]),
    (
        "env.required = 'A'",
        &["manifest/expected-array env.required `'A'`"],
    ),
    (
        "env.optional = [1]",
        &["manifest/expected-string env.optional[0] `1`"],
    ),
    (
        "env.optional = ['ok', '1A', 'ß']",
        &["manifest/env-name env.optional[1] `'1A'`"],
    ),
    (
        "[env]\nrequird = []",
        &["manifest/env-key env.requird `requird`"],
    ),
    ("[env]\n'a.b' = 1", &["manifest/env-key env.a.b `'a.b'`"]),
    (
        "opencode.config_dir = 1",
        &["manifest/expected-string opencode.config_dir `1`"],
    ),
    (
        "opencode.config_dir = ' '",
        &["manifest/path-empty opencode.config_dir `' '`"],
    ),
    (
        "opencode.config_dir = '/a'",
        &["manifest/path-absolute opencode.config_dir `'/a'`"],
    ),
    (
        "opencode.config_dir = 'a/../b'",
        &["manifest/path-escapes opencode.config_dir `'a/../b'`"],
    ),
    ("[opencode]\nconfig_dir = 'a/..b'", &[]),
    ("name = 1", &["local/unknown-key name `name`"]),
    ("trigers = []", &["local/misspelled-key trigers `trigers`"]),
    ("[tool.x]\ny = 1", &[]),
];

const SANDBOX: &[Case] = &[
    ("sandbox = 1", &["manifest/expected-table sandbox `1`"]),
    (
        "[sandbox]\nimage = 'a:1'\ngpu = false",
        &["manifest/sandbox-legacy sandbox `image`"],
    ),
    (
        "[sandboxes]",
        &["manifest/sandboxes-renamed sandboxes `sandboxes`"],
    ),
    (
        "[sandbox.templates]",
        &["manifest/expected-array sandbox.templates `templates`"],
    ),
    (
        "sandbox.templates = [1]",
        &["manifest/expected-table sandbox.templates[0] `1`"],
    ),
    (
        "[[sandbox.templates]]\nimage = 'a:1'",
        &["manifest/slug-missing sandbox.templates[0].slug ``"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'A'\nimage = 'a:1'",
        &["manifest/slug-invalid sandbox.templates[0].slug `'A'`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'default'\nimage = 'a:1'",
        &["manifest/slug-reserved sandbox.templates[0].slug `'default'`"],
    ),
    (
        "sandbox.templates = [{ slug = 'a', image = 'a:1' }, { slug = ' a ', image = 'a:1' }]",
        &["manifest/duplicate sandbox.templates[1].slug `' a '`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a:1'\ndockerfile = 'D'",
        &["manifest/source-both sandbox.templates[0] `dockerfile`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 1",
        &["manifest/source-missing sandbox.templates[0] ``"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a:latest'",
        &["manifest/image-latest sandbox.templates[0].image `'a:latest'`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a'",
        &["manifest/image-untagged sandbox.templates[0].image `'a'`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\ndockerfile = '../D'",
        &["manifest/path-escapes sandbox.templates[0].dockerfile `'../D'`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a:1'\ncpu = '4 cores'",
        &["manifest/size-invalid sandbox.templates[0].cpu `'4 cores'`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a:1'\nmemory = 1.5",
        &["manifest/size-fraction sandbox.templates[0].memory `1.5`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a:1'\ndisk = '0x1f5'",
        &["manifest/size-ceiling sandbox.templates[0].disk `'0x1f5'`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a:1'\ncpu = ' 1e1 '",
        &[],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a:1'\ngpu = false",
        &["manifest/gpu sandbox.templates[0].gpu `gpu`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a:1'\nname = 1",
        &["manifest/expected-string sandbox.templates[0].name `1`"],
    ),
    (
        "[[sandbox.templates]]\nslug = 'a'\nimage = 'a:1'\nmem = 1",
        &["local/old-key sandbox.templates[0].mem `mem`"],
    ),
    (
        "sandbox.default = ''",
        &["manifest/default-empty sandbox.default `''`"],
    ),
    (
        "sandbox.default = 'a'",
        &["manifest/default-unknown sandbox.default `'a'`"],
    ),
    ("sandbox.default = ' default '", &[]),
];

const TRIGGERS: &[Case] = &[
    (
        "[triggers]",
        &["manifest/expected-array triggers `triggers`"],
    ),
    (
        "triggers = [2026-06-01]",
        &[
            "manifest/slug-missing triggers[0].slug ``",
            "manifest/unknown-word triggers[0].type ``",
            "manifest/prompt-missing triggers[0].prompt ``",
        ],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'Cron'\nprompt = 'x'",
        &["manifest/unknown-word triggers[0].type `'Cron'`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'",
        &["manifest/schedule-missing triggers[0].cron ``"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'\nrun_at = 'soon'",
        &["manifest/run-at-invalid triggers[0].run_at `'soon'`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'\nrun_at = 'June 1, 2026'",
        &["local/run-at-lax triggers[0].run_at `'June 1, 2026'`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'\nrun_at = 2026-06-01",
        &[
            "manifest/schedule-missing triggers[0].cron ``",
            "local/run-at-unquoted triggers[0].run_at `2026-06-01`",
        ],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'\nrun_at = '2026-06-01'\ncron = '* * * * *'",
        &["local/cron-ignored triggers[0].cron `cron`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'\ncron = 'daily'",
        &["local/cron-invalid triggers[0].cron `'daily'`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'\ncron = '0 9 30 2 *'",
        &["local/cron-never triggers[0].cron `'0 9 30 2 *'`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'\ncron = '@daily'\ntimezone = 'Europe/Berln'",
        &["local/timezone-unknown triggers[0].timezone `'Europe/Berln'`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'\ncron = '@daily'\ntimezone = 'PST'",
        &["local/timezone-shaky triggers[0].timezone `'PST'`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\nprompt = 'x'\ncron = '@daily'\ntimezone = 1",
        &["manifest/expected-string triggers[0].timezone `1`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'webhook'\nprompt = 'x'",
        &["manifest/secret-missing triggers[0].secret_env ``"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'webhook'\nprompt = 'x'\nsecret_env = 'key'",
        &["manifest/env-name triggers[0].secret_env `'key'`"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'webhook'\nprompt = 'x'\nsecret_env = 'KEY'",
        &["local/secret-undeclared triggers[0].secret_env `'KEY'`"],
    ),
    (
        "env.required = ['KEY']\n[[triggers]]\nslug = 'a'\ntype = 'webhook'\nprompt = 'x'\nsecret_env = 'KEY'",
        &[],
    ),
    (
        "env.required = ['KORTIX_A', 'B', 'b']",
        &[
            "local/name-reserved env.required[0] `'KORTIX_A'`",
            "local/name-twice env.required[2] `'b'`",
        ],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'x'\nprompt = 'x'\nenabled = 'True'\nsession_mode = 1",
        &[
            "manifest/unknown-word triggers[0].type `'x'`",
            "manifest/expected-boolean triggers[0].enabled `'True'`",
            "manifest/unknown-word triggers[0].session_mode `1`",
        ],
    ),
];

const CONNECTORS: &[Case] = &[
    (
        "[[connectors]]\nslug = 'a'\nprovider = 'MCP'",
        &["manifest/unknown-word connectors[0].provider `'MCP'`"],
    ),
    (
        "[[connectors]]\nslug = 'a'\nprovider = 'channel'",
        &["manifest/unknown-word connectors[0].provider `'channel'`"],
    ),
    (
        "[[connectors]]\nslug = 'a'\nprovider = 'mcp'",
        &["manifest/connector-key connectors[0].url ``"],
    ),
    (
        "[[connectors]]\nslug = 'a'\nprovider = 'mcp'\nurl = ''",
        &["local/connector-blank connectors[0].url `''`"],
    ),
    (
        "[[connectors]]\nslug = 'a'\nprovider = 'openapi'",
        &["local/spec-missing connectors[0].spec ``"],
    ),
    (
        "[[connectors]]\nslug = 'a'\nprovider = 'openapi'\nspec = 'x'\nauth = { secret = 1 }",
        &[
            "manifest/unknown-word connectors[0].auth.type ``",
            "manifest/auth-secret connectors[0].auth.secret `secret`",
        ],
    ),
    (
        "[[connectors]]\nslug = 'a'\nprovider = 'openapi'\nspec = 'x'\nauth.type = 'custom'",
        &["local/auth-name connectors[0].auth.name ``"],
    ),
    (
        "[[connectors]]\nslug = 'a'\nprovider = 'pipedream'\napp = 'x'\nauth.type = 'basic'",
        &["local/auth-refused connectors[0].auth `auth`"],
    ),
    (
        "[[connectors]]\nslug = 'a'\nprovider = 'openapi'\nspec = 'x'\npolicies = [1, { match = ' ', action = 'run' }]",
        &[
            "manifest/expected-table connectors[0].policies[0] `1`",
            "manifest/match-missing connectors[0].policies[1].match `' '`",
            "manifest/unknown-word connectors[0].policies[1].action `'run'`",
        ],
    ),
];

const REST: &[Case] = &[
    (
        "[[agents]]\nname = ''\nconnectors = ''",
        &[
            "manifest/slug-missing agents[0].name `''`",
            "manifest/grant agents[0].connectors `''`",
        ],
    ),
    (
        "[[agents]]\nname = 'a'\nconnectors = ' ALL '\nkortix_cli = 1",
        &["manifest/grant agents[0].kortix_cli `1`"],
    ),
    (
        "[[agents]]\nname = 'a'\nkortix_cli = ['*', 'project.raed', ' ']",
        &[
            "manifest/grant-unknown agents[0].kortix_cli[1] `'project.raed'`",
            "manifest/grant agents[0].kortix_cli[2] `' '`",
        ],
    ),
    (
        "channels = [{ platform = 'x', events = [1] }, { platform = 'x ' }, {}]",
        &[
            "manifest/expected-string channels[0].events[0] `1`",
            "manifest/duplicate channels[1].platform `'x '`",
            "manifest/platform-missing channels[2].platform ``",
        ],
    ),
    (
        "[[apps]]\nslug = 'a'",
        &["local/app-source apps[0].source ``"],
    ),
    (
        "[[apps]]\nslug = 'a'\nsource.type = 'tar'",
        &["local/app-source apps[0].source.url ``"],
    ),
    (
        "[[apps]]\nslug = 'a'\nsource = { type = 'zip' }\nbuild = 1\nenv = { A = 1, '1' = 'x' }\ndomains = ''",
        &[
            "manifest/unknown-word apps[0].source.type `'zip'`",
            "manifest/expected-table apps[0].build `1`",
            "local/app-env apps[0].env.A `1`",
            "local/app-env apps[0].env.1 `'1'`",
            "manifest/expected-array apps[0].domains `''`",
        ],
    ),
];

#[test]
fn the_sections_at_the_root_are_checked() {
    agree(ROOT);
}

#[test]
fn images_are_checked() {
    agree(SANDBOX);
}

#[test]
fn triggers_are_checked() {
    agree(TRIGGERS);
}

#[test]
fn connectors_are_checked() {
    agree(CONNECTORS);
}

#[test]
fn agents_channels_and_apps_are_checked() {
    agree(REST);
}

#[test]
fn the_version_is_a_positive_integer_that_is_known() {
    let cases = [
        ("", "manifest/version-missing kortix_version ``"),
        (
            "kortix_version = '1'",
            "manifest/version-invalid kortix_version `'1'`",
        ),
        (
            "kortix_version = 0.5",
            "manifest/version-invalid kortix_version `0.5`",
        ),
        (
            "kortix_version = 1e400",
            "manifest/version-invalid kortix_version `1e400`",
        ),
        (
            "kortix_version = 2",
            "manifest/version-unsupported kortix_version `2`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(findings(text), [expected]);
    }
    for text in [
        "kortix_version = 1.0",
        "kortix_version = 0x1",
        "kortix_version = +1",
    ] {
        assert_eq!(findings(text), [""; 0]);
    }
}

#[test]
fn names_that_are_too_long_to_keep_are_pointed_out() {
    let long = "A".repeat(65);
    let env = findings_of(&format!("env.required = ['{long}']"));
    assert_eq!(env, [format!("local/name-long env.required[0] `'{long}'`")]);
    let slug = "a".repeat(65);
    let slugs = findings_of(&format!(
        "[[sandbox.templates]]\nslug = '{slug}'\nimage = 'a:1'"
    ));
    assert_eq!(
        slugs,
        [format!(
            "local/slug-long sandbox.templates[0].slug `'{slug}'`"
        )]
    );
}

#[test]
fn a_slip_of_the_pen_gets_the_word_that_was_meant() {
    let text = "kortix_version = 1\n[[triggers]]\nslug = 'a'\ntype = 'webhok'\nprompt = 'x'\n";
    let checked = checked(text);
    let finding = &checked.findings[0];
    assert_eq!(
        finding.message,
        "`webhok` is not understood here; did you mean `webhook`?"
    );
    let fixed = apply(text, finding.fix.as_ref().unwrap()).unwrap();
    assert!(fixed.contains("type = \"webhook\""));
}

#[test]
fn local_findings_are_never_of_the_verdict_and_can_be_switched_off() {
    let text = "kortix_version = 1\n[[apps]]\nslug = 'a'\ntypo = 1\n";
    assert!(checked(text).is_valid);
    let options = Options {
        is_local_wanted: false,
    };
    assert_eq!(check(text.as_bytes(), options).findings, []);
}

#[test]
fn every_code_is_listed_once_and_named_after_its_family() {
    let names: BTreeSet<_> = codes::ALL.iter().map(|code| code.name).collect();
    assert_eq!(names.len(), codes::ALL.len());
    for code in codes::ALL {
        assert!(code.name.starts_with(code.family.name()), "{}", code.name);
        let is_local = code.family == Family::Local;
        assert!(
            !is_local || code.severity != Severity::Error,
            "{}",
            code.name
        );
        assert!(code.explanation.ends_with('.'), "{}", code.name);
    }
}

#[test]
fn every_code_of_a_rule_is_met_by_one_of_these_tests() {
    let tables = [ROOT, SANDBOX, TRIGGERS, CONNECTORS, REST];
    let lines = tables
        .iter()
        .flat_map(|table| table.iter())
        .flat_map(|(_, lines)| lines.iter());
    let mut met: BTreeSet<&str> = lines.filter_map(|line| line.split(' ').next()).collect();
    // Those of other tests.
    met.extend([
        "manifest/version-missing",
        "manifest/version-invalid",
        "manifest/version-unsupported",
        "local/app-domain",
        "local/connector-slug",
        "local/daemon-blind",
        "local/name-long",
        "local/policy-dropped",
        "local/slug-long",
        "local/word-ignored",
        "local/not-utf8",
        "local/more",
        "local/beyond-syntax",
        "local/further-syntax",
        "manifest/syntax",
        "manifest/dialect",
        "manifest/let-pass",
        "manifest/endless",
        "manifest/byte-order-mark",
    ]);
    let all: BTreeSet<&str> = codes::ALL.iter().map(|code| code.name).collect();
    assert_eq!(met, all);
}
