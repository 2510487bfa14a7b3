//! What stands where there are no rows: what would be there, and which key makes the first one.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    action::Action,
    app::State,
    theme::{Role, Theme},
    view::pen::paragraphs,
};

/// Draws the words of an empty board.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, theme: &Theme) {
    paragraphs(buffer, area, &words(state), theme.style(Role::Dim));
}

fn words(state: &State) -> Vec<String> {
    let key = |action: Action| {
        let keys = state.setup.keymap.keys_of(action);
        keys.first().map(ToString::to_string).unwrap_or_default()
    };
    let fleet = &state.fleet;
    if state.board.counts().all > 0 {
        let back = key(Action::Back);
        return vec![
            "No session matches.".to_owned(),
            format!("{back} shows all of them again."),
        ];
    }
    if fleet.hosts.is_empty() {
        return vec![
            "No host is known.".to_owned(),
            "Leave, and run `kortix-tui local` in a git repository, or add a host with `kortix-tui hosts add`.".to_owned(),
        ];
    }
    if fleet.hosts.values().any(|host| host.trouble.is_some()) {
        return vec!["Nothing could be fetched; the line above says why.".to_owned()];
    }
    let asking = fleet.hosts.values().any(|host| host.fetched.is_none());
    let listed = fleet.projects.values();
    if asking
        || listed
            .clone()
            .any(|project| project.sessions_fetched.is_none())
    {
        return vec!["Asking for sessions.".to_owned()];
    }
    if fleet.projects.is_empty() {
        return vec![
            "Here would be one row a session: who needs you, and what everybody does.".to_owned(),
            "There is no project yet. Leave, and run `kortix-tui local` in a git repository."
                .to_owned(),
        ];
    }
    vec![
        "Here would be one row a session: who needs you, and what everybody does.".to_owned(),
        format!("{} starts the first one.", key(Action::NewSession)),
    ]
}
