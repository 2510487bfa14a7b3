//! From actions to what does them: search line, tree, lines, marks, then comments and merging.

use std::ops::Range;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::{
    action::Action,
    app::{
        Screen, State,
        event::{Effect, Level},
        input::Done,
        overlay,
        review::{
            Focus, ReviewPane, context, finding, geometry, loading, marks, merging, notes,
            reading::{self, Landing, Way, line_of},
            since, tree,
        },
        session::field::Field,
    },
    diff::{
        changeset::Changeset,
        patch::{LineId, LineKind},
        rows::{Layout, Row, Whitespace},
    },
    model::id::{ChangeKey, SessionKey},
    text,
};

/// Rows that one turn of the wheel moves.
const WHEEL: usize = 3;

/// Why an action can do nothing in the review on the screen; `None` when it can.
pub(in crate::app) fn why_not(pane: &ReviewPane, action: Action) -> Option<&'static str> {
    let is_here = pane.sheet.changeset.is_some();
    let missing = || (!is_here).then_some("the difference is not here yet");
    match action {
        Action::SinceLooked => since::why_not(pane),
        Action::NextMatch | Action::PreviousMatch => {
            let is_searched = !pane.sheet.found.needle.is_empty();
            (!is_searched).then_some("nothing is searched for")
        }
        Action::NextComment | Action::PreviousComment => missing().or_else(|| {
            let is_any = !pane.review.comments.is_empty();
            (!is_any).then_some("there is no comment")
        }),
        Action::NextHunk | Action::PreviousHunk | Action::NextFile | Action::PreviousFile => {
            missing()
        }
        Action::FindFile | Action::FoldPart | Action::FoldParts | Action::Filter => missing(),
        Action::MoreContext | Action::AllContext | Action::MarkFile | Action::MarkHunk => missing(),
        _ => None,
    }
}

/// Does an action in a review.
pub(in crate::app) fn act(state: &mut State, key: &ChangeKey, action: Action) -> Done {
    let Some(pane) = state.reviews.get_mut(key) else {
        return Done::No;
    };
    if pane.search.is_some() {
        return on_search_line(state, key, action);
    }
    if pane.writing.is_none() {
        // Whoever reads is not taken elsewhere by what comes in.
        pane.timing.wants_newest &= action == Action::Refresh;
        let parts = [move_around, look_around, show_otherwise, act_on_change];
        if parts
            .into_iter()
            .any(|part| part(state, key, action) == Done::Yes)
        {
            return Done::Yes;
        }
    }
    match notes::act(state, key, action) {
        Done::Yes => Done::Yes,
        Done::No => merging::act(state, key, action),
    }
}

/// Types a key into the field that is open: search or comment.
pub(in crate::app) fn type_key(state: &mut State, change: &ChangeKey, key: KeyEvent) {
    if !type_in_search(state, change, |field| field.key(key)) {
        notes::type_key(state, change, key);
    }
}

/// Pastes text into the field that is open.
pub(in crate::app) fn paste(state: &mut State, change: &ChangeKey, text: &str) {
    let insert = |field: &mut Field| {
        field.insert_line(text);
        true
    };
    if !type_in_search(state, change, insert) {
        notes::paste(state, change, text);
    }
}

/// Changes what is searched for; false when nothing is.
fn type_in_search(
    state: &mut State,
    key: &ChangeKey,
    change: impl FnOnce(&mut Field) -> bool,
) -> bool {
    let pane = state.reviews.get_mut(key);
    let Some(field) = pane.and_then(|pane| pane.search.as_mut()) else {
        return false;
    };
    if change(field) {
        finding::typed(state, key);
    }
    true
}

/// Turns the wheel, up or down: over the files it moves there, else the lines go by.
pub(in crate::app) fn wheel(state: &mut State, key: &ChangeKey, mouse: MouseEvent, to: Action) {
    let size = state.size;
    let way = if to == Action::Up { Way::Up } else { Way::Down };
    state.touch();
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    pane.timing.wants_newest = false;
    if pane.writing.is_some() {
        return;
    }
    let geometry = geometry::divided(size, pane);
    if mouse.column < geometry.tree {
        pane.tree.scroll(way, WHEEL, usize::from(geometry.height));
    } else {
        reading::scroll(pane, geometry, way, WHEEL);
    }
}

fn on_search_line(state: &mut State, key: &ChangeKey, action: Action) -> Done {
    match action {
        Action::Accept => finding::accept(state, key),
        Action::Cancel => {
            let size = state.size;
            if let Some(pane) = state.reviews.get_mut(key) {
                finding::cancel(pane, size);
            }
        }
        Action::InputNext => finding::step_while_typed(state, key, Way::Down),
        Action::InputPrevious => finding::step_while_typed(state, key, Way::Up),
        _ => return Done::No,
    }
    Done::Yes
}

