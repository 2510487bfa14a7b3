//! What each rule says, and what it leaves alone.

use kortix_tui::image::codes::CODES;

use super::{fixed, on_ubuntu, rules_behind, rules_of};

/// Asserts one code at one line for every text, and nothing for the others.
#[track_caller]
fn assert_rule(code: &str, told: &[(&str, usize)], silent: &[&str]) {
    for (rest, line) in told {
        assert_eq!(rules_behind(rest), [format!("{line} {code}")], "{rest}");
    }
    for rest in silent {
        assert_eq!(rules_behind(rest), Vec::<String>::new(), "{rest}");
    }
}

#[test]
fn an_entrypoint_of_the_image_is_replaced() {
    assert_rule(
        "entrypoint-overridden",
        &[
            ("entrypoint [\"x\"]", 2),
            ("RUN true\nENTRYPOINT x \\\n y", 3),
            ("ENTRYPOINT []", 2),
        ],
        &["LABEL a=ENTRYPOINT", "HEALTHCHECK CMD entrypoint"],
    );
    let text = "FROM a:1-trixie AS a\nENTRYPOINT x\nFROM a:2-trixie AS A\nRUN y\nFROM a\n";
    assert_eq!(
        rules_of(text),
        Vec::<String>::new(),
        "the later stage of a name counts"
    );
    let text = "FROM a:1-trixie AS a\nONBUILD ENTRYPOINT x\nFROM a AS b\nFROM b\n";
    assert_eq!(
        rules_of(text),
        ["2 entrypoint-overridden"],
        "a trigger runs in the child"
    );
}

#[test]
fn a_command_of_the_image_does_not_run() {
    assert_rule(
        "cmd-ignored",
        &[("CMD x", 2), ("CMD [\"x\"]", 2)],
        &["HEALTHCHECK CMD x", "RUN CMD"],
    );
    let text = on_ubuntu("CMD [\"x\"]\nRUN y");
    assert_eq!(fixed(&text, "dockerfile/cmd-ignored"), on_ubuntu("RUN y"));
}

#[test]
fn port_8000_belongs_to_the_agent() {
    assert_rule(
        "port-8000-reserved",
        &[
            ("EXPOSE 3000 \\\n 8000", 2),
            ("EXPOSE \"8000\"", 2),
            ("EXPOSE 1-65535", 2),
            ("ENV A=80\nEXPOSE ${A}00", 3),
            ("ARG A\nEXPOSE ${A:-8000}", 3),
            ("ENV PORT=1\nENV X=y PORT='8000'", 3),
            ("ARG P=8000\nENV PORT=$P", 3),
        ],
        &[
            "EXPOSE 8000/udp",
            "EXPOSE 8000/sctp",
            "EXPOSE 8001-9000 800",
            "ENV PORT=8000\nENV PORT=3000",
            "ENV APP_PORT=8000 port=8000",
            "ARG PORT=8000",
            "RUN serve --port 8000",
        ],
    );
}

#[test]
fn a_base_needs_apt() {
    for image in [
        "scratch",
        "alpine:3",
        "x/y:1-alpine3.20",
        "x:al2023",
        "gcr.io/distroless/base:x",
    ] {
        assert_eq!(
            rules_of(&format!("FROM {image}\n")),
            ["1 base-not-debian"],
            "{image}"
        );
    }
    for image in [
        "node:22",
        "index.docker.io/library/debian:12",
        "x/y:1-debian12",
        "openjdk:11",
    ] {
        assert_eq!(
            rules_of(&format!("FROM {image}\n")),
            Vec::<String>::new(),
            "{image}"
        );
    }
    for image in ["x/debian:1", "ghcr.io/x/ubuntu:1"] {
        assert_eq!(
            rules_of(&format!("FROM {image}\n")),
            ["1 base-unknown"],
            "{image}"
        );
    }
    let text = "FROM alpine:3 AS tools\nFROM ubuntu:24.04\nCOPY --from=tools /a /a\n";
    assert_eq!(
        rules_of(text),
        Vec::<String>::new(),
        "other stages may be of any system"
    );
    let text = "ARG B=alpine\nFROM ${B}:3 AS one\nFROM one\n";
    assert_eq!(rules_of(text), ["2 base-not-debian"]);
}

