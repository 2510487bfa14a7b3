//! Data that arrives later.

/// Data that arrives later and may go stale.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Load<T, E> {
    /// Nobody asked for it yet.
    #[default]
    Absent,
    /// The first fetch is on its way.
    Loading,
    /// It is here.
    Ready(T),
    /// The last fetch failed; `stale` is what there was before.
    Failed {
        /// Why the fetch failed.
        reason: E,
        /// The data of the last fetch that succeeded, when there was one.
        stale: Option<T>,
    },
}

impl<T, E> Load<T, E> {
    /// The data, fresh or stale.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Absent | Self::Loading => None,
            Self::Ready(value) => Some(value),
            Self::Failed { stale, .. } => stale.as_ref(),
        }
    }

    /// Takes a reply: fresh data replaces all, a failure keeps what there was.
    pub fn settle(&mut self, reply: Result<T, E>) {
        *self = match reply {
            Ok(value) => Self::Ready(value),
            Err(reason) => Self::Failed {
                reason,
                stale: std::mem::take(self).into_value(),
            },
        };
    }

    /// The data, fresh or stale, by value.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Absent | Self::Loading => None,
            Self::Ready(value) => Some(value),
            Self::Failed { stale, .. } => stale,
        }
    }
}
