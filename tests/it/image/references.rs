//! Image references outside of Dockerfiles.

use kortix_tui::image::{
    lint_reference,
    reference::{Parts, Reference},
};

fn told(reference: &str) -> Vec<&'static str> {
    let findings = lint_reference(reference, 0..0).into_iter();
    findings.map(|finding| finding.code).collect()
}

#[test]
fn a_reference_needs_a_tag_or_a_digest_and_a_base_with_apt() {
    let digest = format!("ubuntu@sha256:{}", "a".repeat(64));
    for (reference, codes) in [
        ("ubuntu:24.04", vec![]),
        (digest.as_str(), vec![]),
        ("ubuntu", vec!["image/untagged"]),
        (
            "localhost:5000/ubuntu",
            vec!["image/untagged", "image/base-unknown"],
        ),
        ("debian:latest", vec!["image/latest"]),
        ("alpine:3.20", vec!["image/not-debian"]),
        ("ghcr.io/acme/base:1", vec!["image/base-unknown"]),
        ("Ubuntu:24.04", vec!["image/invalid"]),
        ("ubuntu:", vec!["image/invalid"]),
        ("", vec!["image/invalid"]),
        ("ubuntu:24.04\nRUN x", vec!["image/invalid"]),
    ] {
        assert_eq!(told(reference), codes, "{reference}");
    }
    assert_eq!(told(&"a".repeat(10_000_000)), ["image/invalid"]);
}

#[test]
fn the_registry_is_named() {
    let known = Reference::parse("ghcr.io/acme/base:1").unwrap();
    assert_eq!(known.registry, "ghcr.io");
    assert_eq!(known.repository, "acme/base");
    assert_eq!(Reference::parse("ubuntu").unwrap().registry, "docker.io");
    assert_eq!(
        lint_reference("ghcr.io/acme/base", 0..0)[0].message,
        "`acme/base` of the registry `ghcr.io` has neither tag nor digest"
    );
}

#[test]
fn the_colon_of_a_port_is_no_tag() {
    let parts = Parts::of("x:5000/y/z@sha256:1");
    assert_eq!(
        parts,
        Parts {
            name: "x:5000/y/z",
            tag: None,
            digest: Some("sha256:1"),
        }
    );
    assert_eq!(Parts::of("docker.io/library/node:22").short_name(), "node");
}
