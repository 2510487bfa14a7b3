//! Recorded cases: Dockerfiles with what is wrong in them, and identities of real snapshots.
//!
//! Runs only when `KORTIX_TUI_SHARED` names the folder with the recordings.

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use kortix_tui::image::{
    Scope,
    identity::{Hardware, Identity, Inputs, Source, content_hash, without_starter},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn rows(file: &str) -> Vec<Value> {
    let Some(shared) = env::var_os("KORTIX_TUI_SHARED") else {
        skipped();
        return Vec::new();
    };
    let text = fs::read_to_string(PathBuf::from(shared).join("manifest").join(file)).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str(line).unwrap());
    rows.collect()
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped() {
    eprintln!("skipped: KORTIX_TUI_SHARED does not name the recordings");
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn every_recorded_dockerfile_is_told_what_is_wrong_in_it() {
    let mut wrong = Vec::new();
    for row in rows("dockerfiles-dev.jsonl") {
        let mut expected: Vec<String> = row["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| format!("{} {}", finding["line"], text(finding, "rule")))
            .collect();
        let mut told = super::told(text(&row, "dockerfile"), Scope::Rules);
        expected.sort();
        told.sort();
        if told != expected {
            wrong.push(format!("{}: {told:?}, not {expected:?}", text(&row, "id")));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn severities_are_those_of_the_recordings() {
    for row in rows("dockerfiles-dev.jsonl") {
        for expected in row["findings"].as_array().unwrap() {
            let code = format!("dockerfile/{}", text(expected, "rule"));
            let found = super::finding(text(&row, "dockerfile"), &code);
            let severity = text(expected, "severity").replace("info", "hint");
            assert_eq!(found.severity.name(), severity, "{code}");
        }
    }
}

fn hardware(spec: &Value, names: [&str; 3]) -> Hardware {
    let [cpu, memory, disk] = names.map(|name| spec[name].as_f64());
    Hardware { cpu, memory, disk }
}

#[test]
fn every_recorded_hash_comes_out_of_its_inputs() {
    for row in rows("hashes-dev.jsonl") {
        let inputs = &row["inputs"];
        match text(&row, "kind") {
            "snapshot" => {
                let hash = content_hash(&Inputs {
                    dockerfile: text(inputs, "dockerfile"),
                    tree: text(inputs, "contextTreeOid"),
                    hardware: hardware(&inputs["spec"], ["cpu", "memory", "disk"]),
                    runtime: text(&row, "runtime_fingerprint"),
                });
                assert_eq!(hash, text(&row, "hash"), "{}", row["note"]);
            }
            "normalize" => {
                let output = without_starter(text(inputs, "dockerfile"));
                assert_eq!(output, text(&row, "output"), "{}", row["note"]);
            }
            "identity" => assert_identity(&row),
            "fingerprint" => assert_eq!(fingerprint(inputs), text(&row, "hash"), "{}", row["note"]),
            // Sections of the manifest have hashes of their own, which no snapshot depends on.
            "connector" | "app" | "agent" => {}
            kind => panic!("a kind of hash that nobody looks at: {kind}"),
        }
    }
}

/// The fingerprint over a server's files. The program never has them, so this is only here: it
/// shows that the rule as it is told is the whole rule. Names are plain, so that their order is
/// that of their letters.
fn fingerprint(inputs: &Value) -> String {
    let version = text(inputs, "sandboxVersion");
    let opencode = text(inputs, "opencodeVersion");
    let mut fed = format!("sandbox_version\0{version}\0opencode_version\0{opencode}\0");
    let mut artifacts: Vec<(&str, &str)> = inputs["artifacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|artifact| (text(artifact, "label"), text(artifact, "path")))
        .collect();
    artifacts.sort_unstable();
    for (label, path) in artifacts {
        feed(inputs, label, path, &mut fed);
    }
    let hash: String = Sha256::digest(fed)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("kortix-runtime:{version}:artifacts:{hash}")
}

/// Adds a file, a link, or a folder with all that is in it but what is left out everywhere.
fn feed(inputs: &Value, name: &str, path: &str, fed: &mut String) {
    if let Some(content) = inputs["files"][path].as_str() {
        fed.push_str(&format!("file\0{name}\0{}\0{content}\0", content.len()));
        return;
    }
    if let Some(target) = inputs["links"][path].as_str() {
        fed.push_str(&format!("symlink\0{name}\0{target}\0"));
        return;
    }
    fed.push_str(&format!("dir\0{name}\0"));
    let below = format!("{path}/");
    let paths = ["files", "links"].map(|kind| inputs[kind].as_object().unwrap().keys());
    let paths = paths.into_iter().flatten();
    let children: BTreeSet<&str> = paths
        .filter_map(|path| path.strip_prefix(&below)?.split('/').next())
        .filter(|child| !["node_modules", ".bin", "dist", ".turbo", ".cache"].contains(child))
        .collect();
    for child in children {
        feed(
            inputs,
            &format!("{name}/{child}"),
            &format!("{below}{child}"),
            fed,
        );
    }
}

fn assert_identity(row: &Value) {
    let inputs = &row["inputs"];
    let template = &inputs["template"];
    let path = template["dockerfilePath"].as_str();
    let file = path.and_then(|path| inputs["files"][path].as_str());
    let source = if template["isShared"].as_bool().unwrap() {
        Some(Source::Platform)
    } else if path.is_some() && file.is_none() {
        None
    } else {
        Source::choose(file, template["image"].as_str())
    };
    let source = source.filter(|source| !source.is_blank());
    let Some(source) = source else {
        assert!(row["error"].is_string(), "{}", row["note"]);
        return;
    };
    let identity = |runtime: &str| {
        let hardware = hardware(template, ["cpu", "memoryGb", "diskGb"]);
        Identity::of(source, text(template, "slug"), hardware, runtime)
    };
    let real = identity(text(inputs, "runtimeFingerprint"));
    assert_eq!(real.content_hash, text(row, "hash"), "{}", row["note"]);
    assert_eq!(real.snapshot_name, text(row, "snapshot_name"));
    assert_eq!(source.dockerfile(), text(row, "user_dockerfile"));
    let swap = identity(text(inputs, "nonAgentRuntimeFingerprint"));
    assert_eq!(swap.short(), text(row, "swap_key"));
}
