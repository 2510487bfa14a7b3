//! What a person notes about a change request: that marks and comments outlive amends, rebases and
//! force-pushes, that two instances of the program keep each other's words, and what is sent.

mod comments;
mod export;
mod marks;
mod merging;
mod operations;
mod properties;
mod storage;

use std::io;

use kortix_tui::{
    diff::{
        changeset::{Changeset, FileId},
        patch::LineId,
        review::comment::{Comment, CommentId, Placement, Target},
    },
    model::time::Millis,
};

use crate::diff_repo::DiffRepo;

/// The difference that a branch makes on `main`.
fn changeset(repo: &DiffRepo, branch: &str) -> io::Result<Changeset> {
    repo.difference("main", branch).map(Changeset::new)
}

/// Text of numbered lines, `name 1` to `name n`.
fn numbered(name: &str, count: usize) -> String {
    (1..=count).map(|n| format!("{name} {n}\n")).collect()
}

/// The line of a file in the patch that has this sign and text.
fn line(changeset: &Changeset, path: &str, signed: &str) -> LineId {
    let patch = &changeset.patch;
    let entry = changeset.file(changeset.by_path(path).unwrap()).unwrap();
    let hunks = patch.hunks_of(patch.file(entry.patch_file.unwrap()).unwrap());
    let mut lines = hunks.iter().flat_map(|hunk| hunk.lines.clone()).map(LineId);
    let found = lines.find(|id| with_sign(changeset, *id) == signed);
    found.unwrap_or_else(|| panic!("no `{signed}` of {path} in\n{}", patch.text()))
}

fn with_sign(changeset: &Changeset, id: LineId) -> &str {
    let line = changeset.patch.line(id).unwrap();
    &changeset.patch.text()[line.start as usize - 1..line.end as usize]
}

/// A target from one line of the patch to another, each with its sign.
fn target(changeset: &Changeset, path: &str, first: &str, last: &str) -> Target {
    let file = changeset.by_path(path).unwrap();
    let (first, last) = (line(changeset, path, first), line(changeset, path, last));
    Target::of_lines(changeset, file, first, last).unwrap()
}

fn draft(id: u64, target: Target, body: &str) -> Comment {
    Comment {
        id: CommentId(id),
        target,
        body: body.to_owned(),
        at: Millis(1_000 + id as i64),
        round: None,
    }
}

/// A draft on one line of the patch.
fn comment(changeset: &Changeset, path: &str, signed: &str) -> Comment {
    draft(1, target(changeset, path, signed, signed), "Why?")
}

/// Where a comment stands, for people: path, number before and after, the last line with its sign.
fn stands(changeset: &Changeset, placement: Placement) -> String {
    let path = |file: FileId| changeset.file(file).unwrap().path.clone();
    match placement {
        Placement::Change => "the change".to_owned(),
        Placement::File(file) => path(file),
        Placement::Lines { file, first, last } => {
            let from = changeset.patch.line(first).unwrap();
            let to = changeset.patch.line(last).unwrap();
            let signed = with_sign(changeset, last);
            let span = |from: u32, to: u32| match (from, to) {
                (0, 0) => String::new(),
                (from, to) if from == to => from.to_string(),
                (from, to) => format!("{from}-{to}"),
            };
            let (old, new) = (span(from.old, to.old), span(from.new, to.new));
            format!("{} [{old}|{new}] {signed}", path(file))
        }
        Placement::Context { file, line } => format!("{} after {line}", path(file)),
        Placement::Outdated(Some(file)) => format!("outdated in {}", path(file)),
        Placement::Outdated(None) => "outdated".to_owned(),
    }
}

fn place(comment: &Comment, changeset: &Changeset) -> String {
    stands(changeset, comment.place(changeset))
}
