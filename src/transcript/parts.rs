//! Parts to blocks: upserts, deltas, ends.

use serde_json::Value;

use crate::{
    model::{
        agent::message::{MessageInfo, Part, PartBody, Prose, Role, Tool, ToolState},
        id::PartId,
    },
    transcript::{
        block::{BlockBody, BlockId, Passage, Prompt},
        blocks::Revisions,
        conversation::{Conversation, MAX_STUBS, Nature, PartEntry},
    },
};

/// How much of each text of a tool call is kept, in bytes.
const MAX_TOOL_TEXT: usize = 30_000;

/// How much of a tool's diff is kept, in bytes.
const MAX_TOOL_FACT: usize = 200_000;

/// Where a whole object came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The stream: deltas that follow continue it.
    Stream,
    /// A fetch: text that is being streamed is not in it.
    Fetch,
}

impl Conversation {
    /// Takes a whole part; true when something visible changed.
    pub(super) fn take_part(
        &mut self,
        part: Part,
        source: Source,
        revisions: &mut Revisions,
    ) -> bool {
        if self.removed_parts.contains(&part.id) || self.removed_messages.contains(&part.message_id)
        {
            return false;
        }
        let Some(info) = self.info(&part.message_id).cloned() else {
            self.keep_stub(part);
            return false;
        };
        let ended = has_ended(&part.body);
        if let Some(entry) = self.parts.get(&part.id)
            && (entry.ended || entry.discarded)
            && !ended
        {
            // Older than what is known: an end is final.
            return false;
        }
        self.place_part(part, &info, ended, source, revisions)
    }

    fn keep_stub(&mut self, part: Part) {
        if self.stubs.len() < MAX_STUBS {
            let parts = self.stubs.entry(part.message_id.clone()).or_default();
            parts.insert(part.id.clone(), part);
        }
    }

    fn place_part(
        &mut self,
        part: Part,
        info: &MessageInfo,
        ended: bool,
        source: Source,
        revisions: &mut Revisions,
    ) -> bool {
        let id = part.id;
        let nature = nature(&part.body, info.role);
        let block = BlockId::of_part(info.id.clone(), id.clone());
        let grows = matches!(nature, Nature::Text | Nature::Reasoning) && !ended;
        let is_new = !self.parts.contains_key(&id);
        if let Some(entry) = self.entry_mut(&info.id) {
            entry.parts.insert(id.clone());
        }
        let entry = self.parts.entry(id.clone()).or_insert(PartEntry {
            block: block.clone(),
            nature,
            ended,
            torn: false,
            discarded: false,
        });
        entry.nature = nature;
        entry.ended = ended;
        entry.discarded = false;
        let keeps_text = grows && source == Source::Fetch && !self.is_longer(&block, &part.body);
        let Some(entry) = self.parts.get_mut(&id) else {
            return false;
        };
        match source {
            Source::Stream => entry.torn = false,
            Source::Fetch => entry.torn |= grows && (is_new || !keeps_text),
        }
        self.mark_open(&id, nature, ended);
        if keeps_text {
            return is_new && self.put_part(block, part.body, info, revisions);
        }
        let changed = self.put_part(block, part.body, info, revisions);
        changed | (ended && self.close_gaps(revisions))
    }

    fn mark_open(&mut self, id: &PartId, nature: Nature, ended: bool) {
        if matches!(nature, Nature::Text | Nature::Reasoning | Nature::Tool) && !ended {
            self.open.insert(id.clone());
        } else {
            self.open.remove(id);
        }
    }

    /// Whether a fetched text is longer than what was streamed.
    fn is_longer(&self, block: &BlockId, body: &PartBody) -> bool {
        let known = self.blocks.find(block).and_then(|b| b.body.passage());
        let known = known.map_or(0, |passage| passage.text.len());
        if let PartBody::Text(prose) | PartBody::Reasoning(prose) = body {
            prose.text.len() > known
        } else {
            true
        }
    }

    fn put_part(
        &mut self,
        id: BlockId,
        body: PartBody,
        info: &MessageInfo,
        revisions: &mut Revisions,
    ) -> bool {
        let queued = self.is_queued(info);
        match block_body(body, info, queued) {
            Some(body) => {
                let reverted = self.is_reverted(info, &id);
                let changed = self.blocks.put(id.clone(), info.created, body, revisions);
                let marked = self.blocks.change(&id, revisions, |block| {
                    std::mem::replace(&mut block.reverted, reverted) != reverted
                });
                changed | marked
            }
            None => self.blocks.remove(&id),
        }
    }

