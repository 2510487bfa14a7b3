//! Projects: the list, one, and the overview of one with its configuration and files.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde_json::{Map, Value, json};

use crate::{
    local::{
        git::{Error, read},
        manifest::Manifest,
        plane::Plane,
        project::{MANIFEST_PATH, Project},
        routes::{Shared, accounts::check_account, refusal::Refusal},
    },
    model::time::Millis,
};

/// How many files the overview shows.
const MOST_FILES: usize = 300;

/// How many descriptions of agents, skills and commands are read from files.
const MOST_DESCRIBED: usize = 40;

/// A served project of a path, or the real 404.
pub fn find(plane: &Plane, id: &str) -> Result<Arc<Project>, Refusal> {
    plane.project(id).cloned().ok_or_else(Refusal::not_found)
}

/// `GET /v1/projects`.
pub async fn list(
    State(plane): Shared,
    query: Query<HashMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    check_account(&plane, &query)?;
    let mut projects = Vec::with_capacity(plane.projects.len());
    for project in &plane.projects {
        let manifest = project.manifest().await.unwrap_or_default();
        projects.push(json(&plane, project, &manifest));
    }
    Ok(Json(Value::Array(projects)))
}

/// `GET /v1/projects/{id}`.
pub async fn one(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let project = find(&plane, &project)?;
    project.open();
    let manifest = project.manifest().await.unwrap_or_default();
    Ok(Json(json(&plane, &project, &manifest)))
}

/// A project on the wire.
fn json(plane: &Plane, project: &Project, manifest: &Manifest) -> Value {
    let source = &project.mirror.source;
    let url = format!("file://{}", source.path.display());
    let mut metadata = Map::new();
    if let Some(slug) = &manifest.default_template {
        metadata.insert("default_sandbox_slug".to_owned(), slug.as_str().into());
    }
    json!({
        "project_id": project.id,
        "account_id": plane.account.account_id,
        "name": project.name,
        "repo_url": url,
        "git_origin_url": url,
        "default_branch": source.default_branch.as_str(),
        "manifest_path": MANIFEST_PATH,
        "status": "active",
        "metadata": metadata,
        "last_opened_at": project.opened().map(Millis::to_rfc3339),
        "created_at": project.created_at.to_rfc3339(),
        "updated_at": project.created_at.to_rfc3339(),
        "project_role": "manager",
        "effective_project_role": "manager",
        "dashboard_url": format!("{}/projects/{}", plane.url, project.id),
        "experimental": {
            "apps": false, "marketplace": false, "agent_tunnel": false,
            "agentmail_email": false, "llm_gateway": false,
        },
        "experimental_features": [],
        "apps_enabled": false,
        "warm_pool": {"enabled": false, "size": 0},
        "warm_pool_available": false,
    })
}

/// `GET /v1/projects/{id}/detail`.
pub async fn detail(
    State(plane): Shared,
    Path(project): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let project = find(&plane, &project)?;
    let manifest = project.manifest().await?;
    let head = project.head().await;
    let files = match &head {
        Some(head) => read::files(&project.mirror, head, None).await?,
        None => Vec::new(),
    };
    let config = config(
        &project,
        head.as_deref().unwrap_or_default(),
        &manifest,
        &files,
    )
    .await?;
    let rows: Vec<Value> = files
        .iter()
        .take(MOST_FILES)
        .map(|path| file_row(path))
        .collect();
    Ok(Json(json!({
        "project": json(&plane, &project, &manifest),
        "git_connection": null,
        "config": config,
        "file_count": files.len(),
        "files": rows,
    })))
}

/// A file in a listing; the real control plane never gives the size.
pub fn file_row(path: &str) -> Value {
    json!({ "path": path, "type": "file", "size": null })
}

async fn config(
    project: &Project,
    head: &str,
    manifest: &Manifest,
    files: &[String],
) -> Result<Value, Error> {
    let folder = manifest
        .text("opencode", "config_dir")
        .unwrap_or(".kortix/opencode");
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    let setting = files.iter().find(|path| {
        **path == format!("{folder}/opencode.jsonc") || **path == format!("{folder}/opencode.json")
    });
    let open_code_raw = match setting {
        Some(path) => read::file(&project.mirror, head, path).await?,
        None => None,
    };
    let settings: Option<Value> = open_code_raw
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    let found = Found {
        project,
        head,
        folder,
        files,
    };
    let agents = found.list("agents", Kind::Agent).await?;
    Ok(json!({
        "is_kortix_repo": manifest.raw.is_some(),
        "signals": {
            "manifest": manifest.raw.is_some(),
            "openCodeConfig": setting.is_some(),
            "openCodeAgent": !agents.is_empty(),
        },
        "manifest_raw": manifest.raw,
        "manifest": manifest.json(),
        "env": {"required": manifest.required, "optional": manifest.optional},
        "open_code_raw": open_code_raw,
        "open_code_default_agent": settings.and_then(|settings| settings["default_agent"].as_str().map(str::to_owned)),
        "agent_discovery": "opencode",
        "agents": agents,
        "skills": found.list("skills", Kind::Skill).await?,
        "commands": found.list("commands", Kind::Command).await?,
    }))
}

/// What an OpenCode configuration folder can hold, one file each.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Agent,
    Skill,
    Command,
}

/// The files of an OpenCode configuration folder at a commit.
struct Found<'a> {
    project: &'a Project,
    head: &'a str,
    folder: &'a str,
    files: &'a [String],
}

impl Found<'_> {
    async fn list(&self, subfolder: &str, kind: Kind) -> Result<Vec<Value>, Error> {
        let prefix = format!("{}/{subfolder}/", self.folder);
        let ending = if kind == Kind::Skill {
            "/SKILL.md"
        } else {
            ".md"
        };
        let mut rows = Vec::new();
        let named = self
            .files
            .iter()
            .filter_map(|path| Some((path, path.strip_prefix(&prefix)?.strip_suffix(ending)?)));
        for (path, name) in named.take(MOST_DESCRIBED) {
            let text = read::file(&self.project.mirror, self.head, path).await?;
            let front = text.as_deref().unwrap_or_default();
            let mut row = json!({ "name": name, "path": path, "description": front_matter(front, "description") });
            if kind == Kind::Agent {
                row["mode"] = front_matter(front, "mode").into();
                row["source"] = "opencode".into();
                row["enabled"] = true.into();
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

/// The value of a plain `key: value` line between the first two lines of dashes.
fn front_matter(text: &str, key: &str) -> Option<String> {
    let front = text.strip_prefix("---\n")?.split_once("\n---")?.0;
    front.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::front_matter;

    #[test]
    fn a_description_is_read_from_the_front_matter_only() {
        let text = "---\ndescription: \"General agent\"\nmode: primary\n---\ndescription: no\n";
        assert_eq!(
            front_matter(text, "description").as_deref(),
            Some("General agent")
        );
        assert_eq!(front_matter("description: no", "description"), None);
    }
}
