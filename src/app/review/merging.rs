//! Merging, closing, reopening and editing a change request, from its review and from the list.
//!
//! Each deed is shown in a dialog first (`overlay::change`). The merge names the two tips that the
//! preview was about, so that a server that knows how merges nothing that nobody has seen.

use crate::{
    action::Action,
    api,
    app::{
        State,
        call::Call,
        event::Level,
        input::Done,
        ops::Purpose,
        overlay::{
            Overlay, Reader,
            change::{self, ChangeDeed, ChangeDialog},
            reader,
        },
        session::field::Field,
    },
    model::{
        change::{ChangeRequest, ChangeStatus, Landing, MergeOutcome, MergePreview},
        id::ChangeKey,
    },
    text,
};

/// Does an action that merges, closes, reopens or edits.
pub(in crate::app) fn act(state: &mut State, key: &ChangeKey, action: Action) -> Done {
    match action {
        Action::MergeChange => merge(state, key),
        Action::CloseChange => close(state, key),
        Action::ReopenChange => reopen(state, key),
        Action::EditChange => edit(state, key),
        _ => return Done::No,
    }
    Done::Yes
}

/// Asks before a merge, with the message to edit.
pub(in crate::app) fn merge(state: &mut State, key: &ChangeKey) {
    let Some(row) = open_row(state, key, "merged") else {
        return;
    };
    let pane = state.reviews.get(key);
    let kept = pane.and_then(|pane| pane.review.merge_message.clone());
    let message = kept.unwrap_or_else(|| default_message(&row));
    ask_preview(state, key);
    let deed = ChangeDeed::Merge {
        message: Field::with(&message),
    };
    show(state, key, deed);
}

/// Asks before a change request is closed.
pub(in crate::app) fn close(state: &mut State, key: &ChangeKey) {
    if open_row(state, key, "closed").is_some() {
        show(state, key, ChangeDeed::Close);
    }
}

/// Asks before a change request is reopened.
pub(in crate::app) fn reopen(state: &mut State, key: &ChangeKey) {
    match state.fleet.change(key).map(|row| row.status.clone()) {
        Some(ChangeStatus::Closed) => show(state, key, ChangeDeed::Reopen),
        Some(status) => state.say(
            Level::Info,
            format!(
                "only a closed change request is reopened; this one is {}",
                status.as_str()
            ),
        ),
        None => state.say(Level::Info, "no change request is selected"),
    }
}

/// Opens the title and description for editing.
fn edit(state: &mut State, key: &ChangeKey) {
    let Some(row) = open_row(state, key, "edited") else {
        return;
    };
    let text = format!("{}\n\n{}", row.title, row.description);
    let words = Field::with(text.trim_end());
    show(state, key, ChangeDeed::Edit { words });
}

/// The message that the server would use (`kortix-api` §6.6).
pub fn default_message(row: &ChangeRequest) -> String {
    format!("Merge CR #{}: {}", row.number, row.title)
}

fn show(state: &mut State, key: &ChangeKey, deed: ChangeDeed) {
    change::close(state, key);
    let dialog = ChangeDialog::new(key, deed);
    state.overlays.push(Overlay::Change(Box::new(dialog)));
    state.touch();
}

/// The row of a change request that is open; says why nothing can be done to another one.
fn open_row(state: &mut State, key: &ChangeKey, done: &str) -> Option<ChangeRequest> {
    let Some(row) = state.fleet.change(key).cloned() else {
        state.say(Level::Info, "no change request is selected");
        return None;
    };
    if row.is_open() {
        return Some(row);
    }
    let status = text::sanitize_line(row.status.as_str()).into_owned();
    state.say(
        Level::Info,
        format!("only an open change request can be {done}; this one is {status}"),
    );
    None
}

