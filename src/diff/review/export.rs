//! Comments as text: the one prompt for the agent, and Markdown for people.
//!
//! Code, paths and titles come from outside: code stands in fences that it cannot close, paths in code
//! spans, and what would steer a terminal or hide in a text is made visible. A comment whose own fence
//! is left open is closed.

use std::borrow::Cow;

use crate::{
    diff::{
        changeset::Changeset,
        patch::{LineId, LineKind, Side},
        review::{
            comment::{Anchor, Comment, Placement, Target, span},
            fence::{closed, code_span, fenced, quoted, visible},
            placing::in_order,
        },
    },
    model::change::ChangeRequest,
    text,
};

/// Lines that are quoted of a longer range: of its beginning and of its end.
const QUOTED: (usize, usize) = (14, 5);

/// The prompt that sends comments to the session that made the change: numbered from 1 in the given
/// order, each with path, lines, quoted code and the comment, so that the agent can answer point by
/// point.
pub fn prompt(change: &ChangeRequest, changeset: &Changeset, comments: &[&Comment]) -> String {
    let points = text::count(comments.len(), "comment", "comments");
    let title = text::sanitize_line(&change.title);
    let head = code_span(&change.head_ref);
    let mut prompt = format!(
        "I reviewed change request #{} “{title}” ({head} into {}) at commit {} and have {points}.\n",
        change.number,
        code_span(&change.base_ref),
        code_span(short(&changeset.head_sha)),
    );
    for (place, comment) in comments.iter().enumerate() {
        let spot = Spot::new(changeset, comment);
        prompt.push_str(&format!("\n## {}. {}\n", place + 1, spot.title()));
        prompt.push_str(&spot.body(comment));
    }
    prompt.push_str(&format!(
        "\n---\n\nTake the points one by one: change the code, or say why not. Then commit, push to the \
         same branch ({head}), and answer point by point, by number.\n"
    ));
    prompt
}

/// A whole review as Markdown for a file or the clipboard.
pub fn markdown(change: &ChangeRequest, changeset: &Changeset, comments: &[&Comment]) -> String {
    let comments = in_order(changeset, comments.iter().copied());
    let drafts = comments.iter().filter(|comment| comment.round.is_none());
    let drafts = drafts.count();
    let mut markdown = format!(
        "# Review of #{} {}\n\n- Branches: {} into {}\n- Commit: {}\n- Comments: {}, {} sent\n",
        change.number,
        escaped(&text::sanitize_line(&change.title)),
        code_span(&change.head_ref),
        code_span(&change.base_ref),
        code_span(short(&changeset.head_sha)),
        text::count(drafts, "draft", "drafts"),
        comments.len() - drafts,
    );
    let mut section = None;
    for comment in comments {
        let spot = Spot::new(changeset, comment);
        let heading = spot.section();
        if section.as_ref() != Some(&heading) {
            markdown.push_str(&format!("\n## {heading}\n"));
            section = Some(heading);
        }
        let state = match comment.round {
            None => "draft".to_owned(),
            Some(round) => format!("sent in round {}", u64::from(round) + 1),
        };
        markdown.push_str(&format!("\n### {} · {state}\n", spot.lines()));
        markdown.push_str(&spot.body(comment));
    }
    markdown
}

/// What a comment is about, as it is now.
struct Spot<'a> {
    changeset: &'a Changeset,
    target: &'a Target,
    placement: Placement,
}

impl<'a> Spot<'a> {
    fn new(changeset: &'a Changeset, comment: &'a Comment) -> Self {
        Self {
            changeset,
            target: &comment.target,
            placement: comment.place(changeset),
        }
    }

