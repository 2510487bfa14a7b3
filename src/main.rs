//! The program's entry.

use std::process::ExitCode;

fn main() -> ExitCode {
    kortix_tui::cli::run(std::env::args_os())
}
