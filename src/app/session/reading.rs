//! Where in a transcript somebody reads: an anchor, a cursor, folds, a search.
//!
//! The state knows no heights. It says which row of which block is the first on the screen and which
//! moves came since; drawing resolves that against the rows it makes and reports it back as
//! [`Placed`]. So a transcript of any length costs only what is visible, and what grows below never
//! moves what is being read.

use std::collections::HashMap;

use crate::{
    app::event::Placed,
    transcript::{Block, BlockBody, BlockId, Conversation, Older},
};

/// Where in a transcript somebody reads.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The first row on the screen; `None` follows the end.
    pub anchor: Option<Anchor>,
    /// The block that actions are about; `None` is the last one.
    pub cursor: Option<BlockId>,
    /// Moves that no frame has resolved yet, oldest first.
    pub moves: Vec<Move>,
    /// What is searched for; empty when nothing is.
    pub query: String,
    /// Whether the agent's reasoning is shown in full.
    pub shows_reasoning: bool,
    folds: HashMap<BlockId, Fold>,
    all: Option<Fold>,
    /// The newest block when following ended.
    newest: Option<BlockId>,
    /// The cursor of older messages that were asked for.
    awaited: Option<String>,
}

/// A row of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The block.
    pub block: BlockId,
    /// The row within it, from its top.
    pub row: usize,
}

/// A move by what only drawing can measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// To the block before, or up a row in a block that begins above the screen.
    Up,
    /// To the block after, or down a row in a block that ends below the screen.
    Down,
    /// Up half a screen.
    HalfPageUp,
    /// Down half a screen.
    HalfPageDown,
    /// Up a screen.
    PageUp,
    /// Down a screen.
    PageDown,
}

/// Whether a block shows one row or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// The least.
    Folded,
    /// Everything.
    Unfolded,
}

/// Which way a jump or a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To newer blocks.
    Forward,
    /// To older blocks.
    Backward,
}

impl Reading {
    /// Whether the end is followed.
    pub fn is_following(&self) -> bool {
        self.anchor.is_none() && self.moves.is_empty()
    }

    /// Follows the end again.
    pub fn follow(&mut self) {
        self.anchor = None;
        self.cursor = None;
        self.moves.clear();
        self.newest = None;
    }

    /// Puts a block at the top of the screen and the cursor on it.
    pub fn jump(&mut self, conversation: &Conversation, index: usize) {
        let Some(block) = conversation.get(index) else {
            return;
        };
        self.leave_end(conversation);
        self.moves.clear();
        self.cursor = Some(block.id.clone());
        self.anchor = Some(Anchor {
            block: block.id.clone(),
            row: 0,
        });
    }

    /// Notes a move for the next frame.
    pub fn step(&mut self, conversation: &Conversation, step: Move) {
        const MOST: usize = 1_000;
        self.leave_end(conversation);
        if self.moves.len() < MOST {
            self.moves.push(step);
        }
    }

    fn leave_end(&mut self, conversation: &Conversation) {
        if self.is_following() {
            let last = conversation.blocks().last();
            self.newest = last.map(|block| block.id.clone());
        }
    }

    /// Takes where drawing put things. A report about another number of blocks is too old to use.
    pub fn placed(&mut self, conversation: &Conversation, placed: Placed) {
        if placed.blocks != conversation.len() || placed.blocks == 0 {
            return;
        }
        let resolved = placed.moves.min(self.moves.len());
        self.moves.drain(..resolved);
        if self.anchor.is_none() && resolved == 0 {
            return;
        }
        let id = |index: usize| conversation.get(index).map(|block| block.id.clone());
        if placed.is_at_end && placed.cursor + 1 == placed.blocks && self.moves.is_empty() {
            return self.follow();
        }
        self.cursor = id(placed.cursor);
        self.anchor = id(placed.first).map(|block| Anchor {
            block,
            row: placed.first_row,
        });
    }

    /// How many blocks came since following ended.
    pub fn unread(&self, conversation: &Conversation) -> usize {
        let newest = self.newest.as_ref();
        let known = newest.and_then(|id| conversation.position(id));
        known.map_or(0, |index| conversation.len().saturating_sub(index + 1))
    }

    /// The index of the block under the cursor.
    pub fn cursor_index(&self, conversation: &Conversation) -> usize {
        let last = conversation.len().saturating_sub(1);
        let chosen = self.cursor.as_ref();
        chosen
            .and_then(|id| conversation.position(id))
            .unwrap_or(last)
    }

