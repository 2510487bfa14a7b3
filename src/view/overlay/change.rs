//! Draws the dialogs about change requests: what would happen, what can be typed, why it was refused.

use ratatui::{Frame, layout::Rect};

use crate::{
    action::Action,
    app::{
        State,
        overlay::change::{ChangeDeed, ChangeDialog, prompt_rows},
        review::{ReviewPane, merging::hindrance},
        session::field::Field,
    },
    model::change::{ChangeRequest, MergePreview},
    text,
    theme::{Role, Theme},
    view::{
        overlay::{
            boxed,
            dialog::{Rows, keys, write_rows},
        },
        pen::{Pen, wrapped},
    },
};

/// Rows of the text that is typed, at most.
const TYPED: usize = 10;
/// Paths in conflict that are named before the merge is tried.
const NAMED: usize = 6;

/// Draws a dialog about a change request.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    dialog: &ChangeDialog,
    theme: &Theme,
) {
    let row = state.fleet.change(&dialog.key);
    let number = row.map_or(0, |row| row.number);
    let width = usize::from(area.width).saturating_sub(6).clamp(1, 84);
    let above = above(state, dialog, row, width);
    let mut below = refusal(dialog, width);
    below.push((choices(state, dialog), Role::Key));
    let room = usize::from(area.height).saturating_sub(2 + above.len() + below.len() + 1);
    let title = format!("{} #{number}?", verb(&dialog.deed));
    let middle = match (&dialog.deed, dialog.field()) {
        (ChangeDeed::Send { prompt, .. }, _) => prompt_rows(prompt, width).len().min(room.max(1)),
        (_, Some(field)) => field.lines().len().clamp(3, TYPED).min(room.max(1)),
        (_, None) => 0,
    };
    let size = (width, above.len() + middle + 1 + below.len());
    let inside = boxed(frame, area, size, &title, state, theme);
    write_rows(frame, inside, &above, theme);
    let part = |from: usize| {
        let from = u16::try_from(from).unwrap_or(u16::MAX).min(inside.height);
        Rect {
            y: inside.y + from,
            height: inside.height - from,
            ..inside
        }
    };
    let text_area = part(above.len());
    match (&dialog.deed, dialog.field()) {
        (ChangeDeed::Send { prompt, first }, _) => {
            let rows = prompt_rows(prompt, width).into_iter().skip(*first);
            let rows: Rows = rows.take(middle).map(|row| (row, Role::Prompt)).collect();
            write_rows(frame, text_area, &rows, theme);
        }
        (_, Some(field)) => typed(frame, text_area, middle, field, theme),
        (_, None) => {}
    }
    write_rows(frame, part(above.len() + middle + 1), &below, theme);
}

fn verb(deed: &ChangeDeed) -> &'static str {
    match deed {
        ChangeDeed::Merge { .. } => "Merge",
        ChangeDeed::Close => "Close",
        ChangeDeed::Reopen => "Reopen",
        ChangeDeed::Edit { .. } => "Edit",
        ChangeDeed::Send { .. } => "Send the comments on",
    }
}

/// What would happen, in sentences.
fn above(state: &State, dialog: &ChangeDialog, row: Option<&ChangeRequest>, width: usize) -> Rows {
    let mut rows = Rows::new();
    let mut say = |text: &str, role: Role| {
        rows.extend(wrapped(text, width).into_iter().map(|line| (line, role)));
    };
    let Some(row) = row else {
        say("The change request is gone from the list.", Role::Warning);
        return rows;
    };
    match &dialog.deed {
        ChangeDeed::Merge { .. } => {
            say(&row.title, Role::Title);
            let pane = state.reviews.get(&dialog.key);
            match pane.and_then(|pane| pane.preview.value()) {
                Some(preview) => consequences(&mut say, row, preview),
                None => say("Asking what the merge would do.", Role::Dim),
            }
            say("", Role::Text);
            let is_used = pane
                .and_then(|pane| pane.preview.value())
                .is_none_or(|preview| !preview.can_fast_forward);
            if let Some(words) = pane.and_then(unfinished) {
                say(&words, Role::Warning);
                say("", Role::Text);
            }
            let label = if is_used {
                "Message of the merge commit:"
            } else {
                "Message, used only if the base moves before the merge:"
            };
            say(label, Role::Dim);
        }
        ChangeDeed::Close => {
            say(&row.title, Role::Title);
            say(
                "It leaves the list of open change requests. The branch stays, and it can be reopened.",
                Role::Text,
            );
        }
        ChangeDeed::Reopen => {
            say(&row.title, Role::Title);
            say("It is open again and can be merged.", Role::Text);
        }
        ChangeDeed::Edit { .. } => say(
            "The first line is the title, the rest is the description.",
            Role::Dim,
        ),
        ChangeDeed::Send { .. } => {
            say(&send_words(state, dialog), Role::Text);
            say("", Role::Text);
        }
    }
    rows
}