    /// Appends text to a part that is being streamed.
    pub(super) fn append(&mut self, id: &PartId, delta: &str, revisions: &mut Revisions) -> bool {
        let Some(entry) = self.parts.get_mut(id) else {
            return self.append_to_stub(id, delta);
        };
        let grows = matches!(entry.nature, Nature::Text | Nature::Reasoning);
        if entry.ended || entry.discarded || !grows || delta.is_empty() {
            return false;
        }
        let torn = std::mem::take(&mut entry.torn);
        let grown = self.blocks.change(&entry.block, revisions, |block| {
            let Some(passage) = block.body.passage_mut() else {
                return false;
            };
            if torn && passage.gaps.last() != Some(&passage.text.len()) {
                passage.gaps.push(passage.text.len());
            }
            passage.text.push_str(delta);
            passage.complete = false;
            true
        });
        if !self.open.contains(id) {
            self.open.insert(id.clone());
        }
        grown || self.begin_passage(id, delta, torn, revisions)
    }

    /// Shows a part with its first text.
    fn begin_passage(
        &mut self,
        id: &PartId,
        delta: &str,
        torn: bool,
        revisions: &mut Revisions,
    ) -> bool {
        let Some(entry) = self.parts.get(id) else {
            return false;
        };
        let Some(info) = self.info(&entry.block.message).cloned() else {
            return false;
        };
        let block = entry.block.clone();
        let prose = Prose {
            text: delta.to_owned(),
            ..Prose::default()
        };
        let body = if entry.nature == Nature::Reasoning {
            PartBody::Reasoning(prose)
        } else {
            PartBody::Text(prose)
        };
        let shown = self.put_part(block.clone(), body, &info, revisions);
        if torn {
            self.blocks.change(&block, revisions, |block| {
                let passage = block.body.passage_mut();
                passage.map(|passage| passage.gaps.push(0)).is_some()
            });
        }
        shown
    }

    fn append_to_stub(&mut self, id: &PartId, delta: &str) -> bool {
        let part = self.stubs.values_mut().find_map(|parts| parts.get_mut(id));
        if let Some(PartBody::Text(prose) | PartBody::Reasoning(prose)) =
            part.map(|part| &mut part.body)
            && prose.end.is_none()
        {
            prose.text.push_str(delta);
        }
        false
    }

    /// Removes a part for good.
    pub(super) fn remove_part(&mut self, id: &PartId) -> bool {
        self.removed_parts.insert(id.clone());
        self.forget_part(id)
    }

    /// Removes a part that may come again.
    pub(super) fn forget_part(&mut self, id: &PartId) -> bool {
        self.open.remove(id);
        let Some(entry) = self.parts.remove(id) else {
            return false;
        };
        if let Some(message) = self.entry_mut(&entry.block.message) {
            message.parts.remove(id);
        }
        self.blocks.remove(&entry.block)
    }

    /// The session is idle: what is open will not be finished.
    pub(super) fn settle(&mut self, revisions: &mut Revisions) -> bool {
        let mut changed = false;
        for id in std::mem::take(&mut self.open) {
            let Some(entry) = self.parts.get(&id) else {
                continue;
            };
            changed |= self
                .blocks
                .change(&entry.block, revisions, |block| match &mut block.body {
                    BlockBody::Tool { stopped, .. } => !std::mem::replace(stopped, true),
                    body => body
                        .passage_mut()
                        .is_some_and(|passage| !std::mem::replace(&mut passage.complete, true)),
                });
        }
        changed
    }

    /// The provider failed: the text of the attempt will never be finished, and no fetch has it.
    pub(super) fn discard_attempt(&mut self) -> bool {
        let Some(message) = self.last_answer().map(|info| info.id.clone()) else {
            return false;
        };
        let of_message = self.parts_of(&message).cloned();
        let open: Vec<PartId> = of_message.filter(|id| self.open.contains(id)).collect();
        let mut changed = false;
        for id in &open {
            let Some(entry) = self.parts.get_mut(id) else {
                continue;
            };
            if matches!(entry.nature, Nature::Text | Nature::Reasoning) {
                entry.discarded = true;
                changed |= self.blocks.remove(&entry.block);
                self.open.remove(id);
            }
        }
        changed
    }
}

