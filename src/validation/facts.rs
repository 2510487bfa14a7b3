//! What is worth knowing of a manifest in which nothing is wrong: sizes and next runs.
//!
//! In: what a manifest asks for, and the time. Out: [`Facts`] as data, and as lines for people:
//!
//! ```text
//! template dev: .kortix/Dockerfile; cpu 64 → 32 (ceiling), memory 6 (default), disk 20
//! trigger nightly: next Mon 2026-11-23 02:00, Tue 2026-11-24 02:00, Wed 2026-11-25 02:00 Europe/Berlin
//! ```
//!
//! Not for: what is wrong, and for the clock, which the caller reads.

use jiff::{Timestamp, Zoned, tz::TimeZone};

use crate::{
    image::reference::Reference,
    manifest::{Cause, Manifest, Size, SizeReason, Source, Template, Trigger, Why},
    text,
};

/// How many runs of a trigger are listed.
pub const RUNS: usize = 3;

/// How many templates and how many triggers are looked at.
pub const MOST: usize = 50;

/// What a manifest comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The first templates, in the order of the file.
    pub templates: Vec<TemplateFact>,
    /// The first triggers that run by the clock, in the order of the file.
    pub triggers: Vec<TriggerFact>,
    /// How many templates and triggers are left out.
    pub left_out: usize,
}

/// What a template comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateFact {
    /// Its slug, or its place in the document where it has none.
    pub name: String,
    /// Whether sessions start from it unless they name another one.
    pub is_default: bool,
    /// The Dockerfile's path or the image; empty when it has neither.
    pub source: String,
    /// The image's registry; `None` for a Dockerfile, and for what is no image reference.
    pub registry: Option<String>,
    /// Why it is dropped; `None` when it is kept.
    pub dropped: Option<Why>,
    /// Cores, GiB of memory, GiB of disk.
    pub sizes: [SizeFact; 3],
}

/// What a sandbox gets of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct SizeFact {
    /// `cpu`, `memory` or `disk`.
    pub key: &'static str,
    /// What is asked for; `None` without a number.
    pub asked: Option<f64>,
    /// What the sandbox gets, unless the account has a lower ceiling.
    pub effective: u32,
    /// Why it gets that.
    pub reason: SizeReason,
}

/// When a trigger fires.
#[derive(Debug, Clone, PartialEq)]
pub struct TriggerFact {
    /// Its slug, or `triggers` where it has none.
    pub name: String,
    /// Whether it is switched on.
    pub is_enabled: bool,
    /// When it fires.
    pub times: Times,
}

/// When a trigger fires.
#[derive(Debug, Clone, PartialEq)]
pub enum Times {
    /// Again and again; the next few times on the clock of its zone, fewer where no more come.
    Next(Vec<Zoned>),
    /// Once; the time, and whether it is over.
    Once(Zoned, bool),
    /// Never, and why.
    Never(&'static str),
}

/// What a manifest comes to at a time.
pub fn of(manifest: &Manifest, now: Timestamp) -> Facts {
    let default = manifest.default_template.as_ref();
    let templates = manifest.templates.iter().map(|template| {
        let slug = template.slug.as_ref().map(|slug| slug.value.as_str());
        let is_default = template.dropped.is_none()
            && default.is_some_and(|default| Some(default.value.as_str()) == slug);
        TemplateFact::of(template, is_default)
    });
    let timed = manifest
        .triggers
        .iter()
        .filter(|trigger| matches!(trigger.cause, Some(Cause::Cron { .. } | Cause::Once { .. })));
    let left_out = |count: usize| count.saturating_sub(MOST);
    Facts {
        left_out: left_out(manifest.templates.len()) + left_out(timed.clone().count()),
        templates: templates.take(MOST).collect(),
        triggers: timed
            .take(MOST)
            .filter_map(|trigger| TriggerFact::of(trigger, now))
            .collect(),
    }
}

impl Facts {
    /// One line for each template and trigger, safe to be shown.
    pub fn lines(&self) -> Vec<String> {
        let templates = self.templates.iter().map(TemplateFact::line);
        let triggers = self.triggers.iter().map(TriggerFact::line);
        let mut lines: Vec<String> = templates.chain(triggers).collect();
        if self.left_out > 0 {
            lines.push(format!("and {} more", self.left_out));
        }
        lines
    }
}

impl TemplateFact {
    fn of(template: &Template, is_default: bool) -> Self {
        let (source, registry) = match &template.source {
            Source::Dockerfile(path) => (path.value.clone(), None),
            Source::Image(image) => {
                let known = Reference::parse(&image.value).ok();
                (image.value.clone(), known.map(|known| known.registry))
            }
            Source::Missing => (String::new(), None),
        };
        let slug = template.slug.as_ref().map(|slug| slug.value.clone());
        Self {
            name: slug.unwrap_or_else(|| template.path.clone()),
            is_default,
            source,
            registry,
            dropped: template.dropped,
            sizes: [
                SizeFact::of("cpu", &template.cpu),
                SizeFact::of("memory", &template.memory),
                SizeFact::of("disk", &template.disk),
            ],
        }
    }

