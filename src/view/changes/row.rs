//! One change request in one row, with as many columns as the width has room for.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{State, changes::list::dated},
    model::{
        change::{ChangeRequest, ChangeSize},
        id::ChangeKey,
    },
    text,
    theme::{Role, Symbols, Theme},
    view::{board, changes::mark, pen::Pen},
};

/// How wide each column is; zero for one that is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Columns {
    word: usize,
    number: usize,
    project: usize,
    title: usize,
    merge: usize,
    size: usize,
    reviewed: usize,
    session: usize,
    age: usize,
}

/// Columns of the cursor, the glyph, the mark of a change, and the space after them.
const MARKS: usize = 4;
/// Columns of a number.
const NUMBER: usize = 5;
/// Columns of a size that does not tell how many files there are.
const NARROW_SIZE: usize = 13;

impl Columns {
    /// The columns for a width: the most useful first, as long as the title keeps some room.
    pub fn fit(width: u16, state: &State) -> Self {
        let several = state.fleet.projects.len() > 1;
        let mut title = usize::from(width).saturating_sub(MARKS + NUMBER + 1);
        // Takes columns from the title unless it would keep less than so many.
        let mut take = |columns: usize, kept: usize| {
            let is_room = title >= columns + kept;
            title -= if is_room { columns } else { 0 };
            if is_room { columns } else { 0 }
        };
        let age = take(5, 12);
        let word = take(8, 18);
        let merge = take(13, 18);
        let project = if several { take(13, 18) } else { 0 };
        let size = take(NARROW_SIZE, 18);
        let session = take(18, 24);
        let reviewed = take(14, 26);
        Self {
            word,
            number: NUMBER,
            project,
            merge,
            size: size + take(11, 40),
            reviewed: reviewed + take(11, 40),
            session: session + take(6, 40),
            age,
            title,
        }
    }

    /// Draws the headings.
    pub fn headings(&self, buffer: &mut Buffer, area: Rect, line: usize, theme: &Theme) {
        let Some(mut pen) = Pen::at(buffer, area, line) else {
            return;
        };
        let style = theme.style(Role::Dim);
        pen.skip(MARKS);
        for (name, columns) in [
            ("state", self.word),
            ("    #", self.number),
            (" ", 1),
            ("project", self.project),
            ("title", self.title),
            ("merge", self.merge),
            ("      size", self.size),
            ("reviewed", self.reviewed),
            ("session", self.session),
        ] {
            pen.put_padded(name, columns, style);
        }
        pen.put_right("age", self.age, style);
    }
}

/// Draws one row.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    line: usize,
    columns: &Columns,
    (key, has_changed): (&ChangeKey, bool),
    state: &State,
    theme: &Theme,
) {
    let row = state.fleet.change(key);
    let (Some(mut pen), Some(row)) = (Pen::at(buffer, area, line), row) else {
        return;
    };
    let symbols = Symbols::choose(state.setup.ascii);
    let is_selected = state.changes.selected() == Some(key);
    let start = pen.column();
    let (glyph, role) = mark::of_status(&row.status, symbols);
    let cursor = if is_selected { symbols.cursor } else { " " };
    let changed = if has_changed { symbols.changed } else { " " };
    pen.put(cursor, theme.style(Role::Accent))
        .put(glyph, theme.style(role))
        .put(changed, theme.style(Role::Fresh))
        .skip(1);
    pen.put_padded(row.status.as_str(), columns.word, theme.style(role));
    let text = theme.style(if row.is_open() { Role::Text } else { Role::Dim });
    let dim = theme.style(Role::Dim);
    let number = format!("#{}", row.number);
    pen.put_right(&number, columns.number, text).skip(1);
    if columns.project > 0 {
        let project = project_name(state, key);
        pen.put_padded(&project, columns.project - 1, dim).skip(1);
    }
    pen.put_padded(&row.title, columns.title.saturating_sub(1), text);
    if is_selected {
        // Only the names, so that a step of the cursor costs few cells on a slow line.
        pen.restyle(start, theme.style(Role::Selection));
    }
    pen.skip(1);
    facts(&mut pen, columns, key, row, state, theme);
}

/// The columns after the title.
fn facts(
    pen: &mut Pen<'_>,
    columns: &Columns,
    key: &ChangeKey,
    row: &ChangeRequest,
    state: &State,
    theme: &Theme,
) {
    let symbols = Symbols::choose(state.setup.ascii);
    let dim = theme.style(Role::Dim);
    let verdict = mark::verdict(state, key, row).filter(|_| columns.merge > 0);
    let words = verdict.map(|verdict| {
        let (glyph, role) = mark::of_verdict(verdict, symbols);
        (format!("{glyph} {}", verdict.word()), role)
    });
    let (words, role) = words.unwrap_or((String::new(), Role::Dim));
    pen.put_padded(&words, columns.merge, theme.style(role));
    if columns.size > 0 {
        size(pen, columns.size, mark::size(state, key, row), state, theme);
    }
    if columns.reviewed > 0 {
        let words = mark::review_words(state, key, symbols);
        pen.put_padded(&words, columns.reviewed - 1, dim).skip(1);
    }
    if columns.session > 0 {
        session(pen, columns.session, key, row, state, theme);
    }
    let age = dated(row).map(|at| text::short_age(at.age(state.now)));
    pen.put_right(&age.unwrap_or_default(), columns.age, dim);
}

/// How large it is: `  +12    −3`, and how many files there are where there is room.
fn size(pen: &mut Pen<'_>, columns: usize, size: Option<ChangeSize>, state: &State, theme: &Theme) {
    let Some(size) = size else {
        pen.skip(columns);
        return;
    };
    let symbols = Symbols::choose(state.setup.ascii);
    let (added, removed) = mark::size_words(size, symbols);
    pen.put_right(&added, 6, theme.style(Role::Additions))
        .put_right(&removed, 6, theme.style(Role::Deletions))
        .skip(1);
    if columns > NARROW_SIZE {
        let files = mark::files_word(size);
        let rest = columns - NARROW_SIZE;
        pen.put_right(&files, rest - 1, theme.style(Role::Dim))
            .skip(1);
    }
}

/// The session that made it, with where it stands.
fn session(
    pen: &mut Pen<'_>,
    columns: usize,
    key: &ChangeKey,
    row: &ChangeRequest,
    state: &State,
    theme: &Theme,
) {
    let symbols = Symbols::choose(state.setup.ascii);
    let dim = theme.style(Role::Dim);
    let listed = state.fleet.session_of(key);
    let entry = listed.and_then(|session| state.fleet.sessions.get(&session));
    match entry {
        Some(entry) => {
            let (glyph, role) = board::look(entry.standing(), symbols);
            pen.put_padded(glyph, 2, theme.style(role));
            pen.put_padded(entry.row.title(), columns - 3, dim).skip(1);
        }
        None => {
            let origin = row.origin_session_id.as_ref().map(|id| id.short());
            pen.skip(2);
            pen.put_padded(origin.unwrap_or_default(), columns - 3, dim)
                .skip(1);
        }
    }
}

/// The project's name, behind its host's when there are several.
pub(super) fn project_name(state: &State, key: &ChangeKey) -> String {
    let project = state.fleet.projects.get(&key.project_key());
    let name = project.map_or("", |project| &project.row.name);
    if state.fleet.hosts.len() > 1 {
        format!("{}/{name}", key.host)
    } else {
        name.to_owned()
    }
}
