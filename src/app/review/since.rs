//! What changed since the last look: asked when the head is another one, shown instead of the whole.
//!
//! The comparison is made from the patch that was kept at the last look, so the present one is kept
//! only after it. Not for: comparing (`diff::since`), when a head counts as looked at (`keeping`).

use std::sync::Arc;

use crate::{
    app::{
        State,
        event::{Effect, Level},
        review::{
            Focus, ReviewPane, Sheet, finding, geometry, keeping,
            landmark::Landmark,
            loading, painting,
            sheet::{depth, place_at},
        },
    },
    diff::changeset::Changeset,
    model::{id::ChangeKey, time::Millis},
};

/// What changed since the last look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Since {
    /// Nobody knows yet what was looked at.
    #[default]
    Unknown,
    /// Nobody looked before.
    Never,
    /// The head that was looked at is the one on the screen.
    Same,
    /// It is being compared.
    Comparing,
    /// The head is another one.
    Changed {
        /// What is different; without files when only the commits are.
        changeset: Arc<Changeset>,
        /// When the other head was looked at.
        at: Millis,
    },
    /// The head is another one, and nobody can say what changed.
    Lost(String),
}

/// Finds out what changed since the last look, once the notes and the difference are here.
pub(super) fn ask(state: &mut State, key: &ChangeKey) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let whole = pane.whole_sheet();
    let edition = whole.edition;
    let Some(changeset) = whole.changeset.clone() else {
        return;
    };
    if pane.kept.is_none() {
        return;
    }
    let effect = Effect::Compare {
        change: key.clone(),
        edition,
        changeset: changeset.clone(),
    };
    pane.since = match &pane.review.looked {
        None => Since::Never,
        Some(looked) if looked.head_sha == changeset.head_sha => Since::Same,
        Some(_) if changeset.is_too_large => {
            Since::Lost("the difference is too large to compare".to_owned())
        }
        Some(_) => {
            state.effects.push(effect);
            Since::Comparing
        }
    };
}

/// Takes the difference since the last look.
pub(in crate::app) fn compared(
    state: &mut State,
    key: &ChangeKey,
    edition: u64,
    outcome: Result<Arc<Changeset>, String>,
) {
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    if pane.whole_sheet().edition != edition || pane.since != Since::Comparing {
        return;
    }
    let at = pane.review.looked.as_ref().map(|looked| looked.at);
    pane.since = match outcome {
        Ok(changeset) => Since::Changed {
            changeset,
            at: at.unwrap_or_default(),
        },
        Err(reason) => Since::Lost(reason),
    };
    keeping::look_when_due(state, key);
    state.touch();
}

/// Shows only what changed since the last look, or the whole again.
pub(super) fn toggle(state: &mut State, key: &ChangeKey) {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    if pane.whole.is_some() {
        pane.show_whole(size);
        return;
    }
    let changeset = match &pane.since {
        Since::Changed { changeset, .. } => Some(changeset.clone()),
        Since::Unknown | Since::Never | Since::Same | Since::Comparing | Since::Lost(_) => None,
    };
    match (why_not(pane), &pane.since, changeset) {
        (None, _, Some(changeset)) => show(state, key, changeset),
        (Some(why), Since::Lost(reason), _) => {
            let said = format!("{why}: {reason}");
            state.say(Level::Info, said);
        }
        (why, ..) => state.say(Level::Info, why.unwrap_or_default()),
    }
}

/// Why what changed since the last look cannot be shown alone; `None` when it can.
pub(in crate::app) fn why_not(pane: &ReviewPane) -> Option<&'static str> {
    match &pane.since {
        _ if pane.whole.is_some() => None,
        Since::Changed { changeset, .. } if !changeset.files.is_empty() => None,
        Since::Changed { .. } => Some("the commits are other ones, but no line changed"),
        Since::Unknown if pane.whole_sheet().changeset.is_none() => {
            Some("the difference is not here yet")
        }
        Since::Unknown | Since::Comparing => Some("it is not compared yet"),
        Since::Never => Some("you have not looked at this before"),
        Since::Same => Some("nothing changed since you last looked"),
        Since::Lost(_) => Some("what changed cannot be said"),
    }
}

fn show(state: &mut State, key: &ChangeKey, changeset: Arc<Changeset>) {
    let size = state.size;
    let generated = state.setup.generated.clone();
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let geometry = geometry::divided(size, pane);
    let landmark = Landmark::of(&pane.sheet);
    let height = depth(pane, geometry);
    // Marks are those of the whole, so that this one needs no digests.
    let mut sheet = Sheet::new(changeset, Default::default(), pane.next_edition());
    sheet.shape.layout = geometry.layout;
    sheet.shape.whitespace = pane.sheet.shape.whitespace;
    sheet.fold_at_first(&generated, Some(&pane.sheet));
    let needle = pane.sheet.found.needle.clone();
    finding::renew(&mut sheet, needle);
    let whole = std::mem::replace(&mut pane.sheet, sheet);
    pane.whole = Some(Box::new(whole));
    pane.share_marks();
    loading::place_comments(pane);
    pane.sheet.index();
    arrive(pane, size, landmark, height);
    painting::ask_moved(state, key);
}

/// Puts the cursor where the landmark was.
pub(super) fn arrive(
    pane: &mut ReviewPane,
    size: (u16, u16),
    landmark: Option<Landmark>,
    height: usize,
) {
    pane.tree.build(&pane.sheet);
    let cursor = landmark.map_or(0, |landmark| landmark.find(&pane.sheet));
    let geometry = geometry::divided(size, pane);
    let mut reading = pane.sheet.reading.clone();
    reading.cursor = cursor;
    reading.range_from = None;
    place_at(pane, geometry, reading, height);
    pane.follow_in_tree();
}

impl ReviewPane {
    /// Shows the whole difference again; false when it is shown already.
    pub(super) fn show_whole(&mut self, size: (u16, u16)) -> bool {
        let Some(whole) = self.whole.take() else {
            return false;
        };
        let geometry = geometry::divided(size, self);
        let landmark = Landmark::of(&self.sheet);
        let height = depth(self, geometry);
        self.sheet = *whole;
        if self.focus == Focus::Tree && !self.is_tree_shown(size) {
            self.focus = Focus::Lines;
        }
        self.sheet.shape.layout = geometry.layout;
        loading::place_comments(self);
        self.sheet.index();
        arrive(self, size, landmark, height);
        true
    }
}
