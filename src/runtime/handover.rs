//! Gives the terminal to an editor or pager and takes the text back.

use std::{
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
        let program = || self.command.clone();
        // The shell splits the command as git does, so that `code --wait` works.
        let status = Command::new("sh")
            .arg("-c")
            .arg(format!("exec {} \"$1\"", self.command))
            .arg("sh")
            .arg(path)
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