fn nature(body: &PartBody, role: Role) -> Nature {
    match body {
        PartBody::Text(prose) if prose.synthetic => Nature::Hidden,
        PartBody::Text(_) if role == Role::User => Nature::Fixed,
        PartBody::Text(_) => Nature::Text,
        PartBody::Reasoning(_) => Nature::Reasoning,
        PartBody::Tool(_) => Nature::Tool,
        PartBody::StepStart | PartBody::StepFinish { .. } => Nature::Hidden,
        PartBody::Patch { .. }
        | PartBody::File { .. }
        | PartBody::Subtask { .. }
        | PartBody::Compaction { .. }
        | PartBody::Unknown { .. } => Nature::Fixed,
    }
}

fn has_ended(body: &PartBody) -> bool {
    match body {
        PartBody::Text(prose) | PartBody::Reasoning(prose) => prose.end.is_some(),
        PartBody::Tool(tool) => match tool.state {
            ToolState::Pending | ToolState::Running | ToolState::Unknown { .. } => false,
            ToolState::Completed | ToolState::Error { .. } => true,
        },
        PartBody::StepStart
        | PartBody::StepFinish { .. }
        | PartBody::Patch { .. }
        | PartBody::File { .. }
        | PartBody::Subtask { .. }
        | PartBody::Compaction { .. }
        | PartBody::Unknown { .. } => false,
    }
}

/// What is shown of a part; `None` for what is not.
fn block_body(body: PartBody, info: &MessageInfo, queued: bool) -> Option<BlockBody> {
    let passage = |prose: Prose| Passage {
        complete: prose.end.is_some() || info.completed.is_some(),
        text: prose.text,
        gaps: Vec::new(),
        is_summary: info.is_summary,
    };
    match body {
        PartBody::Text(prose) if prose.synthetic || prose.text.is_empty() => None,
        PartBody::Text(prose) if info.role == Role::User => Some(BlockBody::Prompt(Prompt {
            text: prose.text,
            queued,
            agent: info.agent.clone(),
            model: info.model.clone(),
        })),
        PartBody::Text(prose) => Some(BlockBody::Text(passage(prose))),
        PartBody::Reasoning(prose) if prose.text.is_empty() => None,
        PartBody::Reasoning(prose) => Some(BlockBody::Reasoning {
            start: prose.start,
            end: prose.end,
            passage: passage(prose),
        }),
        PartBody::Tool(tool) => Some(BlockBody::Tool {
            tool: Box::new(bounded(*tool)),
            stopped: false,
        }),
        PartBody::StepStart | PartBody::StepFinish { .. } => None,
        PartBody::Patch { files } => Some(BlockBody::Patch { files }),
        PartBody::File { mime, filename } => Some(BlockBody::Attachment { mime, filename }),
        PartBody::Subtask { agent, description } => Some(BlockBody::Subtask { agent, description }),
        PartBody::Compaction { auto } => Some(BlockBody::Compaction { auto }),
        // The mention of an agent is in the prompt's text; the others are the server's own marks.
        PartBody::Unknown { kind } if matches!(&*kind, "agent" | "snapshot" | "retry") => None,
        PartBody::Unknown { kind } => Some(BlockBody::Unknown { kind }),
    }
}

/// A tool call with its long texts cut.
fn bounded(mut tool: Tool) -> Tool {
    keep_end(&mut tool.output, MAX_TOOL_TEXT);
    cut_texts(&mut tool.input, MAX_TOOL_TEXT);
    cut_texts(&mut tool.metadata, MAX_TOOL_FACT);
    if let ToolState::Error { message } = &mut tool.state {
        keep_end(message, MAX_TOOL_TEXT);
    }
    tool
}

fn keep_end(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let mut from = text.len() - bytes;
        while !text.is_char_boundary(from) {
            from += 1;
        }
        text.replace_range(..from, "…");
    }
}

fn cut_texts(value: &mut Value, bytes: usize) {
    match value {
        Value::String(text) if text.len() > bytes => {
            let mut end = bytes;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text.push('…');
        }
        Value::Array(items) => items.iter_mut().for_each(|item| cut_texts(item, bytes)),
        Value::Object(map) => map.values_mut().for_each(|item| cut_texts(item, bytes)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
