//! The builds screen: templates and builds of all projects.

use std::cmp::Reverse;

use crate::{
    action::Action,
    app::{
        State, cursor,
        event::{Effect, Level},
        input::Done,
        overlay::{Reader, reader},
    },
    model::{
        id::ProjectKey,
        template::{Build, Template},
    },
    text,
};

/// The builds screen's position and choices.
#[derive(Debug, Default)]
pub struct Builds {
    /// The list with the focus.
    pub pane: Pane,
    /// The row under the cursor of the templates.
    template: usize,
    /// The build under the cursor, so that a new one does not move it.
    build: Option<(ProjectKey, Build)>,
}

/// One of the two lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pane {
    /// The templates.
    Templates,
    /// The builds.
    #[default]
    Builds,
}

impl Builds {
    /// The row of the template under the cursor.
    pub fn template_row(&self, state: &State) -> usize {
        self.template.min(templates(state).len().saturating_sub(1))
    }

    /// The row of the build under the cursor.
    pub fn build_row(&self, state: &State) -> usize {
        let Some((project, build)) = &self.build else {
            return 0;
        };
        let place = builds(state)
            .iter()
            .position(|(key, other)| *key == project && other.build_id == build.build_id);
        place.unwrap_or(0)
    }

    /// The project of the template or build under the cursor.
    pub fn selected_project(&self, state: &State) -> Option<ProjectKey> {
        let project = match self.pane {
            Pane::Templates => {
                let templates = templates(state);
                templates.get(self.template_row(state))?.0.clone()
            }
            Pane::Builds => builds(state).get(self.build_row(state))?.0.clone(),
        };
        Some(project)
    }

    /// The error of the build under the cursor.
    pub fn selected_error<'a>(&self, state: &'a State) -> Option<&'a str> {
        let builds = builds(state);
        let (_, build) = builds.get(self.build_row(state))?;
        build.error.as_deref().filter(|error| !error.is_empty())
    }
}

/// The templates of all projects, by project.
pub fn templates(state: &State) -> Vec<(&ProjectKey, &Template)> {
    let projects = state.fleet.projects.iter();
    projects
        .filter_map(|(key, project)| Some((key, project.snapshots.value()?)))
        .flat_map(|(key, all)| all.templates.iter().map(move |template| (key, template)))
        .collect()
}

/// The builds of all projects, the newest first.
pub fn builds(state: &State) -> Vec<(&ProjectKey, &Build)> {
    let projects = state.fleet.projects.iter();
    let mut builds: Vec<_> = projects
        .filter_map(|(key, project)| Some((key, project.snapshots.value()?)))
        .flat_map(|(key, all)| all.builds.iter().map(move |build| (key, build)))
        .collect();
    // All times are of one form and zone, so that they sort as text.
    builds.sort_by_key(|(_, build)| Reverse(&build.started_at));
    builds
}

/// Why templates and builds of a project cannot be shown, project by project.
pub fn troubles(state: &State) -> Vec<(&ProjectKey, String)> {
    let mut troubles = Vec::new();
    for (key, project) in &state.fleet.projects {
        if let crate::model::load::Load::Failed { reason, .. } = &project.snapshots {
            let hint = reason
                .hint()
                .map(|hint| format!("; {hint}"))
                .unwrap_or_default();
            troubles.push((key, format!("{reason}{hint}")));
        }
        let unread = project.snapshots.value();
        let unread = unread.and_then(|all| all.templates_error.as_deref());
        if let Some(unread) = unread {
            troubles.push((key, format!("the templates cannot be read: {unread}")));
        }
    }
    troubles
}

/// Does an action on the builds screen.
pub(super) fn act(state: &mut State, action: Action) -> Done {
    if step(state, action) {
        return Done::Yes;
    }
    match action {
        Action::NextPane => {
            state.builds.pane = match state.builds.pane {
                Pane::Templates => Pane::Builds,
                Pane::Builds => Pane::Templates,
            };
        }
        Action::ErrorInFull | Action::Open => show_error(state),
        Action::Copy => copy(state, |build| build.error.clone().unwrap_or_default()),
        Action::CopyId => copy(state, |build| build.build_id.0.clone()),
        _ => return Done::No,
    }
    Done::Yes
}

fn step(state: &mut State, action: Action) -> bool {
    let (at, count) = match state.builds.pane {
        Pane::Templates => (state.builds.template_row(state), templates(state).len()),
        Pane::Builds => (state.builds.build_row(state), builds(state).len()),
    };
    let Some(to) = cursor::target(action, at, state.measures.viewport_rows) else {
        return false;
    };
    let to = to.min(count.saturating_sub(1));
    match state.builds.pane {
        Pane::Templates => state.builds.template = to,
        Pane::Builds => {
            let chosen = builds(state).get(to).copied();
            let chosen = chosen.map(|(key, build)| (key.clone(), build.clone()));
            state.builds.build = chosen;
        }
    }
    true
}

fn show_error(state: &mut State) {
    let Some(error) = state.builds.selected_error(state).map(str::to_owned) else {
        return state.say(Level::Info, "the build under the cursor has no error");
    };
    let rows = builds(state);
    let name = rows
        .get(state.builds.build_row(state))
        .map(|(_, build)| text::sanitize_line(&build.slug).into_owned())
        .unwrap_or_default();
    reader::open(
        state,
        Reader::text(format!("Why `{name}` was not built"), error),
    );
}

fn copy(state: &mut State, of: impl Fn(&Build) -> String) {
    let rows = builds(state);
    let value = rows
        .get(state.builds.build_row(state))
        .map(|(_, build)| of(build))
        .unwrap_or_default();
    if value.is_empty() {
        return state.say(Level::Info, "there is nothing to copy");
    }
    let value = text::sanitize(&value).into_owned();
    state.say(
        Level::Info,
        format!(
            "copied {}",
            text::truncate(&text::sanitize_line(&value), 40)
        ),
    );
    state.effects.push(Effect::Copy(value));
}
