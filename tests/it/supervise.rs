//! The supervisor, as the real program: whatever happens to us, nothing of the agent stays.

use std::{
    error::Error,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const PATIENCE: Duration = Duration::from_secs(20);

fn supervised(script: &str, folder: &Path) -> Outcome<Child> {
    use std::os::unix::process::CommandExt;

    Ok(Command::new(env!("CARGO_BIN_EXE_kortix-tui"))
        .args(["supervise", "--", "sh", "-c", script])
        .current_dir(folder)
        .env("KORTIX_TUI_AGENT_MARK", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()?)
}

/// Waits until a condition holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) -> Outcome {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        if Instant::now() > end {
            return Err(format!("waited in vain: {what}").into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// The process whose number a script wrote into a file.
fn process(file: &Path) -> Outcome<Pid> {
    until("a process number", || {
        std::fs::read_to_string(file).is_ok_and(|text| text.ends_with('\n'))
    })?;
    let number = std::fs::read_to_string(file)?.trim().parse()?;
    Ok(Pid::from_raw(number).ok_or("no number")?)
}

fn is_alive(process: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
    stat.is_ok_and(|stat| !stat.contains(") Z"))
}

fn end_of(mut child: Child) -> Outcome<ExitStatus> {
    let mut status = None;
    until("the supervisor's end", || {
        status = child.try_wait().ok().flatten();
        status.is_some()
    })?;
    Ok(status.ok_or("no status")?)
}

#[test]
fn the_group_ends_when_our_end_of_the_pipe_closes() -> Outcome {
    let folder = tempfile::tempdir()?;
    let script = "sleep 300 & echo $! > child; echo $$ > self; wait";
    let mut supervisor = supervised(script, folder.path())?;
    let agent = process(&folder.path().join("self"))?;
    let child = process(&folder.path().join("child"))?;
    drop(supervisor.stdin.take());
    end_of(supervisor)?;
    assert!(!is_alive(agent) && !is_alive(child));
    Ok(())
}

#[test]
fn a_process_that_ignores_the_polite_signal_ends_too() -> Outcome {
    let folder = tempfile::tempdir()?;
    let script = "trap '' TERM; echo $$ > self; while :; do sleep 1; done";
    let mut supervisor = supervised(script, folder.path())?;
    let agent = process(&folder.path().join("self"))?;
    drop(supervisor.stdin.take());
    end_of(supervisor)?;
    assert!(!is_alive(agent));
    Ok(())
}

#[test]
fn what_the_agent_moved_into_another_group_ends_too() -> Outcome {
    let folder = tempfile::tempdir()?;
    let script = "setsid sh -c 'echo $$ > far; exec sleep 300' & wait";
    let mut supervisor = supervised(script, folder.path())?;
    let far = process(&folder.path().join("far"))?;
    drop(supervisor.stdin.take());
    end_of(supervisor)?;
    assert!(!is_alive(far));
    Ok(())
}

#[test]
fn the_end_of_the_command_is_the_end_of_the_rest_and_its_code_is_kept() -> Outcome {
    let folder = tempfile::tempdir()?;
    let supervisor = supervised("sleep 300 & echo $! > child; exit 7", folder.path())?;
    let child = process(&folder.path().join("child"))?;
    assert_eq!(end_of(supervisor)?.code(), Some(7));
    assert!(!is_alive(child));
    Ok(())
}

#[test]
fn a_signal_to_the_supervisor_ends_the_command() -> Outcome {
    let folder = tempfile::tempdir()?;
    let supervisor = supervised("echo $$ > self; exec sleep 300", folder.path())?;
    let agent = process(&folder.path().join("self"))?;
    let itself = i32::try_from(supervisor.id()).ok().and_then(Pid::from_raw);
    kill_process(itself.ok_or("no number")?, Signal::TERM)?;
    end_of(supervisor)?;
    assert!(!is_alive(agent));
    Ok(())
}

#[test]
fn a_command_that_does_not_exist_is_an_error() -> Outcome {
    let status = Command::new(env!("CARGO_BIN_EXE_kortix-tui"))
        .args(["supervise", "--", "/no/such/program"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .status()?;
    assert_eq!(status.code(), Some(127));
    Ok(())
}
