//! The change request on which the cursor rests: what it says, where it would go, how large it is.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{
        State,
        changes::{facts::Verdict, list::dated},
    },
    diff::patch::quoted::unquote,
    model::{
        change::{ChangeRequest, ChangeStatus},
        id::ChangeKey,
    },
    text::{self, Line},
    theme::{Role, Symbols, Theme},
    view::{
        board,
        changes::{mark, row::project_name},
        pen::{Pen, wrapped, write},
        session::short_branch,
    },
};

/// The most bytes of a description that are laid out for a preview.
const DESCRIPTION: usize = 8 * 1024;
/// The most files that are listed.
const FILES: usize = 12;
/// The most paths in conflict that are listed.
const CONFLICTS: usize = 6;

/// Draws the preview behind a vertical line.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, state: &State, theme: &Theme) {
    let symbols = Symbols::choose(state.setup.ascii);
    for row in 0..usize::from(area.height) {
        let style = theme.style(Role::Border);
        write(buffer, area, row, symbols.vertical, style);
    }
    let rested = state.changes.rested();
    let found = rested.and_then(|key| Some((key, state.fleet.change(key)?)));
    let Some((key, row)) = found else { return };
    let inside = Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(3),
        ..area
    };
    let mut sheet = Sheet {
        buffer,
        area: inside,
        used: 0,
        state,
        theme,
        symbols,
    };
    sheet.head(key, row);
    sheet.facts(key, row);
    sheet.description(row);
    sheet.files(key);
}

struct Sheet<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    /// Rows that are written.
    used: usize,
    state: &'a State,
    theme: &'a Theme,
    symbols: &'static Symbols,
}