/// What the reviewer has not done yet; `None` when everything is.
fn unfinished(pane: &ReviewPane) -> Option<String> {
    let drafts = pane.review.drafts().count() + usize::from(pane.review.has_unfinished());
    let left = pane.progress.total.saturating_sub(pane.progress.done);
    let unsent = match drafts {
        0 => None,
        1 => Some("1 comment was not sent".to_owned()),
        many => Some(format!("{many} comments were not sent")),
    };
    let unread = (left > 0).then(|| {
        let files = text::count(pane.progress.total, "file", "files");
        format!("{left} of {files} not marked as reviewed")
    });
    let words: Vec<String> = unsent.into_iter().chain(unread).collect();
    (!words.is_empty()).then(|| format!("{}.", words.join("; ")))
}

/// What a merge would do, by its preview.
fn consequences(say: &mut impl FnMut(&str, Role), row: &ChangeRequest, preview: &MergePreview) {
    let base = &row.base_ref;
    let head = &row.head_ref;
    if let Some(lines) = hindrance(preview) {
        for line in lines.iter().take(NAMED + 1) {
            say(line, Role::Bad);
        }
        if let Some(more) = lines.len().checked_sub(NAMED + 1).filter(|more| *more > 0) {
            say(&format!("and {more} more"), Role::Bad);
        }
        return;
    }
    let from = text::short_hash(&preview.base_sha);
    let to = text::short_hash(&preview.head_sha);
    if preview.can_fast_forward {
        say(
            &format!(
                "`{base}` moves forward from {from} to {to}, the tip of `{head}`; no merge commit is made."
            ),
            Role::Text,
        );
    } else if preview.merge_base.as_deref() == Some(preview.head_sha.as_str()) {
        say(
            &format!(
                "`{base}` has all of `{head}` already; the merge commit would change nothing."
            ),
            Role::Warning,
        );
    } else {
        say(
            &format!(
                "A merge commit on `{base}` ({from}) takes in `{head}` ({to}); there is no conflict."
            ),
            Role::Text,
        );
    }
    say("The branch and its session stay as they are.", Role::Dim);
}

fn send_words(state: &State, dialog: &ChangeDialog) -> String {
    let origin = crate::app::review::notes::origin_session(state, &dialog.key);
    let Some((name, is_running)) = origin else {
        return "The session that made the change is gone.".to_owned();
    };
    let name = text::sanitize_line(&name).into_owned();
    if is_running {
        format!("This goes to `{name}` as one prompt:")
    } else {
        format!("`{name}` sleeps: it is started, then this goes to it as one prompt:")
    }
}

/// Why the host refused.
fn refusal(dialog: &ChangeDialog, width: usize) -> Rows {
    let lines = dialog.refusal.iter();
    let mut rows: Rows = lines
        .flat_map(|line| wrapped(line, width))
        .map(|line| (line, Role::Bad))
        .collect();
    if dialog.is_under_way {
        rows.push(("asking the host".to_owned(), Role::Working));
    }
    rows
}

fn choices(state: &State, dialog: &ChangeDialog) -> String {
    let pairs: &[(Action, &str)] = match &dialog.deed {
        ChangeDeed::Merge { .. } => &[
            (Action::Save, "merge"),
            (Action::WriteNewLine, "new line"),
            (Action::WriteExternally, "editor"),
            (Action::LeaveWriting, "not now"),
        ],
        ChangeDeed::Edit { .. } => &[
            (Action::Save, "save"),
            (Action::WriteNewLine, "new line"),
            (Action::WriteExternally, "editor"),
            (Action::LeaveWriting, "leave"),
        ],
        ChangeDeed::Close => &[(Action::Yes, "close it"), (Action::No, "not now")],
        ChangeDeed::Reopen => &[(Action::Yes, "reopen it"), (Action::No, "not now")],
        ChangeDeed::Send { .. } => &[(Action::Yes, "send"), (Action::No, "not now")],
    };
    keys(state, pairs)
}

/// Draws the text that is typed, with the cursor in view.
fn typed(frame: &mut Frame<'_>, area: Rect, height: usize, field: &Field, theme: &Theme) {
    let (line, character) = field.cursor();
    let first = (line + 1).saturating_sub(height.max(1));
    let shown = field.lines().iter().enumerate().skip(first).take(height);
    for (row, (number, text)) in shown.enumerate() {
        let Some(mut pen) = Pen::at(frame.buffer_mut(), area, row) else {
            return;
        };
        let room = pen.room().saturating_sub(1);
        let split = text
            .char_indices()
            .nth(character)
            .map_or(text.len(), |(at, _)| at);
        let (before, after) = text.split_at_checked(split).unwrap_or((text, ""));
        // A line that is longer than the room shows the part before the cursor.
        let is_here = number == line;
        let skipped = if is_here {
            text::width(before).saturating_sub(room)
        } else {
            0
        };
        let visible = skip_columns(before, if is_here { skipped } else { 0 });
        pen.put(visible, theme.style(Role::Prompt));
        let column = pen.column();
        pen.put(after, theme.style(Role::Prompt));
        if is_here && column < area.right() {
            let row = u16::try_from(row).unwrap_or(0);
            frame.set_cursor_position((column, area.y + row));
        }
    }
}

fn skip_columns(text: &str, columns: usize) -> &str {
    let mut rest = text;
    let mut skipped = 0;
    while skipped < columns {
        let Some(letter) = rest.chars().next() else {
            break;
        };
        let (first, others) = rest.split_at(letter.len_utf8());
        skipped += text::width(first).max(1);
        rest = others;
    }
    rest
}
