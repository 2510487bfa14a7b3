//! The list of change requests: order, cursor, tabs and filters.
//!
//! The cursor is on a change request, never on a row number. The order is computed when the list is
//! shown, another tab is chosen or a person asks for it, and frozen then: a change request that is
//! merged meanwhile is marked where it stands, new ones are put in where they would have stood.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    app::{Screen, cursor::Cursor, fleet::Fleet, matching::Search},
    model::{
        change::{ChangeRequest, ChangeStatus},
        id::{ChangeKey, ProjectKey, SessionKey},
        time::Millis,
    },
};

/// For so long after a row left under the cursor, keys do nothing to the row that took its place.
const SHIFTED: Duration = Duration::from_millis(250);

/// The list's position and choices.
#[derive(Debug, Default)]
pub struct Changes {
    /// In the order of the screen, those of all tabs.
    members: Vec<Member>,
    /// Indices into `members`.
    shown: Vec<usize>,
    counts: Counts,
    /// The change request under the cursor, so that a new one does not move it.
    selected: Option<ChangeKey>,
    /// The one on which the cursor last rested.
    rested: Option<ChangeKey>,
    /// Where the cursor is in `shown`.
    cursor: Cursor,
    tab: Tab,
    filter: String,
    only: Option<Only>,
    /// The revision of the fleet that `members` shows; `None` when it has to be looked at anew.
    taken: Option<u64>,
    /// Whether a person has just asked for another order.
    is_reordered: bool,
    shifted_at: Option<Millis>,
    /// Where a review that was opened from elsewhere goes back to.
    pub(super) way_back: Option<Screen>,
    /// The session whose change request is looked for, and the screen that it was asked from.
    pub(super) sought: Option<(SessionKey, Screen)>,
    /// When a change request that is only on the screen was last looked at.
    pub(super) looked_at: Millis,
}

/// Which change requests are shown, by their state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// Those that wait.
    #[default]
    Open,
    /// Those that were merged.
    Merged,
    /// Those that were put aside.
    Closed,
    /// All.
    All,
}

/// What the list is narrowed to beside tab and filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Only {
    /// One project.
    Project(ProjectKey),
    /// One session.
    Session(SessionKey),
}

/// How many change requests there are under the filters, by tab.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open ones.
    pub open: usize,
    /// Merged ones.
    pub merged: usize,
    /// Closed ones.
    pub closed: usize,
    /// All.
    pub all: usize,
}

/// A change request of the list.
#[derive(Debug)]
struct Member {
    key: ChangeKey,
    status: ChangeStatus,
    /// Its state when the order was computed.
    ordered_as: ChangeStatus,
    rank: Rank,
    number: u64,
    /// What can be searched in, without the name of its session.
    words: String,
}

/// A change request's place in the list: open ones first, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    is_over: bool,
    newest: Reverse<Millis>,
    number: Reverse<u64>,
}

impl Tab {
    /// All tabs, in the order of the screen.
    pub const ALL: [Self; 4] = [Self::Open, Self::Merged, Self::Closed, Self::All];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Closed => "closed",
            Self::All => "all",
        }
    }

    /// The tab so many places after this one, round and round.
    fn step(self, places: usize) -> Self {
        let all = Self::ALL;
        let at = all.iter().position(|tab| *tab == self).unwrap_or(0);
        all.get((at + places) % all.len()).copied().unwrap_or(self)
    }

    fn admits(self, status: &ChangeStatus) -> bool {
        match self {
            Self::Open => *status == ChangeStatus::Open,
            Self::Merged => *status == ChangeStatus::Merged,
            Self::Closed => *status == ChangeStatus::Closed,
            Self::All => true,
        }
    }
}

impl Counts {
    /// How many a tab has.
    pub fn of(self, tab: Tab) -> usize {
        match tab {
            Tab::Open => self.open,
            Tab::Merged => self.merged,
            Tab::Closed => self.closed,
            Tab::All => self.all,
        }
    }

    fn add(&mut self, status: &ChangeStatus) {
        self.all += 1;
        match status {
            ChangeStatus::Open => self.open += 1,
            ChangeStatus::Merged => self.merged += 1,
            ChangeStatus::Closed => self.closed += 1,
            ChangeStatus::Other(_) => {}
        }
    }
}

impl Changes {
    /// The change request under the cursor.
    pub fn selected(&self) -> Option<&ChangeKey> {
        self.selected.as_ref()
    }

