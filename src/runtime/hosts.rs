//! The clients of the hosts: made off the loop, waited for by whoever asks.

use std::{collections::HashMap, future::Future, pin::Pin};

use tokio::{sync::watch, task::JoinSet};

use crate::{
    api::{Client, Error, Limits},
    model::{host::Host, id::HostName},
};

/// The control plane in this process, on its way.
pub type Starting = Pin<Box<dyn Future<Output = Result<Running, StartProblem>> + Send>>;

/// The control plane in this process.
pub struct Running {
    /// How to reach it.
    pub host: Host,
    /// Ends it in order.
    pub stop: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Why the control plane in this process does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StartProblem {
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// A client, once it is made.
type Slot = Option<Result<Client, Error>>;

/// The clients of all hosts.
#[derive(Debug, Default)]
pub struct Clients {
    slots: HashMap<HostName, watch::Receiver<Slot>>,
}

impl Clients {
    /// Has a host's client made in the background.
    pub fn add(&mut self, host: Host, tasks: &mut JoinSet<()>) {
        let name = host.name.clone();
        let sender = self.reserve(name);
        tasks.spawn_blocking(move || {
            let _ = sender.send(Some(Client::new(host, Limits::default())));
        });
    }

    /// Makes room for a host that cannot be reached yet; the client is to be sent there.
    pub fn reserve(&mut self, name: HostName) -> watch::Sender<Slot> {
        let (sender, receiver) = watch::channel(None);
        self.slots.insert(name, receiver);
        sender
    }

    /// Waits for a host's client, in a future that borrows nothing.
    pub fn wait(&self, name: &HostName) -> impl Future<Output = Result<Client, Error>> + use<> {
        let slot = self.slots.get(name).cloned();
        let unknown = Error::Unreachable {
            host: name.to_string(),
            reason: "no such host is known".to_owned(),
        };
        async move {
            let Some(mut slot) = slot else {
                return Err(unknown);
            };
            match slot.wait_for(Option::is_some).await {
                Ok(made) => made.clone().unwrap_or(Err(unknown)),
                Err(_) => Err(unknown),
            }
        }
    }

    /// A host's client, when it is made.
    pub fn ready(&self, name: &HostName) -> Option<Client> {
        let slot = self.slots.get(name)?.borrow();
        slot.as_ref()?.as_ref().ok().cloned()
    }
}
