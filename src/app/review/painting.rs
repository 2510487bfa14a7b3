//! Has the hunks near the screen painted: words, syntax. Drawing never waits for it.
//!
//! At most [`UNDERWAY`] hunks are out at once and [`KEPT`] are kept; those farthest from the screen
//! are forgotten first.

use crate::{
    app::{
        State,
        event::Effect,
        review::{Sheet, geometry},
    },
    diff::{
        paint::{Moved, Painted},
        patch::HunkId,
    },
    model::id::ChangeKey,
};

/// Hunks that are painted at once.
const BATCH: usize = 8;
/// Hunks that are being painted at most.
const UNDERWAY: usize = 24;
/// Painted hunks that are kept at most.
const KEPT: usize = 400;

/// Asks for paint for what is on the screen and one screen around it.
pub(super) fn ask(state: &mut State, key: &ChangeKey) {
    let size = state.size;
    let Some(pane) = state.reviews.get_mut(key) else {
        return;
    };
    let height = usize::from(geometry::divided(size, pane).height);
    let sheet = &mut pane.sheet;
    let Some(changeset) = sheet.changeset.clone() else {
        return;
    };
    let room = UNDERWAY.saturating_sub(sheet.painting.len());
    let wanted = sheet.unpainted(height, room);
    let edition = sheet.edition;
    sheet.painting.extend(&wanted);
    let with_path = |hunk: &HunkId| {
        let file = changeset.patch.hunk(*hunk)?.file;
        let file = changeset.patch.file(file)?;
        let path = file.new_path.as_ref().or(file.old_path.as_ref())?;
        Some((*hunk, path.clone()))
    };
    for batch in wanted.chunks(BATCH) {
        state.effects.push(Effect::Paint {
            change: key.clone(),
            edition,
            changeset: changeset.clone(),
            hunks: batch.iter().filter_map(with_path).collect(),
        });
    }
}

impl Sheet {
    /// Hunks on the screen, then those of a screen around it, that are not painted.
    fn unpainted(&self, height: usize, room: usize) -> Vec<HunkId> {
        let top = self.reading.top;
        let screens = [
            top..top.saturating_add(height),
            top.saturating_add(height)..top.saturating_add(2 * height),
            top.saturating_sub(height)..top,
        ];
        let mut wanted = Vec::new();
        for rows in screens {
            let mut row = rows.start;
            while row < rows.end && row < self.rows.len() && wanted.len() < room {
                let Some(hunk) = self.rows.hunk_at(row) else {
                    row += 1;
                    continue;
                };
                let is_known = self.painted.contains_key(&hunk) || self.painting.contains(&hunk);
                if !is_known && !wanted.contains(&hunk) {
                    wanted.push(hunk);
                }
                row = self.rows.hunk(hunk).map_or(row + 1, |hunk| hunk.rows.end);
            }
        }
        wanted
    }

    /// Takes painted hunks, and forgets the farthest when there are too many.
    pub(super) fn take_paint(&mut self, hunks: Vec<(HunkId, Painted)>) {
        self.painting
            .retain(|hunk| hunks.iter().all(|(done, _)| done != hunk));
        self.painted.extend(hunks);
        let rows = (self.reading.top..self.rows.len()).take(64);
        let here = { rows }.find_map(|row| self.rows.hunk_at(row));
        let here = here.map_or(0, |hunk| hunk.0);
        while self.painted.len() > KEPT {
            let first = self.painted.first_key_value().map_or(0, |(hunk, _)| hunk.0);
            let last = self.painted.last_key_value().map_or(0, |(hunk, _)| hunk.0);
            if here.abs_diff(first) > here.abs_diff(last) {
                self.painted.pop_first();
            } else {
                self.painted.pop_last();
            }
        }
    }

    /// Takes moved lines.
    pub(super) fn take_moved(&mut self, moved: Moved) {
        self.moved = moved;
    }
}

/// Asks for the moved lines of a changeset.
pub(super) fn ask_moved(state: &mut State, key: &ChangeKey) {
    let Some(sheet) = state.reviews.get(key).map(|pane| &pane.sheet) else {
        return;
    };
    if let Some(changeset) = sheet.changeset.clone() {
        let effect = Effect::FindMoved {
            change: key.clone(),
            edition: sheet.edition,
            changeset,
        };
        state.effects.push(effect);
    }
}
