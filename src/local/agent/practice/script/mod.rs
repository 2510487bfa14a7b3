//! What the practice agent does in a turn, chosen by the prompt and the agent's seed.

mod commands;
mod fix;
mod notes;
mod reply;
mod testing;
mod tour;

use super::{
    command::Consent,
    tools::Declined,
    turn::{Flow, Turn, hash},
};

pub(super) use commands::COMMANDS;

/// What is done in a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Script {
    /// Looks around and writes down what it found.
    Tour,
    /// Finds something small that is wrong and repairs it.
    Fix,
    /// Writes notes after asking what they should hold.
    Notes,
    /// Looks at the tests, with a failing command and a subagent.
    Testing,
    /// Answers a later prompt about the repository.
    Reply,
    /// What a subagent does.
    Errand,
    /// What a leading `/word` asks for.
    Command {
        /// The word without its slash.
        name: String,
        /// What follows it.
        rest: String,
    },
}

impl Script {
    /// Chooses what to do with a turn's prompt.
    pub fn choose(turn: &Turn) -> Self {
        let prompt = turn.prompt.trim();
        if let Some(line) = prompt.strip_prefix('/') {
            let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            return match name {
                "tour" => Self::Tour,
                "fix" => Self::Fix,
                "notes" => Self::Notes,
                "tests" => Self::Testing,
                _ => Self::Command {
                    name: name.to_owned(),
                    rest: rest.trim().to_owned(),
                },
            };
        }
        if !turn.is_first {
            return Self::Reply;
        }
        const FOUR: [Script; 4] = [Script::Tour, Script::Fix, Script::Notes, Script::Testing];
        let choice = hash(&format!("{} {prompt}", turn.desk.seed));
        FOUR.get((choice % 4) as usize)
            .cloned()
            .unwrap_or(Self::Tour)
    }
}

/// Plays a script to its end, or to where the turn stops.
pub(super) async fn play(script: Script, turn: &mut Turn) -> Flow {
    match script {
        Script::Tour => tour::play(turn).await,
        Script::Fix => fix::play(turn).await,
        Script::Notes => notes::play(turn).await,
        Script::Testing => testing::play(turn).await,
        Script::Reply => reply::play(turn).await,
        Script::Errand => testing::errand(turn).await,
        Script::Command { name, rest } => commands::play(turn, &name, &rest).await,
    }
}

/// What the agent says of itself when it is new to a person.
pub(super) const INTRODUCTION: &str = "I follow a script: I read and change real files here, ask before I edit, and commit on this session's branch. `/help` lists what you can make me do.\n\n";

/// Commits one file that the turn changed; the message is one line. False when git refused.
pub(super) async fn commit(turn: &mut Turn, path: &str, message: &str) -> Flow<bool> {
    let command = format!(
        "git add -- {} && git commit -q -m {} && git log -n 1 --stat --format='%h %an: %s'",
        quoted(path),
        quoted(message),
    );
    let ran = turn
        .bash(&command, "Commit the change", Consent::NotNeeded)
        .await?;
    Ok(ran.is_ok_and(|ran| ran.exit == Some(0)))
}

/// A word of a shell command that stands for itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// What the agent says when it was told not to do something.
fn respected(what: &str, declined: &Declined) -> String {
    let reason = declined.reason.trim();
    format!("You said no to {what}: “{reason}”. I leave it as it is.\n\n")
}

/// The first of a list of answers, if any.
fn first(answers: &[Vec<String>], at: usize) -> Option<&str> {
    answers.get(at)?.first().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_path_with_an_apostrophe_stays_one_word() {
        assert_eq!(quoted("it's; rm"), r"'it'\''s; rm'");
    }
}
