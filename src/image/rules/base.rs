//! What the image is built from: tag, family, and whether the reference can be read.

use std::ops::Range;

use crate::{
    diagnostic::Finding,
    image::{
        codes::{self, Code},
        distribution::Distribution,
        dockerfile::stages::Base,
        finding,
        reference::{Parts, Reference},
        rules::{Lint, credentials},
        shown,
    },
};

/// What to do about a base of another system.
const TAKE_DEBIAN: &str = "take an image of the Debian or Ubuntu family, such as `ubuntu:24.04` or \
                           a `-slim` or `-bookworm` tag of the same image";
/// What to do about a base of an unknown system.
const CHECK_DEBIAN: &str = "check that `apt-get` is in it";
/// What to do about a reference that moves.
const PIN: &str = "name a version as the tag, or a digest";

pub(super) fn check(lint: &mut Lint<'_>) {
    let root = lint.stages.root().map(|root| root.from);
    for stage in &lint.stages.all {
        let Some(from) = lint.file.instructions.get(stage.from) else {
            continue;
        };
        let place = from.place(&stage.base_word);
        let is_root = Some(stage.from) == root;
        match &stage.base {
            Base::Stage(_) | Base::Malformed => {}
            Base::Unset => {
                let word = clipped(from.text.slice(&stage.base_word));
                let message = format!("a variable in `{word}` has no value");
                let help = "give it one before `FROM`, such as `ARG VERSION=24.04`; the platform \
                            passes no build arguments";
                lint.add(&codes::FROM_ARG_UNSET, place, message, help);
            }
            Base::Scratch if is_root => {
                let message = "`scratch` has nothing in it, not even `apt-get`".to_owned();
                lint.add(&codes::BASE_NOT_DEBIAN, place, message, TAKE_DEBIAN);
            }
            Base::Scratch => {}
            Base::Image(image) => {
                note_tag(lint, image, &place);
                if is_root {
                    note_family(lint, image, &place);
                }
            }
        }
    }
}

fn note_tag(lint: &mut Lint<'_>, image: &str, place: &Range<usize>) {
    let codes = [&codes::FROM_UNTAGGED, &codes::FROM_LATEST];
    if let Some((code, message)) = tag(image, codes) {
        lint.add(code, place.clone(), message, PIN);
    }
}

fn note_family(lint: &mut Lint<'_>, image: &str, place: &Range<usize>) {
    let codes = [&codes::BASE_NOT_DEBIAN, &codes::BASE_UNKNOWN];
    if let Some((code, message, help)) = family(image, codes) {
        lint.add(code, place.clone(), message, help);
    }
}

/// What is wrong with the tag; the codes are for none and for `latest`.
fn tag<'a>(image: &str, [untagged, latest]: [&'a Code; 2]) -> Option<(&'a Code, String)> {
    let parts = Parts::of(image);
    match (parts.tag, parts.digest) {
        (_, Some(_)) => None,
        (None, None) => Some((
            untagged,
            format!("{} has neither tag nor digest", shown(image)),
        )),
        (Some("latest"), None) => Some((latest, format!("the tag of {} moves", shown(image)))),
        (Some(_), None) => None,
    }
}

/// What is wrong with the system; the codes are for another one and for an unknown one.
fn family<'a>(
    image: &str,
    [other, unknown]: [&'a Code; 2],
) -> Option<(&'a Code, String, &'static str)> {
    match Distribution::of(&Parts::of(image)) {
        Distribution::Debian => None,
        Distribution::Other => {
            let message = format!("{} is not of the Debian or Ubuntu family", shown(image));
            Some((other, message, TAKE_DEBIAN))
        }
        Distribution::Unknown => {
            let message = format!(
                "cannot tell whether {} is of the Debian or Ubuntu family",
                shown(image)
            );
            Some((unknown, message, CHECK_DEBIAN))
        }
    }
}

/// What is wrong with a reference outside of a Dockerfile.
pub(in crate::image) fn reference(image: &str, span: &Range<usize>) -> Vec<Finding> {
    let note = |code: &Code, message: String, help: &str| {
        let mut finding = finding(code, span.clone(), message);
        finding.help = Some(help.to_owned());
        finding
    };
    if let Err(why) = Reference::parse(image) {
        let message = format!("`{}` is no image reference: {why}", clipped(image));
        let help = "write `name:tag`, with the registry in front where it is not Docker Hub";
        return vec![note(&codes::IMAGE_INVALID, message, help)];
    }
    let tags = [&codes::IMAGE_UNTAGGED, &codes::IMAGE_LATEST];
    let families = [&codes::IMAGE_NOT_DEBIAN, &codes::IMAGE_BASE_UNKNOWN];
    let tag = tag(image, tags).map(|(code, message)| note(code, message, PIN));
    let family = family(image, families).map(|(code, message, help)| note(code, message, help));
    tag.into_iter().chain(family).collect()
}

/// The beginning of a text that may be long, without credentials.
pub(in crate::image) fn clipped(text: &str) -> String {
    const MOST: usize = 80;
    // Half a credential no longer has the shape of one, so it is covered first.
    let covered = credentials::cover(text);
    let mut letters = covered.chars();
    let mut start: String = letters.by_ref().take(MOST).collect();
    if letters.next().is_some() {
        start.push('…');
    }
    start
}
