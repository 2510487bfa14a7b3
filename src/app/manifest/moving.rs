//! Moving through the findings and through the source; each follows the other.
//!
//! The source shows what the row under the cursor is about. In the source the cursor stands on a line;
//! when that has a finding, the list goes to it.

use std::sync::Arc;

use crate::{
    app::manifest::{
        Focus, ManifestPane, Reading,
        checkup::{CheckedFile, Checkup},
        geometry::{self, Geometry},
        rows::{self, Row},
    },
    diff::fit,
};

/// Forwards or backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To what comes next.
    On,
    /// To what came before.
    Back,
}

/// A finding that is looked for in a newer checkup.
struct Sought {
    path: String,
    code: &'static str,
    document: String,
    line: usize,
}

impl Sought {
    /// The place of the row with the same finding, of several the one nearest to where it was.
    fn place(&self, checkup: &Checkup, rows: &[Row]) -> Option<usize> {
        let distance = |row: &Row| {
            let Row::Finding { file, finding } = *row else {
                return None;
            };
            let found = checkup.finding(file, finding)?;
            let file = checkup.files.get(file)?;
            let place = file.places.get(finding)?;
            let is_same = file.report.path == self.path
                && found.code == self.code
                && found.path == self.document;
            is_same.then(|| place.line.abs_diff(self.line))
        };
        let rows = rows.iter().enumerate();
        let same = rows.filter_map(|(place, row)| Some((distance(row)?, place)));
        same.min().map(|(_, place)| place)
    }
}

/// Columns that one step to the side scrolls.
const SIDEWAYS: usize = 8;

impl ManifestPane {
    /// Puts the cursor of the list on a row, and shows what it is about.
    pub(super) fn go(&mut self, place: usize, size: (u16, u16)) {
        let geometry = Geometry::of(size);
        let height = usize::from(geometry.list.height);
        self.cursor.go(place, self.rows.len(), height);
        self.reveal_selected(geometry);
    }

    /// Moves through the source.
    pub(super) fn go_to_line(&mut self, line: usize, size: (u16, u16)) {
        let geometry = Geometry::of(size);
        let Some(file) = self.file() else { return };
        self.reading.line = line.min(file.lines.len().saturating_sub(1));
        self.keep_line_in_view(geometry);
        self.follow_line(geometry);
    }

    /// Goes to the next finding, or the one before; in the source from the line under the cursor.
    pub(super) fn step_finding(&mut self, way: Way, size: (u16, u16)) -> bool {
        let is_finding = |row: &Row| matches!(row, Row::Finding { .. });
        let here = self.selected_line() == Some(self.reading.line);
        let from = if self.focus == Focus::Findings || here {
            self.cursor.place
        } else {
            self.row_before_line()
        };
        let mut places = self.rows.iter().enumerate();
        let found = match way {
            Way::On => places.find(|(place, row)| *place > from && is_finding(row)),
            Way::Back if self.focus == Focus::Findings || here => {
                places.rfind(|(place, row)| *place < from && is_finding(row))
            }
            Way::Back => places.rfind(|(place, row)| *place <= from && is_finding(row)),
        };
        let found = found.map(|(place, _)| place);
        if let Some(place) = found {
            self.go(place, size);
        }
        found.is_some()
    }

    /// Goes to the next file, or to the head of this one and then of the one before.
    pub(super) fn step_file(&mut self, way: Way, size: (u16, u16)) -> bool {
        let from = self.cursor.place;
        let is_head = |row: &Row| row.is_head();
        let mut places = self.rows.iter().enumerate();
        let found = match way {
            Way::On => places.find(|(place, row)| *place > from && is_head(row)),
            Way::Back => places.rfind(|(place, row)| *place < from && is_head(row)),
        };
        let found = found.map(|(place, _)| place);
        if let Some(place) = found {
            self.go(place, size);
        }
        found.is_some()
    }

    /// Keeps the line under the cursor on a screen of another size.
    pub(in crate::app) fn resized(&mut self, size: (u16, u16)) {
        self.keep_line_in_view(Geometry::of(size));
    }

