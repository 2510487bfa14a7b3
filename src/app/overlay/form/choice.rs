//! What can be chosen in a field, and taking it.

use nucleo_matcher::{
    Config, Matcher,
    pattern::{CaseMatching, Normalization, Pattern},
};

use crate::{
    app::{
        State,
        overlay::{
            form::{Field, Form, form_mut},
            typed::Typed,
        },
    },
    model::id::ProjectKey,
};

/// What can be chosen in the field with the focus, the best match for what is typed first.
pub fn suggestions(state: &State, form: &Form) -> Vec<String> {
    let (words, typed) = match form.focus {
        Field::Project => {
            let words = projects(state).into_iter().map(|(name, _)| name).collect();
            (words, form.project_typed.text())
        }
        Field::Base => (branches(state, form), form.base.text()),
        Field::Agent => (agents(state, form), form.agent.text()),
        Field::Prompt | Field::Name => return Vec::new(),
    };
    if typed.is_empty() || words.iter().any(|word| word == typed) {
        return words;
    }
    let pattern = Pattern::parse(typed, CaseMatching::Smart, Normalization::Smart);
    let found = pattern.match_list(words, &mut Matcher::new(Config::DEFAULT));
    found.into_iter().map(|(word, _)| word).collect()
}

fn projects(state: &State) -> Vec<(String, ProjectKey)> {
    let several_hosts = state.fleet.hosts.len() > 1;
    let name = |(key, project): (&ProjectKey, &crate::app::fleet::ProjectEntry)| {
        let name = match (&project.row.name, several_hosts) {
            (name, false) => name.clone(),
            (name, true) => format!("{name} on {}", key.host),
        };
        (name, key.clone())
    };
    state.fleet.projects.iter().map(name).collect()
}

fn branches(state: &State, form: &Form) -> Vec<String> {
    let project = form
        .project
        .as_ref()
        .and_then(|key| state.fleet.projects.get(key));
    let Some(known) = project.and_then(|project| project.branches.value()) else {
        return Vec::new();
    };
    let mut names: Vec<String> = known
        .branches
        .iter()
        .map(|branch| branch.name.clone())
        .collect();
    names.sort_by_key(|name| *name != known.default_branch);
    names
}

fn agents(state: &State, form: &Form) -> Vec<String> {
    let project = form
        .project
        .as_ref()
        .and_then(|key| state.fleet.projects.get(key));
    project.map_or_else(Vec::new, |project| project.agents.clone())
}

fn current(state: &State) -> Option<&Form> {
    state.overlays.iter().find_map(|overlay| match overlay {
        crate::app::overlay::Overlay::Form(form) => Some(form.as_ref()),
        _ => None,
    })
}

/// Walks through the suggestions.
pub(super) fn walk(state: &mut State, step: isize) {
    let Some(count) = current(state).map(|form| suggestions(state, form).len()) else {
        return;
    };
    let Some(form) = form_mut(state).filter(|_| count > 0) else {
        return;
    };
    let next = match form.choice {
        None if step > 0 => 0,
        None => count - 1,
        Some(at) => at.saturating_add_signed(step).min(count - 1),
    };
    form.choice = Some(next);
}

/// What was typed in the project's field chooses the best match at once.
pub(super) fn typed(state: &mut State) {
    let Some(form) = form_mut(state) else { return };
    form.choice = None;
    if form.focus == Field::Project && !form.project_typed.text().is_empty() {
        let best = current(state).and_then(|form| suggestions(state, form).into_iter().next());
        choose_project(state, best.as_deref());
    }
}

/// Takes the suggestion that was walked to.
pub(super) fn take(state: &mut State) {
    let Some(form) = current(state) else { return };
    let word = form
        .choice
        .and_then(|at| suggestions(state, form).into_iter().nth(at));
    let focus = form.focus;
    if focus == Field::Project {
        choose_project(state, word.as_deref());
    }
    let Some(form) = form_mut(state) else { return };
    form.choice = None;
    match (focus, word) {
        (Field::Project, _) => form.project_typed = Typed::default(),
        (Field::Base, Some(word)) => form.base = Typed::new(word),
        (Field::Agent, Some(word)) => form.agent = Typed::new(word),
        (Field::Base | Field::Agent, None) | (Field::Prompt | Field::Name, _) => {}
    }
}

fn choose_project(state: &mut State, name: Option<&str>) {
    let chosen = projects(state)
        .into_iter()
        .find(|(other, _)| Some(other.as_str()) == name);
    if let (Some((_, key)), Some(form)) = (chosen, form_mut(state)) {
        if form.project.as_ref() != Some(&key) {
            // A branch or agent of another project says nothing about this one.
            form.base = Typed::default();
            form.agent = Typed::default();
        }
        form.project = Some(key);
    }
}

/// Why the form cannot be submitted; `None` when it can.
pub(super) fn refusal(state: &State) -> Option<String> {
    let form = current(state)?;
    if form.project.is_none() {
        return Some("choose a project".to_owned());
    }
    let base = form.base.text().trim();
    let known = branches(state, form);
    if base.is_empty() || known.is_empty() || known.iter().any(|name| name == base) {
        return None;
    }
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    let nearest = similar::get_close_matches(base, &names, 1, 0.6);
    Some(match nearest.first() {
        Some(name) => format!("there is no branch `{base}`; did you mean `{name}`?"),
        None => format!("there is no branch `{base}`"),
    })
}
