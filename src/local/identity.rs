//! The identity of a template's snapshot here.
//!
//! The algorithm is the real control plane's, so that an edit changes the identity here when it
//! does there; the runtime's fingerprint is our own, so the absolute value differs.

use crate::{
    image::identity::{Hardware, Identity, Source},
    local::manifest::{Base, TemplateSpec},
};

/// The fingerprint of the runtime that sessions get here, which is the machine itself.
pub const FINGERPRINT: &str = "kortix-runtime:host:1";

/// The identity of a template; `dockerfile` is the text of its file, if it is made from one.
pub fn identity(template: &TemplateSpec, dockerfile: &str) -> Identity {
    let source = match &template.base {
        Base::Platform => Source::Platform,
        Base::Dockerfile(_) => Source::Dockerfile(dockerfile),
        Base::Image(image) => Source::Image(image),
    };
    let hardware = Hardware {
        cpu: Some(template.cpu),
        memory: Some(template.memory),
        disk: Some(template.disk),
    };
    Identity::of(source, &template.slug, hardware, FINGERPRINT)
}
