//! When a snapshot is built again.

use kortix_tui::image::identity::{
    Hardware, Identity, Inputs, Source, content_hash, without_starter,
};

const REAL: &str = "kortix-runtime:unknown:layer:baked-chromium-v12-llm-catalog:ab:0.27.0:artifacts:2596c218b8b2715b662f7898f258fa5f1ee3c568a98c35580bc652ff3c7f5c68";

const DEFAULT: Hardware = Hardware {
    cpu: Some(2.0),
    memory: Some(6.0),
    disk: Some(20.0),
};

/// The block of old starter files that is never built.
pub fn starter() -> String {
    let block = "# Bring in baseline tooling. The Kortix layer on top also installs
# git/curl/ca-certificates/nodejs/npm, but having them in your base
# makes interactive sessions snappier.
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        ca-certificates \\
        curl \\
        git \\
        build-essential \\
    && rm -rf /var/lib/apt/lists/*
\n";
    block.to_owned()
}

#[test]
fn identities_equal_those_of_the_real_control_plane() {
    let platform = Identity::of(Source::Platform, "default", DEFAULT, REAL);
    assert_eq!(platform.snapshot_name, "kortix-default-edbe2b091192");
    let python = Identity::of(Source::Image("python:3.12-slim"), "python", DEFAULT, REAL);
    assert_eq!(
        python.content_hash,
        "bc1789148b4188469e4cf3a1878e07b9cb3ef06a355002f33502b343ecac32f0"
    );
}

#[test]
fn an_image_and_a_dockerfile_with_the_same_text_are_one_snapshot() {
    let image = Identity::of(Source::Image("a:1"), "x", DEFAULT, REAL);
    let file = Identity::of(Source::Dockerfile("FROM a:1\n"), "x", DEFAULT, REAL);
    assert_eq!(image, file);
}

#[test]
fn a_renamed_template_is_built_again() {
    let [one, other] =
        ["one", "other"].map(|slug| Identity::of(Source::Image("a:1"), slug, DEFAULT, REAL));
    assert_ne!(one, other);
}

#[test]
fn only_the_first_starter_block_is_taken_out() {
    let twice = format!("FROM a:1\n{0}{0}", starter());
    assert_eq!(without_starter(&twice), format!("FROM a:1\n{}", starter()));
}

#[test]
fn a_file_of_nothing_but_the_starter_block_cannot_be_built() {
    let text = starter();
    assert!(Source::Dockerfile(&text).is_blank());
    assert!(Source::Dockerfile("\u{feff} \n").is_blank());
    assert!(!Source::Platform.is_blank());
    assert_eq!(super::rules_of(&text), ["1 no-from"]);
}

#[test]
fn a_dockerfile_comes_before_an_image() {
    let both = Source::choose(Some("FROM b:1"), Some("a:1"));
    assert_eq!(both, Some(Source::Dockerfile("FROM b:1")));
    assert_eq!(Source::choose(None, None), None);
}

#[test]
fn hardware_is_hashed_as_the_server_prints_numbers() {
    let hash = |cpu| {
        content_hash(&Inputs {
            dockerfile: "x",
            tree: "t",
            hardware: Hardware {
                cpu,
                ..Hardware::default()
            },
            runtime: "r",
        })
    };
    let by_hand = |spec: &str| {
        use sha2::{Digest, Sha256};
        let text = format!("dockerfile=1:x\ntree_oid=t\nruntime=r{spec}");
        let digest = Sha256::digest(text);
        digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    assert_eq!(hash(None), by_hand(""));
    for (cpu, printed) in [
        (0.0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (0.5, "0.5"),
        (1e21, "1e+21"),
        (1e-7, "1e-7"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
    ] {
        assert_eq!(
            hash(Some(cpu)),
            by_hand(&format!("\nspec=cpu:{printed}")),
            "{printed}"
        );
    }
}
