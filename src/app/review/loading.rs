//! Opening a review, and taking what the host and the shell bring for it.
//!
//! A difference that is on the screen is replaced only when the person asks for it, or when nobody has
//! touched the review since it was opened; then one reads on at the same place. A newer head is noted
//! otherwise. What cannot be fetched anew stays as it is.

use std::{sync::Arc, time::Duration};

use crate::{
    api,
    app::{
        Screen, State,
        call::{Call, Reply},
        event::{Effect, Level},
        fleet::Fetched,
        ops::Purpose,
        replies::complain,
        review::{
            ReviewPane, Sheet, context, finding, geometry, keeping, landmark::Landmark, painting,
            sheet::depth, since,
        },
    },
    diff::{
        changeset::Changeset,
        generated::Generated,
        paint::{Moved, Painted},
        patch::HunkId,
        review::{Review, marks::Digests},
        rows::CommentPlaces,
    },
    model::{
        change::ChangeRequest,
        id::{ChangeKey, HostName},
        load::Load,
        time::Millis,
    },
};

/// How often an open review asks whether its head moved.
const POLL: Duration = Duration::from_secs(15);

/// Opens the review of a change request: asks for what it needs, keeps what is there.
pub(in crate::app) fn open(state: &mut State, key: &ChangeKey) {
    let is_first = !state.reviews.contains_key(key);
    let pane = state.reviews.entry(key.clone()).or_default();
    pane.timing.wants_newest = true;
    pane.size = state.size;
    if is_first {
        state.effects.push(Effect::RecallReview(key.clone()));
    }
    fetch(state, key);
}

/// Asks for all that is shown, also for what is here: for a person who wants to know now.
pub(super) fn refresh(state: &mut State, key: &ChangeKey) {
    state.holds.release_all();
    if let Some(host) = state.fleet.hosts.get_mut(&key.host) {
        host.hold_until = Millis(0);
    }
    if let Some(pane) = state.reviews.get_mut(key) {
        pane.timing.wants_newest = true;
    }
    ask(state, key, Purpose::Difference(key.clone()));
    fetch(state, key);
    state.say(Level::Info, "fetching again");
}

/// Asks for the row, what merging would do and, unless it is here, the difference.
fn fetch(state: &mut State, key: &ChangeKey) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let has_difference = matches!(pane.difference, Load::Ready(_));
    if !has_difference {
        begin(&mut pane.difference);
    }
    begin(&mut pane.preview);
    if !has_difference {
        ask(state, key, Purpose::Difference(key.clone()));
    }
    ask(state, key, Purpose::Change(key.clone()));
    ask(state, key, Purpose::Preview(key.clone()));
}

/// What is not here is on its way; what is here stays.
fn begin<T>(fetched: &mut Fetched<T>) {
    if fetched.value().is_none() {
        *fetched = Load::Loading;
    }
}

fn ask(state: &mut State, key: &ChangeKey, purpose: Purpose) {
    if state.ops.is_open(&key.host, &purpose) {
        return;
    }
    if let Some(call) = call(&purpose) {
        state.ask(&key.host, purpose, call);
    }
}

/// The call that a purpose of an open review is asked by.
pub(in crate::app) fn call(purpose: &Purpose) -> Option<Call> {
    let place = |key: &ChangeKey| (key.project.clone(), key.change.clone());
    match purpose {
        Purpose::Change(key) => {
            let (project, change) = place(key);
            Some(Call::Change(project, change))
        }
        Purpose::Difference(key) => {
            let (project, change) = place(key);
            Some(Call::Difference(project, change))
        }
        Purpose::Preview(key) => {
            let (project, change) = place(key);
            Some(Call::Preview(project, change))
        }
        _ => None,
    }
}