    /// How a block is shown.
    pub fn fold_of(&self, block: &Block) -> Fold {
        if let Some(fold) = self.folds.get(&block.id) {
            return *fold;
        }
        let chosen = self.all.unwrap_or(Fold::Folded);
        match &block.body {
            BlockBody::Reasoning { .. } if self.shows_reasoning => Fold::Unfolded,
            BlockBody::Reasoning { .. } => Fold::Folded,
            BlockBody::Tool { .. } | BlockBody::Prompt(_) | BlockBody::Patch { .. } => chosen,
            BlockBody::Text(_)
            | BlockBody::Attachment { .. }
            | BlockBody::Subtask { .. }
            | BlockBody::Compaction { .. }
            | BlockBody::Error(_)
            | BlockBody::Retry { .. }
            | BlockBody::Gap { .. }
            | BlockBody::StepEnd(_)
            | BlockBody::Reverted
            | BlockBody::Unknown { .. } => Fold::Unfolded,
        }
    }

    /// Folds an unfolded block and the other way round.
    pub fn toggle(&mut self, block: &Block) {
        let fold = self.fold_of(block).opposite();
        self.folds.insert(block.id.clone(), fold);
    }

    /// Folds or unfolds all blocks that can be folded.
    pub fn toggle_all(&mut self) {
        let fold = self.all.unwrap_or(Fold::Folded).opposite();
        self.all = Some(fold);
        self.folds.clear();
    }

    /// Shows or hides all reasoning.
    pub fn toggle_reasoning(&mut self) {
        self.shows_reasoning = !self.shows_reasoning;
        self.folds.clear();
    }

    /// The nearest block beyond the cursor that satisfies `wanted`.
    pub fn find(
        &self,
        conversation: &Conversation,
        direction: Direction,
        wanted: impl Fn(&Block) -> bool,
    ) -> Option<usize> {
        let here = self.cursor_index(conversation);
        let fits = |index: &usize| conversation.get(*index).is_some_and(&wanted);
        match direction {
            Direction::Forward => (here + 1..conversation.len()).find(fits),
            Direction::Backward => (0..here).rev().find(fits),
        }
    }

    /// The cursor of older messages, once for each: `None` when there are none or they are under way.
    pub fn wants_older(&mut self, conversation: &Conversation) -> Option<String> {
        let Older::Cursor(cursor) = conversation.older() else {
            return None;
        };
        if self.awaited.as_ref() == Some(cursor) {
            return None;
        }
        self.awaited = Some(cursor.clone());
        self.awaited.clone()
    }

    /// Whether older messages were asked for and have not come.
    pub fn awaits_older(&self, conversation: &Conversation) -> bool {
        match conversation.older() {
            Older::Cursor(cursor) => self.awaited.as_ref() == Some(cursor),
            Older::Unknown | Older::Beginning | Older::Dropped => false,
        }
    }

    /// Lets older messages be asked for again.
    pub fn retry_older(&mut self) {
        self.awaited = None;
    }
}

impl Fold {
    fn opposite(self) -> Self {
        match self {
            Self::Folded => Self::Unfolded,
            Self::Unfolded => Self::Folded,
        }
    }
}

/// What a block says, as text to be copied or searched; as it came, not sanitized.
pub fn block_text(block: &Block) -> String {
    match &block.body {
        BlockBody::Prompt(prompt) => prompt.text.clone(),
        BlockBody::Text(passage) | BlockBody::Reasoning { passage, .. } => passage.text.clone(),
        BlockBody::Tool { tool, .. } => {
            let input = tool.input.get("command").and_then(|text| text.as_str());
            let texts = [input.or(tool.title.as_deref()), Some(tool.output.as_str())];
            let filled = texts.into_iter().flatten().filter(|text| !text.is_empty());
            filled.collect::<Vec<_>>().join("\n")
        }
        BlockBody::Patch { files } => files.join("\n"),
        BlockBody::Attachment { mime, filename } => filename.clone().unwrap_or(mime.clone()),
        BlockBody::Subtask { description, .. } => description.clone(),
        BlockBody::Error(error) => format!("{}: {}", error.name, error.message),
        BlockBody::Retry { message, .. } => message.clone(),
        BlockBody::Unknown { kind } => kind.clone(),
        BlockBody::Compaction { .. }
        | BlockBody::Gap { .. }
        | BlockBody::StepEnd(_)
        | BlockBody::Reverted => String::new(),
    }
}
