//! The owner of one session: a state machine that boots it, watches it, and puts it to rest.
//!
//! ```text
//! Down ──boot──▶ Booting ──▶ Up ──stop, idle, death──▶ Down
//!                  └──stop, failure──▶ Down             every state ends with the control plane
//! ```

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior},
};

use crate::local::{
    clock, folder,
    plane::Plane,
    project::Project,
    sessions::{
        Lost, Order, Phase,
        boot::{self, Occupied, explain},
        look,
    },
};

/// How often a running session is looked after: commits saved, idleness noticed.
const ROUND: Duration = Duration::from_secs(5);

/// How long an agent's answer about its titles is good for.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The owner of one session.
pub struct Keeper {
    /// What everybody shares.
    pub plane: Arc<Plane>,
    /// The session's project.
    pub project: Arc<Project>,
    /// The session.
    pub id: String,
    /// What others ask of it.
    pub orders: mpsc::Receiver<Order>,
    /// What others may wait for.
    pub phase: watch::Sender<Phase>,
}

/// The state to go to.
enum Next {
    Down,
    Booting,
    Up(Box<Occupied>),
    Ended,
}

/// Why a running session comes to rest.
enum Cause {
    Asked(oneshot::Sender<Lost>),
    Deleted(oneshot::Sender<Lost>),
    Restart,
    Idle,
    Died(String),
    Closing,
}

/// Who interrupted a boot.
enum Interruption {
    Stop(oneshot::Sender<Lost>),
    Delete(oneshot::Sender<Lost>),
    Closing,
}

/// Waits for an agent to die by itself; the reason is absent when it went without a word.
async fn death(exited: &mut watch::Receiver<Option<String>>) -> Option<String> {
    let reason = exited.wait_for(Option::is_some).await.ok()?;
    reason.clone()
}

impl Keeper {
    /// Runs until the control plane ends.
    pub async fn run(mut self) {
        let mut next = Next::Down;
        loop {
            next = match next {
                Next::Down => self.wait().await,
                Next::Booting => self.boot().await,
                Next::Up(occupied) => self.keep(*occupied).await,
                Next::Ended => return,
            };
        }
    }

    async fn wait(&mut self) -> Next {
        self.plane.passes.revoke(&self.id);
        self.phase.send_replace(Phase::Down);
        let order = tokio::select! {
            biased;
            () = self.plane.sandboxes.closing().cancelled() => return Next::Ended,
            order = self.orders.recv() => order,
        };
        match order {
            None => Next::Ended,
            Some(Order::Boot | Order::Restart) => Next::Booting,
            Some(Order::Look) => Next::Down,
            Some(Order::Stop(reply)) => {
                let _ = reply.send(Lost::default());
                Next::Down
            }
            Some(Order::Delete(reply)) => {
                self.forget();
                let _ = reply.send(Lost::default());
                Next::Down
            }
        }
    }

    async fn boot(&mut self) -> Next {
        self.phase.send_replace(Phase::Booting);
        let (plane, project, id) = (
            Arc::clone(&self.plane),
            Arc::clone(&self.project),
            self.id.clone(),
        );
        // The row may have failed between the request and now.
        let admitted = plane
            .store
            .admit(id.clone(), usize::MAX, clock::now())
            .await;
        self.keep_row(admitted.map(drop));
        // The block drops an unfinished boot, which ends what it had started, before its rest is removed.
        let interruption = {
            let boot = tokio::time::timeout(boot::DEADLINE, boot::boot(&plane, &project, &id));
            tokio::pin!(boot);
            loop {
                tokio::select! {
                    biased;
                    () = plane.sandboxes.closing().cancelled() => break Interruption::Closing,
                    order = self.orders.recv() => match order {
                        None => break Interruption::Closing,
                        Some(Order::Stop(reply)) => break Interruption::Stop(reply),
                        Some(Order::Delete(reply)) => break Interruption::Delete(reply),
                        Some(Order::Boot | Order::Restart | Order::Look) => {}
                    },
                    outcome = &mut boot => match outcome.unwrap_or(Err(boot::Error::TooSlow)) {
                        Ok(occupied) => return Next::Up(Box::new(occupied)),
                        Err(error) => return self.give_up(&error).await,
                    },
                }
            }
        };
        self.interrupt(interruption).await
    }

    /// A boot failed: nothing of it stays but the reason.
    async fn give_up(&self, error: &boot::Error) -> Next {
        let reason = explain(error);
        tracing::warn!(session = %self.id, %reason, "a session could not be started");
        self.throw_away();
        let facts = json!({ "provisioning_error": reason }).to_string();
        self.keep_row(
            self.plane
                .store
                .failed(self.id.clone(), reason, facts, clock::now())
                .await,
        );
        Next::Down
    }

    /// A boot was dropped half way; its future has ended what it had started.
    async fn interrupt(&self, interruption: Interruption) -> Next {
        self.throw_away();
        let facts = json!({ "stop_reason": "stopped while it was being prepared" }).to_string();
        self.keep_row(
            self.plane
                .store
                .stopped(self.id.clone(), facts, clock::now())
                .await,
        );
        match interruption {
            Interruption::Closing => return Next::Ended,
            Interruption::Stop(reply) => drop(reply.send(Lost::default())),
            Interruption::Delete(reply) => {
                self.forget();
                let _ = reply.send(Lost::default());
            }
        }
        Next::Down
    }

