//! Files that try to write to the terminal through what is printed of them.

use std::{fs, io::Result};

use serde_json::Value;

use crate::{
    cli::{run, text},
    home::Home,
};

/// What must never come out as it is.
const RAW: [char; 5] = ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\u{2066}'];

/// A name that moves the cursor, turns text around and has more than one line.
const NAME: &str = "a\u{1b}]0;x\u{7}\u{202e}\u{9b}2J\nb.toml";

fn contents() -> String {
    let bad = "\u{1b}[2J\u{9b}1m\u{202e}\u{2066}";
    format!(
        "kortix_version = 1\n[project]\nname = 1\n\"{bad}\" = 1\n[env]\nrequired = ['{bad}']\nx = '{bad}\n"
    )
}

#[test]
fn no_format_prints_a_control_character_of_a_name_or_a_file() -> Result<()> {
    let home = Home::new()?;
    fs::write(home.path().join(NAME), contents())?;
    let dockerfile = format!("FROM \u{1b}[2J\u{202e}\nRUN \u{9b}x\n{}", contents());
    fs::write(home.path().join("Dockerfile\u{202e}\u{1b}"), dockerfile)?;
    for format in ["text", "json", "sarif", "github", "agent"] {
        let paths = [NAME, "Dockerfile\u{202e}\u{1b}", "gone\u{202e}\u{1b}"];
        let arguments = [&["validate", "--format", format], &paths[..]].concat();
        let output = run(&home, &arguments, &[], "")?;
        for printed in [text(&output.stdout), text(&output.stderr)] {
            assert!(!printed.contains(RAW), "{format}: {printed:?}");
        }
        assert_eq!(output.status.code(), Some(2));
    }
    Ok(())
}

#[test]
fn json_holds_the_name_as_it_is_in_escapes() -> Result<()> {
    let home = Home::new()?;
    fs::write(home.path().join(NAME), contents())?;
    let output = run(&home, &["validate", "--format", "json", NAME], &[], "")?;
    let whole: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(whole["files"][0]["path"], NAME);
    Ok(())
}

#[test]
fn every_annotation_and_every_line_for_an_agent_is_one_line() -> Result<()> {
    let home = Home::new()?;
    fs::write(home.path().join(NAME), contents())?;
    let print = |format| run(&home, &["validate", "--format", format, NAME], &[], "");
    let annotations = text(&print("github")?.stdout);
    assert!(
        annotations.lines().all(|line| line.starts_with("::")),
        "{annotations}"
    );
    let lines = text(&print("agent")?.stdout);
    let is_whole = |line: &str| line.starts_with("a␛") || line.starts_with("verdict: ");
    assert!(lines.lines().all(is_whole), "{lines}");
    Ok(())
}

#[test]
fn a_changed_line_that_is_shown_controls_nothing_and_tells_no_credential() -> Result<()> {
    let home = Home::new()?;
    let token = format!("ghp_{}", "0".repeat(36));
    let dockerfile = format!(
        "FROM ubuntu:24.04\nRUN apt-get install -y x \\\n && apt-get clean && echo \u{1b}[2J\u{202e}{token}\u{9b}\n"
    );
    fs::write(home.path().join("Dockerfile"), &dockerfile)?;
    let output = run(&home, &["validate", "--fix", "Dockerfile"], &[], "")?;
    let printed = text(&output.stdout);
    assert!(printed.contains("fixed: remove the lists too"), "{printed}");
    assert!(
        !printed.contains(RAW) && !printed.contains(&token),
        "{printed:?}"
    );
    let written = fs::read_to_string(home.path().join("Dockerfile"))?;
    let lists = "\u{9b} && rm -rf /var/lib/apt/lists/*";
    assert_eq!(written, dockerfile.replace('\u{9b}', lists));
    Ok(())
}
