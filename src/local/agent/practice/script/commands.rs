//! Prompts that steer the agent: `/ask`, `/long`, `/flood` and the rest.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{respected, testing};
use crate::local::agent::practice::{
    command::Consent,
    ids::now,
    turn::{Flow, SIGNATURE, Stop, Turn},
};

/// The words and what they do, as `/help` and `GET /command` list them.
pub(in crate::local::agent::practice) const COMMANDS: [(&str, &str); 14] = [
    ("help", "list these"),
    ("tour", "show the repository"),
    ("fix", "find and repair something small"),
    ("notes", "write notes after a question"),
    (
        "tests",
        "look at the tests, with a failing command and a subagent",
    ),
    ("ask", "ask one permission, nothing else"),
    (
        "question",
        "ask three questions: one answer, several, free text",
    ),
    ("task", "send a subagent that asks a permission"),
    ("long", "[N] stream N paragraphs"),
    ("flood", "RATE SECONDS: stream RATE deltas a second"),
    (
        "run",
        "run a command that prints a line a second for a minute",
    ),
    ("retry", "wait and try again twice, then answer"),
    ("fail", "fail as a provider does"),
    ("error", "fail in the middle of the text"),
];

/// The fastest flood, in events a second.
const FLOOD_LIMIT: f64 = 100_000.0;

/// The longest flood.
const FLOOD_SECONDS: f64 = 3600.0;

const PARAGRAPH: &str = "A control plane keeps many sessions, each with its branch, its folder and its agent. What one of them says arrives in small pieces, and a reader joins them again: **bold words**, `code`, and a list item now and then. None of this paragraph was thought by anybody; it is here so that there is something to scroll through.\n\n";

pub(super) async fn play(turn: &mut Turn, name: &str, rest: &str) -> Flow {
    match name {
        "ask" => permission(turn).await,
        "question" => questions(turn).await,
        "task" => {
            let report = turn
                .task("Look for tests", "Count the lines that mention tests.")
                .await?;
            turn.next_step().await?;
            turn.say(&format!("The subagent said:\n\n{report}\n")).await
        }
        "errand" => testing::errand(turn).await,
        "long" => {
            turn.say(&PARAGRAPH.repeat(rest.parse().unwrap_or(8).clamp(1, 10_000)))
                .await
        }
        "flood" => flood(turn, rest).await,
        "run" => {
            let command = "for i in $(seq 1 60); do echo \"line $i\"; sleep 1; done";
            turn.bash(command, "Print a line a second", Consent::NotNeeded)
                .await?
                .ok();
            turn.next_step().await?;
            turn.say("That was a minute.\n").await
        }
        "retry" => retry(turn).await,
        "fail" => {
            turn.begin_step();
            turn.pause(300.0).await?;
            Err(Stop::Failed(provider_error()))
        }
        "error" => {
            turn.begin_prose("text");
            turn.write(SIGNATURE);
            turn.write("This text will not be finished, because");
            turn.pause(300.0).await?;
            let data = json!({"message": "The practice agent failed because it was told to"});
            Err(Stop::Failed(json!({"name": "UnknownError", "data": data})))
        }
        "help" => help(turn, "Begin a prompt with one of these words:").await,
        _ => help(turn, &format!("I do not know `/{name}`. These I know:")).await,
    }
}

async fn help(turn: &mut Turn, lead: &str) -> Flow {
    let list: String = COMMANDS
        .iter()
        .map(|(name, description)| format!("- `/{name}` {description}\n"))
        .collect();
    turn.say(&format!("{lead}\n\n{list}")).await
}

async fn permission(turn: &mut Turn) -> Flow {
    let ran = turn
        .bash(
            "git log -n 3 --oneline",
            "Show three commits",
            Consent::Asked,
        )
        .await?;
    turn.next_step().await?;
    match ran {
        Ok(_) => turn.say("Thank you. That was all.\n").await,
        Err(declined) => turn.say(&respected("the command", &declined)).await,
    }
}

async fn questions(turn: &mut Turn) -> Flow {
    let option =
        |label: &str, description: &str| json!({"label": label, "description": description});
    let answers = turn
        .ask(json!([
            {
                "question": "Which of these do you like best?",
                "header": "One",
                "options": [option("Tea", "Hot"), option("Water", "Cold"), option("Neither", "")],
                "multiple": false,
                "custom": false,
            },
            {
                "question": "Which of these do you use?",
                "header": "Several",
                "options": [option("A phone", "In the pocket"), option("A laptop", "On the desk"), option("A server", "Far away")],
                "multiple": true,
            },
            {
                "question": "What else should I know?",
                "header": "Free text",
                "options": [],
                "multiple": false,
                "custom": true,
            },
        ]))
        .await?;
    turn.next_step().await?;
    let told: String = answers
        .iter()
        .map(|all| format!("- {}\n", all.join(", ")))
        .collect();
    turn.say(&format!("You answered:\n\n{told}")).await
}

async fn retry(turn: &mut Turn) -> Flow {
    turn.begin_step();
    turn.is_retrying = true;
    for attempt in 1..=2 {
        if attempt == 2 {
            // The first attempt got as far as some text, which is thrown away.
            turn.begin_prose("text");
            turn.write("This attempt is abandoned");
            turn.pause(200.0).await?;
            turn.abandon_prose();
        }
        let next = now() + (1500.0 / turn.desk.speed.max(0.001)) as u64;
        let message = "The practice agent pretends to be over its limit";
        turn.desk.set_status(
            &turn.session,
            json!({"type": "retry", "attempt": attempt, "message": message, "next": next}),
        );
        turn.pause(1500.0).await?;
        turn.desk.set_status(&turn.session, json!({"type": "busy"}));
        turn.put(json!({"type": "step-start"}));
    }
    turn.is_retrying = false;
    turn.say("It worked at the third attempt.\n").await
}

fn provider_error() -> serde_json::Value {
    json!({
        "name": "APIError",
        "data": {
            "message": "The practice agent has no provider, and was told to fail",
            "statusCode": 401,
            "isRetryable": false,
        },
    })
}

/// Streams deltas at a rate, whatever the agent's speed; `RATE SECONDS`, 50 and 10 without.
async fn flood(turn: &mut Turn, rest: &str) -> Flow {
    let mut numbers = rest.split_whitespace().map(|word| word.parse::<f64>().ok());
    let mut number = |default: f64| {
        numbers
            .next()
            .flatten()
            .filter(|value| *value > 0.0)
            .unwrap_or(default)
    };
    let (rate, seconds) = (
        number(50.0).min(FLOOD_LIMIT),
        number(10.0).min(FLOOD_SECONDS),
    );
    let total = (rate * seconds) as u64;
    turn.begin_prose("text");
    turn.write(SIGNATURE);
    let start = Instant::now();
    let mut words = PARAGRAPH.split_inclusive(' ').cycle();
    let mut sent = 0;
    while sent < total {
        let due = ((start.elapsed().as_secs_f64() * rate) as u64 + 1).min(total);
        while sent < due {
            turn.write(words.next().unwrap_or(" "));
            sent += 1;
        }
        let next = start + Duration::from_secs_f64(sent as f64 / rate);
        turn.sleep(
            next.saturating_duration_since(Instant::now())
                .max(Duration::from_millis(1)),
        )
        .await?;
    }
    turn.end_prose();
    Ok(())
}
