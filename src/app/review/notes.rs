//! Comments: writing, editing, deleting, sending them to the agent, exporting.
//!
//! A comment that is being written is part of what is kept on disk, so that neither leaving nor a
//! crash loses it. Not for: where comments stand (`diff::review`), marks (`marks`).

use crossterm::event::KeyEvent;

use crate::{
    action::Action,
    app::{
        State,
        event::{EditPurpose, Effect, Level},
        input::Done,
        overlay::{
            Overlay, Reader,
            change::{ChangeDeed, ChangeDialog},
            reader,
        },
        review::ReviewPane,
        session::field::Field,
    },
    diff::{
        changeset::{Changeset, FileId},
        patch::Side,
        review::{
            Stamp, Writing,
            comment::{Anchor, Comment, CommentId, Target},
            export,
            placing::in_order,
        },
        rows::Row,
    },
    model::{
        change::ChangeRequest,
        id::{ChangeKey, SessionKey},
    },
    text,
};

/// Does an action on comments, or in the field of the one that is being written.
pub(in crate::app) fn act(state: &mut State, key: &ChangeKey, action: Action) -> Done {
    match action {
        Action::Comment => comment(state, key),
        Action::CommentAll => begin(state, key, Target::Change),
        Action::EditComment => return edit(state, key),
        Action::DeleteComment => delete(state, key),
        Action::UndoDelete => undo_delete(state, key),
        Action::SendComments => show_prompt(state, key),
        Action::ListComments => list(state, key),
        Action::ExportComments => write_file(state, key),
        Action::CopyComments => copy(state, key),
        Action::Save => save(state, key),
        Action::WriteNewLine => typed(state, key, Field::new_line),
        Action::WriteExternally => write_externally(state, key),
        Action::LeaveWriting => leave(state, key),
        _ => return Done::No,
    }
    Done::Yes
}

/// Types a key into the comment that is being written.
pub(in crate::app) fn type_key(state: &mut State, change: &ChangeKey, key: KeyEvent) {
    typed(state, change, |field| {
        field.key(key);
    });
}

/// Pastes text into the comment that is being written.
pub(in crate::app) fn paste(state: &mut State, change: &ChangeKey, text: &str) {
    typed(state, change, |field| field.insert(text));
}

/// Takes a comment from `$EDITOR`.
pub(in crate::app) fn take_edited(state: &mut State, key: &ChangeKey, text: &str) {
    typed(state, key, |field| field.set(text.trim_end_matches('\n')));
}

/// Has what is noted about a change request written to the disk.
pub(in crate::app) fn keep(state: &mut State, key: &ChangeKey) {
    let Some(pane) = state.reviews.get(key) else {
        return;
    };
    let review = Box::new(pane.review.clone());
    state.effects.push(Effect::KeepReview(key.clone(), review));
}

fn typed(state: &mut State, key: &ChangeKey, change: impl FnOnce(&mut Field)) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let Some(field) = &mut pane.writing else {
        return;
    };
    change(field);
    let body = field.text();
    if let Some(writing) = &mut pane.review.writing
        && writing.body != body
    {
        writing.body = body;
        keep(state, key);
    }
}

/// Begins a comment on what is under the cursor, or on the range.
fn comment(state: &mut State, key: &ChangeKey) {
    let Some(pane) = state.reviews.get(key) else {
        return;
    };
    match target_at(pane) {
        Some(target) => begin(state, key, target),
        None => state.say(
            Level::Info,
            "put the cursor on a line, a hunk or a file to comment on it; `A` comments on the whole",
        ),
    }
}

