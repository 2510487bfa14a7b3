//! The manifest screen in a real terminal: files that change, an editor, a fix.

use std::{fs, io::Result, os::unix::fs::PermissionsExt, path::Path};

use crate::{
    home::Home,
    journey,
    terminal::{Launch, Life},
};

const BROKEN: &str = "\u{feff}kortix_version = 1

[project]
name = \"Garden\"
descripton = \"Rakes\"
";

const COMMITTED: &str = "kortix_version = 1

[project]
name = \"Garden\"

[[sandbox.templates]]
slug = \"web\"
dockerfile = \".kortix/Dockerfile\"
";

/// An editor that notes how it was called and mends the word.
fn editor(folder: &Path) -> Result<String> {
    let path = folder.join("vi");
    fs::write(
        &path,
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$0.called\"\nsed -i 's/descripton/description/' \"$2\"\n",
    )?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path.display().to_string())
}

#[test]
fn a_manifest_is_fixed_edited_and_checked_again_in_place() -> Result<()> {
    let home = Home::new()?;
    let editor = editor(home.path())?;
    let folder = journey::repository(&home)?;
    let manifest = folder.join("kortix.toml");
    fs::write(&manifest, COMMITTED)?;
    fs::create_dir(folder.join(".kortix"))?;
    fs::write(folder.join(".kortix/Dockerfile"), "FROM alpine:3.20\n")?;
    journey::git(&home, &folder, &["add", "--all"])?;
    journey::git(&home, &folder, &["commit", "--quiet", "--message", "Ask"])?;
    fs::write(&manifest, BROKEN)?;
    let terminal = Launch::ours()
        .arg("local")
        .arg("--agent")
        .arg("practice")
        .env("EDITOR", &editor)
        .folder(&folder)
        .size(100, 30)
        .start(&home)?;
    terminal.wait_for_text("n starts the first one");
    terminal.keys("4")?;
    terminal.wait_for_text("byte order mark");

    terminal.keys("f")?;
    terminal.wait_for_text("Make this change?");
    terminal.keys("y")?;
    terminal.wait_for_text("done: delete the byte order mark");
    terminal.wait_for_text("valid");
    assert!(fs::read_to_string(&manifest)?.starts_with("kortix_version"));

    terminal.keys("/misspelled<enter>]e")?;
    terminal.wait_for_text("description = ");
    let called = fs::read_to_string(format!("{editor}.called"))?;
    assert_eq!(called, format!("+5\n{}\n", manifest.display()));

    terminal.keys("<esc>")?;
    fs::write(
        &manifest,
        "kortix_version = 1\n[project]\nnmae = \"Shed\"\n",
    )?;
    terminal.wait_for_text("nmae");

    // What is committed is another matter; a host lists its files and shows them one by one.
    terminal.keys("p<down><enter>")?;
    terminal.wait_for_text("read-only");
    terminal.wait_for_text("base-not-debian");
    terminal.keys("e")?;
    terminal.wait_for_text("read-only: main of garden shed on the host");
    terminal.keys("<esc>")?;
    terminal.wait_for("the choice to be gone", |screen| {
        !screen.contents().contains("Which manifest")
    });
    terminal.keys("qq")?;
    assert_eq!(terminal.wait_exit(), Life::Exited(0));
    Ok(())
}
