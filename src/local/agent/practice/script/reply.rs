//! Answers to later prompts: what can be looked up in the repository, found by the prompt's words.

use super::quoted;
use crate::local::agent::practice::{
    command::Consent,
    repository::Survey,
    turn::{Flow, Turn},
};

/// Words too common to search for.
const COMMON: [&str; 24] = [
    "about", "after", "again", "could", "does", "from", "have", "here", "into", "make", "more",
    "please", "should", "that", "them", "then", "there", "this", "what", "when", "where", "which",
    "with", "would",
];

pub(super) async fn play(turn: &mut Turn) -> Flow {
    let survey = Survey::of(&turn.desk.workspace).await;
    let prompt = turn.prompt.to_lowercase();
    let asks = |words: &[&str]| words.iter().any(|word| prompt.contains(word));
    if asks(&["commit", "history", "changed", "log", "who "]) {
        return history(turn, &survey).await;
    }
    if asks(&["how many", "files", "language", "size", "big"]) {
        return numbers(turn, &survey).await;
    }
    if asks(&["status", "diff", "branch"]) {
        turn.bash(
            "git status --short --branch",
            "See what is not committed",
            Consent::NotNeeded,
        )
        .await?
        .ok();
        turn.next_step().await?;
        let text = format!(
            "On `{}`. What is not committed stands above; nothing but the first line means that all is.\n",
            survey.branch
        );
        return turn.say(&text).await;
    }
    search(turn, &survey).await
}

async fn history(turn: &mut Turn, survey: &Survey) -> Flow {
    turn.bash(
        "git log -n 10 --format='%h %as %an: %s'",
        "Show the last commits",
        Consent::NotNeeded,
    )
    .await?
    .ok();
    turn.next_step().await?;
    let newest = survey.commits.first().map_or("none", String::as_str);
    turn.say(&format!(
        "`{}` has {} commits; the newest is `{newest}`.\n",
        survey.branch, survey.commit_count
    ))
    .await
}

async fn numbers(turn: &mut Turn, survey: &Survey) -> Flow {
    turn.bash(
        "git ls-files | wc -l",
        "Count the files",
        Consent::NotNeeded,
    )
    .await?
    .ok();
    turn.next_step().await?;
    turn.say(&format!(
        "{} files are tracked: {}.\n\n{}",
        survey.files.len(),
        survey.in_words(),
        survey.table()
    ))
    .await
}

/// The words of a prompt worth searching for, longest first.
fn keywords(prompt: &str) -> Vec<String> {
    let mut words: Vec<String> = prompt
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| word.chars().count() >= 4 && word.len() <= 40)
        .filter(|word| !COMMON.contains(&word.to_lowercase().as_str()))
        .map(str::to_owned)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    words.truncate(2);
    words
}

async fn search(turn: &mut Turn, survey: &Survey) -> Flow {
    let words = keywords(&turn.prompt);
    let mut found = String::new();
    for word in &words {
        let command = format!(
            "git grep -n -I -i -F -e {} -- | cut -c 1-160 | head -n 12",
            quoted(word)
        );
        let ran = turn
            .bash(&command, "Search the repository", Consent::NotNeeded)
            .await?;
        let lines = ran.map(|ran| ran.output).unwrap_or_default();
        let count = lines.lines().count();
        let first = lines.lines().next().unwrap_or_default();
        found.push_str(&match count {
            0 => format!("- “{word}” is nowhere in the repository\n"),
            _ => format!(
                "- “{word}”: {count} lines, the first is `{}`\n",
                first.replace('`', "'")
            ),
        });
    }
    if !words.is_empty() {
        turn.next_step().await?;
    }
    turn.say(&format!(
        "Without a model I can only look things up.\n\n{found}\nThis is `{}`: {} files, {}, {} commits. `/help` lists what else I do.\n",
        survey.branch,
        survey.files.len(),
        survey.in_words(),
        survey.commit_count,
    ))
    .await
}

#[cfg(test)]
mod tests {
    use super::keywords;

    #[test]
    fn the_longest_uncommon_words_are_searched_for() {
        assert_eq!(
            keywords("where does parse_line trim words?"),
            ["parse_line", "words"]
        );
    }
}
