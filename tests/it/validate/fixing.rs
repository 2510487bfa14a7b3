//! `--fix`: what is changed, what is not, and what is said of it.

use std::{
    fs,
    io::Result,
    os::unix::fs::{PermissionsExt, symlink},
};

use proptest::{
    prelude::{Just, ProptestConfig, Strategy, prop, prop_assert, prop_assert_eq, prop_oneof},
    proptest,
};
use serde_json::Value;

use crate::{
    cli::{run, text},
    home::Home,
};

use super::{GOOD, manifest, project, validate};

/// A manifest with two safe fixes among things that nobody touches: a comment, odd blanks, CRLF in
/// one line, no line end at the end.
const MISTAKEN: &str = "# mine\nkortix_version   =  1\r\n\n[[triggers]]\nslug = 'nightly' # why\ntype = 'CRON'\nprompt = 'x'\n  schedule\t= '0 0 3 * * *'\n[project]\nname = 'shop'";

fn mended() -> String {
    MISTAKEN
        .replace("'CRON'", "\"cron\"")
        .replace("schedule", "cron")
}

#[test]
fn only_what_is_mended_changes_and_what_was_done_is_said() -> Result<()> {
    let home = Home::new()?;
    project(&home, MISTAKEN, "")?;
    let (code, text) = validate(&home, &["shop", "--fix", "--no-local"])?;
    assert_eq!(
        fs::read_to_string(manifest(&home))?,
        MISTAKEN.replace("'CRON'", "\"cron\"")
    );
    insta::assert_snapshot!(text, @r#"
    shop/kortix.toml:6: fixed: write `cron`
      - type = 'CRON'
      + type = "cron"

    error[manifest/schedule-missing]: `triggers[0].cron` is missing
     --> shop/kortix.toml:4:13 (triggers[0].cron)
      |
    4 | [[triggers]]
      |             ^
      |
      = help: add `cron = "0 9 * * *"`, or `run_at = "2026-06-01T09:00:00Z"` to run once

    1 file: 1 error
    "#);
    assert_eq!(code, Some(1));
    let (code, text) = validate(&home, &["shop", "--fix"])?;
    assert_eq!(fs::read_to_string(manifest(&home))?, mended());
    insta::assert_snapshot!(text.lines().take(4).collect::<Vec<_>>().join("\n"), @r"
    shop/kortix.toml:8: fixed: rename it to `cron`
      -   schedule      = '0 0 3 * * *'
      +   cron  = '0 0 3 * * *'
    ");
    assert_eq!(code, Some(0));
    Ok(())
}

#[test]
fn a_second_run_has_nothing_left_to_mend_and_writes_nothing() -> Result<()> {
    let home = Home::new()?;
    project(&home, MISTAKEN, "")?;
    validate(&home, &["shop", "--fix"])?;
    let before = fs::metadata(manifest(&home))?.modified()?;
    let (code, text) = validate(&home, &["shop", "--fix"])?;
    assert_eq!(fs::metadata(manifest(&home))?.modified()?, before);
    assert!(!text.contains("fixed"), "{text}");
    assert_eq!(code, Some(0));
    Ok(())
}

#[test]
fn a_guess_is_not_made() -> Result<()> {
    let home = Home::new()?;
    let guess = GOOD.replace("\"web\"", "\"Web Site\"");
    project(&home, &guess, "FROM ubuntu:24.04\n")?;
    let (code, text) = validate(&home, &["shop", "--fix"])?;
    assert_eq!(fs::read_to_string(manifest(&home))?, guess);
    assert!(text.contains("fix: write `web-site` (a guess)"), "{text}");
    assert_eq!(code, Some(1));
    Ok(())
}

#[test]
fn a_link_stays_a_link_and_the_file_keeps_its_mode() -> Result<()> {
    let home = Home::new()?;
    project(&home, MISTAKEN, "")?;
    let file = manifest(&home);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    let link = home.path().join("link.toml");
    symlink(&file, &link)?;
    validate(&home, &["link.toml", "--fix"])?;
    assert!(fs::symlink_metadata(&link)?.is_symlink());
    assert_eq!(fs::read_to_string(&file)?, mended());
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    let left = fs::read_dir(home.path().join("shop"))?.count();
    assert_eq!(left, 2, "only the manifest and `.kortix` are there");
    Ok(())
}

#[test]
fn a_manifest_on_standard_input_comes_out_mended_and_findings_go_elsewhere() -> Result<()> {
    let home = Home::new()?;
    let output = run(&home, &["validate", "--fix", "-"], &[], MISTAKEN)?;
    assert_eq!(text(&output.stdout), mended());
    let said = text(&output.stderr);
    assert!(
        said.starts_with("<stdin>:6: fixed: write `cron`\n"),
        "{said}"
    );
    assert!(said.contains("1 file: nothing to say"), "{said}");
    assert_eq!(output.status.code(), Some(0));
    let same = run(
        &home,
        &["validate", "--fix", "-", "--format", "json"],
        &[],
        &mended(),
    )?;
    assert_eq!(text(&same.stdout), mended());
    let whole: Value = serde_json::from_slice(&same.stderr)?;
    assert_eq!(whole["valid"], true);
    Ok(())
}

#[test]
fn other_formats_keep_standard_output_for_themselves() -> Result<()> {
    let home = Home::new()?;
    project(&home, MISTAKEN, "")?;
    let output = run(
        &home,
        &["validate", "--fix", "shop", "--format", "json"],
        &[],
        "",
    )?;
    let whole: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(whole["files"][0]["issues"], Value::Array(Vec::new()));
    assert!(text(&output.stderr).contains("shop/kortix.toml:6: fixed: write `cron`"));
    Ok(())
}

#[test]
fn a_file_that_is_not_utf8_stays_as_it_is() -> Result<()> {
    let home = Home::new()?;
    let bytes = [MISTAKEN.as_bytes(), b" # \xff\n"].concat();
    fs::write(home.path().join("a.toml"), &bytes)?;
    let output = run(&home, &["validate", "--fix", "a.toml"], &[], "")?;
    assert_eq!(fs::read(home.path().join("a.toml"))?, bytes);
    let said = text(&output.stderr);
    assert!(
        said.contains("`a.toml` stays as it is: it is not UTF-8"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(1));
    Ok(())
}

#[test]
fn a_byte_order_mark_goes_when_nothing_is_behind_it() -> Result<()> {
    let home = Home::new()?;
    fs::write(
        home.path().join("a.toml"),
        "\u{feff}kortix_version = 1\r\n[project]\r\nname = 'a'",
    )?;
    let (code, _) = validate(&home, &["a.toml", "--fix"])?;
    let left = fs::read_to_string(home.path().join("a.toml"))?;
    assert_eq!(
        (code, left.as_str()),
        (Some(0), "kortix_version = 1\r\n[project]\r\nname = 'a'")
    );
    Ok(())
}

#[test]
fn a_fix_that_would_bring_out_more_errors_in_another_file_is_not_made() -> Result<()> {
    let home = Home::new()?;
    // Only without the mark is it known which Dockerfile there is.
    let marked = format!("\u{feff}{GOOD}");
    project(&home, &marked, "FROM alpine:3\nENTRYPOINT x\nUNKNOWN\n")?;
    let (code, text) = validate(&home, &["shop", "--fix"])?;
    assert_eq!(fs::read_to_string(manifest(&home))?, marked);
    assert_eq!(code, Some(1));
    assert!(!text.contains("fixed"), "{text}");
    project(&home, &marked, "FROM ubuntu:24.04\n")?;
    let (code, _) = validate(&home, &["shop", "--fix"])?;
    assert_eq!(fs::read_to_string(manifest(&home))?, GOOD);
    assert_eq!(code, Some(0));
    Ok(())
}

#[test]
fn a_dockerfile_that_a_mended_manifest_names_is_mended_too() -> Result<()> {
    let home = Home::new()?;
    let dockerfile = "FROM ubuntu:24.04\nRUN apt-get install -y x && apt-get clean\n";
    project(&home, &format!("\u{feff}{GOOD}"), dockerfile)?;
    validate(&home, &["shop", "--fix"])?;
    let written = fs::read_to_string(home.path().join("shop/.kortix/Dockerfile"))?;
    let lists = "apt-get clean && rm -rf /var/lib/apt/lists/*";
    assert_eq!(written, dockerfile.replace("apt-get clean", lists));
    Ok(())
}

/// Lines of manifests that have safe fixes, or that stand in their way.
const LINES: &[&str] = &[
    "[[triggers]]",
    "[[sandbox.templates]]",
    "[sandbox]",
    "[env]",
    "type = 'CRON'",
    "type = ' Webhook'",
    "schedule = '0 0 3 * * *'",
    "cron = '0 0 3 * * *'",
    "slug = 'a'",
    "prompt = 'x'",
    "secretEnv = 'A'",
    "runAt = '2030-01-01'",
    "requird = ['A']",
    "mem = 1",
    "image = 'ubuntu:24.04'",
    "dockerFile = 'Dockerfile'",
    "x = 1,",
    "y = [1",
    "]",
];

fn texts() -> impl Strategy<Value = String> {
    let line = prop::sample::select(LINES);
    let head = prop_oneof![Just(""), Just("kortix_version = 1\n"), Just("\u{feff}")];
    (head, prop::collection::vec(line, 0..10)).prop_map(|(head, lines)| {
        let lines: Vec<&str> = lines;
        format!("{head}{}\n", lines.join("\n"))
    })
}

fn errors(json: &[u8]) -> usize {
    String::from_utf8_lossy(json)
        .matches("\"severity\": \"error\"")
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_was_mended_has_no_more_errors_and_nothing_left_to_mend(text in texts()) {
        let home = Home::new().unwrap();
        let checked = |text: &str| run(&home, &["validate", "--format", "json", "-"], &[], text).unwrap();
        let mended = run(&home, &["validate", "--fix", "-"], &[], &text).unwrap();
        let mended = String::from_utf8(mended.stdout).unwrap();
        let (before, after) = (checked(&text), checked(&mended));
        prop_assert!(errors(&after.stdout) <= errors(&before.stdout), "{text:?} to {mended:?}");
        let again = run(&home, &["validate", "--fix", "-"], &[], &mended).unwrap();
        prop_assert_eq!(String::from_utf8(again.stdout).unwrap(), mended);
    }
}
