//! Draws the manifest screen: what is looked at, the findings, the source with marks, and what is to be
//! said of the finding under the cursor.
//!
//! How the screen is divided is asked of `app::manifest::geometry`, as moving does; only what is seen
//! is looked at. Not for: what keys do.

mod empty;
mod list;
mod note;
mod source;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    action::Action,
    app::{
        State,
        event::Measures,
        manifest::{
            Focus, ManifestPane,
            checkup::Checkup,
            geometry::{Geometry, Part},
            sources::Source,
        },
    },
    diagnostic::Severity,
    text,
    theme::{Role, Symbols, Theme},
    view::pen::Pen,
};

/// What the parts are drawn with.
struct Drawing<'a> {
    state: &'a State,
    pane: &'a ManifestPane,
    geometry: Geometry,
    theme: &'a Theme,
    symbols: &'static Symbols,
}

/// Draws the manifest screen.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, theme: &Theme) -> Measures {
    let drawing = Drawing {
        state,
        pane: &state.manifest,
        geometry: Geometry::of(state.size),
        theme,
        symbols: Symbols::choose(state.setup.ascii),
    };
    drawing.title(buffer, area);
    let checkup = state.manifest.checkup.as_deref();
    match checkup.filter(|checkup| !checkup.files.is_empty()) {
        Some(checkup) => drawing.parts(buffer, checkup),
        None => empty::draw(buffer, below(area, 1), &drawing),
    }
    let viewport_rows = match state.manifest.focus {
        Focus::Findings => usize::from(drawing.geometry.list.height),
        Focus::Source => drawing.geometry.code_rows(),
    };
    Measures {
        viewport_rows,
        ..Measures::default()
    }
}

/// The part of an area from a row on.
fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

fn rect(part: Part) -> Rect {
    Rect::new(part.x, part.y, part.width, part.height)
}

impl Drawing<'_> {
    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// The first key of an action; empty when it has none.
    fn key(&self, action: Action) -> String {
        let keys = self.state.setup.keymap.keys_of(action);
        keys.first().map(ToString::to_string).unwrap_or_default()
    }

    /// The glyph of a severity, and its role.
    fn glyph(&self, severity: Severity) -> (&'static str, Role) {
        match severity {
            Severity::Error => (self.symbols.bad, Role::Bad),
            Severity::Warning => (self.symbols.warning, Role::Warning),
            Severity::Hint => (self.symbols.idle, Role::Accent),
        }
    }

    fn parts(&self, buffer: &mut Buffer, checkup: &Checkup) {
        list::draw(buffer, rect(self.geometry.list), self, checkup);
        if self.geometry.is_wide {
            let list = self.geometry.list;
            let border = Rect::new(list.x + list.width, list.y, 1, list.height);
            for row in 0..usize::from(border.height) {
                if let Some(mut pen) = Pen::at(buffer, border, row) {
                    pen.put(self.symbols.vertical, self.style(Role::Border));
                }
            }
        }
        source::draw(buffer, rect(self.geometry.source), self);
        note::draw(buffer, rect(self.geometry.note), self);
    }

    /// What is looked at, how fresh that is, and how many findings there are.
    fn title(&self, buffer: &mut Buffer, area: Rect) {
        let Some(mut pen) = Pen::at(buffer, area, 0) else {
            return;
        };
        let Some(source) = &self.pane.source else {
            pen.put(" nothing is looked at", self.style(Role::Dim));
            return;
        };
        let named = source.named(self.state);
        let dim = self.style(Role::Dim);
        let gap = format!(" {} ", self.symbols.separator);
        // The end of a name tells more than its middle, and what follows is worth some room too.
        let room = (pen.room() / 2).max(20);
        let name = text::sanitize_line(&named.name);
        pen.skip(1)
            .put(named.kind, dim)
            .skip(1)
            .put(&text::truncate_middle(&name, room), self.style(Role::Title));
        if !named.detail.is_empty() {
            let detail = text::sanitize_line(&named.detail);
            pen.put(&gap, dim)
                .put(&text::truncate(&detail, room), self.style(Role::Text));
        }
        for (words, role) in self.facts(source) {
            // What went wrong is told as far as there is room.
            if role == Role::Bad || pen.room() > text::width(&words) + 3 {
                pen.put(&gap, dim).put(&words, self.style(role));
            }
        }
    }

    /// What is to be known of the source beside its name, the most useful first.
    fn facts(&self, source: &Source) -> Vec<(String, Role)> {
        let pane = self.pane;
        let mut facts = Vec::new();
        if let Some(trouble) = pane.trouble.as_ref().filter(|_| pane.checkup.is_some()) {
            facts.push((format!("not read anew: {}", trouble.reason), Role::Bad));
        }
        let is_on_host = !matches!(source, Source::Folder(_));
        if pane.has_moved(self.state) {
            let key = self.key(Action::Refresh);
            facts.push((format!("the branch has moved: {key}"), Role::Accent));
        }
        if pane.is_checking() {
            let words = if is_on_host { "fetching" } else { "checking" };
            facts.push((words.to_owned(), Role::Working));
        } else if let Some(at) = pane.checked_at {
            let verb = if is_on_host { "fetched" } else { "checked" };
            let age = text::ago(at.age(self.state.now));
            facts.push((format!("{verb} {age}"), Role::Dim));
        }
        if !pane.filter().is_empty() {
            facts.push((format!("match `{}`", pane.filter()), Role::Match));
        }
        if let Some(commit) = pane.commit.as_deref().filter(|_| is_on_host) {
            facts.push((text::short_hash(commit).to_owned(), Role::Dim));
        }
        if is_on_host {
            facts.push(("read-only".to_owned(), Role::Dim));
        }
        facts
    }
}

/// How many findings there are of each severity, in words; `nothing to say` without any.
fn counts(count: impl Fn(Severity) -> usize) -> String {
    let words = [Severity::Error, Severity::Warning, Severity::Hint].map(|severity| {
        let (count, name) = (count(severity), severity.name());
        let words = text::count(count, name, &format!("{name}s"));
        (count > 0).then_some(words)
    });
    let words: Vec<String> = words.into_iter().flatten().collect();
    if words.is_empty() {
        return "nothing to say".to_owned();
    }
    words.join(", ")
}
