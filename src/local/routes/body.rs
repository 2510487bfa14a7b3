//! Reading a JSON object from a request's body, as leniently as the real control plane does.

use axum::{body::Bytes, http::StatusCode};
use serde_json::{Map, Value, json};

use crate::local::routes::refusal::Refusal;

/// The body's members; none when there is no body.
pub fn object(bytes: &Bytes) -> Result<Map<String, Value>, Refusal> {
    if bytes.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(other) => Err(invalid(&other)),
        Err(_) => Err(Refusal::http(
            StatusCode::BAD_REQUEST,
            "Malformed JSON in request body",
        )),
    }
}

fn invalid(value: &Value) -> Refusal {
    let received = match value {
        Value::Array(_) => "array",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Null | Value::Object(_) => "object",
    };
    let message = format!("Expected object, received {received}");
    let issue = json!({
        "code": "invalid_type", "expected": "object", "received": received,
        "path": [], "message": message,
    });
    Refusal::with(
        StatusCode::BAD_REQUEST,
        json!({ "error": true, "message": "Validation failed", "status": 400, "issues": [issue] }),
    )
}

/// A text member under either of its two spellings; blank is absent.
pub fn text(members: &Map<String, Value>, snake: &str, camel: &str) -> Option<String> {
    let text = members
        .get(snake)
        .or_else(|| members.get(camel))?
        .as_str()?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}
