//! What happens by the clock and on the way out: notes are written, a head counts as looked at.
//!
//! Notes are written [`SOON`] after a change and at once on leaving. A head counts as looked at when
//! its review is left, or after [`A_LOOK`] on the screen; its patch is kept then, for the next time.

use std::time::Duration;

use crate::{
    app::{
        Screen, State,
        event::Effect,
        review::{ReviewPane, context, geometry, painting, reading, since::Since},
    },
    diff::review::Looked,
    model::{id::ChangeKey, time::Millis},
};

/// How long after a change notes are written.
const SOON: Duration = Duration::from_secs(1);
/// How long a head is on the screen until it counts as looked at.
const A_LOOK: Duration = Duration::from_secs(5);
/// Reviews besides the one on the screen that are kept in memory, the last ones that were left.
const KEPT: usize = 4;

/// When what is to be done, and what was.
#[derive(Debug, Default)]
pub(super) struct Timing {
    /// When the notes are to be written.
    keep_at: Option<Millis>,
    /// The head on the screen and since when.
    seen: Option<(String, Millis)>,
    /// Whether the head counts as looked at, but the comparison with the last one is under way.
    is_look_due: bool,
    /// When the change request was last fetched or refused.
    pub change_polled: Option<Millis>,
    /// The same for what merging would do.
    pub preview_polled: Option<Millis>,
    /// When the review was left.
    left: Millis,
    /// Whether a newer head replaces the shown one: nobody has read since it was opened or asked for.
    pub wants_newest: bool,
}

/// Does what is due by the clock or follows from what just happened.
pub(in crate::app) fn attend(state: &mut State) {
    let now = state.now;
    let is_due = |pane: &ReviewPane| pane.keep_at().is_some_and(|at| at <= now);
    let due = state.reviews.iter().filter(|(_, pane)| is_due(pane));
    let due: Vec<ChangeKey> = due.map(|(key, _)| key.clone()).collect();
    for key in due {
        keep(state, &key);
    }
    let Screen::Review(key) = &state.screen else {
        return;
    };
    let key = key.clone();
    fit(state, &key);
    context::fetch_wanted(state, &key);
    painting::ask(state, &key);
    watch(state, &key);
}

/// When [`attend`] is to be called at the latest.
pub(in crate::app) fn attention_at(state: &State) -> Option<Millis> {
    let keeps = state.reviews.values().filter_map(ReviewPane::keep_at);
    let looked = match &state.screen {
        Screen::Review(key) if state.has_focus => {
            let pane = state.reviews.get(key);
            pane.and_then(ReviewPane::looked_at)
        }
        Screen::Review(_) | Screen::Board | Screen::Session(_) => None,
        Screen::Changes | Screen::Builds | Screen::Manifest => None,
    };
    keeps.chain(looked).min()
}

/// Fits the rows to the screen after it or what is around them changed.
fn fit(state: &mut State, key: &ChangeKey) {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    pane.size = size;
    let geometry = geometry::divided(size, pane);
    if pane.sheet.shape.layout != geometry.layout {
        pane.reshape(size, |_| {});
    }
    let geometry = geometry::divided(size, pane);
    let fitted = pane.fitted.replace(geometry);
    if fitted != Some(geometry) || pane.writing.is_some() {
        reading::reveal(pane, geometry);
        pane.tree.show(usize::from(geometry.height));
    }
    if geometry.tree == 0 {
        pane.focus = super::Focus::Lines;
    }
    pane.follow_in_tree();
}

/// Notes since when a head is on the screen, and that it was looked at.
fn watch(state: &mut State, key: &ChangeKey) {
    let (now, has_focus) = (state.now, state.has_focus);
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let Some(head) = pane.shown_head() else {
        return;
    };
    let is_seen = pane.timing.seen.as_ref();
    if is_seen.is_none_or(|(seen, _)| seen != head) {
        pane.timing.seen = Some((head.to_owned(), now));
    }
    if has_focus && pane.looked_at().is_some_and(|at| at <= now) {
        look(state, key);
    }
}

impl ReviewPane {
    fn shown_head(&self) -> Option<&str> {
        let changeset = self.whole_sheet().changeset.as_deref()?;
        Some(changeset.head_sha.as_str())
    }