fn ask_preview(state: &mut State, key: &ChangeKey) {
    let purpose = Purpose::Preview(key.clone());
    if !state.ops.is_open(&key.host, &purpose) {
        let call = Call::Preview(key.project.clone(), key.change.clone());
        state.ask(&key.host, purpose, call);
    }
}

/// Asks for the row and the preview again.
fn ask_tips(state: &mut State, key: &ChangeKey) {
    ask_preview(state, key);
    let purpose = Purpose::Change(key.clone());
    if !state.ops.is_open(&key.host, &purpose) {
        let call = Call::Change(key.project.clone(), key.change.clone());
        state.ask(&key.host, purpose, call);
    }
}

/// Merges; false when nothing was asked of the host.
pub(in crate::app) fn start_merge(state: &mut State, key: &ChangeKey, message: &str) -> bool {
    let preview = state
        .reviews
        .get(key)
        .and_then(|pane| pane.preview.value().cloned());
    let Some(preview) = preview else {
        ask_preview(state, key);
        state.say(
            Level::Info,
            "what the merge would do is being asked; then enter again",
        );
        return false;
    };
    if let Some(reason) = hindrance(&preview) {
        if let Some(dialog) = change::find(state, key) {
            dialog.refusal = reason;
        }
        return false;
    }
    let message = Some(message.trim())
        .filter(|message| !message.is_empty())
        .map(str::to_owned);
    keep_message(state, key, message.clone().unwrap_or_default());
    let call = Call::Merge {
        project: key.project.clone(),
        change: key.change.clone(),
        message,
        head_sha: preview.head_sha,
        base_sha: preview.base_sha,
    };
    state.ask(&key.host, Purpose::Merge(key.clone()), call);
    true
}

/// Why a preview says that nothing can be merged, with what to do; `None` when something can.
pub fn hindrance(preview: &MergePreview) -> Option<Vec<String>> {
    if preview.is_up_to_date {
        return Some(vec![
            "Both branches are at the same commit: there is nothing to merge. `x` closes it."
                .to_owned(),
        ]);
    }
    if preview.can_merge || preview.can_fast_forward {
        return None;
    }
    if preview.merge_base.is_none() {
        return Some(vec![
            "The branches share no history, so that they cannot be merged here.".to_owned(),
        ]);
    }
    let mut lines = vec![
        "The branches conflict. Ask the session's agent to merge the base into its branch, or do it by hand and push."
            .to_owned(),
    ];
    lines.extend(
        preview
            .conflicts
            .iter()
            .map(|path| format!("conflict: {path}")),
    );
    Some(lines)
}

/// Closes; always asks the host.
pub(in crate::app) fn start_close(state: &mut State, key: &ChangeKey) -> bool {
    let call = Call::CloseChange(key.project.clone(), key.change.clone());
    state.ask(&key.host, Purpose::CloseChange(key.clone()), call);
    true
}

/// Reopens; always asks the host.
pub(in crate::app) fn start_reopen(state: &mut State, key: &ChangeKey) -> bool {
    let call = Call::ReopenChange(key.project.clone(), key.change.clone());
    state.ask(&key.host, Purpose::ReopenChange(key.clone()), call);
    true
}

/// Edits title and description; false when there is no title.
pub(in crate::app) fn start_edit(state: &mut State, key: &ChangeKey, words: &str) -> bool {
    let (title, description) = words.trim().split_once('\n').unwrap_or((words.trim(), ""));
    if title.trim().is_empty() {
        state.say(
            Level::Warning,
            "the first line is the title; it cannot be empty",
        );
        return false;
    }
    let call = Call::EditChange {
        project: key.project.clone(),
        change: key.change.clone(),
        title: title.trim().to_owned(),
        description: description.trim().to_owned(),
    };
    state.ask(&key.host, Purpose::EditChange(key.clone()), call);
    true
}

