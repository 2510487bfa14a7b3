//! Reports in the Static Analysis Results Interchange Format, version 2.1.0, as one run.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::{Place, to_json};
use crate::diagnostic::{Edit, Finding, Fix, LineIndex, Report, Severity};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What is encoded in a path: all but what a URI may hold everywhere, and the slash.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// A kind of finding, as a list of codes explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The stable name.
    pub code: &'static str,
    /// How bad a finding with it is.
    #[serde(serialize_with = "named")]
    pub severity: Severity,
    /// What is wrong, in a few words; empty when only the explanation says it.
    pub title: &'static str,
    /// Why it matters and what to do.
    pub explanation: &'static str,
}

fn named<S: serde::Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.name())
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    semantic_version: &'a str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message<'static>,
    full_description: Message<'static>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: OwnMessage,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Change<'a>>,
    properties: Properties,
}

#[derive(Serialize)]
struct OwnMessage {
    text: String,
}

#[derive(Serialize)]
struct Properties {
    family: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize, Clone)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    fully_qualified_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    description: Message<'a>,
    artifact_changes: [Changed<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Changed<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Message<'a>,
}

/// All reports as one log with a line feed after it; `version` is the program's.
pub fn sarif(reports: &[Report], rules: &[Rule], version: &str) -> String {
    let indexes = rules.iter().enumerate();
    let indexes: HashMap<&str, usize> = indexes.map(|(at, rule)| (rule.code, at)).collect();
    let mut results = Vec::new();
    for report in reports {
        let source = Source {
            report,
            lines: LineIndex::new(&report.text),
            artifact: Artifact {
                uri: uri(&report.path),
            },
        };
        let findings = report.findings.iter();
        results.extend(findings.map(|finding| source.outcome(finding, &indexes)));
    }
    to_json(&Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "kortix-tui",
                    version,
                    semantic_version: version,
                    rules: rules.iter().map(Descriptor::of).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results,
        }],
    })
}

impl Descriptor {
    fn of(rule: &Rule) -> Self {
        let first = rule.explanation.split_inclusive(". ").next();
        let short = match rule.title {
            "" => first.unwrap_or_default().trim_end(),
            title => title,
        };
        Self {
            id: rule.code,
            short_description: Message { text: short },
            full_description: Message {
                text: rule.explanation,
            },
            default_configuration: Configuration {
                level: level(rule.severity),
            },
        }
    }
}

/// A file that results point into.
struct Source<'a> {
    report: &'a Report,
    lines: LineIndex,
    artifact: Artifact,
}

impl<'a> Source<'a> {
    fn outcome(&self, finding: &'a Finding, indexes: &HashMap<&str, usize>) -> Outcome<'a> {
        let text = match &finding.help {
            Some(help) => format!("{}\n{help}", finding.message),
            None => finding.message.clone(),
        };
        let logical = Some(finding.path.as_str()).filter(|path| !path.is_empty());
        Outcome {
            rule_id: finding.code,
            rule_index: indexes.get(finding.code).copied(),
            level: level(finding.severity),
            message: OwnMessage { text },
            locations: [Location {
                physical_location: Physical {
                    artifact_location: self.artifact.clone(),
                    region: self.region(&finding.span),
                },
                logical_locations: logical
                    .map(|path| Logical {
                        fully_qualified_name: path,
                    })
                    .into_iter()
                    .collect(),
            }],
            fixes: finding.fix.iter().map(|fix| self.change(fix)).collect(),
            properties: Properties {
                family: finding.family.name(),
            },
        }
    }

    fn change(&self, fix: &'a Fix) -> Change<'a> {
        let replacement = |edit: &'a Edit| Replacement {
            deleted_region: self.region(&edit.span),
            inserted_content: Message { text: &edit.text },
        };
        Change {
            description: Message { text: &fix.title },
            artifact_changes: [Changed {
                artifact_location: self.artifact.clone(),
                replacements: fix.edits.iter().map(replacement).collect(),
            }],
        }
    }

    fn region(&self, span: &std::ops::Range<usize>) -> Region {
        let place = Place::of(self.report, &self.lines, span);
        Region {
            start_line: place.start.line,
            start_column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

/// A path as a relative reference, or a whole one where it begins at the root.
fn uri(path: &str) -> String {
    let root = if path.starts_with('/') { "file://" } else { "" };
    format!("{root}{}", utf8_percent_encode(path, ENCODED))
}
