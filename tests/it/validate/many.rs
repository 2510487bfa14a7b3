//! Many paths at once: the order, what is told once, and what cannot be read.

use std::{
    fs,
    io::{BufRead, BufReader, Result},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    cli::{run, text},
    home::Home,
};

use super::{GOOD, project, validate};

fn paths(json: &str) -> Result<Vec<String>> {
    let whole: Value = serde_json::from_str(json)?;
    let files = whole["files"].as_array().cloned().unwrap_or_default();
    let paths = files.iter().filter_map(|file| file["path"].as_str());
    Ok(paths.map(str::to_owned).collect())
}

#[test]
fn files_are_told_of_in_the_order_of_the_arguments() -> Result<()> {
    let home = Home::new()?;
    let names: Vec<String> = (0..200).rev().map(|at| format!("{at}.toml")).collect();
    for name in &names {
        fs::write(home.path().join(name), GOOD)?;
    }
    let mut arguments = vec!["--format", "json"];
    arguments.extend(names.iter().map(String::as_str));
    let (code, text) = validate(&home, &arguments)?;
    assert_eq!(code, Some(0));
    assert_eq!(paths(&text)?, names);
    Ok(())
}

#[test]
fn a_file_that_two_paths_lead_to_is_told_of_once() -> Result<()> {
    let home = Home::new()?;
    project(&home, GOOD, "FROM alpine:3.20\n")?;
    let given = ["shop", "shop/kortix.toml", "./shop/.kortix/Dockerfile"];
    let (_, text) = validate(&home, &[&given[..], &["--format", "json"]].concat())?;
    assert_eq!(
        paths(&text)?,
        ["shop/kortix.toml", "shop/.kortix/Dockerfile"]
    );
    Ok(())
}

#[test]
fn a_path_that_cannot_be_read_does_not_hide_the_others() -> Result<()> {
    let home = Home::new()?;
    project(&home, GOOD, "FROM alpine:3.20\n")?;
    let arguments = [
        "validate",
        "nowhere",
        "shop",
        "gone.toml",
        "--format",
        "json",
    ];
    let output = run(&home, &arguments, &[], "")?;
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(paths(&text(&output.stdout))?.len(), 2);
    let said = text(&output.stderr);
    assert!(
        said.contains("`nowhere`") && said.contains("`gone.toml`"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() -> Result<()> {
    let home = Home::new()?;
    // More than a pipe holds.
    fs::write(
        home.path().join("a.toml"),
        "x = [\n".repeat(20_000) + "y = 'z\n",
    )?;
    let mut child = Command::new(env!("CARGO_BIN_EXE_kortix-tui"))
        .args(["validate", "--format", "json", "a.toml", "Dockerfile"])
        .env_clear()
        .envs(home.environment())
        .current_dir(home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::with_capacity(16, stdout).read_line(&mut line)?;
    }
    let output = child.wait_with_output()?;
    assert_eq!(line, "{\n");
    let said = text(&output.stderr);
    assert!(!said.contains("ipe") && !said.contains("panic"), "{said}");
    Ok(())
}
