//! A session on the screen, and what its agent says.

use kortix_tui::{
    app::{Screen as Place, event::Event},
    model::{agent::stream::LinkState, id::SessionKey, session::SessionStatus},
};
use serde_json::{Value, json};

use crate::screen::{NOON, Screen, World};

/// A screen with one running session open, and its key.
pub fn open(columns: u16, rows: u16) -> (Screen, SessionKey) {
    open_in(columns, rows, SessionStatus::Running)
}

/// [`open`] for a session in some state.
pub fn open_in(columns: u16, rows: u16, status: SessionStatus) -> (Screen, SessionKey) {
    let mut world = World::with_projects(&["web"]);
    let key = world.session("web", "s1", "Fix the login", status, 5);
    let mut screen = Screen::new(columns, rows);
    screen.settle(&world);
    screen.state.show(Place::Session(key.clone()));
    screen.settle(&world);
    screen.event(Event::Link(key.clone(), LinkState::Live));
    screen.effects.clear();
    screen.draw();
    (screen, key)
}

/// The root session with a title and a folder.
pub fn root() -> Value {
    agent_session("ses_s1", Value::Null, "Fix the login", 300)
}

/// A subagent's session.
pub fn child(id: &str, title: &str) -> Value {
    agent_session(id, json!("ses_s1"), title, 100)
}

fn agent_session(id: &str, parent: Value, title: &str, seconds: i64) -> Value {
    json!({"type": "session.created", "properties": {"info": {
        "id": id, "parentID": parent, "title": title, "directory": "/workspace",
        "version": "1.18.0", "time": {"created": NOON.0 - seconds * 1_000, "updated": NOON.0}}}})
}

/// A session's status.
pub fn status(id: &str, word: &str) -> Value {
    json!({"type": "session.status", "properties": {
        "sessionID": id, "status": {"type": word}}})
}

/// A message without parts.
pub fn message(id: &str, role: &str, ago: i64) -> Value {
    json!({"type": "message.updated", "properties": {"info": {
        "id": id, "sessionID": "ses_s1", "role": role, "agent": "build",
        "providerID": "anthropic", "modelID": "claude-sonnet",
        "time": {"created": NOON.0 - ago * 1_000}}}})
}

/// A message that is complete, with what it took.
pub fn finished(id: &str, ago: i64) -> Value {
    json!({"type": "message.updated", "properties": {"info": {
        "id": id, "sessionID": "ses_s1", "role": "assistant", "agent": "build",
        "providerID": "anthropic", "modelID": "claude-sonnet", "finish": "stop",
        "cost": 0.0312, "tokens": {"input": 1200, "output": 340, "reasoning": 0,
            "cache": {"read": 18_000, "write": 0}},
        "time": {"created": NOON.0 - ago * 1_000, "completed": NOON.0 - (ago - 20) * 1_000}}}})
}

/// A part of a message.
pub fn part(message: &str, id: &str, mut body: Value) -> Value {
    body["id"] = json!(id);
    body["messageID"] = json!(message);
    body["sessionID"] = json!("ses_s1");
    json!({"type": "message.part.updated", "properties": {"part": body}})
}

/// A prompt that the agent has stored.
pub fn prompt(id: &str, text: &str, ago: i64) -> [Value; 2] {
    let body = json!({"type": "text", "text": text});
    [
        message(id, "user", ago),
        part(id, &format!("prt_{id}"), body),
    ]
}

/// Text of the agent that is complete.
pub fn says(message: &str, id: &str, text: &str) -> Value {
    let body = json!({"type": "text", "text": text,
        "time": {"start": NOON.0 - 50_000, "end": NOON.0 - 49_000}});
    part(message, id, body)
}

/// A tool call in some state.
pub fn tool(message: &str, id: &str, name: &str, state: Value) -> Value {
    let body = json!({"type": "tool", "callID": format!("call_{id}"), "tool": name,
        "state": state});
    part(message, id, body)
}

/// A turn with everything in it, still under way.
pub fn busy_turn() -> Vec<Value> {
    let at = |seconds: i64| NOON.0 - seconds * 1_000;
    let diff = "Index: src/login.rs\n===\n--- src/login.rs\n+++ src/login.rs\n@@ -1,3 +1,3 @@\n fn login() {\n-    old();\n+    new();\n }\n";
    let mut events = vec![root(), status("ses_s1", "busy")];
    events.extend(prompt("msg_1", "Make the tests pass.", 90));
    events.push(message("msg_2", "assistant", 80));
    events.push(part(
        "msg_2",
        "prt_20",
        json!({"type": "reasoning",
        "text": "The tests fail because of the date.\nI look at it first.",
        "time": {"start": at(80), "end": at(76)}}),
    ));
    events.push(says(
        "msg_2",
        "prt_21",
        "I run the **tests** first, then `login.rs`:\n\n- one\n- two",
    ));
    events.push(tool("msg_2", "prt_22", "bash", json!({"status": "completed",
        "input": {"command": "cargo test"}, "output": "running 2 tests\n\u{1b}[31mFAILED\u{1b}[0m\n",
        "title": "Run tests", "metadata": {"exit": 101},
        "time": {"start": at(70), "end": at(61)}})));
    events.push(tool(
        "msg_2",
        "prt_23",
        "edit",
        json!({"status": "completed",
        "input": {"filePath": "src/login.rs", "oldString": "old();", "newString": "new();"},
        "output": "", "title": "src/login.rs", "metadata": {"diff": diff},
        "time": {"start": at(60), "end": at(60)}}),
    ));
    events.push(tool(
        "msg_2",
        "prt_24",
        "todowrite",
        json!({"status": "completed",
        "input": {"todos": [
            {"content": "Read the code", "status": "completed"},
            {"content": "Fix the date", "status": "in_progress"},
            {"content": "Commit", "status": "pending"}]},
        "output": "", "title": "3 todos", "time": {"start": at(58), "end": at(58)}}),
    ));
    events.push(
        json!({"type": "todo.updated", "properties": {"sessionID": "ses_s1", "todos": [
        {"content": "Read the code", "status": "completed", "priority": "high"},
        {"content": "Fix the date", "status": "in_progress", "priority": "high"},
        {"content": "Commit", "status": "pending", "priority": "low"}]}}),
    );
    events.push(tool(
        "msg_2",
        "prt_25",
        "bash",
        json!({"status": "running",
        "input": {"command": "cargo test --all"},
        "metadata": {"output": "running 12 tests\ntest a ... ok\ntest b ... ok\n"},
        "time": {"start": at(42)}}),
    ));
    events
}

/// A request to run the command of the running tool of [`busy_turn`].
pub fn permission(id: &str, command: &str) -> Value {
    json!({"type": "permission.asked", "properties": {
        "id": id, "sessionID": "ses_s1", "permission": "bash",
        "patterns": [command], "always": ["cargo *"], "metadata": {"command": command}}})
}

/// Two questions.
pub fn questions() -> Value {
    json!({"type": "question.asked", "properties": {"id": "que_1", "sessionID": "ses_s1",
        "questions": [
            {"question": "Which database should the tests use?", "header": "Database",
             "options": [
                {"label": "SQLite", "description": "In memory, fast."},
                {"label": "Postgres", "description": "As in production."}]},
            {"question": "Which checks should run?", "header": "Checks", "multiple": true,
             "options": [
                {"label": "Lint", "description": ""},
                {"label": "Types", "description": ""}]}]}})
}
