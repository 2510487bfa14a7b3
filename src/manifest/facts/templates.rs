//! Templates, and the sizes that their sandboxes get.

use std::collections::HashSet;
use std::ops::Range;

use super::{Placed, filled, tables};
use crate::manifest::js;
use crate::manifest::node::View;
use crate::manifest::rules::{has_parent, size};

/// The longest slug that the running control plane keeps, in characters.
pub const LONGEST_SLUG: usize = 64;

/// What a sandbox gets when nothing is asked for: cores, GiB of memory, GiB of disk.
pub const DEFAULTS: [u32; 3] = [2, 6, 20];

/// What a sandbox is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Its slug as it is written; `None` without one.
    pub slug: Option<Placed<String>>,
    /// Its name for people.
    pub name: Option<String>,
    /// Where its header is.
    pub span: Range<usize>,
    /// Its place in the array, from 0.
    pub index: usize,
    /// Where in the document, such as `sandbox.templates[0]`.
    pub path: String,
    /// What its image is made from.
    pub source: Source,
    /// Processor cores.
    pub cpu: Size,
    /// Memory in GiB.
    pub memory: Size,
    /// Disk in GiB.
    pub disk: Size,
    /// Why the running control plane drops it; `None` when it is kept.
    pub dropped: Option<Why>,
}

/// What an image is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A Dockerfile in the repository; wins over an image.
    Dockerfile(Placed<String>),
    /// An image from a registry.
    Image(Placed<String>),
    /// Nothing; building fails.
    Missing,
}

/// Why a template is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its slug is missing, malformed, or longer than 64 characters.
    Slug,
    /// Its slug is the platform's own.
    Reserved,
    /// An earlier template has the same slug.
    Duplicate,
}

/// A size: what is asked for, and what the sandbox gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Size {
    /// The number in the file; `None` when there is none.
    pub asked: Option<Placed<f64>>,
    /// What the sandbox gets, unless the account has a lower ceiling.
    pub effective: u32,
    /// Why it gets that.
    pub reason: SizeReason,
}

/// Why a sandbox gets a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeReason {
    /// Nothing is asked for.
    Default,
    /// What is asked for cannot be used, so that it gets the default.
    Unusable,
    /// It is what is asked for.
    Asked,
    /// What is asked for was rounded.
    Rounded,
    /// What is asked for is beyond the ceiling.
    Clamped,
}

impl Source {
    /// The Dockerfile's path; `None` for every other source.
    pub fn dockerfile(&self) -> Option<&Placed<String>> {
        match self {
            Self::Dockerfile(path) => Some(path),
            Self::Image(_) | Self::Missing => None,
        }
    }
}

/// All templates, and the slug of the default if it names one that is kept.
pub fn read(root: View<'_>) -> (Vec<Template>, Option<Placed<String>>) {
    let sandbox = root.field("sandbox").map(|field| field.value);
    let own = sandbox.filter(|sandbox| {
        let templates = sandbox.field("templates");
        templates.is_some_and(|field| field.value.elements().is_some())
    });
    let (tables, section): (Vec<_>, _) = match own {
        Some(sandbox) => (tables(sandbox, "templates").collect(), "sandbox.templates"),
        // The older name is still read where the new one is absent.
        None => (tables(root, "sandboxes").collect(), "sandboxes"),
    };
    let mut seen = HashSet::new();
    let tables = tables.into_iter();
    let templates: Vec<_> = tables
        .map(|(at, table)| template(at, section, table, &mut seen))
        .collect();
    let default = sandbox.and_then(|sandbox| filled(sandbox, "default"));
    let default = default.filter(|default| seen.contains(&default.value));
    (templates, default)
}

fn template(index: usize, section: &str, table: View<'_>, seen: &mut HashSet<String>) -> Template {
    let slug = filled(table, "slug");
    let dropped = match slug.as_ref().map(|slug| slug.value.as_str()) {
        Some("default") => Some(Why::Reserved),
        Some(slug) if js::is_slug(slug) && slug.len() <= LONGEST_SLUG => {
            (!seen.insert(slug.to_owned())).then_some(Why::Duplicate)
        }
        Some(_) | None => Some(Why::Slug),
    };
    Template {
        slug,
        name: filled(table, "name").map(|name| name.value),
        span: table.span(),
        index,
        path: format!("{section}[{index}]"),
        source: source(table),
        cpu: effective(table, 0, &["cpu", "cpus"]),
        memory: effective(table, 1, &["memory", "memory_gb", "mem"]),
        disk: effective(table, 2, &["disk", "disk_gb"]),
        dropped,
    }
}

fn source(table: View<'_>) -> Source {
    let is_inside =
        |path: &Placed<String>| !path.value.starts_with('/') && !has_parent(&path.value);
    let dockerfile = filled(table, "dockerfile").filter(is_inside);
    match (dockerfile, filled(table, "image")) {
        (Some(dockerfile), _) => Source::Dockerfile(dockerfile),
        (None, Some(image)) => Source::Image(image),
        (None, None) => Source::Missing,
    }
}

fn effective(table: View<'_>, which: usize, keys: &[&str]) -> Size {
    let default = DEFAULTS.get(which).copied().unwrap_or_default();
    let ceiling = size::SIZES
        .get(which)
        .map_or(u32::MAX, |(_, ceiling)| *ceiling);
    let Some(value) = keys
        .iter()
        .find_map(|key| table.field(key))
        .map(|field| field.value)
    else {
        return Size {
            asked: None,
            effective: default,
            reason: SizeReason::Default,
        };
    };
    let asked = size::asked(value);
    let (effective, reason) = match asked.filter(|number| number.is_finite()) {
        Some(number) if (number + 0.5).floor() >= 1.0 => rounded(number, ceiling),
        Some(_) | None => (default, SizeReason::Unusable),
    };
    Size {
        asked: asked.map(|number| Placed {
            value: number,
            span: value.span(),
        }),
        effective,
        reason,
    }
}

fn rounded(number: f64, ceiling: u32) -> (u32, SizeReason) {
    let whole = (number + 0.5).floor();
    if whole > f64::from(ceiling) {
        return (ceiling, SizeReason::Clamped);
    }
    let reason = if whole == number {
        SizeReason::Asked
    } else {
        SizeReason::Rounded
    };
    // In range: at least 1 and at most the ceiling.
    (whole as u32, reason)
}
