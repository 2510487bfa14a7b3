//! The engine: one [`State`], one entry ([`State::update`]), effects out, no clock, no file, no task.
//!
//! Events come from the shell, which carries out the effects. Time comes in as [`Event::Clock`].
//! Not for: drawing (`view` reads the state) and for talking to anything (`runtime` does).

pub mod board;
pub mod builds;
pub mod call;
pub mod changes;
mod cursor;
pub mod deeds;
pub mod event;
pub mod fleet;
pub mod following;
mod holds;
mod input;
pub mod manifest;
mod matching;
pub mod memory;
pub mod messages;
pub mod ops;
pub mod overlay;
pub mod polling;
mod recall;
mod refusals;
pub mod replies;
pub mod review;
pub mod session;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use crate::{
    app::{
        event::{Detail, Effect, Event, Level, Measures},
        fleet::Fleet,
        messages::MessageLog,
        ops::Ops,
        overlay::Overlay,
        session::SessionPane,
    },
    diff::generated::Generated,
    keymap::{Keymap, Pending},
    model::{
        id::{ChangeKey, HostName, ProjectId, SessionKey},
        time::Millis,
    },
};

/// How long after the selection came to rest its agent is followed.
const FOLLOW_REST: Duration = Duration::from_millis(250);
/// How long the first key of a sequence waits for the second.
const SEQUENCE: Duration = Duration::from_millis(500);
/// How long after a change the fleet, drafts and history are written to the cache.
const REMEMBER: Duration = Duration::from_secs(2);

/// What the whole screen shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Screen {
    /// All sessions.
    #[default]
    Board,
    /// One session.
    Session(SessionKey),
    /// All change requests.
    Changes,
    /// The review of one change request.
    Review(ChangeKey),
    /// Templates and builds.
    Builds,
    /// What is wrong in a manifest and the files that it names.
    Manifest,
}

/// A host as the shell knows it at start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSpec {
    /// Its name.
    pub name: HostName,
    /// Its address.
    pub url: String,
    /// Whether it is the control plane in this process.
    pub is_embedded: bool,
}

/// A folder of this machine whose manifest can be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalFolder {
    /// Where it is, absolute.
    pub path: PathBuf,
    /// What it is called.
    pub name: String,
    /// The project that it is linked to; `None` when it is not.
    pub project: Option<ProjectId>,
}

/// What does not change while the program runs.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The hosts to show.
    pub hosts: Vec<HostSpec>,
    /// The keys.
    pub keymap: Keymap,
    /// Whether frames use ASCII only.
    pub ascii: bool,
    /// Whether spinners move.
    pub animation: bool,
    /// Files that nobody wrote by hand, which reviews show folded.
    pub generated: Generated,
    /// Folders whose manifests can be looked at, the one that the program was started in first.
    pub folders: Vec<LocalFolder>,
    /// Chance from outside, for the keys that make a repeated creation harmless.
    pub seed: u64,
}

/// Everything the program knows.
#[derive(Debug, Default)]
pub struct State {
    /// What does not change while the program runs.
    pub setup: Setup,
    /// The time of the last clock event.
    pub now: Millis,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether the terminal's window has the focus; true where terminals do not tell.
    pub has_focus: bool,
    /// Hosts, projects, sessions and their agents.
    pub fleet: Fleet,
    /// Calls under way.
    pub ops: Ops,
    /// What the whole screen shows.
    pub screen: Screen,
    /// Dialogs and readers above the screen, the innermost last.
    pub overlays: Vec<Overlay>,
    /// The board.
    pub board: board::Board,
    /// The list of change requests.
    pub changes: changes::Changes,
    /// The reviews that were opened, with what is kept of them.
    pub reviews: BTreeMap<ChangeKey, review::ReviewPane>,
    /// The builds screen.
    pub builds: builds::Builds,
    /// The manifest screen.
    pub manifest: manifest::ManifestPane,
    /// The screens of sessions that were opened, and their drafts.
    pub panes: BTreeMap<SessionKey, SessionPane>,
    /// Prompts that were sent, oldest first.
    pub history: Vec<String>,
    /// What was said to the person.
    pub log: MessageLog,
    /// Whose agents are followed, and how closely.
    pub following: BTreeMap<SessionKey, Detail>,
    /// What drawing found out.
    pub measures: Measures,
    /// The draft of the new-session form.
    pub new_session_draft: overlay::form::NewSessionDraft,
    /// Quick prompts that were typed and left.
    pub quick_drafts: BTreeMap<SessionKey, String>,
    /// When what the last run knew was fetched; `None` without a cache.
    pub recalled_at: Option<Millis>,
    holds: holds::Holds,
    recalled_drafts: BTreeMap<String, String>,
    pending: Pending,
    pending_until: Option<Millis>,
    interrupted_at: Option<Millis>,
    drawn_at: i64,
    follow_at: Option<Millis>,
    poll_at: Option<Millis>,
    remember_at: Option<Millis>,
    /// The revision of the fleet that was last given away to be kept.
    remembered: Option<u64>,
    wake_at: Option<Millis>,
    keys_made: u64,
    changed: bool,
    effects: Vec<Effect>,
}

