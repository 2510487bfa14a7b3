//! Runs the practice agent's commands: real ones, in the workspace, each in a process group of its own.
//!
//! Output is shown while it comes. The whole group ends with an abort, at the time limit, and when
//! the agent stops; nothing is left running.

use std::{io, process::Stdio, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;
use tokio::{io::AsyncReadExt, net::unix::pipe, process::Child};

use super::{
    desk::Desk,
    tools::{Call, Declined, Request},
    turn::{Flow, Stop, Turn},
};

/// The longest a command may take.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// How many bytes of output are shown; the newest stay.
const OUTPUT_LIMIT: usize = 30_000;

/// How long a command gets to put its affairs in order when it is ended.
const GRACE: Duration = Duration::from_millis(80);

/// A command that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran {
    /// What it printed, both streams together; the newest part when it was much.
    pub output: String,
    /// Its exit code; absent when a signal ended it.
    pub exit: Option<i32>,
}

/// Whether a person is asked before a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    /// It only looks.
    NotNeeded,
    /// A person decides.
    Asked,
}

struct Running {
    child: Child,
    group: Option<Pid>,
    output: pipe::Receiver,
}

impl Turn {
    /// Runs a shell command in the workspace and shows its output as it comes.
    pub async fn bash(
        &mut self,
        command: &str,
        description: &str,
        consent: Consent,
    ) -> Flow<Result<Ran, Declined>> {
        let call = self.open("bash");
        self.pause(250.0).await?;
        let input = json!({"command": command, "description": description});
        if consent == Consent::Asked {
            let request = Request {
                permission: "bash",
                pattern: command.to_owned(),
                always: rule_for(command),
                metadata: json!({"command": command}),
            };
            if let Err(declined) = self.permit(&call, &input, request).await? {
                return Ok(Err(declined));
            }
        } else {
            self.run(&call, &input);
        }
        self.progress(&call, None, &json!({"output": ""}));
        let ran = match spawn(&self.desk, command) {
            Ok(running) => self.follow(&call, running).await?,
            Err(error) => Ran {
                output: format!("cannot run the command: {}\n", error.kind()),
                exit: None,
            },
        };
        self.end_command(&call, command, &ran).await?;
        Ok(Ok(ran))
    }

    /// Shows a command that nobody has to allow as running.
    pub async fn begin_command(&mut self, command: &str, description: &str) -> Flow<Call> {
        let call = self.open("bash");
        self.pause(250.0).await?;
        let input = json!({"command": command, "description": description});
        self.run(&call, &input);
        self.progress(&call, None, &json!({"output": ""}));
        Ok(call)
    }

    /// Shows how a command ended.
    pub async fn end_command(&mut self, call: &Call, command: &str, ran: &Ran) -> Flow {
        let metadata = json!({"output": ran.output, "exit": ran.exit});
        self.complete(call, command, &ran.output, metadata);
        self.pause(150.0).await
    }

    async fn follow(&mut self, call: &Call, mut running: Running) -> Flow<Ran> {
        let mut output = Vec::new();
        let mut chunk = vec![0; 8192];
        let deadline = tokio::time::Instant::now() + TIME_LIMIT;
        loop {
            let read = tokio::select! {
                () = self.token.cancelled() => {
                    running.end().await;
                    return Err(Stop::Aborted);
                }
                () = tokio::time::sleep_until(deadline) => {
                    running.end().await;
                    output.extend_from_slice(b"\n(ended at the time limit)\n");
                    break;
                }
                read = running.output.read(&mut chunk) => read.unwrap_or_default(),
                // Something in the background may keep the pipe open for ever.
                _ = running.child.wait() => {
                    running.drain(&mut output).await;
                    break;
                }
            };
            if read == 0 {
                break;
            }
            output.extend_from_slice(chunk.get(..read).unwrap_or_default());
            if output.len() > 4 * OUTPUT_LIMIT {
                output.drain(..2 * OUTPUT_LIMIT);
            }
            self.progress(call, None, &json!({"output": shown(&output)}));
        }
        let exit = running.wait().await;
        Ok(Ran {
            output: shown(&output),
            exit,
        })
    }
}

