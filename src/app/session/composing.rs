//! Writing and sending prompts.

use std::mem;

use crossterm::event::KeyEvent;

use crate::{
    action::Action,
    app::{
        State,
        event::{EditPurpose, Effect, Level},
        input::Done,
        session::{Focus, SessionPane},
    },
    model::id::SessionKey,
};

/// A walk through the prompts that were sent.
#[derive(Debug, Clone)]
pub(super) struct Browsing {
    /// How many steps back.
    steps: usize,
    /// What was being written before.
    pub(super) draft: String,
}

impl SessionPane {
    /// Makes the prompt that is looked at the draft.
    pub(super) fn end_browsing(&mut self) {
        self.browsing = None;
    }

    fn browse(&mut self, history: &[String], steps: usize) {
        let draft = match self.browsing.take() {
            Some(browsing) => browsing.draft,
            None => self.composer.text(),
        };
        let steps = steps.min(history.len());
        match steps.checked_sub(1).map(|back| history.len() - 1 - back) {
            None => self.composer.set(&draft),
            Some(index) => {
                let text = history.get(index).map(String::as_str).unwrap_or_default();
                self.composer.set(text);
                self.browsing = Some(Browsing { steps, draft });
            }
        }
    }
}

pub(super) fn type_key(state: &mut State, session: &SessionKey, key: KeyEvent) {
    let Some(pane) = state.panes.get_mut(session) else {
        return;
    };
    if pane.composer.key(key) {
        pane.end_browsing();
        state.remember_soon();
    }
}

/// Does an action of the composer.
pub(super) fn act(state: &mut State, key: &SessionKey, action: Action) -> Done {
    match action {
        Action::Compose => focus(state, key, Focus::Composer),
        Action::LeaveComposer => focus(state, key, Focus::Transcript),
        Action::Send => send(state, key),
        Action::EditExternally => {
            let text = pane(state, key).composer.text();
            state.effects.push(Effect::Edit {
                purpose: EditPurpose::Composer(key.clone()),
                text,
            });
        }
        Action::OlderPrompt => walk(state, key, |steps| steps + 1),
        Action::NewerPrompt => walk(state, key, |steps| steps.saturating_sub(1)),
        Action::NewLine => edit(state, key, |pane| pane.composer.new_line()),
        Action::ClearDraft => edit(state, key, |pane| pane.composer.clear()),
        Action::UndoText => edit(state, key, |pane| {
            pane.composer.undo();
        }),
        _ => return Done::No,
    }
    Done::Yes
}

fn pane<'a>(state: &'a mut State, key: &SessionKey) -> &'a mut SessionPane {
    state.panes.entry(key.clone()).or_default()
}

fn focus(state: &mut State, key: &SessionKey, focus: Focus) {
    pane(state, key).focus = focus;
}

fn edit(state: &mut State, key: &SessionKey, change: impl FnOnce(&mut SessionPane)) {
    let pane = pane(state, key);
    pane.end_browsing();
    change(pane);
    state.remember_soon();
}

fn walk(state: &mut State, key: &SessionKey, step: impl Fn(usize) -> usize) {
    let history = mem::take(&mut state.history);
    let pane = pane(state, key);
    let steps = pane.browsing.as_ref().map_or(0, |browsing| browsing.steps);
    let is_idle_step = pane.browsing.is_none() && step(steps) == 0;
    if !is_idle_step {
        pane.browse(&history, step(steps));
    }
    state.history = history;
}

fn send(state: &mut State, key: &SessionKey) {
    let pane = pane(state, key);
    let text = pane.composer.text().trim().to_owned();
    if text.is_empty() {
        return state.say(Level::Info, "there is nothing to send yet");
    }
    pane.end_browsing();
    pane.composer.clear();
    pane.reading.follow();
    state.send_prompt(key, text);
}
