//! Short ways to make styled rows.

use std::time::Duration;

use ratatui::{
    style::{Modifier, Style},
    text::{Line, Span},
};

use crate::{
    action::Action,
    app::{State, session::reading::Fold},
    model::time::Millis,
    text::{self, Tone},
    theme::{Role, Symbols, Theme},
};

/// What rows are drawn with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brush<'a> {
    pub(super) theme: &'a Theme,
    pub(super) symbols: &'static Symbols,
    /// How wide a row may be.
    pub(super) columns: usize,
    pub(super) now: Millis,
    pub(super) fold: Fold,
    /// The folder that the agent works in, for paths; empty when it is not known.
    pub(super) folder: &'a str,
}

impl<'a> Brush<'a> {
    pub(super) fn new(state: &State, theme: &'a Theme, columns: usize) -> Self {
        Self {
            theme,
            symbols: Symbols::choose(state.setup.ascii),
            columns,
            now: state.now,
            fold: Fold::Unfolded,
            folder: "",
        }
    }

    pub(super) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A piece of text from us.
    pub(super) fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }

    /// A piece of text from outside, on one row.
    pub(super) fn foreign(&self, text: &str, role: Role) -> Span<'static> {
        self.span(text::sanitize_line(text).into_owned(), role)
    }

    /// A row of one piece from us.
    pub(super) fn row(&self, text: impl Into<String>, role: Role) -> Line<'static> {
        Line::from(self.span(text, role))
    }

    /// Toned text as a row, on top of a role.
    pub(super) fn toned(&self, line: &text::Line, role: Role) -> Line<'static> {
        let base = self.style(role);
        let span = |span: &text::Span| {
            Span::styled(span.text.clone(), base.patch(self.theme.tone(span.tone)))
        };
        Line::from(line.spans.iter().map(span).collect::<Vec<_>>())
    }

    /// Text from outside in as many rows as it takes, indented.
    pub(super) fn wrapped(&self, text: &str, role: Role, indent: usize) -> Vec<Line<'static>> {
        let columns = self.columns.saturating_sub(indent).max(1);
        let clean = text::sanitize(text);
        let mut rows = Vec::new();
        for line in clean.trim_end_matches('\n').split('\n') {
            let line = text::Line::new(line, Tone::default());
            for row in text::wrap(&line, columns, 0) {
                rows.push(self.indented(self.toned(&row, role), indent));
            }
        }
        rows
    }

    pub(super) fn indented(&self, mut row: Line<'static>, indent: usize) -> Line<'static> {
        if indent > 0 {
            row.spans.insert(0, Span::raw(" ".repeat(indent)));
        }
        row
    }

    /// Pieces on one row, cut where the row ends.
    pub(super) fn fit(&self, spans: Vec<Span<'static>>) -> Line<'static> {
        fit(spans, self.columns)
    }
}

/// Pieces on one row of so many columns, cut with `…`.
pub(super) fn fit(spans: Vec<Span<'static>>, columns: usize) -> Line<'static> {
    let mut left = columns;
    let mut kept = Vec::with_capacity(spans.len());
    for span in spans {
        let width = text::width(&span.content);
        if width > left {
            let cut = text::truncate(&span.content, left).into_owned();
            kept.push(Span::styled(cut, span.style));
            break;
        }
        left -= width;
        kept.push(span);
    }
    Line::from(kept)
}

/// Makes rows faint, for what is about to go.
pub(super) fn faint(rows: &mut [Line<'static>]) {
    for span in rows.iter_mut().flat_map(|row| row.spans.iter_mut()) {
        span.style = span.style.add_modifier(Modifier::DIM);
    }
}

/// A length of time that grows on the screen, in whole seconds.
pub(super) fn whole_seconds(length: Duration) -> String {
    match length.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds => text::duration(Duration::from_secs(seconds)),
    }
}

/// The first key of an action as it is written in hints; empty when it has none.
pub(super) fn key_of(state: &State, action: Action) -> String {
    let keys = state.setup.keymap.keys_of(action);
    keys.first().map(ToString::to_string).unwrap_or_default()
}
