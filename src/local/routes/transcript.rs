//! A digest of a session's conversation, asked from its agent.

use std::{collections::HashMap, time::Duration};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    local::{
        plane::Plane,
        routes::{Shared, refusal::Refusal, sessions},
        store::SessionRow,
    },
    model::{session::SessionStatus, time::Millis},
};

/// How long the agent may take.
const DEADLINE: Duration = Duration::from_secs(8);

/// `GET …/sessions/{id}/transcript?limit=&chars=`.
pub async fn read(
    State(plane): Shared,
    Path((project, session)): Path<(String, String)>,
    Query(words): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    let limit = number(&words, "limit", 1..=500, 40)?;
    let chars = number(&words, "chars", 80..=5000, 700)?;
    let row = sessions::find(&plane, &project, &session).await?.row;
    Ok(Json(match messages(&plane, &row, limit).await {
        Ok(messages) => {
            let messages: Vec<Value> = messages
                .iter()
                .map(|message| digest(message, chars))
                .collect();
            json!({
                "available": true,
                "reason": null,
                "opencode_session_id": row.root_session,
                "message_count": messages.len(),
                "messages": messages,
            })
        }
        Err(reason) => json!({
            "available": false,
            "reason": reason,
            "opencode_session_id": row.root_session,
            "message_count": 0,
            "messages": [],
        }),
    }))
}

fn number(
    words: &HashMap<String, String>,
    name: &str,
    range: std::ops::RangeInclusive<usize>,
    default: usize,
) -> Result<usize, Refusal> {
    let Some(text) = words.get(name) else {
        return Ok(default);
    };
    text.parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            let (low, high) = (range.start(), range.end());
            let error = format!("{name} must be an integer between {low} and {high}");
            Refusal::new(StatusCode::BAD_REQUEST, error)
        })
}

/// The newest messages as the agent has them, oldest first, or why there are none.
async fn messages(plane: &Plane, row: &SessionRow, limit: usize) -> Result<Vec<Value>, String> {
    if row.status != SessionStatus::Running {
        let status = &row.status;
        return Err(format!(
            "session is {status}; live transcript requires a running sandbox"
        ));
    }
    let door = row
        .external_id
        .as_deref()
        .and_then(|id| plane.sandboxes.door(id));
    let (Some(door), Some(root)) = (door, &row.root_session) else {
        return Err("sandbox is not reachable".to_owned());
    };
    let path = format!("/session/{root}/message?limit={limit}");
    let answer = door
        .request(&plane.http, Method::GET, &path)
        .timeout(DEADLINE)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status);
    let messages = match answer {
        Ok(answer) => answer.json::<Vec<Value>>().await,
        Err(error) => Err(error),
    };
    messages.map_err(|_| "the agent did not answer".to_owned())
}

fn digest(message: &Value, chars: usize) -> Value {
    let info = &message["info"];
    let parts = message["parts"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let of = |kind: &'static str| parts.iter().filter(move |part| part["type"] == kind);
    let text: Vec<&str> = of("text")
        .filter(|part| part["synthetic"] != true)
        .filter_map(|part| part["text"].as_str())
        .collect();
    let tools: Vec<Value> = of("tool")
        .map(|part| json!({ "tool": part["tool"], "status": part["state"]["status"] }))
        .collect();
    let files: Vec<Value> = of("file")
        .map(|part| json!({ "filename": part["filename"], "mime": part["mime"] }))
        .collect();
    let moment = |name: &str| {
        info["time"][name]
            .as_i64()
            .map(|at| Millis(at).to_rfc3339())
    };
    json!({
        "role": info["role"],
        "created": moment("created"),
        "completed": moment("completed"),
        "text": shorten(&text.join(" "), chars),
        "tools": tools,
        "files": files,
        "reasoning_omitted": of("reasoning").next().is_some(),
        "error": info["error"],
    })
}

/// One line of at most `most` letters; a longer one ends in `…`.
fn shorten(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let mut short: String = line.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{digest, shorten};

    #[test]
    fn a_digest_has_the_text_the_tools_and_no_reasoning() {
        let message = json!({
            "info": {"role": "assistant", "time": {"created": 0}},
            "parts": [
                {"type": "reasoning", "text": "hm"},
                {"type": "text", "text": "one\n two"},
                {"type": "text", "text": "hidden", "synthetic": true},
                {"type": "tool", "tool": "bash", "state": {"status": "completed"}},
            ],
        });
        let expected = json!({
            "role": "assistant", "created": "1970-01-01T00:00:00.000Z", "completed": null,
            "text": "one two", "tools": [{"tool": "bash", "status": "completed"}], "files": [],
            "reasoning_omitted": true, "error": null,
        });
        assert_eq!(digest(&message, 80), expected);
        assert_eq!(shorten("größer", 4), "grö…");
    }
}
