//! Opening what is unchanged between hunks, from the file's contents, which are fetched once.
//!
//! Contents that do not fit the patch are refused: the branch moved, and its numbers would lie.

use std::sync::Arc;

use crate::{
    action::Action,
    api,
    app::{
        State,
        call::Call,
        event::Level,
        ops::Purpose,
        replies::complain,
        review::{ReviewPane, Sheet},
    },
    diff::{
        changeset::{Changeset, FileId},
        patch::PatchFile,
        rows::{Contents, Gap, Opened, Row},
    },
    model::{change::FileStatus, id::ChangeKey},
    text,
};

/// Lines that are opened at once.
pub const MORE: u32 = 20;

/// What to open once the contents are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// So much more of a gap.
    Part(Gap, Opened),
    /// All gaps of the file.
    All,
}

/// Opens context at the cursor.
pub(super) fn act(state: &mut State, key: &ChangeKey, action: Action) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let Some(file) = pane.sheet.current_file() else {
        return state.say(Level::Info, "put the cursor on a file to see more of it");
    };
    if !has_gaps(&pane.sheet, file) {
        return state.say(Level::Info, "all of this file is shown");
    }
    if pane.sheet.shape.folded_files.contains(&file) {
        pane.toggle_file_fold(state.size, file);
    }
    if action == Action::AllContext && is_all_open(&pane.sheet, file) {
        return pane.reshape(state.size, |sheet| {
            sheet.shape.opened.retain(|gap, _| gap.file != file);
        });
    }
    let wish = if action == Action::AllContext {
        Some(Wish::All)
    } else {
        wish_at(&pane.sheet, file)
    };
    let Some(wish) = wish else {
        return state.say(Level::Info, "nothing more is left out here");
    };
    if pane.sheet.shape.contents.contains_key(&file) {
        pane.reshape(state.size, |sheet| sheet.open(file, wish));
    } else {
        fetch(state, key, file, Some(wish));
    }
}

/// Takes a file's text.
pub(super) fn take(state: &mut State, key: &ChangeKey, path: &str, text: Arc<str>) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let contents = Contents::new(text);
    let is_shown = pane.sheet.is_fetching(path);
    if let Some(whole) = pane.whole.as_deref_mut() {
        // What waits there is opened when it is shown again.
        if let Some((file, wishes)) = whole.end_fetch(path)
            && whole.fits(file, &contents)
        {
            whole.shape.contents.insert(file, contents.clone());
            wishes.into_iter().for_each(|wish| whole.open(file, wish));
            whole.index();
        }
    }
    if !is_shown {
        return;
    }
    let mut is_refused = false;
    pane.reshape(state.size, |sheet| {
        let Some((file, wishes)) = sheet.end_fetch(path) else {
            return;
        };
        if sheet.fits(file, &contents) {
            sheet.shape.contents.insert(file, contents);
            wishes.into_iter().for_each(|wish| sheet.open(file, wish));
        } else {
            is_refused = !wishes.is_empty();
        }
    });
    pane.place_comments();
    if is_refused {
        let path = text::sanitize_line(path).into_owned();
        state.say(
            Level::Warning,
            format!("`{path}` is not what the difference says any more: `R` fetches it again"),
        );
    }
}

/// Takes note that a file's text could not be fetched.
pub(super) fn refused(state: &mut State, key: &ChangeKey, path: &str, error: &api::Error) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let sheets = [Some(&mut pane.sheet), pane.whole.as_deref_mut()];
    let ended = sheets
        .into_iter()
        .flatten()
        .filter_map(|sheet| sheet.end_fetch(path));
    let is_missed = { ended }.any(|(_, wishes)| !wishes.is_empty());
    // For the places of comments alone nobody waits.
    if is_missed {
        let path = text::sanitize_line(path).into_owned();
        complain(state, &format!("cannot read `{path}`"), error);
    }
}

/// Asks for files whose contents would tell where comments stand now.
pub(super) fn fetch_wanted(state: &mut State, key: &ChangeKey) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    if pane.whole.is_none() {
        for file in std::mem::take(&mut pane.sheet.wanted) {
            fetch(state, key, file, None);
        }
    }
}

fn fetch(state: &mut State, key: &ChangeKey, file: FileId, wish: Option<Wish>) {
    let Some(sheet) = state.reviews.get_mut(key).map(|pane| &mut pane.sheet) else {
        return;
    };
    let Some(changeset) = sheet.changeset.clone() else {
        return;
    };
    let Some(entry) = changeset.file(file) else {
        return;
    };
    sheet.fetching.entry(file).or_default().extend(wish);
    let purpose = Purpose::FileText(key.clone(), entry.path.clone());
    if state.ops.is_open(&key.host, &purpose) {
        return;
    }
    // A deleted file is only on the other side.
    let (commit, branch) = if entry.status == FileStatus::Deleted {
        let fork = changeset.merge_base.as_ref();
        let commit = fork.unwrap_or(&changeset.base_sha);
        (commit, &changeset.base_ref)
    } else {
        (&changeset.head_sha, &changeset.head_ref)
    };
    let call = Call::FileText {
        project: key.project.clone(),
        path: entry.path.clone(),
        commit: commit.clone(),
        branch: branch.clone(),
    };
    state.ask(&key.host, purpose, call);
}

