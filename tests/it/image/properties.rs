//! What holds for Dockerfiles as people type them, and for the values beside them.

use proptest::{
    prelude::{Just, Strategy, prop, prop_assert_eq, prop_oneof, proptest},
    test_runner::TestCaseError,
};

use kortix_tui::image::reference::Reference;

use crate::{
    laws,
    mistakes::{Typed, mistaken},
};

/// Images, of the family and of others.
const IMAGES: &[&str] = &[
    "ubuntu:24.04",
    "debian:latest",
    "node",
    "alpine:3",
    "scratch",
    "base",
    "$BASE",
    "${TAG:-ubuntu:24.04}",
    "ghcr.io/acme/base@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

/// Instructions behind a `FROM`, over one line or many.
const BODIES: &[&str] = &[
    "RUN apt-get update && apt-get clean",
    "RUN apt-get update \\\n    # why\n\n    && apt-get install -y curl \\\n    && apt-get clean",
    "RUN <<EOF\napt-get clean\nEOF",
    "RUN <<-'A B' cat\n\tx\nA B",
    "RUN [\"sh\", \"-c\", \"apt-get clean\"]",
    "RUN --mount=type=secret,id=a --mount=type=cache,target=/var/lib/apt/lists apt-get clean",
    "RUN sh -c 'sh -c \"apt-get clean\"'",
    "RUN curl https://deb.nodesource.com/setup_20.x | bash -",
    "COPY . /app",
    "COPY --from=base /a \"/b\"",
    "COPY <<E1 <<\"E2\" /x/\n1\nE1\nCOPY a b\nE2",
    "ADD https://a:secret@b/c .env /workspace/",
    "ADD [\"../a\", \"b\"]",
    "ENV PORT=8000 A=\"$B ${C:+d}\"",
    "ENV API_TOKEN abcdefgh",
    "ENV A=$A$A",
    "ARG BASE=ubuntu:22.04 GITHUB_TOKEN",
    "EXPOSE 3000 8000/tcp $PORT",
    "WORKDIR /workspace/x",
    "USER node:node",
    "SHELL [\"pwsh\", \"-c\"]",
    "ENTRYPOINT [\"a\"]",
    "CMD a",
    "ONBUILD RUN apt-get clean",
    "ONBUILD ONBUILD CMD x",
    "LABEL a=b c",
    "HEALTHCHECK --interval=5s CMD true",
    "STOPSIGNAL 9",
    "VOLUME [1]",
    "MAINTAINER é",
    "RUNN x",
    "# AKIA0000000000000000",
    "RUN echo \\\\\\",
];

fn head() -> impl Strategy<Value = Vec<String>> {
    let lines = [
        "# syntax=docker/dockerfile:1",
        "# escape=`",
        "# escape=\\",
        "ARG BASE=debian:12",
        "ARG TAG",
        "",
    ];
    let lines = prop::collection::vec(prop::sample::select(lines.to_vec()), 0..3);
    lines.prop_map(|lines| lines.into_iter().map(str::to_owned).collect())
}

fn stage() -> impl Strategy<Value = Vec<String>> {
    let name = prop_oneof![3 => Just(""), 1 => Just(" AS base"), 1 => Just(" as b")];
    let from = (prop::sample::select(IMAGES), name);
    let bodies = prop::collection::vec(prop::sample::select(BODIES), 0..6);
    (from, bodies).prop_map(|((image, name), bodies)| {
        let mut lines = vec![format!("FROM {image}{name}")];
        lines.extend(bodies.into_iter().map(str::to_owned));
        lines
    })
}

/// A Dockerfile of a few stages, after up to four mistakes.
fn typed() -> impl Strategy<Value = Typed> {
    let stages = prop::collection::vec(stage(), 0..4);
    let lines = (head(), stages).prop_map(|(head, stages)| [head, stages.concat()].concat());
    mistaken(lines)
}

/// A text of pieces that small languages are made of.
fn value() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "*",
        "*/5",
        "0",
        "9",
        "59",
        "60",
        "1-5",
        "L",
        "#2",
        "#L",
        "?",
        "MON",
        "jan",
        "@daily",
        ",",
        "-",
        "/",
        " ",
        "  ",
        ":",
        "@",
        "a",
        "ghcr.io/",
        "localhost:5000/",
        "sha256:",
        "+02:00",
        "Europe/",
        "Berlin",
        "Etc/GMT+1",
        "2026-06-01T09:00:00",
        "Z",
        "é",
        ".",
        "_",
    ]);
    prop_oneof![
        4 => prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()),
        1 => "\\PC{0,40}",
    ]
}

/// A reference, mostly a right one.
fn reference() -> impl Strategy<Value = String> {
    let host = prop::sample::select(vec![
        "",
        "",
        "docker.io/",
        "index.docker.io/",
        "library/",
        "localhost/",
        "localhost:5000/",
        "ghcr.io/",
        "a_b.io/",
        "A.io/",
        "a:/",
        "-a.io/",
        "a..b/",
        "a.b:x/",
    ]);
    let word = prop::sample::select(vec![
        "a", "acme", "x1", "a.b", "a_b", "a__b", "a--b", "a-b", "a._b", "a-", "_a", "A", "é", "",
    ]);
    let words = prop::collection::vec(word, 1..4);
    let tag = prop_oneof![
        3 => Just(String::new()),
        3 => ":[A-Za-z0-9_.-]{0,4}",
        1 => Just(format!(":{}", "a".repeat(128))),
        1 => Just(format!(":{}", "a".repeat(129))),
        1 => Just(":é".to_owned()),
    ];
    let digest = prop_oneof![
        3 => Just(String::new()),
        2 => Just(format!("@sha256:{}", "0aF".repeat(32)).chars().take(72).collect()),
        1 => Just("@sha256:00".to_owned()),
        1 => Just(format!("@sha512:{}", "0".repeat(128))),
        1 => Just("@a:b@c".to_owned()),
    ];
    (host, words, tag, digest)
        .prop_map(|(host, words, tag, digest)| format!("{host}{}{tag}{digest}", words.join("/")))
}

proptest! {
    #[test]
    fn a_plain_reference_is_what_the_library_takes_it_for(text in reference()) {
        let theirs = oci_spec::distribution::Reference::try_from(text.as_str());
        let theirs = theirs.map_err(|error| error.to_string());
        let theirs = theirs.map(|it| (it.registry().to_owned(), it.repository().to_owned()));
        let ours = Reference::parse(&text).map(|it| (it.registry, it.repository));
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn a_dockerfile_with_mistakes_gets_findings_that_fit(text in typed()) {
        laws::dockerfile::lint(&text.0).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn safe_fixes_of_a_dockerfile_with_mistakes_never_add_errors(text in typed()) {
        laws::dockerfile::fixes(&String::from_utf8_lossy(&text.0)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn values_are_read_or_refused(text in value()) {
        laws::values::schedule(&text).map_err(TestCaseError::fail)?;
        laws::values::zone(&text).map_err(TestCaseError::fail)?;
        laws::values::reference(&text).map_err(TestCaseError::fail)?;
        laws::values::identity(&text).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn what_once_broke_a_law_keeps_it_now() {
    // Words at the end of the line do not mend these.
    for text in [
        "FROM a:1\nRUN apt-get clean &://m\"\n",
        "FROM a:1\nRUN apt-get clean # why\n",
        "FROM a:1\nRUN apt-get clean && echo 'a\n",
    ] {
        let kept = laws::dockerfile::lint(text.as_bytes());
        let kept = kept.and_then(|()| laws::dockerfile::fixes(text));
        assert_eq!(kept, Ok(()), "{text:?}");
    }
}
