//! The command line: what was asked for, done, and an exit code.
//!
//! Exit codes: 0 fine, 1 findings or failure, 2 usage, 3 network, 4 not signed in; 128 and the number
//! for a signal, 101 for an error in the program. Errors are one line and, where there is one, a way
//! out, on standard error.

mod args;
mod console;
mod crs;
mod diff;
mod doctor;
mod explain;
mod folders;
mod hosts;
mod keys;
mod local;
mod terminal;
mod tui;
mod validate;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory, Parser};

use crate::{
    cli::args::{Cli, Command},
    config::environment::Environment,
    text::sanitize_line,
};

pub use console::Failure;

/// Does what the arguments say.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap knows.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    no_core_dumps();
    let environment = Environment::of_process();
    match dispatch(cli, &environment) {
        Ok(code) => code,
        Err(failure) => {
            console::complain(&failure);
            ExitCode::from(failure.code.number())
        }
    }
}

fn dispatch(cli: Cli, environment: &Environment) -> Result<ExitCode, Failure> {
    let screen = cli.screen;
    match cli.command {
        None => tui::remote(&screen, environment),
        Some(Command::Local(options)) => tui::local(&screen, &options, environment),
        Some(Command::Serve(options)) => local::serve(&options, environment),
        Some(Command::Hosts(options)) => hosts::run(options, environment),
        Some(Command::Diff(options)) => diff::run(&options, &screen, environment),
        Some(Command::Crs(options)) => crs::run(&options, environment),
        Some(Command::Validate(options)) => validate::run(&options, &screen, environment),
        Some(Command::Explain(options)) => explain::run(&options, &screen, environment),
        Some(Command::Doctor { json }) => doctor::run(json, environment),
        Some(Command::Keys { json, markdown }) => keys::run(json, markdown, environment),
        Some(Command::Completions { shell }) => completions(shell),
        Some(Command::Supervise { command }) => Ok(crate::local::agent::supervise(command)),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<ExitCode, Failure> {
    let mut command = Cli::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "kortix-tui", &mut script);
    console::print_bytes(&script)
}

/// Tokens live in memory: no copy of it goes to the disk when the program dies.
fn no_core_dumps() {
    let limit = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Where it cannot be set there are none either, or nothing can be done about them.
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, limit);
}

/// Text from outside on one line of an error.
fn line(text: &str) -> String {
    sanitize_line(text).into_owned()
}