    /// When the notes are to be written; not before they were read.
    fn keep_at(&self) -> Option<Millis> {
        self.timing.keep_at.filter(|_| self.kept.is_some())
    }

    /// When the head on the screen counts as looked at; `None` when it does already or never will.
    fn looked_at(&self) -> Option<Millis> {
        let changeset = self.whole_sheet().changeset.as_deref()?;
        let looked = self.review.looked.as_ref();
        let is_looked = looked.is_some_and(|looked| looked.head_sha == changeset.head_sha);
        let is_waiting = self.kept.is_none() || self.timing.is_look_due;
        if is_looked || is_waiting || changeset.is_too_large {
            return None;
        }
        let (_, since) = self.timing.seen.as_ref()?;
        Some(since.plus(A_LOOK))
    }
}

/// Counts the head on the screen as looked at, once it was compared with the last one.
fn look(state: &mut State, key: &ChangeKey) {
    let now = state.now;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let Some(changeset) = pane.whole_sheet().changeset.clone() else {
        return;
    };
    // What was kept before is needed until then.
    pane.timing.is_look_due = pane.since == Since::Comparing;
    if pane.timing.is_look_due || pane.kept.is_none() || changeset.is_too_large {
        return;
    }
    let looked = pane.review.looked.as_ref();
    if looked.is_some_and(|looked| looked.head_sha == changeset.head_sha) {
        return;
    }
    pane.review.looked = Some(Looked {
        head_sha: changeset.head_sha.clone(),
        base_sha: changeset.base_sha.clone(),
        at: now,
    });
    let patch = changeset.patch.text().clone();
    state.effects.push(Effect::KeepPatch(key.clone(), patch));
    keep_soon(state, key);
}

/// Counts the head as looked at when that waited for the comparison.
pub(super) fn look_when_due(state: &mut State, key: &ChangeKey) {
    let pane = state.reviews.get(key);
    if pane.is_some_and(|pane| pane.timing.is_look_due) {
        look(state, key);
        if state.screen != Screen::Review(key.clone()) {
            keep(state, key);
        }
    }
}

/// Has the notes written soon.
pub(in crate::app) fn keep_soon(state: &mut State, key: &ChangeKey) {
    let at = state.now.plus(SOON);
    if let Some(pane) = state.reviews.get_mut(key) {
        pane.timing.keep_at.get_or_insert(at);
    }
}

/// Has the notes written now, when they changed since they were last read or written.
fn keep(state: &mut State, key: &ChangeKey) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    // Before they were read nobody knows what would be overwritten; reading them writes the rest.
    if pane.kept.is_none() {
        return;
    }
    pane.timing.keep_at = None;
    if pane.kept.as_ref() == Some(&pane.review) {
        return;
    }
    pane.kept = Some(pane.review.clone());
    let review = Box::new(pane.review.clone());
    state.effects.push(Effect::KeepReview(key.clone(), review));
}

/// Leaves a review: its head counts as looked at, its notes are written.
pub(in crate::app) fn leave(state: &mut State, key: &ChangeKey) {
    let now = state.now;
    look(state, key);
    if let Some(pane) = state.reviews.get_mut(key) {
        pane.timing.seen = None;
        pane.timing.left = now;
    }
    keep(state, key);
    forget(state);
}

/// Forgets the reviews that were left the longest time ago, but for what is not written yet.
fn forget(state: &mut State) {
    let is_safe = |pane: &ReviewPane| {
        let is_waiting = pane.timing.is_look_due || pane.writing.is_some();
        !is_waiting && pane.kept.as_ref() == Some(&pane.review)
    };
    while state.reviews.len() > KEPT {
        let others = state.reviews.iter().filter(|(_, pane)| is_safe(pane));
        let oldest = others.min_by_key(|(_, pane)| pane.timing.left);
        let Some(key) = oldest.map(|(key, _)| key.clone()) else {
            return;
        };
        state.reviews.remove(&key);
    }
}

/// Writes the notes of all reviews, for the end of the program.
pub(in crate::app) fn flush(state: &mut State) {
    if let Screen::Review(key) = state.screen.clone() {
        look(state, &key);
    }
    let keys: Vec<ChangeKey> = state.reviews.keys().cloned().collect();
    for key in keys {
        keep(state, &key);
    }
}
