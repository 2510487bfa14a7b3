//! What follows from how the platform builds, beside the rules.

use kortix_tui::{
    diagnostic::Family,
    image::{self, Scope},
};

use super::on_ubuntu;

/// What is said beside the rules.
fn advice(rest: &str) -> Vec<&'static str> {
    let findings = image::lint(on_ubuntu(rest).as_bytes(), Scope::RulesAndAdvice);
    let local = findings
        .into_iter()
        .filter(|finding| finding.family == Family::Local);
    local.map(|finding| finding.code).collect()
}

#[test]
fn advice_is_given_where_it_applies() {
    for (rest, told) in [
        ("WORKDIR /app", vec!["local/workdir-overridden"]),
        ("WORKDIR /app\nWORKDIR /workspace/", vec![]),
        ("WORKDIR /\nWORKDIR workspace", vec![]),
        (
            "COPY --from=x /a /workspace/a",
            vec!["local/workspace-cleared"],
        ),
        (
            "WORKDIR /workspace\nCOPY --from=x /a .",
            vec!["local/workspace-cleared"],
        ),
        (
            "RUN git clone x /workspace/x",
            vec!["local/workspace-cleared"],
        ),
        ("RUN mkdir -p /workspace", vec![]),
        ("RUN cat <<EOF\nEOF", vec!["local/heredoc-unsupported"]),
        ("RUN cat <<EOF > /x\nEOF", vec![]),
        (
            "RUN psql <<EOF -q\nCOPY t FROM stdin;\nEOF",
            vec!["local/copy-in-heredoc"],
        ),
        (
            "RUN --mount=type=secret,id=x cat /run/secrets/x",
            vec!["local/secret-mount-empty"],
        ),
        ("EXPOSE 4096", vec!["local/port-in-use"]),
        ("COPY a", vec!["local/instruction-incomplete"]),
        ("SHELL /bin/sh", vec!["local/instruction-incomplete"]),
        ("FROM Ubuntu:24.04", vec!["local/from-invalid"]),
    ] {
        assert_eq!(advice(rest), told, "{rest}");
    }
}

#[test]
fn other_bytes_than_utf8_are_told_at_their_place() {
    let bytes = b"FROM ubuntu:24.04\nRUN \xff\xfe\n";
    let findings = image::lint(bytes, Scope::RulesAndAdvice);
    let told: Vec<_> = findings
        .into_iter()
        .map(|found| (found.code, found.span))
        .collect();
    assert_eq!(told, [("local/not-utf8", 22..23)]);
    assert_eq!(image::lint(bytes, Scope::Rules), []);
}
