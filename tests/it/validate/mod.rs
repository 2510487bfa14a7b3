//! `validate`: files in, findings and exit codes out.

mod fixing;
mod hostile;
mod many;
mod rendered;
mod sarif;
#[cfg(target_os = "linux")]
mod watched;

use std::{fs, io::Result, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    cli::{run, text},
    home::Home,
};

/// A folder with a manifest and the Dockerfile that it names.
fn project(home: &Home, manifest: &str, dockerfile: &str) -> Result<()> {
    let folder = home.path().join("shop");
    fs::create_dir_all(folder.join(".kortix"))?;
    fs::write(folder.join("kortix.toml"), manifest)?;
    fs::write(folder.join(".kortix/Dockerfile"), dockerfile)
}

const GOOD: &str = "kortix_version = 1

[project]
name = \"shop\"

[[sandbox.templates]]
slug = \"web\"
dockerfile = \".kortix/Dockerfile\"
cpu = 2
memory = 4
disk = 20
";

/// The same project's manifest.
fn manifest(home: &Home) -> PathBuf {
    home.path().join("shop/kortix.toml")
}

fn validate(home: &Home, arguments: &[&str]) -> Result<(Option<i32>, String)> {
    let output = run(home, &[&["validate"], arguments].concat(), &[], "")?;
    Ok((output.status.code(), text(&output.stdout)))
}

#[test]
fn a_good_manifest_and_its_dockerfile_have_nothing_to_say() -> Result<()> {
    let home = Home::new()?;
    project(&home, GOOD, "FROM ubuntu:24.04\nRUN echo hi\n")?;
    let (code, text) = validate(&home, &["shop"])?;
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(text.lines().last(), Some("2 files: nothing to say"));
    assert!(!text.contains("-->"), "{text}");
    Ok(())
}

#[test]
fn a_finding_shows_its_place_its_line_and_what_to_do() -> Result<()> {
    let home = Home::new()?;
    project(
        &home,
        &GOOD.replace("slug = \"web\"", "slug = \"Web Site\""),
        "FROM alpine:3.20\n",
    )?;
    let (code, text) = validate(&home, &["shop"])?;
    assert_eq!(code, Some(1));
    let first = "error[manifest/slug-invalid]: `Web Site` is not a valid slug
 --> shop/kortix.toml:7:8 (sandbox.templates[0].slug)
  |
7 | slug = \"Web Site\"
  |        ^^^^^^^^^^
  |
  = help: use lower-case letters, digits, `-` and `_`, at most 128, beginning with a letter or digit
  = fix: write `web-site` (a guess)

";
    assert!(text.starts_with(first), "{text}");
    assert!(text.contains("error[dockerfile/base-not-debian]"), "{text}");
    assert_eq!(text.lines().last(), Some("2 files: 2 errors"));
    Ok(())
}

#[test]
fn what_a_manifest_comes_to_is_said_before_the_last_line() -> Result<()> {
    let home = Home::new()?;
    project(
        &home,
        &GOOD.replace("cpu = 2", "cpu = 64"),
        "FROM ubuntu:24.04\n",
    )?;
    let (_, text) = validate(&home, &["shop"])?;
    let lines: Vec<&str> = text.lines().rev().take(4).collect();
    assert_eq!(lines[0], "2 files: 1 warning");
    assert!(lines[2].contains("cpu 64 → 32"), "{text}");
    assert_eq!(lines[3], "shop/kortix.toml:");
    Ok(())
}

#[test]
fn json_has_exactly_the_promised_shape() -> Result<()> {
    let home = Home::new()?;
    let mistakes = GOOD
        .replace("cpu = 2", "cpu = 64")
        .replace("name = \"shop\"", "nmae = \"ä\" # é");
    project(&home, &mistakes, "FROM ubuntu:24.04\n")?;
    let (code, text) = validate(&home, &["shop", "--format", "json"])?;
    let whole: Value = serde_json::from_str(&text)?;
    let cpu = json!({
        "code": "manifest/size-ceiling",
        "family": "manifest",
        "severity": "warning",
        "path": "sandbox.templates[0].cpu",
        "message": "`cpu` is 64; the sandbox gets 32",
        "help": "32 is the ceiling",
        "line": 9,
        "column": 7,
        "end_line": 9,
        "end_column": 9,
        "fix": {
            "title": "write 32",
            "safe": false,
            "edits": [{"line": 9, "column": 7, "end_line": 9, "end_column": 9, "text": "32"}],
        },
    });
    let issues = &whole["files"][0]["issues"];
    assert_eq!(issues.as_array().and_then(|all| all.last()), Some(&cpu));
    assert_eq!(whole["valid"], true);
    assert_eq!(whole["files"][1]["path"], "shop/.kortix/Dockerfile");
    assert_eq!(whole["files"][1]["valid"], true);
    assert_eq!(code, Some(0));
    let (strict, _) = validate(&home, &["shop", "--strict"])?;
    assert_eq!(strict, Some(1));
    Ok(())
}

