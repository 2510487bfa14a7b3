//! Permissions and questions: asked, answered, obeyed.

use serde_json::{Value, json};

use super::harness::{Agent, Outcome, essence};

async fn reply(agent: &Agent, asked: &Value, body: Value) -> Outcome {
    let id = asked["id"].as_str().ok_or("an ask without id")?;
    assert_eq!(
        agent.post(&format!("/permission/{id}/reply"), body).await?,
        200
    );
    Ok(())
}

#[tokio::test]
async fn a_permission_is_asked_before_the_tool_runs_and_answered_once() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/ask").await?;
    let asked = events.until("permission.asked").await?;
    assert_eq!(agent.fetch("/permission").await?, json!([asked]));
    assert_eq!(asked["patterns"], json!(["git log -n 3 --oneline"]));
    assert_eq!(asked["always"], json!(["git log *"]));
    reply(&agent, &asked, json!({"reply": "once"})).await?;
    let words = events.until_idle(&agent.root).await?;
    let start = ["bash running", "permission.replied", "bash running"];
    assert_eq!(essence(&words).get(..3), Some(start.as_slice()));
    assert!(words.contains(&"bash completed".to_owned()));
    assert_eq!(agent.fetch("/permission").await?, json!([]));
    Ok(())
}

#[tokio::test]
async fn always_holds_until_the_agent_stops() -> Outcome {
    let mut agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/ask").await?;
    let asked = events.until("permission.asked").await?;
    reply(&agent, &asked, json!({"reply": "always"})).await?;
    events.until_idle(&agent.root).await?;
    agent.prompt("/ask").await?;
    let words = events.until_idle(&agent.root).await?;
    assert!(!words.contains(&"permission.asked".to_owned()));
    agent.stop().await;
    agent.boot().await?;
    let mut events = agent.events().await?;
    agent.prompt("/ask").await?;
    events.until("permission.asked").await?;
    Ok(())
}

#[tokio::test]
async fn a_bare_no_ends_the_turn_without_an_error() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/ask").await?;
    let asked = events.until("permission.asked").await?;
    reply(&agent, &asked, json!({"reply": "reject"})).await?;
    let words = events.until_idle(&agent.root).await?;
    let expected = [
        "bash running",
        "permission.replied",
        "bash error",
        "step-finish",
        "assistant tool-calls",
        "assistant tool-calls completed",
        "busy",
        "idle",
        "session.idle",
    ];
    assert_eq!(essence(&words), expected);
    Ok(())
}

#[tokio::test]
async fn a_no_with_a_reason_is_mentioned_and_the_turn_goes_on() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/ask").await?;
    let asked = events.until("permission.asked").await?;
    let session = agent.root.clone();
    let id = asked["id"].as_str().ok_or("no id")?;
    let old_form = format!("/session/{session}/permissions/{id}");
    let body = json!({"response": "reject", "message": "not on a Friday"});
    assert_eq!(agent.post(&old_form, body).await?, 200);
    events.until_idle(&agent.root).await?;
    assert!(agent.said().await?.contains("“not on a Friday”"));
    Ok(())
}

#[tokio::test]
async fn a_second_answer_finds_nothing_to_answer() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/ask").await?;
    let asked = events.until("permission.asked").await?;
    reply(&agent, &asked, json!({"reply": "once"})).await?;
    let id = asked["id"].as_str().ok_or("no id")?;
    let status = agent
        .post(&format!("/permission/{id}/reply"), json!({"reply": "once"}))
        .await?;
    assert_eq!(status, 404);
    Ok(())
}

#[tokio::test]
async fn answers_to_questions_are_told_back() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/question").await?;
    let asked = events.until("question.asked").await?;
    let id = asked["id"].as_str().ok_or("no id")?;
    let answers = json!([["Tea"], ["A phone", "A server"], ["my own words"]]);
    let status = agent
        .post(
            &format!("/question/{id}/reply"),
            json!({"answers": answers}),
        )
        .await?;
    assert_eq!(status, 200);
    let words = events.until_idle(&agent.root).await?;
    assert!(words.contains(&"question completed".to_owned()));
    assert!(
        agent
            .said()
            .await?
            .contains("- A phone, A server\n- my own words")
    );
    Ok(())
}

#[tokio::test]
async fn a_dismissed_question_ends_the_turn() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/question").await?;
    let asked = events.until("question.asked").await?;
    let id = asked["id"].as_str().ok_or("no id")?;
    agent
        .post(&format!("/question/{id}/reject"), json!({}))
        .await?;
    let words = events.until_idle(&agent.root).await?;
    let expected = [
        "question running",
        "question.rejected",
        "question error",
        "step-finish",
        "assistant tool-calls",
        "assistant tool-calls completed",
        "busy",
        "idle",
        "session.idle",
    ];
    assert_eq!(essence(&words), expected);
    Ok(())
}

#[tokio::test]
async fn a_subagent_asks_under_its_own_session() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/task").await?;
    let asked = events.until("permission.asked").await?;
    let children = agent
        .fetch(&format!("/session/{}/children", agent.root))
        .await?;
    assert_eq!(asked["sessionID"], children[0]["id"]);
    assert_eq!(children[0]["parentID"], agent.root.as_str());
    reply(&agent, &asked, json!({"reply": "once"})).await?;
    events.until_idle(&agent.root).await?;
    assert!(agent.said().await?.contains("files mention tests"));
    Ok(())
}