/// Moves in the tree or in the lines.
fn move_around(state: &mut State, key: &ChangeKey, action: Action) -> Done {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return Done::No;
    };
    let geometry = geometry::divided(size, pane);
    if pane.focus == Focus::Tree && tree::act(pane, size, geometry, action) {
        return Done::Yes;
    }
    let cursor = pane.sheet.reading.cursor;
    let rows = &pane.sheet.rows;
    let target = match action {
        Action::NextHunk => rows.next_hunk(cursor),
        Action::PreviousHunk => rows.previous_hunk(cursor),
        Action::NextFile => rows.next_file(cursor),
        Action::PreviousFile => rows.previous_file(cursor),
        Action::NextComment => rows.next_comment(cursor),
        Action::PreviousComment => rows.previous_comment(cursor),
        _ if reading::travel(pane, geometry, action) => return Done::Yes,
        _ => return Done::No,
    };
    let landing = match action {
        Action::NextComment | Action::PreviousComment => Landing::Seen,
        _ => Landing::Top,
    };
    match target {
        Some(row) => reading::jump(pane, geometry, row, landing),
        None => state.say(Level::Info, nothing_beyond(action)),
    }
    Done::Yes
}

fn nothing_beyond(action: Action) -> &'static str {
    match action {
        Action::NextHunk => "this is the last hunk that is shown",
        Action::PreviousHunk => "this is the first hunk that is shown",
        Action::NextFile => "this is the last file",
        Action::PreviousFile => "this is the first file",
        Action::NextComment => "no comment stands further down",
        _ => "no comment stands further up",
    }
}

/// Searches, jumps, goes back, switches the focus.
fn look_around(state: &mut State, key: &ChangeKey, action: Action) -> Done {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return Done::No;
    };
    match action {
        Action::Filter => finding::open(pane),
        Action::NextMatch => finding::follow(state, key, Way::Down),
        Action::PreviousMatch => finding::follow(state, key, Way::Up),
        Action::FindFile => overlay::files::open(state, key),
        Action::Back => return back(pane),
        Action::SwitchPane => {
            if pane.focus == Focus::Lines {
                if !pane.is_tree_shown(size) {
                    pane.shows_tree = Some(true);
                }
                pane.focus = Focus::Tree;
            } else {
                pane.focus = Focus::Lines;
            }
        }
        Action::SelectLines => {
            if !reading::toggle_range(pane) {
                state.say(Level::Info, "put the cursor on a line to begin a range");
            }
        }
        Action::Copy => copy(state, key),
        Action::CopyId => copy_place(state, key),
        _ => return Done::No,
    }
    Done::Yes
}

/// Ends a range, then the search; then the review is left.
fn back(pane: &mut ReviewPane) -> Done {
    let is_range = pane.sheet.reading.range_from.take().is_some();
    if is_range {
        return Done::Yes;
    }
    let found = std::mem::take(&mut pane.sheet.found);
    if found.needle.is_empty() {
        Done::No
    } else {
        Done::Yes
    }
}

/// Shows the same in another shape.
fn show_otherwise(state: &mut State, key: &ChangeKey, action: Action) -> Done {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return Done::No;
    };
    match action {
        Action::Tree => {
            let is_shown = pane.is_tree_shown(size);
            pane.reshape_after(size, |pane| pane.shows_tree = Some(!is_shown));
        }
        Action::SideBySide => {
            let layout = match pane.sheet.shape.layout {
                Layout::Unified => Layout::Split,
                Layout::Split => Layout::Unified,
            };
            pane.layout = Some(layout);
            pane.reshape(size, |sheet| sheet.reading.skipped = 0);
        }
        Action::HideWhitespace => pane.reshape(size, |sheet| {
            let whitespace = &mut sheet.shape.whitespace;
            *whitespace = match whitespace {
                Whitespace::Shown => Whitespace::Hidden,
                Whitespace::Hidden => Whitespace::Shown,
            };
        }),
        Action::WrapLines => pane.reshape_after(size, |pane| {
            pane.wraps = !pane.wraps;
            pane.sheet.reading.skipped = 0;
        }),
        Action::FoldPart => {
            pane.toggle_fold(size);
        }
        Action::FoldParts => pane.toggle_all_folds(size),
        Action::Open | Action::EditComment => return open(state, key, action),
        Action::MoreContext | Action::AllContext => context::act(state, key, action),
        _ => return Done::No,
    }
    Done::Yes
}

/// Unfolds what is folded under the cursor, or opens what is left out there.
fn open(state: &mut State, key: &ChangeKey, action: Action) -> Done {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return Done::No;
    };
    if pane.is_on_gap() {
        context::act(state, key, Action::MoreContext);
        return Done::Yes;
    }
    // A comment under the cursor is another part's to edit.
    if matches!(pane.sheet.current(), Some(Row::Comment(_))) && action == Action::EditComment {
        return Done::No;
    }
    let is_head = matches!(pane.sheet.current(), Some(Row::File(_) | Row::Hunk(..)));
    if is_head && !pane.unfold_here(size) {
        pane.toggle_fold(size);
    }
    Done::Yes
}

