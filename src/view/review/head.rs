//! The head of a review: which change request, what a merge would do, how far the review is.
//!
//! Two rows. What a merge would do is always there; of the rest, what has no room is left out, from
//! the least important on. Not for: what is to be known first (`bars`), heads of files (`heads`).

use std::borrow::Cow;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{
        State,
        review::{ReviewPane, merge_state::MergeState},
    },
    model::{
        change::{ChangeRequest, ChangeStatus},
        id::ChangeKey,
    },
    text,
    theme::{Role, Symbols, Theme},
    view::{
        pen::{Pen, write},
        session::short_branch,
    },
};

/// What separates two facts.
const BETWEEN: &str = " · ";
/// Columns that the title keeps, whatever else is to be said.
const TITLE: usize = 20;
/// Columns from which on the names of files in conflict are worth beginning with.
const NAMES: usize = 16;

/// A fact of the head with its meaning.
type Fact = (String, Role);

/// What the head is made of.
struct Head<'a> {
    state: &'a State,
    key: &'a ChangeKey,
    pane: &'a ReviewPane,
    row: &'a ChangeRequest,
    theme: &'a Theme,
    symbols: &'static Symbols,
}

/// Draws the head of a change request's review.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    (state, key, pane): (&State, &ChangeKey, &ReviewPane),
    theme: &Theme,
) {
    let symbols = Symbols::choose(state.setup.ascii);
    let Some(row) = state.fleet.change(key) else {
        let project = state.fleet.projects.get(&key.project_key());
        let is_listed = project.is_some_and(|project| project.changes.value().is_some());
        let (text, role) = match is_listed {
            true => (" this change request is not listed any more", Role::Warning),
            false => (" asking for the change request", Role::Dim),
        };
        return write(buffer, area, 0, text, theme.style(role));
    };
    let head = Head {
        state,
        key,
        pane,
        row,
        theme,
        symbols,
    };
    if let Some(pen) = Pen::at(buffer, area, 0) {
        head.first(pen);
    }
    if let Some(pen) = Pen::at(buffer, area, 1) {
        head.second(pen);
    }
}

/// The glyph and the word of a change request's state.
pub(super) fn condition<'a>(
    status: &'a ChangeStatus,
    symbols: &Symbols,
) -> (&'static str, Cow<'a, str>, Role) {
    match status {
        ChangeStatus::Open => (symbols.open, "open".into(), Role::Accent),
        ChangeStatus::Merged => (symbols.merged, "merged".into(), Role::Good),
        ChangeStatus::Closed => (symbols.closed, "closed".into(), Role::Dim),
        ChangeStatus::Other(word) if word.is_empty() => (symbols.idle, "unknown".into(), Role::Dim),
        ChangeStatus::Other(word) => (symbols.warning, text::sanitize_line(word), Role::Warning),
    }
}

/// The glyph of what a merge would do, and its meaning.
fn verdict(state: &MergeState, symbols: &Symbols) -> (&'static str, Role) {
    match state {
        MergeState::Asking => (symbols.starting, Role::Dim),
        MergeState::Failed { .. } => (symbols.warning, Role::Warning),
        MergeState::Merged { .. } => (symbols.merged, Role::Good),
        MergeState::Closed => (symbols.closed, Role::Dim),
        MergeState::UpToDate | MergeState::Behind | MergeState::NoDifference => {
            (symbols.idle, Role::Dim)
        }
        MergeState::FastForward | MergeState::Clean => (symbols.good, Role::Good),
        MergeState::Conflicts { .. } | MergeState::Unrelated => (symbols.bad, Role::Conflict),
    }
}

