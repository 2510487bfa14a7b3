//! The identity of a snapshot: a hash over a template's Dockerfile, slug, runtime and hardware.
//!
//! The same inputs as on the real control plane, so that an edit changes the identity here when it
//! does there; the runtime's fingerprint is our own, so the absolute value differs.

use sha2::{Digest, Sha256};

use crate::local::manifest::{Base, TemplateSpec};

/// The runtime that sessions get here: the machine itself.
pub const RUNTIME: &str = "kortix-runtime:host:1";

/// The Dockerfile of the platform's default template.
const PLATFORM_DOCKERFILE: &str = "\
# syntax=docker/dockerfile:1.7
# Kortix platform default sandbox base.
# Sessions clone the project workspace at boot — nothing project-specific
# is baked in here. Customize via `[[sandbox.templates]]` in kortix.toml.
FROM ubuntu:24.04

WORKDIR /workspace

";

/// A snapshot's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Lowercase hex, 64 digits.
    pub content_hash: String,
    /// The snapshot's name, which ends in the first 12 digits.
    pub snapshot_name: String,
}

impl Identity {
    /// The identity of a template; `dockerfile` is the text of its file, if it is made from one.
    pub fn of(template: &TemplateSpec, dockerfile: &str, runtime: &str) -> Self {
        let (text, tree, prefix) = match &template.base {
            Base::Platform => (
                PLATFORM_DOCKERFILE.to_owned(),
                "platform-default".to_owned(),
                "kortix-default",
            ),
            Base::Dockerfile(_) => (dockerfile.to_owned(), project_tree(template), "kortix-tpl"),
            Base::Image(image) => (
                format!("FROM {image}\n"),
                project_tree(template),
                "kortix-tpl",
            ),
        };
        let content_hash = hash(&[
            format!("dockerfile={}:{text}", text.encode_utf16().count()),
            format!("tree_oid={tree}"),
            format!("runtime={runtime}"),
            format!(
                "spec=cpu:{},memory:{},disk:{}",
                template.cpu, template.memory, template.disk
            ),
        ]);
        let short = content_hash.get(..12).unwrap_or(&content_hash);
        Self {
            snapshot_name: format!("{prefix}-{short}"),
            content_hash,
        }
    }
}

fn project_tree(template: &TemplateSpec) -> String {
    format!("template:{}", template.slug)
}

fn hash(segments: &[String]) -> String {
    Sha256::digest(segments.join("\n"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Identity;
    use crate::local::manifest::{Base, TemplateSpec};

    const REAL: &str = "kortix-runtime:unknown:layer:baked-chromium-v12-llm-catalog:ab:0.27.0:artifacts:2596c218b8b2715b662f7898f258fa5f1ee3c568a98c35580bc652ff3c7f5c68";

    #[test]
    fn identities_equal_those_of_the_real_control_plane() {
        let platform = Identity::of(&TemplateSpec::platform(), "", REAL);
        assert_eq!(platform.snapshot_name, "kortix-default-edbe2b091192");
        let python = TemplateSpec {
            slug: "python".to_owned(),
            base: Base::Image("python:3.12-slim".to_owned()),
            ..TemplateSpec::platform()
        };
        assert_eq!(
            Identity::of(&python, "", REAL).content_hash,
            "bc1789148b4188469e4cf3a1878e07b9cb3ef06a355002f33502b343ecac32f0"
        );
    }
}
