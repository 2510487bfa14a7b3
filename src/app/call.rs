//! What the engine asks of a host, and what comes back.

use std::sync::Arc;

use crate::{
    app::manifest::checkup::Checkup,
    diff::changeset::Changeset,
    model::{
        account::Me,
        agent::{
            ask::{PermissionReply, QuestionReply},
            stream::Snapshot,
        },
        change::{BranchDifference, ChangeRequest, MergeOutcome, MergePreview},
        git::Branches,
        id::{AgentSessionId, ChangeId, MessageId, PermissionId, ProjectId, QuestionId, SessionId},
        project::Project,
        sandbox::StartResult,
        session::{NewSession, SandboxAddress, Session},
        template::Snapshots,
        time::Millis,
    },
};

/// A question to a host.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Who is signed in.
    Me,
    /// The projects of all accounts.
    Projects,
    /// The sessions of a project.
    Sessions(ProjectId),
    /// Templates and builds of a project.
    Snapshots(ProjectId),
    /// The branches of a project.
    Branches(ProjectId),
    /// The change requests of a project, in all states.
    Changes(ProjectId),
    /// One change request; the server looks at the branches' tips for it.
    Change(ProjectId, ChangeId),
    /// What a change request would change.
    Difference(ProjectId, ChangeId),
    /// How much a branch differs from another.
    Size {
        /// Of this project.
        project: ProjectId,
        /// The branch with the work.
        from: String,
        /// The branch that it would go into.
        into: String,
    },
    /// What merging a change request would do.
    Preview(ProjectId, ChangeId),
    /// Change the title and description of a change request.
    EditChange {
        /// Of this project.
        project: ProjectId,
        /// This one.
        change: ChangeId,
        /// Its title.
        title: String,
        /// Its description.
        description: String,
    },
    /// Merge a change request.
    Merge {
        /// Of this project.
        project: ProjectId,
        /// This one.
        change: ChangeId,
        /// With this message; the server's own when absent.
        message: Option<String>,
        /// Only if this is the head's tip; servers that do not know this ignore it.
        head_sha: String,
        /// Only if this is the base's tip.
        base_sha: String,
    },
    /// Close a change request.
    CloseChange(ProjectId, ChangeId),
    /// Reopen a change request.
    ReopenChange(ProjectId, ChangeId),
    /// The text of a file of a commit or branch.
    FileText {
        /// Of this project.
        project: ProjectId,
        /// Its path.
        path: String,
        /// Commit, tried first.
        commit: String,
        /// Branch whose tip that commit was, for servers that know branches only.
        branch: String,
    },
    /// The manifest of a commit or branch and the files that it names, checked.
    Manifest {
        /// Of this project.
        project: ProjectId,
        /// The manifest's path.
        path: String,
        /// Commit, tried first; empty when nobody knows it.
        commit: String,
        /// Branch.
        branch: String,
    },
    /// Make a session.
    Create {
        /// In this project.
        project: ProjectId,
        /// Like this.
        new: NewSession,
        /// Makes a repeated call harmless.
        key: String,
    },
    /// Start a session's sandbox, or ask how far it is.
    Start(ProjectId, SessionId),
    /// Stop a session.
    Stop(ProjectId, SessionId),
    /// Boot a session again.
    Restart(ProjectId, SessionId),
    /// Delete a session.
    Delete(ProjectId, SessionId),
    /// Name a session; `None` takes the name away.
    Rename(ProjectId, SessionId, Option<String>),
    /// Fetch a session's row.
    Session(ProjectId, SessionId),
    /// Ask a session's agent.
    Agent(SandboxAddress, AgentCall),
}

/// A question to an agent.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentCall {
    /// States, asks and sessions, without messages.
    Glance,
    /// Send a prompt.
    Prompt {
        /// To this session.
        session: AgentSessionId,
        /// This text.
        text: String,
        /// By this agent, when not the session's own.
        agent: Option<String>,
        /// The ids and times of the messages at hand and when the session was made, from which
        /// ids are chosen that make a repeated call harmless.
        known: KnownMessages,
    },
    /// Abort a session's turn.
    Abort(AgentSessionId),
    /// Answer a permission request, after reading it again.
    Permission(PermissionId, PermissionReply),
    /// Answer questions, after reading them again.
    Question(QuestionId, QuestionReply),
    /// The agents that can be chosen.
    Agents,
    /// What a stop would lose: files that are not committed.
    Uncommitted,
}

/// What is needed to choose a message id (`opencode/protocol` §6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownMessages {
    /// The newest ids of the session with the time each was made.
    pub messages: Vec<(MessageId, Millis)>,
    /// When the session was made.
    pub session_created: Millis,
}

/// An answer of a host.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// Who is signed in.
    Me(Me),
    /// Projects.
    Projects(Vec<Project>),
    /// Sessions.
    Sessions(Vec<Session>),
    /// Templates and builds.
    Snapshots(Snapshots),
    /// Branches.
    Branches(Branches),
    /// Change requests, newest number first.
    Changes(Vec<ChangeRequest>),
    /// One change request.
    Change(Box<ChangeRequest>),
    /// What a change request would change, read.
    Difference(Arc<Changeset>),
    /// How much a branch differs from another.
    Size(BranchDifference),
    /// What a merge would do.
    Preview(MergePreview),
    /// A change request was merged.
    Merged(Box<ChangeRequest>, MergeOutcome),
    /// The text of a file.
    FileText(Arc<str>),
    /// What was found in a manifest and the files that it names.
    Manifest(Arc<Checkup>),
    /// One session, made or changed.
    Session(Box<Session>),
    /// How far a start is.
    Start(Box<StartResult>),
    /// The state of an agent, without messages.
    Glance(Box<Snapshot>),
    /// The names of the agents that can be chosen.
    Agents(Vec<String>),
    /// Paths that are not committed.
    Uncommitted(Vec<String>),
    /// The ask was answered elsewhere before this answer could be sent.
    AlreadyAnswered,
    /// Done; there is nothing to tell.
    Done,
}
