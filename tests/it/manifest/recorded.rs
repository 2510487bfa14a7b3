//! The same verdict as the control plane on its recorded cases.
//!
//! Runs only where `KORTIX_TUI_SHARED` names a folder with the recordings, and says so otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use kortix_tui::diagnostic::{Family, Finding};
use kortix_tui::manifest::cron::Schedule;
use kortix_tui::manifest::{Checked, Options, Placed, SizeReason, Source, Template, check, zone};

type Outcome = Result<(), Box<dyn Error>>;

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped() {
    eprintln!("skipped: KORTIX_TUI_SHARED is not set");
}

/// The lines of a recording; none, with a message, where there is no recording.
pub fn recorded(file: &str) -> Result<Vec<Value>, Box<dyn Error>> {
    let Some(shared) = std::env::var_os("KORTIX_TUI_SHARED") else {
        skipped();
        return Ok(Vec::new());
    };
    let path = PathBuf::from(shared).join("manifest").join(file);
    let text = fs::read_to_string(path)?;
    let lines = text.lines().map(serde_json::from_str);
    Ok(lines.collect::<Result<_, _>>()?)
}

fn checked(case: &Value) -> Checked {
    let text = case["toml"].as_str().unwrap_or_default();
    check(text.as_bytes(), Options::default())
}

fn verdict(findings: &[Finding]) -> Vec<(String, String)> {
    let verdict = findings
        .iter()
        .filter(|finding| finding.family == Family::Manifest);
    let mut pairs: Vec<_> = verdict
        .map(|finding| (finding.path.clone(), finding.severity.name().to_owned()))
        .collect();
    pairs.sort();
    pairs
}

fn expected(issues: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let issues = issues.as_array().into_iter().flatten();
    let mut pairs: Vec<_> = issues
        .map(|issue| (word(&issue["path"]), word(&issue["severity"])))
        .collect();
    pairs.sort();
    pairs
}

/// Refused in words that the control plane lets it pass.
fn is_refused_in_words(checked: &Checked) -> bool {
    let words = "not valid TOML; the control plane of 2026 lets it pass";
    !checked.is_valid
        && checked
            .findings
            .iter()
            .any(|finding| finding.message.contains(words))
}

#[test]
fn every_recorded_manifest_gets_the_control_planes_verdict() -> Outcome {
    let dialect: BTreeSet<String> = recorded("tags-dev.jsonl")?
        .iter()
        .filter(|tags| tags["rust_toml_disagrees"] == "smol-accepts/rust-rejects")
        .filter_map(|tags| tags["id"].as_str().map(str::to_owned))
        .collect();
    let mut differing = Vec::new();
    for case in recorded("corpus-dev.jsonl")? {
        let checked = checked(&case);
        let (ours, theirs) = (verdict(&checked.findings), expected(&case["issues"]));
        let id = case["id"].as_str().unwrap_or_default();
        let is_same = ours == theirs && Some(checked.is_valid) == case["valid"].as_bool();
        let may_differ = dialect.contains(id) && is_refused_in_words(&checked);
        if !is_same && !may_differ {
            differing.push(format!("{id}: ours {ours:?}, theirs {theirs:?}"));
        }
    }
    assert_eq!(differing, Vec::<String>::new());
    Ok(())
}

#[test]
fn the_dialect_is_refused_where_the_control_plane_refuses_and_in_words_where_it_does_not() -> Outcome
{
    let mut differing = Vec::new();
    for case in recorded("dialect.jsonl")? {
        let checked = checked(&case);
        let (ours, theirs) = (
            verdict(&checked.findings),
            expected(&case["control_plane"]["issues"]),
        );
        let is_same = ours == theirs;
        let is_bug = case["rust_toml_1_2_1"] == "reject" && case["disagree"] == true;
        let may_differ = is_bug && is_refused_in_words(&checked);
        if !is_same && !may_differ {
            differing.push(format!("{}: ours {ours:?}, theirs {theirs:?}", case["id"]));
        }
    }
    assert_eq!(differing, Vec::<String>::new());
    Ok(())
}

