//! Carries a call of the engine out: which requests it takes, and what their answers mean to it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    api::{Agent, Client, Creation, Error, MergeWish, prompt_ids},
    app::call::{AgentCall, Call, KnownMessages, Reply},
    diff::changeset::Changeset,
    model::{
        agent::{
            ask::{PermissionReply, QuestionReply},
            stream::Snapshot,
        },
        change::Difference,
        id::{AccountId, AgentSessionId, PermissionId, ProjectId, QuestionId, SessionId},
        project::Project,
        session::Session,
        time::Millis,
    },
    runtime::manifests,
};

/// How long the server may hold a start back.
const START_WAIT: Duration = Duration::from_secs(8);
/// Sessions of an agent that a glance looks at.
const GLANCE: u16 = 50;
/// How often a session that is queued is looked for.
const LOOKS: u32 = 10;
/// How long between two looks.
const LOOK_PAUSE: Duration = Duration::from_millis(700);

/// What of a host is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The account; the one joined first when absent.
    pub account: Option<AccountId>,
    /// The id or name of the only project; all of them when absent.
    pub project: Option<String>,
}

impl Scope {
    fn admits(&self, project: &Project) -> bool {
        self.project
            .as_deref()
            .is_none_or(|wanted| project.project_id.as_str() == wanted || project.name == wanted)
    }
}

/// Asks the host and returns what the engine wants to know.
pub async fn carry_out(client: &Client, scope: &Scope, call: Call) -> Result<Reply, Error> {
    Ok(match call {
        Call::Me => Reply::Me(client.me().await?),
        Call::Projects => {
            let mut projects = client.projects(scope.account.as_ref()).await?;
            projects.retain(|project| scope.admits(project));
            Reply::Projects(projects)
        }
        Call::Sessions(project) => Reply::Sessions(client.sessions(&project).await?),
        Call::Snapshots(project) => Reply::Snapshots(client.snapshots(&project).await?),
        call @ (Call::Changes(_)
        | Call::Change(..)
        | Call::Difference(..)
        | Call::Size { .. }
        | Call::Preview(..)
        | Call::FileText { .. }) => read_changes(client, call).await?,
        call @ (Call::EditChange { .. }
        | Call::Merge { .. }
        | Call::CloseChange(..)
        | Call::ReopenChange(..)) => alter_change(client, call).await?,
        Call::Manifest {
            project,
            path,
            commit,
            branch,
        } => {
            let at = (commit.as_str(), branch.as_str());
            Reply::Manifest(manifests::fetch(client, &project, &path, at).await?)
        }
        Call::Branches(project) => Reply::Branches(client.branches(&project).await?),
        Call::Create { project, new, key } => {
            let creation = client.create_session(&project, &new, &key).await?;
            Reply::Session(Box::new(created(client, &project, creation).await?))
        }
        Call::Start(project, session) => {
            let result = client.start(&project, &session, START_WAIT).await?;
            Reply::Start(Box::new(result))
        }
        Call::Stop(project, session) => done(client.stop(&project, &session).await)?,
        Call::Restart(project, session) => done(client.restart(&project, &session).await)?,
        Call::Delete(project, session) => done(client.delete(&project, &session).await)?,
        Call::Rename(project, session, name) => {
            let name = name.unwrap_or_default();
            Reply::Session(Box::new(client.rename(&project, &session, &name).await?))
        }
        Call::Session(project, session) => {
            Reply::Session(Box::new(client.session(&project, &session).await?))
        }
        Call::Agent(address, call) => ask_agent(&client.agent(address), call).await?,
    })
}

/// A call that reads change requests.
async fn read_changes(client: &Client, call: Call) -> Result<Reply, Error> {
    Ok(match call {
        Call::Changes(project) => Reply::Changes(client.changes(&project).await?),
        Call::Change(project, change) => {
            Reply::Change(Box::new(client.change(&project, &change).await?))
        }
        Call::Difference(project, change) => {
            let difference = client.difference(&project, &change).await?;
            Reply::Difference(changeset(difference).await)
        }
        Call::Preview(project, change) => {
            Reply::Preview(client.merge_preview(&project, &change).await?)
        }
        Call::Size {
            project,
            from,
            into,
        } => Reply::Size(client.branch_difference(&project, &from, &into).await?),
        Call::FileText {
            project,
            path,
            commit,
            branch,
        } => Reply::FileText(
            client
                .file_text(&project, &path, &commit, &branch)
                .await?
                .into(),
        ),
        // The caller sends none of the others here.
        _ => Reply::Done,
    })
}

