//! Sessions that are being booted, run or stopped: one task owns each, everybody else sends orders.
//!
//! [`Sandboxes`] finds the owner of a session and the door to its agent. The owner ([`keeper`]) is
//! a small state machine, `Down → Booting → Up → Down`; rows in the store say what clients see.
//! [`repair`] brings rows and folders in order after a crash.

mod boot;
mod door;
mod keeper;
mod look;
mod repair;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use door::{Door, Visit};
pub use repair::repair;

use crate::local::{plane::Plane, project::Project, sessions::keeper::Keeper};

/// Orders that wait for one session; senders wait when it is full, and there are few of them.
const ORDERS: usize = 16;

/// How long a caller waits for a session to stop.
const STOP_DEADLINE: Duration = Duration::from_secs(25);

/// What is asked of a session's owner.
#[derive(Debug)]
pub enum Order {
    /// Boot unless it is up.
    Boot,
    /// Stop if it is up, then boot.
    Restart,
    /// Stop and say what was lost.
    Stop(oneshot::Sender<Lost>),
    /// Stop, and throw away what its agent kept.
    Delete(oneshot::Sender<Lost>),
    /// Ask the agent for its titles, soon.
    Look,
}

/// What a stop lost: files with changes that no commit had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lost {
    /// Their paths; empty too when they could not be listed.
    pub files: Vec<String>,
}

/// How far a session is; the value in its watch channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing runs.
    Down,
    /// A sandbox is being made.
    Booting,
    /// Its agent answers.
    Up,
}

#[derive(Debug, Clone)]
struct Handle {
    orders: mpsc::Sender<Order>,
    phase: watch::Receiver<Phase>,
}

/// All sessions with an owner.
#[derive(Debug)]
pub struct Sandboxes {
    closing: CancellationToken,
    keepers: TaskTracker,
    handles: Mutex<HashMap<String, Handle>>,
    doors: Mutex<HashMap<String, Arc<Door>>>,
}

impl Sandboxes {
    /// Begins without any; `closing` ends them all.
    pub fn new(closing: CancellationToken) -> Self {
        Self {
            closing,
            keepers: TaskTracker::new(),
            handles: Mutex::default(),
            doors: Mutex::default(),
        }
    }

    /// Ends when the control plane does.
    pub fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// Waits until every session has come to rest after `closing` was cancelled.
    pub async fn rest(&self) {
        self.keepers.close();
        self.keepers.wait().await;
    }

    /// The door to an agent, by the proxy's name of its sandbox.
    pub fn door(&self, external_id: &str) -> Option<Arc<Door>> {
        locked(&self.doors).get(external_id).cloned()
    }

    fn open_door(&self, door: Arc<Door>) {
        locked(&self.doors).insert(door.external_id.clone(), door);
    }

    fn shut_door(&self, door: &Door) {
        locked(&self.doors).remove(&door.external_id);
        door.closed.cancel();
    }

    /// How far a session is, to be waited on; `None` when nobody owns it.
    pub fn phase(&self, session: &str) -> Option<watch::Receiver<Phase>> {
        Some(locked(&self.handles).get(session)?.phase.clone())
    }

    /// Wakes the owner of a running session to look at its agent; never waits.
    pub fn look(&self, session: &str) {
        if let Some(handle) = locked(&self.handles).get(session) {
            // A full queue means that a look is on its way already.
            let _ = handle.orders.try_send(Order::Look);
        }
    }

    /// Boots a session, or restarts it.
    pub async fn order(&self, plane: &Arc<Plane>, project: &Arc<Project>, id: &str, order: Order) {
        let orders = self.handle(plane, project, id).orders;
        // The owner only goes away when the control plane does.
        let _ = orders.send(order).await;
    }

    /// Stops a session; `None` when it did not stop in time and goes on stopping.
    pub async fn stop(&self, plane: &Arc<Plane>, project: &Arc<Project>, id: &str) -> Option<Lost> {
        let (reply, lost) = oneshot::channel();
        self.order(plane, project, id, Order::Stop(reply)).await;
        tokio::time::timeout(STOP_DEADLINE, lost).await.ok()?.ok()
    }

    /// Stops a session for good; `None` when it did not stop in time and goes on stopping.
    pub async fn delete(
        &self,
        plane: &Arc<Plane>,
        project: &Arc<Project>,
        id: &str,
    ) -> Option<Lost> {
        let (reply, lost) = oneshot::channel();
        self.order(plane, project, id, Order::Delete(reply)).await;
        tokio::time::timeout(STOP_DEADLINE, lost).await.ok()?.ok()
    }

    fn handle(&self, plane: &Arc<Plane>, project: &Arc<Project>, id: &str) -> Handle {
        let mut handles = locked(&self.handles);
        if let Some(handle) = handles.get(id) {
            return handle.clone();
        }
        let (orders, inbox) = mpsc::channel(ORDERS);
        let (phase, watched) = watch::channel(Phase::Down);
        let keeper = Keeper {
            plane: Arc::clone(plane),
            project: Arc::clone(project),
            id: id.to_owned(),
            orders: inbox,
            phase,
        };
        self.keepers.spawn(keeper.run());
        let handle = Handle {
            orders,
            phase: watched,
        };
        handles.insert(id.to_owned(), handle.clone());
        handle
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
