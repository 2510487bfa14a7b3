//! Answers to values and errors: the three families of error bodies, lenient reading.

use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap, LOCATION},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{api::Error, diff::patch::quoted::unquote, model::json};

/// The longest message of a server that is kept, in characters.
const MESSAGE: usize = 300;

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The media type without parameters, lowercase; empty when there is none.
    pub(super) fn media_type(&self) -> String {
        media_type(&self.headers)
    }

    /// The body as JSON; `what` is for the error.
    pub(super) fn json(&self, what: &str) -> Result<Value, Error> {
        let kind = self.media_type();
        if !is_json(&kind) {
            let content_type = describe(&kind);
            return Err(Error::NotTheApi { content_type });
        }
        json::read(&self.body).map_err(|_| malformed(what))
    }

    /// The value of a header, when it is text.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let value = self.headers.get(name)?.to_str().ok()?;
        Some(value.to_owned()).filter(|text| !text.is_empty())
    }

    /// The error that a status other than 2xx stands for.
    pub(super) fn error(&self, what: &str) -> Error {
        if self.status.is_redirection() {
            return Error::NotTheApi {
                content_type: format!("a redirect to {}", self.redirect_target()),
            };
        }
        let envelope = Envelope::read(&self.body);
        let is_readable = is_json(&self.media_type()) || self.body.is_empty();
        let message = envelope.message(self.status);
        match self.status.as_u16() {
            401 if message == "Validation error" => ill(self.status, message),
            401 => Error::Unauthorized { message },
            407 => Error::Proxy {
                message: "it wants a user name and a password (407)".to_owned(),
            },
            500.. => ill(self.status, message),
            _ if !is_readable => Error::NotTheApi {
                content_type: describe(&self.media_type()),
            },
            402 => Error::Payment {
                message,
                code: envelope.code,
            },
            403 => Error::Forbidden { message },
            404 | 405 if envelope.is_router => Error::MissingRoute {
                feature: what.to_owned(),
            },
            404 => Error::NotFound {
                what: what.to_owned(),
            },
            409 if envelope.is_merge_conflict() => Error::MergeConflict {
                message,
                paths: envelope.conflicts,
            },
            409 => Error::Conflict { message },
            429 => envelope.too_many(message),
            _ => Error::Invalid {
                message,
                code: envelope.code,
                issues: envelope.issues,
            },
        }
    }

    fn redirect_target(&self) -> String {
        let target = self
            .headers
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        // Only where to, never the query: it may carry a secret.
        let bare = target.and_then(|text| text.split(['?', '#']).next());
        line(bare.unwrap_or("nowhere"))
    }
}

/// The media type without parameters, lowercase.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let bare = value.and_then(|text| text.split(';').next());
    bare.unwrap_or_default().trim().to_ascii_lowercase()
}

