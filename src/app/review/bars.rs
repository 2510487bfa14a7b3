//! What stands between the head of a review and its lines: one row for each thing to know first.
//!
//! In: a pane. Out: [`bars`], which moving and drawing both ask, so that they agree on the rows that
//! are left. Not for: words and colors (`view`).

use crate::{
    app::review::{ReviewPane, since::Since},
    model::{load::Load, time::Millis},
};

/// Something to know before reading the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bar {
    /// The head branch has another tip than what is shown.
    Moved {
        /// The tip.
        head: String,
    },
    /// Something changed since the last look; a key shows only that.
    Changed {
        /// How many files; 0 when only the commits are other ones.
        files: usize,
        /// When the last look was.
        at: Millis,
    },
    /// Only what changed since the last look is shown.
    Since {
        /// When that was; absent when it is not known.
        at: Option<Millis>,
    },
    /// The host left the lines out because there are too many.
    TooLarge,
    /// The lines end before the change does.
    Cut,
    /// Fetching it anew failed; what is shown is of before.
    Stale {
        /// Why, and not yet safe for the screen.
        reason: String,
    },
}

/// The bars of a review, from the top.
pub fn bars(pane: &ReviewPane) -> Vec<Bar> {
    let mut bars = Vec::new();
    if let Load::Failed {
        reason,
        stale: Some(_),
    } = &pane.difference
    {
        bars.push(Bar::Stale {
            reason: reason.to_string(),
        });
    }
    if let Some(head) = &pane.newer_head {
        bars.push(Bar::Moved { head: head.clone() });
    }
    match &pane.since {
        Since::Changed { at, .. } if pane.whole.is_some() => {
            bars.push(Bar::Since { at: Some(*at) });
        }
        Since::Changed { changeset, at } => bars.push(Bar::Changed {
            files: changeset.files.len(),
            at: *at,
        }),
        _ if pane.whole.is_some() => bars.push(Bar::Since { at: None }),
        Since::Unknown | Since::Never | Since::Same | Since::Comparing | Since::Lost(_) => {}
    }
    if let Some(all) = pane.sheet.changeset.as_deref() {
        if all.is_too_large {
            bars.push(Bar::TooLarge);
        } else if all.patch.is_cut() {
            bars.push(Bar::Cut);
        }
    }
    bars
}
