//! A small fix: a misspelled word, blanks at line ends or a missing last line end, found for real.

use serde_json::json;

use super::{Delivery, INTRODUCTION, deliver, first, quoted, respected, tour::progress};
use crate::local::agent::practice::{
    command::Consent,
    repository::Survey,
    turn::{Flow, Turn},
};

const PLAN: [&str; 3] = ["Look for something small", "Repair it", "Check and commit"];

/// Misspellings that are never right, with what was meant.
const MISSPELLINGS: [(&str, &str); 8] = [
    ("teh ", "the "),
    ("recieve", "receive"),
    ("seperate", "separate"),
    ("occured", "occurred"),
    ("definately", "definitely"),
    ("adress ", "address "),
    ("wich ", "which "),
    ("lenght", "length"),
];

/// The most files that are read in the search.
const FILE_LIMIT: usize = 300;

/// Something to repair.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    path: String,
    label: String,
    description: String,
    repaired: String,
}

pub(super) async fn play(turn: &mut Turn) -> Flow {
    let survey = Survey::of(&turn.desk.workspace).await;
    turn.think("A small fix: search the text files for misspellings, blanks at line ends and missing line ends, then repair one.")
        .await?;
    turn.say(INTRODUCTION).await?;
    turn.todos(&progress(&PLAN, 0)).await?;
    let pattern = "git grep -n -I -i -E 'recieve|seperate|occured|definately|lenght|[[:space:]]+$' -- | head -n 20";
    turn.bash(pattern, "Search for small mistakes", Consent::NotNeeded)
        .await?
        .ok();
    let findings = search(turn, &survey).await?;
    turn.next_step().await?;
    turn.todos(&progress(&PLAN, 1)).await?;
    let Some(finding) = choose(turn, findings).await? else {
        turn.todos(&progress(&PLAN, 3)).await?;
        return turn.say("## Nothing to fix\n\nI looked for common misspellings, blanks at line ends and missing line ends, and found none that I may touch.\n").await;
    };
    turn.read(&finding.path).await?;
    if let Err(declined) = turn.edit(&finding.path, &finding.repaired).await? {
        turn.next_step().await?;
        return turn
            .say(&respected(
                &format!("changing `{}`", finding.path),
                &declined,
            ))
            .await;
    }
    turn.next_step().await?;
    turn.todos(&progress(&PLAN, 2)).await?;
    let check = format!("git diff --stat -- {}", quoted(&finding.path));
    turn.bash(&check, "Check the change", Consent::NotNeeded)
        .await?
        .ok();
    let delivery = deliver(turn, &finding.path, &finding.label).await?;
    turn.todos(&progress(&PLAN, 3)).await?;
    turn.next_step().await?;
    turn.say(&summary(&finding, &delivery)).await
}

async fn search(turn: &mut Turn, survey: &Survey) -> Flow<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in survey.files.iter().take(FILE_LIMIT) {
        turn.pause(1.0).await?;
        let Some(text) = turn.peek(path) else {
            continue;
        };
        findings.extend(inspect(path, &text));
        if findings.len() >= 4 {
            break;
        }
    }
    Ok(findings)
}

/// The first thing to repair in a text.
fn inspect(path: &str, text: &str) -> Option<Finding> {
    let found = |label: String, description: &str, repaired: String| Finding {
        path: path.to_owned(),
        label,
        description: description.to_owned(),
        repaired,
    };
    for (wrong, right) in MISSPELLINGS {
        if text.contains(wrong) {
            let label = format!("Spell {} right in {path}", right.trim());
            let repaired = text.replace(wrong, right);
            return Some(found(
                label,
                &format!("it says “{}”", wrong.trim()),
                repaired,
            ));
        }
    }
    // In Markdown two blanks at a line's end mean something.
    if !path.ends_with(".md") && text.lines().any(|line| line.ends_with([' ', '\t'])) {
        let lines = text
            .split('\n')
            .map(|line| line.trim_end_matches([' ', '\t']));
        let repaired = lines.collect::<Vec<_>>().join("\n");
        return Some(found(
            format!("Remove blanks at line ends in {path}"),
            "blanks at line ends",
            repaired,
        ));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        let label = format!("End {path} with a line end");
        return Some(found(
            label,
            "the last line has no end",
            format!("{text}\n"),
        ));
    }
    None
}

async fn choose(turn: &mut Turn, mut findings: Vec<Finding>) -> Flow<Option<Finding>> {
    let options: Vec<_> = findings
        .iter()
        .map(|finding| json!({"label": finding.label, "description": finding.description}))
        .chain([json!({"label": "None of them", "description": "Nothing is changed"})])
        .collect();
    if findings.is_empty() {
        return Ok(None);
    }
    let answers = turn
        .ask(json!([{
            "question": "Which of these shall I repair?",
            "header": "Fix",
            "options": options,
            "multiple": false,
            "custom": false,
        }]))
        .await?;
    let answer = first(&answers, 0);
    let at = findings
        .iter()
        .position(|finding| Some(finding.label.as_str()) == answer);
    Ok(at.map(|at| findings.swap_remove(at)))
}

fn summary(finding: &Finding, delivery: &Delivery) -> String {
    let end = delivery.in_words();
    format!(
        "## Fixed\n\n`{}` is changed and {end}.\n\n- What was wrong: {}\n- What I checked: the diff touches only that\n\n```sh\ngit show --stat HEAD\n```\n\n| File | Repair |\n|---|---|\n| `{}` | {} |\n",
        finding.path, finding.description, finding.path, finding.label,
    )
}

#[cfg(test)]
mod tests {
    use super::inspect;

    #[test]
    fn a_misspelling_is_found_before_a_missing_line_end() {
        let finding = inspect("a.txt", "we recieve it").unwrap_or_else(|| panic!("found nothing"));
        assert_eq!(finding.repaired, "we receive it");
    }

    #[test]
    fn a_clean_text_has_nothing_to_repair() {
        assert_eq!(inspect("a.txt", "all is well\n"), None);
    }
}