/// What the review on the screen asks in the background, and when. One that is merged or closed does
/// not move.
pub(in crate::app) fn polls(state: &State) -> Vec<(Millis, HostName, Purpose)> {
    let Screen::Review(key) = &state.screen else {
        return Vec::new();
    };
    let Some(pane) = state.reviews.get(key) else {
        return Vec::new();
    };
    if state.fleet.change(key).is_some_and(|row| !row.is_open()) {
        return Vec::new();
    }
    let at = |polled: Option<Millis>| polled.unwrap_or(state.now).plus(POLL);
    let wish = |polled, purpose| (at(polled), key.host.clone(), purpose);
    let timing = &pane.timing;
    vec![
        wish(timing.change_polled, Purpose::Change(key.clone())),
        wish(timing.preview_polled, Purpose::Preview(key.clone())),
    ]
}

/// Takes a reply that is about one change request.
pub(in crate::app) fn take(state: &mut State, purpose: &Purpose, reply: Reply) {
    let now = state.now;
    match (purpose, reply) {
        (Purpose::Difference(key), Reply::Difference(changeset)) => arrived(state, key, changeset),
        (Purpose::Preview(key), Reply::Preview(preview)) => {
            let head = preview.head_sha.clone();
            if let Some(pane) = state.reviews.get_mut(key) {
                pane.timing.preview_polled = Some(now);
                pane.preview.settle(Ok(preview));
            }
            note_head(state, key, &head);
        }
        (Purpose::Change(key), Reply::Change(row)) => {
            if let Some(pane) = state.reviews.get_mut(key) {
                pane.timing.change_polled = Some(now);
            }
            take_row(state, key, *row);
        }
        (Purpose::FileText(key, path), Reply::FileText(text)) => {
            context::take(state, key, path, text);
        }
        (purpose, _) => tracing::warn!(?purpose, "a reply of another kind"),
    }
}

fn take_row(state: &mut State, key: &ChangeKey, row: ChangeRequest) {
    let head = row.head_commit_sha.clone().filter(|_| row.is_open());
    state.fleet.take_change(&key.project_key(), row);
    if let Some(head) = head {
        note_head(state, key, &head);
    }
}

/// Takes note of the head that the server has. What is read does not move: unless nobody has read
/// since the review was opened, the newer head waits to be asked for.
fn note_head(state: &mut State, key: &ChangeKey, head: &str) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let Some(shown) = pane.whole_sheet().changeset.as_deref() else {
        return;
    };
    if head.is_empty() || shown.head_sha == head {
        pane.newer_head = None;
        return;
    }
    pane.newer_head = Some(head.to_owned());
    if pane.timing.wants_newest {
        ask(state, key, Purpose::Difference(key.clone()));
    }
}

/// Takes a refusal that is about one change request.
pub(in crate::app) fn refused(state: &mut State, purpose: &Purpose, error: api::Error) {
    let now = state.now;
    match purpose {
        Purpose::Difference(key) => {
            if let Some(pane) = state.reviews.get_mut(key) {
                pane.difference.settle(Err(error.clone()));
            }
            complain(state, "cannot fetch the difference", &error);
        }
        Purpose::Preview(key) => {
            if let Some(pane) = state.reviews.get_mut(key) {
                pane.timing.preview_polled = Some(now);
                pane.preview.settle(Err(error));
            }
        }
        Purpose::Change(key) => {
            if let Some(pane) = state.reviews.get_mut(key) {
                pane.timing.change_polled = Some(now);
            }
            if state.fleet.change(key).is_none() {
                complain(state, "cannot fetch the change request", &error);
            }
        }
        Purpose::FileText(key, path) => context::refused(state, key, path, &error),
        purpose => tracing::warn!(?purpose, "a refusal that is not about a review"),
    }
}

/// Takes a difference: the first one, or one that takes the place of another.
fn arrived(state: &mut State, key: &ChangeKey, changeset: Arc<Changeset>) {
    let size = state.size;
    let generated = &state.setup.generated;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let shown = pane.whole_sheet().changeset.clone();
    let same = shown.filter(|shown| is_same(shown, &changeset));
    let is_same = same.is_some();
    pane.difference = Load::Ready(same.unwrap_or_else(|| changeset.clone()));
    pane.timing.wants_newest = false;
    pane.newer_head = None;
    if is_same {
        return;
    }
    pane.replace(size, changeset, generated);
    painting::ask_moved(state, key);
    since::ask(state, key);
}

