//! A collection of hostile strings against everything that lets text through.

use std::{env, fs, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kortix_tui::text::{Line, ansi, markdown, sanitize, sanitize_line};
use serde_json::Value;

type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Hostile {
    id: String,
    text: String,
    needles: Vec<Vec<u8>>,
}

fn collection() -> Result<Option<Vec<Hostile>>, Box<dyn std::error::Error>> {
    let Some(shared) = env::var_os("KORTIX_TUI_SHARED") else {
        skipped();
        return Ok(None);
    };
    let file = PathBuf::from(shared).join("bench/hostile.jsonl");
    let mut collection = Vec::new();
    for line in fs::read_to_string(file)?.lines() {
        let row: Value = serde_json::from_str(line)?;
        let decode = |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default());
        let needles = row["needles"].as_array().cloned().unwrap_or_default();
        collection.push(Hostile {
            id: row["id"].as_str().unwrap_or_default().to_owned(),
            text: String::from_utf8_lossy(&decode(&row["bytes"])?).into_owned(),
            needles: needles.iter().map(decode).collect::<Result<_, _>>()?,
        });
    }
    Ok(Some(collection))
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped() {
    eprintln!("skipped: KORTIX_TUI_SHARED is not set");
}

fn joined(lines: &[Line]) -> String {
    let rows: Vec<String> = lines.iter().map(Line::text).collect();
    rows.join("\n")
}

fn leaks(shown: &str, needle: &[u8]) -> bool {
    !needle.is_empty()
        && shown
            .as_bytes()
            .windows(needle.len())
            .any(|window| window == needle)
}

#[test]
fn no_hostile_string_gets_through_and_each_stays_recognizable() -> Outcome {
    let Some(collection) = collection()? else {
        return Ok(());
    };
    for hostile in &collection {
        let forms = [
            ("sanitize", sanitize(&hostile.text).into_owned()),
            ("sanitize_line", sanitize_line(&hostile.text).into_owned()),
            ("markdown", joined(&markdown(&hostile.text, 100))),
            ("ansi", joined(&ansi(&hostile.text))),
        ];
        for (form, shown) in &forms {
            let controls = |c: char| c.is_control() && c != '\n';
            assert!(!shown.contains(controls), "{} {form}", hostile.id);
            // A program may overwrite the row that it writes, and only its newest rows are kept.
            let is_gone = hostile.text.contains('\r') || shown.starts_with('…');
            let is_named = shown.contains(&hostile.id) || *form == "ansi" && is_gone;
            assert!(is_named, "{} {form} {shown:.200}", hostile.id);
            for needle in &hostile.needles {
                assert!(!leaks(shown, needle), "{} {form} {shown:.300?}", hostile.id);
            }
        }
    }
    Ok(())
}