    async fn keep(&mut self, mut occupied: Occupied) -> Next {
        // The door first: whoever sees the row `running` can go through it.
        self.plane.sandboxes.open_door(Arc::clone(&occupied.door));
        let sandbox = occupied.sandbox.clone();
        let kept = self
            .plane
            .store
            .running(self.id.clone(), sandbox, clock::now());
        self.keep_row(kept.await);
        self.phase.send_replace(Phase::Up);
        let cause = self.watch(&mut occupied).await;
        self.close(occupied, cause).await
    }

    /// Looks after a running session until there is a reason to stop it.
    async fn watch(&mut self, occupied: &mut Occupied) -> Cause {
        let mut exited = occupied.agent.exited();
        let mut looks = JoinSet::new();
        let mut last_look: Option<Instant> = None;
        let mut rounds = tokio::time::interval(
            self.plane
                .idle_stop
                .map_or(ROUND, |limit| limit.clamp(Duration::from_millis(50), ROUND)),
        );
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.plane.sandboxes.closing().cancelled() => return Cause::Closing,
                order = self.orders.recv() => match order {
                    None => return Cause::Closing,
                    Some(Order::Boot) => {}
                    Some(Order::Restart) => return Cause::Restart,
                    Some(Order::Stop(reply)) => return Cause::Asked(reply),
                    Some(Order::Delete(reply)) => return Cause::Deleted(reply),
                    Some(Order::Look) => {
                        if looks.is_empty() && last_look.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
                            last_look = Some(Instant::now());
                            looks.spawn(look::titles(Arc::clone(&self.plane), Arc::clone(&occupied.door)));
                        }
                    }
                },
                reason = death(&mut exited) => {
                    return Cause::Died(reason.unwrap_or_else(|| "it gave no reason".to_owned()));
                }
                Some(_) = looks.join_next() => {}
                _ = rounds.tick() => {
                    if self.round(occupied).await {
                        return Cause::Idle;
                    }
                }
            }
        }
    }

    /// Saves new commits; tells whether the session has been idle for too long.
    async fn round(&self, occupied: &mut Occupied) -> bool {
        if let Some(tip) = occupied
            .workspace
            .tip()
            .filter(|tip| *tip != occupied.saved)
        {
            match self.project.mirror.keep(&occupied.workspace).await {
                Ok(()) => occupied.saved = tip,
                Err(error) => {
                    tracing::warn!(session = %self.id, %error, "commits are not saved yet")
                }
            }
        }
        let Some(limit) = self.plane.idle_stop else {
            return false;
        };
        occupied.door.idle() >= limit && look::is_idle(&self.plane, &occupied.door).await
    }

    /// Ends the agent, keeps what is committed, throws the sandbox away, and notes why.
    async fn close(&mut self, occupied: Occupied, cause: Cause) -> Next {
        let Occupied {
            agent,
            door,
            workspace,
            ..
        } = occupied;
        self.plane.sandboxes.shut_door(&door);
        agent.stop().await;
        let lost = match workspace.uncommitted(&self.plane.git).await {
            Ok(files) => Lost { files },
            Err(error) => {
                tracing::warn!(session = %self.id, %error, "what was not committed is unknown");
                Lost::default()
            }
        };
        match self.project.mirror.keep(&workspace).await {
            Ok(()) => self.throw_away(),
            Err(error) => self.rescue(&error),
        }
        self.settle(cause, lost).await
    }

    async fn settle(&self, cause: Cause, lost: Lost) -> Next {
        let (store, id, now) = (&self.plane.store, self.id.clone(), clock::now());
        let facts = |reason: &str| {
            json!({ "stop_reason": reason, "lost_files": lost.files.len() }).to_string()
        };
        match cause {
            Cause::Asked(reply) => {
                self.keep_row(store.stopped(id, facts("asked"), now).await);
                let _ = reply.send(lost);
            }
            Cause::Deleted(reply) => {
                self.keep_row(store.stopped(id, facts("deleted"), now).await);
                self.forget();
                let _ = reply.send(lost);
            }
            Cause::Idle => self.keep_row(store.stopped(id, facts("idle"), now).await),
            Cause::Closing => {
                self.keep_row(
                    store
                        .stopped(id, facts("the control plane ended"), now)
                        .await,
                );
                return Next::Ended;
            }
            Cause::Died(reason) => {
                let error = format!("the agent ended by itself: {reason}");
                self.keep_row(store.failed(id, error, facts("died"), now).await);
            }
            Cause::Restart => {
                self.keep_row(store.annotate(id, facts("restarted"), now).await);
                return Next::Booting;
            }
        }
        Next::Down
    }

    fn throw_away(&self) {
        if let Err(error) = folder::remove(&self.plane.folder.sandbox(&self.id)) {
            tracing::warn!(session = %self.id, %error, "a sandbox folder could not be removed");
        }
    }

    fn rescue(&self, reason: &crate::local::git::Error) {
        let place = self.plane.folder.rescue(&self.id, clock::now());
        tracing::error!(session = %self.id, %reason, ?place, "commits could not be saved; the sandbox folder is kept");
    }

    /// Throws away what the agent kept between boots.
    fn forget(&self) {
        if let Err(error) = folder::remove(&self.plane.folder.agent_state(&self.id)) {
            tracing::warn!(session = %self.id, %error, "an agent's folder could not be removed");
        }
    }

    fn keep_row(&self, outcome: Result<(), crate::local::store::Error>) {
        if let Err(error) = outcome {
            tracing::error!(session = %self.id, %error, "a session's state could not be kept");
        }
    }
}
