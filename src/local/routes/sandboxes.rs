//! Sandbox templates and builds, read from the manifest at the default branch.
//!
//! A session here runs on the machine itself, so there is nothing to build: a build row notes the
//! first use of an identity, and a template is ready once it was used.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::local::{
    git::Error,
    identity::identity,
    manifest::{Base, TemplateSpec},
    plane::Plane,
    project::Project,
    routes::{Shared, projects, refusal::Refusal, session_json::PROVIDER},
    store::BuildRow,
};

/// How many builds are shown.
const MOST_BUILDS: usize = 25;

/// What a project has to build, and what was built.
struct Shelf {
    templates: Vec<Value>,
    problem: Option<String>,
    builds: Vec<BuildRow>,
}

/// `GET …/sandbox-templates` and `GET …/sandboxes`, which are the same.
pub async fn templates(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let shelf = shelf(&plane, &projects::find(&plane, &project)?).await?;
    Ok(Json(json!({
        "items": shelf.templates,
        "default_slug": "default",
        "warm_pool_available": false,
    })))
}

/// `GET …/snapshots`.
pub async fn snapshots(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let shelf = shelf(&plane, &projects::find(&plane, &project)?).await?;
    let builds: Vec<Value> = shelf.builds.iter().take(MOST_BUILDS).map(build).collect();
    Ok(Json(json!({
        "templates": shelf.templates,
        "templates_error": shelf.problem,
        "builds": builds,
        "warm_pool_available": false,
    })))
}

/// `GET …/sandbox-health`.
pub async fn health(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let shelf = shelf(&plane, &projects::find(&plane, &project)?).await?;
    let primary = shelf.templates.into_iter().next().unwrap_or_default();
    Ok(Json(json!({
        "primary_slug": primary["slug"],
        "ready": primary["ready"] == true,
        "primary_template": primary,
        "building": false,
        "latest_build": shelf.builds.first().map(build),
        "latest_failure": null,
    })))
}

async fn shelf(plane: &Plane, project: &Arc<Project>) -> Result<Shelf, Refusal> {
    // The last copy is good enough when the repository cannot be read now.
    let _ = project.mirror.refresh_if_stale().await;
    let builds = plane.store.builds(project.id.clone()).await?;
    let manifest = project.manifest().await?;
    let mut problem = manifest.error.clone();
    let specs = std::iter::once(TemplateSpec::platform()).chain(manifest.templates);
    let mut templates = Vec::new();
    let head = project.head().await;
    for spec in specs {
        let item = Item {
            project,
            builds: &builds,
            head: head.as_deref(),
        };
        let (template, complaint) = item.template(&spec).await?;
        templates.push(template);
        problem = problem.or(complaint);
    }
    Ok(Shelf {
        templates,
        problem,
        builds,
    })
}

struct Item<'a> {
    project: &'a Project,
    builds: &'a [BuildRow],
    head: Option<&'a str>,
}

impl Item<'_> {
    /// A template on the wire, and what is wrong with it.
    async fn template(&self, spec: &TemplateSpec) -> Result<(Value, Option<String>), Error> {
        let dockerfile = self.project.dockerfile(spec).await?;
        let (dockerfile_path, image) = match &spec.base {
            Base::Platform => (None, None),
            Base::Dockerfile(path) => (Some(path), None),
            Base::Image(image) => (None, Some(image)),
        };
        let complaint = match (&dockerfile, dockerfile_path) {
            (None, Some(path)) => Some(format!("the Dockerfile `{path}` is missing or empty")),
            _ => None,
        };
        let identity = identity(spec, dockerfile.as_deref().unwrap_or_default());
        let is_platform = spec.base == Base::Platform;
        let is_built = self
            .builds
            .iter()
            .any(|build| build.content_hash == identity.content_hash);
        let state = match (complaint.is_some(), is_platform || is_built) {
            (true, _) => "error",
            (false, true) => "active",
            (false, false) => "missing",
        };
        let template = json!({
            "template_id": self.id(spec),
            "slug": spec.slug,
            "name": spec.name,
            "is_default": is_platform,
            "source": if is_platform { "platform" } else { "toml" },
            "provider": PROVIDER,
            "has_dockerfile": dockerfile_path.is_some(),
            "has_image": image.is_some(),
            "image": image,
            "dockerfile_path": dockerfile_path,
            "entrypoint": spec.entrypoint,
            "cpu": number(spec.cpu),
            "memory_gb": number(spec.memory),
            "disk_gb": number(spec.disk),
            "snapshot_name": identity.snapshot_name,
            "content_hash": identity.content_hash,
            "built_from_commit": self.head.filter(|_| is_built && dockerfile_path.is_some()),
            "daytona_state": state,
            "provider_state": state,
            "ready": state == "active",
            "warm_pool": null,
        });
        Ok((template, complaint))
    }

    /// An id that a template keeps as long as its project and slug stay.
    fn id(&self, spec: &TemplateSpec) -> String {
        use sha2::{Digest, Sha256};

        let digest = Sha256::digest(format!("{}:{}", self.project.id, spec.slug));
        let mut bytes = [0; 16];
        for (byte, from) in bytes.iter_mut().zip(digest) {
            *byte = from;
        }
        uuid::Builder::from_custom_bytes(bytes)
            .into_uuid()
            .hyphenated()
            .encode_lower(&mut Uuid::encode_buffer())
            .to_owned()
    }
}

/// A whole number without a decimal point, as JavaScript writes it.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e9 {
        (value as i64).into()
    } else {
        value.into()
    }
}

fn build(row: &BuildRow) -> Value {
    json!({
        "build_id": row.build_id,
        "slug": row.slug,
        "snapshot_name": row.snapshot_name,
        "content_hash": row.content_hash,
        "status": "ready",
        "error": null,
        "error_category": null,
        "source": row.source,
        "started_at": row.started_at.to_rfc3339(),
        "finished_at": row.finished_at.to_rfc3339(),
    })
}
