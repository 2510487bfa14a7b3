//! The client against a server whose every byte is chosen.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

mod calls;
mod errors;

use kortix_tui::model::id::{ProjectId, SessionId};

use crate::fake::{Fake, Reply, answer, json};

pub(super) const OK: &str = r#"{"status":"ok"}"#;

pub(super) fn project() -> ProjectId {
    "p1".into()
}

pub(super) fn session() -> SessionId {
    "s1".into()
}

/// A server that gives one answer to everything but the health check.
pub(super) async fn always(
    status: u16,
    kind: &'static str,
    headers: &'static str,
    body: &'static str,
) -> Fake {
    Fake::start(move |request| {
        if request.is("GET /v1/health") {
            json(200, OK)
        } else {
            Reply::Raw(answer(status, kind, headers, body))
        }
    })
    .await
}
