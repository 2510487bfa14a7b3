//! Gives the terminal to an editor or pager and takes the text back.

use std::{
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

use tempfile::NamedTempFile;
use tokio::process::Command;

use crate::config::environment::Environment;

/// The largest text that is taken back.
const LARGEST: usize = 4 * 1024 * 1024;

/// Why there is no text from the editor.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file for it cannot be made or read.
    #[error("cannot use a file for the editor: {0}")]
    File(#[from] std::io::Error),
    /// The program cannot be started.
    #[error("cannot start `{program}`; set $EDITOR")]
    Start {
        /// What was to be run.
        program: String,
    },
    /// The program said that it failed.
    #[error("`{program}` failed; the text is as it was")]
    Failed {
        /// What was run.
        program: String,
    },
    /// What came back is no text of a sensible size.
    #[error("what the editor left is not a text of this program's size")]
    NotText,
}

/// A program that gets the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// The command, which may hold arguments.
    command: String,
}

impl Tool {
    /// The editor: `$VISUAL`, `$EDITOR`, or `vi`.
    pub fn editor(environment: &Environment) -> Self {
        let given = environment.var("VISUAL").or(environment.var("EDITOR"));
        Self {
            command: given.unwrap_or("vi").to_owned(),
        }
    }

    /// The pager: `$PAGER`, or `less`.
    pub fn pager(environment: &Environment) -> Self {
        Self {
            command: environment.var("PAGER").unwrap_or("less").to_owned(),
        }
    }

    /// Lets the person change a text.
    pub async fn edit(self, text: String) -> Result<String, Error> {
        let file = write(&text)?;
        self.open(file.path()).await?;
        let bytes = std::fs::read(file.path())?;
        if bytes.len() > LARGEST {
            return Err(Error::NotText);
        }
        let text = String::from_utf8(bytes).map_err(|_| Error::NotText)?;
        Ok(text.trim_end_matches('\n').to_owned())
    }

    /// Shows a file until the person leaves the program.
    pub async fn open(&self, path: &Path) -> Result<(), Error> {
        self.run(&[path.as_os_str().to_owned()]).await
    }

    /// Opens a file at a line and column, both from 1, where the editor is known to have a way for
    /// that; at its begin elsewhere.
    pub async fn open_at(&self, path: &Path, line: usize, column: usize) -> Result<(), Error> {
        self.run(&placed(&self.command, path, line, column)).await
    }

    async fn run(&self, arguments: &[OsString]) -> Result<(), Error> {
        let program = || self.command.clone();
        // The shell splits the command as git does, so that `code --wait` works.
        let status = Command::new("sh")
            .arg("-c")
            .arg(format!("exec {} \"$@\"", self.command))
            .arg("sh")
            .args(arguments)
            .stdin(Stdio::inherit())
            .stdout(Stdio::inherit())
            .stderr(Stdio::inherit())
            .status()
            .await
            .map_err(|_| Error::Start { program: program() })?;
        match status.code() {
            Some(0) => Ok(()),
            Some(126 | 127) => Err(Error::Start { program: program() }),
            Some(_) | None => Err(Error::Failed { program: program() }),
        }
    }
}

/// What an editor is given to open a file at a place.
fn placed(command: &str, path: &Path, line: usize, column: usize) -> Vec<OsString> {
    let name = command.split_whitespace().next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or(name);
    let file = path.as_os_str().to_owned();
    let behind = |place: String| {
        let mut file = file.clone();
        file.push(place);
        file
    };
    let number = |number: usize| OsString::from(number.to_string());
    match name {
        "vi" | "vim" | "nvim" | "view" | "gvim" | "mvim" | "vis" | "elvis" | "nvi" | "pico"
        | "joe" | "jmacs" | "jed" | "ne" | "mg" | "gedit" | "mcedit" => {
            vec![format!("+{line}").into(), file]
        }
        "nano" | "rnano" => vec![format!("+{line},{column}").into(), file],
        "emacs" | "emacsclient" | "kak" | "micro" => {
            vec![format!("+{line}:{column}").into(), file]
        }
        "hx" | "helix" | "zed" | "zeditor" | "subl" | "sublime_text" => {
            vec![behind(format!(":{line}:{column}"))]
        }
        "code" | "code-insiders" | "codium" | "vscodium" | "cursor" | "windsurf" => {
            let waits = command
                .split_whitespace()
                .any(|word| matches!(word, "-w" | "--wait"));
            let wait = (!waits).then(|| OsString::from("--wait"));
            let place = [
                OsString::from("--goto"),
                behind(format!(":{line}:{column}")),
            ];
            wait.into_iter().chain(place).collect()
        }
        "kate" | "kwrite" => vec![
            "--line".into(),
            number(line),
            "--column".into(),
            number(column),
            file,
        ],
        "mate" => vec!["--line".into(), number(line), file],
        _ => vec![file],
    }
}

fn write(text: &str) -> Result<NamedTempFile, Error> {
    // Made with mode 0600.
    let mut file = tempfile::Builder::new()
        .prefix("kortix-prompt-")
        .suffix(".md")
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
}

/// Where a file that is to be opened is.
pub fn absolute(environment: &Environment, path: &Path) -> PathBuf {
    environment.cwd.join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_told_the_place_in_their_own_ways() {
        let place = |command: &str| {
            let words = placed(command, Path::new("/a b/kortix.toml"), 12, 3);
            let words = words.into_iter().map(|word| word.into_string());
            words.collect::<Result<Vec<String>, OsString>>()
        };
        let told = |command: &str, wanted: &[&str]| {
            let wanted = wanted.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(place(command), Ok(wanted), "{command}");
        };
        told("vi", &["+12", "/a b/kortix.toml"]);
        told("/usr/bin/nvim -p", &["+12", "/a b/kortix.toml"]);
        told("nano", &["+12,3", "/a b/kortix.toml"]);
        told("emacs -nw", &["+12:3", "/a b/kortix.toml"]);
        told("hx", &["/a b/kortix.toml:12:3"]);
        told("code", &["--wait", "--goto", "/a b/kortix.toml:12:3"]);
        told("code --wait", &["--goto", "/a b/kortix.toml:12:3"]);
        told("my-editor --now", &["/a b/kortix.toml"]);
    }
}