/// What the cursor or the range is on.
fn target_at(pane: &ReviewPane) -> Option<Target> {
    let sheet = &pane.sheet;
    let changeset = sheet.changeset.as_deref()?;
    let row = |place| sheet.rows.at(changeset, &sheet.shape, place);
    let cursor = sheet.reading.cursor;
    let from = sheet.reading.range_from.unwrap_or(cursor);
    let (first, last) = (from.min(cursor), from.max(cursor));
    if first != last {
        let lines: Vec<_> = (first..=last)
            .filter_map(|place| lines_of(row(place)?))
            .collect();
        let (file, low, _) = *lines.first()?;
        let (_, _, high) = *lines.iter().rfind(|(other, ..)| *other == file)?;
        return Target::of_lines(changeset, file, low, high);
    }
    match row(cursor)? {
        Row::File(file) | Row::Note(file) => file_target(changeset, file),
        Row::Hunk(file, hunk) => {
            let lines = changeset.patch.hunk(hunk)?.lines.clone();
            let first = crate::diff::patch::LineId(lines.start);
            let last = crate::diff::patch::LineId(lines.end.checked_sub(1)?);
            Target::of_lines(changeset, file, first, last)
        }
        Row::Gap(gap, _) => file_target(changeset, gap.file),
        Row::Line(..) | Row::Same(..) | Row::Pair(..) => {
            let (file, first, last) = lines_of(row(cursor)?)?;
            Target::of_lines(changeset, file, first, last)
        }
        Row::Context { file, new, .. } => context_target(pane, changeset, file, new),
        Row::Comment(id) => {
            let comment = pane.review.comment(id)?;
            Some(comment.target.clone())
        }
    }
}

/// The lines of the patch that a row shows; a pair is commented on its new side.
fn lines_of(
    row: Row,
) -> Option<(
    FileId,
    crate::diff::patch::LineId,
    crate::diff::patch::LineId,
)> {
    match row {
        Row::Line(file, line) | Row::Same(file, _, line) => Some((file, line, line)),
        Row::Pair(file, old, new) => {
            let line = new.or(old)?;
            Some((file, line, line))
        }
        Row::File(_) | Row::Note(_) | Row::Hunk(..) | Row::Gap(..) => None,
        Row::Context { .. } | Row::Comment(_) => None,
    }
}

fn file_target(changeset: &Changeset, file: FileId) -> Option<Target> {
    let path = changeset.file(file)?.path.clone();
    Some(Target::File { path })
}

/// An unchanged line outside of the hunks, with its neighbors from the file's contents.
fn context_target(
    pane: &ReviewPane,
    changeset: &Changeset,
    file: FileId,
    line: u32,
) -> Option<Target> {
    let contents = pane.sheet.shape.contents.get(&file)?;
    let text = |number: u32| contents.line(number).to_owned();
    let before = line.saturating_sub(3).max(1)..line;
    let after = line + 1..line.saturating_add(4).min(contents.len() + 1);
    Some(Target::Lines {
        path: changeset.file(file)?.path.clone(),
        side: Side::New,
        anchor: Anchor {
            first: line,
            lines: vec![text(line)],
            before: before.map(text).collect(),
            after: after.map(text).collect(),
        },
    })
}

/// Opens the field for a comment on a target.
fn begin(state: &mut State, key: &ChangeKey, target: Target) {
    let stamp = stamp(state);
    if let Some(pane) = state.reviews.get_mut(key) {
        pane.review.begin(target, stamp);
        open_field(pane);
    }
    changed(state, key);
}

/// Shows what is being written in a field.
fn open_field(pane: &mut ReviewPane) {
    let writing = pane.review.writing.as_ref();
    pane.writing = writing.map(|writing| Field::with(&writing.body));
}

/// What a comment that comes or changes needs from outside.
fn stamp(state: &mut State) -> Stamp {
    Stamp {
        id: CommentId(state.fresh_number()),
        at: state.now,
    }
}

/// The comment under the cursor.
fn comment_at(pane: &ReviewPane) -> Option<&Comment> {
    let sheet = &pane.sheet;
    let changeset = sheet.changeset.as_deref()?;
    let row = sheet
        .rows
        .at(changeset, &sheet.shape, sheet.reading.cursor)?;
    let Row::Comment(id) = row else { return None };
    pane.review.comment(id)
}

