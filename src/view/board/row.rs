//! One session in one row, with as many columns as the width has room for.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{
        State,
        board::{Row, last_active},
        fleet::SessionEntry,
    },
    attention::Standing,
    text,
    theme::{Role, Symbols, Theme},
    view::{board::doing, changes::mark, pen::Pen},
};

/// How wide each column is; zero for one that is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Columns {
    word: usize,
    since: usize,
    project: usize,
    name: usize,
    doing: usize,
    change: usize,
    status: usize,
    link: usize,
    cost: usize,
    age: usize,
}

/// Columns of the cursor, the glyph, the mark of a change, and the space after them.
const MARKS: usize = 4;

impl Columns {
    /// The columns for a width.
    pub fn fit(width: u16, state: &State) -> Self {
        let width = usize::from(width);
        let wide = |least: usize, columns: usize| if width >= least { columns } else { 0 };
        let several = state.fleet.projects.len() > 1;
        let mut projects = state.fleet.projects.values();
        let has_changes = projects.any(|project| {
            let rows = project.changes.value();
            rows.is_some_and(|rows| !rows.is_empty())
        });
        let mut columns = Self {
            word: wide(44, 11),
            since: wide(72, 5),
            project: if several { wide(56, 13) } else { wide(90, 13) },
            change: if has_changes { wide(70, 8) } else { 0 },
            status: wide(84, 10),
            link: wide(104, 10),
            cost: wide(96, 8),
            age: wide(36, 5),
            ..Self::default()
        };
        let fixed = MARKS
            + columns.word
            + columns.since
            + columns.project
            + columns.change
            + columns.status
            + columns.link
            + columns.cost
            + columns.age;
        let rest = width.saturating_sub(fixed);
        columns.doing = if rest >= 34 { rest * 11 / 20 } else { 0 };
        columns.name = rest - columns.doing;
        columns
    }
}

/// The glyph and the role of a standing.
pub fn look(standing: Standing, symbols: &Symbols) -> (&'static str, Role) {
    match standing {
        Standing::AwaitsPermission | Standing::AwaitsAnswer => (symbols.waiting, Role::Waiting),
        Standing::Failed => (symbols.bad, Role::Bad),
        Standing::FailedBefore => (symbols.bad, Role::Dim),
        Standing::ToReview => (symbols.open, Role::Fresh),
        Standing::Finished => (symbols.fresh, Role::Fresh),
        Standing::Working => (symbols.working, Role::Working),
        Standing::Underway => (symbols.starting, Role::Working),
        Standing::Idle => (symbols.idle, Role::Text),
        Standing::Asleep | Standing::Over => (symbols.asleep, Role::Dim),
    }
}

/// Draws one row.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    line: usize,
    columns: &Columns,
    row: &Row,
    state: &State,
    theme: &Theme,
) {
    let Some(mut pen) = Pen::at(buffer, area, line) else {
        return;
    };
    let Some(entry) = state.fleet.sessions.get(&row.key) else {
        return;
    };
    let symbols = Symbols::choose(state.setup.ascii);
    let is_selected = state.board.selected() == Some(&row.key);
    let start = pen.column();
    let (glyph, role) = look(row.standing, symbols);
    let cursor = if is_selected { symbols.cursor } else { " " };
    let changed = if row.has_changed() {
        symbols.changed
    } else {
        " "
    };
    pen.put(cursor, theme.style(Role::Accent))
        .put(glyph, theme.style(role))
        .put(changed, theme.style(Role::Fresh))
        .skip(1);
    names(&mut pen, columns, row, entry, state, theme);
    if is_selected {
        // Only the names, so that a step of the cursor costs few cells on a slow line.
        pen.restyle(start, theme.style(Role::Selection));
    }
    facts(&mut pen, columns, row, entry, state, theme);
}

/// The columns up to the session's name.
fn names(
    pen: &mut Pen<'_>,
    columns: &Columns,
    row: &Row,
    entry: &SessionEntry,
    state: &State,
    theme: &Theme,
) {
    let symbols = Symbols::choose(state.setup.ascii);
    let (_, role) = look(row.standing, symbols);
    let dim = theme.style(Role::Dim);
    pen.put_padded(row.standing.word(), columns.word, theme.style(role));
    if columns.since > 0 {
        let since = row.since.map(|since| text::short_age(since.age(state.now)));
        pen.put_right(&since.unwrap_or_default(), columns.since - 1, dim)
            .skip(1);
    }
    if columns.project > 0 {
        let mut project = state.fleet.project_name(&row.key).to_owned();
        if state.fleet.hosts.len() > 1 {
            project = format!("{}/{project}", row.key.host);
        }
        pen.put_padded(&project, columns.project - 1, dim).skip(1);
    }
    let name_role = match row.standing {
        Standing::Asleep | Standing::Over | Standing::FailedBefore => Role::Dim,
        Standing::AwaitsPermission
        | Standing::AwaitsAnswer
        | Standing::Failed
        | Standing::ToReview
        | Standing::Finished
        | Standing::Working
        | Standing::Underway
        | Standing::Idle => Role::Text,
    };
    pen.put_padded(
        entry.row.title(),
        columns.name.saturating_sub(1),
        theme.style(name_role),
    );
}

/// The columns after the session's name.
fn facts(
    pen: &mut Pen<'_>,
    columns: &Columns,
    row: &Row,
    entry: &SessionEntry,
    state: &State,
    theme: &Theme,
) {
    let dim = theme.style(Role::Dim);
    pen.skip(1);
    if columns.doing > 0 {
        let words = doing::words(entry, row.standing, state.now);
        let role = match row.standing {
            Standing::AwaitsPermission | Standing::AwaitsAnswer => Role::Waiting,
            Standing::Failed => Role::Bad,
            Standing::ToReview
            | Standing::Finished
            | Standing::Working
            | Standing::Underway
            | Standing::Idle
            | Standing::FailedBefore
            | Standing::Asleep
            | Standing::Over => Role::Text,
        };
        pen.put_padded(&words, columns.doing - 1, theme.style(role))
            .skip(1);
    }
    if columns.change > 0 {
        let symbols = Symbols::choose(state.setup.ascii);
        let badge = mark::badge(state, &row.key, symbols);
        let (badge, role) = badge.unwrap_or((String::new(), Role::Dim));
        pen.put_padded(&badge, columns.change - 1, theme.style(role))
            .skip(1);
    }
    let status = match entry.fetched {
        Some(_) => entry.row.status.to_string(),
        // It may be long out of date.
        None => format!("{}?", entry.row.status),
    };
    pen.put_padded(&status, columns.status, dim);
    if columns.link > 0 {
        pen.put_padded(&doing::link(entry, state.now), columns.link, dim);
    }
    if columns.cost > 0 {
        pen.put_right(&cost(entry), columns.cost - 1, dim).skip(1);
    }
    if columns.age > 0 {
        let active = last_active(entry);
        let age = (active.0 > 0).then(|| text::short_age(active.age(state.now)));
        pen.put_right(&age.unwrap_or_default(), columns.age, dim);
    }
}

/// What the session cost so far, where known.
fn cost(entry: &SessionEntry) -> String {
    let sessions = entry.transcript.sessions();
    let cost: f64 = sessions
        .map(|session| entry.transcript.usage(&session.id).cost)
        .sum();
    if cost > 0.0 {
        text::money(cost)
    } else {
        String::new()
    }
}