#[test]
fn a_base_is_named_exactly() {
    for (text, told) in [
        ("FROM debian\n", vec!["1 from-untagged"]),
        ("FROM debian:latest\n", vec!["1 from-latest"]),
        ("FROM debian:latest@sha256:0\n", vec![]),
        (
            "FROM x:5000/debian\n",
            vec!["1 base-unknown", "1 from-untagged"],
        ),
        ("ARG T\nFROM debian:$T\n", vec!["2 from-arg-unset"]),
        ("ARG T=\nFROM debian:$T\n", vec!["2 from-arg-unset"]),
        ("ARG T=\nFROM debian:12$T\n", vec![]),
        (
            "FROM debian:12\nARG T=1\nFROM debian:$T\n",
            vec!["3 from-arg-unset"],
        ),
        ("FROM debian:${T:+x}12\n", vec![]),
        ("FROM debian:12 AS s-amd64\nFROM s-$TARGETARCH\n", vec![]),
    ] {
        let mut found = rules_of(text);
        found.sort();
        assert_eq!(found, told, "{text}");
    }
}

#[test]
fn clean_packages_need_clean_lists() {
    assert_rule(
        "apt-clean-keeps-lists",
        &[
            ("RUN apt-get clean", 2),
            ("RUN sudo DEBIAN_FRONTEND=x apt -qq -o A=b clean", 2),
            ("RUN bash -ec 'apt-get clean'", 2),
            ("RUN if true; then apt-get clean; fi", 2),
            ("RUN bash <<EOF\napt-get clean # all\nEOF", 2),
            ("RUN rm -rf /var/lib/apt/lists/*\nRUN apt-get clean", 3),
            ("RUN apt-get clean && rm -f /var/lib/apt/lists/*", 2),
            ("RUN --mount=type=cache,target=/root apt-get clean", 2),
        ],
        &[
            "RUN apt-get autoclean",
            "RUN echo apt-get clean",
            "RUN echo 'x; apt-get clean'",
            "RUN true # ; apt-get clean",
            "RUN cat <<EOF > /x\napt-get clean\nEOF",
            "RUN apt-get clean && rm -rf \"/var/lib/apt/lists\"/*",
            "RUN apt-get clean && rm --recursive /var/lib/apt/",
            "RUN apt-get clean\nRUN find /var/lib/apt/lists/ -mindepth 1 -delete",
            "RUN --mount=type=cache,dst=/var/lib/apt/lists/ apt-get clean",
        ],
    );
    assert_eq!(
        fixed(
            &on_ubuntu("RUN a \\\n && apt clean"),
            "dockerfile/apt-clean-keeps-lists"
        ),
        on_ubuntu("RUN a \\\n && apt clean && rm -rf /var/lib/apt/lists/*")
    );
}

#[test]
fn the_repository_is_not_in_the_context() {
    assert_rule(
        "copy-from-context",
        &[
            ("COPY a b", 2),
            ("COPY --chown=1:1 a \\\n b", 2),
            ("ADD a /b", 2),
            ("ADD https://x/y a /b", 2),
            ("COPY [\"a\", \"b\"]", 2),
            ("COPY <<EOF x /y\nEOF", 2),
        ],
        &[
            "COPY --from=x /a /b",
            "ADD https://x/y /b",
            "ADD git@x:y.git /b",
            "ARG U=https://x\nADD ${U}/y /b",
            "COPY <<A <<B /y\nA\nB",
            "COPY a",
        ],
    );
    assert_rule(
        "copy-outside-context",
        &[
            ("COPY x ../a b", 2),
            ("ADD /a b", 2),
            ("COPY a/../../b c", 2),
        ],
        &["COPY --from=x ../a b"],
    );
    let text = "FROM ubuntu:24.04 AS a\nONBUILD COPY x y\nFROM a\nFROM a\n";
    assert_eq!(
        rules_of(text),
        ["2 copy-from-context"],
        "a trigger stands once in the file"
    );
}