impl State {
    /// A program that knows its hosts and nothing else.
    pub fn new(setup: Setup, size: (u16, u16), now: Millis) -> Self {
        let mut state = Self {
            setup,
            size,
            now,
            has_focus: true,
            changed: true,
            ..Self::default()
        };
        for spec in &state.setup.hosts {
            let host = state.fleet.hosts.entry(spec.name.clone()).or_default();
            host.url.clone_from(&spec.url);
            host.is_embedded = spec.is_embedded;
        }
        state.poll_at = Some(now);
        state.follow_at = Some(now);
        state
    }

    /// Takes an event and says what the shell must do next.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        self.dispatch(event);
        if self.screen == Screen::Board {
            self.board.keep(&self.fleet, self.now);
            if self.board.selected() != self.board.previewed() && self.follow_at.is_none() {
                self.follow_soon();
            }
        }
        if self.screen == Screen::Changes {
            self.changes.keep(&self.fleet, self.now);
            if self.changes.selected() != self.changes.rested() && self.follow_at.is_none() {
                self.follow_soon();
            }
        }
        self.run_due();
        std::mem::take(&mut self.effects)
    }

    /// Whether something visible may have changed since this was last asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::Key(key) => self.key(key),
            Event::Paste(text) => self.paste(&text),
            Event::Mouse(mouse) => self.mouse(mouse),
            Event::Resize(columns, rows) => {
                self.size = (columns, rows);
                self.manifest.resized(self.size);
                self.changed = true;
            }
            Event::Focus(has_focus) => self.focus(has_focus),
            Event::Reply(op, reply) => replies::take(self, op, reply),
            Event::Stream(key, events) => replies::stream(self, &key, &events),
            Event::Link(key, link) => replies::link(self, &key, link),
            Event::Recalled(memory) => self.recall(*memory),
            Event::Measured(measures) => self.measured(measures),
            Event::Clock(now) => self.clock(now),
            Event::Edited { purpose, text } => self.edited(purpose, text),
            Event::ReviewRecalled(key, review) => review::recalled(self, &key, *review),
            Event::Painted {
                change,
                edition,
                hunks,
            } => review::painted(self, &change, edition, hunks),
            Event::MovedFound {
                change,
                edition,
                moved,
            } => review::moved_found(self, &change, edition, moved),
            Event::Compared {
                change,
                edition,
                outcome,
            } => review::compared(self, &change, edition, outcome),
            Event::ManifestChecked { edition, outcome } => {
                manifest::checked(self, edition, outcome);
            }
            Event::FilesChanged => manifest::files_changed(self),
            Event::FileEdited(outcome) => manifest::edited(self, outcome),
            Event::Mended(outcome) => manifest::mended(self, outcome),
            Event::Notice(level, text) => self.say(level, text),
            Event::Terminate => self.end(),
        }
    }

    /// Does what is due by the clock or was asked for by this event.
    fn run_due(&mut self) {
        let now = self.now;
        let is_due = |at: &Option<Millis>| at.is_some_and(|at| at <= now);
        if is_due(&self.pending_until) {
            self.end_sequence();
        }
        session::attend(self);
        review::attend(self);
        if is_due(&self.follow_at) {
            self.follow_at = None;
            if self.board.rest() {
                self.changed = true;
            }
            if self.changes.rest() {
                self.changed = true;
                self.poll_now();
            }
            following::run(self);
        }
        if is_due(&self.poll_at) {
            self.poll_at = polling::run(self);
        }
        if is_due(&self.remember_at) {
            self.remember_at = None;
            let memory = self.news_to_remember();
            self.effects.push(Effect::Remember(Box::new(memory)));
        }
        let moving = self.animation_at();
        let times = [
            self.pending_until,
            self.follow_at,
            self.poll_at,
            self.remember_at,
            self.log.ends_at(),
            session::attention_at(self),
            review::attention_at(self),
            moving,
        ];
        let wake_at = times.into_iter().flatten().min();
        if wake_at != self.wake_at {
            self.wake_at = wake_at;
            self.effects.extend(wake_at.map(Effect::WakeAt));
        }
    }

    fn clock(&mut self, now: Millis) {
        self.now = now;
        if self.wake_at.is_some_and(|at| at <= now) {
            self.wake_at = None;
        }
        if self.log.expire(now) {
            self.changed = true;
        }
        // Ages on the screen grow by the minute, and by the second while something works.
        let step = self.tick_length();
        if step > 0 && self.drawn_at / step != now.0 / step {
            self.drawn_at = now.0;
            self.changed = true;
        }
    }

    /// How long an age on the screen stays right, in milliseconds; zero when nobody looks.
    fn tick_length(&self) -> i64 {
        if !self.has_focus {
            return 0;
        }
        let works = |entry: &fleet::SessionEntry| {
            entry.pending.is_some() || entry.transcript.is_working() || entry.link_counts_down()
        };
        let shown = match &self.screen {
            Screen::Session(key) => self.fleet.sessions.get(key).is_some_and(works),
            Screen::Board
            | Screen::Changes
            | Screen::Review(_)
            | Screen::Builds
            | Screen::Manifest => self
                .following
                .keys()
                .any(|key| self.fleet.sessions.get(key).is_some_and(works)),
        };
        if shown { 1_000 } else { 60_000 }
    }

    fn animation_at(&self) -> Option<Millis> {
        let step = self.tick_length();
        (step > 0).then(|| Millis((self.now.0 / step + 1) * step))
    }

    /// Marks the screen as changed.
    pub(crate) fn touch(&mut self) {
        self.changed = true;
    }

    /// Tells the person something: it flashes at the foot and stays in the log.
    pub(crate) fn say(&mut self, level: Level, text: impl Into<String>) {
        self.log.say(self.now, level, text.into());
        self.changed = true;
    }

    /// Has drafts, history and the fleet written to the cache soon.
    pub(crate) fn remember_soon(&mut self) {
        self.remember_at.get_or_insert(self.now.plus(REMEMBER));
    }

    /// Lets background calls be thought over with this event.
    pub(crate) fn poll_now(&mut self) {
        self.poll_at = Some(self.now);
    }

    /// Lets following be thought over once the selection rests.
    pub(crate) fn follow_soon(&mut self) {
        self.follow_at = Some(self.now.plus(FOLLOW_REST));
    }

    /// Lets following be thought over with this event.
    pub(crate) fn follow_now(&mut self) {
        self.follow_at = Some(self.now);
    }

    /// Shows another screen; what it needs is fetched at once.
    pub fn show(&mut self, screen: Screen) {
        if let Screen::Review(key) = self.screen.clone()
            && screen != self.screen
        {
            review::leave(self, &key);
        }
        changes::shown(self, &screen);
        if let Screen::Review(key) = &screen {
            review::open(self, &key.clone());
        }
        if let Screen::Session(key) = screen.clone() {
            self.panes.entry(key.clone()).or_default().reopen();
            let entry = self.fleet.sessions.get_mut(&key);
            let lost = entry.is_some_and(|entry| {
                entry.unseen_since = None;
                entry.is_running() && entry.address().is_none() && entry.pending.is_none()
            });
            self.fleet.revision += 1;
            // After a restart some servers never say in the row where the sandbox is.
            if lost {
                self.start_session(&key);
            }
        }
        // Nobody reads the board while another screen is shown: coming back is the time to sort.
        if screen == Screen::Board && self.screen != Screen::Board {
            self.board.resort(&self.fleet);
        }
        self.screen = screen;
        if self.screen == Screen::Manifest {
            manifest::shown(self);
        }
        self.changed = true;
        self.follow_now();
        self.poll_now();
    }

    /// Ends the program, unless sessions would stop with it: then it asks first.
    fn quit(&mut self) {
        if !overlay::leave::open(self) {
            self.end();
        }
    }

    /// Ends the program.
    pub(crate) fn end(&mut self) {
        review::flush(self);
        changes::note_reviews(self);
        let memory = self.memory();
        self.effects.push(Effect::Remember(Box::new(memory)));
        self.effects.push(Effect::Quit);
    }

    fn focus(&mut self, has_focus: bool) {
        if self.has_focus != has_focus {
            self.has_focus = has_focus;
            self.changed = true;
            self.poll_now();
        }
    }

    fn measured(&mut self, measures: Measures) {
        // Not a change of the screen: what was drawn is what was measured.
        self.measures = measures;
        session::measured(self, measures);
    }
}
