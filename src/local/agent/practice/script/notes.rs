//! Notes about the repository, with the topics that the person chooses.

use serde_json::json;

use super::{INTRODUCTION, deliver, first, respected, tour::progress};
use crate::local::agent::practice::{
    command::Consent,
    repository::Survey,
    turn::{Flow, Turn},
};

const PLAN: [&str; 4] = [
    "Look around",
    "Ask what the notes are for",
    "Write them",
    "Commit",
];

const PATH: &str = "NOTES.md";

pub(super) async fn play(turn: &mut Turn) -> Flow {
    let survey = Survey::of(&turn.desk.workspace).await;
    turn.think("Notes: I need to know what they are for. First a look at the files and the history, then a question.")
        .await?;
    turn.say(INTRODUCTION).await?;
    turn.todos(&progress(&PLAN, 0)).await?;
    turn.next_step().await?;
    if let Some(readme) = &survey.readme {
        turn.read(readme).await?;
    }
    turn.bash(
        "git shortlog -s -n HEAD",
        "See who wrote it",
        Consent::NotNeeded,
    )
    .await?
    .ok();
    turn.todos(&progress(&PLAN, 1)).await?;
    let answers = turn.ask(questions()).await?;
    turn.next_step().await?;
    turn.todos(&progress(&PLAN, 2)).await?;
    let topics = answers.first().cloned().unwrap_or_default();
    let reader = first(&answers, 1).unwrap_or("anybody").to_owned();
    let added = section(&survey, &topics, &reader);
    let old = turn.peek(PATH).unwrap_or_default();
    let lead = if old.is_empty() {
        "# Notes\n"
    } else {
        old.trim_end()
    };
    let content = format!("{}\n\n{added}", lead.trim_end());
    if let Err(declined) = turn.edit(PATH, &content).await? {
        turn.next_step().await?;
        let refused = respected("writing `NOTES.md`", &declined);
        return turn
            .say(&format!(
                "{refused}This is what it would have said:\n\n{added}"
            ))
            .await;
    }
    turn.next_step().await?;
    turn.todos(&progress(&PLAN, 3)).await?;
    let delivery = deliver(turn, PATH, "Add notes about the repository").await?;
    turn.todos(&progress(&PLAN, 4)).await?;
    turn.next_step().await?;
    let end = delivery.in_words();
    turn.say(&format!(
        "## Notes\n\n`NOTES.md` is written for {reader} and {end}.\n\n| Topic | In the notes |\n|---|---|\n{}\n```sh\ngit show HEAD -- NOTES.md\n```\n",
        TOPICS.map(|(topic, _)| format!("| {topic} | {} |\n", if topics.iter().any(|one| one == topic) { "yes" } else { "no" })).concat(),
    ))
    .await
}

const TOPICS: [(&str, &str); 3] = [
    ("Layout", "Which folders there are"),
    ("Languages", "What it is written in"),
    ("History", "The last commits"),
];

fn questions() -> serde_json::Value {
    let topics =
        TOPICS.map(|(label, description)| json!({"label": label, "description": description}));
    json!([
        {
            "question": "What shall the notes hold?",
            "header": "Topics",
            "options": topics,
            "multiple": true,
        },
        {
            "question": "Who will read them?",
            "header": "Reader",
            "options": [
                {"label": "new colleagues", "description": "They know nothing of it"},
                {"label": "operators", "description": "They run it"},
            ],
            "multiple": false,
        },
    ])
}

fn section(survey: &Survey, topics: &[String], reader: &str) -> String {
    let mut text = format!(
        "## For {reader}\n\nOn `{}`: {} files, {} commits.\n",
        survey.branch,
        survey.files.len(),
        survey.commit_count
    );
    for topic in topics {
        match topic.as_str() {
            "Layout" => text.push_str(&layout(survey)),
            "Languages" => text.push_str(&format!("\n### Languages\n\n{}", survey.table())),
            "History" => {
                let commits: String = survey
                    .commits
                    .iter()
                    .map(|line| format!("- {line}\n"))
                    .collect();
                text.push_str(&format!("\n### Last commits\n\n{commits}"));
            }
            own => text.push_str(&format!(
                "\n### {own}\n\nTo be written by somebody who knows.\n"
            )),
        }
    }
    text
}

fn layout(survey: &Survey) -> String {
    let mut folders: Vec<&str> = survey
        .files
        .iter()
        .map(|path| path.split_once('/').map_or("(top)", |(folder, _)| folder))
        .collect();
    folders.sort_unstable();
    let mut text = "\n### Layout\n\n".to_owned();
    for group in folders.chunk_by(|left, right| left == right).take(20) {
        if let Some(folder) = group.first() {
            text.push_str(&format!("- `{folder}`: {} files\n", group.len()));
        }
    }
    text
}
