//! Two sets of plans: whose snapshots are reused, whose are built again, and why.

use glob::{MatchOptions, Pattern};

use crate::{
    image::dockerfile::Dockerfile,
    validation::plan::{
        Context, Fault, Inputs, MadeFrom, Origin, Outcome, Plan, Plans, Reading, layers::one_spaced,
    },
};

/// Which files of the project differ between the two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Nobody has asked git.
    Unknown,
    /// These, as paths below the project's root.
    Paths(Vec<String>),
}

/// What became of one template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its slug, after the change where there is one.
    pub slug: String,
    /// What happens to its snapshot.
    pub verdict: Verdict,
}

/// What happens to a template's snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The identity is the same, as far as the server's runtime is.
    Reuses(LeftOut),
    /// The identity is another one.
    Rebuilds {
        /// What made it so, at least one.
        changed: Vec<Input>,
    },
    /// There was no such snapshot before.
    New(Newness),
    /// The template is no longer there; a server keeps what it knew of it.
    Gone,
    /// Building fails after the change.
    Fails(Fault),
    /// One side is not known; why, as a fragment.
    CannotTell(String),
}

/// What changed of what the identity leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// Nothing, as far as is known.
    Nothing,
    /// Only the starter block of the Dockerfile, which is never built.
    Starter,
    /// Other files in the Dockerfile's folder, which the documents call the build context.
    Context,
    /// These files that the Dockerfile copies, by their paths.
    Copied(Vec<String>),
}

/// Why there was no snapshot before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Newness {
    /// There was no such template.
    Template,
    /// There was one, but building it failed.
    Failed(Fault),
}

/// An input of an identity that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The text of the Dockerfile.
    Dockerfile(Edit),
    /// The image, before and after.
    Image(String, String),
    /// What the image is made from.
    Source,
    /// The sizes that differ: name, before, after.
    Hardware(Vec<(&'static str, u32, u32)>),
    /// The slug; this is what it was.
    Slug(String),
}

/// How a Dockerfile changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// An instruction changed.
    Instructions,
    /// Only comments, blanks or line ends did; they are hashed too.
    OnlyForm,
}

/// Compares two sets of plans: the platform's template first, then those after the change in their
/// order, then those that are gone. A renamed template is one row.
pub fn compare(old: &Plans, new: &Plans, changed: &Changed) -> Vec<Compared> {
    let row = |slug: &str, verdict| Compared {
        slug: slug.to_owned(),
        verdict,
    };
    let mut rows = Vec::new();
    let mut renamed = Vec::new();
    for plan in new.kept() {
        let verdict = match (old.find(&plan.slug), &old.manifest) {
            (Some(before), _) => judge(before, plan, changed),
            (None, Reading::Unknown { why }) => {
                Verdict::CannotTell(format!("the manifest before is not known: {why}"))
            }
            (None, Reading::Understood { .. } | Reading::Absent) => {
                match former(old, new, plan, &renamed) {
                    Some(slug) => {
                        renamed.push(slug);
                        let changed = vec![Input::Slug(slug.to_owned())];
                        Verdict::Rebuilds { changed }
                    }
                    None => unseen(plan),
                }
            }
        };
        rows.push(row(&plan.slug, verdict));
    }
    let left = old.kept().filter(|before| new.find(&before.slug).is_none());
    for before in left.filter(|before| !renamed.contains(&before.slug.as_str())) {
        let verdict = match &new.manifest {
            Reading::Unknown { why } => {
                Verdict::CannotTell(format!("the manifest after is not known: {why}"))
            }
            Reading::Understood { .. } | Reading::Absent => Verdict::Gone,
        };
        rows.push(row(&before.slug, verdict));
    }
    rows
}

/// What happens to the snapshot of one template that is there on both sides under one slug.
pub fn judge(old: &Plan, new: &Plan, changed: &Changed) -> Verdict {
    let (before, after) = match (&old.outcome, &new.outcome) {
        (_, Outcome::Dropped(_)) => return Verdict::Gone,
        (_, Outcome::Fails(Fault::Unreadable { path, why })) => {
            return Verdict::CannotTell(format!("`{path}` cannot be read after: {why}"));
        }
        (_, Outcome::Fails(fault)) => return Verdict::Fails(fault.clone()),
        (Outcome::Dropped(_), Outcome::Builds(_)) => return Verdict::New(Newness::Template),
        (Outcome::Fails(Fault::Unreadable { path, why }), Outcome::Builds(_)) => {
            return Verdict::CannotTell(format!("`{path}` cannot be read before: {why}"));
        }
        (Outcome::Fails(fault), Outcome::Builds(_)) => {
            return Verdict::New(Newness::Failed(fault.clone()));
        }
        (Outcome::Builds(before), Outcome::Builds(after)) => (before, after),
    };
    // The same fingerprint on both sides: what it is does not matter.
    if before.identity("") == after.identity("") {
        return Verdict::Reuses(left_out(before, after, new, changed));
    }
    let mut inputs = Vec::new();
    if before.dockerfile() != after.dockerfile() {
        inputs.push(source_change(before, after));
    }
    let sizes = old.sizes().into_iter().zip(new.sizes());
    let sizes = sizes.map(|((name, _, old), (_, _, new))| (name, old.effective, new.effective));
    let sizes: Vec<_> = sizes.filter(|(_, old, new)| old != new).collect();
    if !sizes.is_empty() {
        inputs.push(Input::Hardware(sizes));
    }
    if before.slug != after.slug {
        inputs.push(Input::Slug(before.slug.clone()));
    }
    Verdict::Rebuilds { changed: inputs }
}