fn edit(state: &mut State, key: &ChangeKey) -> Done {
    let comment = state.reviews.get(key).and_then(comment_at);
    let Some(id) = comment.map(|comment| comment.id) else {
        return Done::No;
    };
    let stamp = stamp(state);
    let Some(pane) = state.reviews.get_mut(key) else {
        return Done::No;
    };
    if pane.review.edit(id, stamp) {
        open_field(pane);
        changed(state, key);
    } else {
        state.say(
            Level::Info,
            "this comment was sent; `c` writes another one to the same place",
        );
    }
    Done::Yes
}

fn delete(state: &mut State, key: &ChangeKey) {
    let comment = state.reviews.get(key).and_then(comment_at);
    let Some(id) = comment.map(|comment| comment.id) else {
        return state.say(Level::Info, "put the cursor on a comment to delete it");
    };
    if let Some(pane) = state.reviews.get_mut(key) {
        pane.deleted = pane.review.delete(id);
    }
    changed(state, key);
    let undo = state.setup.keymap.keys_of(Action::UndoDelete);
    let undo = undo.first().map(ToString::to_string).unwrap_or_default();
    let said = format!("the comment is deleted; {undo} brings it back");
    state.say(Level::Info, said);
}

fn undo_delete(state: &mut State, key: &ChangeKey) {
    let pane = state.reviews.get_mut(key);
    let Some((pane, comment)) = pane.and_then(|pane| {
        let comment = pane.deleted.take()?;
        Some((pane, comment))
    }) else {
        return state.say(Level::Info, "no comment was deleted");
    };
    let place = comment.target.location();
    pane.review.restore(comment);
    changed(state, key);
    state.say(Level::Info, format!("the comment on {place} is back"));
}

/// Makes a draft of what is being written, or changes the draft it was begun from.
fn save(state: &mut State, key: &ChangeKey) {
    let stamp = stamp(state);
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    pane.writing = None;
    pane.sheet.reading.range_from = None;
    let saved = pane.review.save(stamp);
    changed(state, key);
    if saved.is_none() {
        state.say(Level::Info, "nothing was written");
    }
}

/// Leaves the field; what stands in it stays, and goes on with the next comment on the same place.
fn leave(state: &mut State, key: &ChangeKey) {
    let place = state.reviews.get(key).and_then(|pane| {
        let writing = pane.review.writing.as_ref()?;
        Some(writing.target.location())
    });
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    pane.writing = None;
    let is_empty = |writing: &Writing| writing.body.trim().is_empty();
    if pane.review.writing.as_ref().is_some_and(is_empty) {
        pane.review.writing = None;
    } else {
        let place = place.unwrap_or_default();
        state.say(
            Level::Info,
            format!("what you wrote is kept; `c` on {place} goes on with it"),
        );
    }
    keep(state, key);
}

/// Shows comments where they stand now, and keeps them.
fn changed(state: &mut State, key: &ChangeKey) {
    if let Some(pane) = state.reviews.get_mut(key) {
        pane.place_comments();
    }
    keep(state, key);
    state.touch();
}

fn write_externally(state: &mut State, key: &ChangeKey) {
    let field = state
        .reviews
        .get(key)
        .and_then(|pane| pane.writing.as_ref());
    let Some(text) = field.map(Field::text) else {
        return;
    };
    let purpose = EditPurpose::Comment(key.clone());
    state.effects.push(Effect::Edit { purpose, text });
}

/// The row, the whole difference and the comments that pass a test, for a text that is made of them.
fn with_comments<T>(
    state: &State,
    key: &ChangeKey,
    wanted: impl Fn(&Comment) -> bool,
    make: impl FnOnce(&ChangeRequest, &Changeset, &[&Comment]) -> T,
) -> Option<T> {
    let row = state.fleet.change(key)?;
    let pane = state.reviews.get(key)?;
    let sheet = pane.whole.as_deref().unwrap_or(&pane.sheet);
    let changeset = sheet.changeset.as_deref()?;
    let comments = pane.review.comments.iter();
    let comments = in_order(changeset, comments.filter(|comment| wanted(comment)));
    if comments.is_empty() {
        return None;
    }
    Some(make(row, changeset, &comments))
}

fn is_draft(comment: &Comment) -> bool {
    comment.round.is_none()
}

