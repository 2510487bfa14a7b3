//! The form for a new session: project, prompt, base branch, agent, name.
//!
//! What is typed is kept when the form is left or the session refused. Branches and agents are
//! asked for when the form opens; until they come, any word may be typed.

mod choice;
mod field;

use crossterm::event::{KeyCode, KeyEvent};
use tui_textarea::{CursorMove, TextArea, WrapMode};

pub use choice::suggestions;
pub use field::Field;

use crate::{
    action::Action,
    app::{
        State,
        call::{AgentCall, Call},
        event::{EditPurpose, Effect, Level},
        input::Done,
        ops::Purpose,
        overlay::{Overlay, typed::Typed},
    },
    model::{id::ProjectKey, session::NewSession},
};

/// What was typed into the new-session form and not used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewSessionDraft {
    /// The project.
    pub project: Option<ProjectKey>,
    /// The prompt.
    pub prompt: String,
    /// The branch to start from.
    pub base: String,
    /// The agent.
    pub agent: String,
    /// The name.
    pub name: String,
}

/// The form for a new session.
#[derive(Debug, Clone)]
pub struct Form {
    /// The field with the focus.
    pub focus: Field,
    /// The project that was chosen.
    pub project: Option<ProjectKey>,
    /// What is typed to find a project.
    pub project_typed: Typed,
    /// The prompt.
    pub prompt: TextArea<'static>,
    /// The branch to start from; empty for the project's default.
    pub base: Typed,
    /// The agent; empty for the server's default.
    pub agent: Typed,
    /// The name; empty for an automatic one.
    pub name: Typed,
    /// The suggestion under the cursor; `None` while none was walked to.
    pub choice: Option<usize>,
    /// Why the form was not taken.
    pub refusal: Option<String>,
}

impl Form {
    fn new(draft: &NewSessionDraft, project: Option<ProjectKey>) -> Self {
        Self {
            focus: Field::Prompt,
            project,
            project_typed: Typed::default(),
            prompt: text_area(&draft.prompt),
            base: Typed::new(draft.base.clone()),
            agent: Typed::new(draft.agent.clone()),
            name: Typed::new(draft.name.clone()),
            choice: None,
            refusal: None,
        }
    }

    /// The prompt's text.
    pub fn prompt_text(&self) -> String {
        self.prompt.lines().join("\n")
    }

    /// The line of the field with the focus; `None` for the prompt, which has many.
    fn line_mut(&mut self) -> Option<&mut Typed> {
        match self.focus {
            Field::Project => Some(&mut self.project_typed),
            Field::Prompt => None,
            Field::Base => Some(&mut self.base),
            Field::Agent => Some(&mut self.agent),
            Field::Name => Some(&mut self.name),
        }
    }

    fn draft(&self) -> NewSessionDraft {
        NewSessionDraft {
            project: self.project.clone(),
            prompt: self.prompt_text(),
            base: self.base.text().to_owned(),
            agent: self.agent.text().to_owned(),
            name: self.name.text().to_owned(),
        }
    }

    fn to_new_session(&self) -> NewSession {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        NewSession {
            base_ref: given(self.base.text()),
            agent_name: given(self.agent.text()),
            sandbox_slug: None,
            initial_prompt: given(&self.prompt_text()),
            name: given(self.name.text()),
        }
    }

    fn focus(&mut self, field: Field) {
        self.focus = field;
        self.choice = None;
    }
}

fn text_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.set_wrap_mode(WrapMode::WordOrGlyph);
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

fn form_mut(state: &mut State) -> Option<&mut Form> {
    state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Form(form) => Some(form.as_mut()),
        Overlay::Help(_)
        | Overlay::Palette(_)
        | Overlay::Files(_)
        | Overlay::Reader(_)
        | Overlay::Change(_)
        | Overlay::Confirm(_)
        | Overlay::Leave(_)
        | Overlay::Line(_)
        | Overlay::Picker(_)
        | Overlay::Mend(_)
        | Overlay::Permission(_) => None,
    })
}

/// Opens the form with what was typed into it before.
pub(in crate::app) fn open(state: &mut State) {
    let draft = state.new_session_draft.clone();
    let near = state.board.selected().map(|key| key.project_key());
    let known = |key: &ProjectKey| state.fleet.projects.contains_key(key);
    let project = draft.project.clone().or(near).filter(known);
    let project = project.or_else(|| state.fleet.projects.keys().next().cloned());
    if project.is_none() {
        return state.say(
            Level::Warning,
            "there is no project yet to start a session in",
        );
    }
    let form = Form::new(&draft, project);
    state.overlays.push(Overlay::Form(Box::new(form)));
    fetch_choices(state);
    state.touch();
}

