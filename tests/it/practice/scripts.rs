//! The four scripts: what they do to the repository, and what they do when told not to.

use serde_json::{Value, json};

use super::harness::{Agent, Events, Outcome};

/// Answers everything that is asked until the root is idle: questions with their first option.
async fn agree(agent: &Agent, events: &mut Events, permission: Value) -> Outcome {
    loop {
        let event = events.next().await?;
        let id = event["properties"]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        match event["type"].as_str() {
            Some("permission.asked") => {
                agent
                    .post(&format!("/permission/{id}/reply"), permission.clone())
                    .await?;
            }
            Some("question.asked") => {
                let questions = event["properties"]["questions"].as_array().cloned();
                let answers: Vec<Value> = questions
                    .unwrap_or_default()
                    .iter()
                    .map(|question| json!([question["options"][0]["label"]]))
                    .collect();
                agent
                    .post(
                        &format!("/question/{id}/reply"),
                        json!({"answers": answers}),
                    )
                    .await?;
            }
            Some("session.idle") if event["properties"]["sessionID"] == agent.root.as_str() => {
                return Ok(());
            }
            _ => {}
        }
    }
}

async fn committed(prompt: &str, path: &str) -> Outcome<Agent> {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt(prompt).await?;
    agree(&agent, &mut events, json!({"reply": "once"})).await?;
    let author = agent.git(&["log", "-n", "1", "--format=%an <%ae>", "--", path])?;
    assert_eq!(author.trim(), "Practice agent <practice@kortix.local>");
    assert_eq!(agent.git(&["status", "--porcelain"])?, "");
    assert!(agent.said().await?.contains("*Practice agent, no model.*"));
    Ok(agent)
}

#[tokio::test]
async fn the_tour_commits_a_page() -> Outcome {
    let agent = committed("/tour", "TOUR.md").await?;
    let page = std::fs::read_to_string(agent.workspace().join("TOUR.md"))?;
    assert!(page.contains("| Python | 2 |"), "{page}");
    assert!(agent.said().await?.contains("## The tour"));
    Ok(())
}

#[tokio::test]
async fn the_fix_repairs_a_misspelling_and_shows_its_diff() -> Outcome {
    let agent = committed("/fix", "count.py").await?;
    let code = std::fs::read_to_string(agent.workspace().join("count.py"))?;
    assert_eq!(code, "# we receive beads\nprint(3)\n");
    let messages = agent.messages().await?;
    let user = messages[0]["info"]["id"]
        .as_str()
        .ok_or("no user message")?;
    let diff = agent
        .fetch(&format!("/session/{}/diff?messageID={user}", agent.root))
        .await?;
    assert_eq!(diff[0]["file"], "count.py");
    assert_eq!(
        (&diff[0]["additions"], &diff[0]["deletions"]),
        (&json!(1), &json!(1))
    );
    Ok(())
}

#[tokio::test]
async fn the_notes_hold_the_chosen_topics_only() -> Outcome {
    let agent = committed("/notes", "NOTES.md").await?;
    let notes = std::fs::read_to_string(agent.workspace().join("NOTES.md"))?;
    assert!(notes.contains("### Layout"), "{notes}");
    assert!(!notes.contains("### Languages"), "{notes}");
    Ok(())
}

#[tokio::test]
async fn the_tests_script_recovers_from_a_failing_command_and_sends_a_subagent() -> Outcome {
    let agent = committed("/tests", "TESTING.md").await?;
    let parts: Vec<Value> = agent
        .messages()
        .await?
        .iter()
        .flat_map(|message| message["parts"].as_array().cloned().unwrap_or_default())
        .filter(|part| part["type"] == "tool")
        .collect();
    let tool = |name: &str| parts.iter().find(|part| part["tool"] == name);
    let bash = tool("bash").ok_or("no command")?;
    assert_eq!(bash["state"]["metadata"]["exit"], 128);
    let task = tool("task").ok_or("no task")?;
    assert!(task["state"]["metadata"]["sessionId"].is_string());
    let todos = agent
        .fetch(&format!("/session/{}/todo", agent.root))
        .await?;
    assert!(
        todos
            .as_array()
            .is_some_and(|todos| todos.iter().all(|todo| todo["status"] == "completed"))
    );
    Ok(())
}

#[tokio::test]
async fn an_edit_refused_with_a_reason_changes_nothing() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("/tour").await?;
    let no = json!({"reply": "reject", "message": "keep the tree clean"});
    agree(&agent, &mut events, no).await?;
    assert!(!agent.workspace().join("TOUR.md").exists());
    assert!(agent.said().await?.contains("“keep the tree clean”"));
    assert_eq!(agent.git(&["rev-list", "--count", "HEAD"])?.trim(), "1");
    Ok(())
}

#[tokio::test]
async fn a_first_prompt_gets_one_of_the_scripts_and_names_the_session() -> Outcome {
    let agent = Agent::new().await?;
    let mut events = agent.events().await?;
    agent.prompt("have a look around, will you").await?;
    agree(&agent, &mut events, json!({"reply": "once"})).await?;
    let session = agent.fetch(&format!("/session/{}", agent.root)).await?;
    assert_eq!(session["title"], "Practice: have a look around, will you");
    assert!(agent.said().await?.contains("`/help`"));
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_leaves_the_folder_is_not_read() -> Outcome {
    let agent = Agent::new().await?;
    let outside = agent.folder.path().join("secret.txt");
    std::fs::write(&outside, "# very secret\n")?;
    std::fs::remove_file(agent.workspace().join("README.md"))?;
    std::os::unix::fs::symlink(&outside, agent.workspace().join("README.md"))?;
    agent.git(&["commit", "-q", "-a", "-m", "Link"])?;
    let mut events = agent.events().await?;
    agent.prompt("/tour").await?;
    agree(&agent, &mut events, json!({"reply": "once"})).await?;
    let everything = serde_json::to_string(&agent.messages().await?)?;
    assert!(!everything.contains("very secret"));
    Ok(())
}
