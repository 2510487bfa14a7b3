//! `validate`: files in, findings and exit codes out.

use std::{fs, io::Result};

use serde_json::Value;

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
    assert_eq!(
        text,
        "shop/kortix.toml: nothing to say\nshop/.kortix/Dockerfile: nothing to say\n"
    );
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
    assert!(
        text.contains("--> shop/kortix.toml:7:8 (sandbox.templates[0].slug)"),
        "{text}"
    );
    assert!(text.contains("7 | slug = \"Web Site\""), "{text}");
    assert!(text.contains("^^^^^^^^^^"), "{text}");
    assert!(text.contains("error[dockerfile/base-not-debian]"), "{text}");
    Ok(())
}

#[test]
fn json_says_the_same_with_the_verdict_of_the_control_plane() -> Result<()> {
    let home = Home::new()?;
    project(
        &home,
        &GOOD.replace("cpu = 2", "cpu = 64"),
        "FROM ubuntu:24.04\n",
    )?;
    let (code, text) = validate(&home, &["shop", "--format", "json"])?;
    let whole: Value = serde_json::from_str(&text)?;
    let issue = &whole["files"][0]["issues"][0];
    assert_eq!(
        (
            &whole["valid"],
            &issue["severity"],
            &issue["path"],
            &issue["line"]
        ),
        (
            &Value::Bool(true),
            &Value::from("warning"),
            &Value::from("sandbox.templates[0].cpu"),
            &Value::from(9)
        )
    );
    assert_eq!(code, Some(0));
    let (strict, _) = validate(&home, &["shop", "--strict"])?;
    assert_eq!(strict, Some(1));
    Ok(())
}

#[test]
fn a_path_that_cannot_be_read_is_a_wrong_use() -> Result<()> {
    let home = Home::new()?;
    let (code, _) = validate(&home, &["nowhere.toml"])?;
    assert_eq!(code, Some(2));
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