    /// Scrolls long lines.
    pub(super) fn scroll_sideways(&mut self, way: Way, size: (u16, u16)) {
        let geometry = Geometry::of(size);
        let columns = self.columns(geometry);
        let Some(file) = self.file() else { return };
        let lines = (self.reading.top..).take(geometry.code_rows());
        let widths = lines.map(|line| {
            let line = file.line(line + 1);
            fit::column(line, line.len())
        });
        let most = widths.max().unwrap_or_default().saturating_sub(columns / 2);
        let skipped = self.reading.skipped;
        self.reading.skipped = match way {
            Way::On => (skipped + SIDEWAYS).min(most.max(skipped)),
            Way::Back => skipped.saturating_sub(SIDEWAYS),
        };
    }

    /// Lets the lines of the source go by; the cursor stays where it is as long as it is in view.
    pub(super) fn scroll(&mut self, way: Way, lines: usize, size: (u16, u16)) {
        let geometry = Geometry::of(size);
        let Some(file) = self.file() else { return };
        let end = file.lines.len().saturating_sub(1);
        let rows = geometry.code_rows().max(1);
        let last = file.lines.len().saturating_sub(rows);
        let reading = &mut self.reading;
        reading.top = match way {
            Way::On => reading.top.saturating_add(lines).min(last.max(reading.top)),
            Way::Back => reading.top.saturating_sub(lines),
        };
        let bottom = reading.top + rows - 1;
        reading.line = reading.line.clamp(reading.top, bottom).min(end);
    }

    /// Makes the rows anew; the cursor stays on its finding, or near where that was.
    pub(super) fn list_again(&mut self) {
        let selected = self.row();
        let Some(checkup) = self.checkup.clone() else {
            self.rows.clear();
            return;
        };
        self.rows = rows::rows(&checkup, &self.filter, &self.folds);
        let same = self.rows.iter().position(|row| Some(*row) == selected);
        match same {
            Some(place) => self.cursor.follow(place),
            None => self.cursor.stay(self.rows.len()),
        }
    }

    /// Takes a newer checkup; the cursor stays on the same finding, else on the same line.
    pub(super) fn take(&mut self, checkup: Arc<Checkup>, size: (u16, u16)) {
        let is_first = self.checkup.is_none();
        let sought = self.selected().map(|(file, finding, place)| Sought {
            path: file.report.path.clone(),
            code: finding.code,
            document: finding.path.clone(),
            line: place.line,
        });
        let path = self.file().map(|file| file.report.path.clone());
        self.rows = rows::rows(&checkup, &self.filter, &self.folds);
        let same = sought.and_then(|sought| sought.place(&checkup, &self.rows));
        match same {
            Some(place) => self.cursor.follow(place),
            None => self.cursor.stay(self.rows.len()),
        }
        let mut files = checkup.files.iter();
        let file = path.and_then(|path| files.position(|file| file.report.path == path));
        self.checkup = Some(checkup);
        if is_first {
            // The first finding is what one wants to read.
            let is_finding = |row: &Row| matches!(row, Row::Finding { .. });
            let first = self.rows.iter().position(is_finding);
            return self.go(first.unwrap_or_default(), size);
        }
        self.stay_in(file);
        match self.focus {
            Focus::Findings => self.reveal_selected(Geometry::of(size)),
            Focus::Source => self.go_to_line(self.reading.line, size),
        }
    }

    /// Stays where one is in a file that may have become shorter, or is gone.
    fn stay_in(&mut self, file: Option<usize>) {
        self.reading = match file {
            Some(file) => Reading {
                file,
                ..self.reading
            },
            None => Reading::default(),
        };
        let last = self
            .file()
            .map_or(0, |file| file.lines.len().saturating_sub(1));
        self.reading.line = self.reading.line.min(last);
        self.reading.top = self.reading.top.min(last);
    }