/// Shows the prompt that the drafts make, and asks before it is sent.
fn show_prompt(state: &mut State, key: &ChangeKey) {
    let Some(prompt) = with_comments(state, key, is_draft, export::prompt) else {
        return state.say(Level::Info, "there is no comment to send; `c` writes one");
    };
    if origin(state, key).is_none() {
        return state.say(
            Level::Warning,
            "no session that can be reached made this change; ctrl-e writes the comments to a file",
        );
    }
    let deed = ChangeDeed::Send { prompt, first: 0 };
    let dialog = ChangeDialog::new(key, deed);
    state.overlays.push(Overlay::Change(Box::new(dialog)));
}

/// The session that made a change request, when it is in the fleet.
pub(in crate::app) fn origin(state: &State, key: &ChangeKey) -> Option<SessionKey> {
    let row = state.fleet.change(key)?;
    let project = key.project_key();
    let mut sessions = state.fleet.sessions_of(&project);
    let is_origin = |session: &SessionKey, branch: &str| match &row.origin_session_id {
        Some(id) => session.session == *id,
        None => branch == row.head_ref,
    };
    sessions
        .find(|(session, entry)| is_origin(session, &entry.row.branch_name))
        .map(|(session, _)| session.clone())
}

/// The name of the session that made a change request, and whether it runs; `None` when it is gone.
pub fn origin_session(state: &State, key: &ChangeKey) -> Option<(String, bool)> {
    let session = origin(state, key)?;
    let entry = state.fleet.sessions.get(&session)?;
    Some((entry.row.title().to_owned(), entry.is_running()))
}

/// Sends the drafts to the session that made the change, and keeps what was sent.
pub(in crate::app) fn send(state: &mut State, key: &ChangeKey, prompt: String) {
    let Some(session) = origin(state, key) else {
        return state.say(Level::Warning, "the session is gone; nothing was sent");
    };
    let now = state.now;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let sheet = pane.whole.as_deref().unwrap_or(&pane.sheet);
    let changeset = sheet.changeset.clone();
    let head_sha = changeset.as_ref().map(|all| all.head_sha.clone());
    let drafts = pane.review.drafts();
    let drafts = match &changeset {
        Some(changeset) => in_order(changeset, drafts),
        None => drafts.collect(),
    };
    let ids: Vec<CommentId> = drafts.iter().map(|draft| draft.id).collect();
    let round = pane
        .review
        .send(&ids, prompt.clone(), &head_sha.unwrap_or_default(), now);
    let count = round.comments.len();
    changed(state, key);
    let sleeps = state
        .fleet
        .sessions
        .get(&session)
        .is_some_and(|entry| !entry.is_running());
    state.send_prompt_to_root(&session, prompt);
    let comments = text::count(count, "comment", "comments");
    let how = if sleeps {
        "the session is being started for it"
    } else {
        "the agent has it in a moment"
    };
    state.say(Level::Info, format!("{comments} on the way; {how}"));
}

fn list(state: &mut State, key: &ChangeKey) {
    match with_comments(state, key, |_| true, export::markdown) {
        Some(markdown) => reader::open(state, Reader::text("Comments", markdown)),
        None => state.say(Level::Info, "there is no comment yet; `c` writes one"),
    }
}

fn write_file(state: &mut State, key: &ChangeKey) {
    let number = state.fleet.change(key).map_or(0, |row| row.number);
    match with_comments(state, key, |_| true, export::markdown) {
        Some(text) => state.effects.push(Effect::Export {
            name: format!("review-{number}.md"),
            text,
        }),
        None => state.say(Level::Info, "there is no comment yet; `c` writes one"),
    }
}

fn copy(state: &mut State, key: &ChangeKey) {
    match with_comments(state, key, |_| true, export::markdown) {
        Some(markdown) => {
            let text = text::sanitize(&markdown).into_owned();
            state.effects.push(Effect::Copy(text));
            state.say(Level::Info, "copied the comments as Markdown");
        }
        None => state.say(Level::Info, "there is no comment yet; `c` writes one"),
    }
}