    /// The fact as a line, safe to be shown.
    pub fn line(&self) -> String {
        let default = if self.is_default { " (default)" } else { "" };
        let name = shown(&self.name);
        let why = match self.dropped {
            None => None,
            Some(Why::Slug) => Some("its slug cannot be used"),
            Some(Why::Reserved) => Some("`default` is the platform's own"),
            Some(Why::Duplicate) => Some("an earlier one has the same slug"),
        };
        if let Some(why) = why {
            return format!("template {name}: dropped, {why}");
        }
        let source = match (&self.registry, self.source.as_str()) {
            (_, "") => "nothing to build from".to_owned(),
            (Some(registry), image) => format!("{} from {}", shown(image), shown(registry)),
            (None, source) => shown(source),
        };
        let sizes: Vec<String> = self.sizes.iter().map(SizeFact::line).collect();
        format!("template {name}{default}: {source}; {}", sizes.join(", "))
    }
}

impl SizeFact {
    fn of(key: &'static str, size: &Size) -> Self {
        Self {
            key,
            asked: size.asked.as_ref().map(|asked| asked.value),
            effective: size.effective,
            reason: size.reason,
        }
    }

    /// The fact as words: `cpu 64 → 32 (ceiling)`.
    pub fn line(&self) -> String {
        let (key, effective) = (self.key, self.effective);
        let asked = self
            .asked
            .map_or_else(String::new, |asked| format!(" {asked} →"));
        let why = match self.reason {
            SizeReason::Asked => return format!("{key} {effective}"),
            SizeReason::Default => return format!("{key} {effective} (default)"),
            SizeReason::Rounded => "rounded",
            SizeReason::Clamped => "ceiling",
            SizeReason::Unusable => "cannot be used, default",
        };
        format!("{key}{asked} {effective} ({why})")
    }
}

impl TriggerFact {
    /// `None` for a trigger that does not run by the clock.
    fn of(trigger: &Trigger, now: Timestamp) -> Option<Self> {
        let times = match trigger.cause.as_ref()? {
            Cause::Cron { schedule: None, .. } => Times::Never("the cron expression is malformed"),
            Cause::Cron { zone: None, .. } => Times::Never("there is no such time zone"),
            Cause::Cron {
                schedule: Some(schedule),
                zone: Some(zone),
                ..
            } => {
                let runs = schedule.next_runs(now, zone, RUNS);
                let runs = runs.into_iter().map(|time| time.to_zoned(zone.clone()));
                Times::Next(runs.collect())
            }
            Cause::Once { time: None, .. } => Times::Never("`run_at` is no date"),
            Cause::Once {
                time: Some(time), ..
            } => Times::Once(time.to_zoned(TimeZone::UTC), *time <= now),
            Cause::Webhook { .. } => return None,
        };
        let slug = trigger.slug.as_ref().map(|slug| slug.value.clone());
        Some(Self {
            name: slug.unwrap_or_else(|| "without a slug".to_owned()),
            is_enabled: trigger.is_enabled,
            times,
        })
    }

    /// The fact as a line, safe to be shown.
    pub fn line(&self) -> String {
        let off = if self.is_enabled {
            ""
        } else {
            " (switched off)"
        };
        let times = match &self.times {
            Times::Never(why) => format!("never fires, {why}"),
            Times::Once(time, is_over) => {
                let over = if *is_over { ", which is over" } else { "" };
                format!("once, {}{over}", listed(std::slice::from_ref(time)))
            }
            Times::Next(runs) if runs.is_empty() => "never fires, no such time comes".to_owned(),
            Times::Next(runs) => format!("next {}", listed(runs)),
        };
        format!("trigger {}{off}: {times}", shown(&self.name))
    }
}

/// The times with the name of their zone at the end.
fn listed(runs: &[Zoned]) -> String {
    let has_seconds = runs.iter().any(|run| run.second() != 0);
    let form = if has_seconds {
        "%a %Y-%m-%d %H:%M:%S"
    } else {
        "%a %Y-%m-%d %H:%M"
    };
    let words: Vec<String> = runs
        .iter()
        .map(|run| run.strftime(form).to_string())
        .collect();
    let zone = runs.first().map(zone_name).unwrap_or_default();
    format!("{} {zone}", words.join(", "))
}

fn zone_name(run: &Zoned) -> String {
    let name = run.time_zone().iana_name();
    name.map_or_else(|| run.offset().to_string(), str::to_owned)
}

fn shown(name: &str) -> String {
    text::truncate(&text::sanitize_line(name), 80).into_owned()
}