    /// The change request on which the cursor last rested: the one of the preview.
    pub fn rested(&self) -> Option<&ChangeKey> {
        self.rested.as_ref()
    }

    /// Which are shown, by their state.
    pub fn tab(&self) -> Tab {
        self.tab
    }

    /// How many there are under the filters.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What was typed to narrow the list; empty when nothing was.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// What else the list is narrowed to.
    pub fn only(&self) -> Option<&Only> {
        self.only.as_ref()
    }

    /// Whether there is no row under the filters.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The keys of a screen of `height` rows that begins with the row `first`, each with whether its
    /// state changed since the list was put in order.
    pub fn rows(&self, first: usize, height: usize) -> impl Iterator<Item = (&ChangeKey, bool)> {
        let shown = self.shown.iter().skip(first).take(height);
        let members = shown.filter_map(|index| self.members.get(*index));
        members.map(|member| (&member.key, member.status != member.ordered_as))
    }

    /// The first row on a screen of `height` rows, such that the cursor is on it.
    pub fn first_row(&self, height: usize) -> usize {
        self.cursor.first_row(self.shown.len(), height)
    }

    /// Whether the row under the cursor has just taken the place of another one.
    pub(super) fn has_shifted(&mut self, now: Millis) -> bool {
        let shifted = self.shifted_at.take();
        shifted.is_some_and(|at| now < at.plus(SHIFTED))
    }

    /// Shows those of another state.
    pub(super) fn choose(&mut self, tab: Tab) {
        self.tab = tab;
        self.resort();
    }

    /// Shows those of the state so many places on.
    pub(super) fn turn(&mut self, places: usize) {
        self.choose(self.tab.step(places));
    }

    /// Shows only those that match.
    pub(in crate::app) fn set_filter(&mut self, filter: String) {
        if self.filter != filter {
            self.filter = filter;
            self.taken = None;
        }
    }

    /// Narrows the list, or takes that back.
    pub(super) fn narrow(&mut self, only: Option<Only>) {
        if self.only != only {
            self.only = only;
            self.taken = None;
        }
    }

    /// Has the order computed anew.
    pub(super) fn resort(&mut self) {
        self.members.clear();
        self.taken = None;
        self.is_reordered = true;
    }

    /// Notes that the cursor rests, and says whether that is on another row than before.
    pub(in crate::app) fn rest(&mut self) -> bool {
        let changed = self.rested != self.selected;
        if changed {
            self.rested.clone_from(&self.selected);
        }
        changed
    }

    /// Takes the fleet as it is now, when it changed.
    pub(in crate::app) fn keep(&mut self, fleet: &Fleet, now: Millis) {
        if self.taken == Some(fleet.revision) {
            return;
        }
        self.take_members(fleet);
        self.show(fleet);
        self.find_cursor(now);
        if std::mem::take(&mut self.is_reordered) {
            // A person asked for it.
            self.shifted_at = None;
        }
        self.taken = Some(fleet.revision);
        if self.rested.is_none() {
            self.rest();
        }
    }

    /// Puts the cursor on a row, on a screen of `height` rows.
    pub(super) fn go(&mut self, place: usize, height: usize) {
        self.cursor.go(place, self.shown.len(), height);
        self.selected = self.at_place();
        self.shifted_at = None;
    }

    /// Where the cursor is among the rows.
    pub(super) fn place(&self) -> usize {
        self.cursor.place
    }

    fn at_place(&self) -> Option<ChangeKey> {
        let index = self.shown.get(self.cursor.place)?;
        self.members.get(*index).map(|member| member.key.clone())
    }

    /// Lets rows go and puts new ones in; those that stay keep their rank.
    fn take_members(&mut self, fleet: &Fleet) {
        let mut present: BTreeMap<ChangeKey, &ChangeRequest> = fleet.changes().collect();
        self.members.retain_mut(|member| {
            let Some(row) = present.remove(&member.key) else {
                return false;
            };
            member.status = row.status.clone();
            member.words = words(fleet, &member.key, row);
            true
        });
        let new = present.into_iter();
        self.members
            .extend(new.map(|(key, row)| Member::new(fleet, key, row)));
        self.members.sort_by_key(|member| member.rank);
    }

