//! The parts of `kortix.toml` that the control plane acts on: sandbox templates and names of secrets,
//! and its verdict on the file.
//!
//! Reading is lenient: what cannot be used is left out here. What is wrong in the file is decided by
//! [`crate::manifest`].

use serde::Serialize;
use serde_json::{Map, Value};
use toml::Table;

use crate::{
    diagnostic::LineIndex,
    manifest::{self, Options, SYNTAX, Source, check},
};

/// Only what the control plane itself would say.
const RULES: Options = Options {
    is_local_wanted: false,
};

/// What the control plane needs of a manifest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manifest {
    /// The text as it is in the repository; absent when there is no manifest.
    pub raw: Option<String>,
    /// Why it could not be read, in one line.
    pub error: Option<String>,
    /// The whole file.
    pub table: Table,
    /// The templates, in the file's order.
    pub templates: Vec<TemplateSpec>,
    /// The template that sessions use unless they name one.
    pub default_template: Option<String>,
    /// Names of secrets that sessions need.
    pub required: Vec<String>,
    /// Names of secrets that sessions can use.
    pub optional: Vec<String>,
}

/// What a template is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// The platform's own text.
    Platform,
    /// A Dockerfile in the repository, by its path.
    Dockerfile(String),
    /// An image reference.
    Image(String),
}

/// A template as the manifest declares it, with the platform's defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateSpec {
    /// Its short name.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is made from.
    pub base: Base,
    /// What runs first in it.
    pub entrypoint: Option<String>,
    /// Virtual processors.
    pub cpu: f64,
    /// Memory in GiB.
    pub memory: f64,
    /// Disk in GiB.
    pub disk: f64,
}

impl TemplateSpec {
    /// The platform's default template.
    pub fn platform() -> Self {
        Self {
            slug: "default".to_owned(),
            name: "Default".to_owned(),
            base: Base::Platform,
            entrypoint: None,
            cpu: 2.0,
            memory: 6.0,
            disk: 20.0,
        }
    }

    /// A template as the control plane would read it; `None` when it drops it or cannot build it.
    fn read(template: manifest::Template) -> Option<Self> {
        if template.dropped.is_some() {
            return None;
        }
        let slug = template.slug?.value;
        let base = match template.source {
            Source::Dockerfile(path) => Base::Dockerfile(path.value),
            Source::Image(image) => Base::Image(image.value),
            Source::Missing => return None,
        };
        Some(Self {
            name: template.name.unwrap_or_else(|| slug.clone()),
            slug,
            base,
            entrypoint: None,
            cpu: template.cpu.effective.into(),
            memory: template.memory.effective.into(),
            disk: template.disk.effective.into(),
        })
    }
}

impl Manifest {
    /// Reads a manifest; a broken one has only its text and the error.
    pub fn read(raw: Option<String>) -> Self {
        let parsed = raw.as_deref().unwrap_or_default().parse::<Table>();
        let table = match parsed {
            Ok(table) => table,
            Err(error) => {
                return Self {
                    error: error.message().lines().next().map(str::to_owned),
                    raw,
                    ..Self::default()
                };
            }
        };
        let sandbox = table.get("sandbox").and_then(toml::Value::as_table);
        let asked = check(raw.as_deref().unwrap_or_default().as_bytes(), RULES).manifest;
        let templates = asked.into_iter().flat_map(|asked| asked.templates);
        let default_template = sandbox
            .and_then(|sandbox| sandbox.get("default")?.as_str())
            .map(|slug| slug.trim().to_owned())
            .filter(|slug| !slug.is_empty());
        Self {
            required: secret_names(&table, "required"),
            optional: secret_names(&table, "optional"),
            default_template,
            templates: templates.filter_map(TemplateSpec::read).collect(),
            table,
            raw,
            error: None,
        }
    }

    /// The template of a slug; the project's default, else the platform's, without one.
    pub fn template(&self, slug: Option<&str>) -> Option<TemplateSpec> {
        let slug = slug.or(self.default_template.as_deref());
        match slug {
            None | Some("default") => Some(TemplateSpec::platform()),
            Some(slug) => self
                .templates
                .iter()
                .find(|template| template.slug == slug)
                .cloned(),
        }
    }

