//! What a manifest asks for, as the running control plane would understand it.
//!
//! In: the document. Out: a [`Manifest`] for other checks and for the embedded control plane:
//! templates with the sizes that they get, triggers with their times, names of secrets.
//!
//! Not for: judging. A manifest with errors still yields what can be understood.

mod templates;

use std::ops::Range;

use super::cron::Schedule;
use super::js;
use super::moment;
use super::node::View;
use super::zone;

pub use templates::{DEFAULTS, LONGEST_SLUG, Size, SizeReason, Source, Template, Why};

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where in the text.
    pub span: Range<usize>,
}

/// What a manifest asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manifest {
    /// The project's name.
    pub name: Option<Placed<String>>,
    /// Secrets that a project cannot do without, in capitals.
    pub required: Vec<Placed<String>>,
    /// Secrets that a project may use, in capitals.
    pub optional: Vec<Placed<String>>,
    /// The folder of OpenCode's configuration, below the repository's root.
    pub config_dir: Option<Placed<String>>,
    /// All templates in the order of the file, also those that are dropped.
    pub templates: Vec<Template>,
    /// The slug of the template that sessions start from; `None` for the platform's own image.
    pub default_template: Option<Placed<String>>,
    /// All triggers in the order of the file.
    pub triggers: Vec<Trigger>,
    /// The names of the agents that are given rights.
    pub agents: Vec<Placed<String>>,
    /// Every place that names an agent of OpenCode, in the order of the sections.
    pub agent_uses: Vec<AgentUse>,
}

/// A place that names an agent of OpenCode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentUse {
    /// Where in the document, such as `triggers[0].agent`.
    pub path: String,
    /// The name.
    pub name: Placed<String>,
}

/// What starts sessions by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Its slug as it is written; `None` without one.
    pub slug: Option<Placed<String>>,
    /// Where its header is.
    pub span: Range<usize>,
    /// What makes it fire; `None` when that cannot be made out.
    pub cause: Option<Cause>,
    /// Whether it is switched on.
    pub is_enabled: bool,
}

/// What makes a trigger fire.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// The clock, again and again.
    Cron {
        /// The expression as it is written.
        text: Placed<String>,
        /// When it fires; `None` when it is malformed and never does.
        schedule: Option<Schedule>,
        /// On the clock of this zone; `None` when there is no such zone.
        zone: Option<jiff::tz::TimeZone>,
    },
    /// The clock, once.
    Once {
        /// The time; `None` when it is no date.
        time: Option<jiff::Timestamp>,
        /// Where it is written.
        span: Range<usize>,
    },
    /// A call from outside.
    Webhook {
        /// The secret that signs the call.
        secret: Option<Placed<String>>,
    },
}

/// Reads what a document asks for.
pub fn read(root: View<'_>) -> Manifest {
    let env = |key| names(root, key);
    let section = |name: &str, key: &str| filled(root.field(name)?.value, key);
    let (templates, default_template) = templates::read(root);
    Manifest {
        name: section("project", "name"),
        required: env("required"),
        optional: env("optional"),
        config_dir: section("opencode", "config_dir"),
        templates,
        default_template,
        triggers: tables(root, "triggers")
            .map(|(_, table)| trigger(table))
            .collect(),
        agents: tables(root, "agents")
            .filter_map(|(_, agent)| filled(agent, "name"))
            .collect(),
        agent_uses: agent_uses(root),
    }
}

/// The tables of a section that repeats, each with its place in the array, from 0.
pub fn tables<'a>(root: View<'a>, key: &str) -> impl Iterator<Item = (usize, View<'a>)> + use<'a> {
    let elements = root.field(key).and_then(|field| field.value.elements());
    let numbered = elements.into_iter().flatten().enumerate();
    numbered.filter(|(_, element)| element.is_table())
}

fn agent_uses(root: View<'_>) -> Vec<AgentUse> {
    let mut uses = Vec::new();
    for (section, keys) in [
        ("triggers", &["agent", "agent_name"][..]),
        ("agents", &["name"]),
        ("channels", &["agent"]),
    ] {
        for (at, table) in tables(root, section) {
            // An agent with a file of its own is wherever that says.
            if section == "agents" && filled(table, "file").is_some() {
                continue;
            }
            let found = keys
                .iter()
                .find_map(|key| Some((*key, filled(table, key)?)));
            uses.extend(found.map(|(key, name)| AgentUse {
                path: format!("{section}[{at}].{key}"),
                name,
            }));
        }
    }
    uses
}

/// A string that is not blank, trimmed.
pub fn filled(table: View<'_>, key: &str) -> Option<Placed<String>> {
    let value = table.field(key)?.value;
    Some(Placed {
        value: value.filled()?.to_owned(),
        span: value.span(),
    })
}

/// The valid names of a list of `[env]`, each once.
fn names(root: View<'_>, key: &str) -> Vec<Placed<String>> {
    let mut seen = std::collections::HashSet::new();
    let list = root.field("env").and_then(|env| env.value.field(key));
    let elements = list.and_then(|list| list.value.elements());
    let names = elements.into_iter().flatten().filter_map(|element| {
        let name = element.trimmed()?.to_uppercase();
        Some(Placed {
            value: name,
            span: element.span(),
        })
    });
    names
        .filter(|name| js::is_variable(&name.value) && seen.insert(name.value.clone()))
        .collect()
}

fn trigger(trigger: View<'_>) -> Trigger {
    let enabled = trigger.field("enabled").map(|field| field.value);
    Trigger {
        slug: filled(trigger, "slug"),
        span: trigger.span(),
        cause: cause(trigger),
        is_enabled: enabled.is_none_or(|value| value.boolean() != Some(false)),
    }
}

fn cause(trigger: View<'_>) -> Option<Cause> {
    match filled(trigger, "type")?.value.as_str() {
        "webhook" => Some(Cause::Webhook {
            secret: filled(trigger, "secret_env"),
        }),
        "cron" => clock(trigger),
        _ => None,
    }
}

fn clock(trigger: View<'_>) -> Option<Cause> {
    if let Some(run_at) = filled(trigger, "run_at") {
        let moment = moment::read(&run_at.value);
        return Some(Cause::Once {
            time: moment.and_then(|moment| jiff::Timestamp::from_millisecond(moment.millis).ok()),
            span: run_at.span,
        });
    }
    let text = filled(trigger, "cron")?;
    let name = filled(trigger, "timezone").map_or_else(String::new, |name| name.value);
    Some(Cause::Cron {
        schedule: Schedule::parse(&text.value).ok(),
        zone: zone::read(&name).map(|known| known.zone),
        text,
    })
}