/// Asks for what can be chosen in the chosen project.
fn fetch_choices(state: &mut State) {
    let Some(key) = form_mut(state).and_then(|form| form.project.clone()) else {
        return;
    };
    let Some(project) = state.fleet.projects.get(&key) else {
        return;
    };
    let (no_branches, no_agents) = (
        project.branches.value().is_none(),
        project.agents.is_empty(),
    );
    let branches = Purpose::Branches(key.clone());
    if no_branches && !state.ops.is_open(&key.host, &branches) {
        state.ask(&key.host, branches, Call::Branches(key.project.clone()));
    }
    let running = state
        .fleet
        .sessions_of(&key)
        .filter(|(_, entry)| entry.is_running())
        .find_map(|(_, entry)| entry.address());
    let agents = Purpose::Agents(key.clone());
    if let Some(address) = running
        && no_agents
        && !state.ops.is_open(&key.host, &agents)
    {
        state.ask(&key.host, agents, Call::Agent(address, AgentCall::Agents));
    }
}

/// Does an action in the form.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    if matches!(action, Action::SubmitForm) {
        enter(state);
        return Done::Yes;
    }
    let Some(form) = form_mut(state) else {
        return Done::No;
    };
    match action {
        Action::NextField => {
            choice::take(state);
            move_focus(state, Field::next);
        }
        Action::PreviousField => {
            choice::take(state);
            move_focus(state, Field::previous);
        }
        Action::FormNewLine if form.focus == Field::Prompt => form.prompt.insert_newline(),
        Action::FormNewLine => {}
        Action::CancelForm => leave(state),
        Action::FormEditExternally => {
            let text = form.prompt_text();
            let purpose = EditPurpose::NewSession;
            state.effects.push(Effect::Edit { purpose, text });
        }
        _ => return Done::No,
    }
    keep_draft(state);
    Done::Yes
}

fn move_focus(state: &mut State, to: fn(Field) -> Field) {
    if let Some(form) = form_mut(state) {
        let field = to(form.focus);
        form.focus(field);
    }
}

/// Takes the suggestion that was walked to, else submits the form.
fn enter(state: &mut State) {
    let walked = form_mut(state).is_some_and(|form| form.choice.is_some());
    if walked {
        choice::take(state);
        move_focus(state, Field::next);
        keep_draft(state);
    } else {
        submit(state);
    }
}

fn submit(state: &mut State) {
    choice::take(state);
    keep_draft(state);
    let refusal = choice::refusal(state);
    let Some(form) = form_mut(state) else { return };
    let (Some(project), None) = (form.project.clone(), &refusal) else {
        form.refusal = refusal;
        return;
    };
    let new = form.to_new_session();
    close(state);
    state.new_session_draft = NewSessionDraft {
        project: Some(project.clone()),
        ..NewSessionDraft::default()
    };
    let key = state.fresh_key();
    state.create_session(&project, new, key);
}

fn leave(state: &mut State) {
    keep_draft(state);
    let is_something = !state.new_session_draft.prompt.is_empty();
    close(state);
    if is_something {
        state.say(Level::Info, "what was typed stays for the next time");
    }
}

fn close(state: &mut State) {
    state
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Form(_)));
}

fn keep_draft(state: &mut State) {
    let Some(draft) = form_mut(state).map(|form| form.draft()) else {
        return;
    };
    if state.new_session_draft != draft {
        let other_project = state.new_session_draft.project != draft.project;
        state.new_session_draft = draft;
        state.remember_soon();
        if other_project {
            fetch_choices(state);
        }
    }
}

/// Types a key.
pub(super) fn type_key(state: &mut State, key: KeyEvent) {
    let Some(form) = form_mut(state) else { return };
    form.refusal = None;
    match (form.focus, key.code) {
        (Field::Prompt, _) => {
            form.prompt.input(key);
        }
        (_, KeyCode::Down) => choice::walk(state, 1),
        (_, KeyCode::Up) => choice::walk(state, -1),
        (_, _) => {
            let changed = form.line_mut().is_some_and(|line| line.key(key));
            if changed {
                choice::typed(state);
            }
        }
    }
    keep_draft(state);
}

/// Pastes text.
pub(super) fn paste(state: &mut State, text: &str) {
    let Some(form) = form_mut(state) else { return };
    match form.line_mut() {
        Some(line) => line.insert(text),
        None => {
            form.prompt
                .insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
        }
    }
    choice::typed(state);
    keep_draft(state);
}

/// Takes the prompt from `$EDITOR`.
pub(in crate::app) fn take_edited(state: &mut State, text: String) {
    let text = text.trim_end_matches('\n');
    match form_mut(state) {
        Some(form) => form.prompt = text_area(text),
        None => text.clone_into(&mut state.new_session_draft.prompt),
    }
    keep_draft(state);
}

/// Puts the prompt of a session that could not be made back into the form's draft.
pub(in crate::app) fn return_prompt(state: &mut State, text: Option<String>) {
    let Some(text) = text else { return };
    if state.new_session_draft.prompt.is_empty() {
        state.new_session_draft.prompt.clone_from(&text);
        if let Some(form) = form_mut(state) {
            form.prompt = text_area(&text);
        }
    }
    state.remember_soon();
}
