//! The instructions of a Dockerfile as the layers of an image.
//!
//! In: the text as it is in the repository. Out: [`Layer`]s with their lines, without credentials and
//! safe to show, and the image that the last stage begins with.

use crate::{
    diagnostic::LineIndex,
    image::{
        self,
        dockerfile::{
            Dockerfile,
            stages::{Base, Stages},
        },
        reference::Reference,
    },
    text::sanitize_line,
};

/// An instruction of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The instruction on one line: blanks joined, credentials covered, nothing in it that controls
    /// a terminal.
    pub text: String,
    /// Where it belongs.
    pub part: Part,
}

/// Where an instruction belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Before the first stage: an `ARG` for the `FROM`s.
    Head,
    /// A stage that the image consists of.
    Image,
    /// A stage of which only what is copied from it gets into the image; its name or number.
    Builder(String),
}

/// An image from a registry, safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseImage {
    /// The reference with its variables replaced; `scratch` for nothing.
    pub reference: String,
    /// The registry that it comes from; `None` when the reference is none or `scratch`.
    pub registry: Option<String>,
}

impl BaseImage {
    /// Reads a reference.
    pub fn of(reference: &str) -> Self {
        Self {
            reference: shown(reference),
            registry: Reference::parse(reference)
                .ok()
                .filter(|_| reference != "scratch")
                .map(|known| known.registry),
        }
    }
}

/// The layers of a file in its order, without the starter block, which is never built.
pub(super) fn layers(text: &str) -> Vec<Layer> {
    let built = image::without_starter(text);
    let file = Dockerfile::parse(&built);
    let covered = Dockerfile::parse(&image::masked(&built));
    let stages = Stages::of(&file);
    let lines = LineIndex::new(&built);
    let is_same_shape = covered.instructions.len() == file.instructions.len();
    let instructions = file.instructions.iter().zip(&covered.instructions);
    let shown = instructions.enumerate().map(|(index, (plain, covered))| {
        // Where covering a credential changed the shape of the file, only the keyword is sure.
        let text = if is_same_shape {
            covered.text.as_str()
        } else {
            plain.text.slice(&plain.command.name)
        };
        Layer {
            line: lines.position(&built, plain.span.start).line,
            text: sanitize_line(&one_spaced(text)).into_owned(),
            part: part(&stages, index),
        }
    });
    shown.collect()
}

/// What the last stage begins with; `None` when that cannot be told.
pub(super) fn base(text: &str) -> Option<BaseImage> {
    let file = Dockerfile::parse(&image::without_starter(text));
    let stages = Stages::of(&file);
    match &stages.root()?.base {
        Base::Image(reference) => Some(BaseImage::of(reference)),
        Base::Scratch => Some(BaseImage::of("scratch")),
        Base::Stage(_) | Base::Unset | Base::Malformed => None,
    }
}

fn part(stages: &Stages, index: usize) -> Part {
    let behind = stages.all.partition_point(|stage| stage.from <= index);
    let Some(number) = behind.checked_sub(1) else {
        return Part::Head;
    };
    if stages.chain.contains(&number) {
        return Part::Image;
    }
    let name = stages.all.get(number).and_then(|stage| stage.name.as_ref());
    Part::Builder(name.map_or_else(|| number.to_string(), |name| shown(name)))
}

/// A text with one space where there were more blanks, as between lines that were joined.
pub(super) fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A short text without credentials that is safe to show.
fn shown(text: &str) -> String {
    sanitize_line(&image::masked(text)).into_owned()
}
