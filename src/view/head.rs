//! The head line: the screens at the left, the hosts and their health at the right.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use crate::{
    action::Action,
    app::{Screen, State, fleet::Host},
    text,
    theme::{Role, Symbols, Theme},
    view::pen::Pen,
};

/// Columns of a session's name that are worth leaving the names of the screens out.
const TITLE: usize = 30;

/// Draws the head line.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, theme: &Theme) {
    let health = health(state);
    let health_width: usize = health
        .iter()
        .map(|(text, _)| text::width(text) + 2)
        .sum::<usize>()
        .min(usize::from(area.width) / 2);
    let split = usize::from(area.width) - health_width;
    let left = Rect {
        width: u16::try_from(split).unwrap_or(area.width),
        ..area
    };
    if let Some(mut pen) = Pen::at(buffer, left, 0) {
        tabs(&mut pen, state, theme);
    }
    if let Some(mut pen) = Pen::at(buffer, area, 0) {
        pen.skip(split);
        for (text, role) in health {
            pen.put("  ", theme.style(Role::Text));
            pen.put(&text, theme.style(role));
        }
    }
}

fn tabs(pen: &mut Pen<'_>, state: &State, theme: &Theme) {
    let screens = [
        (Action::BoardScreen, "Board", state.screen == Screen::Board),
        (
            Action::ChangesScreen,
            "Changes",
            matches!(state.screen, Screen::Changes | Screen::Review(_)),
        ),
        (
            Action::BuildsScreen,
            "Builds",
            state.screen == Screen::Builds,
        ),
        (
            Action::ManifestScreen,
            "Manifest",
            state.screen == Screen::Manifest,
        ),
    ];
    let title = session_title(state);
    let names: usize = screens.iter().map(|(_, name, _)| name.len() + 4).sum();
    let title_width = title.map_or(0, |(project, title)| {
        text::width(project) + text::width(title)
    });
    // The name of what is open tells more than those of the screens, which the keys stand for.
    let is_tight = title.is_some() && names + title_width.min(TITLE) + 6 > pen.room();
    for (action, name, is_shown) in screens {
        let keys = state.setup.keymap.keys_of(action);
        let key = keys.first().map(ToString::to_string).unwrap_or_default();
        pen.put(" ", theme.style(Role::Text));
        pen.put(&key, theme.style(Role::Key)).skip(1);
        if is_tight {
            continue;
        }
        let style = if is_shown {
            theme.style(Role::Title).add_modifier(Modifier::UNDERLINED)
        } else {
            theme.style(Role::Dim)
        };
        pen.put(name, style).skip(1);
    }
    if let Some((project, title)) = title {
        let symbols = Symbols::choose(state.setup.ascii);
        pen.skip(1)
            .put(symbols.prompt, theme.style(Role::Dim))
            .skip(1)
            .put(project, theme.style(Role::Dim))
            .put(" / ", theme.style(Role::Dim))
            .put(title, theme.style(Role::Title));
    }
}

/// The project and the title of the session that is open; `None` on other screens.
fn session_title(state: &State) -> Option<(&str, &str)> {
    let Screen::Session(key) = &state.screen else {
        return None;
    };
    let entry = state.fleet.sessions.get(key);
    let title = entry.map_or_else(|| key.session.short(), |entry| entry.row.title());
    Some((state.fleet.project_name(key), title))
}

/// The hosts with a glyph and a word each; only those that ail when there are many.
fn health(state: &State) -> Vec<(String, Role)> {
    let symbols = Symbols::choose(state.setup.ascii);
    let hosts = &state.fleet.hosts;
    let ailing = hosts.values().filter(|host| host.trouble.is_some()).count();
    if hosts.len() > 3 {
        let count = text::count(hosts.len(), "host", "hosts");
        return match ailing {
            0 => vec![(format!("{} {count}", symbols.good), Role::Good)],
            _ => vec![(
                format!("{} {count}, {ailing} in trouble", symbols.bad),
                Role::Bad,
            )],
        };
    }
    hosts
        .iter()
        .map(|(name, host)| {
            let (glyph, word, role) = condition(host, symbols, state);
            (format!("{glyph} {name}{word}"), role)
        })
        .collect()
}

fn condition(host: &Host, symbols: &Symbols, state: &State) -> (&'static str, String, Role) {
    match (&host.trouble, host.fetched) {
        (Some(_), _) => {
            // The time until then is the age of now, seen from then.
            let left = state.now.age(host.hold_until);
            let word = match left.as_secs() {
                0 => " retries".to_owned(),
                _ => format!(" retries in {}", text::short_age(left)),
            };
            (symbols.bad, word, Role::Bad)
        }
        (None, Some(_)) => (symbols.good, String::new(), Role::Good),
        (None, None) => (symbols.starting, " asking".to_owned(), Role::Dim),
    }
}