#[test]
fn a_bad_dockerfile_fails_the_run_and_leaves_the_verdict_on_the_manifest() -> Result<()> {
    let home = Home::new()?;
    project(&home, GOOD, "FROM alpine:3.20\n")?;
    let (code, text) = validate(&home, &["shop", "--format", "json"])?;
    let whole: Value = serde_json::from_str(&text)?;
    let valid = [
        &whole["valid"],
        &whole["files"][0]["valid"],
        &whole["files"][1]["valid"],
    ];
    assert_eq!(valid, [true, true, false]);
    assert_eq!(code, Some(1));
    Ok(())
}

#[test]
fn a_path_that_cannot_be_read_is_a_wrong_use() -> Result<()> {
    let home = Home::new()?;
    let (code, printed) = validate(&home, &["nowhere.toml", "--format", "json"])?;
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    Ok(())
}

#[test]
fn a_folder_without_a_manifest_says_what_it_has_instead() -> Result<()> {
    let home = Home::new()?;
    let said = |files: &[&str], path: &str| -> Result<(Option<i32>, String)> {
        let folder = tempfile::tempdir_in(home.path())?;
        for file in files {
            fs::create_dir_all(folder.path().join(file).parent().unwrap_or(folder.path()))?;
            fs::write(folder.path().join(file), "")?;
        }
        let path = folder.path().join(path);
        let output = run(&home, &["validate", &path.to_string_lossy()], &[], "")?;
        Ok((output.status.code(), text(&output.stderr)))
    };
    for (files, path, expected) in [
        (&["a"][..], "", "cannot read"),
        (
            &[".kortix/Dockerfile"],
            "",
            "has `.kortix/` but no `kortix.toml`",
        ),
        (
            &["kortix.yaml"],
            "",
            "has a `kortix.yaml`, which is of version 2",
        ),
        (&["kortix.toml", "app/a"], "app", "there is one in"),
    ] {
        let (code, text) = said(files, path)?;
        assert_eq!(code, Some(2));
        assert!(text.contains(expected), "{text}");
    }
    Ok(())
}

#[test]
fn a_credential_in_a_dockerfile_is_not_printed_again() -> Result<()> {
    let home = Home::new()?;
    let token = format!("ghp_{}", "0".repeat(36));
    project(
        &home,
        GOOD,
        &format!("FROM ubuntu:24.04\nRUN git clone https://{token}@example.com/a\n"),
    )?;
    let (code, text) = validate(&home, &["shop"])?;
    assert_eq!(code, Some(1));
    assert!(text.contains("dockerfile/secret-value"), "{text}");
    assert!(!text.contains(&token), "{text}");
    Ok(())
}

#[test]
fn every_code_is_explained() -> Result<()> {
    let home = Home::new()?;
    let (code, text) = validate(&home, &["--codes"])?;
    assert_eq!(code, Some(0));
    assert!(text.lines().count() > 100, "{}", text.lines().count());
    assert!(text.lines().all(|line| line.split("  ").count() >= 2));
    Ok(())
}

#[test]
fn all_codes_are_a_list_in_json() -> Result<()> {
    let home = Home::new()?;
    let (_, lines) = validate(&home, &["--codes"])?;
    let (code, text) = validate(&home, &["--codes", "--format", "json"])?;
    let codes: Vec<Value> = serde_json::from_str(&text)?;
    assert_eq!((code, codes.len()), (Some(0), lines.lines().count()));
    for code in &codes {
        let has = |key: &str| code[key].is_string();
        assert!(
            ["code", "severity", "title", "explanation"]
                .into_iter()
                .all(has),
            "{code}"
        );
    }
    Ok(())
}

#[test]
fn what_cannot_go_together_is_a_wrong_use() -> Result<()> {
    let home = Home::new()?;
    for arguments in [
        &["--fix", "--watch"][..],
        &["--codes", "--fix"],
        &["--codes", "shop"],
        &["--watch", "-"],
        &["--format", "xml"],
        &["--no-such-option"],
    ] {
        let (code, _) = validate(&home, arguments)?;
        assert_eq!(code, Some(2), "{arguments:?}");
    }
    Ok(())
}
