//! The two families of error bodies: a handler's `{"error": "…"}` and the framework's
//! `{"error": true, "message": "…", "status": n}`.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::local::{git, store};

/// An answer that is not what was asked for.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    body: Value,
}

impl Refusal {
    /// A handler's error.
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        let error: String = error.into();
        Self {
            status,
            body: json!({ "error": error }),
        }
    }

    /// The framework's error.
    pub fn http(status: StatusCode, message: &str) -> Self {
        Self {
            status,
            body: json!({ "error": true, "message": message, "status": status.as_u16() }),
        }
    }

    /// A handler's error with further fields.
    pub fn with(status: StatusCode, body: Value) -> Self {
        Self { status, body }
    }

    /// What a handler says about anything that is not there or not visible.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found")
    }

    /// What a handler says about a name that git must not see.
    pub fn invalid_ref() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Invalid ref")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        tracing::error!(?error, "the database failed");
        Self::http(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
    }
}

impl From<git::Error> for Refusal {
    fn from(error: git::Error) -> Self {
        let status = match &error {
            git::Error::Refused { .. } => StatusCode::BAD_REQUEST,
            git::Error::Run(_) | git::Error::TooMuch => StatusCode::INTERNAL_SERVER_ERROR,
            git::Error::TooSlow { .. } => StatusCode::GATEWAY_TIMEOUT,
        };
        Self::new(status, error.to_string())
    }
}
