//! Credentials are found and never shown.

use kortix_tui::image::{self, Scope};

use super::{on_ubuntu, rules_behind};

/// Shapes of credentials, put together here so that scanners of this repository stay quiet.
fn credentials() -> Vec<String> {
    let zeros = |prefix: &str, count: usize| format!("{prefix}{}", "0".repeat(count));
    vec![
        zeros("AKIA", 16),
        zeros("gho_", 36),
        zeros("github_pat_", 22),
        zeros("sk-ant-", 20),
        zeros("sk-proj-", 20),
        zeros("sk-", 20),
        zeros("rk_live_", 24),
        zeros("xoxp-", 12),
        zeros("AIza", 35),
        zeros("glpat-", 20),
        zeros("npm_", 36),
        zeros("hf_", 34),
    ]
}

#[test]
fn a_credential_is_found_wherever_it_stands_and_its_value_is_not_shown() {
    for secret in credentials() {
        for rest in [
            format!("LABEL a={secret}"),
            format!("RUN a \\\n {secret}"),
            format!("RUN <<EOF\n{secret}\nEOF"),
            format!("ONBUILD RUN {secret}"),
            format!("# {secret}"),
        ] {
            let told = rules_behind(&rest);
            assert!(
                told.contains(&"2 secret-value".to_owned()),
                "{rest}: {told:?}"
            );
            let text = on_ubuntu(&rest);
            let found = image::lint(text.as_bytes(), Scope::RulesAndAdvice);
            assert!(!format!("{found:?}").contains(&secret), "{found:?}");
            assert!(!image::masked(&text).contains(&secret));
        }
    }
}

#[test]
fn what_only_looks_like_a_credential_is_left_alone() {
    for text in [
        "AKIA000",
        "task-00000000000000000000000",
        "ghx_",
        "sk-some-kebab-cased-long-name",
    ] {
        assert_eq!(
            rules_behind(&format!("RUN {text}")),
            Vec::<String>::new(),
            "{text}"
        );
    }
}

#[test]
fn a_message_shows_no_credential_that_stands_in_a_name() {
    let secret = format!("ghp_{}", "0".repeat(36));
    let found = image::lint(
        format!("FROM {secret}\n{secret} x\n").as_bytes(),
        Scope::RulesAndAdvice,
    );
    assert!(!found.is_empty());
    assert!(!format!("{found:?}").contains(&secret), "{found:?}");
    let found = image::lint_reference(&format!("u:{secret}@x"), 0..0);
    assert!(!format!("{found:?}").contains(&secret), "{found:?}");
}

#[test]
fn names_are_judged_by_their_words() {
    for (rest, count) in [
        ("ENV MY_API_KEY=x", 1),
        ("ENV token x", 1),
        ("ARG A=1 NPM_TOKEN DB_PASSWORD=x", 2),
        ("ENV MONKEY=x KEYBOARD=y", 0),
        ("ENV MY_PUBLIC_KEY=x", 0),
        ("LABEL API_KEY=x", 0),
        ("ONBUILD ENV API_KEY=x", 0),
    ] {
        let told = rules_behind(rest);
        let found = told.iter().filter(|told| *told == "2 secret-env").count();
        assert_eq!(found, count, "{rest}: {told:?}");
    }
}

#[test]
fn a_password_in_a_url_must_be_literal() {
    for (rest, told) in [
        ("RUN curl https://u:p@x/y", vec!["2 url-credentials"]),
        ("RUN curl redis://:p@x", vec!["2 url-credentials"]),
        ("# git://u:p@x", vec!["2 url-credentials"]),
        ("RUN curl https://u:$P@x https://u:${P}@x", vec![]),
        ("RUN curl http://x:8080/@scope/y http://x/a:b@c", vec![]),
        ("RUN curl https://u@x", vec![]),
    ] {
        assert_eq!(rules_behind(rest), told, "{rest}");
    }
}

#[test]
fn files_with_credentials_are_known_by_their_names() {
    for (source, is_secret) in [
        (".env", true),
        ("a/.env.local", true),
        (".env.template", false),
        ("id_ed25519", true),
        ("id_ed25519.pub", false),
        ("x.jks", true),
        ("service-account-prod.json", true),
        ("credentials.md", false),
        (".kube/kubeconfig", true),
    ] {
        let told = rules_behind(&format!("COPY {source} /x"));
        let found = told.contains(&"2 secret-file".to_owned());
        assert_eq!(found, is_secret, "{source}: {told:?}");
    }
    let told = rules_behind("COPY --from=x /a/.npmrc /b");
    assert_eq!(
        told,
        ["2 secret-file"],
        "other stages keep what they copied"
    );
    assert_eq!(
        rules_behind("ADD https://x/key.pem /b"),
        Vec::<String>::new()
    );
}

#[test]
fn a_masked_text_keeps_its_places() {
    let text = "FROM a\nENV API_KEY=\"é x\" B=c\nARG TOKEN=\\\n  t\nRUN curl https://u:pw@x\n";
    let masked = "FROM a\nENV API_KEY=****** B=c\nARG TOKEN=*\n***\nRUN curl https://u:**@x\n";
    let shown = image::masked(text);
    assert_eq!(shown.len(), text.len());
    assert_eq!(shown.replace("\\\n  t", "*\n***"), masked);
}
