//! Calls under way, and what each was for.

use std::collections::BTreeMap;

use crate::{
    app::event::OpId,
    model::id::{ChangeKey, HostName, PermissionId, ProjectKey, QuestionId, SessionKey},
};

/// Calls under way.
#[derive(Debug, Default)]
pub struct Ops {
    last: u64,
    open: BTreeMap<OpId, Op>,
}

/// A call under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// The host that was asked.
    pub host: HostName,
    /// What the reply is for.
    pub purpose: Purpose,
}

/// What a reply is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// The host's account.
    Me,
    /// The host's projects.
    Projects,
    /// A project's sessions.
    Sessions(ProjectKey),
    /// A project's templates and builds.
    Snapshots(ProjectKey),
    /// A project's branches.
    Branches(ProjectKey),
    /// A project's change requests.
    Changes(ProjectKey),
    /// One change request's row and tips.
    Change(ChangeKey),
    /// A look at a change request that nobody asked for, for the lists.
    Look(ChangeKey, Look),
    /// What a change request would change.
    Difference(ChangeKey),
    /// What merging a change request would do.
    Preview(ChangeKey),
    /// A change request is being edited.
    EditChange(ChangeKey),
    /// A change request is being merged.
    Merge(ChangeKey),
    /// A change request is being closed.
    CloseChange(ChangeKey),
    /// A change request is being reopened.
    ReopenChange(ChangeKey),
    /// A file's text for the review of a change request; by its path.
    FileText(ChangeKey, String),
    /// A look at a manifest on the host, by its number.
    Manifest(u64),
    /// The agents that a project's running session offers.
    Agents(ProjectKey),
    /// The state of a session's agent.
    Glance(SessionKey),
    /// A new session. The key is the one under which our own row stands until the reply.
    Create(SessionKey),
    /// How far a session's start is.
    Start(SessionKey),
    /// A session's row after something was done to it.
    Refetch(SessionKey),
    /// A session is being stopped.
    Stop(SessionKey),
    /// A session is being booted again.
    Restart(SessionKey),
    /// A session is being deleted.
    Delete(SessionKey),
    /// A session is being renamed; the name before.
    Rename(SessionKey, Option<String>),
    /// What a stop, restart or deletion of a session would lose, for the dialog that asks.
    Uncommitted(SessionKey),
    /// A prompt on its way: the session and the number of the outgoing prompt.
    Prompt(SessionKey, u64),
    /// A turn is being aborted.
    Abort(SessionKey),
    /// A permission request is being answered.
    Permission(SessionKey, PermissionId),
    /// Questions are being answered.
    Question(SessionKey, QuestionId),
}

/// What of a change request is looked at for the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Its row with the branches' tips.
    Tips,
    /// What merging it would do.
    Trial,
    /// How large it is.
    Size,
}

impl Ops {
    /// Opens a call and names it.
    pub fn open(&mut self, host: HostName, purpose: Purpose) -> OpId {
        self.last += 1;
        let id = OpId(self.last);
        self.open.insert(id, Op { host, purpose });
        id
    }

    /// Takes a call whose reply came; `None` when it was given up.
    pub fn take(&mut self, id: OpId) -> Option<Op> {
        self.open.remove(&id)
    }

    /// Whether a call of this purpose is under way on this host.
    pub fn is_open(&self, host: &HostName, purpose: &Purpose) -> bool {
        self.open
            .values()
            .any(|op| op.host == *host && op.purpose == *purpose)
    }

    /// How many background calls are under way on this host.
    pub fn background_on(&self, host: &HostName) -> usize {
        self.open
            .values()
            .filter(|op| op.host == *host && op.purpose.is_background())
            .count()
    }

    /// Whether a look at a change request is under way.
    pub fn is_looking(&self) -> bool {
        let mut open = self.open.values();
        open.any(|op| matches!(op.purpose, Purpose::Look(..)))
    }

    /// How many calls are under way.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether no call is under way.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

impl Purpose {
    /// Whether nobody waits for the reply.
    pub fn is_background(&self) -> bool {
        matches!(
            self,
            Self::Me
                | Self::Projects
                | Self::Sessions(_)
                | Self::Changes(_)
                | Self::Look(..)
                | Self::Snapshots(_)
                | Self::Glance(_)
        )
    }
}
