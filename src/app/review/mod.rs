//! The review of one change request: what is shown, where one reads, what one notes.
//!
//! [`loading`] takes what the host and the shell bring, [`since`] compares it with the last look.
//! [`reading`] moves through the rows, [`tree`] through the files, [`finding`] searches, [`folding`]
//! folds, `context` opens what is unchanged, `marks` marks what is reviewed, `painting` has what is
//! seen painted. [`notes`] writes comments, [`merging`] merges, closes and reopens. [`geometry`] says
//! how the screen is divided, for moving and for drawing; `acting` leads from actions to all these.
//!
//! Not for: how rows come from a patch (`diff`), drawing (`view`).

mod acting;
pub mod bars;
mod context;
pub mod finding;
pub mod folding;
pub mod geometry;
mod keeping;
mod landmark;
pub mod loading;
mod marks;
pub mod merge_state;
pub mod merging;
pub mod notes;
mod painting;
pub mod printing;
pub mod reading;
mod ruler;
mod sheet;
pub mod since;
pub mod tree;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(in crate::app) use acting::{act, paste, type_key, wheel, why_not};
pub(in crate::app) use keeping::{attend, attention_at, flush, leave};
pub(in crate::app) use loading::{
    call, moved_found, open, painted, polls, recalled, refused, take,
};
pub(in crate::app) use since::compared;

use crate::{
    action::Context,
    app::{fleet::Fetched, review::since::Since, session::field::Field},
    diff::{
        changeset::{Changeset, FileId},
        paint::{Moved, Painted},
        patch::HunkId,
        review::{
            Review,
            comment::{Comment, CommentId},
            marks::{Digests, Progress},
        },
        rows::{Layout, Rows, Shape},
    },
    model::change::MergePreview,
};

/// The review of one change request.
#[derive(Debug, Default)]
pub struct ReviewPane {
    /// The difference that is shown; a newer head replaces it only when asked for.
    pub difference: Fetched<Arc<Changeset>>,
    /// What merging would do.
    pub preview: Fetched<MergePreview>,
    /// The difference in rows, and where one is in them.
    pub sheet: Sheet,
    /// The whole difference while only what changed since the last look is shown; that one is in
    /// `sheet` then.
    pub whole: Option<Box<Sheet>>,
    /// What is kept on disk.
    pub review: Review,
    /// The review as it was last read or written; `None` until it was read.
    pub kept: Option<Review>,
    /// A head that the server has and the screen does not show yet.
    pub newer_head: Option<String>,
    /// What changed since the last look.
    pub since: Since,
    /// How many files of the whole difference are reviewed.
    pub progress: Progress,
    /// What has the focus.
    pub focus: Focus,
    /// Whether the files are shown; `None` leaves it to the width.
    pub shows_tree: Option<bool>,
    /// One column or two, when chosen; `None` leaves it to the width.
    pub layout: Option<Layout>,
    /// The files' cursor and folds.
    pub tree: tree::Tree,
    /// Whether long lines wrap.
    pub wraps: bool,
    /// What is searched for, while it is typed.
    pub search: Option<Field>,
    /// The comment that is being written, in a field under the row with the cursor.
    pub writing: Option<Field>,
    /// A comment that was deleted last, for undo.
    pub deleted: Option<Comment>,
    /// Where the search began, to go back to when it is given up.
    searched_from: Option<reading::Reading>,
    /// The number of the newest edition.
    editions: u64,
    /// The size of the terminal as of the last event.
    size: (u16, u16),
    /// How the screen was divided when the rows were last fitted to it.
    fitted: Option<geometry::Geometry>,
    /// When what is to be done.
    timing: keeping::Timing,
}

/// A difference in rows and where one is in them.
#[derive(Debug, Default)]
pub struct Sheet {
    /// The difference; `None` until it is here.
    pub changeset: Option<Arc<Changeset>>,
    /// Counts up with every changeset, so that late paint is told apart.
    pub edition: u64,
    /// What shapes the rows.
    pub shape: Shape,
    /// The rows.
    pub rows: Rows,
    /// The digests of files and hunks, for marks.
    pub digests: Digests,
    /// Hunks that were painted; only those near the screen are kept.
    pub painted: BTreeMap<HunkId, Painted>,
    /// Hunks that are being painted.
    pub painting: Vec<HunkId>,
    /// Moved lines.
    pub moved: Moved,
    /// Where one reads.
    pub reading: reading::Reading,
    /// What was searched for last.
    pub found: finding::Found,
    /// Why files were folded without being asked; files that the person folded are not in it.
    pub folded_for: BTreeMap<FileId, folding::Reason>,
    /// Files whose contents are on their way, with what to open then.
    pub fetching: BTreeMap<FileId, Vec<context::Wish>>,
    /// Files that are reviewed; in what changed since the last look by their marks in the whole.
    pub reviewed: BTreeSet<FileId>,
    /// Comments whose lines or file are gone.
    pub outdated: Vec<CommentId>,
    /// Files whose contents would tell whether an outdated comment's lines are still there.
    wanted: Vec<FileId>,
    /// Digits of the largest line number.
    pub digits: u16,
}

/// What has the focus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Focus {
    /// The lines.
    #[default]
    Lines,
    /// The files.
    Tree,
}

impl ReviewPane {
    /// The contexts that a key is looked up in, the innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        if self.search.is_some() {
            return vec![Context::Input];
        }
        if self.writing.is_some() {
            return vec![Context::Writing];
        }
        vec![Context::Review, Context::List]
    }

    /// The whole difference, also while only a part of it is shown.
    pub fn whole_sheet(&self) -> &Sheet {
        self.whole.as_deref().unwrap_or(&self.sheet)
    }

    /// The sheet of an edition, shown or not.
    fn sheet_of(&mut self, edition: u64) -> Option<&mut Sheet> {
        let whole = self.whole.as_deref_mut();
        [Some(&mut self.sheet), whole]
            .into_iter()
            .flatten()
            .find(|sheet| sheet.edition == edition)
    }

    /// Numbers another changeset.
    fn next_edition(&mut self) -> u64 {
        self.editions += 1;
        self.editions
    }
}
