//! What the validation lets pass and a running session does not see or takes otherwise.

use super::findings_of;

/// The codes and paths of what is found in a manifest with these lines.
fn told(lines: &str) -> Vec<String> {
    let findings = findings_of(lines);
    let words = |line: &String| {
        let mut words = line.split(' ').take(2);
        format!(
            "{} {}",
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default()
        )
    };
    findings.iter().map(words).collect()
}

#[test]
fn a_key_that_the_daemon_reads_by_its_line_stands_in_the_form_that_it_knows() {
    let seen = [
        "[opencode]\nconfig_dir = \"oc\"",
        "[opencode]\r\nconfig_dir = 'oc'\r\n",
        "[opencode]\nconfig_dir = 'oc' # here",
        "opencode.config_dir = '.kortix/opencode/'",
        "[sandbox]\non_boot = 'npm ci'",
    ];
    for lines in seen {
        assert_eq!(told(lines), Vec::<String>::new(), "{lines}");
    }
    let unseen = [
        ("opencode.config_dir = 'oc'", "opencode.config_dir"),
        ("opencode = { config_dir = 'oc' }", "opencode.config_dir"),
        ("[opencode] # x\nconfig_dir = 'oc'", "opencode.config_dir"),
        ("[ opencode ]\nconfig_dir = 'oc'", "opencode.config_dir"),
        (
            "[opencode]\nconfig_dir = \'\'\'oc\'\'\'",
            "opencode.config_dir",
        ),
        ("sandbox.on_boot = 'npm ci'", "sandbox.on_boot"),
        ("[sandbox]\non_boot = 'say \"hi\"'", "sandbox.on_boot"),
        ("[sandbox]\non_boot = ['a']", "sandbox.on_boot"),
    ];
    for (lines, path) in unseen {
        assert_eq!(
            told(lines),
            [format!("local/daemon-blind {path}")],
            "{lines}"
        );
    }
}

#[test]
fn words_that_count_as_absent_are_pointed_out() {
    let connector = "[[connectors]]\nslug = 'a'\nprovider = 'mcp'\nurl = 'u'\n";
    let cases = [
        ("credential = 'Shared'\ntransport = ' SSE '", vec![]),
        ("auth = { type = 'bearer', in = 'query' }", vec![]),
        ("credential = 'mine'", vec!["credential"]),
        (
            "credential = 1\ntransport = 'stdio'",
            vec!["credential", "transport"],
        ),
        ("auth = { type = 'bearer', in = 'body' }", vec!["auth.in"]),
    ];
    for (lines, keys) in cases {
        let expected: Vec<String> = keys
            .iter()
            .map(|key| format!("local/word-ignored connectors[0].{key}"))
            .collect();
        assert_eq!(told(&format!("{connector}{lines}")), expected, "{lines}");
    }
}

#[test]
fn policies_of_the_project_are_looked_at() {
    assert_eq!(told("policy.default_mode = 'Risk'"), Vec::<String>::new());
    assert_eq!(
        told("policy.default_mode = 'ask'"),
        ["local/word-ignored policy.default_mode"]
    );
    let policies = "policies = [{ match = '*', action = 'BLOCK' }, { action = 'block' }, \
                    { match = '*', action = 'ask' }]";
    assert_eq!(
        told(policies),
        [
            "local/policy-dropped policies[1].match",
            "local/policy-dropped policies[2].action"
        ]
    );
}

#[test]
fn entries_that_are_dropped_for_a_slug_or_a_domain_are_pointed_out() {
    let connector = |slug: &str| {
        format!("[[connectors]]\nslug = '{slug}'\nprovider = 'http'\nbase_url = 'u'\n")
    };
    for slug in ["computer", "kortix_slack", "kortix_email"] {
        assert_eq!(
            told(&connector(slug)),
            ["local/connector-slug connectors[0].slug"]
        );
    }
    assert_eq!(told(&connector("slack")), Vec::<String>::new());
    assert_eq!(
        told("[[apps]]\nslug = 'a'\nsource.type = 'git'\ndomains = ['a.dev', ' ']"),
        ["local/app-domain apps[0].domains[1]"]
    );
}

#[test]
fn a_place_in_an_array_counts_what_is_no_table_too() {
    assert_eq!(
        told("triggers = [1, { slug = 'a', type = 'cron', prompt = 'p', cron = 'x' }]"),
        [
            "manifest/expected-table triggers[0]",
            "local/cron-invalid triggers[1].cron"
        ]
    );
}