#[test]
fn what_the_control_plane_never_ends_on_is_refused_in_words() -> Outcome {
    let mut differing = Vec::new();
    for case in recorded("hangs.jsonl")? {
        let checked = checked(&case);
        let says_endless = checked
            .findings
            .iter()
            .any(|finding| finding.code == "manifest/endless");
        let is_right = match case["smol_toml"]["1.7.0"].as_str() {
            Some("HANG") => says_endless && !checked.is_valid,
            Some("reject") => !says_endless && !checked.is_valid,
            _ => !says_endless && checked.is_valid,
        };
        if !is_right {
            differing.push(format!("{}: {:?}", case["id"], checked.findings));
        }
    }
    assert_eq!(differing, Vec::<String>::new());
    Ok(())
}

#[test]
fn cron_expressions_fire_when_the_control_plane_fires_them() -> Outcome {
    let mut differing = Vec::new();
    for case in recorded("cron-dev.jsonl")? {
        let from: Timestamp = case["from"].as_str().unwrap_or_default().parse()?;
        let zone = zone::read(case["timezone"].as_str().unwrap_or_default()).ok_or("no zone")?;
        let schedule = Schedule::parse(case["expr"].as_str().unwrap_or_default());
        let expected = case["next"].as_array().map(|next| {
            let times = next.iter().filter_map(Value::as_str);
            times
                .filter_map(|time| time.parse().ok())
                .collect::<Vec<Timestamp>>()
        });
        let ours = schedule
            .as_ref()
            .ok()
            .map(|schedule| schedule.next_runs(from, &zone.zone, 3));
        if ours != expected {
            differing.push(format!(
                "{} in {}: {ours:?} {schedule:?}",
                case["expr"], case["timezone"]
            ));
        }
    }
    assert_eq!(differing, Vec::<String>::new());
    Ok(())
}

#[test]
fn time_zones_are_known_where_every_engine_knows_them_and_shaky_where_some_do() -> Outcome {
    let mut differing = Vec::new();
    for case in recorded("timezones-dev.jsonl")? {
        let engines = ["valid_bun_1.2.23", "valid_bun_1.4.5", "valid_node_20"];
        let answers = engines.map(|engine| case[engine] == true);
        let known = zone::read(case["timezone"].as_str().unwrap_or_default());
        let is_right = match &known {
            Some(known) if known.is_shaky => answers.contains(&true) && answers.contains(&false),
            Some(_) => !answers.contains(&false),
            None => !answers.contains(&true),
        };
        if !is_right {
            differing.push(format!("{}: {known:?}", case["timezone"]));
        }
    }
    assert_eq!(differing, Vec::<String>::new());
    Ok(())
}

/// A template as the recording of the running control plane has it.
fn kept(template: &Template) -> Value {
    let mut spec = serde_json::Map::new();
    for (key, size) in [
        ("cpu", &template.cpu),
        ("memory", &template.memory),
        ("disk", &template.disk),
    ] {
        let is_set = !matches!(size.reason, SizeReason::Default | SizeReason::Unusable);
        if is_set {
            spec.insert(key.to_owned(), size.effective.into());
        }
    }
    let mut value = serde_json::Map::new();
    let slug = template.slug.as_ref().map(|slug| slug.value.clone());
    value.insert("slug".to_owned(), slug.into());
    match &template.source {
        Source::Dockerfile(path) => {
            value.insert("dockerfile".to_owned(), path.value.clone().into())
        }
        Source::Image(image) => value.insert("image".to_owned(), image.value.clone().into()),
        Source::Missing => None,
    };
    if let Some(name) = &template.name {
        value.insert("name".to_owned(), name.clone().into());
    }
    value.insert("spec".to_owned(), spec.into());
    value.into()
}

#[test]
fn templates_secrets_and_the_default_are_those_of_the_running_control_plane() -> Outcome {
    let running: BTreeMap<String, Value> = recorded("runtime-dev.jsonl")?
        .into_iter()
        .filter_map(|case| Some((case["id"].as_str()?.to_owned(), case)))
        .collect();
    let mut differing = Vec::new();
    for case in recorded("corpus-dev.jsonl")? {
        let id = case["id"].as_str().unwrap_or_default();
        let Some(manifest) = checked(&case).manifest else {
            continue;
        };
        let Some(theirs) = running
            .get(id)
            .filter(|theirs| theirs.get("manifest_error").is_none())
        else {
            continue;
        };
        let kept_templates = manifest
            .templates
            .iter()
            .filter(|template| template.dropped.is_none());
        let mut templates: Vec<Value> = kept_templates.map(kept).collect();
        let mut expected: Vec<Value> = theirs["templates"].as_array().cloned().unwrap_or_default();
        for list in [&mut templates, &mut expected] {
            list.sort_by_key(ToString::to_string);
        }
        let names = |list: &[Placed<String>]| -> Vec<Value> {
            list.iter().map(|name| name.value.clone().into()).collect()
        };
        let env = serde_json::json!({
            "required": names(&manifest.required),
            "optional": names(&manifest.optional),
        });
        // The recording has the word as it is written; it counts only if it names a template.
        let is_named = |slug: &&Value| expected.iter().any(|template| template["slug"] == **slug);
        let named = Some(&theirs["sandbox_default"]).filter(is_named).cloned();
        let default = manifest
            .default_template
            .map(|slug| Value::from(slug.value));
        if templates != expected || env != theirs["env"] || default != named {
            differing.push(format!(
                "{id}: ours {templates:?} {env} {default:?}, theirs {theirs}"
            ));
        }
    }
    assert_eq!(differing, Vec::<String>::new());
    Ok(())
}

