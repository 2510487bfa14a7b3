//! Subagents of the practice agent: a session of their own, under the one that sent them.
//!
//! Their events, permissions and idles carry the child's id. They end with their parent's turn.

use std::sync::Arc;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    desk::model,
    ids::now,
    script::Script,
    state::Work,
    turn::{Flow, Stop, Turn, converse},
};

impl Turn {
    /// Sends a subagent and returns what it said in the end.
    pub async fn task(&mut self, description: &str, prompt: &str) -> Flow<String> {
        let call = self.open("task");
        self.pause(200.0).await?;
        let input =
            json!({"description": description, "prompt": prompt, "subagent_type": "explore"});
        self.run(&call, &input);
        let child = self.desk.open_session(&json!({
            "parentID": self.session,
            "title": format!("{description} (@explore subagent)"),
            "agent": "explore",
        }));
        let child = child["id"].as_str().unwrap_or_default().to_owned();
        let metadata = json!({
            "parentSessionId": self.session,
            "sessionId": child,
            "model": model(),
        });
        self.progress(&call, Some(description), &metadata);
        let token = self.token.child_token();
        self.hand_over(&child, prompt, token.clone());
        let errand = converse(
            Arc::clone(&self.desk),
            child.clone(),
            token,
            Some(Script::Errand),
        );
        // The errand's turns contain tasks in principle, so its size is not known without the box.
        Box::pin(errand).await;
        if self.token.is_cancelled() {
            return Err(Stop::Aborted);
        }
        let result = self.last_words(&child);
        let output = format!(
            "<task id=\"{child}\" state=\"completed\">\n<task_result>\n{result}\n</task_result>\n</task>"
        );
        self.complete(&call, description, &output, metadata);
        Ok(result)
    }

    fn hand_over(&self, child: &str, prompt: &str, token: CancellationToken) {
        let desk = &self.desk;
        let id = desk.ids.rising("msg");
        let mut state = desk.state();
        let info = json!({
            "id": id,
            "role": "user",
            "sessionID": child,
            "time": {"created": now()},
            "agent": "explore",
            "model": model(),
        });
        desk.put_message_in(&mut state, info);
        let part = json!({
            "id": desk.ids.rising("prt"),
            "sessionID": child,
            "messageID": id,
            "type": "text",
            "text": prompt,
        });
        desk.put_part_in(&mut state, part);
        if let Some(conversation) = state.conversation(child) {
            conversation.queue.push(id);
            conversation.work = Some(Work::busy(token));
            conversation.busy.send_replace(true);
        }
    }

    fn last_words(&self, session: &str) -> String {
        let mut state = self.desk.state();
        let last = state
            .conversation(session)
            .and_then(|one| one.messages.last())
            .filter(|message| message.info["role"] == "assistant");
        last.map(|message| message.text()).unwrap_or_default()
    }
}
