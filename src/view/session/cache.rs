//! Rows of blocks that were made before.
//!
//! A block's rows are kept under its id with its revision, the width, how it is folded and, where
//! they tell a running time, the second. What was not on the screen for a while is let go.

use std::collections::HashMap;

use ratatui::text::Line;

use crate::{
    app::session::reading::{Fold, Reading},
    model::id::{AgentSessionId, SessionKey},
    text::MarkdownCache,
    theme::Theme,
    transcript::{Block, BlockBody, BlockId, Conversation},
    view::session::{
        brush::Brush,
        rows::{is_compact, is_ticking, rows_of},
    },
};

/// How many blocks' rows are kept beyond what is on the screen.
const KEPT: usize = 400;

/// Rows of transcripts, by block, revision and width.
#[derive(Debug, Default)]
pub struct RowCache {
    owner: Option<(SessionKey, AgentSessionId)>,
    theme: Option<Theme>,
    entries: HashMap<BlockId, Entry>,
    growing: HashMap<BlockId, MarkdownCache>,
    frame: u64,
}

#[derive(Debug)]
struct Entry {
    made_for: Version,
    used: u64,
    rows: Vec<Line<'static>>,
}

/// What the rows of a block depend on beside its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    revision: u64,
    columns: usize,
    fold: Fold,
    is_ascii: bool,
    has_lead: bool,
    second: i64,
}

impl RowCache {
    /// Begins a frame: rows of another transcript or theme are let go.
    pub(super) fn begin(&mut self, session: &SessionKey, shown: &AgentSessionId, theme: &Theme) {
        let owner = (session.clone(), shown.clone());
        if self.owner.as_ref() != Some(&owner) || self.theme.as_ref() != Some(theme) {
            self.entries.clear();
            self.growing.clear();
            self.owner = Some(owner);
            self.theme = Some(theme.clone());
        }
        self.frame += 1;
    }

    /// Ends a frame: rows that were not used in it are let go when there are many.
    pub(super) fn end(&mut self) {
        if self.entries.len() > KEPT * 2 {
            let mut ages: Vec<u64> = self.entries.values().map(|entry| entry.used).collect();
            ages.sort_unstable();
            let oldest = ages.get(ages.len() - KEPT).copied().unwrap_or(self.frame);
            let frame = self.frame;
            self.entries
                .retain(|_, entry| entry.used >= oldest.min(frame));
        }
    }

    /// The rows of the block at an index, with the empty row before it where one belongs.
    pub(super) fn rows(
        &mut self,
        conversation: &Conversation,
        index: usize,
        reading: &Reading,
        brush: &Brush<'_>,
    ) -> &[Line<'static>] {
        let Some(block) = conversation.get(index) else {
            return &[];
        };
        let fold = reading.fold_of(block);
        let before = index
            .checked_sub(1)
            .and_then(|index| conversation.get(index));
        let stands_close = |block: &Block, fold: Fold| is_compact(block, fold);
        let has_lead = before.is_none_or(|before| {
            !(stands_close(before, reading.fold_of(before)) && stands_close(block, fold))
        });
        let second = if is_ticking(block) {
            brush.now.0.div_euclid(1_000)
        } else {
            0
        };
        let version = Version {
            revision: block.revision,
            columns: brush.columns,
            fold,
            is_ascii: brush.symbols.cursor.is_ascii(),
            has_lead,
            second,
        };
        let known = self.entries.get(&block.id);
        if known.is_none_or(|entry| entry.made_for != version) {
            let rows = self.make(block, &Brush { fold, ..*brush }, has_lead);
            let entry = Entry {
                made_for: version,
                used: 0,
                rows,
            };
            self.entries.insert(block.id.clone(), entry);
        }
        let frame = self.frame;
        match self.entries.get_mut(&block.id) {
            Some(entry) => {
                entry.used = frame;
                &entry.rows
            }
            None => &[],
        }
    }

    fn make(&mut self, block: &Block, brush: &Brush<'_>, has_lead: bool) -> Vec<Line<'static>> {
        let grows = match &block.body {
            BlockBody::Text(passage) | BlockBody::Reasoning { passage, .. } => !passage.complete,
            _ => false,
        };
        let mut rows = if grows {
            let cache = self.growing.entry(block.id.clone()).or_default();
            rows_of(block, brush, Some(cache))
        } else {
            self.growing.remove(&block.id);
            rows_of(block, brush, None)
        };
        if has_lead && !rows.is_empty() {
            rows.insert(0, Line::default());
        }
        rows
    }
}
