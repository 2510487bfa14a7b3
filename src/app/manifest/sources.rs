//! What can be looked at: folders of this machine, default branches of projects, heads of change
//! requests.
//!
//! In: the state. Out: sources with what they are called. Not for: reading them (`loading`).

use std::path::Path;

use crate::{
    app::{LocalFolder, State},
    model::{
        change::ChangeRequest,
        id::{ChangeKey, ProjectKey},
    },
    text,
};

/// Where a manifest is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder of this machine, by its place in the setup.
    Folder(usize),
    /// The default branch of a project on a host.
    Branch(ProjectKey),
    /// The head of a change request on a host.
    Change(ChangeKey),
}

/// What a source is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// `folder`, `branch` or `change`.
    pub kind: &'static str,
    /// The folder, or the project.
    pub name: String,
    /// The branch, or the change request; empty for a folder.
    pub detail: String,
}

impl Named {
    /// It in a few words: `main of garden`.
    pub fn short(&self) -> String {
        let detail = text::sanitize_line(&self.detail);
        let name = text::sanitize_line(&self.name);
        format!("{} of {name}", text::truncate(&detail, 30))
    }
}

impl Source {
    /// The project it belongs to; `None` for a folder of which nobody knows that.
    pub fn project(&self, state: &State) -> Option<ProjectKey> {
        match self {
            Self::Folder(place) => {
                let folder = state.setup.folders.get(*place)?;
                let mut projects = state.fleet.projects.keys();
                projects
                    .find(|key| is_checkout(state, folder, key))
                    .cloned()
            }
            Self::Branch(key) => Some(key.clone()),
            Self::Change(key) => Some(key.project_key()),
        }
    }

    /// What it is called.
    pub fn named(&self, state: &State) -> Named {
        match self {
            Self::Folder(place) => Named {
                kind: "folder",
                name: state
                    .setup
                    .folders
                    .get(*place)
                    .map(|folder| folder.name.clone())
                    .unwrap_or_default(),
                detail: String::new(),
            },
            Self::Branch(key) => Named {
                kind: "branch",
                name: project_name(state, key),
                detail: default_branch(state, key).to_owned(),
            },
            Self::Change(key) => {
                let row = state.fleet.change(key);
                let detail = row.map(|row| format!("#{} {}", row.number, row.title));
                Named {
                    kind: "change",
                    name: project_name(state, &key.project_key()),
                    detail: detail.unwrap_or_default(),
                }
            }
        }
    }

    /// The folder, when it is one.
    pub fn folder<'a>(&self, state: &'a State) -> Option<&'a LocalFolder> {
        match self {
            Self::Folder(place) => state.setup.folders.get(*place),
            Self::Branch(_) | Self::Change(_) => None,
        }
    }
}

/// All that can be looked at: folders, default branches, open change requests.
pub fn all(state: &State) -> Vec<Source> {
    let folders = (0..state.setup.folders.len()).map(Source::Folder);
    let branches = state.fleet.projects.keys().cloned().map(Source::Branch);
    let open = state.fleet.changes().filter(|(_, row)| row.is_open());
    let changes = open.map(|(key, _)| Source::Change(key));
    folders.chain(branches).chain(changes).collect()
}

/// The folder of this machine that is a project's work tree.
pub fn folder_of(state: &State, project: &ProjectKey) -> Option<Source> {
    let mut folders = state.setup.folders.iter();
    let place = folders.position(|folder| is_checkout(state, folder, project))?;
    Some(Source::Folder(place))
}

/// The change request on the screen: the one under review, or the one under the cursor.
pub(super) fn change_on_screen(state: &State) -> Option<ChangeKey> {
    use crate::app::Screen;
    match &state.screen {
        Screen::Review(key) => Some(key.clone()),
        Screen::Changes => state.changes.selected().cloned(),
        Screen::Board | Screen::Session(_) | Screen::Builds | Screen::Manifest => None,
    }
}

/// The project on the screen: that of what is open or under the cursor.
pub(super) fn project_on_screen(state: &State) -> Option<ProjectKey> {
    use crate::app::Screen;
    match &state.screen {
        Screen::Board | Screen::Session(_) => state.current_session().map(|key| key.project_key()),
        Screen::Review(_) | Screen::Changes => change_on_screen(state).map(|key| key.project_key()),
        Screen::Builds => state.builds.selected_project(state),
        Screen::Manifest => state.manifest.source.as_ref()?.project(state),
    }
}

/// The head of a change request: its commit, empty when nobody says, and its branch.
pub(super) fn head(row: &ChangeRequest) -> (String, String) {
    let commit = row.head_commit_sha.clone().unwrap_or_default();
    (commit, row.head_ref.clone())
}

/// The branch that a project's work is merged into.
pub(super) fn default_branch<'a>(state: &'a State, key: &ProjectKey) -> &'a str {
    let project = state.fleet.projects.get(key);
    let branch = project.map_or("", |project| project.row.default_branch.as_str());
    if branch.is_empty() { "main" } else { branch }
}

fn project_name(state: &State, key: &ProjectKey) -> String {
    let project = state.fleet.projects.get(key);
    let name = project.map(|project| project.row.name.as_str());
    name.filter(|name| !name.is_empty())
        .unwrap_or(key.project.as_str())
        .to_owned()
}

/// Whether a folder is linked to a project, or is the repository that an embedded control plane serves.
fn is_checkout(state: &State, folder: &LocalFolder, key: &ProjectKey) -> bool {
    if folder.project.as_ref() == Some(&key.project) {
        return true;
    }
    let host = state.fleet.hosts.get(&key.host);
    let project = state.fleet.projects.get(key);
    let url = project.and_then(|project| project.row.repo_url.strip_prefix("file://"));
    host.is_some_and(|host| host.is_embedded)
        && url.is_some_and(|path| Path::new(path) == folder.path)
}
