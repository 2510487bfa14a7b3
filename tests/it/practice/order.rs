//! The order and the shape of what comes over the stream.

use serde_json::json;

use super::harness::{Agent, Outcome, essence};

#[tokio::test]
async fn a_turn_streams_its_text_between_start_and_end() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/long 2").await?;
    let words = events.until_idle(&agent.root).await?;
    let expected = [
        "text",
        "busy",
        "assistant",
        "busy",
        "step-start",
        "text",
        "delta",
        "text end",
        "step-finish",
        "assistant stop",
        "assistant stop completed",
        "busy",
        "idle",
        "session.idle",
    ];
    assert_eq!(essence(&words), expected);
    Ok(())
}

#[tokio::test]
async fn deltas_joined_are_the_text_that_the_snapshot_shows_at_the_end() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/long 3").await?;
    events.until_idle(&agent.root).await?;
    let joined: String = events
        .seen
        .iter()
        .filter_map(|event| event["properties"]["delta"].as_str())
        .collect();
    assert!(joined.starts_with("*Practice agent, no model.*"));
    assert_eq!(joined, agent.said().await?);
    Ok(())
}

#[tokio::test]
async fn a_snapshot_shows_no_text_while_it_streams() -> Outcome {
    let agent = Agent::at_speed(1.0).await?;
    let mut events = agent.events().await?;
    agent.prompt("/long 5").await?;
    events.until("message.part.delta").await?;
    assert_eq!(agent.said().await?, "");
    assert_eq!(
        agent.fetch("/session/status").await?[&agent.root]["type"],
        "busy"
    );
    agent
        .post(&format!("/session/{}/abort", agent.root), json!({}))
        .await?;
    Ok(())
}

#[tokio::test]
async fn both_streams_carry_the_same_event_ids() -> Outcome {
    let agent = Agent::new().await?;
    let mut plain = agent.events().await?;
    let mut global = agent.events_at("/global/event").await?;
    agent.prompt("/help").await?;
    plain.until_idle(&agent.root).await?;
    let (own, theirs) = (plain.seen.split_off(1), plain.seen);
    assert_eq!(theirs.len(), 1);
    for event in own {
        let wrapped = global.next().await?;
        assert_eq!(wrapped["payload"], event);
        assert_eq!(
            wrapped["directory"],
            agent.workspace().to_string_lossy().as_ref()
        );
    }
    Ok(())
}

#[tokio::test]
async fn another_folder_is_silent_and_empty() -> Outcome {
    let agent = Agent::new().await?;
    let mut elsewhere = agent.events_at("/event?directory=/nowhere").await?;
    let mut events = agent.events().await?;
    agent.prompt("/help").await?;
    events.until_idle(&agent.root).await?;
    assert_eq!(agent.fetch("/session?directory=/nowhere").await?, json!([]));
    let quiet = tokio::time::timeout(std::time::Duration::from_millis(50), elsewhere.next()).await;
    assert!(quiet.is_err());
    Ok(())
}

#[tokio::test]
async fn a_request_without_the_password_is_refused() -> Outcome {
    let agent = Agent::new().await?;
    let address = agent.running.as_ref().ok_or("stopped")?.address;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer = client
        .get(format!("http://{address}/global/health"))
        .send()
        .await?;
    assert_eq!(answer.status(), 401);
    Ok(())
}

#[tokio::test]
async fn an_unknown_route_is_json_not_found() -> Outcome {
    let agent = Agent::new().await?;
    let answer = agent
        .request(reqwest::Method::GET, "/no/such")?
        .send()
        .await?;
    assert_eq!(answer.status(), 404);
    assert!(answer.json::<serde_json::Value>().await?.is_object());
    Ok(())
}

#[tokio::test]
async fn pages_of_messages_join_without_gap_or_overlap() -> Outcome {
    let agent = Agent::new().await?;
    for prompt in ["/help", "/help", "/help"] {
        let mut events = agent.events().await?;
        agent.prompt(prompt).await?;
        events.until_idle(&agent.root).await?;
    }
    let all = agent.messages().await?;
    let mut joined = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let before = cursor
            .map(|cursor| format!("&before={cursor}"))
            .unwrap_or_default();
        let path = format!("/session/{}/message?limit=2{before}", agent.root);
        let answer = agent.request(reqwest::Method::GET, &path)?.send().await?;
        cursor = answer
            .headers()
            .get("x-next-cursor")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let mut page: Vec<serde_json::Value> = answer.json().await?;
        page.append(&mut joined);
        joined = page;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(joined, all);
    assert_eq!(all.len(), 6);
    Ok(())
}
