//! Draws the list of change requests: tabs, troubles, one row each, and a preview where there is room.

pub mod mark;
mod preview;
mod row;

use std::collections::BTreeSet;

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use crate::{
    action::Action,
    api,
    app::{
        State,
        changes::list::{Only, Tab},
        event::Measures,
        fleet::ProjectEntry,
    },
    model::load::Load,
    text,
    theme::{Role, Symbols, Theme},
    view::{
        beside,
        pen::{Pen, paragraphs, write},
    },
};

/// From this width on there is room for a preview.
const WITH_PREVIEW: u16 = 120;
/// The most lines that say what is wrong.
const TROUBLES: usize = 3;

/// Draws the list of change requests.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, theme: &Theme) -> Measures {
    let (list, side) = if state.changes.is_empty() {
        (area, None)
    } else {
        beside(area, WITH_PREVIEW)
    };
    if let Some(side) = side {
        preview::draw(buffer, side, state, theme);
    }
    if let Some(mut pen) = Pen::at(buffer, list, 0) {
        tabs(&mut pen, state, theme);
    }
    let mut used = 1;
    for (text, role) in troubles(state) {
        write(buffer, list, used, &text, theme.style(role));
        used += 1;
    }
    let columns = row::Columns::fit(list.width, state);
    if !state.changes.is_empty() {
        columns.headings(buffer, list, used, theme);
        used += 1;
    }
    let height = usize::from(list.height).saturating_sub(used);
    let rows = Rect {
        y: list.y + u16::try_from(used).unwrap_or(list.height).min(list.height),
        height: u16::try_from(height).unwrap_or(0),
        ..list
    };
    if state.changes.is_empty() {
        paragraphs(buffer, rows, &nothing(state), theme.style(Role::Dim));
    }
    let first = state.changes.first_row(height);
    for (line, change) in state.changes.rows(first, height).enumerate() {
        row::draw(buffer, rows, line, &columns, change, state, theme);
    }
    Measures {
        viewport_rows: height,
        ..Measures::default()
    }
}

/// The tabs with their counts, and what narrows the list.
fn tabs(pen: &mut Pen<'_>, state: &State, theme: &Theme) {
    let changes = &state.changes;
    let symbols = Symbols::choose(state.setup.ascii);
    let dim = theme.style(Role::Dim);
    let gap = format!(" {} ", symbols.separator);
    pen.skip(1);
    for (place, tab) in Tab::ALL.into_iter().enumerate() {
        if place > 0 {
            pen.put(&gap, dim);
        }
        let words = format!("{} {}", tab.name(), changes.counts().of(tab));
        let style = if tab == changes.tab() {
            theme.style(Role::Title).add_modifier(Modifier::UNDERLINED)
        } else {
            dim
        };
        pen.put(&words, style);
    }
    let mut facts = Vec::new();
    if !changes.filter().is_empty() {
        facts.push(format!("match `{}`", changes.filter()));
    }
    match changes.only() {
        Some(Only::Project(project)) => {
            let entry = state.fleet.projects.get(project);
            let name = entry.map_or(project.project.as_str(), |entry| &entry.row.name);
            facts.push(format!("only {name}"));
        }
        Some(Only::Session(session)) => {
            let entry = state.fleet.sessions.get(session);
            let name = entry.map_or(session.session.short(), |entry| entry.row.title());
            facts.push(format!("only of {name}"));
        }
        None => {}
    }
    facts.extend(age(state));
    for fact in facts {
        if pen.room() > text::width(&fact) + 3 {
            pen.put(&gap, dim).put(&fact, dim);
        }
    }
}

/// How old the rows are while a host has not answered.
fn age(state: &State) -> Option<String> {
    let recalled = state.recalled_at?;
    let age = text::ago(recalled.age(state.now));
    let mut projects = state.fleet.projects.values();
    projects
        .any(|project| project.changes_fetched.is_none() && project.changes.value().is_some())
        .then(|| format!("from cache, {age}"))
}

/// Why change requests cannot be shown, one line each.
fn troubles(state: &State) -> Vec<(String, Role)> {
    let symbols = Symbols::choose(state.setup.ascii);
    let mut lacking = BTreeSet::new();
    let mut lines = Vec::new();
    for (name, host) in &state.fleet.hosts {
        if let Some(error) = &host.trouble {
            lines.push((said(symbols.bad, name.as_str(), error), Role::Bad));
        }
    }
    for (key, project) in &state.fleet.projects {
        let Load::Failed { reason, .. } = &project.changes else {
            continue;
        };
        match reason {
            api::Error::MissingRoute { .. } => {
                if lacking.insert(&key.host) {
                    let words = "this server has no change requests";
                    let line = format!(" {} {}: {words}", symbols.warning, key.host);
                    lines.push((line, Role::Warning));
                }
            }
            reason if reason.is_about_the_host() => {}
            reason => lines.push((said(symbols.bad, &project.row.name, reason), Role::Bad)),
        }
    }
    lines.truncate(TROUBLES);
    lines
}

fn said(glyph: &str, whose: &str, error: &api::Error) -> String {
    let hint = error.hint().map(|hint| format!("; {hint}"));
    format!(" {glyph} {whose}: {error}{}", hint.unwrap_or_default())
}

/// What stands where there are no rows: what would be here, and which key makes it.
fn nothing(state: &State) -> Vec<String> {
    let changes = &state.changes;
    let is_narrowed = !changes.filter().is_empty() || changes.only().is_some();
    let back = key(state, Action::Back);
    if changes.counts().all > 0 {
        let next = key(state, Action::NextStatus);
        let mut words = vec![
            format!("No change request is {}.", changes.tab().name()),
            format!("{next} shows those of another state."),
        ];
        if is_narrowed {
            words.push(format!("{back} shows those of all projects again."));
        }
        return words;
    }
    if is_narrowed {
        return vec![
            "No change request matches.".to_owned(),
            format!("{back} shows all of them again."),
        ];
    }
    nothing_yet(state)
}

/// What stands where no change request is known at all.
fn nothing_yet(state: &State) -> Vec<String> {
    let mut hosts = state.fleet.hosts.values();
    let mut projects = state.fleet.projects.values();
    if hosts.clone().any(|host| host.trouble.is_some()) {
        return vec!["Nothing could be fetched; the line above says why.".to_owned()];
    }
    let is_asked = |project: &ProjectEntry| matches!(project.changes, Load::Absent | Load::Loading);
    if hosts.any(|host| host.fetched.is_none()) || projects.clone().any(is_asked) {
        return vec!["Asking for change requests.".to_owned()];
    }
    let would = "Here would be one row for each change that waits to be merged.".to_owned();
    if projects.len() > 0 && projects.all(|project| project.changes.value().is_none()) {
        return vec![would, "The line above says why not.".to_owned()];
    }
    let (board, new) = (Action::BoardScreen, Action::NewSession);
    vec![
        would,
        "An agent opens a change request when its work is done.".to_owned(),
        format!(
            "{} goes to the board; there {} starts a session.",
            key(state, board),
            key(state, new)
        ),
    ]
}

/// The first key of an action.
fn key(state: &State, action: Action) -> String {
    let keys = state.setup.keymap.keys_of(action);
    keys.first().map(ToString::to_string).unwrap_or_default()
}