    /// Shows in the source what the row under the cursor is about.
    fn reveal_selected(&mut self, geometry: Geometry) {
        let (file, line) = match self.row() {
            Some(Row::File(file)) if self.reading.file == file => return,
            Some(Row::File(file)) => (file, 0),
            Some(Row::Finding { file, .. }) => (file, self.selected_line().unwrap_or_default()),
            Some(Row::Fact(_)) => match self.fact().and_then(|fact| fact.line) {
                Some(line) => (0, line.saturating_sub(1)),
                None => return,
            },
            Some(Row::Facts) | None => return,
        };
        if self.reading.file != file {
            self.reading = Reading {
                file,
                ..Reading::default()
            };
        }
        self.reading.line = line;
        self.keep_line_in_view(geometry);
        self.keep_span_in_view(geometry);
    }

    /// The line of the finding under the cursor in the file that is shown, from 0.
    fn selected_line(&self) -> Option<usize> {
        let (_, _, place) = self.selected()?;
        Some(place.line.saturating_sub(1))
    }

    /// The last row whose finding is on the line under the cursor or before it, in this file.
    fn row_before_line(&self) -> usize {
        let Reading { file, line, .. } = self.reading;
        let is_before = |row: &Row| match *row {
            Row::File(head) => head <= file,
            Row::Facts | Row::Fact(_) => false,
            Row::Finding { file: of, finding } => {
                let place = self.checkup.as_ref().and_then(|checkup| {
                    let places = &checkup.files.get(of)?.places;
                    places.get(finding).copied()
                });
                of < file || of == file && place.is_some_and(|place| place.line <= line + 1)
            }
        };
        self.rows.iter().rposition(is_before).unwrap_or_default()
    }

    /// Lets the list go to the first finding of the line under the cursor, unless it is on one of it.
    fn follow_line(&mut self, geometry: Geometry) {
        let Reading { file, line, .. } = self.reading;
        if self.selected_line() == Some(line) && self.row().map(Row::file) == Some(file) {
            return;
        }
        let Some(checkup) = self.checkup.clone() else {
            return;
        };
        let on_line = |row: &Row| match *row {
            Row::File(_) | Row::Facts | Row::Fact(_) => false,
            Row::Finding { file: of, finding } => {
                let places = checkup.files.get(of).map(|file: &CheckedFile| &file.places);
                let place = places.and_then(|places| places.get(finding));
                of == file && place.is_some_and(|place| place.line == line + 1)
            }
        };
        if let Some(place) = self.rows.iter().position(on_line) {
            let height = usize::from(geometry.list.height);
            self.cursor.go(place, self.rows.len(), height);
        }
    }

    /// Scrolls so that the line under the cursor is on the screen, with some lines around it.
    fn keep_line_in_view(&mut self, geometry: Geometry) {
        let height = geometry.code_rows().max(1);
        let count = self.file().map_or(0, |file| file.lines.len());
        let margin = (height / 4).min(3);
        let reading = &mut self.reading;
        if reading.line < reading.top + margin {
            reading.top = reading.line.saturating_sub(height / 3);
        } else if reading.line + margin >= reading.top + height {
            reading.top = (reading.line + 1 + height / 2).saturating_sub(height);
        }
        reading.top = reading.top.min(count.saturating_sub(height));
    }

    /// Scrolls to the side so that the begin of the selected finding is on the screen.
    fn keep_span_in_view(&mut self, geometry: Geometry) {
        let columns = self.columns(geometry);
        let column = self.selected().and_then(|(file, finding, place)| {
            let span = file.spanned(finding, place.line)?;
            Some(fit::column(file.line(place.line), span.start))
        });
        let column = column.unwrap_or_default();
        let skipped = self.reading.skipped;
        let is_seen = column >= skipped && column + SIDEWAYS.min(columns / 2) < skipped + columns;
        if !is_seen {
            let wanted = (column + SIDEWAYS).saturating_sub(columns);
            self.reading.skipped = if wanted == 0 {
                0
            } else {
                column.saturating_sub(columns / 3)
            };
        }
    }

    fn columns(&self, geometry: Geometry) -> usize {
        let lines = self.file().map_or(0, |file| file.lines.len());
        geometry.code_columns(geometry::digits(lines))
    }
}
