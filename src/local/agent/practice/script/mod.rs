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
    turn::{Flow, SIGNATURE, Turn, hash},
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
pub(super) const INTRODUCTION: &str = "I follow a script: I read and change real files here, ask before I edit, commit on this session's branch, and open a change request for it. `/help` lists what you can make me do.\n\n";

/// How far a change of a file got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Delivery {
    /// Git did not take the commit.
    NotCommitted,
    /// It is committed, and nobody to open a change request with was there.
    Committed,
    /// It is in the change request of this number.
    Proposed(u64),
}

impl Delivery {
    /// What became of it, after "it is written and".
    fn in_words(&self) -> String {
        match self {
            Self::NotCommitted => "not committed; see git's answer above".to_owned(),
            Self::Committed => "committed".to_owned(),
            Self::Proposed(number) => format!("committed; change request #{number} has it"),
        }
    }
}

/// Commits one file that the turn changed, and proposes the branch; the message is one line.
pub(super) async fn deliver(turn: &mut Turn, path: &str, message: &str) -> Flow<Delivery> {
    let command = format!(
        "git add -- {} && git commit -q -m {} && git log -n 1 --stat --format='%h %an: %s'",
        quoted(path),
        quoted(message),
    );
    let ran = turn
        .bash(&command, "Commit the change", Consent::NotNeeded)
        .await?;
    if !ran.is_ok_and(|ran| ran.exit == Some(0)) {
        return Ok(Delivery::NotCommitted);
    }
    let done = format!("{message}.\n\n- Changed: `{path}`\n\n{SIGNATURE}")
        .trim_end()
        .to_owned();
    let number = turn.propose(message, &done).await?;
    Ok(number.map_or(Delivery::Committed, Delivery::Proposed))
}

/// A word of a shell command that stands for itself.
pub(super) fn quoted(text: &str) -> String {
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
