//! From a key to an action, and from an action to the part of the program that does it.

use crossterm::event::{KeyEvent, MouseEvent, MouseEventKind};

use crate::{
    action::{Action, Context},
    app::{
        SEQUENCE, Screen, State, board, builds, changes,
        event::{EditPurpose, Effect, Level},
        manifest, overlay, review, session,
    },
    keymap::{Pending, Resolution},
    model::time::Millis,
};

/// Within this time a second `ctrl-c` quits.
const TWICE: i64 = 2_000;

/// Whether an action was done where it was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It was.
    Yes,
    /// It means nothing here; the next outer part is asked.
    No,
}

impl State {
    /// The contexts that a key is looked up in, the innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        let mut contexts = match self.overlays.last() {
            Some(overlay) => overlay.contexts(),
            None => match &self.screen {
                Screen::Board => vec![Context::Board, Context::List],
                Screen::Changes => vec![Context::Changes, Context::List],
                Screen::Review(key) => self.reviews.get(key).map_or_else(
                    || vec![Context::Review, Context::List],
                    review::ReviewPane::contexts,
                ),
                Screen::Builds => vec![Context::Builds, Context::List],
                Screen::Manifest => vec![Context::Manifest, Context::List],
                Screen::Session(key) => self.panes.get(key).map_or_else(
                    || vec![Context::Session, Context::List],
                    session::SessionPane::contexts,
                ),
            },
        };
        contexts.push(Context::Global);
        contexts
    }

    pub(super) fn key(&mut self, key: KeyEvent) {
        // A first key that meant something alone is not lost because another one follows.
        let begun = self.pending.meanwhile().is_some();
        if begun && !self.completes(key) {
            self.end_sequence();
        }
        let contexts = self.contexts();
        match self.setup.keymap.resolve(&contexts, &mut self.pending, key) {
            Resolution::Action(action) => {
                self.pending_until = None;
                self.act(action);
            }
            Resolution::Prefix { meanwhile } => match meanwhile {
                // Only a turn that can be aborted makes the first `esc` wait for a second one.
                Some(action) if !self.awaits_second_key() => {
                    self.pending = Pending::default();
                    self.act(action);
                }
                Some(_) | None => {
                    self.pending_until = Some(self.now.plus(SEQUENCE));
                    self.touch();
                }
            },
            Resolution::Unbound => {
                self.pending_until = None;
                if contexts.first().is_some_and(|context| context.takes_text()) {
                    self.type_key(key);
                }
            }
        }
    }

    fn completes(&self, key: KeyEvent) -> bool {
        let keymap = &self.setup.keymap;
        keymap.completes(&self.contexts(), self.pending, key)
    }

    /// The first key of a sequence waited long enough: it means what it means alone.
    pub(super) fn end_sequence(&mut self) {
        self.pending_until = None;
        if let Some(action) = std::mem::take(&mut self.pending).meanwhile() {
            self.act(action);
        }
        self.touch();
    }

    /// Whether a sequence has begun, for the hint at the foot.
    pub fn sequence_begun(&self) -> bool {
        self.pending_until.is_some()
    }

    fn awaits_second_key(&self) -> bool {
        let Screen::Session(key) = &self.screen else {
            return true;
        };
        self.fleet
            .sessions
            .get(key)
            .is_some_and(|entry| entry.transcript.is_working())
    }

    /// Does an action: the innermost overlay is asked first, then the screen, then the program.
    pub fn act(&mut self, action: Action) {
        self.touch();
        if !self.overlays.is_empty() {
            if overlay::act(self, action) == Done::No {
                self.act_globally(action);
            }
            return;
        }
        let done = match self.screen.clone() {
            Screen::Board => board::act(self, action),
            Screen::Changes => changes::act(self, action),
            Screen::Review(key) => review::act(self, &key, action),
            Screen::Builds => builds::act(self, action),
            Screen::Manifest => manifest::act(self, action),
            Screen::Session(key) => session::act(self, &key, action),
        };
        if done == Done::No {
            self.act_globally(action);
        }
    }

    fn act_globally(&mut self, action: Action) {
        match action {
            Action::Quit => match self.screen {
                Screen::Board => self.quit(),
                Screen::Review(_) => changes::leave_review(self),
                Screen::Session(_) | Screen::Changes | Screen::Builds | Screen::Manifest => {
                    self.show(Screen::Board);
                }
            },
            Action::Back if matches!(self.screen, Screen::Review(_)) => {
                changes::leave_review(self);
            }
            Action::Back if self.screen != Screen::Board => self.show(Screen::Board),
            Action::Interrupt => self.interrupt(),
            Action::Suspend => self.effects.push(Effect::Suspend),
            Action::Redraw => self.effects.push(Effect::Redraw),
            Action::Help => overlay::open_help(self),
            Action::Palette => overlay::open_palette(self),
            Action::Messages => overlay::open_messages(self),
            Action::BoardScreen => self.leave_overlays_for(Screen::Board),
            Action::ChangesScreen => self.leave_overlays_for(Screen::Changes),
            Action::BuildsScreen => self.leave_overlays_for(Screen::Builds),
            Action::ManifestScreen => self.leave_overlays_for(Screen::Manifest),
            Action::CheckProject => manifest::check_project(self),
            Action::CheckChange => manifest::check_change(self),
            Action::Refresh => self.refresh(),
            Action::CopyFetch => self.copy_fetch(),
            other => {
                let entry = other.entry();
                tracing::debug!(action = entry.name, "means nothing here");
            }
        }
    }

    fn leave_overlays_for(&mut self, screen: Screen) {
        self.overlays.clear();
        self.show(screen);
    }

    fn interrupt(&mut self) {
        let again = self
            .interrupted_at
            .is_some_and(|at| self.now.0 - at.0 < TWICE);
        if again {
            return self.quit();
        }
        self.interrupted_at = Some(self.now);
        self.say(Level::Info, "ctrl-c again quits");
    }

    /// Fetches what is on the screen again, also from hosts that are being held back.
    fn refresh(&mut self) {
        self.holds.release_all();
        for host in self.fleet.hosts.values_mut() {
            host.hold_until = Millis(0);
            host.fetched = None;
        }
        for project in self.fleet.projects.values_mut() {
            project.sessions_fetched = None;
            project.snapshots_fetched = None;
        }
        changes::refresh(self);
        if let Screen::Session(key) = &self.screen {
            self.effects.push(Effect::Resync(key.clone()));
        }
        self.poll_now();
        self.say(Level::Info, "fetching again");
    }

    fn type_key(&mut self, key: KeyEvent) {
        self.touch();
        if !self.overlays.is_empty() {
            overlay::type_key(self, key);
        } else if let Screen::Session(session) = self.screen.clone() {
            session::type_key(self, &session, key);
        } else if let Screen::Review(change) = self.screen.clone() {
            review::type_key(self, &change, key);
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.touch();
        if !self.overlays.is_empty() {
            overlay::paste(self, text);
        } else if let Screen::Session(session) = self.screen.clone() {
            session::paste(self, &session, text);
        } else if let Screen::Review(change) = self.screen.clone() {
            review::paste(self, &change, text);
        }
    }

    pub(super) fn mouse(&mut self, mouse: MouseEvent) {
        match mouse.kind {
            MouseEventKind::ScrollUp => self.scroll(mouse, Action::Up),
            MouseEventKind::ScrollDown => self.scroll(mouse, Action::Down),
            MouseEventKind::Down(_)
            | MouseEventKind::Up(_)
            | MouseEventKind::Drag(_)
            | MouseEventKind::Moved
            | MouseEventKind::ScrollLeft
            | MouseEventKind::ScrollRight => {}
        }
    }

    fn scroll(&mut self, mouse: MouseEvent, action: Action) {
        if let Screen::Review(key) = self.screen.clone()
            && self.overlays.is_empty()
        {
            return review::wheel(self, &key, mouse, action);
        }
        if self.screen == Screen::Manifest && self.overlays.is_empty() {
            return manifest::wheel(self, mouse, action);
        }
        for _ in 0..3 {
            self.act(action);
        }
    }

    pub(super) fn edited(&mut self, purpose: EditPurpose, text: Result<String, String>) {
        let text = match text {
            Ok(text) => text,
            Err(reason) => return self.say(Level::Error, reason),
        };
        self.touch();
        match purpose {
            EditPurpose::Composer(key) => session::take_edited(self, &key, text),
            EditPurpose::NewSession => overlay::form::take_edited(self, text),
            EditPurpose::Comment(key) => review::notes::take_edited(self, &key, &text),
            EditPurpose::MergeMessage(key) => review::merging::take_edited(self, &key, &text),
        }
    }
}