/// Whether two differences show the same, so that nothing has to be made anew.
fn is_same(one: &Changeset, other: &Changeset) -> bool {
    one.head_sha == other.head_sha
        && one.base_sha == other.base_sha
        && one.merge_base == other.merge_base
        && one.patch.text() == other.patch.text()
}

impl ReviewPane {
    /// Shows another difference; one reads on at the same place.
    fn replace(&mut self, size: (u16, u16), changeset: Arc<Changeset>, generated: &Generated) {
        let geometry = geometry::divided(size, self);
        let landmark = Landmark::of(&self.sheet);
        let height = depth(self, geometry);
        let digests = Digests::of(&changeset);
        let mut sheet = Sheet::new(changeset, digests, self.next_edition());
        let shown = std::mem::take(&mut self.sheet);
        let before = self.whole.take().map_or(shown, |whole| *whole);
        sheet.shape.layout = geometry.layout;
        sheet.shape.whitespace = before.shape.whitespace;
        sheet.reading.skipped = before.reading.skipped;
        let known = before.changeset.is_some().then_some(&before);
        sheet.fold_at_first(generated, known);
        finding::renew(&mut sheet, before.found.needle);
        self.sheet = sheet;
        self.searched_from = None;
        self.count_marks();
        self.sheet.fold_reviewed();
        place_comments(self);
        self.sheet.index();
        since::arrive(self, size, landmark, height);
    }

    /// Finds where the comments stand in the rows; the cursor stays where it is.
    pub(in crate::app) fn place_comments(&mut self) {
        self.reshape_after(self.size, |pane| {
            place_comments(pane);
            pane.sheet.index();
        });
    }
}

/// Finds where the comments stand, for rows that are made right after. What changed since the last look
/// shows only those whose lines are in it: the others are not outdated, they are elsewhere.
pub(super) fn place_comments(pane: &mut ReviewPane) {
    let sheet = &mut pane.sheet;
    let Some(changeset) = sheet.changeset.as_deref() else {
        return;
    };
    let placed = pane.review.places(changeset, &sheet.shape.contents);
    if pane.whole.is_none() {
        sheet.shape.comments = placed.places;
        sheet.outdated = placed.outdated;
        sheet.wanted = placed.wanted;
    } else {
        sheet.shape.comments = CommentPlaces {
            lines: placed.places.lines,
            context: placed.places.context,
            ..CommentPlaces::default()
        };
    }
}

/// Takes what was kept of a review. What was noted here meanwhile is added to it.
pub(in crate::app) fn recalled(state: &mut State, key: &ChangeKey, review: Review) {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let is_first = pane.kept.is_none();
    let base = pane.kept.take().unwrap_or_default();
    pane.review = pane.review.merged(&base, &review);
    pane.kept = Some(review);
    pane.count_marks();
    if pane.sheet.changeset.is_some() {
        pane.reshape(size, Sheet::fold_reviewed);
        pane.place_comments();
    }
    keeping::keep_soon(state, key);
    if is_first {
        since::ask(state, key);
    }
    state.touch();
}

/// Takes painted hunks.
pub(in crate::app) fn painted(
    state: &mut State,
    key: &ChangeKey,
    edition: u64,
    hunks: Vec<(HunkId, Painted)>,
) {
    let pane = state.reviews.get_mut(key);
    if let Some(sheet) = pane.and_then(|pane| pane.sheet_of(edition)) {
        sheet.take_paint(hunks);
        state.touch();
    }
}

/// Takes moved lines.
pub(in crate::app) fn moved_found(state: &mut State, key: &ChangeKey, edition: u64, moved: Moved) {
    let pane = state.reviews.get_mut(key);
    if let Some(sheet) = pane.and_then(|pane| pane.sheet_of(edition)) {
        sheet.take_moved(moved);
        state.touch();
    }
}
