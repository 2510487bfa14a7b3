//! Turns of the real OpenCode with the mock model, without our program: proves the test ground.

use std::io::{Error, Result};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Events, Server, or_skip, repository};
use crate::home::Home;
use crate::mock_model::MockModel;

/// Everything that a turn needs; ends together.
struct Ground {
    server: Server,
    events: Events,
    model: MockModel,
    session: String,
    workspace: TempDir,
    _home: Home,
}

impl Ground {
    /// `None` when there is no OpenCode.
    async fn new(test: &str) -> Result<Option<Self>> {
        let Some(program) = or_skip(test) else {
            return Ok(None);
        };
        let home = Home::new()?;
        let workspace = tempfile::tempdir()?;
        repository(workspace.path(), &home).await?;
        let model = MockModel::start().await?;
        let server = Server::start(&program, &home, &model, workspace.path()).await?;
        assert!(server.url().starts_with("http://127.0.0.1:"));
        let mut events = server.events().await?;
        events.wait_for("server.connected").await?;
        let session = server.post("/session", &json!({})).await?;
        let id = session["id"].as_str();
        let id = id.ok_or_else(|| Error::other("a session without id"))?;
        Ok(Some(Self {
            session: id.to_owned(),
            server,
            events,
            model,
            workspace,
            _home: home,
        }))
    }

    fn path(&self, tail: &str) -> String {
        format!("/session/{}/{tail}", self.session)
    }

    async fn prompt(&self, text: &str) -> Result<()> {
        let body = json!({"parts": [{"type": "text", "text": text}]});
        self.server
            .post(&self.path("prompt_async"), &body)
            .await
            .map(|_| ())
    }

    async fn idle(&mut self) -> Result<()> {
        self.events.wait_for("session.idle").await.map(|_| ())
    }

    /// All parts of a type, over all messages.
    async fn parts(&self, kind: &str) -> Result<Vec<Value>> {
        let messages = self.server.fetch(&self.path("message")).await?;
        let messages = messages.as_array().cloned().unwrap_or_default();
        let parts = messages
            .iter()
            .filter_map(|message| message["parts"].as_array())
            .flatten();
        Ok(parts.filter(|part| part["type"] == kind).cloned().collect())
    }

    async fn said(&self, text: &str) -> Result<bool> {
        let parts = self.parts("text").await?;
        Ok(parts.iter().any(|part| part["text"] == text))
    }
}

#[tokio::test]
async fn text_and_reasoning_arrive_and_a_title_is_asked_for() -> Result<()> {
    let Some(mut ground) = Ground::new("text").await? else {
        return Ok(());
    };
    ground.prompt("@think").await?;
    ground
        .events
        .wait_until("a title", |event| {
            event["properties"]["info"]["title"] == "A title from the mock model"
        })
        .await?;
    ground.prompt("say it").await?;
    let echoed = "You said: say it";
    ground
        .events
        .wait_until("the text", |event| {
            event["properties"]["part"]["text"] == echoed
        })
        .await?;
    assert!(ground.said("I looked and leaped.").await?);
    let thoughts = ground.parts("reasoning").await?;
    assert_eq!(thoughts[0]["text"], "First I look, then I leap.");
    let requests = ground.model.requests();
    let turn = requests.iter().find(|request| request.script == "think");
    assert!(turn.is_some_and(|turn| turn.tools.contains(&"bash".to_owned())));
    Ok(())
}

#[tokio::test]
async fn tools_really_work_in_the_workspace() -> Result<()> {
    let Some(mut ground) = Ground::new("tools").await? else {
        return Ok(());
    };
    ground.prompt("@tools {\"file\":\"made.txt\"}").await?;
    ground.idle().await?;
    let made = std::fs::read_to_string(ground.workspace.path().join("made.txt"))?;
    assert_eq!(made, "alpha\nBETA\ngamma\n");
    let tools: Vec<Value> = ground.parts("tool").await?;
    let names: Vec<&Value> = tools.iter().map(|part| &part["tool"]).collect();
    assert_eq!(names, ["bash", "write", "edit"]);
    let output = tools[0]["state"]["output"].as_str().unwrap_or_default();
    assert!(output.contains("README.md"), "{output}");
    Ok(())
}

#[tokio::test]
async fn a_command_waits_for_permission_and_runs_once_allowed() -> Result<()> {
    let Some(mut ground) = Ground::new("permission").await? else {
        return Ok(());
    };
    let made = ground.workspace.path().join("allowed.txt");
    ground
        .prompt("@bash {\"command\":\"touch allowed.txt\"}")
        .await?;
    let asked = ground.events.wait_for("permission.asked").await?;
    assert_eq!(asked["patterns"], json!(["touch allowed.txt"]));
    assert!(!made.exists());
    let id = asked["id"].as_str().unwrap_or_default();
    let reply = format!("/permission/{id}/reply");
    ground
        .server
        .post(&reply, &json!({"reply": "once"}))
        .await?;
    ground.idle().await?;
    assert!(made.exists());
    Ok(())
}

#[tokio::test]
async fn a_question_is_asked_and_its_answers_reach_the_model() -> Result<()> {
    let Some(mut ground) = Ground::new("question").await? else {
        return Ok(());
    };
    ground.prompt("@question").await?;
    let asked = ground.events.wait_for("question.asked").await?;
    assert_eq!(asked["questions"][1]["multiple"], true);
    let id = asked["id"].as_str().unwrap_or_default();
    let answers = json!({"answers": [["SQLite"], ["Login", "Search"]]});
    let reply = format!("/question/{id}/reply");
    ground.server.post(&reply, &answers).await?;
    ground.idle().await?;
    assert!(ground.said("Thank you for the answers.").await?);
    Ok(())
}

#[tokio::test]
async fn an_abort_ends_a_slow_answer() -> Result<()> {
    let Some(mut ground) = Ground::new("abort").await? else {
        return Ok(());
    };
    ground.prompt("@slow").await?;
    ground.events.wait_for("message.part.delta").await?;
    ground
        .server
        .post(&ground.path("abort"), &json!({}))
        .await?;
    let error = ground.events.wait_for("session.error").await?;
    assert_eq!(error["error"]["name"], "MessageAbortedError");
    Ok(())
}

#[tokio::test]
async fn errors_of_the_provider_end_the_turn_or_are_tried_again() -> Result<()> {
    let Some(mut ground) = Ground::new("errors").await? else {
        return Ok(());
    };
    ground.prompt("@refuse {\"status\":400}").await?;
    let error = ground.events.wait_for("session.error").await?;
    assert_eq!(error["error"]["data"]["statusCode"], 400);
    // After an error the turn is idle twice; a prompt between the two is stored and not answered.
    ground.idle().await?;
    ground.idle().await?;
    ground
        .prompt("@refuse {\"status\":429,\"times\":1}")
        .await?;
    ground
        .events
        .wait_until("a retry", |event| {
            event["properties"]["status"]["type"] == "retry"
        })
        .await?;
    ground
        .events
        .wait_until("the second try", |event| {
            event["properties"]["part"]["text"] == "Now it worked."
        })
        .await?;
    Ok(())
}
