//! A difference in rows: made from a changeset, and made anew when its shape changes while the cursor
//! stays on the same thing at the same height of the screen.

use std::sync::Arc;

use crate::{
    app::review::{
        ReviewPane, Sheet,
        geometry::{self, Geometry},
        reading::Reading,
        ruler::{Place, Ruler},
    },
    diff::{
        changeset::{Changeset, FileId},
        patch::HunkId,
        review::marks::Digests,
        rows::{Row, Rows},
    },
};

impl Sheet {
    /// A difference whose rows are not made yet.
    pub(super) fn new(changeset: Arc<Changeset>, digests: Digests, edition: u64) -> Self {
        Self {
            changeset: Some(changeset),
            digests,
            edition,
            ..Self::default()
        }
    }

    /// Makes the rows.
    pub(super) fn index(&mut self) {
        let Some(changeset) = &self.changeset else {
            return;
        };
        self.rows = Rows::new(changeset, &self.shape);
        let hunks = changeset.patch.hunks().iter();
        let ends = hunks.map(|hunk| {
            let old = hunk.old_start.saturating_add(hunk.old_count);
            old.max(hunk.new_start.saturating_add(hunk.new_count))
        });
        let lengths = self.shape.contents.values().map(|whole| whole.len());
        let largest = ends.chain(lengths).max().unwrap_or_default().max(1);
        self.digits = u16::try_from(largest.ilog10() + 1).unwrap_or(u16::MAX);
    }

    /// The files of the difference.
    pub(super) fn files(&self) -> impl Iterator<Item = FileId> + use<> {
        let files = self.changeset.as_ref().map_or(0, |all| all.files.len());
        (0..u32::try_from(files).unwrap_or(u32::MAX)).map(FileId)
    }

    /// The hunks of a file.
    pub(super) fn hunks(&self, file: FileId) -> impl Iterator<Item = HunkId> + use<> {
        let changeset = self.changeset.as_deref();
        let range = changeset.and_then(|changeset| {
            let file = changeset.file(file)?.patch_file?;
            Some(changeset.patch.file(file)?.hunks.clone())
        });
        range.unwrap_or_default().map(HunkId)
    }

    /// The path of a file; empty for one of another difference.
    pub(super) fn path(&self, file: FileId) -> &str {
        let changeset = self.changeset.as_deref();
        let entry = changeset.and_then(|changeset| changeset.file(file));
        entry.map_or("", |entry| entry.path.as_str())
    }
}

impl ReviewPane {
    /// Shows the rows in another shape. The cursor stays on the same thing, else on what now stands
    /// for it, and at the same height of the screen.
    pub(super) fn reshape(&mut self, size: (u16, u16), change: impl FnOnce(&mut Sheet)) {
        let geometry = geometry::divided(size, self);
        let place = Standing::of(self, geometry);
        change(&mut self.sheet);
        self.sheet.shape.layout = geometry.layout;
        self.sheet.index();
        // The width of the numbers may be another one now.
        place.restore(self, geometry::divided(size, self));
    }
}

impl ReviewPane {
    /// Changes how rows are measured or where they stand; the cursor stays at the same height.
    pub(super) fn reshape_after(&mut self, size: (u16, u16), change: impl FnOnce(&mut Self)) {
        let place = Standing::of(self, geometry::divided(size, self));
        change(self);
        let geometry = geometry::divided(size, self);
        if self.sheet.shape.layout != geometry.layout {
            self.sheet.shape.layout = geometry.layout;
            self.sheet.index();
        }
        place.restore(self, geometry);
    }
}

/// What the cursor is on, and how far down on the screen.
struct Standing {
    row: Option<Row>,
    from: Option<Row>,
    before: Reading,
    depth: usize,
}

impl Standing {
    fn of(pane: &ReviewPane, geometry: Geometry) -> Self {
        let sheet = &pane.sheet;
        let reading = sheet.reading.clone();
        Self {
            row: sheet.current(),
            from: reading.range_from.and_then(|row| sheet.row(row)),
            depth: depth(pane, geometry),
            before: reading,
        }
    }

    fn restore(self, pane: &mut ReviewPane, geometry: Geometry) {
        let sheet = &pane.sheet;
        let Some(changeset) = sheet.changeset.clone() else {
            return;
        };
        let find = |row: Row| sheet.rows.of_row(&changeset, &sheet.shape, row);
        let cursor = self.row.and_then(find).unwrap_or(self.before.cursor);
        let from = self.from.and_then(find);
        let hunk = sheet.rows.hunk_at(cursor);
        let reading = Reading {
            cursor,
            range_from: from.filter(|from| hunk.is_some() && sheet.rows.hunk_at(*from) == hunk),
            ..self.before
        };
        place_at(pane, geometry, reading, self.depth);
    }
}

/// Rows of the screen above the one with the cursor.
pub(super) fn depth(pane: &ReviewPane, geometry: Geometry) -> usize {
    let ruler = Ruler::new(pane, geometry);
    let reading = &pane.sheet.reading;
    let most = usize::from(geometry.height);
    ruler.distance(reading.top(), Place::start(reading.cursor), most)
}

/// Reads on at a row that comes to stand so many rows of the screen below its top.
pub(super) fn place_at(
    pane: &mut ReviewPane,
    geometry: Geometry,
    mut reading: Reading,
    depth: usize,
) {
    let last = pane.sheet.rows.len().saturating_sub(1);
    reading.cursor = reading.cursor.min(last);
    pane.sheet.reading = reading.clone();
    let ruler = Ruler::new(pane, geometry);
    reading.set_top(ruler.up(Place::start(reading.cursor), depth));
    ruler.reveal(&mut reading);
    pane.sheet.reading = reading;
}