/// The slug that a new template had, if one that is gone had the same content.
fn former<'a>(old: &'a Plans, new: &Plans, plan: &Plan, taken: &[&str]) -> Option<&'a str> {
    let after = plan.inputs()?;
    let gone = old.kept().filter(|before| new.find(&before.slug).is_none());
    let mut free = gone.filter(|before| !taken.contains(&before.slug.as_str()));
    let is_same = |before: &Inputs| {
        before.hardware == after.hardware && before.dockerfile() == after.dockerfile()
    };
    let former = free.find(|before| before.inputs().is_some_and(is_same))?;
    Some(&former.slug)
}

fn unseen(plan: &Plan) -> Verdict {
    match &plan.outcome {
        Outcome::Builds(_) => Verdict::New(Newness::Template),
        Outcome::Fails(Fault::Unreadable { path, why }) => {
            Verdict::CannotTell(format!("`{path}` cannot be read after: {why}"))
        }
        Outcome::Fails(fault) => Verdict::Fails(fault.clone()),
        Outcome::Dropped(_) => Verdict::Gone,
    }
}

fn source_change(before: &Inputs, after: &Inputs) -> Input {
    match (&before.made_from, &after.made_from) {
        (MadeFrom::Image(before), MadeFrom::Image(after)) => {
            Input::Image(before.clone(), after.clone())
        }
        (MadeFrom::Dockerfile(_), MadeFrom::Dockerfile(_)) => {
            let is_form = essence(&before.dockerfile()) == essence(&after.dockerfile());
            Input::Dockerfile(if is_form {
                Edit::OnlyForm
            } else {
                Edit::Instructions
            })
        }
        (MadeFrom::Platform | MadeFrom::Dockerfile(_) | MadeFrom::Image(_), _) => Input::Source,
    }
}

/// What is left of a Dockerfile without comments, blanks and line ends.
fn essence(text: &str) -> Vec<String> {
    let file = Dockerfile::parse(text);
    let directives = file.directives.iter();
    let mut kept: Vec<String> = directives
        .map(|directive| format!("#{}={}", directive.name, directive.value))
        .collect();
    for instruction in &file.instructions {
        kept.push(one_spaced(instruction.text.as_str()));
        let bodies = instruction.heredocs.iter();
        let bodies = bodies.filter_map(|heredoc| text.get(heredoc.body.clone()));
        kept.extend(bodies.map(|body| body.replace("\r\n", "\n")));
    }
    kept
}

fn left_out(before: &Inputs, after: &Inputs, new: &Plan, changed: &Changed) -> LeftOut {
    let (Some(context), Origin::Dockerfile { path, .. }) = (&after.context, &new.origin) else {
        return LeftOut::Nothing;
    };
    if let Changed::Paths(paths) = changed {
        let path = path.trim_start_matches("./");
        let others = || paths.iter().filter(|changed| *changed != path);
        let copied: Vec<String> = others()
            .filter(|changed| context.copies(changed))
            .cloned()
            .collect();
        if !copied.is_empty() {
            return LeftOut::Copied(copied);
        }
        if others().any(|changed| context.holds(changed).is_some()) {
            return LeftOut::Context;
        }
    }
    if before.made_from == after.made_from {
        LeftOut::Nothing
    } else {
        LeftOut::Starter
    }
}

impl Context {
    /// The rest of a path in this folder; `None` when it is elsewhere.
    fn holds<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.folder.is_empty() {
            return Some(path);
        }
        path.strip_prefix(&self.folder)?.strip_prefix('/')
    }

    /// Whether the Dockerfile copies a file. People write sources below the Dockerfile's folder and
    /// below the root alike, so both are looked at.
    fn copies(&self, path: &str) -> bool {
        let below = self.holds(path);
        let places = below.into_iter().chain([path]);
        let mut pairs = places.flat_map(|place| self.copies.iter().map(move |it| (it, place)));
        pairs.any(|(source, place)| is_in(source, place, below.is_some()))
    }
}

/// Whether a source of a `COPY` takes a file in; `.` only takes what is in the context.
fn is_in(source: &str, path: &str, is_in_context: bool) -> bool {
    let steps = source.split('/');
    let steps: Vec<&str> = steps
        .filter(|step| !step.is_empty() && *step != ".")
        .collect();
    if steps.is_empty() {
        return is_in_context;
    }
    let options = MatchOptions {
        require_literal_separator: true,
        ..MatchOptions::default()
    };
    let Ok(pattern) = Pattern::new(&steps.join("/")) else {
        return false;
    };
    // A folder is copied with all that is in it.
    let ends = path.match_indices('/').map(|(at, _)| at);
    let heads = ends.filter_map(|end| path.get(..end)).chain([path]);
    heads
        .into_iter()
        .any(|head| pattern.matches_with(head, options))
}