    fn show(&mut self, fleet: &Fleet) {
        let wanted = Wanted::read(&self.filter);
        let of_session: Option<BTreeSet<ChangeKey>> = match &self.only {
            Some(Only::Session(session)) => {
                let its = fleet.changes_of(session).into_iter();
                Some(its.map(|(key, _)| key).collect())
            }
            Some(Only::Project(_)) | None => None,
        };
        let is_in = |key: &ChangeKey| match &self.only {
            Some(Only::Project(project)) => key.project_key() == *project,
            Some(Only::Session(_)) => of_session.as_ref().is_some_and(|its| its.contains(key)),
            None => true,
        };
        let mut search = wanted.search();
        self.counts = Counts::default();
        self.shown.clear();
        for (index, member) in self.members.iter().enumerate() {
            let is_wanted = wanted.numbers.iter().all(|number| *number == member.number)
                && is_in(&member.key)
                && search
                    .as_mut()
                    .is_none_or(|search| search.finds(&member.words));
            if !is_wanted {
                continue;
            }
            self.counts.add(&member.status);
            // What left its tab stays where it stands until the list is put in order.
            if self.tab.admits(&member.status) || self.tab.admits(&member.ordered_as) {
                self.shown.push(index);
            }
        }
    }

    /// Finds the selected row again, on the same line of the screen.
    fn find_cursor(&mut self, now: Millis) {
        let selected = self.selected.as_ref();
        let place = selected.and_then(|key| {
            let member = |index: &usize| self.members.get(*index).map(|member| &member.key);
            self.shown
                .iter()
                .position(|index| member(index) == Some(key))
        });
        if let Some(place) = place {
            self.cursor.follow(place);
            return;
        }
        self.cursor.stay(self.shown.len());
        let next = self.at_place();
        if self.selected != next {
            self.shifted_at = Some(now);
        }
        self.selected = next;
    }
}

impl Rank {
    /// The place of a change request as it is now.
    pub fn of(row: &ChangeRequest) -> Self {
        Self {
            is_over: !row.is_open(),
            newest: Reverse(dated(row).unwrap_or_default()),
            number: Reverse(row.number),
        }
    }
}

impl Member {
    fn new(fleet: &Fleet, key: ChangeKey, row: &ChangeRequest) -> Self {
        Self {
            status: row.status.clone(),
            ordered_as: row.status.clone(),
            rank: Rank::of(row),
            number: row.number,
            words: words(fleet, &key, row),
            key,
        }
    }
}

/// When a change request was opened, or merged or closed when it was; `None` when nobody says.
pub fn dated(row: &ChangeRequest) -> Option<Millis> {
    let ended = match row.status {
        ChangeStatus::Merged => row.merged_at.as_deref(),
        ChangeStatus::Closed => row.closed_at.as_deref(),
        ChangeStatus::Open | ChangeStatus::Other(_) => None,
    };
    Millis::from_rfc3339(ended.unwrap_or(&row.created_at))
}

/// What can be searched in.
fn words(fleet: &Fleet, key: &ChangeKey, row: &ChangeRequest) -> String {
    let project_key = key.project_key();
    let project = fleet.projects.get(&project_key);
    let project = project.map(|project| project.row.name.as_str());
    let session = row.origin_session_id.as_ref();
    let session = session.map(|id| project_key.session(id));
    let session = session.and_then(|key| fleet.sessions.get(&key));
    let words = [
        &*row.title,
        project.unwrap_or_default(),
        key.host.as_str(),
        &row.head_ref,
        &row.base_ref,
        row.status.as_str(),
        session.map(|entry| entry.row.title()).unwrap_or_default(),
    ];
    words.join(" ")
}

/// What was typed: numbers such as `#12`, and words.
struct Wanted {
    numbers: Vec<u64>,
    words: String,
}

impl Wanted {
    fn read(filter: &str) -> Self {
        let mut wanted = Self {
            numbers: Vec::new(),
            words: String::new(),
        };
        for word in filter.split_whitespace() {
            let number = word
                .strip_prefix('#')
                .and_then(|digits| digits.parse().ok());
            match number {
                Some(number) => wanted.numbers.push(number),
                // The number is still to come.
                None if word == "#" => {}
                None => {
                    wanted.words.push_str(word);
                    wanted.words.push(' ');
                }
            }
        }
        wanted
    }

    fn search(&self) -> Option<Search> {
        (!self.words.is_empty()).then(|| Search::new(&self.words))
    }
}