impl Head<'_> {
    /// Number, title, project, state, branches.
    fn first(&self, mut pen: Pen<'_>) {
        let (glyph, word, role) = condition(&self.row.status, self.symbols);
        let branch = |name: &str| text::sanitize_line(short_branch(name)).into_owned();
        let branches = format!(
            "{} {} {}",
            branch(&self.row.head_ref),
            self.symbols.into,
            branch(&self.row.base_ref)
        );
        let project = self.state.fleet.projects.get(&self.key.project_key());
        let project = project.map_or_else(String::new, |project| project.row.name.clone());
        // The most important first; shown in another order.
        let facts = vec![
            (format!("{glyph} {word}"), role),
            (branches, Role::Dim),
            (text::sanitize_line(&project).into_owned(), Role::Dim),
        ];
        let number = format!(" #{} ", self.row.number);
        pen.put(&number, self.theme.style(Role::Dim));
        let title = text::sanitize_line(&self.row.title);
        let wanted = text::width(&title).min(TITLE);
        let facts = fitting(facts, pen.room().saturating_sub(wanted));
        let room = pen.room().saturating_sub(columns(&facts));
        pen.put(&text::truncate(&title, room), self.theme.style(Role::Title));
        self.put(&mut pen, &facts);
    }

    /// What a merge would do, what is reviewed, comments, size.
    fn second(&self, mut pen: Pen<'_>) {
        let changeset = self.pane.whole_sheet().changeset.as_deref();
        let merge = MergeState::of(self.row, &self.pane.preview, changeset);
        let (glyph, role) = verdict(&merge, self.symbols);
        pen.put(" ", self.theme.style(Role::Text))
            .put(glyph, self.theme.style(role))
            .skip(1);
        let wanted = text::width(&merge.words()).min(pen.room());
        let facts = fitting(self.facts(), pen.room() - wanted);
        let room = pen.room().saturating_sub(columns(&facts));
        let full = merge.words_in_full();
        let words = if text::width(&full).min(wanted + NAMES) <= room {
            full
        } else {
            merge.words()
        };
        pen.put(&text::truncate(&words, room), self.theme.style(role));
        self.put(&mut pen, &facts);
    }

    /// Progress, size, comments, matches: the most important first.
    fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        let progress = self.pane.progress;
        if progress.total > 0 {
            let is_done = progress.done == progress.total;
            let role = if is_done { Role::Good } else { Role::Text };
            let files = text::count(progress.total, "file", "files");
            facts.push((format!("{} of {files} reviewed", progress.done), role));
        }
        if let Some(count) = self.pane.sheet.found.count() {
            facts.push((format!("match {count}"), Role::Match));
        }
        if let Some(comments) = self.comments() {
            facts.push((comments, Role::Comment));
        }
        if let Some(all) = self.pane.sheet.changeset.as_deref() {
            let size = format!("+{} {}{}", all.additions, self.symbols.minus, all.deletions);
            facts.push((size, Role::Dim));
        }
        facts
    }

    /// How many comments there are: `1 unfinished · 2 drafts · 5 sent · 1 outdated`.
    fn comments(&self) -> Option<String> {
        let comments = &self.pane.review.comments;
        let drafts = comments.iter().filter(|one| one.round.is_none()).count();
        let outdated = self.pane.sheet.outdated.len();
        let is_left = self.pane.writing.is_none() && self.pane.review.has_unfinished();
        let counts = [
            (usize::from(is_left), "1 unfinished".to_owned()),
            (drafts, text::count(drafts, "draft", "drafts")),
            (
                comments.len() - drafts,
                format!("{} sent", comments.len() - drafts),
            ),
        ];
        let outdated = [(outdated, format!("{outdated} outdated"))];
        let counts = counts.into_iter().chain(outdated);
        let words: Vec<String> = counts
            .filter(|(count, _)| *count > 0)
            .map(|(_, words)| words)
            .collect();
        (!words.is_empty()).then(|| words.join(BETWEEN))
    }

    fn put(&self, pen: &mut Pen<'_>, facts: &[Fact]) {
        for (words, role) in facts {
            pen.put(BETWEEN, self.theme.style(Role::Dim))
                .put(words, self.theme.style(*role));
        }
    }
}

/// The facts that fit with a separator before each.
fn fitting(facts: Vec<Fact>, room: usize) -> Vec<Fact> {
    let mut left = room;
    let mut fits = |(words, _): &Fact| {
        let wide = text::width(words) + text::width(BETWEEN);
        let does_fit = wide <= left && !words.is_empty();
        left -= if does_fit { wide } else { 0 };
        does_fit
    };
    facts.into_iter().filter(|fact| fits(fact)).collect()
}

fn columns(facts: &[Fact]) -> usize {
    let widths = facts.iter().map(|(words, _)| text::width(words));
    widths.map(|wide| wide + text::width(BETWEEN)).sum()
}
