//! Booting: from a row to a running agent, each step with an error that a person understands.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize},
    },
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    image::identity::Identity,
    local::{
        agent::{self, Boot, RunningAgent},
        clock, folder,
        git::{self, name::Branch, read, workspace::Workspace},
        identity::identity,
        manifest::{Base, TemplateSpec},
        passes::Holder,
        plane::Plane,
        project::Project,
        sessions::door::{Door, Secret},
        store::{self, BuildRow, Sandbox, SessionRow},
    },
    model::time::Millis,
};

/// How long a boot may take, with the copy of a large repository.
pub const DEADLINE: Duration = Duration::from_secs(900);

/// A sandbox with a running agent.
pub struct Occupied {
    /// The agent.
    pub agent: RunningAgent,
    /// The way to it.
    pub door: Arc<Door>,
    /// What its row is to say.
    pub sandbox: Sandbox,
    /// Its work tree.
    pub workspace: Workspace,
    /// The commit of the branch that the mirror has.
    pub saved: String,
}

/// Why a session could not be booted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The row is gone.
    #[error("the session does not exist any more")]
    Gone,
    /// The base is neither a branch, a tag nor a commit.
    #[error("the repository has no branch `{base}` to start from")]
    NoBase {
        /// What was asked for.
        base: String,
    },
    /// The manifest does not have the template.
    #[error("kortix.toml has no sandbox template `{slug}`")]
    NoTemplate {
        /// What was asked for.
        slug: String,
    },
    /// The template's Dockerfile is missing or blank.
    #[error("the Dockerfile `{path}` is missing or empty at the default branch")]
    NoDockerfile {
        /// Its path.
        path: String,
    },
    /// Git failed.
    #[error("cannot {what}")]
    Git {
        /// What was tried.
        what: &'static str,
        /// What git said.
        #[source]
        source: git::Error,
    },
    /// A folder could not be made or removed.
    #[error("cannot prepare the sandbox folder")]
    Folder(#[source] io::Error),
    /// The agent did not start.
    #[error("cannot start the agent")]
    Agent(#[source] agent::Error),
    /// The database failed.
    #[error("cannot keep the session's state")]
    Store(#[from] store::Error),
    /// It took too long.
    #[error("the session did not start within {} minutes", DEADLINE.as_secs() / 60)]
    TooSlow,
}

fn git_cannot(what: &'static str) -> impl FnOnce(git::Error) -> Error {
    move |source| Error::Git { what, source }
}

/// An error with its causes in one line, as a session's `error` field shows it.
pub fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(600)
        .collect()
}

/// Boots a session whose row is `provisioning`; the caller opens the door and makes it `running`.
pub async fn boot(plane: &Arc<Plane>, project: &Project, id: &str) -> Result<Occupied, Error> {
    let row = plane
        .store
        .session(project.id.clone(), id.to_owned())
        .await?
        .filter(|row| row.deleted_at.is_none())
        .ok_or(Error::Gone)?;
    let since = clock::now();
    let external_id = format!("host-{}", Uuid::new_v4().hyphenated());
    plane
        .store
        .booting(row.id.clone(), external_id.clone(), since)
        .await?;
    if let Err(error) = project.mirror.refresh_after(Instant::now()).await {
        tracing::warn!(%error, "the repository could not be read again; its last copy is used");
    }
    let branch = cut_branch(project, &row).await?;
    let (template, identity) = image(project, &row).await?;
    let workspace = Workspace {
        path: plane.folder.workspace(id),
        branch,
    };
    folder::remove(&plane.folder.sandbox(id)).map_err(Error::Folder)?;
    let commit = workspace
        .prepare(&plane.git, &project.mirror.path)
        .await
        .map_err(git_cannot("check out the session's branch"))?;
    let build = BuildRow::of_session_start(&template.slug, &identity, since, clock::now());
    plane.store.note_build(project.id.clone(), build).await?;
    let agent = start_agent(plane, &row, &workspace).await?;
    let door = door(&agent, id, &external_id, &commit, since);
    let sandbox = Sandbox {
        external_id,
        root_session: agent.root_session.clone(),
        process_group: agent.process,
        snapshot_name: identity.snapshot_name,
        content_hash: identity.content_hash,
    };
    Ok(Occupied {
        agent,
        door,
        sandbox,
        workspace,
        saved: commit,
    })
}

fn door(
    agent: &RunningAgent,
    id: &str,
    external_id: &str,
    commit: &str,
    since: Millis,
) -> Arc<Door> {
    Arc::new(Door {
        external_id: external_id.to_owned(),
        session_id: id.to_owned(),
        address: agent.address,
        authorization: agent.authorization.clone().map(Secret),
        root_session: agent.root_session.clone(),
        commit: commit.to_owned(),
        since,
        closed: CancellationToken::new(),
        last_used: AtomicI64::new(since.0),
        visits: AtomicUsize::new(0),
    })
}

async fn cut_branch(project: &Project, row: &SessionRow) -> Result<Branch, Error> {
    let mirror = &project.mirror;
    let no_base = || Error::NoBase {
        base: row.base_ref.clone(),
    };
    let branch = Branch::parse(&row.id).ok_or(Error::Gone)?;
    if mirror.tip(&branch).await.is_none() {
        let base = Branch::parse(&row.base_ref).ok_or_else(no_base)?;
        let commit = read::resolve(mirror, &base).await.ok_or_else(no_base)?;
        mirror
            .cut(&branch, &commit)
            .await
            .map_err(git_cannot("cut the session's branch"))?;
    }
    Ok(branch)
}

async fn image(project: &Project, row: &SessionRow) -> Result<(TemplateSpec, Identity), Error> {
    let manifest = project
        .manifest()
        .await
        .map_err(git_cannot("read kortix.toml"))?;
    let slug = row.template.as_deref();
    let template = manifest.template(slug).ok_or_else(|| Error::NoTemplate {
        slug: slug
            .or(manifest.default_template.as_deref())
            .unwrap_or_default()
            .to_owned(),
    })?;
    let dockerfile = project
        .dockerfile(&template)
        .await
        .map_err(git_cannot("read the Dockerfile"))?;
    let Some(dockerfile) = dockerfile else {
        let path = match template.base {
            Base::Dockerfile(path) => path,
            Base::Platform | Base::Image(_) => String::new(),
        };
        return Err(Error::NoDockerfile { path });
    };
    let identity = identity(&template, &dockerfile);
    Ok((template, identity))
}

async fn start_agent(
    plane: &Plane,
    row: &SessionRow,
    workspace: &Workspace,
) -> Result<RunningAgent, Error> {
    let state_dir = plane.folder.agent_state(&row.id);
    folder::make_private(&state_dir).map_err(Error::Folder)?;
    let is_first = row.root_session.is_none();
    let boot = Boot {
        workspace: workspace.path.clone(),
        state_dir,
        session_id: row.id.clone(),
        branch: row.id.clone(),
        agent_name: row.agent_name.clone(),
        initial_prompt: row.initial_prompt.clone().filter(|_| is_first),
        model: row.model.clone(),
        env: environment(plane, row),
    };
    agent::start(&plane.agent, boot).await.map_err(Error::Agent)
}

/// What the official CLI needs to speak for the session, with a token of the session's own.
fn environment(plane: &Plane, row: &SessionRow) -> Vec<(String, String)> {
    let token = plane.passes.issue(Holder {
        session: row.id.clone(),
        project: row.project_id.clone(),
        agent: row.agent_name.clone(),
    });
    let url = format!("{}/v1", plane.url);
    [
        ("KORTIX_API_URL", url.as_str()),
        ("KORTIX_CLI_TOKEN", token.expose()),
        ("KORTIX_PROJECT_ID", &row.project_id),
        ("KORTIX_SESSION_ID", &row.id),
        ("KORTIX_BRANCH_NAME", &row.id),
        ("KORTIX_HEAD_REF", &row.id),
        ("KORTIX_BASE_REF", &row.base_ref),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}
