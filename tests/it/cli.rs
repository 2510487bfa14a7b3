//! The commands that print and leave: their words and exit codes.

use std::{
    fs,
    io::{self, Write},
    process::{Command, Output, Stdio},
};

use crate::home::Home;

/// Runs the program without a terminal.
pub fn run(
    home: &Home,
    arguments: &[&str],
    environment: &[(&str, &str)],
    input: &str,
) -> io::Result<Output> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kortix-tui"))
        .args(arguments)
        .env_clear()
        .envs(home.environment())
        .envs(environment.iter().copied())
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read may have left already.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output()
}

/// What a program printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn without_a_sign_in_the_way_to_local_sessions_is_shown() -> io::Result<()> {
    let home = Home::new()?;
    let output = run(&home, &[], &[], "")?;
    assert_eq!(output.status.code(), Some(4));
    let said = text(&output.stderr);
    assert!(said.contains("nobody is signed in to `cloud`"), "{said}");
    assert!(said.contains("kortix-tui local"), "{said}");
    assert_eq!(text(&output.stdout), "");
    Ok(())
}

#[test]
fn without_a_terminal_one_plain_line_says_so() -> io::Result<()> {
    let home = Home::new()?;
    let output = run(&home, &["local"], &[], "")?;
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("must be a terminal"), "{said}");
    assert!(!said.contains('\u{1b}'));
    Ok(())
}

#[test]
fn a_word_that_is_no_command_is_a_usage_error() -> io::Result<()> {
    let home = Home::new()?;
    let output = run(&home, &["lokal"], &[], "")?;
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("local"));
    Ok(())
}

#[test]
fn a_host_is_added_used_and_removed_without_its_token_being_shown() -> io::Result<()> {
    let home = Home::new()?;
    let token = "kortix_pat_canary0123456789";
    let url = "http://127.0.0.1:9";
    let steps: [(&[&str], &str); 5] = [
        (&["hosts", "add", "box", url, "--token-stdin"], token),
        (&["hosts", "use", "box"], ""),
        (&["hosts"], ""),
        (&["hosts", "list", "--json"], ""),
        (&["doctor"], ""),
    ];
    let mut said = String::new();
    for (arguments, input) in steps {
        let output = run(&home, arguments, &[], input)?;
        said.push_str(&text(&output.stdout));
        said.push_str(&text(&output.stderr));
    }
    assert!(said.contains("added `box`"), "{said}");
    assert!(said.contains("*  box"), "{said}");
    assert!(!said.contains("canary"), "{said}");
    let output = run(&home, &["hosts", "remove", "box"], &[], "")?;
    assert_eq!(output.status.code(), Some(0));
    let output = run(&home, &["hosts", "use", "box"], &[], "")?;
    assert_eq!(output.status.code(), Some(1));
    Ok(())
}

#[test]
fn a_token_with_white_space_is_refused() -> io::Result<()> {
    let home = Home::new()?;
    let arguments = ["hosts", "add", "box", "http://127.0.0.1:9", "--token-stdin"];
    let output = run(&home, &arguments, &[], "not a token\n")?;
    assert_eq!(output.status.code(), Some(2));
    Ok(())
}

#[test]
fn a_host_that_cannot_be_reached_has_an_exit_code_of_its_own() -> io::Result<()> {
    let home = Home::new()?;
    let environment = [
        ("KORTIX_CLI_TOKEN", "kortix_pat_x"),
        ("KORTIX_API_URL", "http://127.0.0.1:9"),
    ];
    let output = run(&home, &["doctor", "--json"], &environment, "")?;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    let checks: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let host = checks.as_array().and_then(|checks| checks.last().cloned());
    assert_eq!(host.map(|host| host["state"].clone()), Some("bad".into()));
    Ok(())
}

#[test]
fn keys_are_printed_as_they_are_set() -> io::Result<()> {
    let home = Home::new()?;
    let folder = home.path().join(".config/kortix-tui");
    fs::create_dir_all(&folder)?;
    fs::write(
        folder.join("config.toml"),
        "[keys]\nnew-session = \"ctrl-n\"\n",
    )?;
    let output = run(&home, &["keys"], &[], "")?;
    assert!(
        text(&output.stdout).contains("ctrl-n"),
        "{}",
        text(&output.stdout)
    );
    let output = run(&home, &["keys", "--markdown"], &[], "")?;
    assert!(text(&output.stdout).contains("| `ctrl-n` | `new-session` |"));
    let output = run(&home, &["keys", "--json"], &[], "")?;
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    assert!(rows.as_array().is_some_and(|rows| rows.len() > 50));
    Ok(())
}

#[test]
fn completions_name_the_commands() -> io::Result<()> {
    let home = Home::new()?;
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&home, &["completions", shell], &[], "")?;
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stdout).contains("doctor"), "{shell}");
    }
    Ok(())
}

#[test]
fn a_relative_xdg_folder_is_ignored() -> io::Result<()> {
    let home = Home::new()?;
    let output = run(&home, &["doctor"], &[("XDG_DATA_HOME", "elsewhere")], "")?;
    assert!(!home.path().join("elsewhere").exists());
    let wanted = home.path().join(".local/share/kortix-tui");
    assert!(text(&output.stdout).contains(&wanted.display().to_string()));
    Ok(())
}

#[test]
fn a_folder_that_is_no_repository_is_named_with_a_way_out() -> io::Result<()> {
    let home = Home::new()?;
    let output = run(&home, &["serve", "no-such-place"], &[], "")?;
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("is not a git repository"), "{said}");
    assert!(said.contains("--sample"), "{said}");
    assert_eq!(text(&output.stdout), "");
    Ok(())
}

#[test]
fn a_remote_address_needs_a_word_of_its_own() -> io::Result<()> {
    let home = Home::new()?;
    let output = run(&home, &["serve", ".", "--listen", "0.0.0.0:0"], &[], "")?;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--allow-remote"));
    Ok(())
}