#[test]
fn a_trigger_of_the_last_stage_never_runs() {
    assert_rule("onbuild-inert", &[("ONBUILD ADD .env /x", 2)], &[]);
}

#[test]
fn the_layer_needs_a_shell_like_sh() {
    assert_rule(
        "shell-unsupported",
        &[("SHELL [\"/usr/bin/fish\", \"-c\"]", 2)],
        &[
            "SHELL [\"zsh\"]",
            "SHELL [\"fish\"]\nSHELL [\"/bin/bash\", \"-c\"]",
        ],
    );
}

#[test]
fn the_sandbox_runs_as_root() {
    assert_rule(
        "user-overridden",
        &[
            ("USER 1000:0", 2),
            ("USER root\nUSER \"dev\"", 3),
            ("ENV U=x\nUSER ${U}", 3),
        ],
        &[
            "USER 0:1000",
            "USER root:root",
            "USER \"root\"",
            "USER a\nUSER root",
        ],
    );
}

#[test]
fn nodesource_conflicts_with_the_layer() {
    assert_rule(
        "nodesource-conflict",
        &[
            ("RUN curl https://deb.nodesource.com/x | sh", 2),
            ("ADD https://deb.nodesource.com/x /x", 2),
            ("RUN <<EOF\ncurl https://deb.nodesource.com/x\nEOF", 2),
        ],
        &["# deb.nodesource.com", "LABEL a=deb.nodesource.com"],
    );
}

#[test]
fn an_open_end_swallows_the_layer() {
    for end in ["\\", "\\\n", "\\ \t\n# note\n\n"] {
        let text = format!("FROM ubuntu:24.04\nRUN a {end}");
        assert_eq!(rules_of(&text), ["2 trailing-continuation"], "{end:?}");
        let fixed = fixed(&text, "dockerfile/trailing-continuation");
        assert_eq!(rules_of(&fixed), Vec::<String>::new(), "{fixed:?}");
    }
    assert_eq!(rules_behind("RUN <<A\nEOF"), ["2 unterminated-heredoc"]);
    assert_eq!(
        rules_of("# escape=`\nFROM ubuntu:24.04\n"),
        ["1 escape-directive"]
    );
    assert_eq!(
        rules_of("# escape=\\\nFROM ubuntu:24.04\n"),
        Vec::<String>::new()
    );
}

#[test]
fn what_cannot_be_read_is_told_line_by_line() {
    for (text, told) in [
        ("", vec!["1 no-from"]),
        ("# a\nARG B\n", vec!["1 no-from"]),
        ("FROM a b\n", vec!["1 syntax-error"]),
        ("FROM a on b\n", vec!["1 syntax-error"]),
        (
            "<<<<<<< x\nFROM ubuntu:24.04\n",
            vec!["1 unknown-instruction"],
        ),
        (
            "RUN a\nENV B=c\nFROM ubuntu:24.04\n",
            vec!["1 syntax-error", "2 syntax-error"],
        ),
        ("# escape=x\nFROM ubuntu:24.04\n", vec!["1 syntax-error"]),
        (
            "# escape=\\\n# escape=\\\nFROM ubuntu:24.04\n",
            vec!["2 syntax-error"],
        ),
    ] {
        assert_eq!(rules_of(text), told, "{text:?}");
    }
    for rest in ["ENV", "ENV A", "ENV A=b c", "LABEL a", "CMD [\"a\", 1]"] {
        let told = rules_behind(rest);
        assert!(
            told.contains(&"2 syntax-error".to_owned()),
            "{rest}: {told:?}"
        );
    }
    assert_eq!(
        fixed("FORM ubuntu:24.04\n", "dockerfile/unknown-instruction"),
        "FROM ubuntu:24.04\n"
    );
}

#[test]
fn codes_are_listed_once_and_in_order() {
    let names: Vec<&str> = CODES.iter().map(|code| code.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted);
    assert!(CODES.iter().all(|code| code.explanation.ends_with('.')));
}
