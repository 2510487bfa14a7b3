//! `--watch`: findings again whenever a file changes, until ctrl-c.

use std::{
    fs,
    io::{BufRead, BufReader, Error, Result},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    home::Home,
    terminal::{Launch, Life},
};

use super::{GOOD, manifest, project};

/// Longer than any check takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that watches, and the lines that it prints.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(home: &Home) -> Result<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kortix-tui"))
            .args(["validate", "shop", "--watch", "--format", "agent"])
            .env_clear()
            .envs(home.environment())
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or(Error::other("no output"))?;
        let (sender, lines) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(stdout).lines();
            for line in lines.map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, lines })
    }

    /// The last line of the next run.
    fn verdict(&self) -> Result<String> {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).map_err(Error::other)?;
            if line.starts_with("verdict:") {
                return Ok(line);
            }
        }
    }

    /// Waits for a run that ends with a line; a burst of changes may be seen in two parts.
    fn wait_for(&self, wanted: &str) -> Result<()> {
        loop {
            if self.verdict()? == wanted {
                return Ok(());
            }
        }
    }

    /// Interrupts it and waits for its end.
    fn interrupt(mut self) -> Result<Option<i32>> {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).map_err(Error::other)?);
        kill_process(pid.ok_or(Error::other("no process"))?, Signal::INT)?;
        Ok(self.child.wait()?.code())
    }
}

const VALID: &str = "verdict: valid; nothing to say in 2 files";

#[test]
fn every_change_is_checked_and_an_interrupt_ends_with_the_last_code() -> Result<()> {
    let home = Home::new()?;
    project(&home, GOOD, "FROM ubuntu:24.04\n")?;
    let watch = Watch::start(&home)?;
    assert_eq!(watch.verdict()?, VALID);
    // As an editor saves.
    let new = home.path().join("shop/.kortix.toml.new");
    fs::write(&new, GOOD.replace("\"web\"", "\"W\""))?;
    fs::rename(&new, manifest(&home))?;
    watch.wait_for("verdict: invalid; 1 error in 2 files")?;
    fs::write(
        home.path().join("shop/.kortix/Dockerfile"),
        "FROM alpine:3\n",
    )?;
    watch.wait_for("verdict: invalid; 2 errors in 2 files")?;
    assert_eq!(watch.interrupt()?, Some(1));
    Ok(())
}

#[test]
fn what_appears_later_is_checked_then() -> Result<()> {
    let home = Home::new()?;
    fs::create_dir(home.path().join("shop"))?;
    let watch = Watch::start(&home)?;
    project(&home, GOOD, "FROM ubuntu:24.04\n")?;
    watch.wait_for(VALID)?;
    fs::remove_dir_all(home.path().join("shop/.kortix"))?;
    watch.wait_for("verdict: valid; 1 warning in 1 file")?;
    project(&home, GOOD, "FROM ubuntu:24.04\n")?;
    watch.wait_for(VALID)?;
    assert_eq!(watch.interrupt()?, Some(0));
    Ok(())
}

#[test]
fn on_a_terminal_each_run_has_the_screen_for_itself() -> Result<()> {
    let home = Home::new()?;
    project(
        &home,
        &GOOD.replace("\"web\"", "\"W\""),
        "FROM ubuntu:24.04\n",
    )?;
    let terminal = Launch::ours()
        .arg("validate")
        .arg("shop")
        .arg("--watch")
        .start(&home)?;
    terminal.wait_for_text("watching 2 files; ctrl-c ends");
    terminal.wait_for_text("error[manifest/slug-invalid]");
    fs::write(manifest(&home), GOOD)?;
    terminal.wait_for("no finding is left", |screen| {
        let shown = screen.contents();
        shown.contains("2 files: nothing to say") && !shown.contains("slug-invalid")
    });
    terminal.send(b"\x03")?;
    assert_eq!(terminal.wait_exit(), Life::Exited(0));
    Ok(())
}

#[test]
fn text_has_colors_on_a_terminal_unless_somebody_says_no() -> Result<()> {
    let home = Home::new()?;
    project(
        &home,
        &GOOD.replace("\"web\"", "\"W\""),
        "FROM ubuntu:24.04\n",
    )?;
    let log = |argument: &str, variable: &str| -> Result<String> {
        let command = Launch::ours().arg("validate").arg("shop").arg(argument);
        let terminal = command.env(variable, "1").start(&home)?;
        assert_eq!(terminal.wait_exit(), Life::Exited(1));
        Ok(String::from_utf8_lossy(&terminal.log()).into_owned())
    };
    assert!(log("--color=auto", "NOTHING")?.contains("\x1b["));
    assert!(!log("--color=auto", "NO_COLOR")?.contains("\x1b["));
    assert!(!log("--color=never", "NOTHING")?.contains("\x1b["));
    Ok(())
}