    /// The path now, else as it was when the comment was made.
    fn path(&self) -> Option<&'a str> {
        let known = self.target.path();
        let file = match (self.target, self.placement) {
            // Lines before are in the file before.
            (
                Target::Lines {
                    side: Side::Old, ..
                },
                _,
            ) => None,
            (_, Placement::File(file) | Placement::Lines { file, .. }) => Some(file),
            (_, Placement::Context { file, .. }) => Some(file),
            (_, Placement::Change | Placement::Outdated(_)) => None,
        };
        let entry = file.and_then(|file| self.changeset.file(file));
        entry.map(|entry| entry.path.as_str()).or(known)
    }

    /// The path with the lines, for a heading.
    fn title(&self) -> String {
        let Some(path) = self.path() else {
            return "The whole change".to_owned();
        };
        match self.numbers() {
            Some((numbers, note)) => format!("{}{note}", code_span(&format!("{path}:{numbers}"))),
            None => format!("{}{}", code_span(path), self.whole()),
        }
    }

    fn section(&self) -> String {
        self.path()
            .map_or_else(|| "The whole change".to_owned(), code_span)
    }

    fn lines(&self) -> String {
        match self.numbers() {
            Some((numbers, note)) if numbers.contains('-') => format!("Lines {numbers}{note}"),
            Some((numbers, note)) => format!("Line {numbers}{note}"),
            None if self.path().is_some() => format!("The file{}", self.whole()),
            None => "The whole change".to_owned(),
        }
    }

    fn whole(&self) -> &'static str {
        match self.placement {
            Placement::Outdated(_) => " (no longer in the change)",
            Placement::Change
            | Placement::File(_)
            | Placement::Lines { .. }
            | Placement::Context { .. } => "",
        }
    }

    /// The numbers of the lines, and what is to be known about them.
    fn numbers(&self) -> Option<(String, &'static str)> {
        let Target::Lines { anchor, side, .. } = self.target else {
            return None;
        };
        let (first, last, side) = match self.placement {
            Placement::Lines { first, last, .. } => self.present(first, last, *side)?,
            Placement::Context { line, .. } => {
                let above = anchor.last().saturating_sub(anchor.first);
                (line.saturating_sub(above), line, Side::New)
            }
            Placement::Change | Placement::File(_) | Placement::Outdated(_) => {
                (anchor.first, anchor.last(), *side)
            }
        };
        let note = match (self.placement, side) {
            (Placement::Outdated(_), _) if self.may_be_unchanged(first, last) => {
                " (not in the difference now)"
            }
            (Placement::Outdated(_), _) => " (outdated: as it was)",
            (_, Side::Old) => " (before the change)",
            (_, Side::New) => "",
        };
        Some((span(first, last), note))
    }

    /// The numbers of lines in the patch, on the wanted side if both are on it.
    fn present(&self, first: LineId, last: LineId, side: Side) -> Option<(u32, u32, Side)> {
        let patch = &self.changeset.patch;
        let (first, last) = (patch.line(first)?, patch.line(last)?);
        let old = (first.old, last.old, Side::Old);
        let new = (first.new, last.new, Side::New);
        let (wanted, other) = match side {
            Side::Old => (old, new),
            Side::New => (new, old),
        };
        Some(if wanted.0 > 0 && wanted.1 > 0 {
            wanted
        } else {
            other
        })
    }

    /// Whether lines that were not found may be unchanged ones that the patch leaves out.
    fn may_be_unchanged(&self, first: u32, last: u32) -> bool {
        let Placement::Outdated(Some(file)) = self.placement else {
            return false;
        };
        let patch = &self.changeset.patch;
        let entry = self.changeset.file(file);
        let shown = entry.and_then(|entry| patch.file(entry.patch_file?));
        shown.is_some_and(|shown| {
            let hunks = patch.hunks_of(shown);
            !hunks.is_empty()
                && hunks.iter().all(|hunk| {
                    let end = hunk.new_start.saturating_add(hunk.new_count);
                    last < hunk.new_start || first >= end
                })
        })
    }

    /// The quoted code and the comment.
    fn body(&self, comment: &Comment) -> String {
        let quote = match (self.target, self.placement) {
            (Target::Lines { .. }, Placement::Lines { first, last, .. }) => {
                self.quote_patch(first, last)
            }
            (Target::Lines { path, anchor, .. }, _) => quote_anchor(path, anchor),
            (Target::Change | Target::File { .. }, _) => String::new(),
        };
        let said = visible(&comment.body);
        format!("{quote}\n{}\n", closed(said.trim()))
    }

    fn quote_patch(&self, first: LineId, last: LineId) -> String {
        let patch = &self.changeset.patch;
        let ids: Vec<LineId> = (first.0..=last.0).map(LineId).collect();
        let kind = |id: &LineId| patch.line(*id).map(|line| line.kind);
        let is_changed = ids.iter().any(|id| kind(id) != Some(LineKind::Context));
        let lines = ids.iter().map(|id| {
            let sign = match kind(id) {
                _ if !is_changed => "",
                Some(LineKind::Added) => "+",
                Some(LineKind::Removed) => "-",
                Some(LineKind::Context) | None => " ",
            };
            format!("{sign}{}", quoted(patch.line_text(*id)))
        });
        let language = if is_changed {
            "diff"
        } else {
            language(self.path().unwrap_or_default())
        };
        fenced(language, &shortened(lines.collect()))
    }
}

fn quote_anchor(path: &str, anchor: &Anchor) -> String {
    let lines = anchor.lines.iter().map(|line| quoted(line));
    fenced(language(path), &shortened(lines.collect()))
}

/// The first and last lines of many.
fn shortened(mut lines: Vec<String>) -> Vec<String> {
    let (head, tail) = QUOTED;
    let left_out = lines.len().saturating_sub(head + tail);
    if left_out > 1 {
        let note = format!("… {left_out} lines left out …");
        lines.splice(head..head + left_out, [note]);
    }
    lines
}

/// The name of a file's language, for a fence: the ending of the path, if it looks like one.
fn language(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_plain = ending.len() <= 12 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_plain { ending } else { "" }
}

/// The first digits of a commit.
fn short(sha: &str) -> &str {
    sha.get(..12).unwrap_or(sha)
}

/// Text in which Markdown finds nothing.
fn escaped(text: &str) -> Cow<'_, str> {
    let special = |letter: char| "\\`*_[]<>#|~&".contains(letter);
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if special(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    Cow::Owned(out)
}
