//! A tour of the repository: what is in it, how it came to be, and a page about it if wanted.

use serde_json::json;

use super::{INTRODUCTION, deliver, first, quoted, respected};
use crate::local::agent::practice::{
    command::Consent,
    repository::Survey,
    turn::{Flow, Turn},
};

const PLAN: [&str; 4] = [
    "List the files",
    "Read the introduction and one source file",
    "Look at the history",
    "Write down what I found",
];

/// The plan with the first `done` items completed and the next one in progress.
pub(super) fn progress<'a>(plan: &[&'a str], done: usize) -> Vec<(&'a str, &'static str)> {
    plan.iter()
        .enumerate()
        .map(|(at, item)| {
            let status = match at.cmp(&done) {
                std::cmp::Ordering::Less => "completed",
                std::cmp::Ordering::Equal => "in_progress",
                std::cmp::Ordering::Greater => "pending",
            };
            (*item, status)
        })
        .collect()
}

pub(super) async fn play(turn: &mut Turn) -> Flow {
    let survey = Survey::of(&turn.desk.workspace).await;
    turn.think("A tour: list what is tracked, read the introduction and a source file, look at the history, then offer to write it down.")
        .await?;
    turn.say(INTRODUCTION).await?;
    turn.todos(&progress(&PLAN, 0)).await?;
    turn.next_step().await?;
    turn.glob("**/*", &survey.files).await?;
    turn.todos(&progress(&PLAN, 1)).await?;
    let heading = read_around(turn, &survey).await?;
    turn.next_step().await?;
    turn.todos(&progress(&PLAN, 2)).await?;
    turn.bash(
        "git log --graph --format='%h %an: %s' -n 12",
        "Show the last commits",
        Consent::NotNeeded,
    )
    .await?
    .ok();
    turn.next_step().await?;
    turn.todos(&progress(&PLAN, 3)).await?;
    let outcome = write_down(turn, &survey).await?;
    turn.todos(&progress(&PLAN, 4)).await?;
    turn.next_step().await?;
    turn.say(&summary(&survey, heading.as_deref(), &outcome))
        .await
}

/// Reads the introduction and a source file; the introduction's first heading.
async fn read_around(turn: &mut Turn, survey: &Survey) -> Flow<Option<String>> {
    let mut heading = None;
    if let Some(readme) = &survey.readme {
        let text = turn.read(readme).await?.unwrap_or_default();
        let mut lines = text.lines().map(|line| line.trim_start_matches('#').trim());
        heading = lines
            .find(|line| !line.is_empty())
            .map(|line| line.chars().take(80).collect());
    }
    if let Some(source) = survey.main_source() {
        turn.read(source).await?;
        let command = format!("wc -l {}", quoted(source));
        turn.bash(&command, "Count its lines", Consent::NotNeeded)
            .await?
            .ok();
    }
    Ok(heading)
}

async fn write_down(turn: &mut Turn, survey: &Survey) -> Flow<String> {
    let answers = turn
        .ask(json!([{
            "question": "What shall I do with what I found?",
            "header": "Result",
            "options": [
                {"label": "Write TOUR.md", "description": "A page in the repository, committed on this branch"},
                {"label": "Only tell me", "description": "Nothing is changed"},
            ],
            "multiple": false,
        }]))
        .await?;
    match first(&answers, 0) {
        Some("Write TOUR.md") => {}
        Some("Only tell me") | None => {
            return Ok("As you wished, nothing was changed.\n\n".to_owned());
        }
        Some(own) => {
            return Ok(format!(
                "You answered “{own}”. Without a model I cannot do that, so nothing was changed.\n\n"
            ));
        }
    }
    let page = format!(
        "# A tour of this repository\n\n{} tracked files, {} commits on `{}`.\n\n{}\n## Last commits\n\n{}\n",
        survey.files.len(),
        survey.commit_count,
        survey.branch,
        survey.table(),
        survey
            .commits
            .iter()
            .map(|line| format!("- {line}\n"))
            .collect::<String>(),
    );
    if let Err(declined) = turn.edit("TOUR.md", &page).await? {
        return Ok(respected("writing `TOUR.md`", &declined));
    }
    turn.next_step().await?;
    let delivery = deliver(turn, "TOUR.md", "Describe the repository in TOUR.md").await?;
    Ok(format!(
        "`TOUR.md` is written and {}.\n\n",
        delivery.in_words()
    ))
}

fn summary(survey: &Survey, heading: Option<&str>, outcome: &str) -> String {
    let about = heading.map_or_else(String::new, |heading| {
        format!("It introduces itself as “{heading}”. ")
    });
    let commits: String = survey
        .commits
        .iter()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    format!(
        "## The tour\n\n{about}{outcome}- {} tracked files: {}\n- {} commits on `{}`\n- {} files that look like tests\n\n{}\n### Newest commits\n\n```text\n{commits}```\n",
        survey.files.len(),
        survey.in_words(),
        survey.commit_count,
        survey.branch,
        survey.tests.len(),
        survey.table(),
    )
}