impl Sheet<'_> {
    fn put(&mut self, text: &str, role: Role) {
        let style = self.theme.style(role);
        write(self.buffer, self.area, self.used, text, style);
        self.used += 1;
    }

    fn wrap(&mut self, text: &str, role: Role) {
        for line in wrapped(text, usize::from(self.area.width)) {
            self.put(&line, role);
        }
    }

    fn head(&mut self, key: &ChangeKey, row: &ChangeRequest) {
        let (glyph, role) = mark::of_status(&row.status, self.symbols);
        let style = self.theme.style(role);
        if let Some(mut pen) = Pen::at(self.buffer, self.area, self.used) {
            pen.put(glyph, style).skip(1);
            let number = format!("#{}", row.number);
            pen.put(&number, self.theme.style(Role::Dim)).skip(1);
            pen.put(&row.title, self.theme.style(Role::Title));
        }
        self.used += 1;
        let age = dated(row).map(|at| text::ago(at.age(self.state.now)));
        let since = match row.status {
            ChangeStatus::Open => "opened",
            ChangeStatus::Merged => "merged",
            ChangeStatus::Closed => "closed",
            ChangeStatus::Other(_) => row.status.as_str(),
        };
        let facts = [
            project_name(self.state, key),
            format!("{since} {}", age.unwrap_or_default()),
        ];
        let facts = facts.join(&format!(" {} ", self.symbols.separator));
        self.put(&facts, Role::Dim);
        let head = short_branch(&row.head_ref);
        let branches = format!("{head} {} {}", self.symbols.into, row.base_ref);
        self.put(&branches, Role::Dim);
        self.used += 1;
    }

    fn facts(&mut self, key: &ChangeKey, row: &ChangeRequest) {
        self.merge(key, row);
        if let Some(size) = mark::size(self.state, key, row) {
            if let Some(mut pen) = Pen::at(self.buffer, self.area, self.used) {
                mark::write_size(&mut pen, size, self.symbols, self.theme);
            }
            self.used += 1;
        }
        let reviewed = mark::review_words(self.state, key, self.symbols);
        if !reviewed.is_empty() {
            self.put(&reviewed, Role::Text);
        }
        let session = self.state.fleet.session_of(key);
        let session = session.and_then(|key| self.state.fleet.sessions.get(&key));
        match (session, &row.origin_session_id) {
            (Some(entry), _) => {
                let standing = entry.standing();
                let (glyph, role) = board::look(standing, self.symbols);
                let style = self.theme.style(role);
                if let Some(mut pen) = Pen::at(self.buffer, self.area, self.used) {
                    pen.put("from ", self.theme.style(Role::Dim));
                    pen.put(glyph, style).skip(1);
                    pen.put(entry.row.title(), self.theme.style(Role::Text));
                    let word = format!(" ({})", standing.word());
                    pen.put(&word, self.theme.style(Role::Dim));
                }
                self.used += 1;
            }
            (None, Some(id)) => {
                let words = format!("from the session {}, not listed any more", id.short());
                self.put(&words, Role::Dim);
            }
            (None, None) => {}
        }
        self.used += 1;
    }

    /// What merging would do, with the paths in conflict.
    fn merge(&mut self, key: &ChangeKey, row: &ChangeRequest) {
        if !row.is_open() {
            return;
        }
        let Some(verdict) = mark::verdict(self.state, key, row) else {
            return self.put("what a merge would do is not known yet", Role::Dim);
        };
        let (glyph, role) = mark::of_verdict(verdict, self.symbols);
        let facts = self.state.fleet.change_facts.get(key);
        let preview = facts.and_then(|facts| facts.trial.as_ref());
        let preview = preview.map(|trial| &trial.value);
        let words = match verdict {
            Verdict::Clean if preview.is_some_and(|preview| preview.can_fast_forward) => {
                "merges cleanly (fast-forward)"
            }
            Verdict::Clean => "merges cleanly",
            Verdict::Conflicts => "conflicts with the base",
            Verdict::NothingNew => "the base has all of it already",
            Verdict::Unrelated => "shares no history with the base",
        };
        self.put(&format!("{glyph} {words}"), role);
        let paths = preview.map(|preview| preview.conflicts.as_slice());
        let paths = paths.unwrap_or_default();
        for path in paths.iter().take(CONFLICTS) {
            self.put(&format!("  {}", plain(path)), Role::Text);
        }
        self.more(paths.len(), CONFLICTS);
    }

    fn description(&mut self, row: &ChangeRequest) {
        let text = row.description.trim();
        if text.is_empty() {
            return self.put("It has no description.", Role::Dim);
        }
        let end = text.floor_char_boundary(DESCRIPTION);
        let columns = usize::from(self.area.width);
        let lines: Vec<Line> = text::markdown(text.get(..end).unwrap_or(text), columns);
        let base = self.theme.style(Role::Text);
        for line in &lines {
            if let Some(mut pen) = Pen::at(self.buffer, self.area, self.used) {
                pen.put_line(line, self.theme, base);
            }
            self.used += 1;
        }
    }

    /// The files, where the difference was fetched.
    fn files(&mut self, key: &ChangeKey) {
        let pane = self.state.reviews.get(key);
        let Some(difference) = pane.and_then(|pane| pane.difference.value()) else {
            return;
        };
        self.used += 1;
        let files = &difference.files;
        self.wrap(&text::count(files.len(), "file", "files"), Role::Title);
        for file in files.iter().take(FILES) {
            if let Some(mut pen) = Pen::at(self.buffer, self.area, self.used) {
                let counts = format!(
                    "+{} {}{}",
                    file.additions, self.symbols.minus, file.deletions
                );
                pen.put_padded(&counts, 12, self.theme.style(Role::Dim));
                pen.put(&file.path, self.theme.style(Role::Text));
            }
            self.used += 1;
        }
        self.more(files.len(), FILES);
    }

    fn more(&mut self, count: usize, shown: usize) {
        if count > shown {
            self.put(&format!("… {} more", count - shown), Role::Dim);
        }
    }
}

/// A path without the quotes that git puts around some.
fn plain(path: &str) -> String {
    let unquoted = unquote(path).filter(|(_, end)| *end == path.len());
    unquoted.map_or_else(|| path.to_owned(), |(plain, _)| plain)
}