/// A media type for an error message.
pub(super) fn describe(media_type: &str) -> String {
    match media_type {
        "" => "an answer without a type".to_owned(),
        "text/html" => "a web page".to_owned(),
        other => format!("`{}`", line(other)),
    }
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

fn ill(status: StatusCode, message: String) -> Error {
    Error::ServerIll {
        status: status.as_u16(),
        message,
    }
}

pub(super) fn malformed(what: &str) -> Error {
    Error::Malformed {
        what: what.to_owned(),
    }
}

/// What the error bodies of all families say.
#[derive(Default)]
struct Envelope {
    message: Option<String>,
    code: Option<String>,
    issues: Vec<String>,
    /// Paths in conflict, unquoted.
    conflicts: Vec<String>,
    limit: Option<u64>,
    active: Option<u64>,
    /// Whether the router wrote it (`error: true`), not a handler.
    is_router: bool,
}

impl Envelope {
    fn read(body: &[u8]) -> Self {
        let Ok(value) = json::read(body) else {
            return Self::default();
        };
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(line);
        let nested = |key: &str| value.get("data")?.get(key)?.as_str().map(line);
        let number = |key: &str| value.get(key).and_then(Value::as_u64);
        let list = |key: &str| {
            value
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        Self {
            message: text("error")
                .or_else(|| text("message"))
                .or_else(|| nested("message")),
            code: text("code"),
            issues: list("issues").map(issue).collect(),
            conflicts: list("conflicts").filter_map(conflict).collect(),
            limit: number("limit"),
            active: number("active_sessions"),
            is_router: value.get("error").is_some_and(Value::is_boolean),
        }
    }

    fn message(&self, status: StatusCode) -> String {
        let own = self.message.clone().filter(|text| !text.is_empty());
        own.unwrap_or_else(|| {
            let reason = status.canonical_reason().unwrap_or("refused");
            format!("HTTP {} {}", status.as_u16(), reason.to_lowercase())
        })
    }

    /// Only newer servers tell this from other conflicts.
    fn is_merge_conflict(&self) -> bool {
        let has_code = |code: &str| code.starts_with("MERGE_CONFLICT");
        !self.conflicts.is_empty() || self.code.as_deref().is_some_and(has_code)
    }

    fn too_many(&self, message: String) -> Error {
        match (self.code.as_deref(), self.limit, self.active) {
            (Some("concurrent_session_limit"), Some(limit), Some(active)) => {
                Error::LimitReached { limit, active }
            }
            _ => Error::RateLimited {
                retry_after: None,
                message,
            },
        }
    }
}

/// A path in conflict; git's own tools quote some of them.
fn conflict(value: &Value) -> Option<String> {
    let path = value.as_str()?;
    let plain = unquote(path).filter(|(_, end)| *end == path.len());
    Some(line(
        &plain.map_or_else(|| path.to_owned(), |(plain, _)| plain),
    ))
}

/// `path:line:column: message (severity)` of one finding of a validation, as far as it has them.
fn issue(value: &Value) -> String {
    let message = value.get("message").and_then(Value::as_str).unwrap_or("?");
    let severity = value.get("severity").and_then(Value::as_str);
    let severity = severity.map(|word| format!(" ({})", line(word)));
    let message = format!("{}{}", line(message), severity.unwrap_or_default());
    let path = match value.get("path") {
        Some(Value::String(path)) => path.clone(),
        Some(Value::Array(steps)) => steps
            .iter()
            .map(|step| {
                step.as_str()
                    .map_or_else(|| step.to_string(), str::to_owned)
            })
            .collect::<Vec<_>>()
            .join("."),
        _ => String::new(),
    };
    let place = ["line", "column"].map(|key| value.get(key).and_then(Value::as_u64));
    let place = place.into_iter().map_while(|number| number);
    let place: String = place.map(|number| format!(":{number}")).collect();
    if path.is_empty() {
        message
    } else {
        format!("{}{place}: {message}", line(&path))
    }
}

/// The first line with anything in it, without characters that move, hide or reorder text.
pub(super) fn line(text: &str) -> String {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    let visible = |c: &char| !c.is_control() && !is_invisible(*c);
    first
        .unwrap_or_default()
        .chars()
        .filter(visible)
        .take(MESSAGE)
        .collect()
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    )
}

/// Reads a value leniently: a `null` counts as missing.
pub(super) fn read<T: DeserializeOwned>(mut value: Value, what: &str) -> Result<T, Error> {
    drop_nulls(&mut value);
    serde_json::from_value(value).map_err(|_| malformed(what))
}

/// Reads a list; elements that cannot be read are left out and counted in the log.
pub(super) fn read_list<T: DeserializeOwned>(value: Value, what: &str) -> Result<Vec<T>, Error> {
    let Value::Array(items) = value else {
        return Err(malformed(what));
    };
    let count = items.len();
    let read: Vec<T> = items
        .into_iter()
        .filter_map(|item| read(item, what).ok())
        .collect();
    if read.len() < count {
        tracing::warn!(what, lost = count - read.len(), "list with unreadable rows");
    }
    Ok(read)
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
