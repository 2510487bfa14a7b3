//! Aborts, queues, failures, repeated prompts and restarts.

use std::time::{Duration, Instant};

use serde_json::json;

use super::harness::{Agent, Outcome, essence};

#[tokio::test]
async fn an_abort_ends_a_stream_of_text_at_once() -> Outcome {
    let agent = Agent::at_speed(1.0).await?;
    let mut events = agent.events().await?;
    agent.prompt("/long 50").await?;
    events.until("message.part.delta").await?;
    let start = Instant::now();
    agent
        .post(&format!("/session/{}/abort", agent.root), json!({}))
        .await?;
    assert!(
        start.elapsed() < Duration::from_millis(100),
        "{:?}",
        start.elapsed()
    );
    events.until("session.error").await?;
    let first = events.until_idle(&agent.root).await?;
    assert_eq!(first, ["idle", "session.idle"]);
    let second = events.until_idle(&agent.root).await?;
    assert_eq!(
        second,
        ["text end", "assistant completed", "idle", "session.idle"]
    );
    Ok(())
}

#[tokio::test]
async fn an_aborted_command_keeps_what_it_printed_and_leaves_nothing_running() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/run").await?;
    loop {
        let update = events.until("message.part.updated").await?;
        let output = update["part"]["state"]["metadata"]["output"].as_str();
        if output.is_some_and(|output| output.contains("line 1")) {
            break;
        }
    }
    agent
        .post(&format!("/session/{}/abort", agent.root), json!({}))
        .await?;
    let messages = agent.messages().await?;
    let last = messages.last().ok_or("no messages")?;
    let part = last["parts"]
        .as_array()
        .and_then(|parts| parts.last())
        .ok_or("no parts")?;
    assert_eq!(part["state"]["status"], "completed");
    let output = part["state"]["output"].as_str().unwrap_or_default();
    assert!(output.contains("line 1\n") && output.contains("User aborted the command"));
    assert_eq!(last["info"]["error"]["name"], "MessageAbortedError");
    Ok(())
}

#[tokio::test]
async fn an_abort_leaves_its_question_behind_until_it_is_answered() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/question").await?;
    let asked = events.until("question.asked").await?;
    agent
        .post(&format!("/session/{}/abort", agent.root), json!({}))
        .await?;
    assert_eq!(agent.fetch("/session/status").await?, json!({}));
    assert_eq!(agent.fetch("/question").await?, json!([asked]));
    let id = asked["id"].as_str().ok_or("no id")?;
    assert_eq!(
        agent
            .post(&format!("/question/{id}/reject"), json!({}))
            .await?,
        200
    );
    assert_eq!(agent.fetch("/question").await?, json!([]));
    Ok(())
}

#[tokio::test]
async fn an_abort_while_it_waits_to_try_again_leaves_no_error() -> Outcome {
    let agent = Agent::at_speed(0.1).await?;
    let mut events = agent.events().await?;
    agent.prompt("/retry").await?;
    while events.until("session.status").await?["status"]["type"] != "retry" {}
    agent
        .post(&format!("/session/{}/abort", agent.root), json!({}))
        .await?;
    let words = events.until_idle(&agent.root).await?;
    assert_eq!(words, ["assistant completed", "idle", "session.idle"]);
    Ok(())
}

#[tokio::test]
async fn a_retry_abandons_its_attempt_and_answers_in_the_same_message() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/retry").await?;
    let words = events.until_idle(&agent.root).await?;
    assert_eq!(words.iter().filter(|word| *word == "retry").count(), 2);
    assert_eq!(agent.messages().await?.len(), 2);
    assert!(agent.said().await?.contains("third attempt"));
    Ok(())
}

#[tokio::test]
async fn a_failing_provider_is_idle_twice_and_its_message_keeps_the_error() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/fail").await?;
    let error = events.until("session.error").await?;
    assert_eq!(error["error"]["data"]["statusCode"], 401);
    assert_eq!(
        events.until_idle(&agent.root).await?,
        ["idle", "session.idle"]
    );
    assert_eq!(
        events.until_idle(&agent.root).await?,
        ["assistant completed", "idle", "session.idle"]
    );
    Ok(())
}

#[tokio::test]
async fn prompts_sent_while_it_works_are_answered_together_afterwards() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/question").await?;
    let asked = events.until("question.asked").await?;
    agent.prompt("what about beads").await?;
    agent.prompt("and more beads").await?;
    let id = asked["id"].as_str().ok_or("no id")?;
    agent
        .post(
            &format!("/question/{id}/reply"),
            json!({"answers": [["Tea"], [], []]}),
        )
        .await?;
    let words = events.until_idle(&agent.root).await?;
    assert_eq!(
        essence(&words)
            .iter()
            .filter(|word| **word == "idle")
            .count(),
        1
    );
    let messages = agent.messages().await?;
    let last_user = messages
        .iter()
        .rfind(|one| one["info"]["role"] == "user")
        .ok_or("no user")?;
    let last = messages.last().ok_or("no messages")?;
    assert_eq!(last["info"]["parentID"], last_user["info"]["id"]);
    assert_eq!(last_user["parts"][0]["text"], "and more beads");
    Ok(())
}