impl Sheet {
    fn is_fetching(&self, path: &str) -> bool {
        self.fetching.keys().any(|file| self.path(*file) == path)
    }

    fn end_fetch(&mut self, path: &str) -> Option<(FileId, Vec<Wish>)> {
        let mut files = self.fetching.keys();
        let file = files.find(|file| self.path(**file) == path).copied()?;
        self.fetching.remove(&file).map(|wishes| (file, wishes))
    }

    fn fits(&self, file: FileId, contents: &Contents) -> bool {
        let Some(changeset) = self.changeset.as_deref() else {
            return false;
        };
        let file = changeset.file(file).and_then(|file| file.patch_file);
        file.is_some_and(|file| contents.matches(&changeset.patch, file))
    }

    fn open(&mut self, file: FileId, wish: Wish) {
        match wish {
            Wish::Part(gap, more) => {
                let opened = self.shape.opened.entry(gap).or_default();
                opened.top = opened.top.saturating_add(more.top);
                opened.bottom = opened.bottom.saturating_add(more.bottom);
            }
            Wish::All => {
                let hunks = u32::try_from(self.hunks(file).count()).unwrap_or(u32::MAX);
                let all = Opened {
                    top: u32::MAX,
                    bottom: 0,
                };
                let gaps = (0..=hunks).map(|before| (Gap { file, before }, all));
                self.shape.opened.extend(gaps);
            }
        }
    }
}

impl ReviewPane {
    /// Whether the cursor is on lines that are left out.
    pub(super) fn is_on_gap(&self) -> bool {
        matches!(self.sheet.current(), Some(Row::Gap(..)))
    }
}

fn patch_file(changeset: &Changeset, file: FileId) -> Option<&PatchFile> {
    changeset.patch.file(changeset.file(file)?.patch_file?)
}

/// Whether the patch leaves lines of a file out, as far as it can be known.
fn has_gaps(sheet: &Sheet, file: FileId) -> bool {
    let changeset = sheet.changeset.as_deref();
    changeset
        .and_then(|changeset| patch_file(changeset, file))
        .is_some_and(|file| {
            file.old_path.is_some() && file.new_path.is_some() && !file.hunks.is_empty()
        })
}

fn is_all_open(sheet: &Sheet, file: FileId) -> bool {
    let Some(start) = sheet.rows.of_file(file) else {
        return false;
    };
    let end = sheet.rows.next_file(start).unwrap_or(sheet.rows.len());
    let is_gap = |row| matches!(sheet.row(row), Some(Row::Gap(..)));
    sheet.shape.opened.keys().any(|gap| gap.file == file) && !(start..end).any(is_gap)
}

/// What to open at the cursor: on a gap at both its ends, on opened lines further from their hunk, in
/// a hunk on the nearer side.
fn wish_at(sheet: &Sheet, file: FileId) -> Option<Wish> {
    let cursor = sheet.reading.cursor;
    if let Row::Gap(gap, _) = sheet.current()? {
        let last = sheet.hunks(file).count();
        let more = if gap.before == 0 {
            below_only()
        } else if gap.before as usize == last {
            above_only()
        } else {
            Opened {
                top: MORE / 2,
                bottom: MORE / 2,
            }
        };
        return Some(Wish::Part(gap, more));
    }
    let start = sheet.rows.of_file(file)?;
    let end = sheet.rows.next_file(start).unwrap_or(sheet.rows.len());
    let gap = |row: usize| match sheet.row(row) {
        Some(Row::Gap(gap, _)) => Some((row, gap)),
        Some(_) | None => None,
    };
    let above = (start..cursor).rev().find_map(gap);
    let below = (cursor..end).find_map(gap);
    // Where the gap stands above, its lower end is the nearer one.
    let above = above.map(|(row, gap)| (cursor - row, Wish::Part(gap, below_only())));
    let below = below.map(|(row, gap)| (row - cursor, Wish::Part(gap, above_only())));
    let nearest = [above, below].into_iter().flatten();
    nearest.min_by_key(|(rows, _)| *rows).map(|(_, wish)| wish)
}

/// More above the hunk that follows a gap.
fn below_only() -> Opened {
    Opened {
        top: 0,
        bottom: MORE,
    }
}

/// More below the hunk before a gap.
fn above_only() -> Opened {
    Opened {
        top: MORE,
        bottom: 0,
    }
}
