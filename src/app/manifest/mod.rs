//! The manifest screen: what is wrong in `kortix.toml` and the Dockerfiles that it names, beside their
//! source.
//!
//! [`sources`] says what can be looked at, [`loading`] has it read and takes what was found,
//! [`checkup`] makes that ready to be read, [`rows`] lists it, [`moving`] goes through list and source,
//! [`acting`] leads from actions to all these, [`geometry`] divides the screen.
//!
//! Not for: what is wrong (`validation`), reading files (`runtime`), drawing (`view`).

pub mod acting;
pub mod checkup;
pub mod geometry;
pub mod loading;
pub mod moving;
pub mod rows;
pub mod sources;

use std::{path::PathBuf, sync::Arc};

pub(in crate::app) use acting::{act, check_change, check_project, wheel, why_not};
pub(in crate::app) use loading::{checked, edited, files_changed, mended, refused, shown};

use crate::{
    app::{cursor::Cursor, event::OpId},
    diagnostic::{Finding, Position},
    model::time::Millis,
};

use checkup::{CheckedFile, Checkup, Fact};
use rows::{Folds, Row};
use sources::Source;

/// The manifest screen's data, position and choices.
#[derive(Debug, Default)]
pub struct ManifestPane {
    /// What is looked at; `None` until something was chosen or is there to be chosen.
    pub source: Option<Source>,
    /// What was found; of an older look while a newer one is under way.
    pub checkup: Option<Arc<Checkup>>,
    /// When that was.
    pub checked_at: Option<Millis>,
    /// The commit that was asked for; `None` for folders and default branches.
    pub commit: Option<String>,
    /// Why the last look failed; `None` when it did not.
    pub trouble: Option<Trouble>,
    /// What has the focus.
    pub focus: Focus,
    /// Where one is in the source.
    pub reading: Reading,
    /// What was typed to narrow the list; empty when nothing was.
    filter: String,
    folds: Folds,
    rows: Vec<Row>,
    cursor: Cursor,
    /// The number of the newest look that was asked for.
    asked: u64,
    /// The number of the first look at this source.
    since: u64,
    /// The number of the look that is shown.
    taken: u64,
    /// The newest look, while it is under way.
    under_way: Option<u64>,
    /// The call to a host that makes it.
    call: Option<OpId>,
    /// The files that are watched.
    watched: Vec<PathBuf>,
    /// Whether files changed while another screen was shown.
    is_stale: bool,
}

/// Why a look failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Why, a fragment.
    pub reason: String,
    /// A way out, a sentence; `None` when none is known.
    pub hint: Option<&'static str>,
}

/// What has the focus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Focus {
    /// The findings.
    #[default]
    Findings,
    /// The source.
    Source,
}

/// Where one is in the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// The place of the file in the checkup.
    pub file: usize,
    /// The line under the cursor, from 0.
    pub line: usize,
    /// The first line on the screen, from 0.
    pub top: usize,
    /// Columns that are scrolled away to the left.
    pub skipped: usize,
}

impl ManifestPane {
    /// The rows of the list.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The place of the row under the cursor.
    pub fn place(&self) -> usize {
        self.cursor.place
    }

    /// The first row on a screen of `height` rows.
    pub fn first_row(&self, height: usize) -> usize {
        self.cursor.first_row(self.rows.len(), height)
    }

    /// The row under the cursor.
    pub fn row(&self) -> Option<Row> {
        self.rows.get(self.cursor.place).copied()
    }

    /// What was typed to narrow the list; empty when nothing was.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Whether what belongs to a head is left out.
    pub fn is_folded(&self, head: Row) -> bool {
        match head {
            Row::Facts | Row::Fact(_) => self.folds.facts,
            Row::File(file) | Row::Finding { file, .. } => {
                let checkup = self.checkup.as_deref();
                let file = checkup.and_then(|checkup| checkup.files.get(file));
                file.is_some_and(|file| self.folds.files.contains(&file.report.path))
            }
        }
    }

    /// The fact under the cursor.
    pub fn fact(&self) -> Option<&Fact> {
        match self.row()? {
            Row::Fact(place) => self.checkup.as_ref()?.facts.get(place),
            Row::File(_) | Row::Finding { .. } | Row::Facts => None,
        }
    }

    /// Whether a look is under way.
    pub fn is_checking(&self) -> bool {
        self.under_way.is_some()
    }

    /// The file whose source is shown.
    pub fn file(&self) -> Option<&CheckedFile> {
        self.checkup.as_ref()?.files.get(self.reading.file)
    }

    /// The finding under the cursor, with its file and where it begins.
    pub fn selected(&self) -> Option<(&CheckedFile, &Finding, Position)> {
        match self.row()? {
            Row::File(_) | Row::Facts | Row::Fact(_) => None,
            Row::Finding { file, finding } => {
                let file = self.checkup.as_ref()?.files.get(file)?;
                let place = file.places.get(finding)?;
                Some((file, file.report.findings.get(finding)?, *place))
            }
        }
    }

    /// Shows only the findings that match.
    pub(in crate::app) fn set_filter(&mut self, filter: String) {
        if self.filter != filter {
            self.filter = filter;
            self.list_again();
        }
    }
}