/// A call that does something to a change request.
async fn alter_change(client: &Client, call: Call) -> Result<Reply, Error> {
    Ok(match call {
        Call::EditChange {
            project,
            change,
            title,
            description,
        } => {
            let row = client.edit_change(&project, &change, &title, &description);
            Reply::Change(Box::new(row.await?))
        }
        Call::Merge {
            project,
            change,
            message,
            head_sha,
            base_sha,
        } => {
            let wish = MergeWish {
                message: message.as_deref(),
                head_sha: &head_sha,
                base_sha: &base_sha,
            };
            let (row, outcome) = client.merge_change(&project, &change, wish).await?;
            Reply::Merged(Box::new(row), outcome)
        }
        Call::CloseChange(project, change) => {
            Reply::Change(Box::new(client.close_change(&project, &change).await?))
        }
        Call::ReopenChange(project, change) => {
            Reply::Change(Box::new(client.reopen_change(&project, &change).await?))
        }
        // The caller sends none of the others here.
        _ => Reply::Done,
    })
}

/// Joins and reads a difference where it holds up nobody: a large patch takes its time.
async fn changeset(difference: Difference) -> Arc<Changeset> {
    let name = (difference.base_ref.clone(), difference.head_ref.clone());
    let read = tokio::task::spawn_blocking(move || Changeset::new(difference)).await;
    // The task cannot fail but by a defect; an empty difference under the same names is shown then.
    Arc::new(read.unwrap_or_else(|_| {
        Changeset::new(Difference {
            base_ref: name.0,
            head_ref: name.1,
            ..Difference::default()
        })
    }))
}

fn done(outcome: Result<(), Error>) -> Result<Reply, Error> {
    outcome.map(|()| Reply::Done)
}

/// The session that was made; one that is queued is looked for until the server knows it.
async fn created(
    client: &Client,
    project: &ProjectId,
    creation: Creation,
) -> Result<Session, Error> {
    let (session, reason) = match creation {
        Creation::Made(session) => return Ok(*session),
        Creation::Queued { session, reason } => (session, reason),
    };
    match session {
        Some(session) => queued(client, project, &session).await,
        None => Err(Error::Conflict {
            message: reason.unwrap_or_else(|| "the server makes the session later".to_owned()),
        }),
    }
}

async fn queued(
    client: &Client,
    project: &ProjectId,
    session: &SessionId,
) -> Result<Session, Error> {
    let mut looks = 1;
    loop {
        match client.session(project, session).await {
            Err(Error::NotFound { .. }) if looks < LOOKS => looks += 1,
            outcome => return outcome,
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    }
}

async fn ask_agent(agent: &Agent, call: AgentCall) -> Result<Reply, Error> {
    Ok(match call {
        AgentCall::Glance => Reply::Glance(Box::new(glance(agent).await?)),
        AgentCall::Prompt {
            session,
            text,
            agent: name,
            known,
        } => prompt(agent, &session, &text, name.as_deref(), &known).await?,
        AgentCall::Abort(session) => done(agent.abort(&session).await)?,
        AgentCall::Permission(id, reply) => permission(agent, &id, &reply).await?,
        AgentCall::Question(id, reply) => question(agent, &id, &reply).await?,
        AgentCall::Agents => {
            let kinds = agent.agents().await?;
            let chosen = kinds
                .into_iter()
                .filter(|kind| !kind.hidden && kind.mode != "subagent");
            Reply::Agents(chosen.map(|kind| kind.name).collect())
        }
        AgentCall::Uncommitted => {
            let files = agent.file_status().await?;
            Reply::Uncommitted(files.into_iter().map(|file| file.path).collect())
        }
    })
}

async fn glance(agent: &Agent) -> Result<Snapshot, Error> {
    let (sessions, statuses, permissions, questions) = tokio::join!(
        agent.sessions(GLANCE),
        agent.statuses(),
        agent.permissions(),
        agent.questions(),
    );
    Ok(Snapshot {
        statuses: Some(statuses?),
        sessions: sessions.ok(),
        permissions: permissions.ok(),
        questions: questions.ok(),
        ..Snapshot::default()
    })
}

async fn prompt(
    agent: &Agent,
    session: &AgentSessionId,
    text: &str,
    name: Option<&str>,
    known: &KnownMessages,
) -> Result<Reply, Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = Millis(i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX));
    let ids = prompt_ids(&known.messages, known.session_created, now);
    done(agent.prompt_async(session, text, name, ids.as_ref()).await)
}

async fn permission(
    agent: &Agent,
    id: &PermissionId,
    reply: &PermissionReply,
) -> Result<Reply, Error> {
    let open = agent.permissions().await?;
    if !open.iter().any(|ask| ask.id == *id) {
        return Ok(Reply::AlreadyAnswered);
    }
    answered(agent.reply_permission(id, reply).await)
}

async fn question(agent: &Agent, id: &QuestionId, reply: &QuestionReply) -> Result<Reply, Error> {
    let open = agent.questions().await?;
    if !open.iter().any(|ask| ask.id == *id) {
        return Ok(Reply::AlreadyAnswered);
    }
    answered(agent.reply_question(id, reply).await)
}

fn answered(outcome: Result<(), Error>) -> Result<Reply, Error> {
    match outcome {
        Ok(()) => Ok(Reply::Done),
        Err(Error::NotFound { .. }) => Ok(Reply::AlreadyAnswered),
        Err(error) => Err(error),
    }
}
