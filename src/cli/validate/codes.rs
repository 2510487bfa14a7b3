//! All codes with what they mean.

use crate::{diagnostic::render::Rule, image, manifest, validation};

/// Every code a finding may have.
pub(super) fn all() -> Vec<Rule> {
    let of_manifest = manifest::codes::ALL.iter().chain(&validation::codes::ALL);
    let of_manifest = of_manifest.map(|code| Rule {
        code: code.name,
        severity: code.severity,
        title: code.title,
        explanation: code.explanation,
    });
    let of_image = image::codes::CODES.iter().map(|code| Rule {
        code: code.name,
        severity: code.severity,
        title: "",
        explanation: code.explanation,
    });
    of_manifest.chain(of_image).collect()
}
