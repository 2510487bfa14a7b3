//! Plans and verdicts in words: fragments without a full stop, for a line on a screen.
//!
//! Values of files are quoted as they are; who shows them sanitizes the line.

use crate::{
    image,
    manifest::{Size, SizeReason, Why},
    text,
    validation::plan::{Difference, Edit, Fault, Input, LeftOut, Newness, Verdict},
};

/// How many paths are named before they are counted.
const NAMED: usize = 3;

impl Verdict {
    /// The verdict with its reason, such as `rebuilds: Dockerfile changed`.
    pub fn words(&self) -> String {
        match self {
            Self::Reuses(left_out) => match left_out.words() {
                None => "reuses the snapshot".to_owned(),
                Some(why) => format!("reuses the snapshot ({why})"),
            },
            Self::Rebuilds { changed } => {
                let inputs: Vec<String> = changed.iter().map(Input::words).collect();
                format!("rebuilds: {}", inputs.join(", "))
            }
            Self::New(Newness::Template) => "new: built when a session first boots it".to_owned(),
            Self::New(Newness::Failed(fault)) => {
                format!("new: could not be built before ({})", fault.words())
            }
            Self::Gone => "gone: no longer in the manifest".to_owned(),
            Self::Fails(fault) => format!("cannot be built: {}", fault.words()),
            Self::CannotTell(why) => format!("cannot tell: {why}"),
        }
    }

    /// The verdict in one word for programs: `reuses`, `rebuilds`, `new`, `gone`, `fails`, `unknown`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reuses(_) => "reuses",
            Self::Rebuilds { .. } => "rebuilds",
            Self::New(_) => "new",
            Self::Gone => "gone",
            Self::Fails(_) => "fails",
            Self::CannotTell(_) => "unknown",
        }
    }
}

impl LeftOut {
    /// What changed without an effect; `None` when nothing did.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Starter => {
                Some("only the starter block changed, which is never built".to_owned())
            }
            Self::Context => Some(
                "other files of its build context changed, which servers of mid-2026 leave out"
                    .to_owned(),
            ),
            Self::Copied(_) => Some(
                "files it copies changed, but servers of mid-2026 leave the context tree out; a \
                 server that follows the documents rebuilds"
                    .to_owned(),
            ),
        }
    }

    /// The copied files that changed, the first ones by name; `None` when none did.
    pub fn files(&self) -> Option<String> {
        let Self::Copied(paths) = self else {
            return None;
        };
        let mut named: Vec<String> = paths
            .iter()
            .take(NAMED)
            .map(|path| format!("`{path}`"))
            .collect();
        let rest = paths.len().saturating_sub(NAMED);
        if rest > 0 {
            named.push(format!("{rest} more"));
        }
        Some(named.join(", "))
    }
}

impl Input {
    /// What changed, such as `hardware changed (memory 4 to 8 GiB)`.
    pub fn words(&self) -> String {
        match self {
            Self::Dockerfile(Edit::Instructions) => "Dockerfile changed".to_owned(),
            Self::Dockerfile(Edit::OnlyForm) => {
                "Dockerfile changed (only comments or whitespace, but they are hashed too)"
                    .to_owned()
            }
            Self::Image(before, after) => {
                let [before, after] = [before, after].map(|reference| image::masked(reference));
                format!("image changed (`{before}` to `{after}`)")
            }
            Self::Source => {
                "source changed (an image or a Dockerfile in place of the other)".to_owned()
            }
            Self::Hardware(sizes) => {
                let sizes = sizes.iter().map(|(name, before, after)| {
                    let unit = if *name == "cpu" { "" } else { " GiB" };
                    format!("{name} {before} to {after}{unit}")
                });
                let sizes: Vec<String> = sizes.collect();
                format!("hardware changed ({})", sizes.join(", "))
            }
            Self::Slug(before) => {
                format!("slug changed (was `{before}`, with the same content)")
            }
        }
    }

    /// The input in one word for programs: `dockerfile`, `image`, `source`, `hardware`, `slug`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dockerfile(_) => "dockerfile",
            Self::Image(..) => "image",
            Self::Source => "source",
            Self::Hardware(_) => "hardware",
            Self::Slug(_) => "slug",
        }
    }
}

impl Fault {
    /// Why there can be no snapshot.
    pub fn words(&self) -> String {
        match self {
            Self::NoDockerfile(path) => format!("there is no `{path}`"),
            Self::Unreadable { path, why } => format!("`{path}` cannot be read: {why}"),
            Self::Blank(path) => format!("`{path}` is blank"),
            Self::OnlyStarter(path) => {
                format!("`{path}` has only the starter block, which is never built")
            }
            Self::NoSource => "the template names neither a Dockerfile nor an image".to_owned(),
        }
    }
}

impl Difference {
    /// The difference, such as `memory 4 there, 8 here`.
    pub fn words(&self) -> String {
        match self {
            Self::Source(there, here) => format!("{there} there, {here} here"),
            Self::Size(name, there, here) => format!("{name} {there} there, {here} here"),
        }
    }

    /// What differs in one word for programs: `source`, `cpu`, `memory`, `disk`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Source(..) => "source",
            Self::Size(name, ..) => name,
        }
    }
}

/// Why the control plane drops a template.
pub fn dropped(why: Why) -> &'static str {
    match why {
        Why::Slug => "its slug is missing, malformed or too long",
        Why::Reserved => "its slug is the platform's own",
        Why::Duplicate => "an earlier template has the same slug",
    }
}

/// Why a sandbox gets a size, such as `asked for 200; the most there is`.
pub fn size(size: &Size) -> String {
    let asked = size.asked.as_ref().map(|asked| asked.value.to_string());
    let asked = asked.unwrap_or_default();
    match size.reason {
        SizeReason::Default => "default".to_owned(),
        SizeReason::Unusable => "default; what is asked for cannot be used".to_owned(),
        SizeReason::Asked => "as asked".to_owned(),
        SizeReason::Rounded => format!("asked for {asked}; rounded"),
        SizeReason::Clamped => format!("asked for {asked}; the most there is"),
    }
}

/// How many steps the platform adds, such as `11 steps of the platform`.
pub fn injected() -> String {
    let steps = image::layer::STEPS.len();
    text::count(steps, "step of the platform", "steps of the platform")
}
