//! The SARIF log: which members its objects have and must have, and where its results point.

use std::{collections::HashSet, fs, io::Result};

use serde_json::{Map, Value};

use crate::home::Home;

use super::{GOOD, project, validate};

/// The objects that are used of the standard, with their members; those with `!` must be there.
///
/// A member's kind is the object's name, in brackets when it is a list of them, or a plain kind.
const OBJECTS: &[(&str, &[&str])] = &[
    ("log", &["$schema:text", "version!:2.1.0", "runs!:[run]"]),
    (
        "run",
        &[
            "tool!:tool",
            "columnKind:unicodeCodePoints",
            "results:[result]",
        ],
    ),
    ("tool", &["driver!:driver"]),
    (
        "driver",
        &[
            "name!:text",
            "version:text",
            "semanticVersion:text",
            "rules:[rule]",
        ],
    ),
    (
        "rule",
        &[
            "id!:text",
            "shortDescription!:message",
            "fullDescription!:message",
            "defaultConfiguration:configuration",
        ],
    ),
    ("configuration", &["level:level"]),
    ("message", &["text!:text"]),
    (
        "result",
        &[
            "ruleId!:text",
            "ruleIndex!:number",
            "level:level",
            "message!:message",
            "locations:[location]",
            "fixes:[fix]",
            "properties:any",
        ],
    ),
    (
        "location",
        &["physicalLocation:physical", "logicalLocations:[logical]"],
    ),
    ("physical", &["artifactLocation!:artifact", "region:region"]),
    ("artifact", &["uri!:uri"]),
    ("logical", &["fullyQualifiedName:text"]),
    (
        "region",
        &[
            "startLine!:place",
            "startColumn:place",
            "endLine:place",
            "endColumn:place",
        ],
    ),
    ("fix", &["description:message", "artifactChanges!:[change]"]),
    (
        "change",
        &["artifactLocation!:artifact", "replacements!:[replacement]"],
    ),
    (
        "replacement",
        &["deletedRegion!:region", "insertedContent:message"],
    ),
];

/// Everything in which a value is not of its kind.
fn faults(kind: &str, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(kind) = kind
        .strip_prefix('[')
        .and_then(|kind| kind.strip_suffix(']'))
    {
        let Some(values) = value.as_array() else {
            found.push(format!("{at}: no list"));
            return;
        };
        for (number, value) in values.iter().enumerate() {
            faults(kind, value, &format!("{at}[{number}]"), found);
        }
        return;
    }
    let fits = match kind {
        "any" => true,
        "text" => value.as_str().is_some_and(|text| !text.is_empty()) || value == "",
        "number" => value.is_u64(),
        "place" => value.as_u64().is_some_and(|number| number >= 1),
        "level" => ["error", "warning", "note"]
            .iter()
            .any(|level| value == level),
        "uri" => value.as_str().is_some_and(is_relative_reference),
        _ => match OBJECTS.iter().find(|(name, _)| *name == kind) {
            None => value == kind,
            Some((_, members)) => {
                let object = value.as_object();
                object.inspect(|object| in_object(members, object, at, found));
                object.is_some()
            }
        },
    };
    if !fits {
        found.push(format!("{at}: not {kind}: {value}"));
    }
}

fn in_object(members: &[&str], object: &Map<String, Value>, at: &str, found: &mut Vec<String>) {
    let mut known = HashSet::new();
    for member in members {
        let (name, kind) = member.split_once(':').unwrap();
        let needed = name.strip_suffix('!');
        let name = needed.unwrap_or(name);
        known.insert(name);
        match object.get(name) {
            Some(value) => faults(kind, value, &format!("{at}.{name}"), found),
            None if needed.is_some() => found.push(format!("{at}: no {name}")),
            None => {}
        }
    }
    for name in object.keys().filter(|name| !known.contains(name.as_str())) {
        found.push(format!("{at}: {name} is unknown"));
    }
}

/// Whether a text has only characters of URIs and no scheme.
fn is_relative_reference(text: &str) -> bool {
    let may_stand = |letter: char| letter.is_ascii_alphanumeric() || "-._~/%".contains(letter);
    !text.is_empty() && text.chars().all(may_stand)
}

#[test]
fn a_log_has_the_form_of_the_standard() -> Result<()> {
    let home = Home::new()?;
    let mistakes = GOOD
        .replace("slug = \"web\"", "slug = \"Web Site\"\ntyp = 1")
        .replace("cpu = 2", "cpu = 64");
    project(
        &home,
        &mistakes,
        "FROM alpine:3\nRUN apt-get clean\nCMD a\n",
    )?;
    let odd = "odd, :%ü\u{202e} .toml";
    fs::write(home.path().join(odd), "\u{feff}x = \"\u{1b}\"")?;
    let (code, text) = validate(&home, &["shop", odd, "--format", "sarif"])?;
    let log: Value = serde_json::from_str(&text)?;
    let mut found = Vec::new();
    faults("log", &log, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(code, Some(1));
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 4, "{results:#?}");
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_ne!(rule["shortDescription"]["text"], "");
    }
    let levels: HashSet<&str> = results
        .iter()
        .filter_map(|it| it["level"].as_str())
        .collect();
    assert_eq!(levels, HashSet::from(["error", "warning", "note"]));
    let first = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(first["artifactLocation"]["uri"], "shop/kortix.toml");
    let last = &results[results.len() - 1]["locations"][0]["physicalLocation"];
    assert_eq!(
        last["artifactLocation"]["uri"],
        "odd%2C%20%3A%25%C3%BC%E2%80%AE%20.toml"
    );
    Ok(())
}

#[test]
fn a_log_without_results_is_whole_too() -> Result<()> {
    let home = Home::new()?;
    project(&home, GOOD, "FROM ubuntu:24.04\n")?;
    let (code, text) = validate(&home, &["shop", "--format", "sarif"])?;
    let log: Value = serde_json::from_str(&text)?;
    let mut found = Vec::new();
    faults("log", &log, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(code, Some(0));
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    Ok(())
}