/// Marks, compares, fetches anew, and goes to the session.
fn act_on_change(state: &mut State, key: &ChangeKey, action: Action) -> Done {
    match action {
        Action::MarkFile | Action::MarkHunk => marks::act(state, key, action),
        Action::SinceLooked => since::toggle(state, key),
        Action::Refresh => loading::refresh(state, key),
        Action::ReviewSession => open_session(state, key),
        _ => return Done::No,
    }
    Done::Yes
}

fn open_session(state: &mut State, key: &ChangeKey) {
    let row = state.fleet.change(key);
    let Some(session) = row.and_then(|row| row.origin_session_id.clone()) else {
        return state.say(Level::Info, "no session made this change request");
    };
    let session = SessionKey {
        host: key.host.clone(),
        project: key.project.clone(),
        session,
    };
    if state.fleet.sessions.contains_key(&session) {
        state.show(Screen::Session(session));
    } else {
        state.say(Level::Info, "the session that made it is gone");
    }
}

/// Copies the lines of the range or the cursor; on a head the path.
fn copy(state: &mut State, key: &ChangeKey) {
    let Some(pane) = state.reviews.get(key) else {
        return;
    };
    let Some((what, text)) = copied(pane) else {
        return state.say(Level::Info, "nothing to copy here");
    };
    state.say(Level::Info, format!("copied {what}"));
    state.effects.push(Effect::Copy(text));
}

/// What is copied at the cursor, and the words for it.
fn copied(pane: &ReviewPane) -> Option<(String, String)> {
    let sheet = &pane.sheet;
    let changeset = sheet.changeset.as_deref()?;
    if pane.focus == Focus::Tree {
        let path = match pane.tree.current()? {
            tree::TreeRow::Folder { path, .. } => path.clone(),
            tree::TreeRow::File { file, .. } => sheet.path(*file).to_owned(),
        };
        return Some(("the path".to_owned(), path));
    }
    match sheet.current()? {
        Row::File(file) | Row::Note(file) => {
            Some(("the path".to_owned(), sheet.path(file).to_owned()))
        }
        Row::Hunk(_, hunk) => {
            let text = hunk_text(changeset, changeset.patch.hunk(hunk)?.lines.clone());
            Some(("the hunk".to_owned(), text))
        }
        Row::Gap(..) => None,
        Row::Comment(id) => {
            let body = geometry::comment(pane, id)?.body.clone();
            Some(("the comment".to_owned(), body))
        }
        Row::Line(..) | Row::Same(..) | Row::Pair(..) | Row::Context { .. } => {
            let rows = sheet.reading.rows().filter_map(|row| sheet.row(row));
            let lines: Vec<&str> = rows
                .filter_map(|row| match row {
                    Row::Context { file, new, .. } => {
                        Some(sheet.shape.contents.get(&file)?.line(new))
                    }
                    row => line_of(row).map(|(_, line)| changeset.patch.line_text(line)),
                })
                .collect();
            let count = text::count(lines.len(), "line", "lines");
            Some((count, lines.join("\n")))
        }
    }
}

/// A hunk's lines with their signs.
fn hunk_text(changeset: &Changeset, lines: Range<u32>) -> String {
    let patch = &changeset.patch;
    let mut text = String::new();
    for id in lines.map(LineId) {
        let sign = match patch.line(id).map(|line| line.kind) {
            Some(LineKind::Added) => '+',
            Some(LineKind::Removed) => '-',
            Some(LineKind::Context) | None => ' ',
        };
        text.push(sign);
        text.push_str(patch.line_text(id));
        text.push('\n');
    }
    text
}

/// Copies `path:line`, by the side that the line is on.
fn copy_place(state: &mut State, key: &ChangeKey) {
    let Some(pane) = state.reviews.get(key) else {
        return;
    };
    let Some(place) = place(pane) else {
        return state.say(Level::Info, "nothing to copy here");
    };
    let said = format!("copied {}", text::sanitize_line(&place));
    state.say(Level::Info, said);
    state.effects.push(Effect::Copy(place));
}

fn place(pane: &ReviewPane) -> Option<String> {
    let sheet = &pane.sheet;
    if pane.focus == Focus::Tree {
        return copied(pane).map(|(_, path)| path);
    }
    let path = sheet.path(sheet.current_file()?);
    let row = sheet.current()?;
    let number = match row {
        Row::Context { new, .. } => Some(new),
        Row::Hunk(_, hunk) => {
            let hunk = sheet.changeset.as_deref()?.patch.hunk(hunk)?;
            Some(hunk.new_start)
        }
        row => line_of(row).and_then(|(_, line)| {
            let line = sheet.changeset.as_deref()?.patch.line(line)?;
            Some(if line.new > 0 { line.new } else { line.old })
        }),
    };
    Some(match number {
        Some(number) => format!("{path}:{number}"),
        None => path.to_owned(),
    })
}
