//! The tests of the repository: a command that fails, how it goes on, a subagent, and a page.

use super::{INTRODUCTION, deliver, first, respected, tour::progress};
use crate::local::agent::practice::{
    command::Consent,
    repository::Survey,
    turn::{Flow, Turn},
};
use serde_json::json;

const PLAN: [&str; 4] = [
    "See whether this state is released",
    "Let a subagent count the tests",
    "Describe how to run them",
    "Commit",
];

const PATH: &str = "TESTING.md";

pub(super) async fn play(turn: &mut Turn) -> Flow {
    let survey = Survey::of(&turn.desk.workspace).await;
    turn.think("Tests: first the state I stand on, then a subagent for the counting while I keep the overview.")
        .await?;
    turn.say(INTRODUCTION).await?;
    turn.todos(&progress(&PLAN, 0)).await?;
    let tag = turn
        .bash(
            "git describe --tags --exact-match",
            "Name the release",
            Consent::NotNeeded,
        )
        .await?;
    turn.next_step().await?;
    if tag.is_ok_and(|ran| ran.exit != Some(0)) {
        turn.say("That failed: this commit has no tag. The commit itself will do.\n")
            .await?;
        turn.bash(
            "git log -n 1 --format='%h of %as by %an'",
            "Name the commit instead",
            Consent::NotNeeded,
        )
        .await?
        .ok();
    }
    turn.todos(&progress(&PLAN, 1)).await?;
    turn.next_step().await?;
    let report = turn
        .task(
            "Count the tests",
            "Count the lines that mention tests, and report.",
        )
        .await?;
    turn.next_step().await?;
    turn.todos(&progress(&PLAN, 2)).await?;
    let outcome = describe(turn, &survey).await?;
    turn.todos(&progress(&PLAN, 4)).await?;
    turn.next_step().await?;
    turn.say(&summary(&survey, &outcome, &report)).await
}

async fn describe(turn: &mut Turn, survey: &Survey) -> Flow<String> {
    let suggestion = runner(survey);
    let answers = turn
        .ask(json!([{
            "question": "How are the tests run here?",
            "header": "Command",
            "options": [
                {"label": suggestion, "description": "What the files suggest"},
                {"label": "Not decided", "description": "Leave it open"},
            ],
            "multiple": false,
        }]))
        .await?;
    let command = first(&answers, 0).unwrap_or("Not decided").to_owned();
    let files: String = survey
        .tests
        .iter()
        .take(30)
        .map(|path| format!("- `{path}`\n"))
        .collect();
    let page = format!(
        "# Tests\n\nRun them with:\n\n```sh\n{command}\n```\n\n{} files hold tests:\n\n{files}",
        survey.tests.len()
    );
    if let Err(declined) = turn.edit(PATH, &page).await? {
        return Ok(respected("writing `TESTING.md`", &declined));
    }
    turn.next_step().await?;
    turn.todos(&progress(&PLAN, 3)).await?;
    let delivery = deliver(turn, PATH, "Describe how to run the tests").await?;
    let end = delivery.in_words();
    Ok(format!("`TESTING.md` is written and {end}.\n\n"))
}

/// What the files suggest for running the tests.
fn runner(survey: &Survey) -> &'static str {
    let has = |name: &str| survey.files.iter().any(|path| path == name);
    if has("Cargo.toml") {
        "cargo test"
    } else if has("package.json") {
        "npm test"
    } else if has("go.mod") {
        "go test ./..."
    } else if survey.files.iter().any(|path| path.ends_with(".py")) {
        "python3 -m unittest discover"
    } else {
        "make test"
    }
}

fn summary(survey: &Survey, outcome: &str, report: &str) -> String {
    let report: String = report
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| format!("> {line}\n"))
        .collect();
    format!(
        "## Tests\n\n{outcome}- Files that hold tests: {}\n- Languages: {}\n\nThe subagent reports:\n\n{report}\n```sh\n{}\n```\n\n| Step | Result |\n|---|---|\n| Name the release | done |\n| Count the tests | done |\n",
        survey.tests.len(),
        survey.in_words(),
        runner(survey),
    )
}

/// What a subagent does: one search that it asks a permission for, and a report.
pub(super) async fn errand(turn: &mut Turn) -> Flow {
    let command = "git grep -c -I -i -w -E 'tests?' -- | head -n 20";
    let ran = turn
        .bash(command, "Count mentions of tests", Consent::Asked)
        .await?;
    turn.next_step().await?;
    match ran {
        Ok(ran) => {
            let files = ran.output.lines().count();
            turn.say(&format!("{files} files mention tests.\n")).await
        }
        Err(declined) => turn.say(&respected("the search", &declined)).await,
    }
}