#[tokio::test]
async fn a_prompt_sent_again_with_its_ids_is_answered_once() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    let body = json!({
        "messageID": "msg_000000000001aaaaaaaaaaaaaa",
        "parts": [{"id": "prt_000000000001aaaaaaaaaaaaaa", "type": "text", "text": "/help"}],
    });
    let path = format!("/session/{}/prompt_async", agent.root);
    for _ in 0..3 {
        assert_eq!(agent.post(&path, body.clone()).await?, 204);
    }
    events.until_idle(&agent.root).await?;
    assert_eq!(agent.post(&path, body).await?, 204);
    assert_eq!(agent.fetch("/session/status").await?, json!({}));
    let messages = agent.messages().await?;
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0]["parts"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
async fn the_conversation_survives_a_restart() -> Outcome {
    let mut agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/help").await?;
    events.until_idle(&agent.root).await?;
    let (root, before) = (agent.root.clone(), agent.messages().await?);
    agent.stop().await;
    agent.boot().await?;
    assert_eq!(agent.root, root);
    assert_eq!(agent.messages().await?, before);
    let mut events = agent.events().await?;
    agent.prompt("how many files are there").await?;
    events.until_idle(&agent.root).await?;
    assert!(agent.said().await?.contains("3 files are tracked"));
    Ok(())
}

#[tokio::test]
async fn a_stop_ends_the_streams_and_a_running_command() -> Outcome {
    let mut agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/run").await?;
    while !matches!(events.next().await?["properties"]["part"]["state"]["metadata"]["output"].as_str(), Some(output) if output.contains("line 1"))
    {
    }
    let start = Instant::now();
    agent.stop().await;
    assert!(start.elapsed() < Duration::from_secs(2));
    while events.next().await.is_ok() {}
    Ok(())
}

#[tokio::test]
async fn a_blocking_prompt_returns_the_last_message_of_the_turn() -> Outcome {
    let agent = Agent::new().await?;
    let body = json!({"parts": [{"type": "text", "text": "/help"}]});
    let path = format!("/session/{}/message", agent.root);
    let answer: serde_json::Value = agent
        .request(reqwest::Method::POST, &path)?
        .json(&body)
        .send()
        .await?
        .json()
        .await?;
    assert_eq!(answer["info"]["finish"], "stop");
    Ok(())
}

#[tokio::test]
async fn a_flood_keeps_its_rate() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/flood 400 0.5").await?;
    events.until_idle(&agent.root).await?;
    let deltas = events
        .seen
        .iter()
        .filter(|event| event["type"] == "message.part.delta")
        .count();
    assert_eq!(deltas, 201);
    Ok(())
}

#[tokio::test]
async fn a_deleted_session_is_gone_with_its_work() -> Outcome {
    let agent = Agent::at_speed(1.0).await?;
    let mut events = agent.events().await?;
    agent.prompt("/long 50").await?;
    events.until("message.part.delta").await?;
    let path = format!("/session/{}", agent.root);
    let answer = agent
        .request(reqwest::Method::DELETE, &path)?
        .send()
        .await?;
    assert_eq!(answer.status(), 200);
    events.until("session.deleted").await?;
    assert_eq!(
        agent
            .request(reqwest::Method::GET, &path)?
            .send()
            .await?
            .status(),
        404
    );
    assert_eq!(agent.fetch("/session/status").await?, json!({}));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_agents_answer_at_once() -> Outcome {
    let mut agents = Vec::new();
    for _ in 0..200 {
        agents.push(Agent::bare().await?);
    }
    let answers = agents.iter().map(|agent| async {
        let body = json!({"parts": [{"type": "text", "text": "/flood 50 0.2"}]});
        let path = format!("/session/{}/message", agent.root);
        agent.post(&path, body).await
    });
    for status in futures_util::future::join_all(answers).await {
        assert_eq!(status?, 200);
    }
    Ok(())
}

#[tokio::test]
async fn a_command_leaves_nothing_in_the_background() -> Outcome {
    let agent = Agent::new().await?;
    let hook = agent.workspace().join(".git/hooks/post-commit");
    std::fs::create_dir_all(agent.workspace().join(".git/hooks"))?;
    std::fs::write(&hook, "#!/bin/sh\nsleep 300 &\necho $! > ../background\n")?;
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let mut events = agent.events().await?;
    agent.prompt("/fix").await?;
    let asked = events.until("question.asked").await?;
    let id = asked["id"].as_str().ok_or("no id")?;
    let label = &asked["questions"][0]["options"][0]["label"];
    agent
        .post(
            &format!("/question/{id}/reply"),
            json!({"answers": [[label]]}),
        )
        .await?;
    let asked = events.until("permission.asked").await?;
    let id = asked["id"].as_str().ok_or("no id")?;
    agent
        .post(&format!("/permission/{id}/reply"), json!({"reply": "once"}))
        .await?;
    events.until_idle(&agent.root).await?;
    let number = std::fs::read_to_string(agent.folder.path().join("background"))?;
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", number.trim()));
    assert!(stat.is_err() || stat.is_ok_and(|stat| stat.contains(") Z")));
    Ok(())
}
