//! All sessions in the order of the board.
//!
//! The order is computed when a person asks for it and frozen then: later changes mark a row where
//! it stands, new rows are merged in where they would have stood, and rows that are gone leave. The
//! work is done once for a change of the fleet, never for a frame.

use std::cmp::Reverse;

use crate::{
    app::fleet::{Fleet, SessionEntry},
    attention::Standing,
    model::{id::SessionKey, time::Millis},
};

/// What comes first on the board.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// What needs a person, then what works, then the newest.
    #[default]
    NeedsYou,
    /// What was active last.
    Recent,
    /// By project, then by what needs a person.
    Project,
    /// By name.
    Name,
}

/// One session of the board.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The session.
    pub key: SessionKey,
    /// Where it stands now.
    pub standing: Standing,
    /// Since when, where the change was seen.
    pub since: Option<Millis>,
    /// Where it stood when the order was computed.
    ordered_as: Standing,
    rank: Rank,
}

/// How many sessions stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that need a person.
    pub waiting: usize,
    /// Those that work.
    pub working: usize,
    /// All.
    pub all: usize,
}

/// A row's place when the order was computed.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    words: String,
    group: u8,
    newest: Reverse<i64>,
}

/// All sessions in the order of the board.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// In the order of the fleet.
    pub rows: Vec<Row>,
    /// Indices into `rows` in the order of the board.
    pub order: Vec<usize>,
    pub counts: Counts,
}

impl Order {
    /// The one after it.
    pub fn next(self) -> Self {
        match self {
            Self::NeedsYou => Self::Recent,
            Self::Recent => Self::Project,
            Self::Project => Self::Name,
            Self::Name => Self::NeedsYou,
        }
    }

    /// Its words.
    pub fn name(self) -> &'static str {
        match self {
            Self::NeedsYou => "needs you first",
            Self::Recent => "newest first",
            Self::Project => "by project",
            Self::Name => "by name",
        }
    }
}

impl Row {
    /// Whether it stands elsewhere than when the order was computed.
    pub fn has_changed(&self) -> bool {
        self.standing != self.ordered_as
    }
}

impl Roster {
    /// Takes the fleet as it is now; the order of rows that stay does not change.
    pub fn take(&mut self, fleet: &Fleet, order: Order, now: Millis) {
        let same = self.rows.len() == fleet.sessions.len()
            && self
                .rows
                .iter()
                .zip(fleet.sessions.keys())
                .all(|(row, key)| row.key == *key);
        if !same {
            self.take_members(fleet, order);
        }
        self.counts = Counts {
            all: self.rows.len(),
            ..Counts::default()
        };
        for (row, entry) in self.rows.iter_mut().zip(fleet.sessions.values()) {
            let standing = entry.standing();
            if row.standing != standing {
                row.standing = standing;
                row.since = Some(now);
            }
            self.counts.waiting += usize::from(standing.needs_a_person());
            self.counts.working += usize::from(standing == Standing::Working);
        }
    }

    /// Computes the order anew.
    pub fn sort(&mut self, fleet: &Fleet, order: Order) {
        for (row, (key, entry)) in self.rows.iter_mut().zip(&fleet.sessions) {
            row.rank = Rank::of(fleet, key, entry, row.standing, order);
            row.ordered_as = row.standing;
        }
        let rows = &self.rows;
        self.order = (0..rows.len()).collect();
        self.order.sort_by(|a, b| rows[*a].rank.cmp(&rows[*b].rank));
    }

    /// The index of a session in `rows`.
    pub fn find(&self, key: &SessionKey) -> Option<usize> {
        self.rows.binary_search_by(|row| row.key.cmp(key)).ok()
    }

    /// Lets rows go and merges new ones in.
    fn take_members(&mut self, fleet: &Fleet, order: Order) {
        let mut old = std::mem::take(&mut self.rows).into_iter().enumerate();
        let mut next = old.next();
        // Where each old row is now; `usize::MAX` for one that is gone.
        let mut moved = vec![usize::MAX; self.order.len()];
        let mut new = Vec::new();
        for (key, entry) in &fleet.sessions {
            while next.as_ref().is_some_and(|(_, row)| row.key < *key) {
                next = old.next();
            }
            match next.take_if(|(_, row)| row.key == *key) {
                Some((index, row)) => {
                    moved[index] = self.rows.len();
                    self.rows.push(row);
                    next = old.next();
                }
                None => {
                    new.push(self.rows.len());
                    self.rows.push(Row::new(fleet, key, entry, order));
                }
            }
        }
        let rows = &self.rows;
        new.sort_by(|a, b| rows[*a].rank.cmp(&rows[*b].rank));
        let kept = self.order.iter().map(|index| moved[*index]);
        let kept: Vec<usize> = kept.filter(|index| *index != usize::MAX).collect();
        self.order = merge(kept, new, |a, b| rows[a].rank <= rows[b].rank);
    }
}

/// Merges two sequences that are each in order; `before` says whether the first may come first.
fn merge(kept: Vec<usize>, new: Vec<usize>, before: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut merged = Vec::with_capacity(kept.len() + new.len());
    let mut new = new.into_iter().peekable();
    for place in kept {
        while let Some(earlier) = new.next_if(|candidate| !before(place, *candidate)) {
            merged.push(earlier);
        }
        merged.push(place);
    }
    merged.extend(new);
    merged
}

impl Row {
    fn new(fleet: &Fleet, key: &SessionKey, entry: &SessionEntry, order: Order) -> Self {
        let standing = entry.standing();
        Self {
            key: key.clone(),
            standing,
            since: entry.unseen_since,
            ordered_as: standing,
            rank: Rank::of(fleet, key, entry, standing, order),
        }
    }
}

impl Rank {
    fn of(
        fleet: &Fleet,
        key: &SessionKey,
        entry: &SessionEntry,
        standing: Standing,
        order: Order,
    ) -> Self {
        let newest = Reverse(last_active(entry).0);
        let group = group(standing);
        match order {
            Order::NeedsYou => Self {
                group,
                newest,
                ..Self::default()
            },
            Order::Recent => Self {
                newest,
                ..Self::default()
            },
            Order::Project => Self {
                words: format!("{}\0{}", fleet.project_name(key).to_lowercase(), key.host),
                group,
                newest,
            },
            Order::Name => Self {
                words: entry.row.title().to_lowercase(),
                group: 0,
                newest,
            },
        }
    }
}

fn group(standing: Standing) -> u8 {
    match standing {
        Standing::AwaitsPermission => 0,
        Standing::AwaitsAnswer => 1,
        Standing::Failed => 2,
        Standing::ToReview => 3,
        Standing::Finished => 4,
        Standing::Working => 5,
        Standing::Underway => 6,
        Standing::Idle => 7,
        Standing::FailedBefore | Standing::Asleep => 8,
        Standing::Over => 9,
    }
}

/// When a session was last active, as far as is known. The row's own time of change is no witness:
/// reads change it.
pub fn last_active(entry: &SessionEntry) -> Millis {
    let made = Millis::from_rfc3339(&entry.row.created_at).unwrap_or_default();
    let synced = entry.row.opencode_sessions.iter();
    let synced = synced.filter_map(|agent| agent.updated_at);
    let heard = entry
        .transcript
        .sessions()
        .map(|session| session.time.updated);
    synced.chain(heard).fold(made, Millis::max)
}
