//! Draws the board: counts, troubles, one row a session, and a preview where there is room.

mod doing;
mod empty;
mod preview;
mod row;

use ratatui::{buffer::Buffer, layout::Rect};

pub use row::look;

use crate::{
    app::{State, event::Measures},
    text,
    theme::{Role, Symbols, Theme},
    view::{
        beside,
        pen::{Pen, write},
    },
};

/// From this width on there is room for a preview.
const WITH_PREVIEW: u16 = 110;

/// Draws the board.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, theme: &Theme) -> Measures {
    let (list, side) = if state.board.has_preview() && !state.board.is_empty() {
        beside(area, WITH_PREVIEW)
    } else {
        (area, None)
    };
    if let Some(side) = side {
        preview::draw(buffer, side, state, theme);
    }
    let mut used = 1;
    if let Some(mut pen) = Pen::at(buffer, list, 0) {
        counts(&mut pen, state, theme);
    }
    for trouble in troubles(state) {
        write(buffer, list, used, &trouble, theme.style(Role::Bad));
        used += 1;
    }
    let height = usize::from(list.height).saturating_sub(used);
    let rows = Rect {
        y: list.y + u16::try_from(used).unwrap_or(list.height).min(list.height),
        height: u16::try_from(height).unwrap_or(0),
        ..list
    };
    let first = state.board.first_row(height);
    if state.board.is_empty() {
        empty::draw(buffer, rows, state, theme);
    }
    let columns = row::Columns::fit(rows.width, state);
    for (line, session) in state.board.rows(first, height).enumerate() {
        row::draw(buffer, rows, line, &columns, session, state, theme);
    }
    Measures {
        viewport_rows: height,
        ..Measures::default()
    }
}

fn counts(pen: &mut Pen<'_>, state: &State, theme: &Theme) {
    let counts = state.board.counts();
    let board = &state.board;
    let dim = theme.style(Role::Dim);
    let symbols = Symbols::choose(state.setup.ascii);
    pen.skip(1);
    if counts.waiting > 0 {
        let verb = if counts.waiting == 1 { "needs" } else { "need" };
        let text = format!("{} {verb} you", counts.waiting);
        pen.put(&text, theme.style(Role::Waiting));
    } else {
        pen.put("nothing needs you", dim);
    }
    let mut facts = vec![
        format!("{} working", counts.working),
        format!("{} in all", counts.all),
    ];
    if !board.filter().is_empty() {
        facts.push(format!("{} match `{}`", board.len(), board.filter()));
    }
    if board.only_waiting() {
        facts.push("only those that need you".to_owned());
    }
    facts.push(board.order().name().to_owned());
    if board.is_out_of_order() {
        facts.push("R sorts again".to_owned());
    }
    facts.extend(age(state));
    for fact in facts {
        if pen.room() > text::width(&fact) + 3 {
            let gap = format!(" {} ", symbols.separator);
            pen.put(&gap, dim).put(&fact, dim);
        }
    }
}

/// How old the rows are while no host has answered.
fn age(state: &State) -> Option<String> {
    let mut hosts = state.fleet.hosts.values();
    let recalled = state.recalled_at?;
    let age = text::ago(recalled.age(state.now));
    hosts
        .any(|host| host.fetched.is_none())
        .then(|| format!("from cache, {age}"))
}

/// What is wrong with hosts, one line each.
fn troubles(state: &State) -> Vec<String> {
    let symbols = Symbols::choose(state.setup.ascii);
    let hosts = state.fleet.hosts.iter();
    hosts
        .filter_map(|(name, host)| {
            let error = host.trouble.as_ref()?;
            let hint = error.hint().map(|hint| format!("; {hint}"));
            let hint = hint.unwrap_or_default();
            Some(format!(" {} {name}: {error}{hint}", symbols.bad))
        })
        .take(3)
        .collect()
}
