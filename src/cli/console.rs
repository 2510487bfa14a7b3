//! Printing, and failing in a way that a person can use.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use serde::Serialize;

/// Why a command ends without having done its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The kind, which is the exit code.
    pub code: Code,
    /// What happened, one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Something failed.
    Failed,
    /// It was asked for in a way that cannot work.
    Usage,
    /// A host cannot be reached.
    Network,
    /// Nobody is signed in.
    NotSignedIn,
}

impl Code {
    /// The exit code.
    pub fn number(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Network => 3,
            Self::NotSignedIn => 4,
        }
    }
}

impl Failure {
    /// A failure without a way out.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// The same failure with a way out.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

/// Says on standard error what failed.
pub fn complain(failure: &Failure) {
    warn(&failure.message);
    if let Some(hint) = &failure.hint {
        let _ = writeln!(io::stderr(), "  {hint}");
    }
}

/// Says something on standard error.
pub fn warn(text: &str) {
    // Where standard error is closed nobody listens.
    let _ = writeln!(io::stderr(), "kortix-tui: {text}");
}

/// Prints text; a reader that has left is no failure.
pub fn print(text: &str) -> Result<ExitCode, Failure> {
    print_bytes(text.as_bytes())
}

/// Prints bytes; a reader that has left is no failure.
pub fn print_bytes(bytes: &[u8]) -> Result<ExitCode, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(Failure::new(Code::Failed, format!("cannot print: {error}"))),
    }
}

/// Prints a value as JSON with a line feed after it.
pub fn print_json(value: &impl Serialize) -> Result<ExitCode, Failure> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&format!("{text}\n")),
        Err(error) => Err(Failure::new(Code::Failed, format!("cannot print: {error}"))),
    }
}

/// How many columns the terminal has that is printed to; `None` where it is none.
pub fn width() -> Option<u16> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
    size.map(|size| size.ws_col).filter(|columns| *columns > 0)
}

/// Lines up columns, two spaces apart.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| crate::text::width(cell))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let gap = width.saturating_sub(crate::text::width(cell));
            format!("{cell}{}", " ".repeat(gap))
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
