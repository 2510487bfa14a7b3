//! Glyphs, words and roles of change requests, the same in all lists.

use crate::{
    app::{
        State,
        changes::{drafts, facts::Verdict, progress},
    },
    model::{
        change::{ChangeRequest, ChangeSize, ChangeStatus},
        id::{ChangeKey, SessionKey},
    },
    text,
    theme::{Role, Symbols, Theme},
    view::pen::Pen,
};

/// A glyph and what it means.
pub type Look = (&'static str, Role);

/// How a state looks.
pub fn of_status(status: &ChangeStatus, symbols: &Symbols) -> Look {
    match status {
        ChangeStatus::Open => (symbols.open, Role::Accent),
        ChangeStatus::Merged => (symbols.merged, Role::Good),
        ChangeStatus::Closed => (symbols.closed, Role::Dim),
        ChangeStatus::Other(_) => (symbols.warning, Role::Warning),
    }
}

/// How looks what merging would do.
pub fn of_verdict(verdict: Verdict, symbols: &Symbols) -> Look {
    match verdict {
        Verdict::Clean => (symbols.good, Role::Good),
        Verdict::Conflicts => (symbols.warning, Role::Conflict),
        Verdict::NothingNew => (symbols.separator, Role::Dim),
        Verdict::Unrelated => (symbols.warning, Role::Warning),
    }
}

/// What merging an open change request would do; `None` when unknown.
pub fn verdict(state: &State, key: &ChangeKey, row: &ChangeRequest) -> Option<Verdict> {
    state.fleet.change_facts.get(key)?.verdict(row)
}

/// How large a change is; `None` when unknown.
pub fn size(state: &State, key: &ChangeKey, row: &ChangeRequest) -> Option<ChangeSize> {
    state.fleet.change_facts.get(key)?.size_of(row)
}

/// The change request of a session as a list of sessions shows it: `◇ #3`, `▲ #3` in conflict.
pub fn badge(state: &State, session: &SessionKey, symbols: &Symbols) -> Option<(String, Role)> {
    let (key, row) = state.fleet.change_of(session)?;
    let (glyph, role) = match verdict(state, &key, row) {
        Some(verdict @ (Verdict::Conflicts | Verdict::Unrelated)) => of_verdict(verdict, symbols),
        Some(Verdict::Clean | Verdict::NothingNew) | None => of_status(&row.status, symbols),
    };
    Some((format!("{glyph} #{}", row.number), role))
}

/// The change request of a session in words: `#3 open, conflicts`.
pub fn badge_words(state: &State, session: &SessionKey) -> Option<String> {
    let (key, row) = state.fleet.change_of(session)?;
    let mut words = format!("#{} {}", row.number, row.status);
    if let Some(verdict) = verdict(state, &key, row) {
        words.push_str(", ");
        words.push_str(verdict.word());
    }
    Some(words)
}

/// Writes `+12 −3 · 4 files`.
pub fn write_size(pen: &mut Pen<'_>, size: ChangeSize, symbols: &Symbols, theme: &Theme) {
    let (added, removed) = size_words(size, symbols);
    pen.put(&added, theme.style(Role::Additions))
        .skip(1)
        .put(&removed, theme.style(Role::Deletions));
    let words = format!(" {} {}", symbols.separator, files_word(size));
    pen.put(&words, theme.style(Role::Dim));
}

/// `4 files`.
pub fn files_word(size: ChangeSize) -> String {
    let files = usize::try_from(size.files).unwrap_or(usize::MAX);
    text::count(files, "file", "files")
}

/// `+12` and `−3`; large numbers in thousands.
pub fn size_words(size: ChangeSize, symbols: &Symbols) -> (String, String) {
    let added = format!("+{}", text::tokens(size.additions));
    let removed = format!("{}{}", symbols.minus, text::tokens(size.deletions));
    (added, removed)
}

/// How far a review is: `3/7 reviewed · 2 drafts`; empty when nobody began.
pub fn review_words(state: &State, key: &ChangeKey, symbols: &Symbols) -> String {
    let mut words: Vec<String> = Vec::new();
    if let Some(progress) = progress(state, key) {
        words.push(format!("{}/{} reviewed", progress.done, progress.total));
    }
    match drafts(state, key) {
        0 => {}
        count => words.push(text::count(count, "draft", "drafts")),
    }
    words.join(&format!(" {} ", symbols.separator))
}