    /// A text in a table of the manifest.
    pub fn text(&self, table: &str, key: &str) -> Option<&str> {
        self.table.get(table)?.get(key)?.as_str()
    }

    /// The whole file as JSON.
    pub fn json(&self) -> Value {
        table_json(&self.table)
    }
}

/// A finding of the control plane about a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// Where it is: a key of the file, or `<toml>` for the file itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// How bad it is; only an `error` keeps a change from being merged.
    pub severity: &'static str,
    /// The line from 1; only of broken syntax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column from 1; only of broken syntax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

/// What the control plane says about a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Whether it is free of errors.
    pub valid: bool,
    /// Errors and warnings.
    pub issues: Vec<Issue>,
}

/// Judges a manifest by the control plane's own rules and nothing else.
pub fn judge(text: &str) -> Verdict {
    let checked = check(text.as_bytes(), RULES);
    let lines = LineIndex::new(&checked.text);
    let issues = checked.findings.iter().map(|finding| {
        let is_syntax = finding.path == SYNTAX;
        let place = lines.position(&checked.text, finding.span.start);
        Issue {
            path: finding.path.clone(),
            message: finding.message.clone(),
            severity: finding.severity.name(),
            line: is_syntax.then_some(place.line),
            column: is_syntax.then_some(place.column),
        }
    });
    Verdict {
        valid: checked.is_valid,
        issues: issues.collect(),
    }
}

/// What keeps a change with this manifest from being merged; nothing when it may be. A file of
/// nothing but blanks is no manifest.
pub fn gate(text: &str) -> Vec<Issue> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let verdict = judge(text);
    if verdict.valid {
        return Vec::new();
    }
    verdict.issues
}

fn secret_names(table: &Table, key: &str) -> Vec<String> {
    let names = table
        .get("env")
        .and_then(|env| env.get(key)?.as_array())
        .into_iter()
        .flatten();
    names
        .filter_map(toml::Value::as_str)
        .map(|name| name.trim().to_ascii_uppercase())
        .filter(|name| !name.is_empty())
        .collect()
}

fn table_json(table: &Table) -> Value {
    let members = table
        .iter()
        .map(|(key, value)| (key.clone(), value_json(value)));
    Value::Object(members.collect::<Map<_, _>>())
}

fn value_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(flag) => (*flag).into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(items) => items.iter().map(value_json).collect(),
        toml::Value::Table(table) => table_json(table),
    }
}

#[cfg(test)]
mod tests {
    use super::{Base, Manifest};

    #[test]
    fn templates_come_from_both_spellings_and_the_default_is_found() {
        let manifest = Manifest::read(Some(
            "[env]\nrequired=[\"a_key\"]\n[sandbox]\ndefault=\"dev\"\n[[sandbox.templates]]\nslug=\"dev\"\ndockerfile=\".kortix/Dockerfile\"\nmemory=4\n[[sandbox.templates]]\nslug=\"Bad Slug\"\nimage=\"x\"\n"
                .to_owned(),
        ));
        let template = manifest
            .template(None)
            .map(|it| (it.slug, it.base, it.memory));
        let dockerfile = Base::Dockerfile(".kortix/Dockerfile".to_owned());
        assert_eq!(template, Some(("dev".to_owned(), dockerfile, 4.0)));
        assert_eq!(manifest.templates.len(), 1);
        assert_eq!(manifest.required, ["A_KEY"]);
        let legacy = Manifest::read(Some(
            "[[sandboxes]]\nslug=\"py\"\nimage=\"python:3\"\n".to_owned(),
        ));
        assert!(legacy.template(Some("py")).is_some());
        assert!(legacy.template(Some("nope")).is_none());
    }

    #[test]
    fn a_broken_manifest_keeps_its_text_and_says_why() {
        let manifest = Manifest::read(Some("[project\n".to_owned()));
        assert!(manifest.error.is_some() && manifest.raw.is_some());
        assert_eq!(
            manifest.template(None).map(|it| it.slug).as_deref(),
            Some("default")
        );
    }
}