/// The codes of findings that say that an entry is dropped.
const DROPPED: [&str; 10] = [
    "local/app-env",
    "local/app-source",
    "local/app-domain",
    "local/auth-name",
    "local/auth-refused",
    "local/connector-blank",
    "local/connector-slug",
    "local/spec-missing",
    "local/timezone-shaky",
    "local/timezone-unknown",
];

/// The sections whose entries may be dropped, with the recording's name for what is.
const SECTIONS: [(&str, &str); 4] = [
    ("triggers", "trigger_errors"),
    ("connectors", "connector_errors"),
    ("apps", "app_errors"),
    ("agents", "agent_errors"),
];

#[test]
fn what_the_running_control_plane_drops_without_a_verdict_is_told_and_nothing_else() -> Outcome {
    let running: BTreeMap<String, Value> = recorded("runtime-dev.jsonl")?
        .into_iter()
        .filter_map(|case| Some((case["id"].as_str()?.to_owned(), case)))
        .collect();
    let mut differing = Vec::new();
    for case in recorded("corpus-dev.jsonl")? {
        let id = case["id"].as_str().unwrap_or_default();
        let checked = checked(&case);
        let Some(theirs) = running
            .get(id)
            .filter(|theirs| theirs.get("manifest_error").is_none() && checked.manifest.is_some())
        else {
            continue;
        };
        for (section, errors) in SECTIONS {
            let of_section = |finding: &&Finding| finding.path.starts_with(section);
            let findings = || checked.findings.iter().filter(of_section);
            let has_verdict = findings().any(|finding| {
                finding.family == Family::Manifest && finding.severity.name() == "error"
            });
            let is_dropped = theirs[errors]
                .as_array()
                .is_some_and(|list| !list.is_empty());
            let told = findings().find(|finding| DROPPED.contains(&finding.code));
            // What only some engines drop may be told in vain.
            let is_shaky = told.is_some_and(|told| told.code == "local/timezone-shaky");
            if !has_verdict && is_dropped != told.is_some() && !is_shaky {
                differing.push(format!(
                    "{id}: {section} {told:?}, theirs {}",
                    theirs[errors]
                ));
            }
        }
    }
    assert_eq!(differing, Vec::<String>::new());
    Ok(())
}

/// A path with `[]` in place of numbers, as the list of rules has it.
fn shape(path: &str) -> String {
    let mut shape = String::new();
    let mut letters = path.chars().peekable();
    while let Some(letter) = letters.next() {
        shape.push(letter);
        if letter == '[' {
            while letters.next_if(char::is_ascii_digit).is_some() {}
        }
    }
    let is_env_key = shape.starts_with("env.")
        && !["env.required", "env.optional"].contains(&shape.trim_end_matches("[]"));
    if is_env_key {
        "env.<unknown>".to_owned()
    } else {
        shape
    }
}

#[test]
fn every_observed_rule_is_one_of_ours_and_every_one_of_ours_was_observed() -> Outcome {
    let rules = recorded("rules.jsonl")?;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let theirs: BTreeSet<(String, String)> = rules
        .iter()
        .map(|rule| (word(&rule["path"]), word(&rule["severity"])))
        .collect();
    let mut ours = BTreeSet::new();
    for case in recorded("corpus-dev.jsonl")? {
        let verdict = verdict(&checked(&case).findings);
        ours.extend(
            verdict
                .iter()
                .map(|(path, severity)| (shape(path), severity.clone())),
        );
    }
    assert_eq!(ours, theirs);
    Ok(())
}
