//! The control plane's HTTP surface: the real paths, fields, statuses and error bodies.
//!
//! [`gate`] stands in front of everything (who may ask, from where); one file a subject behind it.
//! An unknown path and a known path with a wrong method give the same 404 as the real one.

mod accounts;
mod body;
mod changes;
mod gate;
mod merge;
mod projects;
mod proxy;
mod refusal;
mod repository;
mod sandboxes;
mod session_json;
mod sessions;
mod settings;
mod transcript;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware,
    routing::{any, get, post},
};

use crate::local::{plane::Plane, routes::refusal::Refusal};

/// How much one request to the control plane itself may carry.
const MOST_BODY: usize = 2 * 1024 * 1024;

type Shared = axum::extract::State<Arc<Plane>>;

/// All routes.
pub fn router(plane: Arc<Plane>) -> Router {
    Router::new()
        .route("/health", get(accounts::health))
        .route("/v1/health", get(accounts::health))
        .route("/v1/health/live", get(accounts::live))
        .route("/v1/accounts", get(accounts::list))
        .route("/v1/accounts/me", get(accounts::me))
        .route("/v1/projects", get(projects::list))
        .route("/v1/projects/{project}", get(projects::one))
        .nest("/v1/projects/{project}", project())
        .route("/v1/p/{*rest}", any(proxy::pass))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&plane),
            gate::guard,
        ))
        .with_state(plane)
}

fn project() -> Router<Arc<Plane>> {
    Router::new()
        .route("/detail", get(projects::detail))
        .route("/branches", get(repository::branches))
        .route("/commits", get(repository::commits))
        .route("/commits/{sha}", get(repository::commit))
        .route("/commits/{sha}/diff", get(repository::commit_diff))
        .route("/files", get(repository::files))
        .route("/files/content", get(repository::content))
        .route("/version-diff", get(repository::version_diff))
        .route("/sessions", get(sessions::list).post(sessions::create))
        .route(
            "/sessions/{session}",
            get(sessions::one)
                .patch(sessions::change)
                .delete(sessions::delete),
        )
        .route("/sessions/{session}/start", post(sessions::start))
        .route("/sessions/{session}/restart", post(sessions::restart))
        .route("/sessions/{session}/stop", post(sessions::stop))
        .route("/sessions/{session}/transcript", get(transcript::read))
        .route("/sandboxes", get(sandboxes::templates))
        .route("/sandbox-templates", get(sandboxes::templates))
        .route("/snapshots", get(sandboxes::snapshots))
        .route("/sandbox-health", get(sandboxes::health))
        .route("/secrets", get(settings::secrets))
        .route("/triggers", get(settings::triggers))
        .route("/access", get(settings::access))
        .route("/manifest/validate", post(settings::validate))
        .route("/change-requests", get(changes::list).post(changes::open))
        .route(
            "/change-requests/{change}",
            get(changes::one).patch(changes::edit),
        )
        .route("/change-requests/{change}/diff", get(changes::diff))
        .route(
            "/change-requests/{change}/merge-preview",
            get(changes::preview),
        )
        .route("/change-requests/{change}/merge", post(merge::merge))
        .route("/change-requests/{change}/close", post(changes::close))
        .route("/change-requests/{change}/reopen", post(changes::reopen))
}

async fn not_found() -> Refusal {
    Refusal::http(StatusCode::NOT_FOUND, "Not found")
}
