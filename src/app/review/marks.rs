//! Marking files and hunks as reviewed, and how far the review is.
//!
//! Marks are kept by content (`diff::review::marks`). While only what changed since the last look is
//! shown a file's mark is that of the file in the whole difference; hunks have none there.

use crate::{
    action::Action,
    app::{
        State,
        event::Level,
        review::{
            Focus, ReviewPane, Sheet, geometry, keeping,
            reading::{self, Landing},
        },
    },
    diff::{
        changeset::FileId,
        patch::HunkId,
        review::{Review, marks::Progress},
        rows::Row,
    },
    model::id::ChangeKey,
};

impl ReviewPane {
    /// Whether a hunk of the sheet that is shown is reviewed.
    pub fn is_hunk_reviewed(&self, hunk: HunkId) -> bool {
        self.whole.is_none() && self.review.marks.has_hunk(&self.sheet.digests, hunk)
    }

    /// Finds out anew which files are reviewed.
    pub(super) fn count_marks(&mut self) {
        let marks = &self.review.marks;
        let whole = self.whole.as_deref_mut().unwrap_or(&mut self.sheet);
        let files: Vec<FileId> = whole.files().collect();
        if let Some(changeset) = whole.changeset.clone() {
            let is_done = |file: &FileId| marks.has_file(&changeset, &whole.digests, *file);
            whole.reviewed = files.iter().copied().filter(is_done).collect();
        }
        self.progress = Progress {
            done: whole.reviewed.len(),
            total: files.len(),
        };
        self.share_marks();
    }

    /// Takes over for what changed since the last look which files are reviewed.
    pub(super) fn share_marks(&mut self) {
        let Some(whole) = &self.whole else { return };
        let Some(all) = whole.changeset.clone() else {
            return;
        };
        let is_done = |file: &FileId| {
            let twin = all.by_path(self.sheet.path(*file));
            twin.is_some_and(|twin| whole.reviewed.contains(&twin))
        };
        self.sheet.reviewed = self.sheet.files().filter(is_done).collect();
    }

    /// Marks a file of the sheet that is shown, or takes its mark away; whether it is marked now.
    fn toggle_file_mark(&mut self, file: FileId) -> Option<bool> {
        let path = self.sheet.path(file).to_owned();
        let review = &mut self.review;
        let whole = self.whole.as_deref_mut().unwrap_or(&mut self.sheet);
        let changeset = whole.changeset.clone()?;
        let twin = changeset.by_path(&path)?;
        review.marks.toggle_file(&changeset, &whole.digests, twin);
        let is_marked = note(review, whole, twin);
        self.progress.done = whole.reviewed.len();
        self.share_marks();
        Some(is_marked)
    }
}

/// Notes whether a file of the whole difference is reviewed now.
fn note(review: &Review, whole: &mut Sheet, file: FileId) -> bool {
    let changeset = whole.changeset.as_deref();
    let is_done =
        changeset.is_some_and(|changeset| review.marks.has_file(changeset, &whole.digests, file));
    if is_done {
        whole.reviewed.insert(file);
    } else {
        whole.reviewed.remove(&file);
    }
    is_done
}

/// Marks what is under the cursor, or takes the mark away.
pub(super) fn act(state: &mut State, key: &ChangeKey, action: Action) {
    let Some(pane) = state.reviews.get(key) else {
        return;
    };
    if pane.focus == Focus::Tree {
        return mark_in_tree(state, key);
    }
    let Some(file) = pane.sheet.current_file() else {
        return state.say(Level::Info, "put the cursor on a file to mark it");
    };
    if action == Action::MarkFile {
        return mark_file(state, key, file);
    }
    if pane.whole.is_some() {
        return state.say(
            Level::Info,
            "hunks are marked in the whole difference: `u` shows it; `r` marks the file",
        );
    }
    match pane.sheet.current_hunk() {
        Some(hunk) => mark_hunk(state, key, file, hunk),
        None if pane.sheet.hunks(file).next().is_none() => mark_file(state, key, file),
        None => state.say(
            Level::Info,
            "put the cursor on a hunk to mark it; `r` marks the file",
        ),
    }
}

/// Marks the files under the tree's cursor: a file, or all of a folder.
fn mark_in_tree(state: &mut State, key: &ChangeKey) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let files = pane.tree_files();
    // A folder is marked until all of it is; then the marks go.
    let marks = files.iter().any(|file| !pane.sheet.reviewed.contains(file));
    for file in files {
        if pane.sheet.reviewed.contains(&file) != marks {
            pane.toggle_file_mark(file);
        }
    }
    pane.reshape(state.size, Sheet::fold_reviewed);
    keeping::keep_soon(state, key);
}

fn mark_file(state: &mut State, key: &ChangeKey, file: FileId) {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let Some(is_marked) = pane.toggle_file_mark(file) else {
        return;
    };
    pane.reshape(size, Sheet::fold_reviewed);
    let next = pane.next_unreviewed(file);
    let geometry = geometry::divided(size, pane);
    if is_marked && let Some(row) = next.and_then(|next| pane.sheet.rows.of_file(next)) {
        reading::jump(pane, geometry, row, Landing::Top);
    }
    if is_marked && next.is_none() {
        state.say(Level::Info, "all files are reviewed");
    }
    keeping::keep_soon(state, key);
}

fn mark_hunk(state: &mut State, key: &ChangeKey, file: FileId, hunk: HunkId) {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    pane.review.marks.toggle_hunk(&pane.sheet.digests, hunk);
    let is_marked = pane.is_hunk_reviewed(hunk);
    let was_done = pane.sheet.reviewed.contains(&file);
    let is_done = note(&pane.review, &mut pane.sheet, file);
    pane.progress.done = pane.sheet.reviewed.len();
    if was_done != is_done {
        pane.reshape(size, Sheet::fold_reviewed);
    }
    let next = if is_marked {
        pane.next_unreviewed_hunk(hunk)
    } else {
        None
    };
    let geometry = geometry::divided(size, pane);
    if let Some(row) = next {
        reading::jump(pane, geometry, row, Landing::Top);
    } else if is_marked {
        state.say(Level::Info, "no hunk that is shown is left to review");
    }
    keeping::keep_soon(state, key);
}

impl ReviewPane {
    /// The next file that is not reviewed, from the top again behind the last.
    fn next_unreviewed(&self, file: FileId) -> Option<FileId> {
        let files: Vec<FileId> = self.sheet.files().collect();
        let (before, behind) = files.split_at((file.0 as usize + 1).min(files.len()));
        let mut all = behind.iter().chain(before);
        all.find(|file| !self.sheet.reviewed.contains(file))
            .copied()
    }

    /// The row of the next hunk that is shown and not reviewed.
    fn next_unreviewed_hunk(&self, hunk: HunkId) -> Option<usize> {
        let sheet = &self.sheet;
        let cursor = sheet.reading.cursor;
        let behind = sheet.rows.of_hunk(hunk).unwrap_or(cursor);
        let next = |row: &usize| sheet.rows.next_hunk(*row);
        let mut rows = std::iter::successors(next(&behind), next);
        rows.find(|row| match sheet.row(*row) {
            Some(Row::Hunk(_, hunk)) => !self.is_hunk_reviewed(hunk),
            Some(_) | None => false,
        })
    }
}