impl Running {
    /// Reads what was printed before the end, and ends what still holds the pipe.
    async fn drain(&mut self, output: &mut Vec<u8>) {
        let mut chunk = vec![0; 8192];
        let mut room = 4 * OUTPUT_LIMIT;
        while room > 0 {
            match tokio::time::timeout(GRACE, self.output.read(&mut chunk)).await {
                Ok(Ok(read @ 1..)) => {
                    room = room.saturating_sub(read);
                    output.extend_from_slice(chunk.get(..read).unwrap_or_default());
                }
                Ok(_) => return,
                Err(_) => break,
            }
        }
        // Whoever holds the pipe belongs to the group, unless it left it on purpose.
        self.end().await;
    }

    /// Waits for the end, which must be near; the exit code.
    async fn wait(&mut self) -> Option<i32> {
        match tokio::time::timeout(Duration::from_secs(2), self.child.wait()).await {
            Ok(status) => status.ok()?.code(),
            Err(_) => {
                self.end().await;
                None
            }
        }
    }

    /// Ends the whole group.
    async fn end(&mut self) {
        let Some(group) = self.group else {
            return;
        };
        // The group may be gone already; that is what is wanted.
        let _ = kill_process_group(group, Signal::TERM);
        let _ = tokio::time::timeout(GRACE, self.child.wait()).await;
        let _ = kill_process_group(group, Signal::KILL);
        let _ = tokio::time::timeout(Duration::from_secs(2), self.child.wait()).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let (Some(group), Ok(None)) = (self.group, self.child.try_wait()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

fn spawn(desk: &Desk, command: &str) -> io::Result<Running> {
    let (reader, writer) = io::pipe()?;
    let mut shell = tokio::process::Command::new("sh");
    shell
        .arg("-c")
        .arg(command)
        .current_dir(&desk.workspace)
        .envs(desk.env.iter().map(|(name, value)| (name, value)))
        .envs(GIT_ENVIRONMENT)
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0)
        .kill_on_drop(true);
    let child = shell.spawn()?;
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    Ok(Running {
        child,
        group,
        output: pipe::Receiver::from_owned_fd(reader.into())?,
    })
}

/// Commits are the agent's own, unsigned, and git never waits for a person.
const GIT_ENVIRONMENT: [(&str, &str); 16] = [
    ("GIT_AUTHOR_NAME", "Practice agent"),
    ("GIT_AUTHOR_EMAIL", "practice@kortix.local"),
    ("GIT_COMMITTER_NAME", "Practice agent"),
    ("GIT_COMMITTER_EMAIL", "practice@kortix.local"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_EDITOR", "true"),
    ("GIT_PAGER", "cat"),
    ("PAGER", "cat"),
    ("GIT_CONFIG_COUNT", "3"),
    ("GIT_CONFIG_KEY_0", "commit.gpgsign"),
    ("GIT_CONFIG_VALUE_0", "false"),
    ("GIT_CONFIG_KEY_1", "gc.auto"),
    ("GIT_CONFIG_VALUE_1", "0"),
    ("GIT_CONFIG_KEY_2", "core.quotePath"),
    ("GIT_CONFIG_VALUE_2", "false"),
];

/// What "always" would allow for a command: its first word, and the second where it is a verb.
fn rule_for(command: &str) -> String {
    let mut words = command.split_whitespace();
    match (words.next(), words.next()) {
        (Some(tool), Some(verb)) if verb.chars().all(|one| one.is_ascii_alphabetic()) => {
            format!("{tool} {verb} *")
        }
        (Some(tool), _) => format!("{tool} *"),
        (None, _) => "*".to_owned(),
    }
}

fn shown(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    if text.len() <= OUTPUT_LIMIT {
        return text.into_owned();
    }
    let from = text.len() - OUTPUT_LIMIT;
    let start = (from..text.len()).find(|at| text.is_char_boundary(*at));
    format!(
        "...\n\n{}",
        start.map_or("", |start| text.split_at(start).1)
    )
}

#[cfg(test)]
mod tests {
    use super::rule_for;

    #[test]
    fn always_is_offered_for_the_command_and_its_verb() {
        assert_eq!(rule_for("git log -n 3"), "git log *");
        assert_eq!(rule_for("wc -l README.md"), "wc *");
    }
}
