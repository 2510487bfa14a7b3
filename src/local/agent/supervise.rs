//! The process between us and an agent: it ends the agent when we are gone, however we went.
//!
//! `kortix-tui supervise -- COMMAND…` (hidden) is started as the leader of a process group and
//! holds one end of a pipe from us as its standard input. When that pipe closes, when it is told to
//! end, or when the command ends, it ends what is left of the group: first politely, then surely.
//! Commands that the agent put into groups of their own are found by the mark in their environment.
//!
//! Not for: starting anything by itself, and restarting.

use std::{
    ffi::OsString,
    io::{self, Read},
    process::{ExitCode, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, getpgrp, getpid, kill_process, kill_process_group};
use tokio::{
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

use super::leftover;

/// The environment variable that marks everything an agent started.
pub(super) const MARK: &str = "KORTIX_TUI_AGENT_MARK";

/// How long the agent gets to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// Runs a command until it ends or nobody wants it any more; the command's exit code.
///
/// `arguments` follow the sub-command's name; a leading `--` is skipped. Must be called outside of
/// any tokio runtime, from a process of its own.
pub fn supervise(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter().peekable();
    arguments.next_if(|first| first == "--");
    let Some(program) = arguments.next() else {
        tracing::error!("supervise: no command");
        return ExitCode::from(2);
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime.and_then(|runtime| runtime.block_on(watch(command))) {
        Ok(code) => code,
        Err(error) => {
            report(&error);
            ExitCode::from(127)
        }
    }
}

/// Tells whoever reads our output, which is the log of the agent, why it did not start.
fn report(error: &io::Error) {
    use std::io::Write;

    let _ = writeln!(io::stderr(), "cannot start the agent: {error}");
}

async fn watch(mut command: Command) -> io::Result<ExitCode> {
    let mut told = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let abandoned = abandoned()?;
    let mut child = command.spawn()?;
    let status = tokio::select! {
        status = child.wait() => Some(status?),
        _ = abandoned => None,
        _ = told.recv() => None,
        _ = interrupted.recv() => None,
        _ = hung_up.recv() => None,
    };
    end_all(&mut child).await;
    Ok(match status {
        Some(status) => code(status),
        None => ExitCode::SUCCESS,
    })
}

fn code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;

    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Tells when the pipe that is our standard input closes.
fn abandoned() -> io::Result<oneshot::Receiver<()>> {
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new()
        .name("pipe".to_owned())
        .spawn(move || {
            let mut rest = [0; 64];
            let mut input = io::stdin().lock();
            while matches!(input.read(&mut rest), Ok(1..)) {}
            // The other side ends with the process.
            let _ = sender.send(());
        })?;
    Ok(receiver)
}

/// Ends our whole group but ourselves, and what carries our mark.
async fn end_all(child: &mut Child) {
    let marked = marked();
    // We survive the first signal, because we listen to it.
    let _ = kill_process_group(getpgrp(), Signal::TERM);
    for process in &marked {
        let _ = kill_process(*process, Signal::TERM);
    }
    let end = tokio::time::Instant::now() + GRACE;
    let _ = tokio::time::timeout_at(end, child.wait()).await;
    while tokio::time::Instant::now() < end && !others().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // What forks at the last moment is met by the next round.
    for _ in 0..3 {
        for process in others() {
            let _ = kill_process(process, Signal::KILL);
        }
    }
    let _ = tokio::time::timeout(GRACE, child.wait()).await;
    if leftover::processes().is_empty() {
        // Without a list of processes the group can only be ended with ourselves in it.
        let _ = kill_process_group(getpgrp(), Signal::KILL);
    }
}

/// The living processes of our group or with our mark, without ourselves.
fn others() -> Vec<Pid> {
    let group = getpgrp().as_raw_nonzero().get();
    let mut found = marked();
    for process in leftover::processes() {
        let is_ours = leftover::group_of(process) == Some(group) && process != getpid();
        if is_ours && !found.contains(&process) && !leftover::is_dead(process) {
            found.push(process);
        }
    }
    found
}

fn marked() -> Vec<Pid> {
    let Some(mark) = std::env::var_os(MARK) else {
        return Vec::new();
    };
    leftover::marked(&mark)
        .into_iter()
        .filter(|process| *process != getpid())
        .collect()
}
