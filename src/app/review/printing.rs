//! A difference that is printed instead of read on a screen: all of it, nobody's marks, no keys.

use std::sync::Arc;

use crate::{
    action::TABLE,
    app::{
        Setup, State,
        review::{ReviewPane, Sheet},
    },
    diff::{
        changeset::Changeset,
        paint::Painted,
        patch::HunkId,
        review::marks::Digests,
        rows::{Layout, Row},
    },
    keymap::Keymap,
    model::{id::ChangeKey, time::Millis},
};

/// How a difference is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// One column or two.
    pub layout: Layout,
    /// Columns of the page.
    pub columns: u16,
    /// Whether ASCII characters only are used.
    pub ascii: bool,
}

/// A program that has nothing but this difference open, with every row unfolded and wrapped.
pub fn state(key: &ChangeKey, changeset: Arc<Changeset>, print: Print) -> State {
    let mut keymap = Keymap::default();
    for entry in TABLE {
        keymap.rebind(entry.action, &[]);
    }
    let setup = Setup {
        keymap,
        ascii: print.ascii,
        ..Setup::default()
    };
    // The rows of the screen do not matter: every row is drawn by itself.
    let mut state = State::new(setup, (print.columns, 24), Millis::default());
    let digests = Digests::of(&changeset);
    let mut sheet = Sheet::new(changeset, digests, 1);
    sheet.shape.layout = print.layout;
    sheet.index();
    sheet.reading.cursor = usize::MAX;
    let pane = ReviewPane {
        sheet,
        layout: Some(print.layout),
        shows_tree: Some(false),
        wraps: true,
        ..ReviewPane::default()
    };
    state.reviews.insert(key.clone(), pane);
    state
}

impl ReviewPane {
    /// The hunk that has to be painted before a row is printed; `None` when none begins there.
    pub fn begins(&self, row: usize) -> Option<HunkId> {
        match self.sheet.row(row)? {
            Row::Hunk(_, hunk) => Some(hunk),
            Row::File(_) | Row::Note(_) | Row::Gap(..) | Row::Line(..) | Row::Same(..) => None,
            Row::Pair(..) | Row::Context { .. } | Row::Comment(_) => None,
        }
    }

    /// Takes the paint of one hunk in place of all that was there: only one is printed at a time.
    pub fn paint_only(&mut self, hunk: HunkId, painted: Painted) {
        self.sheet.painted.clear();
        self.sheet.painted.insert(hunk, painted);
    }
}