/// Keeps a merge's message that was typed and not used; the server's own needs no keeping.
pub(in crate::app) fn keep_message(state: &mut State, key: &ChangeKey, message: String) {
    let default = state.fleet.change(key).map(default_message);
    let message = Some(message)
        .filter(|message| !message.trim().is_empty() && Some(message) != default.as_ref());
    let pane = state.reviews.entry(key.clone()).or_default();
    if pane.review.merge_message != message {
        pane.review.merge_message = message;
        super::notes::keep(state, key);
    }
}

/// Takes a merge's message or a title from `$EDITOR`.
pub(in crate::app) fn take_edited(state: &mut State, key: &ChangeKey, text: &str) {
    change::take_edited(state, key, text);
}

/// Takes the answer to a merge.
pub(in crate::app) fn merged(
    state: &mut State,
    key: &ChangeKey,
    row: ChangeRequest,
    outcome: &MergeOutcome,
) {
    let how = if outcome.fast_forward {
        "moved forward"
    } else {
        "a merge commit"
    };
    let base = text::sanitize_line(&row.base_ref).into_owned();
    let said = format!("#{} is merged into `{base}` ({how})", row.number);
    state.fleet.take_change(&key.project_key(), row);
    change::close(state, key);
    keep_message(state, key, String::new());
    match &outcome.landing {
        Some(landing) if landing.state != "landed" => tell_landing(state, &said, landing),
        Some(_) | None => state.say(Level::Info, said),
    }
    ask_tips(state, key);
}

/// Says where a merge is that could not go into the user's own repository.
fn tell_landing(state: &mut State, said: &str, landing: &Landing) {
    let reason = landing.reason.as_deref().unwrap_or("it was not moved");
    let mut words =
        format!("{said}, in the control plane's copy.\n\nYour repository is as it was: {reason}.");
    if let Some(fetch) = &landing.fetch {
        words.push_str("\n\nTo take the merge over when it suits you (`y` copies this text):\n\n");
        words.push_str(fetch);
    }
    state.say(
        Level::Warning,
        format!("{said}; your repository is as it was"),
    );
    reader::open(state, Reader::text("The merge waits to be fetched", words));
}

/// Takes the row of a change request that was closed, reopened or edited.
pub(in crate::app) fn settled(
    state: &mut State,
    key: &ChangeKey,
    purpose: &Purpose,
    row: ChangeRequest,
) {
    let done = match purpose {
        Purpose::CloseChange(_) => "closed; `X` reopens it",
        Purpose::ReopenChange(_) => "open again",
        _ => "edited",
    };
    let said = format!("#{} is {done}", row.number);
    state.fleet.take_change(&key.project_key(), row);
    change::close(state, key);
    state.say(Level::Info, said);
}

/// Takes a refusal: the dialog stays, with the reason and what to do.
pub(in crate::app) fn refused(
    state: &mut State,
    key: &ChangeKey,
    purpose: &Purpose,
    error: &api::Error,
) {
    let mut lines = vec![error.to_string()];
    lines.extend(details(error));
    lines.extend(error.hint().map(str::to_owned));
    let what = match purpose {
        Purpose::Merge(_) => "cannot merge",
        Purpose::CloseChange(_) => "cannot close the change request",
        Purpose::ReopenChange(_) => "cannot reopen the change request",
        _ => "cannot edit the change request",
    };
    match change::find(state, key) {
        Some(dialog) => {
            dialog.is_under_way = false;
            dialog.refusal = lines;
        }
        None => state.say(Level::Error, format!("{what}: {}", lines.join(". "))),
    }
    // The row, the tips and the preview may all be other than what was shown.
    ask_tips(state, key);
    state.touch();
}

/// What an error knows beyond its one line.
fn details(error: &api::Error) -> Vec<String> {
    match error {
        api::Error::Invalid { issues, .. } => issues.clone(),
        api::Error::MergeConflict { paths, .. } => paths
            .iter()
            .map(|path| format!("conflict: {path}"))
            .collect(),
        _ => Vec::new(),
    }
}
