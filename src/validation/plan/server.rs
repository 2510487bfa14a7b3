//! What a server says of a template, beside the plan for it.

use crate::{
    image::identity::{Hardware, Identity, Source},
    model::template::Template,
    validation::plan::{MadeFrom, Origin, PLATFORM, Plan},
};

/// What a server has of a template, compared with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// In what the server's template differs from the plan, as far as it says.
    pub differences: Vec<Difference>,
    /// Whether the server's snapshot has the content of the plan.
    pub content: Content,
}

/// A difference between a server's template and a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// What it is made from: there, and here.
    Source(String, String),
    /// A size by its name: there, and here.
    Size(&'static str, u32, u32),
}

/// Whether a server's snapshot has the content of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// It has.
    Same,
    /// It has not.
    Other,
    /// That cannot be told: the server's fingerprint or the text of its Dockerfile is not known.
    Unknown,
}

/// The fingerprint among those that are known which a server's hashes are made with; `None` when it
/// is another one. A server never tells its own, but the platform's template gives it away.
pub fn fingerprint<'a>(templates: &[Template], known: &[&'a str]) -> Option<&'a str> {
    let platform = templates.iter().find(|template| template.is_default)?;
    let size = |size: u32| Some(f64::from(size));
    let hardware = Hardware {
        cpu: size(platform.cpu),
        memory: size(platform.memory_gb),
        disk: size(platform.disk_gb),
    };
    let hash = |fingerprint: &str| {
        Identity::of(Source::Platform, PLATFORM, hardware, fingerprint).content_hash
    };
    let mut known = known.iter().copied();
    known.find(|fingerprint| hash(fingerprint) == platform.content_hash)
}

impl Beside {
    /// Compares a plan with a server's template of the same slug; the fingerprint is the server's.
    pub fn of(plan: &Plan, server: &Template, fingerprint: Option<&str>) -> Self {
        let differences = differences(plan, server);
        Self {
            content: content(plan, server, fingerprint, &differences),
            differences,
        }
    }
}

fn differences(plan: &Plan, server: &Template) -> Vec<Difference> {
    let mut differences = Vec::new();
    let (there, here) = (source_there(server), source_here(plan));
    if let Some(here) = here.filter(|here| *here != there) {
        differences.push(Difference::Source(there, here));
    }
    let there = [server.cpu, server.memory_gb, server.disk_gb];
    for ((name, _, size), there) in plan.sizes().into_iter().zip(there) {
        if size.effective != there {
            differences.push(Difference::Size(name, there, size.effective));
        }
    }
    differences
}

/// A server that has both keeps the image beside the Dockerfile, which wins.
fn source_there(server: &Template) -> String {
    match (&server.dockerfile_path, &server.image) {
        (Some(path), _) => format!("the Dockerfile `{}`", path.trim_start_matches("./")),
        (None, Some(image)) => format!("the image `{image}`"),
        (None, None) => "the platform's image".to_owned(),
    }
}

fn source_here(plan: &Plan) -> Option<String> {
    match (&plan.origin, plan.inputs().map(|inputs| &inputs.made_from)) {
        (Origin::Dockerfile { path, .. }, _) => Some(format!(
            "the Dockerfile `{}`",
            path.trim_start_matches("./")
        )),
        (Origin::Image(_), Some(MadeFrom::Image(image))) => Some(format!("the image `{image}`")),
        (Origin::Platform(_), _) => Some("the platform's image".to_owned()),
        (Origin::Image(_) | Origin::Missing, _) => None,
    }
}

fn content(
    plan: &Plan,
    server: &Template,
    fingerprint: Option<&str>,
    differences: &[Difference],
) -> Content {
    let Some(inputs) = plan.inputs() else {
        return Content::Other;
    };
    if let Some(fingerprint) = fingerprint {
        let is_same = inputs.identity(fingerprint).content_hash == server.content_hash;
        return if is_same {
            Content::Same
        } else {
            Content::Other
        };
    }
    let is_size = |difference: &Difference| matches!(difference, Difference::Size(..));
    match (&inputs.made_from, differences) {
        // The platform's text is the server's own affair.
        (MadeFrom::Platform, _) => Content::Unknown,
        // All that is hashed of an image is in what the server says.
        (MadeFrom::Image(_), []) => Content::Same,
        (MadeFrom::Dockerfile(_), []) => Content::Unknown,
        (MadeFrom::Image(_), _) if server.dockerfile_path.is_none() => Content::Other,
        (MadeFrom::Image(_) | MadeFrom::Dockerfile(_), _) if differences.iter().any(is_size) => {
            Content::Other
        }
        // A file of another name may have the same text.
        (MadeFrom::Image(_) | MadeFrom::Dockerfile(_), _) => Content::Unknown,
    }
}
