//! The program's entry.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == "supervise") {
        return kortix_tui::local::agent::supervise(arguments);
    }
    ExitCode::SUCCESS
}
